/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening a role on its interfaces. What the kernel holds for us decides, interface by interface, which of three ways is taken:
 *
 *	nothing pinned, or nothing that protects    new maps, pinned; program for what leaves; link, pinned
 *	a link that holds the interface             its maps are used again; both programs are exchanged in place
 *	a link whose interface was made anew        its maps are used again; program for what leaves and link are new
 *
 * All interfaces of a role share one set of maps: new ones are made only where no link of the role holds any interface. Where maps are used again, so
 * are programs that the kernel has checked before (checked.c).
 *
 * All that can fail without a trace (loading, mapping, the ring) comes first; interfaces are touched last, those that nobody
 * protects yet before those that are protected, and what a failure leaves half done is taken back by undo().
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "plane/attach.h"
#include "plane/checked.h"
#include "plane/hold.h"
#include "plane/leave.h"
#include "plane/object.h"

struct opening {
	struct hold *hold;
	const struct hold_request *request;
	struct fault *fault;
	struct bpf_object *object;
	int program, egress; /* borrowed from the object, or from what was checked before */
	struct checked checked;
	enum xdp_link_state was[ROLE_SITES_MAX]; /* of the pinned link of each interface */
	bool linked[ROLE_SITES_MAX]; /* by this opening */
	bool running; /* some interface is held by a link of ours */
	bool reuse; /* the pinned maps */
	bool pinned; /* maps, by this opening */
	int old[ROLE_MAPS_MAX]; /* descriptors of the pinned maps, or -errno */
};

/* error is returned. */
static int say(const struct opening *opening, const char *interface, int error, const char *what)
{
	bool denied = error == -EPERM || error == -EACCES;

	fault_set(opening->fault, interface, 0, 0, "%s: %s", what,
		denied ? "not permitted; this needs root, or CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON" : strerror(-error));
	return denied ? -EPERM : error;
}

static int say_all(const struct opening *opening, int error, const char *what)
{
	return say(opening, opening->request->interfaces[0], error, what);
}

/* ---- what is there ---- */

static bool layout_alike(int descriptor, const struct role *role)
{
	struct role_switch found = {0};

	return bpf_map_lookup_elem(descriptor, &(uint32_t){0}, &found) == 0 && found.layout == role->layout;
}

/* The first map that cannot be used again, or map_count. */
static uint32_t first_unlike(struct opening *opening)
{
	const struct role *role = opening->request->role;
	uint32_t first = role->map_count;

	for (uint32_t i = role->map_count; i-- > 0;) {
		opening->old[i] = pins_get(&opening->hold->pins, role->maps[i].name);
		if (opening->old[i] < 0 || !maps_alike(opening->object, &role->maps[i], opening->old[i]))
			first = i;
	}
	if (opening->old[role->switch_map] >= 0 && !layout_alike(opening->old[role->switch_map], role))
		first = role->switch_map;
	return first;
}

static int refuse(const struct opening *opening, uint32_t unlike)
{
	const struct role *role = opening->request->role;
	const char *name = role->maps[unlike].name, *place = opening->hold->pins.dir;

	if (opening->old[unlike] == -ENOENT)
		fault_set(opening->fault, place, 0, 0,
			"the pins of the running %s are incomplete (no %s): run 'floodwall bypass', then start again", role->name, name);
	else if (opening->old[unlike] < 0)
		return say_all(opening, opening->old[unlike], "the pins of what runs cannot be opened");
	else if (unlike == role->switch_map)
		fault_set(opening->fault, place, 0, 0,
			"the running %s is of a version with another layout: run 'floodwall bypass', then start again", role->name);
	else
		fault_set(opening->fault, place, 0, 0,
			"the running %s has another size of %s than is configured: run 'floodwall bypass' and start again, or keep the "
			"size",
			role->name, name);
	return -ESTALE;
}

static int look_at(struct opening *opening, uint32_t i)
{
	struct hold_site *site = &opening->hold->sites[i];
	struct xdp_holder holder;
	int error = xdp_holder(site->ifindex, &holder);

	if (error)
		return say(opening, site->interface, error, "who holds the interface cannot be seen");
	opening->was[i] = xdp_link(&opening->hold->pins, site->link_pin, site->ifindex, &site->link);
	if (opening->was[i] == XDP_LINK_ELSEWHERE) {
		fault_set(opening->fault, opening->hold->pins.dir, 0, 0,
			"these pins hold another interface (renamed since, or of another network namespace): use another directory for "
			"pins");
		return -EBUSY;
	}
	if (holder.id && opening->was[i] != XDP_LINK_HERE)
		return xdp_busy(&holder, site->interface, opening->fault);
	opening->running |= opening->was[i] == XDP_LINK_HERE;
	return 0;
}

/* Decides which way is taken. */
static int look(struct opening *opening)
{
	uint32_t unlike;
	int error = 0;

	for (uint32_t i = 0; !error && i < opening->hold->site_count; i++)
		error = look_at(opening, i);
	if (error)
		return error;
	opening->running |= leave_running(opening->hold);
	unlike = first_unlike(opening);
	opening->reuse = unlike == opening->request->role->map_count;
	return opening->running && !opening->reuse ? refuse(opening, unlike) : 0;
}

