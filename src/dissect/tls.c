/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS as long as it is not encrypted: both hellos, and up to TLS 1.2 the server's certificate (RFC 5246 section 7.4.2).
 *
 *      record     16 | 03 0x | length | fragment of handshake ...          a message may spread over records (RFC 8446 section 5.1)
 *      handshake  type | length (3) | body                                 and a record may hold several messages
 *
 *      client     ClientHello                                              then nothing more is read of it
 *      server     ServerHello, Certificate ...                             TLS 1.3: ServerHello, then a record of another kind
 *
 * A side's first messages are waited for whole: stream/ keeps the segments, and nothing is taken until then. Its records are put
 * side by side on the stack. What is longer than SESSION_WAIT_MAX is read as far as that: hellos have been 1,700 bytes with
 * post-quantum key shares (2024), and of a long chain of certificates only the first matters here. Of the SSL 2 form (8x length,
 * 01, version; RFC 5246 appendix E.2) the version is read.
 */
#include "dissect/tls.h"

#include <string.h>

#include "dissect/session.h"
#include "dissect/x509.h"

enum { RECORD_HEADER_LEN = 5, RECORD_HANDSHAKE = 0x16, RECORD_LEN_MAX = 16384 + 2048 };
enum { MESSAGE_HEADER_LEN = 4, CERTIFICATE_HEADER_LEN = 6 };
enum { MESSAGE_CLIENT_HELLO = 1, MESSAGE_SERVER_HELLO = 2, MESSAGE_CERTIFICATE = 11 };
enum { CLIENT_LEN_MAX = 1 << 16 }; /* a client that goes on so long without a word of the server: only its side was captured */

/* The handshake bytes of a side, its records' headers taken out. */
struct gathered {
	uint8_t bytes[SESSION_WAIT_MAX];
	size_t len;
	bool over; /* no more of it will come: a record of another kind follows, or all room is taken */
};

/* One message; body as far as it is there. */
struct message {
	uint8_t type;
	struct slice body;
	bool whole;
};

static void gather(struct slice from, struct gathered *out)
{
	const uint8_t *header;

	out->len = 0;
	out->over = from.len >= SESSION_WAIT_MAX;
	from.len = out->over ? SESSION_WAIT_MAX : from.len;
	while ((header = tls_take_bytes(&from, RECORD_HEADER_LEN))) {
		size_t len = fw_be16(header + 3);

		if (header[0] != RECORD_HANDSHAKE || header[1] != 3 || len == 0 || len > RECORD_LEN_MAX) {
			out->over = true;
			return;
		}
		if (len > from.len)
			len = from.len;
		memcpy(out->bytes + out->len, tls_take_bytes(&from, len), len);
		out->len += len;
	}
}

static bool next_message(struct slice *left, struct message *out)
{
	const uint8_t *header = tls_take_bytes(left, MESSAGE_HEADER_LEN);
	size_t len;

	if (!header)
		return false;
	len = fw_be32(header) & 0xffffff;
	*out = (struct message){header[0], {left->bytes, len < left->len ? len : left->len}, len <= left->len};
	tls_take_bytes(left, out->body.len);
	return true;
}

static void say_client_hello(struct feed *feed, struct slice body)
{
	struct tls_hello hello;
	enum fw_read result = tls_hello_read(body.bytes, body.len, &hello);
	char ja4[JA4_LEN + 1];

	if (result == FW_READ_BAD)
		return;
	session_say_number(feed, FACT_TLS_CLIENT_HELLO, hello.version);
	if (hello.server_name.len)
		session_say_text(feed, FACT_TLS_SERVER_NAME, hello.server_name);
	if (result == FW_READ_OK && ja4_write(&hello, ja4))
		session_say_text(feed, FACT_TLS_JA4, (struct slice){(const uint8_t *)ja4, JA4_LEN});
}

static size_t take_client(struct tls *tls, struct feed *feed)
{
	struct gathered gathered;
	struct slice left;
	struct message message = {0};
	bool there;

	if (tls->client_done) {
		tls->after_len += feed->len < CLIENT_LEN_MAX ? (uint32_t)feed->len : CLIENT_LEN_MAX;
		feed->done = tls->after_len >= CLIENT_LEN_MAX;
		return feed->len;
	}
	tls->client_done = true;
	if (feed->gap)
		return feed->len;
	if (feed->bytes[0] & 0x80 && feed->len >= 5) {
		session_say_number(feed, FACT_TLS_CLIENT_HELLO, fw_be16(feed->bytes + 3));
		return feed->len;
	}
	gather((struct slice){feed->bytes, feed->len}, &gathered);
	left = (struct slice){gathered.bytes, gathered.len};
	there = next_message(&left, &message);
	if (!gathered.over && !(there && message.whole)) {
		tls->client_done = false;
		return 0;
	}
	if (there && message.type == MESSAGE_CLIENT_HELLO)
		say_client_hello(feed, message.body);
	return feed->len;
}

static void say_server_hello(struct tls *tls, struct feed *feed, struct slice body)
{
	struct tls_server_hello hello;
	struct fact fact = {.kind = FACT_TLS_SERVER_HELLO};

	if (tls->hello_said || tls_server_hello_read(body.bytes, body.len, &hello) != FW_READ_OK)
		return;
	tls->hello_said = true;
	fact.number = hello.version;
	fact.code = hello.cipher;
	feed->sink->take(feed->sink->context, &fact);
}

/* The list's length, the first one's length, the first one (RFC 5246 section 7.4.2): the server's own. */
static void say_certificate(struct feed *feed, struct slice body)
{
	const uint8_t *header = tls_take_bytes(&body, CERTIFICATE_HEADER_LEN);
	size_t len;

	if (!header)
		return;
	len = fw_be32(header + 2) & 0xffffff;
	x509_read(body.bytes, len < body.len ? len : body.len, feed->sink);
}

static size_t take_server(struct tls *tls, struct feed *feed)
{
	struct gathered gathered;
	struct slice left;
	struct message message;

	if (feed->gap) {
		feed->done = true;
		return feed->len;
	}
	gather((struct slice){feed->bytes, feed->len}, &gathered);
	left = (struct slice){gathered.bytes, gathered.len};
	while (!feed->done && next_message(&left, &message)) {
		if (!message.whole && !gathered.over)
			return 0;
		if (message.type == MESSAGE_SERVER_HELLO)
			say_server_hello(tls, feed, message.body);
		else if (message.type == MESSAGE_CERTIFICATE)
			say_certificate(feed, message.body);
		feed->done = message.type != MESSAGE_SERVER_HELLO;
	}
	feed->done |= gathered.over;
	return feed->done ? feed->len : 0;
}

size_t tls_take(struct tls *tls, struct feed *feed)
{
	return feed->direction == FROM_CLIENT ? take_client(tls, feed) : take_server(tls, feed);
}
