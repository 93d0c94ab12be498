/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries to rules and sets, URLs and claims, and the file in words. */
#include <errno.h>

#include "papers.h"

#define ACCEPT "\"actions\":{\"forwarding\":\"accept\"}}"

static struct mud *mud_of(const char *way, const char *type, const char *entries)
{
	char *body = papers_file(way, type, entries);
	struct told told;
	struct mud *mud;

	if (papers_read(body, &told, &mud))
		fail_msg("%s", told.text);
	free(body);
	return mud;
}

static struct policy_sets *sets_of(uint32_t max, uint32_t first)
{
	struct policy_sets *sets;

	assert_int_equal(policy_sets_new(max, first, papers_key, &sets), 0);
	return sets;
}

static void ports(void **state)
{
	static const struct {
		const char *match;
		uint16_t pairs[4][4]; /* local least, most, remote least, most */
		uint32_t count;
	} rows[] = {
		{"\"destination-port\":{\"operator\":\"eq\",\"port\":5}", {{0, 65535, 5, 5}}, 1},
		{"\"destination-port\":{\"operator\":\"neq\",\"port\":5}", {{0, 65535, 0, 4}, {0, 65535, 6, 65535}}, 2},
		{"\"destination-port\":{\"operator\":\"neq\",\"port\":0}", {{0, 65535, 1, 65535}}, 1},
		{"\"destination-port\":{\"operator\":\"neq\",\"port\":65535}", {{0, 65535, 0, 65534}}, 1},
		{"\"source-port\":{\"operator\":\"neq\",\"port\":9},\"destination-port\":{\"operator\":\"neq\",\"port\":5}",
			{{0, 8, 0, 4}, {0, 8, 6, 65535}, {10, 65535, 0, 4}, {10, 65535, 6, 65535}}, 4},
		{"\"source-port\":{\"operator\":\"lte\",\"port\":0}", {{0, 0, 0, 65535}}, 1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct policy_sets *sets = sets_of(4, 1);
		struct fw_rule rules[4];
		char entry[512];
		uint32_t count;
		struct mud *mud;
		snprintf(entry, sizeof(entry), "{\"name\":\"a\",\"matches\":{\"udp\":{%s}}," ACCEPT, rows[i].match);
		mud = mud_of("from", "ipv4-acl-type", entry);
		assert_int_equal(policy_rule_count(mud), rows[i].count);
		assert_int_equal(policy_rules(mud, sets, rules, 4, &count), 0);
		assert_int_equal(count, rows[i].count);
		for (uint32_t j = 0; j < count; j++) {
			const uint16_t got[4] = {rules[j].local_least, rules[j].local_most, rules[j].remote_least, rules[j].remote_most};
			assert_memory_equal(got, rows[i].pairs[j], sizeof(got));
			assert_true(rules[j].proto == 17 && !rules[j].any_proto && rules[j].accept && rules[j].family == 4 &&
				rules[j].way == FW_WAY_FROM);
		}
		if (rows[i].count > 1)
			assert_int_equal(policy_rules(mud, sets, rules, rows[i].count - 1, &count), -ENOSPC);
		policy_free(mud);
		policy_sets_free(sets);
	}
}

static void networks_are_masked(void **state)
{
	static const uint8_t four[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 0x40}, six[16] = {0x20, 0x01, 0x0d, 0xb0};
	struct policy_sets *sets = sets_of(4, 1);
	struct fw_rule rules[2];
	uint32_t count;
	struct mud *mud = mud_of("from", "",
		"{\"name\":\"a\",\"matches\":{\"ipv4\":{\"destination-ipv4-network\":\"192.0.2.77/26\"}}," ACCEPT
		",{\"name\":\"b\",\"matches\":{\"ipv6\":{\"destination-ipv6-network\":\"2001:dbf::9/28\"}}," ACCEPT);

	assert_int_equal(policy_rules(mud, sets, rules, 2, &count), 0);
	assert_int_equal(rules[0].bits, 122);
	assert_int_equal(rules[0].remote, FW_REMOTE_PREFIX);
	assert_int_equal(rules[1].bits, 28);
	assert_int_equal(rules[1].family, 6);
	assert_memory_equal(rules[0].address, four, 16);
	assert_memory_equal(rules[1].address, six, 16);
	policy_free(mud);
	policy_sets_free(sets);
}

static const char abstract_entries[] =
	"{\"name\":\"a\",\"matches\":{\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"API.example\"}}," ACCEPT
	",{\"name\":\"b\",\"matches\":{\"ietf-mud:mud\":{\"controller\":\"urn:c\"}}," ACCEPT
	",{\"name\":\"c\",\"matches\":{\"ietf-mud:mud\":{\"my-controller\":[null]}}," ACCEPT
	",{\"name\":\"d\",\"matches\":{\"ietf-mud:mud\":{\"manufacturer\":\"lamp.example\"}}," ACCEPT
	",{\"name\":\"e\",\"matches\":{\"ietf-mud:mud\":{\"same-manufacturer\":[null]}}," ACCEPT
	",{\"name\":\"f\",\"matches\":{\"ietf-mud:mud\":{\"model\":\"https://lamp.example/two\"}}," ACCEPT
	",{\"name\":\"g\",\"matches\":{\"ietf-mud:mud\":{\"local-networks\":[null]}}," ACCEPT
	",{\"name\":\"h\",\"matches\":{\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"api.example.\"},\"tcp\":{\"flags\":\"ack\"}}," ACCEPT
	",{\"name\":\"i\",\"actions\":{\"forwarding\":\"drop\"}}";

static void sets_and_groups(void **state)
{
	static const struct {
		uint8_t remote;
		uint32_t set;
	} wanted[] = {{FW_REMOTE_SET, 40}, {FW_REMOTE_SET, 41}, {FW_REMOTE_SET, 42}, {FW_REMOTE_GROUP, 43}, {FW_REMOTE_GROUP, 43},
		{FW_REMOTE_GROUP, 44}, {FW_REMOTE_LOCAL, 0}, {FW_REMOTE_SET, 40}, {FW_REMOTE_ANY, 0}};
	struct policy_sets *sets = sets_of(5, 40);
	struct fw_rule rules[16];
	struct policy_set set;
	uint32_t count;
	struct mud *mud = mud_of("from", "ipv4-acl-type", abstract_entries);

	assert_int_equal(policy_rules(mud, sets, rules, 16, &count), 0);
	assert_int_equal(count, 9);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(rules[i].remote, wanted[i].remote);
		assert_int_equal(rules[i].set, wanted[i].set);
		assert_int_equal(rules[i].zero, 0);
		assert_int_equal(rules[i].icmp_type, FW_RULE_ANY);
	}
	assert_int_equal(rules[7].opener, FW_OPENER_REMOTE);
	assert_int_equal(rules[8].accept, 0);
	assert_true(rules[8].any_proto);
	assert_true(policy_set_at(sets, 42, &set) && set.kind == POLICY_SET_MY_CONTROLLER && !strcmp(set.text, "https://lamp.example/one"));
	assert_false(policy_set_at(sets, 39, &set) || policy_set_at(sets, 0, &set) || policy_set_at(sets, 45, &set));
	assert_int_equal(policy_maker_set(sets, "https://LAMP.example/nine"), 43);
	assert_int_equal(policy_maker_set(sets, "lamp.example"), 0);
	assert_int_equal(policy_model_set(sets, "https://lamp.example/two"), 44);
	assert_int_equal(policy_model_set(sets, "https://lamp.example/one"), 0);
	policy_free(mud);
	policy_sets_free(sets);
}

