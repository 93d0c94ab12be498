/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two places where a role's programs sit: XDP by a bpf_link, tc egress by a filter. */
#pragma once

#include "plane/pins.h"

/* ---- xdp.c ---- */

/* Who holds an interface. id 0: nobody. */
struct xdp_holder {
	uint32_t id; /* of the program */
	char name[16];
	const struct role *role; /* whose it is, by its name and its maps; NULL: somebody else's */
	bool generic;
};

/* Returns 0 or -errno. */
int xdp_holder(int ifindex, struct xdp_holder *out_holder);

/* The role that a program is of, by its name and that of one of its maps, or NULL. */
const struct role *xdp_role(uint32_t program_id, char out_name[16]);

enum xdp_link_state {
	XDP_LINK_NONE, /* no link is pinned */
	XDP_LINK_HERE, /* it holds this interface */
	XDP_LINK_DEAD, /* its interface is gone, or somebody detached it */
	XDP_LINK_ELSEWHERE, /* it holds another interface, or one of another network namespace */
};

/* out_link: the descriptor, or -1. */
enum xdp_link_state xdp_link(const struct pins *pins, const char *file, int ifindex, int *out_link);

/* Whether a link still holds an interface, wherever. */
bool xdp_alive(int link);

/* A new link that holds the interface, native or, if allowed, generic; not pinned yet. A descriptor, or -errno with a sentence. */
int xdp_attach(int program, int ifindex, const char *interface, bool generic, struct fault *out_fault);

/* Says in *out_fault who holds the interface, and returns -EBUSY. */
int xdp_busy(const struct xdp_holder *holder, const char *interface, struct fault *out_fault);

/* Off the interface, by whatever means it is there. Returns 0 or -errno. */
int xdp_detach(int ifindex, const struct xdp_holder *holder);

/* ---- egress.c ---- */

/* Sets our filter, in place of an earlier one of ours; makes the clsact where there is none. What a failure leaves is the caller's. */
int egress_attach(int program, int ifindex, const char *interface, struct fault *out_fault);

/* Whether a filter of ours is set. */
bool egress_there(int ifindex);

/*
 * Removes our filters, and the clsact if made says that it is ours (or, where nobody knows any more, if we had a filter there) and no
 * other filter is on it. Adds to *count what was removed.
 */
enum egress_made { EGRESS_MADE_NO, EGRESS_MADE_YES, EGRESS_MADE_UNKNOWN };
int egress_detach(int ifindex, enum egress_made made, uint32_t *count);
