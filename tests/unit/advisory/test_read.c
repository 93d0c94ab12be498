/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents that are wrong, in one place or altogether: what is told, with its place, and what stands all the same. */
#include <errno.h>

#include "papers.h"

#include "wire/limits.h"

/* A document whose one wrong thing is told, and is left out; the rest stands. */
static const struct {
	const char *tree, *vulnerabilities, *told;
} WRONG[] = {
	{"\"branches\":7", "", "6 /product_tree/branches is a number; it must be a list"},
	{"\"branches\":[7]", "", "6 /product_tree/branches/0 is a number; a branch is an object"},
	{"\"branches\":[{\"name\":\"x\"}]", "", "6 /product_tree/branches/0 has no category; its name is taken for a product's"},
	{"\"branches\":[{\"category\":\"vendor\",\"name\":7}]", "", "6 /product_tree/branches/0/name is a number; it must be a string"},
	{"\"full_product_names\":[7]", "", "6 /product_tree/full_product_names/0 is a number; a product is an object"},
	{"\"full_product_names\":[{\"name\":\"x\"}]", "",
		"6 /product_tree/full_product_names/0 has no product_id; the product is left out"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\"},{\"name\":\"y\",\"product_id\":\"A\"}]", "",
		"6 /product_tree/full_product_names/1/product_id \"A\" is the id of another product already; the first is kept"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\",\"product_identification_helper\":[]}]", "",
		"6 /product_tree/full_product_names/0/product_identification_helper is a list; it must be an object"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\",\"product_identification_helper\":{\"model_numbers\":\"m\"}}]", "",
		"6 /product_tree/full_product_names/0/product_identification_helper/model_numbers is a string; it must be a list"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\",\"product_identification_helper\":{\"model_numbers\":[\"a**\",7]}}]",
		"",
		"6 /product_tree/full_product_names/0/product_identification_helper/model_numbers/0 \"a**\" holds **, which means nothing; "
		"it is left out"},
	{"\"relationships\":[{}]", "", "6 /product_tree/relationships/0 has no full_product_name; it is left out"},
	{"\"relationships\":[{\"category\":\"next_to\",\"product_reference\":\"A\",\"relates_to_product_reference\":\"A\",\"full_product_"
	 "name\":{\"product_id\":\"A\"}}]",
		"",
		"6 /product_tree/relationships/0/category is no kind of relationship that is known here; it is taken as one all the same"},
	{"\"relationships\":[{\"category\":\"installed_on\",\"product_reference\":\"A\",\"relates_to_product_reference\":\"B\",\"full_"
	 "product_name\":{\"product_id\":\"A\"}}]",
		"", "6 /product_tree/relationships speak of the product \"B\", which is none"},
	{"\"relationships\":[{\"category\":\"installed_on\",\"product_reference\":\"A\",\"relates_to_product_reference\":\"A\",\"full_"
	 "product_name\":{\"product_id\":\"A\"}}]",
		"", "6 /product_tree/relationships go round in a circle, or more than 8 in a row, at the product \"A\"; it stands alone"},
	{"\"product_groups\":[{}]", "", "6 /product_tree/product_groups/0 has no group_id; it is left out"},
	{"\"product_groups\":[{\"group_id\":\"G\"},{\"group_id\":\"G\"}]", "",
		"6 /product_tree/product_groups/1/group_id \"G\" is the id of another group already; the first is kept"},
	{"\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[\"Z\"]}]", "",
		"6 /product_tree/product_groups/0/product_ids speaks of \"Z\", which is none"},
	{"", "7", "7 /vulnerabilities/0 is a number; a vulnerability is an object"},
	{"", "{\"product_status\":[]}", "7 /vulnerabilities/0/product_status is a list; it must be an object"},
	{"", "{\"product_status\":{\"fixed\":\"A\"}}", "7 /vulnerabilities/0/product_status/fixed is a string; it must be a list"},
	{"", "{\"product_status\":{\"fixed\":[[]]}}", "7 /vulnerabilities/0/product_status/fixed speaks of \"a list\", which is none"},
	{"", "{\"remediations\":{}}", "7 /vulnerabilities/0/remediations is an object; it must be a list"},
	{"", "{\"remediations\":[7]}", "7 /vulnerabilities/0/remediations/0 is a number; a remediation is an object"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\"}]",
		"{\"remediations\":[{\"category\":\"pray\",\"product_ids\":[\"A\"]}]}",
		"7 /vulnerabilities/0/remediations/0/category is no kind of remediation that is known here; its details are kept"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\"}]",
		"{\"product_status\":{\"fixed\":[\"A\"]},\"remediations\":[{\"category\":\"vendor_fix\"}]}",
		"7 /vulnerabilities/0/remediations/0 names no product; it is taken for all of this vulnerability"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\"}]",
		"{\"remediations\":[{\"category\":\"vendor_fix\",\"product_ids\":[\"A\"]},"
		"{\"category\":\"no_fix_planned\",\"product_ids\":[\"A\"]}]}",
		"7 /vulnerabilities/0/remediations names a vendor_fix and no_fix_planned for the same products"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\"}]",
		"{\"scores\":[{\"products\":[\"A\"],\"cvss_v3\":{\"baseScore\":\"9\"}}]}",
		"7 /vulnerabilities/0/scores/0/cvss_v3/baseScore is no number from 0 to 10"},
	{"\"full_product_names\":[{\"name\":\"x\",\"product_id\":\"A\"}]",
		"{\"scores\":[{\"products\":[\"A\"],\"cvss_v3\":{\"baseScore\":11}}]}",
		"7 /vulnerabilities/0/scores/0/cvss_v3/baseScore is no number from 0 to 10"},
};

