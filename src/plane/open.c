/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening a plane. What the kernel holds for us decides which of three ways is taken:
 *
 *	nothing pinned, or nothing that protects    new maps, pinned; filter; link, pinned
 *	a link that holds the interface             its maps are used again; filter and program are exchanged in place
 *	a link whose interface was made anew        its maps are used again; filter and link are new
 *
 * All that can fail without a trace (loading, mapping, the ring) comes first; the interface is touched last, and what a failure
 * leaves half done is taken back by undo().
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plane/attach.h"
#include "plane/inside.h"
#include "plane/netlink.h"
#include "plane/object.h"

struct opening {
	struct plane *plane;
	const struct plane_setup *setup;
	struct fault *fault;
	struct bpf_object *object;
	int program, egress; /* borrowed from the object */
	enum xdp_link_state was; /* of the pinned link */
	bool reuse; /* the pinned maps */
	bool pinned; /* maps, by this opening */
	bool filtered; /* or tried */
	int old[MAP_COUNT]; /* descriptors of the pinned maps, or -errno */
};

/* error is returned. */
static int say(const struct opening *opening, int error, const char *what)
{
	bool denied = error == -EPERM || error == -EACCES;

	fault_set(opening->fault, opening->setup->interface, 0, 0, "%s: %s", what,
		denied ? "not permitted; this needs root, or CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON" : strerror(-error));
	return denied ? -EPERM : error;
}

/* ---- what is there ---- */

static bool layout_alike(int descriptor)
{
	struct fw_shield_switch found = {0};

	return bpf_map_lookup_elem(descriptor, &(uint32_t){0}, &found) == 0 && found.layout == FW_SHIELD_LAYOUT;
}

/* The first map that cannot be used again, or MAP_COUNT. */
static int first_unlike(struct opening *opening)
{
	int first = MAP_COUNT;

	for (int i = MAP_COUNT - 1; i >= 0; i--) {
		opening->old[i] = pins_get(&opening->plane->pins, maps_name((enum plane_map)i));
		if (opening->old[i] < 0 || !maps_alike(opening->object, (enum plane_map)i, opening->old[i]))
			first = i;
	}
	if (opening->old[MAP_SWITCH] >= 0 && !layout_alike(opening->old[MAP_SWITCH]))
		first = MAP_SWITCH;
	return first;
}

static int refuse(const struct opening *opening, int unlike)
{
	const char *name = maps_name((enum plane_map)unlike), *place = opening->plane->pins.dir;

	if (opening->old[unlike] == -ENOENT)
		fault_set(opening->fault, place, 0, 0,
			"the pins of the running shield are incomplete (no %s): run 'floodwall bypass', then start again", name);
	else if (opening->old[unlike] < 0)
		return say(opening, opening->old[unlike], "the pins of the running shield cannot be opened");
	else if (unlike == MAP_SWITCH)
		fault_set(opening->fault, place, 0, 0,
			"the running shield is of a version with another layout: run 'floodwall bypass', then start again");
	else
		fault_set(opening->fault, place, 0, 0,
			"the running shield has another size of %s than is configured: run 'floodwall bypass' and start again, or keep the "
			"size",
			name);
	return -ESTALE;
}

/* Decides which way is taken. */
static int look(struct opening *opening)
{
	struct plane *plane = opening->plane;
	struct xdp_holder holder;
	int unlike, error = xdp_holder(plane->ifindex, &holder);

	if (error)
		return say(opening, error, "who holds the interface cannot be seen");
	opening->was = xdp_link(&plane->pins, plane->ifindex, &plane->link);
	if (opening->was == XDP_LINK_ELSEWHERE) {
		fault_set(opening->fault, plane->pins.dir, 0, 0,
			"these pins hold another interface (renamed since, or of another network namespace): use another directory for "
			"pins");
		return -EBUSY;
	}
	if (holder.id && opening->was != XDP_LINK_HERE)
		return xdp_busy(&holder, plane->interface, opening->fault);
	unlike = first_unlike(opening);
	opening->reuse = unlike == MAP_COUNT;
	return opening->was == XDP_LINK_HERE && !opening->reuse ? refuse(opening, unlike) : 0;
}

/* ---- what leaves no trace ---- */

static int load(struct opening *opening)
{
	int error = 0;

	for (int i = 0; !error && opening->reuse && i < MAP_COUNT; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(opening->object, maps_name((enum plane_map)i));

		error = bpf_map__reuse_fd(map, opening->old[i]);
	}
	if (!error)
		error = bpf_object__load(opening->object);
	if (!error)
		error = object_programs(opening->object, &opening->program, &opening->egress);
	return error ? say(opening, error, "the kernel refused the program or its maps") : 0;
}

