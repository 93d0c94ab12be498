/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "talk.h"

static const struct dialogue DIALOGUES[] = {
	{"negotiation, banner, refused, then accepted", 23,
		{SERVER("\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x03\r\nWelcome to DVR 2.6\r\n\r\ndvrdvs login: "),
			CLIENT("\xff\xfc\x01\xff\xfc\x1f"), CLIENT("root\r\n"), SERVER("root\r\n"), SERVER("Password: "),
			CLIENT("123456\r\n"), SERVER("\r\n"), SERVER("Login incorrect\r\ndvrdvs login: "), CLIENT("root\r\n"),
			SERVER("root\r\nPassword: "), CLIENT("xc3511\r\n"), SERVER("\r\n\r\nBusyBox v1.1.2 built-in shell (ash)\r\n# "),
			CLIENT("enable\r\n"), SERVER("enable\r\nsh: enable: not found\r\n# ")},
		"OPTION 253 1\nOPTION 253 31\nOPTION 251 3\nBANNER Welcome to DVR 2.6\nBANNER dvrdvs\nOPTION 252 1\nOPTION 252 31\n"
		"TRY telnet root:123456\nRESULT telnet refused\nTRY telnet root:xc3511\nRESULT telnet accepted\n"},
	{"character by character with echo, corrected twice", 23,
		{SERVER("login: "), CLIENT("r"), SERVER("r"), CLIENT("p"), SERVER("p"), CLIENT("\x7f"), SERVER("\b \b"), CLIENT("o"),
			SERVER("o"), CLIENT("ot"), SERVER("ot"), CLIENT("\r\0"), SERVER("\r\nPassword: "), CLIENT("v"), CLIENT("x"),
			CLIENT("\b"), CLIENT("izxv"), CLIENT("\r\0"), SERVER("\r\n"), SERVER("root@cam:~# ")},
		"TRY telnet root:vizxv\nRESULT telnet accepted\n"},
	{"password alone, as routers ask", 23,
		{SERVER("\r\nUser Access Verification\r\n\r\nPassword: "), CLIENT("cisco\r\n"), SERVER("\r\n% Bad passwords\r\nPassword: "),
			CLIENT("lab\r\n"), SERVER("\r\nRouter>"), CLIENT("enable\r\n"), SERVER("enable\r\nPassword: "), CLIENT("lab2\r\n"),
			SERVER("\r\nRouter#")},
		"BANNER User Access Verification\nTRY telnet :cisco\nRESULT telnet refused\nTRY telnet :lab\nRESULT telnet accepted\n"
		"TRY telnet :lab2\nRESULT telnet accepted\n"},
	{"another port, known by its prompt", 9999,
		{SERVER("Hi\r\nUsername:"), CLIENT("admin\n"), SERVER("Passwd:"), CLIENT("\n"), SERVER("Access denied\r\n")},
		"BANNER Hi\nTRY telnet admin:\nRESULT telnet refused\n"},
	{"another port, known by its negotiation", 5000,
		{SERVER("\xff\xfb\x01"), SERVER("user: "), CLIENT("a\r\n"), SERVER("password: "), CLIENT("b\r\n"), SERVER("Welcome\r\n")},
		"OPTION 251 1\nTRY telnet a:b\nRESULT telnet accepted\n"},
	{"asked again without a word: refused", 23,
		{SERVER("account: "), CLIENT("a\r\n"), SERVER("password: "), CLIENT("b\r\n"), SERVER("\r\naccount: ")},
		"TRY telnet a:b\nRESULT telnet refused\n"},
	{"last login is no prompt; earlier failures are no refusal", 23,
		{SERVER("login: "), CLIENT("bob\r\n"), SERVER("Password: "), CLIENT("pw\r\n"),
			SERVER("\r\nLast failed login: Tue Mar 3 on pts/1\r\nThere were 2 failed login attempts.\r\nLast login: "
			       "Mon\r\n$ ")},
		"TRY telnet bob:pw\nRESULT telnet accepted\n"},
	{"speaks on and is spoken to without asking: accepted", 23,
		{SERVER("login: "), CLIENT("u\r\n"), SERVER("Password: "), CLIENT("p\r\n"),
			SERVER("\r\nChoose:\r\n 1 reboot\r\n 2 off\r\nWhat now"), CLIENT("1\r\n")},
		"TRY telnet u:p\nRESULT telnet accepted\n"},
	{"no answer: unknown", 23, {SERVER("login: "), CLIENT("u\r\n"), SERVER("Password: "), CLIENT("p\r\n")}, "TRY telnet u:p\n"},
	{"ahead of the password prompt", 23,
		{SERVER("login: "), CLIENT("root\r\nadmin\r\n"), SERVER("root\r\nPassword: "), SERVER("\r\nlogin: ")},
		"TRY telnet root:admin\nRESULT telnet refused\n"},
	{"ahead of everything", 23,
		{SERVER("\r\nNVR\r\n"), CLIENT("root\r\nroot\r\n"), SERVER("login: "), SERVER("root\r\nPassword: "),
			SERVER("\r\nBusyBox v1\r\n# ")},
		"BANNER NVR\nTRY telnet root:root\nRESULT telnet accepted\n"},
	{"a line to wake it up is no name", 23,
		{CLIENT("\r\n"), SERVER("\r\nlogin: "), CLIENT("root\r\n"), SERVER("root\r\nPassword: "), CLIENT("pass\r\n"),
			SERVER("\r\n~ # ")},
		"TRY telnet root:pass\nRESULT telnet accepted\n"},
	{"the server's side is missing: two lines are a login", 23, {CLIENT("root\r\nxc3511\r\nenable\r\nsystem\r\n")},
		"TRY telnet root:xc3511\n"},
	{"no password asked: a login all the same", 23,
		{SERVER("cam login: "), CLIENT("root\r\n"), SERVER("root\r\n\r\nBuilt-in shell\r\n# "), CLIENT("ps\r\n"),
			SERVER("ps\r\n# ")},
		"BANNER cam\nTRY telnet root:\nRESULT telnet accepted\n"},
	{"empty name, asked again", 23,
		{SERVER("login: "), CLIENT("\r\n"), SERVER("\r\nlogin: "), CLIENT("a\r\n"), SERVER("a\r\nPassword: "), CLIENT("b\r\n")},
		"TRY telnet a:b\n"},
	{"terminal escapes around a prompt", 23,
		{SERVER("\x1b[2J\x1b[1;1H\x1b[0mSwitch 24\r\n\x1b[1mUser Name:\x1b[0m"), CLIENT("admin\r"),
			SERVER("\x1b[4mPassword:\x1b[0m"), CLIENT("admin\r"), SERVER("\r\n\x1b[33msw1# \x1b[0m")},
		"BANNER Switch 24\nTRY telnet admin:admin\nRESULT telnet accepted\n"},
	{"255 doubled is one, sub-options are passed over", 23,
		{SERVER("\xff\xfa\x18\x01\xff\xff\xff\xf0login: "),
			CLIENT("\xff\xfa\x18\0xterm\xff\xf0"
			       "a\xff\xff"
			       "b\r\n"),
			SERVER("Password: "), CLIENT("c\r\n")},
		"TRY telnet a\\xffb:c\n"},
	{"prompts that nobody here knows, and every word echoed: nothing typed is a banner", 23,
		{SERVER("Router 7\r\nBenutzer: "), CLIENT("root\r\n"), SERVER("root\r\nKennwort: "), CLIENT("geheim\r\n"),
			SERVER("geheim\r\nWillkommen\r\n")},
		"BANNER Router 7\n"},
	{"another port, known by its prompt after something was typed", 9999,
		{SERVER("PIN? "), CLIENT("4711\r\n"), SERVER("4711\r\nuser: "), CLIENT("a\r\n")}, ""},
	{"a picture of signs is no shell", 23,
		{SERVER("login: "), CLIENT("a\r\n"), SERVER("Password: "), CLIENT("b\r\n"), SERVER("\r\n####"),
			SERVER("####\r\nLogin failed\r\n")},
		"TRY telnet a:b\nRESULT telnet refused\n"},
	{"HTTP where telnet should be", 23, {CLIENT("GET / HTTP/1.1\r\n\r\n")}, "REQUEST GET /\n"},
};

