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
/*
 * Unless a private address speaks ARP, or at least one packet in twenty has an end that side can tell, infers the side into it. Returns whether it had to;
 * *out_count prefixes were inferred then, possibly none.
 */
bool prelude_judge(struct prelude *prelude, struct side *side, struct prefix out_inferred[SIDE_INFERRED_MAX], size_t *out_count);
/* Frame number index, or NULL past the last. */
const struct frame *prelude_frame(const struct prelude *prelude, size_t index);
