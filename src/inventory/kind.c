/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A word that ends in another one is a special case of it: who says "motion sensor" says "sensor", too, and the two do not contradict each
 * other (weigh.c). So "light switch" and "network switch" stand side by side, and there is no plain "switch", which would be either. A "telephone"
 * stands on a desk and is a thing; a "smartphone" is a computer, of which other things are expected (sheet/provision.c).
 */
#include "inventory/kind.h"

#include <stddef.h>

#include "inventory/words.h"

static const char *const KINDS[] = {
	"access point",
	"air conditioner",
	"air quality sensor",
	"alarm system",
	"amplifier",
	"baby monitor",
	"blood pressure monitor",
	"cable modem",
	"camera",
	"coffee machine",
	"computer",
	"DNS filter",
	"door lock",
	"door monitor",
	"door sensor",
	"door station",
	"doorbell",
	"e-book reader",
	"energy meter",
	"fan",
	"game console",
	"garage door opener",
	"kettle",
	"light",
	"light switch",
	"loudspeaker",
	"media player",
	"media server",
	"mesh router",
	"modem",
	"motion sensor",
	"network bridge",
	"network storage",
	"network switch",
	"printer",
	"projector",
	"remote control",
	"router",
	"scale",
	"scanner",
	"sensor",
	"serial gateway",
	"set-top box",
	"smart home hub",
	"smart plug",
	"smartphone",
	"smoke sensor",
	"solar inverter",
	"tablet",
	"telephone",
	"television",
	"thermostat",
	"vacuum cleaner",
	"video display",
	"video recorder",
	"voice assistant",
	"washing machine",
	"watch",
	"water sensor",
	"weather station",
};

const char *kind_find(struct slice word)
{
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (words_same(word, KINDS[i]))
			return KINDS[i];
	return NULL;
}
