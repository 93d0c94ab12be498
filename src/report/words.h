/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings in plain words: a title, a sentence or two on what happened, and what to do about it. One table by finding.
 * Text and JSON say the same words; only the subject differs ("It" below a device's own heading, its name elsewhere).
 */
#pragma once

#include "model/finding.h"
#include "report/phrase.h"

struct subject {
	const char *name; /* the device's or sender's, raw; words_subject_unknown; NULL: "it" */
	bool came; /* the device is itself the finding's source: it logged in elsewhere */
};
extern const char words_subject_unknown[];

/* All three add to *out; raw names are escaped here. */
void words_title(struct phrase *out, const struct finding *finding);
void words_summary(struct phrase *out, const struct finding *finding, const struct subject *subject);
/* The other end, or what else tells findings of one kind apart; adds nothing where there is no such thing. */
void words_peer(struct phrase *out, const struct finding *finding);
/* Static: equal advice is the same pointer. */
const char *words_advice(const struct finding *finding);
/* What to do about a hijacked device; covers whatever else was found on it. */
extern const char words_advice_hijacked[];
