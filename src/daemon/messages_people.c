/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/messages.h"

enum { TEST_MARK = UINT32_MAX, HOST_MAX = 65, CALL_MAX = 160, NS_PER_S = 1000000000 };

static const char *const way_keys[WAYS] = {"hook", "mail"};
static const char *const severities[] = SEVERITY_WORDS;
static const char *const kinds[] = {"", "hijacked", "exposure"};

/* ---- one message, by all ways ---- */

static const char *host_name(void)
{
	static char name[HOST_MAX];

	if (!name[0] && (gethostname(name, sizeof(name) - 1) || !name[0]))
		snprintf(name, sizeof(name), "localhost");
	return name;
}

static json_t *list_of(const struct person_message *message)
{
	json_t *list = json_array();
	char mac[TEXT_MAC_MAX];

	for (uint32_t i = 0; i < message->notice_count; i++) {
		const struct notice *notice = &message->notices[i];
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:I, s:s, s:s}", "kind", kinds[notice->key.kind], "mac", text_mac(mac, notice->key.mac),
				"finding", (json_int_t)notice->finding, "severity", severities[notice->severity % 4], "title",
				notice->title));
	}
	return list;
}

/* docs/messages.md has its members. Returns bytes, 0 where it could not be made. */
static size_t write_json(struct messages *messages, const struct person_message *message)
{
	char moment[TEXT_TIME_MAX], host[HOST_MAX * 4];
	json_t *all;
	size_t len;

	text_escape(host, sizeof(host), host_name(), SIZE_MAX);
	all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "schema", "floodwall.message/1", "kind", message->kind, "time",
		text_time(moment, message->time_s * NS_PER_S), "host", host, "severity", severities[message->severity % 4], "title",
		message->title, "text", message->text, "notices", list_of(message));
	len = all ? json_dumpb(all, messages->body, sizeof(messages->body) - 1, JSON_COMPACT) : 0;
	json_decref(all);
	if (!len || len > sizeof(messages->body) - 1)
		return 0;
	messages->body[len] = '\n';
	return len + 1;
}

static size_t write_letter(struct messages *messages, const struct person_message *message)
{
	const struct settings_messages *settings = &messages->settings;
	struct letter letter = {.from = settings->from,
		.to = settings->to,
		.subject = message->title,
		.text = message->text,
		.time_s = message->time_s,
		.number = messages->number,
		.host = host_name()};
	FILE *out = fmemopen(messages->body, sizeof(messages->body), "w");
	int error;
	long len;

	if (!out)
		return 0;
	error = letter_write(&letter, out);
	error |= fflush(out);
	len = ftell(out);
	fclose(out);
	return error || len < 0 || (size_t)len >= sizeof(messages->body) ? 0 : (size_t)len;
}

static void send_by(struct messages *messages, enum messages_way way, const struct person_message *message)
{
	struct way *at = &messages->ways[way];
	size_t len;

	if (!at->courier)
		return;
	len = way == WAY_HOOK ? write_json(messages, message) : write_letter(messages, message);
	if (message->test)
		at->test = TEST_WAITS;
	if (len &&
		courier_send(at->courier, messages->body, len, message->test ? TEST_MARK : (uint32_t)messages->number, message->test) == 0)
		return;
	messages->messages_lost++;
	host_say(messages->host, len ? "a message was lost: too many wait for the command" : "a message was lost: not enough memory");
	if (message->test) {
		at->test = TEST_FAILED;
		snprintf(at->test_why, sizeof(at->test_why), "too many messages wait");
	}
}

void people_send(struct messages *messages, const struct person_message *message)
{
	messages->number++;
	for (unsigned i = 0; i < WAYS; i++)
		send_by(messages, (enum messages_way)i, message);
}

struct coming {
	struct messages *messages;
	enum messages_way way;
};

