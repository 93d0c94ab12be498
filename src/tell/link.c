/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/link.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* ---- failing, and trying again ---- */

static void drop(struct link *link)
{
	mosquitto_destroy(link->client);
	link->client = NULL;
	link->up = link->begun = link->over = false;
}

static void wait_longer(struct link *link)
{
	uint64_t wait_s = link->failures < 6 ? 1ull << link->failures : LINK_WAIT_MAX_S;

	link->failures += link->failures < 6;
	link->retry_ns = link->now_ns + wait_s * 1000000000ull;
}

/* Once per absence: how long it lasts is for the page to show, not for the log to count. */
void link_fail(struct link *link, const char *why)
{
	char sentence[LINK_WHY_MAX + 128];

	if (link->client)
		drop(link);
	snprintf(link->why, sizeof(link->why), "%s", why);
	wait_longer(link);
	if (link->told)
		return;
	link->told = true;
	snprintf(sentence, sizeof(sentence), "MQTT: %s; tried again until it works, and nothing else waits for it", why);
	link->say(link->context, sentence);
}

static const char *reason_of(int error)
{
	switch (error) {
	case MOSQ_ERR_CONN_REFUSED:
	case MOSQ_ERR_NO_CONN:
		return "nobody answers at the broker's port";
	case MOSQ_ERR_TLS:
	case MOSQ_ERR_TLS_HANDSHAKE:
		return "TLS with the broker fails: its certificate is not for this host or from another issuer, or it does not take ours";
	case MOSQ_ERR_KEEPALIVE:
		return "the broker fell silent";
	case MOSQ_ERR_PROTOCOL:
	case MOSQ_ERR_MALFORMED_PACKET:
		return "what answers is no MQTT broker";
	case MOSQ_ERR_ERRNO:
		return errno == ECONNREFUSED ? "nobody answers at the broker's port" : "the broker cannot be reached";
	default:
		return "the connection to the broker broke";
	}
}

/* ---- what libmosquitto calls ---- */

static void on_connect(struct mosquitto *client, void *object, int code)
{
	static const char *const reasons[] = {[1] = "the broker does not speak MQTT 3.1.1",
		[2] = "the broker refuses our client id",
		[3] = "the broker is not ready",
		[4] = "the broker refuses the user or the password",
		[5] = "the broker does not allow us in; mqtt.login may be missing or wrong"};
	struct link *link = object;

	if (code) {
		snprintf(link->why, sizeof(link->why), "%s", code > 0 && code <= 5 ? reasons[code] : "the broker refuses the connection");
		link->over = true;
		return;
	}
	link->up = true;
}

static void on_message(struct mosquitto *client, void *object, const struct mosquitto_message *message)
{
	struct link *link = object;
	struct link_heard heard = {message->topic, message->payload, (size_t)message->payloadlen, message->retain};

	link->heard_bytes = UINT64_MAX; /* measured anew */
	if (!link->over && message->topic)
		link->heard(link->context, &heard);
}

/* ---- the socket ---- */

static bool received(int descriptor, uint64_t *out_bytes)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &len) || len < offsetof(struct tcp_info, tcpi_segs_out))
		return false;
	*out_bytes = info.tcpi_bytes_received;
	return true;
}

/* libmosquitto takes packets of 256 MiB, and whoever may write to a topic of ours can have one sent. */
static bool swallows(struct link *link)
{
	uint64_t bytes;

	if (!received(mosquitto_socket(link->client), &bytes))
		return false;
	if (link->heard_bytes == UINT64_MAX)
		link->heard_bytes = bytes;
	return bytes - link->heard_bytes > LINK_HEARD_MAX;
}

/* After each call into libmosquitto. error: what it returned. */
static void settle(struct link *link, int error)
{
	if (link->over) {
		char why[LINK_WHY_MAX];
		memcpy(why, link->why, sizeof(why));
		link_fail(link, why);
	} else if (error && error != MOSQ_ERR_CONN_PENDING) {
		link_fail(link, reason_of(error));
	} else if (link->up && !link->begun) {
		link->begun = true;
		link->connections++;
		link->failures = 0;
		link->why[0] = 0;
		if (link->told)
			link->say(link->context, "MQTT: the broker is there again; it is told everything anew");
		link->told = false;
		link->begin(link->context);
	}
}