/* ---- what leaves no trace ---- */

static int load(struct opening *opening)
{
	const struct role *role = opening->request->role;
	int error = 0;

	for (uint32_t i = 0; !error && opening->reuse && i < role->map_count; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(opening->object, role->maps[i].name);

		error = bpf_map__reuse_fd(map, opening->old[i]);
	}
	if (!error && opening->reuse && checked_get(&opening->hold->pins, role, opening->object, &opening->checked)) {
		opening->program = opening->checked.xdp;
		opening->egress = opening->checked.egress;
		return 0;
	}
	if (!error)
		error = bpf_object__load(opening->object);
	if (!error)
		error = object_programs(opening->object, &opening->program, &opening->egress);
	return error ? say_all(opening, error, "the kernel refused the program or its maps") : 0;
}

/* What outlives the object, which is closed when all is done. */
static int take_map(struct hold *hold, struct bpf_object *object, uint32_t i)
{
	const struct role_map *map = &hold->role->maps[i];

	if (map->kind == ROLE_MAPPED) {
		hold->memory[i] = maps_open(maps_descriptor(object, map), map, hold->entries[i]);
		return hold->memory[i] ? 0 : -errno;
	}
	hold->descriptors[i] = fcntl(maps_descriptor(object, map), F_DUPFD_CLOEXEC, 3);
	return hold->descriptors[i] < 0 ? -errno : 0;
}

static int take(struct opening *opening)
{
	struct hold *hold = opening->hold;
	int error = 0;

	for (uint32_t i = 0; !error && i < hold->role->map_count; i++)
		error = take_map(hold, opening->object, i);
	error = error ? error : hold_sum_open(hold);
	error = error ? error : hold_waiter_open(hold);
	return error ? say_all(opening, error, "the tables could not be mapped") : 0;
}

/* ---- what is seen outside ---- */

/* Marks of an opening that was killed stay. */
static int clear_pins(const struct hold *hold)
{
	bool marked[ROLE_SITES_MAX];
	int error;

	for (uint32_t i = 0; i < hold->site_count; i++)
		marked[i] = pins_marked(&hold->pins, hold->sites[i].egress.mark);
	error = pins_clear(&hold->pins, &(uint32_t){0});
	for (uint32_t i = 0; !error && i < hold->site_count; i++)
		if (marked[i])
			error = pins_mark(&hold->pins, hold->sites[i].egress.mark);
	return error;
}

static int pin_maps(struct opening *opening)
{
	struct hold *hold = opening->hold;
	const struct role *role = hold->role;
	int error = clear_pins(hold);

	opening->pinned = true;
	for (uint32_t i = 0; !error && i < role->map_count; i++)
		error = pins_put(&hold->pins, role->maps[i].name, maps_descriptor(opening->object, &role->maps[i]));
	if (error)
		return say_all(opening, error, "the tables could not be pinned");
	((struct role_switch *)hold->memory[role->switch_map])->layout = role->layout;
	return 0;
}

static int set_egress(struct opening *opening, uint32_t i)
{
	struct hold *hold = opening->hold;

	return egress_attach(&hold->sites[i].egress, &hold->pins, opening->egress, opening->was[i], opening->fault);
}

static int exchange(struct opening *opening, const struct hold_site *site)
{
	int error = bpf_link_update(site->link, opening->program, NULL) ? -errno : 0;

	return error ? say(opening, site->interface, error, "the running program could not be exchanged; it goes on") : 0;
}

static int set_link(struct opening *opening, uint32_t i)
{
	struct hold_site *site = &opening->hold->sites[i];
	struct pins *pins = &opening->hold->pins;
	struct xdp_holder holder;
	int error;

	if (opening->was[i] == XDP_LINK_HERE) {
		error = exchange(opening, site);
		if (error)
			return error;
	} else {
		if (site->link >= 0)
			close(site->link);
		site->link = xdp_attach(opening->program, site->ifindex, site->interface, opening->request->generic, opening->fault);
		if (site->link < 0)
			return site->link;
		opening->linked[i] = true;
		error = pins_drop(pins, site->link_pin);
		error = error ? error : pins_put(pins, site->link_pin, site->link);
		if (error)
			return say(opening, site->interface, error, "the program could not be pinned");
	}
	site->generic = xdp_holder(site->ifindex, &holder) == 0 && holder.generic;
	return 0;
}

static int settle(struct opening *opening, uint32_t i)
{
	struct hold_site *site = &opening->hold->sites[i];
	int error = egress_settle(&site->egress, &opening->hold->pins, opening->was[i]);

	return error ? say(opening, site->interface, error, "what an earlier version set for what leaves could not be removed") : 0;
}

/* What leaves before what arrives; those that are protected already last. */
static int set_all(struct opening *opening, int (*set)(struct opening *opening, uint32_t i))
{
	int error = 0;

	for (int protected = 0; protected < 2; protected ++)
		for (uint32_t i = 0; !error && i < opening->hold->site_count; i++)
			if ((opening->was[i] == XDP_LINK_HERE) == (protected == 1))
				error = set(opening, i);
	return error;
}

