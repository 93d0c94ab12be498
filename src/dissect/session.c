/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A TCP conversation's dissector: which protocol it is, then that protocol's file.
 *
 * The port is only a hint. Both directions' first bytes are looked at until one of them says what this is (sniff.c);
 * a conversation of which neither says anything is done with at once, so that bulk data costs nothing here.
 */
#include "dissect/session.h"

#include <string.h>

#include "dissect/dissect.h"

enum { UNKNOWN_LEN_MAX = 8192 }; /* one direction is nothing we know and the other stays silent: so many bytes, then done */

size_t dissect_session_size(void)
{
	return sizeof(struct dissect_session);
}

void dissect_session_init(struct dissect_session *session, uint16_t server_port)
{
	explicit_bzero(session, sizeof(*session)); /* of the conversation before, a half-typed password may be left */
	session->server_port = server_port;
}

void dissect_session_midway(struct dissect_session *session)
{
	session->midway = true;
}

bool session_line(const uint8_t *bytes, size_t len, struct line *out_line)
{
	size_t limit = len < SESSION_LINE_MAX ? len : SESSION_LINE_MAX;
	const uint8_t *end = limit ? memchr(bytes, '\n', limit) : NULL;

	if (!end && len < SESSION_LINE_MAX)
		return false;
	*out_line = (struct line){.text = {bytes, end ? (size_t)(end - bytes) : limit}, .cut = !end};
	out_line->taken = out_line->text.len + (end ? 1 : 0);
	if (end && out_line->text.len && end[-1] == '\r')
		out_line->text.len--;
	return true;
}

size_t session_skip_line(const uint8_t *bytes, size_t len, bool *skipping)
{
	const uint8_t *end = memchr(bytes, '\n', len);

	if (!end)
		return len;
	*skipping = false;
	return (size_t)(end - bytes) + 1;
}

void session_say_text(struct feed *feed, enum fact_kind kind, struct slice text)
{
	struct fact fact = {.kind = kind, .text = text};

	feed->sink->take(feed->sink->context, &fact);
}

void session_say_number(struct feed *feed, enum fact_kind kind, uint32_t number)
{
	struct fact fact = {.kind = kind, .number = number};

	feed->sink->take(feed->sink->context, &fact);
}

void session_say_login(struct feed *feed, enum login_service service, struct slice user, struct slice password)
{
	struct fact fact = {.kind = FACT_LOGIN_TRY, .number = service, .name = user, .text = password};

	feed->sink->take(feed->sink->context, &fact);
}

void session_say_result(struct feed *feed, enum login_service service, enum login_result result)
{
	struct fact fact = {.kind = FACT_LOGIN_RESULT, .number = service, .code = result};

	feed->sink->take(feed->sink->context, &fact);
}

void pending_add(struct pending *pending, uint8_t item)
{
	if (pending->count == PENDING_MAX)
		pending->count = 0;
	pending->items[(pending->head + pending->count++) % PENDING_MAX] = item;
}

uint8_t pending_first(const struct pending *pending)
{
	return pending->count ? pending->items[pending->head] : 0;
}

void pending_remove(struct pending *pending)
{
	if (!pending->count)
		return;
	pending->head = (uint8_t)((pending->head + 1) % PENDING_MAX);
	pending->count--;
}

void pending_mark(struct pending *pending, uint8_t bits)
{
	if (pending->count)
		pending->items[(pending->head + pending->count - 1) % PENDING_MAX] |= bits;
}

/* Looks at first bytes. Returns bytes taken; 0 with feed->done unset means either "more" or "now it is known". */
static size_t guess(struct dissect_session *session, struct feed *feed)
{
	enum protocol protocol = PROTOCOL_UNKNOWN;
	enum guess what = GUESS_NOTHING;

	if (!session->hopeless[feed->direction])
		what = session_guess(session->server_port, feed, &protocol);
	if (what == GUESS_MORE)
		return 0;
	if (what == GUESS_PROTOCOL) {
		session->protocol = (uint8_t)protocol;
		if (protocol == PROTOCOL_TELNET)
			telnet_begin(&session->telnet, session->midway, session->hopeless[FROM_CLIENT]);
		return 0;
	}
	session->hopeless[feed->direction] = true;
	session->unknown_len += feed->len < UNKNOWN_LEN_MAX ? (uint32_t)feed->len : UNKNOWN_LEN_MAX;
	feed->done = what == GUESS_DONE || session->hopeless[!feed->direction] || session->unknown_len >= UNKNOWN_LEN_MAX;
	return feed->len;
}

static size_t take(struct dissect_session *session, struct feed *feed)
{
	switch ((enum protocol)session->protocol) {
	case PROTOCOL_HTTP:
		return http_take(&session->http, feed);
	case PROTOCOL_TELNET:
		return telnet_take(&session->telnet, feed);
	case PROTOCOL_FTP:
		return ftp_take(&session->ftp, feed);
	case PROTOCOL_MQTT:
		return mqtt_take(&session->mqtt, feed);
	case PROTOCOL_TLS:
		return tls_take(&session->tls, feed);
	case PROTOCOL_DNS:
		return dns_tcp_take(&session->dns, feed);
	case PROTOCOL_SSH:
		return ssh_take(&session->ssh, feed);
	case PROTOCOL_ADB:
		return adb_take(&session->adb, feed);
	case PROTOCOL_DVRIP:
		return dvrip_take(&session->dvrip, feed);
	case PROTOCOL_DAHUA:
		return dahua_take(&session->dahua, feed);
	case PROTOCOL_TUYA:
		return tuya_take(feed);
	case PROTOCOL_TPLINK:
		return tplink_take(&session->tplink, feed);
	case PROTOCOL_BAICHUAN:
		return baichuan_take(&session->baichuan, feed);
	case PROTOCOL_RTSP:
		return rtsp_take(&session->rtsp, feed);
	case PROTOCOL_UNKNOWN:
		break;
	}
	feed->done = true;
	return feed->len;
}

size_t dissect_session_take(struct dissect_session *session, int direction, const uint8_t *bytes, size_t len, bool gap,
	const struct fact_sink *sink, bool *out_done)
{
	struct feed feed = {.direction = direction & 1, .bytes = bytes, .len = len, .gap = gap, .sink = sink};
	size_t taken = 0;

	if (!len)
		return 0;
	if (session->protocol == PROTOCOL_UNKNOWN)
		taken = guess(session, &feed);
	if (session->protocol != PROTOCOL_UNKNOWN)
		taken = take(session, &feed);
	if (feed.done) {
		*out_done = true;
		return len;
	}
	return taken;
}
