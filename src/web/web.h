/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page's server: another way to ask what the control socket is asked, for a browser. Part of the porch: it knows HTTP, who may ask, and how
 * much; it knows no role. Requests go to one callback as the same JSON that the socket takes, and what comes back is handed on as it is.
 *
 *	GET  /api/WHAT.json?key=value        {"do":"show","what":"WHAT","key":"value"}; count, from, before, number are numbers
 *	POST /api/do                         the request itself, with X-CSRF-Token: what a person may do at the page (web_may_do())
 *	POST /api/login, /api/logout         {"token":"..."} for a session's cookie, and its end
 *	GET  /api/session.json               whether signed in, and then the CSRF token
 *	GET  /api/events                     server-sent events
 *	GET  /api/packets/N.pcapng           the frames that prove finding N
 *	GET  /api/openapi.json               this list, for programs
 *	GET  /metrics                        Prometheus' text
 *	GET  all else                        a file of the page (src/web/assets/)
 *
 * All of it runs in the loop's thread. What strangers can fill has its size from web_open() on: connections, sessions, tries to sign in,
 * answers under way, events that were not fetched yet.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct uv_loop_s;
struct web;

enum {
	WEB_CONNECTIONS_MAX = 128, /* at once; the oldest that asks nothing makes room, else the one that fetches for longest */
	WEB_CONNECTIONS_OF_ONE = 64, /* of one address: then its own oldest makes room */
	WEB_LISTENERS_MAX = 16, /* of the event stream */
	WEB_SESSIONS_MAX = 64, /* the one unused for longest ends */
	WEB_REQUEST_MAX = 4096, /* bytes of a request's body, as at the control socket */
	WEB_TARGET_MAX = 1024, /* bytes of path and query */
	WEB_ANSWER_MAX = 4 << 20, /* bytes of one answer */
	WEB_ANSWERS_MAX = 6 << 20, /* bytes of all answers that are under way */
	WEB_EVENTS_SIZE = 128 << 10, /* bytes of events that a slow listener may lag behind */
	WEB_EVENT_MAX = 8 << 10, /* bytes of one event */
	WEB_REQUEST_S = 15, /* for a whole request to arrive, and for an idle connection */
	WEB_REPLY_S = 60, /* for an answer to be fetched */
	WEB_SESSION_IDLE_S = 12 * 3600,
	WEB_SESSION_S = 7 * 86400, /* in all */
	WEB_HOST_MAX = 256,
	WEB_HOSTS_MAX = 16,
	WEB_TOKEN_BYTES = 32,
	WEB_TOKEN_TEXT = 2 * WEB_TOKEN_BYTES + 1,
};

/* The answer to one request, a line of JSON that begins {"ok":true or {"ok":false; the caller frees *out_text. -ENOMEM: none. */
typedef int (*web_answer)(void *context, const char *request, size_t len, char **out_text, size_t *out_len);

/* Copied, but for the callback's context. */
struct web_setup {
	uint8_t address[16]; /* IPv4 mapped; zeros: all */
	uint16_t port; /* 0: any that is free, see web_port() */
	const char *certificate, *key; /* PEM; NULL: plain HTTP */
	char hosts[WEB_HOSTS_MAX][WEB_HOST_MAX]; /* names by which it may be asked, beside its own address and localhost */
	uint32_t host_count;
	bool metrics_open; /* /metrics for anybody who can connect */
	bool demo;
	const char *version, *role; /* constants of the caller's */
	uint8_t digest[WEB_TOKEN_BYTES]; /* of the token */
	web_answer answer;
	void *context;
};

/* Listens. Returns 0 or -errno with the fault: the port is taken, the certificate cannot be used. */
int web_open(struct uv_loop_s *loop, const struct web_setup *setup, struct web **out_web, struct fault *out_fault);
uint16_t web_port(const struct web *web);

/* A new token, 256 random bits, as text and as the digest that is kept of it. Returns 0 or -EIO. */
int web_token_new(char out_token[WEB_TOKEN_TEXT], uint8_t out_digest[WEB_TOKEN_BYTES]);
/* Another token holds from now on: every session ends. */
void web_token_set(struct web *web, const uint8_t digest[WEB_TOKEN_BYTES]);

/* An event for all who listen: a word, and a JSON object in one line. What is too long is left out. */
void web_tell(struct web *web, const char *event, const char *data);
uint32_t web_listeners(const struct web *web);

/* Handles are closed, and nothing is answered any more; the loop runs once more before web_free(). */
void web_close(struct web *web);
void web_free(struct web *web);
