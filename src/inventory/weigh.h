/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The weigher: statements of clues about a device become its maker, brand, kind, model and firmware, each with a confidence. The rule and why
 * it is so: essay in weigh.c; what it was measured to be worth: docs/identification.md.
 */
#pragma once

#include "inventory/clue.h"
#include "inventory/inside.h"
#include "model/fact.h"

/*
 * One statement of a clue. class: of the clue; statements of related classes are not independent and count once. value: as read; compared by its
 * canonical form, empty is ignored, a kind must be of kind.h. strength: percent, how often such a statement is right when nothing else
 * is known (the reason for it stands beside its row or constant). Said again it changes nothing, and the order of
 * statements does not matter; of firmware alone the latest of a class counts, because it is updated.
 */
void weigh_state(
	struct inventory *inventory, uint32_t number, enum clue_class class, enum trait trait, struct slice value, uint8_t strength);

/* Fills device->maker to firmware from all statements. weigh_state() does so at once where something changed; repeatable. */
void weigh_settle(struct inventory *inventory, uint32_t number);

/* All statements about from are statements about into. */
void weigh_merge(struct inventory *inventory, uint32_t from, uint32_t into);
