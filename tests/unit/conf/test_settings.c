/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall.yaml: what is wrong in one sentence with its line; defaults; and that what is printed reads to the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "settings_of.h"
#include "conf/settings_table.h"

static const struct {
	const char *text;
	unsigned line;
	const char *sentence;
} faults[] = {
	{"", 0, "interface is missing: the one by which questions reach the server"},
	{"# nothing\n", 0, "interface is missing: the one by which questions reach the server"},
	{"role: shield\n", 0, "interface is missing: the one by which questions reach the server"},
	/* no YAML, or more of it than is wanted */
	{"interface: eth0\nuser: \"a\n", 3, "is no YAML: found unexpected end of stream"},
	{"interface: eth0\nserver:\n  port: 53\n address: ::1\n", 4, "is no YAML: did not find expected key"},
	{"interface: eth0\n\tuser: x\n", 2, "is no YAML: found a tab character that violates indentation"},
	{"interface: eth0\nuser: \xff\n", 0, "is no YAML: invalid leading UTF-8 octet"},
	{"interface: eth0\n---\nuser: x\n", 2, "a second document begins (---); one is read"},
	{"interface: &a eth0\nuser: *a\n", 1,
		"anchors (&), aliases (*) and tags (!) are not used here; a value that begins so wants quotes"},
	{"interface: eth0\nuser: !!str x\n", 2,
		"anchors (&), aliases (*) and tags (!) are not used here; a value that begins so wants quotes"},
	{"interface: \"a\\0b\"\n", 1, "a value holds a NUL byte"},
	{"? [a, b]\n: c\n", 1, "a list or mapping stands where the name of a setting should"},
	{"a: [[[[[[[[[[x]]]]]]]]]]\n", 1, "mappings and lists are nested deeper than any setting is"},
	{"- eth0\n", 0, "the file wants settings of its own (name: value), not a list"},
	{"eth0\n", 0, "the file wants settings of its own (name: value), not one value"},
	/* keys */
	{"interface: eth0\n\nfoo: 3\n", 3, "there is no setting 'foo'"},
	{"interface: eth0\nserver:\n  port: 53\n  adress: ::1\n", 4, "there is no setting 'server.adress'"},
	{"interface: eth0\nzones:\n  - name: a\n  - name: b\n    fil: /x\n", 5, "there is no setting 'zones[1].fil'"},
	{"interface: eth0\nbudgets:\n  total:\n    speed: 1\n", 4, "there is no setting 'budgets.total.speed'"},
	{"interface: eth0\n\033[2J: 3\n", 0, "is no YAML: control characters are not allowed"},
	{"interface: eth0\nuser: a\n\nuser: b\n", 4, "this setting was given already on line 2"},
	{"zones:\n- name: a\n  name: b\n", 3, "this setting was given already on line 2"},
	/* the page */
	{"interface: eth0\npage: {address: 0.0.0.0}\n", 2,
		"page.address is not the loopback: without page.certificate and page.key the token would cross the net in clear"},
	{"interface: eth0\npage:\n  address: '::'\n  key: /k\n", 4, "page.key wants page.certificate, too"},
	{"interface: eth0\npage:\n  certificate: /c\n", 3, "page.certificate wants page.key, too"},
	/* types */
	{"interface: [eth0]\n", 1, "interface wants one value, not a list"},
	{"interface: eth0\nserver: 53\n", 2, "server wants settings of its own (name: value), not one value"},
	{"interface: eth0\nserver:\n", 2, "server wants settings of its own (name: value), not one value"},
	{"interface: eth0\nzones: a\n", 2, "zones wants a list, not one value"},
	{"interface: eth0\nzones:\n- a\n", 3, "zones[0] wants settings of its own (name: value), not one value"},
	{"interface: eth0\nzones:\n- name: a\n- name: b\n  file: [x]\n", 5, "zones[1].file wants one value, not a list"},
	{"interface: eth0\nprotected:\n- 192.0.2.1\n- {a: b}\n", 4, "protected[1] wants one value, not settings of its own"},
	/* values */
	{"role: gate\ninterface: eth0\n", 1, "role is shield or guard, not 'gate'"},
	{"interface: ''\n", 0, "interface is missing: the one by which questions reach the server"},
	{"interface: eth0/1\n", 1, "interface is no such name: 'eth0/1'"},
	{"interface: abcdefghijklmnop\n", 1, "interface is longer than an interface's name can be (15)"},
	{"interface: eth0\ndns_port: 0\n", 2, "dns_port wants a number from 1 to 65535, not '0'"},
	{"interface: eth0\ndns_port: 65536\n", 2, "dns_port wants a number from 1 to 65535, not '65536'"},
	{"interface: eth0\ndns_port: 0x35\n", 2, "dns_port wants a number from 1 to 65535, not '0x35'"},
	{"interface: eth0\ndns_port: -1\n", 2, "dns_port wants a number from 1 to 65535, not '-1'"},
	{"interface: eth0\ndns_port:\n", 2, "dns_port wants a number from 1 to 65535, not ''"},
	{"interface: eth0\nbudgets:\n  capacity: 99999999999999999999\n", 3,
		"budgets.capacity wants a number from 100 to 100000000, not '99999999999999999999'"},
	{"interface: eth0\nonly_dns: flase\n", 2, "only_dns is false or true, not 'flase'"},
	{"interface: eth0\nfilters:\n  names: on\n", 3, "filters.names is off, observe or enforce, not 'on'"},
	{"interface: eth0\nstance: war\n", 2, "stance is calm, watch, defend or measured, not 'war'"},
	{"interface: eth0\nserver:\n  poll: 1y\n", 3, "server.poll wants a time such as 90s or 4h from 1s to 1d, not '1y'"},
	{"interface: eth0\nserver:\n  poll: 25h\n", 3, "server.poll wants a time such as 90s or 4h from 1s to 1d, not '25h'"},
	{"interface: eth0\nsamples:\n  size: 1KB\n", 3, "samples.size wants a size such as 64mib from 4kib to 1024gib, not '1KB'"},
	{"interface: eth0\nsamples:\n  file: drops.pcapng\n", 3, "samples.file wants a path from the root on, not 'drops.pcapng'"},
	{"interface: eth0\nserver:\n  address: localhost\n", 3, "server.address wants an IPv4 or IPv6 address, not 'localhost'"},
	{"interface: eth0\nserver:\n  notify_port: 53\n", 3, "server.notify_port is the port that the server itself answers at"},
	{"interface: eth0\nprotected: [192.0.2.1, 192.0.2.0/24]\n", 2, "protected[1] wants an IPv4 or IPv6 address, not '192.0.2.0/24'"},
	{"interface: eth0\nprotected: ['::']\n", 2, "protected cannot hold the address ::"},
	{"interface: eth0\ntrusted:\n- 192.0.2.0/24\n- 192.0.2.0/33\n", 4, "trusted[1] wants an address or prefix, not '192.0.2.0/33'"},
	{"interface: eth0\ntrusted: ['::/0']\n", 2, "trusted[0] is a prefix of IPv6 that holds all of IPv4, too; name a narrower one"},
	{"interface: eth0\nblocked_files: ['']\n", 2, "blocked_files[0] is empty"},
	{"interface: eth0\nblocked_files: [x]\n", 2, "blocked_files[0] wants a path from the root on, not 'x'"},
	{"interface: eth0\nbudgets:\n  total:\n    ipv4: [1, 2]\n", 4, "budgets.total.ipv4 wants 4 numbers, one for each prefix length"},
	{"interface: eth0\nbudgets:\n  total:\n    ipv4: [1, 2, 3, 4, 5]\n", 4, "budgets.total.ipv4 has more entries than are read"},
	{"interface: eth0\nbudgets:\n  total:\n    ipv4: [1, 8, 4, 9]\n", 4,
		"budgets.total.ipv4[2] is less than the one before; a wider prefix has at least as much"},
	{"interface: eth0\nbudgets:\n  total:\n    ipv6: [0, 1, 1, 1, 1]\n", 4,
		"budgets.total.ipv6[0] wants a number from 1 to 1000000, not '0'"},
	{"interface: eth0\npaths:\n  socket: ''\n", 3, "paths.socket is empty"},
	{"interface: eth0\ndetach: true\n", 2,
		"detach wants user: \"\", for only root can take programs off an interface; or run 'floodwall bypass'"},
	{"interface: eth0\nbudgets:\n  total:\n    burst: 5\n", 3, "budgets.total has no rate"},
	{"interface: eth0\nbudgets:\n  total:\n    ipv4: [1, 2, 3, 4]\n", 3, "budgets.total has no rate"},
	{"interface: eth0\nbudgets:\n  share: {burst: 3}\n", 3, "budgets.share has no rate"},
	/* keys and zones */
	{"interface: eth0\nkeys:\n- secret: x\n", 0, "keys[0].name is missing"},
	{"interface: eth0\nkeys:\n- name: t\n", 3, "keys[0] wants either secret or secret_file"},
	{"interface: eth0\nkeys:\n- name: t\n  secret: hunter2\n", 4, "keys[0].secret wants base64 of 16 bytes or more"},
	{"interface: eth0\nkeys:\n- name: t\n  secret: '********'\n", 4,
		"keys[0].secret was masked when it was printed; put the real one, or a secret_file, in its place"},
	{"interface: eth0\nkeys:\n- name: t\n  algorithm: md5\n  secret_file: /k\n", 4,
		"keys[0].algorithm is hmac-sha256, -sha512, -sha384, -sha224, -sha1 or -md5, not 'md5'"},
	{"interface: eth0\nkeys:\n- {name: t, secret_file: /k}\n- {name: T., secret_file: /l}\n", 4,
		"keys[1].name is the name of another key, too"},
	{"interface: eth0\nzones:\n- name: a\n  key: t\n", 4, "zones[0].key names no key of this file: 't'"},
	{"interface: eth0\nkeys: [{name: t, secret_file: /k}]\nzones:\n- name: a\n  file: /z\n  key: t\n", 6,
		"zones[0].key is for zones that are transferred; this one has a file"},
	{"interface: eth0\nzones:\n- name: a..b\n", 3, "zones[0].name wants a domain name, not 'a..b'"},
	{"interface: eth0\nzones:\n- name: example.org\n- name: b\n- name: Example.ORG.\n", 5, "zone example.org is named twice"},
	{"interface: eth0\nsizes:\n  zones: 1\nzones:\n- name: a\n- name: b\n", 4, "zones are more than sizes.zones has room for (1)"},
};

