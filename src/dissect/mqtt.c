/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MQTT 3.1, 3.1.1 and 5.0: CONNECT and its answer; what follows is somebody's data and done with.
 *
 *      10 | remaining length (varint, 1-4 bytes)
 *      name: len "MQTT" | level | flags | keep alive | [5: properties] |
 *      client id | [will: [5: properties] topic message] | [user] | [password]         each: 2 bytes of length, bytes
 *
 * (MQTT 5.0 section 3.1.) A will may be 64 KiB long and stands before the user, so the packet is walked step by step and
 * fields that do not matter are passed over as they come; only a field that is said must be here whole. Every field stays
 * within the remaining length, or the packet is a lie and the session is done.
 */
#include "dissect/session.h"

#include <string.h>

enum { CONNECT = 0x10, CONNACK = 0x20, AUTH = 0xf0 };
enum { FLAG_USER = 0x80, FLAG_PASSWORD = 0x40, FLAG_WILL = 0x04 };
enum { FIELD_SAID_MAX = 1024, AFTER_LEN_MAX = 65536 };

enum mqtt_step {
	STEP_START,
	STEP_NAME,
	STEP_FIXED,
	STEP_PROPERTIES,
	STEP_CLIENT_ID,
	STEP_WILL_PROPERTIES,
	STEP_WILL_TOPIC,
	STEP_WILL_MESSAGE,
	STEP_USER,
	STEP_PASSWORD,
	STEP_SAID,
};

/* Where reading stands in one feed. */
struct reader {
	const uint8_t *bytes;
	size_t len, at;
};

/* Varint of 7-bit groups, low first. Bytes used, 0: wait for more, -1: longer than four. */
static int read_varint(const uint8_t *bytes, size_t len, uint32_t *out_value)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 4; i++) {
		if (i == len)
			return 0;
		value |= (uint32_t)(bytes[i] & 0x7f) << (7 * i);
		if (bytes[i] & 0x80)
			continue;
		*out_value = value;
		return (int)i + 1;
	}
	return -1;
}

/* Fixed header and the name of the protocol. */
static enum fw_read read_start(struct mqtt *mqtt, struct reader *r)
{
	const uint8_t *b = r->bytes + r->at;
	size_t len = r->len - r->at;
	int used = len > 1 ? read_varint(b + 1, len - 1, &mqtt->left) : 0;

	if (b[0] != CONNECT || used < 0)
		return FW_READ_BAD;
	if (!used)
		return FW_READ_SHORT;
	r->at += 1 + (size_t)used;
	mqtt->step = STEP_NAME;
	return FW_READ_OK;
}

/* Level, flags, keep alive. */
static enum fw_read read_fixed(struct mqtt *mqtt, struct reader *r)
{
	const uint8_t *b = r->bytes + r->at;

	if (mqtt->left < 4)
		return FW_READ_BAD;
	if (r->len - r->at < 4)
		return FW_READ_SHORT;
	mqtt->level = b[0] & 0x7f; /* bridges set the top bit */
	mqtt->flags = b[1];
	mqtt->left -= 4;
	r->at += 4;
	mqtt->step = mqtt->level >= 5 ? STEP_PROPERTIES : STEP_CLIENT_ID;
	return mqtt->level >= 3 && mqtt->level <= 5 ? FW_READ_OK : FW_READ_BAD;
}

static enum fw_read read_properties(struct mqtt *mqtt, struct reader *r)
{
	uint32_t length = 0;
	int used = read_varint(r->bytes + r->at, r->len - r->at, &length);

	if (!used)
		return mqtt->left ? FW_READ_SHORT : FW_READ_BAD;
	if (used < 0 || mqtt->left < (uint32_t)used || mqtt->left - (uint32_t)used < length)
		return FW_READ_BAD;
	mqtt->left -= (uint32_t)used + length;
	mqtt->skip = length;
	r->at += (size_t)used;
	mqtt->step++;
	return FW_READ_OK;
}

static void say_field(struct mqtt *mqtt, struct feed *feed, struct slice text)
{
	struct fact connect = {.kind = FACT_MQTT_CONNECT, .number = mqtt->level, .text = text};

	if (mqtt->step == STEP_CLIENT_ID) {
		feed->sink->take(feed->sink->context, &connect);
	} else if (mqtt->step == STEP_USER) {
		mqtt->user_len = (uint8_t)(text.len < MQTT_USER_MAX ? text.len : MQTT_USER_MAX);
		memcpy(mqtt->user, text.bytes, mqtt->user_len);
	} else if (mqtt->step == STEP_PASSWORD) {
		session_say_login(feed, LOGIN_MQTT, (struct slice){mqtt->user, mqtt->user_len}, text);
		mqtt->try_open = true;
	}
}

/* One field with its length before it: said, passed over, or both when it is too long to be said whole. */
static enum fw_read read_field(struct mqtt *mqtt, struct feed *feed, struct reader *r)
{
	const uint8_t *b = r->bytes + r->at;
	size_t here = r->len - r->at, said;
	bool matters = mqtt->step == STEP_CLIENT_ID || mqtt->step == STEP_USER || mqtt->step == STEP_PASSWORD;
	uint32_t length;

