/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of holding: an interface that is named no longer, a process that goes, a role that is taken off. */
#include "plane/leave.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "plane/attach.h"

/* A pin of this kind, of an interface that is none of this opening's. */
static bool is_others(const struct hold *hold, const char *file, const char *kind, char out_interface[16])
{
	if (!pins_file_of(file, kind, out_interface))
		return false;
	for (uint32_t i = 0; i < hold->site_count; i++)
		if (strcmp(hold->sites[i].interface, out_interface) == 0)
			return false;
	return true;
}

struct others {
	struct hold *hold;
	bool running;
};

static int see(void *context, const struct pins *pins, const char *file)
{
	struct others *others = context;
	char interface[16];
	int link;

	if (!is_others(others->hold, file, PINS_LINK, interface))
		return 0;
	link = pins_get(pins, file);
	others->running |= link >= 0 && hook_alive(link);
	if (link >= 0)
		close(link);
	return 0;
}

bool leave_running(struct hold *hold)
{
	struct others others = {.hold = hold};

	if (hold->role->shares)
		pins_each(&hold->pins, see, &others);
	return others.running;
}

static void let_go(const struct pins *pins, const struct role *role, const char *interface, int link)
{
	int ifindex = (int)if_nametoindex(interface);
	struct egress egress;

	bpf_link_detach(link);
	egress_name(&egress, role, interface, ifindex);
	if (ifindex && egress_detach(&egress, pins) == 0)
		pins_drop(pins, egress.mark);
}

static int leave(void *context, const struct pins *pins, const char *file)
{
	struct others *others = context;
	char interface[16];
	int link;

	if (is_others(others->hold, file, PINS_FILTER, interface))
		return pins_drop(pins, file); /* nobody else has this link: it ends with its pin */
	if (!is_others(others->hold, file, PINS_LINK, interface))
		return 0;
	link = pins_get(pins, file);
	if (link >= 0) {
		let_go(pins, others->hold->role, interface, link);
		close(link);
	}
	return pins_drop(pins, file);
}

void leave_others(struct hold *hold)
{
	struct others others = {.hold = hold};

	if (hold->role->shares)
		pins_each(&hold->pins, leave, &others);
}

static void shut(int descriptor)
{
	if (descriptor >= 0)
		close(descriptor);
}

static void close_site(struct hold_site *site)
{
	shut(site->link);
	egress_close(&site->egress);
}

void hold_close(struct hold *hold)
{
	if (hold->dry)
		return;
	hold_sum_close(hold);
	for (uint32_t i = 0; i < hold->site_count; i++)
		close_site(&hold->sites[i]);
	for (int i = 0; i < ROLE_MAPS_MAX; i++)
		shut(hold->descriptors[i]);
	shut(hold->waiter);
	shut(hold->waiter_inner);
	for (uint32_t i = 0; i < hold->role->map_count; i++)
		maps_close(hold->memory[i], &hold->role->maps[i], hold->entries[i]);
	pins_close(&hold->pins);
}

static int detach_site(struct hold *hold, struct hold_site *site)
{
	/* A link whose interface is gone cannot be detached any more, and need not be. */
	int first = bpf_link_detach(site->link) && errno != ENOLINK && errno != EINVAL ? -errno : 0;
	int error = egress_detach(&site->egress, &hold->pins);

	return first ? first : error == -ENODEV ? 0 : error;
}

int hold_detach(struct hold *hold, struct fault *out_fault)
{
	const char *interface = hold->sites[0].interface;
	uint32_t count = 0;
	int first = 0, error;

	if (hold->dry)
		return 0;
	for (uint32_t i = 0; i < hold->site_count; i++) {
		error = detach_site(hold, &hold->sites[i]);
		if (error && !first)
			interface = hold->sites[i].interface;
		first = first ? first : error;
	}
	error = pins_remove(&hold->pins, &count);
	first = first ? first : error;
	if (first)
		fault_set(out_fault, interface, 0, 0, "not everything could be taken off: %s", strerror(-first));
	hold_close(hold);
	return first;
}

/* What a link of ours holds may be asked without any capability. */
static bool holds(int link, int ifindex)
{
	struct hook_link found;

	return hook_link(link, &found) == 0 && found.ifindex == ifindex;
}

bool hold_attached(const struct hold_site *site)
{
	return holds(site->link, site->ifindex) && (site->egress.link < 0 || holds(site->egress.link, site->ifindex));
}
