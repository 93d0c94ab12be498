/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentence that a report is about a part of what was read. Every output for people says it, near its top. */
#pragma once

#include "report/phrase.h"
#include "report/report.h"

/* Adds nothing where all was looked at, or nothing was read. */
void selection_say(const struct report_view *view, struct phrase *out);
