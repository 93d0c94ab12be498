/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices held against documents: who is meant, in which version, what is said of it, and who is not meant. */
#include "papers.h"

#define V(id, name, range) PAPERS_BRANCH("product_version_range", range, PAPERS_PRODUCT(id, name, ""))

/* The shape that most documents have. */
static const char tree[] = PAPERS_IN(PAPERS_BRANCH("vendor", "Hangzhou Example Technology Co., Ltd.",
	PAPERS_IN(PAPERS_BRANCH("product_name", "CAM-2100 Series",
		PAPERS_IN(V("A", "old", "< 2.0") "," V("B", "new", ">= 2.0"))) "," PAPERS_BRANCH("product_name", "NVR-4xx2F",
		PAPERS_IN(V("C", "recorder", "vers:all/*"))) "," PAPERS_BRANCH("product_name", "Example Cloud Server",
		PAPERS_IN(PAPERS_BRANCH("product_version", "EX-D1XXX,", PAPERS_PRODUCT("D", "door", "")))))));
static const char vulnerabilities[] =
	"{\"cve\":\"CVE-2024-0001\",\"cwe\":{\"id\":\"CWE-798\",\"name\":\"Hard-coded\"},"
	"\"product_status\":{\"known_affected\":[\"A\",\"C\",\"D\"],\"fixed\":[\"B\"]},"
	"\"remediations\":[{\"category\":\"mitigation\",\"details\":\"wall it off\",\"product_ids\":[\"A\",\"C\"]},"
	"{\"category\":\"vendor_fix\",\"details\":\"Update to "
	"2.0\",\"url\":\"https://example.com/fw\",\"date\":\"2024-01-05T00:00:00Z\",\"product_ids\":[\"A\"],"
	"\"restart_required\":{\"category\":\"system\"},\"entitlements\":[\"a contract\"]},"
	"{\"category\":\"no_fix_planned\",\"details\":\"end of life\",\"product_ids\":[\"D\"]}],"
	"\"scores\":[{\"products\":[\"A\",\"C\"],\"cvss_v3\":{\"baseScore\":9.8,\"baseSeverity\":\"CRITICAL\",\"vectorString\":\"CVSS:3.1/"
	"AV:N\"}},"
	"{\"products\":[\"D\"],\"cvss_v2\":{\"baseScore\":4.3,\"vectorString\":\"AV:L\"},\"cvss_v4\":{\"baseScore\":7,\"vectorString\":"
	"\"CVSS:4.0/AV:N\"}}]},"
	"{\"cve\":\"CVE-2024-0002\",\"product_status\":{\"known_not_affected\":[\"A\"],\"under_investigation\":[\"C\"],\"recommended\":["
	"\"B\"]}}";

static const struct {
	const char *maker, *model, *firmware, *want;
} ROWS[] = {
	{"Example", "CAM-2100", "1.9", "EX-1 exact affected vendor_fix\n"},
	{"EXAMPLE Information Technology CO.,LTD", "CAM-2100-W", "1.9", "EX-1 exact affected vendor_fix\n"},
	{"Example", "Example CAM-2100", "V1.9.3", "EX-1 exact affected vendor_fix\n"},
	{"Example", "CAM-2100", "2.0", "EX-1 exact fixed \n"},
	{"Example", "CAM-2100", "", "EX-1 product affected vendor_fix\n"},
	{"Example", "CAM-2100", "lollipop", "EX-1 product affected vendor_fix\n"},
	{"Example", "nvr-4162f", "", "EX-1 exact affected mitigation\n"},
	{"Example", "NVR-4162G", "", "EX-1 maker unknown vendor_fix\n"},
	{"Example", "D1234-X", "", "EX-1 maker unknown vendor_fix\n"},
	{"Example", "EX-D1234S", "1.0", "EX-1 product affected no_fix_planned\n"},
	{"Example", "EX-D2234S", "1.0", "EX-1 maker unknown vendor_fix\n"},
	{"Example", "", "", "EX-1 maker unknown vendor_fix\n"},
	{"Other", "CAM-2100", "1.9", ""},
	{"Examples", "CAM-2100", "1.9", ""},
	{"", "CAM-2100", "1.9", "EX-1 product affected vendor_fix\n"}, /* whose it is, nobody knows: never certain */
	{"", "NVR-4162F", "1.9", ""},
	{"", "", "", ""},
};

