/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's side of the plane: its programs on one or more interfaces towards the devices, one set of maps for all of them
 * (wire/guard_state.h says what is in them). Called by the daemon, by `check --interface` and, through plane_bypass(), by `bypass`.
 *
 *	BPFFS/floodwall/guard/               one directory for all interfaces: a network namespace has one guard
 *		xdp-IFNAME                   the link that holds the XDP program on that interface; a dot in the name is a colon
 *		tc-IFNAME                    the link that holds the program for what reaches devices (tcx: Linux 6.6 and later)
 *		made_clsact-IFNAME/          without tcx: empty, and there only if the clsact on that interface is ours
 *		guard_*                      the maps
 *
 * Without tcx, tc keeps the filter for what reaches devices (clsact egress, PLANE_TC_PRIORITY, PLANE_TC_HANDLE, "guard_...:[...]").
 *
 * As for the shield: the pins own everything and outlive the process; a guard that was never given a configuration passes
 * everything; only plane_guard_open() and the whole of plane_guard_detach() need privileges. One struct plane_guard belongs to one thread.
 *
 * Three tables are written here while the kernel reads them, and one that the kernel writes too (members). Each entry is one
 * 64-bit word with two places where it may lie; it is written whole, and moved by being written to its new place before it leaves the old.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "wire/guard_state.h"

#define PLANE_GUARD_INTERFACES_MAX 16u

struct plane_guard; /* owns descriptors and mappings, and the lock on the directory; not the pins */

/* What the tables must hold. Sizes become powers of two that leave the room their kind of table needs. */
struct plane_guard_setup {
	const char *const *interfaces; /* each once */
	uint32_t interface_count;
	const char *bpffs; /* where a bpffs is mounted; NULL: PLANE_BPFFS */
	uint32_t devices; /* places of devices; FW_STRANGERS more are there for MACs without one */
	uint32_t rules; /* of all policies together */
	uint32_t flows; /* remembered of each device */
	uint32_t members; /* addresses in sets */
	uint32_t names; /* that policies follow */
	uint32_t ring_bytes; /* of the ring of frames */
	bool generic; /* where a driver has no native XDP: generic mode there */
};

/* Ceilings of struct plane_guard_setup: what is above is refused with -E2BIG. */
enum {
	PLANE_GUARD_DEVICES_MAX = 65536 - (int)FW_STRANGERS, /* a place has 16 bits */
	PLANE_GUARD_RULES_MAX = 1 << 22,
	PLANE_GUARD_FLOWS_MAX = 1 << 16,
	PLANE_GUARD_MEMBERS_MAX = 1 << 24,
	PLANE_GUARD_NAMES_MAX = 1 << 22,
	PLANE_GUARD_RING_MAX = 1 << 28,
};

/* Kernel memory of all maps, in bytes, without per-CPU counters. */
uint64_t plane_guard_memory(const struct plane_guard_setup *setup);

/* ---- opening ---- */

/*
 * Loads, makes and pins the maps and attaches to every interface; or, where pins of the same layout and sizes are there, takes them
 * over: places, flows, members and words stay, and the programs are exchanged in place. An interface that is new joins them, one that
 * is no longer named is let go, last. A failure leaves what protected before protecting: the sentence is in *out_fault, the errors are
 * those of plane_open().
 */
int plane_guard_open(const struct plane_guard_setup *setup, struct plane_guard **out_guard, struct fault *out_fault);

/* Unmaps and closes; all that is pinned stays and goes on protecting. NULL is accepted. */
void plane_guard_close(struct plane_guard *guard);

/* Programs, pins and filters off all interfaces, then closes; as plane_detach(). */
int plane_guard_detach(struct plane_guard *guard, struct fault *out_fault);

/* Whether maps of an earlier process were found: then plane_guard_config_now() holds the keys that they were filled with. */
bool plane_guard_took_over(const struct plane_guard *guard);

struct plane_guard_interface {
	char name[16];
	uint32_t ifindex;
	bool generic; /* XDP in generic mode */
	bool attached; /* false once it was removed, or somebody detached the program */
};

