/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MD5 of one block, which is all that a password needs: 55 bytes, the mark of the end, and the length. It protects nothing here; it is
 * what these devices chose. Constants: RFC 1321 section 3.4, the integer part of 2^32 * abs(sin(i)).
 */
#include "detect/sofia.h"

#include <string.h>

#include "wire/bytes.h"

enum { BLOCK_LEN = 64, LENGTH_AT = 56, DIGEST_LEN = 16, ROUNDS = 64 };

static const uint32_t SINES[ROUNDS] = {
	0xd76aa478,
	0xe8c7b756,
	0x242070db,
	0xc1bdceee,
	0xf57c0faf,
	0x4787c62a,
	0xa8304613,
	0xfd469501,
	0x698098d8,
	0x8b44f7af,
	0xffff5bb1,
	0x895cd7be,
	0x6b901122,
	0xfd987193,
	0xa679438e,
	0x49b40821,
	0xf61e2562,
	0xc040b340,
	0x265e5a51,
	0xe9b6c7aa,
	0xd62f105d,
	0x02441453,
	0xd8a1e681,
	0xe7d3fbc8,
	0x21e1cde6,
	0xc33707d6,
	0xf4d50d87,
	0x455a14ed,
	0xa9e3e905,
	0xfcefa3f8,
	0x676f02d9,
	0x8d2a4c8a,
	0xfffa3942,
	0x8771f681,
	0x6d9d6122,
	0xfde5380c,
	0xa4beea44,
	0x4bdecfa9,
	0xf6bb4b60,
	0xbebfbc70,
	0x289b7ec6,
	0xeaa127fa,
	0xd4ef3085,
	0x04881d05,
	0xd9d4d039,
	0xe6db99e5,
	0x1fa27cf8,
	0xc4ac5665,
	0xf4292244,
	0x432aff97,
	0xab9423a7,
	0xfc93a039,
	0x655b59c3,
	0x8f0ccc92,
	0xffeff47d,
	0x85845dd1,
	0x6fa87e4f,
	0xfe2ce6e0,
	0xa3014314,
	0x4e0811a1,
	0xf7537e82,
	0xbd3af235,
	0x2ad7d2bb,
	0xeb86d391,
};

static const uint8_t TURNS[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t turn(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

/* The function of a round, and which word of the block it takes. */
static uint32_t mix(unsigned i, const uint32_t s[4], unsigned *out_word)
{
	switch (i / 16) {
	case 0:
		*out_word = i;
		return (s[1] & s[2]) | (~s[1] & s[3]);
	case 1:
		*out_word = (5 * i + 1) % 16;
		return (s[3] & s[1]) | (~s[3] & s[2]);
	case 2:
		*out_word = (3 * i + 5) % 16;
		return s[1] ^ s[2] ^ s[3];
	default:
		*out_word = 7 * i % 16;
		return s[2] ^ (s[1] | ~s[3]);
	}
}

static void digest(const uint8_t block[BLOCK_LEN], uint8_t out[DIGEST_LEN])
{
	static const uint32_t start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
	uint32_t words[16], s[4];

	memcpy(s, start, sizeof(s));
	for (size_t i = 0; i < 16; i++)
		words[i] = fw_le32(block + 4 * i);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned word;
		uint32_t sum = mix(i, s, &word) + s[0] + SINES[i];
		sum += words[word];
		s[0] = s[3];
		s[3] = s[2];
		s[2] = s[1];
		s[1] += turn(sum, TURNS[i / 16][i % 4]);
	}
	for (size_t i = 0; i < DIGEST_LEN; i++)
		out[i] = (uint8_t)((s[i / 4] + start[i / 4]) >> (8 * (i % 4)));
	explicit_bzero(words, sizeof(words));
}

void sofia_letters(struct slice password, char out_letters[SOFIA_LEN])
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t len = password.len < SOFIA_PASSWORD_MAX ? password.len : SOFIA_PASSWORD_MAX;
	uint8_t block[BLOCK_LEN] = {0}, sum[DIGEST_LEN];

	if (len)
		memcpy(block, password.bytes, len);
	block[len] = 0x80;
	block[LENGTH_AT] = (uint8_t)(len << 3);
	block[LENGTH_AT + 1] = (uint8_t)(len >> 5);
	digest(block, sum);
	for (size_t i = 0; i < SOFIA_LEN; i++)
		out_letters[i] = letters[(sum[2 * i] + sum[2 * i + 1]) % 62];
	explicit_bzero(block, sizeof(block));
}
