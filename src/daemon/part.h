/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a running daemon has beside its role: what remembers, shows and tells. Each part is a file of its own with one struct part, named in the list
 * of parts.c; a part that cannot be opened is said and left out, and nothing else stops.
 *
 * All of it runs in the daemon's one thread. A part may ask the host for views and answers (inside.h), and hangs its handles into the host's loop.
 */
#pragma once

#include <stdio.h>

#include "daemon/inside.h"
#include "engine/live.h"

enum happening_kind {
	HAPPENED_FINDING, /* one appeared, became worse, or goes on: found and news are set */
	HAPPENED_DEED, /* a line of the audit log: deed is set; a decision of a person, of a finding, of the clock */
	HAPPENED_SENTENCE, /* what the log says: sentence is set */
};

/* Borrowed for the call. */
struct happening {
	enum happening_kind kind;
	uint64_t time_s; /* since 1970 */
	const struct found_view *found;
	enum live_news news;
	const struct deed *deed;
	const char *sentence; /* raw bytes: escape on output */
};

struct part {
	const char *name; /* as in the sentence that says why it is not there */
	/*
	 * With the privileges of the start (a key file may be root's alone), folders and store being there; files that are made belong to the
	 * user only between person_enter() and person_leave(). *out NULL and 0: the configuration does not ask for it.
	 */
	int (*open)(struct host *host, void **out, struct fault *out_fault);
	void (*begin)(void *part); /* root is given up, the loop is about to run; may be NULL, as all that follow */
	void (*happened)(void *part, const struct happening *what); /* must not decide anything: that comes with the tick */
	void (*tick)(void *part, const struct fetch_time *now); /* every PROTECT_TICK_MS */
	void (*reload)(void *part); /* host_settings() are other ones; also SIGHUP with the same ones: log files are opened anew */
	void (*close)(void *part); /* handles are closed; the loop runs once more before free() */
	void (*free)(void *part);
	void (*metrics)(void *part, FILE *out); /* families of its own, behind the role's; may be NULL */
};

/* In the order of part.c: what remembers comes first, so that nothing is told or shown that a restart would lose. */
void part_open_all(struct host *host);
void part_begin_all(struct host *host);
void part_tell_all(struct host *host, const struct happening *what);
void part_tick_all(struct host *host, const struct fetch_time *now);
void part_reload_all(struct host *host);
void part_metrics_all(struct host *host, FILE *out);
void part_close_all(struct host *host);
void part_free_all(struct host *host);
/* The open part of this name, or NULL. */
void *part_find(struct host *host, const char *name);

extern const struct part part_page;
/* A new token of the page, under which it is open: an address for a browser. Returns 0, or -errno with the fault. */
int page_token(struct host *host, char *out_address, size_t size, struct fault *out_fault);
extern const struct part part_mqtt;
