/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP/1 (RFC 9112): requests, responses, Basic credentials.
 *
 * Each direction is a loop of start line, header, body; bodies are passed over by the rules of section 6.3, so that all
 * messages of a persistent connection are read. What a response means for a login depends on the request it answers:
 * requests are remembered in order, each in a byte (method HEAD or CONNECT, Basic or not, a port mapping or not).
 * Bodies that may be documents go to http_body.c.
 *
 * Lost (at first, after a gap, nonsense, a header without end): nothing is read until a segment begins like a message,
 * which is where senders begin one nearly always. After SESSION_SILENT_MAX bytes without, hope is given up.
 */
#include "dissect/session.h"

#include <string.h>

#include "dissect/basic.h"
#include "dissect/field.h"

enum {
	HEADER_LEN_MAX = 65536, /* of one message */
	METHOD_LEN_MAX = 20,
	CHUNK_DIGITS_MAX = 15,
};

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

/* All that is known of a message is forgotten, but for a port mapping whose error was not said yet. */
static void reset(struct http_side *side, enum http_state state)
{
	*side = (struct http_side){.state = (uint8_t)state, .lost_len = side->lost_len, .mapping_open = side->mapping_open};
}

static void lose(struct http_side *side)
{
	reset(side, HTTP_LOST);
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
	side->method = field_is(fact.name, "HEAD") ? METHOD_HEAD : field_is(fact.name, "CONNECT") ? METHOD_CONNECT : METHOD_ANY;
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
	side->status = (uint16_t)status;
	side->no_body = status < 200 || status == 204 || status == 304 || request & PENDING_HEAD;
	side->switching = status == 101 || (request & PENDING_CONNECT && status >= 200 && status < 300);
	if (status >= 200) {
		pending_remove(&http->requests);
		judge_login(feed, request, status);
		http_judge_mapping(side, feed, request, status);
	}
	return true;
}

/* Authorization: only Basic is a login in clear; Digest and the like are not. */
static void take_authorization(struct http_side *side, struct feed *feed, struct slice value)
{
	struct slice credentials = field_basic(value);

	if (credentials.len && basic_read(feed->sink, LOGIN_HTTP, credentials) == FW_READ_OK)
		side->basic = true;
}

static void take_field(struct http_side *side, struct feed *feed, const struct line *line)
{
	struct slice name, value;
	bool from_client = feed->direction == FROM_CLIENT;

	if (!field_read(line->text, &name, &value))
		return;
	if (field_is(name, "Content-Length"))
		side->has_length = field_length(value, &side->left);
	else if (field_is(name, "Content-Type"))
		side->content = (uint8_t)http_content_of(value);
	else if (field_is(name, "Content-Encoding"))
		side->encoded = !field_is(value, "identity");
	else if (field_is(name, "Transfer-Encoding"))
		side->chunked = value.len >= 7 && field_is((struct slice){value.bytes + value.len - 7, 7}, "chunked");
	else if (from_client && field_is(name, "Host"))
		session_say_text(feed, FACT_HTTP_HOST, value);
	else if (from_client && field_is(name, "User-Agent"))
		session_say_text(feed, FACT_HTTP_AGENT, value);
	else if (from_client && field_is(name, "Authorization") && !line->cut)
		take_authorization(side, feed, value);
	else if (!from_client && field_is(name, "Server"))
		session_say_text(feed, FACT_HTTP_SERVER, value);
	else if (!from_client && field_is(name, "WWW-Authenticate"))
		session_say_text(feed, FACT_HTTP_REALM, value);
}

