/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What takes longer than a loop may stand still, on a thread of its own: one piece at a time. When it is done a descriptor gets readable,
 * and whoever started it takes the result. It can be told to stop, and is waited for: a piece ends soon once *stop is true, so
 * that what it reads may be changed or freed right after work_stop().
 *
 * Not libuv's pool: that one cannot be waited for, and the hall knows no loop.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Returns what work_take() is to return. */
typedef int (*work_run)(void *context, const atomic_bool *stop);

/* All zero is closed. */
struct work {
	pthread_t thread;
	work_run run;
	void *context;
	atomic_bool stop;
	int done; /* eventfd, only while running */
	bool running;
	int result;
};

/* Nothing is running. Returns 0 or -errno; then run was not called. */
int work_start(struct work *work, work_run run, void *context);
/* The descriptor to wait for, or -1 while nothing is running. */
int work_fd(const struct work *work);
/* After the descriptor got readable, or at any time: waits for the end, and returns the result. */
int work_take(struct work *work);
/* If something is running, it is told to stop and waited for. Its result does not matter. */
void work_stop(struct work *work);
