/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Items one after the other, each tag, length, bytes:
 *
 *   30 1a              SEQUENCE of 26 bytes
 *      02 01 01        INTEGER 1
 *      04 82 00 06 ..  OCTET STRING of 6 bytes; the length itself takes two
 *
 * Lengths lie. A length that leads out of the item around it is wrong, unless the message was cut: then it is the
 * capture that ends, and what is there is good. So a reading knows whether bytes are missing behind its end, and an
 * item that reaches past such an end hands this on to its inside. Only the outermost reading starts that way.
 */
#include "dissect/ber.h"

#include <stdio.h>

enum { TAG_LONG = 0x1f, LENGTH_LONG = 0x80, LENGTH_BYTES_MAX = 4 };

struct ber ber_of(const uint8_t *bytes, size_t len)
{
	return (struct ber){.at = bytes, .end = bytes + len, .cut = true};
}

/* The length at *at, which moves behind it. */
static enum fw_read read_length(const struct ber *ber, const uint8_t **at, size_t *out_len)
{
	uint8_t first = **at;
	size_t len = 0, count = first & (LENGTH_LONG - 1);

	++*at;
	if (first < LENGTH_LONG) {
		*out_len = first;
		return FW_READ_OK;
	}
	/* 0: until a mark, which SNMP rules out */
	if (!count || count > LENGTH_BYTES_MAX)
		return FW_READ_BAD;
	if ((size_t)(ber->end - *at) < count)
		return ber->cut ? FW_READ_SHORT : FW_READ_BAD;
	while (count--)
		len = len << 8 | *(*at)++;
	*out_len = len;
	return FW_READ_OK;
}

enum fw_read ber_next(struct ber *ber, struct ber_item *out_item)
{
	const uint8_t *at = ber->at;
	enum fw_read result;
	size_t len, left;
	bool cut;

	if (at == ber->end)
		return ber->cut ? FW_READ_SHORT : FW_READ_OTHER;
	if ((*at & TAG_LONG) == TAG_LONG)
		return FW_READ_BAD;
	if (ber->end - at < 2)
		return ber->cut ? FW_READ_SHORT : FW_READ_BAD;
	out_item->tag = *at++;
	result = read_length(ber, &at, &len);
	if (result != FW_READ_OK)
		return result;
	left = (size_t)(ber->end - at);
	cut = len > left;
	if (cut && !ber->cut)
		return FW_READ_BAD;
	out_item->inside = (struct ber){.at = at, .end = at + (cut ? left : len), .cut = cut};
	ber->at = out_item->inside.end;
	return FW_READ_OK;
}

enum fw_read ber_expect(struct ber *ber, uint8_t tag, struct ber_item *out_item)
{
	enum fw_read result = ber_next(ber, out_item);

	if (result != FW_READ_OK)
		return result;
	if (out_item->tag != tag)
		return FW_READ_BAD;
	return out_item->inside.cut ? FW_READ_SHORT : FW_READ_OK;
}

enum fw_read ber_enter(struct ber *ber, uint8_t tag, struct ber *out_inside)
{
	struct ber_item item;
	enum fw_read result = ber_next(ber, &item);

	if (result != FW_READ_OK)
		return result;
	if (item.tag != tag)
		return FW_READ_BAD;
	*out_inside = item.inside;
	return FW_READ_OK;
}

bool ber_number(const struct ber_item *item, uint32_t *out_number)
{
	struct slice bytes = ber_slice(item);
	uint32_t number = 0;

	if (!bytes.len || bytes.len > 4 || bytes.bytes[0] & 0x80)
		return false;
	for (size_t i = 0; i < bytes.len; i++)
		number = number << 8 | bytes.bytes[i];
	*out_number = number;
	return true;
}

/* One number of an object identifier, seven bits a byte, the last without the top bit. */
static bool read_arc(struct slice bytes, size_t *at, uint32_t *out_arc)
{
	uint32_t arc = 0;

	while (*at < bytes.len) {
		uint8_t byte = bytes.bytes[(*at)++];

		if (arc >> 25)
			return false;
		arc = arc << 7 | (byte & 0x7f);
		if (!(byte & 0x80)) {
			*out_arc = arc;
			return true;
		}
	}
	return false;
}

/* The first two numbers share one: 40 times the first, which is at most 2, and the second (X.690 section 8.19.4). */
struct slice ber_oid_text(const struct ber_item *item, char out[BER_OID_TEXT_MAX])
{
	const struct slice none = {0};
	struct slice bytes = ber_slice(item);
	size_t at = 0, len;
	uint32_t arc, root;

	/* each number takes at most three digits and a dot a byte, so these fit */
	if (bytes.len > BER_OID_BYTES_MAX || !read_arc(bytes, &at, &arc))
		return none;
	root = arc < 80 ? arc / 40 : 2;
	len = (size_t)snprintf(out, BER_OID_TEXT_MAX, "%u.%u", root, arc - root * 40);
	while (at < bytes.len) {
		if (!read_arc(bytes, &at, &arc))
			return none;
		len += (size_t)snprintf(out + len, BER_OID_TEXT_MAX - len, ".%u", arc);
	}
	return (struct slice){(const uint8_t *)out, len};
}
