/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences that the text report and the HTML page share, so that there is one way to say each thing. All add to *out, escaped;
 * what has nothing to say adds nothing. Each stands where the text report prints it: verdict.c, story.c, tables.c.
 */
#pragma once

#include "report/page.h"
#include "report/phrase.h"

enum { ADVICE_MAX = 8 }; /* different pieces of advice in one block: there are no more kinds that go together */

/* The one thing to read if only one is read: what is wrong, then what else there is. */
struct verdict {
	struct phrase alarm, rest; /* either may be empty */
	enum layout_colour colour;
};
void say_verdict(const struct report_view *view, const struct blocks *blocks, struct verdict *out_verdict);
void say_looked_at(const struct report_view *view, struct phrase *out);

/* "hijacked", "attacked", "outside" ... and how bad that is. */
const char *say_label(const struct block *block, enum layout_colour *out_colour);
/* The device, the group's devices, or the senders. */
void say_who(const struct page *page, const struct block *block, struct phrase *out);
/* Whom a finding without a device is about: its sender, or the one of ours that it befell. */
void say_stranger(const struct finding *finding, struct phrase *out);
void say_identity(const struct device *device, struct phrase *out);
/* What happened: findings of one kind, told by the first of them. */
void say_telling(
	const struct page *page, const struct block *block, const struct finding *const *findings, size_t same, struct phrase *out);

/* What to do, each piece once. */
struct advice {
	const char *list[ADVICE_MAX];
	size_t count;
};
void advice_add(struct advice *advice, const char *text);

/* What it is, and where: "-" if nothing is known. */
void say_what(const struct device *device, struct phrase *out);
void say_where(const struct device *device, struct phrase *out);
void say_capture(const struct report_capture *capture, struct phrase *out);
void say_muted(const struct report_view *view, const struct finding *finding, struct phrase *out);
void say_side(const struct report_view *view, struct phrase *out);
void say_left_out(const struct report_left_out *left_out, struct phrase *out);
/* Some finding on it is told. */
bool blocks_tell_of(const struct blocks *blocks, const struct device *device);
