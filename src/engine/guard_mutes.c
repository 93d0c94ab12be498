/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nobody wants to hear of again. A mute is a decision like others (store/): it has a reason, an end and an undo. Its rule is a line of a mute
 * file, so that a guard and `inspect --mute` mean the same by it. It works on findings to come, which put nobody into quarantine then, and on
 * those that are shown.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/guard_room.h"
#include "report/report.h"
#include "wire/siphash.h"

static void finding_names(const char *names[FINDING_ID_COUNT])
{
	for (int i = 0; i < FINDING_ID_COUNT; i++)
		names[i] = report_finding_name((enum finding_id)i);
}

/* ---- rules that hold ---- */

struct gathering {
	FILE *out;
	const char *const *names;
};

/* A line that cannot be read (the store was edited by hand) costs its own rule, and not all others. */
static void gather(void *context, const struct decision *decision)
{
	struct gathering *gathering = context;
	struct mute_list *alone = NULL;
	struct fault fault;

	if (decision->kind != DECISION_MUTE ||
		mute_read("", decision->reason, strlen(decision->reason), gathering->names, &alone, &fault) != 0)
		return;
	mute_free(alone);
	fprintf(gathering->out, "%s\n", decision->reason);
}

/* What is not muted any more acts as if it were found now. */
static void judge_anew(struct guard *guard, uint64_t digest)
{
	if (digest != guard->mutes_digest)
		live_judge_anew(guard->live);
	guard->mutes_digest = digest;
}

void guard_take_mutes(struct guard *guard)
{
	const char *names[FINDING_ID_COUNT];
	struct gathering gathering = {.names = names};
	struct mute_list *list = NULL;
	struct fault fault;
	char *body = NULL;
	size_t len = 0;

	finding_names(names);
	gathering.out = open_memstream(&body, &len);
	if (!gathering.out)
		return;
	store_each_decision(guard->store, gather, &gathering);
	if (fclose(gathering.out) == 0 && mute_read("", body, len, names, &list, &fault) == 0) {
		mute_free(guard->mutes);
		guard->mutes = list;
		judge_anew(guard, fw_siphash((const uint8_t *)guard->config.key, body, len));
	}
	free(body);
}

const char *guard_muted(const struct guard *guard, const struct found_view *found)
{
	static const uint8_t none[6];
	uint32_t number = memcmp(found->mac, none, 6) ? live_device_of(guard->live, found->mac) : DEVICE_NONE;
	const struct roster_device *placed = memcmp(found->mac, none, 6) ? roster_find(guard->roster, found->mac) : NULL;
	struct device device = {0};
	bool known = number != DEVICE_NONE && live_device(guard->live, number, &device);

	/* one that left meanwhile still has its MAC */
	if (!known && memcmp(found->mac, none, 6)) {
		memcpy(device.macs[0], found->mac, 6);
		device.mac_count = 1;
		known = true;
	}
	/* a claim puts any address among those that detection knows: only what it uses now counts */
	device.address_count = placed && placed->address_count;
	if (device.address_count)
		memcpy(device.addresses[0], placed->addresses[0], 16);
	return mute_find(guard->mutes, &found->finding, known ? &device : NULL);
}

bool guard_muted_culprit(struct guard *guard, uint8_t out_mac[6])
{
	uint64_t kept = guard->found_count < GUARD_FOUND_MAX ? guard->found_count : GUARD_FOUND_MAX;

	for (uint64_t i = 0; i < kept; i++) {
		const struct found_view *found = &guard->found[i];
		const struct roster_device *device = found->act == ACT_QUARANTINED ? roster_find(guard->roster, found->mac) : NULL;

		if (!device || !device->quarantined || !guard_muted(guard, found))
			continue;
		memcpy(out_mac, found->mac, 6);
		return true;
	}
	return false;
}

/* ---- what a person means ---- */

static int wrong(struct fault *out_fault, const char *word, const char *sentence)
{
	fault_set(out_fault, "", 0, 0, "'%.64s' %s", word, sentence);
	return -EINVAL;
}

