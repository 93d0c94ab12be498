/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a policy would have made of a capture (inspect --policy): packets of one device that met the same end for the same reason.
 * engine/ gathers them, report/ shows them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { VERDICT_POLICY_MAX = 256, VERDICT_ENTRY_MAX = 96 };

enum verdict_outcome {
	VERDICT_PASS, /* counted by entry, whoever the other end is */
	VERDICT_DROP,
	VERDICT_UNKNOWN, /* the capture does not hold what would decide it: an address got before it began, a connection open already */
};

struct policy_verdict {
	uint32_t device; /* device number */
	bool from_device; /* else to it */
	enum verdict_outcome outcome;
	uint8_t reason; /* enum fw_reason */
	uint8_t proto; /* IP protocol; 0 with an entry or without any */
	uint16_t port; /* of the other end for what leaves, of the device for what comes; 0: none, or any */
	bool has_peer;
	uint8_t peer[16];
	uint64_t packets, bytes; /* bytes of frames */
	uint64_t first_ns, last_ns;
	char policy[VERDICT_POLICY_MAX]; /* URL, or the file's name where it has none */
	char entry[VERDICT_ENTRY_MAX]; /* name of the file's entry that decided, raw bytes; "": none did */
};
