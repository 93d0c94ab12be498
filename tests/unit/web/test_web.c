/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a browser sends, read; who may sign in, and for how long. Times are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nomem.h"
#include "web/guess.h"
#include "web/target.h"
#include "web/visit.h"

#define SECOND_NS 1000000000ull

/* ---- targets ---- */

static const struct {
	const char *text;
	enum target_read read;
	const char *asked; /* as a request; NULL: it cannot be one */
} targets[] = {
	{"/api/x.json", TARGET_OK, "{\"do\":\"show\",\"what\":\"x\"}"},
	{"/api/x.json?", TARGET_OK, "{\"do\":\"show\",\"what\":\"x\"}"},
	{"/api/x.json?search=a%20b+c%26", TARGET_OK, "{\"do\":\"show\",\"what\":\"x\",\"search\":\"a b c&\"}"},
	{"/api/x.json?search=", TARGET_OK, "{\"do\":\"show\",\"what\":\"x\",\"search\":\"\"}"},
	{"/api/x.json?search=123&count=123", TARGET_OK, "{\"do\":\"show\",\"what\":\"x\",\"search\":\"123\",\"count\":123}"},
	{"/api/x.json?from=0&before=999999999999999", TARGET_OK, "{\"do\":\"show\",\"what\":\"x\",\"from\":0,\"before\":999999999999999}"},
	{"/api/x.json?muted=true", TARGET_OK, "{\"do\":\"show\",\"what\":\"x\",\"muted\":true}"},
	{"/api/x.json?search=%c3%bc%22%5c", TARGET_OK, "{\"do\":\"show\",\"what\":\"x\",\"search\":\"\xc3\xbc\\\"\\\\\"}"},
	/* read, and cannot be asked */
	{"/api/x.json?muted=yes", TARGET_OK, NULL},
	{"/api/x.json?count=-1", TARGET_OK, NULL},
	{"/api/x.json?count=", TARGET_OK, NULL},
	{"/api/x.json?count=1e9", TARGET_OK, NULL},
	{"/api/x.json?count=9999999999999999", TARGET_OK, NULL},
	{"/api/x.json?do=quarantine", TARGET_OK, NULL},
	{"/api/x.json?what=y", TARGET_OK, NULL},
	{"/api/x.json?search=%ff", TARGET_OK, NULL},
	{"/api/x.json?search=%c3", TARGET_OK, NULL},
	/* not read */
	{"", TARGET_BAD, NULL},
	{"x", TARGET_BAD, NULL},
	{"*", TARGET_BAD, NULL},
	{"http://127.0.0.1/", TARGET_BAD, NULL},
	{"//example.org/", TARGET_BAD, NULL},
	{"/..", TARGET_BAD, NULL},
	{"/assets/../secret", TARGET_BAD, NULL},
	{"/assets/./x", TARGET_BAD, NULL},
	{"/assets/.x", TARGET_BAD, NULL},
	{"/assets//x", TARGET_BAD, NULL},
	{"/%2e%2e/x", TARGET_BAD, NULL},
	{"/a%00", TARGET_BAD, NULL},
	{"/a\\b", TARGET_BAD, NULL},
	{"/a;b", TARGET_BAD, NULL},
	{"/a\r\nb", TARGET_BAD, NULL},
	{"/\xc3\xbc", TARGET_BAD, NULL},
	{"/x?a", TARGET_BAD, NULL},
	{"/x?a=1&", TARGET_BAD, NULL},
	{"/x?&a=1", TARGET_BAD, NULL},
	{"/x?=1", TARGET_BAD, NULL},
	{"/x?A=1", TARGET_BAD, NULL},
	{"/x?a%62=1", TARGET_BAD, NULL},
	{"/x?a=1&a=2", TARGET_BAD, NULL},
	{"/x?a=%", TARGET_BAD, NULL},
	{"/x?a=%4", TARGET_BAD, NULL},
	{"/x?a=%zz", TARGET_BAD, NULL},
	{"/x?a=%00", TARGET_BAD, NULL},
	{"/x?a=%0d%0aSet-Cookie:x", TARGET_BAD, NULL},
	{"/x?a=\x7f", TARGET_BAD, NULL},
	{"/x?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1", TARGET_LONG, NULL},
	{"/x?abcdefghijklmnopqrstuvwxyzabcdef=1", TARGET_LONG, NULL},
};

