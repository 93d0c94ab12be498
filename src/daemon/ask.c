/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other end of the control socket: one line out, one line in. Blocks, at most ANSWER_S for each piece of an answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum { ANSWER_S = 10, FIRST_ROOM = 16384 };

struct control {
	int descriptor;
	char path[SETTINGS_PATH_MAX];
};

static int told(struct fault *out_fault, const char *path, int error)
{
	const char *sentence = error == -ENOENT || error == -ECONNREFUSED ? "no daemon answers there; is floodwall running?"
		: error == -EACCES                                        ? "you may not ask there; the socket is for root and its group"
		: error == -EAGAIN || error == -ETIMEDOUT                 ? "the daemon does not answer"
		: error == -ECONNRESET || error == -EPIPE                 ? "the daemon hung up; perhaps too many are asking"
									  : strerror(-error);

	fault_set(out_fault, path, 0, 0, "%s", sentence);
	return error;
}

int control_open(const char *socket_path, struct control **out_control, struct fault *out_fault)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = ANSWER_S};
	struct control *control;
	int error = 0;

	if (strlen(socket_path) >= sizeof(address.sun_path))
		return told(out_fault, socket_path, -ENAMETOOLONG);
	memcpy(address.sun_path, socket_path, strlen(socket_path));
	control = calloc(1, sizeof(*control));
	if (!control)
		return -ENOMEM;
	snprintf(control->path, sizeof(control->path), "%s", socket_path);
	control->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control->descriptor < 0 || setsockopt(control->descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
		setsockopt(control->descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
		connect(control->descriptor, (struct sockaddr *)&address, sizeof(address)))
		error = -errno;
	if (error) {
		control_close(control);
		return told(out_fault, socket_path, error);
	}
	*out_control = control;
	return 0;
}

static int send_all(int descriptor, const char *bytes, size_t len)
{
	while (len) {
		ssize_t sent = send(descriptor, bytes, len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		bytes += sent;
		len -= (size_t)sent;
	}
	return 0;
}

static int grow(char **text, size_t *room)
{
	size_t wider = *room ? *room * 2 : FIRST_ROOM;
	char *grown = wider > CONTROL_ANSWER_MAX ? NULL : realloc(*text, wider + 1);

	if (!grown)
		return wider > CONTROL_ANSWER_MAX ? -EMSGSIZE : -ENOMEM;
	*text = grown;
	*room = wider;
	return 0;
}

static int receive_line(int descriptor, char **out_text, size_t *out_len)
{
	size_t room = 0, len = 0;
	char *text = NULL;
	int error = 0;

	while (!error && !(len && text[len - 1] == '\n')) {
		if (len == room)
			error = grow(&text, &room);
		if (error)
			break;
		ssize_t got = recv(descriptor, text + len, room - len, 0);
		if (got > 0)
			len += (size_t)got;
		else if (got == 0)
			error = -ECONNRESET;
		else if (errno != EINTR)
			error = -errno;
	}
	if (error) {
		free(text);
		return error;
	}
	text[--len] = 0;
	*out_text = text;
	*out_len = len;
	return 0;
}

int control_ask(struct control *control, const char *request, char **out_answer, size_t *out_len, struct fault *out_fault)
{
	int error = send_all(control->descriptor, request, strlen(request));

	if (!error)
		error = send_all(control->descriptor, "\n", 1);
	if (!error)
		error = receive_line(control->descriptor, out_answer, out_len);
	return error ? told(out_fault, control->path, error) : 0;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	if (control->descriptor >= 0)
		close(control->descriptor);
	free(control);
}
