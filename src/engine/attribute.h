/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who made what sent the junk: what senders outside say (detect/) and what our own devices are (inventory/), in one list. */
#pragma once

#include "engine/engine.h"
#include "model/junk.h"

/* After engine_end(). Rows in the order they are shown in. */
void attribute_junk(struct engine *engine, struct junk *out_junk);