static void each_fault(void **state)
{
	unsigned other = 0;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct settings *settings = (struct settings *)&faults[i];
		struct fault fault = {0};
		int error = settings_read("floodwall.yaml", faults[i].text, strlen(faults[i].text), &settings, &fault);

		if (error != -EINVAL || strcmp(fault.sentence, faults[i].sentence) || strcmp(fault.file, "floodwall.yaml"))
			print_error("%s\ngave %d, %llu: %s\nwanted %s\n", faults[i].text, error, (unsigned long long)fault.line,
				fault.sentence, faults[i].sentence),
				other++;
		if (faults[i].line && fault.line != faults[i].line)
			print_error("%s\n'%s' is on line %u, said to be on %llu\n", faults[i].text, fault.sentence, faults[i].line,
				(unsigned long long)fault.line),
				other++;
		assert_ptr_equal(settings, &faults[i]);
	}
	assert_int_equal(other, 0);
}

static void defaults(void **state)
{
	struct settings *settings = settings_of("interface: eth0\n");

	for (int i = 0; i < FW_FILTER_COUNT; i++)
		assert_int_equal(settings->mode[i], i == FW_FILTER_FRAGMENTS ? FW_MODE_OFF : FW_MODE_OBSERVE);
	assert_int_equal(settings->budgets.capacity, 50000);
	assert_int_equal(settings->budgets.total.one.rate, 0); /* follows from the capacity */
	assert_int_equal(settings->dns_port, 53);
	assert_false(settings->stance_fixed || settings->only_dns || settings->detach || settings->generic_allowed);
	assert_string_equal(settings->user, "floodwall");
	assert_string_equal(settings->paths.socket, "/run/floodwall/control.sock");
	assert_int_equal(settings->samples.size, 64 << 20);
	assert_int_equal(settings->server.transfer.address[15], 1);
	settings_free(settings);
}