static void one_wrong_thing_is_told(void **state)
{
	for (size_t i = 0; i < sizeof(WRONG) / sizeof(*WRONG); i++) {
		struct told told;
		struct advisories *advisories = papers_new(&told);
		char want[512];
		papers_add(advisories, "W", "1", WRONG[i].tree, WRONG[i].vulnerabilities);
		assert_int_equal(advisories_settle(advisories), 0);
		assert_int_equal(advisories_count(advisories), 1);
		snprintf(want, sizeof(want), "W.json %s\n", WRONG[i].told);
		if (strncmp(told.text, want, strlen(want)))
			fail_msg("told \"%s\", not \"%s\"", told.text, want);
		advisories_free(advisories);
	}
}

static const struct {
	const char *body;
	int error;
	uint64_t line;
	const char *sentence;
} REFUSED[] = {
	{"", -EINVAL, 1, ""},
	{"[]", -EINVAL, 1, "is no CSAF document"},
	{"{}", -EINVAL, 1, "is no CSAF document"},
	{"{\"document\":7}", -EINVAL, 1, "/document is no CSAF document"},
	{"{\"document\":{}}", -EINVAL, 0, "/document/csaf_version is missing; only CSAF 2 is read"},
	{"{\n\"document\":{\n\"csaf_version\":\"1.0\"}}", -EINVAL, 3, "/document/csaf_version is 1.0; only CSAF 2 is read"},
	{"{\"document\":{\"csaf_version\":\"2.0\"}}", -EINVAL, 0, "/document/tracking has no id"},
	{"{\"document\":{\"csaf_version\":\"2.0\",\"tracking\":{\"id\":7}}}", -EINVAL, 1, "/document/tracking has no id"},
	{"{\"document\":{\"csaf_version\":\"2.0\",", -EINVAL, 1, ""},
	{"{\"a\":1,\n\"a\":2}", -EINVAL, 2, "duplicate object key"},
	{"{\"a\":\"\xff\"}", -EINVAL, 1, "unable to decode byte 0xff"},
	{"{\"a\":\"\x1b[31m\"}", -EINVAL, 1, "control character"},
};

