/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What situations are made of: one static store, started anew for each, and what is added to it. */
#pragma once

#include "report/report.h"

enum { DEVICES = 256, FINDINGS = 512, PAIRS = 64 };

#define SECOND 1000000000ull
#define EVENING (1477077000ull * SECOND) /* 2016-10-21T19:10:00Z */

extern struct device devices[DEVICES];
extern const struct device *shown[DEVICES];
extern uint32_t numbers[DEVICES];
extern struct finding findings[FINDINGS];
extern const struct finding *told[FINDINGS];
extern struct junk junk;
extern struct report_capture captures[2];
extern uint8_t inferred[1][16];
extern const uint8_t inferred_bits[1];
extern struct report_left_out left_out[3];
extern size_t device_count, finding_count;
extern struct timeline timeline;
extern struct talk_pair pairs[PAIRS];
extern struct talk_pairs talk;

void v4(uint8_t out[16], uint32_t address);
void start(struct report_view *view);
void timeline_add(struct report_view *view, enum vector one, enum vector other);
struct talk_pair *pair_add(struct report_view *view, uint32_t device, uint32_t peer, uint32_t packets);
void finish(struct report_view *view);
uint32_t number_of(const struct device *device);
void guess_set(struct guess *guess, const char *name, uint8_t confidence);
struct device *device_add(const char *name, uint32_t address, const char *kind, const char *maker);
struct finding *finding_add(enum finding_id id, enum severity severity, const struct device *device, enum device_state state);
