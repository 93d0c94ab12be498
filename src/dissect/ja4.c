/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JA4, the fingerprint of a TLS client (FoxIO, "JA4: TLS Client Fingerprinting", the part under the BSD 3-clause licence).
 *
 *      t13d1516h2 _ 8daaf6152771 _ e5627efa2ab1
 *      | | | | |    |              '-- 12 digits of SHA-256 over the sorted extensions, "_" and the signature algorithms as sent
 *      | | | | |    '-- 12 digits of SHA-256 over the sorted ciphers
 *      | | | | '-- first and last character of the first protocol of ALPN, 00 without
 *      | | | '-- how many extensions, at most 99
 *      | | '-- how many ciphers, at most 99
 *      | '-- d: a server name is given, i: none
 *      t: over TCP, and the highest version offered
 *
 * GREASE values count nowhere; the server name and ALPN are counted as extensions but not hashed, because they say what is asked
 * for and not who asks. Sorting undoes the shuffling of browsers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "dissect/tls.h"

enum { LIST_MAX = 200, SHOWN_MAX = 99, HASH_SHOWN = 6, SHA256_LEN = 32, ITEM_LEN = 5 };
enum { SERVER_NAME = 0x0000, ALPN = 0x0010 };

struct list {
	uint16_t values[LIST_MAX];
	size_t count;
};

/* Text to be hashed: two lists at most, each value four digits and a mark. */
struct text {
	char bytes[2 * LIST_MAX * ITEM_LEN + 1];
	size_t len;
};

static int by_value(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void list_add(struct list *list, uint16_t value)
{
	if (!tls_is_grease(value) && list->count < LIST_MAX)
		list->values[list->count++] = value;
}

static void list_read(struct slice from, struct list *out)
{
	const uint8_t *at;

	out->count = 0;
	while ((at = tls_take_bytes(&from, 2)))
		list_add(out, fw_be16(at));
}

static void list_extensions(struct slice from, struct list *out)
{
	const uint8_t *head;

	out->count = 0;
	while ((head = tls_take_bytes(&from, 4)) && tls_take_bytes(&from, fw_be16(head + 2)))
		list_add(out, fw_be16(head));
}

static bool list_holds(const struct list *list, uint16_t value)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->values[i] == value)
			return true;
	return false;
}

static void list_drop(struct list *list, uint16_t value)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (list->values[i] != value)
			list->values[kept++] = list->values[i];
	list->count = kept;
}

static void text_add(struct text *text, const struct list *list, char first)
{
	for (size_t i = 0; i < list->count; i++) {
		if (i || first)
			text->bytes[text->len++] = i ? ',' : first;
		text->len += (size_t)snprintf(text->bytes + text->len, sizeof(text->bytes) - text->len, "%04x", list->values[i]);
	}
}

static bool hash(const struct text *text, char out[2 * HASH_SHOWN + 1])
{
	uint8_t digest[SHA256_LEN] = {0};

	if (text->len && !EVP_Digest(text->bytes, text->len, digest, NULL, EVP_sha256(), NULL))
		return false;
	for (int i = 0; i < HASH_SHOWN; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return true;
}

static const char *version_name(uint16_t version)
{
	static const struct {
		uint16_t version;
		const char *name;
	} names[] = {{0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"}, {0x0300, "s3"}, {0x0002, "s2"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].version == version)
			return names[i].name;
	return "00";
}

static bool is_plain(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Where either character is no letter or digit: the first and the last hexadecimal digit of the whole. */
static void alpn_ends(struct slice alpn, char out[2])
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *len = tls_take_bytes(&alpn, 1), *name = len && *len ? tls_take_bytes(&alpn, *len) : NULL;
	uint8_t first, last;

	out[0] = out[1] = '0';
	if (!name)
		return;
	first = name[0];
	last = name[*len - 1];
	out[0] = is_plain(first) && is_plain(last) ? (char)first : digits[first >> 4];
	out[1] = is_plain(first) && is_plain(last) ? (char)last : digits[last & 15];
}

static unsigned shown(size_t count)
{
	return count < SHOWN_MAX ? (unsigned)count : SHOWN_MAX;
}

bool ja4_write(const struct tls_hello *hello, char out[JA4_LEN + 1])
{
	struct list ciphers, extensions, signatures;
	struct text first = {.len = 0}, second = {.len = 0};
	char first_hash[2 * HASH_SHOWN + 1], second_hash[2 * HASH_SHOWN + 1], ends[2];
	unsigned extension_count;
	bool named;

	list_read(hello->ciphers, &ciphers);
	list_read(hello->signatures, &signatures);
	list_extensions(hello->extensions, &extensions);
	extension_count = shown(extensions.count);
	named = list_holds(&extensions, SERVER_NAME);
	list_drop(&extensions, SERVER_NAME);
	list_drop(&extensions, ALPN);
	qsort(ciphers.values, ciphers.count, sizeof(ciphers.values[0]), by_value);
	qsort(extensions.values, extensions.count, sizeof(extensions.values[0]), by_value);
	text_add(&first, &ciphers, 0);
	text_add(&second, &extensions, 0);
	if (second.len)
		text_add(&second, &signatures, '_');
	if (!hash(&first, first_hash) || !hash(&second, second_hash))
		return false;
	alpn_ends(hello->alpn, ends);
	snprintf(out, JA4_LEN + 1, "t%s%c%02u%02u%c%c_%s_%s", version_name(hello->version), named ? 'd' : 'i', shown(ciphers.count),
		extension_count, ends[0], ends[1], first_hash, second_hash);
	return true;
}
