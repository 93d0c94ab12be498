/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part "mqtt" in a process without a kernel behind it: real settings, a real store, a real loop; devices and the time are what the lines
 * of standard input say, and each line is answered by one. usage: mqtt_bed CONFIGURATION FOLDER
 *
 *	devices N            N devices, 02:00:00:00:HI:LO          gone I        this one is no longer there
 *	heard I S            heard S seconds ago                    name I HEX    what it calls itself
 *	state I S            0 clean ... 3 hijacked                 held I        is never stopped
 *	finding I SEVERITY   one more                               maker I PERCENT
 *	junk N               packets dropped                        commands 0|1  as a reload would
 *	later S              all clocks go on                       memory        resident bytes
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "daemon/part.h"

enum { DEVICES_MAX = 10240, FINDINGS_MAX = 64, TICK_MS = 50 };

struct host {
	struct settings *settings;
	struct store *store;
	uv_loop_t loop;
	uv_timer_t tick;
	uv_pipe_t input;
	void *part;
	uint64_t later_ns;
	struct guard_view view;
	bool gone[DEVICES_MAX];
	uint64_t quiet_s[DEVICES_MAX]; /* since it was heard */
	char line[4096];
	size_t len;
};

static struct host host;
static struct guarded_view devices[DEVICES_MAX], shown[DEVICES_MAX];
static char names[DEVICES_MAX][DEVICE_TEXT_MAX], whys[DEVICES_MAX][GUARD_SENTENCE_MAX];
static uint32_t device_count;
static struct found_view findings[FINDINGS_MAX];

/* ---- the process, as the part sees it ---- */

struct protect *host_protect(struct host *of)
{
	return NULL;
}

struct guard *host_guard(struct host *of)
{
	return (struct guard *)(void *)of;
}

struct store *host_store(struct host *of)
{
	return of->store;
}

const struct settings *host_settings(struct host *of)
{
	return of->settings;
}

struct fetch_time host_now(void)
{
	return (struct fetch_time){clock_steady_ns() + host.later_ns, (clock_wall_ns() + host.later_ns) / 1000000000u};
}

void host_fault(struct host *of, const char *key, const char *sentence)
{
	host_say(of, sentence ? sentence : "MQTT: all is well again");
}

void host_say(struct host *of, const char *sentence)
{
	printf("say %s\n", sentence);
	fflush(stdout);
}

void host_deed(struct host *of, const struct deed *deed)
{
	printf("deed %s %s %s\n", deed->who, deed_verb_names[deed->verb], deed->detail);
	fflush(stdout);
}

struct uv_loop_s *host_loop(struct host *of)
{
	return &of->loop;
}

const char *host_version(const struct host *of)
{
	return "0.1.0";
}

/* ---- the guard ---- */

static void stand_of(void *context, const struct decision *decision)
{
	struct guard_view *view = context;

	for (uint32_t i = 0; i < view->device_count; i++)
		if (decision->prefix.bits == DECISION_OF_MAC && memcmp(decision->prefix.address, view->devices[i].mac, 6) == 0) {
			view->devices[i].stand = decision->kind == DECISION_TRUST ? STAND_ALLOWED : STAND_QUARANTINED;
			snprintf(whys[i], sizeof(whys[i]), "%s", decision->reason);
			view->devices[i].why = whys[i];
		}
}

struct guard_view *guard_view(struct guard *guard, const struct fetch_time *now)
{
	host.view.devices = shown;
	host.view.findings = findings;
	host.view.device_count = 0;
	memcpy(host.view.mode, host.settings->guard.filter_mode, sizeof(host.view.mode));
	for (uint32_t i = 0; i < device_count; i++) {
		struct guarded_view *one = &shown[host.view.device_count];
		if (host.gone[i])
			continue;
		*one = devices[i];
		one->last_s = now->wall_s - host.quiet_s[i];
		for (uint32_t j = 0; j < host.view.finding_count; j++)
			if (memcmp(findings[j].mac, one->mac, 6) == 0)
				findings[j].finding.device = host.view.device_count;
		host.view.device_count++;
	}
	store_each_decision(host.store, stand_of, &host.view);
	return &host.view;
}

int guard_decide(struct guard *guard, struct fault *out_fault)
{
	return 0;
}

bool guard_let_go(struct guard *guard, const uint8_t mac[6])
{
	return false;
}

bool guard_holds(const struct guard *guard, const uint8_t mac[6])
{
	return false;
}

bool guard_one_device(struct guard *guard, const uint8_t mac[6], struct guarded_view *out_view)
{
	return false;
}

void guard_pardon(struct guard *guard, const uint8_t mac[6])
{
}

int guard_who(struct guard *guard, const char *word, uint8_t out_mac[6], struct fault *out_fault)
{
	return mac_read(word, out_mac);
}

struct shield_view *protect_view(struct protect *protect, const struct fetch_time *now)
{
	return NULL;
}

int protect_decide(struct protect *protect, struct fault *out_fault)
{
	return 0;
}

/* ---- lines ---- */

static void make_devices(uint32_t count)
{
	device_count = count < DEVICES_MAX ? count : DEVICES_MAX;
	for (uint32_t i = 0; i < device_count; i++) {
		devices[i] = (struct guarded_view){GUARDED_NOTHING, .mac = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}};
		snprintf(names[i], sizeof(names[i]), i % 2 ? "device %u" : "", i);
		devices[i].name = names[i];
	}
}

