/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A MUD file from anybody: read, said in words, compiled; a URL from a device. */
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void see_fault(void *context, const struct mud_fault *fault)
{
	*(bool *)context |= fault->grade == MUD_ERROR;
	must(*fault->sentence);
	for (const char *at = fault->path; *at; at++)
		must((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void see_line(void *context, const char *line)
{
	must(*line && strlen(line) < 8192);
}

static void compile(const struct mud *mud)
{
	static const uint8_t key[16] = {1};
	uint32_t most = policy_rule_count(mud), count = 0;
	struct fw_rule *rules = malloc((most ? most : 1) * sizeof(*rules));
	struct policy_sets *sets;

	must(rules && policy_sets_new(64, 1, key, &sets) == 0);
	if (policy_rules(mud, sets, rules, most, &count) == 0)
		must(count == most);
	for (uint32_t i = 0; i < count; i++) {
		must(rules[i].local_least <= rules[i].local_most && rules[i].remote_least <= rules[i].remote_most && !rules[i].zero);
		must((rules[i].remote == FW_REMOTE_SET || rules[i].remote == FW_REMOTE_GROUP) == (rules[i].set != 0));
		must(policy_rule_entry(mud, i) < policy_ace_count(mud));
	}
	policy_sets_free(sets);
	free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	bool wrong = false;
	struct mud_ear ear = {.told = see_fault, .context = &wrong};
	char url[MUD_URL_MAX], again[MUD_URL_MAX];
	struct mud *mud = NULL;
	int error = policy_read((const char *)bytes, len, &ear, &mud);

	must((error == 0) == (mud != NULL) && (error == 0) == !wrong);
	if (mud) {
		policy_explain(mud, see_line, NULL);
		compile(mud);
	}
	policy_free(mud);
	if (policy_url_read(bytes, len, url) == 0) {
		must(policy_url_read((const uint8_t *)url, strlen(url), again) == 0 && !strcmp(url, again));
		must(policy_claim_judge(url, again) == CLAIM_SAME);
	}
	return 0;
}
