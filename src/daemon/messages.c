/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part that tells others: event lines for machines, messages for people. What happens is noted down when it happens, and told with the tick, for
 * only then may the guard be asked for a view of everything; what is told once must not be told again, and so is kept in the store before
 * it is sent: a crash between the two loses a message rather than repeat it.
 */
#include "daemon/messages.h"
#include "daemon/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

enum { NS_PER_S = 1000000000, DEVICES_EVERY_S = 10, STATS_EVERY_S = 60, KEEP_EVERY_S = 60 };

static const char notices_name[] = "messages.notices", tally_name[] = "messages.tally", known_name[] = "messages.known",
		  clock_name[] = "messages.digest";

/* ---- kept ---- */

/* True: *out is what was kept, whole. */
static bool recall(struct messages *messages, const char *name, void *out, size_t size)
{
	void *bytes = NULL;
	uint64_t time_s;
	size_t len;
	bool whole;

	if (store_recall(host_store(messages->host), name, &bytes, &len, &time_s))
		return false;
	whole = len == size;
	if (whole)
		memcpy(out, bytes, size);
	free(bytes);
	return whole;
}

static bool keep(struct messages *messages, const char *name, const void *bytes, size_t len)
{
	struct fault fault = {0};
	bool kept = store_keep(host_store(messages->host), name, bytes, len, host_now().wall_s, &fault) == 0;

	host_fault(messages->host, "messages", kept ? NULL : "what was told cannot be kept: after a restart it may be told again");
	return kept;
}

/* What could not be kept is still to be: the trouble ends when the store takes it, not when something else happens. */
static void keep_changed(struct messages *messages)
{
	if (messages->notices_changed && keep(messages, notices_name, &messages->notices, sizeof(messages->notices)))
		messages->notices_changed = false;
	if (messages->tally_changed && keep(messages, tally_name, &messages->tally, sizeof(messages->tally)))
		messages->tally_changed = false;
}

static void recall_all(struct messages *messages)
{
	if (!recall(messages, notices_name, &messages->notices, sizeof(messages->notices)) || !notices_check(&messages->notices))
		notices_init(&messages->notices);
	if (!recall(messages, tally_name, &messages->tally, sizeof(messages->tally)) || !digest_check(&messages->tally))
		digest_init(&messages->tally, host_now().wall_s);
	if (!recall(messages, known_name, &messages->known, sizeof(messages->known)) || !known_check(&messages->known))
		memset(&messages->known, 0, sizeof(messages->known));
	if (!recall(messages, clock_name, &messages->clockwork.told_day, sizeof(messages->clockwork.told_day)))
		messages->clockwork.told_day = 0;
}

/* ---- the part ---- */

static void messages_free(void *part)
{
	struct messages *messages = part;

	for (unsigned i = 0; i < MESSAGES_OUTLETS; i++)
		outlet_free(messages->outlets[i]);
	for (unsigned i = 0; i < WAYS; i++) {
		courier_free(messages->ways[i].courier);
		courier_free(messages->ways[i].leaving);
	}
	free(messages->told);
	free(messages->telling);
	free(messages);
}

static int make_lists(struct messages *messages)
{
	if (!host_guard(messages->host))
		return 0;
	messages->told_room = host_settings(messages->host)->guard.sizes.devices;
	messages->told = calloc(messages->told_room, sizeof(*messages->told));
	messages->telling = calloc(messages->told_room, sizeof(*messages->telling));
	return messages->told && messages->telling ? 0 : -ENOMEM;
}

static int settle(struct messages *messages)
{
	int error = lines_settle(messages);

	tzset(); /* the machine's zone may be another one now */
	messages->settings = host_settings(messages->host)->messages;
	return people_settle(messages) | error ? -ENOMEM : 0;
}

