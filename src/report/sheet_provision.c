/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Provisions of ETSI EN 303 645 in words, and what shows that one is missed where that is no finding. */
#include <string.h>

#include "report/sheet.h"

static const struct {
	const char *number, *title;
} provisions[PROVISION_COUNT] = {
	[PROVISION_5_1_1] = {"5.1-1", "no universal default password"},
	[PROVISION_5_1_5] = {"5.1-5", "guessing passwords made impractical"},
	[PROVISION_5_3_8] = {"5.3-8", "security updates in time"},
	[PROVISION_5_5_1] = {"5.5-1", "communication by best-practice cryptography"},
	[PROVISION_5_5_5] = {"5.5-5", "security-relevant changes only after authentication"},
	[PROVISION_5_5_7] = {"5.5-7", "secrets confidential on their way"},
	[PROVISION_5_6_1] = {"5.6-1", "interfaces that are not used switched off"},
	[PROVISION_5_6_2] = {"5.6-2", "little disclosed before authentication"},
	[PROVISION_5_6_4A] = {"5.6-4A", "debug interfaces switched off"},
};

const char *sheet_provision_number(enum provision provision)
{
	return provisions[provision].number;
}

const char *sheet_provision_title(enum provision provision)
{
	return provisions[provision].title;
}

const char *sheet_answer_name(enum truth answer)
{
	return answer == TRUTH_YES ? "met" : answer == TRUTH_NO ? "missed" : "asked";
}

void sheet_say_answer(const struct sheet *sheet, uint32_t question, struct phrase *out)
{
	const struct sheet_question *asked = &sheet->questions[question];

	phrase_add(out, "%s %s: ", asked->provision, asked->title);
	if (sheet->answers[question] == TRUTH_UNKNOWN)
		phrase_add(out, "%s %s Then write %s: yes, or %s: no, among the facts.", asked->question, asked->where, asked->key,
			asked->key);
	else
		phrase_add(out, "you wrote %s: %s", asked->key, sheet_truth_name(sheet->answers[question]));
}

/* JA4 begins with the newest version that is offered: t10, ts3 (SSL 3.0). */
void sheet_say_clue(const struct clue *clue, struct phrase *out)
{
	const char *ja4 = strcmp(clue->source, "tls ja4") == 0 ? clue->value : "";

	if (strncmp(ja4, "ts", 2) == 0) {
		phrase_add(out, "The newest TLS that it offers is SSL %c.0", ja4[2]);
	} else if (strncmp(ja4, "t1", 2) == 0) {
		phrase_add(out, "The newest TLS that it offers is 1.%c", ja4[2]);
	} else {
		phrase_raw(out, clue->source, SIZE_MAX);
		phrase_add(out, ": ");
		phrase_raw(out, clue->value, SIZE_MAX);
	}
}
