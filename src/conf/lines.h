/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where each setting stands in the files, remembered beside its value: the files may be others by the time somebody asks. */
#pragma once

#include "conf/conf.h"
#include "conf/parts.h"

struct settings_places;

/* Into settings->places. Returns 0 or -ENOMEM. */
int places_note(const struct parts *parts, const struct settings_part *files, unsigned count, struct settings *settings);
void places_free(struct settings_places *places);
