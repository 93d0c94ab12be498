/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files: the head, the lists, where a fault is said to be, and what is hostile. */
#include <errno.h>

#include "papers.h"

#define ENTRY "{\"name\":\"a\",\"matches\":{\"tcp\":{}},\"actions\":{\"forwarding\":\"accept\"}}"
#define LIST(name) "{\"name\":\"" name "\",\"type\":\"ipv4-acl-type\",\"aces\":{\"ace\":[" ENTRY "]}}"
#define POLICIES ",\"from-device-policy\":" PAPERS_LISTS("f") ",\"to-device-policy\":" PAPERS_LISTS("t")
#define ACLS ",\"ietf-access-control-list:acls\":{\"acl\":[" LIST("f") "," LIST("t") "]}"
#define URL "\"mud-url\":\"https://lamp.example/one\""
#define REST "\"last-update\":\"2024-01-02T03:04:05Z\",\"is-supported\":true"
#define FILE_OF(head) "{\"ietf-mud:mud\":{" head POLICIES "}" ACLS "}"

static const struct {
	const char *name, *body;
	int error;
	const char *told; /* a line of it; NULL: nothing at all */
} cases[] = {
	{"good", FILE_OF(PAPERS_HEAD), 0, NULL},
	{"nothing", "", -EINVAL, "error  '[' or '{' expected"},
	{"a list", "[]", -EINVAL, "error  is a list, not an object: no MUD file"},
	{"something else", "{\"a\":1}", -EINVAL, "error  has no \"ietf-mud:mud\": no MUD file"},
	{"a MUD container that is none", "{\"ietf-mud:mud\":[]}", -EINVAL, "error /ietf-mud:mud must be an object"},
	{"no lists", "{\"ietf-mud:mud\":{" PAPERS_HEAD "}}", -EINVAL, "error  has no access lists"},
	{"lists that are none", "{\"ietf-mud:mud\":{" PAPERS_HEAD "},\"ietf-access-control-list:acls\":{\"acl\":{}}}", -EINVAL,
		"error /ietf-access-control-list:acls/acl must be a list"},
	{"lists without a list", "{\"ietf-mud:mud\":{" PAPERS_HEAD "},\"ietf-access-control-list:acls\":7}", -EINVAL,
		"error /ietf-access-control-list:acls has no list \"acl\""},
	{"a key twice", "{\"ietf-mud:mud\":{},\"ietf-mud:mud\":{}}", -EINVAL, "duplicate object key"},
	{"behind the end", FILE_OF(PAPERS_HEAD) "x", -EINVAL, "error  end of file expected"},
	{"no version", FILE_OF(URL "," REST), 0, "warning /ietf-mud:mud has no mud-version"},
	{"version 2", FILE_OF("\"mud-version\":2," URL "," REST), -EINVAL, "error /ietf-mud:mud/mud-version is 2; version 1"},
	{"version as a word", FILE_OF("\"mud-version\":\"1\"," URL "," REST), -EINVAL, "error /ietf-mud:mud/mud-version is a string"},
	{"no URL", FILE_OF("\"mud-version\":1," REST), 0, "warning /ietf-mud:mud has no mud-url"},
	{"plain http", FILE_OF("\"mud-version\":1,\"mud-url\":\"http://lamp.example/\"," REST), -EINVAL,
		"error /ietf-mud:mud/mud-url is no URL"},
	{"URL with a space", FILE_OF("\"mud-version\":1,\"mud-url\":\"https://lamp.example/ x\"," REST), -EINVAL,
		"error /ietf-mud:mud/mud-url is no URL"},
	{"URL as a number", FILE_OF("\"mud-version\":1,\"mud-url\":1," REST), -EINVAL,
		"error /ietf-mud:mud/mud-url is a number; it must be a string"},
	{"no date", FILE_OF("\"mud-version\":1," URL ",\"is-supported\":true"), 0, "warning /ietf-mud:mud has no last-update"},
	{"odd date", FILE_OF("\"mud-version\":1," URL ",\"is-supported\":true,\"last-update\":\"yesterday\""), 0,
		"warning /ietf-mud:mud/last-update is no date"},
	{"cut date", FILE_OF("\"mud-version\":1," URL ",\"is-supported\":true,\"last-update\":\"2024-01-0\""), 0,
		"warning /ietf-mud:mud/last-update is no date"},
	{"no support said", FILE_OF("\"mud-version\":1," URL ",\"last-update\":\"2024-01-02T03:04:05Z\""), 0,
		"warning /ietf-mud:mud has no is-supported"},
	{"not supported", FILE_OF("\"mud-version\":1," URL ",\"last-update\":\"2024-01-02T03:04:05Z\",\"is-supported\":false"), 0,
		"note /ietf-mud:mud/is-supported is false"},
	{"support as a word", FILE_OF("\"mud-version\":1," URL ",\"last-update\":\"2024-01-02T03:04:05Z\",\"is-supported\":\"no\""),
		-EINVAL, "error /ietf-mud:mud/is-supported is a string"},
	{"cache too long", FILE_OF(PAPERS_HEAD ",\"cache-validity\":169"), -EINVAL, "is 169 hours; 1 to 168"},
	{"cache as a word", FILE_OF(PAPERS_HEAD ",\"cache-validity\":\"2d\""), -EINVAL, "must be a number of hours"},
	{"long systeminfo",
		FILE_OF("\"mud-version\":1," URL "," REST
			",\"systeminfo\":\"0123456789012345678901234567890123456789012345678901234567890\""),
		0, "note /ietf-mud:mud/systeminfo is longer than 60"},
	{"an extension", FILE_OF(PAPERS_HEAD ",\"extensions\":[\"ol\"],\"odd/~:thing\":{}"), 0,
		"note /ietf-mud:mud/extensions/0 the extension \"ol\" is not known here"},
	{"its nodes, pointed at", FILE_OF(PAPERS_HEAD ",\"extensions\":[\"ol\"],\"odd/~:thing\":{}"), 0,
		"note /ietf-mud:mud/odd~1~0:thing is no node that is known here, and is ignored"},
	{"extensions that are none", FILE_OF(PAPERS_HEAD ",\"extensions\":\"ol\""), -EINVAL, "error /ietf-mud:mud/extensions is a string"},
	{"an extension that is none", FILE_OF(PAPERS_HEAD ",\"extensions\":[1]"), -EINVAL, "error /ietf-mud:mud/extensions/0 is a number"},
	{"something beside", "{\"x\":1,\"ietf-mud:mud\":{" PAPERS_HEAD POLICIES "}" ACLS "}", 0, "note /x is no node"},
	{"no policies", "{\"ietf-mud:mud\":{" PAPERS_HEAD "}" ACLS "}", 0, "warning /ietf-mud:mud has no from-device-policy"},
	{"lists nobody names", "{\"ietf-mud:mud\":{" PAPERS_HEAD "}" ACLS "}", 0,
		"note /ietf-access-control-list:acls/acl/1 no policy names the list \"t\""},
	{"a policy that is none", "{\"ietf-mud:mud\":{" PAPERS_HEAD ",\"from-device-policy\":[]}" ACLS "}", -EINVAL,
		"error /ietf-mud:mud/from-device-policy has no list \"access-lists/access-list\""},
	{"a list that is not there", "{\"ietf-mud:mud\":{" PAPERS_HEAD ",\"from-device-policy\":" PAPERS_LISTS("x") "}" ACLS "}", -EINVAL,
		"error /ietf-mud:mud/from-device-policy/access-lists/access-list/0/name there is no list \"x\""},
	{"no name", "{\"ietf-mud:mud\":{" PAPERS_HEAD ",\"from-device-policy\":{\"access-lists\":{\"access-list\":[{}]}}}" ACLS "}",
		-EINVAL, "error /ietf-mud:mud/from-device-policy/access-lists/access-list/0 names no list"},
	{"named twice",
		"{\"ietf-mud:mud\":{" PAPERS_HEAD
		",\"from-device-policy\":{\"access-lists\":{\"access-list\":[{\"name\":\"f\"},{\"name\":\"f\"}]}}}" ACLS "}",
		0, "warning /ietf-mud:mud/from-device-policy/access-lists/access-list/1 names the list \"f\" again"},
	{"two lists of one name",
		"{\"ietf-mud:mud\":{" PAPERS_HEAD POLICIES
		"},\"ietf-access-control-list:acls\":{\"acl\":[" LIST("f") "," LIST("f") "," LIST("t") "]}}",
		0, "warning /ietf-access-control-list:acls/acl/1/name is the name of an earlier list too"},
	{"a list without a name",
		"{\"ietf-mud:mud\":{" PAPERS_HEAD POLICIES
		"},\"ietf-access-control-list:acls\":{\"acl\":[" LIST("f") "," LIST("t") ",{}]}}",
		0, "warning /ietf-access-control-list:acls/acl/2 has no name"},
	{"a list without entries",
		"{\"ietf-mud:mud\":{" PAPERS_HEAD POLICIES
		"},\"ietf-access-control-list:acls\":{\"acl\":[" LIST("f") ",{\"name\":\"t\"}]}}",
		-EINVAL, "error /ietf-access-control-list:acls/acl/1 has no list of entries"},
	{"without a URL nothing is the same maker's",
		"{\"ietf-mud:mud\":{\"mud-version\":1," REST ",\"from-device-policy\":" PAPERS_LISTS(
			"f") "},\"ietf-access-control-list:acls\":{\"acl\":[{\"name\":\"f\",\"type\":\"ipv4-acl-type\",\"aces\":{\"ace\":[{"
			     "\"name\":\"a\","
			     "\"matches\":{\"ietf-mud:mud\":{\"same-manufacturer\":[null]}},\"actions\":{\"forwarding\":\"accept\"}}]}}]}}",
		0, "means nothing in a file without a mud-url"},
	{"draft's names",
		"{\"ietf-mud:mud\":{" PAPERS_HEAD ",\"from-device-policy\":{\"access-lists\":{\"access-list\":[{\"acl-name\":\"f\"}]}}},"
		"\"ietf-access-control-list:access-lists\":{\"acl\":[{\"acl-name\":\"f\",\"acl-type\":\"ipv4-acl\",\"access-list-entries\":"
		"{\"ace\":["
		"{\"rule-name\":\"r\",\"matches\":{\"ipv4-acl\":{\"protocol\":6}},\"actions\":{\"forwarding\":\"accept\"}}]}}]}}",
		0, "note /ietf-access-control-list:access-lists is the name of a draft"},
};

