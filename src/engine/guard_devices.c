/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is there. Frames of the ring tell which MACs speak, which addresses they use, what DHCP gives them and under which URL their maker speaks;
 * the roster (guard/) says who has a place, the plane keeps it, and the kernel's counters are written down as they move.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/guard_room.h"
#include "wire/guard_case.h"
#include "wire/packet.h"

#define TEN_MINUTES_NS (600 * FW_NS_PER_S)
#define BOUND_NS (3600 * FW_NS_PER_S)
#define DAY_NS (86400 * FW_NS_PER_S)

/* ---- places ---- */

const struct settings_device *guard_settings_of(const struct guard *guard, const struct roster_device *device)
{
	return device->device && device->device <= guard->settings->guard.device_count ? &guard->settings->guard.devices[device->device - 1]
										       : NULL;
}

static bool is_zero(const uint8_t mac[6])
{
	static const uint8_t none[6];

	return memcmp(mac, none, sizeof(none)) == 0;
}

static void leave(struct guard *guard, const uint8_t mac[6])
{
	if (!is_zero(mac))
		plane_guard_device_remove(guard->plane, mac);
}

/* The kernel's table may be full of what an earlier process knew and this one does not: then it has no place, and is a stranger. */
static bool take_place(struct guard *guard, struct roster_device *device)
{
	if (plane_guard_device_add(guard->plane, device->mac, &device->place) == 0)
		return true;
	device->place = 0;
	return false;
}

static void note_leak(struct guard *guard, struct roster_device *device, const struct fw_guard_count *count)
{
	struct leak_sample now = guard_leak_now(guard, device, count);

	leak_note(guard->leaks, &device->leak, &now);
}

struct roster_device *guard_device_of(struct guard *guard, const uint8_t mac[6])
{
	struct roster_device *device;
	uint8_t gone[6];

	if (guard_is_own_mac(guard, mac))
		return NULL;
	device = roster_put(guard->roster, mac, guard->now_ns, gone);
	leave(guard, gone);
	if (!device || device->place)
		return device;
	if (!take_place(guard, device)) {
		roster_remove(guard->roster, mac);
		return NULL;
	}
	leak_note(guard->leaks, &device->leak, &(struct leak_sample){.time_ns = guard->now_ns});
	return device;
}

static bool by_settings(const struct guard *guard, const struct roster_device *device)
{
	const struct settings_guard *settings = &guard->settings->guard;
	const struct settings_device *named = guard_settings_of(guard, device);

	if (named && named->admin)
		return true;
	for (uint32_t i = 0; i < settings->admin_count; i++) {
		const struct settings_who *admin = &settings->admins[i];
		if (admin->by_mac && memcmp(admin->mac, device->mac, 6) == 0)
			return true;
		for (unsigned j = 0; j < device->address_count && !admin->by_mac; j++)
			if (memcmp(admin->address, device->addresses[j], 16) == 0)
				return true;
	}
	return false;
}

/* A resolver that is a device of ours carries all the others: it is the gateway's by another name. */
static bool serves_all(const struct guard *guard, const struct roster_device *device)
{
	const struct settings_guard *settings = &guard->settings->guard;

	for (unsigned i = 0; i < device->address_count; i++) {
		if (guard_is_gateway(guard, device->addresses[i]))
			return true;
		for (uint32_t j = 0; j < settings->resolver_count; j++)
			if (memcmp(settings->resolvers[j], device->addresses[i], 16) == 0)
				return true;
	}
	return false;
}

bool guard_is_held(const struct guard *guard, const struct roster_device *device)
{
	return by_settings(guard, device) || serves_all(guard, device);
}

void guard_decide_device(struct guard *guard, struct roster_device *device)
{
	struct plane_guard_decision decision = {.slit = guard->of.slit};

	if (!device->place)
		return;
	if (device->policy) {
		decision.maker = policy_maker_set(guard->sets, device->url);
		decision.model = policy_model_set(guard->sets, device->url);
	}
	plane_guard_device_decide(guard->plane, device->place, &decision);
}

/* A device that is new, or that the settings speak of anew. */
static void settle(struct guard *guard, struct roster_device *device)
{
	guard_assign_policy(guard, device);
	guard_decide_device(guard, device);
	guard_stand_device(guard, device);
}

