/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FTP, MQTT, TLS, DNS over TCP, and what is none of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/basic.h"
#include "dissect/dissect.h"
#include "dissect/tls.h"
#include "talk.h"

static const struct dialogue FTP[] = {
	{"refused, then accepted", 21,
		{SERVER("220 (vsFTPd 2.3.4)\r\n"), CLIENT("USER bob\r\n"), SERVER("331 Please specify the password.\r\n"),
			CLIENT("PASS wrong\r\n"), SERVER("530 Login incorrect.\r\n"), CLIENT("user bob\r\n"), SERVER("331 Again.\r\n"),
			CLIENT("pass a b: c\r\n"), SERVER("230 Hi.\r\n"), CLIENT("RETR x\r\n"), SERVER("150 Here.\r\n226 Done.\r\n")},
		"BANNER (vsFTPd 2.3.4)\nREPLY 220\nCOMMAND USER\nREPLY 331\nCOMMAND PASS\nTRY ftp bob:wrong\nREPLY 530\nRESULT ftp "
		"refused\n"
		"COMMAND USER\nREPLY 331\nCOMMAND PASS\nTRY ftp bob:a b: c\nREPLY 230\nRESULT ftp accepted\nCOMMAND RETR\nREPLY 150\nREPLY "
		"226\n"},
	{"replies of many lines, on a port that says nothing", 4711,
		{SERVER("220---- Pure-FTPd ----\r\n220-You are user 1\r\n 220 not the end\r\n220 Bye after 15 minutes\r\n"),
			CLIENT("USER a\r\nPASS b\r\n"), SERVER("331 Go on\r\n"), SERVER("230-Welcome\r\n530 inside it\r\n230 Now\r\n")},
		"BANNER --- Pure-FTPd ----\nBANNER You are user 1\nBANNER  220 not the end\nBANNER Bye after 15 minutes\nREPLY "
		"220\nCOMMAND USER\n"
		"COMMAND PASS\nTRY ftp a:b\nREPLY 331\nREPLY 230\nRESULT ftp accepted\n"},
	{"no password wanted", 21, {SERVER("220 x\r\n"), CLIENT("USER anonymous\r\n"), SERVER("230 In.\r\n")},
		"BANNER x\nREPLY 220\nCOMMAND USER\nREPLY 230\nTRY ftp anonymous:\nRESULT ftp accepted\n"},
	{"pipelined guesses", 21, {CLIENT("USER a\r\nPASS 1\r\nUSER a\r\nPASS 2\r\n"), SERVER("331 x\r\n530 x\r\n331 x\r\n230 x\r\n")},
		"COMMAND USER\nCOMMAND PASS\nTRY ftp a:1\nCOMMAND USER\nCOMMAND PASS\nTRY ftp a:2\nREPLY 331\nREPLY 530\nRESULT ftp "
		"refused\n"
		"REPLY 331\nREPLY 230\nRESULT ftp accepted\n"},
	{"encrypted from here on", 21, {SERVER("220 x\r\n"), CLIENT("AUTH TLS\r\n"), SERVER("234 Go\r\n"), CLIENT("USER a\r\n")},
		"BANNER x\nREPLY 220\nCOMMAND AUTH\nREPLY 234\nDONE\n"},
	{"a mail server", 2500, {SERVER("220 mx ESMTP Postfix\r\n")}, "DONE\n"},
	{"words that are no verbs are not said", 21,
		{CLIENT("hunter2\r\nUSERS x\r\nUSE\r\n\xff\xf4\xff\xf2"
			"ABOR\r\n\r\nPASS\r\n")},
		"COMMAND ABOR\nCOMMAND PASS\nTRY ftp :\n"},
};

static const struct dialogue MQTT[] = {
	{"3.1 with user and password, refused", 1883,
		{CLIENT("\x10\x20\0\6MQIsdp\3\xc2\0\x3c\0\3abc\0\5admin\0\6public"), SERVER("\x20\2\0\5")},
		"CONNECT 3 abc\nTRY mqtt admin:public\nCONNACK 5\nRESULT mqtt refused\nDONE\n"},
	{"3.1.1 with a will, another port, accepted", 9001,
		{CLIENT("\x10\x23\0\4MQTT\4\xc6\0\x3c\0\1i\0\3t/w\0\5hello\0\1u\0\5pa:ss"
			"0\3\0\1x"),
			SERVER("\x20\2\0\0\x90\3\0\1\0")},
		"CONNECT 4 i\nTRY mqtt u:pa:ss\nCONNACK 0\nRESULT mqtt accepted\nDONE\n"},
	{"5 with properties, will properties, AUTH before the answer", 1883,
		{CLIENT("\x10\x27\0\4MQTT\5\xc6\0\x3c\5\x11\0\0\0\x0a\0\2id\2\1\1\0\1t\0\1m\0\4user\0\2pw"), SERVER("\xf0\2\x18\0"),
			SERVER("\x20\3\0\x86\0")},
		"CONNECT 5 id\nTRY mqtt user:pw\nCONNACK 134\nRESULT mqtt refused\nDONE\n"},
	{"no user: no login", 1883, {CLIENT("\x10\x0d\0\4MQTT\4\2\0\x3c\0\1i"), SERVER("\x20\2\0\0")}, "CONNECT 4 i\nCONNACK 0\nDONE\n"},
	{"user without password", 1883, {CLIENT("\x10\x10\0\4MQTT\4\x82\0\x3c\0\1i\0\1u"), SERVER("\x20\2\0\2")},
		"CONNECT 4 i\nTRY mqtt u:\nCONNACK 2\nDONE\n"},
	{"a length that lies", 1883,
		{CLIENT("\x10\x10\0\4MQTT\4\x82\0\x3c\xff\xff"
			"abc")},
		"DONE\n"},
	{"a remaining length of five bytes", 1883, {CLIENT("\x10\xff\xff\xff\xff\x7f\0\4MQTT\4\2\0\0\0\0"), SERVER("\1\2")}, "DONE\n"},
	{"an unknown level", 1883, {CLIENT("\x10\x0d\0\4MQTT\x09\2\0\x3c\0\1i")}, "DONE\n"},
};