static void who_is_meant(void **state)
{
	struct told told;
	struct advisories *advisories = papers_new(&told);

	papers_add(advisories, "EX-1", "1", tree, vulnerabilities);
	assert_int_equal(advisories_settle(advisories), 0);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		const struct asset asset = papers_asset(ROWS[i].maker, ROWS[i].model, ROWS[i].firmware);
		const char *got = papers_matches(advisories, &asset);
		if (strcmp(got, ROWS[i].want))
			fail_msg("%s %s %s: \"%s\", not \"%s\"", ROWS[i].maker, ROWS[i].model, ROWS[i].firmware, got, ROWS[i].want);
	}
	assert_string_equal(told.text, "");
	advisories_free(advisories);
}

/* A word of a product's name is not the product. One document of one product each. */
static void words_of_names(void **state)
{
	static const struct {
		const char *name, *model, *want;
	} rows[] = {
		{"Camera except DCS-930L", "DCS-930L", ""},
		{"Cameras except DCS-930L, DCS-931L", "DCS-931L", "EX-9 product affected \n"},
		{"SmartPlug (not HS110)", "HS110", ""},
		{"HS110 (not HS100)", "HS110", "EX-9 product affected \n"},
		{"HS110 (not HS100)", "HS100", ""},
		{"not only HS110", "HS110", "EX-9 product affected \n"},
		{"HS110 mobile app", "HS110", "EX-9 product affected \n"},
		{"Hub app for HS110", "HS110", "EX-9 product affected \n"},
		{"Adapter for HS110", "HS110", "EX-9 product affected \n"},
		{"HS110 without cloud", "HS110", "EX-9 product affected \n"},
		{"S7-1500 Software Controller", "S7-1500 CPU 1511", "EX-9 product affected \n"},
		{"S7-1500 Software Controller", "S7-1500 Software Controller", "EX-9 exact affected \n"},
		{"S7-1500 family", "S7-1500 Software Controller", "EX-9 product affected \n"},
		{"S7-1500 CPU family", "S7-1500 CPU 1511", "EX-9 exact affected \n"},
		{"SIMATIC S7-1500 CPU 1518-4 PN/DP MFP", "S7-1500 CPU 1511", "EX-9 product affected \n"},
		{"S7-1500 CPU 1518F-4 PN/DP", "S7-1500 CPU 1511F-1", "EX-9 product affected \n"},
		{"HS110", "HS110", "EX-9 exact affected \n"},
		{"Example HS110 Firmware", "HS110", "EX-9 exact affected \n"},
		{"HS110 camera", "IP Camera HS110", "EX-9 exact affected \n"},
		{"HS100, HS105 and HS110", "HS110", "EX-9 exact affected \n"},
		{"DS-2CD2xx2FWD Series", "DS-2CD2142FWD-I", "EX-9 exact affected \n"},
	};
	static const char affected[] = "{\"cve\":\"CVE-2024-0001\"," PAPERS_STATUS("known_affected", "\"A\"") "}";

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct asset asset = papers_asset("Example", rows[i].model, "1.0");
		struct told told;
		struct advisories *advisories = papers_new(&told);
		char one[1024];
		snprintf(one, sizeof(one),
			PAPERS_IN(PAPERS_BRANCH(
				"vendor", "Example", PAPERS_IN(PAPERS_BRANCH("product_name", "%s", PAPERS_IN(V("A", "a", "vers:all/*")))))),
			rows[i].name);
		papers_add(advisories, "EX-9", "1", one, affected);
		assert_int_equal(advisories_settle(advisories), 0);
		const char *got = papers_matches(advisories, &asset);
		if (strcmp(got, rows[i].want))
			fail_msg("%s for %s: \"%s\", not \"%s\"", rows[i].model, rows[i].name, got, rows[i].want);
		advisories_free(advisories);
	}
}

