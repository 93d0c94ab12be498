/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcap (draft-ietf-opsawg-pcap), all of it in the writer's byte order:
 *
 *	file    magic(4) major(2) minor(2) zone(4) accuracy(4) snap length(4) FCS and link type(4)
 *	packet  seconds(4) fraction(4) captured(4) on the wire(4)  [interface(4) protocol(2) type(1) pad(1)]  bytes
 *
 * The magic gives the order, the unit of the fraction (a1b2c3d4: microseconds, a1b23c4d: nanoseconds) and whether the
 * packet header has the 8 bytes more of Alexey Kuznetsov's patched libpcap (a1b2cd34). The zone is zero in all files that
 * anybody writes and is ignored, and so is the snap length, which writers are known to exceed: what bounds a packet is
 * FW_FRAME_MAX. Seconds are unsigned (until 2106); the fraction is signed, because tools that shift times have left
 * negative ones behind, and read unsigned these are more than an hour late.
 */
#include "source/pcap.h"

#include "source/order.h"

enum {
	HEADER_LEN = 24,
	RECORD_LEN = 16,
	RECORD_LEN_PATCHED = 24,
	VERSION_MAJOR = 2,
};

#define MAGIC_MICRO 0xa1b2c3d4u
#define MAGIC_NANO 0xa1b23c4du
#define MAGIC_PATCHED 0xa1b2cd34u

static bool magic_read(const uint8_t bytes[4], struct pcap *pcap)
{
	for (int swapped = 0; swapped <= 1; swapped++) {
		uint32_t magic = order_u32(bytes, swapped);

		if (magic != MAGIC_MICRO && magic != MAGIC_NANO && magic != MAGIC_PATCHED)
			continue;
		pcap->swapped = swapped;
		pcap->fraction_ns = magic == MAGIC_NANO ? 1 : 1000;
		pcap->record_len = magic == MAGIC_PATCHED ? RECORD_LEN_PATCHED : RECORD_LEN;
		return true;
	}
	return false;
}

bool pcap_known(const uint8_t magic[4])
{
	struct pcap unused;

	return magic_read(magic, &unused);
}

enum fw_read pcap_read_header(struct pcap *pcap, struct window *window)
{
	const uint8_t *header = window_need(window, HEADER_LEN);

	if (!header)
		return window_ended(window, "the pcap header", window_offset(window));
	magic_read(header, pcap);
	uint16_t major = order_u16(header + 4, pcap->swapped), minor = order_u16(header + 6, pcap->swapped);
	if (major != VERSION_MAJOR)
		return window_bad(window, "pcap version %u.%u is not known", major, minor);
	pcap->link = (uint16_t)order_u32(header + 20, pcap->swapped);
	window_take(window, HEADER_LEN);
	return FW_READ_OK;
}

static uint64_t time_ns(const struct pcap *pcap, uint32_t seconds, int32_t fraction)
{
	int64_t ns = seconds * 1000000000ll + (int64_t)fraction * pcap->fraction_ns;

	return ns < 0 ? 0 : (uint64_t)ns;
}

enum fw_read pcap_read(struct pcap *pcap, struct window *window, struct frame *out_frame)
{
	const uint8_t *record = window_need(window, pcap->record_len);

	if (!record)
		return window_ended(window, "a packet", window_offset(window));
	uint32_t cap_len = order_u32(record + 8, pcap->swapped), wire_len = order_u32(record + 12, pcap->swapped);
	if (cap_len > FW_FRAME_MAX)
		return window_bad(window, "a packet claims %u captured bytes, more than the %u it can have", cap_len, FW_FRAME_MAX);
	record = window_need(window, pcap->record_len + cap_len);
	if (!record)
		return window_ended(window, "a packet", window_offset(window));
	out_frame->time_ns = time_ns(pcap, order_u32(record, pcap->swapped), (int32_t)order_u32(record + 4, pcap->swapped));
	out_frame->bytes = record + pcap->record_len;
	out_frame->cap_len = cap_len;
	out_frame->wire_len = wire_len > cap_len ? wire_len : cap_len;
	out_frame->link = pcap->link;
	window_take(window, pcap->record_len + cap_len);
	return FW_READ_OK;
}
