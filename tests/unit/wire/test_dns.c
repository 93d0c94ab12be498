/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns_key.h"
#include "hex.h"

static struct fw_dns_key key;

static enum fw_read read_exact(const uint8_t *bytes, uint32_t len, struct fw_dns_question *out)
{
	uint8_t *exact = malloc(len ? len : 1);
	enum fw_read read;

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	memset(out, 0, sizeof(*out));
	read = fw_dns_question_read(exact, len, &key, out);
	free(exact);
	return read;
}

/* A query for a name in text; "" is the root. */
static uint32_t make_query(const char *name, uint8_t *bytes)
{
	uint32_t at = hex_read("abcd 0100 0001 0000 0000 0000", bytes);

	while (*name) {
		size_t label = strcspn(name, ".");

		bytes[at++] = (uint8_t)label;
		memcpy(bytes + at, name, label);
		at += (uint32_t)label;
		name += label + (name[label] == '.');
	}
	bytes[at++] = 0;
	return at + hex_read("001c 0001", bytes + at);
}

static enum fw_read read_name(const char *name, struct fw_dns_question *out)
{
	uint8_t bytes[512];

	return read_exact(bytes, make_query(name, bytes), out);
}

#define WWW "03 777777 07 6578616d706c65 03 636f6d 00"

/* clang-format off */
static const struct {
	const char *name, *hex;
	enum fw_reason reason;
	uint16_t name_len, type, end_off;
	uint8_t labels;
} table[] = {
	{"a query", "abcd 0100 0001 0000 0000 0000" WWW "0001 0001", FW_REASON_NONE, 17, 1, 33, 3},
	{"the root", "abcd 0100 0001 0000 0000 0000 00 0002 0001", FW_REASON_NONE, 1, 2, 17, 0},
	{"with EDNS", "abcd 0120 0001 0000 0000 0001" WWW "0001 0001 00 0029 04d0 00000000 0000", FW_REASON_NONE, 17, 1, 33, 3},
	{"IXFR", "abcd 0000 0001 0000 0001 0000" WWW "00fb 0001", FW_REASON_NONE, 17, 251, 33, 3},
	{"header cut off", "abcd 0100 0001 0000 0000 00", FW_REASON_DNS_SHORT, 0, 0, 0, 0},
	{"nothing after the header", "abcd 0100 0001 0000 0000 0000", FW_REASON_DNS_SHORT, 0, 0, 12, 0},
	{"name cut off", "abcd 0100 0001 0000 0000 0000 03 7777", FW_REASON_DNS_SHORT, 3, 0, 15, 1},
	{"name cut off within a label", "abcd 0100 0001 0000 0000 0000 09 777777 7777", FW_REASON_DNS_SHORT, 6, 0, 18, 1},
	{"type cut off", "abcd 0100 0001 0000 0000 0000" WWW "0001", FW_REASON_DNS_SHORT, 17, 0, 29, 3},
	{"class cut off", "abcd 0100 0001 0000 0000 0000" WWW "0001 00", FW_REASON_DNS_SHORT, 17, 0, 29, 3},
	{"an answer", "abcd 8180 0001 0001 0000 0000" WWW "0001 0001", FW_REASON_DNS_ANSWER, 0, 0, 12, 0},
	{"NOTIFY", "abcd 2400 0001 0000 0000 0000" WWW "0006 0001", FW_REASON_DNS_OPCODE, 0, 0, 12, 0},
	{"only a cookie", "abcd 0100 0000 0000 0000 0001 00", FW_REASON_DNS_NO_QUESTION, 0, 0, 12, 0},
	{"two questions", "abcd 0100 0002 0000 0000 0000" WWW "0001 0001", FW_REASON_DNS_COUNTS, 0, 0, 12, 0},
	{"a query with an answer", "abcd 0100 0001 0001 0000 0000" WWW "0001 0001", FW_REASON_DNS_COUNTS, 0, 0, 12, 0},
	{"compressed", "abcd 0100 0001 0000 0000 0000 03 777777 c00c 0001 0001", FW_REASON_DNS_LABEL, 5, 0, 17, 1},
	{"extended label type", "abcd 0100 0001 0000 0000 0000 41 00 0001 0001", FW_REASON_DNS_LABEL, 1, 0, 13, 0},
};
/* clang-format on */

static void test_table(void **state)
{
	static struct fw_dns_question q;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		uint8_t bytes[128];
		enum fw_read read = read_exact(bytes, hex_read(table[i].hex, bytes), &q);

		if (q.reason != table[i].reason || q.name_len != table[i].name_len || q.type != table[i].type ||
			q.labels != table[i].labels || q.end_off != table[i].end_off)
			fail_msg("%s: reason %u, name of %u, type %u, %u labels, ends at %u", table[i].name, q.reason, q.name_len, q.type,
				q.labels, q.end_off);
		assert_int_equal(read, fw_reason_read(table[i].reason));
	}
}

/* A name of labels of one length, len bytes in all; the last label takes what is left. */
static uint32_t make_long(uint32_t label, uint32_t len, uint8_t *bytes)
{
	uint32_t at = hex_read("abcd 0100 0001 0000 0000 0000", bytes), end = at + len - 1;

	while (at < end) {
		uint32_t n = end - at - 1 < label ? end - at - 1 : label;

		n -= end - at - 1 - n == 1; /* a label of 0 bytes cannot be the last */
		bytes[at++] = (uint8_t)n;
		memset(bytes + at, 'x', n);
		at += n;
	}
	bytes[at++] = 0;
	return at + hex_read("0001 0001", bytes + at);
}

