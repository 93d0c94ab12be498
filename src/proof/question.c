/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/inside.h"

_Static_assert(QUESTION_TEXT_MAX > FW_DNS_NAME_MAX, "as text a name is not longer than on the wire");

enum { HEADER_LEN = 12, TAIL_LEN = 4, COUNT_MAX = 255 };

/*
 * Text is no DNS header: the high byte of each count would have to be a letter. One question; opcodes up to 6 (RFC 8490); the bit
 * that is always zero (RFC 1035 section 4.1.1) is.
 */
uint32_t question_header(const uint8_t *bytes, uint32_t len)
{
	if (len < HEADER_LEN || fw_be16(bytes + 4) > 1 || (bytes[3] & 0x40) || (bytes[2] >> 3 & 15) > 6)
		return 0;
	for (unsigned at = 6; at < HEADER_LEN; at += 2)
		if (fw_be16(bytes + at) > COUNT_MAX)
			return 0;
	return HEADER_LEN;
}

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

uint32_t question_read(const uint8_t *bytes, uint32_t len, char name[QUESTION_TEXT_MAX])
{
	uint32_t at = question_header(bytes, len), used = 0;

	if (!at || fw_be16(bytes + 4) != 1)
		return 0;
	while (at < len && bytes[at]) {
		uint32_t label = bytes[at++];
		if (label > FW_DNS_LABEL_MAX || label > len - at || at + label + 1 - HEADER_LEN > FW_DNS_NAME_MAX)
			return 0;
		if (used)
			name[used++] = '.';
		for (uint32_t i = 0; i < label; i++)
			name[used++] = lower(bytes[at + i]);
		at += label;
	}
	name[used] = 0;
	return len - at < 1 + TAIL_LEN || at >= len ? 0 : at + 1 + TAIL_LEN;
}
