/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section "guard" of floodwall.yaml: faults with their lines, defaults, and that what is printed reads to the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "settings_of.h"

#define GUARD "role: guard\nguard:\n  interfaces: [lan0]\n"

static const struct {
	const char *text;
	unsigned line;
	const char *sentence;
} faults[] = {
	{"role: guard\n", 0, "guard.interfaces is missing: where the devices are, such as [lan0]"},
	{"role: guard\nguard:\n  interfaces: [lan0, lan1, lan0]\n", 3, "guard.interfaces[2] is named twice"},
	{"role: guard\nguard:\n  interfaces: ['a b']\n", 3, "guard.interfaces[0] is no name of an interface: 'a b'"},
	{"role: guard\nguard:\n  interfaces: [sixteen-letters1]\n", 3,
		"guard.interfaces[0] is no name of an interface: 'sixteen-letters1'"},
	{"role: guard\ninterface: eth0\nguard: {interfaces: [lan0]}\n", 2,
		"interface is for the role shield, and this file is for the role guard"},
	{"interface: eth0\nguard: {interfaces: [lan0]}\n", 2,
		"guard.interfaces is for the role guard, and this file is for the role shield"},
	{"interface: eth0\nguard:\n  mode: enforce\n", 3, "guard.mode is for the role guard, and this file is for the role shield"},
	{"interface: eth0\nguard:\n  devices: [{mac: '02:00:00:00:00:01'}]\n", 3,
		"guard.devices is for the role guard, and this file is for the role shield"},
	{GUARD "zones: [{name: example.org}]\n", 4, "zones is for the role shield, and this file is for the role guard"},
	{GUARD "  mode: on\n", 4, "guard.mode is off, observe or enforce, not 'on'"},
	{GUARD "  filters: {brakes: off}\n", 4, "there is no setting 'guard.filters.brakes'"},
	{GUARD "  lateral: maybe\n", 4, "guard.lateral is open or closed, not 'maybe'"},
	{GUARD "  answered_for: 3m\n", 4, "guard.answered_for wants a time such as 90s or 4h from 1s to 2m, not '3m'"},
	{GUARD "  quarantine:\n    from: low\n", 5, "guard.quarantine.from is high, critical or never, not 'low'"},
	{GUARD "  quarantine:\n    from: medium\n", 5, "guard.quarantine.from is high, critical or never, not 'medium'"},
	{GUARD "  quarantine:\n    for: 5s\n", 5, "guard.quarantine.for is at least 1m, or 0 until a person releases the device"},
	{GUARD "  brake:\n    unanswered: {burst: 100}\n", 5, "guard.brake.unanswered.burst is less than one packet (1500 bytes)"},
	{GUARD "  resolvers: [192.0.2.0/24]\n", 4, "guard.resolvers[0] wants an IPv4 or IPv6 address, not '192.0.2.0/24'"},
	{GUARD "  admins: ['02:00:00:00:00']\n", 4, "guard.admins[0] wants an IPv4 or IPv6 address, not '02:00:00:00:00'"},
	{GUARD "  update_hosts: [updates]\n", 4,
		"guard.update_hosts[0] wants the name of a host such as updates.example.com, not 'updates'"},
	{GUARD "  update_hosts: [a..b]\n", 4, "guard.update_hosts[0] wants the name of a host such as updates.example.com, not 'a..b'"},
	{GUARD "  login_ports: [0]\n", 4, "guard.login_ports[0] wants a port from 1 to 65535, not '0'"},
	{GUARD "  devices:\n  - name: x\n", 5, "guard.devices[0].mac is missing"},
	{GUARD "  devices:\n  - mac: '01:00:5e:00:00:01'\n", 5,
		"guard.devices[0].mac wants the MAC of a device such as 02:00:00:00:00:05, not '01:00:5e:00:00:01'"},
	{GUARD "  devices:\n  - mac: '02:00:00:00:00:01'\n  - mac: '02-00-00-00-00-01'\n", 6,
		"guard.devices[1].mac is that of another device, too"},
	{GUARD "  devices:\n  - mac: '02:00:00:00:00:01'\n    mud: http://a\n", 6,
		"guard.devices[0].mud wants a URL that begins with https:// or a path from the root on, not 'http://a'"},
	{GUARD "  devices:\n  - mac: '02:00:00:00:00:01'\n    admin: yes\n", 6, "guard.devices[0].admin is false or true, not 'yes'"},
	{GUARD "  devices:\n  - mac: '02:00:00:00:00:01'\n    name: \"a\\eb\"\n", 6,
		"guard.devices[0].name wants 1 to 63 bytes of plain text"},
	{GUARD "  controllers:\n  - class: urn:x\n", 5, "guard.controllers[0].addresses is missing"},
	{GUARD "  controllers:\n  - addresses: [192.0.2.1]\n", 5, "guard.controllers[0].class is missing"},
};

