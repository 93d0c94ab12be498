/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone over a stream: split anywhere, cut anywhere, signed or not, and everything that is no answer. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "script.h"
#include "wire/limits.h"

#define SECOND_NS 1000000000ull

enum { AA = 0x8400 };

static struct craft craft;
static struct script script;
static struct craft_signer signer;

static void begin(uint16_t flags)
{
	craft_begin(&craft, SCRIPT_ID, flags);
	craft_question(&craft, "example.org", 252);
}

/* A small zone over three messages: SOA and two names, two names (one compressed, one in capitals), the SOA. */
static void zone_message(int number)
{
	static const uint8_t compressed[] = {3, 'f', 't', 'p', 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1};

	if (number == 0) {
		begin(AA);
		craft_soa(&craft, "example.org", 7);
		craft_a(&craft, "*.example.org");
		craft_a(&craft, "www.example.org");
	} else if (number == 1) {
		begin(AA);
		craft_a(&craft, "MAIL.Example.org");
		craft_raw(&craft, compressed, sizeof(compressed));
		craft.bytes[7]++;
	} else {
		craft_begin(&craft, SCRIPT_ID, AA);
		craft_soa(&craft, "example.org", 7);
	}
}

/* how: for each message 's' signed, 'u' unsigned. */
static void write_zone(const char *how, const struct talk *talk)
{
	script.len = 0;
	if (talk) {
		craft_signer_init(&signer, "hmac-sha256", "transfer.key", CRAFT_SECRET);
		craft_check_question(&signer, talk->question + 2, talk->question_len - 2);
	}
	for (int i = 0; i < 3; i++) {
		zone_message(i);
		if (talk && how[i] == 's')
			craft_sign(&signer, &craft);
		else if (talk)
			craft_skip(&signer, &craft);
		script_add(&script, &craft);
	}
	if (talk)
		craft_signer_done(&signer);
}

static struct zone_key *new_key(void)
{
	struct zone_key *key = NULL;

	assert_int_equal(zone_key_new("hmac-sha256", "transfer.key", CRAFT_SECRET, &key, NULL), 0);
	return key;
}

static void expect_zone(const struct talk *talk, uint64_t digest)
{
	assert_int_equal(talk->heard.result, TRANSFER_DONE);
	assert_int_equal(talk->heard.records, 5);
	assert_int_equal(talk->heard.digest, digest);
	assert_int_equal(talk->heard.soa.serial, 7);
	assert_int_equal(talk->heard.soa.refresh_s, 3600);
	assert_int_equal(talk->heard.soa.retry_s, 600);
	assert_int_equal(talk->heard.soa.expire_s, 86400);
	assert_int_equal(talk->heard.counts.messages, 3);
	assert_int_equal(talk->heard.counts.bytes, script.len);
}

static const struct transfer_setup plain = {.kind = TRANSFER_ZONE};

static uint64_t right_digest(void)
{
	static uint64_t digest;
	struct talk talk = {.server = -1};

	if (!digest) {
		talk_begin(&talk, &plain);
		write_zone("uuu", NULL);
		talk_say(&talk, script.bytes, script.len);
		digest = talk.heard.digest;
		expect_zone(&talk, digest);
		talk_end(&talk);
	}
	return digest;
}

/* Owners come uncompressed and in lower case: the same digest when they are sent so. */
static void owners_are_whole_and_small(void **state)
{
	struct talk talk = {.server = -1};
	uint64_t digest = right_digest();

	script.len = 0;
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_a(&craft, "*.example.org");
	craft_a(&craft, "www.example.org");
	script_add(&script, &craft);
	begin(AA);
	craft_a(&craft, "mail.example.org");
	craft_a(&craft, "ftp.example.org");
	script_add(&script, &craft);
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	script_add(&script, &craft);
	talk_begin(&talk, &plain);
	talk_say(&talk, script.bytes, script.len);
	expect_zone(&talk, digest);
	talk_end(&talk);
}

static void split_at_every_byte(void **state)
{
	struct zone_key *key = new_key();

	for (int with_key = 0; with_key < 2; with_key++) {
		const struct transfer_setup setup = {.kind = TRANSFER_ZONE, .key = with_key ? key : NULL};
		size_t len = 1;
		for (size_t at = 0; at <= len; at++) {
			struct talk talk = {.server = -1};
			talk_begin(&talk, &setup);
			write_zone("sus", with_key ? &talk : NULL);
			len = script.len;
			if (talk_say(&talk, script.bytes, at) == 0)
				talk_say(&talk, script.bytes + at, len - at);
			expect_zone(&talk, right_digest());
			talk_end(&talk);
		}
		assert_true(len > 300);
	}
	zone_key_free(key);
}