static const char everything[] =
	"role: shield\ninterface: eth0.5\nuser: ''\ngroup: dns\ngeneric: true\ndetach: true\n"
	"dns_port: 5353\nonly_dns: true\nstance: defend\n"
	"filters: {block: enforce, sanity: off, names: enforce}\n"
	"server: {address: '::1', port: 5300, poll: 90, notify_address: '::1', notify_port: 0}\n"
	"budgets:\n  capacity: 1000\n  total: {rate: 7, burst: 9, ipv4: [1, 1, 2, 3], ipv6: [1, 2, 3, 4, 5]}\n"
	"  possible: {ipv6: [1, 2, 3, 4, 5], rate: 6}\n  share: {rate: 11}\n  proven_for: 90m\n"
	"sizes: {names: 100, zones: 7}\n"
	"samples: {file: \"/var/log/a \\\"b\\\" \\\\ #:.pcapng\", rate: 7, size: 4097}\n"
	"paths: {state: /tmp/ünïcode}\n"
	"protected: [192.0.2.53, '2001:db8::53']\n"
	"trusted: [192.0.2.0/24, 2001:db8::/32, 198.51.100.7, '2000::/3', 0.0.0.0/0]\n"
	"blocked: [203.0.113.0/25, 1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4, 1.1.1.5, 1.1.1.6, 1.1.1.7, 1.1.1.8]\n"
	"blocked_files: [/etc/a, /etc/b]\n"
	"keys:\n- {name: Transfer., algorithm: hmac-sha512, secret_file: /etc/k}\n- {name: other, secret_file: /etc/l}\n"
	"zones:\n- {name: example.org, key: transfer}\n- {name: ., file: /etc/root.zone}\n- {name: '\\@odd.example'}\n";

