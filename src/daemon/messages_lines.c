/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "daemon/deeds.h"
#include "daemon/messages.h"

enum { NS_PER_S = 1000000000, INFORMATIONAL = 6, NOTICE_LEVEL = 5 };

static const char *const keys[MESSAGES_OUTLETS] = {"eve-file", "eve-stdout", "eve-socket", "eve-syslog"};
static const char *const acts[] = ACT_WORDS;
static const char *const news_words[] = {"new", "worse", "more"};
static const char *const stands[] = STAND_WORDS;

bool lines_wanted(const struct messages *messages)
{
	for (unsigned i = 0; i < MESSAGES_OUTLETS; i++)
		if (messages->outlets[i])
			return true;
	return false;
}

static void tick_one(struct messages *messages, unsigned index, uint64_t steady_ns)
{
	char sentence[OUTLET_SENTENCE_MAX];

	switch (outlet_tick(messages->outlets[index], steady_ns, sentence)) {
	case OUTLET_TROUBLE:
		host_fault(messages->host, keys[index], sentence);
		return;
	case OUTLET_WELL:
		host_fault(messages->host, keys[index], NULL);
		host_say(messages->host, sentence);
		return;
	case OUTLET_SLOW:
		host_say(messages->host, sentence);
		return;
	case OUTLET_SAME:
		return;
	}
}

void lines_tick(struct messages *messages, uint64_t steady_ns)
{
	for (unsigned i = 0; i < MESSAGES_OUTLETS; i++)
		if (messages->outlets[i])
			tick_one(messages, i, steady_ns);
}

/* One line into every queue; a burst larger than a queue is written on its way. */
static void put(struct messages *messages, const struct outlet_line *line)
{
	uint64_t steady_ns = host_now().steady_ns;

	for (unsigned i = 0; i < MESSAGES_OUTLETS; i++) {
		struct outlet_state state;
		if (!messages->outlets[i])
			continue;
		outlet_write(messages->outlets[i], line);
		outlet_see(messages->outlets[i], &state);
		if (state.waiting > OUTLET_QUEUE / 2)
			tick_one(messages, i, steady_ns);
	}
}

/* What is written between begin() and end() is one line; one that is too long, or that memory was short for, is lost and said. */
static FILE *begin(struct messages *messages)
{
	return lines_wanted(messages) ? fmemopen(messages->line, sizeof(messages->line), "w") : NULL;
}

static void end(struct messages *messages, FILE *out, int error, unsigned severity, const char *word)
{
	struct outlet_line line = {.text = messages->line, .severity = severity, .word = word, .time_s = host_now().wall_s};
	const char *stop;

	if (fclose(out))
		error = -EIO;
	stop = error ? NULL : memchr(messages->line, '\n', sizeof(messages->line));
	if (!stop) {
		host_say(messages->host, "an event line could not be made: not enough memory");
		return;
	}
	line.len = (size_t)(stop - messages->line);
	put(messages, &line);
}

/* ---- lines ---- */

static struct guess guess_of(const struct guarded_guess *guess)
{
	struct guess whole = {.confidence = guess->confidence};

	snprintf(whole.name, sizeof(whole.name), "%s", guess->name);
	return whole;
}

