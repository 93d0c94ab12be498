/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which device makes room for another, and what its number is: see age.c. Inside the room devices go by their places. */
#pragma once

#include "inventory/inside.h"

/* Only where devices age. 0, or -1 without memory. */
int age_init(struct inventory *inventory);
void age_done(struct inventory *inventory);

/* Of a place, to be told to others; and the place of a number, DEVICE_NONE where that device has left. Here, since every packet asks. */
static inline uint32_t age_number(const struct inventory *inventory, uint32_t slot)
{
	return slot == DEVICE_NONE || !inventory->turns ? slot : slot + inventory->turns[slot] * inventory->device_max;
}

static inline uint32_t age_place(const struct inventory *inventory, uint32_t number)
{
	uint32_t slot = inventory->turns && number != DEVICE_NONE ? number % inventory->device_max : number;

	return slot < inventory->count && !inventory->sides[slot].is_empty && age_number(inventory, slot) == number ? slot : DEVICE_NONE;
}

/* A place that is empty, or has become so; DEVICE_NONE: none. */
uint32_t age_room(struct inventory *inventory);