static void what_is_no_document(void **state)
{
	for (size_t i = 0; i < sizeof(REFUSED) / sizeof(*REFUSED); i++) {
		struct told told;
		struct advisories *advisories = papers_new(&told);
		struct fault fault;
		assert_int_equal(
			papers_read_bytes(advisories, "r.json", REFUSED[i].body, strlen(REFUSED[i].body), &fault), REFUSED[i].error);
		if (!strstr(fault.sentence, REFUSED[i].sentence) || !*fault.sentence || fault.line != REFUSED[i].line)
			fail_msg("%s: line %llu, %s", REFUSED[i].body, (unsigned long long)fault.line, fault.sentence);
		assert_string_equal(fault.file, "r.json");
		assert_int_equal(advisories_count(advisories), 0);
		advisories_free(advisories);
	}
}

/* Too much of anything: -E2BIG, and the next document is read. */
static void too_much(void **state)
{
	struct told told;
	struct advisories *advisories = papers_new(&told);
	size_t size = 4u << 20, len;
	char *body = malloc(size);
	struct fault fault;

	memset(body, '[', size);
	assert_int_equal(papers_read_bytes(advisories, "deep.json", body, size, &fault), -E2BIG);
	assert_string_equal(fault.sentence, "objects and lists are nested more than 80 deep");
	for (size_t i = 0; i < size; i++)
		body[i] = i % 2 ? ',' : '1';
	body[0] = '[';
	assert_int_equal(papers_read_bytes(advisories, "many.json", body, size, &fault), -E2BIG);
	assert_string_equal(fault.sentence, "there are more than 524,288 values");
	memset(body, 'x', size);
	body[0] = '"';
	assert_int_equal(papers_read_bytes(advisories, "long.json", body, size, &fault), -E2BIG);
	assert_string_equal(fault.sentence, "a string is longer than 262,144 bytes");
	free(body);

	/* 700 times a group of 6,000 products */
	body = malloc(size);
	len = (size_t)snprintf(body, size,
		"{\"document\":{\"csaf_version\":\"2.0\",\"tracking\":{\"id\":\"g\",\"version\":\"1\",\"status\":\"final\"}},\"product_"
		"tree\":{\"full_product_names\":[");
	for (unsigned i = 0; i < 6000; i++)
		len += (size_t)snprintf(body + len, size - len, "%s{\"product_id\":\"%u\",\"name\":\"n\"}", i ? "," : "", i);
	len += (size_t)snprintf(body + len, size - len, "],\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[");
	for (unsigned i = 0; i < 6000; i++)
		len += (size_t)snprintf(body + len, size - len, "%s\"%u\"", i ? "," : "", i);
	len += (size_t)snprintf(body + len, size - len, "]}]},\"vulnerabilities\":[{\"remediations\":[");
	for (unsigned i = 0; i < 700; i++)
		len += (size_t)snprintf(body + len, size - len, "%s{\"category\":\"vendor_fix\",\"group_ids\":[\"G\"]}", i ? "," : "");
	len += (size_t)snprintf(body + len, size - len, "]}]}");
	assert_int_equal(papers_read_bytes(advisories, "groups.json", body, len, &fault), -E2BIG);
	assert_non_null(strstr(fault.sentence, "more than 4,194,304 products"));
	free(body);

	papers_add(advisories, "after", "1", "", "");
	assert_int_equal(advisories_count(advisories), 1);
	advisories_free(advisories);
}

/* Only so many things are told one by one. */
static void much_that_is_wrong(void **state)
{
	struct told told;
	struct advisories *advisories = papers_new(&told);

	papers_add(advisories, "M", "1", "\"full_product_names\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]", "");
	assert_int_equal(told.count, FW_CSAF_FAULTS_MAX + 1);
	assert_non_null(strstr(told.text, "M.json 0 3 more things that are wrong in it are not told one by one\n"));
	advisories_free(advisories);
}

/* Cut at every byte: never accepted, never a byte too many. */
static void cut_at_every_byte(void **state)
{
	char *body = papers_document("C", "1", "\"full_product_names\":[{\"product_id\":\"A\",\"name\":\"\xc3\xa9\xc3\xa9\"}]",
		"{\"cve\":\"CVE-2024-1\",\"product_status\":{\"fixed\":[\"A\"]}}");
	struct told told;
	struct advisories *advisories = papers_new(&told);
	size_t len = strlen(body) - 1; /* without the line's end */
	struct fault fault;

	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(papers_read_bytes(advisories, "c.json", body, cut, &fault), -EINVAL);
	assert_int_equal(papers_read_bytes(advisories, "c.json", body, len, &fault), 0);
	free(body);
	advisories_free(advisories);
}