static void files(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct told told;
		struct mud *mud;
		int error = papers_read(cases[i].body, &told, &mud);
		if (error != cases[i].error || (cases[i].told ? !strstr(told.text, cases[i].told) : *told.text))
			fail_msg("%s: %d, told\n%s", cases[i].name, error, told.text);
		assert_true((error == 0) == (told.count[MUD_ERROR] == 0));
		assert_true((error == 0) == (mud != NULL));
		policy_free(mud);
	}
}

static void head_is_kept(void **state)
{
	struct told told;
	struct mud *mud;
	const struct mud_head *head;

	assert_int_equal(papers_read(FILE_OF("\"mud-version\":1,\"mud-url\":\"https://LAMP.example.:8443/One?x\"," REST
					     ",\"mfg-name\":\"M\",\"model-name\":\"N\",\"firmware-rev\":\"1\",\"software-rev\":\"2\","
					     "\"documentation\":\"d\",\"mud-signature\":\"s\",\"cache-validity\":24"),
				 &told, &mud),
		0);
	head = policy_head(mud);
	assert_string_equal(head->url, "https://lamp.example:8443/One?x");
	assert_string_equal(head->maker, "lamp.example");
	assert_string_equal(head->mfg_name, "M");
	assert_string_equal(head->model_name, "N");
	assert_string_equal(head->firmware_rev, "1");
	assert_string_equal(head->software_rev, "2");
	assert_string_equal(head->documentation, "d");
	assert_string_equal(head->signature, "s");
	assert_string_equal(head->last_update, "2024-01-02T03:04:05Z");
	assert_string_equal(head->systeminfo, "");
	assert_int_equal(head->cache_validity_hours, 24);
	assert_true(head->supported && !head->draft);
	assert_int_equal(policy_ace_count(mud), 2);
	assert_string_equal(policy_ace_at(mud, 1)->list, "t");
	assert_null(policy_ace_at(mud, 2));
	policy_free(mud);
	policy_free(NULL);
}

