/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue is one piece of memory with the oldest line at its front. What was written of that line is remembered: after a full disk the rest of
 * it follows, so that no reader ever sees half a line; where the other end is a new one (reconnected, reopened) it begins anew.
 *
 *	{"a":1}\n{"b":2}\n{"c":3}\n
 *	----^            ^         ^
 *	    sent         ...       used
 *
 * Every end is opened so that it cannot make us wait. Standard output is somebody else's, too, and must not be changed: what it leads to is opened
 * once more for ourselves; where that cannot be, it is asked before each small piece whether it has room.
 */
#include "tell/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum { DEAF_S = 60, FIRST_WAIT_MS = 200, LAST_WAIT_MS = 30000, HEAD_MAX = 192, PIECES_A_TICK = 32, PIECE = 4096, HOST_MAX = 65 };

struct outlet {
	enum outlet_kind kind;
	bool rfc5424;
	uint8_t facility;
	char path[OUTLET_PATH_MAX], host[HOST_MAX];
	int descriptor; /* -1: not open */
	bool asks; /* it may wait: ask before each piece */
	bool is_socket;
	char *queue;
	size_t used, sent; /* sent: of the first line */
	uint64_t written, lost, lost_said;
	uint64_t next_ns; /* not tried before */
	uint64_t moved_ns; /* when something was taken last */
	uint32_t wait_ms;
	int trouble; /* errno, 0: none; EAGAIN: it stays open, and nobody reads */
	bool said;
};

static const char *const nouns[] = {"file", "standard output", "socket", "syslog"};

int outlet_new(const struct outlet_setup *setup, struct outlet **out_outlet)
{
	struct outlet *outlet = calloc(1, sizeof(*outlet));

	if (!outlet)
		return -ENOMEM;
	*outlet = (struct outlet){.kind = setup->kind,
		.rfc5424 = setup->rfc5424,
		.facility = setup->facility,
		.descriptor = -1,
		.wait_ms = FIRST_WAIT_MS,
		.queue = malloc(OUTLET_QUEUE)};
	if (!outlet->queue) {
		free(outlet);
		return -ENOMEM;
	}
	snprintf(outlet->path, sizeof(outlet->path), "%s", setup->path ? setup->path : "");
	if (gethostname(outlet->host, sizeof(outlet->host) - 1) || !outlet->host[0])
		snprintf(outlet->host, sizeof(outlet->host), "-");
	for (char *at = outlet->host; *at; at++)
		if (*at <= ' ' || *at >= 127)
			*at = '-';
	*out_outlet = outlet;
	return 0;
}

static void let_go(struct outlet *outlet)
{
	if (outlet->descriptor >= 0)
		close(outlet->descriptor);
	outlet->descriptor = -1;
	outlet->sent = 0;
}

void outlet_free(struct outlet *outlet)
{
	if (!outlet)
		return;
	let_go(outlet);
	free(outlet->queue);
	free(outlet);
}

/* ---- lines ---- */

/* RFC 3164 section 4.1 as local daemons read it (local time, no host), or RFC 5424 section 6. */
static size_t make_head(const struct outlet *outlet, const struct outlet_line *line, char out[HEAD_MAX])
{
	unsigned priority = outlet->facility * 8u + line->severity % 8u;
	time_t time_s = (time_t)line->time_s;
	char moment[TEXT_TIME_MAX];
	struct tm local;

	if (outlet->kind != OUTLET_SYSLOG)
		return 0;
	if (outlet->rfc5424)
		return (size_t)snprintf(out, HEAD_MAX, "<%u>1 %s %s floodwall %d %s - ", priority,
			text_time(moment, line->time_s * 1000000000u), outlet->host, (int)getpid(), line->word);
	if (!localtime_r(&time_s, &local) || !strftime(moment, sizeof(moment), "%b %e %H:%M:%S", &local))
		moment[0] = 0;
	return (size_t)snprintf(out, HEAD_MAX, "<%u>%s floodwall[%d]: ", priority, moment, (int)getpid());
}

void outlet_write(struct outlet *outlet, const struct outlet_line *line)
{
	char head[HEAD_MAX];
	size_t head_len = make_head(outlet, line, head);

	if (line->len >= OUTLET_QUEUE || head_len + line->len + 1 > OUTLET_QUEUE - outlet->used) {
		outlet->lost++;
		return;
	}
	memcpy(outlet->queue + outlet->used, head, head_len);
	memcpy(outlet->queue + outlet->used + head_len, line->text, line->len);
	outlet->used += head_len + line->len;
	outlet->queue[outlet->used++] = '\n';
}