static void count_set(void *context, const struct policy_set *set)
{
	char *line = context;

	snprintf(line + strlen(line), 64, "%u %s;", set->number, set->text);
}

/* A full table refuses; what no policy asks for any more goes, and its number never comes back. */
static void sets_sweep(void **state)
{
	struct policy_sets *sets, *none;
	char line[256] = "", text[300];

	assert_int_equal(policy_sets_new(0, 1, papers_key, &none), -EINVAL);
	assert_int_equal(policy_sets_new(1, 0, papers_key, &none), -EINVAL);
	sets = sets_of(2, UINT32_MAX - 2);
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, "a"), UINT32_MAX - 2);
	assert_int_equal(policy_set(sets, POLICY_SET_MAKER, "a"), UINT32_MAX - 1);
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, "a"), UINT32_MAX - 2);
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, "b"), 0);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, text), 0);
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, ""), 0);
	assert_int_equal(policy_set_find(sets, POLICY_SET_NAME, text), 0);
	policy_sets_sweep(sets);
	assert_int_equal(policy_set(sets, POLICY_SET_MAKER, "a"), UINT32_MAX - 1);
	policy_sets_sweep(sets);
	assert_int_equal(policy_set_find(sets, POLICY_SET_NAME, "a"), 0);
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, "a"), UINT32_MAX);
	policy_each_set(sets, POLICY_SET_NAME, count_set, line);
	assert_string_equal(line, "4294967295 a;");
	policy_sets_sweep(sets);
	policy_sets_sweep(sets);
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, "a"), 0); /* no number is left */
	policy_sets_free(sets);
	policy_sets_free(NULL);
}

