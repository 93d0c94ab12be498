/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every variant of pcap and pcapng, made byte by byte here; damage; and the cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "craft.h"
#include "wire/limits.h"

#define S 1000000000ull

static const struct seen *read_craft(const char *name, struct craft *craft)
{
	const struct seen *seen = craft_read_one(craft_write(name, craft->bytes, craft->len));

	craft_free(craft);
	return seen;
}

static void pcap_variants(void **state)
{
	static const struct {
		const char *name;
		uint32_t magic;
		bool big;
		uint64_t fraction_ns;
	} rows[] = {
		{"little micro", CRAFT_MICRO, false, 1000},
		{"big micro", CRAFT_MICRO, true, 1000},
		{"little nano", CRAFT_NANO, false, 1},
		{"big nano", CRAFT_NANO, true, 1},
		{"little patched", CRAFT_PATCHED, false, 1000},
		{"big patched", CRAFT_PATCHED, true, 1000},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft craft = {.big = rows[i].big};
		craft_pcap(&craft, rows[i].magic, 113);
		for (uint32_t k = 0; k < 3; k++) {
			size_t len = 60 + k;
			craft_record(&craft, 1476960600 + k, 7, 0, 0);
			uint8_t *lengths = craft.bytes + craft.len - 8;
			lengths[rows[i].big ? 3 : 0] = (uint8_t)len;
			lengths[rows[i].big ? 7 : 4] = 200;
			if (rows[i].magic == CRAFT_PATCHED)
				craft_u64(&craft, 0x1122334455667788);
			for (size_t n = 0; n < len; n++)
				craft_bytes(&craft, "x", 1);
		}
		print_message("%s\n", rows[i].name);
		const struct seen *seen = read_craft("variant.pcap", &craft);
		assert_int_equal(seen->count, 3);
		for (size_t k = 0; k < 3; k++) {
			assert_int_equal(seen->frames[k].time_ns, (1476960600 + k) * S + 7 * rows[i].fraction_ns);
			assert_int_equal(seen->frames[k].cap_len, 60 + k);
			assert_int_equal(seen->frames[k].wire_len, 200);
			assert_int_equal(seen->frames[k].link, 113);
			assert_int_equal(seen->frames[k].number, k + 1);
			assert_int_equal(seen->frames[k].fill, 'x');
		}
		assert_int_equal(seen->reports[0].packets, 3);
		assert_int_equal(seen->reports[0].bytes, 600);
		assert_int_equal(seen->reports[0].first_ns, seen->frames[0].time_ns);
		assert_int_equal(seen->reports[0].last_ns, seen->frames[2].time_ns);
		assert_false(seen->reports[0].cut_short || seen->reports[0].unreadable);
	}
}

static void pcap_details(void **state)
{
	struct craft craft = {0};

	craft_pcap(&craft, CRAFT_MICRO, 0x24000001); /* frame check sequence told above the link type */
	craft_record(&craft, UINT32_MAX, UINT32_MAX, 0, 0);
	craft_record(&craft, 0, 0, 40, 'a');
	memset(craft.bytes + craft.len - 44, 0, 4); /* nothing on the wire, they say */
	memset(craft.bytes + craft.len - 52, 0xff, 4);
	craft_record(&craft, 1, 0, FW_FRAME_MAX, 'b');
	const struct seen *seen = read_craft("details.pcap", &craft);
	assert_int_equal(seen->count, 3);
	assert_int_equal(seen->frames[0].link, 1);
	assert_int_equal(seen->frames[0].time_ns, UINT32_MAX * S - 1000);
	assert_int_equal(seen->frames[0].cap_len, 0);
	assert_int_equal(seen->frames[1].wire_len, 40);
	assert_int_equal(seen->frames[1].time_ns, 0);
	assert_int_equal(seen->frames[2].cap_len, FW_FRAME_MAX);
	assert_int_equal(seen->reports[0].first_ns, 0);
	assert_int_equal(seen->reports[0].last_ns, seen->frames[0].time_ns);

	craft_pcap(&craft, CRAFT_MICRO, 12);
	craft_record(&craft, 1, 0, 20, 'E');
	assert_int_equal(read_craft("raw.pcap", &craft)->frames[0].link, 101);

	craft_pcap(&craft, CRAFT_NANO, 1);
	seen = read_craft("none.pcap", &craft);
	assert_int_equal(seen->count, 0);
	assert_false(seen->reports[0].cut_short || seen->reports[0].unreadable);
}

