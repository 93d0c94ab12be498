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
#include "wire/siphash.h"

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
	device->tls_left_out = false;
	side->clues_refused = 0;
	memset(side->heard, 0, sizeof(side->heard));
	for (int trait = 0; trait < TRAIT_COUNT; trait++) {
		side->opinions[trait].count = 0;
		side->opinions[trait].refused = 0;
	}
}

/* One company has one name, however it is written. */
static struct slice name_of(struct inventory *inventory, enum junk_trait trait, const struct guess *guess)
{
	return trait == JUNK_KIND ? words_of(guess->name) : told_company(inventory, words_of(guess->name));
}

static size_t listen(struct inventory *inventory, const struct fact *fact, struct sender_says out[STRANGER_SAYS_MAX])
{
	uint32_t spare = inventory->device_max;
	const struct device *device = &inventory->devices[spare];
	const struct guess *const guesses[] = {[JUNK_MAKER] = &device->maker, [JUNK_BRAND] = &device->brand, [JUNK_KIND] = &device->kind};
	enum junk_basis basis = basis_of(fact->kind);
	size_t count = 0;

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

/* Recorders by the thousand say the same few things, and each is looked up in long tables. Part of the hash is all that the answer depends on. */
static uint64_t hash_of(const struct inventory *inventory, const struct fact *fact)
{
	uint64_t hash = fw_siphash(inventory->hash_key, fact->text.bytes, fact->text.len);
	const uint64_t all[] = {hash, fact->text.len, (uint64_t)fact->kind << 32 | fact->number, inventory->ssdp_search};

	return fw_siphash(inventory->hash_key, (const uint8_t *)all, sizeof(all)) | 1;
}

static void remember(struct stranger_memo *memo, uint64_t hash, const struct sender_says *says, size_t count)
{
	memo->hash = hash;
	memo->count = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		memo->says[i] = says[i];
		memo->says[i].value.len = words_copy(memo->names[i], says[i].value);
		memo->says[i].value.bytes = (const uint8_t *)memo->names[i];
	}
}

size_t inventory_stranger(struct inventory *inventory, const struct fact *fact, struct sender_says out[STRANGER_SAYS_MAX])
{
	struct stranger_memo *memo;
	uint64_t hash;

	if (!is_heard(fact->kind))
		return 0;
	if (fact->kind == FACT_SSDP_METHOD) /* says what the facts behind it are about */
		return listen(inventory, fact, out);
	hash = hash_of(inventory, fact);
	memo = &inventory->strangers[hash >> 32 & (STRANGER_MEMO_MAX - 1)];
	if (memo->hash != hash)
		remember(memo, hash, out, listen(inventory, fact, out));
	memcpy(out, memo->says, memo->count * sizeof(*out));
	return memo->count;
}
