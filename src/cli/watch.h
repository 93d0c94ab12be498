/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shield on a terminal, drawn again each second without flicker: one write a picture, over the one before. */
#pragma once

#include "cli/ask.h"
#include "cli/shield_text.h"

/* Until q, Ctrl-C or SIGTERM, or the daemon is gone. Returns an exit code; the terminal is as it was. */
int watch_shield(const struct ask_options *options);

/* As wide as the terminal or as was said; colour only where it is welcome (show.c). */
void style_of(const struct ask_options *options, struct shield_style *out);