/* ---- what the settings name ---- */

static void forget_settings(void *context, struct roster_device *device)
{
	(void)context;
	device->device = 0;
	device->lasting = device->decided;
	if (device->url_by_user)
		device->url[0] = 0;
}

static void settle_one(void *context, struct roster_device *device)
{
	settle(context, device);
}

void guard_configure_devices(struct guard *guard)
{
	const struct settings_guard *settings = &guard->settings->guard;
	uint32_t without = 0;

	roster_each(guard->roster, forget_settings, NULL);
	for (uint32_t i = 0; i < settings->device_count; i++) {
		struct roster_device *device = guard_device_of(guard, settings->devices[i].mac);
		if (guard_is_own_mac(guard, settings->devices[i].mac)) {
			guard_say(
				guard, "device %s has the MAC of an interface of the gateway: it gets no place", settings->devices[i].name);
			continue;
		}
		if (!device) {
			without++;
			continue;
		}
		device->device = i + 1;
		device->lasting = true;
	}
	for (uint32_t i = 0; i < settings->admin_count; i++)
		if (settings->admins[i].by_mac)
			guard_device_of(guard, settings->admins[i].mac);
	roster_each(guard->roster, settle_one, guard);
	if (without)
		guard_say(guard, "%u devices of the configuration have no place: guard.sizes.devices is too small", without);
}

/* Who had a place under an earlier process has it still, with all its words and flows. */
int guard_open_devices(struct guard *guard)
{
	uint32_t count = guard->settings->guard.sizes.devices;
	uint8_t key[16];
	int error;

	memcpy(key, guard->config.key, sizeof(key));
	error = roster_new(count, key, &guard->roster);
	if (!error)
		error = leak_book_new(count < FW_DEVICE_MAX ? count : FW_DEVICE_MAX, key, &guard->leaks);
	for (uint32_t place = FW_STRANGERS; !error && place < count + FW_STRANGERS; place++) {
		struct fw_guard_device kernels;
		struct fw_guard_count counted;
		struct roster_device *device;
		uint8_t gone[6];
		if (!plane_guard_device(guard->plane, place, &kernels))
			continue;
		if (guard_is_own_mac(guard, kernels.mac)) {
			leave(guard, kernels.mac);
			continue;
		}
		device = roster_put(guard->roster, kernels.mac, guard->now_ns, gone);
		if (!device)
			break;
		device->place = place;
		device->answered = true;
		if (plane_guard_counts(guard->plane, place, &counted) == 0)
			note_leak(guard, device, &counted);
		device->quarantined = kernels.flags & FW_DEVICE_QUARANTINED;
	}
	return error;
}

/* ---- addresses ---- */

/* Whoever has this address is never stopped: the gateway's, a resolver's, an admin's. */
static bool holds_back(const struct guard *guard, const uint8_t address[16])
{
	struct roster_device with = {.address_count = 1};

	memcpy(with.addresses[0], address, 16);
	return guard_is_held(guard, &with);
}

struct claim {
	const struct guard *guard;
	const struct roster_device *by;
	const uint8_t *address;
	bool taken;
};

static void look_for_owner(void *context, struct roster_device *device)
{
	struct claim *claim = context;

	if (device == claim->by || claim->guard->now_ns - device->last_ns > TEN_MINUTES_NS)
		return;
	for (unsigned i = 0; i < device->address_count; i++)
		claim->taken |= memcmp(device->addresses[i], claim->address, 16) == 0;
}

/*
 * An address that holds back whoever has it (a resolver's, an admin's) is worth forging: one frame, and nothing would stop its sender. So it is
 * not taken from who is in quarantine under another one, nor while another who has it is there.
 */
static bool is_stolen(const struct guard *guard, const struct roster_device *device, const uint8_t address[16])
{
	struct claim claim = {guard, device, address, device->quarantined && device->address_count};

	if (!holds_back(guard, address))
		return false;
	if (!claim.taken)
		roster_each(guard->roster, look_for_owner, &claim);
	return claim.taken;
}

