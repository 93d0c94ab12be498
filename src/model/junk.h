/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Junk: what the flood findings add up to. A packet counts once, whoever's finding it belongs to. */
#pragma once

#include <stdint.h>

#include "model/finding.h"

enum { JUNK_MAKER_MAX = 64, JUNK_TARGET_MAX = 64 };

struct junk_count {
	uint64_t packets, bytes;
};

struct junk_maker {
	char maker[DEVICE_TEXT_MAX];
	struct junk_count count;
};
struct junk_target {
	uint8_t target[16];
	uint8_t bits;
	struct junk_count count;
};

struct junk {
	struct junk_count total;
	struct junk_count by_vector[VECTOR_COUNT];
	struct junk_maker by_maker[JUNK_MAKER_MAX];
	uint32_t maker_count;
	struct junk_target by_target[JUNK_TARGET_MAX]; /* most packets first */
	uint32_t target_count;
};
