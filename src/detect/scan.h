/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scans: who tries to reach many that do not answer. Fed with the outcome of each first contact by detect.c.
 *
 * Walks are kept per device of ours (per address where the device is not known), and per outside address. A finding is made
 * per walk: (source, side of the targets, family), where TCP, UDP and ICMP are one family, ARP is one, ACK probes are one;
 * and per (source, target) for a vertical scan. Its count is the failed first contacts. Its device is the opener's where that
 * is ours. A scan from outside concerns the target's device if it is vertical, and nobody's alone (DEVICE_NONE) if it is horizontal.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/book.h"
#include "model/contact.h"

/*
 * The threshold random walk of Jung, Paxson, Berger, Balakrishnan, "Fast portscan detection using sequential hypothesis
 * testing" (2004). A benign source succeeds with 0.8, a scanner with 0.2; so a failure multiplies the likelihood ratio by
 * (1 - 0.2) / (1 - 0.8) = 4 and a success divides it by 4: one step up, one step down. It is a scanner above
 * P_D / P_F = 0.99 / 0.01 = 99, which is passed at 4^4, and benign below 1/99. Since the walk moves by whole steps it is a gambler's ruin:
 * P_D = 256/257, P_F = 1/257, and 6.6148 contacts on average under either hypothesis.
 */
enum { WALK_BARRIER = 4 };
enum walk_verdict { WALK_PENDING, WALK_SCANNER, WALK_BENIGN };

/* Steps after one more first contact; *out_verdict says whether a barrier is reached. */
int walk_next(int steps, bool success, enum walk_verdict *out_verdict);

/* Ceilings beside pair_max. Outside sources have tables of their own: whoever forges addresses must not push ours out. */
enum {
	SCAN_WALKS_OURS = 4096,
	SCAN_WALKS_OUTSIDE = 16384,
	SCAN_WINDOWS_OURS = 512,
	SCAN_WINDOWS_OUTSIDE = 32,
	SCAN_PORT_SETS_OURS = 64, /* (source, target) pairs of which all ports are remembered */
	SCAN_PORT_SETS_OUTSIDE = 32,
	SCAN_OUTSIDE_FINDINGS = 256, /* all others are left out: the book is for what concerns ours */
	SCAN_VERTICAL_PORTS = 10, /* distinct failed ports of one target in 60 s */
	SCAN_MARKED = 4, /* distinct failed targets with Mirai's mark */
};
#define SCAN_DARK_NS 60000000000ull /* nobody got an answer from outside for longer than this: failures prove little */
#define SCAN_SHOW_NS 60000000000ull

struct scan;

/* pair_max (source, target) pairs are remembered, at least 4: three quarters for sources of ours. Returns 0, -EINVAL or -ENOMEM. */
int scan_new(uint32_t pair_max, const uint8_t hash_key[16], struct book *book, struct scan **out_scan);
void scan_free(struct scan *scan);

void scan_contact(struct scan *scan, const struct contact *contact);

/* Lets go of findings that leave the book. */
void scan_forget(struct scan *scan);

/* Brings the findings' lists of ports up to date: now and then, and at the end. */
void scan_tick(struct scan *scan, uint64_t now_ns);
void scan_end(struct scan *scan);

uint64_t scan_pairs_left_out(const struct scan *scan);
uint64_t scan_findings_left_out(const struct scan *scan);
