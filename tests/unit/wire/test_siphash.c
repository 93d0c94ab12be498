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

/* Every length from an exact heap block, and no two lengths of the same bytes alike. */
static void test_lengths(void **state)
{
	uint64_t seen[80];
	uint8_t key[16] = {1};

	for (size_t len = 0; len < 80; len++) {
		uint8_t *message = calloc(1, len ? len : 1);

		assert_non_null(message);
		seen[len] = fw_siphash(key, message, len);
		for (size_t i = 0; i < len; i++)
			assert_true(seen[i] != seen[len]);
		free(message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_paper),
	        cmocka_unit_test(test_cookies),
	        cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
