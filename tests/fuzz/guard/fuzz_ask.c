/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An answer to a question that is open: the number and the question are put before what is given, for no fuzzer guesses them. First byte:
 * bit 0 the family, bit 1 another question. Then the header from its flags on, then records.
 */
#include <stdlib.h>
#include <string.h>

#include "guard/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { FLAGS_LEN = 10, ROOM = 4096 };

static uint32_t make_answer(const uint8_t *question, uint32_t question_len, const uint8_t *bytes, size_t len, uint8_t out[ROOM])
{
	size_t head = len < FLAGS_LEN ? len : FLAGS_LEN, rest = len - head;

	rest = rest > ROOM - ASK_MESSAGE_MAX ? ROOM - ASK_MESSAGE_MAX : rest;
	memcpy(out, question, question_len);
	memcpy(out + 2, bytes, head);
	memcpy(out + question_len, bytes + head, rest);
	return head < FLAGS_LEN ? (uint32_t)(2 + head) : question_len + (uint32_t)rest;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint8_t key[16] = {3};
	uint8_t question[ASK_MESSAGE_MAX], answer[ROOM];
	struct ask_answer out = {.set = 0};
	struct ask_counts counts;
	struct ask *ask;
	uint32_t question_len = 0, answer_len;

	if (len < 1 || ask_new(2, key, 1, &ask))
		return 0;
	ask_want(ask, "a.example", 9);
	for (int i = 0; i <= (bytes[0] & 1); i++)
		question_len = ask_next(ask, 1000000000, question);
	answer_len = make_answer(question, question_len, bytes + 1, len - 1, answer);
	if (bytes[0] & 2)
		answer[13] ^= 1;
	if (ask_hear(ask, answer, answer_len, 1000000000, &out) == FW_READ_OK && (out.set != 9 || out.count > ASK_ADDRESSES_MAX))
		abort();
	/* and then silence: whatever was heard, it goes on */
	for (uint64_t now_s = 1; now_s < 40; now_s++)
		ask_next(ask, now_s * 1000000000, question);
	if (!ask_settled(ask))
		abort();
	ask_sweep(ask);
	ask_sweep(ask);
	ask_counts(ask, &counts);
	if (counts.names)
		abort();
	ask_free(ask);
	return 0;
}
