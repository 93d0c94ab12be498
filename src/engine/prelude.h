/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The opening of a capture, held back until it is clear which side is ours. A stream cannot be read twice, so the first
 * frames are copied, looked at, and then given to the engine in order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "flow/flow.h"
#include "model/frame.h"

struct prelude; /* owns the copies */

int prelude_new(struct prelude **out_prelude);
void prelude_free(struct prelude *prelude);

/* False when it is full: the frame was not taken. */
bool prelude_take(struct prelude *prelude, const struct frame *frame);
/* If fewer than one packet in twenty has an end that side can tell, infers the side into it. Returns how many prefixes were inferred. */
size_t prelude_judge(struct prelude *prelude, struct side *side, struct side_prefix out_inferred[SIDE_INFERRED_MAX]);
/* Frame number index, or NULL past the last. */
const struct frame *prelude_frame(const struct prelude *prelude, size_t index);
