/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The eight letters in a password's place, and logins that prove their password. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "detect/login.h"
#include "detect/passwords.h"
#include "detect/sofia.h"

static struct slice slice_of(const char *text)
{
	return (struct slice){(const uint8_t *)text, strlen(text)};
}

/* Letters of passwords that are published beside them; lengths around those that MD5 pads differently. */
static void test_letters_in_a_passwords_place(void **state)
{
	static const struct {
		const char *password, *letters;
	} cases[] = {
		{"", "tlJwpbo6"},
		{"admin", "6QNMIQGe"},
		{"666666", "sh15yfFM"},
		{"888888", "4WzwxXxM"},
		{"password", "mF95aD4o"},
		{"0123456789012345678901234567890123456789012345678901234", "kWb72XZ1"},
		{"01234567890123456789012345678901234567890123456789012345", "kWb72XZ1"},
	};
	struct passwords_letters known;
	char letters[SOFIA_LEN];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sofia_letters(slice_of(cases[i].password), letters);
		assert_memory_equal(letters, cases[i].letters, SOFIA_LEN);
	}
	sofia_letters((struct slice){NULL, 0}, letters);
	assert_memory_equal(letters, "tlJwpbo6", SOFIA_LEN);
	passwords_letters_init(&known);
	assert_true(passwords_known_letters(&known, slice_of("admin"), slice_of("tlJwpbo6")));
	assert_true(passwords_known_letters(&known, slice_of("default"), slice_of("OxhlwSG8")));
	assert_true(passwords_known_letters(&known, slice_of("666666"), slice_of("sh15yfFM")));
	assert_false(passwords_known_letters(&known, slice_of("admin"), slice_of("sh15yfFM")));
	assert_false(passwords_known_letters(&known, slice_of("nobody"), slice_of("tlJwpbo6")));
	assert_false(passwords_known_letters(&known, slice_of("admin"), slice_of("tlJwpbo")));
	assert_false(passwords_known_letters(&known, slice_of("admin"), (struct slice){NULL, 0}));
}

/* Logins a second apart, from outside, never answered; returns what came of them by kind. */
static void count_findings(enum login_service service, const char *const *passwords, uint32_t out_counts[FINDING_ID_COUNT])
{
	static const uint8_t hash_key[16] = {4, 5, 6};
	struct book *book;
	struct login *login;

	memset(out_counts, 0, FINDING_ID_COUNT * sizeof(out_counts[0]));
	assert_int_equal(book_new(64, hash_key, &book), 0);
	assert_int_equal(login_new(hash_key, book, &login), 0);
	for (uint64_t i = 0; passwords[i]; i++) {
		struct login_seen seen = {
			.time_ns = (1477048200 + i) * 1000000000ull,
			.conversation = i + 1,
			.device = 7,
			.source_device = DEVICE_NONE,
			.source = {[10] = 0xff, 0xff, 203, 0, 113, 8},
			.target = {[10] = 0xff, 0xff, 10, 0, 0, 7},
			.port = 37777,
			.service = service,
			.target_ours = true,
			.user = slice_of("admin"),
			.password = slice_of(passwords[i]),
		};
		login_see(login, &seen);
	}
	login_end(login);
	for (uint32_t i = 0; book_at(book, i); i++)
		out_counts[book_at(book, i)->id]++;
	login_free(login);
	book_free(book);
}

static void test_which_service_sends_what(void **state)
{
	static const char *const proofs[] = {"", "", "", "", NULL}, *const one[] = {"6QNMIQGe", NULL}, *const plain[] = {"admin", NULL};
	static const char *const other[] = {"CtgKwSh3", NULL}, *const none[] = {"", NULL};
	static const struct {
		enum login_service service;
		const char *const *passwords;
		uint32_t published, clear, guessing;
	} cases[] = {
		{LOGIN_DAHUA, proofs, 0, 0, 0},
		{LOGIN_BAICHUAN, proofs, 0, 0, 0},
		{LOGIN_DAHUA, one, 1, 0, 0},
		{LOGIN_DVRIP, one, 1, 0, 0},
		{LOGIN_DVRIP, plain, 1, 0, 0},
		{LOGIN_DVRIP, none, 1, 0, 0},
		{LOGIN_DVRIP, other, 0, 1, 0},
		{LOGIN_TELNET, one, 0, 1, 0},
		{LOGIN_HTTP, none, 1, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t counts[FINDING_ID_COUNT];

		count_findings(cases[i].service, cases[i].passwords, counts);
		if (counts[FINDING_DEFAULT_PASSWORD] != cases[i].published || counts[FINDING_CLEARTEXT_LOGIN] != cases[i].clear ||
			counts[FINDING_LOGIN_GUESSING] != cases[i].guessing)
			fail_msg("case %zu: %u %u %u", i, counts[FINDING_DEFAULT_PASSWORD], counts[FINDING_CLEARTEXT_LOGIN],
				counts[FINDING_LOGIN_GUESSING]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters_in_a_passwords_place),
		cmocka_unit_test(test_which_service_sends_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
