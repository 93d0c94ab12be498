/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What says that a zone has changed, who says it, and what is answered. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "craft.h"
#include "fetch/tsig.h"

#define SECOND_NS 1000000000ull

enum { NOTIFY_FLAGS = 0x2400 }; /* opcode 4, AA */

static struct craft craft;
static struct secondary *secondary;
static struct zone_key *key;
static uint32_t plain_zone, signed_zone;

static int start(void **state)
{
	const struct secondary_setup setup = {.zones_max = 4};
	struct zone_name plain = craft_zone("example.org"), with_key = craft_zone("signed.example");

	if (secondary_new(&setup, &secondary) || zone_key_new("hmac-sha256", "transfer.key", CRAFT_SECRET, &key, NULL))
		return -1;
	return secondary_add(secondary, &plain, NULL, 0, &plain_zone) || secondary_add(secondary, &with_key, key, 0, &signed_zone);
}

static int stop(void **state)
{
	secondary_free(secondary);
	zone_key_free(key);
	return 0;
}

static void begin(const char *zone)
{
	craft_begin(&craft, 0xabcd, NOTIFY_FLAGS);
	craft_question(&craft, zone, 6);
}

static void what_it_says(void **state)
{
	struct notify notify;

	begin("Example.ORG");
	assert_int_equal(notify_read(craft.bytes, craft.len, &notify), FW_READ_OK);
	assert_int_equal(notify.id, 0xabcd);
	assert_int_equal(notify.zone.len, 13);
	assert_memory_equal(notify.zone.wire, "\7example\3org", 13);
	assert_false(notify.with_serial || notify.with_key);
	craft_soa(&craft, "example.org", 0xfedcba98);
	assert_int_equal(notify_read(craft.bytes, craft.len, &notify), FW_READ_OK);
	assert_true(notify.with_serial);
	assert_int_equal(notify.serial, 0xfedcba98);
	for (size_t len = 0; len < craft.len; len++)
		assert_int_not_equal(notify_read(craft.bytes, len, &notify), FW_READ_OK);
	craft_raw(&craft, "x", 1);
	assert_int_equal(notify_read(craft.bytes, craft.len, &notify), FW_READ_BAD);
}

static enum notify_verdict judge(uint8_t answer[NOTIFY_ANSWER_MAX], size_t *answer_len, uint32_t *zone)
{
	const struct fetch_time now = {.steady_ns = SECOND_NS, .wall_s = (uint64_t)time(NULL)};

	*answer_len = 4711;
	*zone = 4711;
	return secondary_notify(secondary, craft.bytes, craft.len, &now, zone, answer, answer_len);
}

/* A right answer: same id, same opcode, same question if there was one, nothing else. */
static void expect_answer(const uint8_t *answer, size_t len, unsigned rcode, bool with_question)
{
	assert_true(len >= 12);
	assert_memory_equal(answer, craft.bytes, 2);
	assert_int_equal(answer[2], 0x84 | (craft.bytes[2] & 0x78));
	assert_int_equal(answer[3], rcode);
	assert_int_equal(answer[5], with_question);
	assert_memory_equal(answer + 6, "\0\0\0\0", 4);
	if (with_question)
		assert_memory_equal(answer + 12, craft.bytes + 12, 12);
}