/* A guess that is more likely wrong than right is not used. */
static void faint_guesses(void **state)
{
	struct told told;
	struct advisories *advisories = papers_new(&told);
	struct asset asset = papers_asset("Example", "CAM-2100", "1.9");
	struct advisory_match match;

	papers_add(advisories, "EX-1", "1", tree, vulnerabilities);
	advisories_settle(advisories);
	asset.firmware_confidence = 60;
	asset.model_confidence = 80;
	assert_true(advisories_match_one(advisories, 0, &asset, &match));
	assert_int_equal(match.certainty, ASSET_EXACT);
	assert_int_equal(match.confidence, 60);
	assert_true(match.loose);
	asset.firmware_confidence = ASSET_CONFIDENCE_LEAST - 1;
	assert_true(advisories_match_one(advisories, 0, &asset, &match));
	assert_int_equal(match.certainty, ASSET_PRODUCT);
	assert_int_equal(match.confidence, 80);
	asset.model_confidence = 0;
	assert_true(advisories_match_one(advisories, 0, &asset, &match));
	assert_int_equal(match.certainty, ASSET_MAKER);
	assert_int_equal(match.status, STATUS_NONE);
	assert_false(match.other_model);
	asset.maker_confidence = 10;
	assert_false(advisories_match_one(advisories, 0, &asset, &match));
	asset.brand = "Example"; /* the brand on the label speaks for itself */
	asset.brand_confidence = 90;
	assert_true(advisories_match_one(advisories, 0, &asset, &match));
	assert_false(advisories_match_one(advisories, 1, &asset, &match));
	advisories_free(advisories);
}

struct seen {
	char text[4096];
	uint64_t prints[8];
	size_t count;
};

static void see_vulnerability(void *context, const struct advisory_vulnerability *one)
{
	struct seen *seen = context;
	size_t len = strlen(seen->text);

	seen->prints[seen->count++] = one->print;
	len += (size_t)snprintf(seen->text + len, sizeof(seen->text) - len, "%s %s %s %u %s %s\n", one->name, one->cwe,
		advisory_status_name(one->status), one->score, one->severity, one->vector);
	for (uint32_t i = 0; i < one->remedy_count; i++) {
		const struct advisory_remedy *remedy = &one->remedies[i];
		len += (size_t)snprintf(seen->text + len, sizeof(seen->text) - len, " %s|%s|%s|%s|%s|%s\n",
			advisory_remedy_name(remedy->category), remedy->details, remedy->url, remedy->date, remedy->entitlement,
			remedy->restart);
	}
}

static struct seen look(const struct advisories *advisories, const struct asset *asset)
{
	struct advisory_match match;
	struct seen seen = {0};

	assert_true(advisories_match_one(advisories, 0, asset, &match));
	advisories_each_vulnerability(advisories, &match, see_vulnerability, &seen);
	return seen;
}

static void what_is_said(void **state)
{
	struct told told;
	struct advisories *advisories = papers_new(&told);
	struct asset old = papers_asset("Example", "CAM-2100", "1.9"), door = papers_asset("Example", "EX-D1000", NULL);
	struct advisory advisory;

	papers_add(advisories, "EX-1", "1", tree, vulnerabilities);
	advisories_settle(advisories);
	assert_string_equal(look(advisories, &old).text,
		"CVE-2024-0001 CWE-798 affected 98 CRITICAL CVSS:3.1/AV:N\n"
		" vendor_fix|Update to 2.0|https://example.com/fw|2024-01-05T00:00:00Z|a contract|system\n"
		" mitigation|wall it off||||\n"
		"CVE-2024-0002  not affected 0  \n");
	assert_string_equal(
		look(advisories, &door).text, "CVE-2024-0001 CWE-798 affected 70  CVSS:4.0/AV:N\n no_fix_planned|end of life||||\n");
	assert_true(advisories_find(advisories, "ex-1", &advisory));
	assert_string_equal(advisory.url, "https://example.com/EX-1");
	assert_string_equal(advisory.revision, "Now 1");
	assert_int_equal(advisory.score, 98);
	assert_int_equal(advisory.product_count, 4);
	assert_false(advisories_find(advisories, "ex-2", &advisory));
	advisories_free(advisories);
}

