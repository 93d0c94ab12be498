/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A brand is printed on the case; a maker's own protocol is spoken by what is inside. Who answers in DVRIP runs Xiongmai's firmware, and who
 * calls out in Tuya's frames has Tuya's module in it, whatever its name. miIO counts less: firms of Xiaomi's house build their
 * own firmware with it.
 */
#include "inventory/spoken.h"

#include <stdio.h>
#include <string.h>

#include "inventory/ear.h"
#include "inventory/identity.h"
#include "inventory/name.h"

enum { SURE_SPOKEN = 90, SURE_HOUSE = 70, SURE_SOLD = 70 };
enum { VERSION_MAX = 24 };

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
	[OWN_SADP] = {"SADP", "Hikvision", SURE_SPOKEN, SOURCES("sadp")},
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

/* Hikvision's "V5.4.5build 170124" as its pages, ONVIF and advisories write it: "V5.4.5 build 170124". */
static struct slice firmware_of(struct slice value, char out[DEVICE_TEXT_MAX])
{
	size_t at = words_find(value, "build");
	char head[VERSION_MAX + 2] = "";

	if (at == SIZE_MAX || !at || at > VERSION_MAX || value.bytes[at - 1] < '0' || value.bytes[at - 1] > '9')
		return value;
	memcpy(head, value.bytes, at);
	head[at] = ' ';
	words_join(out, head, words_from(value, at), "");
	return words_of(out);
}

static void spoken_state(struct inventory *inventory, uint32_t number, const struct fact *fact, struct slice stated)
{
	if (fact->kind == FACT_OWN_MODEL)
		weigh_state(inventory, number, CLUE_DHIP, TRAIT_MODEL, stated, SURE_SPOKEN);
	else if (fact->kind == FACT_OWN_FIRMWARE)
		weigh_state(inventory, number, CLUE_DHIP, TRAIT_FIRMWARE, stated, SURE_SPOKEN);
	else if (fact->kind == FACT_OWN_BRAND)
		weigh_state(inventory, number, CLUE_DHIP, TRAIT_BRAND, stated, SURE_SOLD);
	else if (fact->kind == FACT_OWN_NAME)
		name_offer(inventory, number, NAME_ANNOUNCED, NAME_RANK_HIGH, stated); /* its user gave it */
}

static void spoken_text(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	unsigned place = fact->kind - FACT_OWN_PROTOCOL;
	struct slice value = words_trim(fact->text), stated = value;
	char says[DEVICE_TEXT_MAX], firmware[DEVICE_TEXT_MAX];
	struct clue_offer offer = {.source = SPEAKERS[fact->number].sources[place], .value = value};

	/* With the serial number of many recorders anybody can reach them through their maker's cloud: it is no clue, and is shown nowhere. */
	if (fact->kind == FACT_OWN_SERIAL || (fact->kind == FACT_OWN_BRAND && is_no_brand(value)))
		return;
	if (fact->kind == FACT_OWN_FIRMWARE && fact->number == OWN_SADP)
		stated = firmware_of(value, firmware);
	words_join(says, HEADS[place] ? HEADS[place] : "", stated, "");
	offer.says = HEADS[place] ? says : NULL;
	spoken_keep(inventory, number, &offer);
	spoken_state(inventory, number, fact, stated);
}

/* A device that has a first password says no more than most. */
static void spoken_activated(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	if (words_same(fact->text, "false"))
		spoken_keep(inventory, number,
			&(struct clue_offer){.source = "sadp activated", .value = fact->text, .says = "no password was ever set"});
}

/* The message is about another device of ours. Strangers, on the place behind the last, are heard by what they say alone. */
static bool is_of_another(const struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	static const uint8_t none[6];
	uint32_t owner;

	if (fact->number != OWN_SADP || number >= inventory->device_max || !memcmp(fact->mac, none, 6))
		return false;
	owner = identity_of_mac(inventory, fact->mac);
	return owner != DEVICE_NONE && owner != number;
}

/* It contradicts itself: what it says is believed about neither, and this is kept. */
static void spoken_of_another(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	char text[DEVICE_TEXT_MAX];

	if (fact->kind != FACT_OWN_MAC)
		return;
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", fact->mac[0], fact->mac[1], fact->mac[2], fact->mac[3], fact->mac[4],
		fact->mac[5]);
	spoken_keep(inventory, number,
		&(struct clue_offer){.source = "sadp mac", .value = words_of(text), .says = "answers for another device"});
}

void spoken_fact(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	if (fact->number >= OWN_COUNT)
		return;
	if (is_of_another(inventory, number, fact))
		spoken_of_another(inventory, number, fact);
	else if (fact->kind == FACT_OWN_PROTOCOL)
		spoken_protocol(inventory, number, &SPEAKERS[fact->number]);
	else if (fact->kind == FACT_OWN_MAC)
		identity_say_mac(inventory, number, fact->mac);
	else if (fact->kind == FACT_OWN_ACTIVATED)
		spoken_activated(inventory, number, fact);
	else
		spoken_text(inventory, number, fact);
}
