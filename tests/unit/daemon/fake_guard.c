/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The role guard without a kernel: one device of each stand, a finding of each act, a policy that holds and one that does not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/guard.h"
#include "fake_host.h"

enum { DEVICES = 4, FINDINGS = 5, POLICIES = 2 };

static struct guarded_view devices[DEVICES];
static const uint8_t addresses[DEVICES][16];
static struct found_view findings[FINDINGS];
static struct policy_view policies[POLICIES];
static struct guard_view view;

static void make_devices(void)
{
	for (unsigned i = 0; i < DEVICES; i++) {
		devices[i] = (struct guarded_view){GUARDED_NOTHING, .place = (uint16_t)(i * 20), .mac = {2, 0, 0, 0, 0, (uint8_t)i},
			.known = i & 1, .first_s = 1, .last_s = i, .stand = (enum guard_stand)i, .decision = i, .since_s = i,
			.until_s = i & 2, .policy_from = (enum policy_from)(i % 3), .state = (enum device_state)i,
			.address_count = (uint8_t)i};
		devices[i].addresses = addresses;
		devices[i].name = i ? "cam\x1b[2J\xff" : "";
		devices[i].why = i & 2 ? "told so" : "";
		devices[i].mud_refused = i & 1 ? "https://elsewhere.example/x" : "";
	}
}

static void make_findings(void)
{
	for (unsigned i = 0; i < FINDINGS; i++) {
		findings[i] = (struct found_view){
			.number = i + 1, .act = (enum guard_act)i, .raised_ns = 1, .acted_ns = i & 1, .leak_known = i & 1};
		findings[i].finding = (struct finding){.id = FINDING_SCAN,
			.severity = (enum severity)(i % 4),
			.device = i < DEVICES ? i : DEVICE_NONE,
			.has_source = i & 1,
			.has_target = i & 2};
		snprintf(findings[i].muted, sizeof(findings[i].muted), "%s", i == 3 ? "ours" : "");
	}
}

struct guard_view *guard_view(struct guard *guard, const struct fetch_time *now)
{
	make_devices();
	make_findings();
	snprintf(policies[1].why, sizeof(policies[1].why), "camera.json:1: no MUD file");
	view = (struct guard_view){.version = "0",
		.interface_count = 1,
		.interfaces = {{"lan0", true}},
		.now_s = now->wall_s,
		.started_s = 1,
		.devices = devices,
		.device_count = DEVICES,
		.findings = findings,
		.finding_count = FINDINGS,
		.policies = policies,
		.policy_count = POLICIES,
		.fill_count = 1,
		.fills = {{"devices", 3, 16}},
		.blind_count = 1,
		.blind = {"no IPv6 here"}};
	view.totals.reason[FW_GUARD_OUT][FW_GUARD_DROPPED][FW_REASON_BLOCKED] = (struct fw_guard_tally){.packets = 7, .bytes = 700};
	return &view;
}

const struct guard_device_view *guard_device_view(struct guard *guard, const uint8_t mac[6])
{
	static struct guard_device_view more = {.word_count = 1,
		.words = {"anything\x1b[2J"},
		.talk_count = 1,
		.talks = {{.name = "cloud.example\xff",
			.named = TALK_BY_HELLO,
			.proto = 6,
			.port = 443,
			.packets = {3, 2},
			.bytes = {300, 200}}},
		.device = {.clue_count = 1, .clues = {{"dhcp 12", "cam\x1b[2J", "maker: Foo"}}}};

	return mac[5] < DEVICES ? &more : NULL;
}

int guard_decide(struct guard *guard, struct fault *out_fault)
{
	struct host *host = fake_host_now();

	host->decided++;
	if (!host->no_room)
		return 0;
	fault_set(out_fault, "", 0, 0, "there is no room");
	return -ENOSPC;
}

bool guard_let_go(struct guard *guard, const uint8_t mac[6])
{
	return mac[5] == 3;
}

bool guard_holds(const struct guard *guard, const uint8_t mac[6])
{
	return mac[5] == 1;
}

int guard_who(struct guard *guard, const char *word, uint8_t out_mac[6], struct fault *out_fault)
{
	uint8_t mac[6] = {2, 0, 0, 0, 0, 2};
	bool two = strcmp(word, "two") == 0;

	if (mac_read(word, mac) && strcmp(word, "camera") != 0) {
		fault_set(out_fault, "", 0, 0, two ? "more than one device has this name" : "no device has this name");
		return two ? -EEXIST : -ENOENT;
	}
	memcpy(out_mac, mac, 6);
	return 0;
}

int guard_mute_rule(struct guard *guard, const struct guard_mute *mute, char out_rule[GUARD_RULE_MAX], struct fault *out_fault)
{
	if (strcmp(mute->what, "scan") != 0 && strcmp(mute->what, "*") != 0) {
		fault_set(out_fault, "", 0, 0, "'%.64s' is no finding's name", mute->what);
		return -EINVAL;
	}
	snprintf(out_rule, GUARD_RULE_MAX, "%.20s %.40s%s%.40s", mute->what, *mute->who ? mute->who : "*", *mute->target ? " -> " : "",
		mute->target);
	return 0;
}

