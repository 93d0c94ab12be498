/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server in the daemon's loop. The library (libmicrohttpd) has an epoll descriptor of its own, without threads:
 *
 *	listening socket   readable: connections are accepted and handed to it (connection.c)
 *	its descriptor     readable: it runs once
 *	a timer            at the time that it asks for: some bytes are in TLS' buffers already, or somebody's time is over
 *	each second        deadlines of ours
 */
#include "web/web.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/endpoint.h"
#include "base/text.h"
#include "web/inside.h"

enum { BACKLOG = 128, MEMORY_OF_ONE = 12 << 10, MEMORY_STEP = 2 << 10, PROGRESS_S = 15, TICK_MS = 1000 };

static void turn(struct web *web);

static void on_wake(uv_timer_t *timer)
{
	turn(timer->data);
}

static void turn(struct web *web)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	if (web->closing)
		return;
	MHD_run(web->server);
	if (MHD_get_timeout(web->server, &wait_ms) == MHD_YES)
		uv_timer_start(&web->wakes, on_wake, wait_ms, 0);
	else
		uv_timer_stop(&web->wakes);
}

static void on_turn(uv_poll_t *poll, int status, int events)
{
	turn(poll->data);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	connection_accept(poll->data);
	turn(poll->data);
}

static void on_tick(uv_timer_t *timer)
{
	struct web *web = timer->data;
	uint64_t now_ns = clock_steady_ns();

	connection_tick(web, now_ns);
	events_tick(web, now_ns);
	if (web->full)
		uv_poll_start(&web->accepts, UV_READABLE, on_connection);
	web->full = false;
	turn(web);
}

/* ---- opening ---- */

static int listen_at(struct web *web, struct fault *out_fault)
{
	struct sockaddr_storage name;
	socklen_t len = endpoint_name(web->setup.address, web->setup.port, &name);
	char word[TEXT_ADDRESS_MAX];
	int yes = 1;

	web->listening = socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (web->listening >= 0)
		setsockopt(web->listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (web->listening < 0 || bind(web->listening, (struct sockaddr *)&name, len) || listen(web->listening, BACKLOG)) {
		int error = -errno;
		fault_set(out_fault, "", 0, 0, "nobody can be served at %s, port %u: %s", text_address(word, web->setup.address),
			web->setup.port, strerror(-error));
		return error;
	}
	len = sizeof(name);
	getsockname(web->listening, (struct sockaddr *)&name, &len);
	web->port = ntohs(((struct sockaddr_in *)&name)->sin_port); /* in the same place of both kinds */
	return 0;
}

static int start_server(struct web *web, struct fault *out_fault)
{
	const struct web_setup *setup = &web->setup;
	struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)setup->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)setup->key}, {MHD_OPTION_END, 0, NULL}};
	struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
	unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | (setup->certificate ? MHD_USE_TLS : 0);

	web->server = MHD_start_daemon(flags, 0, NULL, NULL, serve_request, web, MHD_OPTION_CONNECTION_LIMIT, (unsigned)WEB_CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_OF_ONE, MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)MEMORY_STEP,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)PROGRESS_S, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
		serve_target, web, MHD_OPTION_NOTIFY_COMPLETED, serve_completed, web, MHD_OPTION_NOTIFY_CONNECTION, connection_notify, web,
		MHD_OPTION_ARRAY, setup->certificate ? tls : plain, MHD_OPTION_END);
	if (web->server)
		return 0;
	fault_set(out_fault, "", 0, 0, "%s",
		setup->certificate ? "certificate and key cannot be used: both must be PEM, and belong together"
				   : "the server cannot be started");
	return -EINVAL;
}

static int hang_in(struct web *web, uv_loop_t *loop, struct fault *out_fault)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(web->server, MHD_DAEMON_INFO_EPOLL_FD);
	int error = info ? uv_poll_init(loop, &web->turns, info->epoll_fd) : -ENOTSUP;

	if (!error)
		error = uv_poll_init(loop, &web->accepts, web->listening);
	if (error) {
		fault_set(out_fault, "", 0, 0, "the server's socket cannot be watched: %s", uv_strerror(error));
		return error;
	}
	uv_timer_init(loop, &web->wakes);
	uv_timer_init(loop, &web->ticks);
	web->turns.data = web->accepts.data = web->wakes.data = web->ticks.data = web;
	uv_poll_start(&web->turns, UV_READABLE, on_turn);
	uv_poll_start(&web->accepts, UV_READABLE, on_connection);
	return uv_timer_start(&web->ticks, on_tick, TICK_MS, TICK_MS);
}

static int keep_text(const char **text)
{
	char *copy = *text ? strdup(*text) : NULL;
	bool lost = *text && !copy;

	*text = copy;
	return lost ? -ENOMEM : 0;
}

/* A file that is named as the certificate may hold the key, too. */
static void let_go_of_text(const char *text)
{
	if (text)
		OPENSSL_cleanse((char *)text, strlen(text));
	free((char *)text);
}

int web_open(uv_loop_t *loop, const struct web_setup *setup, struct web **out_web, struct fault *out_fault)
{
	struct web *web = calloc(1, sizeof(*web));
	int error;

	if (!web)
		return -ENOMEM;
	web->setup = *setup;
	web->listening = -1;
	error = keep_text(&web->setup.certificate) | keep_text(&web->setup.key);
	if (!error)
		error = asset_open(web);
	if (!error)
		error = listen_at(web, out_fault);
	if (!error)
		error = start_server(web, out_fault);
	if (!error)
		error = hang_in(web, loop, out_fault);
	if (!error) {
		*out_web = web;
		return 0;
	}
	web_free(web);
	return error;
}

uint16_t web_port(const struct web *web)
{
	return web->port;
}

void web_token_set(struct web *web, const uint8_t digest[WEB_TOKEN_BYTES])
{
	memcpy(web->setup.digest, digest, WEB_TOKEN_BYTES);
	visit_end_all(&web->visits);
	events_tick(web, clock_steady_ns());
}

/* ---- closing ---- */

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void web_close(struct web *web)
{
	if (!web || web->closing)
		return;
	web->closing = true;
	close_handle((uv_handle_t *)&web->turns);
	close_handle((uv_handle_t *)&web->accepts);
	close_handle((uv_handle_t *)&web->wakes);
	close_handle((uv_handle_t *)&web->ticks);
}

static void resume_all(struct web *web)
{
	for (uint32_t i = 0; i < WEB_CONNECTIONS_MAX; i++) {
		struct connection *listener = &web->connections[i];
		listener->cut = true;
		if (listener->waits)
			MHD_resume_connection(listener->handle);
		listener->waits = false;
	}
	MHD_run(web->server); /* a suspended connection must not be stopped */
}

void web_free(struct web *web)
{
	if (!web)
		return;
	if (web->server) {
		resume_all(web);
		MHD_stop_daemon(web->server);
	}
	if (web->listening >= 0)
		close(web->listening);
	let_go_of_text(web->setup.certificate);
	let_go_of_text(web->setup.key);
	free(web->tags);
	OPENSSL_cleanse(web, sizeof(*web));
	free(web);
}
