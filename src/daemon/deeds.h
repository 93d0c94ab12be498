/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the audit log, as they are shown and told (show_decisions.c). */
#pragma once

#include <jansson.h>

#include "store/store.h"

/* docs/openapi.json has it. NULL: no memory. */
json_t *show_deed(const struct deed *deed);
/* "quarantine", "allow", "mute", "bypass"; NULL: it is about no decision. */
const char *deed_kind(const struct deed *deed);
/* In a sentence: "put into quarantine by root: told so; until 2026-01-02 03:04 UTC". */
void deed_say(const struct deed *deed, char *out, size_t size);
/* As the store has it, with its decision; where it has none under this number (0: the latest), as it is. */
struct deed deed_whole(struct store *store, const struct deed *deed);
