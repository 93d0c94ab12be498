/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gauge counts behind whatever filter is in front: one page of an ARRAY map, by CPU so that nothing is lost. */
#pragma once

#include <linux/types.h>

#define GAUGE_CPUS 64

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