/* By position in the setup. False past the last. */
bool plane_guard_interface(const struct plane_guard *guard, uint32_t index, struct plane_guard_interface *out_interface);

/* ---- configuration, policies, rules: two halves each, one switch ---- */

/* The configuration that holds: all zero before the first. Borrowed until the next call of this part. */
const struct fw_guard_config *plane_guard_config_now(const struct plane_guard *guard);

/*
 * Makes this configuration hold, whole and at once; the policies stay. What the plane knows itself (half, all masks, place_count,
 * rule_count) it fills in. May wait some milliseconds for packets that are under way. Keys must stay while the tables hold something:
 * another key needs plane_guard_forget() first. Returns 0 or -errno.
 */
int plane_guard_config(struct plane_guard *guard, const struct fw_guard_config *config);

/* The half that nobody reads: all policies without rules at first, every rule of zeros. */
struct plane_guard_half {
	struct fw_guard_policy *policies; /* by place */
	struct fw_rule *rules;
	uint32_t place_count, rule_count; /* room */
};

/* Clears and lends it until plane_guard_config_policies(). May wait as above. Returns 0 or -errno. */
int plane_guard_half(struct plane_guard *guard, struct plane_guard_half *out_half);

/*
 * As plane_guard_config(), and from the same moment on the policies are those of plane_guard_half(). The plane fills in .generation: the one
 * of before where place, flags and rules are the same byte for byte, so that flows judged by them go on; else, and everywhere with
 * `anew` (a set's number means something else now), the next one. Returns 0 or -errno; -EINVAL: a policy reaches beyond the rules.
 */
int plane_guard_config_policies(struct plane_guard *guard, const struct fw_guard_config *config, bool anew);

/* Empties what is hashed with the configuration's keys: places (with their devices), members, names, flows. No packet may be judged by
 * it meanwhile but as a stranger's. */
void plane_guard_forget(struct plane_guard *guard);

/* ---- devices: a MAC has a place, FW_STRANGERS to place_count - 1. Survive a restart. Need a configuration ---- */

/*
 * The place of this MAC; where it has none, the lowest free one, emptied, FW_DEVICE_USED. Returns 0, -EINVAL (no configuration; a group or
 * zero MAC) or -ENOSPC.
 */
int plane_guard_device_add(struct plane_guard *guard, const uint8_t mac[6], uint32_t *out_place);

/* 0: none. */
uint32_t plane_guard_device_place(const struct plane_guard *guard, const uint8_t mac[6]);

/* From then on the MAC is a stranger's; its place is emptied (flows too) and free. May wait. Returns 0 or -ENOENT. */
int plane_guard_device_remove(struct plane_guard *guard, const uint8_t mac[6]);

/* As it is now. False: nobody's place. */
bool plane_guard_device(const struct plane_guard *guard, uint32_t place, struct fw_guard_device *out_device);

/* What user space decides about a device; words of buckets are the kernel's. */
struct plane_guard_decision {
	uint32_t slit, maker, model; /* sets; 0: none */
	uint8_t class; /* of brake rules */
};
void plane_guard_device_decide(struct plane_guard *guard, uint32_t place, const struct plane_guard_decision *decision);

/* First clears, then sets flags (enum fw_guard_flag). Returns the flags before. */
uint32_t plane_guard_device_flags(struct plane_guard *guard, uint32_t place, uint32_t clear, uint32_t set);

/* ---- members: address in set, until when. The kernel adds to them too, and whoever is over makes room ---- */

#define PLANE_GUARD_FOR_GOOD UINT64_MAX

/*
 * Joins, or lengthens: a later end wins, an earlier one changes nothing. until_ns: of clock_steady_ns(). Returns 0, -EINVAL (set 0, no
 * configuration) or -ENOSPC: both of its buckets are full of members that last.
 */
