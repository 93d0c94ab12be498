/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fact says about a sender that is no device of ours. Strangers come by the million and get no place in the list; what they say is heard
 * on one spare place behind the last, by the same rules and with the same words as a device's own, and cleared before the next fact. A
 * fact stands alone there: of a stranger no clues are gathered that could be weighed.
 *
 * Only facts that state a maker, a brand or a kind are heard, and none that name addresses: those would enter our tables.
 */
#include "inventory/hear.h"
#include "inventory/inside.h"
#include "inventory/inventory.h"
#include "inventory/name.h"
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
	case FACT_UBNT_MODEL:
		return true;
	default:
		return false;
	}
}

static enum junk_basis basis_of(enum fact_kind kind)
{
	bool own = (kind >= FACT_DHIP_METHOD && kind <= FACT_DHIP_CLASS) || kind == FACT_OWN_PROTOCOL || kind == FACT_OWN_KIND ||
		kind == FACT_UBNT_MODEL;

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
	for (int trait = 0; trait < TRAIT_COUNT; trait++) {
		side->opinions[trait].count = 0;
		side->opinions[trait].refused = 0;
	}
}

static size_t say(struct sender_says *out, enum junk_trait trait, const struct guess *guess, enum junk_basis basis)
{
	if (!guess->name[0])
		return 0;
	*out = (struct sender_says){.trait = trait, .basis = basis, .confidence = guess->confidence, .value = words_of(guess->name)};
	return 1;
}

size_t inventory_stranger(struct inventory *inventory, const struct fact *fact, struct sender_says out[STRANGER_SAYS_MAX])
{
	uint32_t spare = inventory->device_max;
	const struct device *device = &inventory->devices[spare];
	enum junk_basis basis = basis_of(fact->kind);
	size_t count = 0;

	if (!is_heard(fact->kind))
		return 0;
	clear(inventory, spare);
	hear_fact(inventory, spare, fact);
	count += say(&out[count], JUNK_MAKER, &device->maker, basis);
	count += say(&out[count], JUNK_BRAND, &device->brand, basis);
	count += say(&out[count], JUNK_KIND, &device->kind, basis);
	if (fact->kind == FACT_DHIP_VENDOR && !device->brand.name[0] && words_trim(fact->text).len)
		out[count++] = (struct sender_says){
			.trait = JUNK_BRAND, .basis = basis, .confidence = SURE_NEUTRAL, .neutral = true, .value = words_trim(fact->text)};
	return count;
}