static void test_ceilings(void **state)
{
	static struct fw_dns_question q;
	uint8_t bytes[512];

	assert_int_equal(read_exact(bytes, make_long(63, 255, bytes), &q), FW_READ_OK);
	assert_int_equal(q.name_len, 255);
	assert_int_equal(q.labels, 4);
	assert_int_equal(read_exact(bytes, make_long(63, 256, bytes), &q), FW_READ_BAD);
	assert_int_equal(q.reason, FW_REASON_DNS_NAME_LEN);
	assert_int_equal(read_exact(bytes, make_long(1, 255, bytes), &q), FW_READ_OK);
	assert_int_equal(q.labels, 127);
	assert_int_equal(read_exact(bytes, make_long(1, 257, bytes), &q), FW_READ_BAD);
	assert_int_equal(read_exact(bytes, make_long(63, 65, bytes), &q), FW_READ_OK);
	assert_int_equal(read_exact(bytes, make_long(64, 66, bytes), &q), FW_READ_BAD);
	assert_int_equal(q.reason, FW_REASON_DNS_LABEL);
}

static uint64_t suffix(const struct fw_dns_question *question, uint32_t labels)
{
	return fw_dns_suffix(question, &key, labels);
}

/* The hash of a suffix is the hash of that name asked for itself, whatever stands before it and however it is written. */
static void test_suffixes(void **state)
{
	static struct fw_dns_question deep, zone, mixed, root;

	assert_int_equal(read_name("a.b.www.example.com", &deep), FW_READ_OK);
	assert_int_equal(read_name("example.com", &zone), FW_READ_OK);
	assert_int_equal(read_name("A.b.wWw.EXAMPLE.Com", &mixed), FW_READ_OK);
	assert_int_equal(read_name("", &root), FW_READ_OK);
	assert_int_equal(deep.labels, 5);
	assert_true(suffix(&deep, 3) == suffix(&zone, 0));
	assert_true(suffix(&deep, 4) == suffix(&zone, 1));
	assert_true(suffix(&deep, 5) == suffix(&root, 0));
	for (uint32_t i = 0; i <= 5; i++)
		assert_true(suffix(&deep, i) == suffix(&mixed, i));
}

/* Names that a careless hash would mix up. */
static void test_different(void **state)
{
	static const char *const names[] = {"", "a", "b", "aa", "a.a", "ab.c", "a.bc", "abc", "a.b.c", "c.b.a", "a.b", "b.a", "@", "[", "`",
		"{", "abcd", "abce", "abcdef", "abcdeg", "abcdefg", "\x80", "\xc1", "\xe1", "\xff", "a\x01", "abc\x01", "abcd\x01"};
	static struct fw_dns_question q[sizeof(names) / sizeof(*names)];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(read_name(names[i], &q[i]), FW_READ_OK);
		for (size_t j = 0; j < i; j++)
			assert_true(suffix(&q[i], 0) != suffix(&q[j], 0));
	}
}

/* The same hash from the definition, in the slow and obvious way: byte by byte from the end. */
static uint64_t plain_hash(const uint8_t *name, uint32_t len)
{
	uint64_t lane[2] = {key.begin[0], key.begin[1]};

	for (uint32_t i = 0; i < len; i++) {
		uint8_t byte = name[len - 1 - i];
		uint64_t share = (uint64_t)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte) << 8 * (3 - i % 4);
		uint32_t half = i / 4 % 2 ? 0 : 1; /* the last four bytes are the upper half of the first word */

		lane[0] += key.part[i / 8][half] * share;
		lane[1] += key.part[i / 8][2 + half] * share;
	}
	return lane[0] >> 32 | lane[1] >> 32 << 32;
}

/* Names of every length and form, each with all that they end in; every byte. */
static void test_definition(void **state)
{
	static struct fw_dns_question q, alone;
	uint8_t bytes[512];

	for (uint32_t label = 1; label <= 63; label++)
		for (uint32_t len = 3; len <= 255; len++) {
			uint32_t all = make_long(label, len, bytes);

			for (uint32_t i = 12, left = 0; i < 12 + len; i++) {
				left = left ? left - 1 : bytes[i];
				if (left != bytes[i])
					bytes[i] = (uint8_t)(label * 7 + i * 31 + len);
			}
			if (read_exact(bytes, all, &q) != FW_READ_OK)
				continue;
			assert_true(fw_dns_name_read(bytes + 12, q.name_len, &key, &alone));
			for (uint32_t i = 0, at = 0; i <= q.labels; at += 1u + bytes[12 + at], i++) {
				if (suffix(&q, i) != plain_hash(bytes + 12 + at, q.name_len - at))
					fail_msg("label %u, len %u, i %u at %u name_len %u labels %u", label, len, i, at, q.name_len,
						q.labels);
				assert_true(suffix(&q, i) == suffix(&alone, i));
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_suffixes),
		cmocka_unit_test(test_different),
		cmocka_unit_test(test_definition),
	};

	key = dns_key_of(53);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