	if (mqtt->left < 2)
		return FW_READ_BAD;
	if (here < 2)
		return FW_READ_SHORT;
	length = fw_be16(b);
	if (mqtt->left - 2 < length)
		return FW_READ_BAD;
	said = !matters ? 0 : length < FIELD_SAID_MAX ? length : FIELD_SAID_MAX;
	if (here - 2 < said)
		return FW_READ_SHORT;
	say_field(mqtt, feed, (struct slice){b + 2, said});
	mqtt->left -= 2 + length;
	mqtt->skip = length - (uint32_t)said;
	r->at += 2 + said;
	mqtt->step++;
	return FW_READ_OK;
}

/* Steps whose flag is not set are none. */
static void pass_missing(struct mqtt *mqtt, struct feed *feed)
{
	if (mqtt->step == STEP_WILL_PROPERTIES && !(mqtt->flags & FLAG_WILL))
		mqtt->step = STEP_USER;
	if (mqtt->step == STEP_WILL_PROPERTIES && mqtt->level < 5)
		mqtt->step = STEP_WILL_TOPIC;
	if (mqtt->step == STEP_USER && !(mqtt->flags & FLAG_USER))
		mqtt->step = STEP_SAID; /* 5.0 allows a password alone: a token, no login */
	if (mqtt->step == STEP_PASSWORD && !(mqtt->flags & FLAG_PASSWORD)) {
		say_field(mqtt, feed, (struct slice){mqtt->user, 0});
		mqtt->step = STEP_SAID;
	}
}

static enum fw_read read_step(struct mqtt *mqtt, struct feed *feed, struct reader *r)
{
	switch ((enum mqtt_step)mqtt->step) {
	case STEP_START:
		return read_start(mqtt, r);
	case STEP_FIXED:
		return read_fixed(mqtt, r);
	case STEP_PROPERTIES:
	case STEP_WILL_PROPERTIES:
		return read_properties(mqtt, r);
	case STEP_NAME:
	case STEP_CLIENT_ID:
	case STEP_WILL_TOPIC:
	case STEP_WILL_MESSAGE:
	case STEP_USER:
	case STEP_PASSWORD:
		return read_field(mqtt, feed, r);
	case STEP_SAID:
		break;
	}
	return FW_READ_OTHER;
}

static size_t pass_over(uint32_t *skip, size_t len)
{
	size_t taken = *skip < len ? *skip : len;

	*skip -= (uint32_t)taken;
	return taken;
}

static size_t take_client(struct mqtt *mqtt, struct feed *feed)
{
	struct reader r = {.bytes = feed->bytes, .len = feed->len};
	enum fw_read result = FW_READ_OK;

	while (result == FW_READ_OK && mqtt->step != STEP_SAID) {
		r.at += pass_over(&mqtt->skip, r.len - r.at);
		pass_missing(mqtt, feed);
		if (mqtt->step == STEP_SAID)
			break;
		if (r.at == r.len)
			return r.at;
		result = read_step(mqtt, feed, &r);
	}
	if (result == FW_READ_SHORT)
		return r.at;
	mqtt->after_len += feed->len < AFTER_LEN_MAX ? (uint32_t)feed->len : AFTER_LEN_MAX;
	feed->done = result == FW_READ_BAD || mqtt->after_len >= AFTER_LEN_MAX;
	return feed->len;
}

/* Return codes of 3.1.1 section 3.2.2.3, reason codes of 5.0 section 3.2.2.2. Others say nothing of the login. */
static void judge(struct mqtt *mqtt, struct feed *feed, uint8_t code)
{
	bool refused = mqtt->level >= 5 ? code == 0x86 || code == 0x87 : code == 4 || code == 5;

	if (mqtt->try_open && code == 0)
		session_say_result(feed, LOGIN_MQTT, LOGIN_ACCEPTED);
	else if (mqtt->try_open && refused)
		session_say_result(feed, LOGIN_MQTT, LOGIN_REFUSED);
}

/* AUTH packets may come before the CONNACK (5.0 section 4.12); anything else means it was missed. */
static size_t take_server(struct mqtt *mqtt, struct feed *feed)
{
	size_t at = pass_over(&mqtt->answer_skip, feed->len);
	const uint8_t *b = feed->bytes + at;
	uint32_t length = 0;
	int used;

	if (feed->len - at < 2)
		return at;
	used = read_varint(b + 1, feed->len - at - 1, &length);
	if (!used || (b[0] == CONNACK && feed->len - at < 3 + (size_t)used))
		return at;
	if (b[0] == AUTH && used > 0) {
		mqtt->answer_skip = length;
		return at + 1 + (size_t)used;
	}
	feed->done = true;
	if (b[0] == CONNACK && used > 0 && length >= 2) {
		session_say_number(feed, FACT_MQTT_CONNACK, b[1 + used + 1]);
		judge(mqtt, feed, b[1 + used + 1]);
	}
	return feed->len;
}

size_t mqtt_take(struct mqtt *mqtt, struct feed *feed)
{
	if (feed->gap) { /* lengths lead nowhere now */
		feed->done = true;
		return feed->len;
	}
	return feed->direction == FROM_CLIENT ? take_client(mqtt, feed) : take_server(mqtt, feed);
}