/* All that the tables know is the same, and the lists. */
static void assert_same(const struct settings *a, const struct settings *b)
{
	for (size_t i = 0; i < settings_scalar_count; i++) {
		const struct scalar *scalar = &settings_scalars[i];
		if (memcmp((const char *)a + scalar->offset, (const char *)b + scalar->offset, scalar->width))
			fail_msg("%s did not come back", scalar->path);
	}
	assert_int_equal(a->stance_fixed, b->stance_fixed);
	assert_memory_equal(&a->budgets, &b->budgets, sizeof(a->budgets));
	assert_int_equal(a->protected_count, b->protected_count);
	assert_memory_equal(a->protected_addresses, b->protected_addresses, sizeof(a->protected_addresses));
	assert_memory_equal(a->blocked_files, b->blocked_files, sizeof(a->blocked_files));
	assert_int_equal(a->trusted_count, b->trusted_count);
	assert_int_equal(a->blocked_count, b->blocked_count);
	for (uint32_t i = 0; i < a->trusted_count; i++)
		assert_true(a->trusted[i].bits == b->trusted[i].bits && !memcmp(a->trusted[i].address, b->trusted[i].address, 16));
	for (uint32_t i = 0; i < a->blocked_count; i++)
		assert_true(a->blocked[i].bits == b->blocked[i].bits && !memcmp(a->blocked[i].address, b->blocked[i].address, 16));
	assert_int_equal(a->key_count, b->key_count);
	assert_memory_equal(a->keys, b->keys, sizeof(a->keys));
	assert_int_equal(a->zone_count, b->zone_count);
	for (uint32_t i = 0; i < a->zone_count; i++) {
		assert_string_equal(a->zones[i].name, b->zones[i].name);
		assert_string_equal(a->zones[i].file, b->zones[i].file);
		assert_int_equal(a->zones[i].key, b->zones[i].key);
	}
}

