/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RTSP 1.0 and 2.0 (RFC 2326, RFC 7826): how cameras are asked for their pictures.
 *
 *      DESCRIBE rtsp://10.0.0.5/ch1 RTSP/1.0       RTSP/1.0 401 Unauthorized       '$' channel length(2) media ...
 *      Authorization: Basic ...                    WWW-Authenticate: ...
 *
 * Messages are HTTP's in form, but each side may send requests; a body is there only with Content-Length (RFC 2326 section
 * 4.4), and between messages media may be interleaved (section 10.12), which is passed over by its length. Facts come from the
 * client's requests and the server's responses. Requests wait in order for their answer, as for HTTP; an answer to OPTIONS
 * says nothing of the login, for servers give it to anybody.
 *
 * A URL may hold user and password, before its host or, as cameras have it, in its path and query. These never leave here.
 */
#include "dissect/session.h"

#include <string.h>
#include <strings.h>

#include "dissect/basic.h"
#include "dissect/field.h"

enum {
	HEADER_LEN_MAX = 65536, /* of one message */
	URL_LEN_MAX = 512, /* of a URL only this much is said */
	MEDIA_HEADER_LEN = 4,
	MEDIA_LEN_MAX = 1 << 20, /* so much media, and the session is done: a stream says nothing more */
	ENTRY_REQUEST = 1,
	ENTRY_BASIC = 2,
	ENTRY_OPTIONS = 4,
};

static const char VERSION[] = "RTSP/";
enum { VERSION_LEN = sizeof(VERSION) - 1 };

static const char *const METHODS[] = {"OPTIONS ", "DESCRIBE ", "SETUP ", "PLAY ", "PAUSE ", "TEARDOWN ", "ANNOUNCE ", "RECORD ",
	"GET_PARAMETER ", "SET_PARAMETER ", "REDIRECT ", "PLAY_NOTIFY "};

/* " RTSP/" stands before the version at the end of a request line. */
static bool ends_in_version(struct slice line)
{
	const uint8_t *last = line.len ? memrchr(line.bytes, ' ', line.len) : NULL;

	return last && (size_t)(line.bytes + line.len - last - 1) > VERSION_LEN && memcmp(last + 1, VERSION, VERSION_LEN) == 0;
}

bool rtsp_begins(const uint8_t *bytes, size_t len, bool *out_more)
{
	struct line line;

	*out_more = false;
	if (memcmp(bytes, VERSION, len < VERSION_LEN ? len : VERSION_LEN) == 0) {
		*out_more = len < VERSION_LEN;
		return !*out_more;
	}
	for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++) {
		size_t word_len = strlen(METHODS[i]);
		if (memcmp(bytes, METHODS[i], len < word_len ? len : word_len) != 0)
			continue;
		*out_more = !session_line(bytes, len, &line);
		return !*out_more && (line.cut || ends_in_version(line.text));
	}
	return false;
}

static void reset(struct rtsp_side *side, enum rtsp_state state)
{
	*side = (struct rtsp_side){.state = (uint8_t)state, .lost_len = state == RTSP_LOST ? side->lost_len : 0};
}

/* Where what may be a password begins: a query, or the word itself. */
static size_t url_end(struct slice url)
{
	static const char *const words[] = {"?", "pass", "pwd"};

	for (size_t i = 0; i < url.len; i++)
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (field_starts((struct slice){url.bytes + i, url.len - i}, words[w]))
				return i;
	return url.len;
}

static void say_request(struct feed *feed, struct slice method, struct slice url)
{
	struct fact fact = {.kind = FACT_RTSP_REQUEST, .name = method};
	const uint8_t *scheme = memmem(url.bytes, url.len, "://", 3);
	const uint8_t *host = scheme ? scheme + 3 : url.bytes;
	size_t head_len = (size_t)(host - url.bytes), rest_len = url.len - head_len;
	const uint8_t *slash = rest_len ? memchr(host, '/', rest_len) : NULL;
	const uint8_t *at = rest_len ? memrchr(host, '@', slash ? (size_t)(slash - host) : rest_len) : NULL;
	struct slice rest = at ? (struct slice){at + 1, rest_len - (size_t)(at + 1 - host)} : (struct slice){host, rest_len};
	uint8_t said[URL_LEN_MAX];

	rest.len = url_end(rest);
	if (at && head_len + rest.len <= sizeof(said)) {
		memcpy(said, url.bytes, head_len);
		memcpy(said + head_len, rest.bytes, rest.len);
		fact.text = (struct slice){said, head_len + rest.len};
	} else if (!at) {
		fact.text = (struct slice){url.bytes, head_len + rest.len};
	}
	if (fact.text.len > URL_LEN_MAX)
		fact.text.len = URL_LEN_MAX;
	feed->sink->take(feed->sink->context, &fact);
}

