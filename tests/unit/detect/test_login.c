/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logins in clear, published pairs, and guessing in clear and behind encryption. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "detect/login.h"
#include "detect/passwords.h"

#define SECOND 1000000000ull
#define START (1477048200 * SECOND)

static const uint8_t hash_key[16] = {4, 5, 6};

struct bed {
	struct book *book;
	struct login *login;
	uint64_t now_ns, conversation;
};

static struct bed bed_with(uint32_t findings)
{
	struct bed bed = {.now_ns = START};

	assert_int_equal(book_new(findings, hash_key, &bed.book), 0);
	assert_int_equal(login_new(hash_key, bed.book, &bed.login), 0);
	return bed;
}

static struct bed bed_new(void)
{
	return bed_with(256);
}

static void bed_free(struct bed *bed)
{
	login_free(bed->login);
	book_free(bed->book);
}

static struct slice slice_of(const char *text)
{
	return (struct slice){(const uint8_t *)text, strlen(text)};
}

enum where { OUTSIDE_IN, INSIDE_IN, INSIDE_OUT, OUTSIDE_OUT };

static struct login_seen seen_of(struct bed *bed, enum where where, const char *user, const char *password)
{
	struct login_seen seen = {
		.time_ns = bed->now_ns,
		.conversation = ++bed->conversation,
		.device = where == OUTSIDE_IN || where == INSIDE_IN ? 7 : DEVICE_NONE,
		.source_device = where == INSIDE_IN || where == INSIDE_OUT ? 8 : DEVICE_NONE,
		.source = {[10] = 0xff, 0xff, 10, 0, 0, 8},
		.target = {[10] = 0xff, 0xff, 10, 0, 0, 7},
		.port = 23,
		.service = LOGIN_TELNET,
		.source_ours = where == INSIDE_IN || where == INSIDE_OUT,
		.target_ours = where == OUTSIDE_IN || where == INSIDE_IN,
		.user = slice_of(user),
		.password = slice_of(password),
	};

	return seen;
}

static void tell(struct bed *bed, enum where where, const char *user, const char *password, enum login_result result)
{
	struct login_seen seen = seen_of(bed, where, user, password);

	login_see(bed->login, &seen);
	if (result != LOGIN_UNKNOWN)
		login_result(bed->login, seen.conversation, result, bed->now_ns);
}

static const struct finding *find(const struct bed *bed, enum finding_id id)
{
	for (uint32_t i = 0; i < book_count(bed->book); i++)
		if (book_at(bed->book, i)->id == id)
			return book_at(bed->book, i);
	return NULL;
}

/* Published pairs */

static bool known(const char *user, const char *password)
{
	return passwords_known(slice_of(user), slice_of(password));
}

