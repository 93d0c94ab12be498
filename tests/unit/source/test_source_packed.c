/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip, xz and zstd: one stream and several, cut and damaged everywhere, asking for too much memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "craft.h"

enum packer { GZIP, XZ, ZSTD, PACKER_COUNT };

static const char *const names[] = {"gzip", "xz", "zstd"};

static void pack(struct craft *craft, enum packer packer)
{
	if (packer == GZIP)
		craft_gzip(craft);
	else if (packer == XZ)
		craft_xz(craft, 6);
	else
		craft_zstd(craft, 3, 20);
}

/* A capture of count frames whose lengths and bytes vary, so that it does not pack away to nothing. */
static void craft_mixed(struct craft *craft, size_t count)
{
	uint32_t state = 1;

	craft_pcap(craft, CRAFT_NANO, 1);
	for (size_t i = 0; i < count; i++) {
		state = state * 1664525u + 1013904223u;
		craft_record(craft, (uint32_t)i, state >> 3, state >> 24, (char)(state >> 16));
	}
}

static void assert_same(const struct seen *seen, const struct seen *whole)
{
	assert_int_equal(seen->count, whole->count);
	assert_memory_equal(seen->frames, whole->frames, sizeof(whole->frames[0]) * (whole->count < SEEN_MAX ? whole->count : SEEN_MAX));
	assert_string_equal(seen->reports[0].fault.sentence, "");
}

/* The static result of craft_read(), kept. */
static struct seen *keep(const struct seen *seen)
{
	struct seen *kept = malloc(sizeof(*kept));

	assert_non_null(kept);
	memcpy(kept, seen, sizeof(*kept));
	return kept;
}

static void one_stream(void **state)
{
	struct craft plain = {0};

	craft_mixed(&plain, 5000);
	struct seen *whole = keep(craft_read_one(craft_write("plain", plain.bytes, plain.len)));
	assert_int_equal(whole->count, 5000);
	for (enum packer packer = 0; packer < PACKER_COUNT; packer++) {
		struct craft packed = {0};
		craft_bytes(&packed, plain.bytes, plain.len);
		pack(&packed, packer);
		print_message("%s: %zu of %zu bytes\n", names[packer], packed.len, plain.len);
		assert_same(craft_read_one(craft_write("packed", packed.bytes, packed.len)), whole);
		craft_free(&packed);
	}
	craft_free(&plain);
	free(whole);
}

/* The capture in pieces at places that are no packet's, each packed by itself, with what the formats allow between. */
static void several_streams(void **state)
{
	struct craft plain = {0};

	craft_mixed(&plain, 3000);
	struct seen *whole = keep(craft_read_one(craft_write("plain", plain.bytes, plain.len)));
	for (enum packer packer = 0; packer < PACKER_COUNT; packer++) {
		struct craft all = {0};
		if (packer == ZSTD)
			craft_bytes(&all, "\x5a\x2a\x4d\x18\3\0\0\0abc", 11); /* a skippable frame */
		for (size_t at = 0, step = 5; at < plain.len; at += step, step = step * 3 + 1) {
			struct craft piece = {0};
			craft_bytes(&piece, plain.bytes + at, plain.len - at < step ? plain.len - at : step);
			pack(&piece, packer);
			craft_bytes(&all, piece.bytes, piece.len);
			craft_bytes(&all, "\0\0\0\0", packer == ZSTD ? 0 : 4);
			craft_free(&piece);
		}
		assert_same(craft_read_one(craft_write("several", all.bytes, all.len)), whole);
		craft_free(&all);
	}
	craft_free(&plain);
	free(whole);
}

static void newer_format_packed(void **state)
{
	for (enum packer packer = 0; packer < PACKER_COUNT; packer++) {
		struct craft craft = {.big = true};
		craft_section(&craft);
		craft_interface(&craft, 1, 0);
		craft_interface(&craft, 101, 0);
		craft_packet(&craft, 1, 5, 33, 'p');
		pack(&craft, packer);
		const struct seen *seen = craft_read_one(craft_write("newer", craft.bytes, craft.len));
		assert_int_equal(seen->count, 1);
		assert_int_equal(seen->frames[0].link, 101);
		craft_free(&craft);
	}
}

/* What comes out is always a beginning of what went in, and the end is told. */
static void cut_everywhere(void **state)
{
	for (enum packer packer = 0; packer < PACKER_COUNT; packer++) {
		struct craft craft = {0};
		size_t before = 0;

		craft_mixed(&craft, 60);
		struct seen *whole = keep(craft_read_one(craft_write("plain", craft.bytes, craft.len)));
		pack(&craft, packer);
		for (size_t cut = 0; cut < craft.len; cut++) {
			const struct seen *seen = craft_read_one(craft_write("cut", craft.bytes, cut));
			const struct source_report *report = &seen->reports[0];

			assert_true(seen->count >= before && seen->count <= 60);
			assert_memory_equal(seen->frames, whole->frames, seen->count * sizeof(seen->frames[0]));
			assert_int_equal(report->unreadable, seen->count == 0);
			assert_true(report->cut_short || cut < 6);
			if (cut >= 6)
				assert_int_equal(report->fault.offset, cut);
			before = seen->count;
		}
		print_message("%s: %zu bytes\n", names[packer], craft.len);
		craft_free(&craft);
		free(whole);
	}
}

