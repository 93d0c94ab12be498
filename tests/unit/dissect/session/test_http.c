/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "talk.h"

static const struct dialogue DIALOGUES[] = {
	{"request and response, a port that says nothing", 10000,
		{CLIENT("GET /index.html HTTP/1.1\r\nHost: cam.example\r\nUser-Agent: test/1\r\nAccept: */*\r\n\r\n"),
			SERVER("HTTP/1.1 200 OK\r\nServer: Boa/0.94\r\nContent-Length: 5\r\n\r\nhello")},
		"REQUEST GET /index.html\nHOST cam.example\nAGENT test/1\nRESPONSE 200\nSERVER Boa/0.94\n"},
	{"Basic refused, then accepted, on one connection", 80,
		{CLIENT("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YWRtaW46MTIzNA==\r\n\r\n"),
			SERVER("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"Default: admin/1234\"\r\nContent-Length: "
			       "0\r\n\r\n"),
			CLIENT("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: basic   YWRtaW46YTpi\r\n\r\n"),
			SERVER("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")},
		"REQUEST GET /\nHOST a\nTRY http admin:1234\nRESPONSE 401\nRESULT http refused\nREALM Basic realm=\"Default: admin/1234\"\n"
		"REQUEST GET /\nHOST a\nTRY http admin:a:b\nRESPONSE 200\nRESULT http accepted\n"},
	{"pipelined: results go to their own requests", 8080,
		{CLIENT("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nAuthorization: Basic dTpw\r\n\r\nGET /3 HTTP/1.1\r\n\r\n"),
			SERVER("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nxxHTTP/1.1 403 "
			       "No\r\n"
			       "Content-Length: 0\r\n\r\n")},
		"REQUEST GET /1\nREQUEST GET /2\nTRY http u:p\nREQUEST GET /3\nRESPONSE 401\nRESPONSE 302\nRESULT http accepted\nRESPONSE "
		"403\n"},
	{"an error of the server says nothing of the login", 80,
		{CLIENT("GET / HTTP/1.0\r\nAuthorization: Basic dTpw\r\n\r\n"), SERVER("HTTP/1.0 500 Oops\r\nContent-Length: 0\r\n\r\n")},
		"REQUEST GET /\nTRY http u:p\nRESPONSE 500\n"},
	{"Digest and Bearer are no logins in clear", 80,
		{CLIENT("GET / HTTP/1.1\r\nAuthorization: Digest username=\"admin\", realm=\"x\"\r\n\r\n"
			"GET / HTTP/1.1\r\nAuthorization: Bearer YWRtaW46MTIzNA==\r\n\r\n")},
		"REQUEST GET /\nREQUEST GET /\n"},
	{"credentials that are none", 80,
		{CLIENT("GET /a HTTP/1.1\r\nAuthorization: Basic !!!!\r\n\r\n"
			"GET /b HTTP/1.1\r\nAuthorization: Basic YWRtaW4=\r\n\r\n"
			"GET /c HTTP/1.1\r\nAuthorization: Basic\r\n\r\n"
			"GET /d HTTP/1.1\r\nAuthorization: Basic Og==\r\n\r\n")},
		"REQUEST GET /a\nREQUEST GET /b\nREQUEST GET /c\nREQUEST GET /d\nTRY http :\n"},
	{"body by length holds what looks like a request", 80,
		{CLIENT("POST /x HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n")},
		"REQUEST POST /x\nREQUEST GET /y\n"},
	{"chunked, with extension and trailer", 80,
		{SERVER("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5;a=b\r\nhello\r\n20\r\nHTTP/1.1 500 in the middle of "
			"it\r\n0\r\n"
			"X-Trailer: 1\r\n\r\nHTTP/1.1 204 No\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")},
		"RESPONSE 200\nRESPONSE 204\nRESPONSE 404\n"},
	{"no body after HEAD and 304, 100 before the answer", 80,
		{CLIENT("HEAD / HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
			CLIENT("GET / HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 304 Same\r\nContent-Length: 99\r\n\r\n"),
			CLIENT("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"),
			SERVER("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n")},
		"REQUEST HEAD /\nRESPONSE 200\nREQUEST GET /\nRESPONSE 304\nREQUEST POST /\nRESPONSE 100\nRESPONSE 201\n"},
	{"after an upgrade it is no HTTP any more", 80,
		{CLIENT("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"), SERVER("HTTP/1.1 101 Switching\r\n\r\n"),
			SERVER("HTTP/1.1 200 OK\r\n\r\n")},
		"REQUEST GET /chat\nRESPONSE 101\nDONE\n"},
	{"a tunnel", 8080, {CLIENT("CONNECT a:443 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 200 OK\r\n\r\n")},
		"REQUEST CONNECT a:443\nRESPONSE 200\nDONE\n"},
	{"bare line feeds, header without colon, empty lines between", 80,
		{CLIENT("GET / HTTP/1.0\n\n\n\r\nGET / HTTP/1.0\nnonsense\nHost:x\n\n"), SERVER("HTTP/1.0 200\nserver :  a b \n\n")},
		"REQUEST GET /\nREQUEST GET /\nHOST x\nRESPONSE 200\nSERVER a b\n"},
	{"terminal escapes and zero bytes pass as they are", 80, {CLIENT("GET /\x1b[31m\0x HTTP/1.1\r\nUser-Agent: \x07\xff\r\n\r\n")},
		"REQUEST GET /\\x1b[31m\\x00x\nAGENT \\x07\\xff\n"},
	{"UPnP methods", 49152,
		{CLIENT("SUBSCRIBE /ev HTTP/1.1\r\nHost: h\r\n\r\n"),
			SERVER("HTTP/1.1 200 OK\r\nServer: Linux UPnP/1.0\r\nContent-Length: 0\r\n\r\n")},
		"REQUEST SUBSCRIBE /ev\nHOST h\nRESPONSE 200\nSERVER Linux UPnP/1.0\n"},
};

static void test_dialogues(void **state)
{
	talk_check(DIALOGUES, sizeof(DIALOGUES) / sizeof(DIALOGUES[0]));
}

static void say(struct talk *talk, int direction, const char *text)
{
	talk_say(talk, direction, text, strlen(text));
}

static void test_gap(void **state)
{
	struct talk *talk = talk_new(80);
	char body[3000];

	memset(body, 'b', sizeof(body));
	say(talk, 0, "GET /a HTTP/1.1\r\nAuthorization: Basic dTpw\r\n\r\n");
	say(talk, 1, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
	talk_lose(talk, 1, 50000);
	for (int i = 0; i < 4; i++)
		talk_say(talk, 1, body, sizeof(body));
	say(talk, 0, "GET /b HTTP/1.1\r\nAuthorization: Basic dTpw\r\n\r\n");
	say(talk, 1, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
	assert_string_equal(talk_facts(talk),
		"REQUEST GET /a\nTRY http u:p\nRESPONSE 200\nRESULT http accepted\n"
		"REQUEST GET /b\nTRY http u:p\nRESPONSE 403\nRESULT http refused\n");
	talk_free(talk);
}

/* A capture that begins in the middle of a download. */
static void test_midway(void **state)
{
	struct talk *talk = talk_new(8080);
	static char body[20000];

	talk_say(talk, 1, body, sizeof(body));
	say(talk, 0, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
	talk_say(talk, 1, body, sizeof(body));
	say(talk, 1, "HTTP/1.1 200 OK\r\nServer: s\r\n\r\n");
	assert_string_equal(talk_facts(talk), "REQUEST GET /b\nHOST h\nRESPONSE 200\nSERVER s\n");
	talk_free(talk);
}

/* The answer is among what is missing: the result stays unknown. */
static void test_answer_missing(void **state)
{
	struct talk *talk = talk_new(80);
	char body[3000];

	memset(body, 'b', sizeof(body));
	say(talk, 1, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
	say(talk, 0, "GET /a HTTP/1.1\r\nAuthorization: Basic dTpw\r\n\r\n");
	talk_lose(talk, 1, 500);
	for (int i = 0; i < 4; i++)
		talk_say(talk, 1, body, sizeof(body));
	say(talk, 1, "HTTP/1.1 200 OK\r\n\r\n");
	assert_string_equal(talk_facts(talk), "RESPONSE 200\nREQUEST GET /a\nTRY http u:p\nRESPONSE 200\n");
	talk_free(talk);
}

static void test_until_close_costs_nothing(void **state)
{
	struct talk *talk = talk_new(80);
	static char body[65000];

	say(talk, 0, "GET /firmware HTTP/1.0\r\n\r\n");
	say(talk, 1, "HTTP/1.0 200 OK\r\n\r\n");
	for (int i = 0; i < 20; i++)
		talk_say(talk, 1, body, sizeof(body));
	assert_string_equal(talk_facts(talk), "REQUEST GET /firmware\nRESPONSE 200\nDONE\n");
	talk_free(talk);
}

/* A target longer than is read: said cut, and the fields behind it are found. */
static void test_long_line(void **state)
{
	static char line[1 << 20];

	for (size_t piece = 1000; piece <= sizeof(line); piece *= 32) {
		struct talk *talk = talk_new(80);
		memset(line, 'a', sizeof(line));
		say(talk, 0, "GET /");
		for (size_t at = 0; at < sizeof(line); at += piece)
			talk_say(talk, 0, line + at, piece < sizeof(line) - at ? piece : sizeof(line) - at);
		say(talk, 0, " HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
		assert_memory_equal(talk_facts(talk), "REQUEST GET /aaa", 16);
		assert_non_null(strstr(talk_facts(talk), "HOST h\nREQUEST GET /b\n"));
		talk_free(talk);
	}
}

static void test_endless_header(void **state)
{
	struct talk *talk = talk_new(80);

	say(talk, 0, "GET / HTTP/1.1\r\n");
	for (int i = 0; i < 100000; i++)
		say(talk, 0, "X-Filler: abcdefghij\r\n");
	assert_true(talk_done(talk));
	assert_string_equal(talk_facts(talk), "REQUEST GET /\nDONE\n");
	talk_free(talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_midway),
		cmocka_unit_test(test_answer_missing),
		cmocka_unit_test(test_until_close_costs_nothing),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_endless_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
