/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who sends junk, by address: all of them while there are few, a fair sample of them when there are many. Filled by falling.c
 * through tally.c, which asks for the sums.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "model/junk.h"

enum { SAMPLE_MAX = 8192 };

/* What of a source's packets is not judged yet: which victim's rate, and since when. */
struct sample_mark {
	uint32_t memo, epoch;
};

struct source {
	uint64_t hash; /* of its address: the key */
	struct sample_mark mark; /* pending, unless memo is 0 */
	uint32_t vectors; /* of the junk that it sent; 0: none so far */
	uint16_t party; /* who it says it is; party.h */
	bool contradicted;
	uint8_t zero;
};

struct sample {
	struct table sources; /* struct source */
	uint32_t level; /* only hashes that begin with so many zero bits are kept: each stands for 2^level sources */
	uint32_t pending; /* marks that are set */
	uint32_t dropped[SAMPLE_MAX]; /* while the level rises */
	uint32_t dropped_count;
};

int sample_init(struct sample *sample, const uint8_t hash_key[16]);
void sample_done(struct sample *sample);

/* A packet of this source, which may turn out to be junk. */
void sample_see(struct sample *sample, uint64_t hash, struct sample_mark mark, uint16_t party);
/* It says who it is; nothing where it is not in the sample. */
void sample_name(struct sample *sample, uint64_t hash, uint16_t party, bool contradicted);
/* What is pending under this mark was junk, of this vector. */
void sample_judge(struct sample *sample, struct sample_mark mark, enum vector vector);
