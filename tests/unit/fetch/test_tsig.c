/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, keys, and signatures: each held against libknot's own. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "craft.h"
#include "fetch/tsig.h"

static const char *const algorithms[] = {"hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"};
enum { ALGORITHMS = sizeof(algorithms) / sizeof(algorithms[0]) };

static struct zone_key *key_of(const char *algorithm)
{
	struct zone_key *key = NULL;

	assert_int_equal(zone_key_new(algorithm, "Transfer.Key", CRAFT_SECRET, &key, NULL), 0);
	return key;
}

static uint64_t now_s(void)
{
	return (uint64_t)time(NULL);
}

static void names_as_people_write_them(void **state)
{
	static const struct {
		const char *text, *back; /* NULL: refused */
	} cases[] = {{"example.org", "example.org."}, {"Example.ORG.", "example.org."}, {".", "."}, {"a\\.b.c", "a\\.b.c."},
		{"*.example", "*.example."}, {"", NULL}, {"a..b", NULL}, {".a", NULL},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.x", NULL}, {"\\300", NULL}};
	char text[ZONE_NAME_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zone_name name;
		struct fault fault = {0};
		int error = zone_name_read(cases[i].text, &name, &fault);
		print_message("'%s'\n", cases[i].text);
		assert_int_equal(error, cases[i].back ? 0 : -EINVAL);
		if (error)
			assert_non_null(strstr(fault.sentence, "no domain name"));
		else
			assert_string_equal(zone_name_text(text, &name), cases[i].back);
	}
}

static void keys_and_what_is_none(void **state)
{
	static const struct {
		const char *algorithm, *name, *secret, *word;
	} cases[] = {{"hmac-sha257", "k", "AAAA", "no algorithm"}, {"", "k", "AAAA", "no algorithm"},
		{"hmac-sha256", "k..k", "AAAA", "needs"}, {"hmac-sha256", "k", "A-A", "needs"}, {"hmac-sha256", "k", "", "needs"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zone_key *key = NULL;
		struct fault fault = {0};
		assert_int_equal(zone_key_new(cases[i].algorithm, cases[i].name, cases[i].secret, &key, &fault), -EINVAL);
		assert_null(key);
		assert_non_null(strstr(fault.sentence, cases[i].word));
		if (cases[i].secret[0])
			assert_null(strstr(fault.sentence, cases[i].secret));
	}
	for (size_t i = 0; i < ALGORITHMS; i++)
		zone_key_free(key_of(algorithms[i]));
	zone_key_free(NULL);
}

static void keys_that_are_the_same(void **state)
{
	static const struct {
		const char *algorithm, *name, *secret;
		bool same;
	} cases[] = {{"hmac-sha256", "transfer.key.", CRAFT_SECRET, true}, {"hmac-sha512", "transfer.key", CRAFT_SECRET, false},
		{"hmac-sha256", "transfer.keys", CRAFT_SECRET, false}, {"hmac-sha256", "transfer.key", "AAAA", false}};
	struct zone_key *key = key_of("hmac-sha256"), *other = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(zone_key_new(cases[i].algorithm, cases[i].name, cases[i].secret, &other, NULL), 0);
		assert_int_equal(zone_key_same(key, other), cases[i].same);
		zone_key_free(other);
	}
	zone_key_free(key);
}

/* A question of ours, which libknot finds right, for each algorithm. */
static void question(const struct zone_key *key, struct craft *craft, struct tsig_mac *mac)
{
	const struct tsig_signing signing = {.key = key, .wall_s = now_s()};

	craft_begin(craft, 0x1234, 0);
	craft_question(craft, "example.org", 252);
	assert_int_equal(tsig_sign(&signing, craft->bytes, &craft->len, sizeof(craft->bytes), mac), 0);
}

static enum tsig_error see(struct tsig_chain *chain, const uint8_t *bytes, size_t len, uint64_t wall_s)
{
	enum tsig_error error = TSIG_OK;
	struct message message;
	struct message_record record;
	struct tsig tsig;
	int code;

	assert_int_equal(message_read(bytes, len, &message), FW_READ_OK);
	for (int i = 0; i < message.count[0]; i++)
		assert_int_equal(message_question(&message, &record), FW_READ_OK);
	for (int i = 0; i < message.count[1] + message.count[2] + message.count[3]; i++)
		assert_int_equal(message_record(&message, &record), FW_READ_OK);
	if (record.type != TYPE_TSIG) {
		tsig_chain_note(chain, &message);
		return TSIG_OK;
	}
	assert_int_equal(tsig_read(&message, &record, &tsig), FW_READ_OK);
	code = tsig_chain_see(chain, &message, &tsig, wall_s, &error);
	assert_int_equal(code, error ? -EKEYREJECTED : 0);
	return error;
}

/* Answers signed by libknot: each message, or only some. */
static void a_stream_from_libknot(void **state)
{
	static struct craft_signer signer;
	static struct craft craft;

	for (size_t i = 0; i < ALGORITHMS; i++) {
		struct zone_key *key = key_of(algorithms[i]);
		struct tsig_chain chain;
		struct tsig_mac mac;
		craft_signer_init(&signer, algorithms[i], "transfer.key", CRAFT_SECRET);
		question(key, &craft, &mac);
		craft_check_question(&signer, craft.bytes, craft.len);
		assert_int_equal(mac.len, signer.mac_len);
		assert_memory_equal(mac.bytes, signer.mac, mac.len);
		assert_int_equal(tsig_chain_init(&chain, key, &mac), 0);
		for (int n = 0; n < 12; n++) {
			craft_begin(&craft, 0x1234, 0x8400);
			craft_a(&craft, "a.example.org");
			if (n % 4 == 2 || n % 4 == 1)
				craft_skip(&signer, &craft);
			else
				craft_sign(&signer, &craft);
			assert_int_equal(see(&chain, craft.bytes, craft.len, now_s()), TSIG_OK);
		}
		tsig_chain_done(&chain);
		craft_signer_done(&signer);
		zone_key_free(key);
	}
}

/* Any bit of any message of a signed stream: noticed when the next signature comes. */
static void each_bit_counts(void **state)
{
	static struct craft_signer signer;
	static struct craft messages[3];
	struct zone_key *key = key_of("hmac-sha256");
	size_t noticed = 0, total = 0;

	craft_signer_init(&signer, "hmac-sha256", "transfer.key", CRAFT_SECRET);
	for (int i = 0; i < 3; i++) {
		craft_begin(&messages[i], 0x1234, 0x8400);
		craft_a(&messages[i], "a.example.org");
		if (i == 1)
			craft_skip(&signer, &messages[i]);
		else
			craft_sign(&signer, &messages[i]);
	}
	for (size_t bit = 0; bit < messages[1].len * 8; bit++) {
		struct tsig_chain chain;
		struct message message;
		assert_int_equal(tsig_chain_init(&chain, key, NULL), 0);
		assert_int_equal(see(&chain, messages[0].bytes, messages[0].len, now_s()), TSIG_OK);
		messages[1].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(message_read(messages[1].bytes, messages[1].len, &message), FW_READ_OK);
		tsig_chain_note(&chain, &message);
		messages[1].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		noticed += see(&chain, messages[2].bytes, messages[2].len, now_s()) == TSIG_BADSIG;
		total++;
		tsig_chain_done(&chain);
	}
	assert_true(total > 300);
	assert_int_equal(noticed, total);
	craft_signer_done(&signer);
	zone_key_free(key);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *what, *algorithm, *name, *secret;
		int64_t late_s;
		enum tsig_error error;
	} cases[] = {
		{"right", "hmac-sha256", "transfer.key", CRAFT_SECRET, 0, TSIG_OK},
		{"right, key in capitals", "hmac-sha256", "TRANSFER.KEY", CRAFT_SECRET, 0, TSIG_OK},
		{"another secret", "hmac-sha256", "transfer.key", "AAAA", 0, TSIG_BADSIG},
		{"another name", "hmac-sha256", "transfer.kez", CRAFT_SECRET, 0, TSIG_BADKEY},
		{"another algorithm", "hmac-sha512", "transfer.key", CRAFT_SECRET, 0, TSIG_BADKEY},
		{"just in time", "hmac-sha256", "transfer.key", CRAFT_SECRET, 295, TSIG_OK},
		{"too late", "hmac-sha256", "transfer.key", CRAFT_SECRET, 310, TSIG_BADTIME},
		{"too early", "hmac-sha256", "transfer.key", CRAFT_SECRET, -310, TSIG_BADTIME},
	};
	struct zone_key *key = key_of("hmac-sha256");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct craft_signer signer;
		static struct craft craft;
		struct tsig_chain chain;
		print_message("%s\n", cases[i].what);
		craft_signer_init(&signer, cases[i].algorithm, cases[i].name, cases[i].secret);
		craft_begin(&craft, 7, 0x8400);
		craft_a(&craft, "a.example.org");
		craft_sign(&signer, &craft);
		assert_int_equal(tsig_chain_init(&chain, key, NULL), 0);
		assert_int_equal(see(&chain, craft.bytes, craft.len, (uint64_t)((int64_t)now_s() + cases[i].late_s)), cases[i].error);
		tsig_chain_done(&chain);
		craft_signer_done(&signer);
	}
	zone_key_free(key);
}

