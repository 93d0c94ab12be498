/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/told.h"

#include <string.h>

#include "inventory/inside.h"
#include "inventory/weigh.h"
#include "inventory/companies.h"
#include "inventory/words.h"
#include "wire/siphash.h"

enum { HEARD_BYTES_MAX = 256 };

static const char *const WORDS[STATES_COUNT] = {"maker: ", "brand: ", "kind: ", "model: ", "firmware: ", "runs: ", "radio: ", ""};

/* Clues that are read alike share their rows: a type is a type in SSDP and in a description, a cloud's name in DNS and in TLS. */
static const char *rows_of(const char *source)
{
	static const char *const alike[][2] = {{"dns name", "asked name"}, {"tls name", "asked name"}, {"ssdp nt", "upnp type"},
		{"dvrip kind", "own kind"}, {"dahua kind", "own kind"}, {"tuya kind", "own kind"}, {"tplink kind", "own kind"},
		{"baichuan kind", "own kind"}, {"miio kind", "own kind"}, {"sadp kind", "own kind"}, {"lldp description", "description"},
		{"snmp description", "description"}};

	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (!strcmp(source, alike[i][0]))
			return alike[i][1];
	return source;
}

/* Most clues are said again and again. Sixteen are remembered by their hash; who is pushed out is only read once more. */
static bool is_heard(struct inventory *inventory, uint32_t number, const struct clue_offer *offer)
{
	size_t len = offer->value.len < HEARD_BYTES_MAX ? offer->value.len : HEARD_BYTES_MAX;
	uint64_t hash = fw_siphash(inventory->hash_key, offer->value.bytes, len) + offer->value.len;

	hash ^= fw_siphash(inventory->hash_key, offer->source, strlen(offer->source));
	uint32_t tag = (uint32_t)(hash >> 32) | 1, *place = &inventory->sides[number].heard[hash % HEARD_COUNT];
	bool heard = *place == tag;

	*place = tag;
	return heard;
}

static struct slice value_of(const struct signature *signature, uint8_t out[DEVICE_TEXT_MAX])
{
	size_t len = signature->head.len, more = signature->value.len;

	if (!len)
		return signature->value;
	if (len + more > DEVICE_TEXT_MAX)
		more = DEVICE_TEXT_MAX - len;
	memcpy(out, signature->head.bytes, len);
	memcpy(out + len, signature->value.bytes, more);
	return (struct slice){out, len + more};
}

void told_words(char says[DEVICE_TEXT_MAX], const struct signature *signatures, size_t count)
{
	uint8_t text[DEVICE_TEXT_MAX];

	for (size_t i = 0; i < count; i++) {
		char word[DEVICE_TEXT_MAX];
		size_t at = strlen(says), gap = at ? 2 : 0;

		words_join(word, WORDS[signatures[i].states], value_of(&signatures[i], text), "");
		if (words_find(words_of(says), word) != SIZE_MAX || at + gap + strlen(word) >= DEVICE_TEXT_MAX)
			continue;
		memcpy(says + at, "; ", gap);
		memcpy(says + at + gap, word, strlen(word) + 1);
	}
}

void told_state(struct inventory *inventory, uint32_t number, enum clue_class class, const struct signature *signatures, size_t count)
{
	uint8_t text[DEVICE_TEXT_MAX];

	for (size_t i = 0; i < count; i++) {
		enum trait trait = signatures[i].states == STATES_RADIO ? TRAIT_MAKER : (enum trait)signatures[i].states;

		if (trait < TRAIT_COUNT)
			weigh_state(inventory, number, class, trait, value_of(&signatures[i], text), signatures[i].strength);
	}
}

bool told_known(struct inventory *inventory, const char *source, struct slice value)
{
	struct signature signatures[SIGNATURE_MATCH_MAX];

	return signature_match(&inventory->signatures, rows_of(source), value, signatures) > 0;
}

bool told_radio(const struct signature *signatures, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (signatures[i].states == STATES_RADIO)
			return true;
	return false;
}

struct slice told_company(struct inventory *inventory, struct slice name)
{
	return companies_called(&inventory->signatures, name);
}

/* A device has one host name, by DHCP and by mDNS: told twice, it is not worth more. */
static enum clue_class mouth_of(const struct clue_offer *offer)
{
	return strcmp(offer->source, "mdns host") ? offer->class : CLUE_DHCP;
}

size_t told_clue(struct inventory *inventory, uint32_t number, const struct clue_offer *offer)
{
	struct signature signatures[SIGNATURE_MATCH_MAX];
	struct clue_offer told = *offer;
	char says[DEVICE_TEXT_MAX] = "";
	size_t count;

	if (!words_trim(offer->value).len || is_heard(inventory, number, offer))
		return 0;
	count = signature_match(&inventory->signatures, rows_of(offer->source), offer->value, signatures);
	told_state(inventory, number, mouth_of(offer), signatures, count);
	if (offer->says)
		words_copy(says, words_of(offer->says));
	told_words(says, signatures, count);
	told.says = says;
	clue_offer(inventory, number, &told);
	return count;
}