static int messages_open(struct host *host, void **out, struct fault *out_fault)
{
	struct messages *messages = calloc(1, sizeof(*messages));
	int error;

	if (!messages) {
		fault_set(out_fault, "", 0, 0, "not enough memory");
		return -ENOMEM;
	}
	messages->host = host;
	recall_all(messages);
	error = make_lists(messages);
	if (!error)
		error = settle(messages);
	if (!error)
		error = person_enter(host_person(host), out_fault);
	if (error) {
		if (error == -ENOMEM)
			fault_set(out_fault, "", 0, 0, "not enough memory");
		messages_free(messages);
		return error;
	}
	lines_tick(messages, host_now().steady_ns); /* files are made as the one who writes them, where root alone can */
	person_leave(host_person(host), out_fault);
	*out = messages;
	return 0;
}

static void messages_happened(void *part, const struct happening *what)
{
	struct messages *messages = part;

	if (what->kind == HAPPENED_DEED) {
		lines_deed(messages, what->deed);
		if (what->deed->verb == DEED_RELEASE || what->deed->verb == DEED_EXPIRE || what->deed->verb == DEED_REVERT ||
			what->deed->verb == DEED_UNDO) {
			messages->tally.released++;
			messages->tally_changed = true;
		}
	}
	if (what->kind != HAPPENED_FINDING)
		return;
	if (messages->pending_count == MESSAGES_PENDING_MAX) {
		messages->pending_lost++;
		return;
	}
	messages->pending[messages->pending_count++] = (struct pending){.found = *what->found, .news = what->news, .time_s = what->time_s};
	messages->pending[messages->pending_count - 1].found.finding.muted = NULL; /* borrowed for this call */
}

static const struct guarded_view *device_of(const struct guard_view *view, const uint8_t mac[6])
{
	for (uint32_t i = 0; i < view->device_count; i++)
		if (memcmp(view->devices[i].mac, mac, 6) == 0)
			return &view->devices[i];
	return NULL;
}

static void tell_pending(struct messages *messages, const struct guard_view *view, const struct notice_now *now)
{
	for (uint32_t i = 0; i < messages->pending_count; i++) {
		const struct pending *pending = &messages->pending[i];
		const struct guarded_view *device = device_of(view, pending->found.mac);
		lines_finding(messages, pending, device);
		people_finding(messages, pending, device, now);
	}
	messages->pending_count = 0;
	keep_changed(messages);
}

/* What merely goes on waits for the second, with others. */
static bool is_pressing(const struct messages *messages)
{
	for (uint32_t i = 0; i < messages->pending_count; i++)
		if (messages->pending[i].news != LIVE_MORE)
			return true;
	return messages->pending_count > MESSAGES_PENDING_MAX / 2;
}

static void tell_day(struct messages *messages, const struct fetch_time *now)
{
	uint16_t minutes = messages->settings.digest;
	uint64_t steady_s = now->steady_ns / NS_PER_S;
	int64_t before = messages->clockwork.told_day;
	bool due = clockwork_due(&messages->clockwork, minutes, now->wall_s, steady_s);

	if (due)
		clockwork_told(&messages->clockwork, minutes, now->wall_s, steady_s);
	if (messages->clockwork.told_day != before)
		keep(messages, clock_name, &messages->clockwork.told_day, sizeof(messages->clockwork.told_day));
	if (!due)
		return;
	people_digest(messages, now);
	keep(messages, known_name, &messages->known, sizeof(messages->known));
	messages->tally_changed = !keep(messages, tally_name, &messages->tally, sizeof(messages->tally));
}

static void every_second(struct messages *messages, const struct notice_now *now, const struct fetch_time *time)
{
	const struct guard_view *view;

	messages->next_second_ns = time->steady_ns + NS_PER_S;
	people_waiting(messages, now);
	tell_day(messages, time);
	if (time->steady_ns >= messages->next_devices_ns && host_guard(messages->host)) {
		messages->next_devices_ns = time->steady_ns + DEVICES_EVERY_S * (uint64_t)NS_PER_S;
		view = guard_view(host_guard(messages->host), time);
		if (view)
			lines_devices(messages, view);
	}
	if (time->steady_ns >= messages->next_stats_ns) {
		messages->next_stats_ns = time->steady_ns + STATS_EVERY_S * (uint64_t)NS_PER_S;
		lines_stats(messages, time);
	}
	if (messages->notices_changed || time->steady_ns >= messages->next_keep_ns) {
		messages->next_keep_ns = time->steady_ns + KEEP_EVERY_S * (uint64_t)NS_PER_S;
		keep_changed(messages);
	}
}

