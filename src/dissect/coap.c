/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CoAP (RFC 7252 section 3), the web of small devices.
 *
 *   |ver 1, type, token len|code|message id| token | delta len ... | delta len ... | ff | payload |
 *
 * An option's number is the sum of the deltas so far; 13 and 14 in either half say that one or two bytes of it follow.
 * A request names its resource in Uri-Path options, a piece each. What a device offers it lists under
 * /.well-known/core in the link format (RFC 6690, content format 40):
 *
 *   </sensors>;ct=40;title="a, b",</light>;rt="lamp"
 *
 * Uri-Query may hold passwords and is passed over. Of a list that comes in blocks (RFC 7959) only the first is read,
 * and in it only what is complete: later ones begin within a link.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"

enum { HEAD_LEN = 4, TOKEN_MAX = 8, OPTIONS_MAX = 64, PATH_MAX = 512, LINKS_MAX = 64, TARGET_MAX = 255, PAYLOAD_MARK = 0xff };
enum { CLASSES = 1 << 0 | 1 << 2 | 1 << 4 | 1 << 5 }; /* requests, and three of answers */
enum { OPTION_HOST = 3, OPTION_PATH = 11, OPTION_FORMAT = 12, OPTION_BLOCK = 23, FORMAT_LINKS = 40 };

struct message {
	const uint8_t *bytes;
	size_t len, at;
	uint32_t option; /* number of the latest */
	struct slice host;
	uint8_t path[PATH_MAX];
	size_t path_len;
	bool links, later_block, more;
};

/* The half of an option's head that is delta or length, with the bytes that extend it. */
static enum fw_read read_extended(struct message *message, uint32_t nibble, uint32_t *out_number)
{
	size_t count = nibble < 13 ? 0 : nibble - 12;

	if (nibble == 15)
		return FW_READ_BAD;
	if (message->len - message->at < count)
		return FW_READ_SHORT;
	*out_number = nibble;
	if (count == 1)
		*out_number = 13u + message->bytes[message->at];
	else if (count == 2)
		*out_number = 269u + fw_be16(message->bytes + message->at);
	message->at += count;
	return FW_READ_OK;
}

/* Numbers are in as few bytes as they need, none for zero. */
static uint32_t number_of(struct slice value)
{
	uint32_t number = 0;

	for (size_t i = 0; i < value.len && i < 4; i++)
		number = number << 8 | value.bytes[i];
	return number;
}

static void add_path(struct message *message, struct slice piece)
{
	if (piece.len + 1 > PATH_MAX - message->path_len)
		return;
	message->path[message->path_len++] = '/';
	memcpy(message->path + message->path_len, piece.bytes, piece.len);
	message->path_len += piece.len;
}

static void note_option(struct message *message, struct slice value)
{
	switch (message->option) {
	case OPTION_HOST:
		message->host = value;
		break;
	case OPTION_PATH:
		add_path(message, value);
		break;
	case OPTION_FORMAT:
		message->links = number_of(value) == FORMAT_LINKS;
		break;
	case OPTION_BLOCK:
		/* number, more, size */
		message->later_block = number_of(value) >> 4;
		message->more = number_of(value) & 8;
		break;
	default:
		break;
	}
}

/* Behind the options, or at the payload's mark. */
static enum fw_read read_options(struct message *message)
{
	for (unsigned i = 0; message->at < message->len && message->bytes[message->at] != PAYLOAD_MARK; i++) {
		uint8_t head = message->bytes[message->at++];
		uint32_t delta, len;
		enum fw_read result = read_extended(message, head >> 4, &delta);

		if (result == FW_READ_OK)
			result = read_extended(message, head & 15, &len);
		if (result != FW_READ_OK)
			return result;
		if (i == OPTIONS_MAX)
			return FW_READ_BAD;
		if (message->len - message->at < len)
			return FW_READ_SHORT;
		message->option += delta;
		note_option(message, (struct slice){message->bytes + message->at, len});
		message->at += len;
	}
	return FW_READ_OK;
}

/* Where the link ends: at a comma that stands in no quotes. */
static size_t link_end(struct slice list, size_t at)
{
	bool quoted = false;

	for (; at < list.len; at++) {
		if (list.bytes[at] == '"')
			quoted = !quoted;
		else if (list.bytes[at] == '\\' && quoted && at + 1 < list.len)
			at++;
		else if (list.bytes[at] == ',' && !quoted)
			break;
	}
	return at;
}

static enum fw_read give_links(const struct fact_sink *sink, struct slice list, bool more)
{
	struct fact fact = {.kind = FACT_COAP_RESOURCE};
	size_t at = 0;

	for (unsigned i = 0; at < list.len && i < LINKS_MAX; i++) {
		const uint8_t *close;
		size_t end = link_end(list, at);

		if (end == list.len && more)
			return FW_READ_OK;
		while (at < end && (list.bytes[at] == ' ' || list.bytes[at] == '\n' || list.bytes[at] == '\r'))
			at++;
		close = memchr(list.bytes + at, '>', end - at);
		if (at == end || list.bytes[at] != '<' || !close)
			return FW_READ_BAD;
		fact.name = (struct slice){list.bytes + at + 1, (size_t)(close - list.bytes) - at - 1};
		fact.text = (struct slice){close + 1, (size_t)(list.bytes + end - close) - 1};
		if (fact.text.len && fact.text.bytes[0] == ';')
			fact.text = (struct slice){fact.text.bytes + 1, fact.text.len - 1};
		if (fact.name.len && fact.name.len <= TARGET_MAX)
			give(sink, &fact);
		at = end + 1;
	}
	return FW_READ_OK;
}

static enum fw_read give_message(struct message *message, const struct fact_sink *sink)
{
	enum fw_read result = read_options(message);
	struct slice payload;

	if (message->host.len)
		give_text(sink, FACT_COAP_HOST, message->host);
	if (message->path_len)
		give_text(sink, FACT_COAP_PATH, (struct slice){message->path, message->path_len});
	if (result != FW_READ_OK || message->at == message->len)
		return result;
	payload = (struct slice){message->bytes + message->at + 1, message->len - message->at - 1};
	/* section 3: a mark with nothing behind it is an error; it may also have been cut there */
	if (!payload.len)
		return FW_READ_SHORT;
	return message->links && !message->later_block ? give_links(sink, payload, message->more) : FW_READ_OK;
}

enum fw_read dissect_coap(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct fact fact = {.kind = FACT_COAP_MESSAGE};
	struct message message;
	size_t token_len;

	if (!len)
		return FW_READ_SHORT;
	token_len = bytes[0] & 15;
	if (bytes[0] >> 6 != 1 || token_len > TOKEN_MAX)
		return FW_READ_OTHER;
	if (len < HEAD_LEN + token_len)
		return FW_READ_SHORT;
	fact.number = bytes[1];
	fact.code = bytes[0] >> 4 & 3;
	fact.id = fw_be16(bytes + 2);
	/* classes 1, 3, 6 and 7 are of other transports or nobody's (section 12.1, RFC 8323); an empty message has nothing behind its head */
	if (!(1u << (fact.number >> 5) & CLASSES) || (!fact.number && len != HEAD_LEN))
		return FW_READ_OTHER;
	give(sink, &fact);
	message = (struct message){.bytes = bytes, .len = len, .at = HEAD_LEN + token_len};
	return give_message(&message, sink);
}
