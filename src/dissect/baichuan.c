/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Baichuan, the protocol of Reolink's cameras and recorders, TCP 9000. There is no published text; read off a login in a capture and off
 * published descriptions. Little endian:
 *
 *   0             4    8        12       16       18      20               24
 *   | f0 de bc 0a | id | length | offset | status | class | payload offset | body |        class 6514, 6614: header of 20 bytes
 *
 *   id 1   client, class 6514: a login of the old form; newer cameras answer with class 6614 and a random number
 *          client, class 6414: a login; user and password are digests made with that number
 *          server, other class: status 200 accepted, 400, 401, 403 refused; XML that describes the device
 *   id 80  server: <VersionInfo> with <name>, <type>, <serialNumber>, <hardwareVersion>, <firmwareVersion>
 *
 * XML is XORed with eight published bytes and the offset. What newer firmware sends behind the login is AES instead: not read.
 */
#include <string.h>

#include "dissect/dissect.h"
#include "dissect/framed.h"
#include "dissect/json.h"

enum { ID_AT = 4, LENGTH_AT = 8, OFFSET_AT = 12, STATUS_AT = 16, CLASS_AT = 18, PAYLOAD_AT = 20, HEADER_MIN = 20, HEADER_MAX = 24 };
enum { CLASS_LEGACY = 0x6514, CLASS_NONCE = 0x6614, CLASS_MODERN = 0x6414, CLASS_MODERN_FILE = 0x6482, CLASS_ANSWER = 0 };
enum { ID_LOGIN = 1, ID_VERSION = 80, STATUS_OK = 200 };

static const struct tag {
	const char *open;
	uint32_t id;
	enum fact_kind kind;
} tags[] = {
	{"<typeInfo>", ID_LOGIN, FACT_OWN_KIND},
	{"<name>", ID_VERSION, FACT_OWN_NAME},
	{"<type>", ID_VERSION, FACT_OWN_MODEL},
	{"<serialNumber>", ID_VERSION, FACT_OWN_SERIAL},
	{"<hardwareVersion>", ID_VERSION, FACT_OWN_HARDWARE},
	{"<firmwareVersion>", ID_VERSION, FACT_OWN_FIRMWARE},
};

static uint32_t le16(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8;
}

static enum fw_read measure(const uint8_t *bytes, size_t len, struct message *out_message)
{
	static const uint8_t start[4] = {0xf0, 0xde, 0xbc, 0x0a};
	uint32_t class;

	if (memcmp(bytes, start, len < sizeof(start) ? len : sizeof(start)))
		return FW_READ_OTHER;
	if (len < HEADER_MIN)
		return FW_READ_SHORT;
	class = le16(bytes + CLASS_AT);
	if (class != CLASS_LEGACY && class != CLASS_NONCE && class != CLASS_MODERN && class != CLASS_MODERN_FILE && class != CLASS_ANSWER)
		return FW_READ_OTHER;
	out_message->header_len = class == CLASS_LEGACY || class == CLASS_NONCE ? HEADER_MIN : HEADER_MAX;
	if (len < out_message->header_len)
		return FW_READ_SHORT;
	out_message->body_len = fw_le32(bytes + LENGTH_AT);
	return out_message->body_len <= FRAMED_LENGTH_MAX ? FW_READ_OK : FW_READ_BAD;
}

/* The XML of a body without its cover; empty where it is none, or hidden better. */
static struct slice uncover(const struct message *message, uint8_t out[FRAMED_BODY_MAX])
{
	static const uint8_t key[8] = {0x1f, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78, 0xff};
	uint8_t offset = message->header[OFFSET_AT];
	size_t start = message->header_len == HEADER_MAX ? fw_le32(message->header + PAYLOAD_AT) : 0;
	size_t len = start < message->body.len ? message->body.len - start : 0;

