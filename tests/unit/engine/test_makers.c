/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makers' own protocols through the whole program: who made the inside, and what became of a login. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "inspected.h"

/* Each of there stands in the text, none of absent; frees the text. */
static void expect(char *text, const char *const *there, const char *const *absent)
{
	for (; there && *there; there++)
		if (!strstr(text, *there))
			fail_msg("not there: %s\n%s", *there, text);
	for (; absent && *absent; absent++)
		if (strstr(text, *absent))
			fail_msg("there: %s\n%s", *absent, text);
	free(text);
}

static void say_dvrip(struct gen *gen, struct talk *talk, bool client, unsigned id, const char *json)
{
	uint8_t message[1024] = {0xff, 1};
	size_t len = strlen(json);

	message[14] = (uint8_t)id;
	message[15] = (uint8_t)(id >> 8);
	message[16] = (uint8_t)len;
	message[17] = (uint8_t)(len >> 8);
	memcpy(message + 20, json, len);
	gen_say(gen, talk, client, message, 20 + len);
}

static void say_dahua(struct gen *gen, struct talk *talk, bool client, const char header[32], const char *body)
{
	uint8_t message[256];
	size_t len = strlen(body);

	memcpy(message, header, 32);
	message[4] = (uint8_t)len;
	memcpy(message + 32, body, len);
	gen_say(gen, talk, client, message, 32 + len);
}

/* Logs in to a camera of ours from outside, or from inside; letters: what DVRIP sends in the password's place. */
static struct gen *dvrip_login(bool outside, const char *letters, unsigned ret)
{
	struct gen *gen = gen_new(GEN_S, 1);
	struct host gateway = gen_host("98:9b:cb:10:20:01", "192.168.1.1"), camera = gen_host("00:12:41:cb:dd:1d", "192.168.1.64");
	struct host inside = gen_host("02:00:00:00:00:05", "192.168.1.5"), stranger = gen_outside(&gateway, "203.0.113.9");
	struct talk talk;
	char json[256];

	gen_arp(gen, 1, &camera, &gateway);
	talk = gen_open(gen, outside ? &stranger : &inside, &camera, 34567, GEN_MS);
	snprintf(json, sizeof(json), "{\"EncryptType\":\"MD5\",\"PassWord\":\"%s\",\"UserName\":\"admin\"}", letters);
	say_dvrip(gen, &talk, true, 1000, json);
	snprintf(json, sizeof(json), "{\"DeviceType \":\"IPC\",\"Ret\":%u}", ret);
	say_dvrip(gen, &talk, false, 1001, json);
	say_dvrip(gen, &talk, false, 1021, "{\"SystemInfo\":{\"HardWare\":\"XM530_50X50-WG_8M\",\"SoftWareVersion\":\"V5.00.R02\"}}");
	gen_close(gen, &talk);
	return gen;
}

static const char *const letters_of_nobody[] = {"tlJwpbo6", "CtgKwSh3", "6QNMIQGe", NULL};

/* What a person or program reads never holds the letters: they are as good as the password. */
static void no_letters_in(struct gen *gen)
{
	expect(inspected(gen, INSPECT_TEXT), NULL, letters_of_nobody);
	expect(inspected(gen, INSPECT_JSON), NULL, letters_of_nobody);
	gen_free(gen);
}

static void test_default_password_over_dvrip(void **state)
{
	static const char *const found[] = {"\"default-password\"", "\"critical\"", "\"dvrip\"", "\"Xiongmai\"", "\"XM530_50X50-WG_8M\"",
		"\"V5.00.R02\"", "\"camera\"", "maker: Xiongmai", "\"accepted\": true", NULL};
	static const char *const high[] = {"\"default-password\"", "\"high\"", NULL}, *const no_critical[] = {"\"critical\"", NULL};
	struct gen *gen = dvrip_login(true, "tlJwpbo6", 100);

	expect(inspected(gen, INSPECT_JSON), found, letters_of_nobody);
	no_letters_in(gen);
	gen = dvrip_login(false, "tlJwpbo6", 100);
	expect(inspected(gen, INSPECT_JSON), high, no_critical);
	no_letters_in(gen);
}

/* Another password is a login in clear all the same, for the letters open the device; and so is a refused default. */
static void test_other_password_over_dvrip(void **state)
{
	static const char *const clear[] = {"\"cleartext-login\"", "\"dvrip\"", NULL}, *const no_default[] = {"\"default-password\"", NULL};
	static const char *const refused[] = {"\"default-password\"", "\"accepted\": false", NULL};
	struct gen *gen = dvrip_login(true, "CtgKwSh3", 100);

	expect(inspected(gen, INSPECT_JSON), clear, no_default);
	no_letters_in(gen);
	gen = dvrip_login(true, "6QNMIQGe", 203);
	expect(inspected(gen, INSPECT_JSON), refused, NULL);
	no_letters_in(gen);
}

