/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "talk.h"

#define OK "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"
#define BASIC "Authorization: Basic YWRtaW46MTIzNA==\r\n"

static const struct dialogue DIALOGUES[] = {
	{"asked, refused, asked with a password, accepted", 10554,
		{CLIENT("OPTIONS rtsp://10.0.0.5:554/ch1 RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: LibVLC/3.0\r\n\r\n"), SERVER(OK),
			CLIENT("DESCRIBE rtsp://10.0.0.5/ch1 RTSP/1.0\r\nCSeq: 2\r\n\r\n"),
			SERVER("RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nServer: Rtsp Server/2.0\r\nWWW-Authenticate: Basic "
			       "realm=\"cam\"\r\n\r\n"),
			CLIENT("DESCRIBE rtsp://10.0.0.5/ch1 RTSP/1.0\r\nCSeq: 3\r\n" BASIC "\r\n"),
			SERVER("RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Type: application/sdp\r\nContent-Length: 22\r\n\r\nRTSP/1.0 500 "
			       "Oops\r\n\r\n\r\n" OK)},
		"rtsp_request OPTIONS|rtsp://10.0.0.5:554/ch1\nrtsp_agent LibVLC/3.0\nrtsp_response 200\n"
		"rtsp_request DESCRIBE|rtsp://10.0.0.5/ch1\nrtsp_response 401\nrtsp_server Rtsp%20Server/2.0\nrtsp_realm "
		"Basic%20realm=\"cam\"\n"
		"rtsp_request DESCRIBE|rtsp://10.0.0.5/ch1\nTRY rtsp admin:1234\nrtsp_response 200\nRESULT rtsp accepted\nrtsp_response "
		"200\n"},
	{"refused; a server's error says nothing; Digest is no login in clear", 554,
		{CLIENT("DESCRIBE rtsp://a/ RTSP/1.0\r\n" BASIC "\r\nSETUP rtsp://a/ RTSP/1.0\r\n" BASIC
			"\r\nPLAY rtsp://a/ RTSP/1.0\r\nAuthorization: Digest username=\"x\"\r\n\r\n"),
			SERVER("RTSP/1.0 100 Wait\r\n\r\nRTSP/1.0 401 No\r\n\r\nRTSP/1.0 454 No\r\n\r\n" OK)},
		"rtsp_request DESCRIBE|rtsp://a/\nTRY rtsp admin:1234\nrtsp_request SETUP|rtsp://a/\nTRY rtsp admin:1234\nrtsp_request "
		"PLAY|rtsp://a/\n"
		"rtsp_response 100\nrtsp_response 401\nRESULT rtsp refused\nrtsp_response 454\nrtsp_response 200\n"},
	{"OPTIONS is answered to anybody", 554, {CLIENT("OPTIONS * RTSP/1.0\r\n" BASIC "\r\n"), SERVER(OK)},
		"rtsp_request OPTIONS|*\nTRY rtsp admin:1234\nrtsp_response 200\n"},
	{"no password in a URL is said", 554,
		{CLIENT("DESCRIBE rtsp://admin:se@cret@10.0.0.5:554/a@b?x=y RTSP/1.0\r\n\r\n"
			"DESCRIBE rtsp://h/user=admin&Password=tlJw&channel=1 RTSP/1.0\r\n\r\n"
			"DESCRIBE rtsp://u:p@h RTSP/1.0\r\n\r\nDESCRIBE rtsp:// RTSP/1.0\r\n\r\nDESCRIBE u:p@h/x RTSP/2.0\r\n\r\n")},
		"rtsp_request DESCRIBE|rtsp://10.0.0.5:554/a@b\nrtsp_request DESCRIBE|rtsp://h/user=admin&\nrtsp_request "
		"DESCRIBE|rtsp://h\n"
		"rtsp_request DESCRIBE|rtsp://\nrtsp_request DESCRIBE|h/x\n"},
	{"media in between is passed over", 554,
		{CLIENT("PLAY rtsp://a/ RTSP/1.0\r\n\r\n"), SERVER(OK "$\0\0\22RTSP/1.0 500 x\r\n\r\n" OK "$\1\0\0$\1\0\1x"),
			CLIENT("$\1\0\4abcdTEARDOWN rtsp://a/ RTSP/1.0\r\n\r\n"), SERVER("$\0\0\2ab" OK)},
		"rtsp_request PLAY|rtsp://a/\nrtsp_response 200\nrtsp_response 200\nrtsp_request TEARDOWN|rtsp://a/\nrtsp_response 200\n"},
	{"a server asks, too; no facts of that", 554,
		{CLIENT("SETUP rtsp://a/ RTSP/1.0\r\n" BASIC "\r\n"),
			SERVER("SET_PARAMETER rtsp://a/ RTSP/1.0\r\nServer: no\r\nContent-Length: 3\r\n\r\nabc"), CLIENT(OK), SERVER(OK)},
		"rtsp_request SETUP|rtsp://a/\nTRY rtsp admin:1234\nrtsp_response 200\nRESULT rtsp accepted\n"},
	{"the server's side only", 9999, {SERVER("RTSP/2.0 200 OK\r\nServer: s\r\nContent-Length: x\r\n\r\n" OK)},
		"rtsp_response 200\nrtsp_server s\nrtsp_response 200\n"},
	{"OPTIONS of HTTP", 554, {CLIENT("OPTIONS /x HTTP/1.1\r\nHost: h\r\n\r\n")}, "REQUEST OPTIONS /x\nHOST h\n"},
	{"picked up midway", 554, {SERVER("$\0\5\0abcdef"), CLIENT("GET_PARAMETER rtsp://a/ RTSP/1.0\r\n\r\n"), SERVER(OK)},
		"rtsp_request GET_PARAMETER|rtsp://a/\nrtsp_response 200\n"},
	{"a status that is none", 554, {SERVER("RTSP/1.0 2x0 OK\r\n\r\n"), SERVER("RTSP/1.0\r\n\r\n")}, ""},
	{"terminal escapes and zero bytes", 554, {CLIENT("PLAY /\x1b[31m\0 RTSP/1.0\r\nUser-Agent: \x07\r\nnonsense\r\n\r\n")},
		"rtsp_request PLAY|/%1B[31m%00\nrtsp_agent %07\n"},
};