/* Members of the sets of its maker and model: whoever may speak to such devices may speak to this address. */
static void bind_address(struct guard *guard, const struct roster_device *device, const uint8_t address[16], bool join)
{
	uint32_t sets[2] = {policy_maker_set(guard->sets, device->url), policy_model_set(guard->sets, device->url)};
	uint64_t until_ns = device->lease_end_ns ? device->lease_end_ns : guard->now_ns + BOUND_NS;

	for (unsigned i = 0; i < 2 && device->policy; i++)
		if (sets[i] && join)
			plane_guard_member_add(guard->plane, sets[i], address, until_ns);
		else if (sets[i])
			plane_guard_member_remove(guard->plane, sets[i], address);
}

/* It speaks from there, or a server that is believed says so. */
static void note_address(struct guard *guard, struct roster_device *device, const uint8_t address[16])
{
	bool held = guard_is_held(guard, device);

	if (!roster_note_address(device, address))
		return;
	bind_address(guard, device, address, true);
	if (guard_is_held(guard, device) != held)
		guard_stand_device(guard, device);
}

/* ---- DHCP ---- */

bool guard_is_to_tell(const struct guard *guard, uint64_t *told_ns)
{
	if (*told_ns && guard->now_ns - *told_ns < GUARD_TOLD_EVERY_NS)
		return false;
	*told_ns = guard->now_ns;
	return true;
}

/* What was bound to its addresses is not its any more; what flows by rules of devices' sets is judged anew. */
static void release(struct guard *guard, struct roster_device *device, const char *why)
{
	char mac[TEXT_MAC_MAX];

	device->lease_end_ns = 0;
	if (!device->address_count)
		return;
	for (unsigned i = 0; i < device->address_count; i++)
		bind_address(guard, device, device->addresses[i], false);
	guard->released += device->address_count;
	device->address_count = 0;
	if (device->policy) {
		uint64_t due_ns = roster_turn(device, guard->now_ns);
		if (!guard->anew_by_ns || due_ns < guard->anew_by_ns)
			guard->anew_by_ns = due_ns;
	}
	if (guard_is_to_tell(guard, &device->release_told_ns))
		guard_say(guard, "%s: %s; its addresses are bound to nothing any more", text_mac(mac, device->mac), why);
}

/* An answer that came to the device: whose is it? */
static bool is_from_server(
	struct guard *guard, struct roster_device *device, const struct lease_message *message, const uint8_t *bytes, uint32_t len)
{
	static const uint8_t none[16];
	const struct roster_device *by;
	struct fw_guard_address from;
	struct lease_sender sender;
	struct fw_packet packet;
	char mac[TEXT_MAC_MAX], other[TEXT_MAC_MAX];

	fw_packet_read(bytes, len, FW_LINK_ETHERNET, &packet);
	by = roster_find(guard->roster, packet.src_mac);
	from = fw_guard_address_of(packet.src);
	sender.is_named = holds_back(guard, packet.src) || (by && guard_is_held(guard, by));
	sender.is_inside = fw_guard_is_inside(&guard->config, &from);
	sender.is_device = by && !guard_is_held(guard, by);
	sender.was_asked = memcmp(device->server, none, 16) != 0 &&
		(memcmp(device->server, packet.src, 16) == 0 || memcmp(device->server, message->server, 16) == 0);
	if (lease_believe(&sender))
		return true;
	if (guard_is_to_tell(guard, &device->lease_told_ns))
		guard_tell(guard, "%s was given an address by %s, which is no DHCP server of ours: that is not believed",
			text_mac(mac, device->mac), text_mac(other, packet.src_mac));
	return false;
}

static bool has_address(const struct roster_device *device, const uint8_t address[16])
{
	for (unsigned i = 0; i < device->address_count; i++)
		if (memcmp(device->addresses[i], address, 16) == 0)
			return true;
	return false;
}

/* A day, and again with each renewal; none of ours, and few: the table of members is everybody's. */
static void take_clock(struct guard *guard, const uint8_t address[16])
{
	struct fw_guard_address of = fw_guard_address_of(address);
	uint8_t gone[16];

	if (!fw_guard_may_bind(&guard->config, &of, false))
		return;
	if (lease_clock_note(&guard->clocks, address, gone))
		plane_guard_member_remove(guard->plane, guard->of.time, gone);
	plane_guard_member_add(guard->plane, guard->of.time, address, guard->now_ns + DAY_NS);
}