static void byte_by_byte(void **state)
{
	struct talk talk = {.server = -1};

	talk_begin(&talk, &plain);
	write_zone("uuu", NULL);
	for (size_t at = 0; at < script.len; at++)
		assert_int_equal(talk_say(&talk, script.bytes + at, 1), at + 1 == script.len ? TRANSFER_DONE : 0);
	expect_zone(&talk, right_digest());
	talk_end(&talk);
}

static void cut_at_every_byte(void **state)
{
	size_t len = 1;

	for (size_t at = 0; at < len; at++) {
		struct talk talk = {.server = -1};
		talk_begin(&talk, &plain);
		write_zone("uuu", NULL);
		len = script.len;
		assert_int_equal(talk_say(&talk, script.bytes, at), 0);
		assert_int_equal(talk_hang_up(&talk), -ECONNRESET);
		assert_non_null(strstr(talk.heard.fault.sentence, at ? "in the middle" : "without an answer"));
		assert_string_equal(talk.heard.fault.file, "example.org. from 127.0.0.1#53");
		talk_end(&talk);
	}
}

static void what_is_signed(void **state)
{
	static const struct {
		const char *how;
		int result;
		const char *word;
	} cases[] = {{"sss", TRANSFER_DONE, ""}, {"sus", TRANSFER_DONE, ""}, {"uss", -EKEYREJECTED, "is not signed"},
		{"ssu", -EKEYREJECTED, "last message is not signed"}, {"uuu", -EKEYREJECTED, "is not signed"}};
	struct zone_key *key = new_key();
	const struct transfer_setup setup = {.kind = TRANSFER_ZONE, .key = key};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk talk = {.server = -1};
		print_message("%s\n", cases[i].how);
		talk_begin(&talk, &setup);
		write_zone(cases[i].how, &talk);
		assert_int_equal(talk_say(&talk, script.bytes, script.len), cases[i].result);
		assert_non_null(strstr(talk.heard.fault.sentence, cases[i].word));
		talk_end(&talk);
	}
	zone_key_free(key);
}

/* Any bit of a signed stream that is turned: never taken over. The two bytes of length may make it wait instead. */
static void each_bit_of_a_signed_stream(void **state)
{
	struct zone_key *key = new_key();
	const struct transfer_setup setup = {.kind = TRANSFER_ZONE, .key = key};
	size_t len = 1;

	for (size_t bit = 0; bit < len * 8; bit += 3) {
		struct talk talk = {.server = -1};
		talk_begin(&talk, &setup);
		write_zone("sus", &talk);
		len = script.len;
		script.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (talk_say(&talk, script.bytes, script.len) == 0)
			talk_hang_up(&talk);
		if (talk.heard.result == TRANSFER_DONE) /* capitals in names of TSIG records are none of the signature's */
			print_message("bit %zu of %zu makes no difference\n", bit, len * 8);
		assert_true(talk.heard.result < 0 || (script.bytes[bit / 8] | 0x20) >= 'a');
		assert_true(talk.heard.result == TRANSFER_DONE || talk.heard.fault.sentence[0]);
		talk_end(&talk);
	}
	zone_key_free(key);
}

static void up_to_99_unsigned(void **state)
{
	struct zone_key *key = new_key();
	const struct transfer_setup setup = {.kind = TRANSFER_ZONE, .key = key};

	for (unsigned run = FW_TRANSFER_UNSIGNED_MAX; run <= FW_TRANSFER_UNSIGNED_MAX + 1; run++) {
		struct talk talk = {.server = -1};
		talk_begin(&talk, &setup);
		script.len = 0;
		craft_signer_init(&signer, "hmac-sha256", "transfer.key", CRAFT_SECRET);
		craft_check_question(&signer, talk.question + 2, talk.question_len - 2);
		for (unsigned i = 0; i < run + 2; i++) {
			begin(AA);
			if (i == 0 || i == run + 1)
				craft_soa(&craft, "example.org", 7);
			if (i <= run)
				craft_a(&craft, "a.example.org");
			if (i == 0 || i == run + 1)
				craft_sign(&signer, &craft);
			else
				craft_skip(&signer, &craft);
			script_add(&script, &craft);
		}
		talk_say(&talk, script.bytes, script.len);
		assert_int_equal(talk.heard.result, run == FW_TRANSFER_UNSIGNED_MAX ? TRANSFER_DONE : -EKEYREJECTED);
		craft_signer_done(&signer);
		talk_end(&talk);
	}
	zone_key_free(key);
}