/* method SP URL SP RTSP/x.y; a cut line has no version to show. */
static bool start_request(struct rtsp_side *side, struct feed *feed, const struct line *line)
{
	struct slice text = line->text;
	const uint8_t *space = memchr(text.bytes, ' ', text.len), *last = memrchr(text.bytes, ' ', text.len);
	struct slice method, url;

	if (!space || (!line->cut && (last == space || !ends_in_version(text))))
		return false;
	method = (struct slice){text.bytes, (size_t)(space - text.bytes)};
	url = (struct slice){space + 1, line->cut ? text.len - method.len - 1 : (size_t)(last - space - 1)};
	for (size_t i = 0; i < method.len; i++)
		if (!((method.bytes[i] >= 'A' && method.bytes[i] <= 'Z') || method.bytes[i] == '_'))
			return false;
	side->request = true;
	side->options = field_is(method, "OPTIONS");
	if (method.len && feed->direction == FROM_CLIENT)
		say_request(feed, method, url);
	return method.len > 0;
}

static void judge_login(struct feed *feed, uint8_t request, uint32_t status)
{
	if (!(request & ENTRY_BASIC))
		return;
	if (status == 401 || status == 403)
		session_say_result(feed, LOGIN_RTSP, LOGIN_REFUSED);
	else if (status >= 200 && status < 400 && !(request & ENTRY_OPTIONS))
		session_say_result(feed, LOGIN_RTSP, LOGIN_ACCEPTED);
}

/* RTSP/x.y SP status */
static bool start_response(struct rtsp *rtsp, struct feed *feed, const struct line *line)
{
	const uint8_t *space = memchr(line->text.bytes, ' ', line->text.len);
	size_t left = space ? line->text.len - (size_t)(space - line->text.bytes) - 1 : 0;
	uint8_t request = pending_first(&rtsp->requests);
	uint32_t status = 0;

	if (left < 3)
		return false;
	for (size_t i = 1; i <= 3; i++) {
		if (space[i] < '0' || space[i] > '9')
			return false;
		status = status * 10 + (space[i] - '0');
	}
	if (feed->direction != FROM_SERVER)
		return true;
	session_say_number(feed, FACT_RTSP_RESPONSE, status);
	if (status >= 200) {
		pending_remove(&rtsp->requests);
		judge_login(feed, request, status);
	}
	return true;
}

static void take_start(struct rtsp *rtsp, struct rtsp_side *side, struct feed *feed, const struct line *line)
{
	bool ok;

	if (!line->text.len && !line->cut)
		return;
	reset(side, RTSP_HEADER);
	side->header_len = (uint32_t)line->taken;
	side->skipping = line->cut;
	if (line->text.len > VERSION_LEN && memcmp(line->text.bytes, VERSION, VERSION_LEN) == 0)
		ok = start_response(rtsp, feed, line);
	else
		ok = start_request(side, feed, line);
	if (!ok)
		reset(side, RTSP_LOST);
}

static void take_client_field(struct rtsp_side *side, struct feed *feed, struct slice name, struct slice value)
{
	struct slice credentials;

	if (field_is(name, "User-Agent"))
		session_say_text(feed, FACT_RTSP_AGENT, value);
	if (!field_is(name, "Authorization"))
		return;
	credentials = field_basic(value);
	if (credentials.len && basic_read(feed->sink, LOGIN_RTSP, credentials) == FW_READ_OK)
		side->basic = true;
}

