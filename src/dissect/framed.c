/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/framed.h"

_Static_assert(FRAMED_BODY_MAX + FRAMED_HEADER_MAX < SESSION_WAIT_MAX, "more than stream/ keeps must not be waited for");

static size_t pass_over(struct framed_side *side, size_t len)
{
	size_t taken = side->skip < len ? side->skip : len;

	side->skip -= (uint32_t)taken;
	return taken;
}

/* The message at bytes, whole or with so much of its body as is read. */
static enum fw_read read_message(const struct framing *framing, const uint8_t *bytes, size_t len, struct message *out_message)
{
	struct message message = {.header = bytes};
	enum fw_read result = framing->measure(bytes, len, &message);
	size_t said;

	if (result != FW_READ_OK)
		return result;
	if (message.body_len > FRAMED_LENGTH_MAX)
		return FW_READ_BAD;
	said = message.body_len < FRAMED_BODY_MAX ? message.body_len : FRAMED_BODY_MAX;
	if (len < message.header_len + said)
		return FW_READ_SHORT;
	message.body = (struct slice){bytes + message.header_len, said};
	*out_message = message;
	return FW_READ_OK;
}

/* One message at feed->bytes + at. */
static enum fw_read take_one(const struct framing *framing, struct framed *framed, void *state, struct feed *feed, size_t *at)
{
	struct message message;
	enum fw_read result = read_message(framing, feed->bytes + *at, feed->len - *at, &message);

	if (result != FW_READ_OK)
		return result;
	framed->quiet_len += (uint32_t)(message.header_len + message.body_len);
	if (framing->take(state, feed, &message))
		framed->quiet_len = 0;
	feed->done = feed->done || framed->quiet_len >= SESSION_SILENT_MAX;
	framed->sides[feed->direction].skip = (uint32_t)(message.body_len - message.body.len);
	*at += message.header_len + message.body.len;
	return FW_READ_OK;
}

/* Bytes were missing: true once a segment begins like a message. Until then all is passed over. */
static bool find_again(const struct framing *framing, struct framed_side *side, const struct feed *feed)
{
	struct message message = {0};

	if (feed->gap) {
		side->lost = true;
		side->skip = 0;
	}
	if (side->lost && framing->measure(feed->bytes, feed->len, &message) == FW_READ_OK && message.body_len <= FRAMED_LENGTH_MAX)
		side->lost = false;
	return !side->lost;
}

size_t framed_take(const struct framing *framing, struct framed *framed, void *state, struct feed *feed)
{
	struct framed_side *side = &framed->sides[feed->direction];
	enum fw_read result = FW_READ_OK;
	size_t at = 0;

	if (!find_again(framing, side, feed)) {
		framed->quiet_len += (uint32_t)feed->len;
		feed->done = framed->quiet_len >= SESSION_SILENT_MAX;
		return feed->len;
	}
	while (result == FW_READ_OK && !feed->done) {
		at += pass_over(side, feed->len - at);
		if (at == feed->len)
			return at;
		result = take_one(framing, framed, state, feed, &at);
	}
	if (result != FW_READ_OK && result != FW_READ_SHORT)
		feed->done = true;
	return feed->done ? feed->len : at;
}
