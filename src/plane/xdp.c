/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XDP by a bpf_link: it is pinned, so the kernel keeps the program when the process ends; it is updated in place, so no packet
 * meets an interface without a program; and whoever else attaches is refused instead of silently replacing us.
 */
#include "plane/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

int xdp_holder(int ifindex, struct xdp_holder *out_holder)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int error = bpf_xdp_query(ifindex, 0, &query);

	memset(out_holder, 0, sizeof(*out_holder));
	if (error)
		return error;
	out_holder->id = query.prog_id ? query.prog_id : query.drv_prog_id ? query.drv_prog_id : query.skb_prog_id;
	if (!out_holder->id)
		return 0;
	out_holder->generic = query.attach_mode == XDP_ATTACHED_SKB;
	out_holder->role = hook_role(out_holder->id, out_holder->name);
	return 0;
}

enum xdp_link_state xdp_link(const struct pins *pins, const char *file, int ifindex, int *out_link)
{
	int link = pins_get(pins, file);
	struct hook_link found;
	struct xdp_holder holder;

	*out_link = -1;
	if (link < 0)
		return XDP_LINK_NONE;
	*out_link = link;
	if (!hook_alive(link) || hook_link(link, &found))
		return XDP_LINK_DEAD;
	/* A number of an interface means something in its own namespace only: what sits on ours must be what the link holds. */
	if (found.ifindex != ifindex || xdp_holder(ifindex, &holder) || holder.id != found.program_id)
		return XDP_LINK_ELSEWHERE;
	return XDP_LINK_HERE;
}

int xdp_busy(const struct xdp_holder *holder, const char *interface, struct fault *out_fault)
{
	if (holder->role)
		fault_set(out_fault, interface, 0, 0,
			"a %s whose pins are not here holds this interface (program %u); 'floodwall bypass' removes it", holder->role->name,
			holder->id);
	else if (holder->id)
		fault_set(out_fault, interface, 0, 0,
			"another XDP program holds this interface: \"%s\", number %u; detach it first (bpftool net detach xdp dev %s)",
			holder->name[0] ? holder->name : "(no name)", holder->id, interface);
	else
		fault_set(out_fault, interface, 0, 0, "another XDP program holds this interface");
	return -EBUSY;
}

/* 524: ENOTSUPP, which the kernel lets out although it is no errno of user space. */
static bool unsupported(int error)
{
	return error == -EOPNOTSUPP || error == -524 || error == -EINVAL || error == -ERANGE || error == -ENOSPC;
}

int xdp_attach(int program, int ifindex, const char *interface, bool generic, struct fault *out_fault)
{
	LIBBPF_OPTS(bpf_link_create_opts, native, .flags = XDP_FLAGS_DRV_MODE);
	LIBBPF_OPTS(bpf_link_create_opts, slow, .flags = XDP_FLAGS_SKB_MODE);
	struct xdp_holder holder;
	int link = bpf_link_create(program, ifindex, BPF_XDP, &native);

	if (link < 0 && generic && unsupported(-errno))
		link = bpf_link_create(program, ifindex, BPF_XDP, &slow);
	else if (link < 0 && unsupported(-errno)) {
		fault_set(out_fault, interface, 0, 0,
			"the driver takes no native XDP program (%s); a smaller MTU may help, or allow generic mode, which is several "
			"times slower",
			-errno == -524 ? "not supported" : strerror(errno));
		return -EOPNOTSUPP;
	}
	if (link >= 0)
		return link;
	if (errno == EBUSY || errno == EEXIST)
		return xdp_busy(xdp_holder(ifindex, &holder) ? &(struct xdp_holder){0} : &holder, interface, out_fault);
	fault_set(out_fault, interface, 0, 0, "the XDP program could not be attached: %s", strerror(errno));
	return -errno;
}

int xdp_detach(int ifindex, const struct xdp_holder *holder)
{
	int link = hook_find(&(struct hook_link){.kind = HOOK_XDP, .ifindex = ifindex, .program_id = holder->id}), error;

	if (link < 0)
		return bpf_xdp_detach(ifindex, holder->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE, NULL);
	error = bpf_link_detach(link) ? -errno : 0;
	close(link);
	return error;
}
