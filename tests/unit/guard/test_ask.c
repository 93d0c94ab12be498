/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names asked for by ourselves: when, again and again; and answers, honest, late, wrong and hostile. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard/guard.h"

#define S 1000000000ull

static const uint8_t key[16] = {1};

struct message {
	uint8_t bytes[ASK_MESSAGE_MAX + 512];
	uint32_t len;
};

static struct ask *ask_of(uint32_t max)
{
	struct ask *ask;

	assert_int_equal(ask_new(max, key, 5, &ask), 0);
	return ask;
}

static struct message next(struct ask *ask, uint64_t now_ns)
{
	struct message out = {.len = 0};

	out.len = ask_next(ask, now_ns, out.bytes);
	return out;
}

static bool wants_aaaa(const struct message *question)
{
	return question->bytes[question->len - 3] == 28;
}

/* The question with QR, a code and so many records: a CNAME before, if asked, and addresses with their last byte counted up. */
static struct message answer_to(const struct message *question, uint8_t code, unsigned records, uint32_t ttl_s)
{
	struct message out = *question;
	unsigned data_len = wants_aaaa(question) ? 16 : 4;

	out.bytes[2] |= 0x80;
	out.bytes[3] = (uint8_t)(0x80 | code);
	out.bytes[7] = (uint8_t)records;
	for (unsigned i = 0; i < records; i++) {
		uint8_t *at = out.bytes + out.len;
		const uint8_t head[12] = {0xc0, 12, 0, data_len == 4 ? 1 : 28, 0, 1, (uint8_t)(ttl_s >> 24), (uint8_t)(ttl_s >> 16),
			(uint8_t)(ttl_s >> 8), (uint8_t)ttl_s, 0, (uint8_t)data_len};
		memcpy(at, head, sizeof(head));
		memset(at + 12, 0x20, data_len);
		at[12 + data_len - 1] = (uint8_t)i;
		out.len += 12 + data_len;
	}
	return out;
}

static enum fw_read hear(struct ask *ask, const struct message *message, uint64_t now_ns, struct ask_answer *out)
{
	uint8_t *bytes = malloc(message->len ? message->len : 1);
	enum fw_read read;

	memcpy(bytes, message->bytes, message->len);
	read = ask_hear(ask, bytes, message->len, now_ns, out);
	free(bytes);
	return read;
}

static void a_name_is_asked_for_in_both_families(void **state)
{
	static const uint8_t wire[] = "\x05"
				      "cloud\x07"
				      "example\x03"
				      "com";
	struct ask *ask = ask_of(4);
	struct ask_answer answer;
	struct message a, aaaa, said;
	struct ask_counts counts;

	assert_int_equal(ask_want(ask, "cloud.example.com", 9), 0);
	ask_sweep(ask);
	a = next(ask, S);
	aaaa = next(ask, S);
	assert_int_equal(next(ask, S).len, 0);
	assert_true(wants_aaaa(&a) != wants_aaaa(&aaaa));
	assert_memory_equal(a.bytes + 12, wire, sizeof(wire));
	assert_false(ask_settled(ask));
	said = answer_to(&a, 0, 3, 60);
	assert_int_equal(hear(ask, &said, S, &answer), FW_READ_OK);
	assert_true(answer.set == 9 && answer.count == 3 && answer.ttl_s == 60);
	assert_string_equal(answer.name, "cloud.example.com");
	said = answer_to(&aaaa, 3, 0, 0); /* no such name */
	assert_int_equal(hear(ask, &said, S, &answer), FW_READ_OK);
	assert_int_equal(answer.count, 0);
	assert_true(ask_settled(ask));
	ask_counts(ask, &counts);
	assert_true(counts.asked == 2 && counts.answered == 1 && counts.failed == 1 && counts.names == 1);
	ask_free(ask);
}

static uint64_t asked_again_after(uint32_t ttl_s)
{
	struct ask *ask = ask_of(4);
	struct ask_answer answer;
	uint64_t now_ns = S;

	ask_want(ask, "a.example", 1);
	for (unsigned i = 0; i < 2; i++) {
		struct message question = next(ask, now_ns), said = answer_to(&question, 0, 1, ttl_s);
		assert_int_equal(hear(ask, &said, now_ns, &answer), FW_READ_OK);
	}
	while (!next(ask, now_ns).len)
		now_ns += S / 10;
	ask_free(ask);
	return (now_ns - S) / S;
}

/* Before its time is over, but not more often than every ten seconds, and once an hour at least. */
static void asked_again_before_the_ttl_is_over(void **state)
{
	assert_int_equal(asked_again_after(300), 270);
	assert_int_equal(asked_again_after(0), 10);
	assert_int_equal(asked_again_after(5), 10);
	assert_int_equal(asked_again_after(86400), 3600);
	assert_int_equal(asked_again_after(UINT32_MAX), 10); /* no TTL at all, RFC 2181 section 8 */
}

/* Three tries two seconds apart, a pause, and longer pauses: a resolver that is down is not flooded. */
static void silence(void **state)
{
	struct ask *ask = ask_of(4);
	unsigned asked = 0;
	uint64_t now_ns = S;

	ask_want(ask, "a.example", 1);
	for (; now_ns < 10 * S; now_ns += S / 5)
		asked += next(ask, now_ns).len != 0;
	assert_int_equal(asked, 6); /* two families */
	assert_true(ask_settled(ask));
	for (; now_ns < 3600 * S; now_ns += S / 5)
		asked += next(ask, now_ns).len != 0;
	assert_in_range(asked, 60, 120);
	ask_free(ask);
}

