/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ceilings of the index and of matching: what is left out is counted, what there is room for is found. */
#include "papers.h"

static void ignore(void *context, const struct advisory_match *match)
{
	(void)context;
	(void)match;
}

/* Eighty model numbers, each another pattern that fits the asset's model: sixty-four are followed, the rest is counted. */
static void more_names_than_are_followed(void **state)
{
	enum { NUMBERS = 80, FOLLOWED = 64 };
	char numbers[NUMBERS * 16] = "", tree_text[NUMBERS * 16 + 512], product[NUMBERS * 16 + 256];
	struct told told;
	struct advisories *advisories = papers_new(&told);
	const struct asset asset = papers_asset("Example", "ABC1234X", "");
	uint32_t left_out = 0;
	size_t used = 0;

	for (unsigned i = 0; i < NUMBERS; i++) {
		char number[] = "ABC1234X";
		for (unsigned bit = 0; bit < 7; bit++)
			if ((i + 1) >> bit & 1)
				number[bit + 1] = '?';
		used += (size_t)snprintf(numbers + used, sizeof(numbers) - used, "%s\"%s\"", i ? "," : "", number);
	}
	snprintf(product, sizeof(product),
		"\"product\":{\"name\":\"all\",\"product_id\":\"A\",\"product_identification_helper\":{\"model_numbers\":[%s]}}", numbers);
	snprintf(tree_text, sizeof(tree_text), PAPERS_IN("{\"category\":\"vendor\",\"name\":\"Example\",%s}"), product);
	papers_add(advisories, "EX-1", "1", tree_text, "{\"cve\":\"CVE-2024-0001\",\"product_status\":{\"known_affected\":[\"A\"]}}");
	assert_int_equal(advisories_settle(advisories), 0);
	assert_int_equal(advisories_match(advisories, &asset, ignore, NULL, &left_out), 1);
	assert_in_range(left_out, NUMBERS - FOLLOWED, NUMBERS - FOLLOWED + 1);
	advisories_free(advisories);
}

/* A device that calls itself twenty models: sixteen are looked up, and the others are counted though no document was found. */
static void device_of_many_models(void **state)
{
	char model[20 * 8] = "";
	struct told told;
	struct advisories *advisories = papers_new(&told);
	struct asset asset = papers_asset("Example", model, "");
	uint32_t left_out = 0;

	for (int i = 0; i < 20; i++)
		snprintf(model + strlen(model), sizeof(model) - strlen(model), "%sXY%03d", i ? " " : "", i);
	papers_add(advisories, "EX-1", "1",
		PAPERS_IN(PAPERS_BRANCH(
			"vendor", "Other", PAPERS_IN(PAPERS_BRANCH("product_name", "XY018", PAPERS_PRODUCT("A", "XY018", ""))))),
		"{\"cve\":\"CVE-2024-0001\",\"product_status\":{\"known_affected\":[\"A\"]}}");
	assert_int_equal(advisories_settle(advisories), 0);
	assert_int_equal(advisories_names_left_out(advisories), 0);
	assert_int_equal(advisories_match(advisories, &asset, ignore, NULL, &left_out), 0);
	assert_int_equal(left_out, 0); /* nobody writes of its maker: there is nothing to look up */
	asset.maker = "Other";
	assert_int_equal(advisories_match(advisories, &asset, ignore, NULL, &left_out), 1);
	assert_int_equal(left_out, 20 + 1 - 16); /* and the whole */
	asset.maker_confidence = 0;
	assert_int_equal(advisories_match(advisories, &asset, ignore, NULL, &left_out), 0);
	assert_int_equal(left_out, 20 + 1 - 16);
	snprintf(model, sizeof(model), "XY018");
	assert_int_equal(advisories_match(advisories, &asset, ignore, NULL, &left_out), 1);
	assert_int_equal(left_out, 0);
	advisories_free(advisories);
}

