/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the OCSF format share. Members of a class or an object are those of the Open Cybersecurity Schema Framework 1.5.0
 * (schema.ocsf.io); tests/golden/ocsf/ has them as data.
 */
#pragma once

#include <jansson.h>

#include "report/report.h"

/* A time in milliseconds since 1970, as OCSF has it. */
json_t *ocsf_time(uint64_t time_ns);
/* The object `device`. */
json_t *ocsf_device(const struct device *device);
