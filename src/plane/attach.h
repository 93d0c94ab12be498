/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two places where a role's programs sit: XDP for what arrives, tc for what leaves. */
#pragma once

#include "plane/pins.h"

/* ---- hook.c ---- */

enum hook_kind { HOOK_XDP = 6, HOOK_TCX = 11 }; /* of enum bpf_link_type; the headers of older kernels lack the second */

/* What a bpf_link holds. */
struct hook_link {
	uint32_t kind, side; /* side: of tcx, its attach type; 0 otherwise */
	int ifindex; /* 0: nothing any more */
	uint32_t program_id;
};

/* Returns 0 or -errno. */
int hook_link(int link, struct hook_link *out_link);

/* Whether a link of either kind still holds an interface, wherever. */
bool hook_alive(int link);

/* The link that is so, whoever made it, or -ENOENT. A descriptor. Takes CAP_SYS_ADMIN. */
int hook_find(const struct hook_link *wanted);

/* The role that a program is of, by its name and that of one of its maps, or NULL. Takes CAP_SYS_ADMIN. */
const struct role *hook_role(uint32_t program_id, char out_name[16]);

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

enum xdp_link_state {
	XDP_LINK_NONE, /* no link is pinned */
	XDP_LINK_HERE, /* it holds this interface */
	XDP_LINK_DEAD, /* its interface is gone, or somebody detached it */
	XDP_LINK_ELSEWHERE, /* it holds another interface, or one of another network namespace */
};

/* out_link: the descriptor, or -1. */
enum xdp_link_state xdp_link(const struct pins *pins, const char *file, int ifindex, int *out_link);

/* A new link that holds the interface, native or, if allowed, generic; not pinned yet. A descriptor, or -errno with a sentence. */
int xdp_attach(int program, int ifindex, const char *interface, bool generic, struct fault *out_fault);

/* Says in *out_fault who holds the interface, and returns -EBUSY. */
int xdp_busy(const struct xdp_holder *holder, const char *interface, struct fault *out_fault);

/* Off the interface, by whatever means it is there. Returns 0 or -errno. */
int xdp_detach(int ifindex, const struct xdp_holder *holder);

/* ---- egress.c ---- */

/* What leaves one interface: our program by tcx, or, where the kernel has none, as a filter under a clsact. */
struct egress {
	char interface[16];
	int ifindex;
	char pin[PINS_FILE_MAX], mark[PINS_FILE_MAX]; /* names of files in the directory of pins */
	int link; /* tcx; -1: none */
	bool fresh; /* the link was made by egress_attach() */
	bool classic; /* egress_attach() went the way of the clsact */
	bool settled; /* an earlier filter under a clsact is gone */
};

void egress_name(struct egress *egress, const struct role *role, const char *interface, int ifindex);

/*
 * Sets our program in the place of an earlier one of ours; makes the clsact if one must be and is not there. was: of the XDP link. Returns 0
 * or -errno with a sentence. What it leaves then, and what it did when something later fails, egress_undo() takes back.
 */
int egress_attach(struct egress *egress, const struct pins *pins, int program, enum xdp_link_state was, struct fault *out_fault);
void egress_undo(struct egress *egress, const struct pins *pins, enum xdp_link_state was);

/*
 * When all else holds: with tcx, what a build of this layout without it left under a clsact goes, so that each packet is judged once; so does any
 * other program of ours in the chain. Returns 0 or -errno.
 */
int egress_settle(struct egress *egress, const struct pins *pins, enum xdp_link_state was);

/* Takes the program off, whichever way it is there. Returns 0 or -errno. */
int egress_detach(struct egress *egress, const struct pins *pins);
void egress_close(struct egress *egress);

/*
 * For whoever has no struct egress, as a bypass, which may find no pins: removes our programs of either way, and the clsact if made says that it is
 * ours (or, where nobody knows any more, if we had a filter there) and no other filter is on it. Adds to *count what was removed. Returns 0 or
 * -errno.
 */
enum egress_made { EGRESS_MADE_NO, EGRESS_MADE_YES, EGRESS_MADE_UNKNOWN };
int egress_remove(int ifindex, enum egress_made made, uint32_t *count);
