/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcx (Linux 6.6 and later): a chain of BPF programs of an interface's own, without a qdisc to hang filters on and without the walk over filters. A
 * clsact filter that does nothing takes 5 % of TCP's throughput, the same program in the chain at most 3 %.
 *
 *	by a link      as XDP is: pinned it outlives the process, unpinned it goes with whoever is killed half way, it is exchanged in place, and all
 *	               that needs no number of a program, which only CAP_SYS_ADMIN may ask for and the service has not
 *	first          what a program returns but TCX_NEXT ends the chain, and the filters of a clsact are not asked either. A defence behind one that
 *	               returns TCX_PASS would see nothing. Ours ends it only where it drops, so all others go on. Who wants to come before us
 *	               may: an exchange keeps the place
 *
 * Debian 12's libbpf hands on what it does not know, so that its calls serve; only the numbers are missing from its headers.
 */
#include "plane/tcx.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <unistd.h>

#include "plane/attach.h"

/* Of enum bpf_attach_type and the flags of BPF_LINK_CREATE, as <linux/bpf.h> has them since 6.6. */
enum { TCX_EGRESS = 47, TCX_BEFORE = 1 << 3 };
_Static_assert(TC_ACT_UNSPEC == -1 && TC_ACT_SHOT == 2, "what our programs return is TCX_NEXT and TCX_DROP");

int tcx_read(int ifindex, struct tcx_chain *out_chain)
{
	struct tcx_chain chain = {.count = TCX_PROGRAMS_MAX};

	if (bpf_prog_query(ifindex, (enum bpf_attach_type)TCX_EGRESS, 0, NULL, chain.ids, &chain.count))
		return errno == EINVAL ? -EOPNOTSUPP : -errno; /* EPERM comes before: who may not ask is not told that there is none */
	*out_chain = chain;
	return 0;
}

int tcx_attach(int program, int ifindex)
{
	LIBBPF_OPTS(bpf_link_create_opts, first, .flags = TCX_BEFORE);
	int link = bpf_link_create(program, ifindex, (enum bpf_attach_type)TCX_EGRESS, &first);

	return link < 0 ? -errno : link;
}

/* A number of an interface means something in its own namespace only: what the link holds must sit on ours. */
bool tcx_here(int link, int ifindex, const struct tcx_chain *chain)
{
	struct hook_link found;

	if (hook_link(link, &found) || found.kind != HOOK_TCX || found.side != TCX_EGRESS || found.ifindex != ifindex)
		return false;
	for (uint32_t i = 0; i < chain->count; i++)
		if (chain->ids[i] == found.program_id)
			return true;
	return false;
}

/* By its link, or, where somebody attached it without one, by itself. */
static int take_off(int ifindex, uint32_t id)
{
	int link = hook_find(&(struct hook_link){.kind = HOOK_TCX, .side = TCX_EGRESS, .ifindex = ifindex, .program_id = id});
	int program = link < 0 ? bpf_prog_get_fd_by_id(id) : -1, error;

	if (link >= 0)
		error = bpf_link_detach(link) ? -errno : 0;
	else
		error = program < 0 || bpf_prog_detach2(program, ifindex, (enum bpf_attach_type)TCX_EGRESS) ? -errno : 0;
	if (link >= 0)
		close(link);
	if (program >= 0)
		close(program);
	return error;
}

int tcx_detach_others(int ifindex, int keep, uint32_t *count)
{
	struct tcx_chain chain = {0};
	struct hook_link kept = {0};
	char name[16];
	int first = keep < 0 ? 0 : hook_link(keep, &kept), error;

	first = first ? first : tcx_read(ifindex, &chain);
	for (uint32_t i = 0; i < chain.count; i++) {
		if (chain.ids[i] == kept.program_id || !hook_role(chain.ids[i], name))
			continue;
		error = take_off(ifindex, chain.ids[i]);
		*count += !error;
		first = first ? first : error;
	}
	return first == -EOPNOTSUPP ? 0 : first;
}
