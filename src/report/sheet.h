/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences of the sheets that text and page share, so that there is one way to say each thing. All add to *out, escaped; what has nothing
 * to say adds nothing. Made in sheet_words.c; of provisions, in sheet_provision.c.
 */
#pragma once

#include "report/phrase.h"
#include "report/report.h"

/* How sure: "very likely", "likely", "perhaps"; "you said so" for what a person wrote down. */
void sheet_say_identity(const struct sheet *sheet, struct phrase *out);
/* The one sentence to read. */
void sheet_say_verdict(const struct sheet *sheet, struct phrase *out);
void sheet_say_all(const struct sheet_view *view, struct phrase *out);

const char *sheet_step_name(enum sheet_step_id id); /* for machines: "password" */
const char *sheet_step_title(enum sheet_step_id id); /* "Change the password" */
/* How it is done, with what this sheet knows. */
void sheet_say_step(const struct sheet *sheet, const struct sheet_step *step, struct phrase *out);
/* That remedy of the advisory that is the step's reason is a fix whose link no earlier one has. */
bool sheet_is_new_fix(const struct sheet *sheet, const struct sheet_step *step, uint32_t reason, uint32_t remedy);
void sheet_say_reason(const struct sheet *sheet, const struct sheet_reason *reason, struct phrase *out);

/* "ICSA-18-282-06: Title" */
void sheet_say_advisory(const struct sheet_advisory *advisory, struct phrase *out);
/* How sure, how grave, what is offered, how far one is with it. */
void sheet_say_standing(const struct sheet_advisory *advisory, struct phrase *out);
/* What is done about it and where that is; index: of its remedies. */
void sheet_say_remedy(const struct sheet_remedy *remedy, struct phrase *out);
void sheet_say_mark(const struct sheet_advisory *advisory, struct phrase *out);
void sheet_say_change(const struct sheet_advisory *advisory, struct phrase *out);
void sheet_say_by_maker(const struct sheet *sheet, struct phrase *out);
void sheet_say_fix(const struct sheet *sheet, struct phrase *out);
/* What a ceiling kept from being looked up for this device. */
void sheet_say_left_out(const struct sheet *sheet, struct phrase *out);
/* How many documents were read, and what of them was not. */
void sheet_say_read(const struct sheet_view *view, struct phrase *out);

/* "Recalled: yes." and why, or the question; then what is recalled, by whom. Where that was published is told beside it. */
void sheet_say_recall(const struct sheet_recall *recall, struct phrase *out);
void sheet_say_recall_source(const struct sheet_recall *recall, struct phrase *out);
const char *sheet_truth_name(enum truth truth); /* "yes", "no", "unknown" */
const char *sheet_fix_name(enum sheet_fix fix);

const char *sheet_provision_number(enum provision provision); /* "5.1-1" */
const char *sheet_provision_title(enum provision provision);
void sheet_say_clue(const struct clue *clue, struct phrase *out); /* as what shows a provision missed */

/* "missed", "met", "asked" */
const char *sheet_answer_name(enum truth answer);
/* "5.3-13 how long it gets ...: you wrote that it is not so", or the question and where its answer is found. */
void sheet_say_answer(const struct sheet *sheet, uint32_t question, struct phrase *out);

/* Something is known against it, or to be done, or asked. */
bool sheet_has_something(const struct sheet *sheet);