/* A mark lapses when what is to be done changes, also where there is more of it than is told; what is told already keeps its print. */
static void prints_hold_every_remedy(void **state)
{
	static const char one[] = PAPERS_IN(
		PAPERS_BRANCH("vendor", "Example", PAPERS_IN(PAPERS_BRANCH("product_name", "CAM-1", PAPERS_PRODUCT("A", "cam", "")))));
	enum { COUNT = ADVISORY_REMEDY_MAX + 4, CASES = COUNT + 1 };
	uint64_t prints[CASES];
	char text[COUNT * 96 + 256];

	for (unsigned changed = 0; changed < CASES; changed++) { /* the last is of none */
		struct told told;
		struct advisories *advisories = papers_new(&told);
		const struct asset asset = papers_asset("Example", "CAM-1", "");
		size_t len = (size_t)snprintf(
			text, sizeof(text), "{\"cve\":\"CVE-2024-0001\"," PAPERS_STATUS("known_affected", "\"A\"") ",\"remediations\":[");

		for (unsigned i = 0; i < COUNT; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
				"%s{\"category\":\"%s\",\"details\":\"%s %u\",\"product_ids\":[\"A\"]}", i ? "," : "",
				i % 2 ? "workaround" : "mitigation", i == changed ? "other" : "step", i);
		snprintf(text + len, sizeof(text) - len, "]}");
		papers_add(advisories, "EX-9", "1", one, text);
		advisories_settle(advisories);
		prints[changed] = look(advisories, &asset).prints[0];
		advisories_free(advisories);
	}
	for (unsigned i = 0; i < COUNT; i++)
		if (prints[i] == prints[COUNT])
			fail_msg("remedy %u changed, and the print did not", i);
}

/* model_numbers and serial_numbers: ? is one, * any number of characters (section 3.1.3.3.5). */
static void model_and_serial_numbers(void **state)
{
	static const char numbers[] = PAPERS_IN(PAPERS_BRANCH("vendor", "Example",
		PAPERS_IN(PAPERS_BRANCH("product_name", "Box",
			PAPERS_IN(PAPERS_BRANCH("product_version", "1.0",
				PAPERS_PRODUCT("A", "box",
					",\"product_identification_helper\":{\"model_numbers\":[\"6RA8?-*7\",\"EX\\\\*1234\"],\"serial_"
					"numbers\":[\"2019*\",\"?"
					"?-77\"]}")))))));
	static const char affected[] = "{\"cve\":\"CVE-2024-0001\"," PAPERS_STATUS("known_affected", "\"A\"") "}";
	static const struct {
		const char *model, *serial, *want;
	} rows[] = {
		{"6RA85-1117", "201901", "EX-2 exact affected \n"},
		{"6ra85-7", "AB-77", "EX-2 exact affected \n"},
		{"6RA85-7", "", "EX-2 product affected \n"},
		{"6RA85-7", "2020-1", ""},
		{"6RA85-8", "201901", "EX-2 maker unknown \n"},
		{"EX1234", "201901", "EX-2 exact affected \n"},
		{"EX91234", "201901", "EX-2 maker unknown \n"},
	};
	struct told told;
	struct advisories *advisories = papers_new(&told);

	papers_add(advisories, "EX-2", "1", numbers, affected);
	advisories_settle(advisories);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct asset asset = papers_asset("Example", rows[i].model, "1.0");
		asset.serial = rows[i].serial;
		const char *got = papers_matches(advisories, &asset);
		if (strcmp(got, rows[i].want))
			fail_msg("%s %s: \"%s\"", rows[i].model, rows[i].serial, got);
	}
	advisories_free(advisories);
}

