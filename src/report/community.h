/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Community ID, version 1 (github.com/corelight/community-id-spec): the same short text for a conversation in every tool that
 * saw it, whichever side spoke first.
 *
 *	"1:" base64(SHA-1( seed | lower address | higher address | protocol | 0 | their ports ))
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { COMMUNITY_MAX = 2 + 28 + 1 };

struct community_tuple {
	const uint8_t *src, *dest; /* 16 bytes, IPv4 mapped */
	uint16_t src_port, dest_port; /* TCP, UDP, SCTP; other protocols have none */
	uint8_t proto;
};

/* False, and out empty, for ICMP (its types are not kept here) and without SHA-1. Seed 0, the default everywhere. */
bool community_id(const struct community_tuple *tuple, char out[COMMUNITY_MAX]);
