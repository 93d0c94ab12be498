/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floodwall mute, as the daemon does it: a rule and a reason become one line of a mute file, and that line a decision, which stands, ends, is
 * undone and is told in the audit log as all others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/inside.h"
#include "wire/siphash.h"

/* Not for ever: a mute that nobody remembers hides what comes next year. */
enum { MUTED_FOR_S = 30 * 86400 };

static int read_word(const json_t *request, const char *key, const char **out, struct fault *out_fault)
{
	const json_t *value = json_object_get(request, key);

	*out = "";
	if (!value)
		return 0;
	*out = json_string_value(value);
	if (*out && strlen(*out) == json_string_length(value) && !(*out)[strcspn(*out, " \t\r\n#")])
		return 0;
	fault_set(out_fault, "", 0, 0, "%s is one word", key);
	return -EINVAL;
}

/* Behind the rule the rest of the line is the reason: what would be read as something else is refused. */
static int read_reason(const json_t *request, const char *rule, char out_line[DECISION_REASON_MAX], struct fault *out_fault)
{
	const json_t *value = json_object_get(request, "reason");
	const char *text = json_string_value(value);
	size_t room = DECISION_REASON_MAX - 1 - strlen(rule) - 1;
	char reason[DECISION_REASON_MAX * 4];

	if (!text || !text[strspn(text, " \t")]) {
		fault_set(out_fault, "", 0, 0, "a mute wants a reason: somebody will read it in a year");
		return -EINVAL;
	}
	text += strspn(text, " \t");
	if (strchr(text, '#') || strncmp(text, "->", 2) == 0 || strncmp(text, "until=", 6) == 0) {
		fault_set(out_fault, "", 0, 0, "a reason holds no #, and begins with neither -> nor until=");
		return -EINVAL;
	}
	text_escape(reason, sizeof(reason), text, strlen(text));
	if (strlen(reason) > room) {
		fault_set(out_fault, "", 0, 0, "this reason is too long: %zu bytes are left for it", room);
		return -EINVAL;
	}
	snprintf(out_line, DECISION_REASON_MAX, "%.*s %.*s", GUARD_RULE_MAX, rule, (int)room, reason);
	return 0;
}

/* The same rule stands once. */
static void digest_rule(const char *rule, uint8_t out_address[16])
{
	static const uint8_t keys[2][16] = {"floodwall mute 1", "floodwall mute 2"};

	for (unsigned i = 0; i < 2; i++) {
		uint64_t half = fw_siphash(keys[i], rule, strlen(rule));
		memcpy(out_address + 8 * i, &half, sizeof(half));
	}
}

static void count_mute(void *context, const struct decision *decision)
{
	*(uint32_t *)context += decision->kind == DECISION_MUTE;
}

/* Who muted what put a device into quarantine may want it out. */
static void warn_culprit(struct host *host, json_t *answer)
{
	char sentence[160], mac[TEXT_MAC_MAX];
	uint8_t culprit[6];

	if (!answer || json_object_get(answer, "warning") || !guard_muted_culprit(host_guard(host), culprit))
		return;
	snprintf(sentence, sizeof(sentence), "%s stays in quarantine, where a finding put it that is muted now: floodwall release %s",
		text_mac(mac, culprit), mac);
	json_object_set_new(answer, "warning", json_string(sentence));
}

/* What a finding of an earlier run was, and who did it. */
struct earlier {
	char kind[HISTORY_WORD_MAX], who[TEXT_ADDRESS_MAX];
};

static void take_earlier(void *context, const struct kept_finding *finding)
{
	struct earlier *earlier = context;
	json_t *body = json_loads(finding->body, 0, NULL);
	const char *mac = json_string_value(json_object_get(body, "mac")), *source = json_string_value(json_object_get(body, "source"));

	snprintf(earlier->kind, sizeof(earlier->kind), "%s", finding->kind);
	snprintf(earlier->who, sizeof(earlier->who), "%s", mac ? mac : source ? source : "");
	json_decref(body);
}

/* A number means the same after a restart. *mute stays as it is where it is no such number. */
static void look_back(struct host *host, struct guard_mute *mute, struct earlier *earlier)
{
	uint64_t number = strspn(mute->what, "0123456789") == strlen(mute->what) ? strtoull(mute->what, NULL, 10) : 0;

	if (!number || *mute->who || guard_finding(host_guard(host), number) ||
		store_finding(host_store(host), number, take_earlier, earlier) || !earlier->who[0])
		return;
	mute->what = earlier->kind;
	mute->who = earlier->who;
}

static int read_mute(struct host *host, const json_t *request, struct decision *out, struct fault *out_fault)
{
	char rule[GUARD_RULE_MAX];
	struct earlier earlier = {{0}, {0}};
	struct guard_mute mute;

	if (read_word(request, "what", &mute.what, out_fault) || read_word(request, "prefix", &mute.who, out_fault) ||
		read_word(request, "target", &mute.target, out_fault))
		return -EINVAL;
	look_back(host, &mute, &earlier);
	if (guard_mute_rule(host_guard(host), &mute, rule, out_fault) || read_reason(request, rule, out->reason, out_fault) ||
		decide_seconds(request, "for_s", out->made_s, &out->until_s, out_fault))
		return -EINVAL;
	digest_rule(rule, out->prefix.address);
	if (!out->until_s)
		out->until_s = out->made_s + MUTED_FOR_S;
	return 0;
}

json_t *mute_begin(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	uint64_t now_s = host_now().wall_s, id, deed;
	struct decision decision = {.kind = DECISION_MUTE, .prefix.bits = DECISION_OF_MUTE, .made_s = now_s};
	struct deed by = deed_by(asker, now_s);
	uint32_t mutes = 0;
	json_t *answer;

	if (!host_guard(host)) {
		fault_set(out_fault, "", 0, 0, "a shield has no findings to mute");
		return NULL;
	}
	memcpy(decision.who, by.who, sizeof(decision.who));
	store_each_decision(host_store(host), count_mute, &mutes);
	if (mutes >= MUTE_MAX) {
		fault_set(out_fault, "", 0, 0, "more mutes stand than are kept (%d); undo some", MUTE_MAX);
		return NULL;
	}
	if (read_mute(host, request, &decision, out_fault) || store_decide(host_store(host), &decision, &id, &deed, out_fault))
		return NULL;
	by.id = deed;
	by.decision = id;
	memcpy(by.detail, decision.reason, sizeof(by.detail));
	host_deed(host, &by);
	answer = decide_held(host,
		json_pack("{s:b, s:I, s:I, s:I, s:s}", "ok", 1, "decision", (json_int_t)id, "deed", (json_int_t)deed, "until_s",
			(json_int_t)decision.until_s, "mutes", decision.reason));
	warn_culprit(host, answer);
	return answer;
}