	for (size_t i = 0; i < len; i++)
		out[i] = message->body.bytes[start + i] ^ key[(i + offset) % sizeof(key)] ^ offset;
	return len > 5 && !memcmp(out, "<?xml", 5) ? (struct slice){out, len} : (struct slice){0};
}

static bool say_tag(struct feed *feed, const struct tag *tag, struct slice xml)
{
	size_t open_len = strlen(tag->open);
	const uint8_t *open = xml.len ? memmem(xml.bytes, xml.len, tag->open, open_len) : NULL, *end;
	struct fact fact = {.kind = tag->kind, .number = OWN_BAICHUAN};

	if (!open)
		return false;
	fact.text.bytes = open + open_len;
	end = memchr(fact.text.bytes, '<', (size_t)(xml.bytes + xml.len - fact.text.bytes));
	fact.text.len = end ? (size_t)(end - fact.text.bytes) : 0;
	if (!fact.text.len || fact.text.len > JSON_TEXT_MAX)
		return false;
	feed->sink->take(feed->sink->context, &fact);
	return true;
}

static bool say_tags(struct feed *feed, const struct message *message, uint32_t id)
{
	uint8_t text[FRAMED_BODY_MAX];
	struct slice xml = uncover(message, text);
	bool said = false;

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		said |= tags[i].id == id && say_tag(feed, &tags[i], xml);
	return said;
}

/* User and password are digests with a random number: neither can be said. */
static void say_try(struct baichuan *baichuan, struct feed *feed)
{
	session_say_login(feed, LOGIN_BAICHUAN, (struct slice){0}, (struct slice){0});
	baichuan->try_open = true;
}

static bool take_login(struct baichuan *baichuan, struct feed *feed, const struct message *message)
{
	baichuan->legacy = le16(message->header + CLASS_AT) == CLASS_LEGACY;
	if (baichuan->legacy || !message->body_len)
		return false;
	say_try(baichuan, feed);
	return true;
}

static bool take_result(struct baichuan *baichuan, struct feed *feed, uint32_t status)
{
	bool refused = status == 400 || status == 401 || status == 403;

	if (!refused && status != STATUS_OK)
		return false;
	if (baichuan->legacy && !baichuan->try_open)
		say_try(baichuan, feed); /* an older camera: it was the login, no question */
	if (!baichuan->try_open)
		return false;
	session_say_result(feed, LOGIN_BAICHUAN, refused ? LOGIN_REFUSED : LOGIN_ACCEPTED);
	baichuan->try_open = baichuan->legacy = false;
	return true;
}

static bool take(void *state, struct feed *feed, const struct message *message)
{
	struct baichuan *baichuan = state;
	uint32_t id = fw_le32(message->header + ID_AT), class = le16(message->header + CLASS_AT);
	bool said = feed->direction == FROM_SERVER && !baichuan->spoken;

	if (feed->direction == FROM_CLIENT)
		return id == ID_LOGIN && take_login(baichuan, feed, message);
	if (said)
		session_say_number(feed, FACT_OWN_PROTOCOL, OWN_BAICHUAN);
	baichuan->spoken = true;
	if (class == CLASS_NONCE) {
		baichuan->legacy = false;
		return said;
	}
	if (id == ID_LOGIN)
		said |= take_result(baichuan, feed, le16(message->header + STATUS_AT));
	if (id == ID_LOGIN || id == ID_VERSION)
		said |= say_tags(feed, message, id);
	return said;
}

size_t baichuan_take(struct baichuan *baichuan, struct feed *feed)
{
	static const struct framing framing = {measure, take};

	return framed_take(&framing, &baichuan->framed, baichuan, feed);
}

enum guess baichuan_guess(const struct feed *feed)
{
	struct message message;
	enum fw_read result = measure(feed->bytes, feed->len, &message);

	return result == FW_READ_OK ? GUESS_PROTOCOL : result == FW_READ_SHORT ? GUESS_MORE : GUESS_NOTHING;
}
