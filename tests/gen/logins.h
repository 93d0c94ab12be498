/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logins in clear, one connection each, from the banner to the answer. Client and server are addresses as for home_host(). */
#pragma once

#include "home.h"

enum service { TELNET, FTP, HTTP, RTSP, MQTT, DVRIP, DAHUA };
enum outcome { REFUSED, ACCEPTED };

struct login {
	const char *client, *server;
	enum service service;
	enum outcome outcome;
	const char *user,
		*password; /* over HTTP and RTSP: the two of them in base64, NULL; over DVRIP and DAHUA the letters of the password */
};

void log_in(struct gen *gen, const struct login *login);
/* The port of such a service answers, with what it greets with (nothing: ""), and nobody logs in. */
void greet(struct gen *gen, const char *client, const char *server, uint16_t port, const char *greeting);
