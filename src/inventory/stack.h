/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a device's own system opens TCP connections, as one text: what rows about "tcp syn" and "tcp syn-ack" are held against. */
#pragma once

#include "model/device.h"
#include "wire/opening.h"

/*
 * Such as "mss sack time nop scale: ttl 64, df, window 20 mss, mss 1460, scale 7"; docs/add-a-clue.md has the form. False, and nothing to be
 * read in out, where it was not written by a system: without MSS or with a window of nothing, as scanners write them, or with more options than fit.
 */
bool stack_text(const struct fw_opening *opening, char out[DEVICE_TEXT_MAX]);
