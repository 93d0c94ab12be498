/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS, SSH and ADB: what is said before it is encrypted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/tls.h"
#include "dissect/x509.h"
#include "talk.h"

#define RANDOM32 "0123456789abcdef0123456789abcdef"
/* version, random, session id, 2 ciphers, compression */
#define HELLO_HEAD "\3\3" RANDOM32 "\0\0\4\x13\1\x13\2\1\0"
/* server_name cam.example */
#define SNI_EXTENSION \
	"\0\0\0\x10\0\x0e\0\0\x0b" \
	"cam.example"
/* supported_versions: GREASE, 1.3, 1.2 */
#define VERSIONS_EXTENSION "\0\x2b\0\7\6\xea\xea\3\4\3\3"
#define HELLO "\x16\3\1\0\x50\1\0\0\x4c" HELLO_HEAD "\0\x1f" SNI_EXTENSION VERSIONS_EXTENSION
#define HELLO_FACTS "HELLO 0304\nSNI cam.example\nJA4 t13d020200_62ed6f6ca7ad_b9a491fefe05\n"
/* version, random, session id, cipher, compression */
#define CHOSEN_12 "\2\0\0\x26\3\3" RANDOM32 "\0\xc0\x2f\0"
#define CHOSEN_13 "\2\0\0\x2e\3\3" RANDOM32 "\0\x13\1\0\0\6\0\x2b\0\2\3\4"
/*
 * Version 3, issuer Maker Ltd and Root, subject Maker and "cam ESC", extensions: basic constraints (critical), alternative names cam.lan,
 * 192.0.2.1, *.cam.lan. A version 1 certificate signed by its own subject, old. Keys are empty and nobody minds.
 */
#define CERTIFICATE \
	"0\x82\x00\x9c\x30\x82\x00\x8f\xa0\x03\x02\x01\x02\x02\x01\x07\x30\x04\x06\x02*\x03\x30#1\x12\x30\x10\x06\x03U\x04\x0a\x0c" \
	"\x09Maker Ltd1\x0d\x30\x0b\x06\x03U\x04\x03\x13\x04Root0\x00\x30\x1f\x31\x0e\x30\x0c\x06" \
	"\x03U\x04\x0a\x0c\x05Maker1\x0d\x30\x0b\x06\x03U\x04\x03\x13\x04\x63\x61m\x1b\x30\x00\xa3\x35\x30\x33\x30\x0c" \
	"\x06\x03U\x1d\x13\x01\x01\xff\x04\x02\x30\x00\x30#\x06\x03U\x1d\x11\x04\x1c\x30\x1a\x82\x07\x63\x61m.lan\x87\x04" \
	"\xc0\x00\x02\x01\x82\x09*.cam.lan0\x04\x06\x02*\x03\x03\x01\x00"
#define CERTIFICATE_V1 \
	"080-\x02\x01\x07\x30\x04\x06\x02*\x03\x30\x0e\x31\x0c\x30\x0a\x06\x03U\x04\x03\x13\x03old0\x00\x30\x0e\x31" \
	"\x0c\x30\x0a\x06\x03U\x04\x03\x13\x03old0\x00\x30\x04\x06\x02*\x03\x03\x01\x00"
#define CERTIFICATE_MESSAGE "\x0b\0\0\xa6\0\0\xa3\0\0\xa0" CERTIFICATE
#define CERTIFICATE_FACTS "ISSUER Maker Ltd\nISSUER Root\nORGANISATION Maker\nSUBJECT cam\\x1b\nNAME cam.lan\nNAME *.cam.lan\n"

