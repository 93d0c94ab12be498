/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which name a device goes by: PRODUCT.md's order of sources, and what is no name at all. */
#pragma once

#include "inventory/inside.h"
#include "model/fact.h"

/* Names of one source, rising: the better stays, an equal one replaces (a device was renamed). */
enum name_rank { NAME_RANK_LOW, NAME_RANK_MIDDLE, NAME_RANK_HIGH };

/* False for what tells nobody which device it is: "0", "localhost", "(none)", an address, only punctuation. */
bool name_usable(struct slice raw);

void name_offer(struct inventory *inventory, uint32_t number, enum name_source source, enum name_rank rank, struct slice raw);
void name_set_by_user(struct inventory *inventory, uint32_t number, const char *name);

/* The better of the two names stays, with into. */
void name_merge(struct inventory *inventory, uint32_t from, uint32_t into);

/* Where no better name was read: maker and model, else "<maker> device a1b2c3", else "device-3af2b1". */
void name_settle(struct inventory *inventory, uint32_t number);