#define RANDOM32 "0123456789abcdef0123456789abcdef"
/* version, random, session id, 2 ciphers, compression */
#define HELLO_HEAD "\3\3" RANDOM32 "\0\0\4\x13\1\x13\2\1\0"
/* server_name cam.example */
#define SNI_EXTENSION \
	"\0\0\0\x10\0\x0e\0\0\x0b" \
	"cam.example"
/* supported_versions: GREASE, 1.3, 1.2 */
#define VERSIONS_EXTENSION "\0\x2b\0\7\6\xea\xea\3\4\3\3"

static const struct dialogue TLS[] = {
	{"name and version", 8443,
		{CLIENT("\x16\3\1\0\x50\1\0\0\x4c" HELLO_HEAD "\0\x1f" SNI_EXTENSION VERSIONS_EXTENSION), SERVER("\x16\3\3\0\x7a"),
			CLIENT("GET / HTTP/1.1\r\n\r\n")},
		"HELLO 0304\nSNI cam.example\nDONE\n"},
	{"spread over records", 443,
		{CLIENT("\x16\3\1\0\3\1\0\0\x16\3\1\0\x30\x4c" HELLO_HEAD "\0\x1f\0\0"
			"\x16\3\1\0\x1d"
			"\0\x10\0\x0e\0\0\x0b"
			"cam.example" VERSIONS_EXTENSION)},
		"HELLO 0304\nSNI cam.example\nDONE\n"},
	{"no extensions", 443, {CLIENT("\x16\3\0\0\x2f\1\0\0\x2b\3\1" RANDOM32 "\0\0\4\0\x0a\0\5\1\0")}, "HELLO 0301\nDONE\n"},
	{"an extension that lies", 443, {CLIENT("\x16\3\1\0\x35\1\0\0\x31" HELLO_HEAD "\0\4\0\0\xff\xff")}, "DONE\n"},
	{"in the form of SSL 2", 443, {CLIENT("\x80\x7d\1\3\1\0\x54\0\0"), SERVER("\x16\3\1\0\x4a")}, "HELLO 0301\nDONE\n"},
	{"picked up midway", 443, {CLIENT("\x17\3\3\1\0xx"), SERVER("HTTP/1.1 200 OK\r\n\r\n")}, "DONE\n"},
	{"the server's side only", 443, {SERVER("\x16\3\3\0\x40\2\0\0\x3c")}, "DONE\n"},
};

static const struct dialogue DNS[] = {
	{"two questions in one direction, an answer", 53,
		{CLIENT("\0\x1d\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1\0\x11\x12\x35\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1"),
			SERVER("\0\x1d\x12\x34\x81\x83\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1")},
		"QUESTION example.com\nQUESTION .\nANSWER example.com\n"},
	{"nothing like it", 53, {CLIENT("GET / HTTP/1.1\r\nHost: a-rather-long-name-so-that-the-first-two-bytes-are-not-a-length\r\n\r\n")},
		""},
};

static const struct dialogue NONE[] = {
	{"SSH", 22, {SERVER("SSH-2.0-dropbear\r\n")}, "DONE\n"},
	{"both sides in riddles", 34568, {CLIENT("\xfe\1\0\0zz"), SERVER("\xfe\1\0\0zz")}, "DONE\n"},
	{"RTSP is not HTTP", 554, {CLIENT("OPTIONS rtsp://cam/ RTSP/1.0\r\nCSeq: 1\r\n\r\n")}, ""},
	{"HTTP/2 is not HTTP/1", 9000, {CLIENT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), SERVER("\0\0\6\4")}, "DONE\n"},
};

#define CHECK(table) talk_check(table, sizeof(table) / sizeof((table)[0]))

static void test_dialogues(void **state)
{
	CHECK(FTP);
	CHECK(MQTT);
	CHECK(TLS);
	CHECK(DNS);
	CHECK(NONE);
}

