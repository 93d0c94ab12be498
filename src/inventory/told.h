/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A clue and what the table of signatures says of it: kept with both in its words, and stated to the weigher. What the table says nothing of, such as most
 * names that a device asks for, is offered to the list alone.
 */
#pragma once

#include "inventory/clue.h"
#include "inventory/signature.h"

/* As clue_offer(). What was offered lately is passed over at little cost. Returns how many statements the table made of it. */
size_t told_clue(struct inventory *inventory, uint32_t number, const struct clue_offer *offer);

/* Whether the table says anything of it. */
bool told_known(struct inventory *inventory, const char *source, struct slice value);

/* Whether the table says of who has this block that others build in what he makes. */
bool told_radio(const struct signature *signatures, size_t count);

/* How the company is known: the table's name for it, else name. */
struct slice told_company(struct inventory *inventory, struct slice name);

/* Statements of the table about a clue of this class, made; and in words: "maker: X; kind: Y", behind what says holds already. */
void told_state(struct inventory *inventory, uint32_t number, enum clue_class class, const struct signature *signatures, size_t count);
void told_words(char says[DEVICE_TEXT_MAX], const struct signature *signatures, size_t count);
