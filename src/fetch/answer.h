/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server says when it is asked for a zone or for its SOA: messages, judged one by one. Pure: no socket, no clock.
 *
 * A zone comes as one stream of records over as many messages as it takes, and its SOA is both the first and the last of them
 * (RFC 5936 section 2.2): nothing else says where it ends. So a stream that was cut is known by the missing SOA, and one that
 * changed on the way by another serial in it.
 */
#pragma once

#include "fetch/tsig.h"

enum { ANSWER_QUESTION_MAX = 1024, ANSWER_PLACE_MAX = 256 };

struct answer {
	struct transfer_setup setup; /* its key borrowed */
	char place[ANSWER_PLACE_MAX]; /* "example.org. from 127.0.0.1#53": where faults are */
	struct tsig_chain chain; /* only with a key */
	uint32_t unsigned_run; /* messages since the last signature */
	bool whole; /* the last SOA has come */
	struct zone_soa soa;
	struct transfer_counts counts;
};

/* Writes the question as a message of *out_len bytes, and gets ready for what comes. Returns 0 or -ENOMEM. */
int answer_init(struct answer *answer, const struct transfer_setup *setup, uint64_t wall_s, uint8_t out_question[ANSWER_QUESTION_MAX],
	size_t *out_len);
void answer_done(struct answer *answer);

/* The next message. Returns as transfer_step(). */
int answer_see(struct answer *answer, const uint8_t *bytes, size_t len, uint64_t wall_s, struct fault *out_fault);