static void assert_comes_back(const struct settings *settings)
{
	struct settings *again;
	char *text, *second;
	size_t len, second_len;

	assert_int_equal(settings_write(settings, &text, &len), 0);
	assert_int_equal(strlen(text), len);
	again = settings_of(text);
	assert_same(settings, again);
	assert_int_equal(settings_write(again, &second, &second_len), 0);
	assert_string_equal(text, second);
	free(second);
	free(text);
	settings_free(again);
}

static void what_is_printed_reads_back(void **state)
{
	struct settings *settings = settings_of("interface: eth0\n");

	assert_comes_back(settings);
	settings_free(settings);
	settings = settings_of(everything);
	assert_int_equal(settings->trusted_count, 5);
	assert_string_equal(settings->keys[0].name, "transfer");
	assert_string_equal(settings->samples.file, "/var/log/a \"b\" \\ #:.pcapng");
	assert_int_equal(settings->zones[0].key, 1);
	assert_comes_back(settings);
	settings_free(settings);
}

static uint64_t draw(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

/* A word that this setting may hold. */
static void random_word(const struct scalar *scalar, uint64_t *state, char *out, size_t size)
{
	static const char *const names[] = {"eth0", "a", "x.y:z@1-2", "Z_9"};
	static const char *const paths[] = {"/a", "/b c", "/\\\"'", "/%s\t", "/\xc3\xbc#: -"};
	static const char *const addresses[] = {"192.0.2.1", "::1", "2001:db8::5", "::ffff:1.2.3.4", "fe80::1"};
	uint64_t number = scalar->least + draw(state) % (scalar->most - scalar->least + 1 ? scalar->most - scalar->least + 1 : 1);

	switch (scalar->kind) {
	case SCALAR_CHOICE:
		snprintf(out, size, "%s", scalar->words[draw(state) % scalar->most]);
		return;
	case SCALAR_NAME:
		snprintf(out, size, "%s", names[draw(state) % 4]);
		return;
	case SCALAR_PATH:
		snprintf(out, size, "%s", paths[draw(state) % 5]);
		return;
	case SCALAR_ADDRESS:
		snprintf(out, size, "%s", addresses[draw(state) % 5]);
		return;
	default:
		snprintf(out, size, "%llu", (unsigned long long)number);
	}
}

/* Properties, a thousand times: settings drawn at random within their ranges, one document each, come back as they were. */
static void random_settings_come_back(void **state)
{
	uint64_t seed = 4;
	unsigned taken = 0;

	for (int round = 0; round < 1000; round++) {
		char *text = NULL;
		size_t len;
		struct settings *settings = NULL;
		FILE *out = open_memstream(&text, &len);

		/* in YAML's flow style, a group for each value's path: {"a": {"b": "x"}} cannot be given in pieces, so one group a round */
		const char *group = (const char *[]){"filters.", "server.", "sizes.", "samples.", "paths."}[draw(&seed) % 5];
		fprintf(out, "interface: eth0\n%.*s:\n", (int)strlen(group) - 1, group);
		for (size_t i = 0; i < settings_scalar_count; i++) {
			char word[64];
			const struct scalar *scalar = &settings_scalars[i];
			if (strncmp(scalar->path, group, strlen(group)) != 0)
				continue;
			random_word(scalar, &seed, word, sizeof(word));
			fprintf(out, "  %s: \"", scalar->path + strlen(group));
			for (const char *at = word; *at; at++)
				fprintf(out, *at == '"' || *at == '\\' ? "\\%c" : *at == '\t' ? "\\t" : "%c", *at);
			fputs("\"\n", out);
		}
		fclose(out);
		if (settings_read("random", text, len, &settings, NULL) == 0) {
			assert_comes_back(settings);
			taken++;
		}
		settings_free(settings);
		free(text);
	}
	assert_true(taken > 900); /* the few: notify at the server's own port */
}

static void secrets_are_masked(void **state)
{
	struct settings *settings =
		settings_of("interface: eth0\nkeys: [{name: t, secret: 'c2VjcmV0IHNlY3JldCBzZWNyZXQ='}]\nzones: [{name: a, key: t}]\n");
	struct fault fault;
	struct settings *again = NULL;
	char *text;
	size_t len;

	assert_string_equal(settings->keys[0].secret, "c2VjcmV0IHNlY3JldCBzZWNyZXQ=");
	assert_int_equal(settings_write(settings, &text, &len), 0);
	assert_null(strstr(text, "c2Vj"));
	assert_non_null(strstr(text, "secret: \"" SETTINGS_MASK "\""));
	assert_int_equal(settings_read("printed", text, len, &again, &fault), -EINVAL);
	assert_non_null(strstr(fault.sentence, "was masked"));
	free(text);
	settings_free(settings);
}

/* Whatever the document is cut to, it is read or told; and a wrong secret is never repeated in what is told. */
static void cut_at_every_byte(void **state)
{
	for (size_t len = 0; len < sizeof(everything); len++) {
		char *cut = malloc(len ? len : 1);
		struct settings *settings = NULL;
		struct fault fault = {0};

		memcpy(cut, everything, len);
		int error = settings_read("cut", cut, len, &settings, &fault);
		assert_true(error == 0 ? settings != NULL : error == -EINVAL && fault.sentence[0]);
		settings_free(settings);
		free(cut);
	}
}

static void what_a_running_daemon_cannot_change(void **state)
{
	static const struct {
		const char *text, *key;
	} cases[] = {
		{"interface: eth0\n", NULL},
		{"interface: eth0\ndns_port: 54\nstance: defend\nbudgets: {capacity: 100}\nzones: [{name: a}]\n", NULL},
		{"interface: eth1\n", "interface"},
		{"interface: eth0\nsizes: {names: 99}\n", "sizes.names"},
		{"interface: eth0\npaths: {socket: /x}\n", "paths.socket"},
		{"interface: eth0\nserver: {notify_port: 0}\n", "server.notify_port"},
		{"interface: eth0\nuser: ''\n", "user"},
	};
	struct settings *old = settings_of("interface: eth0\n");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings *changed = settings_of(cases[i].text);
		const char *key = settings_fixed(old, changed);
		if (cases[i].key ? !key || strcmp(key, cases[i].key) : key != NULL)
			fail_msg("%s: %s", cases[i].text, key ? key : "nothing");
		settings_free(changed);
	}
	settings_free(old);
}

