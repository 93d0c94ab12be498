/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections are accepted here and handed to the library, so that it is us who say who makes room. With a limit of the library's own, a hundred
 * connections that ask nothing would keep everybody else out until they time out. So a new one always gets in:
 *
 *	its address has WEB_CONNECTIONS_OF_ONE already    the oldest of that address that asks nothing is cut
 *	all places are taken                              the oldest that asks nothing is cut, whosever it is
 *	none asks nothing                                 the one that has been fetching its answer for longest is cut
 *	all of them listen                                the new one is turned away
 *
 * To cut is shutdown(): the library sees the end, and lets go of its descriptor and its place by itself. Whole requests take milliseconds, so
 * who asks honestly is hardly ever the oldest; and so are answers, unless somebody asks without reading.
 *
 * Deadlines are absolute, for a byte now and then would move any other: WEB_REQUEST_S from one answer to the end of the next request,
 * WEB_REPLY_S for fetching an answer. Listeners to events have none; they are cut when they lag behind (events.c).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/endpoint.h"
#include "web/inside.h"

enum { ACCEPTS_AT_ONCE = 32 };

#define SECOND_NS 1000000000ull

void connection_phase(struct connection *connection, enum phase phase)
{
	connection->phase = phase;
	connection->since_ns = clock_steady_ns();
}

void connection_cut(struct web *web, struct connection *connection)
{
	if (connection->cut || connection->phase == PHASE_NONE)
		return;
	connection->cut = true;
	web->cut++;
	if (connection->descriptor >= 0)
		shutdown(connection->descriptor, SHUT_RDWR);
	if (connection->waits) {
		connection->waits = false;
		MHD_resume_connection(connection->handle);
	}
}

/* The oldest in this phase, of this address or (NULL) of all. */
static struct connection *oldest_of(struct web *web, enum phase phase, const uint8_t *address)
{
	struct connection *found = NULL;

	for (uint32_t i = 0; i < WEB_CONNECTIONS_MAX; i++) {
		struct connection *other = &web->connections[i];
		if (other->phase != phase || other->cut || (address && memcmp(other->address, address, 16) != 0))
			continue;
		if (!found || other->since_ns < found->since_ns)
			found = other;
	}
	return found;
}

static struct connection *free_place(struct web *web)
{
	for (uint32_t i = 0; i < WEB_CONNECTIONS_MAX; i++)
		if (web->connections[i].phase == PHASE_NONE)
			return &web->connections[i];
	return NULL;
}

static uint32_t count_of(const struct web *web, const uint8_t address[16])
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < WEB_CONNECTIONS_MAX; i++)
		count += web->connections[i].phase != PHASE_NONE && !web->connections[i].cut &&
			memcmp(web->connections[i].address, address, 16) == 0;
	return count;
}

static void make_room(struct web *web, const uint8_t address[16])
{
	bool one = count_of(web, address) >= WEB_CONNECTIONS_OF_ONE;
	struct connection *old = NULL;

	if (one || !free_place(web)) {
		old = oldest_of(web, PHASE_ASKS, one ? address : NULL);
		old = old ? old : oldest_of(web, PHASE_FETCHES, one ? address : NULL);
	}
	if (!old)
		return;
	connection_cut(web, old);
	MHD_run(web->server); /* which lets go of it */
}

/* The library owns the descriptor from here on, also where it refuses it. */
static void take_in(struct web *web, int descriptor, const struct sockaddr_storage *from, socklen_t from_len)
{
	uint8_t address[16];

	endpoint_read((const struct sockaddr *)from, address);
	make_room(web, address);
	if (!free_place(web) || count_of(web, address) >= WEB_CONNECTIONS_OF_ONE) {
		web->cut++;
		close(descriptor);
		return;
	}
	MHD_add_connection(web->server, descriptor, (const struct sockaddr *)from, from_len);
	MHD_run(web->server);
}

void connection_accept(struct web *web)
{
	for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
		struct sockaddr_storage from = {0};
		socklen_t from_len = sizeof(from);
		int descriptor = accept4(web->listening, (struct sockaddr *)&from, &from_len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (descriptor >= 0) {
			take_in(web, descriptor, &from, from_len);
			continue;
		}
		/* no descriptor is left: what waits would wake the loop for ever */
		web->full = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
		if (web->full)
			uv_poll_stop(&web->accepts);
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

struct connection *connection_of(struct MHD_Connection *handle)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void begin(struct web *web, struct MHD_Connection *handle, void **socket_context)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct connection *place = free_place(web);
	struct sockaddr_storage end = {0};
	socklen_t len = sizeof(end);

	*socket_context = place;
	if (!place || !info)
		return;
	memset(place, 0, offsetof(struct connection, target));
	place->web = web;
	place->descriptor = info->connect_fd;
	place->handle = handle;
	place->target[0] = 0;
	place->target_long = place->waits = false;
	if (getpeername(place->descriptor, (struct sockaddr *)&end, &len) == 0)
		endpoint_read((struct sockaddr *)&end, place->address);
	len = sizeof(end);
	if (getsockname(place->descriptor, (struct sockaddr *)&end, &len) == 0)
		endpoint_read((struct sockaddr *)&end, place->here);
	connection_phase(place, PHASE_ASKS);
}

void connection_notify(void *context, struct MHD_Connection *handle, void **socket_context, enum MHD_ConnectionNotificationCode what)
{
	struct connection *connection = *socket_context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		begin(context, handle, socket_context);
	} else if (connection) {
		connection->phase = PHASE_NONE;
		connection->descriptor = -1;
		connection->handle = NULL;
		connection->waits = false;
	}
}

void connection_tick(struct web *web, uint64_t now_ns)
{
	for (uint32_t i = 0; i < WEB_CONNECTIONS_MAX; i++) {
		struct connection *connection = &web->connections[i];
		uint64_t age_ns = now_ns - connection->since_ns;
		if ((connection->phase == PHASE_ASKS && age_ns > WEB_REQUEST_S * SECOND_NS) ||
			(connection->phase == PHASE_FETCHES && age_ns > WEB_REPLY_S * SECOND_NS))
			connection_cut(web, connection);
	}
}
