/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hello messages of TLS (RFC 8446 section 4.1) and what their extensions say.
 *
 *      client    version | random (32) | session id | ciphers | compression | extensions
 *      server    version | random (32) | session id | cipher | compression | extensions
 *
 * The version of TLS 1.3 stands in an extension alone (section 4.2.1): the field that bears its name says 1.2 forever.
 */
#include "dissect/tls.h"

enum { RANDOM_LEN = 32, VERSION_LEN = 2 };
enum { EXTENSION_SERVER_NAME = 0, EXTENSION_GROUPS = 10, EXTENSION_SIGNATURES = 13, EXTENSION_ALPN = 16, EXTENSION_VERSIONS = 43 };

const uint8_t *tls_take_bytes(struct slice *from, size_t n)
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
	const uint8_t *length = tls_take_bytes(from, length_len);
	size_t len;

	*out = (struct slice){from->bytes, 0};
	if (!length)
		return FW_READ_SHORT;
	len = length_len == 1 ? length[0] : fw_be16(length);
	out->bytes = from->bytes;
	out->len = len < from->len ? len : from->len;
	tls_take_bytes(from, out->len);
	return out->len == len ? FW_READ_OK : FW_READ_SHORT;
}

bool tls_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static void read_versions(struct slice body, struct tls_hello *hello)
{
	struct slice list;
	const uint8_t *at;
	uint16_t best = 0;

	take_vector(&body, 1, &list);
	while ((at = tls_take_bytes(&list, 2)))
		if (!tls_is_grease(fw_be16(at)) && fw_be16(at) > best)
			best = fw_be16(at);
	if (best)
		hello->version = best;
}

static void read_server_name(struct slice body, struct tls_hello *hello)
{
	struct slice list, name;
	const uint8_t *type;

	take_vector(&body, 2, &list);
	while ((type = tls_take_bytes(&list, 1))) {
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
	struct slice left = {bytes, len}, part;
	const uint8_t *version = tls_take_bytes(&left, 2), *type;
	enum fw_read whole;

	*out_hello = (struct tls_hello){.version = version ? fw_be16(version) : 0};
	if (!version || !tls_take_bytes(&left, RANDOM_LEN))
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
	while ((type = tls_take_bytes(&left, 2))) {
		if (take_vector(&left, 2, &part) != FW_READ_OK)
			return whole == FW_READ_OK ? FW_READ_BAD : FW_READ_SHORT;
		read_extension(fw_be16(type), part, out_hello);
	}
	return whole;
}

enum fw_read tls_server_hello_read(const uint8_t *bytes, size_t len, struct tls_server_hello *out_hello)
{
	struct slice left = {bytes, len}, part;
	const uint8_t *version = tls_take_bytes(&left, VERSION_LEN), *cipher, *type;

	if (!version || !tls_take_bytes(&left, RANDOM_LEN) || take_vector(&left, 1, &part) != FW_READ_OK ||
		!(cipher = tls_take_bytes(&left, 2)) || !tls_take_bytes(&left, 1))
		return FW_READ_SHORT;
	if (version[0] != 3)
		return FW_READ_BAD;
	*out_hello = (struct tls_server_hello){.version = fw_be16(version), .cipher = fw_be16(cipher)};
	take_vector(&left, 2, &part);
	left = part;
	while ((type = tls_take_bytes(&left, 2)) && take_vector(&left, 2, &part) == FW_READ_OK)
		if (fw_be16(type) == EXTENSION_VERSIONS && part.len == VERSION_LEN)
			out_hello->version = fw_be16(part.bytes);
	return FW_READ_OK;
}
