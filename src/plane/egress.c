/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What leaves an interface, in one of two ways:
 *
 *	tcx       by a pinned link in a chain of programs (tcx.c)
 *	clsact    before Linux 6.6: that qdisc, and one filter with a priority, a handle and a name of our own, so that it can be replaced, found
 *	          and removed among the filters of others. libbpf names a filter "PROGRAM:[NUMBER]". Whether the qdisc is ours, a mark says
 *
 * A build of this layout that goes the second way on a kernel that has the first may have run before: then both run until all else holds (a packet is
 * rather judged twice than not at all), and the filter goes, with the qdisc if that is ours.
 */
#include "plane/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plane/netlink.h"
#include "plane/tcx.h"

/* ---- under a clsact ---- */

static struct bpf_tc_hook hook_of(int ifindex, enum bpf_tc_attach_point point)
{
	return (struct bpf_tc_hook){.sz = sizeof(struct bpf_tc_hook), .ifindex = ifindex, .attach_point = point};
}

struct seen {
	uint32_t ours, others;
};

static void see(void *context, const struct netlink_filter *filter)
{
	struct seen *seen = context;

	if (strcmp(filter->kind, "bpf") == 0 && role_named(filter->name) && filter->handle == PLANE_TC_HANDLE &&
		filter->priority == PLANE_TC_PRIORITY) {
		seen->ours++;
	} else {
		seen->others++;
	}
}

static int filters(int ifindex, struct seen *out_seen)
{
	memset(out_seen, 0, sizeof(*out_seen));
	return netlink_filters(ifindex, NETLINK_EGRESS, see, out_seen);
}

/* The mark is set before what it speaks of is made: whoever is killed in between leaves nothing that nobody owns. */
static int mark(const struct egress *egress, const struct pins *pins, enum xdp_link_state was, const char *kind)
{
	struct seen seen = {0};
	int error = was == XDP_LINK_DEAD ? filters(egress->ifindex, &seen) : 0;

	/* Without a link and a filter, a mark that is there speaks of an interface that is gone. */
	if (!error && was == XDP_LINK_DEAD && !seen.ours)
		error = pins_drop(pins, egress->mark);
	if (!error && !kind[0])
		error = pins_mark(pins, egress->mark);
	return error;
}

static int set_filter(const struct egress *egress, int program, const char *kind)
{
	struct bpf_tc_hook hook = hook_of(egress->ifindex, BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = PLANE_TC_HANDLE, .priority = PLANE_TC_PRIORITY, .prog_fd = program,
		.flags = BPF_TC_F_REPLACE);
	int error = kind[0] ? 0 : bpf_tc_hook_create(&hook);

	return error && error != -EEXIST ? error : bpf_tc_attach(&hook, &filter);
}

static int attach_classic(struct egress *egress, const struct pins *pins, int program, enum xdp_link_state was, struct fault *out_fault)
{
	const char *interface = egress->interface;
	char kind[16];
	int error = netlink_clsact(egress->ifindex, kind);

	error = error ? error : mark(egress, pins, was, kind);
	if (error) {
		fault_set(out_fault, interface, 0, 0, "the directory of pins takes no mark: %s", strerror(-error));
		return error;
	}
	egress->classic = true;
	if (strcmp(kind, "ingress") == 0) {
		/* It would take the filter, and run it for what arrives. */
		fault_set(out_fault, interface, 0, 0,
			"an 'ingress' qdisc is on this interface where a 'clsact' must be; it can do the same: tc qdisc del dev %s ingress",
			interface);
		return -EBUSY;
	}
	error = set_filter(egress, program, kind);
	if (error == -ENOENT)
		fault_set(out_fault, interface, 0, 0, "this kernel has neither tcx nor a clsact with BPF filters (sch_ingress, cls_bpf)");
	else if (error)
		fault_set(out_fault, interface, 0, 0, "the filter for what leaves could not be set: %s", strerror(-error));
	return error;
}

static int remove_classic(int ifindex, enum egress_made made, uint32_t *count)
{
	struct bpf_tc_hook hook = hook_of(ifindex, BPF_TC_EGRESS);
	struct bpf_tc_hook both = hook_of(ifindex, BPF_TC_INGRESS | BPF_TC_EGRESS);
	struct seen seen;
	int error = filters(ifindex, &seen);

	if (!error)
		error = netlink_filters(ifindex, NETLINK_INGRESS, see, &seen);
	if (error)
		return error;
	if (seen.ours) {
		LIBBPF_OPTS(bpf_tc_opts, filter, .handle = PLANE_TC_HANDLE, .priority = PLANE_TC_PRIORITY);
		error = bpf_tc_detach(&hook, &filter);
		if (error)
			return error;
		++*count;
	}
	if (seen.others || made == EGRESS_MADE_NO || (made == EGRESS_MADE_UNKNOWN && !seen.ours))
		return 0;
	error = bpf_tc_hook_destroy(&both);
	return error == -ENOENT || error == -EINVAL ? 0 : error;
}

