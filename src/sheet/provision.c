/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sheet/provision.h"

#include <string.h>
#include <strings.h>

enum { PORT_ADB = 5555 };

static void miss(struct sheet *sheet, enum provision provision, enum sheet_reason_kind kind, uint32_t index)
{
	for (uint32_t i = 0; i < sheet->miss_count; i++)
		if (sheet->misses[i].provision == provision)
			return;
	_Static_assert((unsigned)SHEET_MISSES_MAX >= PROVISION_COUNT, "each has a place");
	sheet->misses[sheet->miss_count++] = (struct sheet_miss){provision, {kind, index}};
}

/* The standard is about consumer things; computers and smartphones are none of its devices (section 1). A telephone on a desk is one. */
static bool is_meant(const struct device *device)
{
	static const char *const others[] = {"computer", "smartphone", "tablet", /* as a person may write: */ "laptop", "desktop", "phone",
		"mobile phone", "server", "virtual machine"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(device->kind.name, others[i]) == 0)
			return false;
	return true;
}

/* The device was logged in to; it did not log in somewhere. */
static bool is_server(const struct sheet *sheet, const struct finding *finding)
{
	for (unsigned i = 0; finding->has_source && i < sheet->device->address_count; i++)
		if (!memcmp(sheet->device->addresses[i], finding->source, 16))
			return false;
	return true;
}

static bool let_in(const struct sheet *sheet, const struct finding *finding)
{
	return finding->id == FINDING_DEFAULT_PASSWORD && finding->login.result == LOGIN_ACCEPTED && is_server(sheet, finding);
}

static bool in_clear(const struct sheet *sheet, const struct finding *finding)
{
	return (finding->id == FINDING_DEFAULT_PASSWORD || finding->id == FINDING_CLEARTEXT_LOGIN) && is_server(sheet, finding) &&
		finding->login.result != LOGIN_REFUSED;
}

/* Refusals so fast that nothing can have slowed them down. */
static bool guessed_freely(const struct sheet *sheet, const struct finding *finding)
{
	uint64_t minutes = (finding->last_ns - finding->first_ns) / 60000000000u + 1;

	return finding->id == FINDING_LOGIN_GUESSING && finding->state < STATE_SUSPECT && is_server(sheet, finding) &&
		finding->login.refused >= PROVISION_REFUSED_LEAST && finding->login.refused / minutes >= PROVISION_REFUSED_A_MINUTE;
}

static bool is_debug(const struct sheet *sheet, const struct finding *finding)
{
	if (finding->id == FINDING_OPEN_SERVICE)
		return finding->service.port == PORT_ADB;
	return let_in(sheet, finding) && finding->login.service == LOGIN_TELNET && strcmp(finding->login.user, "root") == 0;
}

/* A digit, a dot, a digit. */
static bool tells_version(const char *text)
{
	for (; (text = strchr(text, '.')); text++)
		if (text[1] >= '0' && text[1] <= '9' && text[-1] >= '0' && text[-1] <= '9')
			return true;
	return false;
}

static bool is_banner(const struct clue *clue)
{
	static const char *const sources[] = {"http server", "rtsp server", "ftp banner", "telnet banner", "ssh banner"};

	if (clue->value[0] == '.')
		return false;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(clue->source, sources[i]) == 0)
			return tells_version(clue->value);
	return false;
}

/*
 * JA4 begins with the newest version that is offered. What falls back after a failure has offered a newer one before, so all that is known of must be old;
 * and where the list of clues had no room for one, not all is known.
 */
static bool find_old_tls(const struct device *device, uint32_t *out_clue)
{
	static const char *const old[] = {"ts2", "ts3", "t10", "t11"};
	uint32_t asked = 0, outdated = 0;

	for (uint32_t i = 0; i < device->clue_count; i++) {
		if (strcmp(device->clues[i].source, "tls ja4") != 0)
			continue;
		asked++;
		for (size_t k = 0; k < sizeof(old) / sizeof(old[0]); k++)
			if (strncmp(device->clues[i].value, old[k], strlen(old[k])) == 0 && !outdated++)
				*out_clue = i;
	}
	return outdated && outdated == asked && !device->tls_left_out;
}

static bool is_asked_of(const struct device *router, const struct finding *finding)
{
	for (unsigned i = 0; i < router->address_count; i++)
		if (!memcmp(router->addresses[i], finding->reached.router, 16))
			return true;
	return false;
}

/* Whom the finding is about is somebody else; what it shows is about the router. */
static const struct finding *find_mapping(const struct sheet *sheet, const struct finding *const *others, size_t other_count)
{
	for (size_t i = 0; i < other_count; i++)
		if (others[i]->id == FINDING_REACHED_FROM_INTERNET && !others[i]->muted && others[i]->reached.mapped &&
			is_asked_of(sheet->device, others[i]))
			return others[i];
	return NULL;
}

static void judge_finding(struct sheet *sheet, uint32_t index)
{
	const struct finding *finding = sheet->findings[index];
	const struct {
		enum provision provision;
		bool missed;
	} rules[] = {
		{PROVISION_5_1_1, let_in(sheet, finding)},
		{PROVISION_5_1_5, guessed_freely(sheet, finding)},
		{PROVISION_5_5_1, in_clear(sheet, finding)},
		{PROVISION_5_5_7, in_clear(sheet, finding)},
		{PROVISION_5_6_1, finding->id == FINDING_OPEN_SERVICE},
		{PROVISION_5_6_4A, is_debug(sheet, finding)},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].missed)
			miss(sheet, rules[i].provision, REASON_FINDING, index);
}

static void sort(struct sheet *sheet)
{
	for (uint32_t i = 1; i < sheet->miss_count; i++)
		for (uint32_t k = i; k && sheet->misses[k].provision < sheet->misses[k - 1].provision; k--) {
			struct sheet_miss other = sheet->misses[k];

			sheet->misses[k] = sheet->misses[k - 1];
			sheet->misses[k - 1] = other;
		}
}

static void judge_clues(struct sheet *sheet)
{
	uint32_t clue = 0;

	for (uint32_t i = 0; i < sheet->device->clue_count; i++)
		if (is_banner(&sheet->device->clues[i]))
			miss(sheet, PROVISION_5_6_2, REASON_CLUE, i);
	if (find_old_tls(sheet->device, &clue))
		miss(sheet, PROVISION_5_5_1, REASON_CLUE, clue);
}

void provision_judge(struct sheet *sheet, const struct finding *const *others, size_t other_count)
{
	sheet->miss_count = 0;
	if (!is_meant(sheet->device)) {
		sheet->question_count = 0;
		return;
	}
	for (uint32_t i = 0; i < sheet->finding_count; i++)
		if (!sheet->findings[i]->muted)
			judge_finding(sheet, i);
	for (uint32_t i = 0; i < sheet->advisory_count; i++)
		if (sheet->advisories[i].open && sheet->advisories[i].certainty == ASSET_EXACT && sheet_is_unfixed(&sheet->advisories[i]))
			miss(sheet, PROVISION_5_3_8, REASON_ADVISORY, i);
	judge_clues(sheet);
	sheet->mapping = find_mapping(sheet, others, other_count);
	if (sheet->mapping)
		miss(sheet, PROVISION_5_5_5, REASON_MAPPING, 0);
	sort(sheet);
}
