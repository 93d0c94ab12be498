/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"
#include "wire/opening.h"

#define ETHER "0a0b0c0d0e0f 1a1b1c1d1e1f 0800 "
#define ENDS "0a010203 c0a80405 "
#define IP4(len, flags) ETHER "4500 " len " 0001 " flags " 40 06 0000 " ENDS
#define TCP(words_flags) "8123 0050 81020304 00000000 " words_flags " 7210 0000 0000 "
#define LINUX "020405b4 0402 080a 00000001 00000000 01 030307"
#define MAC "0a0b0c0d0e0f 1a1b1c1d1e1f 86dd 6000 0000 0018 06 80 20010db8000000000000000000000001 20010db8000000000000000000000002 "

struct expectation {
	const char *name, *hex;
	enum fw_read read;
	const char *options; /* as hexadecimal */
	uint16_t mss;
	uint8_t family, hops, scale;
	bool answer, whole;
};

/* clang-format off */
static const struct expectation table[] = {
	{"Linux", IP4("003c", "4000") TCP("a002") LINUX, FW_READ_OK, "02 04 08 01 03", 1460, 4, 64, 7, false, true},
	{"the same as an answer", IP4("003c", "4000") TCP("a012") LINUX, FW_READ_OK, "02 04 08 01 03", 1460, 4, 64, 7, true, true},
	{"with congestion notification", IP4("003c", "4000") TCP("a0c2") LINUX, FW_READ_OK, "02 04 08 01 03", 1460, 4, 64, 7, false, true},
	{"the same as an answer", IP4("003c", "4000") TCP("a052") LINUX, FW_READ_OK, "02 04 08 01 03", 1460, 4, 64, 7, true, true},
	{"may be fragmented", IP4("003c", "0000") TCP("a002") LINUX, FW_READ_OK, "02 04 08 01 03", 1460, 4, 64, 7, false, false},
	{"IPv6 has no such bit", MAC TCP("6002") "020405a0", FW_READ_OK, "02", 1440, 6, 128, 0, false, false},
	{"no options", IP4("0028", "4000") TCP("5002"), FW_READ_OK, "", 0, 4, 64, 0, false, true},
	{"behind an end is padding", IP4("0030", "4000") TCP("7002") "020405b4 00 63 63 63", FW_READ_OK, "02 00", 1460, 4, 64, 0, false, true},
	{"others are known by their kind", IP4("0030", "4000") TCP("7002") "fd04f989 2202 0101", FW_READ_OK, "fd 22 01 01", 0, 4, 64, 0, false, true},
	{"an MSS of two bytes is none", IP4("002c", "4000") TCP("6002") "0202 0101", FW_READ_OK, "02 01 01", 0, 4, 64, 0, false, true},
	{"a scale of four is none", IP4("002c", "4000") TCP("6002") "0304 0707", FW_READ_OK, "03", 0, 4, 64, 0, false, true},
	{"twelve", IP4("0034", "4000") TCP("8002") "01010101 01010101 01010101", FW_READ_OK, "01 01 01 01 01 01 01 01 01 01 01 01", 0, 4, 64, 0, false, true},
	{"thirteen no system writes", IP4("0038", "4000") TCP("9002") "01010101 01010101 01010101 01010101", FW_READ_OTHER, "", 0, 0, 0, 0, false, false},
	{"a length of nothing", IP4("002c", "4000") TCP("6002") "0200 0101", FW_READ_BAD, "", 0, 0, 0, 0, false, false},
	{"a length of one", IP4("002c", "4000") TCP("6002") "0201 0101", FW_READ_BAD, "", 0, 0, 0, 0, false, false},
	{"a length past the header", IP4("002e", "4000") TCP("6002") "0205 05b4 0101", FW_READ_BAD, "", 0, 0, 0, 0, false, false},
	{"a kind without length at the end", IP4("002c", "4000") TCP("6002") "010101 02", FW_READ_BAD, "", 0, 0, 0, 0, false, false},
	{"an ACK", IP4("003c", "4000") TCP("a010") LINUX, FW_READ_OTHER, "", 0, 0, 0, 0, false, false},
	{"SYN and FIN", IP4("003c", "4000") TCP("a003") LINUX, FW_READ_OTHER, "", 0, 0, 0, 0, false, false},
	{"a fragment", IP4("003c", "2000") TCP("a002") LINUX, FW_READ_OTHER, "", 0, 0, 0, 0, false, false},
	{"UDP", ETHER "4500 0020 0001 4000 40 11 0000 " ENDS "8123 0035 000c 3344 0102 0304", FW_READ_OTHER, "", 0, 0, 0, 0, false, false},
	{"ARP", "0a0b0c0d0e0f 1a1b1c1d1e1f 0806 0001 0800 0604 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204", FW_READ_OTHER, "", 0, 0, 0, 0, false, false},
};
/* clang-format on */

static enum fw_read read_exactly(const uint8_t *bytes, uint32_t len, struct fw_opening *out)
{
	uint8_t *block = malloc(len ? len : 1); /* of its exact size: one byte too far is an error */
	struct fw_packet packet;
	enum fw_read read;

	assert_non_null(block);
	memcpy(block, bytes, len);
	fw_packet_read(block, len, FW_LINK_ETHERNET, &packet);
	read = fw_opening_read(block, &packet, out);
	free(block);
	return read;
}

static void openings_as_they_come(void **state)
{
	uint8_t bytes[128], options[32];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct expectation *e = &table[i];
		struct fw_opening opening = {0};

		if (read_exactly(bytes, hex_read(e->hex, bytes), &opening) != e->read)
			fail_msg("%s: not read as it should be", e->name);
		if (opening.option_count != hex_read(e->options, options) || memcmp(opening.options, options, opening.option_count))
			fail_msg("%s: %u options", e->name, opening.option_count);
		if (opening.mss != e->mss || opening.family != e->family || opening.hops != e->hops || opening.scale != e->scale ||
			opening.answer != e->answer || opening.whole != e->whole)
			fail_msg("%s: mss %u, family %u, hops %u, scale %u", e->name, opening.mss, opening.family, opening.hops,
				opening.scale);
	}
}

/* Cut anywhere, it is no opening, and nothing is read past the end. */
static void cut_at_every_byte(void **state)
{
	uint8_t bytes[128];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint32_t len = hex_read(table[i].hex, bytes);

		for (uint32_t cut = 0; cut < len; cut++) {
			struct fw_opening opening = {.mss = 7};

			if (read_exactly(bytes, cut, &opening) == FW_READ_OK)
				fail_msg("%s: an opening after %u of %u bytes", table[i].name, cut, len);
			assert_int_equal(opening.mss, 7);
		}
	}
}

/* Both lengths say that there is less of it: what ends between two options is one, what ends within the timestamps is not. */
static void every_length_of_header(void **state)
{
	uint8_t bytes[128];
	uint32_t len = hex_read(IP4("003c", "4000") TCP("a002") LINUX, bytes);

	for (uint32_t words = 0; words < 16; words++) {
		struct fw_opening opening = {0};
		uint32_t used = 34 + words * 4;

		bytes[46] = (uint8_t)(words << 4);
		bytes[17] = (uint8_t)(used - 14);
		if (words < 5 || used > len)
			assert_int_not_equal(read_exactly(bytes, used < len ? used : len, &opening), FW_READ_OK);
		else
			assert_int_equal(read_exactly(bytes, used, &opening), words == 7 || words == 8 ? FW_READ_BAD : FW_READ_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openings_as_they_come), cmocka_unit_test(cut_at_every_byte), cmocka_unit_test(every_length_of_header)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