/* Records that fall across the blocks of the window in every way, and large ones among small. */
static void pcap_across_blocks(void **state)
{
	struct craft craft = {0};
	size_t count = 0;

	craft_pcap(&craft, CRAFT_MICRO, 1);
	for (uint32_t len = 0; craft.len < (3u << 20); len = (len * 7 + 13) % 1500, count++)
		craft_record(&craft, (uint32_t)count, 0, count % 64 == 63 ? 60000 + len * 100 : len, (char)('a' + count % 26));
	const struct seen *seen = read_craft("blocks.pcap", &craft);
	assert_int_equal(seen->count, count);
	for (size_t i = 0; i < count && i < SEEN_MAX; i++)
		assert_true(seen->frames[i].time_ns == i * S && (!seen->frames[i].cap_len || seen->frames[i].fill == 'a' + i % 26));
}

static void craft_simple(struct craft *craft, uint32_t wire_len, size_t len, char fill)
{
	size_t start = craft_block(craft, 3);

	craft_u32(craft, wire_len);
	for (size_t i = 0; i < len; i++)
		craft_bytes(craft, &fill, 1);
	craft_block_end(craft, start);
}

static void craft_obsolete(struct craft *craft, uint16_t interface, uint64_t units, size_t len, char fill)
{
	size_t start = craft_block(craft, 2);

	craft_u16(craft, interface);
	craft_u16(craft, 0xffff);
	craft_u32(craft, (uint32_t)(units >> 32));
	craft_u32(craft, (uint32_t)units);
	craft_u32(craft, (uint32_t)len);
	craft_u32(craft, (uint32_t)len + 1);
	for (size_t i = 0; i < len; i++)
		craft_bytes(craft, &fill, 1);
	craft_option(craft, 2, "\0\0\0\0", 4);
	craft_block_end(craft, start);
}

static void craft_unknown(struct craft *craft, uint32_t type, size_t len)
{
	size_t start = craft_block(craft, type);

	for (size_t i = 0; i < len; i++)
		craft_bytes(craft, "\x0a", 1);
	craft_block_end(craft, start);
}

/* Two sections in two orders, interfaces of different link types, all kinds of blocks. */
static void craft_everything(struct craft *craft)
{
	craft->big = false;
	craft_section(craft);
	craft_interface(craft, 1, 65535);
	craft_unknown(craft, 5, 33);
	craft_packet(craft, 0, 10000000, 61, 'a');
	craft_interface(craft, 113, 40);
	craft_packet(craft, 1, 11000000, 40, 'b');
	craft_simple(craft, 70, 70, 'c');
	craft_unknown(craft, 0x80000001, 100);
	craft_obsolete(craft, 1, 12000000, 30, 'd');
	craft->big = true;
	craft_section(craft);
	craft_interface(craft, 276, 50);
	craft_packet(craft, 0, 13000000, 20, 'e');
	craft_simple(craft, 400, 50, 'f');
	craft_unknown(craft, 0x0bad, 0);
}

static void pcapng_blocks(void **state)
{
	static const struct seen_frame expected[] = {
		{10 * S, 1, 61, 61, 1, 0, 'a'},
		{11 * S, 2, 40, 40, 113, 0, 'b'},
		{11 * S, 3, 70, 70, 1, 0, 'c'},
		{12 * S, 4, 30, 31, 113, 0, 'd'},
		{13 * S, 5, 20, 20, 276, 0, 'e'},
		{13 * S, 6, 50, 400, 276, 0, 'f'},
	};
	struct craft craft = {0};

	craft_everything(&craft);
	const struct seen *seen = read_craft("everything.pcapng", &craft);
	assert_int_equal(seen->count, 6);
	for (size_t i = 0; i < 6; i++) {
		const struct seen_frame *got = &seen->frames[i], *want = &expected[i];

		assert_int_equal(got->time_ns, want->time_ns);
		assert_int_equal(got->number, want->number);
		assert_int_equal(got->cap_len, want->cap_len);
		assert_int_equal(got->wire_len, want->wire_len);
		assert_int_equal(got->link, want->link);
		assert_int_equal(got->fill, want->fill);
	}
	assert_string_equal(seen->reports[0].fault.sentence, "");
}

