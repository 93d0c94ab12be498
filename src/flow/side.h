/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which side is ours: private ranges, what the user names, what the link itself shows (ND, DHCP, ARP), or, for a
 * capture taken at a server that has none of these, whoever all traffic goes to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/prefix.h"

enum { SIDE_PREFIX_MAX = 64, SIDE_INFERRED_MAX = 16 };

struct side {
	struct prefix prefixes[SIDE_PREFIX_MAX];
	uint32_t prefix_count;
	uint64_t prefixes_left_out;
	bool inferred;
	bool private_too; /* inferred, and private ranges are ours as well: none was seen to contradict */
};

/* RFC 1918, ULA (RFC 4193), link-local, loopback; once the side is inferred, what was inferred (see private_too). */
void side_init(struct side *side);
/* Adds a prefix; a known one is no news. Full: counted. */
void side_add(struct side *side, const uint8_t address[16], uint8_t bits);
bool side_is_ours(const struct side *side, const uint8_t address[16]);
/* Ours by a prefix of its own, not only by being link-local or loopback. */
bool side_tells(const struct side *side, const uint8_t address[16]);

/*
 * IPv6: in the same /64 as something of ours, however long the prefix that we know. A link's prefix is a /64 (RFC 7421), and
 * within it a device may give itself any address (RFC 8981).
 */
bool side_is_near(const struct side *side, const uint8_t address[16]);

/* As prefix_read(), with the sentence. */
int side_read_cidr(const char *text, struct prefix *out_prefix, struct fault *out_fault);

/* One packet of the opening of a capture that tells nothing: who talks to whom. */
struct side_pair {
	uint8_t src[16], dst[16];
};

/*
 * Repeatedly takes the address that is an end of at least half of the packets that remain (among equals the one that was
 * first spoken to), else the /24 or /64 that is; adds what was taken to side and to out_inferred. Returns how many.
 */
size_t side_infer(struct side *side, const struct side_pair *pairs, size_t count, struct prefix out_inferred[SIDE_INFERRED_MAX]);

bool side_is_loopback(const uint8_t address[16]);
bool side_is_multicast(const uint8_t address[16]); /* or the limited broadcast */
bool side_is_link_local(const uint8_t address[16]);
bool side_is_zero(const uint8_t address[16]); /* 0.0.0.0 or :: */
