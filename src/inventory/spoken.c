/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A brand is printed on the case; a maker's own protocol is spoken by what is inside. Who answers in DVRIP runs Xiongmai's firmware, and who
 * calls out in Tuya's frames has Tuya's module in it, whatever its name. miIO counts less: firms of Xiaomi's house build their
 * own firmware with it.
 */
#include "inventory/spoken.h"

#include <string.h>

#include "inventory/ear.h"
#include "inventory/identity.h"
#include "inventory/name.h"

enum { SURE_SPOKEN = 90, SURE_HOUSE = 70, SURE_SOLD = 70 };

/* In the order of the facts, from FACT_OWN_PROTOCOL on. */
#define SOURCES(name) \
	{ \
		name " protocol", name " kind", name " model", name " firmware", name " name", name " serial", name " hardware", \
			name " brand" \
	}

enum { SOURCE_COUNT = FACT_OWN_MAC - FACT_OWN_PROTOCOL };

static const struct speaker {
	const char *protocol, *maker;
	uint8_t sure;
	const char *sources[SOURCE_COUNT];
} SPEAKERS[OWN_COUNT] = {
	[OWN_DVRIP] = {"DVRIP", "Xiongmai", SURE_SPOKEN, SOURCES("dvrip")},
	[OWN_DAHUA] = {"Dahua control", "Dahua", SURE_SPOKEN, SOURCES("dahua")},
	[OWN_TUYA] = {"Tuya", "Tuya", SURE_SPOKEN, SOURCES("tuya")},
	[OWN_TPLINK] = {"TP-Link smart home", "TP-Link", SURE_SPOKEN, SOURCES("tplink")},
	[OWN_BAICHUAN] = {"Baichuan", "Reolink", SURE_SPOKEN, SOURCES("baichuan")},
	[OWN_MIIO] = {"miIO", "Xiaomi", SURE_HOUSE, SOURCES("miio")},
};

/* What a text of each fact is, as SOURCES; of a kind, the table says which it is. */
static const char *const HEADS[SOURCE_COUNT] = {NULL, NULL, "model: ", "firmware: ", "name: ", NULL, "hardware: ", "brand: "};

/* What firmware says whose seller has put in no name. */
static bool is_no_brand(struct slice value)
{
	static const char *const fillers[] = {"H264", "H265", "IPC", "NVT", "General", "Private", "OEM"};

	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++)
		if (words_same(value, fillers[i]))
			return true;
	return !name_usable(value);
}

static void spoken_keep(struct inventory *inventory, uint32_t number, const struct clue_offer *offer)
{
	struct clue_offer own = *offer;

	own.class = CLUE_DHIP; /* the makers' own protocols share one */
	told_clue(inventory, number, &own);
}

static void spoken_protocol(struct inventory *inventory, uint32_t number, const struct speaker *speaker)
{
	char says[DEVICE_TEXT_MAX];

	words_join(says, "maker: ", words_of(speaker->maker), "");
	spoken_keep(
		inventory, number, &(struct clue_offer){.source = speaker->sources[0], .value = words_of(speaker->protocol), .says = says});
	weigh_state(inventory, number, CLUE_DHIP, TRAIT_MAKER, words_of(speaker->maker), speaker->sure);
}

static void spoken_state(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	if (fact->kind == FACT_OWN_MODEL)
		weigh_state(inventory, number, CLUE_DHIP, TRAIT_MODEL, fact->text, SURE_SPOKEN);
	else if (fact->kind == FACT_OWN_FIRMWARE)
		weigh_state(inventory, number, CLUE_DHIP, TRAIT_FIRMWARE, fact->text, SURE_SPOKEN);
	else if (fact->kind == FACT_OWN_BRAND)
		weigh_state(inventory, number, CLUE_DHIP, TRAIT_BRAND, fact->text, SURE_SOLD);
	else if (fact->kind == FACT_OWN_NAME)
		name_offer(inventory, number, NAME_ANNOUNCED, NAME_RANK_HIGH, words_trim(fact->text)); /* its user gave it */
}

static void spoken_text(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	unsigned place = fact->kind - FACT_OWN_PROTOCOL;
	struct slice value = words_trim(fact->text);

	struct clue_offer offer = {.source = SPEAKERS[fact->number].sources[place], .value = value};
	char says[DEVICE_TEXT_MAX];

	/* With the serial number of many recorders anybody can reach them through their maker's cloud: it is no clue, and is shown nowhere. */
	if (fact->kind == FACT_OWN_SERIAL || (fact->kind == FACT_OWN_BRAND && is_no_brand(value)))
		return;
	words_join(says, HEADS[place] ? HEADS[place] : "", value, "");
	offer.says = HEADS[place] ? says : NULL;
	spoken_keep(inventory, number, &offer);
	spoken_state(inventory, number, fact);
}

void spoken_fact(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	if (fact->number >= OWN_COUNT)
		return;
	if (fact->kind == FACT_OWN_PROTOCOL)
		spoken_protocol(inventory, number, &SPEAKERS[fact->number]);
	else if (fact->kind == FACT_OWN_MAC)
		identity_say_mac(inventory, number, fact->mac);
	else
		spoken_text(inventory, number, fact);
}
