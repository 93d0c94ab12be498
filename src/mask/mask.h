/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-ins for all that names somebody: addresses, MACs, names, serial numbers. One key, one stand-in for each thing, wherever it
 * stands: in a device, a finding, a frame. Called by the hall (inspect --anonymise) on values on their way to report/ and on
 * frames on their way to a file, so that no output can forget it. Whoever has the key can tell which stand-in is whose by trying;
 * without it nobody can.
 *
 *	address   one of the same kind (private, documentation, link-local, public ...). Two that share their first n bits share as many
 *	          afterwards (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization", 2002), here with SipHash. None stays as it
 *	          is but those that name nobody: unspecified, loopback, multicast, broadcast. In private IPv4 networks .0 and .255
 *	          stay .0 and .255.
 *	MAC       the maker's half stays, unless it is locally administered: then all but the first byte goes
 *	name      "name-" and eight hexadecimal digits; case, a dot at the end and ".local" make no difference
 *	time, lengths, ports, counts, what a rule decided: stay
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/device.h"
#include "model/finding.h"
#include "model/junk.h"
#include "model/talk.h"
#include "model/verdict.h"

enum mask_use { MASK_IPV4, MASK_IPV6, MASK_MAC, MASK_NAME, MASK_ID, MASK_USE_COUNT };

struct mask {
	uint8_t keys[MASK_USE_COUNT][16];
};

/* The key is secret; 16 random bytes, or mask_key_of() something. */
void mask_init(struct mask *mask, const uint8_t key[16]);
/* A key from the bytes of a key file. */
void mask_key_of(const void *bytes, size_t len, uint8_t out_key[16]);

/* All in place. IPv4 is mapped, as everywhere. */
void mask_address(const struct mask *mask, uint8_t address[16]);
/* An address of which bits leading bits are meant; the others become zero. */
void mask_prefix(const struct mask *mask, uint8_t address[16], unsigned bits);
void mask_mac(const struct mask *mask, uint8_t mac[6]);
/* Writes the stand-in for these bytes; "" for none. */
enum { MASK_NAME_LEN = 14 };
void mask_name(const struct mask *mask, const void *name, size_t len, char out[MASK_NAME_LEN]);

void mask_device(const struct mask *mask, struct device *device);
void mask_finding(const struct mask *mask, struct finding *finding);
void mask_verdict(const struct mask *mask, struct policy_verdict *verdict);
void mask_junk(const struct mask *mask, struct junk *junk);
void mask_talk(const struct mask *mask, const struct talk_pairs *talk); /* its pairs */

/*
 * The first len bytes of a frame with this link type. Addresses in all headers are replaced: Ethernet, cooked, ARP, IPv4, IPv6,
 * neighbour discovery, and the packet that an ICMP error quotes; a TCP number that is the other end's IPv4 address (Mirai's mark) with them.
 * IPv4's checksum is right again if it can be, all others are zero. Options that could hold an address are emptied. Returns how many
 * bytes may be kept: where something is not understood it ends, and payload goes (but the few bytes proof/ lets stay: a DNS header,
 * a request's method, Valve's query). Bytes past that are zeroed.
 */
uint32_t mask_frame(const struct mask *mask, uint8_t *bytes, uint32_t len, uint32_t link);
