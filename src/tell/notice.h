/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is told at once, and when: a device of ours that turned hijacked, and a new exposure. Pure: plain values, the time handed in.
 *
 *	once        the same thing is never told twice; it is forgotten NOTICE_FORGET_S after it was last seen, or when a person releases the device
 *	quiet       in quiet hours it waits, and comes as one message at their end; what is urgent does not wait
 *	bounded     NOTICE_AT_ONCE of them at once, then one message an hour, which tells all that waited
 *
 * All of it is one piece of memory without pointers, which the caller may keep over a restart as it is; notices_check() says whether
 * what came back is one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	NOTICE_TITLE_MAX = 128,
	NOTICE_TEXT_MAX = 768,
	NOTICE_HELD_MAX = 24, /* that wait with their text; more are counted */
	NOTICE_TOLD_MAX = 512, /* that are known as told: the one that was seen longest ago makes room */
	NOTICE_AT_ONCE = 6,
	NOTICE_EVERY_S = 3600,
	NOTICE_FORGET_S = 30 * 86400,
	NOTICES_VERSION = 1,
};

enum notice_kind { NOTICE_HIJACKED = 1, NOTICE_EXPOSURE };

/* Which thing it is: of two that are equal here, one is told. */
struct notice_key {
	uint8_t kind;
	uint8_t mac[6];
	uint8_t rule; /* exposures: the finding's id */
	uint16_t port; /* exposures: of ours, where the finding has one */
	uint16_t zero;
};

struct notice {
	struct notice_key key;
	bool urgent; /* a hijacked device that nothing stops though it should */
	uint8_t severity;
	uint32_t finding; /* its number */
	uint64_t time_s;
	char title[NOTICE_TITLE_MAX], text[NOTICE_TEXT_MAX]; /* clean text */
};

struct notice_told {
	struct notice_key key;
	uint32_t urgent; /* told as such */
	uint64_t last_s; /* 0: free */
};

/* One of them is for what is urgent: the others' flood does not hold it up. */
struct notice_lane {
	uint32_t used; /* of NOTICE_AT_ONCE */
	uint32_t zero;
	uint64_t back_s; /* by the steady clock: when one comes back */
};

struct notices {
	uint32_t version, size;
	struct notice_lane lanes[2];
	struct notice_told told[NOTICE_TOLD_MAX];
	struct notice held[NOTICE_HELD_MAX];
	uint32_t held_count;
	uint32_t held_more; /* without a text */
};

struct notice_now {
	uint64_t wall_s, steady_s;
	bool quiet;
};

void notices_init(struct notices *notices);
/* A kept one, from another run: its times of the steady clock mean nothing. False: it is none. */
bool notices_check(struct notices *notices);

enum notice_verdict { NOTICE_TELL, NOTICE_WAITS, NOTICE_KNOWN };
enum notice_verdict notices_judge(struct notices *notices, const struct notice *notice, const struct notice_now *now);
/* It goes on. */
void notices_seen(struct notices *notices, const struct notice_key *key, uint64_t wall_s);
/* A person let the device go: if it does it again, that is news. What waits about it is dropped. */
void notices_forget(struct notices *notices, const uint8_t mac[6]);
/* True: what waits may be told now, all of it in one message: notices->held, held_count, held_more; then notices_clear(). */
bool notices_due(struct notices *notices, const struct notice_now *now);
void notices_clear(struct notices *notices);
