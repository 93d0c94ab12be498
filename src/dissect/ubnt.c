/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ubiquiti's discovery on UDP 10001, read off devices' announcements in captures and off what other readers made of them:
 * there is no published text.
 *
 *   0       1       2    4
 *   |version|command|len | fields: type (1), len (2), bytes ...
 *
 * Version 1 is asked (01 00 00 00) and answers; version 2 is announced too. The length counts the fields exactly, which
 * tells it from other protocols on this port. A field of type 6 is the administrator's name: passed over.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"

enum { HEAD_LEN = 4, FIELD_HEAD_LEN = 3, VERSION_LAST = 2, FIELDS_MAX = 256 };

enum field {
	FIELD_MAC = 1,
	FIELD_ADDRESS = 2,
	FIELD_BUILD = 3,
	FIELD_HOST_NAME = 11,
	FIELD_PRODUCT = 12,
	FIELD_LONG_MODEL = 20,
	FIELD_MODEL = 21,
	FIELD_VERSION = 22,
};

static enum fw_read give_hardware(const struct fact_sink *sink, uint8_t type, struct slice value)
{
	struct fact fact = {.kind = type == FIELD_MAC ? FACT_UBNT_MAC : FACT_UBNT_ADDRESS};

	if (value.len != (type == FIELD_MAC ? 6u : 10u))
		return FW_READ_BAD;
	memcpy(fact.mac, value.bytes, 6);
	if (type == FIELD_ADDRESS)
		give_ipv4(fact.addr, value.bytes + 6);
	give(sink, &fact);
	return FW_READ_OK;
}

static enum fw_read give_field(const struct fact_sink *sink, uint8_t type, struct slice value)
{
	switch (type) {
	case FIELD_MAC:
	case FIELD_ADDRESS:
		return give_hardware(sink, type, value);
	case FIELD_BUILD:
	case FIELD_VERSION:
		return give_string(sink, FACT_UBNT_FIRMWARE, type, value);
	case FIELD_HOST_NAME:
		return give_string(sink, FACT_UBNT_HOST_NAME, 0, value);
	case FIELD_PRODUCT:
		return give_string(sink, FACT_UBNT_PRODUCT, 0, value);
	case FIELD_LONG_MODEL:
	case FIELD_MODEL:
		return give_string(sink, FACT_UBNT_MODEL, type, value);
	default:
		return FW_READ_OK;
	}
}

enum fw_read dissect_ubnt(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct fact fact = {.kind = FACT_UBNT_MESSAGE};
	enum fw_read result = FW_READ_OK;
	size_t fields_len;

	if (!len || !bytes[0] || bytes[0] > VERSION_LAST)
		return FW_READ_OTHER;
	if (len < HEAD_LEN)
		return FW_READ_SHORT;
	fields_len = fw_be16(bytes + 2);
	if (fields_len < len - HEAD_LEN)
		return FW_READ_OTHER;
	fact.number = bytes[0];
	fact.code = bytes[1];
	give(sink, &fact);
	for (size_t at = HEAD_LEN, i = 0; at < len; i++) {
		if (len - at < FIELD_HEAD_LEN || len - at - FIELD_HEAD_LEN < fw_be16(bytes + at + 1))
			/* cut, unless its own length ends here too */
			return fields_len > len - HEAD_LEN && result == FW_READ_OK ? FW_READ_SHORT : FW_READ_BAD;
		struct slice value = {bytes + at + FIELD_HEAD_LEN, fw_be16(bytes + at + 1)};

		if (i == FIELDS_MAX || give_field(sink, bytes[at], value) != FW_READ_OK)
			result = FW_READ_BAD;
		at += FIELD_HEAD_LEN + value.len;
	}
	return fields_len > len - HEAD_LEN && result == FW_READ_OK ? FW_READ_SHORT : result;
}
