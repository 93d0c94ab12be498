/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TP-Link's plugs and lamps: JSON under a cipher that is none. Each byte is XORed with the one before it as it went over the wire, the
 * first with 171 (Stroetmann and Esser 2016, "Reverse Engineering the TP-Link HS110").
 *
 *   TCP 9999   | length, 4 bytes, big endian | JSON |        UDP 9999   | JSON |
 *
 *   {"system": {"get_sysinfo": {"sw_ver": ..., "hw_ver": ..., "model": "HS110(EU)", "deviceId": ..., "mac" or "mic_mac": ...,
 *                               "type" or "mic_type": "IOT.SMARTPLUGSWITCH", "alias": "lamp in the hall", ...}}}
 *
 * Newer devices are found on UDP 20002 instead, by JSON in clear:
 *
 *   0    1    2        4       6        8          12      16
 *   | 02 | type | 00 01  | length | flags  | sequence | CRC   | {"result": {"device_type": "SMART.TAPOPLUG", "device_model": ...}}
 *
 * Only a device's own answers are read.
 */
#include <string.h>

#include "dissect/dissect.h"
#include "dissect/framed.h"
#include "dissect/give.h"
#include "dissect/json.h"

enum { PORT = 9999, HEADER_LEN = 4, BODY_MAX = 65535, FIRST_KEY = 171, TAPO_HEADER_LEN = 16, TAPO_VERSION = 2 };

static const struct json_fact facts_of_sysinfo[] = {
	{"get_sysinfo", "type", FACT_OWN_KIND, JSON_TEXT},
	{"get_sysinfo", "mic_type", FACT_OWN_KIND, JSON_TEXT},
	{"get_sysinfo", "model", FACT_OWN_MODEL, JSON_TEXT},
	{"get_sysinfo", "sw_ver", FACT_OWN_FIRMWARE, JSON_TEXT},
	{"get_sysinfo", "hw_ver", FACT_OWN_HARDWARE, JSON_TEXT},
	{"get_sysinfo", "alias", FACT_OWN_NAME, JSON_TEXT},
	{"get_sysinfo", "deviceId", FACT_OWN_SERIAL, JSON_TEXT},
	{"get_sysinfo", "mac", FACT_OWN_MAC, JSON_MAC},
	{"get_sysinfo", "mic_mac", FACT_OWN_MAC, JSON_MAC},
	{"get_sysinfo", "ethernet_mac", FACT_OWN_MAC, JSON_MAC},
	{"result", "device_type", FACT_OWN_KIND, JSON_TEXT},
	{"result", "device_model", FACT_OWN_MODEL, JSON_TEXT},
	{"result", "device_id", FACT_OWN_SERIAL, JSON_TEXT},
	{"result", "mac", FACT_OWN_MAC, JSON_MAC},
};

/* An object with a key in it, or an empty one. Two bytes of it are here. */
static bool begins(const uint8_t *cipher)
{
	uint8_t second = cipher[1] ^ cipher[0];

	return (cipher[0] ^ FIRST_KEY) == '{' && (second == '"' || second == '}');
}

static void uncover(const uint8_t *bytes, size_t len, uint8_t *out)
{
	uint8_t key = FIRST_KEY;

	for (size_t i = 0; i < len; i++) {
		out[i] = bytes[i] ^ key;
		key = bytes[i];
	}
}

static enum fw_read read_json(const uint8_t *text, size_t len, const struct fact_sink *sink, bool *out_given)
{
	struct json_facts facts = {
		.table = facts_of_sysinfo,
		.count = sizeof(facts_of_sysinfo) / sizeof(facts_of_sysinfo[0]),
		.number = OWN_TPLINK,
		.sink = sink,
	};
	enum fw_read result = json_read(text, len, json_give, &facts);

	*out_given = facts.given > 0;
	return result;
}

static enum fw_read measure(const uint8_t *bytes, size_t len, struct message *out_message)
{
	if (bytes[0] || (len > 1 && bytes[1]))
		return FW_READ_OTHER;
	if (len < HEADER_LEN + 2)
		return FW_READ_SHORT;
	out_message->header_len = HEADER_LEN;
	out_message->body_len = fw_be32(bytes);
	return out_message->body_len > 1 && begins(bytes + HEADER_LEN) ? FW_READ_OK : FW_READ_OTHER;
}

static bool take(void *state, struct feed *feed, const struct message *message)
{
	struct tplink *tplink = state;
	bool said = feed->direction == FROM_SERVER && !tplink->spoken, given;
	uint8_t text[FRAMED_BODY_MAX];

	if (feed->direction == FROM_CLIENT)
		return false;
	if (said)
		session_say_number(feed, FACT_OWN_PROTOCOL, OWN_TPLINK);
	tplink->spoken = true;
	uncover(message->body.bytes, message->body.len, text);
	read_json(text, message->body.len, feed->sink, &given);
	return said || given;
}

size_t tplink_take(struct tplink *tplink, struct feed *feed)
{
	static const struct framing framing = {measure, take};

	return framed_take(&framing, &tplink->framed, tplink, feed);
}

enum guess tplink_guess(uint16_t server_port, const struct feed *feed)
{
	struct message message;
	enum fw_read result = server_port == PORT ? measure(feed->bytes, feed->len, &message) : FW_READ_OTHER;

	return result == FW_READ_OK ? GUESS_PROTOCOL : result == FW_READ_SHORT ? GUESS_MORE : GUESS_NOTHING;
}

/* The ports are anybody's: the maker is named only behind something that its devices say. */
static enum fw_read read_datagram(const uint8_t *text, size_t len, const struct fact_sink *sink)
{
	bool given;
	enum fw_read result = read_json(text, len, sink, &given);

	if (given)
		give(sink, &(struct fact){.kind = FACT_OWN_PROTOCOL, .number = OWN_TPLINK});
	return result;
}

enum fw_read dissect_tplink(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	uint8_t text[FRAMED_BODY_MAX];
	size_t here = len < sizeof(text) ? len : sizeof(text);

	if (len < 2)
		return FW_READ_SHORT;
	if (!begins(bytes))
		return FW_READ_OTHER;
	uncover(bytes, here, text);
	return read_datagram(text, here, sink);
}

enum fw_read dissect_tapo(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	if (!len || bytes[0] != TAPO_VERSION)
		return FW_READ_OTHER;
	if (len <= TAPO_HEADER_LEN)
		return FW_READ_SHORT;
	if (bytes[TAPO_HEADER_LEN] != '{')
		return FW_READ_OTHER;
	return read_datagram(bytes + TAPO_HEADER_LEN, len - TAPO_HEADER_LEN, sink);
}
