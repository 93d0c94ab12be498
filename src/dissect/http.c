/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP/1 (RFC 9112): requests, responses, Basic credentials.
 *
 * Each direction is a loop of start line, header, body; bodies are passed over by the rules of section 6.3, so that all
 * messages of a persistent connection are read. What a response means for a login depends on the request it answers:
 * requests are remembered in order, two facts a byte (method HEAD or CONNECT, Basic or not).
 *
 * Lost (at first, after a gap, nonsense, a header without end): nothing is read until a segment begins like a message,
 * which is where senders begin one nearly always. After SESSION_SILENT_MAX bytes without, hope is given up.
 */
#include "dissect/session.h"

#include <string.h>
#include <strings.h>

#include "dissect/basic.h"

enum {
	HEADER_LEN_MAX = 65536, /* of one message */
	METHOD_LEN_MAX = 20,
	CHUNK_DIGITS_MAX = 15,
};

/* What is remembered of a request until its response. PENDING_REQUEST makes it differ from "nothing pending". */
enum { PENDING_REQUEST = 1, PENDING_BASIC = 2, PENDING_HEAD = 4, PENDING_CONNECT = 8 };

enum http_method { METHOD_ANY, METHOD_HEAD, METHOD_CONNECT };

static const char VERSION[] = "HTTP/1.";
enum { VERSION_LEN = sizeof(VERSION) - 1 };

static const char *const METHODS[] = {"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "NOTIFY ",
	"SUBSCRIBE ", "UNSUBSCRIBE ", "M-SEARCH ", "M-POST ", "PROPFIND ", "PROPPATCH ", "REPORT ", "MKCOL ", "LOCK ", "UNLOCK ", "COPY ",
	"MOVE ", "SEARCH "};

bool http_begins(const uint8_t *bytes, size_t len, int direction, bool *out_more)
{
	const char *const version[] = {VERSION};
	const char *const *words = direction == FROM_CLIENT ? METHODS : version;
	size_t count = direction == FROM_CLIENT ? sizeof(METHODS) / sizeof(METHODS[0]) : 1;

	*out_more = false;
	for (size_t i = 0; i < count; i++) {
		size_t word_len = strlen(words[i]);
		if (memcmp(bytes, words[i], len < word_len ? len : word_len) != 0)
			continue;
		*out_more = len < word_len;
		return !*out_more;
	}
	return false;
}

static void lose(struct http_side *side)
{
	*side = (struct http_side){.state = HTTP_LOST, .lost_len = side->lost_len};
}

static void begin_body(struct http_side *side)
{
	side->lost_len = 0;
	side->header_len = 0;
	side->state = HTTP_START;
	if (side->no_body)
		return;
	if (side->chunked)
		side->state = HTTP_CHUNK_SIZE;
	else if (side->has_length && side->left)
		side->state = HTTP_BODY;
}

static bool is_method(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((bytes[i] >= 'A' && bytes[i] <= 'Z') || bytes[i] == '-' || bytes[i] == '_'))
			return false;
	return len > 0 && len <= METHOD_LEN_MAX;
}

static bool slice_is(struct slice slice, const char *word)
{
	return slice.len == strlen(word) && strncasecmp((const char *)slice.bytes, word, slice.len) == 0;
}

