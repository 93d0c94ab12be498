/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"
#include "wire/siphash.h"

/* The paper's own vector (appendix A): key 00 01 .. 0f, message 00 01 .. 0e. */
static void test_paper(void **state)
{
	uint8_t key[16], message[15];

	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	memcpy(message, key, sizeof(message));
	assert_true(fw_siphash(key, message, sizeof(message)) == 0xa129ca6149be45e5ull);
}

/*
 * RFC 9018 appendix A: a server cookie ends in the hash of client cookie, version and reserved, timestamp and address.
 * Messages of 20 and 32 bytes, so with a tail and without.
 */
static const struct {
	const char *secret, *message, *hash;
} cookies[] = {
	{"e5e973e5a6b2a43f48e7dc849e37bfcf", "2464c4abcf10c957 01000000 5cf79f11 c6336464", "1f8130c3eee29480"},
	{"e5e973e5a6b2a43f48e7dc849e37bfcf", "2464c4abcf10c957 01000000 5cf7a871 c6336464", "d4a564a1442aca77"},
	{"e5e973e5a6b2a43f48e7dc849e37bfcf", "fc93fc62807ddb86 01abcdef 5cf78f71 cb0071cb", "a314227b6679ebf5"},
	{"e5e973e5a6b2a43f48e7dc849e37bfcf", "fc93fc62807ddb86 01000000 5cf7a9ac cb0071cb", "f73a7810aca2381e"},
	{"dd3bdf9344b678b185a6f5cb60fca715", "22681ab97d52c298 01000000 5cf7c579 20010db80220000159ded0f4876982b8", "26556bd0934c72f8"},
	{"445536bcd2513298075a5d379663c962", "22681ab97d52c298 01000000 5cf7c609 20010db80220000159ded0f4876982b8", "a6bb79d16625507a"},
};

static void test_cookies(void **state)
{
	for (size_t i = 0; i < sizeof(cookies) / sizeof(*cookies); i++) {
		uint8_t key[16], message[32], hash[8];
		uint64_t found;
		uint32_t len = hex_read(cookies[i].message, message);

		hex_read(cookies[i].secret, key);
		hex_read(cookies[i].hash, hash);
		found = fw_siphash(key, message, len);
		assert_memory_equal(&found, hash, 8); /* both little-endian */
	}
}

/*
 * SipHash-1-3 with a key of zeros, message 00 01 02 ...: what the reference implementation gives with 1 and 3 rounds, and what
 * CPython 3.11 gives as hash(bytes(range(n))) where PYTHONHASHSEED=0 makes its key zero.
 */
static const struct {
	size_t len;
	uint64_t hash;
} vectors13[] = {
	{0, 0xd1fba762150c532cull},
	{1, 0x68a914128e01e473ull},
	{7, 0x2f098ab0c751325aull},
	{8, 0xead411e67ebe2eeaull},
	{15, 0xf30eb725bb91c9eaull},
	{16, 0x8972188433a5c5b7ull},
	{40, 0x95bc321ab41d8206ull},
	{63, 0x385d3e39e5f37359ull},
};

static void test_vectors_of_1_3(void **state)
{
	static const uint8_t key[16];
	uint8_t message[64];

	for (uint8_t i = 0; i < 64; i++)
		message[i] = i;
	for (size_t i = 0; i < sizeof(vectors13) / sizeof(*vectors13); i++)
		assert_true(fw_siphash13(key, message, vectors13[i].len) == vectors13[i].hash);
}

/* The twin: the paper's figure 2.1 word for word, the message padded first, the half rounds written out. */
static void plain_half(uint64_t v[4], int a, int b, int c, int d, int left, int right)
{
	v[a] += v[b];
	v[c] += v[d];
	v[b] = v[b] << left | v[b] >> (64 - left);
	v[d] = v[d] << right | v[d] >> (64 - right);
	v[b] ^= v[a];
	v[d] ^= v[c];
	v[a] = v[a] << 32 | v[a] >> 32;
}

static void plain_rounds(uint64_t v[4], int count)
{
	while (count--) {
		plain_half(v, 0, 1, 2, 3, 13, 16);
		plain_half(v, 2, 1, 0, 3, 17, 21);
	}
}

static uint64_t plain_word(const uint8_t *p)
{
	uint64_t word = 0;

	for (int i = 7; i >= 0; i--)
		word = word << 8 | p[i];
	return word;
}

static uint64_t plain_hash(const uint8_t key[16], const uint8_t *message, size_t len, int c, int d)
{
	uint64_t k0 = plain_word(key), k1 = plain_word(key + 8);
	uint64_t v[4] = {k0 ^ plain_word((const uint8_t *)"uespemos"), k1 ^ plain_word((const uint8_t *)"modnarod"),
		k0 ^ plain_word((const uint8_t *)"arenegyl"), k1 ^ plain_word((const uint8_t *)"setybdet")};
	uint8_t padded[128] = {0};
	size_t words = len / 8 + 1;

	memcpy(padded, message, len);
	padded[words * 8 - 1] = (uint8_t)len;
	for (size_t i = 0; i < words; i++) {
		v[3] ^= plain_word(padded + i * 8);
		plain_rounds(v, c);
		v[0] ^= plain_word(padded + i * 8);
	}
	v[2] ^= 0xff;
	plain_rounds(v, d);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void test_plain_twin(void **state)
{
	uint8_t key[16], message[80];

	for (unsigned seed = 0; seed < 50; seed++)
		for (size_t len = 0; len < sizeof(message); len++) {
			for (unsigned i = 0; i < sizeof(message); i++)
				message[i] = (uint8_t)((i + seed) * 167 + seed * seed);
			for (unsigned i = 0; i < sizeof(key); i++)
				key[i] = (uint8_t)(i * 59 + seed * 31);
			assert_true(fw_siphash(key, message, len) == plain_hash(key, message, len, 2, 4));
			assert_true(fw_siphash13(key, message, len) == plain_hash(key, message, len, 1, 3));
		}
}

/* Every length from an exact heap block, and no two lengths of the same bytes alike. */
static void test_lengths(void **state)
{
	uint64_t seen[80], seen13[80];
	uint8_t key[16] = {1};

	for (size_t len = 0; len < 80; len++) {
		uint8_t *message = calloc(1, len ? len : 1);

		assert_non_null(message);
		seen[len] = fw_siphash(key, message, len);
		seen13[len] = fw_siphash13(key, message, len);
		assert_true(seen13[len] != seen[len]);
		for (size_t i = 0; i < len; i++)
			assert_true(seen[i] != seen[len] && seen13[i] != seen13[len]);
		free(message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paper),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_vectors_of_1_3),
		cmocka_unit_test(test_plain_twin),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
