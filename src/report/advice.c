/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single lines of a device's sheet, for who shows them one by one. */
#include <stdio.h>

#include "report/names.h"
#include "report/report.h"
#include "report/sheet.h"

/* The first that is of the kind to act on; else the first of all. */
static const struct sheet_remedy *best(const struct sheet_advisory *advisory)
{
	enum remedy wanted = sheet_remedy(advisory);

	for (uint32_t i = 0; i < advisory->remedy_count; i++)
		if (advisory->remedies[i].category == wanted)
			return &advisory->remedies[i];
	return advisory->remedy_count ? &advisory->remedies[0] : NULL;
}

void report_advisory(const struct sheet_advisory *advisory, struct report_advice *out_advice)
{
	const struct sheet_remedy *remedy = best(advisory);
	struct phrase standing = {0}, helps = {0};

	sheet_say_standing(advisory, &standing);
	if (advisory->marked_version) {
		phrase_add(&standing, " ");
		sheet_say_mark(advisory, &standing);
	}
	if (remedy)
		sheet_say_remedy(remedy, &helps);
	snprintf(out_advice->standing, sizeof(out_advice->standing), "%s", standing.text);
	snprintf(out_advice->remedy, sizeof(out_advice->remedy), "%s", helps.text);
	out_advice->certainty = name_certainty(advisory->certainty);
	out_advice->status = name_status(advisory->status);
	out_advice->remediation = name_remedy(sheet_remedy(advisory));
}

const char *report_recall(const struct sheet_recall *recall, char out[REPORT_ADVICE_MAX])
{
	struct phrase phrase = {0};

	sheet_say_recall(recall, &phrase);
	snprintf(out, REPORT_ADVICE_MAX, "%s", phrase.text);
	return sheet_truth_name(recall->answer);
}
