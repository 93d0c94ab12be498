/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several clues, one answer. A clue with strength s percent is right in s of 100 cases when nothing else is known. That is already better than nothing:
 * the odds against a value that nobody has named are taken as 4 to 1 (the weakest strength that a row may have, 20), so that a clue multiplies
 * them by 4 s / (100 - s). Clues of related classes come out of one mouth (a UPnP description and the SSDP message that leads to it are
 * written by the same hand; the host name is the same by DHCP and by mDNS), so of each group only the strongest counts; groups are taken to
 * be independent and multiply:
 *
 *      weight of a value           W = 1/4 * product over groups of max(1, 4 s / (100 - s))
 *      confidence of the best      W(best) / (1 + W(best) + sum of W over all values that contradict it)       1 is "something else"
 *
 *      OUI says D-Link (60):                                   1.5                      D-Link, 60
 *      ... and a title says D-Link (70):                       1.5 * 4 * 2.3 = 14       D-Link, 93
 *      OUI says Cellvision (60), a title says D-Link (70):     1.5 against 2.3          D-Link, 48, or else Cellvision, 31
 *
 * A mouth that says m things at once which cannot be true together is right about one at most: its s is s / m. So a smartphone that asks for the
 * clouds of five makers is none of theirs, and a device that claims to be everything, in each way there is, ends as nothing. Who tells the same lie in all
 * ways is believed: nothing on the wire says otherwise.
 *
 * An app asks for the same clouds as the device that it is for. So what the group of clouds alone says of a value is worth CLOUD_ALONE at most; and from a
 * randomised MAC, which smartphones and laptops have and things hardly ever, CLOUD_ALONE_RANDOM. Where another group says so too (the
 * MAC's block, a host name), it is worth what its row says.
 *
 * Values are compared by what is left without letter case, legal form ("Co., Ltd.") and aliases. "HS110" and "HS110(EU)", "sensor" and "motion sensor"
 * do not contradict each other: one says more. They share their weights, and the better name of the two is shown: of a model and a
 * kind the one that says more, of a company the short one.
 *
 * Below ANSWER_MIN no answer is given. A value that contradicts the best one and has a third of its weight is its rival and is shown.
 */
#include "inventory/weigh.h"

#include <string.h>
#include <strings.h>

#include "base/company.h"
#include "inventory/kind.h"
#include "inventory/told.h"
#include "inventory/words.h"
#include "wire/siphash.h"

enum { ANSWER_MIN = 30, STRENGTH_MAX = 97, CONFIDENCE_MAX = 98, RIVAL_SHARE = 3, AT_ONCE_WITHIN = 15 };
enum { CLOUD_ALONE = 60, CLOUD_ALONE_RANDOM = 45 };

/* The odds against a value that no clue has named. */
static const double AGAINST = 4;

/* What a value that there was no room for is taken to weigh: as if it had been said with 70. */
static const double REFUSED_WEIGHT = 7.0 / 3.0;

/* Classes that one hand fills in are one group. */
enum group { GROUP_OUI, GROUP_DHCP, GROUP_MDNS, GROUP_UPNP, GROUP_BANNER, GROUP_CLOUD, GROUP_OWN, GROUP_BEARING };

static const uint8_t GROUPS[CLUE_CLASS_COUNT] = {
	[CLUE_OUI] = GROUP_OUI,
	[CLUE_DHCP] = GROUP_DHCP,
	[CLUE_MDNS] = GROUP_MDNS,
	[CLUE_SSDP] = GROUP_UPNP,
	[CLUE_HTTP] = GROUP_BANNER,
	[CLUE_BANNER] = GROUP_BANNER,
	[CLUE_ASKED] = GROUP_CLOUD,
	[CLUE_MQTT] = GROUP_CLOUD,
	[CLUE_DHIP] = GROUP_OWN,
	[CLUE_DESCRIBED] = GROUP_UPNP,
	[CLUE_PORT] = GROUP_BEARING,
	[CLUE_SECURED] = GROUP_CLOUD,
	[CLUE_STACK] = GROUP_BEARING,
};

_Static_assert(GROUP_BEARING + 1 == WEIGH_GROUP_COUNT, "struct candidate has room for all groups");

static struct guess *guess_of(struct device *device, enum trait trait)
{
	struct guess *const guesses[TRAIT_COUNT] = {&device->maker, &device->brand, &device->kind, &device->model, &device->firmware};

	return guesses[trait];
}

/* ---- values and how they compare ---- */

static bool is_word_byte(uint8_t c)
{
	uint8_t lower = c | 0x20;

	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

/* Whether part stands in whole as whole words: at its beginning, at its end, or anywhere. */
struct bounds {
	bool at_start, at_end;
};

static bool holds_words(const char *whole, const char *part, struct bounds bounds)
{
	size_t whole_len = strlen(whole), len = strlen(part);

	for (size_t at = 0; at + len <= whole_len; at++) {
		bool starts = !at || !is_word_byte((uint8_t)whole[at - 1]),
		     ends = !whole[at + len] || !is_word_byte((uint8_t)whole[at + len]);

		if (starts && ends && !strncasecmp(whole + at, part, len) && (!bounds.at_start || !at) &&
			(!bounds.at_end || at + len == whole_len))
			return true;
	}
	return false;
}

/* The two do not contradict each other: the same, or one says more. */
static bool agree(enum trait trait, const char *a, const char *b)
{
	const char *longer = strlen(a) >= strlen(b) ? a : b, *shorter = longer == a ? b : a;
	struct bounds bounds = {.at_start = trait == TRAIT_MAKER || trait == TRAIT_BRAND, .at_end = trait == TRAIT_KIND};

	if (trait == TRAIT_FIRMWARE || strlen(a) == strlen(b))
		return !strcasecmp(a, b);
	return strlen(shorter) > 1 && holds_words(longer, shorter, bounds);
}

/* As it is kept; false where it is no value. */
static bool value_read(struct inventory *inventory, enum trait trait, struct slice raw, char out[WEIGH_TEXT_MAX])
{
	char text[DEVICE_TEXT_MAX];

	raw = words_trim(raw);
	if (trait == TRAIT_MAKER || trait == TRAIT_BRAND)
		raw = told_company(inventory, raw);
	if (trait == TRAIT_KIND) {
		const char *kind = kind_find(raw);

		raw = words_of(kind ? kind : "");
	}
	if (!words_copy(text, words_cut(raw, WEIGH_TEXT_MAX - 1)))
		return false;
	if (trait == TRAIT_MAKER || trait == TRAIT_BRAND)
		text[company_len(text)] = '\0';
	memset(out, 0, WEIGH_TEXT_MAX);
	memcpy(out, text, strlen(text));
	return true;
}

/* ---- the list of values of one trait ---- */

static uint8_t strongest(const struct candidate *candidate)
{
	uint8_t most = 0;

	for (unsigned g = 0; g < WEIGH_GROUP_COUNT; g++)
		if (candidate->strength[g] > most)
			most = candidate->strength[g];
	return most;
}

static struct candidate *value_find(struct opinion *opinion, const char *value)
{
	for (unsigned i = 0; i < opinion->count; i++)
		if (!strcasecmp(opinion->values[i].value, value))
			return &opinion->values[i];
	return NULL;
}

static uint32_t refused_bit(const char *value)
{
	static const uint8_t key[16] = "refused values";

	return 1u << fw_siphash(key, value, strlen(value)) % 32;
}

/* Room for value: a free place, or that of a weaker one, which is left out and counted. NULL where value is the weakest. */
static struct candidate *value_make(struct opinion *opinion, const char *value, uint8_t strength)
{
	struct candidate *place = &opinion->values[0];

	if (opinion->count < WEIGH_VALUE_MAX) {
		place = &opinion->values[opinion->count++];
	} else {
		for (unsigned i = 1; i < opinion->count; i++) {
			int more = strongest(&opinion->values[i]) - strongest(place);

			if (more < 0 || (!more && strcmp(opinion->values[i].value, place->value) > 0))
				place = &opinion->values[i];
		}
		if (strongest(place) > strength || (strongest(place) == strength && strcmp(place->value, value) < 0)) {
			opinion->refused |= refused_bit(value);
			return NULL;
		}
		opinion->refused |= refused_bit(place->value);
	}
	opinion->refused &= ~refused_bit(value);
	memset(place, 0, sizeof(*place));
	memcpy(place->value, value, strlen(value));
	return place;
}

/* Firmware is updated: what this group said before of it no longer holds. */
static void forget(struct opinion *opinion, enum group group)
{
	for (unsigned i = opinion->count; i-- > 0;) {
		opinion->values[i].strength[group] = 0;
		if (!strongest(&opinion->values[i]))
			opinion->values[i] = opinion->values[--opinion->count];
	}
}

static bool said_more_strongly(const struct opinion *opinion, enum group group, uint8_t strength)
{
	for (unsigned i = 0; i < opinion->count; i++)
		if (opinion->values[i].strength[group] > strength)
			return true;
	return false;
}

/* ---- the answer ---- */

/* The strongest statement of each group, whatever it says: what the same mouth says less plainly does not count beside it. */
struct loudest {
	uint8_t strength[WEIGH_GROUP_COUNT];
	uint8_t cloud_alone; /* the most that clouds are worth where no other group says so */
};

static struct loudest loudest_of(const struct opinion *opinion, bool random_mac)
{
	struct loudest loudest = {.cloud_alone = random_mac ? CLOUD_ALONE_RANDOM : CLOUD_ALONE};

	for (unsigned i = 0; i < opinion->count; i++)
		for (unsigned g = 0; g < WEIGH_GROUP_COUNT; g++)
			if (opinion->values[i].strength[g] > loudest.strength[g])
				loudest.strength[g] = opinion->values[i].strength[g];
	return loudest;
}

/* Whether value, or one that agrees with it, is what the group says. */
static bool is_said(const struct opinion *opinion, enum trait trait, const char *value, unsigned group, uint8_t strength)
{
	for (unsigned i = 0; i < opinion->count; i++)
		if (opinion->values[i].strength[group] == strength && agree(trait, opinion->values[i].value, value))
			return true;
	return false;
}

/*
 * How many things this mouth says at once that cannot be true together, value among them. Of a model a device has several names in several
 * fields, of which the plainest is taken; who names two makers, or three, in nearly as plain words is right about one at most.
 */
static unsigned says_at_once(const struct opinion *opinion, enum trait trait, const char *value, unsigned group, uint8_t strength)
{
	int least = strength - (trait == TRAIT_MODEL || trait == TRAIT_FIRMWARE ? 0 : AT_ONCE_WITHIN);
	unsigned count = 1;

	for (unsigned i = 0; i < opinion->count; i++) {
		uint8_t other = opinion->values[i].strength[group];

		count += other && other >= least && !agree(trait, opinion->values[i].value, value);
	}
	return count;
}

/* The groups that say so: a bit for each. */
static unsigned groups_of(const struct opinion *opinion, enum trait trait, const char *value, const struct loudest *loudest)
{
	unsigned groups = 0;

	for (unsigned g = 0; g < WEIGH_GROUP_COUNT; g++)
		if (loudest->strength[g] && is_said(opinion, trait, value, g, loudest->strength[g]))
			groups |= 1u << g;
	return groups;
}

/* 0 where no group says so. */
static double weight_of(const struct opinion *opinion, enum trait trait, const char *value, const struct loudest *loudest)
{
	unsigned groups = groups_of(opinion, trait, value, loudest);
	double weight = 0;

	for (unsigned g = 0; g < WEIGH_GROUP_COUNT; g++) {
		uint8_t strength = loudest->strength[g], worth = strength;

		if (!(groups >> g & 1))
			continue;
		if (groups == 1u << GROUP_CLOUD && worth > loudest->cloud_alone)
			worth = loudest->cloud_alone;
		double share = (double)worth / says_at_once(opinion, trait, value, g, strength);
		double ratio = AGAINST * share / (100 - share);

		weight = (weight > 0 ? weight : 1 / AGAINST) * (ratio > 1 ? ratio : 1);
	}
	return weight;
}

/* Among equals that agree the better name, else any, but always the same one. */
static bool better_name(enum trait trait, const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len != b_len && agree(trait, a, b))
		return (trait == TRAIT_MAKER || trait == TRAIT_BRAND) == (a_len < b_len);
	return strcmp(a, b) < 0;
}

struct scale {
	double weights[WEIGH_VALUE_MAX];
	unsigned best, rival; /* WEIGH_VALUE_MAX: none */
	double total;
};

static bool outweighs(const struct opinion *opinion, enum trait trait, const struct scale *scale, unsigned a, unsigned b)
{
	if (b == WEIGH_VALUE_MAX || scale->weights[a] != scale->weights[b])
		return b == WEIGH_VALUE_MAX || scale->weights[a] > scale->weights[b];
	return better_name(trait, opinion->values[a].value, opinion->values[b].value);
}

/* Largest first, so that the sum does not depend on the order in which they came. */
static double sum_of(double *weights, unsigned count)
{
	double sum = 0;

	for (unsigned done = 0; done < count; done++) {
		unsigned most = done;

		for (unsigned i = done + 1; i < count; i++)
			if (weights[i] > weights[most])
				most = i;
		double weight = weights[most];

		weights[most] = weights[done];
		weights[done] = weight;
		sum += weight;
	}
	return sum;
}

static struct scale weigh(const struct opinion *opinion, enum trait trait, bool random_mac)
{
	struct scale scale = {.best = WEIGH_VALUE_MAX, .rival = WEIGH_VALUE_MAX};
	struct loudest loudest = loudest_of(opinion, random_mac);
	double others[WEIGH_VALUE_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < opinion->count; i++)
		scale.weights[i] = weight_of(opinion, trait, opinion->values[i].value, &loudest);
	for (unsigned i = 0; i < opinion->count; i++)
		if (outweighs(opinion, trait, &scale, i, scale.best))
			scale.best = i;
	for (unsigned i = 0; i < opinion->count; i++) {
		if (agree(trait, opinion->values[i].value, opinion->values[scale.best].value))
			continue;
		others[count++] = scale.weights[i];
		if (outweighs(opinion, trait, &scale, i, scale.rival))
			scale.rival = i;
	}
	scale.total = 1 + REFUSED_WEIGHT * __builtin_popcount(opinion->refused) + sum_of(others, count);
	if (opinion->count)
		scale.total += scale.weights[scale.best];
	return scale;
}

static uint8_t percent(double share)
{
	unsigned rounded = (unsigned)(share * 100 + 0.5);

	return (uint8_t)(rounded > CONFIDENCE_MAX ? CONFIDENCE_MAX : rounded);
}

static void answer(struct inventory *inventory, uint32_t number, enum trait trait)
{
	const struct opinion *opinion = &inventory->sides[number].opinions[trait];
	struct guess *guess = guess_of(&inventory->devices[number], trait);
	struct scale scale = weigh(opinion, trait, inventory->devices[number].random_mac);
	unsigned best = scale.best, rival = scale.rival;

	*guess = (struct guess){0};
	if (best == WEIGH_VALUE_MAX || percent(scale.weights[best] / scale.total) < ANSWER_MIN)
		return;
	memcpy(guess->name, opinion->values[best].value, WEIGH_TEXT_MAX);
	guess->confidence = percent(scale.weights[best] / scale.total);
	if (rival == WEIGH_VALUE_MAX || scale.weights[rival] * RIVAL_SHARE < scale.weights[best])
		return;
	memcpy(guess->rival, opinion->values[rival].value, WEIGH_TEXT_MAX);
	guess->rival_confidence = percent(scale.weights[rival] / scale.total);
}

static void state(struct inventory *inventory, uint32_t number, enum group group, enum trait trait, const char *value, uint8_t strength)
{
	struct opinion *opinion = &inventory->sides[number].opinions[trait];
	struct candidate *candidate = value_find(opinion, value);
	uint32_t refused = opinion->refused;

	if (trait == TRAIT_FIRMWARE && said_more_strongly(opinion, group, strength))
		return;
	if (candidate && candidate->strength[group] >= strength)
		return;
	if (trait == TRAIT_FIRMWARE) {
		forget(opinion, group);
		candidate = value_find(opinion, value);
	}
	if (!candidate)
		candidate = value_make(opinion, value, strength);
	if (candidate) {
		if (strcmp(value, candidate->value) > 0) /* the same in other letters: small ones are read more easily */
			memcpy(candidate->value, value, WEIGH_TEXT_MAX);
		candidate->strength[group] = strength;
	} else if (opinion->refused == refused && trait != TRAIT_FIRMWARE) {
		return; /* refused as before: the answer stands, however often it is said */
	}
	answer(inventory, number, trait);
}

void weigh_state(
	struct inventory *inventory, uint32_t number, enum clue_class class, enum trait trait, struct slice value, uint8_t strength)
{
	char text[WEIGH_TEXT_MAX];

	if (strength && value_read(inventory, trait, value, text))
		state(inventory, number, GROUPS[class], trait, text, strength < STRENGTH_MAX ? strength : STRENGTH_MAX);
}

void weigh_settle(struct inventory *inventory, uint32_t number)
{
	for (enum trait trait = 0; trait < TRAIT_COUNT; trait++)
		answer(inventory, number, trait);
}

void weigh_merge(struct inventory *inventory, uint32_t from, uint32_t into)
{
	for (enum trait trait = 0; trait < TRAIT_COUNT; trait++) {
		struct opinion *old = &inventory->sides[from].opinions[trait];

		for (unsigned i = 0; i < old->count; i++)
			for (unsigned g = 0; g < WEIGH_GROUP_COUNT; g++)
				if (old->values[i].strength[g])
					state(inventory, into, g, trait, old->values[i].value, old->values[i].strength[g]);
		inventory->sides[into].opinions[trait].refused |= old->refused;
		*old = (struct opinion){0};
		*guess_of(&inventory->devices[from], trait) = (struct guess){0};
	}
}
