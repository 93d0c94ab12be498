/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work on a thread: it ends by itself or is stopped, and is waited for either way. */
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/work.h"

struct piece {
	bool begun, ended; /* plain: what was written before the end is there after it */
	atomic_bool goes;
	sigset_t blocked;
};

static int at_once(void *context, const atomic_bool *stop)
{
	struct piece *piece = context;

	(void)stop;
	piece->begun = piece->ended = true;
	pthread_sigmask(SIG_SETMASK, NULL, &piece->blocked);
	return 42;
}

static int until_stopped(void *context, const atomic_bool *stop)
{
	struct piece *piece = context;

	atomic_store(&piece->goes, true);
	while (!atomic_load(stop))
		sched_yield();
	piece->ended = true;
	return -1;
}

static bool is_ready(const struct work *work, int timeout_ms)
{
	struct pollfd ask = {.fd = work_fd(work), .events = POLLIN};

	return poll(&ask, 1, timeout_ms) == 1;
}

static void ends_by_itself(void **state)
{
	struct work work = {0};
	struct piece piece = {0};

	(void)state;
	assert_int_equal(work_fd(&work), -1);
	for (int i = 0; i < 100; i++) {
		piece.ended = false;
		assert_int_equal(work_start(&work, at_once, &piece), 0);
		assert_true(is_ready(&work, -1));
		assert_int_equal(work_take(&work), 42);
		assert_true(piece.ended);
		assert_int_equal(work_fd(&work), -1);
	}
	/* no signal of the process is handled there */
	assert_true(sigismember(&piece.blocked, SIGTERM) && sigismember(&piece.blocked, SIGHUP));
}

static void is_stopped(void **state)
{
	struct work work = {0};

	(void)state;
	work_stop(&work);
	for (int i = 0; i < 100; i++) {
		struct piece piece = {0};
		assert_int_equal(work_start(&work, until_stopped, &piece), 0);
		while (!atomic_load(&piece.goes))
			sched_yield();
		assert_false(is_ready(&work, 0));
		work_stop(&work);
		assert_true(piece.ended);
		assert_int_equal(work_fd(&work), -1);
	}
	/* also before it has begun */
	for (int i = 0; i < 100; i++) {
		struct piece piece = {0};
		assert_int_equal(work_start(&work, until_stopped, &piece), 0);
		work_stop(&work);
		assert_true(piece.ended);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ends_by_itself), cmocka_unit_test(is_stopped)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
