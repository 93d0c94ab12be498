/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where NOTIFY is heard (RFC 1996): a port on loopback, by datagram from NSD and BIND, over TCP from Knot. Everybody on this host may
 * send here, so what a NOTIFY can do is little: a zone that is ours is asked for its serial. A connection has some seconds, and when
 * all are taken the oldest makes room.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "engine/protect_room.h"

enum { DATAGRAM_MAX = 65536, DATAGRAMS_AT_ONCE = 64, BACKLOG = 16 };

#define STREAM_NS (5 * FW_NS_PER_S)

static int open_socket(const struct settings_endpoint *at, int type)
{
	struct sockaddr_storage address;
	socklen_t len = endpoint_name(at->address, at->port, &address);
	int descriptor = socket(address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, error;

	if (descriptor < 0)
		return -errno;
	/* a connection of the process before us may still be closing */
	if (type == SOCK_STREAM)
		setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(descriptor, (struct sockaddr *)&address, len) == 0 && (type != SOCK_STREAM || listen(descriptor, BACKLOG) == 0))
		return descriptor;
	error = -errno;
	close(descriptor);
	return error;
}

int protect_open_notify(struct protect *protect, struct fault *out_fault)
{
	static const int types[] = {SOCK_DGRAM, SOCK_STREAM};
	const struct settings_endpoint *at = &protect->settings->server.notify;

	for (unsigned i = 0; i < 2 && at->port; i++) {
		int descriptor = open_socket(at, types[i]);
		if (descriptor < 0) {
			fault_set(out_fault, "", 0, 0, "NOTIFY cannot be heard at server.notify_port %u: %s", at->port,
				strerror(-descriptor));
			return descriptor;
		}
		protect_watch_at(protect, PROTECT_WATCH_NOTIFY + i, descriptor, PROTECT_READABLE);
	}
	return 0;
}

static void hang_up(struct protect *protect, unsigned watch)
{
	int descriptor = protect->watches[watch].descriptor;

	if (descriptor >= 0)
		close(descriptor);
	protect_unwatch(protect, watch);
}

void protect_close_notify(struct protect *protect)
{
	for (unsigned watch = PROTECT_WATCH_NOTIFY; watch < PROTECT_WATCH_JOBS; watch++)
		hang_up(protect, watch);
}

void protect_tick_notify(struct protect *protect, uint64_t now_ns)
{
	for (unsigned i = 0; i < PROTECT_STREAMS; i++)
		if (protect->watches[PROTECT_WATCH_STREAMS + i].descriptor >= 0 && now_ns - protect->stream_begun_ns[i] > STREAM_NS)
			hang_up(protect, PROTECT_WATCH_STREAMS + i);
}

static void hear_datagrams(struct protect *protect, const struct fetch_time *now)
{
	static uint8_t bytes[DATAGRAM_MAX];
	int descriptor = protect->watches[PROTECT_WATCH_NOTIFY].descriptor;

	for (int i = 0; i < DATAGRAMS_AT_ONCE; i++) {
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		uint8_t answer[NOTIFY_ANSWER_MAX];
		size_t answer_len = 0;
		uint32_t zone;
		ssize_t len = recvfrom(descriptor, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len);

		if (len < 0)
			return;
		secondary_notify(protect->secondary, bytes, (size_t)len, now, &zone, answer, &answer_len);
		if (answer_len)
			(void)!sendto(descriptor, answer, answer_len, 0, (struct sockaddr *)&from, from_len);
	}
}

static void take_connection(struct protect *protect, const struct fetch_time *now)
{
	int descriptor = accept4(protect->watches[PROTECT_WATCH_NOTIFY_TCP].descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	unsigned place = 0;

	if (descriptor < 0)
		return;
	for (unsigned i = 0; i < PROTECT_STREAMS; i++) {
		if (protect->watches[PROTECT_WATCH_STREAMS + i].descriptor < 0) {
			place = i;
			break;
		}
		if (protect->stream_begun_ns[i] < protect->stream_begun_ns[place])
			place = i;
	}
	hang_up(protect, PROTECT_WATCH_STREAMS + place);
	memset(&protect->streams[place], 0, sizeof(protect->streams[place]));
	protect->stream_begun_ns[place] = now->steady_ns;
	protect_watch_at(protect, PROTECT_WATCH_STREAMS + place, descriptor, PROTECT_READABLE);
}

/* False: hang up. */
static bool answer_message(struct protect *protect, int descriptor, const uint8_t *message, size_t len, const struct fetch_time *now)
{
	uint8_t answer[2 + NOTIFY_ANSWER_MAX];
	size_t answer_len = 0;
	uint32_t zone;

	secondary_notify(protect->secondary, message, len, now, &zone, answer + 2, &answer_len);
	if (!answer_len)
		return false;
	answer[0] = (uint8_t)(answer_len >> 8);
	answer[1] = (uint8_t)answer_len;
	/* a peer that does not even take this is none */
	return send(descriptor, answer, answer_len + 2, MSG_NOSIGNAL) == (ssize_t)(answer_len + 2);
}

static void hear_stream(struct protect *protect, unsigned number, const struct fetch_time *now)
{
	int descriptor = protect->watches[PROTECT_WATCH_STREAMS + number].descriptor;
	uint8_t bytes[NOTIFY_MAX];
	ssize_t len = recv(descriptor, bytes, sizeof(bytes), 0);
	size_t at = 0;

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	while (len > 0 && at < (size_t)len) {
		const uint8_t *message;
		size_t message_len = 0;
		int used = notify_stream_see(&protect->streams[number], bytes + at, (size_t)len - at, &message, &message_len);
		if (used < 0 || (message_len && !answer_message(protect, descriptor, message, message_len, now)))
			len = -1;
		else
			at += (size_t)used;
	}
	if (len <= 0)
		hang_up(protect, PROTECT_WATCH_STREAMS + number);
}

void protect_hear_notify(struct protect *protect, unsigned watch, const struct fetch_time *now)
{
	if (watch == PROTECT_WATCH_NOTIFY)
		hear_datagrams(protect, now);
	else if (watch == PROTECT_WATCH_NOTIFY_TCP)
		take_connection(protect, now);
	else
		hear_stream(protect, watch - PROTECT_WATCH_STREAMS, now);
	/* an unknown name may be a new one from now on, before anything else is done */
	protect_tick_names(protect, now->steady_ns);
	protect_pump(protect, now);
}
