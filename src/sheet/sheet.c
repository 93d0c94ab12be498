/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What to do tonight, in the order in which it helps: the password first, because whoever comes back will try it; then the update; then
 * the way in from outside; and what cannot be mended is kept apart, or replaced. A step stands on a sheet only with the reason that
 * calls for it: something that was seen, something that was published, or a recall.
 */
#include "sheet/sheet.h"

#include <string.h>

#include "sheet/provision.h"

enum { SCORE_HIGH = 70 };

static struct sheet_step *step_of(struct sheet *sheet, enum sheet_step_id id)
{
	for (uint32_t i = 0; i < sheet->step_count; i++)
		if (sheet->steps[i].id == id)
			return &sheet->steps[i];
	sheet->steps[sheet->step_count] = (struct sheet_step){.id = id};
	return &sheet->steps[sheet->step_count++];
}

/* Ten cameras' worth of open ports are one reason: findings of one kind count once. */
static bool is_told(const struct sheet *sheet, const struct sheet_step *step, enum finding_id id)
{
	for (uint32_t i = 0; i < step->reason_count; i++)
		if (step->reasons[i].kind == REASON_FINDING && sheet->findings[step->reasons[i].index]->id == id)
			return true;
	return false;
}

static void call_for(struct sheet *sheet, enum sheet_step_id id, enum sheet_reason_kind kind, uint32_t index)
{
	struct sheet_step *step = step_of(sheet, id);

	if (kind == REASON_FINDING && is_told(sheet, step, sheet->findings[index]->id))
		return;
	if (step->reason_count == SHEET_REASONS_MAX) {
		step->reasons_left_out++;
		return;
	}
	step->reasons[step->reason_count++] = (struct sheet_reason){kind, index};
}

/* ---- what calls for what ---- */

static bool wants_password(const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
		return finding->login.result != LOGIN_REFUSED;
	case FINDING_CLEARTEXT_LOGIN:
		return finding->login.outside;
	case FINDING_LOGIN_GUESSING: /* somebody was let in, or it is the guesser itself */
		return finding->login.accepted || finding->state == STATE_HIJACKED;
	default:
		return finding->state == STATE_HIJACKED;
	}
}

static bool wants_update(const struct finding *finding)
{
	return finding->state == STATE_HIJACKED;
}

static bool wants_unmapping(const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
		return finding->login.outside && finding->login.result != LOGIN_REFUSED;
	case FINDING_LOGIN_GUESSING:
		return finding->login.outside && finding->state < STATE_SUSPECT;
	case FINDING_OPEN_SERVICE:
		return finding->service.outside;
	case FINDING_REACHED_FROM_INTERNET:
		return finding->reached.mapped || finding->reached.how == REACHED_IN || finding->reached.how == REACHED_NOT_YET;
	case FINDING_REFLECTOR:
		return !finding->reflector.own_zone;
	default:
		return false;
	}
}

static bool wants_quarantine(const struct finding *finding)
{
	return finding->state >= STATE_SUSPECT && finding->severity > SEVERITY_LOW;
}

static void weigh_findings(struct sheet *sheet, enum sheet_step_id id, bool (*wants)(const struct finding *finding))
{
	for (uint32_t i = 0; i < sheet->finding_count; i++)
		if (!sheet->findings[i]->muted && wants(sheet->findings[i]))
			call_for(sheet, id, REASON_FINDING, i);
}

/* Feeds put many a fix down as a mitigation: only where the document says that there is none, there is none. */
bool sheet_is_unfixed(const struct sheet_advisory *advisory)
{
	enum remedy remedy = sheet_remedy(advisory);

	return remedy == REMEDY_NONE_AVAILABLE || remedy == REMEDY_NO_FIX_PLANNED || remedy == REMEDY_COUNT;
}

/* No fix is offered, and it is grave or used already: nothing but distance helps. */
static bool is_unmended(const struct sheet_advisory *advisory)
{
	return advisory->certainty == ASSET_EXACT && sheet_is_unfixed(advisory) && (advisory->score >= SCORE_HIGH || advisory->exploited);
}

static void weigh_advisories(struct sheet *sheet, enum sheet_step_id id)
{
	for (uint32_t i = 0; i < sheet->advisory_count; i++) {
		const struct sheet_advisory *advisory = &sheet->advisories[i];
		bool wanted = false;

		if (!advisory->open)
			continue;
		if (id == STEP_UPDATE)
			wanted = !sheet_is_unfixed(advisory);
		else if (id == STEP_UNMAP)
			wanted = advisory->remedy != REMEDY_VENDOR_FIX;
		else if (id == STEP_QUARANTINE)
			wanted = is_unmended(advisory);
		else if (id == STEP_REPLACE)
			wanted = sheet_remedy(advisory) == REMEDY_NO_FIX_PLANNED && advisory->certainty == ASSET_EXACT;
		if (wanted)
			call_for(sheet, id, REASON_ADVISORY, i);
	}
}

static void judge_steps(struct sheet *sheet)
{
	sheet->step_count = 0;
	weigh_findings(sheet, STEP_PASSWORD, wants_password);
	weigh_advisories(sheet, STEP_UPDATE);
	weigh_findings(sheet, STEP_UPDATE, wants_update);
	weigh_findings(sheet, STEP_UNMAP, wants_unmapping);
	weigh_advisories(sheet, STEP_UNMAP);
	weigh_findings(sheet, STEP_QUARANTINE, wants_quarantine);
	weigh_advisories(sheet, STEP_QUARANTINE);
	for (uint32_t i = 0; i < sheet->recall_count; i++)
		if (sheet->recalls[i].answer == TRUTH_YES)
			call_for(sheet, STEP_REPLACE, REASON_RECALL, i);
	weigh_advisories(sheet, STEP_REPLACE);
}

static enum sheet_fix judge_fix(const struct sheet *sheet)
{
	uint32_t fixed = 0, open = 0;

	for (uint32_t i = 0; i < sheet->advisory_count; i++) {
		if (!sheet->advisories[i].open)
			continue;
		open++;
		fixed += sheet->advisories[i].remedy == REMEDY_VENDOR_FIX;
	}
	if (!open)
		return sheet->by_maker && !sheet->device->model.name[0] ? FIX_UNKNOWN : FIX_NONE_NEEDED;
	return fixed == open ? FIX_OFFERED : fixed ? FIX_IN_PART : FIX_NOT_OFFERED;
}

void sheet_judge(struct sheet *sheet, const struct finding *const *others, size_t other_count)
{
	sheet->open_count = 0;
	for (uint32_t i = 0; i < sheet->advisory_count; i++)
		sheet->open_count += sheet->advisories[i].open;
	judge_steps(sheet);
	sheet->fix = judge_fix(sheet);
	provision_judge(sheet, others, other_count);
}
