/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Banners held against signatures in recog's form (recog.h): what they say becomes statements for the weigher, and words of the clue. Called
 * with each fact before it is heard; a banner that comes again costs one hash and two looks.
 */
#pragma once

#include "inventory/inventory.h"

struct recognise; /* owns the signatures and what was found lately: 90 KB beside them */
struct recog;

/* As recog_read(); *recogniser is made with the first file. */
int recognise_read(struct recognise **recogniser, const char *file, const char *body, size_t len, struct fault *out_fault);
void recognise_free(struct recognise *recogniser);

void recognise_fact(struct inventory *inventory, uint32_t number, const struct fact *fact);

/* Borrowed, or NULL without signatures. */
const struct recog *recognise_recog(const struct recognise *recogniser);