static void test_dialogues(void **state)
{
	talk_check(DIALOGUES, sizeof(DIALOGUES) / sizeof(DIALOGUES[0]));
}

static void say(struct talk *talk, int direction, const char *text)
{
	talk_say(talk, direction, text, strlen(text));
}

/* Answers may be among what is missing: results stay unknown. */
static void test_gap(void **state)
{
	struct talk *talk = talk_new(554);
	char media[3000] = "";

	say(talk, 0, "DESCRIBE rtsp://a/ RTSP/1.0\r\n" BASIC "\r\n");
	say(talk, 1, "RTSP/1.0 100 Wait\r\n\r\n");
	talk_lose(talk, 1, 500);
	for (int i = 0; i < 4; i++)
		talk_say(talk, 1, media, sizeof(media));
	say(talk, 1, OK);
	assert_string_equal(
		talk_facts(talk), "rtsp_request DESCRIBE|rtsp://a/\nTRY rtsp admin:1234\nrtsp_response 100\nrtsp_response 200\n");
	talk_free(talk);
}

/* Lost until a segment begins like a message. */
static void test_nonsense(void **state)
{
	struct talk *talk = talk_new(554);

	say(talk, 0, "PLAY rtsp://a/ RTSP/1.0\r\n\r\nhello\r\nPLAY rtsp://b/ RTSP/1.0\r\n\r\n");
	say(talk, 0, "PLAY rtsp://c/ RTSP/1.0\r\n\r\n");
	assert_string_equal(talk_facts(talk), "rtsp_request PLAY|rtsp://a/\nrtsp_request PLAY|rtsp://c/\n");
	talk_free(talk);
}

/* A stream says nothing more: after a megabyte of it the conversation is no longer read. */
static void test_stream(void **state)
{
	struct talk *talk = talk_new(554);
	static char media[65540] = "$\0\xff\xff";

	say(talk, 0, "PLAY rtsp://a/ RTSP/1.0\r\n\r\n");
	for (int i = 0; i < 16; i++) {
		assert_false(talk_done(talk));
		talk_say(talk, 1, media, 65539);
	}
	assert_true(talk_done(talk));
	talk_free(talk);
}

static void test_endless_header(void **state)
{
	struct talk *talk = talk_new(554);

	say(talk, 0, "PLAY rtsp://a/ RTSP/1.0\r\n");
	for (int i = 0; i < 100000; i++)
		say(talk, 0, "X-Filler: abcdefghij\r\n");
	assert_true(talk_done(talk));
	assert_string_equal(talk_facts(talk), "rtsp_request PLAY|rtsp://a/\nDONE\n");
	talk_free(talk);
}

/* A URL longer than is read: said cut, without what may be a password, and the fields behind it are found. */
static void test_long_line(void **state)
{
	struct talk *talk = talk_new(554);
	static char line[5000];
	char wanted[600] = "rtsp_request PLAY|rtsp://";

	memset(line, 'a', sizeof(line));
	say(talk, 0, "PLAY rtsp://");
	talk_say(talk, 0, line, sizeof(line));
	say(talk, 0, " RTSP/1.0\r\nUser-Agent: x\r\n\r\n");
	memset(wanted + strlen(wanted), 'a', 512 - strlen("rtsp://"));
	/* the harness shows 512 bytes of a line */
	assert_memory_equal(talk_facts(talk), wanted, 500);
	assert_non_null(strstr(talk_facts(talk), "rtsp_agent x\n"));
	talk_free(talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_endless_header),
		cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