/* Software that nobody saw on a device that is seen: never certain. Firmware is what the device says. */
static void products_made_of_two(void **state)
{
	static const char related[] = PAPERS_IN(PAPERS_BRANCH("vendor", "Example",
		PAPERS_IN(PAPERS_BRANCH("product_name", "Box 7000X", PAPERS_PRODUCT("BOX", "Box", "")) "," PAPERS_BRANCH("product_name",
			"Box 7000X Firmware", PAPERS_IN(V("FW", "firmware below 3", "< 3.0"))) "," PAPERS_BRANCH("product_name", "Viewer",
			PAPERS_IN(V("APP", "viewer",
				"< 3.0")))))) ",\"relationships\":["
					      "{\"category\":\"installed_on\",\"product_reference\":\"FW\",\"relates_to_product_"
					      "reference\":\"BOX\",\"full_product_name\":{\"product_id\":\"FW:BOX\",\"name\":\"firmware on "
					      "the box\"}},"
					      "{\"category\":\"installed_with\",\"product_reference\":\"APP\",\"relates_to_product_"
					      "reference\":\"FW:BOX\",\"full_product_name\":{\"product_id\":\"APP:BOX\",\"name\":\"viewer "
					      "beside it\"}}],"
					      "\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[\"FW:BOX\",\"APP:BOX\"]}]";
	static const char on[] = "{\"cve\":\"CVE-2024-0001\"," PAPERS_STATUS("known_affected",
		"\"FW:BOX\"") ",\"remediations\":[{\"category\":\"workaround\",\"details\":\"w\",\"group_ids\":[\"G\"]}]}";
	static const char with[] = "{\"cve\":\"CVE-2024-0001\"," PAPERS_STATUS("known_affected", "\"APP:BOX\"") "}";
	struct told told;
	struct advisories *advisories = papers_new(&told);
	struct asset old = papers_asset("Example", "Box 7000X", "2.9"), fixed = papers_asset("Example", "Box 7000X", "3.0");

	papers_add(advisories, "EX-3", "1", related, on);
	papers_add(advisories, "EX-4", "1", related, with);
	advisories_settle(advisories);
	assert_string_equal(told.text, "");
	assert_string_equal(papers_matches(advisories, &old), "EX-3 exact affected workaround\nEX-4 exact unknown \n");
	assert_string_equal(papers_matches(advisories, &fixed), "EX-3 product unknown \nEX-4 product affected \n");
	advisories_free(advisories);
}

static void names_that_machines_give(void **state)
{
	static const char helpers[] = "\"full_product_names\":["
				      "{\"product_id\":\"A\",\"name\":\"a\",\"product_identification_helper\":{\"cpe\":\"cpe:2.3:o:example:"
				      "cam_firmware:1.2:*:*:*:*:*:*:*\"}},"
				      "{\"product_id\":\"B\",\"name\":\"b\",\"product_identification_helper\":{\"purl\":\"pkg:deb/debian/"
				      "curl@7.50.3-1?arch=i386\"}}]";
	static const char both[] = "{\"cve\":\"CVE-2024-0001\"," PAPERS_STATUS("known_affected", "\"A\",\"B\"") "}";
	struct asset assets[] = {
		{.cpe = "cpe:/o:Example:cam_firmware:1.2"},
		{.cpe = "cpe:2.3:o:example:cam_firmware:1.3"},
		{.cpe = "cpe:2.3:o:example:cam_firmware"},
		{.cpe = "cpe:/o:other:cam_firmware:1.2"},
		{.purl = "pkg:deb/debian/curl@7.50.3-1"},
		{.purl = "pkg:deb/debian/wget@7.50.3-1"},
		{.cpe = "cpe:/", .purl = "pkg:"},
	};
	static const char *const want[] = {"EX-5 exact affected \n", "", "EX-5 product affected \n", "", "EX-5 exact affected \n", "", ""};
	struct told told;
	struct advisories *advisories = papers_new(&told);

	papers_add(advisories, "EX-5", "1", helpers, both);
	advisories_settle(advisories);
	for (size_t i = 0; i < sizeof(assets) / sizeof(*assets); i++)
		assert_string_equal(papers_matches(advisories, &assets[i]), want[i]);
	advisories_free(advisories);
}

