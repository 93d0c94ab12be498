/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS up to the ClientHello (RFC 8446 section 4.1.2): after it everything is encrypted, and the session done.
 *
 *      record     16 | 03 0x | length | fragment of handshake ...          a message may spread over records (section 5.1)
 *      handshake  01 | length (3)     | version | random | session id | ciphers | compression | extensions
 *
 * The message is waited for whole: stream/ keeps the segments. Its records are then put side by side on the stack. One that
 * is longer than SESSION_WAIT_MAX is read as far as that; it has been 1,700 bytes with post-quantum key shares (2024).
 * Nothing is kept in the session. Of the SSL 2 form (8x length, 01, version; RFC 5246 appendix E.2) the version is read.
 */
#include "dissect/tls.h"

#include <string.h>

#include "dissect/session.h"

enum { RECORD_HEADER_LEN = 5, RECORD_HANDSHAKE = 0x16, RECORD_LEN_MAX = 16384 + 2048 };
enum { MESSAGE_HEADER_LEN = 4, MESSAGE_CLIENT_HELLO = 1 };
enum { EXTENSION_SERVER_NAME = 0, EXTENSION_GROUPS = 10, EXTENSION_SIGNATURES = 13, EXTENSION_ALPN = 16, EXTENSION_VERSIONS = 43 };

/* Takes n bytes off the front; NULL when there are fewer. */
static const uint8_t *take_bytes(struct slice *from, size_t n)
{
	const uint8_t *bytes = from->bytes;

	if (from->len < n)
		return NULL;
	from->bytes += n;
	from->len -= n;
	return bytes;
}

/* A vector with its length (1 or 2 bytes) before it. SHORT when it is cut off: *out is what is there of it. */
static enum fw_read take_vector(struct slice *from, size_t length_len, struct slice *out)
{
	const uint8_t *length = take_bytes(from, length_len);
	size_t len;

	*out = (struct slice){from->bytes, 0};
	if (!length)
		return FW_READ_SHORT;
	len = length_len == 1 ? length[0] : fw_be16(length);
	out->bytes = from->bytes;
	out->len = len < from->len ? len : from->len;
	take_bytes(from, out->len);
	return out->len == len ? FW_READ_OK : FW_READ_SHORT;
}

/* RFC 8701: 0a0a, 1a1a ... are there to be ignored. */
static bool is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static void read_versions(struct slice body, struct tls_hello *hello)
{
	struct slice list;
	const uint8_t *at;
	uint16_t best = 0;

	take_vector(&body, 1, &list);
	while ((at = take_bytes(&list, 2)))
		if (!is_grease(fw_be16(at)) && fw_be16(at) > best)
			best = fw_be16(at);
	if (best)
		hello->version = best;
}

static void read_server_name(struct slice body, struct tls_hello *hello)
{
	struct slice list, name;
	const uint8_t *type;

	take_vector(&body, 2, &list);
	while ((type = take_bytes(&list, 1))) {
		if (take_vector(&list, 2, &name) != FW_READ_OK)
			return;
		if (*type == 0 && !hello->server_name.len)
			hello->server_name = name;
	}
}

static void read_extension(uint16_t type, struct slice body, struct tls_hello *hello)
{
	switch (type) {
	case EXTENSION_SERVER_NAME:
		read_server_name(body, hello);
		break;
	case EXTENSION_VERSIONS:
		read_versions(body, hello);
		break;
	case EXTENSION_ALPN:
		take_vector(&body, 2, &hello->alpn);
		break;
	case EXTENSION_GROUPS:
		take_vector(&body, 2, &hello->groups);
		break;
	case EXTENSION_SIGNATURES:
		take_vector(&body, 2, &hello->signatures);
		break;
	default:
		break;
	}
}

enum fw_read tls_hello_read(const uint8_t *bytes, size_t len, struct tls_hello *out_hello)
{
	enum { RANDOM_LEN = 32 };
	struct slice left = {bytes, len}, part;
	const uint8_t *version = take_bytes(&left, 2), *type;
	enum fw_read whole;