#define DAHUA_ASK "\xa0\5\0\x60\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\2\0\x08\0\0\xa1\xaa"
#define DAHUA_OLD \
	"\xa0\0\0\x60\0\0\0\0admin\0\0\0" \
	"6QNMIQGe\4\1\0\0\0\0\xa1\xaa"
#define DAHUA_REFUSED "\xb0\0\0\x78\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define DAHUA_ACCEPTED "\xb0\0\0\x78\0\0\0\0\0\x08\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define DAHUA_TYPE "\xb4\0\0\x78\0\0\0\0\x0b\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* tries logins that prove the password, each refused; then, if old, one of the older form with a published pair, accepted. */
static struct gen *dahua_logins(unsigned tries, bool old)
{
	struct gen *gen = gen_new(GEN_S, 1);
	struct host gateway = gen_host("98:9b:cb:10:20:01", "192.168.1.1"), recorder = gen_host("4c:11:bf:00:23:ce", "192.168.1.65");
	struct host stranger = gen_outside(&gateway, "203.0.113.9");

	gen_arp(gen, 1, &recorder, &gateway);
	for (unsigned i = 0; i < tries + old; i++) {
		struct talk talk = gen_open(gen, &stranger, &recorder, 37777, GEN_MS);
		char proof[32];

		snprintf(proof, sizeof(proof), "admin&&%08X", i);
		if (i < tries)
			say_dahua(gen, &talk, true, DAHUA_ASK, proof);
		else
			say_dahua(gen, &talk, true, DAHUA_OLD, "");
		say_dahua(gen, &talk, false, i < tries ? DAHUA_REFUSED : DAHUA_ACCEPTED, "");
		say_dahua(gen, &talk, false, DAHUA_TYPE, "DHI-NVR4108");
		gen_close(gen, &talk);
	}
	return gen;
}

/* A proof is another one each time: four tries with it are not four pairs, and no login in clear; five refusals are guessing. */
static void test_proofs_of_dahua(void **state)
{
	static const char *const quiet[] = {"login-guessing", "cleartext-login", "default-password", NULL};
	static const char *const guessing[] = {"\"login-guessing\"", "\"dahua\"", "\"DHI-NVR4108\"", "maker: Dahua", NULL};
	static const char *const not_clear[] = {"cleartext-login", "default-password", NULL};
	static const char *const published[] = {"\"default-password\"", "\"dahua\"", "\"critical\"", NULL};
	struct gen *gen = dahua_logins(4, false);

	expect(inspected(gen, INSPECT_JSON), NULL, quiet);
	gen_free(gen);
	gen = dahua_logins(5, false);
	expect(inspected(gen, INSPECT_JSON), guessing, not_clear);
	gen_free(gen);
	gen = dahua_logins(0, true);
	expect(inspected(gen, INSPECT_JSON), published, NULL);
	no_letters_in(gen);
}

/* A client of Tuya's protocol, or who sends its frames to a device, is no device of Tuya's. */
static void test_only_the_sender_is_believed(void **state)
{
	static const char frame[] = "\0\0\x55\xaa\0\0\0\0\0\0\0\x13\0\0\0\x08\1\2\3\4\0\0\xaa\x55";
	static const char *const spoken[] = {"\"source\": \"tuya", NULL};
	struct host lamp = gen_host("98:9b:cb:10:20:07", "192.168.1.7"), phone = gen_host("98:9b:cb:10:20:09", "192.168.1.9");
	struct gen *gen = gen_new(GEN_S, 1);
	struct talk talk;

	talk = gen_open(gen, &phone, &lamp, 6668, GEN_MS);
	gen_say(gen, &talk, true, frame, sizeof(frame) - 1);
	gen_close(gen, &talk);
	expect(inspected(gen, INSPECT_JSON), NULL, spoken);
	gen_udp(gen, &lamp, 49154, &phone, 6667, frame, sizeof(frame) - 1);
	expect(inspected(gen, INSPECT_JSON), spoken, NULL);
	gen_free(gen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_password_over_dvrip),
		cmocka_unit_test(test_other_password_over_dvrip),
		cmocka_unit_test(test_proofs_of_dahua),
		cmocka_unit_test(test_only_the_sender_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
