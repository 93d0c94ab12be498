/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes elsewhere: sampled frames as pcapng, counters in Prometheus' text format, event lines (outlet.h), messages by a command of the user's
 * (courier.h), as mail (letter.h), at once (notice.h) or once a day (digest.h, clockwork.h). Called by the hall and the daemon.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/fault.h"
#include "model/guard_view.h"
#include "model/shield_view.h"
#include "tell/clockwork.h"
#include "tell/courier.h"
#include "tell/digest.h"
#include "tell/letter.h"
#include "tell/notice.h"
#include "tell/outlet.h"
#include "tell/mqtt.h"

/*
 * Frames that were dropped, bounced or would have been, each with the reason as its comment, in a file of bounded size. A file that
 * is there already is kept under its name with .1 behind it. What does not fit is counted, not written.
 */
struct samples;
int samples_open(const char *path, uint64_t ceiling, struct samples **out_samples, struct fault *out_fault);
void samples_close(struct samples *samples);
/* time_ns since 1970. Returns 0, -EFBIG (the ceiling, or given up: counted), or another -errno once, when writing first fails. */
int samples_note(struct samples *samples, const struct fw_shield_sample *sample, uint64_t time_ns);
/* A new file in place of the old one, which whoever rotates logs has moved away. */
int samples_reopen(struct samples *samples, struct fault *out_fault);
uint64_t samples_written(const struct samples *samples);
uint64_t samples_left_out(const struct samples *samples);

/* Prometheus' text exposition format 0.0.4: floodwall_*, base units, no address. Returns 0 or -EIO. */
int metrics_write(const struct shield_view *view, FILE *out);
int metrics_guard_write(const struct guard_view *view, FILE *out);
/* Families of their own, for whoever writes them behind the others. */
void metrics_mqtt_write(const struct mqtt_counts *counts, bool connected, FILE *out);
