/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of mask/ share. Private to mask/. */
#pragma once

#include <stdbool.h>

#include "mask/mask.h"

static inline bool mask_is_mapped(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return __builtin_memcmp(address, mapped, sizeof(mapped)) == 0;
}

/* address.c: four bytes as they stand in a header. */
void mask_ipv4(const struct mask *mask, uint8_t address[4]);
void mask_ipv6(const struct mask *mask, uint8_t address[16]);

/*
 * words.c: text that tells what a device is, such as a server's banner: stays, but for parts of it that look like a serial number, a MAC
 * or an address, that hold one of the device's MACs, or its name. device may be NULL.
 */
void mask_words(const struct mask *mask, const struct device *device, char text[DEVICE_TEXT_MAX]);
/* The whole text becomes its stand-in. */
void mask_whole(const struct mask *mask, char text[DEVICE_TEXT_MAX]);
