/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is signed in. A session is a random cookie of 256 bits and a second secret, which the page sends back with everything it does (CSRF): a foreign
 * page can make a browser send the cookie, but cannot read the secret. Of the cookie only a digest is kept. Time is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "web/web.h"

struct visit {
	uint64_t generation; /* 0: nobody's; never given twice */
	uint8_t digest[WEB_TOKEN_BYTES]; /* of the cookie */
	char csrf[WEB_TOKEN_TEXT];
	uint64_t begun_ns, used_ns;
};

struct visits {
	struct visit places[WEB_SESSIONS_MAX];
	uint64_t given;
};

/* A new one, in the place of the one unused for longest where all are taken. Returns 0 or -EIO: no randomness. */
int visit_begin(struct visits *sessions, uint64_t now_ns, char out_cookie[WEB_TOKEN_TEXT], struct visit **out_session);
/* The one of this cookie (any text), which is used now; NULL: none, or it has ended. */
struct visit *visit_find(struct visits *sessions, const char *cookie, uint64_t now_ns);
void visit_end(struct visit *session);
void visit_end_all(struct visits *sessions);
/* True while the session that had this generation goes on. */
bool visit_lives(const struct visits *sessions, uint32_t place, uint64_t generation, uint64_t now_ns);
uint32_t visit_count(const struct visits *sessions);

/* In a time that says nothing about where they differ; any text. */
bool visit_csrf_is(const struct visit *session, const char *text);
/* True if text is the token of this digest. */
bool visit_token_is(const uint8_t digest[WEB_TOKEN_BYTES], const char *text);
