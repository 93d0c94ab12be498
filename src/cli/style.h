/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How wide a text report is, and whether in colour: what the terminal and the user want. */
#pragma once

#include "report/report.h"

/* --width. Returns 0 or -EINVAL. */
int style_read_width(const char *word, struct report_style *style);
/* As wide as the terminal at descriptor, within reason for reading; colour only there, and only where it is welcome. */
void style_fit(struct report_style *style, int descriptor, bool no_color);
