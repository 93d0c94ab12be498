/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to a broker at a time, by libmosquitto, whose threads are not used. A client is made for each attempt and thrown away with
 * it: whatever state a broker could bring one into ends with the connection.
 */
#pragma once

#include <mosquitto.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "tell/mqtt.h"

enum {
	LINK_TOPIC_MAX = 256,
	LINK_WHY_MAX = 192,
	LINK_KEEPALIVE_S = 30,
	LINK_PATIENCE_S = 10, /* from the attempt to the broker's word that we are in */
	LINK_WAIT_MAX_S = 60, /* between attempts; doubled from one second on */
	LINK_HEARD_MAX = 64 << 10, /* bytes from the broker without a message in them: one that is larger ends the connection */
};

struct link_heard {
	const char *topic;
	const void *payload;
	size_t len;
	bool retained; /* from before we listened */
};

struct link {
	struct mosquitto *client; /* NULL: no attempt under way */
	SSL_CTX *tls; /* NULL: without */
	char host[256], address[64], status[LINK_TOPIC_MAX]; /* status: the topic of the last will */
	char user[256], password[256];
	uint16_t port;
	bool up, begun, over; /* in; and said so to our owner; the client is to be thrown away */
	bool told; /* that it is away */
	char why[LINK_WHY_MAX]; /* "": up */
	uint64_t since_ns, retry_ns, now_ns;
	uint64_t heard_bytes, allowed_ns; /* of the socket, at the last message; when some more were allowed for answers to pings */
	uint32_t failures;
	uint64_t connections;
	void (*say)(void *context, const char *sentence); /* this and what follows: after link_init(), by the owner */
	void (*begin)(void *context); /* we are in */
	void (*heard)(void *context, const struct link_heard *heard); /* must not call the link */
	void *context;
};

/* Certificates are read. Returns 0 or -errno with the fault; link_done() in both cases. */
int link_init(struct link *link, const struct mqtt_setup *setup, struct fault *out_fault);
void link_done(struct link *link);
void link_try(struct link *link, const char *address);
void link_fail(struct link *link, const char *why);
void link_ready(struct link *link, unsigned what);
void link_tick(struct link *link);
/* Retained. False: not now. */
bool link_put(struct link *link, const char *topic, const char *payload);
void link_subscribe(struct link *link, const char *filter, bool on);
void link_close(struct link *link);

/* A context that holds the files' certificates and lets only a certificate for host pass. Returns 0 or -EINVAL with the fault. */
int link_tls(const struct mqtt_setup *setup, SSL_CTX **out_tls, struct fault *out_fault);