static void pcapng_times(void **state)
{
	static const struct {
		const char *name;
		int resolution; /* -1: no option */
		int64_t offset_s;
		uint64_t units, time_ns;
	} rows[] = {
		{"default", -1, 0, 1500000, 1500000000},
		{"10^0", 0, 0, 1476960600, 1476960600 * S},
		{"10^-3", 3, 0, 1476960600123, 1476960600123000000},
		{"10^-6", 6, 0, 7, 7000},
		{"10^-9", 9, 0, 1476960600123456789, 1476960600123456789},
		{"10^-12", 12, 0, 1999, 1},
		{"10^-18", 18, 0, UINT64_MAX, 18446744073},
		{"10^-28", 28, 0, UINT64_MAX, 1},
		{"10^-29", 29, 0, UINT64_MAX, 0},
		{"10^-127", 127, 0, UINT64_MAX, 0},
		{"2^0", 0x80, 0, 3, 3 * S},
		{"2^-1", 0x81, 0, 3, 1500000000},
		{"2^-20", 0x94, 0, (5ull << 20) + (1 << 19), 5500000000},
		{"2^-32", 0xa0, 0, 1ull << 33, 2 * S},
		{"2^-64", 0xc0, 0, 1ull << 63, 500000000},
		{"2^-127", 0xff, 0, UINT64_MAX, 0},
		{"offset", 6, 1000, 1, 1000000001000},
		{"offset before", 6, -10, 11000000, 1 * S},
		{"before 1970", 6, -10, 9000000, 0},
		{"far offset", 0, INT64_MAX, UINT64_MAX, INT64_MAX},
		{"far before", 0, INT64_MIN, 5, 0},
		{"too late", 0, 0, UINT64_MAX, INT64_MAX},
		{"just too late", 6, 0, INT64_MAX / 1000 + 1, INT64_MAX},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft craft = {.big = i % 2};
		uint8_t resolution = (uint8_t)rows[i].resolution;

		craft_section(&craft);
		size_t start = craft_block(&craft, 1);
		craft_u16(&craft, 1);
		craft_u16(&craft, 0);
		craft_u32(&craft, 0);
		craft_option(&craft, 2, "eth0", 4);
		if (rows[i].resolution >= 0)
			craft_option(&craft, 9, &resolution, 1);
		if (rows[i].offset_s) {
			craft_u16(&craft, 14);
			craft_u16(&craft, 8);
			craft_u64(&craft, (uint64_t)rows[i].offset_s);
		}
		craft_option(&craft, 0, "", 0);
		craft_block_end(&craft, start);
		craft_packet(&craft, 0, rows[i].units, 5, 'z');
		print_message("%s\n", rows[i].name);
		const struct seen *seen = read_craft("time.pcapng", &craft);
		assert_int_equal(seen->count, 1);
		assert_int_equal(seen->frames[0].time_ns, rows[i].time_ns);
	}
}

static void pcapng_large_blocks(void **state)
{
	struct craft craft = {0};

	craft_section(&craft);
	craft_interface(&craft, 1, 0);
	craft_unknown(&craft, 4, 5000000);
	craft_packet(&craft, 0, 1, FW_FRAME_MAX, 'q');
	craft_unknown(&craft, 4, FW_PCAPNG_BLOCK_MAX - 12);
	craft_packet(&craft, 0, 2, 9, 'r');
	const struct seen *seen = read_craft("large.pcapng", &craft);
	assert_int_equal(seen->count, 2);
	assert_int_equal(seen->frames[0].cap_len, FW_FRAME_MAX);
	assert_int_equal(seen->frames[1].fill, 'r');
	assert_string_equal(seen->reports[0].fault.sentence, "");
}

/* A good packet, then damage: the packet stays. The same damage first: unreadable. */
enum damage {
	PCAP_HUGE,
	NG_LEN_ZERO,
	NG_LEN_ODD,
	NG_LEN_HUGE,
	NG_TRAILER,
	NG_CAP_HUGE,
	NG_CAP_OVER,
	NG_INTERFACE,
	NG_PACKET_TINY,
	NG_SIMPLE_ALONE,
	NG_OPTION,
	NG_INTERFACE_TINY,
	NG_MANY_INTERFACES,
	NG_ORDER,
	NG_VERSION,
	NG_SECTION_TINY,
};