/* A trial goes back to where it was: what came since is not there, its numbers are given again, and what was there is untouched. */
static void sets_back(void **state)
{
	struct policy_sets *sets = sets_of(3, 1);
	uint32_t next;

	policy_set(sets, POLICY_SET_NAME, "a");
	next = policy_sets_next(sets);
	policy_set(sets, POLICY_SET_NAME, "b");
	policy_set(sets, POLICY_SET_NAME, "a");
	policy_set(sets, POLICY_SET_MAKER, "b");
	assert_int_equal(policy_set_count(sets, POLICY_SET_NAME), 2);
	assert_int_equal(policy_set_count(sets, POLICY_SET_MAKER), 1);
	policy_sets_back(sets, next);
	assert_int_equal(policy_set_count(sets, POLICY_SET_NAME), 1);
	assert_int_equal(policy_set_count(sets, POLICY_SET_MAKER), 0);
	assert_int_equal(policy_set_find(sets, POLICY_SET_NAME, "a"), 1);
	assert_int_equal(policy_set_find(sets, POLICY_SET_NAME, "b"), 0);
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, "c"), 2);
	policy_sets_back(sets, 1);
	assert_int_equal(policy_set_count(sets, POLICY_SET_NAME), 0);
	assert_int_equal(policy_set(sets, POLICY_SET_NAME, "d"), 1);
	policy_sets_sweep(sets);
	policy_sets_sweep(sets);
	assert_int_equal(policy_set_count(sets, POLICY_SET_NAME), 0);
	policy_sets_free(sets);
}

static void too_few_sets(void **state)
{
	struct policy_sets *sets = sets_of(3, 1);
	struct fw_rule rules[16];
	uint32_t count = 77;
	struct mud *mud = mud_of("from", "ipv4-acl-type", abstract_entries);

	assert_int_equal(policy_rules(mud, sets, rules, 16, &count), -E2BIG);
	assert_int_equal(count, 77);
	policy_free(mud);
	policy_sets_free(sets);
}

static void urls(void **state)
{
	static const struct {
		const char *raw;
		size_t len; /* 0: all of it */
		const char *url; /* NULL: none */
	} rows[] = {
		{"https://lamp.example/one", 0, "https://lamp.example/one"},
		{"HTTPS://Lamp.EXAMPLE/One", 0, "https://lamp.example/One"},
		{"https://lamp.example./one", 0, "https://lamp.example/one"},
		{"https://lamp.example:443/one?a=b#c", 0, "https://lamp.example:443/one?a=b#c"},
		{"https://lamp.example/one two three", 0, "https://lamp.example/one"},
		{"https://lamp.example/one\0two", 28, "https://lamp.example/one"},
		{"https://192.0.2.1/x", 0, "https://192.0.2.1/x"},
		{"https://lamp.example", 0, "https://lamp.example"},
		{"http://lamp.example/one", 0, NULL},
		{"https:///one", 0, NULL},
		{"https://user@lamp.example/one", 0, NULL},
		{"https://lamp.example:99999999/one", 0, NULL},
		{"https://lamp.example:x/one", 0, NULL},
		{"https://lamp.example:/one", 0, NULL},
		{"https://la mp.example/one", 0, "https://la"},
		{"https://lamp..example/one", 0, NULL},
		{"https://lamp.example../one", 0, NULL},
		{"https://l\xc3\xa4mp.example/one", 0, NULL},
		{"https://lamp.example/\x1b[2J", 0, NULL},
		{"https://[2001:db8::1]/one", 0, NULL},
		{"", 0, NULL},
		{" https://lamp.example/one", 0, NULL},
	};
	char url[MUD_URL_MAX], long_url[300];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int error = policy_url_read((const uint8_t *)rows[i].raw, rows[i].len ? rows[i].len : strlen(rows[i].raw), url);
		if (error != (rows[i].url ? 0 : -EINVAL) || (!error && strcmp(url, rows[i].url) != 0))
			fail_msg("%s: %d %s", rows[i].raw, error, url);
	}
	memset(long_url, 'x', sizeof(long_url));
	memcpy(long_url, "https://a/", 10);
	assert_int_equal(policy_url_read((const uint8_t *)long_url, 255, url), 0);
	assert_int_equal(policy_url_read((const uint8_t *)long_url, 256, url), -EINVAL);
	memset(long_url + 8, 'x', 64);
	assert_int_equal(policy_url_read((const uint8_t *)long_url, 72, url), -EINVAL);
}