/* Every fault says line and column of the value it means. */
static void places(void **state)
{
	static const char body[] =
		"{\n  \"ietf-mud:mud\": {\n    \"mud-version\": 1,\n\t\"x\\\"y\": [1, {\"a\": \"}\"}], \"cache-validity\" : 500\n"
		"  }\n,\"ietf-access-control-list:acls\":{\"acl\":[]}}";
	struct told told;
	struct mud *mud;

	assert_int_equal(papers_read(body, &told, &mud), -EINVAL);
	assert_non_null(strstr(told.text, "error /ietf-mud:mud/cache-validity is 500 hours"));
	assert_int_equal(papers_read("{\n \"a\": [1,\n  2,,\n", &told, &mud), -EINVAL);
	assert_int_equal(told.last.line, 3);
	assert_int_equal(
		papers_read("{\"ietf-mud:mud\":{\"mud-url\":\n\n   7},\"ietf-access-control-list:acls\":{\"acl\":[]}}", &told, &mud),
		-EINVAL);
	assert_non_null(strstr(told.text, "mud-url is a number"));
	assert_int_equal(papers_read("{\"q\\\"\":[{},[\"]\"]],\"ietf-mud:mud\"\n : [  ]}", &told, &mud), -EINVAL);
	assert_int_equal(told.last.line, 2);
	assert_int_equal(told.last.column, 4);
}