/* --- several documents ----------------------------------------------------------------------------------------------------- */

static int read_as(struct advisories *advisories, const char *file, const char *id, const char *version, struct fault *fault)
{
	char *body = papers_document(id, version, "", "");
	int error = papers_read_bytes(advisories, file, body, strlen(body), fault);

	free(body);
	return error;
}

static const char *version_of(const struct advisories *advisories, const char *id)
{
	struct advisory advisory;

	return advisories_find(advisories, id, &advisory) ? advisory.version : "none";
}

static void the_newer_version_wins(void **state)
{
	struct told told;
	struct advisories *advisories = papers_new(&told);
	struct fault fault;

	assert_int_equal(read_as(advisories, "a.json", "X", "2", &fault), 0);
	assert_int_equal(read_as(advisories, "b.json", "X", "1", &fault), -EEXIST);
	assert_string_equal(fault.sentence, "X: version 1 of a document of which a.json holds version 2, which is kept");
	assert_int_equal(read_as(advisories, "b.json", "X", "2", &fault), -EEXIST);
	assert_int_equal(read_as(advisories, "b.json", "X", "10", &fault), 0);
	assert_string_equal(told.text, "b.json 0 X: version 10 takes the place of version 2 from a.json\n");
	assert_int_equal(read_as(advisories, "b.json", "Y", "1", &fault), 0); /* the file is another document now */
	advisories_settle(advisories);
	assert_int_equal(advisories_count(advisories), 1);
	assert_string_equal(version_of(advisories, "X"), "none");
	assert_string_equal(version_of(advisories, "y"), "1");
	assert_int_equal(read_as(advisories, "b.json", "Y", "0", &fault), 0); /* its own file may go back */
	assert_string_equal(version_of(advisories, "Y"), "0");
	advisories_drop(advisories, "nobody.json");
	advisories_drop(advisories, "b.json");
	advisories_settle(advisories);
	assert_int_equal(advisories_count(advisories), 0);
	advisories_free(advisories);
}

/* A text is kept to its 4,096th byte, and that it is longer is told with its place. */
static void long_text(void **state)
{
	char tree_text[8192];
	struct told told;
	struct advisories *advisories = papers_new(&told);

	snprintf(tree_text, sizeof(tree_text), "\"full_product_names\":[{\"product_id\":\"1\",\"name\":\"%04096d\"}]", 0);
	papers_add(advisories, "L", "1", tree_text, "");
	assert_string_equal(told.text, "");
	snprintf(tree_text, sizeof(tree_text), "\"full_product_names\":[{\"product_id\":\"1\",\"name\":\"%05000d\"}]", 0);
	papers_add(advisories, "L", "2", tree_text, "");
	assert_non_null(strstr(told.text, "holds a text of 5000 bytes"));
	assert_non_null(strstr(told.text, "full_product_names/0"));
	advisories_free(advisories);
}

static void no_room(void **state)
{
	const struct advisories_config config = {.bytes_max = 2048};
	struct advisories *advisories;
	struct fault fault;

	assert_int_equal(advisories_new(&config, &advisories), 0);
	assert_int_equal(read_as(advisories, "a.json", "A", "1", &fault), 0);
	for (int i = 0, error = 0; !error; i++) {
		char name[16];
		assert_true(i < 9);
		snprintf(name, sizeof(name), "%d", i);
		error = read_as(advisories, name, name, "1", &fault);
		assert_true(error == 0 || error == -ENOSPC);
	}
	assert_string_equal(fault.sentence, "no room: the advisories that are kept may take 2048 bytes");
	assert_string_equal(version_of(advisories, "A"), "1");
	advisories_free(advisories);
}

