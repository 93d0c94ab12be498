/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process holds of a role's kernel side, shield or guard alike: the interfaces it sits on, memory of its maps, the switch
 * between two configurations, the wait until no packet reads what was switched away, counters summed, the ring. First member of
 * struct plane and struct plane_guard.
 */
#pragma once

#include "base/fault.h"
#include "plane/attach.h"
#include "plane/maps.h"
#include "plane/pins.h"
#include "plane/ring.h"

/* An interface that the role sits on. */
struct hold_site {
	char interface[16];
	int ifindex;
	int link; /* of the XDP program, or -1 */
	bool generic; /* XDP mode */
	char link_pin[PINS_FILE_MAX]; /* name of its file in the directory of pins */
	struct egress egress;
};

/*
 * Without a kernel: a judge in user space has the tables (dry.c). They are of this process alone and are judged by between two calls, so that
 * there is nobody to wait for and one configuration is enough: the first.
 */
struct hold_dry {
	void *memory[ROLE_MAPS_MAX]; /* of every map that is no ring, counters too */
	int (*frames)(void *context, int (*visit)(void *visit_context, const void *data, size_t len), void *visit_context);
	void *context;
};

struct hold {
	const struct role *role;
	bool dry; /* all below but entries and memory is empty, and nothing is borrowed of the kernel */
	struct hold_dry of_dry;
	struct pins pins;
	struct hold_site sites[ROLE_SITES_MAX];
	uint32_t site_count;
	bool took_over;
	uint32_t entries[ROLE_MAPS_MAX];
	void *memory[ROLE_MAPS_MAX]; /* of what is mapped, or NULL */
	int descriptors[ROLE_MAPS_MAX]; /* of what is not, or -1 */

	int waiter, waiter_inner; /* a map of maps for hold_wait(), or -1 where membarrier(2) does it */
	bool switched; /* since readers were last waited for: packets under way may still read the other half */

	struct ring ring;
	int ring_fd; /* readable when there is something in it; -1: none */
	uint32_t cpus; /* possible ones: a per-CPU value has so many */
	void *summed; /* room for one value of each CPU */
};

struct hold_request {
	const struct role *role;
	const char *bpffs; /* NULL: PLANE_BPFFS */
	const char *const *interfaces;
	uint32_t interface_count; /* 1 for a role that does not share */
	const uint32_t *entries; /* of each map */
	bool generic;
};

/* ---- open.c ---- */

/* As plane_open() says; *hold need not be initialised, and holds nothing after a failure. */
int hold_open(struct hold *hold, const struct hold_request *request, struct fault *out_fault);
/* Unmaps and closes; what is pinned stays. */
void hold_close(struct hold *hold);
/* As plane_detach() says, and closes. */
int hold_detach(struct hold *hold, struct fault *out_fault);
/* Whether the programs still sit there, as far as links tell: a filter under a clsact is not asked for. */
bool hold_attached(const struct hold_site *site);

/* ---- dry.c ---- */

/* As hold_open(), over tables of this process; takes nothing and cannot fail. Every function here then works on them. */
void hold_open_dry(struct hold *hold, const struct hold_request *request, const struct hold_dry *dry);
/* What the functions below do then. */
void hold_switch_dry(struct hold *hold, uint32_t config_map, const void *config);
void hold_sum_dry(const struct hold *hold, uint32_t map, uint32_t key, void *out);
void hold_sum_clear_dry(struct hold *hold, uint32_t map, uint32_t key);

/* ---- halves.c ---- */

/* Which of two configurations holds: 0 or 1. */
uint32_t hold_active(const struct hold *hold);
/* The configuration that holds, in this map of two. */
void *hold_config(const struct hold *hold, uint32_t config_map);
/* The same one holds, under another number: what the kernel found out under the one before, it forgets. */
void hold_renew(struct hold *hold);
/* Writes the other one when nobody reads it any more, and switches to it. Returns 0 or -errno. */
int hold_switch(struct hold *hold, uint32_t config_map, const void *config);
/* Until no packet is under way that began before the last switch. Returns 0 or -errno. */
int hold_wait(struct hold *hold);
/* The other way to wait, where membarrier(2) knows none (nohz_full): privileged, so it is made ready at the start. */
int hold_waiter_open(struct hold *hold);
int hold_waiter_make(struct hold *hold); /* wherever */

/* ---- sum.c ---- */

int hold_sum_open(struct hold *hold); /* the ring and what summing needs; descriptors are open. Returns 0 or -errno */
void hold_sum_close(struct hold *hold);
/* One entry of a ROLE_COUNTED map over all CPUs. Returns 0 or -errno. */
int hold_sum(const struct hold *hold, uint32_t map, uint32_t key, void *out);
/* The same entry of all CPUs becomes zero; what is counted meanwhile may be lost. Returns 0 or -errno. */
int hold_sum_clear(struct hold *hold, uint32_t map, uint32_t key);
/* How many of these 64-bit words, each slot_words apart, are not 0. */
uint64_t hold_used(const void *memory, uint64_t slots, size_t slot_words);
/*
 * Entries of a ROLE_PEEKED map, until hold_window_close(): a mapping of an array counts as resident from its first to its last page, and flows are
 * kibibytes for each device. out_window is the caller's. NULL: it cannot be had now, and errno says why.
 */
struct hold_window {
	void *pages; /* NULL: nothing was mapped for it */
	size_t len;
};
void *hold_window(const struct hold *hold, uint32_t map, uint64_t first, uint64_t count, struct hold_window *out_window);
void hold_window_close(struct hold_window *window);
int hold_fd(const struct hold *hold);
/* Hands on what waits, until visit returns not 0. Returns 0 or -errno. */
int hold_ring(struct hold *hold, int (*visit)(void *context, const void *data, size_t len), void *context);