static void claims(void **state)
{
	assert_int_equal(policy_claim_judge(NULL, "https://a.example/1"), CLAIM_FIRST);
	assert_int_equal(policy_claim_judge("", "https://a.example/1"), CLAIM_FIRST);
	assert_int_equal(policy_claim_judge("https://a.example/1", "https://a.example/1"), CLAIM_SAME);
	assert_int_equal(policy_claim_judge("https://a.example/1", "https://a.example/2"), CLAIM_MOVED);
	assert_int_equal(policy_claim_judge("https://a.example/1", "https://a.example:8443/1"), CLAIM_MOVED);
	assert_int_equal(policy_claim_judge("https://a.example/1", "https://b.example/1"), CLAIM_DISPUTED);
	assert_int_equal(policy_claim_judge("https://a.example/1", "https://evil.a.example/1"), CLAIM_DISPUTED);
	assert_int_equal(policy_claim_judge("https://a.example/1", "nonsense"), CLAIM_DISPUTED);
}

static void say(void *context, const char *line)
{
	char *text = context;

	snprintf(text + strlen(text), 8192 - strlen(text), "%s\n", line);
}

static void in_words(void **state)
{
	static const char wanted[] = "A lamp, https://lamp.example/one\n"
				     "Its maker says that it still gets updates; this was written 2024-01-02.\n"
				     "It may send, and the first line that fits decides:\n"
				     "  - anything to api.example (IPv4)\n"
				     "  - anything to the controllers that are configured as urn:c (IPv4)\n"
				     "  - anything to the controllers that are configured for this device (IPv4)\n"
				     "  - anything to devices of lamp.example (IPv4)\n"
				     "  - anything to devices of the same maker (lamp.example) (IPv4)\n"
				     "  - anything to devices of the model https://lamp.example/two (IPv4)\n"
				     "  - anything to any device in the local network (IPv4)\n"
				     "  - TCP to api.example, in connections that the other end opened (IPv4)\n"
				     "  - never anything to anyone (IPv4)\n"
				     "Nothing may be sent to it.\n";
	struct mud *mud = mud_of("from", "ipv4-acl-type", abstract_entries);
	char text[8192] = "";

	policy_explain(mud, say, text);
	policy_free(mud);
	assert_memory_equal(text, wanted, sizeof(wanted) - 1);
	assert_non_null(strstr(text, "Everything else is stopped."));

	mud = mud_of("to", "",
		"{\"name\":\"a\",\"matches\":{\"ipv4\":{\"source-ipv4-network\":\"10.0.0.0/"
		"8\"},\"tcp\":{\"destination-port\":{\"port\":80},\"source-port\":{"
		"\"operator\":\"gte\",\"port\":1024}}}," ACCEPT
		",{\"name\":\"b\",\"matches\":{\"udp\":{\"source-port\":{\"operator\":\"neq\",\"port\":7}}}," ACCEPT
		",{\"name\":\"c\",\"matches\":{\"icmp\":{\"type\":0,\"code\":1}}," ACCEPT
		",{\"name\":\"d\",\"matches\":{\"ipv6\":{\"protocol\":99,"
		"\"source-ipv6-network\":\"2001:db8::1\"}}," ACCEPT ",{\"name\":\"e\",\"matches\":{\"icmp\":{\"type\":3}}," ACCEPT
		",{\"name\":\"f\",\"matches\":{\"tcp\":{\"source-port\":{\"lower-port\":1,\"upper-port\":9}}}," ACCEPT
		",{\"name\":\"g\",\"matches\":{\"ietf-mud:mud\":{\"controller\":\"urn:ietf:params:mud:ntp\"},\"icmp\":{\"type\":8}}," ACCEPT
		",{\"name\":\"h\",\"matches\":{\"tcp\":{\"window-size\":1}}," ACCEPT);
	*text = 0;
	policy_explain(mud, say, text);
	policy_free(mud);
	assert_non_null(strstr(text,
		"It may send nothing.\nIt may be sent, and the first line that fits decides:\n"
		"  - TCP to its own port 80 from ports 1024 and above of 10.0.0.0/8 (IPv4)\n"
		"  - UDP from any port but 7 of anyone\n"
		"  - ICMP echo reply code 1 from anyone (IPv4)\n"
		"  - IP protocol 99 from 2001:db8::1 (IPv6)\n"
		"  - ICMP type 3 from anyone (IPv4)\n"
		"  - TCP from ports 1 to 9 of anyone\n"
		"  - ICMP echo request (ping) from the network's time server (IPv4)\n"));
	assert_non_null(strstr(text, "1 of the file's entries could not be used"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ports), cmocka_unit_test(networks_are_masked),
		cmocka_unit_test(sets_and_groups), cmocka_unit_test(sets_sweep), cmocka_unit_test(sets_back),
		cmocka_unit_test(too_few_sets), cmocka_unit_test(urls), cmocka_unit_test(claims), cmocka_unit_test(in_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
