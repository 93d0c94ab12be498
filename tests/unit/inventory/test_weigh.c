/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements and what comes of them: agreement, contradiction, liars, the order of things. */
#include "inventory/weigh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/kind.h"
#include "inventory/words.h"

static const uint8_t ADDRESS[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 2};
static const uint8_t OTHER[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 3};
static const char COMPANIES[] = "company\tHangzhou Xiongmai*\tis\tXiongmai\t95\tIEEE\ncompany\tTP-LINK*\tis\tTP-Link\t95\tIEEE\n";

static struct inventory *fresh(void)
{
	struct inventory_config config = {.device_max = 2};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_read_signatures(inventory, "companies.tsv", COMPANIES, strlen(COMPANIES), NULL), 0);
	assert_int_equal(inventory_see(inventory, NULL, ADDRESS, 1), 0);
	return inventory;
}

struct said {
	enum clue_class class;
	enum trait trait;
	const char *value;
	uint8_t strength;
};

enum { SAID_MAX = 6 };

static const struct weighing {
	const char *title;
	struct said said[SAID_MAX]; /* strength 0 ends the list */
	enum trait trait;
	const char *name;
	uint8_t confidence;
	const char *rival;
	uint8_t rival_confidence;
} WEIGHINGS[] = {
	{"nothing", {{0}}, TRAIT_MAKER, "", 0, "", 0},
	{"one clue is worth its strength", {{CLUE_OUI, TRAIT_MAKER, "Acme", 60}}, TRAIT_MAKER, "Acme", 60, "", 0},
	{"two groups agree", {{CLUE_OUI, TRAIT_MAKER, "Acme", 60}, {CLUE_SSDP, TRAIT_MAKER, "Acme", 70}}, TRAIT_MAKER, "Acme", 93, "", 0},
	{"one group says it twice", {{CLUE_SSDP, TRAIT_MAKER, "Acme", 60}, {CLUE_DESCRIBED, TRAIT_MAKER, "Acme", 70}}, TRAIT_MAKER, "Acme",
		70, "", 0},
	{"two groups contradict each other", {{CLUE_OUI, TRAIT_MAKER, "Cellvision", 60}, {CLUE_HTTP, TRAIT_MAKER, "Acme", 70}}, TRAIT_MAKER,
		"Acme", 48, "Cellvision", 31},
	{"the same mouth says it less plainly", {{CLUE_DHIP, TRAIT_MODEL, "N5N", 89}, {CLUE_DHIP, TRAIT_MODEL, "NanoStation", 90}},
		TRAIT_MODEL, "NanoStation", 90, "", 0},
	{"a mouth that names two at once", {{CLUE_ASKED, TRAIT_MAKER, "Acme", 80}, {CLUE_ASKED, TRAIT_MAKER, "Else", 70}}, TRAIT_MAKER,
		"Acme", 30, "", 0},
	{"... takes nothing from who agrees",
		{{CLUE_ASKED, TRAIT_MAKER, "Acme", 80}, {CLUE_ASKED, TRAIT_MAKER, "Else", 80}, {CLUE_OUI, TRAIT_MAKER, "Acme", 60}},
		TRAIT_MAKER, "Acme", 74, "", 0},
	{"clouds alone: an app asks the same", {{CLUE_ASKED, TRAIT_MAKER, "Acme", 85}}, TRAIT_MAKER, "Acme", 60, "", 0},
	{"... whichever way they are heard", {{CLUE_ASKED, TRAIT_MAKER, "Acme", 85}, {CLUE_SECURED, TRAIT_MAKER, "Acme", 90}}, TRAIT_MAKER,
		"Acme", 60, "", 0},
	{"... what is worth less stays so", {{CLUE_ASKED, TRAIT_MAKER, "Acme", 50}}, TRAIT_MAKER, "Acme", 50, "", 0},
	{"clouds and another group count in full", {{CLUE_ASKED, TRAIT_MAKER, "Acme", 85}, {CLUE_OUI, TRAIT_MAKER, "Acme", 35}},
		TRAIT_MAKER, "Acme", 92, "", 0},
	{"what another group says of something else is no support",
		{{CLUE_ASKED, TRAIT_MAKER, "Acme", 85}, {CLUE_OUI, TRAIT_MAKER, "Else", 60}}, TRAIT_MAKER, "Acme", 38, "Else", 38},
	{"two against one",
		{{CLUE_OUI, TRAIT_MAKER, "Acme", 60}, {CLUE_MDNS, TRAIT_MAKER, "Acme", 60}, {CLUE_HTTP, TRAIT_MAKER, "Else", 90}},
		TRAIT_MAKER, "Acme", 47, "Else", 47},
	{"a weak contradiction is no rival",
		{{CLUE_OUI, TRAIT_MAKER, "Acme", 60}, {CLUE_MDNS, TRAIT_MAKER, "Acme", 70}, {CLUE_HTTP, TRAIT_MAKER, "Else", 40}},
		TRAIT_MAKER, "Acme", 89, "", 0},
	{"legal forms and aliases",
		{{CLUE_OUI, TRAIT_MAKER, "TP-LINK TECHNOLOGIES CO.,LTD.", 60}, {CLUE_ASKED, TRAIT_MAKER, "TP-Link", 60}}, TRAIT_MAKER,
		"TP-Link", 90, "", 0},
	{"a company's first word", {{CLUE_OUI, TRAIT_MAKER, "Acme International Inc.", 60}, {CLUE_ASKED, TRAIT_MAKER, "acme", 60}},
		TRAIT_MAKER, "acme", 90, "", 0},
	{"the model that says more", {{CLUE_DHCP, TRAIT_MODEL, "HS110", 60}, {CLUE_HTTP, TRAIT_MODEL, "HS110(EU)", 60}}, TRAIT_MODEL,
		"HS110(EU)", 90, "", 0},
	{"the kind that says more", {{CLUE_DHCP, TRAIT_KIND, "sensor", 60}, {CLUE_HTTP, TRAIT_KIND, "motion sensor", 60}}, TRAIT_KIND,
		"motion sensor", 90, "", 0},
	{"a light switch is no light", {{CLUE_DHCP, TRAIT_KIND, "light", 60}, {CLUE_HTTP, TRAIT_KIND, "light switch", 60}}, TRAIT_KIND,
		"light", 38, "light switch", 38},
	{"no kind", {{CLUE_DHCP, TRAIT_KIND, "gadget", 90}}, TRAIT_KIND, "", 0, "", 0},
	{"too weak for an answer", {{CLUE_DHCP, TRAIT_KIND, "camera", 25}}, TRAIT_KIND, "", 0, "", 0},
	{"weak clues that agree", {{CLUE_DHCP, TRAIT_KIND, "camera", 25}, {CLUE_PORT, TRAIT_KIND, "camera", 50}}, TRAIT_KIND, "camera", 57,
		"", 0},
	{"firmware is updated", {{CLUE_DHIP, TRAIT_FIRMWARE, "1.1", 90}, {CLUE_DHIP, TRAIT_FIRMWARE, "1.0", 90}}, TRAIT_FIRMWARE, "1.0", 90,
		"", 0},
	{"blanks around it, and nothing", {{CLUE_DHIP, TRAIT_MODEL, "  A1 \n", 80}, {CLUE_DHIP, TRAIT_MODEL, " ", 90}}, TRAIT_MODEL, "A1",
		80, "", 0},
};

