/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's halves of the twin test. half.c is compiled twice: as it is (with the sanitizers of the build, if any), and with
 * FW_MUTANTS, where each constant of wire/ can be put off by one.
 */
#pragma once

#include <stdint.h>

#include "bpf/twin.h"

/* The frame must stand in a heap block of its exact size. */
void clean_run(const uint8_t *bytes, uint32_t len, const struct fw_twin_input *in, struct fw_twin_result *out);

/* Around the frame there must be MUTANT_SLACK bytes that may be read: a limit that is off by one reads one too far. */
enum { MUTANT_SLACK = 64 };
void mutant_run(const uint8_t *bytes, uint32_t len, const struct fw_twin_input *in, struct fw_twin_result *out);

extern int fw_mutant; /* 1 to mutant_places, or the same below zero; 0 for none */
extern const int mutant_places;