static void test_dialogues(void **state)
{
	talk_check(DIALOGUES, sizeof(DIALOGUES) / sizeof(DIALOGUES[0]));
}

static void say(struct talk *talk, int direction, const char *text)
{
	talk_say(talk, direction, text, strlen(text));
}

/* A sub-option that never ends can not hide what comes behind it. */
static void test_endless_sub_option(void **state)
{
	struct talk *talk = talk_new(23);
	static char filler[2000];

	memset(filler, 'x', sizeof(filler));
	say(talk, 1, "\xff\xfa\x18");
	talk_say(talk, 1, filler, sizeof(filler));
	say(talk, 1, "\r\nlogin: ");
	say(talk, 0, "root\r\n");
	say(talk, 1, "Password: ");
	say(talk, 0, "pw\r\n");
	assert_non_null(strstr(talk_facts(talk), "TRY telnet root:pw\n"));
	for (int i = 0; i < 10000; i++)
		say(talk, 0, "\xff\xfa");
	talk_free(talk);
}

static void test_ceilings(void **state)
{
	struct talk *talk = talk_new(23);
	static char long_name[100000];
	size_t options = 0, banners = 0;

	for (int i = 0; i < 1000; i++)
		say(talk, 1, "\xff\xfb\x01line\r\n");
	for (const char *at = talk_facts(talk); (at = strstr(at, "OPTION")); at++)
		options++;
	for (const char *at = talk_facts(talk); (at = strstr(at, "BANNER")); at++)
		banners++;
	assert_int_equal(options, 64);
	assert_int_equal(banners, 32);
	memset(long_name, 'n', sizeof(long_name));
	say(talk, 1, "login: ");
	talk_say(talk, 0, long_name, sizeof(long_name));
	say(talk, 0, "\r\n");
	say(talk, 1, "Password: ");
	talk_say(talk, 0, long_name, sizeof(long_name));
	say(talk, 0, "\r\n");
	assert_non_null(strstr(talk_facts(talk), "TRY telnet nnnn"));
	talk_free(talk);
}