int plane_guard_member_add(struct plane_guard *guard, uint32_t set, const uint8_t address[16], uint64_t until_ns);
/* The same for an address of a name, by its digest: one that has FW_BOUND_KEPT loses the address that joined longest ago. */
int plane_guard_name_bind(struct plane_guard *guard, uint64_t digest, uint32_t set, const uint8_t address[16], uint64_t until_ns);
/* Returns 0 or -ENOENT. */
int plane_guard_member_remove(struct plane_guard *guard, uint32_t set, const uint8_t address[16]);
/* Whether it is one at now_ns. */
bool plane_guard_member_find(const struct plane_guard *guard, uint32_t set, const uint8_t address[16], uint64_t now_ns);

/* ---- names that policies follow ---- */

/* digest: of the whole name under config->name_key, as in wire/dns.h. Returns 0 (also where it is there: the set becomes this one),
 * -EINVAL (digest or set 0) or -ENOSPC. */
int plane_guard_name_add(struct plane_guard *guard, uint64_t digest, uint32_t set);
/* Returns 0 or -ENOENT. */
int plane_guard_name_remove(struct plane_guard *guard, uint64_t digest);
uint32_t plane_guard_name_find(const struct plane_guard *guard, uint64_t digest); /* its set, or 0 */

/* ---- looking ---- */

/* Summed over all CPUs since the maps were made (a place: since it was emptied). Return 0 or -errno. */
int plane_guard_totals(const struct plane_guard *guard, struct fw_guard_totals *out_totals);
int plane_guard_counts(const struct plane_guard *guard, uint32_t place, struct fw_guard_count *out_count);

/* How full the tables are at now_ns; walks all of them. */
struct plane_guard_fill {
	uint64_t places, members, names, rules, flows; /* entries; members and flows: also those that are over but not yet overwritten */
	uint64_t places_room, members_room, names_room, rules_room, flows_room;
};
void plane_guard_fill(const struct plane_guard *guard, struct plane_guard_fill *out_fill);

/* Readable (poll, epoll) when frames wait. */
int plane_guard_fd(const struct plane_guard *guard);

/* Hands on what waits, at most `most` frames, never blocks; frame and bytes (frame->kept_len) are borrowed for the call. Returns how
 * many, or -errno. */
int plane_guard_frames(struct plane_guard *guard, uint32_t most,
	void (*visit)(void *context, const struct fw_guard_frame *frame, const uint8_t *bytes), void *context);

/* ---- without a kernel ---- */

/* Entries that plane_guard_open() would give each table: what whoever judges in user space must make. Returns 0, or as it -EINVAL or -E2BIG. */
int plane_guard_sizes(const struct plane_guard_setup *setup, struct fw_guard_sizes *out_sizes);

/*
 * Tables of those sizes (layout: wire/guard_state.h), borrowed until plane_guard_close(); whoever judges by them does it between two calls, or within
 * frames(). frames() hands on what would be in the ring, a struct fw_guard_frame with its bytes behind it, until visit returns not 0,
 * and returns 0 or -errno.
 */
struct plane_guard_dry {
	struct fw_guard_tables tables;
	const uint64_t *now_ns; /* the clock by which frames are judged */
	int (*frames)(void *context, int (*visit)(void *visit_context, const void *data, size_t len), void *visit_context);
	void *context;
};

/*
 * A guard over these tables, attached to nothing: no kernel, no privileges, no pins. Its interfaces are names and nothing else. All functions of this
 * part do what they do; plane_guard_fd() is -1, and plane_guard_detach() closes.
 */
int plane_guard_open_dry(
	const struct plane_guard_setup *setup, const struct plane_guard_dry *dry, struct plane_guard **out_guard, struct fault *out_fault);

/* ---- without a guard ---- */

struct plane_probe;

/*
 * As plane_probe(), for an interface towards devices: also what would pass unseen there (ports of a bridge that talk past the
 * programs, flows that the card forwards by itself, VLAN tags that the card takes out).
 */
int plane_guard_probe(const char *interface, const char *bpffs, struct plane_probe *out_probe, struct fault *out_fault);
