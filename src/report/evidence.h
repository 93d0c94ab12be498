/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The typed evidence of a finding as a JSON object; one shape per finding, as docs/schema/inspect.json says. */
#pragma once

#include <jansson.h>

#include "model/finding.h"

/* A new reference, or NULL without memory. */
json_t *evidence_write(const struct finding *finding);
