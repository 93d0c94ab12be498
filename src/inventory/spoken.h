/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device says of itself in its maker's own protocol (FACT_OWN_...): the maker of its inside, and what it calls itself. */
#pragma once

#include "inventory/inside.h"
#include "model/fact.h"

void spoken_fact(struct inventory *inventory, uint32_t number, const struct fact *fact);
