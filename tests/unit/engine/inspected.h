/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of floodwall inspect over the generator's frames, for tests of the hall as a whole. */
#pragma once

#include "engine/inspect.h"
#include "gen.h"

/* The text, which the caller frees; gen stays the caller's. Fails the test if inspect does. */
char *inspected(struct gen *gen, enum inspect_format format);
