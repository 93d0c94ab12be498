/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message holds just the headers it should, whatever its subject and text are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tell/letter.h"

static char text[65536];

static const char *write_letter(const char *subject, const char *body)
{
	struct letter letter = {.from = "floodwall@example.org", .to = "me@example.org", .subject = subject, .text = body, .time_s = 1767225600,
		.number = 7, .host = "gateway\r\nBcc: x@y"};
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	assert_int_equal(letter_write(&letter, out), 0);
	fclose(out);
	return text;
}

/* Header fields are these nine, in one block, each line of printable ASCII and at most 78 letters. */
static void check_headers(void)
{
	static const char *const fields[] = {"From: ", "To: ", "Subject: ", "Date: ", "Message-ID: ", "Auto-Submitted: ", "MIME-Version: ",
		"Content-Type: ", "Content-Transfer-Encoding: "};
	const char *at = text, *end = strstr(text, "\n\n");
	size_t field = 0;

	assert_non_null(end);
	while (at <= end) {
		size_t len = strcspn(at, "\n");
		assert_true(len <= 90);
		for (size_t i = 0; i < len; i++)
			assert_true(at[i] >= ' ' && at[i] < 127);
		if (*at != ' ') {
			assert_true(field < 9);
			assert_memory_equal(at, fields[field], strlen(fields[field]));
			field++;
		}
		at += len + 1;
	}
	assert_int_equal(field, 9);
	for (at = end + 2; *at; at += strcspn(at, "\n") + 1) {
		assert_true(strcspn(at, "\n") <= 76);
		assert_true(*at != '.' && strncmp(at, "From ", 5) != 0);
		for (size_t i = 0; i < strcspn(at, "\n"); i++)
			assert_true((unsigned char)at[i] < 127);
	}
}

static void plain(void **state)
{
	const char *letter = write_letter("Floodwall: all quiet", "Nothing needs you.\nReally.\n");

	check_headers();
	assert_non_null(strstr(letter, "\nTo: me@example.org\nSubject: Floodwall: all quiet\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"));
	assert_non_null(strstr(letter, "Message-ID: <floodwall.1767225600.7@gateway>\n"));
	assert_non_null(strstr(letter, "\n\nNothing needs you.\nReally.\n"));
}

static void injection(void **state)
{
	static const char *const subjects[] = {"x\r\nBcc: thief@example.net", "x\nTo: a@b\n\nbody", "\r\n\r\n.\r\nQUIT", "\x1b]0;title\a", "=?UTF-8?Q?=0ABcc:?=",
		"\xff\xfe\xc3", "", " leading", "\xe2\x80\xa8" "Bcc: x", "\xc2\x85y"};

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		write_letter(subjects[i], "body\n.\nFrom me\n..x\nBcc: y\n");
		check_headers();
		assert_null(strstr(text, "\nBcc: t"));
		assert_null(strstr(text, "\nBcc: x"));
	}
	assert_non_null(strstr(text, "\n=2E\n=46rom me\n=2E.x\nBcc: y\n")); /* in the body, where it is only text */
}

static size_t unbase64(const char *in, size_t len, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t count = 0;

	for (size_t i = 0; i + 3 < len; i += 4) {
		uint32_t all = 0;
		unsigned pad = 0;
		for (unsigned j = 0; j < 4; j++) {
			pad += in[i + j] == '=';
			all = all << 6 | (in[i + j] == '=' ? 0u : (uint32_t)(strchr(letters, in[i + j]) - letters));
		}
		for (unsigned j = 0; j < 3 - pad; j++)
			out[count++] = (char)(all >> (16 - 8 * j));
	}
	return count;
}

/* Encoded words of at most 75 letters, none of which cuts a character, come back as what they were. */
static void utf8_subjects(void **state)
{
	static const char subject[] = "K\xc3\xbc" "che: \xe6\x91\x84\xe5\x83\x8f\xe5\xa4\xb4 \xf0\x9f\x93\xb7 \xe6\x91\x84\xe5\x83\x8f\xe5\xa4\xb4 "
				      "\xe6\x91\x84\xe5\x83\x8f\xe5\xa4\xb4 is hijacked and this goes on for long";
	char whole[512] = "";
	size_t len = 0;

	write_letter(subject, "x\n");
	check_headers();
	for (const char *at = strstr(text, "=?UTF-8?B?"); at; at = strstr(at, "=?UTF-8?B?")) {
		const char *end = strstr(at, "?=");
		assert_true(end + 2 - at <= 75);
		len += unbase64(at + 10, (size_t)(end - at - 10), whole + len);
		assert_true(((unsigned char)at[10] & 0x80) == 0); /* base64 it is */
		at = end;
	}
	whole[len] = 0;
	assert_string_equal(whole, subject);
}

/* Quoted-printable text comes back as it was, whatever its bytes. */
static void texts_come_back(void **state)
{
	static char body[3000], back[6000];
	uint64_t seed = 5;

	for (unsigned round = 0; round < 200; round++) {
		size_t len = 1 + (seed >> 33) % 2500, count = 0;
		for (size_t i = 0; i < len; i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			body[i] = (char)(1 + (seed >> 40) % 255);
			if ((seed >> 20) % 40 == 0)
				body[i] = (seed >> 30) % 2 ? '\n' : '.';
		}
		body[len - 1] = '\n';
		body[len] = 0;
		write_letter("x", body);
		check_headers();
		for (const char *at = strstr(text, "\n\n") + 2; *at; at++)
			if (*at == '=' && at[1] == '\n')
				at++;
			else if (*at == '=') {
				char hex[3] = {at[1], at[2], 0};
				back[count++] = (char)strtol(hex, NULL, 16);
				at += 2;
			} else
				back[count++] = *at;
		back[count] = 0;
		assert_string_equal(back, body);
	}
}

static void long_subject(void **state)
{
	char subject[1000];

	memset(subject, 'a', sizeof(subject) - 1);
	subject[sizeof(subject) - 1] = 0;
	write_letter(subject, "");
	check_headers();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plain), cmocka_unit_test(injection), cmocka_unit_test(utf8_subjects),
		cmocka_unit_test(texts_come_back), cmocka_unit_test(long_subject)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
