/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real files and sockets: readers that die and come back, files that are moved away, a disk that is full. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "nomem.h"
#include "tell/outlet.h"

enum { SECOND = 1000000000 };

static char folder[64], path[96], sentence[OUTLET_SENTENCE_MAX], got[1 << 20];
static uint64_t now_ns = 1;

static struct outlet *make(enum outlet_kind kind, bool rfc5424)
{
	struct outlet_setup setup = {.kind = kind, .path = path, .rfc5424 = rfc5424, .facility = 16};
	struct outlet *outlet;

	assert_int_equal(outlet_new(&setup, &outlet), 0);
	return outlet;
}

static void put(struct outlet *outlet, const char *text)
{
	outlet_write(
		outlet, &(struct outlet_line){.text = text, .len = strlen(text), .time_s = 1767225600, .severity = 3, .word = "alert"});
}

static struct outlet_state state_of(const struct outlet *outlet)
{
	struct outlet_state state;

	outlet_see(outlet, &state);
	return state;
}

static enum outlet_news later(struct outlet *outlet, uint64_t seconds)
{
	now_ns += seconds * SECOND;
	return outlet_tick(outlet, now_ns, sentence);
}

static const char *file_of(const char *name)
{
	int descriptor = open(name, O_RDONLY);
	ssize_t len = descriptor < 0 ? 0 : read(descriptor, got, sizeof(got) - 1);

	close(descriptor);
	got[len > 0 ? len : 0] = 0;
	return got;
}

static struct sockaddr_un address(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	return at;
}

static int listen_at(int type)
{
	struct sockaddr_un at = address();
	int listener = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);

	unlink(path);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(listener, 1), 0);
	return listener;
}

/* SIGHUP after a rename: what came before is in the old file, what comes after in the new one. */
static void a_file_is_rotated(void **state)
{
	char old[100];
	struct stat status;
	struct outlet *outlet;

	snprintf(path, sizeof(path), "%s/eve.json", folder);
	snprintf(old, sizeof(old), "%s.1", path);
	outlet = make(OUTLET_FILE, false);
	put(outlet, "{\"a\":1}");
	assert_int_equal(later(outlet, 1), OUTLET_SAME);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	assert_int_equal(rename(path, old), 0);
	put(outlet, "{\"a\":2}");
	later(outlet, 1);
	outlet_reopen(outlet);
	put(outlet, "{\"a\":3}");
	later(outlet, 1);
	assert_string_equal(file_of(old), "{\"a\":1}\n{\"a\":2}\n");
	assert_string_equal(file_of(path), "{\"a\":3}\n");
	assert_int_equal(state_of(outlet).written, 3);
	outlet_free(outlet);
}

/* A file that may not grow is a disk that is full: half a line is written, said once; later the rest follows, and no line is cut. */
static void a_full_disk(void **state)
{
	struct rlimit had, tight;
	struct outlet *outlet;
	unsigned said = 0;

	snprintf(path, sizeof(path), "%s/full.json", folder);
	outlet = make(OUTLET_FILE, false);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &had), 0);
	tight = had;
	tight.rlim_cur = 10;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	for (unsigned i = 0; i < 50; i++) {
		put(outlet, "{\"line\":1}");
		said += later(outlet, 1) == OUTLET_TROUBLE;
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &had), 0);
	assert_int_equal(said, 1);
	assert_non_null(strstr(sentence, "full.json: File too large; it is tried again"));
	assert_true(strlen(file_of(path)) == 10);
	assert_string_equal(state_of(outlet).trouble, "File too large");
	assert_int_equal(later(outlet, 60), OUTLET_WELL);
	assert_non_null(strstr(sentence, "takes them again; 0 lines were lost"));
	assert_int_equal(strlen(file_of(path)), 50 * 11);
	for (unsigned i = 0; i < 50; i++)
		assert_memory_equal(got + 11 * i, "{\"line\":1}\n", 11);
	assert_int_equal(state_of(outlet).written, 50);
	outlet_free(outlet);
}

static void a_file_that_cannot_be(void **state)
{
	struct outlet *outlet;

	snprintf(path, sizeof(path), "%s/none/eve.json", folder);
	outlet = make(OUTLET_FILE, false);
	put(outlet, "{}");
	assert_int_equal(later(outlet, 1), OUTLET_TROUBLE);
	assert_int_equal(later(outlet, 60), OUTLET_SAME);
	path[strlen(path) - strlen("/eve.json")] = 0;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(later(outlet, 60), OUTLET_WELL);
	outlet_free(outlet);
}

