/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions about sources: read from a request, kept by the store, and then held by the kernel; and how each is taken back. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/inside.h"

enum { FOR_MAX_S = 366 * 86400, WIDEST_4 = 96 + 8, WIDEST_6 = 16, ENDED_TOLD_MAX = 64 };

struct deed deed_by(const struct asker *asker, uint64_t now_s)
{
	struct deed deed = {.time_s = now_s};

	if (asker->by)
		snprintf(deed.who, sizeof(deed.who), "%s", asker->by);
	else if (asker->user == 0)
		snprintf(deed.who, sizeof(deed.who), "root");
	else
		snprintf(deed.who, sizeof(deed.who), "user %u", (unsigned)asker->user);
	return deed;
}

/* Text of a request: escaped, for it comes back to terminals. */
int decide_text(const json_t *request, const char *key, char *out, size_t size, struct fault *out_fault)
{
	const json_t *value = json_object_get(request, key);

	*out = 0;
	if (!value)
		return 0;
	if (!json_is_string(value) || json_string_length(value) >= size) {
		fault_set(out_fault, "", 0, 0, "%s is a text of at most %zu bytes", key, size - 1);
		return -EINVAL;
	}
	text_escape(out, size, json_string_value(value), json_string_length(value));
	return 0;
}

int decide_seconds(const json_t *request, const char *key, uint64_t now_s, uint64_t *out_s, struct fault *out_fault)
{
	const json_t *value = json_object_get(request, key);

	*out_s = 0;
	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > FOR_MAX_S) {
		fault_set(out_fault, "", 0, 0, "%s is a number of seconds from 1 to %d", key, FOR_MAX_S);
		return -EINVAL;
	}
	*out_s = now_s + (uint64_t)json_integer_value(value);
	return 0;
}

static int read_number(const json_t *request, const char *key, bool needed, uint64_t *out, struct fault *out_fault)
{
	const json_t *value = json_object_get(request, key);

	*out = 0;
	if (!value && !needed)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 1) {
		fault_set(out_fault, "", 0, 0, "%s is a number from 1 on", key);
		return -EINVAL;
	}
	*out = (uint64_t)json_integer_value(value);
	return 0;
}

/* In the role guard it is a device that is decided about: by MAC, name or address. */
static int read_device(struct host *host, const json_t *request, struct prefix *out, struct fault *out_fault)
{
	const char *word = json_string_value(json_object_get(request, "prefix"));
	uint8_t mac[6];

	if (!word || !*word || strlen(word) != json_string_length(json_object_get(request, "prefix"))) {
		fault_set(out_fault, "", 0, 0, "name a device by its MAC, its name or an address");
		return -EINVAL;
	}
	if (guard_who(host_guard(host), word, mac, out_fault))
		return -EINVAL;
	*out = (struct prefix){.bits = DECISION_OF_MAC};
	memcpy(out->address, mac, sizeof(mac));
	return 0;
}

