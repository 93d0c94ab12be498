/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and keys, as the parts of this room share them. */
#pragma once

#include <libknot/tsig.h>

#include "fetch/fetch.h"

struct zone_key {
	knot_tsig_key_t knot; /* its name in lower case */
};

/* Equal, or below it; both in lower case and uncompressed. */
bool name_inside(const uint8_t *name, size_t len, const struct zone_name *apex);

bool name_equal(const uint8_t *name, size_t len, const struct zone_name *apex);