/* Nobody reads: the queue fills up to its ceiling, and what is more is counted to the line; nothing waits for anybody. */
static void a_queue_has_a_ceiling(void **state)
{
	static char line[1000];
	struct outlet *outlet;
	unsigned fits = OUTLET_QUEUE / 1000;

	memset(line, 'x', 999);
	snprintf(path, sizeof(path), "%s/nobody", folder);
	outlet = make(OUTLET_SOCKET, false);
	for (unsigned i = 0; i < 1000; i++) {
		put(outlet, line);
		later(outlet, 1);
	}
	assert_int_equal(state_of(outlet).lost, 1000 - fits);
	assert_int_equal(state_of(outlet).waiting, fits * 1000);
	assert_true(state_of(outlet).waiting <= OUTLET_QUEUE);
	assert_int_equal(outlet_unwritten(outlet), fits);
	outlet_say_lost(outlet, fits, sentence);
	assert_non_null(strstr(sentence, "nobody is let go; 262 lines that waited were lost"));
	outlet_free(outlet);
}

static size_t read_all(int peer)
{
	size_t len = 0;
	ssize_t more;

	while ((more = recv(peer, got + len, sizeof(got) - 1 - len, MSG_DONTWAIT)) > 0)
		len += (size_t)more;
	got[len] = 0;
	return len;
}

static void a_reader_dies_and_comes_back(void **state)
{
	int listener, peer;
	struct outlet *outlet;

	snprintf(path, sizeof(path), "%s/stream", folder);
	outlet = make(OUTLET_SOCKET, false);
	put(outlet, "{\"n\":1}");
	assert_int_equal(later(outlet, 1), OUTLET_TROUBLE);
	assert_non_null(strstr(sentence, "No such file or directory"));
	listener = listen_at(SOCK_STREAM);
	assert_int_equal(later(outlet, 60), OUTLET_WELL);
	peer = accept(listener, NULL, NULL);
	assert_true(peer >= 0);
	read_all(peer);
	assert_string_equal(got, "{\"n\":1}\n");
	/* it dies: noticed before the next line is given to nobody */
	close(peer);
	close(listener);
	put(outlet, "{\"n\":2}");
	later(outlet, 1);
	put(outlet, "{\"n\":3}");
	later(outlet, 1);
	listener = listen_at(SOCK_STREAM);
	later(outlet, 60);
	peer = accept(listener, NULL, NULL);
	assert_true(peer >= 0);
	read_all(peer);
	assert_string_equal(got, "{\"n\":2}\n{\"n\":3}\n");
	assert_int_equal(state_of(outlet).lost, 0);
	close(peer);
	close(listener);
	outlet_free(outlet);
}

/* It reads nothing, then dies in the middle of a line: the next one gets that line whole. */
static void a_reader_that_stops_reading(void **state)
{
	static char line[40001];
	int listener, peer;
	struct outlet *outlet;
	size_t len;

	memset(line, 'y', sizeof(line) - 1);
	snprintf(path, sizeof(path), "%s/slow", folder);
	listener = listen_at(SOCK_STREAM);
	outlet = make(OUTLET_SOCKET, false);
	later(outlet, 1);
	peer = accept(listener, NULL, NULL);
	assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &(int){1}, sizeof(int)), 0);
	for (unsigned i = 0; i < 40; i++) {
		put(outlet, line);
		assert_int_not_equal(later(outlet, 1), OUTLET_TROUBLE);
	}
	assert_true(state_of(outlet).lost > 0);
	assert_true(state_of(outlet).waiting > 0);
	close(peer);
	for (unsigned i = 0; i < 3; i++)
		later(outlet, 60);
	peer = accept(listener, NULL, NULL);
	assert_true(peer >= 0);
	for (unsigned i = 0; i < 100 && state_of(outlet).waiting; i++) {
		len = read_all(peer);
		if (!i)
			assert_true(len >= 40001 && got[0] == 'y' && got[40000] == '\n');
		later(outlet, 60);
	}
	assert_int_equal(state_of(outlet).waiting, 0);
	assert_int_equal(state_of(outlet).written + state_of(outlet).lost, 40);
	close(peer);
	close(listener);
	outlet_free(outlet);
}

/* It stays connected and reads nothing: lines are lost by it, and that is trouble, said once; over when all that waited was taken. */
static void a_reader_that_never_reads(void **state)
{
	static char line[40001];
	unsigned told = 0;
	int listener, peer;
	struct outlet *outlet;

	memset(line, 'z', sizeof(line) - 1);
	snprintf(path, sizeof(path), "%s/deaf", folder);
	listener = listen_at(SOCK_STREAM);
	outlet = make(OUTLET_SOCKET, false);
	later(outlet, 1);
	peer = accept(listener, NULL, NULL);
	for (unsigned i = 0; i < 200; i++) {
		put(outlet, line);
		told += later(outlet, 1) == OUTLET_TROUBLE;
	}
	assert_int_equal(told, 1);
	assert_non_null(strstr(sentence, "nobody reads them"));
	assert_string_equal(state_of(outlet).trouble, "nobody reads them there");
	assert_true(recv(peer, got, 40001, MSG_DONTWAIT) > 0);
	assert_int_equal(later(outlet, 1), OUTLET_SAME); /* a little was taken; most still waits */
	told = 0;
	for (unsigned i = 0; i < 100 && state_of(outlet).waiting; i++) {
		read_all(peer);
		told += later(outlet, 1) == OUTLET_WELL;
	}
	assert_int_equal(told + (later(outlet, 1) == OUTLET_WELL), 1);
	assert_string_equal(state_of(outlet).trouble, "");
	close(peer);
	close(listener);
	outlet_free(outlet);
}

