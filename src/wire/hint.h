/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Hints: a word in front of each bucket of a large table, which says of most things that are not in the table that they are not.
 *
 * A flood asks for what is not there, at random, and so each look falls on a bucket that is in no near cache: 150 ns and more, where
 * all the rest of a packet costs as much. So 32 bits are kept for each bucket, in which each thing that is in it sets three of its own;
 * sixteen such words to a line, all of them behind the buckets, a sixteenth of their size:
 *
 *	| bucket 0 | bucket 1 | ... | bucket mask | hints 0 to 15 | hints 16 to 31 | ...      lines of 64 bytes
 *
 * Where one of the three is missing, the thing is surely not there, and no bucket is read; where all are set, the bucket says what is
 * so. (Bloom 1970; in blocks: Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters", 2007.) Of things that are
 * not there one in fifty gets by at four in a bucket; which, an outsider cannot know, for all hashes are keyed.
 */
#pragma once

#include "wire/bytes.h"

#define FW_HINTS 16u /* in a line */

/* Lines in all of a table of so many buckets, a power of two; and back. */
FW_INLINE uint32_t fw_hint_lines(uint32_t buckets)
{
	return buckets + (buckets + FW_HINTS - 1) / FW_HINTS;
}

FW_INLINE uint32_t fw_hint_buckets(uint32_t lines)
{
	return lines - (lines + FW_HINTS) / (FW_HINTS + 1);
}

/* The line with the hints of this bucket; mask: buckets less one. Which of the line's it is: fw_hint_place(). */
FW_INLINE uint32_t fw_hint_line(uint32_t bucket, uint32_t mask)
{
	return mask + FW_LIMIT(1u) + bucket / FW_HINTS;
}

FW_INLINE uint32_t fw_hint_place(uint32_t bucket)
{
	return bucket % FW_HINTS;
}

/* What a thing sets, by fifteen bits of its hash. */
FW_INLINE uint32_t fw_hint_bits(uint32_t hash)
{
	return 1u << (hash & 31) | 1u << (hash >> FW_LIMIT(5) & 31) | 1u << (hash >> FW_LIMIT(10) & 31);
}