static void fill_device(const struct guarded_view *view, struct device *out)
{
	*out = (struct device){.id = inventory_id(view->mac),
		.first_ns = view->first_s * NS_PER_S,
		.last_ns = view->last_s * NS_PER_S,
		.mac_count = 1,
		.address_count = view->address_count < GUARD_ADDRESSES_SHOWN ? view->address_count : GUARD_ADDRESSES_SHOWN,
		.random_mac = view->mac[0] & 2,
		.state = view->state,
		.name_source = view->known ? NAME_USER : NAME_PLACEHOLDER,
		.maker = guess_of(&view->maker),
		.kind = guess_of(&view->kind),
		.model = guess_of(&view->model),
		.merged_into = DEVICE_NONE};
	memcpy(out->macs[0], view->mac, 6);
	if (out->address_count)
		memcpy(out->addresses, view->addresses, out->address_count * sizeof(out->addresses[0]));
	snprintf(out->name, sizeof(out->name), "%s", view->name);
	out->traffic.packets_out = view->count.way[FW_GUARD_OUT][FW_GUARD_PASSED].packets;
	out->traffic.bytes_out = view->count.way[FW_GUARD_OUT][FW_GUARD_PASSED].bytes;
	out->traffic.packets_in = view->count.way[FW_GUARD_IN][FW_GUARD_PASSED].packets;
	out->traffic.bytes_in = view->count.way[FW_GUARD_IN][FW_GUARD_PASSED].bytes;
}

/* RFC 5424 section 6.2.1: critical, error, warning, notice. */
static unsigned level_of(const struct found_view *found)
{
	return found->muted[0] ? INFORMATIONAL : NOTICE_LEVEL - (unsigned)found->finding.severity;
}

void lines_finding(struct messages *messages, const struct pending *pending, const struct guarded_view *view)
{
	struct finding finding = pending->found.finding;
	struct device device;
	struct live_line_finding line = {.time_ns = pending->time_s * NS_PER_S,
		.number = pending->found.number,
		.finding = &finding,
		.device = view ? &device : NULL,
		.news = news_words[pending->news],
		.act = acts[pending->found.act],
		.blocked = pending->found.act == ACT_QUARANTINED};
	FILE *out = begin(messages);

	if (!out)
		return;
	finding.muted = pending->found.muted[0] ? pending->found.muted : NULL;
	if (view)
		fill_device(view, &device);
	end(messages, out, report_line_finding(out, &line), level_of(&pending->found), "alert");
}

void lines_deed(struct messages *messages, const struct deed *deed)
{
	struct live_line_decision line = {.time_ns = deed->time_s * NS_PER_S,
		.deed = deed->id,
		.decision = deed->decision,
		.of = deed->of,
		.verb = deed->verb < DEED_VERB_COUNT ? deed_verb_names[deed->verb] : "note",
		.until_ns = deed->until_s * NS_PER_S,
		.finding = deed->finding,
		.kind = deed_kind(deed),
		.who = deed->who,
		.detail = deed->detail};
	FILE *out = begin(messages);

	if (out)
		end(messages, out, report_line_decision(out, &line), NOTICE_LEVEL, "decision");
}

static void stats_of_guard(const struct guard_view *view, struct live_line_stats *line)
{
	for (unsigned way = 0; way < FW_GUARD_WAYS; way++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++) {
			const struct fw_guard_tally *passed = &view->totals.reason[way][FW_GUARD_PASSED][reason];
			const struct fw_guard_tally *dropped = &view->totals.reason[way][FW_GUARD_DROPPED][reason];
			const struct fw_guard_tally *would = &view->totals.reason[way][FW_GUARD_WOULD][reason];
			line->packets += passed->packets + dropped->packets;
			line->bytes += passed->bytes + dropped->bytes;
			line->dropped_packets += dropped->packets;
			line->dropped_bytes += dropped->bytes;
			line->would_packets += would->packets;
			line->would_bytes += would->bytes;
		}
	line->role = "guard";
	line->started_ns = view->started_s * NS_PER_S;
	line->frames = view->frames_seen;
	line->frames_lost = view->frames_lost;
	line->devices = view->device_count;
	line->findings = view->finding_count;
	line->decisions = view->decisions;
	line->resident_bytes = view->resident_bytes;
}

