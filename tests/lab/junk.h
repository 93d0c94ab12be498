/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan of a stream of junk frames, shared by the program that makes them in the kernel and the one that starts it. A test tool of the
 * lab: it works inside the lab's namespaces alone, towards one built-in address, and is never installed.
 */
#pragma once

#include <linux/types.h>

enum junk_kind {
	JUNK_NAMES, /* a random first label: under a plain zone, a wildcard or a delegation, as the template says */
	JUNK_EXISTING, /* one of the plain zone's numbered names */
	JUNK_MALFORMED, /* counts, labels and pointers that no query has */
	JUNK_ANSWERS, /* QR=1, with a random first label */
	JUNK_KINDS
};

/* Both families carry the same message; only what is in front of it differs. */
#define JUNK_HEADERS_4 42 /* Ethernet, IPv4, UDP */
#define JUNK_HEADERS_6 62
#define JUNK_LABEL 11 /* bytes of the random first label: with its length byte, six words */
#define JUNK_DIGITS 6 /* of a numbered name: "n000000" */

#define JUNK_WORDS 24 /* of eight bytes: more than a frame of any kind has */

/* One page of an ARRAY map. The program alone writes the last line. */
struct junk_plan {
	__u64 interval_ns, end_ns, first_ns;
	__u32 kind; /* enum junk_kind */
	__u32 group; /* frames to a slot */
	__u32 numbered; /* how many numbered names there are */
	__u32 header_sum; /* one's complement sums of the template, with all that varies left out */
	__u32 udp_sum;
	__u64 words[JUNK_WORDS]; /* the template */
	__u32 group_left;
	__u64 state, next_ns, sent, skipped; /* skipped: slots that had gone by */
};