static void what_is_no_answer(void **state)
{
	struct ask *ask = ask_of(4);
	struct message question, said, other;
	struct ask_answer answer = {.set = 77};

	ask_want(ask, "a.example", 1);
	question = next(ask, S);
	said = answer_to(&question, 0, 2, 60);
	other = said;
	other.bytes[0] ^= 1; /* another number */
	assert_int_equal(hear(ask, &other, S, &answer), FW_READ_OTHER);
	other = said;
	other.bytes[13] = 'b'; /* another name */
	assert_int_equal(hear(ask, &other, S, &answer), FW_READ_OTHER);
	other = said;
	other.bytes[2] &= 0x7f; /* a question */
	assert_int_equal(hear(ask, &other, S, &answer), FW_READ_BAD);
	other = said;
	other.bytes[2] |= 2; /* cut */
	assert_int_equal(hear(ask, &other, S, &answer), FW_READ_BAD);
	other = answer_to(&question, 2, 0, 0); /* SERVFAIL says nothing about the name */
	assert_int_equal(hear(ask, &other, S, &answer), FW_READ_BAD);
	assert_int_equal(answer.set, 77);
	other = said;
	other.bytes[13] = 'A'; /* letters in any case */
	assert_int_equal(hear(ask, &other, S, &answer), FW_READ_OK);
	assert_int_equal(hear(ask, &said, S, &answer), FW_READ_OTHER); /* answered already */
	ask_free(ask);
}

/* Whatever it is cut to, nothing is taken, and the question stays open for the honest one. */
static void cut_at_every_byte(void **state)
{
	struct ask *ask = ask_of(4);
	struct message question, said;
	struct ask_answer answer = {.set = 77};

	ask_want(ask, "a.example", 1);
	question = next(ask, S);
	said = answer_to(&question, 0, 2, 60);
	for (uint32_t len = 0; len < said.len; len++) {
		struct message cut = said;
		cut.len = len;
		assert_int_not_equal(hear(ask, &cut, S, &answer), FW_READ_OK);
		assert_int_equal(answer.set, 77);
	}
	assert_int_equal(hear(ask, &said, S, &answer), FW_READ_OK);
	ask_free(ask);
}

static void more_addresses_than_are_taken(void **state)
{
	struct ask *ask = ask_of(4);
	struct message question, said;
	struct ask_answer answer;

	ask_want(ask, "a.example", 1);
	question = next(ask, S);
	if (wants_aaaa(&question))
		question = next(ask, S);
	said = answer_to(&question, 0, 40, 60);
	assert_int_equal(hear(ask, &said, S, &answer), FW_READ_OK);
	assert_int_equal(answer.count, ASK_ADDRESSES_MAX);
	ask_free(ask);
}

/* One name of a policy that is also an update host belongs to two sets, and is asked for in both. */
static void one_name_two_sets_and_the_sweep(void **state)
{
	struct ask *ask = ask_of(4);
	struct ask_counts counts;

	ask_want(ask, "a.example", 1);
	ask_want(ask, "a.example", 2);
	ask_want(ask, "b.example", 1);
	ask_sweep(ask);
	ask_counts(ask, &counts);
	assert_int_equal(counts.names, 3);
	ask_want(ask, "b.example", 1);
	assert_int_not_equal(next(ask, S).len, 0);
	ask_sweep(ask);
	ask_counts(ask, &counts);
	assert_int_equal(counts.names, 1);
	assert_int_equal(ask_want(ask, "c.example", 3), 0);
	assert_int_equal(ask_want(ask, "d.example", 4), 0);
	assert_int_equal(ask_want(ask, "e.example", 5), 0);
	assert_int_equal(ask_want(ask, "f.example", 6), -ENOSPC);
	assert_int_equal(ask_want(ask, "", 6), -EINVAL);
	assert_int_equal(ask_want(ask, "a..b", 6), -EINVAL);
	assert_int_equal(ask_want(ask, "a.example", 0), -EINVAL);
	ask_free(ask);
}

/* So many at once, and no more; each number its own chance. */
static void a_thousand_names(void **state)
{
	struct ask *ask = ask_of(1000);
	unsigned open = 0;

	for (unsigned i = 0; i < 1000; i++) {
		char name[16] = "a000.example";
		name[1] = (char)('0' + i / 100);
		name[2] = (char)('0' + i / 10 % 10);
		name[3] = (char)('0' + i % 10);
		assert_int_equal(ask_want(ask, name, i + 1), 0);
	}
	while (next(ask, S).len)
		open++;
	assert_int_equal(open, ASK_OPEN_MAX);
	ask_free(ask);
}

static void a_clock_that_runs_back(void **state)
{
	struct ask *ask = ask_of(4);
	struct message question, said;
	struct ask_answer answer;

	ask_want(ask, "a.example", 1);
	question = next(ask, 1000 * S);
	said = answer_to(&question, 0, 1, 60);
	assert_int_equal(hear(ask, &said, 5 * S, &answer), FW_READ_OK);
	next(ask, 5 * S);
	assert_int_equal(next(ask, 6 * S).len, 0);
	assert_int_equal(next(ask, 1001 * S).len, 0);
	ask_free(ask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_asked_for_in_both_families),
		cmocka_unit_test(asked_again_before_the_ttl_is_over),
		cmocka_unit_test(silence),
		cmocka_unit_test(what_is_no_answer),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(more_addresses_than_are_taken),
		cmocka_unit_test(one_name_two_sets_and_the_sweep),
		cmocka_unit_test(a_thousand_names),
		cmocka_unit_test(a_clock_that_runs_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
