/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the lab's legitimate client: what it asks and from where (read from files that zones.py writes), and whether an answer is
 * the right one. An answer counts only with TC=0 and the right data, or after its TCP retry (a bare TC=1 is no answer).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define NEEDS_MOST 4
#define RDATA_MOST 32

/* One record that the answer section must hold; rdata_len 0: any of that type. */
struct need {
	uint16_t type;
	uint8_t rdata_len, rdata[RDATA_MOST];
};

struct question {
	uint8_t *query; /* the whole message, id zero */
	uint16_t len, question_end; /* bytes; where the question section ends */
	uint8_t class; /* a number of the file's own */
	bool over_tcp; /* from the start */
	uint8_t rcode;
	bool any; /* whatever the answer says */
	bool empty, soa; /* no record in the answer section; SOA in the authority section */
	uint8_t ns_count; /* NS records in the authority section */
	uint8_t need_count;
	struct need needs[NEEDS_MOST];
	int32_t source; /* place in the list of sources, -1: drawn */
	uint64_t at_us; /* since the begin, where all questions have a source and a time */
};

struct source {
	struct sockaddr_storage address;
	socklen_t address_len;
	uint8_t lane; /* a number of the file's own */
	double up_to; /* running share: the first source whose number is above a draw of [0, 1) is taken */
};

/*
 * Lines "class tcp rcode query-in-hex expectation", for questions that are drawn; or with " source at_us" at the end, in the order of
 * time, for questions that are replayed. Returns how many, or exits with a sentence.
 */
uint32_t questions_read(const char *file, struct question **out_questions);

/* Lines "lane address weight". */
uint32_t sources_read(const char *file, struct source **out_sources);

enum verdict { ANSWER_RIGHT, ANSWER_WRONG, ANSWER_TRUNCATED, ANSWER_STRANGE /* not to this question at all */ };

enum verdict answer_judge(const struct question *question, uint16_t id, const uint8_t *answer, uint32_t len);
