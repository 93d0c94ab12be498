/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small questions to a struct report_view that both outputs ask. */
#pragma once

#include "report/phrase.h"
#include "report/report.h"
#include "report/words.h"

/* Position of the device with this number in view->devices, or view->device_count. */
size_t view_find(const struct report_view *view, uint32_t number);

/* What to call a device: its name (raw), else its address or MAC, written to scratch. */
const char *view_call(const struct device *device, struct phrase *scratch);

/* The address to show where there is room for one: the first IPv4 one, else the first; NULL without any. */
const uint8_t *view_address(const struct device *device);

/* Adds its name and, in brackets, that address. */
void view_introduce(const struct device *device, struct phrase *out);

/* The subject of a finding's sentence: its device, else the sender, else no name where words.c knows better. Borrows scratch. */
struct subject view_subject(const struct report_view *view, const struct finding *finding, struct phrase *scratch);
