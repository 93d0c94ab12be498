/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of web/ share. */
#pragma once

#include <microhttpd.h>
#include <sys/socket.h>
#include <uv.h>

#include "web/guess.h"
#include "web/visit.h"
#include "web/target.h"
#include "web/web.h"

/* What a connection is doing, and so for how long it may go on. */
enum phase {
	PHASE_NONE, /* nobody's place */
	PHASE_ASKS, /* connected; a request is awaited or on its way in */
	PHASE_FETCHES, /* an answer is on its way out */
	PHASE_LISTENS, /* to events */
};

struct connection {
	struct web *web;
	enum phase phase;
	int descriptor; /* the server library's, for shutdown() alone */
	uint8_t address[16], here[16]; /* of the other end, and ours */
	uint64_t since_ns; /* of the phase */
	bool cut; /* shut down; the library lets go of it soon */
	bool begun, refused; /* of the request: its headers were seen; what is wrong was said, the rest is thrown away */
	char target[WEB_TARGET_MAX];
	bool target_long;
	char body[WEB_REQUEST_MAX];
	size_t body_len;
	/* of a listener */
	struct MHD_Connection *handle;
	uint64_t heard; /* events' bytes so far */
	bool waits; /* suspended until there are more */
	uint32_t session; /* its place and generation, to end with it */
	uint64_t session_generation;
};

struct asset_tag {
	char text[20]; /* with its quotes */
};

struct web {
	struct web_setup setup;
	struct MHD_Daemon *server;
	uv_poll_t accepts, turns; /* the listening socket; the library's own */
	uv_timer_t wakes, ticks;
	int listening;
	bool closing, full; /* full: no descriptor was left, accepting goes on with the next tick */
	uint16_t port;
	struct connection connections[WEB_CONNECTIONS_MAX];
	struct visits visits;
	struct guesses guesses;
	struct asset_tag *tags;
	size_t answers_len; /* bytes under way */
	uint64_t refused, cut; /* requests, connections */
	uint64_t told; /* bytes of events since the start; the ring holds the last of them */
	char events[WEB_EVENTS_SIZE];
};

/* ---- connection.c: who is connected, and who makes room ---- */

void connection_accept(struct web *web);
void connection_tick(struct web *web, uint64_t now_ns);
void connection_cut(struct web *web, struct connection *connection);
void connection_phase(struct connection *connection, enum phase phase);
/* The library tells of beginning and end. */
void connection_notify(void *context, struct MHD_Connection *handle, void **socket_context, enum MHD_ConnectionNotificationCode what);
struct connection *connection_of(struct MHD_Connection *handle);

/* ---- serve.c: a request ---- */

void *serve_target(void *context, const char *target, struct MHD_Connection *handle);
enum MHD_Result serve_request(void *context, struct MHD_Connection *handle, const char *url, const char *method, const char *version,
	const char *body, size_t *body_len, void **request_context);
void serve_completed(void *context, struct MHD_Connection *handle, void **request_context, enum MHD_RequestTerminationCode why);

/* ---- reply.c: an answer, with the headers that every answer has ---- */

/* {"ok":false,"error":sentence} */
enum MHD_Result reply_refuse(struct web *web, struct MHD_Connection *handle, unsigned status, const char *sentence);
/* Takes text, which free() frees. */
enum MHD_Result reply_take(struct web *web, struct MHD_Connection *handle, unsigned status, char *text, size_t len, const char *type);
/* Text that outlives the server. */
enum MHD_Result reply_constant(
	struct web *web, struct MHD_Connection *handle, const char *text, size_t len, const char *type, const char *tag);
/* Sends and lets go of the response; NULL: no memory. */
enum MHD_Result reply_send(struct MHD_Connection *handle, unsigned status, struct MHD_Response *response);
void reply_guarded(struct MHD_Response *response, const char *type, bool cached);

/* ---- api.c: what is asked under /api/ and /metrics ---- */

enum MHD_Result api_get(struct web *web, struct connection *connection, struct MHD_Connection *handle, const struct target *target);
enum MHD_Result api_post(struct web *web, struct connection *connection, struct MHD_Connection *handle, const struct target *target);
enum MHD_Result api_metrics(struct web *web, struct connection *connection, struct MHD_Connection *handle);
/* The session that the request's cookie names, or NULL. */
struct visit *api_session(struct web *web, struct MHD_Connection *handle);

/* ---- events.c ---- */

enum MHD_Result events_begin(struct web *web, struct connection *connection, struct MHD_Connection *handle, struct visit *session);
void events_tick(struct web *web, uint64_t now_ns);

/* ---- asset.c ---- */

int asset_open(struct web *web);
enum MHD_Result asset_get(struct web *web, struct MHD_Connection *handle, const char *path);