static const struct found_view *found_by_number(const struct guard *guard, uint64_t number)
{
	uint64_t kept = guard->found_count < GUARD_FOUND_MAX ? guard->found_count : GUARD_FOUND_MAX;

	for (uint64_t i = 0; i < kept; i++)
		if (guard->found[i].number == number)
			return &guard->found[i];
	return NULL;
}

/* Of a finding that is shown: its kind, and who did it. */
static int rule_of_number(const struct guard *guard, const char *word, char out[GUARD_RULE_MAX], struct fault *out_fault)
{
	static const uint8_t none[6];
	const struct found_view *found = strlen(word) < 10 ? found_by_number(guard, strtoull(word, NULL, 10)) : NULL;
	char who[TEXT_ADDRESS_MAX];

	if (!found)
		return wrong(out_fault, word, "is the number of no finding that is shown");
	if (memcmp(found->mac, none, 6))
		text_mac(who, found->mac);
	else if (found->finding.has_source)
		text_address(who, found->finding.source);
	else
		return wrong(out_fault, word, "is a finding of nobody in particular: name its kind, and an address or *");
	snprintf(out, GUARD_RULE_MAX, "%s %s", report_finding_name(found->finding.id), who);
	return 0;
}

static bool is_number(const char *word)
{
	return *word && strspn(word, "0123456789") == strlen(word);
}

static bool is_finding(const char *word)
{
	const char *names[FINDING_ID_COUNT];

	finding_names(names);
	for (int i = 0; i < FINDING_ID_COUNT; i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return strcmp(word, "*") == 0;
}

static bool is_prefix(const char *word)
{
	struct prefix prefix;

	return strcmp(word, "*") == 0 || prefix_read(word, &prefix) == 0;
}

/* A MAC, a prefix, or a device by the name or the address that it has now: its MAC is what is muted, as anybody can take an address. */
static int who_of(struct guard *guard, const char *word, char out[TEXT_ADDRESS_MAX + 8], struct fault *out_fault)
{
	char address[TEXT_ADDRESS_MAX];
	struct prefix prefix;
	uint8_t mac[6];

	if (strlen(word) < TEXT_ADDRESS_MAX && prefix_read(word, &prefix) == 0 && prefix.bits == 128) {
		word = text_address(address, prefix.address);
	} else if (strlen(word) < TEXT_ADDRESS_MAX && is_prefix(word)) {
		snprintf(out, TEXT_ADDRESS_MAX + 8, "%s", word);
		return 0;
	}
	if (mac_read(word, mac) != 0 && guard_who(guard, word, mac, out_fault) != 0)
		return -EINVAL;
	text_mac(out, mac);
	return 0;
}

int guard_mute_rule(struct guard *guard, const struct guard_mute *mute, char out_rule[GUARD_RULE_MAX], struct fault *out_fault)
{
	char who[TEXT_ADDRESS_MAX + 8];

	if (is_number(mute->what) && !*mute->who)
		return rule_of_number(guard, mute->what, out_rule, out_fault);
	if (!is_finding(mute->what))
		return wrong(out_fault, mute->what, "is no finding's name, no number of one that is shown, and not *");
	if (*mute->target && (strlen(mute->target) >= TEXT_ADDRESS_MAX || !is_prefix(mute->target)))
		return wrong(out_fault, mute->target, "is no address or prefix");
	if (who_of(guard, *mute->who ? mute->who : "*", who, out_fault))
		return -EINVAL;
	if (strcmp(mute->what, "*") == 0 && strcmp(who, "*") == 0 && (!*mute->target || strcmp(mute->target, "*") == 0))
		return wrong(out_fault, "*", "of everybody would mute all that is ever found: name a finding, a device or an address");
	snprintf(out_rule, GUARD_RULE_MAX, "%s %s%s%s", mute->what, who, *mute->target ? " -> " : "", mute->target);
	return 0;
}