/* ---- ceilings ---- */

static void ceilings(void **state)
{
	static const struct {
		uint64_t bytes, records;
		int refuse_at, result;
		const char *word;
	} cases[] = {{0, 5, 0, TRANSFER_DONE, ""}, {0, 4, 0, -E2BIG, "more than 4 records"}, {100, 0, 0, -E2BIG, "larger than 100 bytes"},
		{0, 0, 3, -E2BIG, "record 3 was not taken"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct transfer_setup setup = {.kind = TRANSFER_ZONE, .ceilings = {cases[i].bytes, cases[i].records}};
		struct talk talk = {.server = -1, .heard.refuse_at = cases[i].refuse_at};
		talk_begin(&talk, &setup);
		write_zone("uuu", NULL);
		assert_int_equal(talk_say(&talk, script.bytes, script.len), cases[i].result);
		assert_non_null(strstr(talk.heard.fault.sentence, cases[i].word));
		talk_end(&talk);
	}
}

/* The same message again and again, which always says that more is to come. */
static void an_answer_that_never_ends(void **state)
{
	const struct transfer_setup setup = {.kind = TRANSFER_ZONE, .ceilings = {.bytes = 3 << 20}};
	struct talk talk = {.server = -1};

	talk_begin(&talk, &setup);
	script.len = 0;
	zone_message(0);
	script_add(&script, &craft);
	assert_int_equal(talk_say(&talk, script.bytes, script.len), 0);
	script.len = 0;
	zone_message(1);
	while (script.len < SCRIPT_MAX / 2)
		script_add(&script, &craft);
	for (int i = 0; i < 100 && talk.heard.result == 0; i++)
		talk_say(&talk, script.bytes, script.len);
	assert_int_equal(talk.heard.result, -E2BIG);
	assert_true(talk.heard.counts.bytes <= (3 << 20) + 65537);
	talk_end(&talk);
}

static void a_server_that_is_slow(void **state)
{
	const struct transfer_setup setup = {.kind = TRANSFER_ZONE, .time_ns = 60 * SECOND_NS, .silence_ns = 10 * SECOND_NS};
	struct talk talk = {.server = -1};

	talk_begin(&talk, &setup);
	assert_int_equal(transfer_deadline(talk.transfer), 1000 + 10 * SECOND_NS);
	talk.now.steady_ns = 1000 + 10 * SECOND_NS - 1;
	assert_int_equal(talk_say(&talk, script.bytes, 0), 0);
	talk.now.steady_ns++;
	assert_int_equal(talk_say(&talk, script.bytes, 0), -ETIMEDOUT);
	assert_non_null(strstr(talk.heard.fault.sentence, "silent"));
	talk_end(&talk);
	talk.heard.refuse_at = 0;
	talk_begin(&talk, &setup);
	write_zone("uuu", NULL);
	for (size_t at = 0; talk.heard.result == 0; at++, talk.now.steady_ns += 9 * SECOND_NS)
		talk_say(&talk, script.bytes + at, 1);
	assert_int_equal(talk.heard.result, -ETIMEDOUT);
	assert_non_null(strstr(talk.heard.fault.sentence, "not done in time"));
	assert_int_equal(transfer_deadline(talk.transfer), 1000 + 60 * SECOND_NS);
	talk_end(&talk);
}

/* ---- only the SOA ---- */

static void only_the_soa(void **state)
{
	static const struct {
		const char *what;
		uint16_t flags;
		const char *owner;
		int result;
		const char *word;
	} cases[] = {{"right", AA, "example.org", TRANSFER_DONE, ""}, {"not authoritative", 0x8000, "example.org", -EBADMSG, "hearsay"},
		{"of another zone", AA, "example.net", -EBADMSG, "outside"}, {"none", AA, NULL, -EBADMSG, "no SOA"},
		{"refused", 0x8005, NULL, -EACCES, "REFUSED: does it serve this zone?"}};
	const struct transfer_setup setup = {.kind = TRANSFER_SOA};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk talk = {.server = -1};
		print_message("%s\n", cases[i].what);
		talk_begin(&talk, &setup);
		assert_int_equal(talk.question[talk.question_len - 3], 6);
		script.len = 0;
		craft_begin(&craft, SCRIPT_ID, cases[i].flags);
		craft_question(&craft, "example.org", 6);
		if (cases[i].owner) {
			craft_soa(&craft, cases[i].owner, 9);
			craft_record(&craft, 1, "example.org", 46, "signature", 9);
			craft_record(&craft, 2, "example.org", 2, "\0", 1);
			craft_record(&craft, 3, ".", 41, "", 0);
		}
		script_add(&script, &craft);
		assert_int_equal(talk_say(&talk, script.bytes, script.len), cases[i].result);
		assert_non_null(strstr(talk.heard.fault.sentence, cases[i].word));
		assert_int_equal(talk.heard.records, 0);
		if (cases[i].result == TRANSFER_DONE)
			assert_int_equal(talk.heard.soa.serial, 9);
		talk_end(&talk);
	}
}

