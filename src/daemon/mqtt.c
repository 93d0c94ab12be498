/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part "mqtt": tell/mqtt.h in the daemon's loop. The broker's name is looked up by libuv's workers, so that a silent resolver holds nobody
 * up; what connects is an address. Files that root alone may read are read when the part is opened.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "base/text.h"
#include "daemon/part.h"
#include "report/report.h"
#include "tell/tell.h"

#ifdef HAVE_MQTT

enum { LOGIN_MAX = 256 };

struct mqtt_part {
	struct host *host;
	struct mqtt *mqtt;
	uv_poll_t *poll; /* NULL: none; freed by the loop when it is closed */
	int watched; /* its descriptor */
	unsigned wants;
	uv_getaddrinfo_t lookup;
	bool looking, closed;
};

/* ---- the descriptor ---- */

static void on_ready(uv_poll_t *poll, int status, int events);

static void free_poll(uv_handle_t *poll)
{
	free(poll);
}

static void stop_poll(struct mqtt_part *part)
{
	if (part->poll)
		uv_close((uv_handle_t *)part->poll, free_poll);
	part->poll = NULL;
}

static void start_poll(struct mqtt_part *part, int descriptor)
{
	part->poll = malloc(sizeof(*part->poll));
	if (part->poll && uv_poll_init(host_loop(part->host), part->poll, descriptor)) {
		free(part->poll);
		part->poll = NULL;
	}
	if (!part->poll)
		return; /* the attempt ends for lack of patience */
	part->poll->data = part;
	part->watched = descriptor;
	part->wants = 0;
}

/* After each call into tell/: a connection may have ended, and the descriptor's number be another's by the next turn. */
static void follow(struct mqtt_part *part)
{
	int descriptor = part->closed ? -1 : mqtt_descriptor(part->mqtt);
	unsigned wants = descriptor < 0 ? 0 : mqtt_wants(part->mqtt);

	if (part->poll && descriptor != part->watched)
		stop_poll(part);
	if (!part->poll && descriptor >= 0)
		start_poll(part, descriptor);
	if (!part->poll || part->wants == wants)
		return;
	part->wants = wants;
	uv_poll_start(part->poll, (wants & MQTT_READABLE ? UV_READABLE : 0) | (wants & MQTT_WRITABLE ? UV_WRITABLE : 0), on_ready);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct mqtt_part *part = poll->data;
	unsigned what = (events & UV_READABLE || status ? MQTT_READABLE : 0) | (events & UV_WRITABLE ? MQTT_WRITABLE : 0);

	mqtt_ready(part->mqtt, what, host_now().steady_ns);
	follow(part);
}

/* ---- the address ---- */

static void on_address(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
	struct mqtt_part *part = lookup->data;
	char text[INET6_ADDRSTRLEN + 32];
	bool known =
		status == 0 && found && getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0;

	uv_freeaddrinfo(found);
	part->looking = false;
	if (part->closed)
		return;
	mqtt_address(part->mqtt, known ? text : NULL, host_now().steady_ns);
	follow(part);
}

static bool is_address(const char *host)
{
	uint8_t address[16];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static void seek(struct mqtt_part *part)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	const char *host = host_settings(part->host)->mqtt.host;

	if (is_address(host)) {
		mqtt_address(part->mqtt, host, host_now().steady_ns);
		return;
	}
	part->lookup.data = part;
	part->looking = uv_getaddrinfo(host_loop(part->host), &part->lookup, on_address, host, NULL, &hints) == 0;
	if (!part->looking)
		mqtt_address(part->mqtt, NULL, host_now().steady_ns);
}

/* ---- what tell/ asks of us ---- */

static void say(void *context, const char *sentence)
{
	const struct mqtt_part *part = context;

	host_say(part->host, sentence);
}

static void in_words(void *context, const struct found_view *found, char out[MQTT_SENTENCE_MAX])
{
	static char text[REPORT_SUMMARY_MAX];
	struct finding finding = found->finding;
	const struct finding *list[1] = {&finding};
	struct report_view view = {.findings = list, .finding_count = 1};
	size_t len;

	finding.device = DEVICE_NONE; /* the entity says whose it is */
	report_summary(&view, 0, text);
	len = strnlen(text, MQTT_SENTENCE_MAX - 1);
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80) /* no character is cut */
		len--;
	memcpy(out, text, len);
	out[len] = 0;
}

/* The same as at the socket, and it says who asked. */
static void command(void *context, const uint8_t mac[6], bool quarantine)
{
	const struct mqtt_part *part = context;
	const struct asker asker = {.by = "MQTT"};
	struct fault fault = {0};
	char word[TEXT_MAC_MAX], sentence[FAULT_SENTENCE_MAX + 64];
	json_t *request = json_pack("{s:s, s:s, s:s}", "do", quarantine ? "quarantine" : "release", "prefix", text_mac(word, mac), "reason",
		quarantine ? "switched on by MQTT" : "switched off by MQTT");
	json_t *answer =
		quarantine ? decide_begin(part->host, &asker, request, &fault) : decide_release(part->host, &asker, request, &fault);

	if (!answer) {
		snprintf(sentence, sizeof(sentence), "MQTT: a command was not done: %s", fault.sentence);
		host_say(part->host, sentence);
	}
	json_decref(answer);
	json_decref(request);
}

/* ---- login ---- */