static void state_all(struct inventory *inventory, const struct said *said, const unsigned *order, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct said *one = &said[order[i]];

		weigh_state(inventory, 0, one->class, one->trait, words_of(one->value), one->strength);
	}
}

static const struct guess *guess_of(const struct inventory *inventory, enum trait trait)
{
	const struct device *device = inventory_device(inventory, 0);
	const struct guess *const guesses[] = {&device->maker, &device->brand, &device->kind, &device->model, &device->firmware};

	return guesses[trait];
}

static unsigned said_count(const struct said *said)
{
	unsigned count = 0;

	while (count < SAID_MAX && said[count].strength)
		count++;
	return count;
}

static void what_comes_of_statements(void **state)
{
	static const unsigned order[] = {0, 1, 2, 3, 4, 5};

	for (size_t i = 0; i < sizeof(WEIGHINGS) / sizeof(WEIGHINGS[0]); i++) {
		const struct weighing *w = &WEIGHINGS[i];
		struct inventory *inventory = fresh();

		state_all(inventory, w->said, order, said_count(w->said));
		weigh_settle(inventory, 0);
		const struct guess *guess = guess_of(inventory, w->trait);

		if (strcmp(guess->name, w->name) || guess->confidence != w->confidence || strcmp(guess->rival, w->rival) ||
			guess->rival_confidence != w->rival_confidence)
			fail_msg("%s: %s %u, rival %s %u", w->title, guess->name, guess->confidence, guess->rival, guess->rival_confidence);
		inventory_free(inventory);
	}
}

