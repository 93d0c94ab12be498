/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user wrote down, read strictly: an unknown word is an error with its line.
 *
 * Mute file: one rule a line, "#" starts a comment.
 *
 *     FINDING|*  WHO  [-> TARGET]  [until=YYYY-MM-DD]  REASON...
 *
 * WHO is a MAC, an address, a prefix or *; TARGET an address, a prefix or *. The reason is not optional: somebody will read
 * it in a year. A rule with an end covers findings whose last packet lies before that day (UTC).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "model/device.h"
#include "model/finding.h"

enum { MUTE_MAX = 1024, MUTE_REASON_MAX = 128 };

struct mute_list; /* owns its rules */

/* names: the closed list of finding names by enum finding_id. Returns 0, -ENOMEM, or -EINVAL with line and sentence. */
int mute_read(const char *file, const char *body, size_t len, const char *const names[FINDING_ID_COUNT], struct mute_list **out_list,
	struct fault *out_fault);
void mute_free(struct mute_list *list);

/* The reason of the first rule that covers this finding, borrowed, or NULL. device may be NULL. */
const char *mute_find(const struct mute_list *list, const struct finding *finding, const struct device *device);

/*
 * A time as a person writes it, in nanoseconds since 1970: RFC 3339 (2016-10-21T11:10:00.5+02:00; seconds and zone may be left
 * out, a blank may stand for the T; without a zone it is UTC), a day alone, or seconds since 1970 with or without a fraction.
 * Returns 0 or -EINVAL; years 1970 to 2553.
 */
int moment_read(const char *word, uint64_t *out_ns);