/* What a document calls its products and makers beyond what the index has room for is counted, and what there is room for is found. */
static void documents_of_many_names(void **state)
{
	static const char *const trees[] = {
		/* eighteen model words, and the whole */
		PAPERS_IN(PAPERS_BRANCH("vendor", "Example",
			PAPERS_IN(PAPERS_BRANCH("product_name",
				"AB101, AB102, AB103, AB104, AB105, AB106, AB107, AB108, AB109, "
				"AB110, AB111, AB112, AB113, AB114, AB115, AB116, AB117, AB118",
				PAPERS_PRODUCT("A", "all", ""))))),
		/* six makers */
		PAPERS_IN(PAPERS_BRANCH("vendor", "Anvil, Birch, Cedar, Dune, Elm, Fir",
			PAPERS_IN(PAPERS_BRANCH("product_name", "AB101", PAPERS_PRODUCT("A", "AB101", ""))))),
		/* a model number that is longer than one that is compared */
		PAPERS_IN(PAPERS_BRANCH("vendor", "Example",
			PAPERS_PRODUCT("A", "thing",
				",\"product_identification_helper\":{\"model_numbers\":"
				"[\"AB10123456789012345678901234567890123456789012345678901234567890\"]}"))),
	};
	static const unsigned counts[] = {18 + 1 - 16, 6 - 4, 1};
	const struct asset asset = papers_asset("Example", "AB101", "");

	for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++) {
		struct told told;
		struct advisories *advisories = papers_new(&told);

		papers_add(advisories, "EX-1", "1", trees[i], "{\"cve\":\"CVE-2024-1\",\"product_status\":{\"known_affected\":[\"A\"]}}");
		assert_int_equal(advisories_settle(advisories), 0);
		assert_int_equal(advisories_names_left_out(advisories), counts[i]);
		if (i == 0)
			assert_string_equal(papers_matches(advisories, &asset), "EX-1 product affected \n");
		assert_int_equal(advisories_settle(advisories), 0);
		assert_int_equal(advisories_names_left_out(advisories), counts[i]); /* not twice */
		advisories_free(advisories);
	}
}

/* Five levels of products, each made of two of the level below: from the topmost there are 63 places to look at, and sixteen are. */
static void relations_that_spread(void **state)
{
	struct told told;
	struct advisories *advisories = papers_new(&told);
	char tree_text[2048];
	size_t used = (size_t)snprintf(tree_text, sizeof(tree_text),
		PAPERS_IN(PAPERS_BRANCH("vendor", "Example",
			PAPERS_IN(PAPERS_BRANCH("product_name", "AB101", PAPERS_PRODUCT("P0", "AB101", ""))))) ","
													       "\"relationships\":[");

	for (int i = 1; i <= 5; i++)
		used += (size_t)snprintf(tree_text + used, sizeof(tree_text) - used,
			"%s{\"category\":\"installed_on\",\"product_reference\":\"P%d\",\"relates_to_product_reference\":\"P%d\","
			"\"full_product_name\":{\"product_id\":\"P%d\",\"name\":\"of %d\"}}",
			i > 1 ? "," : "", i - 1, i - 1, i, i);
	snprintf(tree_text + used, sizeof(tree_text) - used, "]");
	papers_add(advisories, "EX-1", "1", tree_text, "{\"cve\":\"CVE-2024-1\",\"product_status\":{\"known_affected\":[\"P5\"]}}");
	assert_int_equal(advisories_settle(advisories), 0);
	assert_int_equal(advisories_names_left_out(advisories), 15 + 17); /* of 30 ends that P4 leads to, of 32 that P5 does */
	advisories_free(advisories);
}

/* Names that differ beyond what is kept of them are not the same. */
static void names_that_are_cut(void **state)
{
#define LONG_NAME "AB101234567890123456789012345678901234567890123456789012345678901"
	struct told told;
	struct advisories *advisories = papers_new(&told);
	const struct asset same = papers_asset("Example", LONG_NAME "A", "1.0"), other = papers_asset("Example", LONG_NAME "B", "1.0");

	papers_add(advisories, "EX-1", "1",
		PAPERS_IN(PAPERS_BRANCH("vendor", "Example",
			PAPERS_IN(PAPERS_BRANCH("product_name", LONG_NAME "A",
				PAPERS_IN(PAPERS_BRANCH("product_version", "1.0", PAPERS_PRODUCT("A", "it", ""))))))),
		"{\"cve\":\"CVE-2024-1\",\"product_status\":{\"known_affected\":[\"A\"]}}");
	assert_int_equal(advisories_settle(advisories), 0);
	assert_null(strstr(papers_matches(advisories, &other), "exact"));
	assert_null(strstr(papers_matches(advisories, &same), "exact"));
	assert_non_null(strstr(papers_matches(advisories, &same), "product"));
	advisories_free(advisories);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_names_than_are_followed),
		cmocka_unit_test(device_of_many_models),
		cmocka_unit_test(documents_of_many_names),
		cmocka_unit_test(relations_that_spread),
		cmocka_unit_test(names_that_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
