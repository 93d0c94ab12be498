/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Server-sent events. All that is told goes once into one ring; a listener is a place in the stream of all bytes ever told:
 *
 *	told - WEB_EVENTS_SIZE                heard                  told
 *	|  overwritten soon ................. | to be sent ......... |
 *
 * So sixteen listeners cost no more than one. Who lags behind by more than the ring has lost something, and is cut: a browser connects anew and
 * asks for everything again. A listener with nothing to send is suspended; the library does not watch it meanwhile, so that who has gone is noticed
 * when the next event (a tick at the latest) is written to him.
 */
#include <stdio.h>
#include <string.h>

#include "web/inside.h"

static void append(struct web *web, const char *text, size_t len)
{
	for (size_t at = web->told % WEB_EVENTS_SIZE, part; len; len -= part, text += part, at = 0) {
		part = len < WEB_EVENTS_SIZE - at ? len : WEB_EVENTS_SIZE - at;
		memcpy(web->events + at, text, part);
		web->told += part;
	}
}

static ssize_t read_on(void *context, uint64_t position, char *out, size_t size)
{
	struct connection *listener = context;
	struct web *web = listener->web;
	uint64_t waiting = web->told - listener->heard;
	size_t at = listener->heard % WEB_EVENTS_SIZE, len = WEB_EVENTS_SIZE - at;

	if (listener->cut || waiting > WEB_EVENTS_SIZE)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!waiting) {
		listener->waits = true;
		MHD_suspend_connection(listener->handle);
		return 0;
	}
	len = len < waiting ? len : (size_t)waiting;
	len = len < size ? len : size;
	memcpy(out, web->events + at, len);
	listener->heard += len;
	return (ssize_t)len;
}

uint32_t web_listeners(const struct web *web)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < WEB_CONNECTIONS_MAX; i++)
		count += web->connections[i].phase == PHASE_LISTENS;
	return count;
}

static void wake(struct web *web)
{
	for (uint32_t i = 0; i < WEB_CONNECTIONS_MAX; i++) {
		struct connection *listener = &web->connections[i];
		if (listener->phase != PHASE_LISTENS)
			continue;
		if (web->told - listener->heard > WEB_EVENTS_SIZE)
			connection_cut(web, listener);
		if (!listener->waits)
			continue;
		listener->waits = false;
		MHD_resume_connection(listener->handle);
	}
}

void web_tell(struct web *web, const char *event, const char *data)
{
	char head[64];
	int head_len = snprintf(head, sizeof(head), "event: %s\ndata: ", event);
	size_t len = strlen(data);

	if (head_len < 0 || (size_t)head_len >= sizeof(head) || len > WEB_EVENT_MAX || strpbrk(data, "\r\n"))
		return;
	append(web, head, (size_t)head_len);
	append(web, data, len);
	append(web, "\n\n", 2);
	wake(web);
}

enum MHD_Result events_begin(struct web *web, struct connection *connection, struct MHD_Connection *handle, struct visit *session)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	if (web_listeners(web) >= WEB_LISTENERS_MAX)
		return reply_refuse(web, handle, MHD_HTTP_SERVICE_UNAVAILABLE, "as many pages listen as may; close one");
	append(web, ":\n\n", 3); /* nobody's event: a stream begins with something, so that a browser knows that it is open */
	connection->heard = web->told - 3;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, read_on, connection, NULL);
	if (!response)
		return MHD_NO;
	reply_guarded(response, "text/event-stream", false);
	MHD_add_response_header(response, "X-Accel-Buffering", "no"); /* a reverse proxy hands it on at once */
	connection->session = (uint32_t)(session - web->visits.places);
	connection->session_generation = session->generation;
	result = reply_send(handle, MHD_HTTP_OK, response);
	if (result == MHD_YES)
		connection_phase(connection, PHASE_LISTENS);
	return result;
}

/* Who is no longer signed in hears no more. */
void events_tick(struct web *web, uint64_t now_ns)
{
	for (uint32_t i = 0; i < WEB_CONNECTIONS_MAX; i++) {
		struct connection *listener = &web->connections[i];
		if (listener->phase == PHASE_LISTENS &&
			!visit_lives(&web->visits, listener->session, listener->session_generation, now_ns))
			connection_cut(web, listener);
	}
}
