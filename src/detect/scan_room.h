/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scan.c (walks over targets) and ports.c (walks over the ports of one target) share. Nobody else includes this.
 */
#pragma once

#include "base/table.h"
#include "detect/scan.h"
#include "detect/window.h"

enum { FAMILY_IP = 1, FAMILY_ARP, FAMILY_ACK }; /* never 0: an all-zero key would match an entry that was never used */
enum { PAIR_PORTS = 3, SET_PORTS_SHOWN = EVIDENCE_PORTS_MAX };

struct pair_key {
	uint8_t who[16], target[16];
	uint32_t device, family;
};

struct port_try {
	uint64_t start_ns;
	uint16_t port;
	bool udp, failed, counts; /* counts: towards severity */
	uint8_t zero[3];
};

struct pair {
	struct pair_key key;
	struct port_try tries[PAIR_PORTS];
	uint32_t set; /* where its set was last; checked by key before use */
	uint8_t used;
	int8_t steps; /* of the walk over ports, while there is no set */
	bool spoken; /* answered at least once */
	bool moved; /* ports are in a set */
};

struct port_set {
	struct pair_key key;
	struct finding *finding;
	uint64_t counted_ns[SCAN_VERTICAL_PORTS]; /* the latest failures that count */
	uint64_t run_first_ns;
	uint32_t counted, counted_next;
	uint32_t failed, answered;
	uint16_t shown[SET_PORTS_SHOWN]; /* in the order tried */
	uint8_t shown_count, kinds;
	int8_t steps;
	bool alarmed, refused;
	uint8_t zero[3];
	uint8_t seen[2][65536 / 8]; /* TCP or ACK; UDP */
};

/* A device of ours by its number with who zero, anyone else by address with DEVICE_NONE. */
struct walk_key {
	uint8_t who[16];
	uint32_t device;
	uint16_t side, family;
};

struct walk {
	struct walk_key key;
	struct finding *finding; /* NULL until the first alarm */
	uint64_t run_first_ns; /* first failure since the walk began */
	uint8_t run_target[16];
	uint32_t run_failed, run_answered; /* since the walk began, not yet in a finding */
	uint32_t marked;
	uint32_t window; /* its number + 1 where it was last, checked by key before use; 0 while there never was one */
	uint8_t kinds; /* enum scan_kind bits of what failed */
	int8_t steps;
	bool alarmed;
	bool refused; /* the book had no room: do not ask again */
	uint32_t run_bits; /* leading bits that the failed targets since the walk began share with run_target */
};

/* An outside source. Nearly all of them, and every forged one, try one target only: that pair stands right here. */
struct visitor {
	struct walk walk;
	struct pair pair;
};

/* Everything about the sources of one side. */
struct half {
	struct table pairs, walks, windows, sets; /* walks: of struct visitor outside */
	uint32_t finding_room;
	uint32_t latest_walk;
	uint64_t now_ns; /* of the latest contact */
	uint64_t forgotten; /* windows and sets that made room and held what no finding holds */
};

struct scan {
	struct book *book;
	struct half ours, outside;
	uint64_t answered_ns[2]; /* latest answer from outside to one of ours: IPv4, IPv6; 0 never */
	uint64_t findings_left_out;
	uint64_t shown_ns; /* when the findings' lists of ports were last brought up to date */
};

/* True while a failure of this contact says nothing about who made it: see scan.c. */
bool scan_dark(const struct scan *scan, const struct contact *contact);

/* What a box does by itself while its link is dead. */
bool scan_ordinary_in_dark(const struct contact *contact);

/* A finding for an alarm of this contact, or NULL when there is no room. */
struct finding *scan_note(struct scan *scan, struct half *half, const struct contact *contact, uint64_t discriminator, uint32_t device);

void scan_stretch(struct finding *finding, uint64_t first_ns, uint64_t last_ns);

/* As scan_forget(), for one set; context is the scan. */
void ports_let_go(void *context, void *entry);

/* A contact of this pair: the walk over its ports goes on if the port is new. */
void ports_see(struct scan *scan, struct half *half, struct pair *pair, const struct contact *contact);
