/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One finding by itself, in the words of the whole report: what a daemon shows and keeps. */
#include <stdio.h>
#include <string.h>

#include "report/report.h"
#include "report/view.h"
#include "report/words.h"

void report_tell(const struct finding *finding, const char *name, struct report_told *out_told)
{
	struct phrase scratch = {0}, phrase = {0};
	struct finding alone = *finding;
	const struct report_view view = {0};
	struct subject subject;

	alone.device = DEVICE_NONE; /* no list of devices stands beside it: the name is all there is */
	subject = name && *name ? (struct subject){name, false} : view_subject(&view, &alone, &scratch);
	_Static_assert((int)REPORT_SUMMARY_MAX == (int)PHRASE_MAX, "a phrase");
	words_title(&phrase, finding);
	snprintf(out_told->title, sizeof(out_told->title), "%.*s", (int)sizeof(out_told->title) - 1, phrase.text);
	phrase_clear(&phrase);
	words_summary(&phrase, finding, &subject);
	memcpy(out_told->why, phrase.text, phrase.len + 1);
	out_told->advice = finding->state == STATE_HIJACKED ? words_advice_hijacked : words_advice(finding);
}
