/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What event lines of a capture (eve.c) and of a running daemon (eve_live.c) share. Each returns a new reference, or NULL without memory. */
#pragma once

#include <jansson.h>

#include "report/report.h"

json_t *eve_start(uint64_t time_ns, const char *type);
/* All of an alert but what is only known live; blocked: something stopped it. */
json_t *eve_alert(const struct report_view *view, const struct finding *finding, uint64_t time_ns, bool blocked);
json_t *eve_device(const struct report_view *view, size_t index, uint64_t time_ns);
