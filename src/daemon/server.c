/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket. Whoever can connect is trusted to ask (the file's mode says who), and still not to be right: a request is a line of at
 * most CONTROL_REQUEST_MAX bytes, at most CONTROL_CLIENTS_MAX are connected, one that begins a line and does not end it is let go after
 * CONTROL_LINE_S, a silent one after CONTROL_SILENCE_S, and while an answer is on its way to a client nothing more of it is read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "daemon/inside.h"

struct client {
	uv_pipe_t pipe; /* first: uv_close() gives it back */
	uv_write_t write;
	struct server *server;
	bool used, writing, closing;
	struct asker asker;
	uint64_t heard_ns;
	char *answer;
	size_t len;
	char line[CONTROL_REQUEST_MAX];
};

struct server {
	uv_pipe_t pipe;
	struct server_setup setup;
	char path[SETTINGS_PATH_MAX];
	bool listening;
	struct client clients[CONTROL_CLIENTS_MAX];
};

static void read_on(struct client *client);

static void on_closed(uv_handle_t *handle)
{
	struct client *client = (struct client *)handle;

	free(client->answer);
	client->answer = NULL;
	client->used = false;
}

static void let_go(struct client *client)
{
	if (client->closing)
		return;
	client->closing = true;
	uv_close((uv_handle_t *)&client->pipe, on_closed);
}

static void on_written(uv_write_t *write, int status)
{
	struct client *client = write->data;

	free(client->answer);
	client->answer = NULL;
	client->writing = false;
	client->heard_ns = clock_steady_ns();
	if (status < 0)
		let_go(client);
	else if (!client->closing)
		read_on(client);
}

static void give(struct client *client, size_t len)
{
	uv_buf_t buffer = uv_buf_init(client->answer, (unsigned)len);

	client->writing = true;
	client->write.data = client;
	uv_read_stop((uv_stream_t *)&client->pipe);
	if (uv_write(&client->write, (uv_stream_t *)&client->pipe, &buffer, 1, on_written)) {
		client->writing = false;
		let_go(client);
	}
}

static int refuse(struct client *client)
{
	static const char text[] = "{\"ok\": false, \"error\": \"a request is one line of at most 4095 bytes\"}\n";

	client->answer = strdup(text);
	if (!client->answer)
		return -ENOMEM;
	client->len = 0;
	give(client, sizeof(text) - 1);
	return 0;
}

/* The first whole line is answered; the others wait until the answer is gone. */
static void answer_line(struct client *client)
{
	char *end = memchr(client->line, '\n', client->len);
	size_t line_len, len = 0;

	if (!end && client->len == sizeof(client->line)) {
		if (refuse(client))
			let_go(client);
		return;
	}
	if (!end)
		return;
	line_len = (size_t)(end - client->line);
	if (client->server->setup.answer(client->server->setup.context, &client->asker, client->line, line_len, &client->answer, &len)) {
		let_go(client);
		return;
	}
	client->len -= line_len + 1;
	memmove(client->line, end + 1, client->len);
	give(client, len);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out_buffer)
{
	struct client *client = (struct client *)handle;

	*out_buffer = uv_buf_init(client->line + client->len, (unsigned)(sizeof(client->line) - client->len));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
	struct client *client = (struct client *)stream;

	if (len < 0) {
		let_go(client);
		return;
	}
	if (!client->len)
		client->heard_ns = clock_steady_ns();
	client->len += (size_t)len;
	if (!client->writing)
		answer_line(client);
}

static void read_on(struct client *client)
{
	if (client->len)
		answer_line(client);
	if (!client->writing && !client->closing && uv_read_start((uv_stream_t *)&client->pipe, on_room, on_read))
		let_go(client);
}

static struct asker asker_of(uv_pipe_t *pipe)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t len = sizeof(peer);
	uv_os_fd_t descriptor;

	if (uv_fileno((uv_handle_t *)pipe, &descriptor) == 0)
		getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	return (struct asker){.user = peer.uid};
}

