/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "logins.h"

#include <stdio.h>

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

void log_in(struct gen *gen, const struct login *login)
{
	static void (*const talk_of[])(struct gen *, struct talk *, const struct login *) = {telnet, ftp, http, rtsp};
	static const uint16_t ports[] = {23, 21, 80, 554};
	struct host client = home_host(login->client), server = home_host(login->server);
	struct talk talk = gen_open(gen, &client, &server, ports[login->service], 10 * GEN_MS);

	talk_of[login->service](gen, &talk, login);
	gen_close(gen, &talk);
}

/* OASIS MQTT 3.1.1 section 3.1: name and password, a minute's keep-alive; let in */
void mqtt_login(struct gen *gen, const char *client, const char *server)
{
	static const uint8_t connect[] = "\x10\x1e\0\4MQTT\4\xc2\0\x3c\0\2c1\0\6sensor\0\6tulips";
	struct host from = home_host(client), to = home_host(server);
	struct talk talk = gen_open(gen, &from, &to, 1883, 40 * GEN_MS);

	gen_say(gen, &talk, true, connect, sizeof(connect) - 1);
	gen_say(gen, &talk, false, "\x20\2\0\0", 4);
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