static void craft_damage(struct craft *craft, enum damage damage)
{
	size_t start = craft->len;

	if (damage == NG_LEN_ZERO || damage == NG_LEN_ODD || damage == NG_LEN_HUGE || damage == NG_TRAILER) {
		craft_unknown(craft, 5, 40);
		if (damage == NG_TRAILER) {
			craft->bytes[craft->len - 4] = 48;
		} else {
			craft->bytes[start + 4] = damage == NG_LEN_ODD ? 53 : 0;
			craft->bytes[start + 7] = damage == NG_LEN_HUGE ? 2 : 0;
		}
	} else if (damage == NG_CAP_HUGE || damage == NG_CAP_OVER || damage == NG_INTERFACE) {
		craft_packet(craft, damage == NG_INTERFACE ? 77 : 0, 1, 8, 'd');
		craft->bytes[start + (damage == NG_CAP_HUGE ? 23 : 20)] = damage == NG_CAP_OVER ? 9 : 8;
	} else if (damage == NG_PACKET_TINY) {
		craft_unknown(craft, 6, 16);
	} else if (damage == NG_SIMPLE_ALONE) {
		craft_section(craft);
		craft_simple(craft, 4, 4, 'd');
	} else if (damage == NG_OPTION) {
		start = craft_block(craft, 1);
		craft_u64(craft, 1);
		craft_u16(craft, 9);
		craft_u16(craft, 2000);
		craft_block_end(craft, start);
	} else if (damage == NG_INTERFACE_TINY) {
		craft_unknown(craft, 1, 4);
	} else if (damage == NG_MANY_INTERFACES) {
		for (size_t i = 0; i < FW_PCAPNG_INTERFACES_MAX + 1; i++)
			craft_interface(craft, 1, 0);
	} else {
		craft_section(craft);
		craft->bytes[start + (damage == NG_ORDER ? 9 : damage == NG_VERSION ? 12 : 4)] = 8;
	}
}

static void damage_is_told(void **state)
{
	static const struct {
		enum damage damage;
		const char *says;
	} rows[] = {
		{PCAP_HUGE, "a packet claims 262145 captured bytes, more than the 262144 it can have"},
		{NG_LEN_ZERO, "a block claims to be 0 bytes long"},
		{NG_LEN_ODD, "a block claims to be 53 bytes long"},
		{NG_LEN_HUGE, "a block claims to be 33554432 bytes long"},
		{NG_TRAILER, "a block says 52 bytes at its start and 48 at its end"},
		{NG_CAP_HUGE, "a packet claims 134217736 captured bytes, more than"},
		{NG_CAP_OVER, "a packet claims 9 captured bytes in a block with room for 8"},
		{NG_INTERFACE, "a packet of interface 77, but 1 are described"},
		{NG_PACKET_TINY, "a packet block of 28 bytes"},
		{NG_SIMPLE_ALONE, "no interface is described"},
		{NG_OPTION, "an option of 2000 bytes runs past the end"},
		{NG_INTERFACE_TINY, "an interface block of 16 bytes"},
		{NG_MANY_INTERFACES, "more than 1024 interfaces"},
		{NG_ORDER, "without a known byte order"},
		{NG_VERSION, "pcapng version 8.0 is not known"},
		{NG_SECTION_TINY, "a section header of 8 bytes"},
	};

	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft craft = {0};
		bool first = i % 2;
		enum damage damage = rows[i / 2].damage;

		if (damage == PCAP_HUGE) {
			craft_pcap(&craft, CRAFT_MICRO, 1);
			if (!first)
				craft_record(&craft, 1, 0, 8, 'g');
			craft_record(&craft, 1, 0, FW_FRAME_MAX + 1, 'd');
		} else {
			craft_section(&craft);
			craft_interface(&craft, 1, 0);
			if (!first)
				craft_packet(&craft, 0, 1, 8, 'g');
			craft_damage(&craft, damage);
			craft_packet(&craft, 0, 1, 8, 'n');
		}
		const struct seen *seen = read_craft("damage", &craft);
		print_message("%s\n", seen->reports[0].fault.sentence);
		assert_int_equal(seen->count, first ? 0 : 1);
		assert_int_equal(seen->reports[0].cut_short, !first);
		assert_int_equal(seen->reports[0].unreadable, first);
		assert_non_null(strstr(seen->reports[0].fault.sentence, rows[i / 2].says));
		assert_true(seen->reports[0].fault.offset > 0);
	}
}