/* Postfix's sendmail hands a letter to a program that is setgid, which the unit does not let it become: it says so by a word that tells a person little. */
static const char *hint_for(enum messages_way way, const char *sentence)
{
	return way == WAY_MAIL && (strstr(sentence, "postdrop") || strstr(sentence, "maildrop"))
		? "; Postfix's sendmail needs its setgid postdrop, which cannot work under this unit (NoNewPrivileges): name an SMTP "
		  "client "
		  "such as msmtp instead"
		: "";
}

static void came(void *context, const struct courier_news *news)
{
	struct coming *coming = context;
	struct way *way = &coming->messages->ways[coming->way];
	char sentence[COURIER_SENTENCE_MAX + 256];

	if (news->mark == TEST_MARK) {
		way->test = news->delivered ? TEST_DELIVERED : TEST_FAILED;
		snprintf(way->test_why, sizeof(way->test_why), "%s", news->sentence);
	}
	snprintf(sentence, sizeof(sentence), "%s: %s%s%s", way_keys[coming->way], news->sentence, hint_for(coming->way, news->sentence),
		news->final ? "; this message is given up" : "; it is tried again");
	host_fault(coming->messages->host, way_keys[coming->way], news->delivered ? NULL : sentence);
}

void people_tick(struct messages *messages, uint64_t steady_ns)
{
	for (unsigned i = 0; i < WAYS; i++) {
		struct coming coming = {messages, (enum messages_way)i};
		struct way *way = &messages->ways[i];
		if (way->courier)
			courier_tick(way->courier, steady_ns, came, &coming);
		if (way->leaving && courier_left(way->leaving, steady_ns)) {
			courier_free(way->leaving);
			way->leaving = NULL;
		}
	}
}

/* Its command may run for a second more: nobody waits for it here. Of two that leave, the first has had its time. */
static struct courier *let_go(struct messages *messages, struct way *way, const char *key)
{
	uint32_t lost = way->courier ? courier_leave(way->courier, host_now().steady_ns) : 0;
	char sentence[160];

	messages->messages_lost += lost;
	if (lost) {
		snprintf(sentence, sizeof(sentence),
			"%s: the command is another one now; %u messages that waited for the earlier one were lost", key, lost);
		host_say(messages->host, sentence);
	}
	if (!way->courier || !way->leaving)
		return way->courier ? way->courier : way->leaving;
	courier_left(way->leaving, UINT64_MAX);
	courier_free(way->leaving);
	return way->courier;
}

int people_settle(struct messages *messages)
{
	const struct settings_messages *settings = &host_settings(messages->host)->messages;
	const char *commands[WAYS] = {settings->hook, settings->mail};
	int error = 0;

	for (unsigned i = 0; i < WAYS; i++) {
		struct way *way = &messages->ways[i];
		if (strcmp(way->command, commands[i]) == 0 && way->most_s == settings->command_s && (way->courier || !*commands[i]))
			continue;
		*way = (struct way){.leaving = let_go(messages, way, way_keys[i]), .most_s = settings->command_s};
		snprintf(way->command, sizeof(way->command), "%s", commands[i]);
		host_fault(messages->host, way_keys[i], NULL);
		if (*commands[i] && courier_new(commands[i], settings->command_s, &way->courier))
			error = -ENOMEM;
	}
	return error;
}

/* ---- what is told at once ---- */

static bool has_way(const struct messages *messages)
{
	return messages->ways[WAY_HOOK].courier || messages->ways[WAY_MAIL].courier;
}

static uint16_t port_of(const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_OPEN_SERVICE:
		return finding->service.port;
	case FINDING_REACHED_FROM_INTERNET:
		return finding->reached.port;
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
		return finding->login.port;
	default:
		return 0;
	}
}

