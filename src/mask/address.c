/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses that keep their neighbourhoods.
 *
 * Bit i of the stand-in is bit i of the address, flipped if a keyed hash of the i bits before it says so: then two addresses that agree
 * in n bits agree in n bits afterwards, and each has a stand-in of its own. That is Crypto-PAn with SipHash in the place of
 * AES. A kind of address (10/8, 192.0.2.0/24, fd00::/8 ...) keeps its leading bits. The first bit behind them is always flipped, so
 * that nothing stays what it was. What lands in another kind (public addresses can) is mapped again until it does not; kinds are
 * prefixes of at most 24 bits (IPv6: 64), so that neighbours go the same way.
 */
#include <string.h>

#include "mask/inside.h"
#include "wire/siphash.h"

struct kind {
	uint8_t prefix[16];
	uint8_t bits; /* leading ones that make it this kind, and stay */
	bool stays; /* as it is: names nobody */
	bool edges; /* .0 and .255 stay at the end */
};

static const struct kind kinds4[] = {
	{{0}, 8, true, false}, {{10}, 8, false, true}, {{100, 64}, 10, false, false}, {{127}, 8, true, false},
	{{169, 254}, 16, false, true}, {{172, 16}, 12, false, true}, {{192, 0, 2}, 24, false, false}, {{192, 168}, 16, false, true},
	{{198, 18}, 15, false, false}, {{198, 51, 100}, 24, false, false}, {{203, 0, 113}, 24, false, false}, {{224}, 4, true, false},
	{{255, 255, 255, 255}, 32, true, false}, {{240}, 4, false, false}, {{0}, 0, false, false}, /* public */
};

static const struct kind kinds6[] = {
	{{0}, 127, true, false}, /* unspecified, loopback */
	{{0xff}, 8, true, false},
	{{0xfe, 0x80}, 64, false, false},
	{{0xfe, 0x80}, 10, false, false},
	{{0xfd}, 8, false, false},
	{{0xfc}, 8, false, false},
	{{0x20, 0x01, 0x0d, 0xb8}, 32, false, false},
	{{0x20}, 3, false, false}, /* global unicast */
	{{0}, 0, false, false},
};

static bool has_prefix(const uint8_t *address, const uint8_t *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(address, prefix, whole) == 0 && (!rest || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0);
}

static const struct kind *kind_of(const uint8_t *address, const struct kind *kinds)
{
	while (!has_prefix(address, kinds->prefix, kinds->bits))
		kinds++;
	return kinds;
}

/* Whether the bits of the last octet before at are all zero, or all one: the way to .0 and .255. */
static bool on_edge(const uint8_t *address, unsigned at)
{
	unsigned before = at - 24, head;

	if (at < 24)
		return false;
	head = before ? address[3] >> (8 - before) : 0;
	return head == 0 || head == (1u << before) - 1;
}

static unsigned flip(const uint8_t key[16], const uint8_t *address, unsigned at)
{
	uint8_t head[17] = {0};

	memcpy(head, address, at / 8);
	if (at % 8)
		head[at / 8] = (uint8_t)(address[at / 8] & 0xff00u >> at % 8);
	head[16] = (uint8_t)at;
	return (unsigned)fw_siphash(key, head, sizeof(head)) & 1u;
}

/* The bits from first to last, of size bits in all. */
static void permute(const uint8_t key[16], uint8_t *address, const struct kind *kind, unsigned size)
{
	uint8_t out[16];

	memcpy(out, address, size / 8);
	for (unsigned at = kind->bits; at < size; at++) {
		bool flipped = at == kind->bits || flip(key, address, at);
		if (flipped && !(kind->edges && on_edge(address, at)))
			out[at / 8] ^= (uint8_t)(0x80u >> at % 8);
	}
	memcpy(address, out, size / 8);
}

static void mask_kind(const uint8_t key[16], uint8_t *address, const struct kind *kinds, unsigned size)
{
	const struct kind *kind = kind_of(address, kinds);

	if (kind->stays)
		return;
	do
		permute(key, address, kind, size);
	while (kind_of(address, kinds) != kind);
}

void mask_ipv4(const struct mask *mask, uint8_t address[4])
{
	mask_kind(mask->keys[MASK_IPV4], address, kinds4, 32);
}

/* ff02::1:ffXX:XXXX (RFC 4291 section 2.7.1) holds the end of somebody's address; no prefix is known to go with it. */
static bool is_solicited(const uint8_t address[16])
{
	static const uint8_t prefix[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};

	return memcmp(address, prefix, sizeof(prefix)) == 0;
}

static void mask_tail(const uint8_t key[16], uint8_t tail[3])
{
	static const struct kind all = {{0}, 0, false, false};
	uint8_t wide[4] = {tail[0], tail[1], tail[2]};

	permute(key, wide, &all, 24);
	memcpy(tail, wide, 3);
}

void mask_ipv6(const struct mask *mask, uint8_t address[16])
{
	if (mask_is_mapped(address))
		mask_ipv4(mask, address + 12);
	else if (is_solicited(address))
		mask_tail(mask->keys[MASK_MAC], address + 13);
	else if (address[0] == 0xff && (address[1] & 0x20)) /* RFC 3306: the group bears a network's prefix */
		memset(address + 2, 0, 10);
	else
		mask_kind(mask->keys[MASK_IPV6], address, kinds6, 128);
}

void mask_address(const struct mask *mask, uint8_t address[16])
{
	mask_ipv6(mask, address);
}

void mask_prefix(const struct mask *mask, uint8_t address[16], unsigned bits)
{
	mask_address(mask, address);
	for (unsigned at = bits; at < 128; at++)
		address[at / 8] &= (uint8_t) ~(0x80u >> at % 8);
}

void mask_mac(const struct mask *mask, uint8_t mac[6])
{
	static const uint8_t none[6];
	static const struct kind local = {{0}, 8, false, false};

	if (memcmp(mac, none, 6) == 0)
		return;
	if (mac[0] == 0x33 && mac[1] == 0x33 && mac[2] == 0xff)
		mask_tail(mask->keys[MASK_MAC], mac + 3);
	else if (mac[0] & 1)
		return;
	else if (mac[0] & 2)
		permute(mask->keys[MASK_MAC], mac, &local, 48);
	else
		permute(mask->keys[MASK_MAC], mac, &(struct kind){{0}, 24, false, false}, 48);
}
