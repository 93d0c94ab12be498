/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "logins.h"

#include <stdio.h>
#include <string.h>

static void say_line(struct gen *gen, struct talk *talk, bool client, const char *before, const char *value)
{
	char line[200];

	snprintf(line, sizeof(line), "%s%s\r\n", before, value);
	gen_text(gen, talk, client, line);
}

static void telnet(struct gen *gen, struct talk *talk, const struct login *login)
{
	gen_text(gen, talk, false, "\r\nLocalHost login: ");
	say_line(gen, talk, true, "", login->user);
	gen_text(gen, talk, false, "Password: ");
	say_line(gen, talk, true, "", login->password);
	gen_text(gen, talk, false, login->outcome == ACCEPTED ? "\r\nWelcome\r\n# " : "\r\nLogin incorrect\r\n");
}

static void ftp(struct gen *gen, struct talk *talk, const struct login *login)
{
	gen_text(gen, talk, false, "220 ready\r\n");
	say_line(gen, talk, true, "USER ", login->user);
	gen_text(gen, talk, false, "331 and the password?\r\n");
	say_line(gen, talk, true, "PASS ", login->password);
	gen_text(gen, talk, false, login->outcome == ACCEPTED ? "230 logged in\r\n" : "530 not logged in\r\n");
}

static void http(struct gen *gen, struct talk *talk, const struct login *login)
{
	say_line(gen, talk, true, "GET /setup HTTP/1.1\r\nHost: 192.168.1.1\r\nAuthorization: Basic ", login->user);
	gen_text(gen, talk, true, "\r\n");
	gen_text(gen, talk, false,
		login->outcome == ACCEPTED ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsetup"
					   : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
}

/* To OPTIONS anybody gets an answer: whether the login was good, it does not say. */
static void rtsp(struct gen *gen, struct talk *talk, const struct login *login)
{
	say_line(gen, talk, true, "OPTIONS rtsp://192.168.1.103/ RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Basic ", login->user);
	gen_text(gen, talk, true, "\r\n");
	gen_text(gen, talk, false, "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n");
}

/* A length of two bytes, then the text: a string of MQTT. */
static size_t put_string(uint8_t *out, const char *text)
{
	size_t len = strlen(text);

	out[0] = (uint8_t)(len >> 8);
	out[1] = (uint8_t)len;
	memcpy(out + 2, text, len);
	return 2 + len;
}

/* OASIS MQTT 3.1.1 section 3.1: name and password, a minute's keep-alive; 3.2: 0 let in, 4 a bad pair */
static void mqtt(struct gen *gen, struct talk *talk, const struct login *login)
{
	uint8_t connect[120] = "\x10\0\0\4MQTT\4\xc2\0\x3c\0\2c1", answer[] = {0x20, 2, 0, login->outcome == ACCEPTED ? 0 : 4};
	size_t len = 16;

	len += put_string(connect + len, login->user);
	len += put_string(connect + len, login->password);
	connect[1] = (uint8_t)(len - 2);
	gen_say(gen, talk, true, connect, len);
	gen_say(gen, talk, false, answer, sizeof(answer));
}

/* Behind 20 bytes of header (src/dissect/dvrip.c), with the line end and the zero that stand behind each. */
static void dvrip_message(struct gen *gen, struct talk *talk, bool client, uint16_t id, const char *json)
{
	uint8_t message[320] = {0xff, client ? 0 : 1};
	size_t len = strlen(json) + 2;

	message[14] = (uint8_t)id;
	message[15] = (uint8_t)(id >> 8);
	message[16] = (uint8_t)len;
	message[17] = (uint8_t)(len >> 8);
	memcpy(message + 20, json, len - 2);
	message[20 + len - 2] = '\n';
	gen_say(gen, talk, client, message, 20 + len);
}

static void dvrip(struct gen *gen, struct talk *talk, const struct login *login)
{
	char json[200];

	snprintf(json, sizeof(json), "{ \"EncryptType\" : \"MD5\", \"PassWord\" : \"%s\", \"UserName\" : \"%s\" }", login->password,
		login->user);
	dvrip_message(gen, talk, true, 1000, json);
	snprintf(json, sizeof(json), "{ \"AliveInterval\" : 21, \"Ret\" : %d }", login->outcome == ACCEPTED ? 100 : 203);
	dvrip_message(gen, talk, false, 1001, json);
}

/* The older login of src/dissect/dahua.c: user and letters stand in the header. */
static void dahua(struct gen *gen, struct talk *talk, const struct login *login)
{
	uint8_t ask[32] = {0xa0, 0, 0, 0x60}, answer[32] = {0xb0, 0, 0, 0x68};

	memcpy(ask + 8, login->user, strlen(login->user));
	memcpy(ask + 16, login->password, strlen(login->password));
	answer[8] = login->outcome == REFUSED;
	gen_say(gen, talk, true, ask, sizeof(ask));
	gen_say(gen, talk, false, answer, sizeof(answer));
}

void log_in(struct gen *gen, const struct login *login)
{
	static void (*const talk_of[])(struct gen *, struct talk *, const struct login *) = {telnet, ftp, http, rtsp, mqtt, dvrip, dahua};
	static const uint16_t ports[] = {23, 21, 80, 554, 1883, 34567, 37777};
	struct host client = home_host(login->client), server = home_host(login->server);
	struct talk talk = gen_open(gen, &client, &server, ports[login->service], 10 * GEN_MS);

	talk_of[login->service](gen, &talk, login);
	gen_close(gen, &talk);
}

void greet(struct gen *gen, const char *client, const char *server, uint16_t port, const char *greeting)
{
	struct host from = home_host(client), to = home_host(server);
	struct talk talk = gen_open(gen, &from, &to, port, 40 * GEN_MS);

	if (*greeting)
		gen_text(gen, &talk, false, greeting);
	gen_close(gen, &talk);
}
