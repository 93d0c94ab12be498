/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A SYN or SYN-ACK is written by the system, not by the program that wants the connection, and each system writes its own:
 *
 *	IP: time to live, don't fragment        TCP: window, options in an order
 *	                                             MSS 1460 | SACK permitted | timestamps | no-operation | window scale 7
 *
 * Sources: RFC 9293 section 3.1, 2018 (SACK), 7323 (window scale, timestamps), 7413 (fast open), 8684 (MPTCP); the idea: p0f.
 */
#pragma once

#include "wire/packet.h"

enum fw_tcp_option {
	FW_TCP_END,
	FW_TCP_NOP,
	FW_TCP_MSS,
	FW_TCP_SCALE,
	FW_TCP_SACK,
	FW_TCP_TIME = 8,
	FW_TCP_MPTCP = 30,
	FW_TCP_FAST_OPEN = 34,
};

enum { FW_OPENING_SYN = 2, FW_OPENING_ACK = 16, FW_OPENING_OPTION_MAX = 12, FW_OPENING_HEADER_LEN = 20 };

struct fw_opening {
	uint16_t window, mss;
	uint8_t family; /* 4 or 6 */
	uint8_t hops; /* time to live, as it came */
	uint8_t scale;
	uint8_t option_count;
	uint8_t options[FW_OPENING_OPTION_MAX]; /* kinds, in their order; what stands behind an end is padding */
	bool answer; /* SYN-ACK */
	bool whole; /* IPv4: don't fragment */
};

/* The option at *at of len bytes, what it says taken over; *at moves behind it, or to the end. */
FW_INLINE enum fw_read fw_opening_option(const uint8_t *bytes, uint32_t len, uint32_t *at, struct fw_opening *out)
{
	const uint8_t *p = bytes + *at;
	uint32_t left = len - *at, size = 1;

	if (out->option_count == FW_OPENING_OPTION_MAX)
		return FW_READ_OTHER;
	out->options[out->option_count++] = fw_u8(p);
	if (fw_u8(p) == FW_TCP_END) {
		*at = len;
		return FW_READ_OK;
	}
	if (fw_u8(p) != FW_TCP_NOP) {
		size = left > 1 ? fw_u8(p + 1) : 0;
		if (size < 2 || size > left)
			return FW_READ_BAD;
	}
	if (fw_u8(p) == FW_TCP_MSS && size == 4)
		out->mss = fw_be16(p + 2);
	if (fw_u8(p) == FW_TCP_SCALE && size == 3)
		out->scale = fw_u8(p + 2);
	*at += size;
	return FW_READ_OK;
}

/*
 * p is what fw_packet_read() made of this frame. OK, and *out filled; OTHER for what is no SYN, or has more options than any system writes; SHORT where the
 * capture lacks some of it; BAD where an option's length lies. *out is untouched but for OK.
 */
FW_INLINE enum fw_read fw_opening_read(const uint8_t *frame, const struct fw_packet *p, struct fw_opening *out)
{
	uint32_t at = (uint32_t)p->transport_off + FW_OPENING_HEADER_LEN;
	struct fw_opening opening = {.window = p->tcp_window, .family = p->family, .hops = p->hops};
	enum fw_read read = FW_READ_OK;

	if (p->proto != FW_IP_TCP || !p->family || p->fragment != FW_WHOLE || (p->tcp_flags & ~(uint32_t)FW_OPENING_ACK) != FW_OPENING_SYN)
		return FW_READ_OTHER;
	if (p->payload_off < at)
		return FW_READ_SHORT;
	opening.answer = p->tcp_flags & FW_OPENING_ACK;
	opening.whole = p->family == 4 && (fw_u8(frame + p->network_off + 6) & 0x40);
	while (read == FW_READ_OK && at < p->payload_off)
		read = fw_opening_option(frame, p->payload_off, &at, &opening);
	if (read == FW_READ_OK)
		*out = opening;
	return read;
}
