/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `advisory`: published advisories affect a device and are not remediated. Which ones is the hall's affair (advisory/, sheet/); here they
 * become one finding for each device, graded by the worst: its base score where the document means exactly this version, and a step lower
 * where it means the product and the version is not known. At most high: that somebody could is less than that somebody did.
 */
#pragma once

#include "detect/book.h"

/* Base scores in tenths, as CVSS grades them; no score counts as medium. */
enum { ADVISED_MEDIUM = 40, ADVISED_HIGH = 70 };

enum severity advised_grade(const struct evidence_advisory *seen);
void advised_see(struct book *book, uint32_t device, uint64_t first_ns, uint64_t last_ns, const struct evidence_advisory *seen);