/* ---- real sockets ---- */

static int listen_on(const char *address, uint16_t *port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	socklen_t len = sizeof(six);
	int off = 0, descriptor = socket(AF_INET6, SOCK_STREAM, 0);

	if (descriptor < 0)
		return -1;
	inet_pton(AF_INET6, address, &six.sin6_addr);
	setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(descriptor, (struct sockaddr *)&six, sizeof(six)) || listen(descriptor, 1) ||
		getsockname(descriptor, (struct sockaddr *)&six, &len)) {
		close(descriptor);
		return -1;
	}
	*port = ntohs(six.sin6_port);
	return descriptor;
}

static void over(const char *address)
{
	struct transfer_setup setup = {.kind = TRANSFER_SOA, .zone = craft_zone("example.org"), .id = SCRIPT_ID};
	struct fetch_time now = {.steady_ns = 1, .wall_s = 1};
	struct transfer *transfer = NULL;
	struct fault fault = {0};
	int listener = listen_on(address, &setup.port), peer, result = 0;
	uint8_t question[64];

	if (listener < 0) {
		print_message("SKIP no %s here\n", address);
		return;
	}
	inet_pton(AF_INET6, address, setup.address);
	assert_int_equal(transfer_open(&setup, &now, &transfer, &fault), 0);
	peer = accept(listener, NULL, NULL);
	assert_true(peer >= 0);
	while (transfer_wants(transfer) == TRANSFER_WRITABLE)
		assert_int_equal(transfer_step(transfer, &now, &fault), 0);
	assert_int_equal(recv(peer, question, sizeof(question), 0), 2 + 12 + 13 + 4);
	craft_begin(&craft, SCRIPT_ID, AA);
	craft_question(&craft, "example.org", 6);
	craft_soa(&craft, "example.org", 5);
	script.len = 0;
	script_add(&script, &craft);
	assert_int_equal(send(peer, script.bytes, script.len, 0), (int)script.len);
	while (result == 0)
		result = transfer_step(transfer, &now, &fault);
	assert_int_equal(result, TRANSFER_DONE);
	assert_int_equal(transfer_soa(transfer).serial, 5);
	transfer_close(transfer);
	close(peer);
	close(listener);
	transfer = NULL;
	result = transfer_open(&setup, &now, &transfer, &fault); /* nobody is there any more */
	for (int i = 0; result == 0 && i < 1000; i++)
		result = transfer_step(transfer, &now, &fault);
	assert_int_equal(result, -ECONNREFUSED);
	assert_non_null(strstr(fault.sentence, "cannot be asked: Connection refused"));
	transfer_close(transfer);
}

static void real_sockets(void **state)
{
	over("::ffff:127.0.0.1");
	over("::1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners_are_whole_and_small),
		cmocka_unit_test(split_at_every_byte),
		cmocka_unit_test(byte_by_byte),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(what_is_signed),
		cmocka_unit_test(each_bit_of_a_signed_stream),
		cmocka_unit_test(up_to_99_unsigned),
		cmocka_unit_test(ceilings),
		cmocka_unit_test(an_answer_that_never_ends),
		cmocka_unit_test(a_server_that_is_slow),
		cmocka_unit_test(only_the_soa),
		cmocka_unit_test(real_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
