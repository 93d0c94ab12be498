/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's second half: what was seen and shown, so that a restart forgets none of it: devices with the names that people gave them, findings
 * with the frames that prove them, counters over time. In the same file as decisions, and by the same rules: what could not be written is a
 * fault with a sentence and changes nothing.
 *
 * Writing is gathered: between store_gather() and store_settle() all goes into one transaction, so that ten thousand devices cost one sync.
 * Outside of it each call is a transaction of its own, synced when it returns. What grows here has ceilings (below) and ages: store_age() takes
 * the oldest away, a bounded piece of work at each call.
 *
 * Text comes in and goes out as it is, raw bytes: escape on output.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct store;
struct deed;

enum {
	HISTORY_DEVICES_MAX = 65536, /* unnamed ones that were not heard for longest make room; those with a name never */
	HISTORY_FINDINGS_MAX = 1 << 20, /* the oldest goes */
	HISTORY_PACKETS_MAX = 64 << 10, /* bytes of one finding's proof */
	HISTORY_BODY_MAX = 8 << 10, /* bytes of a device's or finding's JSON */
	HISTORY_NAME_MAX = 64,
	HISTORY_WORD_MAX = 32,
	HISTORY_SEARCH_MAX = 128,
	HISTORY_LOOKED_MAX = 20000, /* findings that one page looks at, whatever is looked for */
};

struct kept_device {
	uint8_t mac[6];
	char name[HISTORY_NAME_MAX]; /* that a person gave it; "": none. store_device_keep() leaves the one that is there alone */
	char state[HISTORY_WORD_MAX]; /* "clean" ... "hijacked" */
	uint64_t first_s, last_s; /* since 1970; 0: named, and never seen. Then state is "" and body "{}" */
	const char *body; /* JSON as it was shown last, NUL-terminated; borrowed */
};

struct kept_finding {
	uint64_t number; /* never given twice, over all runs: store_finding_last() + 1 is the next */
	uint8_t mac[6]; /* zeros: nobody of ours */
	char kind[HISTORY_WORD_MAX], severity[HISTORY_WORD_MAX];
	uint64_t raised_s, last_s; /* since 1970 */
	bool muted;
	const char *body; /* JSON as it was shown last, NUL-terminated; borrowed */
	uint32_t packets_len; /* of its proof; 0: none. Set when read, ignored when kept */
};

/*
 * What comes between is kept at store_settle(), all of it or nothing; decisions and notes too. One thing that the file did not take makes
 * all of it fail, and so do calls until then. Not within itself (-EBUSY). 0 or -errno with the fault.
 */
int store_gather(struct store *store, struct fault *out_fault);
int store_settle(struct store *store, struct fault *out_fault);

/*
 * New, or in place of what was there under its MAC or number. -E2BIG above HISTORY_BODY_MAX; -ENOSPC also where each of HISTORY_DEVICES_MAX
 * has a name.
 */
int store_device_keep(struct store *store, const struct kept_device *device, struct fault *out_fault);
int store_finding_keep(struct store *store, const struct kept_finding *finding, struct fault *out_fault);
/* The frames that prove it, a pcapng; in place of earlier ones. -E2BIG above HISTORY_PACKETS_MAX, -ENOENT without the finding. */
int store_packets_keep(struct store *store, uint64_t number, const void *bytes, size_t len, struct fault *out_fault);
/* The caller frees *out_bytes. -ENOENT: none. */
int store_packets(struct store *store, uint64_t number, void **out_bytes, size_t *out_len);

uint64_t store_finding_last(struct store *store); /* 0: none yet */
int store_finding(
	struct store *store, uint64_t number, void (*see)(void *context, const struct kept_finding *), void *context); /* -ENOENT */

/* What is looked for; zeros and "": everything. Latest first, and a page begins below `before`. */
struct finding_query {
	uint64_t before; /* numbers below; 0: from the latest on */
	uint64_t since_s; /* seen then or later */
	const uint8_t *mac; /* NULL: of all */
	char kind[HISTORY_WORD_MAX], severity[HISTORY_WORD_MAX];
	char search[HISTORY_SEARCH_MAX]; /* a piece of the body's text as it is written there; A and a are one, in ASCII */
	bool muted_too;
	uint32_t count; /* at most */
};
/*
 * A page. *out_next is where the next one begins (its `before`), 0 where there is none. A page ends early, even empty, after HISTORY_LOOKED_MAX
 * findings: with *out_next the caller goes on from there, at once or when asked. What is looked for by mac, else kind, else severity
 * is found by an index; all else is compared. 0 or -errno.
 */