/* One line, without its end. False: there is none, or it is too long. */
static bool read_line(FILE *file, char out[LOGIN_MAX])
{
	size_t len;

	if (!fgets(out, LOGIN_MAX, file))
		return false;
	len = strcspn(out, "\r\n");
	if (!out[len] && !feof(file))
		return false;
	out[len] = 0;
	return true;
}

static int read_login(const char *path, char user[LOGIN_MAX], char password[LOGIN_MAX], struct fault *out_fault)
{
	FILE *file;
	int error = 0;

	*user = *password = 0;
	if (!*path)
		return 0;
	file = fopen(path, "re");
	if (!file) {
		error = -errno;
		fault_set(out_fault, path, 0, 0, "mqtt.login cannot be read: %s", strerror(errno));
		return error;
	}
	if (!read_line(file, user) || !*user || !read_line(file, password)) {
		fault_set(out_fault, path, 0, 0,
			"mqtt.login has the user in its first line and the password in its second, each under %d bytes", LOGIN_MAX);
		error = -EINVAL;
	}
	fclose(file);
	return error;
}

/* ---- the part ---- */

static int open_part(struct mqtt_part *part, const struct settings_mqtt *settings, struct fault *out_fault)
{
	char user[LOGIN_MAX], password[LOGIN_MAX];
	const struct mqtt_setup setup = {
		.host = settings->host,
		.port = settings->port,
		.user = user,
		.password = password,
		.ca = settings->ca,
		.certificate = settings->certificate,
		.key = settings->key,
		.topic = settings->topic,
		.discovery = settings->discovery,
		.version = host_version(part->host),
		.ghost_s = MQTT_GHOST_S,
		.say = say,
		.command = command,
		.sentence = in_words,
		.context = part,
	};
	int error = read_login(settings->login, user, password, out_fault);

	if (!error && settings->certificate[0] && (!settings->key[0] || !settings->ca[0])) {
		fault_set(out_fault, "", 0, 0, "mqtt.certificate wants mqtt.key and mqtt.ca beside it");
		error = -EINVAL;
	}
	if (!error)
		error = mqtt_open(&setup, &part->mqtt, out_fault);
	explicit_bzero(password, sizeof(password));
	return error;
}

static void reload_mqtt(void *context)
{
	struct mqtt_part *part = context;
	const struct settings_mqtt *settings = &host_settings(part->host)->mqtt;

	mqtt_wish(part->mqtt, settings->commands, settings->home_s);
	follow(part);
}

static int open_mqtt(struct host *host, void **out, struct fault *out_fault)
{
	const struct settings_mqtt *settings = &host_settings(host)->mqtt;
	struct mqtt_part *part;
	int error;

	if (!settings->host[0])
		return 0;
	part = calloc(1, sizeof(*part));
	if (!part)
		return -ENOMEM;
	part->host = host;
	/* so long at most, the end of the daemon may have to wait for a resolver that is silent */
	setenv("RES_OPTIONS", "timeout:2 attempts:2", 0);
	error = open_part(part, settings, out_fault);
	if (error) {
		free(part);
		return error;
	}
	reload_mqtt(part);
	*out = part;
	return 0;
}

static void show_view(struct mqtt_part *part, const struct fetch_time *now)
{
	struct mqtt_sight sight = {.steady_ns = now->steady_ns, .wall_s = now->wall_s};
	time_t wall_s = (time_t)now->wall_s;
	struct tm day;

	localtime_r(&wall_s, &day);
	day.tm_sec = day.tm_min = day.tm_hour = 0;
	day.tm_isdst = -1;
	sight.midnight_s = (uint64_t)mktime(&day);
	if (host_guard(part->host))
		sight.guard = guard_view(host_guard(part->host), now);
	else
		sight.shield = protect_view(host_protect(part->host), now);
	if (sight.guard || sight.shield)
		mqtt_see(part->mqtt, &sight);
}

static void tick_mqtt(void *context, const struct fetch_time *now)
{
	struct mqtt_part *part = context;

	if (!part->looking && mqtt_seeks(part->mqtt, now->steady_ns))
		seek(part);
	mqtt_tick(part->mqtt, now->steady_ns);
	if (mqtt_due(part->mqtt, now->steady_ns))
		show_view(part, now);
	follow(part);
}

static void close_mqtt(void *context)
{
	struct mqtt_part *part = context;

	part->closed = true;
	stop_poll(part);
	mqtt_close(part->mqtt);
	if (part->looking)
		uv_cancel((uv_req_t *)&part->lookup);
}

static void free_mqtt(void *context)
{
	struct mqtt_part *part = context;

	mqtt_free(part->mqtt);
	free(part);
}

static void write_metrics(void *context, FILE *out)
{
	const struct mqtt_part *part = context;
	const struct mqtt_counts counts = mqtt_counts(part->mqtt);

	metrics_mqtt_write(&counts, !*mqtt_why(part->mqtt), out);
}

const struct part part_mqtt = {
	.name = "mqtt",
	.open = open_mqtt,
	.metrics = write_metrics,
	.tick = tick_mqtt,
	.reload = reload_mqtt,
	.close = close_mqtt,
	.free = free_mqtt,
};

#else

static int open_mqtt(struct host *host, void **out, struct fault *out_fault)
{
	if (!host_settings(host)->mqtt.host[0])
		return 0;
	fault_set(out_fault, "", 0, 0, "this program was built without MQTT");
	return -ENOTSUP;
}

const struct part part_mqtt = {.name = "mqtt", .open = open_mqtt};

#endif