/* A document that contradicts itself makes nobody affected; one that was withdrawn says nothing more. */
static void contradictions_and_withdrawals(void **state)
{
	static const char one[] = PAPERS_IN(
		PAPERS_BRANCH("vendor", "Example", PAPERS_IN(PAPERS_BRANCH("product_name", "CAM-1", PAPERS_PRODUCT("A", "cam", "")))));
	static const char twice[] = "{\"cve\":\"CVE-2024-0001\",\"product_status\":{\"known_affected\":[\"A\"],\"fixed\":[\"A\"]}}";
	static const char plain[] = "{\"cve\":\"CVE-2024-0001\"," PAPERS_STATUS("first_affected", "\"A\"") "}";
	struct told told;
	struct advisories *advisories = papers_new(&told);
	struct asset asset = papers_asset("Example", "CAM-1", "");
	struct advisory_match match;

	papers_add(advisories, "EX-6", "1", one, twice);
	papers_add(advisories, "EX-7 (withdrawn)", "1", one, plain);
	advisories_settle(advisories);
	assert_string_equal(
		told.text, "EX-6.json 7 /vulnerabilities/0/product_status puts the product \"cam\" into groups that exclude each other\n");
	assert_string_equal(papers_matches(advisories, &asset), "EX-6 product under investigation \nEX-7 (withdrawn) product unknown \n");
	assert_true(advisories_match_one(advisories, 0, &asset, &match) && match.contradiction);
	assert_true(advisories_match_one(advisories, 1, &asset, &match) && match.advisory.withdrawn);
	advisories_free(advisories);
}

struct crowd {
	unsigned count;
	const char *range, *last_range;
	unsigned fixed; /* so many of the first are, the others are affected */
	const char *want;
	unsigned left_out;
};

static void add_crowd(struct advisories *advisories, const struct crowd *crowd)
{
	size_t size = (size_t)crowd->count * 160 + 1024;
	char *branches = malloc(size), *groups = malloc(size);
	size_t used = (size_t)snprintf(branches, size,
		"\"branches\":[{\"category\":\"vendor\",\"name\":\"Example\",\"branches\":["
		"{\"category\":\"product_name\",\"name\":\"CAM-2100\",\"branches\":[");
	size_t len = (size_t)snprintf(groups, size, "{\"cve\":\"CVE-2024-0001\",\"product_status\":{\"fixed\":[");

	for (unsigned i = 0; i < crowd->count; i++) {
		used += (size_t)snprintf(branches + used, size - used,
			"%s{\"category\":\"product_version_range\",\"name\":\"%s\",\"product\":{\"name\":\"n\",\"product_id\":\"P%u\"}}",
			i ? "," : "", i + 1 == crowd->count ? crowd->last_range : crowd->range, i);
		len += (size_t)snprintf(groups + len, size - len, "%s\"P%u\"",
			i == crowd->fixed ? "],\"known_affected\":["
				: i       ? ","
					  : "",
			i);
	}
	snprintf(branches + used, size - used, "]}]}]");
	snprintf(groups + len, size - len, "]}}");
	papers_add(advisories, "EX-8", "1", branches, groups);
	free(branches);
	free(groups);
}

