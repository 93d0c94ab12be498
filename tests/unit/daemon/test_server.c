/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket's server: ceilings on size, clients and time, and a socket that was left behind. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include "base/clock.h"
#include "daemon/inside.h"

static char folder[] = "/tmp/floodwall-server-XXXXXX", path[64];
static uv_loop_t loop;
static struct server *server;
static unsigned answered;
static size_t answer_len;

static int echo(void *context, const struct asker *asker, const char *request, size_t len, char **out_text, size_t *out_len)
{
	size_t size = answer_len ? answer_len : len + 1;
	char *text = malloc(size);

	assert_int_equal(asker->user, geteuid());
	memset(text, 'x', size);
	if (!answer_len)
		memcpy(text, request, len);
	text[size - 1] = '\n';
	*out_text = text;
	*out_len = size;
	answered++;
	return 0;
}

static void turn(void)
{
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static int connected(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(connect(peer, (struct sockaddr *)&address, sizeof(address)), 0);
	turn();
	return peer;
}

static void say(int peer, const char *bytes, size_t len)
{
	assert_int_equal(send(peer, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	turn();
}

static void assert_hears(int peer, const char *wanted)
{
	char bytes[256] = "";
	ssize_t len = recv(peer, bytes, sizeof(bytes) - 1, 0);

	assert_int_equal(len, (ssize_t)strlen(wanted));
	assert_string_equal(bytes, wanted);
}

/* The server has hung up. */
static void assert_over(int peer)
{
	char byte;
	ssize_t len = recv(peer, &byte, 1, 0);

	assert_true(len == 0 || (len < 0 && errno == ECONNRESET));
	close(peer);
}

static void lines_in_pieces_and_in_one(void **state)
{
	int peer = connected();

	say(peer, "on", 2);
	assert_int_equal(answered, 0);
	say(peer, "e\n", 2);
	assert_hears(peer, "one\n");
	say(peer, "two\nthree\nfo", 12);
	assert_hears(peer, "two\nthree\n");
	say(peer, "ur\n", 3);
	assert_hears(peer, "four\n");
	assert_int_equal(answered, 4);
	say(peer, "\n", 1);
	assert_hears(peer, "\n");
	close(peer);
	turn();
}

static void a_line_that_is_too_long(void **state)
{
	static char much[CONTROL_REQUEST_MAX];
	int peer = connected();

	memset(much, 'a', sizeof(much));
	say(peer, much, sizeof(much));
	assert_hears(peer, "{\"ok\": false, \"error\": \"a request is one line of at most 4095 bytes\"}\n");
	assert_int_equal(answered, 0);
	say(peer, much, sizeof(much) - 1);
	say(peer, "\n", 1);
	assert_int_equal(answered, 1);
	close(peer);
	turn();
}

static void more_clients_than_are_served(void **state)
{
	int peers[CONTROL_CLIENTS_MAX];

	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		peers[i] = connected();
	int one_more = connected();
	assert_over(one_more);
	say(peers[0], "x\n", 2);
	assert_hears(peers[0], "x\n");
	close(peers[0]);
	turn();
	peers[0] = connected();
	say(peers[0], "y\n", 2);
	assert_hears(peers[0], "y\n");
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		close(peers[i]);
	turn();
}

static void silence(void **state)
{
	uint64_t now_ns = clock_steady_ns();
	int silent = connected(), half = connected(), good = connected();

	say(half, "half", 4);
	server_tick(server, now_ns + 4000000000ull);
	turn();
	say(good, "x\n", 2);
	assert_hears(good, "x\n");
	server_tick(server, now_ns + 7000000000ull);
	turn();
	assert_over(half);
	server_tick(server, now_ns + 50000000000ull);
	turn();
	assert_int_equal(recv(silent, &(char){0}, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	server_tick(server, now_ns + 70000000000ull);
	turn();
	assert_over(silent);
	assert_over(good);
}

/* A client that asks and does not read: nothing more of it is read, others are served, and it is let go. */
static void a_client_that_does_not_read(void **state)
{
	int slow = connected(), good = connected();
	uint64_t now_ns = clock_steady_ns();

	answer_len = 8 << 20;
	say(slow, "a\nb\nc\n", 6);
	assert_int_equal(answered, 1);
	answer_len = 0;
	say(good, "x\n", 2);
	assert_hears(good, "x\n");
	assert_int_equal(answered, 2);
	server_tick(server, now_ns + 10000000000ull);
	turn();
	char bytes[4096];
	ssize_t len;
	do
		len = recv(slow, bytes, sizeof(bytes), 0);
	while (len > 0);
	assert_true(len == 0 || errno == ECONNRESET);
	close(slow);
	close(good);
	turn();
}

static void who_may_ask(void **state)
{
	struct stat there;

	assert_int_equal(stat(path, &there), 0);
	assert_int_equal(there.st_mode & 0777, 0660);
}

static int begin(void **state)
{
	struct server_setup setup = {.path = path, .user = geteuid(), .group = getegid(), .answer = echo};

	answered = 0;
	answer_len = 0;
	return server_open(&loop, &setup, &server, NULL);
}

static int end(void **state)
{
	server_close(server);
	uv_run(&loop, UV_RUN_DEFAULT);
	server_free(server);
	server = NULL;
	return access(path, F_OK) == 0;
}

static void what_stands_in_its_place(void **state)
{
	struct server_setup setup = {.path = path, .user = geteuid(), .group = getegid(), .answer = echo};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct server *other = NULL;
	struct fault fault;

	/* a socket that nobody answers at makes room */
	int left = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(left, (struct sockaddr *)&address, sizeof(address)), 0);
	close(left);
	assert_int_equal(begin(state), 0);
	/* one at which somebody does, does not */
	assert_int_equal(server_open(&loop, &setup, &other, &fault), -EADDRINUSE);
	assert_string_equal(fault.sentence, "another daemon answers there");
	assert_int_equal(end(state), 0);
	/* nor does what is no socket */
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(server_open(&loop, &setup, &other, &fault), -EEXIST);
	unlink(path);
}

/* The other end of the same socket, as the commands use it: a server that is gone is told. */
static void the_asking_side(void **state)
{
	struct control *control = NULL;
	struct fault fault;

	assert_int_equal(control_open("/nonexistent", &control, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "no daemon answers there; is floodwall running?");
	assert_null(control);
	control_close(NULL);
}

static int set_up(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/control.sock", folder);
	return uv_loop_init(&loop);
}

static int tear_down(void **state)
{
	return uv_loop_close(&loop) || rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_in_pieces_and_in_one, begin, end),
		cmocka_unit_test_setup_teardown(a_line_that_is_too_long, begin, end),
		cmocka_unit_test_setup_teardown(more_clients_than_are_served, begin, end),
		cmocka_unit_test_setup_teardown(silence, begin, end),
		cmocka_unit_test_setup_teardown(a_client_that_does_not_read, begin, end),
		cmocka_unit_test_setup_teardown(who_may_ask, begin, end),
		cmocka_unit_test(what_stands_in_its_place),
		cmocka_unit_test(the_asking_side),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