static enum egress_made made_of(const struct egress *egress, const struct pins *pins)
{
	return pins_marked(pins, egress->mark) ? EGRESS_MADE_YES : EGRESS_MADE_NO;
}

/* ---- by tcx ---- */

static int attach_link(struct egress *egress, const struct pins *pins, int program, const struct tcx_chain *chain)
{
	int error;

	egress->link = pins_get(pins, egress->pin);
	if (egress->link < 0 && egress->link != -ENOENT)
		return egress->link;
	if (egress->link >= 0 && tcx_here(egress->link, egress->ifindex, chain))
		return bpf_link_update(egress->link, program, NULL) ? -errno : 0;
	egress_close(egress);
	egress->link = tcx_attach(program, egress->ifindex);
	/* The same program is there without our link, and no chain has one twice. */
	if (egress->link == -EEXIST && tcx_detach_others(egress->ifindex, -1, &(uint32_t){0}) == 0)
		egress->link = tcx_attach(program, egress->ifindex);
	if (egress->link < 0)
		return egress->link;
	egress->fresh = true;
	error = pins_drop(pins, egress->pin);
	return error ? error : pins_put(pins, egress->pin, egress->link);
}

/* Returns 0 or -errno; what holds nothing any more is off. */
static int detach_link(const struct egress *egress)
{
	int error = egress->link < 0 || bpf_link_detach(egress->link) == 0 ? 0 : -errno;

	return error && hook_alive(egress->link) ? error : 0;
}

/* ---- both ---- */

void egress_name(struct egress *egress, const struct role *role, const char *interface, int ifindex)
{
	*egress = (struct egress){.ifindex = ifindex, .link = -1};
	snprintf(egress->interface, sizeof(egress->interface), "%.15s", interface);
	pins_file(role, PINS_FILTER, interface, egress->pin);
	pins_file(role, PINS_MADE_CLSACT, interface, egress->mark);
}

int egress_attach(struct egress *egress, const struct pins *pins, int program, enum xdp_link_state was, struct fault *out_fault)
{
	struct tcx_chain chain;
	int error = tcx_read(egress->ifindex, &chain);

	if (error == -EOPNOTSUPP)
		return attach_classic(egress, pins, program, was, out_fault);
	error = error ? error : attach_link(egress, pins, program, &chain);
	if (error)
		fault_set(out_fault, egress->interface, 0, 0, "the program for what leaves could not be set: %s", strerror(-error));
	return error;
}

int egress_settle(struct egress *egress, const struct pins *pins, enum xdp_link_state was)
{
	enum egress_made made = made_of(egress, pins);
	struct seen seen = {0};
	uint32_t count = 0;
	int error;

	if (egress->classic)
		return 0;
	error = tcx_detach_others(egress->ifindex, egress->link, &(uint32_t){0});
	error = error ? error : filters(egress->ifindex, &seen);
	/* As above: a mark may speak of an interface that is gone. */
	if (!error && (seen.ours || (made == EGRESS_MADE_YES && was != XDP_LINK_DEAD)))
		error = remove_classic(egress->ifindex, made, &count);
	egress->settled = count != 0;
	return error ? error : pins_drop(pins, egress->mark);
}

/* An interface that was protected stays so: by the filter that is there, or else by the program that this opening set on the same maps. */
void egress_undo(struct egress *egress, const struct pins *pins, enum xdp_link_state was)
{
	if (egress->fresh && !(was == XDP_LINK_HERE && egress->settled)) {
		detach_link(egress);
		pins_drop(pins, egress->pin);
	}
	if (egress->classic && was != XDP_LINK_HERE) {
		remove_classic(egress->ifindex, made_of(egress, pins), &(uint32_t){0});
		pins_drop(pins, egress->mark);
	}
}

int egress_detach(struct egress *egress, const struct pins *pins)
{
	int first = detach_link(egress), error = remove_classic(egress->ifindex, made_of(egress, pins), &(uint32_t){0});

	return first ? first : error;
}

void egress_close(struct egress *egress)
{
	if (egress->link >= 0)
		close(egress->link);
	egress->link = -1;
}

int egress_remove(int ifindex, enum egress_made made, uint32_t *count)
{
	int first = tcx_detach_others(ifindex, -1, count), error = remove_classic(ifindex, made, count);

	return first ? first : error;
}