/* Every byte changed in turn: never more frames than there are, nothing breaks. */
static void damaged_everywhere(void **state)
{
	for (enum packer packer = 0; packer < PACKER_COUNT; packer++) {
		struct craft craft = {0};
		size_t told = 0;

		craft_mixed(&craft, 60);
		pack(&craft, packer);
		for (size_t at = 0; at < craft.len; at++) {
			craft.bytes[at] ^= 0x55;
			const char *path = craft_write("damaged", craft.bytes, craft.len);
			const struct seen *seen = craft_read(&path, 1, false);
			told += seen->reports[0].cut_short || seen->reports[0].unreadable;
			craft.bytes[at] ^= 0x55;
		}
		print_message("%s: %zu of %zu told\n", names[packer], told, craft.len);
		assert_true(told > craft.len * 9 / 10);
		craft_free(&craft);
	}
}

static void sentences(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		const char *says;
	} rows[] = {
		{"gzip of text", "hello", 5, "what is packed in it is not a capture"},
		{"gzip of nothing", "", 0, "there is nothing in it once unpacked"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft craft = {0};
		craft_bytes(&craft, rows[i].bytes, rows[i].len);
		craft_gzip(&craft);
		const struct seen *seen = craft_read_one(craft_write("sentence", craft.bytes, craft.len));
		assert_true(seen->reports[0].unreadable && !seen->reports[0].cut_short);
		assert_non_null(strstr(seen->reports[0].fault.sentence, rows[i].says));
		craft_free(&craft);
	}
}

/* As gzip(1) does it: another member is read, zero bytes and what is no member are passed over, a broken member is told. */
static void behind_a_gzip_member(void **state)
{
	static const struct {
		const char *name, *behind;
		size_t behind_len, pad_len; /* pad_len zero bytes come first */
		bool member; /* then the second half of the capture */
		const char *says; /* "" for nothing: the file is whole */
	} rows[] = {
		{"words", "trailing words", 14, 0, false, ""},
		{"one byte", "x", 1, 0, false, ""},
		{"the first byte of a member", "\x1f", 1, 0, false, ""},
		{"the first byte of a member and another", "\x1f\x1f", 2, 0, false, ""},
		{"a tape's padding", "", 0, 10240, false, ""},
		{"padding larger than any buffer", "", 0, 300000, false, ""},
		{"padding, then words", "words", 5, 70000, false, ""},
		{"words longer than any buffer", NULL, 300000, 0, false, ""},
		{"a member", "", 0, 0, true, ""},
		{"padding, then a member", "", 0, 70001, true, ""},
		{"padding up to the last byte of a buffer, then a member", "", 0, 0, true, ""},
		{"a member of another kind", "\x1f\x8b\x07\0\0\0\0\0\0\0", 10, 0, false, "the gzip data is damaged near byte"},
		{"a member cut short", "\x1f\x8b\x08", 3, 0, false, "the gzip data is cut short at byte"},
	};
	struct craft plain = {0};

	craft_mixed(&plain, 40);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft first = {0}, second = {0};
		size_t half = rows[i].member ? 1001 : plain.len, pad_len = rows[i].pad_len;
		char *filler = calloc(1, 300000);

		craft_bytes(&first, plain.bytes, half);
		craft_bytes(&second, plain.bytes + half, plain.len - half);
		craft_gzip(&first);
		craft_gzip(&second);
		if (strstr(rows[i].name, "up to the last byte"))
			pad_len = 65535 - first.len;
		craft_bytes(&first, filler, pad_len);
		if (rows[i].member)
			craft_bytes(&first, second.bytes, second.len);
		craft_bytes(&first, rows[i].behind ? rows[i].behind : memset(filler, 'w', rows[i].behind_len), rows[i].behind_len);
		const struct seen *seen = craft_read(&(const char *){craft_write("behind", first.bytes, first.len)}, 1, true);
		const struct source_report *report = &seen->reports[0];
		if (seen->count != 40 || report->cut_short != !!rows[i].says[0] || report->unreadable)
			fail_msg("%s: %zu frames, \"%s\"", rows[i].name, seen->count, report->fault.sentence);
		assert_true(strncmp(report->fault.sentence, rows[i].says, strlen(rows[i].says)) == 0);
		craft_free(&first);
		craft_free(&second);
		free(filler);
	}
	craft_free(&plain);
}

static void too_much_memory(void **state)
{
	struct craft craft = {0};

	craft_mixed(&craft, 100);
	craft_xz(&craft, 9);
	const struct seen *seen = craft_read_one(craft_write("xz", craft.bytes, craft.len));
	print_message("%s\n", seen->reports[0].fault.sentence);
	assert_true(seen->reports[0].unreadable);
	assert_non_null(strstr(seen->reports[0].fault.sentence, "unpacking its xz data needs 65 MiB, allowed are 24 MiB"));
	craft_free(&craft);

	craft_mixed(&craft, 100);
	craft_zstd(&craft, 3, 27);
	seen = craft_read_one(craft_write("zstd", craft.bytes, craft.len));
	print_message("%s\n", seen->reports[0].fault.sentence);
	assert_true(seen->reports[0].unreadable);
	assert_non_null(strstr(seen->reports[0].fault.sentence, "unpacking its zstd data needs more memory, allowed are 24 MiB"));
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
		cmocka_unit_test(one_stream),
		cmocka_unit_test(several_streams),
		cmocka_unit_test(newer_format_packed),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(damaged_everywhere),
		cmocka_unit_test(sentences),
		cmocka_unit_test(behind_a_gzip_member),
		cmocka_unit_test(too_much_memory),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