/* ---- both ---- */

static int name_site(struct opening *opening, const char *interface)
{
	struct hold *hold = opening->hold;
	struct hold_site *site = &hold->sites[hold->site_count];

	if (pins_name(&hold->pins, opening->request->bpffs, hold->role, interface))
		return say(opening, interface, -EINVAL, "this can be no interface, or the directory of pins has too long a name");
	for (uint32_t i = 0; i < hold->site_count; i++)
		if (strcmp(hold->sites[i].interface, interface) == 0)
			return say(opening, interface, -EINVAL, "this interface is named twice");
	strncpy(site->interface, interface, sizeof(site->interface) - 1);
	site->link = -1;
	site->ifindex = (int)if_nametoindex(site->interface);
	if (!site->ifindex)
		return say(opening, interface, -ENODEV, "there is no such interface");
	pins_file(hold->role, PINS_LINK, interface, site->link_pin);
	egress_name(&site->egress, hold->role, site->interface, site->ifindex);
	hold->site_count++;
	return 0;
}

static int begin(struct opening *opening)
{
	const struct hold_request *request = opening->request;
	const char *bpffs = request->bpffs ? request->bpffs : PLANE_BPFFS, *foreign;
	struct hold *hold = opening->hold;
	int error = 0;

	for (uint32_t i = 0; !error && i < request->interface_count; i++)
		error = name_site(opening, request->interfaces[i]);
	if (error)
		return error;
	if (pins_check(bpffs)) {
		fault_set(opening->fault, bpffs, 0, 0,
			"no bpffs is mounted here: mount -t bpf bpf %s (not from a service, whose mounts may end with it)", bpffs);
		return -ENOENT;
	}
	error = pins_open(&hold->pins);
	if (error == -EBUSY)
		fault_set(opening->fault, hold->sites[0].interface, 0, 0, "another process runs the %s%s", hold->role->name,
			hold->role->shares ? "" : " of this interface");
	else if (error)
		return say_all(opening, error, "the pins cannot be made");
	if (error)
		return error;
	foreign = pins_foreign(&hold->pins);
	if (foreign) {
		fault_set(opening->fault, foreign, 0, 0,
			"somebody else may write to this directory of pins, or owns it: run 'floodwall bypass', remove it, then start "
			"again");
		return -EPERM;
	}
	error = object_open(hold->role, hold->entries, &opening->object);
	return error ? say_all(opening, error, "the program inside cannot be read") : 0;
}

static int go(struct opening *opening)
{
	int error = begin(opening);

	error = error ? error : look(opening);
	error = error ? error : load(opening);
	error = error ? error : take(opening);
	if (!error && !opening->reuse)
		error = pin_maps(opening);
	error = error ? error : set_all(opening, set_egress);
	error = error ? error : set_all(opening, set_link);
	error = error ? error : set_all(opening, settle);
	if (!error && opening->checked.xdp < 0)
		checked_put(&opening->hold->pins, opening->request->role, opening->object,
			&(struct checked){opening->program, opening->egress});
	return error;
}

/* What was there before stays, what this opening made goes. A program that took the place of an earlier one works on the same maps. */
static void undo(struct opening *opening)
{
	struct hold *hold = opening->hold;

	for (uint32_t i = 0; i < hold->site_count; i++) {
		struct hold_site *site = &hold->sites[i];

		if (opening->linked[i]) {
			bpf_link_detach(site->link);
			pins_drop(&hold->pins, site->link_pin);
		}
		egress_undo(&site->egress, &hold->pins, opening->was[i]);
	}
	if (opening->pinned)
		pins_clear(&hold->pins, &(uint32_t){0});
	hold_close(hold);
}

static void start(struct hold *hold, const struct hold_request *request)
{
	memset(hold, 0, sizeof(*hold));
	hold->role = request->role;
	hold->pins.lock = hold->waiter = hold->waiter_inner = hold->ring_fd = -1;
	memcpy(hold->entries, request->entries, request->role->map_count * sizeof(*request->entries));
	for (int i = 0; i < ROLE_MAPS_MAX; i++)
		hold->descriptors[i] = -1;
}

int hold_open(struct hold *hold, const struct hold_request *request, struct fault *out_fault)
{
	struct opening opening = {.hold = hold, .request = request, .fault = out_fault, .checked = {-1, -1}};
	int error;

	start(hold, request);
	for (int i = 0; i < ROLE_MAPS_MAX; i++)
		opening.old[i] = -ENOENT;
	error = go(&opening);
	for (int i = 0; i < ROLE_MAPS_MAX; i++)
		if (opening.old[i] >= 0)
			close(opening.old[i]);
	if (opening.object)
		bpf_object__close(opening.object);
	checked_close(&opening.checked);
	if (error) {
		undo(&opening);
		return error;
	}
	hold->pins.made_base = hold->pins.made_dir = false;
	hold->took_over = opening.reuse;
	leave_others(hold);
	return 0;
}