static char *repeated(const char *before, const char *what, size_t count, const char *behind)
{
	size_t len = strlen(before), part = strlen(what);
	char *text = malloc(len + part * count + strlen(behind) + 1), *at = text + len;

	memcpy(text, before, len);
	for (size_t i = 0; i < count; i++, at += part)
		memcpy(at, what, part);
	memcpy(at, behind, strlen(behind) + 1);
	return text;
}

static void hostile_body(char *body, int wanted, const char *sentence)
{
	struct told told;
	struct mud *mud;
	int error = papers_read(body, &told, &mud);

	if (error != wanted || !strstr(told.text, sentence))
		fail_msg("%d: %.2000s", error, told.text);
	policy_free(mud);
	free(body);
}

static void hostile(void **state)
{
	char *entries = repeated(ENTRY, "," ENTRY, 9999, "");

	hostile_body(repeated("", "[", 1000000, ""), -E2BIG, "nested more than 24 deep");
	hostile_body(repeated("", "{\"a\":", 25, ""), -E2BIG, "nested more than 24 deep");
	hostile_body(repeated("", "[", 24, ""), -EINVAL, "expected");
	hostile_body(repeated("[0", ",0", 200000, "]"), -E2BIG, "more than 131,072 values");
	hostile_body(repeated("[0", ",[]", 65530, "]"), -EINVAL, "is a list, not an object");
	hostile_body(repeated("{\"", "x", 5000, "\":1}"), -E2BIG, "longer than 4,096 bytes");
	hostile_body(repeated("", " ", FW_MUD_BYTES_MAX + 1, ""), -E2BIG, "larger than 4 MiB");
	hostile_body(repeated("\"", "\\", 4000, ""), -EINVAL, "end of input");
	hostile_body(repeated("{\"a\":", "9", 3000, "}"), -EINVAL, "integer");
	hostile_body(papers_file("from", "ipv4-acl-type", entries), -E2BIG, "more than the 2,048 that a file may have");
	free(entries);
	hostile_body(
		repeated("{\"ietf-mud:mud\":{" PAPERS_HEAD ",\"from-device-policy\":{\"access-lists\":{\"access-list\":[{\"name\":\"f\"}",
			",{\"name\":\"f\"}", 5000, "]}}}" ACLS "}"),
		-E2BIG, "more than 64 access lists");
	hostile_body(repeated("{\"ietf-mud:mud\":{" PAPERS_HEAD ",\"from-device-policy\":" PAPERS_LISTS("f") ",\"x\":[", "{},", 100,
			     "1]}" ACLS "}"),
		0, "is no node that is known here");
	hostile_body(repeated("{\"ietf-mud:mud\":{" PAPERS_HEAD ",\"extensions\":[\"\"", ",\"\"", 999, "]}" ACLS "}"), 0, "938 more notes");
}

/* Not a byte behind the end is looked at, and a cut file is never taken for a whole one. */
static void cut_at_every_byte(void **state)
{
	static const char body[] = FILE_OF(PAPERS_HEAD);

	for (size_t len = 0; len + 1 < sizeof(body); len++) {
		struct told told;
		struct mud *mud;
		assert_int_equal(papers_read_bytes(body, len, &told, &mud), -EINVAL);
		assert_true(told.count[MUD_ERROR] > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(files), cmocka_unit_test(head_is_kept), cmocka_unit_test(places),
		cmocka_unit_test(hostile), cmocka_unit_test(cut_at_every_byte)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
