/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What words.c, deeds.c and exposed.c share: parts of sentences, and the entries of the one table that stands in words.c. */
#pragma once

#include "model/finding.h"
#include "report/phrase.h"
#include "report/words.h"

void words_subject_start(struct phrase *out, const struct subject *subject);
void words_subject_inside(struct phrase *out, const struct subject *subject);
void words_add_peer(struct phrase *out, const uint8_t address[16], bool outside);
void words_add_port(struct phrase *out, uint16_t port); /* "telnet (port 23)", or "port 4711" where the port has no name */
void words_flood_target(struct phrase *out, const struct evidence_flood *flood); /* address, prefix, or the zone */
bool words_scan_vertical(const struct evidence_scan *scan); /* and not horizontal as well */

void words_title_scan(struct phrase *out, const struct finding *finding);
void words_summary_scan(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_scan(const struct finding *finding);

void words_title_beacon(struct phrase *out, const struct finding *finding);
void words_summary_beacon(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_beacon(const struct finding *finding);

void words_title_flood(struct phrase *out, const struct finding *finding);
void words_summary_flood(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_flood(const struct finding *finding);

void words_title_receives_flood(struct phrase *out, const struct finding *finding);
void words_summary_receives_flood(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_receives_flood(const struct finding *finding);

void words_title_forged(struct phrase *out, const struct finding *finding);
void words_summary_forged(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_forged(const struct finding *finding);

void words_title_violation(struct phrase *out, const struct finding *finding);
void words_summary_violation(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_violation(const struct finding *finding);

void words_title_advisory(struct phrase *out, const struct finding *finding);
void words_summary_advisory(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_advisory(const struct finding *finding);

void words_title_reached(struct phrase *out, const struct finding *finding);
void words_summary_reached(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_reached(const struct finding *finding);

void words_title_reflector(struct phrase *out, const struct finding *finding);
void words_summary_reflector(struct phrase *out, const struct finding *finding, const struct subject *subject);
const char *words_advice_reflector(const struct finding *finding);
