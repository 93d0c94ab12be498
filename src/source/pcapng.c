/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng (draft-ietf-opsawg-pcapng). Every block has the same frame, in the byte order of its section:
 *
 *	type(4) total length(4) body, padded to 4 ... total length again(4)
 *
 *	section    0a0d0d0a  order magic 1a2b3c4d(4) major(2) minor(2) section length(8) options
 *	interface  1         link type(2) 0(2) snap length(4) options
 *	packet     6         interface(4) time high(4) time low(4) captured(4) on the wire(4) bytes options
 *	obsolete   2         interface(2) drops(2), then as above
 *	simple     3         on the wire(4) bytes
 *
 * A file may hold several sections, each in its own order and with its own interfaces, of different link types and
 * snap lengths. All other blocks (statistics, names, secrets, custom) are passed over without being
 * kept, whatever their size up to FW_PCAPNG_BLOCK_MAX. The section length is not needed and not believed.
 *
 * Time is counted in units of 10^-n or 2^-n seconds (if_tsresol), from an epoch moved by if_tsoffset seconds. It is
 * clamped to 0 .. 2^63-1 ns, so that nobody's sums overflow. A simple packet bears no time: it gets that of the packet
 * before it. What is not whole with its second length is not a packet yet: a writer that died leaves that behind.
 */
#include "source/pcapng.h"

#include <string.h>

#include "source/order.h"

enum {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OBSOLETE = 2,
	BLOCK_SIMPLE = 3,
	BLOCK_PACKET = 6,
	HEAD_LEN = 8, /* type and total length */
	TRAILER_LEN = 4, /* total length again */
	FRAME_LEN = HEAD_LEN + TRAILER_LEN,
	SECTION_LEN = 28,
	INTERFACE_LEN = 20,
	PACKET_HEAD_LEN = 28,
	SIMPLE_HEAD_LEN = 12,
	OPTION_END = 0,
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,
	DECIMAL_NS = 9, /* 10^-9 s */
	DECIMAL_DIVISOR_MAX = 19,
};

#define BLOCK_SECTION 0x0a0d0d0au /* the same in both orders */
#define ORDER_MAGIC 0x1a2b3c4du
#define SECOND_NS 1000000000u

struct block {
	uint32_t type, len;
	uint64_t start;
};

bool pcapng_known(const uint8_t magic[4])
{
	return order_u32(magic, false) == BLOCK_SECTION;
}

void pcapng_init(struct pcapng *pcapng)
{
	pcapng->swapped = false;
	pcapng->interface_count = 0;
	pcapng->last_ns = 0;
}

static uint64_t power_of_ten(unsigned exponent)
{
	uint64_t power = 1;

	while (exponent--)
		power *= 10;
	return power;
}

/* if_tsresol: the top bit chooses powers of 2, the rest is the negative exponent. */
static void set_resolution(struct pcapng_interface *interface, uint8_t resolution)
{
	unsigned exponent = resolution & 0x7f;

	interface->multiplier = SECOND_NS;
	interface->divisor = 1;
	interface->shift = 0;
	if (resolution & 0x80)
		interface->shift = (uint8_t)exponent;
	else if (exponent <= DECIMAL_NS)
		interface->multiplier = power_of_ten(DECIMAL_NS - exponent);
	else if (exponent - DECIMAL_NS <= DECIMAL_DIVISOR_MAX) {
		interface->multiplier = 1;
		interface->divisor = power_of_ten(exponent - DECIMAL_NS);
	} else {
		interface->multiplier = 0; /* 2^64 such units are less than a nanosecond */
	}
}

static uint64_t time_ns(const struct pcapng_interface *interface, uint64_t units)
{
	unsigned __int128 scaled = (unsigned __int128)units * interface->multiplier >> interface->shift;
	__int128 ns = (__int128)(interface->divisor == 1 ? scaled : scaled / interface->divisor);

	ns += (__int128)interface->offset_s * SECOND_NS;
	if (ns < 0)
		return 0;
	return ns > INT64_MAX ? (uint64_t)INT64_MAX : (uint64_t)ns;
}

