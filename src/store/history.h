/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's second half: what was seen and shown, so that a restart forgets none of it: devices with the names that people gave them, findings
 * with the frames that prove them, counters over time. In the same file as decisions, and by the same rules: what could not be written is a
 * fault with a sentence and changes nothing.
 *
 * Writing is gathered: between store_gather() and store_settle() all goes into one transaction, so that ten thousand devices cost one sync.
 * What grows here has ceilings (below) and ages: store_age() takes the oldest away, a bounded piece of work at each call.
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
};

struct kept_device {
	uint8_t mac[6];
	char name[HISTORY_NAME_MAX]; /* that a person gave it; "": none. store_device_keep() leaves the one that is there alone */
	char state[HISTORY_WORD_MAX]; /* "clean" ... "hijacked" */
	uint64_t first_s, last_s; /* since 1970 */
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

int store_gather(struct store *store, struct fault *out_fault);
/* All of it, or nothing: 0 or -errno with the fault. */
int store_settle(struct store *store, struct fault *out_fault);

/* New, or in place of what was there under its MAC or number. */
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
	uint64_t since_s;
	const uint8_t *mac; /* NULL: of all */
	char kind[HISTORY_WORD_MAX], severity[HISTORY_WORD_MAX];
	char search[HISTORY_SEARCH_MAX]; /* a piece of the body's text */
	bool muted_too;
	uint32_t count; /* at most */
};
int store_each_finding(
	struct store *store, const struct finding_query *query, void (*see)(void *context, const struct kept_finding *), void *context);
int store_each_device(struct store *store, void (*see)(void *context, const struct kept_device *), void *context);
uint64_t store_finding_count(struct store *store);

/*
 * A person names a device ("": takes the name away): a deed (DEED_NAME) that undo takes back. -ENAMETOOLONG. The device need not have been
 * seen yet.
 */
int store_device_name(
	struct store *store, const uint8_t mac[6], const char *name, const struct deed *by, uint64_t *out_deed, struct fault *out_fault);

/*
 * Counters over time, by small numbers that the caller gives meaning to (below COUNTERS_MAX). What is added falls into its minute; minutes
 * are kept for two days, hours for 60, days for two years. A step is one of the three.
 */
enum { COUNTERS_MAX = 64, COUNTER_MINUTE_S = 60, COUNTER_HOUR_S = 3600, COUNTER_DAY_S = 86400 };
int store_count_add(struct store *store, uint32_t counter, uint64_t time_s, uint64_t value, struct fault *out_fault);
/* out[i]: the sum from from_s + i * step_s on; 0 where nothing is known. */
int store_count_read(struct store *store, uint32_t counter, uint64_t from_s, uint32_t step_s, uint64_t *out, uint32_t count);

/* How long and how much: both hold. */
struct store_retention {
	uint32_t findings_s; /* since they were last seen */
	uint32_t deeds_s, devices_s; /* devices without a name, since they were last heard */
	uint64_t size; /* bytes of the file: findings' packets go first, then the oldest findings */
};
/* A piece of work of some milliseconds; once in a second or so. Returns 0 or -errno with the fault. */
int store_age(struct store *store, const struct store_retention *retention, uint64_t now_s, struct fault *out_fault);

/* A whole copy, sound by itself, while the daemon runs; into a new file (-EEXIST). */
int store_backup(struct store *store, const char *path, struct fault *out_fault);
/*
 * folder/floodwall.db becomes what the copy holds; the one that was there stays as floodwall.db.before. Nobody may have it open (-EBUSY). What is
 * no sound store of ours is refused (-EBADMSG) and nothing is changed.
 */
int store_restore(const char *folder, const char *copy, struct fault *out_fault);
