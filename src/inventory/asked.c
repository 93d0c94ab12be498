/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device may ask for thousands of names, under attack for random ones, but they lie under few domains that someone had
 * to register. The part that is registered is taken to be the last two labels, or three where the last has two letters
 * and the one before at most three (co.uk, com.cn). That rule of thumb errs for a few (t.co); what is lost is one clue.
 */
#include "inventory/asked.h"

#include <string.h>
#include <strings.h>

#include "inventory/clue.h"
#include "inventory/told.h"
#include "inventory/words.h"

enum { TYPE_A = 1, TYPE_AAAA = 28, TYPE_HTTPS = 65 };

/* Suffixes that nobody can register (RFC 6761, RFC 6762, RFC 8375, and what home routers use). */
static const char *const LOCAL[] = {
	".arpa",
	".home",
	".internal",
	".intranet",
	".invalid",
	".lan",
	".local",
	".localdomain",
	".localhost",
	".onion",
	".test",
};

/* The name from its last but nth dot on; all of it when it has fewer. */
static struct slice last_labels(struct slice name, unsigned count)
{
	for (size_t at = name.len; at > 0; at--)
		if (name.bytes[at - 1] == '.' && !--count)
			return words_from(name, at);
	return name;
}

static struct slice registered_part(struct slice name)
{
	struct slice top = last_labels(name, 1), two = last_labels(name, 2);
	size_t second_len = two.len - top.len - 1;

	return top.len == 2 && second_len <= 3 && two.len < name.len ? last_labels(name, 3) : two;
}

static bool is_registrable(struct slice name)
{
	struct slice top = last_labels(name, 1), two = last_labels(name, 2);

	if (top.len == name.len || top.len < 2 || two.len < top.len + 2 || (top.bytes[0] | 0x20) < 'a' || (top.bytes[0] | 0x20) > 'z')
		return false;
	for (size_t i = 0; i < sizeof(LOCAL) / sizeof(LOCAL[0]); i++)
		if (words_end(name, LOCAL[i]))
			return false;
	return true;
}

/* One that the table speaks of is kept once for what it says, whatever stands before the domain. */
static bool asked_known(struct inventory *inventory, uint32_t number, const struct clue_offer *offer)
{
	const struct device *device = &inventory->devices[number];
	struct signature signatures[SIGNATURE_MATCH_MAX];
	size_t count = signature_match(&inventory->signatures, "asked name", offer->value, signatures);
	char says[DEVICE_TEXT_MAX] = "";

	told_words(says, signatures, count);
	for (unsigned i = 0; i < device->clue_count && count; i++)
		if (inventory->sides[number].clue_classes[i] == CLUE_ASKED && !strcmp(device->clues[i].says, says))
			return true;
	if (count)
		told_clue(inventory, number, offer);
	return count > 0;
}

/* Whether a name of the same registered part is kept. */
static bool is_known(const struct inventory *inventory, uint32_t number, struct slice domain)
{
	const struct device *device = &inventory->devices[number];

	for (unsigned i = 0; i < device->clue_count; i++) {
		struct slice known = words_of(device->clues[i].value);

		if (inventory->sides[number].clue_classes[i] != CLUE_ASKED || !is_registrable(known))
			continue;
		known = registered_part(known);
		if (known.len == domain.len && !strncasecmp((const char *)known.bytes, (const char *)domain.bytes, domain.len))
			return true;
	}
	return false;
}

static void asked(struct inventory *inventory, uint32_t number, const char *source, struct slice name)
{
	struct clue_offer offer = {.source = source, .class = CLUE_ASKED};

	/* Cut at the front: it is the end that tells. */
	if (name.len >= DEVICE_TEXT_MAX)
		name = last_labels(name, 3);
	if (name.len >= DEVICE_TEXT_MAX || !is_registrable(name))
		return;
	offer.value = name;
	if (!asked_known(inventory, number, &offer) && !is_known(inventory, number, registered_part(name)))
		clue_offer(inventory, number, &offer);
}

void asked_dns(struct inventory *inventory, uint32_t number, struct slice name, uint32_t type)
{
	if (type == TYPE_A || type == TYPE_AAAA || type == TYPE_HTTPS)
		asked(inventory, number, "dns name", name);
}

void asked_tls(struct inventory *inventory, uint32_t number, struct slice name)
{
	asked(inventory, number, "tls name", name);
}