static void take_field(struct rtsp_side *side, struct feed *feed, const struct line *line)
{
	struct slice name, value;

	if (!field_read(line->text, &name, &value))
		return;
	if (field_is(name, "Content-Length")) {
		if (!field_length(value, &side->left))
			side->left = 0;
	} else if (feed->direction == FROM_CLIENT && side->request && !line->cut) {
		take_client_field(side, feed, name, value);
	} else if (feed->direction == FROM_SERVER && !side->request) {
		if (field_is(name, "Server"))
			session_say_text(feed, FACT_RTSP_SERVER, value);
		else if (field_is(name, "WWW-Authenticate"))
			session_say_text(feed, FACT_RTSP_REALM, value);
	}
}

static void end_header(struct rtsp *rtsp, struct rtsp_side *side, struct feed *feed)
{
	if (side->request && feed->direction == FROM_CLIENT)
		pending_add(
			&rtsp->requests, (uint8_t)(ENTRY_REQUEST | (side->basic ? ENTRY_BASIC : 0) | (side->options ? ENTRY_OPTIONS : 0)));
	side->state = side->left ? RTSP_BODY : RTSP_START;
}

static void take_line(struct rtsp *rtsp, struct rtsp_side *side, struct feed *feed, const struct line *line)
{
	side->skipping = line->cut;
	side->header_len += (uint32_t)line->taken;
	if (side->state == RTSP_START)
		take_start(rtsp, side, feed, line);
	else if (line->text.len || line->cut)
		take_field(side, feed, line);
	else
		end_header(rtsp, side, feed);
	if (side->header_len > HEADER_LEN_MAX)
		reset(side, RTSP_LOST);
}

/* Interleaved media: its header is read, the rest passed over like a body. */
static size_t take_media(struct rtsp *rtsp, struct rtsp_side *side, struct feed *feed, struct slice here)
{
	if (here.len < MEDIA_HEADER_LEN)
		return 0;
	side->left = fw_be16(here.bytes + 2);
	side->state = side->left ? RTSP_BODY : RTSP_START;
	side->header_len = 0;
	rtsp->media_len += (uint32_t)side->left + MEDIA_HEADER_LEN;
	feed->done = rtsp->media_len >= MEDIA_LEN_MAX;
	return MEDIA_HEADER_LEN;
}

static size_t pass_over(struct rtsp_side *side, size_t len)
{
	size_t taken = side->left < len ? (size_t)side->left : len;

	side->left -= taken;
	side->header_len = 0;
	if (!side->left)
		side->state = RTSP_START;
	return taken;
}

/* One step of reading; bytes taken, 0: wait for more. */
static size_t take_some(struct rtsp *rtsp, struct feed *feed, struct slice here)
{
	struct rtsp_side *side = &rtsp->sides[feed->direction];
	struct line line;

	if (side->skipping)
		return session_skip_line(here.bytes, here.len, &side->skipping);
	if (side->state == RTSP_BODY)
		return pass_over(side, here.len);
	if (side->state == RTSP_START && here.bytes[0] == '$')
		return take_media(rtsp, side, feed, here);
	if (!session_line(here.bytes, here.len, &line))
		return 0;
	take_line(rtsp, side, feed, &line);
	return line.taken;
}

/* As in http.c: lost, until a segment begins like a message. */
static bool find_again(struct rtsp_side *side, struct feed *feed, bool *out_more)
{
	if (rtsp_begins(feed->bytes, feed->len, out_more)) {
		reset(side, RTSP_START);
		return true;
	}
	if (!*out_more) {
		side->lost_len += feed->len < SESSION_SILENT_MAX ? (uint32_t)feed->len : SESSION_SILENT_MAX;
		feed->done = side->lost_len >= SESSION_SILENT_MAX;
	}
	return false;
}

size_t rtsp_take(struct rtsp *rtsp, struct feed *feed)
{
	struct rtsp_side *side = &rtsp->sides[feed->direction];
	size_t at = 0, taken = 1;
	bool more = false;

	if (feed->gap) {
		reset(side, RTSP_LOST);
		rtsp->requests.count = 0; /* an answer may be among what is missing */
	}
	if (side->state == RTSP_LOST && !find_again(side, feed, &more))
		return more ? 0 : feed->len;
	while (at < feed->len && !feed->done && taken && side->state != RTSP_LOST) {
		taken = take_some(rtsp, feed, (struct slice){feed->bytes + at, feed->len - at});
		at += taken;
	}
	return side->state == RTSP_LOST ? feed->len : at;
}