static void a_mac_that_is_cut(void **state)
{
	static struct craft_signer signer;
	static struct craft craft;
	struct zone_key *key = key_of("hmac-sha256");
	struct tsig_chain chain;
	struct message message;
	struct message_record record;
	struct tsig tsig;
	enum tsig_error error;

	craft_signer_init(&signer, "hmac-sha256", "transfer.key", CRAFT_SECRET);
	craft_begin(&craft, 7, 0x8400);
	craft_sign(&signer, &craft);
	assert_int_equal(message_read(craft.bytes, craft.len, &message), FW_READ_OK);
	assert_int_equal(message_record(&message, &record), FW_READ_OK);
	for (size_t len = 0; len < 32; len++) {
		assert_int_equal(tsig_read(&message, &record, &tsig), FW_READ_OK);
		tsig.mac_len = len;
		assert_int_equal(tsig_chain_init(&chain, key, NULL), 0);
		assert_int_equal(tsig_chain_see(&chain, &message, &tsig, now_s(), &error), -EKEYREJECTED);
		assert_int_equal(error, len ? TSIG_BADTRUNC : TSIG_BADSIG);
		tsig_chain_done(&chain);
	}
	craft_signer_done(&signer);
	zone_key_free(key);
}

/* The RDATA, cut and stretched. */
static void a_record_that_lies(void **state)
{
	static struct craft_signer signer;
	static struct craft craft;
	struct message message;
	struct message_record record;
	struct tsig tsig;

	craft_signer_init(&signer, "hmac-sha256", "transfer.key", CRAFT_SECRET);
	craft_begin(&craft, 7, 0x8400);
	craft_sign(&signer, &craft);
	assert_int_equal(message_read(craft.bytes, craft.len, &message), FW_READ_OK);
	assert_int_equal(message_record(&message, &record), FW_READ_OK);
	assert_int_equal(tsig_read(&message, &record, &tsig), FW_READ_OK);
	assert_int_equal(tsig.mac_len, 32);
	for (size_t len = record.rdata_len; len-- > 0;) {
		struct message_record cut = record;
		cut.rdata_len = len;
		assert_int_equal(tsig_read(&message, &cut, &tsig), FW_READ_BAD);
	}
	record.class = CLASS_IN;
	assert_int_equal(tsig_read(&message, &record, &tsig), FW_READ_BAD);
	craft_signer_done(&signer);
}

/* No room, and words for each error. */
static void the_ends(void **state)
{
	struct zone_key *key = key_of("hmac-sha512");
	const struct tsig_signing signing = {.key = key, .wall_s = 1};
	uint8_t bytes[200] = {0};
	size_t len = MESSAGE_HEADER;

	for (size_t room = 12; room < 12 + 14 + 10 + 13 + 16 + 64; room++)
		assert_int_equal(tsig_sign(&signing, bytes, &len, room, NULL), -ENOSPC);
	assert_int_equal(tsig_sign(&signing, bytes, &len, sizeof(bytes), NULL), 0);
	assert_int_equal(len, 12 + 14 + 10 + 13 + 16 + 64);
	for (unsigned error = 0; error < 30; error++)
		assert_true(strlen(tsig_words(error)) > 5);
	zone_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_people_write_them),
		cmocka_unit_test(keys_and_what_is_none),
		cmocka_unit_test(keys_that_are_the_same),
		cmocka_unit_test(a_stream_from_libknot),
		cmocka_unit_test(each_bit_counts),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(a_mac_that_is_cut),
		cmocka_unit_test(a_record_that_lies),
		cmocka_unit_test(the_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