/* An address that holds back whoever has it is never given by a lease: its owner speaks from there (hear_address()). */
static void take_lease(struct guard *guard, struct roster_device *device, const struct lease_message *message)
{
	if (has_address(device, message->address) || (guard_is_ours(guard, message->address) && !holds_back(guard, message->address))) {
		device->lease_end_ns = message->lease_s == UINT32_MAX ? 0 : guard->now_ns + message->lease_s * FW_NS_PER_S;
		note_address(guard, device, message->address);
		bind_address(guard, device, message->address, true);
	}
	/* where somebody named time servers, no others are open */
	for (uint32_t i = 0; i < message->clock_count && guard->of.time != guard->of.ntp; i++)
		take_clock(guard, message->clocks[i]);
}

static void hear_lease(struct guard *guard, const struct fw_guard_frame *frame, const uint8_t *bytes)
{
	bool to_device = frame->way == FW_GUARD_IN;
	struct lease_message message;
	struct roster_device *device;

	if (frame->outcome == FW_GUARD_DROPPED || lease_read(bytes, frame->kept_len, to_device, &message) != FW_READ_OK)
		return;
	device = roster_find(guard->roster, message.mac);
	if (!device)
		return;
	if (message.kind == LEASE_RELEASED) {
		release(guard, device, "it gave its address back");
		return;
	}
	if (message.kind == LEASE_GRANTED) {
		if (is_from_server(guard, device, &message, bytes, frame->kept_len))
			take_lease(guard, device, &message);
		return;
	}
	if (message.kind == LEASE_ASKED)
		memcpy(device->server, message.server, sizeof(device->server));
	guard_claim_url(guard, device, &message);
}

/* ---- frames ---- */

static bool wants_lease(const struct fw_packet *packet)
{
	return packet->ether_type == FW_ETHER_LLDP ||
		(packet->proto == FW_IP_UDP && (packet->src_port == 68 || packet->src_port == 67 || packet->src_port == 546));
}

static void hear_address(struct guard *guard, struct roster_device *device, const struct fw_packet *packet, uint8_t outcome)
{
	if (!packet->family || outcome == FW_GUARD_DROPPED || !guard_is_ours(guard, packet->src) || guard_is_gateway(guard, packet->src) ||
		(device->address_count && memcmp(device->addresses[0], packet->src, 16) == 0) || is_stolen(guard, device, packet->src))
		return;
	note_address(guard, device, packet->src);
}

/* Until its place holds, what it sends is counted among the strangers. */
static void note_early(struct guard *guard, struct roster_device *device, const struct fw_guard_frame *frame)
{
	struct leak_sample soon = {.time_ns = frame->time_ns > FW_NS_PER_S ? frame->time_ns - FW_NS_PER_S : 0};

	if (!device->leak.noted)
		leak_note(guard->leaks, &device->leak, &soon);
	if (frame->place >= FW_STRANGERS || frame->outcome == FW_GUARD_DROPPED || frame->reason == FW_REASON_LOCAL)
		return;
	device->early_packets++;
	device->early_bytes += frame->frame_len;
	soon = (struct leak_sample){frame->time_ns + FW_NS_PER_S / 1000, device->early_packets, device->early_bytes};
	/* So it stood shortly after: a finding about this very frame still counts it. */
	if (!device->counted_ns)
		leak_note(guard->leaks, &device->leak, &soon);
}

/* A place that it has from before it was an interface's. */
static void give_back(struct guard *guard, const uint8_t mac[6])
{
	if (!roster_find(guard->roster, mac))
		return;
	roster_remove(guard->roster, mac);
	leave(guard, mac);
}

static struct roster_device *hear(struct guard *guard, const uint8_t mac[6])
{
	struct roster_device *device = NULL;
	uint8_t gone[6];
	enum roster_answer answer;

	if ((mac[0] & 1) || is_zero(mac))
		return NULL;
	/* with a place, all that bears it, whatever comes from outside, would be a neighbour's where no network of its family is known */
	if (guard_is_own_mac(guard, mac)) {
		give_back(guard, mac);
		return NULL;
	}
	answer = roster_hear(guard->roster, mac, guard->now_ns, &device, gone);
	leave(guard, gone);
	if (answer == ROSTER_STRANGER) {
		guard->strangers++;
		return NULL;
	}
	if (answer == ROSTER_NEW) {
		if (!take_place(guard, device)) {
			roster_remove(guard->roster, mac);
			return NULL;
		}
		settle(guard, device);
	}
	return device;
}