static void test_one_silent_direction_ends(void **state)
{
	struct talk *talk = talk_new(34567);
	static const uint8_t bulk[1460] = {1};

	for (int i = 0; i < 8; i++)
		talk_say(talk, 1, bulk, sizeof(bulk));
	assert_string_equal(talk_facts(talk), "DONE\n");
	talk_free(talk);
}

/* A ClientHello longer than is waited for is read as far as it goes. */
static void test_long_hello(void **state)
{
	static const uint8_t head[] = "\x16\3\1\x3f\xff\1\0\x3f\xfb" HELLO_HEAD "\x3f\0" SNI_EXTENSION "\0\x33\x3e\0";
	static const uint8_t filler[500] = {0};
	struct talk *talk = talk_new(443);

	talk_say(talk, 0, head, sizeof(head) - 1);
	for (int i = 0; i < 20; i++)
		talk_say(talk, 0, filler, sizeof(filler));
	assert_string_equal(talk_facts(talk), "HELLO 0303\nSNI cam.example\nDONE\n");
	talk_free(talk);
}

static void test_hello_parts(void **state)
{
	static const uint8_t body[] = HELLO_HEAD "\0\x25" SNI_EXTENSION "\0\x10\0\5\0\3\2h2"
						 "\0\x0a\0\4\0\2\0\x1d";
	struct tls_hello hello;

	assert_int_equal(tls_hello_read(body, sizeof(body) - 1, &hello), FW_READ_OK);
	assert_int_equal(hello.version, 0x0303);
	assert_int_equal(hello.ciphers.len, 4);
	assert_int_equal(hello.server_name.len, 11);
	assert_memory_equal(hello.alpn.bytes, "\2h2", 3);
	assert_memory_equal(hello.groups.bytes, "\0\x1d", 2);
	assert_int_equal(hello.signatures.len, 0);
	for (size_t len = 0; len < sizeof(body) - 1; len++) {
		uint8_t *exact = malloc(len ? len : 1);
		memcpy(exact, body, len);
		assert_true(tls_hello_read(exact, len, &hello) != FW_READ_BAD);
		free(exact);
	}
}

/* A zone transfer's long messages are passed over by count, and the next one is found. */
static void test_long_dns(void **state)
{
	static const uint8_t head[] = "\x4e\x20\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\0\0\1\0\1";
	static const uint8_t next[] = "\0\x11\x12\x35\x81\x80\0\1\0\0\0\0\0\0\0\0\1\0\1";
	static uint8_t filler[20000];
	struct talk *talk = talk_new(53);

	talk_say(talk, 1, head, sizeof(head) - 1);
	talk_say(talk, 1, filler, 20002 - (sizeof(head) - 1));
	talk_say(talk, 1, next, sizeof(next) - 1);
	assert_string_equal(talk_facts(talk), "ANSWER a\nANSWER .\n");
	talk_free(talk);
}

/* A will of 60,000 bytes does not hide the user behind it. */
static void test_long_will(void **state)
{
	static const uint8_t head[] = "\x10\xf8\xd4\3\0\4MQTT\4\xc6\0\x3c\0\1i\0\1t\xea\x60", tail[] = "\0\1u\0\1p";
	static uint8_t will[60000];
	struct talk *talk = talk_new(1883);

	talk_say(talk, 0, head, sizeof(head) - 1);
	for (size_t at = 0; at < sizeof(will); at += 1000)
		talk_say(talk, 0, will + at, 1000);
	talk_say(talk, 0, tail, sizeof(tail) - 1);
	assert_string_equal(talk_facts(talk), "CONNECT 4 i\nTRY mqtt u:p\n");
	talk_free(talk);
}

static const struct {
	const char *text, *plain; /* NULL: not base64 */
} BASE64[] = {
	{"", ""},
	{"Zg==", "f"},
	{"Zg", "f"},
	{"Zm8=", "fo"},
	{"Zm9v", "foo"},
	{"Zm9vYmFy", "foobar"},
	{"+/+/", "\xfb\xff\xbf"},
	{"Z", NULL},
	{"Zm9vY", NULL},
	{"Zm 9v", NULL},
	{"Zm9v=Zg==", NULL},
	{"====", NULL},
	{"Zm9v===", NULL},
};

static void test_base64(void **state)
{
	for (size_t i = 0; i < sizeof(BASE64) / sizeof(BASE64[0]); i++) {
		uint8_t out[16];
		struct slice text = {(const uint8_t *)BASE64[i].text, strlen(BASE64[i].text)};
		int len = basic_decode(text, out, sizeof(out));
		assert_int_equal(len, BASE64[i].plain ? (int)strlen(BASE64[i].plain) : -1);
		if (len > 0)
			assert_memory_equal(out, BASE64[i].plain, len);
		if (len > 0)
			assert_int_equal(basic_decode(text, out, (size_t)len - 1), -1);
	}
}

static void test_size(void **state)
{
	assert_true(dissect_session_size() <= 1536);
	print_message("a session is %zu bytes\n", dissect_session_size());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_one_silent_direction_ends),
		cmocka_unit_test(test_long_hello),
		cmocka_unit_test(test_hello_parts),
		cmocka_unit_test(test_long_dns),
		cmocka_unit_test(test_long_will),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