static void end_header(struct http *http, struct http_side *side, struct feed *feed)
{
	if (feed->direction == FROM_CLIENT) {
		pending_add(&http->requests,
			(uint8_t)(PENDING_REQUEST | (side->basic ? PENDING_BASIC : 0) | (side->method == METHOD_HEAD ? PENDING_HEAD : 0) |
				(side->method == METHOD_CONNECT ? PENDING_CONNECT : 0)));
		begin_body(side);
	} else if (side->switching) {
		feed->done = true;
		return;
	} else {
		begin_body(side);
		if (side->state == HTTP_START && !side->no_body && !side->has_length && !side->chunked)
			side->state = HTTP_REST;
	}
	if (side->state != HTTP_START)
		http_body_begin(http, feed);
	if (side->state == HTTP_REST && !http_body_wanted(http, feed->direction))
		lose(side); /* passed over like what is lost */
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
	struct slice text = field_trim(line->text);
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
			reset(side, HTTP_START);
		break;
	case HTTP_BODY:
	case HTTP_CHUNK_DATA:
	case HTTP_REST:
	case HTTP_LOST:
		break;
	}
	if (side->header_len > HEADER_LEN_MAX)
		lose(side);
}

/* What a count covers. */
static size_t take_body(struct http *http, struct feed *feed, struct slice bytes)
{
	struct http_side *side = &http->sides[feed->direction];
	size_t taken = side->left < bytes.len ? (size_t)side->left : bytes.len;

	http_body_take(http, feed, (struct slice){bytes.bytes, taken});
	side->left -= taken;
	side->header_len = 0;
	if (!side->left)
		side->state = side->state == HTTP_BODY ? HTTP_START : HTTP_CHUNK_END;
	return taken;
}

/* What goes on until the connection ends, as far as anybody wants it. */
static void take_rest(struct http *http, struct feed *feed, struct slice bytes)
{
	http_body_take(http, feed, bytes);
	if (!http_body_wanted(http, feed->direction))
		lose(&http->sides[feed->direction]);
}

/* A chunk while lost: does it begin a message? Returns true if reading can go on; *out_more: wait for more of it. */
static bool find_again(struct http_side *side, struct feed *feed, bool *out_more)
{
	if (http_begins(feed->bytes, feed->len, feed->direction, out_more)) {
		reset(side, HTTP_START);
		return true;
	}
	if (!*out_more) {
		side->lost_len += feed->len < SESSION_SILENT_MAX ? (uint32_t)feed->len : SESSION_SILENT_MAX;
		feed->done = side->lost_len >= SESSION_SILENT_MAX;
	}
	return false;
}

/* One step of reading; bytes taken, 0: wait for more. */
static size_t take_some(struct http *http, struct feed *feed, struct slice here)
{
	struct http_side *side = &http->sides[feed->direction];
	struct line line;

	if (side->skipping)
		return session_skip_line(here.bytes, here.len, &side->skipping);
	if (side->state == HTTP_BODY || side->state == HTTP_CHUNK_DATA)
		return take_body(http, feed, here);
	if (side->state == HTTP_REST) {
		take_rest(http, feed, here);
		return here.len;
	}
	if (!session_line(here.bytes, here.len, &line))
		return 0;
	take_line(http, side, feed, &line);
	return line.taken;
}

size_t http_take(struct http *http, struct feed *feed)
{
	struct http_side *side = &http->sides[feed->direction];
	size_t at = 0, taken = 1;
	bool more = false;

	if (feed->gap) {
		lose(side);
		http->requests.count = 0; /* an answer may be among what is missing */
	}
	http_body_settle(http, feed);
	if ((side->state == HTTP_LOST || side->state == HTTP_REST) && !find_again(side, feed, &more)) {
		if (!more && side->state == HTTP_REST)
			take_rest(http, feed, (struct slice){feed->bytes, feed->len});
		http_body_settle(http, feed);
		return more ? 0 : feed->len;
	}
	while (at < feed->len && !feed->done && taken && side->state != HTTP_LOST) {
		http_body_settle(http, feed);
		taken = take_some(http, feed, (struct slice){feed->bytes + at, feed->len - at});
		at += taken;
	}
	http_body_settle(http, feed);
	return side->state == HTTP_LOST ? feed->len : at;
}