/* The options of an interface block, from options to end. */
static enum fw_read read_options(
	struct pcapng *pcapng, struct pcapng_interface *interface, struct window *window, const uint8_t *options, const uint8_t *end)
{
	while (end - options >= 4) {
		uint16_t code = order_u16(options, pcapng->swapped), len = order_u16(options + 2, pcapng->swapped);
		const uint8_t *value = options + 4;

		if (code == OPTION_END)
			break;
		if (len > end - value)
			return window_bad(window, "an option of %u bytes runs past the end of its interface block", len);
		if (code == OPTION_TSRESOL && len == 1)
			set_resolution(interface, value[0]);
		else if (code == OPTION_TSOFFSET && len == 8)
			interface->offset_s = (int64_t)order_u64(value, pcapng->swapped);
		size_t padded = (len + 3u) & ~3u;
		options = padded < (size_t)(end - value) ? value + padded : end;
	}
	return FW_READ_OK;
}

static enum fw_read read_interface(struct pcapng *pcapng, struct window *window, const uint8_t *bytes, const struct block *block)
{
	if (block->len < INTERFACE_LEN)
		return window_bad(window, "an interface block of %u bytes", block->len);
	if (pcapng->interface_count == FW_PCAPNG_INTERFACES_MAX)
		return window_bad(window, "more than %u interfaces in one section", FW_PCAPNG_INTERFACES_MAX);
	struct pcapng_interface *interface = &pcapng->interfaces[pcapng->interface_count];

	memset(interface, 0, sizeof(*interface));
	interface->link = order_u16(bytes + 8, pcapng->swapped);
	interface->snap_len = order_u32(bytes + 12, pcapng->swapped);
	set_resolution(interface, 6);
	enum fw_read read = read_options(pcapng, interface, window, bytes + 16, bytes + block->len - TRAILER_LEN);
	if (read != FW_READ_OK)
		return read;
	pcapng->interface_count++;
	return FW_READ_OK;
}

static enum fw_read check_packet(struct window *window, uint32_t cap_len, uint32_t room)
{
	if (cap_len > FW_FRAME_MAX)
		return window_bad(window, "a packet claims %u captured bytes, more than the %u it can have", cap_len, FW_FRAME_MAX);
	if (cap_len > room)
		return window_bad(window, "a packet claims %u captured bytes in a block with room for %u", cap_len, room);
	return FW_READ_OK;
}

static enum fw_read read_packet(
	struct pcapng *pcapng, struct window *window, const uint8_t *bytes, const struct block *block, struct frame *out_frame)
{
	if (block->len < PACKET_HEAD_LEN + TRAILER_LEN)
		return window_bad(window, "a packet block of %u bytes", block->len);
	bool swapped = pcapng->swapped;
	uint32_t number = block->type == BLOCK_PACKET ? order_u32(bytes + 8, swapped) : order_u16(bytes + 8, swapped);
	uint64_t units = (uint64_t)order_u32(bytes + 12, swapped) << 32 | order_u32(bytes + 16, swapped);
	uint32_t cap_len = order_u32(bytes + 20, swapped), wire_len = order_u32(bytes + 24, swapped);

	if (number >= pcapng->interface_count)
		return window_bad(window, "a packet of interface %u, but %u are described", number, pcapng->interface_count);
	enum fw_read read = check_packet(window, cap_len, block->len - PACKET_HEAD_LEN - TRAILER_LEN);
	if (read != FW_READ_OK)
		return read;
	const struct pcapng_interface *interface = &pcapng->interfaces[number];
	out_frame->time_ns = pcapng->last_ns = time_ns(interface, units);
	out_frame->bytes = bytes + PACKET_HEAD_LEN;
	out_frame->cap_len = cap_len;
	out_frame->wire_len = wire_len > cap_len ? wire_len : cap_len;
	out_frame->link = interface->link;
	return FW_READ_OK;
}

/* The captured length is not told: it is the smallest of what was on the wire, the snap length and the block's room. */
static enum fw_read read_simple(
	struct pcapng *pcapng, struct window *window, const uint8_t *bytes, const struct block *block, struct frame *out_frame)
{
	if (block->len < SIMPLE_HEAD_LEN + TRAILER_LEN)
		return window_bad(window, "a simple packet block of %u bytes", block->len);
	if (!pcapng->interface_count)
		return window_bad(window, "a simple packet, but no interface is described");
	const struct pcapng_interface *interface = &pcapng->interfaces[0];
	uint32_t wire_len = order_u32(bytes + 8, pcapng->swapped), room = block->len - SIMPLE_HEAD_LEN - TRAILER_LEN;
	uint32_t cap_len = interface->snap_len && interface->snap_len < wire_len ? interface->snap_len : wire_len;

	if (cap_len > room)
		cap_len = room;
	enum fw_read read = check_packet(window, cap_len, room);
	if (read != FW_READ_OK)
		return read;
	out_frame->time_ns = pcapng->last_ns;
	out_frame->bytes = bytes + SIMPLE_HEAD_LEN;
	out_frame->cap_len = cap_len;
	out_frame->wire_len = wire_len;
	out_frame->link = interface->link;
	return FW_READ_OK;
}

