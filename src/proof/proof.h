/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which packets prove a finding, and how much of each. Fed with all frames once more when the findings are known (the hall, for
 * inspect --evidence); says for each frame which findings it proves.
 *
 * Of a frame only a beginning is ever wanted: its headers. No byte of payload is kept but what no secret can stand in and a rule needs:
 *
 *	ARP and neighbour discovery            whole: they are headers themselves
 *	ICMP errors                            the quoted packet's headers
 *	UDP of port 53                         the DNS header (12 bytes), if it is one; for random-name floods the question too
 *	UDP with Valve's query                 these 24 bytes, always the same
 *	TCP with the start of an HTTP request  "GET ", "POST ", "HEAD ", "PUT ", for http floods
 *
 * So a password that was sent in clear, typed into telnet, echoed, or quoted by a router, cannot be in it; nor can a community of SNMP.
 * Lengths on the wire stay. What such a file therefore cannot prove by itself is a login read in clear.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/device.h"
#include "model/finding.h"
#include "model/frame.h"

enum { PROOF_SNAP_MAX = 512 }; /* bytes of one frame, at most */

struct proof; /* owns the index; borrows findings and devices */

struct proof_subject {
	const struct finding *finding;
	const struct device *device; /* or NULL */
};

struct proof_config {
	uint8_t hash_key[16];
	bool bare; /* no DNS question either: names are not to be told */
	bool timeless; /* the capture's clock ran backwards: a finding's first and last time do not tell which packets are between */
};

/*
 * A ceiling for each finding: FW_PROOF_PACKETS_MAX packets, FW_PROOF_BYTES_MAX bytes, and an equal share of
 * FW_PROOF_TOTAL_MAX. Returns 0 or -ENOMEM.
 */
int proof_new(const struct proof_config *config, const struct proof_subject *subjects, size_t count, struct proof **out_proof);
void proof_free(struct proof *proof);

/* The frame's first keep_len bytes prove this subject. Anything but 0 ends it and is handed back. */
struct proof_sink {
	int (*take)(void *context, size_t subject, const struct frame *frame, uint32_t keep_len);
	void *context;
};

/* Frames in the order in which the engine saw them. Returns 0 or what the sink returned. */
int proof_frame(struct proof *proof, const struct frame *frame, const struct proof_sink *sink);

/* The leading bytes of a frame that any proof may want: what is kept in memory of a frame whose finding is not known yet. */
uint32_t proof_keep_len(const struct frame *frame);

/* Frames that a ceiling left out of this subject's evidence. */
uint64_t proof_left_out(const struct proof *proof, size_t subject);