static void test_published_pairs(void **state)
{
	static const struct {
		const char *user, *password;
		bool known;
	} cases[] = {
		{"root", "xc3511", true},
		{"root", "juantech", true},
		{"root", "jauntech", false}, /* the typing error of one published list */
		{"root", "", true},
		{"admin", "", true},
		{"admin", "1234", true},
		{"admin", "12345", true},
		{"ubnt", "ubnt", true},
		{"pi", "raspberry", true},
		{"666666", "666666", true},
		{"root", "XC3511", false},
		{"Root", "root", false},
		{"root", "xc351", false},
		{"root", "xc35111", false},
		{"", "", false},
		{"admin", "correct horse battery staple", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (known(cases[i].user, cases[i].password) != cases[i].known)
			fail_msg("%s:%s", cases[i].user, cases[i].password);
	assert_false(passwords_known((struct slice){(const uint8_t *)"root\0x", 6}, slice_of("root")));
	assert_true(passwords_known(slice_of("root"), (struct slice){NULL, 0}));
}

static void test_the_list_has_no_pair_twice(void **state)
{
	const char *user, *password, *other_user, *other_password;

	for (size_t i = 0; passwords_at(i, &user, &password); i++)
		for (size_t k = 0; k < i && passwords_at(k, &other_user, &other_password); k++)
			if (strcmp(user, other_user) == 0 && strcmp(password, other_password) == 0)
				fail_msg("%s:%s stands there twice", user, password);
}

/* The published list as it is, but for its typing errors. */
static void test_each_pair_of_the_shared_list(void **state)
{
	static const char *const wrong[] = {"root jauntech", "admin 20xbully", "20xbullu smcadmin"};
	const char *captures = getenv("FLOODWALL_CAPTURES");
	char path[4096], line[128];
	uint32_t pairs = 0, errors = 0;

	snprintf(path, sizeof(path), "%s/creds/seclists_mirai-botnet.txt", captures ? captures : "../shared/captures");
	FILE *file = fopen(path, "r");
	if (!file) {
		print_message("SKIP the shared list of pairs: %s is not there\n", path);
		skip();
	}
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		for (size_t end = strlen(line); end > 0 && line[end - 1] == ' '; end--)
			line[end - 1] = '\0';
		char *space = strchr(line, ' ');
		bool is_wrong = !space;
		for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
			is_wrong |= strcmp(line, wrong[i]) == 0;
		errors += is_wrong;
		if (is_wrong)
			continue;
		*space++ = '\0';
		pairs++;
		if (!known(line, strcmp(space, "(none)") == 0 ? "" : space))
			fail_msg("%s:%s", line, space);
	}
	fclose(file);
	assert_true(pairs >= 55);
	assert_true(errors <= 3);
}

/* default-password and cleartext-login */

static void test_severity_by_result_and_side(void **state)
{
	static const struct {
		const char *name;
		enum where where;
		const char *password;
		enum login_result result;
		enum finding_id id;
		enum severity severity;
		enum device_state state;
		uint32_t device;
	} cases[] = {
		{"default, accepted, outside", OUTSIDE_IN, "vizxv", LOGIN_ACCEPTED, FINDING_DEFAULT_PASSWORD, SEVERITY_CRITICAL,
			STATE_EXPOSED, 7},
		{"default, accepted, inside", INSIDE_IN, "vizxv", LOGIN_ACCEPTED, FINDING_DEFAULT_PASSWORD, SEVERITY_HIGH, STATE_EXPOSED,
			7},
		{"default, unknown, outside", OUTSIDE_IN, "vizxv", LOGIN_UNKNOWN, FINDING_DEFAULT_PASSWORD, SEVERITY_MEDIUM, STATE_EXPOSED,
			7},
		{"default, unknown, inside", INSIDE_IN, "vizxv", LOGIN_UNKNOWN, FINDING_DEFAULT_PASSWORD, SEVERITY_MEDIUM, STATE_EXPOSED,
			7},
		{"default, refused, outside", OUTSIDE_IN, "vizxv", LOGIN_REFUSED, FINDING_DEFAULT_PASSWORD, SEVERITY_LOW, STATE_EXPOSED, 7},
		{"default, refused, inside", INSIDE_IN, "vizxv", LOGIN_REFUSED, FINDING_DEFAULT_PASSWORD, SEVERITY_LOW, STATE_EXPOSED, 7},
		{"other, accepted, outside", OUTSIDE_IN, "s3cret", LOGIN_ACCEPTED, FINDING_CLEARTEXT_LOGIN, SEVERITY_MEDIUM, STATE_EXPOSED,
			7},
		{"other, accepted, inside", INSIDE_IN, "s3cret", LOGIN_ACCEPTED, FINDING_CLEARTEXT_LOGIN, SEVERITY_LOW, STATE_CLEAN, 7},
		{"other, unknown, outside", OUTSIDE_IN, "s3cret", LOGIN_UNKNOWN, FINDING_CLEARTEXT_LOGIN, SEVERITY_MEDIUM, STATE_EXPOSED,
			7},
		{"default, to a server elsewhere", INSIDE_OUT, "vizxv", LOGIN_ACCEPTED, FINDING_CLEARTEXT_LOGIN, SEVERITY_LOW, STATE_CLEAN,
			8},
		{"other, to a server elsewhere", INSIDE_OUT, "s3cret", LOGIN_ACCEPTED, FINDING_CLEARTEXT_LOGIN, SEVERITY_LOW, STATE_CLEAN,
			8},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();
		tell(&bed, cases[i].where, "root", cases[i].password, cases[i].result);
		login_end(bed.login);
		assert_int_equal(book_count(bed.book), 1);
		const struct finding *finding = book_at(bed.book, 0);
		if (finding->id != cases[i].id || finding->severity != cases[i].severity || finding->state != cases[i].state ||
			finding->device != cases[i].device)
			fail_msg("%s: severity %d, state %d", cases[i].name, (int)finding->severity, (int)finding->state);
		assert_int_equal(finding->login.result, cases[i].result);
		assert_int_equal(finding->login.outside, cases[i].where == OUTSIDE_IN);
		assert_string_equal(finding->login.user, "root");
		assert_int_equal(finding->count, 1);
		bed_free(&bed);
	}
}

static void test_nobody_of_ours_is_no_finding(void **state)
{
	struct bed bed = bed_new();

	tell(&bed, OUTSIDE_OUT, "root", "root", LOGIN_ACCEPTED);
	login_end(bed.login);
	assert_int_equal(book_count(bed.book), 0);
	bed_free(&bed);
}

static void test_anonymous_ftp_is_no_login(void **state)
{
	static const struct {
		const char *user;
		enum login_service service;
		uint32_t findings;
	} cases[] = {{"anonymous", LOGIN_FTP, 0}, {"ftp", LOGIN_FTP, 0}, {"ftpd", LOGIN_FTP, 1}, {"anonymous", LOGIN_TELNET, 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();
		struct login_seen seen = seen_of(&bed, INSIDE_IN, cases[i].user, "me@example.org");
		seen.service = cases[i].service;
		login_see(bed.login, &seen);
		login_end(bed.login);
		assert_int_equal(book_count(bed.book), cases[i].findings);
		bed_free(&bed);
	}
}

static void test_nothing_is_said_before_the_result(void **state)
{
	struct bed bed = bed_new();
	struct login_seen seen = seen_of(&bed, OUTSIDE_IN, "root", "root");

	login_see(bed.login, &seen);
	login_tick(bed.login, START + 30 * SECOND);
	assert_int_equal(book_count(bed.book), 0);
	login_tick(bed.login, START + 31 * SECOND);
	assert_int_equal(book_at(bed.book, 0)->severity, SEVERITY_MEDIUM);
	assert_int_equal(book_at(bed.book, 0)->first_ns, START);
	login_result(bed.login, seen.conversation, LOGIN_ACCEPTED, START + 32 * SECOND); /* too late, and harmless */
	assert_int_equal(book_at(bed.book, 0)->severity, SEVERITY_MEDIUM);
	bed_free(&bed);
}

static void test_the_best_result_is_kept_with_who_had_it(void **state)
{
	struct bed bed = bed_new();
	struct login_seen seen = seen_of(&bed, OUTSIDE_IN, "admin", "admin");

	tell(&bed, OUTSIDE_IN, "root", "root", LOGIN_REFUSED);
	seen.source[15] = 99;
	login_see(bed.login, &seen);
	login_result(bed.login, seen.conversation, LOGIN_ACCEPTED, bed.now_ns);
	tell(&bed, OUTSIDE_IN, "root", "vizxv", LOGIN_REFUSED);
	const struct finding *finding = find(&bed, FINDING_DEFAULT_PASSWORD);
	assert_int_equal(finding->login.result, LOGIN_ACCEPTED);
	assert_string_equal(finding->login.user, "admin");
	assert_memory_equal(finding->login.peer, seen.source, 16);
	assert_memory_equal(finding->source, seen.source, 16);
	assert_int_equal(finding->login.tries, 3);
	assert_int_equal(finding->login.refused, 2);
	assert_int_equal(finding->login.accepted, 1);
	assert_int_equal(finding->severity, SEVERITY_CRITICAL);
	bed_free(&bed);
}

static void test_unknown_beats_refused(void **state)
{
	struct bed bed = bed_new();

	tell(&bed, INSIDE_IN, "root", "root", LOGIN_REFUSED);
	tell(&bed, INSIDE_IN, "root", "root", LOGIN_UNKNOWN);
	tell(&bed, INSIDE_IN, "root", "root", LOGIN_REFUSED);
	login_end(bed.login);
	assert_int_equal(book_at(bed.book, 0)->login.result, LOGIN_UNKNOWN);
	assert_int_equal(book_at(bed.book, 0)->severity, SEVERITY_MEDIUM);
	bed_free(&bed);
}

static void test_sides_services_and_ports_are_apart(void **state)
{
	struct bed bed = bed_new();
	struct login_seen seen = seen_of(&bed, INSIDE_IN, "root", "root");

	tell(&bed, INSIDE_IN, "root", "root", LOGIN_ACCEPTED);
	tell(&bed, OUTSIDE_IN, "root", "root", LOGIN_REFUSED);
	seen.port = 80;
	seen.service = LOGIN_HTTP;
	login_see(bed.login, &seen);
	login_end(bed.login);
	assert_int_equal(book_count(bed.book), 3);
	assert_int_equal(book_at(bed.book, 0)->severity, SEVERITY_HIGH);
	assert_int_equal(book_at(bed.book, 1)->severity, SEVERITY_LOW);
	bed_free(&bed);
}

/* The same conversation tries again before a result: HTTP Basic does with each request. */
static void test_tries_of_one_conversation(void **state)
{
	struct bed bed = bed_new();
	struct login_seen seen = seen_of(&bed, INSIDE_IN, "root", "root");

	login_see(bed.login, &seen);
	login_see(bed.login, &seen);
	login_result(bed.login, seen.conversation, LOGIN_ACCEPTED, bed.now_ns);
	login_result(bed.login, seen.conversation, LOGIN_REFUSED, bed.now_ns); /* of no try */
	const struct finding *finding = find(&bed, FINDING_DEFAULT_PASSWORD);
	assert_int_equal(finding->count, 2);
	assert_int_equal(finding->login.accepted, 1);
	assert_int_equal(finding->login.refused, 0);
	bed_free(&bed);
}

static void test_hostile_users(void **state)
{
	struct bed bed = bed_new();
	char longest[5000];

	memset(longest, 'A', sizeof(longest));
	struct login_seen seen = seen_of(&bed, INSIDE_IN, "", "x");
	seen.user = (struct slice){(const uint8_t *)longest, sizeof(longest)};
	login_see(bed.login, &seen);
	seen.conversation++;
	seen.user = seen.password = (struct slice){NULL, 0};
	login_see(bed.login, &seen);
	login_end(bed.login);
	const struct finding *finding = book_at(bed.book, 0);
	assert_int_equal(strlen(finding->login.user), EVIDENCE_USER_MAX - 1);
	bed_free(&bed);
}

/* The password stands nowhere: not in a finding, not in what waits. */
static void test_the_password_is_kept_nowhere(void **state)
{
	struct bed bed = bed_new();
	static const char password[] = "7h1s-must-n0t-stay";

	tell(&bed, OUTSIDE_IN, "someone", password, LOGIN_ACCEPTED);
	login_end(bed.login);
	for (uint32_t i = 0; i < book_count(bed.book); i++)
		assert_null(memmem(book_at(bed.book, i), sizeof(struct finding), password, 8));
	bed_free(&bed);
}

/* login-guessing in clear */

static void test_guessing_thresholds(void **state)
{
	static const struct {
		const char *name;
		uint32_t tries, pairs;
		uint64_t step_ns;
		enum login_result result;
		enum where where;
		int severity, state;
		uint32_t device;
	} cases[] = {
		{"4 refused", 4, 1, SECOND, LOGIN_REFUSED, OUTSIDE_IN, -1, 0, 0},
		{"5 refused", 5, 1, SECOND, LOGIN_REFUSED, OUTSIDE_IN, SEVERITY_MEDIUM, STATE_CLEAN, 7},
		{"5 refused in 60 s", 5, 1, 15 * SECOND, LOGIN_REFUSED, OUTSIDE_IN, SEVERITY_MEDIUM, STATE_CLEAN, 7},
		{"5 refused in 61 s", 5, 1, 61 * SECOND / 4, LOGIN_REFUSED, OUTSIDE_IN, -1, 0, 0},
		{"5 refused, both ours", 5, 1, SECOND, LOGIN_REFUSED, INSIDE_IN, SEVERITY_HIGH, STATE_HIJACKED, 8},
		{"5 refused, of ours", 5, 1, SECOND, LOGIN_REFUSED, INSIDE_OUT, SEVERITY_HIGH, STATE_HIJACKED, 8},
		{"20 accepted, one pair", 20, 1, SECOND, LOGIN_ACCEPTED, INSIDE_IN, -1, 0, 0},
		{"20 unknown, one pair", 20, 1, SECOND, LOGIN_UNKNOWN, INSIDE_IN, -1, 0, 0},
		{"2 pairs", 20, 2, SECOND, LOGIN_UNKNOWN, INSIDE_IN, -1, 0, 0},
		{"3 pairs", 3, 3, SECOND, LOGIN_UNKNOWN, INSIDE_IN, SEVERITY_HIGH, STATE_HIJACKED, 8},
		{"3 pairs in 60 s", 3, 3, 30 * SECOND, LOGIN_UNKNOWN, OUTSIDE_IN, SEVERITY_MEDIUM, STATE_CLEAN, 7},
		{"3 pairs in 61 s", 3, 3, 61 * SECOND / 2, LOGIN_UNKNOWN, OUTSIDE_IN, -1, 0, 0},
		{"nobody of ours", 20, 9, SECOND, LOGIN_REFUSED, OUTSIDE_OUT, -1, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();
		for (uint32_t k = 0; k < cases[i].tries; k++, bed.now_ns += cases[i].step_ns) {
			char password[] = {'p', (char)('0' + k % cases[i].pairs), '\0'};
			login_tick(bed.login, bed.now_ns);
			tell(&bed, cases[i].where, "someone", password, cases[i].result);
		}
		const struct finding *finding = find(&bed, FINDING_LOGIN_GUESSING);
		if ((finding ? (int)finding->severity : -1) != cases[i].severity)
			fail_msg("%s", cases[i].name);
		if (finding) {
			assert_int_equal(finding->state, cases[i].state);
			assert_int_equal(finding->device, cases[i].device);
			assert_int_equal(finding->count, cases[i].tries);
			assert_int_equal(finding->first_ns, START);
			assert_int_equal(finding->login.peer[15], cases[i].where == OUTSIDE_IN ? 8 : 7);
			assert_false(finding->login.encrypted);
			assert_string_equal(finding->login.user, "someone");
		}
		bed_free(&bed);
	}
}

static void test_guessing_is_per_source_and_service(void **state)
{
	struct bed bed = bed_new();

	for (uint8_t i = 0; i < 40; i++) {
		struct login_seen seen = seen_of(&bed, OUTSIDE_IN, "root", "x");
		seen.source[15] = i % 10; /* four refusals each */
		login_see(bed.login, &seen);
		login_result(bed.login, seen.conversation, LOGIN_REFUSED, bed.now_ns);
	}
	assert_null(find(&bed, FINDING_LOGIN_GUESSING));
	bed_free(&bed);
}

static void test_guessing_goes_on_counting(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t k = 0; k < 100; k++, bed.now_ns += 5 * SECOND) {
		char password[] = {(char)('A' + k % 26), (char)('0' + k % 10), '\0'};
		login_tick(bed.login, bed.now_ns);
		tell(&bed, OUTSIDE_IN, "root", password, LOGIN_REFUSED);
	}
	const struct finding *finding = find(&bed, FINDING_LOGIN_GUESSING);
	assert_int_equal(finding->count, 100);
	assert_int_equal(finding->login.refused, 100);
	assert_true(finding->login.pairs >= 9 && finding->login.pairs <= 13); /* in 60 s, at most one bit each */
	assert_int_equal(finding->login.result, LOGIN_REFUSED);
	assert_int_equal(finding->last_ns, bed.now_ns - 5 * SECOND);
	bed_free(&bed);
}

/* login-guessing behind encryption */

static struct conversation_end shape_of(const struct bed *bed, uint16_t port)
{
	struct conversation_end end = {
		.first_ns = bed->now_ns,
		.last_ns = bed->now_ns + 2 * SECOND,
		.device = 8,
		.target_device = DEVICE_NONE,
		.source = {[10] = 0xff, 0xff, 10, 0, 0, 8},
		.target = {[10] = 0xff, 0xff, 203, 0, 113, 7},
		.port = port,
		.proto = 6,
		.packets_out = 12,
		.packets_in = 13,
		.bytes_out = 2500,
		.bytes_in = 3000,
		.source_ours = true,
		.answered = true,
		.handshake_done = true,
	};

	return end;
}

static void test_encrypted_thresholds(void **state)
{
	static const struct {
		const char *name;
		uint16_t port;
		uint32_t connections;
		uint64_t step_ns, length_ns;
		uint32_t packets, bytes;
		bool handshake, named, finding;
	} cases[] = {
		{"9 connections", 22, 9, SECOND, SECOND, 12, 3000, true, false, false},
		{"10 connections", 22, 10, SECOND, SECOND, 12, 3000, true, false, true},
		{"10 in 60 s", 22, 10, 60 * SECOND / 9, SECOND, 12, 3000, true, false, true},
		{"10 in 61 s", 22, 10, 61 * SECOND / 9 + 1, SECOND, 12, 3000, true, false, false},
		{"RDP", 3389, 10, SECOND, SECOND, 12, 3000, true, false, true},
		{"telnet over TLS", 992, 10, SECOND, SECOND, 12, 3000, true, false, true},
		{"HTTPS", 443, 50, SECOND, SECOND, 12, 3000, true, false, false},
		{"no handshake", 22, 50, SECOND, SECOND, 12, 3000, false, false, false},
		{"20 s long", 22, 50, SECOND, 20 * SECOND, 12, 3000, true, false, false},
		{"under 20 s long", 22, 50, SECOND, 20 * SECOND - 1, 12, 3000, true, false, true},
		{"3 packets each way", 22, 50, SECOND, SECOND, 3, 3000, true, false, false},
		{"4 packets each way", 22, 50, SECOND, SECOND, 4, 3000, true, false, true},
		{"31 packets each way", 22, 50, SECOND, SECOND, 31, 3000, true, false, false},
		{"few bytes", 22, 50, SECOND, SECOND, 12, 999, true, false, false},
		{"many bytes", 22, 50, SECOND, SECOND, 12, 8193, true, false, false},
		{"a server found by name", 22, 50, SECOND, SECOND, 12, 3000, true, true, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();
		for (uint32_t k = 0; k < cases[i].connections; k++, bed.now_ns += cases[i].step_ns) {
			struct conversation_end end = shape_of(&bed, cases[i].port);
			end.last_ns = end.first_ns + cases[i].length_ns;
			end.packets_out = end.packets_in = cases[i].packets;
			end.bytes_out = end.bytes_in = cases[i].bytes;
			end.handshake_done = cases[i].handshake;
			end.target_named = cases[i].named;
			login_conversation(bed.login, &end);
		}
		const struct finding *finding = find(&bed, FINDING_LOGIN_GUESSING);
		if ((finding != NULL) != cases[i].finding)
			fail_msg("%s", cases[i].name);
		if (finding) {
			assert_true(finding->login.encrypted);
			assert_int_equal(finding->severity, SEVERITY_HIGH);
			assert_int_equal(finding->count, cases[i].connections);
			assert_int_equal(finding->login.port, cases[i].port);
			assert_int_equal(finding->first_ns, START);
		}
		bed_free(&bed);
	}
}

/* Ceilings */

static void test_many_waiting_logins(void **state)
{
	struct bed bed = bed_with(16);

	for (uint32_t i = 0; i < LOGIN_PENDING_MAX + 10; i++)
		tell(&bed, INSIDE_IN, "root", "root", LOGIN_UNKNOWN);
	assert_int_equal(login_left_out(bed.login), 10);
	assert_int_equal(find(&bed, FINDING_DEFAULT_PASSWORD)->count, 10);
	login_end(bed.login);
	assert_int_equal(find(&bed, FINDING_DEFAULT_PASSWORD)->count, LOGIN_PENDING_MAX + 10);
	bed_free(&bed);
}

static void test_many_guessers(void **state)
{
	struct bed bed = bed_with(4);

	for (uint32_t i = 0; i < 5 * (LOGIN_GUESS_MAX + 100); i++) {
		struct login_seen seen = seen_of(&bed, OUTSIDE_IN, "root", i % 2 ? "a" : "b");
		uint32_t source = i / 5;
		memcpy(seen.source + 12, &source, sizeof(source));
		login_see(bed.login, &seen);
		login_result(bed.login, seen.conversation, LOGIN_REFUSED, bed.now_ns);
	}
	login_end(bed.login);
	assert_int_equal(book_count(bed.book), 4);
	assert_true(book_left_out(bed.book) >= 4);
	assert_true(login_left_out(bed.login) >= 100);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_pairs),
		cmocka_unit_test(test_the_list_has_no_pair_twice),
		cmocka_unit_test(test_each_pair_of_the_shared_list),
		cmocka_unit_test(test_severity_by_result_and_side),
		cmocka_unit_test(test_nobody_of_ours_is_no_finding),
		cmocka_unit_test(test_anonymous_ftp_is_no_login),
		cmocka_unit_test(test_nothing_is_said_before_the_result),
		cmocka_unit_test(test_the_best_result_is_kept_with_who_had_it),
		cmocka_unit_test(test_unknown_beats_refused),
		cmocka_unit_test(test_sides_services_and_ports_are_apart),
		cmocka_unit_test(test_tries_of_one_conversation),
		cmocka_unit_test(test_hostile_users),
		cmocka_unit_test(test_the_password_is_kept_nowhere),
		cmocka_unit_test(test_guessing_thresholds),
		cmocka_unit_test(test_guessing_is_per_source_and_service),
		cmocka_unit_test(test_guessing_goes_on_counting),
		cmocka_unit_test(test_encrypted_thresholds),
		cmocka_unit_test(test_many_waiting_logins),
		cmocka_unit_test(test_many_guessers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
