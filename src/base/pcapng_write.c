/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng (draft-ietf-opsawg-pcapng), the other way round; the blocks are drawn in source/pcapng.c. In this machine's byte order, which the
 * section's magic tells. The section's length is left open (-1): readers do not need it.
 */
#include "base/pcapng_write.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "wire/limits.h"

enum { BLOCK_INTERFACE = 1, BLOCK_PACKET = 6, FRAME_LEN = 12, PACKET_HEAD_LEN = 20, INTERFACE_LEN = FRAME_LEN + 8 + 8 + 4 };
enum { OPTION_END = 0, OPTION_COMMENT = 1, OPTION_APPLICATION = 4, OPTION_TSRESOL = 9, RESOLUTION_NS = 9 };

#define BLOCK_SECTION 0x0a0d0d0au
#define ORDER_MAGIC 0x1a2b3c4du

static const char application[] = "Floodwall";

static void put(FILE *out, const void *bytes, size_t len)
{
	fwrite(bytes, 1, len, out);
}

static void put_u16(FILE *out, uint16_t value)
{
	put(out, &value, sizeof(value));
}

static void put_u32(FILE *out, uint32_t value)
{
	put(out, &value, sizeof(value));
}

static uint32_t padded(uint32_t len)
{
	return (len + 3) & ~3u;
}

static void put_padding(FILE *out, uint32_t len)
{
	put(out, "\0\0", padded(len) - len);
}

static void put_option(FILE *out, uint16_t code, const char *value, uint16_t len)
{
	put_u16(out, code);
	put_u16(out, len);
	put(out, value, len);
	put_padding(out, len);
}

/* As much of it as an option holds, without cutting a UTF-8 character. */
static uint16_t comment_len(const char *comment)
{
	size_t len = strnlen(comment, PCAPNG_COMMENT_MAX + 1);

	if (len <= PCAPNG_COMMENT_MAX)
		return (uint16_t)len;
	for (len = PCAPNG_COMMENT_MAX; len > PCAPNG_COMMENT_MAX - 3 && (comment[len] & 0xc0) == 0x80;)
		len--;
	return (uint16_t)len;
}

void pcapng_write_section(struct pcapng_writer *writer, FILE *out, const char *comment)
{
	uint16_t len = comment_len(comment);
	uint32_t options = 4 + padded(sizeof(application) - 1) + 4 + (len ? 4 + padded(len) : 0), total = FRAME_LEN + 16 + options;
	const int64_t open = -1;

	*writer = (struct pcapng_writer){.out = out};
	put_u32(out, BLOCK_SECTION);
	put_u32(out, total);
	put_u32(out, ORDER_MAGIC);
	put_u16(out, 1);
	put_u16(out, 0);
	put(out, &open, sizeof(open));
	if (len)
		put_option(out, OPTION_COMMENT, comment, len);
	put_option(out, OPTION_APPLICATION, application, sizeof(application) - 1);
	put_option(out, OPTION_END, "", 0);
	put_u32(out, total);
}

static void write_interface(FILE *out, uint16_t link)
{
	const char resolution = RESOLUTION_NS;
	const uint32_t total = INTERFACE_LEN;

	put_u32(out, BLOCK_INTERFACE);
	put_u32(out, total);
	put_u16(out, link);
	put_u16(out, 0);
	put_u32(out, FW_FRAME_MAX);
	put_option(out, OPTION_TSRESOL, &resolution, 1);
	put_option(out, OPTION_END, "", 0);
	put_u32(out, total);
}

static int find_interface(struct pcapng_writer *writer, uint16_t link, uint32_t *out_number)
{
	uint32_t i = 0;

	while (i < writer->link_count && writer->links[i] != link)
		i++;
	if (i == PCAPNG_LINKS_MAX)
		return -E2BIG;
	if (i == writer->link_count) {
		write_interface(writer->out, link);
		writer->links[writer->link_count++] = link;
	}
	*out_number = i;
	return 0;
}

static uint32_t options_len(uint16_t comment)
{
	return comment ? 4 + padded(comment) + 4 : 0;
}

int pcapng_write_packet(struct pcapng_writer *writer, const struct pcapng_packet *packet)
{
	uint16_t comment = packet->comment ? comment_len(packet->comment) : 0;
	uint32_t total = FRAME_LEN + PACKET_HEAD_LEN + padded(packet->cap_len) + options_len(comment), interface = 0;
	int error = find_interface(writer, packet->link, &interface);

	if (error)
		return error;
	put_u32(writer->out, BLOCK_PACKET);
	put_u32(writer->out, total);
	put_u32(writer->out, interface);
	put_u32(writer->out, (uint32_t)(packet->time_ns >> 32));
	put_u32(writer->out, (uint32_t)packet->time_ns);
	put_u32(writer->out, packet->cap_len);
	put_u32(writer->out, packet->wire_len);
	put(writer->out, packet->bytes, packet->cap_len);
	put_padding(writer->out, packet->cap_len);
	if (comment) {
		put_option(writer->out, OPTION_COMMENT, packet->comment, comment);
		put_option(writer->out, OPTION_END, "", 0);
	}
	put_u32(writer->out, total);
	return 0;
}

uint64_t pcapng_packet_len(const struct pcapng_packet *packet)
{
	uint16_t comment = packet->comment ? comment_len(packet->comment) : 0;

	return (uint64_t)INTERFACE_LEN + FRAME_LEN + PACKET_HEAD_LEN + padded(packet->cap_len) + options_len(comment);
}
