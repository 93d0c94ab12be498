/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that hear facts share: keeping a clue, stating what it says, tables of what a text says. */
#pragma once

#include "inventory/clue.h"
#include "inventory/inside.h"
#include "inventory/told.h"
#include "inventory/weigh.h"
#include "inventory/words.h"

/* The device that is heard. */
struct ear {
	struct inventory *inventory;
	uint32_t number;
	struct device *device;
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static inline void keep(const struct ear *ear, enum clue_class class, const char *source, struct slice value, const char *says)
{
	const struct clue_offer offer = {.source = source, .class = class, .value = value, .says = says};

	told_clue(ear->inventory, ear->number, &offer);
}

/* With "head: value" as what it says. */
static inline void keep_stated(const struct ear *ear, enum clue_class class, const char *source, struct slice value, const char *head)
{
	char says[DEVICE_TEXT_MAX];

	words_join(says, head, value, "");
	keep(ear, class, source, value, says);
}

static inline void state(const struct ear *ear, enum clue_class class, enum trait trait, struct slice value, uint8_t strength)
{
	weigh_state(ear->inventory, ear->number, class, trait, value, strength);
}