static const struct dialogue TLS[] = {
	{"name and version", 8443, {CLIENT(HELLO), SERVER("\x16\3\3\0\x32" CHOSEN_13 "\x14\3\3\0\1\1"), CLIENT("\x17\3\3\0\1x")},
		HELLO_FACTS "CHOSEN 0304 1301\nDONE\n"},
	{"1.2 with a certificate, each in its own record", 443,
		{CLIENT(HELLO), SERVER("\x16\3\3\0\x2a" CHOSEN_12), SERVER("\x16\3\3\0\xaa" CERTIFICATE_MESSAGE)},
		HELLO_FACTS "CHOSEN 0303 c02f\n" CERTIFICATE_FACTS "DONE\n"},
	{"both in one record", 443, {CLIENT(HELLO), SERVER("\x16\3\3\0\xd4" CHOSEN_12 CERTIFICATE_MESSAGE)},
		HELLO_FACTS "CHOSEN 0303 c02f\n" CERTIFICATE_FACTS "DONE\n"},
	{"resumed: no certificate", 443, {CLIENT(HELLO), SERVER("\x16\3\3\0\x2a" CHOSEN_12 "\x14\3\3\0\1\1")},
		HELLO_FACTS "CHOSEN 0303 c02f\nDONE\n"},
	{"a certificate of version 1", 443,
		{SERVER("\x16\3\1\0\x2a" CHOSEN_12 "\x16\3\1\0\x44\x0b\0\0\x40\0\0\x3d\0\0\x3a" CERTIFICATE_V1)},
		"CHOSEN 0303 c02f\nISSUER old\nSUBJECT old\nDONE\n"},
	{"a certificate that is none", 443, {SERVER("\x16\3\1\0\x2a" CHOSEN_12 "\x16\3\1\0\x0c\x0b\0\0\x08\0\0\5\0\0\2\x30\x84")},
		"CHOSEN 0303 c02f\nDONE\n"},
	{"an alert", 443, {CLIENT(HELLO), SERVER("\x15\3\3\0\2\2\x28")}, HELLO_FACTS "DONE\n"},
	{"spread over records", 443,
		{CLIENT("\x16\3\1\0\3\1\0\0\x16\3\1\0\x30\x4c" HELLO_HEAD "\0\x1f\0\0"
			"\x16\3\1\0\x1d"
			"\0\x10\0\x0e\0\0\x0b"
			"cam.example" VERSIONS_EXTENSION)},
		HELLO_FACTS},
	{"no extensions", 443, {CLIENT("\x16\3\0\0\x2f\1\0\0\x2b\3\1" RANDOM32 "\0\0\4\0\x0a\0\5\1\0")},
		"HELLO 0301\nJA4 t10i020000_ecbe99380d04_000000000000\n"},
	{"an extension that lies", 443, {CLIENT("\x16\3\1\0\x35\1\0\0\x31" HELLO_HEAD "\0\4\0\0\xff\xff")}, ""},
	{"in the form of SSL 2", 443, {CLIENT("\x80\x7d\1\3\1\0\x54\0\0"), SERVER("\x16\3\1\0\x2a" CHOSEN_12 "\x16\3\1\0\4\x0e\0\0\0")},
		"HELLO 0301\nCHOSEN 0303 c02f\nDONE\n"},
	{"picked up midway", 443, {CLIENT("\x17\3\3\1\0xx"), SERVER("HTTP/1.1 200 OK\r\n\r\n")}, "DONE\n"},
	{"the server's side only", 443, {SERVER("\x16\3\3\0\x32" CHOSEN_13 "\x17\3\3\0\1x")}, "CHOSEN 0304 1301\nDONE\n"},
	{"a hello of the server in SSL 2's version", 443, {SERVER("\x16\3\3\0\x2a\2\0\0\x26\0\2" RANDOM32 "\0\xc0\x2f\0\x14\3\3\0\1\1")},
		"DONE\n"},
};

static const struct dialogue SSH[] = {
	{"both sides", 22, {SERVER("SSH-2.0-dropbear_2019.78\r\n"), CLIENT("SSH-2.0-Go\r\n\0\0\1")},
		"SSH-SERVER SSH-2.0-dropbear_2019.78\nSSH-CLIENT SSH-2.0-Go\nDONE\n"},
	{"old, on another port, with an escape", 2222, {CLIENT("SSH-1.99-x\x1b[31m\n"), SERVER("SSH-1.5-y\n")},
		"SSH-CLIENT SSH-1.99-x\\x1b[31m\nSSH-SERVER SSH-1.5-y\nDONE\n"},
	{"lines before it", 22, {CLIENT("SSH-2.0-c\r\n"), SERVER("Go away.\r\nReally.\r\nSSH-2.0-s\r\n")},
		"SSH-CLIENT SSH-2.0-c\nSSH-SERVER SSH-2.0-s\nDONE\n"},
	{"nearly", 22, {CLIENT("SSH_2.0\r\n"), SERVER("\1\2\3")}, "DONE\n"},
};

