/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tuya's modules, the inside of plugs, lamps and sensors of a thousand brands. They call out every few seconds by UDP broadcast, to 6666
 * in clear (protocol 3.1) or to 6667, and listen on TCP 6668. There is no published text. Big endian:
 *
 *   0             4          8         12       16                          ..                 ..
 *   | 00 00 55 aa | sequence | command | length | [return code, 4] payload  | CRC or HMAC      | 00 00 aa 55 |
 *   | 00 00 66 99 | 00 00 | sequence | command | length | IV, payload, tag (3.5)               | 00 00 99 66 |
 *                 4       6          10        14       18
 *
 * length counts all that follows it. The payload is AES; its key for broadcasts is published, but what it hides (address, number of
 * product and device) says little more than the frame itself, so nothing is decrypted here. In clear it is
 *
 *   {"ip": "192.168.1.20", "gwId": "...", "productKey": "...", "version": "3.1", ...}
 */
#include <string.h>

#include "dissect/dissect.h"
#include "dissect/give.h"
#include "dissect/json.h"
#include "dissect/session.h"

enum { MARK_OLD = 0x55aa, MARK_NEW = 0x6699, OLD_LENGTH_AT = 12, NEW_LENGTH_AT = 14, RETURN_CODE_LEN = 4 };
enum { TAIL_LEN = 8, END_LEN = 4, LENGTH_MAX = 65535, HEADER_MAX = 18 };

static const struct json_fact facts_of_tuya[] = {
	{"", "gwId", FACT_OWN_SERIAL, JSON_TEXT},
};

struct tuya_frame {
	uint32_t mark;
	size_t header_len, rest_len; /* rest_len: as its length says */
};

/* The header alone. SHORT while more of it is needed. */
static enum fw_read read_header(const uint8_t *bytes, size_t len, struct tuya_frame *out_frame)
{
	static const uint8_t starts[2][4] = {{0, 0, 0x55, 0xaa}, {0, 0, 0x66, 0x99}};
	size_t here = len < sizeof(starts[0]) ? len : sizeof(starts[0]);
	bool old = !memcmp(bytes, starts[0], here);
	size_t length_at = old ? OLD_LENGTH_AT : NEW_LENGTH_AT;

	if (!old && memcmp(bytes, starts[1], here))
		return FW_READ_OTHER;
	if (len < length_at + 4)
		return FW_READ_SHORT;
	*out_frame =
		(struct tuya_frame){.mark = old ? MARK_OLD : MARK_NEW, .header_len = length_at + 4, .rest_len = fw_be32(bytes + length_at)};
	return out_frame->rest_len < TAIL_LEN || out_frame->rest_len > LENGTH_MAX ? FW_READ_BAD : FW_READ_OK;
}

static bool ends_right(const uint8_t *bytes, const struct tuya_frame *frame)
{
	uint32_t end = fw_be32(bytes + frame->header_len + frame->rest_len - END_LEN);

	return end == (frame->mark == MARK_OLD ? 0xaa55 : 0x9966);
}

/* Plain JSON, with or without a return code before it. */
static enum fw_read read_plain(const uint8_t *payload, size_t len, const struct fact_sink *sink)
{
	struct json_facts facts = {.table = facts_of_tuya, .count = 1, .number = OWN_TUYA, .sink = sink};

	if (len > RETURN_CODE_LEN && payload[0] != '{') {
		payload += RETURN_CODE_LEN;
		len -= RETURN_CODE_LEN;
	}
	return len && payload[0] == '{' ? json_read(payload, len, json_give, &facts) : FW_READ_OK;
}

enum fw_read dissect_tuya(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct tuya_frame frame;
	enum fw_read result = len ? read_header(bytes, len, &frame) : FW_READ_OTHER;

	if (result != FW_READ_OK)
		return result;
	if (len < frame.header_len + frame.rest_len)
		return FW_READ_SHORT;
	if (!ends_right(bytes, &frame))
		return FW_READ_BAD;
	give(sink, &(struct fact){.kind = FACT_OWN_PROTOCOL, .number = OWN_TUYA, .code = frame.mark});
	return read_plain(bytes + frame.header_len, frame.rest_len - TAIL_LEN, sink);
}

/* A device is known by its first frame; all that follows is encrypted. */
size_t tuya_take(struct feed *feed)
{
	struct tuya_frame frame;
	enum fw_read result;

	if (feed->direction == FROM_CLIENT)
		return feed->len;
	result = read_header(feed->bytes, feed->len, &frame);
	if (result == FW_READ_SHORT)
		return 0;
	feed->done = true;
	if (result == FW_READ_OK)
		feed->sink->take(feed->sink->context, &(struct fact){.kind = FACT_OWN_PROTOCOL, .number = OWN_TUYA, .code = frame.mark});
	return feed->len;
}

enum guess tuya_guess(const struct feed *feed)
{
	struct tuya_frame frame;
	enum fw_read result = read_header(feed->bytes, feed->len, &frame);

	return result == FW_READ_OK ? GUESS_PROTOCOL : result == FW_READ_SHORT ? GUESS_MORE : GUESS_NOTHING;
}