static void messages_tick(void *part, const struct fetch_time *time)
{
	struct messages *messages = part;
	bool second = time->steady_ns >= messages->next_second_ns;
	struct notice_now now = {.wall_s = time->wall_s, .steady_s = time->steady_ns / NS_PER_S};

	if (second || messages->pending_count)
		now.quiet = clockwork_quiet(messages->settings.quiet_from, messages->settings.quiet_until, time->wall_s);
	if (messages->pending_count && host_guard(messages->host) && (second || is_pressing(messages))) {
		const struct guard_view *view = guard_view(host_guard(messages->host), time);
		if (view)
			tell_pending(messages, view, &now);
	}
	if (second)
		every_second(messages, &now, time);
	lines_tick(messages, time->steady_ns);
	people_tick(messages, time->steady_ns);
}

static void messages_reload(void *part)
{
	struct messages *messages = part;

	if (settle(messages))
		host_say(messages->host, "messages: not enough memory for what the configuration wants");
	lines_tick(messages, host_now().steady_ns);
}

static void messages_close(void *part)
{
	struct messages *messages = part;

	keep_changed(messages);
	lines_close(messages);
}

const struct part part_messages = {
	.name = "messages",
	.open = messages_open,
	.happened = messages_happened,
	.tick = messages_tick,
	.reload = messages_reload,
	.close = messages_close,
	.free = messages_free,
};

/* ---- requests ---- */

json_t *messages_test(struct host *host, struct fault *out_fault)
{
	struct messages *messages = part_find(host, "messages");
	struct fetch_time now = host_now();

	if (!messages || (!lines_wanted(messages) && !messages->ways[WAY_HOOK].courier && !messages->ways[WAY_MAIL].courier)) {
		fault_set(out_fault, "", 0, 0, "no way is configured: see messages in floodwall.yaml(5)");
		return NULL;
	}
	for (unsigned i = 0; i < WAYS; i++)
		messages->ways[i].test = TEST_NONE;
	lines_stats(messages, &now);
	people_send(messages,
		&(struct person_message){.kind = "test",
			.title = "Floodwall: a test message",
			.text = "This is a test: messages of Floodwall reach you by this way.\n",
			.severity = SEVERITY_LOW,
			.test = true,
			.time_s = now.wall_s});
	return json_pack("{s:b}", "ok", 1);
}

static json_t *outlet_object(const struct outlet *outlet)
{
	static const char *const words[] = {"file", "stdout", "socket", "syslog"};
	struct outlet_state state;

	outlet_see(outlet, &state);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "way", words[state.kind], "to", state.path, "written", (json_int_t)state.written,
		"lost", (json_int_t)state.lost, "waiting_bytes", (json_int_t)state.waiting, "trouble", state.trouble);
}

static json_t *way_object(const struct way *way, const char *word)
{
	static const char *const tests[] = {"none", "waits", "delivered", "failed"};
	struct courier_state state;

	courier_see(way->courier, &state);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:s, s:o}", "way", word, "to", way->command, "delivered",
		(json_int_t)state.delivered, "failed", (json_int_t)state.failed, "lost", (json_int_t)state.lost, "waiting",
		(json_int_t)(state.waiting + state.running), "trouble", value_text(state.trouble), "test", tests[way->test], "test_why",
		value_text(way->test_why));
}

json_t *messages_show(struct host *host)
{
	struct messages *messages = part_find(host, "messages");
	json_t *list = json_array();

	for (unsigned i = 0; messages && i < MESSAGES_OUTLETS; i++)
		if (messages->outlets[i])
			json_array_append_new(list, outlet_object(messages->outlets[i]));
	if (messages && messages->ways[WAY_HOOK].courier)
		json_array_append_new(list, way_object(&messages->ways[WAY_HOOK], "hook"));
	if (messages && messages->ways[WAY_MAIL].courier)
		json_array_append_new(list, way_object(&messages->ways[WAY_MAIL], "mail"));
	return json_pack("{s:b, s:o}", "ok", 1, "messages", list);
}