static void on_refused(uv_handle_t *handle)
{
	free(handle);
}

/* Accepted and closed at once: left in the queue it would wake the loop for ever. */
static void turn_away(struct server *server)
{
	uv_pipe_t *pipe = malloc(sizeof(*pipe));

	if (!pipe || uv_pipe_init(server->pipe.loop, pipe, 0)) {
		free(pipe);
		return;
	}
	uv_accept((uv_stream_t *)&server->pipe, (uv_stream_t *)pipe);
	uv_close((uv_handle_t *)pipe, on_refused);
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct server *server = (struct server *)stream;
	struct client *client = NULL;

	if (status < 0)
		return;
	for (int i = 0; i < CONTROL_CLIENTS_MAX && !client; i++)
		client = server->clients[i].used ? NULL : &server->clients[i];
	if (!client) {
		turn_away(server);
		return;
	}
	memset(client, 0, offsetof(struct client, line));
	client->server = server;
	client->used = true;
	client->heard_ns = clock_steady_ns();
	uv_pipe_init(server->pipe.loop, &client->pipe, 0);
	if (uv_accept(stream, (uv_stream_t *)&client->pipe)) {
		let_go(client);
		return;
	}
	client->asker = asker_of(&client->pipe);
	read_on(client);
}

/* A socket that nobody answers at was left by a process that is gone. */
static int clear_path(const char *path, struct fault *out_fault)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat there;
	int probe, error;

	if (lstat(path, &there))
		return 0;
	if (!S_ISSOCK(there.st_mode)) {
		fault_set(out_fault, path, 0, 0, "is there already and is no socket");
		return -EEXIST;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%.*s", (int)sizeof(address.sun_path) - 1, path);
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	error = probe < 0 || connect(probe, (struct sockaddr *)&address, sizeof(address)) ? errno : 0;
	if (probe >= 0)
		close(probe);
	if (error == ECONNREFUSED)
		return unlink(path) ? -errno : 0;
	fault_set(out_fault, path, 0, 0, "another daemon answers there");
	return -EADDRINUSE;
}

static int listen_at(struct server *server, struct fault *out_fault)
{
	const struct server_setup *setup = &server->setup;
	mode_t mask = umask(0177);
	int error = uv_pipe_bind(&server->pipe, server->path);

	umask(mask);
	/* in this order: what is another's already, only CAP_FOWNER could change */
	if (!error && (chmod(server->path, 0660) || chown(server->path, setup->user, setup->group)))
		error = -errno;
	if (!error)
		error = uv_listen((uv_stream_t *)&server->pipe, CONTROL_CLIENTS_MAX, on_connection);
	if (error)
		fault_set(out_fault, server->path, 0, 0, "no socket can be made there: %s", strerror(-error));
	server->listening = !error;
	return error;
}

int server_open(uv_loop_t *loop, const struct server_setup *setup, struct server **out_server, struct fault *out_fault)
{
	struct server *server;
	int error = clear_path(setup->path, out_fault);

	if (error)
		return error;
	server = calloc(1, sizeof(*server));
	if (!server)
		return -ENOMEM;
	server->setup = *setup;
	snprintf(server->path, sizeof(server->path), "%s", setup->path);
	uv_pipe_init(loop, &server->pipe, 0);
	error = listen_at(server, out_fault);
	*out_server = server; /* its handle is the loop's until it is closed */
	return error;
}

void server_tick(struct server *server, uint64_t now_ns)
{
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &server->clients[i];
		uint64_t patience_s = client->len || client->writing ? CONTROL_LINE_S : CONTROL_SILENCE_S;
		if (client->used && now_ns - client->heard_ns > patience_s * 1000000000ull)
			let_go(client);
	}
}

void server_close(struct server *server)
{
	if (!server)
		return;
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (server->clients[i].used)
			let_go(&server->clients[i]);
	if (server->listening)
		unlink(server->path);
	uv_close((uv_handle_t *)&server->pipe, NULL);
}

void server_free(struct server *server)
{
	free(server);
}
