/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a fact says about the device it came from: names, clues, statements. The list that docs/add-a-clue.md extends. */
#pragma once

#include "inventory/inside.h"
#include "model/fact.h"

/* number is a device that stands for itself. Facts that say nothing about a device are ignored. */
void hear_fact(struct inventory *inventory, uint32_t number, const struct fact *fact);

/* What the IEEE's registry says about its MAC; nothing for a randomised one. */
void hear_maker(struct inventory *inventory, uint32_t number);
