/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tc egress: a clsact and one filter with a priority, a handle and a name of our own, so that it can be replaced, found and
 * removed among the filters of others. libbpf names a filter "PROGRAM:[NUMBER]".
 */
#include "plane/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "plane/netlink.h"

static struct bpf_tc_hook hook_of(int ifindex, enum bpf_tc_attach_point point)
{
	return (struct bpf_tc_hook){.sz = sizeof(struct bpf_tc_hook), .ifindex = ifindex, .attach_point = point};
}

int egress_attach(int program, int ifindex, const char *interface, struct fault *out_fault)
{
	struct bpf_tc_hook hook = hook_of(ifindex, BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = PLANE_TC_HANDLE, .priority = PLANE_TC_PRIORITY, .prog_fd = program,
		.flags = BPF_TC_F_REPLACE);
	char kind[16];
	int error = netlink_clsact(ifindex, kind);

	if (!error && strcmp(kind, "ingress") == 0) {
		/* It would take the filter, and run it for what arrives. */
		fault_set(out_fault, interface, 0, 0,
			"an 'ingress' qdisc is on this interface where a 'clsact' must be; it can do the same: tc qdisc del dev %s ingress",
			interface);
		return -EBUSY;
	}
	if (!error && !kind[0])
		error = bpf_tc_hook_create(&hook);
	if (!error || error == -EEXIST)
		error = bpf_tc_attach(&hook, &filter);
	if (error == -ENOENT)
		fault_set(out_fault, interface, 0, 0, "this kernel has no clsact or no BPF filters for tc (sch_ingress, cls_bpf)");
	else if (error)
		fault_set(out_fault, interface, 0, 0, "the filter for what leaves could not be set: %s", strerror(-error));
	return error;
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

bool egress_there(int ifindex)
{
	struct seen seen = {0};

	return netlink_filters(ifindex, NETLINK_EGRESS, see, &seen) == 0 && seen.ours;
}

int egress_detach(int ifindex, enum egress_made made, uint32_t *count)
{
	struct bpf_tc_hook hook = hook_of(ifindex, BPF_TC_EGRESS);
	struct bpf_tc_hook both = hook_of(ifindex, BPF_TC_INGRESS | BPF_TC_EGRESS);
	struct seen seen = {0};
	int error = netlink_filters(ifindex, NETLINK_EGRESS, see, &seen);

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
