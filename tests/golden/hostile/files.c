/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files, byte by byte: lengths and counts of 2^32 - 1, clocks that jump, blocks without end, much in little. */
#include "hostile.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MANY = 100000, BUFFER = 1 << 16 };

/* Gathers what is appended, so that a hundred thousand small records are not as many system calls. */
struct writer {
	const struct stage *stage;
	uint8_t bytes[BUFFER];
	size_t len;
};

static void put(struct writer *writer, const void *bytes, size_t len)
{
	if (writer->len + len > BUFFER) {
		stage_append(writer->stage, writer->bytes, writer->len);
		writer->len = 0;
	}
	memcpy(writer->bytes + writer->len, bytes, len);
	writer->len += len;
}

static void put_words(struct writer *writer, const uint32_t *words, size_t count)
{
	put(writer, words, count * 4);
}

static void done(struct writer *writer)
{
	stage_append(writer->stage, writer->bytes, writer->len);
}

#define WORDS(writer, ...) put_words(writer, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static void pcap_head(struct writer *writer, uint32_t snap_len, uint32_t link)
{
	WORDS(writer, 0xa1b2c3d4, 2 | 4 << 16, 0, 0, snap_len, link);
}

static const uint8_t frame[60] = {0xa0, 0xa0, 0xa0, 0, 0, 0x64, 0x98, 0x9b, 0xcb, 0x10, 0x20, 1, 8, 0, 0x45, [17] = 46, [22] = 64,
	17, [26] = 192, 168, 1, 1, 192, 168, 1, 64, 0x30, 0x39, 0x30, 0x39, 0, 26};

/* The clock jumps by years, forward and back, at every packet; then it is at its ends. */
static void clocks_that_jump(const struct stage *stage, uint32_t scale)
{
	static const uint32_t seconds[] = {1477047600, 0, UINT32_MAX, 1, 1477047600, 0x7fffffff, 0x80000000, 1477047601};
	struct writer *writer = calloc(1, sizeof(*writer));

	writer->stage = stage;
	pcap_head(writer, 65535, 1);
	for (uint32_t i = 0; i < MANY * scale; i++) {
		WORDS(writer, i < 1000 ? i * 7919 % 100 : seconds[i % 8] + i / 8, i % 3 ? i : UINT32_MAX, sizeof(frame), sizeof(frame));
		put(writer, frame, sizeof(frame));
	}
	done(writer);
	free(writer);
}

static void records_of_nothing(const struct stage *stage, uint32_t scale)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	writer->stage = stage;
	pcap_head(writer, 0, 1);
	for (uint32_t i = 0; i < 5 * MANY * scale; i++)
		WORDS(writer, i / 1000, i, 0, i % 2 ? 0 : UINT32_MAX);
	done(writer);
	free(writer);
}

static void record_of_4_gib(const struct stage *stage, uint32_t scale)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	writer->stage = stage;
	pcap_head(writer, UINT32_MAX, 1);
	WORDS(writer, 1, 1, sizeof(frame), sizeof(frame));
	put(writer, frame, sizeof(frame));
	for (uint32_t i = 0; i < 1000 * scale; i++) {
		WORDS(writer, 1, 2, UINT32_MAX, UINT32_MAX);
		put(writer, frame, sizeof(frame));
	}
	done(writer);
	free(writer);
}

static void links_nobody_knows(const struct stage *stage, uint32_t scale)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	writer->stage = stage;
	pcap_head(writer, 65535, 0xffff);
	for (uint32_t i = 0; i < MANY * scale; i++) {
		WORDS(writer, i / 1000, i, sizeof(frame), sizeof(frame));
		put(writer, frame, sizeof(frame));
	}
	done(writer);
	free(writer);
}

static void section(struct writer *writer)
{
	WORDS(writer, 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 28);
}

static void interfaces(struct writer *writer, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		WORDS(writer, 1, 32, i % 10 ? 1 : i % 300, UINT32_MAX, 9 | 1 << 16, i % 256, 0, 32);
}