/* False: it is none of those that are told at once. */
static bool key_of(const struct found_view *found, struct notice_key *out)
{
	static const uint8_t nobody[6];
	const struct finding *finding = &found->finding;

	if (finding->severity < SEVERITY_HIGH || found->muted[0] || memcmp(found->mac, nobody, 6) == 0)
		return false;
	*out = (struct notice_key){0};
	memcpy(out->mac, found->mac, 6);
	if (finding->state == STATE_HIJACKED) {
		out->kind = NOTICE_HIJACKED;
		return true;
	}
	out->kind = NOTICE_EXPOSURE;
	out->rule = (uint8_t)finding->id;
	out->port = port_of(finding);
	return finding->state == STATE_EXPOSED;
}

static void summary_of(const struct finding *found, char out[REPORT_SUMMARY_MAX])
{
	struct finding finding = *found;
	const struct finding *list[1] = {&finding};
	struct report_view view = {.findings = list, .finding_count = 1};

	finding.device = DEVICE_NONE; /* who it is stands beside the sentence */
	report_summary(&view, 0, out);
}

static const char *call(const struct found_view *found, const struct guarded_view *device, char out[CALL_MAX])
{
	char mac[TEXT_MAC_MAX], name[CALL_MAX - TEXT_MAC_MAX - 4];

	text_escape(name, sizeof(name), device ? device->name : "", SIZE_MAX);
	text_mac(mac, found->mac);
	snprintf(out, CALL_MAX, *name ? "%s (%s)" : "%s%s", name, mac);
	return out;
}

static void fill_notice(struct notice *notice, const struct pending *pending, const struct guarded_view *device, bool enforced)
{
	static char summary[REPORT_SUMMARY_MAX];
	const struct found_view *found = &pending->found;
	char name[CALL_MAX], mac[TEXT_MAC_MAX], done[256];
	size_t len;

	text_mac(mac, found->mac);
	call(found, device, name);
	summary_of(&found->finding, summary);
	notice->severity = (uint8_t)found->finding.severity;
	notice->finding = found->number;
	notice->time_s = pending->time_s;
	notice->urgent = notice->key.kind == NOTICE_HIJACKED && enforced && found->act != ACT_QUARANTINED;
	if (notice->key.kind == NOTICE_EXPOSURE)
		snprintf(done, sizeof(done), "What to do: %s", report_line_advice(&found->finding));
	else if (found->act == ACT_QUARANTINED)
		snprintf(done, sizeof(done), "It is in quarantine. Clean or replace it; then: floodwall release %s", mac);
	else if (found->act == ACT_HELD_BACK)
		snprintf(done, sizeof(done), "Nothing stops it: it is one of those that are never stopped. Take it off the network.");
	else
		snprintf(done, sizeof(done), "Nothing stops it%s. Stop it: floodwall quarantine %s",
			enforced ? "" : ": the quarantine filter does not enforce", mac);
	/* what to do is never cut: the summary is */
	snprintf(
		notice->title, sizeof(notice->title), "%.96s %s", name, notice->key.kind == NOTICE_HIJACKED ? "is hijacked" : "is exposed");
	len = text_escape(notice->text, sizeof(notice->text) - strlen(done) - strlen(name) - 8, name, SIZE_MAX);
	len += (size_t)snprintf(
		notice->text + len, sizeof(notice->text) - len, ": %.*s", (int)(sizeof(notice->text) - len - strlen(done) - 5), summary);
	snprintf(notice->text + len, sizeof(notice->text) - len, "\n%s\n", done);
}

static void tell_notice(struct messages *messages, const struct notice *notice)
{
	char title[NOTICE_TITLE_MAX + 16];

	snprintf(title, sizeof(title), "Floodwall: %s", notice->title);
	people_send(messages,
		&(struct person_message){.kind = kinds[notice->key.kind],
			.title = title,
			.text = notice->text,
			.severity = notice->severity,
			.notices = notice,
			.notice_count = 1,
			.time_s = notice->time_s});
}

void people_finding(
	struct messages *messages, const struct pending *pending, const struct guarded_view *device, const struct notice_now *now)
{
	bool enforced = host_settings(messages->host)->guard.filter_mode[FW_GUARD_QUARANTINE] == FW_MODE_ENFORCE;
	struct notice notice = {0};
	char name[CALL_MAX], text[DIGEST_TEXT_MAX];