static void check_asked(const struct target *target, const char *wanted)
{
	char *request = NULL;
	size_t len = 0;
	enum target_read read = target_ask(target, "x", 1, &request, &len);

	assert_int_equal(read, wanted ? TARGET_OK : TARGET_BAD);
	if (!wanted)
		return;
	assert_string_equal(request, wanted);
	assert_int_equal(len, strlen(wanted));
	free(request);
}

static void targets_are_read(void **state)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		char *text = strdup(targets[i].text); /* so that one byte too far is seen */
		struct target target;
		if (target_read(text, &target) != targets[i].read)
			fail_msg("%s", text);
		if (targets[i].read == TARGET_OK)
			check_asked(&target, targets[i].asked);
		free(text);
	}
}

static void targets_are_bounded(void **state)
{
	char text[2 * WEB_TARGET_MAX];
	struct target target;

	snprintf(text, sizeof(text), "/%0*d", TARGET_PATH_MAX - 2, 0);
	assert_int_equal(target_read(text, &target), TARGET_OK);
	snprintf(text, sizeof(text), "/%0*d", TARGET_PATH_MAX - 1, 0);
	assert_int_equal(target_read(text, &target), TARGET_LONG);
	snprintf(text, sizeof(text), "/x?a=%0*d", TARGET_VALUE_MAX - 1, 0);
	assert_int_equal(target_read(text, &target), TARGET_OK);
	snprintf(text, sizeof(text), "/x?a=%0*d", TARGET_VALUE_MAX, 0);
	assert_int_equal(target_read(text, &target), TARGET_LONG);
}

/* Cut anywhere, nothing is read that is not there. */
static void targets_cut_at_every_byte(void **state)
{
	static const char whole[] = "/api/findings.json?search=a%20b&count=12&muted=true";
	struct target target;

	for (size_t len = 0; len < sizeof(whole); len++) {
		char *text = strndup(whole, len), *request = NULL;
		size_t request_len;
		if (target_read(text, &target) == TARGET_OK && target_ask(&target, "x", 1, &request, &request_len) == TARGET_OK)
			free(request);
		free(text);
	}
}

static void without_memory_nothing_is_asked(void **state)
{
	struct target target;
	bool failed = true;

	assert_int_equal(target_read("/x?search=a&count=3", &target), TARGET_OK);
	for (uint64_t at = 0; failed; at++) {
		char *request = NULL;
		size_t len;
		nomem_start(at, false);
		enum target_read read = target_ask(&target, "x", 1, &request, &len);
		failed = nomem_stop();
		assert_true(read == TARGET_OK || !request);
		free(request);
	}
}

/* ---- headers ---- */

static void hosts_are_read(void **state)
{
	static const struct {
		const char *text, *host; /* NULL: none */
	} hosts[] = {{"127.0.0.1:8753", "127.0.0.1"}, {"127.0.0.1", "127.0.0.1"}, {"LocalHost:1", "localhost"},
		{"example.org.", "example.org"}, {"[::1]:8753", "::1"}, {"[::FFFF:1.2.3.4]", "::ffff:1.2.3.4"}, {"a:", "a"}, {"", NULL},
		{":8753", NULL}, {"::1", NULL}, {"[::1", NULL}, {"[]", NULL}, {"[::1]x", NULL}, {"a:b", NULL}, {"a:123456", NULL},
		{"a:1:2", NULL}, {"a b", NULL}, {"a/b", NULL}, {"user@a", NULL}, {"a,b", NULL}, {"a\r\nb", NULL}, {"\xc3\xbc", NULL},
		{"%31", NULL}, {"0123456789012345678901234567890123", NULL}};
	char host[32];

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		enum target_read read = host_read(hosts[i].text, host, sizeof(host));
		if ((read == TARGET_OK) != (hosts[i].host != NULL) || (hosts[i].host && strcmp(host, hosts[i].host) != 0))
			fail_msg("%s", hosts[i].text);
	}
}