/* The inventory's own memory is touched before anybody measures. */
static void show_once(uint32_t count)
{
	struct fetch_time now = host_now();

	make_devices(count);
	guard_view(host_guard(&host), &now);
}

static void name_device(struct guarded_view *device, const char *hex)
{
	char *name = names[device - devices];
	size_t len = 0;
	unsigned byte;

	for (; len + 1 < DEVICE_TEXT_MAX && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		name[len++] = (char)byte;
	name[len] = 0;
	device->name = name;
}

static void find_something(const struct guarded_view *device, unsigned severity)
{
	struct found_view *found = &findings[host.view.finding_count % FINDINGS_MAX];

	*found = (struct found_view){.number = ++host.view.finding_count, .raised_ns = host_now().wall_s * 1000000000u};
	found->finding = (struct finding){.id = FINDING_SCAN, .severity = (enum severity)severity, .count = 1};
	found->finding.first_ns = found->finding.last_ns = found->raised_ns;
	memcpy(found->mac, device->mac, 6);
}

static unsigned long long resident(void)
{
	unsigned long long size = 0, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file && fscanf(file, "%llu %llu", &size, &pages) != 2)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

static void wish_commands(bool commands)
{
	host.settings->mqtt.commands = commands;
	if (host.part)
		part_mqtt.reload(host.part);
}

static void obey(const char *line)
{
	unsigned place = 0, number = 0;
	char verb[16] = "", word[2 * DEVICE_TEXT_MAX + 1] = "";
	struct guarded_view *device;

	sscanf(line, "%15s %u %192s", verb, &place, word);
	sscanf(word, "%u", &number);
	device = &devices[place % DEVICES_MAX];
	if (strcmp(verb, "devices") == 0)
		show_once(place);
	else if (strcmp(verb, "gone") == 0)
		host.gone[place % DEVICES_MAX] = true;
	else if (strcmp(verb, "heard") == 0)
		host.quiet_s[place % DEVICES_MAX] = number;
	else if (strcmp(verb, "name") == 0)
		name_device(device, word);
	else if (strcmp(verb, "state") == 0)
		device->state = (enum device_state)(number & 3);
	else if (strcmp(verb, "held") == 0)
		device->stand = STAND_HELD;
	else if (strcmp(verb, "maker") == 0)
		device->maker = (struct guarded_guess){.name = "Xiongmai", .confidence = (uint8_t)number};
	else if (strcmp(verb, "finding") == 0)
		find_something(device, number & 3);
	else if (strcmp(verb, "junk") == 0)
		host.view.totals.reason[0][FW_GUARD_DROPPED][FW_REASON_BLOCKED].packets = place;
	else if (strcmp(verb, "commands") == 0)
		wish_commands(place != 0);
	else if (strcmp(verb, "later") == 0)
		host.later_ns += place * 1000000000ull;
	else if (strcmp(verb, "memory") == 0)
		number = (unsigned)(resident() >> 10);
	printf("done %s %u\n", verb, number);
	fflush(stdout);
}

static void make_room(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	*out = uv_buf_init(host.line + host.len, (unsigned)(sizeof(host.line) - 1 - host.len));
}

static void on_input(uv_stream_t *input, ssize_t len, const uv_buf_t *buffer)
{
	char *end;

	if (len < 0) {
		uv_stop(&host.loop);
		return;
	}
	host.len += (size_t)len;
	host.line[host.len] = 0;
	while ((end = strchr(host.line, '\n'))) {
		*end = 0;
		obey(host.line);
		host.len -= (size_t)(end + 1 - host.line);
		memmove(host.line, end + 1, host.len + 1);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct fetch_time now = host_now();

	if (host.part)
		part_mqtt.tick(host.part, &now);
}

/* ---- beginning and end ---- */

static int read_settings(const char *path)
{
	static char text[8192];
	struct fault fault = {0};
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(text, 1, sizeof(text), file) : 0;

	if (file)
		fclose(file);
	if (settings_read(path, text, len, &host.settings, &fault)) {
		fprintf(stderr, "%s:%llu: %s\n", path, (unsigned long long)fault.line, fault.sentence);
		return -EINVAL;
	}
	return 0;
}

static void open_part(void)
{
	struct fault fault = {0};

	if (part_mqtt.open(&host, &host.part, &fault)) {
		printf("say %s: %s\n", fault.file, fault.sentence);
		fflush(stdout);
	}
}

static void close_all(uv_handle_t *handle, void *context)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

int main(int count, char **words)
{
	if (count != 3 || read_settings(words[1]) || store_open(words[2], &host.store, NULL))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&host.loop);
	uv_timer_init(&host.loop, &host.tick);
	uv_pipe_init(&host.loop, &host.input, 0);
	uv_pipe_open(&host.input, STDIN_FILENO);
	host.view.interface_count = 1;
	host.view.interfaces[0] = (struct guarded_interface){"lan0", true};
	open_part();
	uv_read_start((uv_stream_t *)&host.input, make_room, on_input);
	uv_timer_start(&host.tick, on_tick, TICK_MS, TICK_MS);
	uv_run(&host.loop, UV_RUN_DEFAULT);
	if (host.part)
		part_mqtt.close(host.part);
	uv_walk(&host.loop, close_all, NULL);
	uv_run(&host.loop, UV_RUN_DEFAULT);
	if (host.part)
		part_mqtt.free(host.part);
	store_close(host.store);
	settings_free(host.settings);
	return uv_loop_close(&host.loop);
}