#define ADB_HEAD(command, len, magic) command "\1\0\0\1\0\0\4\0" len "\0\0\0\x11\x22\0\0" magic
#define ADB_CNXN(len) ADB_HEAD("CNXN", len, "\xbc\xb1\xa7\xb1")
#define ADB_OPEN(len) ADB_HEAD("OPEN", len, "\xb0\xaf\xba\xb1")
#define ADB_WRTE(len) ADB_HEAD("WRTE", len, "\xa8\xad\xab\xba")

static const struct dialogue ADB[] = {
	{"a shell: the command is left alone", 5555,
		{CLIENT(ADB_CNXN("\7") "host::\0"), SERVER(ADB_CNXN("\x1b") "device::ro.product.model=X;"),
			CLIENT(ADB_OPEN("\x0e") "shell:secrets\0"), SERVER(ADB_WRTE("\3") "abc"), CLIENT(ADB_OPEN("\6") "sync:\0")},
		"DEVICE device::ro.product.model=X;\nSERVICE shell\nSERVICE sync\n"},
	{"encrypted from here on", 5555, {CLIENT(ADB_CNXN("\7") "host::\0"), SERVER("STLSxxxxyyyyzzzzaaaabbbb")}, "DONE\n"},
	{"a magic that is none", 5555, {CLIENT(ADB_HEAD("CNXN", "\7", "\0\0\0\0") "host::\0"), SERVER("\1\2")}, "DONE\n"},
	{"a length that lies", 5555,
		{CLIENT(ADB_CNXN("\7") "host::\0"
				       "OPEN\1\0\0\1\0\0\4\0\xff\xff\xff\xff\x11\x22\0\0\xb0\xaf\xba\xb1")},
		"DONE\n"},
};

#define CHECK(table) talk_check(table, sizeof(table) / sizeof((table)[0]))