/* Packed and unpacked it is the same; every byte of it may be wrong. */
static void packed_and_back(void **state)
{
	static const char tree[] = "\"full_product_names\":[{\"product_id\":\"A\",\"name\":\"a\",\"product_identification_helper\":{"
				   "\"model_numbers\":[\"m1?\"],\"cpe\":\"cpe:/h:a:b\"}}]";
	static const char one[] = "{\"cve\":\"CVE-2024-1\",\"product_status\":{\"fixed\":[\"A\"]},\"remediations\":[{\"category\":\"vendor_"
				  "fix\",\"details\":\"d\",\"product_ids\":[\"A\"]}],"
				  "\"scores\":[{\"products\":[\"A\"],\"cvss_v3\":{\"baseScore\":5}}]}";
	struct told told;
	struct advisories *first = papers_new(&told), *second = papers_new(&told);
	const struct asset asset = {.cpe = "cpe:/h:a:b"};
	size_t len;
	char *copy;

	papers_add(first, "P", "1", tree, one);
	papers_add(first, "P", "2", tree, one);
	assert_null(advisories_packed(first, "Q.json", &len));
	const void *packed = advisories_packed(first, "P.json", &len);
	assert_int_equal(advisories_unpack(second, "P.json", packed, len), 0);
	advisories_settle(second);
	assert_string_equal(papers_matches(second, &asset), "P product fixed vendor_fix\n");
	assert_string_equal(advisories_version_before(second, 0), "1");
	copy = malloc(len);
	for (size_t i = 0; i < len; i++) {
		memcpy(copy, packed, len);
		for (unsigned bit = 0; bit < 8; bit++) {
			copy[i] ^= (char)(1u << bit);
			struct advisories *third = papers_new(&told);
			if (advisories_unpack(third, "P.json", copy, len) == 0 && advisories_settle(third) == 0)
				papers_matches(third, &asset);
			advisories_free(third);
			copy[i] ^= (char)(1u << bit);
		}
	}
	for (size_t cut = 0; cut < len; cut++) {
		struct advisories *third = papers_new(&told);
		char *exact = malloc(cut ? cut : 1);
		memcpy(exact, packed, cut);
		int error = advisories_unpack(third, "P.json", exact, cut);
		assert_true(error == -EINVAL || error == 0); /* without the version before it is whole too */
		free(exact);
		advisories_free(third);
	}
	free(copy);
	advisories_free(first);
	advisories_free(second);
}

/* --- revisions ------------------------------------------------------------------------------------------------------------- */

static void see_change(void *context, const struct advisory_change *change)
{
	static const char *const kinds[] = {
		"product-added", "product-removed", "vulnerability-added", "vulnerability-removed", "status", "remedies"};
	char *out = context;
	size_t len = strlen(out);

	snprintf(out + len, 2048 - len, "%s %s %s %s>%s %s>%s\n", kinds[change->kind], change->product, change->vulnerability,
		advisory_status_name(change->before), advisory_status_name(change->after), advisory_remedy_name(change->remedy_before),
		advisory_remedy_name(change->remedy_after));
}

static void see_revision(void *context, const struct advisory_revision *revision)
{
	char *out = context;
	size_t len = strlen(out);

	snprintf(out + len, 2048 - len, "%s %s %s\n", revision->number, revision->date, revision->summary);
}

#define P(id, name) "{\"product_id\":\"" id "\",\"name\":\"" name "\"}"

