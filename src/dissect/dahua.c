/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dahua's control protocol, TCP 37777. There is no published text; read off a table of 870 messages of a camera, and for the older
 * login off published descriptions. Little endian:
 *
 *   0        4        8                                        24         28        32
 *   | command | length | depends on the command                 | version  | .. a1 aa | body |
 *
 *   a0  login. Of old: 8..15 the user, 16..23 eight letters made of the password without any salt. Now: first a question
 *       without a user, then "user&&proof" as body, the proof made with the server's random number.
 *   b0  its answer. 8..9: 00 .. accepted; 01 00, 01 01, 01 04 refused (password, user, locked); 01 0e: the random number
 *   a4  asks for what byte 8 says: 07 serial number, 08 version, 0b type. b4 answers in words
 *   f6  JSON, as also behind the header of DHIP (dhip.c), whose length stands at 16: {"method": "global.login", ...}
 *
 * A proof is no password: such a login is said with an empty one (LOGIN_DAHUA in model/fact.h).
 */
#include <string.h>

#include "dissect/dissect.h"
#include "dissect/framed.h"
#include "dissect/json.h"

enum { HEADER_LEN = 32, LENGTH_AT = 4, DHIP_LENGTH_AT = 16, DHIP_MARK_LEN = 8, PORT = 37777 };
enum { LOGIN = 0xa0, LOGIN_ANSWER = 0xb0, ASK = 0xa4, TELL = 0xb4, JSON = 0xf6, DHIP = 0x20 };
enum { TELL_SERIAL = 7, TELL_VERSION = 8, TELL_TYPE = 11 };
enum { USER_AT = 8, DIGEST_AT = 16, FIELD_LEN = 8 };

static const uint8_t dhip_mark[DHIP_MARK_LEN] = {0x20, 0, 0, 0, 'D', 'H', 'I', 'P'};

/* What is read of one JSON message. */
struct call {
	bool login, has_password, answered, accepted;
	struct slice user;
};

static bool is_dhip(const uint8_t *bytes, size_t len)
{
	return memcmp(bytes, dhip_mark, len < sizeof(dhip_mark) ? len : sizeof(dhip_mark)) == 0;
}

/* A command is known by its first byte; the third is always zero. */
static bool is_command(const uint8_t *bytes, size_t len)
{
	uint8_t family = bytes[0] & 0xf0, low = bytes[0] & 0x0f;

	if (family != 0xa0 && family != 0xb0 && family != 0xf0 && family != 0x80 && (family || (low != 0x0a && low != 0x0b)))
		return false;
	return len < 3 || !bytes[2];
}

static enum fw_read measure(const uint8_t *bytes, size_t len, struct message *out_message)
{
	bool dhip = is_dhip(bytes, len);

	if (!dhip && !is_command(bytes, len))
		return FW_READ_OTHER;
	if (len < HEADER_LEN)
		return FW_READ_SHORT;
	out_message->header_len = HEADER_LEN;
	out_message->body_len = fw_le32(bytes + (dhip ? DHIP_LENGTH_AT : LENGTH_AT));
	return out_message->body_len <= FRAMED_LENGTH_MAX ? FW_READ_OK : FW_READ_BAD;
}

static void see_call(void *context, const struct json_value *value)
{
	struct call *call = context;
	bool outer = value->depth == 1, params = value->depth == 2 && json_is(value->object, "params");

	if (outer && value->string && json_is(value->key, "method"))
		call->login = json_is(value->raw, "global.login");
	else if (params && value->string && json_is(value->key, "userName"))
		call->user = value->raw;
	else if (params && value->string && json_is(value->key, "password"))
		call->has_password = value->raw.len > 0;
	else if (outer && !value->string && json_is(value->key, "result")) {
		call->accepted = json_is(value->raw, "true");
		call->answered = call->accepted || json_is(value->raw, "false");
	}
}

static bool say_try(struct dahua *dahua, struct feed *feed, struct slice user, struct slice password)
{
	session_say_login(feed, LOGIN_DAHUA, user, password);
	dahua->try_open = true;
	return true;
}

static bool say_result(struct dahua *dahua, struct feed *feed, bool accepted)
{
	if (!dahua->try_open)
		return false;
	session_say_result(feed, LOGIN_DAHUA, accepted ? LOGIN_ACCEPTED : LOGIN_REFUSED);
	dahua->try_open = false;
	return true;
}

