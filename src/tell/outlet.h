/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where event lines go: a file, standard output, a stream socket, syslog. None of them may make the daemon wait: a line goes into a queue of fixed
 * size, and what can be written without waiting is written at each tick. What has no room is lost and counted; trouble is said once, and once
 * when it is over. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum outlet_kind { OUTLET_FILE, OUTLET_STDOUT, OUTLET_SOCKET, OUTLET_SYSLOG };

enum {
	OUTLET_QUEUE = 256 << 10, /* bytes of lines that wait, each with its line end */
	OUTLET_PATH_MAX = 256,
	OUTLET_SENTENCE_MAX = 512,
};

struct outlet_setup {
	enum outlet_kind kind;
	const char *path; /* of the file or socket; not of standard output */
	bool rfc5424; /* syslog: RFC 5424's header; else what a local daemon behind /dev/log reads (RFC 3164) */
	uint8_t facility; /* syslog: 0 to 23 */
};

struct outlet_state {
	enum outlet_kind kind;
	char path[OUTLET_PATH_MAX];
	uint64_t written, lost; /* lines */
	size_t waiting; /* bytes */
	char trouble[128]; /* "": none */
};

struct outlet;
/* Nothing is opened yet. Returns 0 or -ENOMEM. */
int outlet_new(const struct outlet_setup *setup, struct outlet **out_outlet);
/* Lines that wait are gone with it: ask outlet_unwritten() before. */
void outlet_free(struct outlet *outlet);

/* A line of len bytes without its end, at time_s since 1970; severity as syslog counts it, 0 (worst) to 7. word: what RFC 5424 calls MSGID. */
struct outlet_line {
	const char *text;
	size_t len;
	uint64_t time_s;
	unsigned severity;
	const char *word;
};
void outlet_write(struct outlet *outlet, const struct outlet_line *line);

enum outlet_news {
	OUTLET_SAME,
	OUTLET_TROUBLE, /* it began; also where it stays open, nobody reads, and lines are lost by that */
	OUTLET_WELL, /* it is over */
	OUTLET_SLOW, /* there was none, but lines were lost */
};
/* Opens what is not open, writes what can be written. But for OUTLET_SAME *out_say is a sentence for the log. */
enum outlet_news outlet_tick(struct outlet *outlet, uint64_t steady_ns, char out_say[OUTLET_SENTENCE_MAX]);
/* Whoever rotates logs has moved the file away: a line that was cut goes whole into the new one. Sockets are let go and reached again. */
void outlet_reopen(struct outlet *outlet);
void outlet_see(const struct outlet *outlet, struct outlet_state *out_state);
/* Lines that wait, the one that was written in part too. Looks through the queue: not for each line. */
uint64_t outlet_unwritten(const struct outlet *outlet);
/* What to say when it is freed with so many lines waiting. */
void outlet_say_lost(const struct outlet *outlet, uint64_t lines, char out_say[OUTLET_SENTENCE_MAX]);