static void origins_are_compared(void **state)
{
	assert_true(origin_is("http://127.0.0.1:8753", "127.0.0.1:8753"));
	assert_true(origin_is("https://Gateway", "gateway"));
	assert_false(origin_is("null", "null"));
	assert_false(origin_is("", ""));
	assert_false(origin_is("http://127.0.0.1:8754", "127.0.0.1:8753"));
	assert_false(origin_is("http://127.0.0.1:8753.example.org", "127.0.0.1:8753"));
	assert_false(origin_is("http://127.0.0.1", "127.0.0.1:8753"));
	assert_false(origin_is("ftp://a", "a"));
	assert_false(origin_is("http://a/", "a"));
}

static void cookies_are_found(void **state)
{
	char out[8];

	assert_true(cookie_find("a=1; b=2", "b", out, sizeof(out)));
	assert_string_equal(out, "2");
	assert_true(cookie_find("xb=1;b=2;b=3", "b", out, sizeof(out)));
	assert_string_equal(out, "2");
	assert_true(cookie_find(" ;; b=", "b", out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(cookie_find("", "b", out, sizeof(out)));
	assert_false(cookie_find("b", "b", out, sizeof(out)));
	assert_false(cookie_find("bb=1; a=b=2", "b", out, sizeof(out)));
	assert_false(cookie_find("b=12345678", "b", out, sizeof(out)));
	assert_true(cookie_find("b=1234567", "b", out, sizeof(out)));
}

/* ---- guesses ---- */

static void address_of(uint32_t number, uint8_t out[16])
{
	memset(out, 0, 16);
	memset(out + 10, 0xff, 2);
	out[12] = 10;
	out[13] = (uint8_t)(number >> 16);
	out[14] = (uint8_t)(number >> 8);
	out[15] = (uint8_t)number;
}

static void one_address_is_slowed(void **state)
{
	struct guesses guesses = {0};
	uint8_t one[16], other[16];
	uint64_t now_ns = 5;
	uint32_t wait_s;

	address_of(1, one);
	address_of(2, other);
	for (int i = 0; i < GUESS_OF_ONE; i++) {
		assert_true(guess_may(&guesses, one, now_ns, &wait_s));
		guess_note(&guesses, one, false, now_ns);
	}
	assert_false(guess_may(&guesses, one, now_ns, &wait_s));
	assert_int_equal(wait_s, GUESS_ONE_S);
	assert_true(guess_may(&guesses, other, now_ns, &wait_s));
	assert_false(guess_may(&guesses, one, now_ns + GUESS_ONE_S * SECOND_NS - 1, &wait_s));
	now_ns += GUESS_ONE_S * SECOND_NS;
	assert_true(guess_may(&guesses, one, now_ns, &wait_s));
	guess_note(&guesses, one, false, now_ns);
	assert_false(guess_may(&guesses, one, now_ns, &wait_s));
}

static void all_addresses_are_slowed(void **state)
{
	struct guesses guesses = {0};
	uint8_t address[16], owner[16], who_never_tried[16];
	uint32_t wait_s, let_in = 0;

	address_of(1 << 20, owner);
	address_of(2 << 20, who_never_tried);
	guess_note(&guesses, owner, true, 5);
	for (uint32_t i = 0; i < 10000; i++) {
		address_of(i, address);
		if (!guess_may(&guesses, address, 5, &wait_s))
			continue;
		let_in++;
		guess_note(&guesses, address, false, 5);
		guess_note(&guesses, owner, true, 6);
	}
	assert_int_equal(let_in, GUESS_OF_ALL);
	assert_true(guess_may(&guesses, owner, 6, &wait_s));
	assert_false(guess_may(&guesses, who_never_tried, 6, &wait_s));
}

static void a_network_of_ipv6_is_one_address(void **state)
{
	struct guesses guesses = {0};
	uint8_t address[16] = {0x20, 0x01};
	uint32_t wait_s, let_in = 0;

	for (unsigned i = 0; i < 100; i++) {
		address[15] = (uint8_t)i;
		if (!guess_may(&guesses, address, 5, &wait_s))
			continue;
		let_in++;
		guess_note(&guesses, address, false, 5);
	}
	assert_int_equal(let_in, GUESS_OF_ONE);
}

/* ---- tokens and sessions ---- */

static void tokens_are_compared(void **state)
{
	char token[WEB_TOKEN_TEXT], wrong[WEB_TOKEN_TEXT + 1];
	uint8_t digest[WEB_TOKEN_BYTES];

	assert_int_equal(web_token_new(token, digest), 0);
	assert_int_equal(strlen(token), WEB_TOKEN_TEXT - 1);
	assert_true(visit_token_is(digest, token));
	for (size_t i = 0; i < WEB_TOKEN_TEXT - 1; i++) {
		snprintf(wrong, sizeof(wrong), "%s", token);
		wrong[i] = wrong[i] == '0' ? '1' : '0';
		assert_false(visit_token_is(digest, wrong));
		wrong[i] = 0;
		assert_false(visit_token_is(digest, wrong));
	}
	snprintf(wrong, sizeof(wrong), "%s0", token);
	assert_false(visit_token_is(digest, wrong));
	assert_false(visit_token_is(digest, ""));
}

static void sessions_begin_and_end(void **state)
{
	static struct visits visits;
	struct visit *visit, *found;
	char cookie[WEB_TOKEN_TEXT], other[WEB_TOKEN_TEXT];
	uint64_t generation;

	assert_int_equal(visit_begin(&visits, 5, cookie, &visit), 0);
	generation = visit->generation;
	assert_ptr_equal(visit_find(&visits, cookie, 6), visit);
	assert_true(visit_csrf_is(visit, visit->csrf));
	assert_false(visit_csrf_is(visit, ""));
	assert_false(visit_csrf_is(visit, cookie));
	assert_null(visit_find(&visits, "", 6));
	memset(other, '0', sizeof(other) - 1);
	other[sizeof(other) - 1] = 0;
	assert_null(visit_find(&visits, other, 6)); /* the digest of an empty place is no session's */
	assert_true(visit_lives(&visits, (uint32_t)(visit - visits.places), generation, 6));
	/* idle, and in all */
	assert_null(visit_find(&visits, cookie, 8 + WEB_SESSION_IDLE_S * SECOND_NS));
	assert_false(visit_lives(&visits, 0, generation, 6));
	assert_int_equal(visit_begin(&visits, 5, cookie, &visit), 0);
	for (uint64_t now_s = 0; now_s < WEB_SESSION_S; now_s += WEB_SESSION_IDLE_S / 2) {
		found = visit_find(&visits, cookie, 5 + now_s * SECOND_NS);
		assert_ptr_equal(found, visit);
	}
	assert_null(visit_find(&visits, cookie, 6 + WEB_SESSION_S * SECOND_NS));
	assert_int_equal(visit_count(&visits), 0);
}

static void the_one_unused_for_longest_makes_room(void **state)
{
	static struct visits visits;
	static char cookies[WEB_SESSIONS_MAX + 1][WEB_TOKEN_TEXT];
	struct visit *visit;

	for (unsigned i = 0; i < WEB_SESSIONS_MAX; i++)
		assert_int_equal(visit_begin(&visits, 100 + i, cookies[i], &visit), 0);
	assert_non_null(visit_find(&visits, cookies[0], 1000)); /* the first is in use */
	assert_int_equal(visit_begin(&visits, 1001, cookies[WEB_SESSIONS_MAX], &visit), 0);
	assert_non_null(visit_find(&visits, cookies[0], 1002));
	assert_null(visit_find(&visits, cookies[1], 1002));
	assert_int_equal(visit_count(&visits), WEB_SESSIONS_MAX);
	visit_end_all(&visits);
	assert_null(visit_find(&visits, cookies[0], 1003));
	assert_int_equal(visit_begin(&visits, 1004, cookies[0], &visit), 0);
	assert_int_equal(visit->generation, WEB_SESSIONS_MAX + 2); /* never given twice */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_read),
		cmocka_unit_test(targets_are_bounded),
		cmocka_unit_test(targets_cut_at_every_byte),
		cmocka_unit_test(without_memory_nothing_is_asked),
		cmocka_unit_test(hosts_are_read),
		cmocka_unit_test(origins_are_compared),
		cmocka_unit_test(cookies_are_found),
		cmocka_unit_test(one_address_is_slowed),
		cmocka_unit_test(all_addresses_are_slowed),
		cmocka_unit_test(a_network_of_ipv6_is_one_address),
		cmocka_unit_test(tokens_are_compared),
		cmocka_unit_test(sessions_begin_and_end),
		cmocka_unit_test(the_one_unused_for_longest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