/* Telephones and laptops have such a MAC, and the apps of what stands in the house. */
static void clouds_from_a_random_mac(void **state)
{
	static const uint8_t random_mac[6] = {0x02, 0xcf, 0x7f, 1, 2, 3};
	struct inventory_config config = {.device_max = 2};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_tie(inventory, random_mac, ADDRESS, 1), 0);
	const struct device *device = inventory_device(inventory, 0);

	weigh_state(inventory, 0, CLUE_ASKED, TRAIT_MAKER, words_of("Acme"), 85);
	assert_string_equal(device->maker.name, "Acme");
	assert_int_equal(device->maker.confidence, 45);
	weigh_state(inventory, 0, CLUE_DHCP, TRAIT_MAKER, words_of("Acme"), 60);
	assert_int_equal(device->maker.confidence, 97);
	weigh_state(inventory, 0, CLUE_ASKED, TRAIT_KIND, words_of("camera"), 85);
	assert_int_equal(device->kind.confidence, 45);
	inventory_free(inventory);
}

/* Each of the six orders of three, twice over: the same answer. Firmware is the one that has a last word. */
static void the_order_does_not_matter(void **state)
{
	static const unsigned orders[][6] = {
		{0, 1, 2, 0, 1, 2}, {0, 2, 1, 1, 2, 0}, {1, 0, 2, 2, 0, 1}, {1, 2, 0, 0, 2, 1}, {2, 0, 1, 1, 0, 2}, {2, 1, 0, 0, 1, 2}};

	for (size_t i = 0; i < sizeof(WEIGHINGS) / sizeof(WEIGHINGS[0]); i++) {
		const struct weighing *w = &WEIGHINGS[i];
		struct guess first = {0};

		for (size_t k = 0; k < sizeof(orders) / sizeof(orders[0]) && w->trait != TRAIT_FIRMWARE; k++) {
			struct inventory *inventory = fresh();

			for (unsigned n = 0; n < 6; n++)
				if (orders[k][n] < said_count(w->said))
					state_all(inventory, w->said, &orders[k][n], 1);
			const struct guess *guess = guess_of(inventory, w->trait);

			if (!k)
				first = *guess;
			else if (memcmp(&first, guess, sizeof(first)))
				fail_msg("%s: order %zu says %s %u", w->title, k, guess->name, guess->confidence);
			inventory_free(inventory);
		}
	}
}

/* It claims each of sixty makers, kinds and models, in all ways there are. Nothing may be called likely. */
static void a_device_that_claims_to_be_everything(void **state)
{
	struct inventory *inventory = fresh();
	const struct device *device = inventory_device(inventory, 0);
	static const char *const kinds[] = {"camera", "printer", "router", "television", "scale", "light", "computer", "telephone"};

	for (unsigned n = 0; n < 60; n++) {
		char text[32];

		for (unsigned class = 0; class < CLUE_CLASS_COUNT; class ++) {
			snprintf(text, sizeof(text), "Maker%u", n);
			weigh_state(inventory, 0, class, TRAIT_MAKER, words_of(text), 70 + n % 3);
			weigh_state(inventory, 0, class, TRAIT_BRAND, words_of(text), 70);
			weigh_state(inventory, 0, class, TRAIT_MODEL, words_of(text), 90);
			weigh_state(inventory, 0, class, TRAIT_KIND, words_of(kinds[n % 8]), 80);
		}
	}
	for (enum trait trait = TRAIT_MAKER; trait <= TRAIT_MODEL; trait++)
		assert_true(guess_of(inventory, trait)->confidence < 30);
	assert_string_equal(device->maker.name, "");
	assert_string_equal(device->kind.name, "");
	inventory_free(inventory);
}

