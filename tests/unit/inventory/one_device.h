/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An inventory with the shipped signatures that knows one device, number 0. */
#pragma once

#include "inventory/inventory.h"

static const uint8_t MAC[6] = {0x00, 0x12, 0x34, 0xa1, 0xb2, 0xc3};
static const uint8_t ADDRESS[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 2};

static inline struct inventory *fresh(void)
{
	struct inventory_config config = {.device_max = 8};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_read_shipped(inventory), 0);
	assert_int_equal(inventory_tie(inventory, MAC, ADDRESS, 1), 0);
	return inventory;
}