static void blocked_files(void **state)
{
	static const char body[] = "# ours\n192.0.2.0/24\n\n 2001:db8::/32 # a remark\r\n198.51.100.7\n203.0.113.0/24";
	struct settings *settings = settings_of("interface: eth0\nblocked: [10.0.0.0/8, 10.1.0.0/16, 10.2.0.0/16]\n");
	struct fault fault = {0};

	assert_int_equal(settings_read_blocked(settings, "list", body, strlen(body), &fault), 0);
	assert_int_equal(settings_read_blocked(settings, "list", body, strlen(body), &fault), 0);
	assert_int_equal(settings->blocked_count, 3 + 2 * 4);
	assert_int_equal(settings->blocked[4].bits, 32);
	assert_int_equal(settings_read_blocked(settings, "list", "1.2.3.4\n\n1.2.3.x\n", 17, &fault), -EINVAL);
	assert_int_equal(fault.line, 3);
	assert_string_equal(fault.sentence, "wants an address or prefix, not '1.2.3.x'");
	settings_free(settings);
}

static void durations(void **state)
{
	static const struct {
		const char *word;
		uint32_t s;
	} good[] = {{"0", 0}, {"90", 90}, {"90s", 90}, {"15m", 900}, {"4h", 14400}, {"7d", 604800}, {"4294967295", UINT32_MAX}};
	static const char *const bad[] = {
		"", "s", "4 h", " 4h", "4hh", "4H", "-4h", "+4h", "4.5h", "4294967296", "99999999999999999999d", "1e3", "0x4"};
	uint32_t s = 7;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(duration_read(good[i].word, &s) == 0 && s == good[i].s);
	s = 7;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (duration_read(bad[i], &s) != -EINVAL || s != 7)
			fail_msg("taken for a time: '%s'", bad[i]);
}

