/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * miIO of Xiaomi and the makers of its house, UDP 54321. There is no published text; big endian:
 *
 *   0       2        4       8           12      16       32
 *   | 21 31 | length | zero  | device id | stamp | digest | AES |
 *
 * length counts the whole. Who searches sends ones from the length on. Only what comes from the port is a device's.
 */
#include <stdio.h>

#include "dissect/dissect.h"
#include "dissect/give.h"

enum { HEADER_LEN = 32, MARK_0 = 0x21, MARK_1 = 0x31, DEVICE_AT = 8 };

enum fw_read dissect_miio(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	char text[16];
	uint32_t device;
	int text_len;

	if (!len || bytes[0] != MARK_0 || (len > 1 && bytes[1] != MARK_1))
		return FW_READ_OTHER;
	if (len < HEADER_LEN)
		return FW_READ_SHORT;
	device = fw_be32(bytes + DEVICE_AT);
	if (fw_be16(bytes + 2) != len || !device || device == UINT32_MAX)
		return FW_READ_BAD;
	text_len = snprintf(text, sizeof(text), "%u", device);
	give(sink, &(struct fact){.kind = FACT_OWN_PROTOCOL, .number = OWN_MIIO});
	give(sink, &(struct fact){.kind = FACT_OWN_SERIAL, .number = OWN_MIIO, .text = {(const uint8_t *)text, (size_t)text_len}});
	return FW_READ_OK;
}