/* What there was no room or no time for is told, and is never taken for "fixed" or "nothing". */
static void more_products_than_are_judged(void **state)
{
	static const struct crowd rows[] = {
		{1024, "vers:all/*", "vers:all/*", 1024, "EX-8 exact fixed \n", 0},
		{1030, "vers:all/*", "vers:all/*", 1024, "EX-8 product under investigation \n", 6},
		{1030, "vers:all/*", "vers:all/*", 1000, "EX-8 product affected \n", 6},
		{1030, "lollipop", "vers:all/*", 1029, "EX-8 exact affected \n", 0},
		{16384, "< 1.0", "< 1.0", 16000, "", 0},
		{16390, "< 1.0", "vers:all/*", 16000, "EX-8 product under investigation \n", 6},
	};
	const struct asset asset = papers_asset("Example", "CAM-2100", "2.0");

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct told told;
		struct advisories *advisories = papers_new(&told);
		struct advisory_match match = {.left_out = 0};
		add_crowd(advisories, &rows[i]);
		assert_int_equal(advisories_settle(advisories), 0);
		assert_string_equal(papers_matches(advisories, &asset), rows[i].want);
		assert_int_equal(advisories_match_one(advisories, 0, &asset, &match), *rows[i].want != 0);
		assert_int_equal(match.left_out, rows[i].left_out);
		advisories_free(advisories);
	}
}

static void what_is_known_to_be_exploited(void **state)
{
	static const char list[] = "{\"vulnerabilities\":[{\"cveID\":\"CVE-2024-0001\"},{\"cveID\":\"CVE-1999-12345\"},{\"cveID\":7},{},{"
				   "\"cveID\":\"CVE-20\"}]}";
	struct told told;
	struct advisories *advisories = papers_new(&told);
	struct asset asset = papers_asset("Example", "CAM-2100", "1.9");
	struct advisory_match match;
	struct fault fault;

	papers_add(advisories, "EX-1", "1", tree, vulnerabilities);
	advisories_settle(advisories);
	assert_true(advisories_match_one(advisories, 0, &asset, &match) && !match.exploited);
	assert_int_equal(advisories_read_exploited(advisories, "kev.json", list, strlen(list), &fault), 0);
	assert_true(advisories_match_one(advisories, 0, &asset, &match) && match.exploited);
	assert_int_equal(advisories_read_exploited(advisories, "kev.json", "[]", 2, &fault), -22);
	assert_int_equal(advisories_read_exploited(advisories, "kev.json", "[", 1, &fault), -22);
	assert_true(advisories_match_one(advisories, 0, &asset, &match) && match.exploited); /* what was there stands */
	advisories_free(advisories);
}

static void makers_by_all_their_names(void **state)
{
	static const char *const rows[][2] = {
		{"Hangzhou Xiongmai Technology Co, Ltd", "xiongmai"},
		{"Hangzhou XiongMai Information Technology CO.,LTD", "xiongmai"},
		{"Xiongmai", "xiongmai"},
		{"Hangzhou Hikvision Digital Technology Co.,Ltd.", "hikvision"},
		{"Zhejiang Dahua Technology Co., Ltd.", "dahua"},
		{"Dahua Technology Co, Ltd", "dahua"},
		{"TP-LINK TECHNOLOGIES CO.,LTD.", "tp link"},
		{"TP-Link", "tp link"},
		{"KdW", "kabel des westens"}, /* as config.company says */
		{"Netz, formerly Draht", "netz"},
		{"  KdW", "kabel des westens"},
		{"D-Link International", "d link"},
		{"Siemens AG", "siemens"},
		{"General Electronics Ltd", "general electronics"},
		{"Shenzhen", "shenzhen"},
		{"", ""},
	};
	struct told told;
	struct advisories *advisories = papers_new(&told);
	char out[ADVISORY_MAKER_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(advisories_maker(advisories, rows[i][0], out), rows[i][1]);
	advisories_free(advisories);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_meant),
		cmocka_unit_test(words_of_names),
		cmocka_unit_test(faint_guesses),
		cmocka_unit_test(what_is_said),
		cmocka_unit_test(prints_hold_every_remedy),
		cmocka_unit_test(model_and_serial_numbers),
		cmocka_unit_test(products_made_of_two),
		cmocka_unit_test(names_that_machines_give),
		cmocka_unit_test(contradictions_and_withdrawals),
		cmocka_unit_test(more_products_than_are_judged),
		cmocka_unit_test(what_is_known_to_be_exploited),
		cmocka_unit_test(makers_by_all_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
