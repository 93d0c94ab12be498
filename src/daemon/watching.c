/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/watching.h"

#include <stdlib.h>

static void on_ready(uv_poll_t *handle, int status, int events);

void watching_free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void stop_poll(struct watching_poll *poll)
{
	if (poll->handle)
		uv_close((uv_handle_t *)poll->handle, watching_free_handle);
	poll->handle = NULL;
}

static void start_poll(struct watching *watching, struct watching_poll *poll, const struct protect_watch *watch)
{
	poll->handle = malloc(sizeof(*poll->handle));
	if (poll->handle && uv_poll_init(host_loop(watching->host), poll->handle, watch->descriptor)) {
		free(poll->handle);
		poll->handle = NULL;
	}
	if (!poll->handle) {
		host_say(watching->host, "a descriptor cannot be watched");
		return;
	}
	poll->handle->data = watching;
	poll->generation = watch->generation;
	poll->wants = 0;
}

static void poll_for(struct watching_poll *poll, unsigned wants)
{
	int events = (wants & PROTECT_READABLE ? UV_READABLE : 0) | (wants & PROTECT_WRITABLE ? UV_WRITABLE : 0);

	poll->wants = wants;
	uv_poll_start(poll->handle, events, on_ready);
}

/* The guard's, in the shield's form. */
static const struct protect_watch *guards_watches(struct host *host, struct protect_watch out[PROTECT_WATCHES])
{
	const struct guard_watch *watches = guard_watches(host_guard(host));

	_Static_assert((int)GUARD_WATCHES <= (int)PROTECT_WATCHES, "there is a poll for each");
	for (unsigned i = 0; i < PROTECT_WATCHES; i++)
		out[i] = (struct protect_watch){.descriptor = -1};
	for (unsigned i = 0; i < GUARD_WATCHES; i++)
		out[i] = (struct protect_watch){watches[i].descriptor, PROTECT_READABLE, watches[i].generation};
	return out;
}

static void role_ready(struct host *host, unsigned watch, const struct fetch_time *now)
{
	if (host_guard(host))
		guard_ready(host_guard(host), watch, now);
	else
		protect_ready(host_protect(host), watch, now);
}

void watching_follow(struct watching *watching)
{
	struct protect_watch of_guard[PROTECT_WATCHES];
	struct host *host = watching->host;
	const struct protect_watch *watches = host_guard(host) ? guards_watches(host, of_guard) : protect_watches(host_protect(host));

	for (unsigned i = 0; i < PROTECT_WATCHES; i++)
		if (watches[i].descriptor < 0 || watching->polls[i].generation != watches[i].generation)
			stop_poll(&watching->polls[i]);
	for (unsigned i = 0; i < PROTECT_WATCHES; i++) {
		struct watching_poll *poll = &watching->polls[i];
		if (!poll->handle && watches[i].descriptor >= 0)
			start_poll(watching, poll, &watches[i]);
		if (poll->handle && poll->wants != watches[i].wants)
			poll_for(poll, watches[i].wants);
	}
}

static void on_ready(uv_poll_t *handle, int status, int events)
{
	struct watching *watching = handle->data;
	struct fetch_time now = host_now();

	for (unsigned i = 0; i < PROTECT_WATCHES; i++)
		if (watching->polls[i].handle == handle) {
			role_ready(watching->host, i, &now);
			break;
		}
	watching_follow(watching);
}