static int keep(struct opening *opening, enum plane_map map, int *out_descriptor)
{
	*out_descriptor = fcntl(maps_descriptor(opening->object, map), F_DUPFD_CLOEXEC, 3);
	return *out_descriptor < 0 ? -errno : 0;
}

/* The plane gets what it needs of the object, which is closed when all is done. */
static int take(struct opening *opening)
{
	struct plane *plane = opening->plane;
	int error = 0;

	for (int i = 0; !error && i < MAP_COUNT; i++) {
		if (!maps_mapped((enum plane_map)i))
			continue;
		plane->memory[i] = maps_open(maps_descriptor(opening->object, (enum plane_map)i), (enum plane_map)i, plane->entries[i]);
		error = plane->memory[i] ? 0 : -errno;
	}
	error = error ? error : keep(opening, MAP_COUNTS, &plane->counts);
	error = error ? error : keep(opening, MAP_ZONE_COUNTS, &plane->zone_counts);
	error = error ? error : keep(opening, MAP_PREFIXES, &plane->prefixes);
	error = error ? error : keep(opening, MAP_SAMPLES, &plane->samples);
	error = error ? error : look_open(plane);
	error = error ? error : config_waiter_open(plane);
	if (error)
		return say(opening, error, "the tables could not be mapped");
	config_read(plane);
	return 0;
}

/* ---- what is seen outside ---- */

static int pin_maps(struct opening *opening)
{
	struct plane *plane = opening->plane;
	bool marked = pins_marked(&plane->pins, PINS_MADE_CLSACT); /* by an opening that was killed */
	int error = pins_clear(&plane->pins, &(uint32_t){0});

	opening->pinned = true;
	if (!error && marked)
		error = pins_mark(&plane->pins, PINS_MADE_CLSACT);
	for (int i = 0; !error && i < MAP_COUNT; i++)
		error = pins_put(&plane->pins, maps_name((enum plane_map)i), maps_descriptor(opening->object, (enum plane_map)i));
	if (error)
		return say(opening, error, "the tables could not be pinned");
	((struct fw_shield_switch *)plane->memory[MAP_SWITCH])->layout = FW_SHIELD_LAYOUT;
	return 0;
}

/* The mark is set before what it speaks of is made: whoever is killed in between leaves nothing that nobody owns. */
static int set_filter(struct opening *opening)
{
	struct plane *plane = opening->plane;
	char kind[16];
	int error = netlink_clsact(plane->ifindex, kind);

	/* Without a link and a filter, a mark that is there speaks of an interface that is gone. */
	if (!error && opening->was == XDP_LINK_DEAD && !egress_there(plane->ifindex))
		error = pins_drop(&plane->pins, PINS_MADE_CLSACT);
	if (!error && !kind[0])
		error = pins_mark(&plane->pins, PINS_MADE_CLSACT);
	if (error)
		return say(opening, error, "the directory of pins takes no mark");
	opening->filtered = true;
	return egress_attach(opening->egress, plane->ifindex, plane->interface, opening->fault);
}

static int set_link(struct opening *opening)
{
	struct plane *plane = opening->plane;
	struct xdp_holder holder;
	int error;

	if (opening->was == XDP_LINK_HERE) {
		error = bpf_link_update(plane->link, opening->program, NULL) ? -errno : 0;
		if (error)
			return say(opening, error, "the running program could not be exchanged; it goes on");
	} else {
		if (plane->link >= 0)
			close(plane->link);
		plane->link = xdp_attach(opening->program, plane->ifindex, plane->interface, opening->setup->generic, opening->fault);
		if (plane->link < 0)
			return plane->link;
		error = pins_drop(&plane->pins, PINS_LINK);
		error = error ? error : pins_put(&plane->pins, PINS_LINK, plane->link);
		if (error)
			return say(opening, error, "the program could not be pinned");
	}
	plane->mode = xdp_holder(plane->ifindex, &holder) == 0 && holder.generic ? PLANE_GENERIC : PLANE_NATIVE;
	return 0;
}

/* ---- both ---- */