static int read_prefix(struct host *host, const json_t *request, struct prefix *out, struct fault *out_fault)
{
	const char *text = json_string_value(json_object_get(request, "prefix"));

	if (host_guard(host))
		return read_device(host, request, out, out_fault);
	if (!text || strlen(text) != json_string_length(json_object_get(request, "prefix")) || prefix_read(text, out)) {
		fault_set(out_fault, "", 0, 0, "prefix wants an address or a prefix such as 192.0.2.0/24");
		return -EINVAL;
	}
	if (prefix_is_both(out)) {
		fault_set(out_fault, "", 0, 0, "that prefix of IPv6 holds all of IPv4, too; name a narrower one");
		return -EINVAL;
	}
	for (unsigned i = out->bits; i < 128; i++)
		out->address[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	return 0;
}

/* Half of the internet is no source; and what could be a slip of the finger locks everybody out. */
static int check_width(const struct decision *decision, struct fault *out_fault)
{
	bool four = decision->prefix.bits >= 96 && decision->prefix.address[10] == 0xff && decision->prefix.address[0] == 0;

	if (decision->kind == DECISION_TRUST || decision->prefix.bits >= (four ? WIDEST_4 : WIDEST_6))
		return 0;
	fault_set(out_fault, "", 0, 0, "that is too wide to quarantine: at most a /8, or a /16 of IPv6");
	return -EINVAL;
}

/* What the store says now is what the kernel's tables become; what has no room there is said beside the answer. */
json_t *decide_held(struct host *host, json_t *answer)
{
	struct fault fault = {0};

	int error = host_guard(host) ? guard_decide(host_guard(host), &fault) : protect_decide(host_protect(host), &fault);

	if (error && answer)
		json_object_set_new(answer, "warning", json_string(fault.sentence));
	return answer;
}

/* Who has just stopped an admin, or the resolver, learns at once that nothing is stopped. */
static void warn_held(struct host *host, const struct decision *decision, json_t *answer)
{
	if (answer && decision->kind == DECISION_BLOCK && host_guard(host) && guard_holds(host_guard(host), decision->prefix.address))
		json_object_set_new(answer, "warning",
			json_string("this device is never stopped (an admin, the gateway or its resolver): nothing is stopped"));
}

static unsigned mode_of(struct host *host)
{
	const struct settings *settings = host_settings(host);
	struct decision bypass;

	if (bypass_stands(host, &bypass))
		return FW_MODE_OFF;
	return host_guard(host) ? settings->guard.filter_mode[FW_GUARD_QUARANTINE] : settings->mode[FW_FILTER_BLOCK];
}

json_t *decide_begin(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	uint64_t now_s = host_now().wall_s, id, deed;
	struct decision decision = {.made_s = now_s};
	struct deed by = deed_by(asker, now_s);
	json_t *answer;

	decision.kind = strcmp(json_string_value(json_object_get(request, "do")), "allow") == 0 ? DECISION_TRUST : DECISION_BLOCK;
	memcpy(decision.who, by.who, sizeof(decision.who));
	if (read_prefix(host, request, &decision.prefix, out_fault) ||
		decide_text(request, "reason", decision.reason, sizeof(decision.reason), out_fault) ||
		decide_seconds(request, "for_s", now_s, &decision.until_s, out_fault) ||
		decide_seconds(request, "confirm_s", now_s, &decision.confirm_by_s, out_fault) || check_width(&decision, out_fault))
		return NULL;
	if (store_decide(host_store(host), &decision, &id, &deed, out_fault))
		return NULL;
	by.id = deed;
	by.decision = id;
	memcpy(by.detail, decision.reason, sizeof(by.detail));
	host_deed(host, &by);
	answer = decide_held(host,
		json_pack("{s:b, s:I, s:I, s:I, s:I, s:s}", "ok", 1, "decision", (json_int_t)id, "deed", (json_int_t)deed, "until_s",
			(json_int_t)decision.until_s, "confirm_by_s", (json_int_t)decision.confirm_by_s, "filter",
			settings_mode_names[mode_of(host)]));
	warn_held(host, &decision, answer);
	return answer;
}

struct numbered {
	uint64_t id;
	struct prefix *out;
	bool found;
};

static void match_number(void *context, const struct decision *decision)
{
	struct numbered *looking = context;

	if (decision->id != looking->id)
		return;
	*looking->out = decision->prefix;
	looking->found = true;
}

/* What is released: a decision by its number (of a mute, too), or whatever stands for a device or prefix. */
static int read_released(struct host *host, const json_t *request, struct prefix *out, struct fault *out_fault)
{
	struct numbered looking = {.out = out};

	if (!json_object_get(request, "decision"))
		return read_prefix(host, request, out, out_fault);
	if (read_number(request, "decision", true, &looking.id, out_fault))
		return -EINVAL;
	store_each_decision(host_store(host), match_number, &looking);
	if (looking.found)
		return 0;
	fault_set(out_fault, "", 0, 0, "no decision %" PRIu64 " stands", looking.id);
	return -ENOENT;
}

json_t *decide_release(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	struct deed by = deed_by(asker, host_now().wall_s);
	struct prefix prefix;
	uint64_t deed;

	if (read_released(host, request, &prefix, out_fault) || decide_text(request, "reason", by.detail, sizeof(by.detail), out_fault))
		return NULL;
	if (store_release(host_store(host), &prefix, &by, &deed, out_fault)) {
		if (host_guard(host) && guard_let_go(host_guard(host), prefix.address))
			return json_pack("{s:b, s:I}", "ok", 1, "deed", (json_int_t)0);
		return NULL;
	}
	by.id = deed;
	by.verb = DEED_RELEASE;
	host_deed(host, &by);
	if (host_guard(host) && prefix.bits == DECISION_OF_MAC)
		guard_pardon(host_guard(host), prefix.address);
	return decide_held(host, json_pack("{s:b, s:I}", "ok", 1, "deed", (json_int_t)deed));
}

json_t *decide_confirm(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	struct deed by = deed_by(asker, host_now().wall_s);
	uint64_t decision, deed;

	if (read_number(request, "decision", true, &decision, out_fault) ||
		store_confirm(host_store(host), decision, &by, &deed, out_fault))
		return NULL;
	by.id = deed;
	by.decision = decision;
	by.verb = DEED_CONFIRM;
	host_deed(host, &by);
	return json_pack("{s:b, s:I}", "ok", 1, "deed", (json_int_t)deed);
}

/* All is as it was, and what was found before stands: who took a quarantine back learns that nothing holds this device now. */
static void warn_free(struct host *host, const struct deed *undone, json_t *answer)
{
	static const char *const states[] = STATE_WORDS;
	struct guarded_view device;
	char sentence[160];

	if (!answer || !host_guard(host) || undone->verb != DEED_DECIDE || undone->subject.bits != DECISION_OF_MAC ||
		!guard_one_device(host_guard(host), undone->subject.address, &device) || device.state < STATE_SUSPECT ||
		device.stand == STAND_QUARANTINED)
		return;
	snprintf(sentence, sizeof(sentence), "by what was found this device is %s still, and nothing holds it now", states[device.state]);
	json_object_set_new(answer, "warning", json_string(sentence));
}

json_t *decide_undo(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	struct deed by = deed_by(asker, host_now().wall_s), undone;
	json_t *answer;
	uint64_t deed;

	if (read_number(request, "deed", false, &deed, out_fault) || store_undo(host_store(host), deed, &by, &undone, out_fault))
		return NULL;
	by.verb = DEED_UNDO;
	by.of = undone.id;
	host_deed(host, &by);
	answer = decide_held(
		host, json_pack("{s:b, s:I, s:s}", "ok", 1, "deed", (json_int_t)undone.id, "verb", deed_verb_names[undone.verb]));
	warn_free(host, &undone, answer);
	return answer;
}

/* Those that ended just now, one by one: the last lines of the audit log. */
struct ended {
	struct deed deeds[ENDED_TOLD_MAX];
	uint32_t count;
};

static void take_ended(void *context, const struct deed *deed)
{
	struct ended *ended = context;

	if (deed->verb == DEED_EXPIRE || deed->verb == DEED_REVERT)
		ended->deeds[ended->count++] = *deed;
}

static void tell_ended(struct host *host, uint32_t count, uint64_t now_s)
{
	const struct deed_query query = {.count = count < ENDED_TOLD_MAX ? count : ENDED_TOLD_MAX};
	struct ended *ended = calloc(1, sizeof(*ended));

	if (ended)
		store_find_deeds(host_store(host), &query, take_ended, ended);
	for (uint32_t i = ended ? ended->count : 0; i; i--)
		if (ended->deeds[i - 1].time_s == now_s)
			host_deed(host, &ended->deeds[i - 1]);
	/* where the disk is full there is no line of it */
	if (!ended || !ended->count || count > ENDED_TOLD_MAX)
		host_deed(host, &(struct deed){.time_s = now_s, .verb = DEED_EXPIRE, .who = "floodwall"});
	free(ended);
}

void decide_tick(struct host *host, const struct fetch_time *now)
{
	struct fault fault = {0};
	int ended = store_expire(host_store(host), now->wall_s, now->steady_ns / 1000000000ull + 1, &fault);
	char sentence[128];

	bypass_tick(host, now);
	if (fault.sentence[0])
		host_say(host, fault.sentence);
	if (ended <= 0)
		return;
	snprintf(sentence, sizeof(sentence), "%d decision%s came to an end", ended, ended == 1 ? "" : "s");
	host_say(host, sentence);
	tell_ended(host, (uint32_t)ended, now->wall_s);
	decide_held(host, NULL);
}
