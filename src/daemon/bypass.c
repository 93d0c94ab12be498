/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All filters off, and on again: a decision like any other, which ends, is undone, and holds over a restart, and which the kernel follows with the
 * next packet. Programs stay where they are, so nothing here needs root ('floodwall bypass', which takes them away, does). Names that
 * people give to devices are done here too.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "daemon/inside.h"

enum { SAID_EVERY_S = 3600 };

static void match(void *context, const struct decision *decision)
{
	if (decision->kind == DECISION_BYPASS)
		*(struct decision *)context = *decision;
}

bool bypass_stands(struct host *host, struct decision *out_decision)
{
	*out_decision = (struct decision){0};
	store_each_decision(host_store(host), match, out_decision);
	return out_decision->id != 0;
}

static void say(struct host *host, const struct decision *decision)
{
	char sentence[DECISION_REASON_MAX + DECISION_WHO_MAX + TEXT_TIME_MAX + 128], time[TEXT_TIME_MAX];

	snprintf(sentence, sizeof(sentence),
		"all filters are off since %.19s, by %s%s%s: nothing is stopped; floodwall resume switches them on",
		text_time(time, decision->made_s * 1000000000ull), decision->who, decision->reason[0] ? ": " : "", decision->reason);
	host_say(host, sentence);
}

static json_t *begin(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	uint64_t now_s = host_now().wall_s, id, number;
	struct decision decision = {.kind = DECISION_BYPASS, .prefix.bits = DECISION_OF_ALL, .made_s = now_s};
	struct deed deed = deed_by(asker, now_s);

	memcpy(decision.who, deed.who, sizeof(decision.who));
	if (decide_text(request, "reason", decision.reason, sizeof(decision.reason), out_fault) ||
		decide_seconds(request, "for_s", now_s, &decision.until_s, out_fault) ||
		store_decide(host_store(host), &decision, &id, &number, out_fault))
		return NULL;
	deed.id = number;
	deed.decision = id;
	memcpy(deed.detail, decision.reason, sizeof(deed.detail));
	host_deed(host, &deed);
	say(host, &decision);
	return decide_held(host,
		json_pack("{s:b, s:b, s:I, s:I, s:I}", "ok", 1, "bypass", 1, "decision", (json_int_t)id, "deed", (json_int_t)number,
			"until_s", (json_int_t)decision.until_s));
}

static json_t *end(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	const struct prefix all = {.bits = DECISION_OF_ALL};
	struct deed deed = deed_by(asker, host_now().wall_s);
	uint64_t number;

	if (decide_text(request, "reason", deed.detail, sizeof(deed.detail), out_fault) ||
		store_release(host_store(host), &all, &deed, &number, out_fault))
		return NULL;
	deed.id = number;
	deed.verb = DEED_RELEASE;
	host_deed(host, &deed);
	host_say(host, "filters are as the configuration says again");
	return decide_held(host, json_pack("{s:b, s:b, s:I}", "ok", 1, "bypass", 0, "deed", (json_int_t)number));
}

json_t *bypass_switch(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	const json_t *on = json_object_get(request, "on");
	struct decision decision;
	bool stands = bypass_stands(host, &decision);

	if (!json_is_boolean(on))
		fault_set(out_fault, "", 0, 0, "on is true (all filters off) or false");
	else if (json_is_true(on) && stands)
		fault_set(out_fault, "", 0, 0, "all filters are off already, by %s", decision.who);
	else if (json_is_false(on) && !stands)
		fault_set(out_fault, "", 0, 0, "no filter was switched off: all are as the configuration says");
	else
		return json_is_true(on) ? begin(host, asker, request, out_fault) : end(host, asker, request, out_fault);
	return NULL;
}

void bypass_tick(struct host *host, const struct fetch_time *now)
{
	static uint64_t said_s; /* steady */
	uint64_t steady_s = now->steady_ns / 1000000000u + 1;
	struct decision decision;

	if (!bypass_stands(host, &decision)) {
		said_s = 0;
		return;
	}
	if (!said_s || steady_s - said_s >= SAID_EVERY_S) {
		if (said_s || decision.made_s + SAID_EVERY_S <= now->wall_s)
			say(host, &decision);
		said_s = steady_s;
	}
}

json_t *name_give(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	const char *who = json_string_value(json_object_get(request, "who"));
	struct deed deed = deed_by(asker, host_now().wall_s);
	char name[HISTORY_NAME_MAX];
	uint64_t number;
	uint8_t mac[6];

	if (!host_guard(host)) {
		fault_set(out_fault, "", 0, 0, "a shield has no devices to name");
		return NULL;
	}
	if (!who || !json_is_string(json_object_get(request, "name"))) {
		fault_set(out_fault, "", 0, 0, "who is a device by MAC, name or address, and name a text; \"\" takes the name away");
		return NULL;
	}
	/* by MAC also one that was not heard yet */
	if ((mac_read(who, mac) && guard_who(host_guard(host), who, mac, out_fault)) ||
		decide_text(request, "name", name, sizeof(name), out_fault) ||
		store_device_name(host_store(host), mac, name, &deed, &number, out_fault))
		return NULL;
	deed.id = number;
	deed.verb = DEED_NAME;
	deed.subject.bits = DECISION_OF_MAC;
	memcpy(deed.subject.address, mac, sizeof(mac));
	memcpy(deed.detail, name, sizeof(name));
	host_deed(host, &deed);
	return json_pack("{s:b, s:I, s:s}", "ok", 1, "deed", (json_int_t)number, "name", name);
}