/* The order magic comes after the length that it tells how to read. */
static enum fw_read read_section(struct pcapng *pcapng, struct window *window, struct block *block)
{
	const uint8_t *bytes = window_need(window, SECTION_LEN);

	if (!bytes)
		return window_ended(window, "a section header", block->start);
	bool swapped = order_u32(bytes + 8, true) == ORDER_MAGIC;
	if (!swapped && order_u32(bytes + 8, false) != ORDER_MAGIC)
		return window_bad(window, "a section header without a known byte order");
	uint16_t major = order_u16(bytes + 12, swapped);
	if (major != 1)
		return window_bad(window, "pcapng version %u.%u is not known", major, order_u16(bytes + 14, swapped));
	block->len = order_u32(bytes + 4, swapped);
	if (block->len < SECTION_LEN)
		return window_bad(window, "a section header of %u bytes", block->len);
	pcapng->swapped = swapped;
	pcapng->interface_count = 0;
	return FW_READ_OK;
}

static enum fw_read read_head(struct pcapng *pcapng, struct window *window, struct block *block)
{
	block->start = window_offset(window);
	const uint8_t *bytes = window_need(window, HEAD_LEN);

	if (!bytes)
		return window_ended(window, "a block", block->start);
	block->type = order_u32(bytes, pcapng->swapped);
	block->len = order_u32(bytes + 4, pcapng->swapped);
	if (block->type == BLOCK_SECTION) {
		enum fw_read read = read_section(pcapng, window, block);

		if (read != FW_READ_OK)
			return read;
	}
	if (block->len < FRAME_LEN || block->len % 4 || block->len > FW_PCAPNG_BLOCK_MAX)
		return window_bad(window, "a block claims to be %u bytes long", block->len);
	return FW_READ_OK;
}

static enum fw_read check_trailer(struct pcapng *pcapng, struct window *window, const uint8_t *trailer, const struct block *block)
{
	uint32_t len = order_u32(trailer, pcapng->swapped);

	if (len != block->len)
		return window_bad(window, "a block says %u bytes at its start and %u at its end", block->len, len);
	return FW_READ_OK;
}

static enum fw_read pass_block(struct pcapng *pcapng, struct window *window, const struct block *block)
{
	if (!window_skip(window, block->len - TRAILER_LEN))
		return window_ended(window, "a block", block->start);
	const uint8_t *trailer = window_need(window, TRAILER_LEN);

	if (!trailer)
		return window_ended(window, "a block", block->start);
	enum fw_read read = check_trailer(pcapng, window, trailer, block);
	if (read == FW_READ_OK)
		window_take(window, TRAILER_LEN);
	return read;
}

/* A packet or interface block, in one piece. */
static enum fw_read read_whole(struct pcapng *pcapng, struct window *window, const struct block *block, struct frame *out_frame)
{
	if (block->len > WINDOW_NEED_MAX)
		return window_bad(window, "a packet or interface block claims to be %u bytes long", block->len);
	const uint8_t *bytes = window_need(window, block->len);

	if (!bytes)
		return window_ended(window, block->type == BLOCK_INTERFACE ? "an interface block" : "a packet", block->start);
	enum fw_read read = check_trailer(pcapng, window, bytes + block->len - TRAILER_LEN, block);
	if (read != FW_READ_OK)
		return read;
	if (block->type == BLOCK_INTERFACE)
		read = read_interface(pcapng, window, bytes, block);
	else if (block->type == BLOCK_SIMPLE)
		read = read_simple(pcapng, window, bytes, block, out_frame);
	else
		read = read_packet(pcapng, window, bytes, block, out_frame);
	if (read == FW_READ_OK)
		window_take(window, block->len);
	return read;
}

enum fw_read pcapng_read(struct pcapng *pcapng, struct window *window, struct frame *out_frame)
{
	for (;;) {
		struct block block = {0};
		enum fw_read read = read_head(pcapng, window, &block);

		if (read != FW_READ_OK)
			return read;
		bool packet = block.type == BLOCK_PACKET || block.type == BLOCK_PACKET_OBSOLETE || block.type == BLOCK_SIMPLE;
		if (packet || block.type == BLOCK_INTERFACE)
			read = read_whole(pcapng, window, &block, out_frame);
		else
			read = pass_block(pcapng, window, &block);
		if (packet || read != FW_READ_OK)
			return read;
	}
}