static void each_fault(void **state)
{
	unsigned other = 0;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct settings *settings = NULL;
		struct fault fault = {0};
		int error = settings_read("floodwall.yaml", faults[i].text, strlen(faults[i].text), &settings, &fault);

		if (error != -EINVAL || strcmp(fault.sentence, faults[i].sentence) || (faults[i].line && fault.line != faults[i].line)) {
			print_error("%s\ngave %d, %llu: %s\nwanted %u: %s\n", faults[i].text, error, (unsigned long long)fault.line,
				fault.sentence, faults[i].line, faults[i].sentence);
			other++;
		}
		if (!error)
			settings_free(settings);
	}
	assert_int_equal(other, 0);
}

static void defaults(void **state)
{
	struct settings *settings = settings_of(GUARD);
	const struct settings_guard *guard = &settings->guard;

	assert_int_equal(settings->role, ROLE_GUARD);
	assert_int_equal(guard->interface_count, 1);
	assert_string_equal(guard->interfaces[0], "lan0");
	for (unsigned i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		assert_int_equal(guard->filter_mode[i], FW_MODE_OBSERVE);
	assert_int_equal(guard->quarantine_from, GUARD_FROM_HIGH);
	assert_int_equal(guard->quarantine_s, 86400);
	assert_int_equal(guard->login_ports[0], 23);
	assert_int_equal(guard->login_port_count, 6);
	assert_false(guard->lateral_closed || guard->fail_closed);
	for (unsigned i = 0; i < FW_BRAKE_COUNT; i++)
		assert_true(guard->brake[i].rate && guard->brake[i].burst >= guard->brake[i].rate);
	settings_free(settings);
}

static void one_word_for_all_filters_and_each_its_own(void **state)
{
	struct settings *settings = settings_of(GUARD "  mode: enforce\n  filters: {policy: observe, brake: off}\n");
	static const uint8_t wanted[FW_GUARD_FILTER_COUNT] = {[FW_GUARD_QUARANTINE] = FW_MODE_ENFORCE,
		[FW_GUARD_FORGED] = FW_MODE_ENFORCE,
		[FW_GUARD_POLICY] = FW_MODE_OBSERVE,
		[FW_GUARD_INBOUND] = FW_MODE_ENFORCE,
		[FW_GUARD_BRAKE] = FW_MODE_OFF};

	assert_memory_equal(settings->guard.filter_mode, wanted, sizeof(wanted));
	settings_free(settings);
}

static const char everything[] =
	"role: guard\nuser: ''\ndetach: true\nguard:\n  interfaces: [lan0, 'br-lan.5']\n  mode: enforce\n  lateral: closed\n  fail: "
	"closed\n"
	"  mud: /etc/floodwall/mud\n  filters: {forged: observe}\n  local: [192.168.0.0/16, fd00::/8]\n  gateway: [192.168.1.1]\n"
	"  admins: [192.168.1.9, '02:00:00:00:00:09']\n  resolvers: [192.168.1.1, '2001:db8::53']\n  ntp: [192.0.2.123]\n"
	"  update_hosts: [Updates.Example.COM., b.example]\n  login_ports: [23, 22]\n  quarantine: {from: critical, for: 0}\n"
	"  brake: {unanswered: {rate: 1000, burst: 3000}, syns: {rate: 7}}\n  frames: {rate: 5}\n  sizes: {devices: 100, flows: 64}\n"
	"  devices:\n  - {mac: '02:00:00:00:00:05', name: 'ca\"m era', mud: 'https://maker.example/cam.json', admin: false}\n"
	"  - {mac: '02-00-00-00-00-0A', mud: /etc/x.json}\n  - {mac: '02:00:00:00:00:07', admin: true}\n"
	"  controllers:\n  - {class: 'urn:ietf:params:mud:dns', addresses: [192.168.1.1, '::5']}\n"
	"paths: {socket: /run/x.sock, state: /tmp/x, bpffs: /sys/fs/bpf}\n";

static void assert_same(const struct settings *a, const struct settings *b)
{
	struct settings_guard left = a->guard, right = b->guard;

	assert_memory_equal(left.devices, right.devices, left.device_count * sizeof(*left.devices));
	assert_memory_equal(left.controllers, right.controllers, left.controller_count * sizeof(*left.controllers));
	for (uint32_t i = 0; i < left.local_count; i++)
		assert_memory_equal(&left.local[i], &right.local[i], sizeof(left.local[i]));
	left.devices = right.devices = NULL;
	left.controllers = right.controllers = NULL;
	left.local = right.local = NULL;
	assert_memory_equal(&left, &right, sizeof(left));
	assert_memory_equal(&a->paths, &b->paths, sizeof(a->paths));
}

static void what_is_printed_reads_back(void **state)
{
	static const char *const texts[] = {everything, GUARD};

	for (size_t i = 0; i < 2; i++) {
		struct settings *settings = settings_of(texts[i]), *again;
		char *text, *second;
		size_t len;

		assert_int_equal(settings_write(settings, &text, &len), 0);
		again = settings_of(text);
		assert_same(settings, again);
		assert_int_equal(settings_write(again, &second, &len), 0);
		assert_string_equal(text, second);
		free(second);
		free(text);
		settings_free(again);
		settings_free(settings);
	}
}

static void values_arrive(void **state)
{
	struct settings *settings = settings_of(everything);
	const struct settings_guard *guard = &settings->guard;

	assert_string_equal(guard->update_hosts[0], "updates.example.com");
	assert_true(
		!guard->admins[0].by_mac && guard->admins[0].address[15] == 9 && guard->admins[1].by_mac && guard->admins[1].mac[5] == 9);
	assert_string_equal(guard->devices[0].name, "ca\"m era");
	assert_int_equal(guard->devices[1].mac[5], 10);
	assert_true(guard->devices[2].admin && !guard->devices[0].admin);
	assert_int_equal(guard->controllers[0].address_count, 2);
	assert_int_equal(guard->quarantine_s, 0);
	assert_true(guard->lateral_closed && guard->fail_closed);
	settings_free(settings);
}

static void what_a_running_daemon_cannot_change(void **state)
{
	struct settings *old = settings_of(GUARD), *one = settings_of(GUARD "  mode: enforce\n  brake: {syns: {rate: 5}}\n");
	struct settings *two = settings_of("role: guard\nguard:\n  interfaces: [lan1]\n"),
			*three = settings_of(GUARD "  sizes: {rules: 100}\n");

	assert_null(settings_fixed(old, one));
	assert_string_equal(settings_fixed(old, two), "guard.interfaces");
	assert_string_equal(settings_fixed(old, three), "guard.sizes.rules");
	settings_free(old);
	settings_free(one);
	settings_free(two);
	settings_free(three);
}

static void cut_at_every_byte(void **state)
{
	for (size_t len = 0; len < sizeof(everything); len++) {
		struct settings *settings = NULL;
		struct fault fault = {0};
		int error = settings_read("floodwall.yaml", everything, len, &settings, &fault);

		assert_true(error == 0 || (error == -EINVAL && fault.sentence[0]));
		if (!error)
			settings_free(settings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault),
		cmocka_unit_test(defaults),
		cmocka_unit_test(one_word_for_all_filters_and_each_its_own),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(what_a_running_daemon_cannot_change),
		cmocka_unit_test(cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
