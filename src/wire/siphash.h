/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * SipHash (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012): the keyed hash of whatever an outsider can fill.
 * Whoever does not know the key cannot choose collisions.
 *
 * The message is taken in little-endian words of 8 bytes; the last word holds what is left over and, in its top byte,
 * the length. SipHash-c-d does c rounds a word and d at the end. In BPF len must be a constant.
 *
 * SipHash-2-4 is for what the outsider sees: server cookies (RFC 9018), identities that are printed. A table's hash is never
 * shown, so tables use 1-3, which the authors name for that and which Linux, Python and Rust use for it.
 */
#pragma once

#include "wire/bytes.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fw_sip_word() loads words as they lie");

struct fw_sip {
	uint64_t v0, v1, v2, v3;
};

FW_INLINE uint64_t fw_sip_rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

FW_INLINE void fw_sip_round(struct fw_sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = fw_sip_rotate(s->v1, FW_LIMIT(13)) ^ s->v0;
	s->v3 = fw_sip_rotate(s->v3, FW_LIMIT(16)) ^ s->v2;
	s->v0 = fw_sip_rotate(s->v0, FW_LIMIT(32));
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = fw_sip_rotate(s->v1, FW_LIMIT(17)) ^ s->v2;
	s->v3 = fw_sip_rotate(s->v3, FW_LIMIT(21)) ^ s->v0;
	s->v2 = fw_sip_rotate(s->v2, FW_LIMIT(32));
}

FW_INLINE void fw_sip_rounds(struct fw_sip *s, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		fw_sip_round(s);
}

FW_INLINE void fw_sip_take(struct fw_sip *s, uint64_t word, unsigned rounds)
{
	s->v3 ^= word;
	fw_sip_rounds(s, rounds);
	s->v0 ^= word;
}

FW_INLINE uint64_t fw_sip_word(const void *bytes)
{
	uint64_t word;

	fw_move(&word, bytes, sizeof(word));
	return word;
}

/* The last len % 8 bytes, low first. */
FW_INLINE uint64_t fw_sip_tail(const uint8_t *bytes, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)bytes[i] << (FW_LIMIT(8) * i);
	return word;
}

/* rounds of a word and of the end: constants, so that each of the two hashes below is code of its own. */
FW_INLINE uint64_t fw_sip_hash(const uint8_t key[16], const uint8_t *p, size_t len, unsigned word_rounds, unsigned end_rounds)
{
	uint64_t k0 = fw_sip_word(key), k1 = fw_sip_word(key + 8);
	struct fw_sip s = {
		k0 ^ FW_LIMIT(0x736f6d6570736575ull),
		k1 ^ FW_LIMIT(0x646f72616e646f6dull),
		k0 ^ FW_LIMIT(0x6c7967656e657261ull),
		k1 ^ FW_LIMIT(0x7465646279746573ull),
	};
	size_t whole = len / 8 * 8;

	for (size_t i = 0; i < whole; i += 8)
		fw_sip_take(&s, fw_sip_word(p + i), word_rounds);
	fw_sip_take(&s, fw_sip_tail(p + whole, len - whole) | (uint64_t)len << FW_LIMIT(56), word_rounds);
	s.v2 ^= FW_LIMIT(0xff);
	fw_sip_rounds(&s, end_rounds);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* SipHash-2-4. Host order of the hash's little-endian bytes. */
static inline uint64_t fw_siphash(const uint8_t key[16], const void *bytes, size_t len)
{
	return fw_sip_hash(key, bytes, len, FW_LIMIT(2u), FW_LIMIT(4u));
}

/* SipHash-1-3, for tables. */
static inline uint64_t fw_siphash13(const uint8_t key[16], const void *bytes, size_t len)
{
	return fw_sip_hash(key, bytes, len, FW_LIMIT(1u), FW_LIMIT(3u));
}
