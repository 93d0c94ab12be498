/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may stand in a short list? A device that asks for a thousand names must not push out the one banner that tells what
 * it is, and a device that lies about itself must not fill the list with one kind of lie. So each class of clue has a
 * ceiling; and when all places are taken, the class that holds most of them yields one to a class that holds fewer
 * by two or more. Within a class, who says something goes before who says nothing yet, and the older before the newer.
 * Thus each class that has anything to tell is sure of DEVICE_CLUE_MAX / CLUE_CLASS_COUNT places, and the outcome depends
 * on the order of what was read alone.
 */
#include "inventory/clue.h"

#include <string.h>

#include "inventory/words.h"
#include "wire/siphash.h"

static const uint8_t CLASS_MAX[CLUE_CLASS_COUNT] = {
	[CLUE_OUI] = 1,
	[CLUE_DHCP] = 7,
	[CLUE_MDNS] = 8,
	[CLUE_SSDP] = 5,
	[CLUE_HTTP] = 5,
	[CLUE_BANNER] = 5,
	[CLUE_ASKED] = 6,
	[CLUE_MQTT] = 2,
	[CLUE_DHIP] = 7,
	[CLUE_DESCRIBED] = 8,
	[CLUE_PORT] = 4,
	[CLUE_SECURED] = 4,
	[CLUE_STACK] = 3,
};

/* How many of each class there are. */
static void class_counts(const struct inventory *inventory, uint32_t number, unsigned out_counts[CLUE_CLASS_COUNT])
{
	memset(out_counts, 0, CLUE_CLASS_COUNT * sizeof(out_counts[0]));
	for (unsigned i = 0; i < inventory->devices[number].clue_count; i++)
		out_counts[inventory->sides[number].clue_classes[i]]++;
}

/* Counts what is left out once, however often it is said: by one of 64 bits, so at most 64, never too many. */
static void note_left_out(struct inventory *inventory, uint32_t number, const struct clue *clue)
{
	uint64_t hash = fw_siphash(inventory->hash_key, clue->value, strlen(clue->value));
	uint64_t bit = 1ull << (hash + strlen(clue->source)) % 64;

	if (strcmp(clue->source, "tls ja4") == 0)
		inventory->devices[number].tls_left_out = true;
	if (inventory->sides[number].clues_refused & bit)
		return;
	inventory->sides[number].clues_refused |= bit;
	inventory->devices[number].clues_left_out++;
}

/* The one of its class that goes first: the newest that says nothing, else the newest. DEVICE_CLUE_MAX if there is none. */
static unsigned class_last(const struct inventory *inventory, uint32_t number, enum clue_class class)
{
	const struct device *device = &inventory->devices[number];
	unsigned last = DEVICE_CLUE_MAX, silent = DEVICE_CLUE_MAX;

	for (unsigned i = 0; i < device->clue_count; i++) {
		if (inventory->sides[number].clue_classes[i] != class)
			continue;
		last = i;
		if (!device->clues[i].says[0])
			silent = i;
	}
	return silent < DEVICE_CLUE_MAX ? silent : last;
}

static enum clue_class largest_class(const unsigned counts[CLUE_CLASS_COUNT])
{
	enum clue_class largest = 0;

	for (unsigned class = 1; class < CLUE_CLASS_COUNT; class ++)
		if (counts[class] > counts[largest])
			largest = class;
	return largest;
}

/* Whose place the clue takes: one behind the last for a free one, DEVICE_CLUE_MAX for none. */
static unsigned place_find(const struct inventory *inventory, uint32_t number, enum clue_class class, const struct clue *clue)
{
	const struct device *device = &inventory->devices[number];
	unsigned counts[CLUE_CLASS_COUNT], place;
	enum clue_class largest;

	class_counts(inventory, number, counts);
	if (counts[class] < CLASS_MAX[class] && device->clue_count < DEVICE_CLUE_MAX)
		return device->clue_count;
	largest = largest_class(counts);
	if (counts[class] < CLASS_MAX[class] && counts[largest] >= counts[class] + 2)
		return class_last(inventory, number, largest);
	place = class_last(inventory, number, class);
	return place < DEVICE_CLUE_MAX && clue->says[0] && !device->clues[place].says[0] ? place : DEVICE_CLUE_MAX;
}

static bool is_known(const struct device *device, const struct clue *clue)
{
	for (unsigned i = 0; i < device->clue_count; i++)
		if (!strcmp(device->clues[i].source, clue->source) && !strcmp(device->clues[i].value, clue->value))
			return true;
	return false;
}

static void clue_keep(struct inventory *inventory, uint32_t number, enum clue_class class, const struct clue *clue)
{
	struct device *device = &inventory->devices[number];
	unsigned place;

	if (is_known(device, clue))
		return;
	place = place_find(inventory, number, class, clue);
	if (place == DEVICE_CLUE_MAX) {
		note_left_out(inventory, number, clue);
		return;
	}
	if (place < device->clue_count)
		note_left_out(inventory, number, &device->clues[place]);
	else
		device->clue_count++;
	device->clues[place] = *clue;
	inventory->sides[number].clue_classes[place] = (uint8_t) class;
}

void clue_offer(struct inventory *inventory, uint32_t number, const struct clue_offer *offer)
{
	struct clue clue = {.source = offer->source};

	if (!words_copy(clue.value, offer->value))
		return;
	if (offer->says)
		words_copy(clue.says, words_of(offer->says));
	clue_keep(inventory, number, offer->class, &clue);
}

void clue_merge(struct inventory *inventory, uint32_t from, uint32_t into)
{
	struct device *old = &inventory->devices[from];

	for (unsigned i = 0; i < old->clue_count; i++)
		clue_keep(inventory, into, inventory->sides[from].clue_classes[i], &old->clues[i]);
	inventory->devices[into].clues_left_out += old->clues_left_out;
	inventory->devices[into].tls_left_out |= old->tls_left_out;
	old->clues_left_out = 0;
	old->tls_left_out = false;
	old->clue_count = 0;
}
