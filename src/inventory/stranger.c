/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fact says about a sender that is no device of ours. Strangers come by the million and get no place in the list; what they say is heard
 * on one spare place behind the last, by the same rules and with the same words as a device's own, and cleared before the next fact. A
 * fact stands alone there: of a stranger no clues are gathered that could be weighed.
 *
 * Only facts that state a maker, a brand or a kind are heard, and none that name addresses: those would enter our tables.
 */
#include <string.h>

#include "inventory/hear.h"
#include "inventory/inside.h"
#include "inventory/inventory.h"
#include "inventory/name.h"
#include "inventory/told.h"
#include "inventory/words.h"

enum { SURE_NEUTRAL = 90 };

static bool is_heard(enum fact_kind kind)
{
	switch (kind) {
	case FACT_DHIP_METHOD ... FACT_DHIP_CLASS:
	case FACT_SSDP_METHOD:
	case FACT_SSDP_TARGET:
	case FACT_SSDP_SERVER:
	case FACT_SNMP_ENGINE:
	case FACT_SNMP_DESCRIPTION:
	case FACT_SNMP_OBJECT_ID:
	case FACT_OWN_PROTOCOL:
	case FACT_OWN_KIND:
	case FACT_OWN_BRAND:
	case FACT_UBNT_MODEL:
		return true;
	default:
		return false;
	}
}

static enum junk_basis basis_of(enum fact_kind kind)
{
	bool own = (kind >= FACT_DHIP_METHOD && kind <= FACT_DHIP_CLASS) || kind == FACT_OWN_PROTOCOL || kind == FACT_OWN_KIND ||
		kind == FACT_OWN_BRAND || kind == FACT_UBNT_MODEL;

	return own ? BASIS_PROTOCOL : BASIS_DESCRIBED;
}

static void clear(struct inventory *inventory, uint32_t spare)
{
	struct device *device = &inventory->devices[spare];
	struct side *side = &inventory->sides[spare];

	device->maker = device->brand = device->kind = (struct guess){0};
	device->clue_count = 0;
	device->clues_left_out = 0;
	side->clues_refused = 0;
	memset(side->heard, 0, sizeof(side->heard));
	for (int trait = 0; trait < TRAIT_COUNT; trait++) {
		side->opinions[trait].count = 0;
		side->opinions[trait].refused = 0;
	}
}

/* One company has one name, however it is written. */
static struct slice name_of(const struct inventory *inventory, enum junk_trait trait, const struct guess *guess)
{
	return trait == JUNK_KIND ? words_of(guess->name) : told_company(inventory, words_of(guess->name));
}

size_t inventory_stranger(struct inventory *inventory, const struct fact *fact, struct sender_says out[STRANGER_SAYS_MAX])
{
	uint32_t spare = inventory->device_max;
	const struct device *device = &inventory->devices[spare];
	const struct guess *const guesses[] = {[JUNK_MAKER] = &device->maker, [JUNK_BRAND] = &device->brand, [JUNK_KIND] = &device->kind};
	enum junk_basis basis = basis_of(fact->kind);
	size_t count = 0;

	if (!is_heard(fact->kind))
		return 0;
	clear(inventory, spare);
	hear_fact(inventory, spare, fact);
	for (int trait = 0; trait < JUNK_TRAIT_COUNT; trait++)
		if (guesses[trait]->name[0])
			out[count++] = (struct sender_says){.trait = (enum junk_trait)trait,
				.basis = basis,
				.confidence = guesses[trait]->confidence,
				.value = name_of(inventory, (enum junk_trait)trait, guesses[trait])};
	if (fact->kind == FACT_DHIP_VENDOR && !device->brand.name[0] && words_trim(fact->text).len)
		out[count++] = (struct sender_says){
			.trait = JUNK_BRAND, .basis = basis, .confidence = SURE_NEUTRAL, .neutral = true, .value = words_trim(fact->text)};
	return count;
}