/* The section messages: each word, and what only holds together. */
static void messages(void **state)
{
	static const struct {
		const char *text, *fault;
	} wrongs[] = {{"digest: '7:30', hook: /a", "messages.digest wants a time of the day such as \"07:30\", in quotes, not '7:30'"},
		{"digest: '24:00', hook: /a", "messages.digest wants a time of the day from 00:00 to 23:59, not '24:00'"},
		{"digest: '07:30'", "messages.digest has no way to go: give messages.hook or messages.mail"},
		{"hook: bin/x", "messages.hook wants the path of a command from the root on, and perhaps its arguments, not 'bin/x'"},
		{"hook: '/bin/x; reboot'",
			"messages.hook wants a command without a shell's signs, for no shell reads it; put those into a script, not "
			"'/bin/x; reboot'"},
		{"mail: /bin/x, to: me@example.org", "messages.mail wants messages.from, too"},
		{"to: 'a@b\nBcc: c@d'", "messages.to wants the address of a mailbox such as me@example.org, not 'a@b Bcc: c@d'"},
		{"to: '-oQ/tmp@x'", "messages.to wants the address of a mailbox such as me@example.org, not '-oQ/tmp@x'"},
		{"quiet: {from: '22:00'}", "messages.quiet.from wants messages.quiet.until, too"},
		{"quiet: {from: '22:00', until: '22:00'}", "messages.quiet.until is the beginning, too: no hour would be left"},
		{"eve: {syslog: local0, syslog_socket: ''}", "messages.eve.syslog_socket is empty, but messages.eve.syslog wants it"}};
	struct settings *settings = settings_of(
		"interface: eth0\nmessages: {digest: '07:30', mail: /usr/bin/msmtp -t, to: a@b.c, from: d@e.f, quiet: {from: '22:00', "
		"until: '07:00'}, eve: {syslog: local7, stdout: true}}\n");

	assert_int_equal(settings->messages.digest, 450);
	assert_int_equal(settings->messages.quiet_from, 22 * 60);
	assert_string_equal(settings->messages.mail, "/usr/bin/msmtp -t");
	assert_comes_back(settings);
	settings_free(settings);
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		char text[512];
		struct fault fault = {0};
		snprintf(text, sizeof(text), "interface: eth0\nmessages: {%s}\n", wrongs[i].text);
		assert_int_equal(settings_read("wrong", text, strlen(text), &settings, &fault), -EINVAL);
		assert_int_equal(fault.line, 2);
		if (strcmp(fault.sentence, wrongs[i].fault) != 0)
			fail_msg("%s: %s", wrongs[i].text, fault.sentence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(each_fault),
		cmocka_unit_test(defaults),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(random_settings_come_back),
		cmocka_unit_test(secrets_are_masked),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(what_a_running_daemon_cannot_change),
		cmocka_unit_test(blocked_files),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