/* ---- ends ---- */

static int open_file(struct outlet *outlet)
{
	outlet->descriptor = open(outlet->path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0640);
	return outlet->descriptor < 0 ? -errno : 0;
}

static int open_stdout(struct outlet *outlet)
{
	struct stat status;

	if (fstat(STDOUT_FILENO, &status))
		return -errno;
	outlet->is_socket = S_ISSOCK(status.st_mode);
	outlet->asks = false;
	if (!outlet->is_socket)
		outlet->descriptor = open("/proc/self/fd/1", O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (outlet->descriptor >= 0)
		return 0;
	outlet->asks = !outlet->is_socket;
	outlet->descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	return outlet->descriptor < 0 ? -errno : 0;
}

static int open_socket(struct outlet *outlet)
{
	int type = outlet->kind == OUTLET_SYSLOG ? SOCK_DGRAM : SOCK_STREAM;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(outlet->path);

	if (len >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, outlet->path, len);
	outlet->is_socket = true;
	outlet->descriptor = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (outlet->descriptor < 0)
		return -errno;
	if (connect(outlet->descriptor, (struct sockaddr *)&address, sizeof(address))) {
		int error = -errno;
		let_go(outlet);
		return error;
	}
	return 0;
}

static int reach(struct outlet *outlet)
{
	if (outlet->descriptor >= 0)
		return 0;
	return outlet->kind == OUTLET_FILE ? open_file(outlet) : outlet->kind == OUTLET_STDOUT ? open_stdout(outlet) : open_socket(outlet);
}

/* Nobody sends to us there: what can be read is the end of it. */
static bool is_gone(const struct outlet *outlet)
{
	char byte;

	return outlet->kind == OUTLET_SOCKET && recv(outlet->descriptor, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

static ssize_t give(struct outlet *outlet, const char *bytes, size_t len)
{
	struct pollfd asked = {.fd = outlet->descriptor, .events = POLLOUT};

	if (outlet->is_socket)
		return send(outlet->descriptor, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (outlet->asks && (poll(&asked, 1, 0) != 1 || !(asked.revents & POLLOUT))) {
		errno = EAGAIN;
		return -1;
	}
	return write(outlet->descriptor, bytes, outlet->asks && len > PIECE ? PIECE : len);
}

/* The whole lines among what went out leave the queue. */
static void shift(struct outlet *outlet, size_t given)
{
	const char *end;
	size_t gone;

	outlet->sent += given;
	end = memrchr(outlet->queue, '\n', outlet->sent);
	gone = end ? (size_t)(end - outlet->queue) + 1 : 0;
	for (size_t i = 0; i < gone; i++)
		outlet->written += outlet->queue[i] == '\n';
	outlet->sent -= gone;
	outlet->used -= gone;
	memmove(outlet->queue, outlet->queue + gone, outlet->used);
}

/* A datagram is a whole line, without its end; one that is too large for the other side is lost. */
static int give_datagram(struct outlet *outlet)
{
	size_t len = (size_t)((const char *)memchr(outlet->queue, '\n', outlet->used) - outlet->queue);
	ssize_t given = give(outlet, outlet->queue, len);
	int error = errno;

	if (given < 0 && error != EMSGSIZE)
		return -error;
	if (given < 0) {
		outlet->lost++;
		outlet->written--; /* shift() will count it */
	}
	shift(outlet, len + 1);
	return 0;
}

static int give_some(struct outlet *outlet)
{
	ssize_t given;

	if (outlet->kind == OUTLET_SYSLOG)
		return give_datagram(outlet);
	given = give(outlet, outlet->queue + outlet->sent, outlet->used - outlet->sent);
	if (given < 0)
		return -errno;
	shift(outlet, (size_t)given);
	return 0;
}

static bool is_patience(int error)
{
	return error == -EAGAIN || error == -EWOULDBLOCK || error == -EINTR || error == -ENOBUFS;
}

/* ---- time ---- */

static void put_off(struct outlet *outlet, int error, uint64_t steady_ns)
{
	outlet->trouble = -error;
	outlet->next_ns = steady_ns + outlet->wait_ms * 1000000ull;
	outlet->wait_ms = outlet->wait_ms * 2 < LAST_WAIT_MS ? outlet->wait_ms * 2 : LAST_WAIT_MS;
	/* a file that is full stays open: the rest of a line goes where its beginning is */
	if (outlet->kind != OUTLET_FILE)
		let_go(outlet);
}

/* Who is slow may be; who takes nothing for a minute, while lines are lost by it, is trouble. */
static void note_deaf(struct outlet *outlet, uint64_t steady_ns)
{
	if (!outlet->trouble && outlet->lost > outlet->lost_said && steady_ns - outlet->moved_ns > DEAF_S * 1000000000ull)
		outlet->trouble = EAGAIN;
}

static const char *why_of(const struct outlet *outlet)
{
	return outlet->trouble == EAGAIN ? "nobody reads them there" : strerror(outlet->trouble);
}

/* Where it goes, as a person would say it. */
static const char *place_of(const struct outlet *outlet, char *out, size_t size)
{
	char path[OUTLET_PATH_MAX + 64];

	text_escape(path, sizeof(path), outlet->path, SIZE_MAX);
	snprintf(out, size, "event lines: %s%s%s", nouns[outlet->kind], *path ? " " : "", path);
	return out;
}

static enum outlet_news say(struct outlet *outlet, char out_say[OUTLET_SENTENCE_MAX])
{
	unsigned long long lost = outlet->lost - outlet->lost_said;
	enum outlet_news news = OUTLET_SAME;
	char place[OUTLET_PATH_MAX + 96];

	place_of(outlet, place, sizeof(place));
	if (outlet->trouble && !outlet->said) {
		snprintf(out_say, OUTLET_SENTENCE_MAX, "%s: %s; it is tried again, and lines wait", place, why_of(outlet));
		news = OUTLET_TROUBLE;
	} else if (!outlet->trouble && outlet->said) {
		snprintf(out_say, OUTLET_SENTENCE_MAX, "%s takes them again; %llu lines were lost", place, lost);
		news = OUTLET_WELL;
	} else if (!outlet->said && lost && !outlet->used) {
		snprintf(out_say, OUTLET_SENTENCE_MAX, "%s was too slow; %llu lines were lost", place, lost);
		news = OUTLET_SLOW;
	}
	if (news == OUTLET_WELL || news == OUTLET_SLOW)
		outlet->lost_said = outlet->lost;
	outlet->said = outlet->trouble != 0;
	return news;
}

enum outlet_news outlet_tick(struct outlet *outlet, uint64_t steady_ns, char out_say[OUTLET_SENTENCE_MAX])
{
	int error;

	if (outlet->next_ns > steady_ns)
		return OUTLET_SAME;
	if (outlet->descriptor >= 0 && is_gone(outlet))
		let_go(outlet);
	error = reach(outlet);
	if (!error && !outlet->used && outlet->kind != OUTLET_FILE)
		outlet->trouble = 0; /* the other end is there; of a file only writing proves anything */
	for (unsigned i = 0; !error && outlet->used && i < PIECES_A_TICK; i++) {
		error = give_some(outlet);
		if (!error) {
			/* a little that a deaf one took is not the end of it: it would be said again and again */
			outlet->trouble = outlet->trouble == EAGAIN && outlet->used ? EAGAIN : 0;
			outlet->wait_ms = FIRST_WAIT_MS;
			outlet->moved_ns = steady_ns;
		}
	}
	if (is_patience(error))
		note_deaf(outlet, steady_ns);
	else if (error)
		put_off(outlet, error, steady_ns);
	return say(outlet, out_say);
}

void outlet_reopen(struct outlet *outlet)
{
	if (outlet->kind == OUTLET_STDOUT)
		return;
	let_go(outlet);
	outlet->next_ns = 0;
	outlet->wait_ms = FIRST_WAIT_MS;
}

void outlet_see(const struct outlet *outlet, struct outlet_state *out_state)
{
	*out_state = (struct outlet_state){.kind = outlet->kind, .written = outlet->written, .lost = outlet->lost, .waiting = outlet->used};
	memcpy(out_state->path, outlet->path, sizeof(out_state->path));
	if (outlet->trouble)
		snprintf(out_state->trouble, sizeof(out_state->trouble), "%s", why_of(outlet));
}

uint64_t outlet_unwritten(const struct outlet *outlet)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < outlet->used; i++)
		lines += outlet->queue[i] == '\n';
	return lines;
}

void outlet_say_lost(const struct outlet *outlet, uint64_t lines, char out_say[OUTLET_SENTENCE_MAX])
{
	char place[OUTLET_PATH_MAX + 96];

	snprintf(out_say, OUTLET_SENTENCE_MAX, "%s is let go; %llu lines that waited were lost", place_of(outlet, place, sizeof(place)),
		(unsigned long long)lines);
}