static void not_captures(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		const char *says;
	} rows[] = {
		{"empty", "", 0, "the file is empty"},
		{"one byte", "\xd4", 1, "not a capture"},
		{"text", "GET / HTTP/1.1\r\n\r\n", 18, "not a capture"},
		{"zeroes", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 28, "not a capture"},
		{"version", "\xd4\xc3\xb2\xa1\3\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 24, "pcap version 3.4 is not known"},
		{"header only begun", "\xd4\xc3\xb2\xa1\2\0\4\0", 8, "cut short at byte 8, within the pcap header"},
		{"section only begun", "\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a", 12, "cut short at byte 12, within a section header"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct seen *seen = craft_read_one(craft_write("not", rows[i].bytes, rows[i].len));
		print_message("%s: %s\n", rows[i].name, seen->reports[0].fault.sentence);
		assert_int_equal(seen->count, 0);
		assert_true(seen->reports[0].unreadable);
		assert_int_equal(seen->reports[0].cut_short, !strncmp(rows[i].says, "cut", 3));
		assert_non_null(strstr(seen->reports[0].fault.sentence, rows[i].says));
	}
	const struct seen *seen = craft_read_one(craft_path("missing"));
	assert_string_equal(seen->reports[0].fault.sentence, "No such file or directory");
	seen = craft_read_one(craft_path("."));
	assert_string_equal(seen->reports[0].fault.sentence, "cannot be read: Is a directory");
}

/* ends: where each packet of the whole file ends, as noted by who wrote it. */
static void cut_everywhere(const char *name, const struct craft *whole, const size_t *ends, size_t end_count)
{
	for (size_t cut = 0; cut < whole->len; cut++) {
		size_t packets = 0;
		while (packets < end_count && ends[packets] <= cut)
			packets++;
		const struct seen *seen = craft_read_one(craft_write(name, whole->bytes, cut));
		const struct source_report *report = &seen->reports[0];

		if (seen->count != packets)
			print_error("%s cut at %zu\n", name, cut);
		assert_int_equal(seen->count, packets);
		assert_int_equal(report->packets, packets);
		assert_true(packets ? !report->unreadable : true);
		if (report->cut_short && packets)
			assert_non_null(strstr(report->fault.sentence, "cut short at byte "));
		if (report->cut_short)
			assert_int_equal(report->fault.offset, cut);
	}
}

static void pcap_cut_everywhere(void **state)
{
	size_t ends[8];
	struct craft craft = {0};

	craft_pcap(&craft, CRAFT_NANO, 1);
	for (size_t i = 0; i < 8; i++) {
		craft_record(&craft, 5, (uint32_t)i, i * 5, 'k');
		ends[i] = craft.len;
	}
	cut_everywhere("cut.pcap", &craft, ends, 8);
	const struct seen *seen = craft_read_one(craft_write("cut.pcap", craft.bytes, ends[3]));
	assert_false(seen->reports[0].cut_short);
	seen = craft_read_one(craft_write("cut.pcap", craft.bytes, ends[3] + 1));
	assert_true(seen->reports[0].cut_short);
	craft_free(&craft);
}

static void pcapng_cut_everywhere(void **state)
{
	size_t ends[6] = {0}, count = 0;
	struct craft craft = {0};

	craft_everything(&craft);
	for (size_t at = 0, big = 0; at < craft.len;) {
		const uint8_t *block = craft.bytes + at;
		big = block[0] == 0x0a && block[1] == 0x0d ? block[8] == 0x1a : big;
		size_t len = big ? (size_t)(block[6] << 8 | block[7]) : (size_t)(block[5] << 8 | block[4]);
		uint8_t type = block[big ? 3 : 0], high = block[big ? 0 : 3];

		at += len;
		if ((type == 2 || type == 3 || type == 6) && !high)
			ends[count++] = at;
	}
	assert_int_equal(count, 6);
	cut_everywhere("cut.pcapng", &craft, ends, count);
	craft_free(&craft);
}

static int start(void **state)
{
	craft_folder();
	return 0;
}

static int finish(void **state)
{
	craft_folder_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_variants),
		cmocka_unit_test(pcap_details),
		cmocka_unit_test(pcap_across_blocks),
		cmocka_unit_test(pcapng_blocks),
		cmocka_unit_test(pcapng_times),
		cmocka_unit_test(pcapng_large_blocks),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(not_captures),
		cmocka_unit_test(pcap_cut_everywhere),
		cmocka_unit_test(pcapng_cut_everywhere),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
