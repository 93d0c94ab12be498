/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include <string.h>

struct record {
	uint16_t type, rdata_len;
	const uint8_t *rdata;
};

struct reader {
	const uint8_t *begin;
	uint32_t len, at;
};

static uint16_t be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static bool skip_name(struct reader *reader)
{
	while (reader->at < reader->len) {
		uint8_t c = reader->begin[reader->at];

		if (c >= 0xc0)
			reader->at++;
		if (!c || c >= 0xc0)
			return ++reader->at <= reader->len;
		reader->at += c + 1u;
	}
	return false;
}

static bool read_record(struct reader *reader, struct record *out)
{
	if (!skip_name(reader) || reader->at + 10 > reader->len)
		return false;
	out->type = be16(reader->begin + reader->at);
	out->rdata_len = be16(reader->begin + reader->at + 8);
	out->rdata = reader->begin + reader->at + 10;
	reader->at += 10u + out->rdata_len;
	return reader->at <= reader->len;
}

/* Bit i: needs[i] was there. */
static bool read_answers(struct reader *reader, uint32_t count, const struct question *question)
{
	uint32_t met = 0;
	struct record record;

	while (count--) {
		if (!read_record(reader, &record))
			return false;
		for (uint32_t i = 0; i < question->need_count; i++) {
			const struct need *need = &question->needs[i];

			if (need->type == record.type &&
				(!need->rdata_len ||
					(need->rdata_len == record.rdata_len && !memcmp(need->rdata, record.rdata, need->rdata_len))))
				met |= 1u << i;
		}
	}
	return met == (1u << question->need_count) - 1;
}

static bool read_authority(struct reader *reader, uint32_t count, const struct question *question)
{
	uint32_t soa = 0, ns = 0;
	struct record record;

	while (count--) {
		if (!read_record(reader, &record))
			return false;
		soa += record.type == 6;
		ns += record.type == 2;
	}
	return question->empty ? (soa > 0) == question->soa && ns == question->ns_count : true;
}

enum verdict answer_judge(const struct question *question, uint16_t id, const uint8_t *answer, uint32_t len)
{
	struct reader reader = {.begin = answer, .len = len, .at = question->question_end};
	uint32_t answers;

	/* the question comes back byte for byte: a resolver that mixes case looks at that (0x20) */
	if (len < 12 || be16(answer) != id || !(answer[2] & 0x80))
		return ANSWER_STRANGE;
	if (!question->any &&
		(len < question->question_end || be16(answer + 4) != 1 ||
			memcmp(answer + 12, question->query + 12, question->question_end - 12u)))
		return ANSWER_STRANGE;
	if (answer[2] & 0x02)
		return ANSWER_TRUNCATED;
	if (question->any)
		return ANSWER_RIGHT;
	answers = be16(answer + 6);
	if ((answer[3] & 15) != question->rcode || (question->empty && answers))
		return ANSWER_WRONG;
	if (!read_answers(&reader, answers, question) || !read_authority(&reader, be16(answer + 8), question))
		return ANSWER_WRONG;
	return ANSWER_RIGHT;
}