	*out_hello = (struct tls_hello){.version = version ? fw_be16(version) : 0};
	if (!version || !take_bytes(&left, RANDOM_LEN))
		return FW_READ_SHORT;
	if (out_hello->version >> 8 != 3)
		return FW_READ_BAD;
	if (take_vector(&left, 1, &part) != FW_READ_OK || take_vector(&left, 2, &out_hello->ciphers) != FW_READ_OK)
		return FW_READ_SHORT;
	if (take_vector(&left, 1, &part) != FW_READ_OK)
		return FW_READ_SHORT;
	if (!left.len)
		return FW_READ_OK; /* before RFC 4366 there were no extensions */
	whole = take_vector(&left, 2, &out_hello->extensions);
	left = out_hello->extensions;
	while ((type = take_bytes(&left, 2))) {
		if (take_vector(&left, 2, &part) != FW_READ_OK)
			return whole == FW_READ_OK ? FW_READ_BAD : FW_READ_SHORT;
		read_extension(fw_be16(type), part, out_hello);
	}
	return whole;
}

/*
 * Puts the handshake bytes of all records side by side in out (SESSION_WAIT_MAX bytes). OK: the message is whole; SHORT: more
 * records are needed; OTHER: a record of another kind stands between. *out_len: bytes put.
 */
static enum fw_read gather(struct slice from, uint8_t *out, size_t *out_len)
{
	*out_len = 0;
	for (;;) {
		const uint8_t *header = take_bytes(&from, RECORD_HEADER_LEN);
		size_t len;

		if (!header)
			return FW_READ_SHORT;
		len = fw_be16(header + 3);
		if (header[0] != RECORD_HANDSHAKE || header[1] != 3 || len == 0 || len > RECORD_LEN_MAX)
			return FW_READ_OTHER;
		if (len > from.len)
			len = from.len;
		memcpy(out + *out_len, take_bytes(&from, len), len);
		*out_len += len;
		if (*out_len >= MESSAGE_HEADER_LEN && *out_len - MESSAGE_HEADER_LEN >= (fw_be32(out) & 0xffffff))
			return FW_READ_OK;
	}
}

static void say_hello(struct feed *feed, const uint8_t *message, size_t len)
{
	size_t body_len = fw_be32(message) & 0xffffff;
	struct tls_hello hello;

	if (body_len > len - MESSAGE_HEADER_LEN)
		body_len = len - MESSAGE_HEADER_LEN;
	if (tls_hello_read(message + MESSAGE_HEADER_LEN, body_len, &hello) == FW_READ_BAD)
		return;
	session_say_number(feed, FACT_TLS_CLIENT_HELLO, hello.version);
	if (hello.server_name.len)
		session_say_text(feed, FACT_TLS_SERVER_NAME, hello.server_name);
}

size_t tls_take(struct feed *feed)
{
	uint8_t message[SESSION_WAIT_MAX];
	struct slice from = {feed->bytes, feed->len < SESSION_WAIT_MAX ? feed->len : SESSION_WAIT_MAX};
	size_t len = 0;
	enum fw_read result = FW_READ_OTHER;

	if (feed->direction == FROM_CLIENT && feed->bytes[0] & 0x80 && feed->len >= 5) {
		session_say_number(feed, FACT_TLS_CLIENT_HELLO, fw_be16(feed->bytes + 3));
		feed->done = true;
		return feed->len;
	}
	if (feed->direction == FROM_CLIENT && !feed->gap)
		result = gather(from, message, &len);
	if (result == FW_READ_SHORT && from.len < SESSION_WAIT_MAX)
		return 0;
	feed->done = true;
	if (result != FW_READ_OTHER && len > MESSAGE_HEADER_LEN && message[0] == MESSAGE_CLIENT_HELLO)
		say_hello(feed, message, len);
	return feed->len;
}