static int begin(struct opening *opening)
{
	const struct plane_setup *setup = opening->setup;
	struct plane *plane = opening->plane;
	int error = size_check(setup);

	if (error)
		return say(opening, error,
			error == -E2BIG ? "a table is to be larger than it can be" : "a table that must have a size has none");
	error = pins_name(&plane->pins, setup->bpffs, setup->interface);
	if (error)
		return say(opening, error, "this can be no interface, or the directory of pins has too long a name");
	strncpy(plane->interface, setup->interface, sizeof(plane->interface) - 1);
	plane->ifindex = (int)if_nametoindex(plane->interface);
	if (!plane->ifindex)
		return say(opening, -ENODEV, "there is no such interface");
	if (pins_check(setup->bpffs)) {
		fault_set(opening->fault, setup->bpffs ? setup->bpffs : PLANE_BPFFS, 0, 0,
			"no bpffs is mounted here: mount -t bpf bpf %s (not from a service, whose mounts may end with it)",
			setup->bpffs ? setup->bpffs : PLANE_BPFFS);
		return -ENOENT;
	}
	error = pins_open(&plane->pins);
	if (error)
		return say(
			opening, error, error == -EBUSY ? "another process runs the shield of this interface" : "the pins cannot be made");
	size_maps(setup, plane->entries);
	error = object_open(plane->entries, &opening->object);
	return error ? say(opening, error, "the program inside cannot be read") : 0;
}

static int go(struct opening *opening)
{
	int error = begin(opening);

	error = error ? error : look(opening);
	error = error ? error : load(opening);
	error = error ? error : take(opening);
	if (!error && !opening->reuse)
		error = pin_maps(opening);
	error = error ? error : set_filter(opening);
	return error ? error : set_link(opening);
}

/* What was there before stays, what this opening made goes. A filter that replaced an earlier one works on the same maps. */
static void undo(struct opening *opening)
{
	struct plane *plane = opening->plane;

	if (opening->was != XDP_LINK_HERE && opening->filtered) {
		bool made = pins_marked(&plane->pins, PINS_MADE_CLSACT);

		egress_detach(plane->ifindex, made ? EGRESS_MADE_YES : EGRESS_MADE_NO, &(uint32_t){0});
		pins_drop(&plane->pins, PINS_MADE_CLSACT);
	}
	if (opening->pinned)
		pins_clear(&plane->pins, &(uint32_t){0});
	plane_close(plane);
}

int plane_open(const struct plane_setup *setup, struct plane **out_plane, struct fault *out_fault)
{
	struct plane *plane = calloc(1, sizeof(*plane));
	struct opening opening = {.plane = plane, .setup = setup, .fault = out_fault};
	int error;

	if (!plane)
		return -ENOMEM;
	plane->pins.lock = plane->link = plane->counts = plane->zone_counts = plane->prefixes = plane->samples = -1;
	plane->waiter = plane->waiter_inner = -1;
	for (int i = 0; i < MAP_COUNT; i++)
		opening.old[i] = -ENOENT;
	error = go(&opening);
	for (int i = 0; i < MAP_COUNT; i++)
		if (opening.old[i] >= 0)
			close(opening.old[i]);
	if (opening.object)
		bpf_object__close(opening.object);
	if (error) {
		undo(&opening);
		return error;
	}
	plane->pins.made_base = plane->pins.made_dir = false;
	plane->took_over = opening.reuse;
	*out_plane = plane;
	return 0;
}

void plane_close(struct plane *plane)
{
	const int descriptors[] = {plane ? plane->link : -1, plane ? plane->counts : -1, plane ? plane->zone_counts : -1,
		plane ? plane->prefixes : -1, plane ? plane->samples : -1, plane ? plane->waiter : -1, plane ? plane->waiter_inner : -1};

	if (!plane)
		return;
	look_close(plane);
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(descriptors[0]); i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	for (int i = 0; i < MAP_COUNT; i++)
		maps_close(plane->memory[i], (enum plane_map)i, plane->entries[i]);
	pins_close(&plane->pins);
	free(plane);
}

int plane_detach(struct plane *plane, struct fault *out_fault)
{
	enum egress_made made = pins_marked(&plane->pins, PINS_MADE_CLSACT) ? EGRESS_MADE_YES : EGRESS_MADE_NO;
	uint32_t count = 0;
	/* A link whose interface is gone cannot be detached any more, and need not be. */
	int first = bpf_link_detach(plane->link) && errno != ENOLINK && errno != EINVAL ? -errno : 0;
	int error = egress_detach(plane->ifindex, made, &count);

	first = first ? first : error == -ENODEV ? 0 : error;
	error = pins_remove(&plane->pins, &count);
	first = first ? first : error;
	if (first)
		fault_set(out_fault, plane->interface, 0, 0, "not everything could be taken off: %s", strerror(-first));
	plane_close(plane);
	return first;
}

enum plane_mode plane_mode(const struct plane *plane)
{
	return plane->mode;
}

bool plane_took_over(const struct plane *plane)
{
	return plane->took_over;
}

bool plane_attached(const struct plane *plane)
{
	struct bpf_link_info info = {0};
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(plane->link, &info, &len) == 0 && (int)info.xdp.ifindex == plane->ifindex;
}