static void test_dialogues(void **state)
{
	CHECK(TLS);
	CHECK(SSH);
	CHECK(ADB);
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
	assert_string_equal(talk_facts(talk), "HELLO 0303\nSNI cam.example\n");
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

/* A client that goes on without a word of the server: its side alone was captured. */
static void test_one_sided(void **state)
{
	static const uint8_t hello[] = HELLO, filler[1000] = {0x17};
	struct talk *talk = talk_new(443);

	talk_say(talk, 0, hello, sizeof(hello) - 1);
	for (int i = 0; i < 80; i++)
		talk_say(talk, 0, filler, sizeof(filler));
	assert_string_equal(talk_facts(talk), HELLO_FACTS "DONE\n");
	talk_free(talk);
}

/* A certificate longer than is waited for gives the names at its beginning. */
static void test_long_certificate(void **state)
{
	static const uint8_t head[] = "\x16\3\3\x40\x2a" CHOSEN_12 "\x0b\0\x3f\xfc\0\x3f\xf9\0\x3f\xf6"
				      "\x30\x82\x3f\xf2\x30\x82\x3f\xee\xa0\3\2\1\2\2\1\7\x30\0\x30\0\x30\0"
				      "\x30\x0e\x31\x0c\x30\x0a\6\3\x55\4\3\x13\3"
				      "dvr\x30\x82\x3f\x80";
	static const uint8_t filler[500];
	struct talk *talk = talk_new(443);

	talk_say(talk, 1, head, sizeof(head) - 1);
	for (int i = 0; i < 20; i++)
		talk_say(talk, 1, filler, sizeof(filler));
	assert_string_equal(talk_facts(talk), "CHOSEN 0303 c02f\nSUBJECT dvr\nDONE\n");
	talk_free(talk);
}

/* A payload of a quarter of a megabyte is passed over, and the next message found. */
static void test_long_adb(void **state)
{
	static const uint8_t connect[] = ADB_CNXN("\7") "host::", head[] = "WRTE\1\0\0\0\2\0\0\0\0\0\4\0\x11\x22\0\0\xa8\xad\xab\xba";
	static const uint8_t next[] = ADB_OPEN("\6") "sync:", filler[1024];
	struct talk *talk = talk_new(5555);

	talk_say(talk, 0, connect, sizeof(connect));
	talk_say(talk, 0, head, sizeof(head) - 1);
	for (int i = 0; i < 256; i++)
		talk_say(talk, 0, filler, sizeof(filler));
	talk_say(talk, 0, next, sizeof(next));
	assert_string_equal(talk_facts(talk), "SERVICE sync\n");
	talk_free(talk);
}

/*
 * The example of the specification: these ciphers and extensions (GREASE among them, in another order), a name, h2 first. And its
 * counterparts: nothing at all, more than can be shown, a protocol that is no text.
 */
#define EXAMPLE_CIPHERS \
	"\xea\xea\x13\x01\x13\x02\x13\x03\xc0+\xc0/\xc0,\xc0\x30\xcc\xa9\xcc\xa8\xc0\x13\xc0\x14\x00\x9c\x00\x9d\x00/\x00\x35"
#define EXAMPLE_EXTENSIONS \
	"ZZ\x00\x00\x00\x1b\x00\x00\x00\x00\x00\x10\x00\x0e\x00\x00\x0b\x63\x61m.example\x00\x33\x00\x00\x00\x10" \
	"\x00\x0e\x00\x0c\x02h2\x08http/1.1Di\x00\x00\x00\x17\x00\x00\x00-\x00\x00\x00\x0d\x00\x12\x00\x10" \
	"\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x05\x01\x08\x06\x06\x01\x00\x05\x00\x00\x00#\x00\x00\x00\x12\x00\x00\x00+" \
	"\x00\x07\x06\xca" \
	"\xca\x03\x04\x03\x03\xff\x01\x00\x01\x00\x00\x0b\x00\x00\x00\x0a\x00\x00\x00\x15\x00\x00"

static void test_ja4(void **state)
{
	static const uint8_t body[] = "\3\3" RANDOM32 "\0\0\x20" EXAMPLE_CIPHERS "\1\0\0\x7c" EXAMPLE_EXTENSIONS;
	static const uint8_t odd[] = "\3\0" RANDOM32 "\0\0\0\1\0\0\x0a\0\x10\0\6\0\4\3\xab\xcd\xef";
	static uint8_t many[2 * 150];
	struct tls_hello hello;
	char text[JA4_LEN + 1];

	assert_int_equal(tls_hello_read(body, sizeof(body) - 1, &hello), FW_READ_OK);
	assert_true(ja4_write(&hello, text));
	assert_string_equal(text, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	assert_int_equal(tls_hello_read(odd, sizeof(odd) - 1, &hello), FW_READ_OK);
	assert_true(ja4_write(&hello, text));
	assert_string_equal(text, "ts3i0001af_000000000000_000000000000");
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = (uint8_t)(i + 1);
	hello = (struct tls_hello){.version = 7, .ciphers = {many, sizeof(many)}};
	assert_true(ja4_write(&hello, text));
	assert_memory_equal(text, "t00i990000_", 11);
}

static void take_nothing(void *context, const struct fact *fact)
{
	size_t *len = context;

	*len += fact->text.len;
}

/* Cut anywhere, and with each byte wrong: never a step outside, which the exact block would tell. */
static void test_certificates_spoilt(void **state)
{
	enum { SIGNED_END = 151 }; /* behind it algorithm and signature, which nobody reads */
	static const uint8_t whole[] = CERTIFICATE;
	size_t sum = 0;
	struct fact_sink sink = {take_nothing, &sum};

	for (size_t len = 0; len < sizeof(whole); len++) {
		uint8_t *exact = malloc(len ? len : 1);
		memcpy(exact, whole, len);
		assert_int_equal(x509_read(exact, len, &sink), len >= SIGNED_END ? FW_READ_OK : FW_READ_SHORT);
		for (size_t at = 0; at < len; at++) {
			exact[at] ^= 0x81;
			x509_read(exact, len, &sink);
			exact[at] ^= 0x81;
		}
		free(exact);
	}
	assert_true(sum > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_long_hello),
		cmocka_unit_test(test_hello_parts),
		cmocka_unit_test(test_one_sided),
		cmocka_unit_test(test_long_certificate),
		cmocka_unit_test(test_long_adb),
		cmocka_unit_test(test_ja4),
		cmocka_unit_test(test_certificates_spoilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
