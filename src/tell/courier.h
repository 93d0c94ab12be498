/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages by a command of the user's: it is run with the message on its standard input, by no shell, with nothing of the network among its
 * arguments. It has a bounded time, and is killed with its group when that is over; few run at once, few wait, all places are made at the start.
 * One that fails is run again, twice. One thread; whoever calls does so every PROTECT_TICK_MS or so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	COURIER_AT_ONCE = 2,
	COURIER_JOBS = 10, /* that run or wait */
	COURIER_BODY_MAX = 48 << 10,
	COURIER_WORDS_MAX = 32, /* the command and its arguments */
	COURIER_COMMAND_MAX = 256,
	COURIER_SENTENCE_MAX = 320,
	COURIER_TRIES = 3,
};

/* What became of one. */
struct courier_news {
	uint32_t mark; /* as it was given */
	bool delivered; /* the command ended with 0 */
	bool final; /* it is not tried again */
	const char *sentence; /* why it failed, with the first line that the command wrote: raw bytes */
};

struct courier_state {
	uint64_t delivered, failed, lost; /* failed: given up after all tries; lost: there was no room */
	uint32_t waiting, running;
	char trouble[COURIER_SENTENCE_MAX]; /* of the latest that failed; "" after one that did not */
};

typedef void (*courier_came)(void *context, const struct courier_news *news);

struct courier;
/* command: a path and arguments, apart by spaces. Returns 0, -EINVAL (empty, too many words) or -ENOMEM. */
int courier_new(const char *command, uint32_t most_s, struct courier **out_courier);
/* What runs has a second to end, then it is killed: this may wait for so long. */
void courier_free(struct courier *courier);
/*
 * The same without waiting: nothing is begun any more, what waits is lost and counted (returned), what runs has a second. Then courier_left() at each
 * tick until it says true; courier_free() waits for nothing then.
 */
uint32_t courier_leave(struct courier *courier, uint64_t steady_ns);
bool courier_left(struct courier *courier, uint64_t steady_ns);
/* Copies. once: not tried again. Returns 0, -E2BIG, or -ENOSPC: lost, and counted. */
int courier_send(struct courier *courier, const char *body, size_t len, uint32_t mark, bool once);
void courier_tick(struct courier *courier, uint64_t steady_ns, courier_came came, void *context);
void courier_see(const struct courier *courier, struct courier_state *out_state);