static void what_is_answered(void **state)
{
	static const struct {
		const char *what;
		uint16_t flags, type;
		const char *zone;
		enum notify_verdict verdict;
		int rcode; /* -1: no answer */
		bool with_question;
	} cases[] = {
		{"ours", NOTIFY_FLAGS, 6, "example.org", NOTIFY_TAKEN, 0, true},
		{"ours in capitals", NOTIFY_FLAGS, 6, "EXAMPLE.ORG", NOTIFY_TAKEN, 0, true},
		{"without AA", 0x2000, 6, "example.org", NOTIFY_TAKEN, 0, true},
		{"not ours", NOTIFY_FLAGS, 6, "example.net", NOTIFY_NOT_OURS, 9, true},
		{"below ours", NOTIFY_FLAGS, 6, "a.example.org", NOTIFY_NOT_OURS, 9, true},
		{"the root", NOTIFY_FLAGS, 6, ".", NOTIFY_NOT_OURS, 9, true},
		{"another type", NOTIFY_FLAGS, 1, "example.org", NOTIFY_NO_NOTIFY, 4, false},
		{"a query", 0x0100, 6, "example.org", NOTIFY_NO_NOTIFY, 4, false},
		{"an update", 0x2800, 6, "example.org", NOTIFY_NO_NOTIFY, 4, false},
		{"an answer", 0xa400, 6, "example.org", NOTIFY_NO_NOTIFY, -1, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t answer[NOTIFY_ANSWER_MAX];
		size_t len;
		uint32_t zone;
		print_message("%s\n", cases[i].what);
		craft_begin(&craft, 0xabcd, cases[i].flags);
		craft_question(&craft, cases[i].zone, cases[i].type);
		assert_int_equal(judge(answer, &len, &zone), cases[i].verdict);
		assert_int_equal(zone, cases[i].verdict == NOTIFY_TAKEN ? plain_zone : UINT32_MAX);
		assert_true(len <= craft.len);
		if (cases[i].rcode < 0)
			assert_int_equal(len, 0);
		else
			expect_answer(answer, len, (unsigned)cases[i].rcode, cases[i].with_question);
		assert_true(strlen(notify_words(cases[i].verdict)) > 5);
	}
}

/* What cannot be read is never answered. */
static void cut_and_damaged(void **state)
{
	uint8_t answer[NOTIFY_ANSWER_MAX];
	size_t len, whole;
	uint32_t zone;

	begin("example.org");
	craft_soa(&craft, "example.org", 3);
	whole = craft.len;
	for (craft.len = 0; craft.len < whole; craft.len++) {
		assert_int_equal(judge(answer, &len, &zone), NOTIFY_NO_NOTIFY);
		assert_int_equal(len, 0);
	}
	begin("example.org");
	craft_raw(&craft, "\300\35\0\6\0\1\0\0\0\0\0\0", 12);
	craft.bytes[7] = 1;
	assert_int_equal(judge(answer, &len, &zone), NOTIFY_NO_NOTIFY);
	assert_int_equal(len, 0);
}

/* The answer's signature goes on from that of the question. */
static void expect_signed(const uint8_t *answer, size_t len, const struct tsig_mac *request)
{
	struct message message;
	struct message_record record;
	struct tsig tsig;
	struct tsig_chain chain;
	enum tsig_error error;

	assert_int_equal(message_read(answer, len, &message), FW_READ_OK);
	assert_int_equal(message_question(&message, &record), FW_READ_OK);
	assert_int_equal(message_record(&message, &record), FW_READ_OK);
	assert_int_equal(tsig_read(&message, &record, &tsig), FW_READ_OK);
	assert_int_equal(tsig_chain_init(&chain, key, request), 0);
	assert_int_equal(tsig_chain_see(&chain, &message, &tsig, (uint64_t)time(NULL), &error), 0);
	tsig_chain_done(&chain);
}

static unsigned tsig_error_of(const uint8_t *answer, size_t len)
{
	struct message message;
	struct message_record record;
	struct tsig tsig;

	assert_int_equal(message_read(answer, len, &message), FW_READ_OK);
	assert_int_equal(message_question(&message, &record), FW_READ_OK);
	assert_int_equal(message_record(&message, &record), FW_READ_OK);
	assert_int_equal(tsig_read(&message, &record, &tsig), FW_READ_OK);
	assert_int_equal(tsig.mac_len != 0, tsig.error == TSIG_BADTIME);
	return tsig.error;
}

static void signed_by_somebody(void **state)
{
	static const struct {
		const char *what, *zone, *name, *secret;
		enum notify_verdict verdict;
		unsigned error;
	} cases[] = {
		{"right", "signed.example", "transfer.key", CRAFT_SECRET, NOTIFY_TAKEN, 0},
		{"another secret", "signed.example", "transfer.key", "AAAA", NOTIFY_KEY, TSIG_BADSIG},
		{"another key", "signed.example", "k", CRAFT_SECRET, NOTIFY_KEY, TSIG_BADKEY},
		{"a zone without a key", "example.org", "transfer.key", CRAFT_SECRET, NOTIFY_KEY, TSIG_BADKEY},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct craft_signer signer;
		uint8_t answer[NOTIFY_ANSWER_MAX];
		struct tsig_mac request;
		size_t len;
		uint32_t zone;
		print_message("%s\n", cases[i].what);
		craft_signer_init(&signer, "hmac-sha256", cases[i].name, cases[i].secret);
		begin(cases[i].zone);
		craft_sign(&signer, &craft);
		request.len = signer.mac_len;
		memcpy(request.bytes, signer.mac, signer.mac_len);
		assert_int_equal(judge(answer, &len, &zone), cases[i].verdict);
		assert_int_equal(answer[3], cases[i].error ? 9 : 0);
		assert_int_equal(zone, cases[i].error ? UINT32_MAX : signed_zone);
		if (cases[i].error)
			assert_int_equal(tsig_error_of(answer, len), cases[i].error);
		else
			expect_signed(answer, len, &request);
		craft_signer_done(&signer);
	}
}

static void signed_long_ago(void **state)
{
	static struct craft_signer signer;
	const struct fetch_time now = {.steady_ns = SECOND_NS, .wall_s = (uint64_t)time(NULL) + 1000};
	uint8_t answer[NOTIFY_ANSWER_MAX];
	size_t len;
	uint32_t zone;

	craft_signer_init(&signer, "hmac-sha256", "transfer.key", CRAFT_SECRET);
	begin("signed.example");
	craft_sign(&signer, &craft);
	assert_int_equal(secondary_notify(secondary, craft.bytes, craft.len, &now, &zone, answer, &len), NOTIFY_KEY);
	assert_int_equal(tsig_error_of(answer, len), TSIG_BADTIME);
	craft_signer_done(&signer);
}

static void an_unsigned_one_is_heeded(void **state)
{
	uint8_t answer[NOTIFY_ANSWER_MAX];
	size_t len;
	uint32_t zone;

	begin("signed.example");
	assert_int_equal(judge(answer, &len, &zone), NOTIFY_TAKEN);
	assert_int_equal(zone, signed_zone);
	expect_answer(answer, len, 0, true);
}

/* Two messages over one connection, in pieces of every size. */
static void over_tcp(void **state)
{
	uint8_t bytes[512];
	size_t len = 0;

	for (int i = 0; i < 2; i++) {
		begin(i ? "signed.example" : "example.org");
		bytes[len++] = 0;
		bytes[len++] = (uint8_t)craft.len;
		memcpy(bytes + len, craft.bytes, craft.len);
		len += craft.len;
	}
	for (size_t piece = 1; piece <= len; piece++) {
		struct notify_stream stream = {.have = 0};
		unsigned messages = 0;
		for (size_t at = 0; at < len;) {
			const uint8_t *message;
			size_t message_len;
			int used = notify_stream_see(&stream, bytes + at, piece < len - at ? piece : len - at, &message, &message_len);
			assert_true(used > 0);
			at += (size_t)used;
			if (!message_len)
				continue;
			struct notify notify;
			assert_int_equal(notify_read(message, message_len, &notify), FW_READ_OK);
			messages++;
		}
		assert_int_equal(messages, 2);
	}
}

static void over_tcp_what_is_none(void **state)
{
	struct notify_stream stream = {.have = 0};
	const uint8_t *message;
	size_t len;

	assert_int_equal(notify_stream_see(&stream, (const uint8_t *)"\377\377", 2, &message, &len), -EMSGSIZE);
	stream.have = 0;
	assert_int_equal(notify_stream_see(&stream, (const uint8_t *)"\0\13", 2, &message, &len), -EMSGSIZE);
	stream.have = 0;
	assert_int_equal(notify_stream_see(&stream, (const uint8_t *)"\10\1", 2, &message, &len), -EMSGSIZE);
	stream.have = 0;
	assert_int_equal(notify_stream_see(&stream, (const uint8_t *)"\10\0", 2, &message, &len), 2);
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says),
		cmocka_unit_test(what_is_answered),
		cmocka_unit_test(cut_and_damaged),
		cmocka_unit_test(signed_by_somebody),
		cmocka_unit_test(signed_long_ago),
		cmocka_unit_test(an_unsigned_one_is_heeded),
		cmocka_unit_test(over_tcp),
		cmocka_unit_test(over_tcp_what_is_none),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