static void packet_of(struct writer *writer, uint32_t interface, uint32_t time)
{
	WORDS(writer, 6, 32 + sizeof(frame), interface, time * 31, time, sizeof(frame), sizeof(frame));
	put(writer, frame, sizeof(frame));
	WORDS(writer, 32 + sizeof(frame));
}

/* Each with a resolution of its own, among them 2^-127 and 10^-127 of a second; packets of any; then more interfaces than can be. */
static void interfaces_without_end(const struct stage *stage, uint32_t scale)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	writer->stage = stage;
	section(writer);
	interfaces(writer, 1000);
	for (uint32_t i = 0; i < MANY * scale; i++)
		packet_of(writer, i % 1000, i);
	interfaces(writer, 2000);
	packet_of(writer, UINT32_MAX, 0);
	done(writer);
	free(writer);
}

static void sections_without_end(const struct stage *stage, uint32_t scale)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	writer->stage = stage;
	for (uint32_t i = 0; i < MANY / 2 * scale; i++) {
		section(writer);
		WORDS(writer, 1, 20, 1, 0, 20);
		WORDS(writer, 0x0bad + i, 12, 12); /* unknown kinds are passed over */
	}
	done(writer);
	free(writer);
}

/* Section, interface, one packet, then a block that says it is what it is not. */
static void blocks_that_lie(const struct stage *stage, uint32_t scale)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	writer->stage = stage;
	section(writer);
	WORDS(writer, 1, 20, 1, 0, 20);
	WORDS(writer, 6, 32 + sizeof(frame), 0, 0, 0, sizeof(frame), sizeof(frame));
	put(writer, frame, sizeof(frame));
	WORDS(writer, 32 + sizeof(frame));
	WORDS(writer, 4, 44, 1 | 0xffffu << 16, 0x7f000001, 0, 0, 0, 0, 0, 0, 44); /* names: a record of 65,535 bytes */
	WORDS(writer, 0x0a, 24, 0x544c534b, UINT32_MAX, 0, 24); /* secrets of 2^32 - 1 bytes */
	WORDS(writer, 6, 36, 0, 0, 0, UINT32_MAX, UINT32_MAX, 0, 36); /* a packet of as many */
	for (uint32_t i = 0; i < 1000 * scale; i++)
		WORDS(writer, 6, UINT32_MAX, 0, 0, 0, UINT32_MAX, UINT32_MAX, UINT32_MAX);
	done(writer);
	free(writer);
}

/* 32 MiB of empty records in some 32 KiB. */
static void much_in_little(const struct stage *stage, uint32_t scale)
{
	uint8_t *plain = calloc(1, BUFFER), *packed = malloc(BUFFER);
	const uint32_t head[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
	z_stream stream = {0};

	deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
	for (uint32_t i = 0; i <= 512 * scale; i++) {
		stream.next_in = i ? plain : (uint8_t *)(uintptr_t)head;
		stream.avail_in = i ? BUFFER : sizeof(head);
		do {
			stream.next_out = packed;
			stream.avail_out = BUFFER;
			deflate(&stream, i == 512 * scale ? Z_FINISH : Z_NO_FLUSH);
			stage_append(stage, packed, BUFFER - stream.avail_out);
		} while (!stream.avail_out);
	}
	deflateEnd(&stream);
	free(plain);
	free(packed);
}

const struct story file_stories[] = {
	{.name = "clocks-that-jump", .write = clocks_that_jump},
	{.name = "records-of-nothing", .write = records_of_nothing},
	{.name = "record-of-4-gib", .write = record_of_4_gib},
	{.name = "links-nobody-knows", .write = links_nobody_knows},
	{.name = "interfaces-without-end", .write = interfaces_without_end},
	{.name = "sections-without-end", .write = sections_without_end},
	{.name = "blocks-that-lie", .write = blocks_that_lie},
	{.name = "much-in-little", .write = much_in_little, .fills = true},
	{.name = NULL},
};