static void syslog_forms(void **state)
{
	static char large[300 << 10];
	int server;
	struct outlet *outlet;

	setenv("TZ", "UTC0", 1);
	snprintf(path, sizeof(path), "%s/log", folder);
	server = listen_at(SOCK_DGRAM);
	outlet = make(OUTLET_SYSLOG, false);
	put(outlet, "{\"a\":1}");
	put(outlet, "{\"a\":2}");
	later(outlet, 1);
	got[recv(server, got, sizeof(got) - 1, 0)] = 0;
	assert_memory_equal(got, "<131>Jan  1 00:00:00 floodwall[", 31); /* local0.err */
	assert_string_equal(strchr(got, ']'), "]: {\"a\":1}");
	got[recv(server, got, sizeof(got) - 1, 0)] = 0;
	assert_string_equal(strchr(got, ']'), "]: {\"a\":2}");
	outlet_free(outlet);
	outlet = make(OUTLET_SYSLOG, true);
	memset(large, 'z', OUTLET_QUEUE - 200);
	put(outlet, large); /* larger than a datagram may be */
	later(outlet, 1);
	put(outlet, "{\"a\":3}");
	later(outlet, 1);
	got[recv(server, got, sizeof(got) - 1, 0)] = 0;
	assert_memory_equal(got, "<131>1 2026-01-01T00:00:00.000000Z ", 35);
	assert_non_null(strstr(got, " floodwall "));
	assert_non_null(strstr(got, " alert - {\"a\":3}"));
	assert_int_equal(state_of(outlet).lost, 1);
	assert_int_equal(state_of(outlet).written, 1);
	/* the server dies and comes back */
	close(server);
	put(outlet, "{\"a\":4}");
	assert_int_equal(later(outlet, 1), OUTLET_TROUBLE);
	server = listen_at(SOCK_DGRAM);
	assert_int_equal(later(outlet, 60), OUTLET_WELL);
	got[recv(server, got, sizeof(got) - 1, 0)] = 0;
	assert_non_null(strstr(got, "{\"a\":4}"));
	close(server);
	outlet_free(outlet);
}

/* Standard output is a pipe that nobody reads: it fills, and nothing waits; its flags are not ours to change. */
static void standard_output(void **state)
{
	static char line[1000];
	int ends[2], kept = dup(STDOUT_FILENO), flags;
	struct outlet *outlet;
	uint64_t lost;
	size_t len = 0;
	ssize_t more;

	memset(line, 'x', 999);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDOUT_FILENO);
	path[0] = 0;
	outlet = make(OUTLET_STDOUT, false);
	for (unsigned i = 0; i < 1000; i++) {
		put(outlet, line);
		later(outlet, 1);
	}
	flags = fcntl(STDOUT_FILENO, F_GETFL);
	lost = state_of(outlet).lost;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	for (unsigned i = 0; i < 1000 && state_of(outlet).waiting; i++) {
		while ((more = read(ends[0], got, sizeof(got))) > 0)
			len += (size_t)more;
		later(outlet, 1);
	}
	while ((more = read(ends[0], got, sizeof(got))) > 0)
		len += (size_t)more;
	dup2(kept, STDOUT_FILENO);
	close(kept);
	assert_false(flags & O_NONBLOCK);
	assert_true(lost > 500);
	assert_int_equal(len, (1000 - lost) * 1000);
	outlet_free(outlet);
	close(ends[0]);
	close(ends[1]);
}

static void without_memory(void **state)
{
	struct outlet_setup setup = {.kind = OUTLET_FILE, .path = "/nonexistent"};
	struct outlet *outlet = NULL;
	uint64_t at = 0;

	for (bool failed = true; failed; at++) {
		nomem_start(at, false);
		int error = outlet_new(&setup, &outlet);
		failed = nomem_stop();
		assert_int_equal(error, failed ? -ENOMEM : 0);
	}
	outlet_free(outlet);
	outlet_free(NULL);
	assert_true(at > 2);
}

static int open_folder(void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/floodwall-outlet-XXXXXX");
	umask(0027);
	return mkdtemp(folder) ? 0 : -1;
}

static int close_folder(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_file_is_rotated), cmocka_unit_test(a_full_disk),
		cmocka_unit_test(a_file_that_cannot_be), cmocka_unit_test(a_queue_has_a_ceiling),
		cmocka_unit_test(a_reader_dies_and_comes_back), cmocka_unit_test(a_reader_that_stops_reading),
		cmocka_unit_test(a_reader_that_never_reads), cmocka_unit_test(syslog_forms), cmocka_unit_test(standard_output),
		cmocka_unit_test(without_memory)};

	return cmocka_run_group_tests(tests, open_folder, close_folder);
}