static void stats_of_shield(const struct shield_view *view, struct live_line_stats *line)
{
	for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++) {
		const struct fw_tally *passed = &view->counts.reason[FW_OUTCOME_PASSED][reason];
		const struct fw_tally *dropped = &view->counts.reason[FW_OUTCOME_DROPPED][reason];
		const struct fw_tally *truncated = &view->counts.reason[FW_OUTCOME_TRUNCATED][reason];
		const struct fw_tally *would = &view->counts.reason[FW_OUTCOME_WOULD][reason];
		line->packets += passed->packets + dropped->packets + truncated->packets;
		line->bytes += passed->bytes + dropped->bytes + truncated->bytes;
		line->dropped_packets += dropped->packets + truncated->packets;
		line->dropped_bytes += dropped->bytes + truncated->bytes;
		line->would_packets += would->packets;
		line->would_bytes += would->bytes;
	}
	line->role = "shield";
	line->started_ns = view->started_s * NS_PER_S;
	line->decisions = view->decisions;
	line->resident_bytes = view->resident_bytes;
}

void lines_stats(struct messages *messages, const struct fetch_time *now)
{
	struct live_line_stats line = {.time_ns = now->wall_s * NS_PER_S};
	const struct guard_view *guard = NULL;
	const struct shield_view *shield = NULL;
	FILE *out;

	if (!lines_wanted(messages))
		return;
	for (unsigned i = 0; i < MESSAGES_OUTLETS; i++) {
		struct outlet_state state;
		if (!messages->outlets[i])
			continue;
		outlet_see(messages->outlets[i], &state);
		line.lines_written += state.written;
		line.lines_lost += state.lost;
	}
	line.lines_lost += messages->pending_lost + messages->lines_let_go;
	if (host_guard(messages->host) && (guard = guard_view(host_guard(messages->host), now)))
		stats_of_guard(guard, &line);
	else if (host_protect(messages->host) && (shield = protect_view(host_protect(messages->host), now)))
		stats_of_shield(shield, &line);
	out = guard || shield ? begin(messages) : NULL;
	if (out)
		end(messages, out, report_line_stats(out, &line), INFORMATIONAL, "stats");
}

/* ---- devices ---- */

static uint64_t add(uint64_t all, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		all = (all ^ at[i]) * 1099511628211ull; /* FNV-1a: whether it is what it was */
	return all;
}

static uint64_t digest_of(const struct guarded_view *device)
{
	uint64_t all = 14695981039346656037ull;
	unsigned count = device->address_count < GUARD_ADDRESSES_SHOWN ? device->address_count : GUARD_ADDRESSES_SHOWN;

	all = add(all, device->name, strlen(device->name) + 1);
	all = add(all, device->maker.name, strlen(device->maker.name) + 1);
	all = add(all, device->kind.name, strlen(device->kind.name) + 1);
	all = add(all, device->model.name, strlen(device->model.name) + 1);
	all = add(all, &device->state, sizeof(device->state));
	all = add(all, &device->stand, sizeof(device->stand));
	return count ? add(all, device->addresses, count * sizeof(device->addresses[0])) : all;
}

static void tell_device(struct messages *messages, const struct guarded_view *view, uint64_t now_s)
{
	struct device device;
	FILE *out = begin(messages);

	if (!out)
		return;
	fill_device(view, &device);
	end(messages, out, report_line_device(out, now_s * NS_PER_S, &device, stands[view->stand]), INFORMATIONAL, "device");
}

/* Both lists are in the order of MACs. */
void lines_devices(struct messages *messages, const struct guard_view *view)
{
	struct device_told *swap = messages->told;
	uint32_t before = 0, count = 0;

	for (uint32_t i = 0; i < view->device_count && count < messages->told_room; i++) {
		const struct guarded_view *device = &view->devices[i];
		struct device_told *now = &messages->telling[count];
		const struct device_told *then = NULL;
		if (!device->last_s)
			continue;
		while (before < messages->told_count && memcmp(messages->told[before].mac, device->mac, 6) < 0)
			before++;
		if (before < messages->told_count && memcmp(messages->told[before].mac, device->mac, 6) == 0)
			then = &messages->told[before];
		*now = (struct device_told){.stand = (uint8_t)device->stand, .digest = digest_of(device)};
		memcpy(now->mac, device->mac, 6);
		count++;
		if (then && then->stand == STAND_QUARANTINED && device->stand != STAND_QUARANTINED) {
			notices_forget(&messages->notices, device->mac);
			messages->notices_changed = true;
		}
		if (!then || then->digest != now->digest)
			tell_device(messages, device, view->now_s);
	}
	messages->told = messages->telling;
	messages->telling = swap;
	messages->told_count = count;
}

