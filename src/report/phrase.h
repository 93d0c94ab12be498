/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sentence for people, put together piece by piece in a buffer of fixed size; what does not fit is left away.
 * Whatever may hold network bytes goes in through phrase_raw(), the rest is ours. Lives on the caller's stack.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PHRASE_MAX = 3072 }; /* a zone of 255 bytes, each escaped to four, and a paragraph around it */

struct phrase {
	size_t len;
	char text[PHRASE_MAX]; /* terminated */
};

void phrase_clear(struct phrase *phrase);
void phrase_add(struct phrase *phrase, const char *format, ...) __attribute__((format(printf, 2, 3)));
void phrase_raw(struct phrase *phrase, const char *raw, size_t len); /* escaped; SIZE_MAX: up to its terminator */
void phrase_number(struct phrase *phrase, uint64_t number); /* 37,600 */
void phrase_about(struct phrase *phrase, uint64_t number, const char *noun); /* "about 37,300 addresses": three digits; exact below 100 */
void phrase_count(struct phrase *phrase, uint64_t number, const char *noun); /* 1 packet, 2 packets */
void phrase_bytes(struct phrase *phrase, uint64_t bytes); /* 2.7 MB: powers of 1000 */
void phrase_address(struct phrase *phrase, const uint8_t address[16], unsigned bits); /* "/24" added below 128 bits */
void phrase_duration(struct phrase *phrase, uint64_t duration_ns); /* 90 seconds, 5 minutes, 3 hours; rounded */
void phrase_span(struct phrase *phrase, uint64_t first_ns, uint64_t last_ns); /* 21 Oct 2016, 11:10:00 to 11:12:30 UTC */
