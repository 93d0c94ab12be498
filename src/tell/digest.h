/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The day in words that a person likes to read: what needs you, what is new, what was found, what was stopped and how that is taken back, what cannot
 * be seen. A quiet day is two lines. Pure: from a tally of what happened since the last one, and a view of what is now, to text. Names are
 * escaped here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/guard_view.h"
#include "model/shield_view.h"

enum { DIGEST_FOUND_MAX = 10, DIGEST_SHOWN_MAX = 20, DIGEST_TEXT_MAX = 200, DIGEST_VERSION = 1 };

struct digest_found {
	uint32_t number;
	uint8_t severity, zero[3];
	char text[DIGEST_TEXT_MAX]; /* clean: "camera: scan: 20 hosts ..." */
};

/* No pointers: the caller may keep it over a restart as it is; digest_check() says whether what came back is one. */
struct digest_tally {
	uint32_t version, size;
	uint64_t since_s; /* 1970; of the last digest, or when counting began */
	uint32_t found[4]; /* by severity, muted ones left out */
	uint32_t muted, released, zero;
	uint64_t stopped_packets, stopped_bytes; /* of the counters at that time: they never go back while pinned */
	uint64_t answered; /* of a shield */
	uint64_t blind; /* a digest of the sentences that were told last */
	struct digest_found worst[DIGEST_FOUND_MAX]; /* worst first, then as they came */
	uint32_t worst_count, zero_too;
};

void digest_init(struct digest_tally *tally, uint64_t now_s);
bool digest_check(const struct digest_tally *tally);

/*
 * Devices that were there at an earlier digest: what is none of them is new. Before the first digest nobody is. The one that was not there for longest makes
 * room. Kept over restarts like the tally.
 */
enum { KNOWN_MAX = 16384 };
struct digest_mac {
	uint8_t mac[6];
	uint16_t day; /* since 1970, when it was there last; its lower 16 bits */
};
struct digest_known {
	uint32_t version, count;
	struct digest_mac list[KNOWN_MAX]; /* by MAC */
};
bool known_check(const struct digest_known *known);
bool known_has(const struct digest_known *known, const uint8_t mac[6]);
void known_learn(struct digest_known *known, const struct guard_view *view);
/* One more, or one that became worse; text is clean. */
void digest_found(struct digest_tally *tally, uint8_t severity, uint32_t number, const char *text);
/* The words of its first line, such as "1 thing needs you", and the text. What was counted is told: the tally begins anew. */
enum { DIGEST_TITLE_MAX = 96 };
int digest_guard(
	FILE *out, struct digest_tally *tally, struct digest_known *known, const struct guard_view *view, char out_title[DIGEST_TITLE_MAX]);
int digest_shield(FILE *out, struct digest_tally *tally, const struct shield_view *view, char out_title[DIGEST_TITLE_MAX]);
