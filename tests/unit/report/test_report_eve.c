/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "report/community.h"
#include "report/ends.h"
#include "report/report.h"
#include "situations.h"

static void address_read(uint8_t out[16], const char *text)
{
	memset(out, 0, 16);
	if (strchr(text, ':')) {
		assert_int_equal(inet_pton(AF_INET6, text, out), 1);
		return;
	}
	out[10] = out[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, text, out + 12), 1);
}

/* Published with the specification (corelight/community-id-spec, baseline) and by Zeek's own test. */
static void community_ids_are_those_published(void **state)
{
	static const struct {
		const char *src, *dest;
		uint16_t src_port, dest_port;
		uint8_t proto;
		const char *id;
	} vectors[] = {
		{"128.232.110.120", "66.35.250.204", 34855, 80, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"192.168.1.52", "8.8.8.8", 54585, 53, 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
		{"192.168.170.8", "192.168.170.56", 7, 7, 132, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
		{"2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25, 6, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
		{"1.2.3.4", "5.6.7.8", 1122, 3344, 6, "1:wCb3OG7yAFWelaUydu0D+125CLM="},
		{"1.2.3.4", "5.6.7.8", 1122, 3344, 17, "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg="},
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint8_t src[16], dest[16];
		char id[COMMUNITY_MAX], back[COMMUNITY_MAX];

		address_read(src, vectors[i].src);
		address_read(dest, vectors[i].dest);
		const struct community_tuple there = {src, dest, vectors[i].src_port, vectors[i].dest_port, vectors[i].proto};
		const struct community_tuple again = {dest, src, vectors[i].dest_port, vectors[i].src_port, vectors[i].proto};
		assert_true(community_id(&there, id));
		assert_true(community_id(&again, back));
		assert_string_equal(id, vectors[i].id);
		assert_string_equal(back, vectors[i].id);
	}
}

static void without_ports_the_addresses_decide_and_icmp_has_none(void **state)
{
	uint8_t src[16], dest[16];
	char one[COMMUNITY_MAX], other[COMMUNITY_MAX];

	address_read(src, "10.0.0.1");
	address_read(dest, "10.0.0.2");
	struct community_tuple gre = {src, dest, 1, 2, 47}, back = {dest, src, 9, 9, 47}, icmp = {src, dest, 0, 0, 1};
	assert_true(community_id(&gre, one));
	assert_true(community_id(&back, other));
	assert_string_equal(one, other);
	assert_false(community_id(&icmp, one));
	assert_string_equal(one, "");
	icmp.proto = 58;
	assert_false(community_id(&icmp, one));
	/* one host with itself: the lower port decides */
	struct community_tuple loop = {src, src, 80, 4000, 6}, pool = {src, src, 4000, 80, 6};
	assert_true(community_id(&loop, one));
	assert_true(community_id(&pool, other));
	assert_string_equal(one, other);
}

static const struct finding *finding_of(const struct report_view *view, enum finding_id id)
{
	for (size_t i = 0; i < view->finding_count; i++)
		if (view->findings[i]->id == id)
			return view->findings[i];
	fail_msg("no such finding");
	return NULL;
}

static void ends_are_known_only_where_they_are_one(void **state)
{
	struct report_view view;
	struct ends ends;
	char id[COMMUNITY_MAX];

	situation_find("hijacked-home")->make(&view);
	struct finding login = *finding_of(&view, FINDING_DEFAULT_PASSWORD);
	login.has_target = true;
	address_read(login.target, "192.168.1.64");
	login.source_port = 40000;
	ends_find(&view, &login, &ends);
	assert_ptr_equal(ends.src, login.source);
	assert_ptr_equal(ends.dest, login.target);
	assert_int_equal(ends.src_port, 40000);
	assert_int_equal(ends.dest_port, 23);
	assert_int_equal(ends.proto, 6);
	assert_string_equal(ends.app_proto, "telnet");
	assert_null(ends.src_mac);
	assert_non_null(ends.dest_mac);
	assert_true(ends_community(&ends, id));
	login.source_port = 0;
	ends_find(&view, &login, &ends);
	assert_false(ends_community(&ends, id));

	/* many targets, one port of two: neither destination nor port */
	ends_find(&view, finding_of(&view, FINDING_SCAN), &ends);
	assert_non_null(ends.src);
	assert_null(ends.dest);
	assert_int_equal(ends.dest_port, 0);
	assert_false(ends_community(&ends, id));

	situation_find("many-devices")->make(&view);
	ends_find(&view, finding_of(&view, FINDING_FORGED_SOURCE), &ends);
	assert_int_equal(ends.src_mac[5], finding_of(&view, FINDING_FORGED_SOURCE)->forged.mac[5]);
	ends_find(&view, finding_of(&view, FINDING_FLOOD), &ends); /* GRE: two addresses and no ports are all there is */
	assert_int_equal(ends.proto, 47);
	assert_true(ends_community(&ends, id));
	struct finding prefix = *finding_of(&view, FINDING_FLOOD);
	prefix.flood.target_bits = 120;
	ends_find(&view, &prefix, &ends);
	assert_false(ends_community(&ends, id));
}

static void a_device_with_two_addresses_is_a_guess(void **state)
{
	struct report_view view;
	struct ends one, two;
	char id[COMMUNITY_MAX];

	situation_find("many-devices")->make(&view);
	const struct finding *flood = finding_of(&view, FINDING_FLOOD);
	size_t index = 0;
	while (view.device_numbers[index] != flood->device)
		index++;
	struct device *device = (struct device *)view.devices[index];
	ends_find(&view, flood, &one);
	address_read(device->addresses[device->address_count++], "fe80::1");
	ends_find(&view, flood, &two);
	assert_false(two.src_guessed); /* the other one could not have reached an IPv4 target */
	assert_int_equal(ends_number(&one), ends_number(&two));
	address_read(device->addresses[device->address_count++], "10.9.9.9");
	ends_find(&view, flood, &two);
	assert_true(two.src_guessed);
	assert_false(ends_community(&two, id));
}

static char *eve_of(const char *name, int *out_error)
{
	struct report_view view;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	situation_find(name)->make(&view);
	*out_error = report_eve(out, &view);
	fclose(out);
	return text;
}

static void signatures_keep_their_numbers(void **state)
{
	static const struct {
		const char *rule;
		int id;
	} numbers[] = {{"default-password", 1}, {"cleartext-login", 2}, {"open-service", 3}, {"scan", 5}, {"beacon", 7}, {"flood", 8}};
	int error, checked = 0;
	char *text = eve_of("hijacked-home", &error);

	assert_int_equal(error, 0);
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		json_t *event = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL),
		       *alert = json_object_get(event, "alert");
		const char *rule = json_string_value(json_object_get(json_object_get(event, "floodwall"), "rule"));

		assert_non_null(event);
		for (size_t i = 0; alert && i < sizeof(numbers) / sizeof(numbers[0]); i++)
			if (!strcmp(rule, numbers[i].rule)) {
				assert_int_equal(json_integer_value(json_object_get(alert, "signature_id")), numbers[i].id);
				assert_string_equal(json_string_value(json_object_get(event, "event_type")), "alert");
				checked++;
			}
		json_decref(event);
	}
	assert_int_equal(checked, 9);
	free(text);
}

static void no_captures_no_devices_one_line(void **state)
{
	int error;
	char *text = eve_of("empty", &error);

	assert_int_equal(error, 0);
	assert_non_null(strstr(text, "{\"timestamp\":\"1970-01-01T00:00:00.000000+0000\",\"event_type\":\"stats\""));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
}

static void a_full_disk_is_told(void **state)
{
	struct report_view view;
	FILE *full = fopen("/dev/full", "w");

	if (!full) {
		print_message("SKIP a_full_disk_is_told: no /dev/full\n");
		skip();
	}
	situation_find("many-devices")->make(&view);
	assert_int_equal(report_eve(full, &view), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(community_ids_are_those_published),
		cmocka_unit_test(without_ports_the_addresses_decide_and_icmp_has_none),
		cmocka_unit_test(ends_are_known_only_where_they_are_one),
		cmocka_unit_test(a_device_with_two_addresses_is_a_guess),
		cmocka_unit_test(signatures_keep_their_numbers),
		cmocka_unit_test(no_captures_no_devices_one_line),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