static void what_a_revision_changed(void **state)
{
	static const char *const trees[] = {"\"full_product_names\":[" P("1", "lamp") "," P("2", "lock") "," P("3", "bell") "]",
		"\"full_product_names\":[" P("1", "door") "," P("2", "lamp") "," P("3", "lock") "]"}; /* numbered anew */
	static const char *const vulnerabilities[] = {
		"{\"cve\":\"CVE-2024-1\",\"product_status\":{\"known_affected\":[\"1\",\"2\"]},\"remediations\":[{\"category\":"
		"\"mitigation\",\"details\":\"m\",\"product_ids\":[\"1\",\"2\"]}]},"
		"{\"cve\":\"CVE-2024-2\",\"product_status\":{\"known_affected\":[\"1\"]}}",
		"{\"cve\":\"CVE-2024-1\",\"product_status\":{\"known_affected\":[\"2\"],\"fixed\":[\"3\"]},\"remediations\":[{\"category\":"
		"\"vendor_fix\",\"details\":\"v\",\"product_ids\":[\"2\"]}]},"
		"{\"cve\":\"CVE-2024-3\",\"product_status\":{\"known_affected\":[\"1\"]}}"};
	char changes[2048] = "", revisions[2048] = "";
	struct told told;
	struct advisories *advisories = papers_new(&told);

	papers_add(advisories, "R", "1", trees[0], vulnerabilities[0]);
	assert_string_equal(advisories_version_before(advisories, 0), "");
	assert_int_equal(advisories_changes(advisories, 0, see_change, changes, NULL), 0);
	papers_add(advisories, "R", "2", trees[1], vulnerabilities[1]);
	advisories_settle(advisories);
	assert_string_equal(advisories_version_before(advisories, 0), "1");
	assert_int_equal(advisories_changes(advisories, 0, see_change, changes, NULL), 6);
	assert_string_equal(changes,
		"vulnerability-removed  CVE-2024-2 unknown>unknown >\n"
		"vulnerability-added  CVE-2024-3 unknown>unknown >\n"
		"product-removed bell  unknown>unknown >\n"
		"product-added door  unknown>unknown >\n"
		"remedies lamp CVE-2024-1 affected>affected mitigation>vendor_fix\n"
		"status lock CVE-2024-1 affected>fixed mitigation>\n");
	advisories_each_revision(advisories, 0, see_revision, revisions);
	assert_string_equal(revisions, "1 2024-01-01T00:00:00Z First\n2 2024-02-01T00:00:00Z Now 2\n");
	papers_add(advisories, "R", "2", trees[1], vulnerabilities[1]); /* read again as it was: the version before it stays */
	advisories_settle(advisories);
	assert_int_equal(advisories_changes(advisories, 0, NULL, NULL, NULL), 6);
	advisories_free(advisories);
}

static void count_change(void *context, const struct advisory_change *change)
{
	(void)change;
	++*(unsigned *)context;
}

/* Ten more products are new than changes are told: these are counted. */
static void more_changes_than_are_told(void **state)
{
	enum { PRODUCTS = FW_CSAF_CHANGES_MAX + 10 };
	char *tree_text = malloc(PRODUCTS * 48), *at = tree_text;
	struct told told;
	struct advisories *advisories = papers_new(&told);
	unsigned seen = 0;
	size_t left_out = 7;

	papers_add(advisories, "R", "1", "\"full_product_names\":[]", "");
	advisories_settle(advisories);
	assert_int_equal(advisories_changes(advisories, 0, count_change, &seen, &left_out), 0);
	assert_int_equal(left_out, 0);
	at += snprintf(at, 48, "\"full_product_names\":[");
	for (unsigned i = 0; i < PRODUCTS; i++)
		at += snprintf(at, 48, "%s{\"product_id\":\"%u\",\"name\":\"n%u\"}", i ? "," : "", i, i);
	snprintf(at, 48, "]");
	papers_add(advisories, "R", "2", tree_text, "");
	advisories_settle(advisories);
	assert_int_equal(advisories_changes(advisories, 0, count_change, &seen, &left_out), PRODUCTS);
	assert_int_equal(seen, FW_CSAF_CHANGES_MAX);
	assert_int_equal(left_out, 10);
	free(tree_text);
	advisories_free(advisories);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_wrong_thing_is_told),
		cmocka_unit_test(what_is_no_document),
		cmocka_unit_test(too_much),
		cmocka_unit_test(much_that_is_wrong),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(the_newer_version_wins),
		cmocka_unit_test(long_text),
		cmocka_unit_test(no_room),
		cmocka_unit_test(packed_and_back),
		cmocka_unit_test(what_a_revision_changed),
		cmocka_unit_test(more_changes_than_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