static void test_bulk_is_done(void **state)
{
	struct talk *talk = talk_new(23);
	static char bulk[10000];

	memset(bulk, 'z', sizeof(bulk));
	for (int i = 0; i < 40; i++)
		talk_say(talk, 1, bulk, sizeof(bulk));
	assert_true(talk_done(talk));
	talk_free(talk);
}

static void test_gap(void **state)
{
	struct talk *talk = talk_new(23);
	static char bulk[5000];

	say(talk, 1, "login: ");
	say(talk, 0, "root\r\n");
	talk_lose(talk, 1, 20);
	memset(bulk, '\n', sizeof(bulk));
	talk_say(talk, 1, bulk, sizeof(bulk));
	say(talk, 1, "login: ");
	say(talk, 0, "admin\r\n");
	say(talk, 1, "Password: ");
	say(talk, 0, "x\r\n");
	say(talk, 1, "\r\nLogin incorrect\r\n");
	assert_string_equal(talk_facts(talk), "TRY telnet admin:x\nRESULT telnet refused\n");
	talk_free(talk);
}

/* The capture begins between a prompt and the password that answers it: that word is no user's name, whatever follows. */
static void test_picked_up_midway(void **state)
{
	struct talk *talk = talk_new(23);

	talk_midway(talk);
	say(talk, 0, "xc3511\r\n");
	say(talk, 0, "enable\r\n");
	assert_string_equal(talk_facts(talk), "");
	talk_free(talk);

	talk = talk_new(23);
	talk_midway(talk);
	say(talk, 1, "xc3511");
	say(talk, 1, "\r\nAccess granted\r\n");
	say(talk, 0, "xc3511\r\n");
	say(talk, 1, "\r\nBusyBox v1.1.2\r\n$ ");
	say(talk, 0, "su\r\n");
	say(talk, 1, "su\r\nPassword: ");
	say(talk, 0, "juantech\r\n");
	say(talk, 1, "\r\n# ");
	assert_string_equal(talk_facts(talk), "TRY telnet :juantech\nRESULT telnet accepted\n");
	talk_free(talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_endless_sub_option),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_bulk_is_done),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_picked_up_midway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
