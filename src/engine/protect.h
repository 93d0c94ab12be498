/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The role shield, wired: settings to the plane, zones to the table of names, counters to the stance, people's decisions to the
 * kernel's tables. Knows every room; knows no loop: the daemon polls the descriptors that it is told of, and calls.
 */
#pragma once

#include <stdint.h>

#include "base/fault.h"
#include "conf/conf.h"
#include "fetch/fetch.h"
#include "model/shield_view.h"
#include "store/store.h"

struct protect;

struct protect_setup {
	const struct settings *settings; /* borrowed until protect_reload() or protect_close() */
	struct store *store; /* borrowed */
	const char *version;
	struct fetch_time now;
	void (*say)(void *context, const char *sentence); /* a line for the log: something changed that a person may want to know */
	void *context;
};

/* Attaches, or takes over what is pinned. Needs privileges until it returns. Returns 0 or -errno with the fault. */
int protect_open(const struct protect_setup *setup, struct protect **out_protect, struct fault *out_fault);

/* New settings, whole or not at all; settings_fixed() of both has found nothing. Samples go to a new file. */
int protect_reload(struct protect *protect, const struct settings *settings, const struct fetch_time *now, struct fault *out_fault);

/* detach: take everything off the interface, which needs privileges; otherwise protection goes on without us. */
int protect_close(struct protect *protect, bool detach, struct fault *out_fault);

/* What to poll: places stay, descriptors (-1: none) come and go; another generation, another descriptor, be its number the same. */
enum { PROTECT_READABLE = 1, PROTECT_WRITABLE = 2 };
enum {
	PROTECT_WATCH_SAMPLES,
	PROTECT_WATCH_NOTIFY, /* datagrams */
	PROTECT_WATCH_NOTIFY_TCP, /* new connections */
	PROTECT_WATCH_STREAMS, /* connections */
	PROTECT_STREAMS = 4,
	PROTECT_WATCH_JOBS = PROTECT_WATCH_STREAMS + PROTECT_STREAMS,
	PROTECT_JOBS = 6,
	PROTECT_WATCH_READING = PROTECT_WATCH_JOBS + PROTECT_JOBS, /* work on threads of its own: a zone's content, the table */
	PROTECT_WATCH_TABLE,
	PROTECT_WATCHES
};
struct protect_watch {
	int descriptor;
	unsigned wants;
	uint64_t generation;
};
const struct protect_watch *protect_watches(const struct protect *protect);
void protect_ready(struct protect *protect, unsigned watch, const struct fetch_time *now);

/* Every PROTECT_TICK_MS: counters in, stance out, zones on their way. */
enum { PROTECT_TICK_MS = 200 };
void protect_tick(struct protect *protect, const struct fetch_time *now);

/* The store's decisions are other ones now. Returns 0, or -errno with the fault where the kernel's tables have no room for all. */
int protect_decide(struct protect *protect, struct fault *out_fault);

/* All zones (place 0) or one are transferred or read again now. -ENOENT: no such zone. */
int protect_refresh(struct protect *protect, const char *zone, const struct fetch_time *now);

/*
 * Everything to be seen now, but what only the caller knows (reload_refused, reload_why: empty). The view is the protect's, until the
 * next call; NULL where there is no memory for it.
 */
struct shield_view *protect_view(struct protect *protect, const struct fetch_time *now);