static bool take_json(struct dahua *dahua, struct feed *feed, struct slice body)
{
	uint8_t user[JSON_TEXT_MAX];
	struct call call = {0};

	json_read(body.bytes, body.len, see_call, &call);
	if (feed->direction == FROM_SERVER)
		return call.answered && say_result(dahua, feed, call.accepted);
	/* the first call of two has no password: it asks for the random number */
	return call.login && call.has_password && say_try(dahua, feed, json_text(call.user, user), (struct slice){0});
}

/* A field of the older login: letters, then zeros; 0 if it is none. */
static size_t field_len(const uint8_t *field)
{
	size_t len = 0;

	while (len < FIELD_LEN && field[len] > ' ' && field[len] < 0x7f)
		len++;
	for (size_t i = len; i < FIELD_LEN; i++)
		if (field[i])
			return 0;
	return len;
}

static bool take_login(struct dahua *dahua, struct feed *feed, const struct message *message)
{
	const uint8_t *header = message->header;
	const uint8_t *proof = message->body.len ? memmem(message->body.bytes, message->body.len, "&&", 2) : NULL;
	size_t user_len = field_len(header + USER_AT);

	if (proof)
		return say_try(dahua, feed, (struct slice){message->body.bytes, (size_t)(proof - message->body.bytes)}, (struct slice){0});
	if (!user_len || field_len(header + DIGEST_AT) != FIELD_LEN)
		return false;
	return say_try(dahua, feed, (struct slice){header + USER_AT, user_len}, (struct slice){header + DIGEST_AT, FIELD_LEN});
}

static bool take_result(struct dahua *dahua, struct feed *feed, const uint8_t *header)
{
	uint8_t refusal = header[9];

	if (header[8] == 0)
		return say_result(dahua, feed, true);
	return header[8] == 1 && (refusal == 0 || refusal == 1 || refusal == 4) && say_result(dahua, feed, false);
}

static bool take_told(struct feed *feed, const struct message *message)
{
	struct fact fact = {.number = OWN_DAHUA, .text = message->body};

	while (fact.text.len && fact.text.bytes[fact.text.len - 1] == 0)
		fact.text.len--;
	switch (message->header[8]) {
	case TELL_SERIAL:
		fact.kind = FACT_OWN_SERIAL;
		break;
	case TELL_VERSION:
		fact.kind = FACT_OWN_FIRMWARE;
		break;
	case TELL_TYPE:
		fact.kind = FACT_OWN_MODEL;
		break;
	default:
		return false;
	}
	if (!fact.text.len || fact.text.len > JSON_TEXT_MAX)
		return false;
	feed->sink->take(feed->sink->context, &fact);
	return true;
}

static bool take(void *state, struct feed *feed, const struct message *message)
{
	struct dahua *dahua = state;
	bool server = feed->direction == FROM_SERVER, said = server && !dahua->spoken;

	if (said)
		session_say_number(feed, FACT_OWN_PROTOCOL, OWN_DAHUA);
	dahua->spoken |= server;
	switch (message->header[0]) {
	case JSON:
	case DHIP:
		return take_json(dahua, feed, message->body) || said;
	case LOGIN:
		return (!server && take_login(dahua, feed, message)) || said;
	case LOGIN_ANSWER:
		return (server && take_result(dahua, feed, message->header)) || said;
	case TELL:
		return (server && take_told(feed, message)) || said;
	default:
		return said;
	}
}

size_t dahua_take(struct dahua *dahua, struct feed *feed)
{
	static const struct framing framing = {measure, take};

	return framed_take(&framing, &dahua->framed, dahua, feed);
}

/* On another port a login is known by the mark at the end of its header. */
static bool is_marked(const uint8_t *bytes)
{
	return bytes[0] == LOGIN && bytes[30] == 0xa1 && bytes[31] == 0xaa;
}

enum guess dahua_guess(uint16_t server_port, const struct feed *feed)
{
	struct message message;
	enum fw_read result = measure(feed->bytes, feed->len, &message);

	if (result != FW_READ_OK && result != FW_READ_SHORT)
		return GUESS_NOTHING;
	if (is_dhip(feed->bytes, feed->len))
		return feed->len < DHIP_MARK_LEN ? GUESS_MORE : GUESS_PROTOCOL;
	if (server_port != PORT && feed->bytes[0] != LOGIN)
		return GUESS_NOTHING;
	if (result == FW_READ_SHORT)
		return GUESS_MORE;
	return server_port == PORT || is_marked(feed->bytes) ? GUESS_PROTOCOL : GUESS_NOTHING;
}
