/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/visit.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

#include "web/target.h"

#define SECOND_NS 1000000000ull

/* The digest is of the bytes, so that a token is the same in capital letters. */
static bool digest_of(const char *text, uint8_t out[WEB_TOKEN_BYTES])
{
	uint8_t bytes[WEB_TOKEN_BYTES];
	bool read = hex_read(text, bytes, sizeof(bytes));

	if (read)
		SHA256(bytes, sizeof(bytes), out);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return read;
}

int web_token_new(char out_token[WEB_TOKEN_TEXT], uint8_t out_digest[WEB_TOKEN_BYTES])
{
	uint8_t bytes[WEB_TOKEN_BYTES];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return -EIO;
	hex_write(out_token, bytes, sizeof(bytes));
	SHA256(bytes, sizeof(bytes), out_digest);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return 0;
}

bool visit_token_is(const uint8_t digest[WEB_TOKEN_BYTES], const char *text)
{
	uint8_t offered[WEB_TOKEN_BYTES];

	return digest_of(text, offered) && CRYPTO_memcmp(offered, digest, sizeof(offered)) == 0;
}

bool visit_csrf_is(const struct visit *session, const char *text)
{
	return strlen(text) == WEB_TOKEN_TEXT - 1 && CRYPTO_memcmp(text, session->csrf, WEB_TOKEN_TEXT - 1) == 0;
}

static bool is_over(const struct visit *session, uint64_t now_ns)
{
	return now_ns - session->used_ns > WEB_SESSION_IDLE_S * SECOND_NS || now_ns - session->begun_ns > WEB_SESSION_S * SECOND_NS;
}

int visit_begin(struct visits *sessions, uint64_t now_ns, char out_cookie[WEB_TOKEN_TEXT], struct visit **out_session)
{
	struct visit *place = &sessions->places[0], begun = {.begun_ns = now_ns, .used_ns = now_ns};
	uint8_t unused[WEB_TOKEN_BYTES];

	if (web_token_new(out_cookie, begun.digest) || web_token_new(begun.csrf, unused))
		return -EIO;
	for (uint32_t i = 0; i < WEB_SESSIONS_MAX && place->generation; i++) {
		struct visit *other = &sessions->places[i];
		if (!other->generation || other->used_ns < place->used_ns)
			place = other;
	}
	begun.generation = ++sessions->given;
	*place = begun;
	*out_session = place;
	return 0;
}

struct visit *visit_find(struct visits *sessions, const char *cookie, uint64_t now_ns)
{
	uint8_t digest[WEB_TOKEN_BYTES];

	if (!digest_of(cookie, digest))
		return NULL;
	for (uint32_t i = 0; i < WEB_SESSIONS_MAX; i++) {
		struct visit *session = &sessions->places[i];
		if (!session->generation || CRYPTO_memcmp(session->digest, digest, sizeof(digest)) != 0)
			continue;
		if (is_over(session, now_ns)) {
			visit_end(session);
			return NULL;
		}
		session->used_ns = now_ns;
		return session;
	}
	return NULL;
}

void visit_end(struct visit *session)
{
	OPENSSL_cleanse(session, sizeof(*session));
}

void visit_end_all(struct visits *sessions)
{
	OPENSSL_cleanse(sessions->places, sizeof(sessions->places));
}

bool visit_lives(const struct visits *sessions, uint32_t place, uint64_t generation, uint64_t now_ns)
{
	const struct visit *session = &sessions->places[place];

	return session->generation == generation && now_ns - session->begun_ns <= WEB_SESSION_S * SECOND_NS;
}

uint32_t visit_count(const struct visits *sessions)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < WEB_SESSIONS_MAX; i++)
		count += sessions->places[i].generation != 0;
	return count;
}