/* Its MAC says one maker, each of its mouths another one. */
static void a_device_that_contradicts_itself(void **state)
{
	struct inventory *inventory = fresh();
	static const enum clue_class classes[] = {CLUE_OUI, CLUE_DHCP, CLUE_MDNS, CLUE_SSDP, CLUE_HTTP, CLUE_ASKED};

	for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		weigh_state(inventory, 0, classes[i], TRAIT_MAKER, words_of((const char *[]){"A1", "B2", "C3", "D4", "E5", "F6"}[i]), 75);
	assert_true(guess_of(inventory, TRAIT_MAKER)->confidence < 30);
	inventory_free(inventory);
}

static void what_merges(void **state)
{
	struct inventory *inventory = fresh();
	static const uint8_t mac[6] = {0, 1, 2, 3, 4, 5};

	assert_int_equal(inventory_tie(inventory, mac, OTHER, 1), 1);
	weigh_state(inventory, 0, CLUE_MDNS, TRAIT_MAKER, words_of("Acme"), 70);
	weigh_state(inventory, 1, CLUE_OUI, TRAIT_MAKER, words_of("Acme"), 60);
	assert_int_equal(inventory_tie(inventory, mac, ADDRESS, 2), 1);
	assert_int_equal(inventory_number(inventory, 0), 1);
	assert_int_equal(inventory_device(inventory, 1)->maker.confidence, 93);
	assert_string_equal(inventory_device(inventory, 0)->maker.name, "");
	inventory_free(inventory);
}

static void long_values_are_cut(void **state)
{
	struct inventory *inventory = fresh();
	uint8_t text[4096];

	memset(text, 0xc3, sizeof(text));
	for (enum trait trait = 0; trait < TRAIT_COUNT; trait++)
		weigh_state(inventory, 0, CLUE_HTTP, trait, (struct slice){text, sizeof(text)}, 200);
	for (enum trait trait = 0; trait < TRAIT_COUNT; trait++)
		assert_true(strlen(guess_of(inventory, trait)->name) < WEIGH_TEXT_MAX && guess_of(inventory, trait)->confidence <= 98);
	inventory_free(inventory);
}

/* Two bytes a character, and room for an odd number of them. */
static void no_character_is_cut_in_half(void **state)
{
	struct inventory *inventory = fresh();
	char text[81] = "";
	size_t len;

	for (size_t i = 0; i < 40; i++)
		memcpy(text + 2 * i, "\xc3\xa9", 3);
	weigh_state(inventory, 0, CLUE_HTTP, TRAIT_MODEL, words_of(text), 90);
	len = strlen(guess_of(inventory, TRAIT_MODEL)->name);
	assert_true(len > WEIGH_TEXT_MAX - 4 && len % 2 == 0);
	assert_memory_equal(guess_of(inventory, TRAIT_MODEL)->name, text, len);
	inventory_free(inventory);
}

static void kinds_are_words_of_a_list(void **state)
{
	assert_string_equal(kind_find(words_of("Smart Plug")), "smart plug");
	assert_null(kind_find(words_of("switch")));
	assert_null(kind_find(words_of("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_of_statements),
		cmocka_unit_test(clouds_from_a_random_mac),
		cmocka_unit_test(the_order_does_not_matter),
		cmocka_unit_test(a_device_that_claims_to_be_everything),
		cmocka_unit_test(a_device_that_contradicts_itself),
		cmocka_unit_test(what_merges),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(no_character_is_cut_in_half),
		cmocka_unit_test(kinds_are_words_of_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