	if (pending->news != LIVE_MORE && pending->found.muted[0]) {
		messages->tally.muted++;
		messages->tally_changed = true;
	} else if (pending->news != LIVE_MORE) {
		snprintf(text, sizeof(text), "%s: %s", call(&pending->found, device, name), guard_finding_word(pending->found.finding.id));
		digest_found(&messages->tally, (uint8_t)pending->found.finding.severity, pending->found.number, text);
		messages->tally_changed = true;
	}
	if (!has_way(messages) || !key_of(&pending->found, &notice.key))
		return;
	if (pending->news == LIVE_MORE) {
		notices_seen(&messages->notices, &notice.key, now->wall_s);
		return;
	}
	fill_notice(&notice, pending, device, enforced);
	messages->notices_changed = true;
	if (notices_judge(&messages->notices, &notice, now) == NOTICE_TELL)
		tell_notice(messages, &notice);
}

/* One message of all that waited; each of those that have a text tells its own. */
static void tell_waiting(struct messages *messages, uint64_t wall_s)
{
	const struct notices *notices = &messages->notices;
	uint8_t worst = 0;
	char title[96];
	size_t len = 0;

	for (uint32_t i = 0; i < notices->held_count; i++) {
		worst = notices->held[i].severity > worst ? notices->held[i].severity : worst;
		len += (size_t)snprintf(messages->text + len, sizeof(messages->text) - len, "%s\n", notices->held[i].text);
	}
	if (notices->held_more)
		snprintf(messages->text + len, sizeof(messages->text) - len, "and %u more: floodwall show findings\n", notices->held_more);
	/* one device may be exposed in many ways */
	snprintf(title, sizeof(title), "Floodwall: %u findings of devices that are hijacked or exposed",
		notices->held_count + notices->held_more);
	people_send(messages,
		&(struct person_message){.kind = "several",
			.title = title,
			.text = messages->text,
			.severity = worst,
			.notices = notices->held,
			.notice_count = notices->held_count,
			.time_s = wall_s});
}

void people_waiting(struct messages *messages, const struct notice_now *now)
{
	_Static_assert(NOTICE_HELD_MAX * (NOTICE_TEXT_MAX + 1) + 64 < MESSAGES_TEXT_MAX, "all that waits fits into one message");
	if (!has_way(messages) || !notices_due(&messages->notices, now))
		return;
	if (messages->notices.held_count == 1 && !messages->notices.held_more)
		tell_notice(messages, &messages->notices.held[0]);
	else
		tell_waiting(messages, now->wall_s);
	notices_clear(&messages->notices);
	messages->notices_changed = true;
}

/* ---- the day ---- */

void people_digest(struct messages *messages, const struct fetch_time *now)
{
	FILE *out = fmemopen(messages->text, sizeof(messages->text), "w");
	const struct guard_view *guard = host_guard(messages->host) ? guard_view(host_guard(messages->host), now) : NULL;
	const struct shield_view *shield = host_protect(messages->host) ? protect_view(host_protect(messages->host), now) : NULL;
	char title[DIGEST_TITLE_MAX];
	int error = -ENOMEM;

	if (out && guard)
		error = digest_guard(out, &messages->tally, &messages->known, guard, title);
	else if (out && shield)
		error = digest_shield(out, &messages->tally, shield, title);
	if (out && fclose(out))
		error = -EIO;
	if (error) {
		host_say(messages->host, "the day's digest could not be made: not enough memory");
		return;
	}
	/* what is longer than a message is cut at a line's end */
	if (strlen(messages->text) + 1 >= sizeof(messages->text) && strrchr(messages->text, '\n'))
		strrchr(messages->text, '\n')[1] = 0;
	people_send(messages,
		&(struct person_message){
			.kind = "digest", .title = title, .text = messages->text, .severity = SEVERITY_LOW, .time_s = now->wall_s});
}