bool guard_muted_culprit(struct guard *guard, uint8_t out_mac[6])
{
	memcpy(out_mac, (uint8_t[]){2, 0, 0, 0, 0, 3}, 6);
	return true;
}

const char *guard_finding_word(enum finding_id id)
{
	return "scan";
}

/* ---- what is remembered ---- */

const struct found_view *guard_finding(const struct guard *guard, uint64_t number)
{
	static struct found_view more;
	const struct host *host = fake_host_now();

	make_findings();
	if (number >= 1 && number <= FINDINGS)
		return &findings[number - 1];
	if (!number || number < host->found_first || number > host->found_last)
		return NULL;
	more = findings[0];
	more.number = (uint32_t)number;
	return &more;
}

const char *guard_mute_of(const struct guard *guard, const struct found_view *found)
{
	return found->mac[5] == 3 ? "ours" : NULL;
}

void guard_each_device(struct guard *guard, void (*see)(void *context, const struct guarded_view *device), void *context)
{
	make_devices();
	for (unsigned i = 0; i < DEVICES; i++) {
		devices[i].last_s += fake_host_now()->heard_s;
		see(context, &devices[i]);
	}
	for (uint32_t i = 0; i < fake_host_now()->crowd; i++)
		see(context,
			&(struct guarded_view){
				GUARDED_NOTHING, .mac = {2, 1, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}, .first_s = 1, .last_s = 1});
}

bool guard_one_device(struct guard *guard, const uint8_t mac[6], struct guarded_view *out_view)
{
	make_devices();
	for (unsigned i = 0; i < DEVICES; i++)
		if (memcmp(devices[i].mac, mac, 6) == 0) {
			*out_view = devices[i];
			return true;
		}
	return false;
}

bool guard_name(struct guard *guard, const uint8_t mac[6], char out_name[DEVICE_TEXT_MAX])
{
	snprintf(out_name, DEVICE_TEXT_MAX, "%s", mac[5] == 2 ? fake_host_now()->name : "");
	return out_name[0] != 0;
}

void guard_take_names(struct guard *guard)
{
	fake_host_now()->names_taken++;
}

void guard_totals(struct guard *guard, struct fw_guard_totals *out_totals)
{
	memset(out_totals, 0, sizeof(*out_totals));
	out_totals->reason[FW_GUARD_OUT][FW_GUARD_PASSED][0] = fake_host_now()->passed;
}

/* The exposed one has an advisory of each certainty, with text that no page should take as it is; the hijacked one is recalled. */
const struct sheet *guard_advice_of(struct guard *guard, const uint8_t mac[6], const char **out_why)
{
	static struct sheet_remedy remedy = {REMEDY_VENDOR_FIX, "install 2\x1b[2J", "https://fix.example/\xff", ""};
	static struct sheet_advisory advisories[3];
	static struct sheet_recall recall = {.id = "r-1",
		.title = "cells\x1b",
		.publisher = "",
		.source = "",
		.answer = TRUTH_YES,
		.says = "take it back",
		.assumed = "",
		.where = ""};
	static struct sheet sheet = {.advisories = advisories, .advisory_count = 3, .recalls = &recall, .recall_count = 1};

	for (unsigned i = 0; i < 3; i++)
		advisories[i] = (struct sheet_advisory){.id = "X-1",
			.title = "bad\x1b[2J",
			.publisher = "",
			.url = i ? "https://x.example/" : "",
			.product = "",
			.product_version = "",
			.certainty = (enum asset_certainty)i,
			.status = STATUS_AFFECTED,
			.remedy = i ? REMEDY_VENDOR_FIX : REMEDY_COUNT,
			.open = i == 2,
			.score = (uint16_t)(i * 49),
			.remedies = &remedy,
			.remedy_count = i > 0};
	*out_why = mac[5] == 1 ? "" : "advisories are being read";
	return mac[5] == 1 ? &sheet : NULL;
}

void guard_each_recalled(
	struct guard *guard, void (*see)(void *context, const struct device *device, const struct sheet_recall *recall), void *context)
{
	static const struct device those[] = {
		{.macs = {{2, 0, 0, 0, 0, 3}}, .mac_count = 1}, {.macs = {{2, 0, 0, 0, 0, 2}}, .mac_count = 1, .name = "IPCAM"}};
	struct sheet_recall recall = {.title = "cells", .says = "take it back", .assumed = "", .answer = TRUTH_YES};

	for (unsigned i = 0; fake_host_now()->recalled && i < 2; i++) {
		see(context, &those[i], &recall);
		recall.assumed = "country = US";
	}
}

void guard_pardon(struct guard *guard, const uint8_t mac[6])
{
	(void)guard;
	(void)mac;
}