/* ---- settings ---- */

static bool is_wanted(const struct settings_messages *settings, enum outlet_kind kind, struct outlet_setup *out)
{
	static const uint8_t facilities[] = {0, 3, 1, 16, 17, 18, 19, 20, 21, 22, 23}; /* as the words of messages.eve.syslog */

	*out = (struct outlet_setup){.kind = kind};
	switch (kind) {
	case OUTLET_FILE:
		out->path = settings->eve_file;
		return out->path[0] != 0;
	case OUTLET_STDOUT:
		return settings->eve_stdout;
	case OUTLET_SOCKET:
		out->path = settings->eve_socket;
		return out->path[0] != 0;
	case OUTLET_SYSLOG:
		out->path = settings->syslog_socket;
		out->rfc5424 = settings->syslog_rfc5424;
		out->facility = settings->syslog < sizeof(facilities) ? facilities[settings->syslog] : 3;
		return settings->syslog != 0;
	}
	return false;
}

static bool is_same(const struct outlet_setup *a, const struct outlet_setup *b)
{
	return a->rfc5424 == b->rfc5424 && a->facility == b->facility && strcmp(a->path ? a->path : "", b->path ? b->path : "") == 0;
}

/* The folder of a file that is not there yet is the person's; after root is given up, it can no more be made, and that is said by the outlet. */
static void make_folder(struct messages *messages, const char *path)
{
	char folder[SETTINGS_PATH_MAX];
	struct fault fault;

	snprintf(folder, sizeof(folder), "%s", path);
	person_folder(host_person(messages->host), dirname(folder), &fault);
}

/* What can be written without waiting is; what is left is counted and said. */
static void let_go(struct messages *messages, unsigned index)
{
	struct outlet *outlet = messages->outlets[index];
	char sentence[OUTLET_SENTENCE_MAX];
	uint64_t lines;

	outlet_tick(outlet, host_now().steady_ns, sentence);
	lines = outlet_unwritten(outlet);
	if (lines) {
		outlet_say_lost(outlet, lines, sentence);
		host_say(messages->host, sentence);
	}
	messages->lines_let_go += lines;
	outlet_free(outlet);
	messages->outlets[index] = NULL;
}

void lines_close(struct messages *messages)
{
	for (unsigned i = 0; i < MESSAGES_OUTLETS; i++)
		if (messages->outlets[i])
			let_go(messages, i);
}

int lines_settle(struct messages *messages)
{
	const struct settings_messages *settings = &host_settings(messages->host)->messages;
	int error = 0;

	for (unsigned i = 0; i < MESSAGES_OUTLETS; i++) {
		struct outlet_setup wanted, had;
		bool wants = is_wanted(settings, (enum outlet_kind)i, &wanted);
		is_wanted(&messages->settings, (enum outlet_kind)i, &had);
		if (messages->outlets[i] && wants && is_same(&wanted, &had)) {
			outlet_reopen(messages->outlets[i]);
			continue;
		}
		if (messages->outlets[i]) {
			host_fault(messages->host, keys[i], NULL);
			let_go(messages, i);
		}
		if (wants && i == OUTLET_FILE)
			make_folder(messages, wanted.path);
		if (wants && outlet_new(&wanted, &messages->outlets[i]))
			error = -ENOMEM;
	}
	return error;
}