int store_each_finding(struct store *store, const struct finding_query *query, void (*see)(void *context, const struct kept_finding *),
	void *context, uint64_t *out_next);
/* By MAC. */
int store_each_device(struct store *store, void (*see)(void *context, const struct kept_device *), void *context);
uint64_t store_finding_count(struct store *store);
/*
 * How many were raised at or after each of two times, those that are muted left out, among the latest HISTORY_LOOKED_MAX: by one statement, and no body is
 * read. 0 or -errno.
 */
int store_findings_raised(struct store *store, const uint64_t since_s[2], uint64_t out_count[2]);

/*
 * A person names a device ("": takes the name away): a deed (DEED_NAME, its detail the name, its subject the device) that undo takes back.
 * -ENAMETOOLONG, -EALREADY where it has this name. The device need not have been seen yet.
 */
int store_device_name(
	struct store *store, const uint8_t mac[6], const char *name, const struct deed *by, uint64_t *out_deed, struct fault *out_fault);

/*
 * Counters over time, by small numbers that the caller gives meaning to (below COUNTERS_MAX). What is added falls into its minute; minutes
 * are kept for two days, hours for 60, days for two years. A step is one of the three.
 */
enum { COUNTERS_MAX = 64, COUNTER_MINUTE_S = 60, COUNTER_HOUR_S = 3600, COUNTER_DAY_S = 86400, COUNTERS_READ_MAX = 20000 };
/* Within store_gather(), for many. -EINVAL from COUNTERS_MAX on. */
int store_count_add(struct store *store, uint32_t counter, uint64_t time_s, uint64_t value, struct fault *out_fault);
/*
 * out[i]: what fell into the step that from_s + i * step_s lies in (days begin at 00:00 UTC); 0 where nothing is known. -EINVAL: another step, or
 * a count above COUNTERS_READ_MAX.
 */
int store_count_read(struct store *store, uint32_t counter, uint64_t from_s, uint32_t step_s, uint64_t *out, uint32_t count);

/* How long and how much: both hold. 0: no bound. */
struct store_retention {
	uint32_t findings_s; /* since they were last seen */
	uint32_t deeds_s, devices_s; /* devices without a name, since they were last heard; deeds of decisions that stand stay */
	uint64_t size; /* bytes of the file: findings' packets go first, then the oldest findings; at most 1 MiB of it is empty */
};
enum { AGE_SETTLED_S = 600, AGE_JUMP_S = 3600 };
/*
 * A piece of work of some milliseconds; once in a second or so. A clock that is wrong must not empty the store: by age nothing goes before
 * AGE_SETTLED_S after the first call, and after a call whose now_s lies before that of the last one, or AGE_JUMP_S behind it. By size
 * it goes at once. Returns 0 or -errno with the fault.
 */
int store_age(struct store *store, const struct store_retention *retention, uint64_t now_s, struct fault *out_fault);

/*
 * A whole copy, sound by itself, while the daemon runs; into a new file, mode 0600 (-EEXIST). By pieces, so that nothing waits for a
 * large one: each step some milliseconds, *out_left the pages to come (0: done, synced and closed). What is written meanwhile is in the copy too. Beginning
 * another one, or closing the store, drops one that is not done, and its file. -EBUSY between store_gather() and
 * store_settle(), -ENOENT: a step of none.
 */
int store_backup_begin(struct store *store, const char *path, struct fault *out_fault);
int store_backup_step(struct store *store, uint32_t *out_left, struct fault *out_fault);
int store_backup(struct store *store, const char *path, struct fault *out_fault); /* all of it at once */

/*
 * folder/floodwall.db becomes what the copy holds, owned by who owns the folder; the one that was there stays as floodwall.db.before. Nobody may
 * have it open (-EBUSY). What is no sound store of ours is refused (-EBADMSG; -ENOTSUP: of a later layout) and nothing is changed.
 */
int store_restore(const char *folder, const char *copy, struct fault *out_fault);
