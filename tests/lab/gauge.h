/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gauge counts behind whatever filter is in front: one page of an ARRAY map, by CPU so that nothing is lost. */
#pragma once

#include <linux/types.h>

#define GAUGE_CPUS 64
#define GAUGE_TRACED 65536 /* questions of the client: its port and id, which no two questions of one run share but by chance */

/* Where a question of the client was seen; a datagram each, so that a second try counts as one more. */
enum gauge_place {
	GAUGE_LEFT, /* the bridge, towards the server */
	GAUGE_REACHED, /* the server's host, behind any XDP program */
	GAUGE_ANSWERED, /* by the server */
	GAUGE_PLACES
};

struct gauge_trace {
	__u8 count[GAUGE_PLACES], zero;
};

enum gauge_kind {
	GAUGE_JUNK, /* from 198.18.0.0/15 and 2001:2::/48, but for the addresses of the client inside them */
	GAUGE_QUERY, /* any other datagram to the DNS port */
	GAUGE_OTHER, /* TCP, ICMP, ARP, ... */
	GAUGE_KINDS
};

struct gauge_row {
	__u64 seen[GAUGE_KINDS]; /* by the XDP program "ideal" */
	__u64 reached[GAUGE_KINDS]; /* by the tc program, which comes after any XDP program */
	__u64 zero[2];
};