static void see_frame(void *context, const struct fw_guard_frame *frame, const uint8_t *bytes)
{
	struct guard *guard = context;
	struct roster_device *device;
	struct fw_packet packet;

	guard->frames_seen++;
	live_frame(guard->live, frame, bytes);
	guard_note_frame(guard, frame, bytes);
	fw_packet_read(bytes, frame->kept_len, FW_LINK_ETHERNET, &packet);
	guard_note_talk(guard, frame, &packet);
	if (frame->way == FW_GUARD_OUT) {
		device = hear(guard, packet.src_mac);
		if (device) {
			note_early(guard, device, frame);
			hear_address(guard, device, &packet, frame->outcome);
		}
	} else if (packet.family) {
		device = roster_find(guard->roster, packet.dst_mac);
		if (device) {
			device->answered = true;
			device->in_seen += frame->outcome != FW_GUARD_DROPPED;
		}
	}
	if (wants_lease(&packet))
		hear_lease(guard, frame, bytes);
}

void guard_see_frames(struct guard *guard)
{
	int seen = plane_guard_frames(guard->plane, GUARD_FRAMES_A_TURN, see_frame, guard);

	if (seen < 0 && !guard->ring_broken)
		guard_say(guard, "frames of devices cannot be read: %s; nothing is detected", strerror(-seen));
	guard->ring_broken = seen < 0;
}

/* ---- from time to time ---- */

/* What reached it and nobody saw: an answer may have been among it. What it sends itself hides nothing but more of the same. */
static void note_unheard(struct guard *guard, struct roster_device *device, uint32_t lost_in)
{
	uint32_t lost = lost_in > device->lost_in ? lost_in - device->lost_in : 0;

	device->lost_in = lost_in;
	if (lost)
		live_lost(guard->live, device->mac, lost, device->in_seen);
	device->in_seen = 0;
}

/* The kernel writes down once a second that it was heard: what came in the rest of the last such second is read when that is over. */
static bool has_moved(const struct guard *guard, struct roster_device *device, uint64_t heard_ns)
{
	bool is_over = heard_ns && guard->now_ns > heard_ns + 2 * FW_NS_PER_S;

	if (heard_ns == device->counted_ns && (device->counted_whole || !is_over))
		return false;
	device->counted_whole = heard_ns == device->counted_ns;
	device->counted_ns = heard_ns;
	return true;
}

static void note_counts(struct guard *guard, struct roster_device *device)
{
	struct fw_guard_device kernels;
	struct fw_guard_count count;
	uint64_t lost;

	if (!device->place || !plane_guard_device(guard->plane, device->place, &kernels) || !has_moved(guard, device, kernels.last_ns))
		return;
	if (plane_guard_counts(guard->plane, device->place, &count))
		return;
	note_leak(guard, device, &count);
	lost = count.frames_lost > device->lost ? count.frames_lost - device->lost : 0;
	device->lost = count.frames_lost;
	guard->frames_lost += lost;
	note_unheard(guard, device, count.frames_lost_in);
}

static void tick_one(void *context, struct roster_device *device)
{
	struct guard *guard = context;

	note_counts(guard, device);
	if (device->lease_end_ns && guard->now_ns >= device->lease_end_ns)
		release(guard, device, "its lease is over");
}

static void bind_again(void *context, struct roster_device *device)
{
	struct guard *guard = context;

	if (guard->now_ns - device->last_ns > BOUND_NS)
		return;
	for (unsigned i = 0; i < device->address_count; i++)
		bind_address(guard, device, device->addresses[i], true);
}

void guard_tick_devices(struct guard *guard)
{
	roster_each(guard->roster, tick_one, guard);
	if (guard->now_ns - guard->hour_ns < TEN_MINUTES_NS)
		return;
	guard->hour_ns = guard->now_ns;
	roster_each(guard->roster, bind_again, guard);
	if (guard->members_full)
		guard_say(guard, "addresses of names had no room: guard.sizes.members is too small");
	guard->members_full = false;
}
