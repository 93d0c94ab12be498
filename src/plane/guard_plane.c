/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's plane: opening, looking, the ring. What it shares with the shield's is in hold.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plane/guard_inside.h"

int plane_guard_open(const struct plane_guard_setup *setup, struct plane_guard **out_guard, struct fault *out_fault)
{
	const char *first = setup->interface_count ? setup->interfaces[0] : "";
	uint32_t entries[GUARD_MAP_COUNT];
	const struct hold_request request = {
		.role = &role_guard,
		.bpffs = setup->bpffs,
		.interfaces = setup->interfaces,
		.interface_count = setup->interface_count,
		.entries = entries,
		.generic = setup->generic,
	};
	struct plane_guard *guard;
	int error = guard_size_check(setup);

	if (!setup->interface_count || setup->interface_count > PLANE_GUARD_INTERFACES_MAX)
		error = setup->interface_count ? -E2BIG : -EINVAL;
	if (error) {
		fault_set(out_fault, first, 0, 0, "%s: %s",
			error == -E2BIG ? "more interfaces, or a larger table, than there can be"
					: "no interface is named, or a table that must have a size has none",
			strerror(-error));
		return error;
	}
	guard = calloc(1, sizeof(*guard));
	if (!guard)
		return -ENOMEM;
	guard_size(setup, entries);
	error = hold_open(&guard->hold, &request, out_fault);
	if (error) {
		free(guard);
		return error;
	}
	guard->flow_buckets = guard_flow_buckets(setup);
	guard->configured = guard_config(guard)->place_count != 0; /* the plane fills it in */
	guard->hold.switched = guard->configured; /* the process before us may have just done it */
	*out_guard = guard;
	return 0;
}

void plane_guard_close(struct plane_guard *guard)
{
	if (!guard)
		return;
	hold_close(&guard->hold);
	free(guard);
}

int plane_guard_detach(struct plane_guard *guard, struct fault *out_fault)
{
	int error = hold_detach(&guard->hold, out_fault);

	free(guard);
	return error;
}

bool plane_guard_took_over(const struct plane_guard *guard)
{
	return guard->hold.took_over;
}

bool plane_guard_interface(const struct plane_guard *guard, uint32_t index, struct plane_guard_interface *out_interface)
{
	const struct hold_site *site = &guard->hold.sites[index];

	if (index >= guard->hold.site_count)
		return false;
	*out_interface = (struct plane_guard_interface){
		.ifindex = (uint32_t)site->ifindex, .generic = site->generic, .attached = guard->hold.dry || hold_attached(site)};
	memcpy(out_interface->name, site->interface, sizeof(out_interface->name));
	return true;
}

/* ---- looking ---- */

int plane_guard_totals(const struct plane_guard *guard, struct fw_guard_totals *out_totals)
{
	return hold_sum(&guard->hold, GUARD_TOTALS, 0, out_totals);
}

int plane_guard_counts(const struct plane_guard *guard, uint32_t place, struct fw_guard_count *out_count)
{
	return hold_sum(&guard->hold, GUARD_COUNTS, place, out_count);
}

enum { FLOWS_A_WINDOW = 16384 }; /* buckets: a mebibyte */

/* A slot is two words, and the first is its tag. */
static uint64_t count_flows(const struct hold *hold)
{
	uint64_t all = hold->entries[GUARD_FLOWS], used = 0;

	for (uint64_t first = 0; first < all; first += FLOWS_A_WINDOW) {
		uint64_t count = all - first < FLOWS_A_WINDOW ? all - first : FLOWS_A_WINDOW;
		struct hold_window window;
		const void *flows = hold_window(hold, GUARD_FLOWS, first, count, &window);
		if (flows)
			used += hold_used(flows, count * FW_FLOW_SLOTS, sizeof(struct fw_flow_slot) / sizeof(uint64_t));
		hold_window_close(&window);
	}
	return used;
}

void plane_guard_fill(const struct plane_guard *guard, struct plane_guard_fill *out_fill)
{
	const struct hold *hold = &guard->hold;
	struct cuckoo places = guard_places(guard), names = guard_names(guard);
	const struct fw_guard_policy *policies = hold->memory[guard_config(guard)->half & 1 ? GUARD_POLICIES_B : GUARD_POLICIES_A];
	struct plane_guard_fill fill = {
		.places = cuckoo_count(&places),
		.names = cuckoo_count(&names),
		.places_room = hold->entries[GUARD_DEVICES] - FW_STRANGERS,
		.members_room = (uint64_t)hold->entries[GUARD_MEMBERS] * FW_MEMBER_SLOTS,
		.names_room = (uint64_t)hold->entries[GUARD_NAMES] * FW_NAME_SLOTS,
		.rules_room = hold->entries[GUARD_RULES_A],
		.flows_room = (uint64_t)hold->entries[GUARD_FLOWS] * FW_FLOW_SLOTS,
	};

	fill.members = hold_used(hold->memory[GUARD_MEMBERS], fill.members_room, 1);
	fill.flows = count_flows(hold);
	for (uint32_t place = 0; place < hold->entries[GUARD_POLICIES_A]; place++)
		fill.rules += policies[place].count;
	*out_fill = fill;
}

/* ---- the ring ---- */

struct frames {
	void (*visit)(void *context, const struct fw_guard_frame *frame, const uint8_t *bytes);
	void *context;
	int count, most;
};

/* What it says of its length is believed as far as it lies in its room. */
static int hand_on(void *context, const void *data, size_t len)
{
	const struct fw_guard_frame *frame = data;
	struct frames *frames = context;

	if (len >= sizeof(*frame) && frame->kept_len <= len - sizeof(*frame))
		frames->visit(frames->context, frame, (const uint8_t *)data + sizeof(*frame));
	return ++frames->count == frames->most;
}

int plane_guard_fd(const struct plane_guard *guard)
{
	return hold_fd(&guard->hold);
}

int plane_guard_frames(struct plane_guard *guard, uint32_t most,
	void (*visit)(void *context, const struct fw_guard_frame *frame, const uint8_t *bytes), void *context)
{
	struct frames frames = {visit, context, 0, most > INT32_MAX ? INT32_MAX : (int)most};
	int error = most ? hold_ring(&guard->hold, hand_on, &frames) : 0;

	return error ? error : frames.count;
}
