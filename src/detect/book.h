/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The book of findings: what all detectors of this room write into. One entry per (id, device, source,
 * discriminator), in the order first made; an entry never moves and its severity and state never fall.
 * The ceiling is fixed at start: past it a new finding is counted, not kept. On live traffic those that are quiet leave
 * in time (book_leave()); whoever keeps a pointer to a finding lets go of it then.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/finding.h"

struct book; /* owns the findings */

/* capacity: findings kept, at least 1. Returns 0, -EINVAL or -ENOMEM. */
int book_new(uint32_t capacity, const uint8_t hash_key[16], struct book **out_book);
void book_free(struct book *book);

/*
 * The finding for this key, found or made (*out_new tells; may be NULL), or NULL when the book is full.
 * source may be NULL: then has_source is false. discriminator keeps apart what has the same three other parts, such as
 * a port or a vector. Stretches first_ns and last_ns over time_ns; count and evidence are the caller's. New ones are low and clean.
 */
struct finding *book_note(struct book *book, enum finding_id id, uint32_t device, const uint8_t source[16], uint64_t discriminator,
	uint64_t time_ns, bool *out_new);

/* An address as a discriminator: exact for IPv4, with the lower 16 bits zero and free for a port. */
uint64_t book_fold(const uint8_t address[16]);

/* Severity and state rise to these; neither ever falls. */
void book_raise(struct book *book, struct finding *finding, enum severity severity, enum device_state state);

/* By position, NULL past the last. The pointer stays valid and stays this finding's until book_free(), or until it leaves. */
struct finding *book_at(const struct book *book, uint32_t index);
uint32_t book_count(const struct book *book); /* positions, those of findings that left included */
/* Of the finding at this position: counted from 1, never given twice; 0 where one has left. */
uint64_t book_number(const struct book *book, uint32_t index);

/*
 * Marks findings that nothing was added to since before_ns as leaving, the longest quiet first, until at most keep stay. Returns how many;
 * the caller then has everybody ask book_is_leaving(), and calls book_leave().
 */
uint32_t book_mark(struct book *book, uint64_t before_ns, uint32_t keep);
bool book_is_leaving(const struct book *book, const struct finding *finding); /* false for NULL */
void book_leave(struct book *book);
uint32_t book_kept(const struct book *book); /* findings in it */

/* Grows with each new finding and each one whose severity or state rose. */
uint64_t book_changes(const struct book *book);

/* Times a new finding was refused because the book was full. */
uint64_t book_left_out(const struct book *book);
