/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Reading bytes: results of a read, big-endian loads, and the cursor that both worlds share.
 *
 * The kernel's verifier wants to see a pointer compared with the end of the packet, with a number of bytes it knows;
 * user space wants a length, because a pointer past the end of a block may not even be formed. fw_peek() is the one
 * place where the two differ. All that is read lies in [at, at + n) of a successful fw_peek(cursor, n).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/mutant.h"

/* Readers are made of small functions; in BPF all must become one. */
#define FW_INLINE static inline __attribute__((always_inline))

/*
 * The verifier follows a loop round by round, and with all it knows of each variable: a counter with twenty possible values
 * makes twenty rounds of each. FW_LOOP keeps a loop a loop; FW_FORGET at its head leaves what lives in memory (a map's, not the
 * stack's) there, and what is loaded from a map may be anything.
 */
#ifdef __bpf__
#define FW_LOOP _Pragma("clang loop unroll(disable)")
#define FW_FORGET() __asm__ volatile("" ::: "memory")
#else
#define FW_LOOP
#define FW_FORGET() ((void)0)
#endif

/* What a parser says. */
enum fw_read {
	FW_READ_OK,
	FW_READ_SHORT, /* ends before it is complete; what was read so far is valid */
	FW_READ_OTHER, /* well-formed as far as seen, but not what this parser reads */
	FW_READ_BAD, /* breaks the protocol's own rules */
};

/*
 * Loads of more than a byte. In BPF one instruction each, from wherever they lie: clang would take byte after byte, which costs
 * more than all the rest of a short judgement, and the processors that this runs on do not mind. Elsewhere compilers see through it.
 */
#ifdef __bpf__
#define FW_LOAD(type, p) (*(const type __attribute__((may_alias)) *)(const void *)(p))
#define FW_STORE_AS(type, p) (*(type __attribute__((may_alias)) *)(void *)(p))
#endif

/* Host order from network order; the caller has made sure of the bytes. */
FW_INLINE uint8_t fw_u8(const uint8_t *p)
{
	return p[0];
}

FW_INLINE uint16_t fw_be16(const uint8_t *p)
{
#ifdef __bpf__
	return __builtin_bswap16(FW_LOAD(uint16_t, p));
#else
	return (uint16_t)((uint32_t)p[0] << 8 | p[1]);
#endif
}

FW_INLINE uint32_t fw_be32(const uint8_t *p)
{
#ifdef __bpf__
	return __builtin_bswap32(FW_LOAD(uint32_t, p));
#else
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
#endif
}

FW_INLINE uint32_t fw_le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* As much of it as fits: only user space meets more (a segment that the card cuts later). */
FW_INLINE uint16_t fw_u16(uint32_t number)
{
	return number >> 16 ? UINT16_MAX : (uint16_t)number;
}

/* len is a constant: 4, 6 or 16. */
FW_INLINE void fw_copy(void *to, const uint8_t *p, uint32_t len)
{
#ifdef __bpf__
	uint8_t *out = to;

	if (len == 16) {
		FW_STORE_AS(uint64_t, out) = FW_LOAD(uint64_t, p);
		FW_STORE_AS(uint64_t, out + 8) = FW_LOAD(uint64_t, p + 8);
		return;
	}
	FW_STORE_AS(uint32_t, out) = FW_LOAD(uint32_t, p);
	if (len == 6)
		FW_STORE_AS(uint16_t, out + 4) = FW_LOAD(uint16_t, p + 4);
#else
	__builtin_memcpy(to, p, len);
#endif
}

#ifdef FW_MUTANTS
#define fw_u8(p) fw_u8((p) + FW_MUTANT_HERE)
#define fw_be16(p) fw_be16((p) + FW_MUTANT_HERE)
#define fw_be32(p) fw_be32((p) + FW_MUTANT_HERE)
#define fw_le32(p) fw_le32((p) + FW_MUTANT_HERE)
#define fw_copy(to, p, len) fw_copy(to, (p) + FW_MUTANT_HERE, len)
#endif

#ifdef __bpf__

/* Further than any reader of ours gets: the verifier adds only bounded numbers to a packet pointer. */
#define FW_BPF_REACH 20000u

struct fw_cursor {
	const uint8_t *begin, *end;
	uint32_t len, at; /* bytes from begin */
};

FW_INLINE struct fw_cursor fw_cursor_of(const uint8_t *begin, const uint8_t *end)
{
	return (struct fw_cursor){.begin = begin, .end = end, .len = (uint32_t)(end - begin), .at = 0};
}

/* The value in one register from here on: clang must not compare one copy of it and use another, of which the verifier knows nothing. */
#define FW_PIN(variable) __asm__ volatile("" : "+r"(variable))

/* The next n bytes (a constant), or NULL where fewer are there. */
FW_INLINE const uint8_t *fw_peek(const struct fw_cursor *cursor, uint32_t n)
{
	uint64_t at = cursor->at;
	int64_t left = (int64_t)cursor->len - (int64_t)at; /* compared as a number of its own, so that nothing is learned about len */
	const uint8_t *p;

	FW_PIN(left);
	if (left < (int64_t)n)
		return NULL;
	FW_PIN(at);
	if (at > FW_BPF_REACH)
		return NULL;
	p = cursor->begin + at;
	FW_PIN(p);
	return p + n > cursor->end ? NULL : p;
}

#else

struct fw_cursor {
	const uint8_t *begin;
	uint32_t len, at; /* bytes from begin */
};

FW_INLINE struct fw_cursor fw_cursor_of(const uint8_t *begin, uint32_t len)
{
	return (struct fw_cursor){.begin = begin, .len = len, .at = 0};
}

#define FW_PIN(variable) ((void)0)

/* The next n bytes (a constant), or NULL where fewer are there. */
FW_INLINE const uint8_t *fw_peek(const struct fw_cursor *cursor, uint32_t n)
{
	return cursor->at <= cursor->len && n <= cursor->len - cursor->at ? cursor->begin + cursor->at : NULL;
}

#endif

/* The next len bytes alone, or what there is of them; at stays the distance from begin. */
FW_INLINE struct fw_cursor fw_clip(struct fw_cursor cursor, uint32_t at, uint32_t len)
{
	cursor.at = at;
	cursor.len = at + len < cursor.len ? at + len : cursor.len;
	return cursor;
}

/* For a walk byte by byte, of at most fw_left() steps from a fw_peek(cursor, 0): the frame holds this one. */
FW_INLINE bool fw_holds(const struct fw_cursor *cursor, const uint8_t *p)
{
#ifdef __bpf__
	const uint8_t *next = p + 1;

	FW_PIN(next);
	return next <= cursor->end;
#else
	return true;
#endif
}

/* May go past the end: the next fw_peek() says so. */
FW_INLINE void fw_skip(struct fw_cursor *cursor, uint32_t n)
{
	cursor->at += n;
}

/* Bytes between here and the end, 0 when past it. */
FW_INLINE uint32_t fw_left(const struct fw_cursor *cursor)
{
	return cursor->at < cursor->len ? cursor->len - cursor->at : 0;
}