static struct slice trim(struct slice s)
{
	while (s.len && (s.bytes[0] == ' ' || s.bytes[0] == '\t'))
		s.bytes++, s.len--;
	while (s.len && (s.bytes[s.len - 1] == ' ' || s.bytes[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* method SP target SP HTTP/1.x; a cut line has no version to show. */
static bool start_request(struct http_side *side, struct feed *feed, const struct line *line)
{
	struct slice text = line->text;
	const uint8_t *space = memchr(text.bytes, ' ', text.len), *last = memrchr(text.bytes, ' ', text.len);
	struct fact fact = {.kind = FACT_HTTP_REQUEST};

	if (!space || !is_method(text.bytes, (size_t)(space - text.bytes)))
		return false;
	fact.name = (struct slice){text.bytes, (size_t)(space - text.bytes)};
	fact.text = (struct slice){space + 1, text.len - fact.name.len - 1};
	if (!line->cut) {
		if (last == space || (size_t)(text.bytes + text.len - last - 1) < VERSION_LEN ||
			memcmp(last + 1, VERSION, VERSION_LEN) != 0)
			return false;
		fact.text.len = (size_t)(last - space - 1);
	}
	side->method = slice_is(fact.name, "HEAD") ? METHOD_HEAD : slice_is(fact.name, "CONNECT") ? METHOD_CONNECT : METHOD_ANY;
	feed->sink->take(feed->sink->context, &fact);
	return true;
}

/* What the status says of a login that came with the request. */
static void judge_login(struct feed *feed, uint8_t request, uint32_t status)
{
	if (!(request & PENDING_BASIC))
		return;
	if (status == 401 || status == 403)
		session_say_result(feed, LOGIN_HTTP, LOGIN_REFUSED);
	else if (status >= 200 && status < 400)
		session_say_result(feed, LOGIN_HTTP, LOGIN_ACCEPTED);
}

/* HTTP/1.x SP status. */
static bool start_response(struct http *http, struct http_side *side, struct feed *feed, const struct line *line)
{
	const uint8_t *b = line->text.bytes;
	uint8_t request = pending_first(&http->requests);
	uint32_t status = 0;

	if (line->text.len < VERSION_LEN + 5 || memcmp(b, VERSION, VERSION_LEN) != 0 || b[VERSION_LEN + 1] != ' ')
		return false;
	for (size_t i = VERSION_LEN + 2; i < VERSION_LEN + 5; i++) {
		if (b[i] < '0' || b[i] > '9')
			return false;
		status = status * 10 + (b[i] - '0');
	}
	session_say_number(feed, FACT_HTTP_RESPONSE, status);
	side->no_body = status < 200 || status == 204 || status == 304 || request & PENDING_HEAD;
	side->switching = status == 101 || (request & PENDING_CONNECT && status >= 200 && status < 300);
	if (status >= 200) {
		pending_remove(&http->requests);
		judge_login(feed, request, status);
	}
	return true;
}

static void take_length(struct http_side *side, struct slice value)
{
	uint64_t length = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.bytes[i] < '0' || value.bytes[i] > '9' || length > UINT64_MAX / 16)
			return;
		length = length * 10 + (value.bytes[i] - '0');
	}
	side->has_length = value.len > 0;
	side->left = length;
}

/* Authorization: only Basic is a login in clear; Digest and the like are not. */
static void take_authorization(struct http_side *side, struct feed *feed, struct slice value)
{
	enum { SCHEME_LEN = 6 };
	struct slice scheme = {value.bytes, SCHEME_LEN};

	if (value.len <= SCHEME_LEN || !slice_is(scheme, "Basic "))
		return;
	value = trim((struct slice){value.bytes + SCHEME_LEN, value.len - SCHEME_LEN});
	if (basic_read(feed->sink, LOGIN_HTTP, value) == FW_READ_OK)
		side->basic = true;
}

static void take_field(struct http_side *side, struct feed *feed, const struct line *line)
{
	struct slice text = line->text, name, value;
	const uint8_t *colon = memchr(text.bytes, ':', text.len);
	bool from_client = feed->direction == FROM_CLIENT;

	if (!colon)
		return;
	name = trim((struct slice){text.bytes, (size_t)(colon - text.bytes)});
	value = trim((struct slice){colon + 1, text.len - (size_t)(colon - text.bytes) - 1});
	if (slice_is(name, "Content-Length"))
		take_length(side, value);
	else if (slice_is(name, "Transfer-Encoding"))
		side->chunked = value.len >= 7 && slice_is((struct slice){value.bytes + value.len - 7, 7}, "chunked");
	else if (from_client && slice_is(name, "Host"))
		session_say_text(feed, FACT_HTTP_HOST, value);
	else if (from_client && slice_is(name, "User-Agent"))
		session_say_text(feed, FACT_HTTP_AGENT, value);
	else if (from_client && slice_is(name, "Authorization") && !line->cut)
		take_authorization(side, feed, value);
	else if (!from_client && slice_is(name, "Server"))
		session_say_text(feed, FACT_HTTP_SERVER, value);
	else if (!from_client && slice_is(name, "WWW-Authenticate"))
		session_say_text(feed, FACT_HTTP_REALM, value);
}

static void end_header(struct http *http, struct http_side *side, struct feed *feed)
{
	if (feed->direction == FROM_CLIENT) {
		pending_add(&http->requests,
			(uint8_t)(PENDING_REQUEST | (side->basic ? PENDING_BASIC : 0) | (side->method == METHOD_HEAD ? PENDING_HEAD : 0) |
				(side->method == METHOD_CONNECT ? PENDING_CONNECT : 0)));
		begin_body(side);
		return;
	}
	if (side->switching) {
		feed->done = true;
		return;
	}
	begin_body(side);
	if (side->state == HTTP_START && !side->no_body && !side->has_length && !side->chunked)
		lose(side); /* a body until the end of the connection: passed over like what is lost */
}

static void take_start(struct http *http, struct http_side *side, struct feed *feed, const struct line *line)
{
	bool ok;

	if (!line->text.len && !line->cut)
		return; /* empty lines between messages are passed over (section 2.2) */
	*side = (struct http_side){.state = HTTP_HEADER, .header_len = (uint32_t)line->taken, .lost_len = side->lost_len};
	ok = feed->direction == FROM_CLIENT ? start_request(side, feed, line) : start_response(http, side, feed, line);
	if (!ok)
		lose(side);
}

/* hex digits, perhaps an extension after ';' (section 7.1) */
static void take_chunk_size(struct http_side *side, const struct line *line)
{
	struct slice text = trim(line->text);
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < text.len && i < CHUNK_DIGITS_MAX; i++) {
		uint8_t c = text.bytes[i];
		if (c >= '0' && c <= '9')
			size = size * 16 + (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			size = size * 16 + ((c | 0x20) - 'a' + 10);
		else
			break;
	}
	if (i == 0 || (i < text.len && text.bytes[i] != ';' && text.bytes[i] != ' ')) {
		lose(side);
		return;
	}
	side->left = size;
	side->state = size ? HTTP_CHUNK_DATA : HTTP_TRAILER;
}

static void take_line(struct http *http, struct http_side *side, struct feed *feed, const struct line *line)
{
	bool empty = !line->text.len && !line->cut;

	side->skipping = line->cut;
	side->header_len += (uint32_t)line->taken;
	switch ((enum http_state)side->state) {
	case HTTP_START:
		take_start(http, side, feed, line);
		if (side->state != HTTP_LOST)
			side->skipping = line->cut;
		break;
	case HTTP_HEADER:
		if (empty)
			end_header(http, side, feed);
		else
			take_field(side, feed, line);
		break;
	case HTTP_CHUNK_SIZE:
		take_chunk_size(side, line);
		break;
	case HTTP_CHUNK_END:
		side->state = HTTP_CHUNK_SIZE;
		if (!empty)
			lose(side);
		break;
	case HTTP_TRAILER:
		if (empty)
			*side = (struct http_side){.state = HTTP_START};
		break;
	case HTTP_BODY:
	case HTTP_CHUNK_DATA:
	case HTTP_LOST:
		break;
	}
	if (side->header_len > HEADER_LEN_MAX)
		lose(side);
}

/* Passes over what a count covers. */
static size_t pass_over(struct http_side *side, size_t len)
{
	size_t taken = side->left < len ? (size_t)side->left : len;

	side->left -= taken;
	side->header_len = 0;
	if (!side->left)
		side->state = side->state == HTTP_BODY ? HTTP_START : HTTP_CHUNK_END;
	return taken;
}

/* A chunk while lost: does it begin a message? Returns true if reading can go on; *out_more: wait for more of it. */
static bool find_again(struct http_side *side, struct feed *feed, bool *out_more)
{
	if (http_begins(feed->bytes, feed->len, feed->direction, out_more)) {
		*side = (struct http_side){.state = HTTP_START, .lost_len = side->lost_len};
		return true;
	}
	if (!*out_more) {
		side->lost_len += feed->len < SESSION_SILENT_MAX ? (uint32_t)feed->len : SESSION_SILENT_MAX;
		feed->done = side->lost_len >= SESSION_SILENT_MAX;
	}
	return false;
}

size_t http_take(struct http *http, struct feed *feed)
{
	struct http_side *side = &http->sides[feed->direction];
	size_t at = 0;
	bool more = false;

	if (feed->gap) {
		lose(side);
		http->requests.count = 0; /* an answer may be among what is missing */
	}
	if (side->state == HTTP_LOST && !find_again(side, feed, &more))
		return more ? 0 : feed->len;
	while (at < feed->len && !feed->done) {
		const uint8_t *here = feed->bytes + at;
		size_t left = feed->len - at;
		struct line line;

		if (side->state == HTTP_LOST)
			return feed->len;
		if (side->skipping) {
			at += session_skip_line(here, left, &side->skipping);
		} else if (side->state == HTTP_BODY || side->state == HTTP_CHUNK_DATA) {
			at += pass_over(side, left);
		} else if (session_line(here, left, &line)) {
			take_line(http, side, feed, &line);
			at += line.taken;
		} else {
			break;
		}
	}
	return at;
}