void link_try(struct link *link, const char *address)
{
	int error, small = LINK_HEARD_MAX;

	link->since_ns = link->allowed_ns = link->now_ns;
	link->heard_bytes = 0;
	link->client = mosquitto_new(NULL, true, link);
	if (!link->client) {
		link_fail(link, "there is no memory for a connection");
		return;
	}
	snprintf(link->address, sizeof(link->address), "%s", address);
	mosquitto_connect_callback_set(link->client, on_connect);
	mosquitto_message_callback_set(link->client, on_message);
	error = mosquitto_will_set(link->client, link->status, 7, "offline", 1, true);
	if (!error && link->user[0])
		error = mosquitto_username_pw_set(link->client, link->user, link->password);
	if (!error && link->tls) {
		error = mosquitto_void_option(link->client, MOSQ_OPT_SSL_CTX, link->tls);
		mosquitto_int_option(link->client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
	}
	if (!error)
		error = mosquitto_connect_bind_async(link->client, link->address, link->port, LINK_KEEPALIVE_S, NULL);
	if (mosquitto_socket(link->client) >= 0)
		setsockopt(mosquitto_socket(link->client), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	settle(link, error);
}

void link_ready(struct link *link, unsigned what)
{
	int error = 0;

	if (!link->client)
		return;
	if (what & MQTT_WRITABLE)
		error = mosquitto_loop_write(link->client, 1);
	if (!error && what & MQTT_READABLE)
		error = mosquitto_loop_read(link->client, 1);
	if (!error && !link->over && swallows(link)) {
		link_fail(link, "the broker sends a message of more than 64 KiB, which nobody here asked for");
		return;
	}
	settle(link, error);
}

/* Answers to pings are no messages; they are few and small. */
static void allow_pings(struct link *link)
{
	uint64_t bytes;

	if (link->now_ns < link->allowed_ns + LINK_KEEPALIVE_S * 1000000000ull || !received(mosquitto_socket(link->client), &bytes))
		return;
	link->allowed_ns = link->now_ns;
	link->heard_bytes = bytes - link->heard_bytes < 256 ? bytes : link->heard_bytes + 256;
}

void link_tick(struct link *link)
{
	if (!link->client)
		return;
	if (!link->up && link->now_ns > link->since_ns + LINK_PATIENCE_S * 1000000000ull)
		link_fail(link, "the broker takes the connection and says nothing");
	else {
		allow_pings(link);
		settle(link, mosquitto_loop_misc(link->client));
	}
}

/* ---- talking ---- */

bool link_put(struct link *link, const char *topic, const char *payload)
{
	int error;

	if (!link->up || link->over || mosquitto_want_write(link->client))
		return false;
	error = mosquitto_publish(link->client, NULL, topic, (int)strlen(payload), payload, 0, true);
	if (error)
		link_fail(link, reason_of(error));
	return !error;
}

void link_subscribe(struct link *link, const char *filter, bool on)
{
	int error;

	if (!link->up || link->over)
		return;
	error = on ? mosquitto_subscribe(link->client, NULL, filter, 0) : mosquitto_unsubscribe(link->client, NULL, filter);
	if (error)
		link_fail(link, reason_of(error));
}

/* ---- beginning and end ---- */

int link_init(struct link *link, const struct mqtt_setup *setup, struct fault *out_fault)
{
	static bool begun;

	if (!begun)
		mosquitto_lib_init();
	begun = true;
	snprintf(link->host, sizeof(link->host), "%s", setup->host);
	snprintf(link->status, sizeof(link->status), "%s/status", setup->topic);
	snprintf(link->user, sizeof(link->user), "%s", setup->user);
	snprintf(link->password, sizeof(link->password), "%s", setup->password);
	snprintf(link->why, sizeof(link->why), "the broker was not asked yet");
	link->port = setup->port ? setup->port : *setup->ca ? 8883 : 1883;
	if (!*setup->ca)
		return 0;
	if (link_tls(setup, &link->tls, out_fault))
		return -EINVAL;
	SSL_CTX_set_app_data(link->tls, link->host);
	return 0;
}

void link_close(struct link *link)
{
	if (link->up && link_put(link, link->status, "offline"))
		mosquitto_disconnect(link->client);
	if (link->client)
		drop(link);
}

void link_done(struct link *link)
{
	if (link->client)
		drop(link);
	SSL_CTX_free(link->tls);
	link->tls = NULL;
	explicit_bzero(link->password, sizeof(link->password));
}
