/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The latest first contacts of one walk: what was tried in the last 60 seconds, and on which ports. scan.c owns
 * them and asks them how bad an alarm is; they know ports and shares, not devices.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/contact.h"
#include "model/finding.h"

#define WINDOW_NS 60000000000ull

enum {
	WINDOW_SLOTS = 256, /* first contacts remembered: what is faster than 256 in 60 s is judged by its latest 256 */
	WINDOW_PORTS = 64, /* ports counted for the list of the busiest (Space-Saving) */
	WINDOW_CROWD = 10, /* distinct targets on one port in 60 s */
	WINDOW_LOGIN = 4, /* distinct targets on login ports in 60 s */
	WINDOW_PORT_LEAST = 4, /* targets that a further port needs to be counted together with the busiest */
	WINDOW_PORTS_TOGETHER = 4,
	WINDOW_SHARE_MARGIN = 6, /* targets above a quarter: what chance alone does not give */
};

/* What a slot says of one first contact: port and kind below, these above. */
enum {
	SLOT_USED = 1 << 19,
	SLOT_FAILED = 1 << 20,
	SLOT_NAMED = 1 << 21, /* the address came from a DNS answer: never counts towards a higher severity */
	SLOT_DARK = 1 << 22, /* tried while nobody got any answer from outside */
	SLOT_LOGIN = 1 << 23, /* TCP to one of the login ports */
};

struct window_port {
	uint32_t slot_port; /* kind << 16 | port */
	uint32_t targets;
};

/* Zero is empty. */
struct window {
	uint32_t start_units[WINDOW_SLOTS]; /* of 2^20 ns, about a millisecond; they come round after 52 days */
	uint32_t slots[WINDOW_SLOTS];
	uint64_t latest_ns;
	uint32_t next;
	uint32_t port_count; /* distinct, failed */
	uint32_t port_used;
	uint32_t zero;
	struct window_port ports[WINDOW_PORTS];
	uint8_t port_seen[65536 / 8];
};

/* The word for a slot: kind, port, outcome and name. */
uint32_t window_slot(const struct contact *contact, bool dark);

/* One first contact more; the same target must not come twice. */
void window_note(struct window *window, uint64_t start_ns, uint32_t slot);

/*
 * True if the port of this slot was tried on at least WINDOW_CROWD distinct targets in 60 s without success, and the tries
 * are aimed: it, or it and up to three more ports of at least WINDOW_PORT_LEAST targets, hold a quarter and WINDOW_SHARE_MARGIN
 * of all failures, and fewer than 30 % on this port succeeded. What was tried in the dark counts only if in_dark.
 */
bool window_crowded(const struct window *window, uint32_t slot, bool in_dark);

/* True if login ports were tried on at least WINDOW_LOGIN distinct targets, a quarter of all failures, fewer than 30 % succeeding. */
bool window_login(const struct window *window, bool in_dark);

/* True if something tried in the last 60 s failed. */
bool window_fresh(const struct window *window, uint64_t now_ns);

/* Both were one source: window takes in what the other has, the older first. */
void window_join(struct window *window, const struct window *other);

/* Writes ports, port_shown and port_count. */
void window_show(const struct window *window, struct evidence_scan *evidence);
