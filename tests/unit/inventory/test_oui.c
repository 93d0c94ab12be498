/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IEEE registry as CSV: what is read, what is refused with line and reason, and that no file makes it slow.
 * With --measure FILE...: milliseconds and bytes for the files given.
 */
#include "inventory/inventory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define HEAD "Registry,Assignment,Organization Name,Organization Address\r\n"

static struct inventory *fresh(void)
{
	struct inventory_config config = {.device_max = 1};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	return inventory;
}

static int read_text(struct inventory *inventory, const char *body, size_t len, struct fault *fault)
{
	/* exact-size block: one byte too far is seen */
	char *exact = malloc(len ? len : 1);

	assert_non_null(exact);
	memcpy(exact, body, len);
	int error = inventory_read_oui(inventory, "oui.csv", exact, len, fault);

	free(exact);
	return error;
}

struct reading {
	const char *name, *body;
	uint8_t mac[6];
	const char *maker; /* NULL: not known */
	int error;
	unsigned bad_line; /* 0: no fault */
};

static const struct reading READINGS[] = {
	{"plain", HEAD "MA-L,002272,American Micro-Fuel Device Corp.,2181 Buchanan Loop\r\n", {0, 0x22, 0x72},
		"American Micro-Fuel Device Corp.", 0, 0},
	{"quoted with comma", HEAD "MA-L,F4BD9E,\"Cisco Systems, Inc\",80 West\n", {0xf4, 0xbd, 0x9e}, "Cisco Systems, Inc", 0, 0},
	{"doubled quotes", HEAD "MA-L,F4BD9E,\"The \"\"Best\"\" Ltd\",80 West\n", {0xf4, 0xbd, 0x9e}, "The \"Best\" Ltd", 0, 0},
	{"no last line break, no address", "MA-L,F4BD9E,Acme", {0xf4, 0xbd, 0x9e}, "Acme", 0, 0},
	{"lower case digits", "MA-L,f4bd9e,Acme,x\n", {0xf4, 0xbd, 0x9e}, "Acme", 0, 0},
	{"spaces around", "MA-L,F4BD9E,\"  Acme  \",x\n", {0xf4, 0xbd, 0x9e}, "Acme", 0, 0},
	{"line break inside an address", "MA-L,F4BD9E,Acme,\"1 Road\nTown\"\nMA-L,000001,Other,x\n", {0, 0, 1}, "Other", 0, 0},
	{"28 bits before 24", "MA-L,0055DA,Roof,x\nMA-M,0055DA5,Small,x\n", {0, 0x55, 0xda, 0x5f}, "Small", 0, 0},
	{"24 bits where no 28", "MA-L,0055DA,Roof,x\nMA-M,0055DA5,Small,x\n", {0, 0x55, 0xda, 0x6f}, "Roof", 0, 0},
	{"36 bits before 28", "MA-M,70B3D57,Mid,x\nMA-S,70B3D5719,2M Technology,x\n", {0x70, 0xb3, 0xd5, 0x71, 0x9a, 0xff}, "2M Technology",
		0, 0},
	{"the registry's own roof is no maker", "MA-L,70B3D5,IEEE Registration Authority,x\n", {0x70, 0xb3, 0xd5, 0x71}, NULL, 0, 0},
	{"private is no maker, and hides the roof", "MA-L,0055DA,Roof,x\nMA-M,0055DA5,Private,\n", {0, 0x55, 0xda, 0x5f}, NULL, 0, 0},
	{"the first of two counts", "MA-L,080030,CERN,x\nMA-L,080030,Other,x\n", {8, 0, 0x30}, "CERN", 0, 0},
	{"unknown", "MA-L,080030,CERN,x\n", {8, 0, 0x31}, NULL, 0, 0},
	{"blank lines", "\n\r\n  \nMA-L,080030,CERN,x\n\n", {8, 0, 0x30}, "CERN", 0, 0},
	{"bad digits", "MA-L,08003G,CERN,x\nMA-L,080030,CERN,x\n", {8, 0, 0x30}, "CERN", 0, 1},
	{"wrong length", HEAD "MA-L,080030,CERN,x\nMA-L,08003,CERN,x\n", {8, 0, 0x30}, "CERN", 0, 3},
	{"too few fields", "MA-L,080030,CERN,x\nMA-L,080031\n", {8, 0, 0x31}, NULL, 0, 2},
	{"a quote that never closes costs one line", "MA-L,080031,\"CERN,x\nMA-L,080030,CERN,x\n", {8, 0, 0x30}, "CERN", 0, 1},
	{"a quote that closes too late costs one line", "MA-L,080031,CERN,\"\n\n\n\n\n\n\n\n\n\"\nMA-L,080030,CERN,x\n", {8, 0, 0x30},
		"CERN", 0, 1},
	{"controls stay as they are", "MA-L,080030,A\x1b[2J\x01,x\n", {8, 0, 0x30}, "A\x1b[2J\x01", 0, 0},
	{"nothing", "", {0}, NULL, -EINVAL, 0},
	{"only a heading", HEAD, {0}, NULL, -EINVAL, 0},
	{"not this at all", "<html>\n<body>\n", {0}, NULL, -EINVAL, 1},
};

static void readings(void **state)
{
	for (size_t i = 0; i < sizeof(READINGS) / sizeof(READINGS[0]); i++) {
		const struct reading *reading = &READINGS[i];
		struct inventory *inventory = fresh();
		struct fault fault = {0};
		int error = read_text(inventory, reading->body, strlen(reading->body), &fault);
		const char *maker = inventory_maker_of(inventory, reading->mac);

		if (error != reading->error || (error != -EINVAL && !fault.sentence[0] != !reading->bad_line) ||
			fault.line != reading->bad_line)
			fail_msg("%s: %d, line %llu: %s", reading->name, error, (unsigned long long)fault.line, fault.sentence);
		if (!maker != !reading->maker || (maker && strcmp(maker, reading->maker)))
			fail_msg("%s: maker %s", reading->name, maker ? maker : "unknown");
		inventory_free(inventory);
	}
}

static void several_files_make_one_registry(void **state)
{
	static const char wide[] = "MA-L,0055DA,Roof,x\nMA-L,000001,Other,x\n", narrow[] = "MA-M,0055DA5,Small,x\nMA-L,000001,Late,x\n";
	static const uint8_t small[6] = {0, 0x55, 0xda, 0x50}, roof[6] = {0, 0x55, 0xda, 0x60}, other[6] = {0, 0, 1};
	struct inventory *inventory = fresh();

	assert_int_equal(read_text(inventory, wide, strlen(wide), NULL), 0);
	assert_int_equal(read_text(inventory, narrow, strlen(narrow), NULL), 0);
	assert_int_equal(read_text(inventory, "junk", 4, NULL), -EINVAL);
	assert_int_equal(read_text(inventory, wide, strlen(wide), NULL), 0);
	assert_string_equal(inventory_maker_of(inventory, small), "Small");
	assert_string_equal(inventory_maker_of(inventory, roof), "Roof");
	assert_string_equal(inventory_maker_of(inventory, other), "Other");
	inventory_free(inventory);
}

static void long_names_are_cut(void **state)
{
	static const uint8_t mac[6] = {0, 0, 1};
	char body[400] = "MA-L,000001,";
	struct inventory *inventory = fresh();

	for (unsigned i = 0; i < 60; i++)
		strncat(body, "\xe2\x82\xac", 4);
	assert_int_equal(read_text(inventory, body, strlen(body), NULL), 0);
	assert_int_equal(strlen(inventory_maker_of(inventory, mac)), 93);
	inventory_free(inventory);
}

/* Each of these would be slow if a line were looked at more than a few times. */
static void hostile_files_are_read_in_time(void **state)
{
	static const char *const patterns[] = {"\"", "\"\n", ",\"\n", "a,b,\"\n", "\n", ",", "\"\"", "MA-L,000001,\"x\n"};
	enum { LEN = 1 << 20 };
	char *body = malloc(LEN);
	struct timespec before, after;

	assert_non_null(body);
	clock_gettime(CLOCK_MONOTONIC, &before);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct inventory *inventory = fresh();
		size_t step = strlen(patterns[i]);

		for (size_t at = 0; at < LEN; at++)
			body[at] = patterns[i][at % step];
		int error = read_text(inventory, body, LEN, NULL);

		assert_true(error == 0 || error == -EINVAL);
		inventory_free(inventory);
	}
	/* one good line of a megabyte */
	memset(body, 'x', LEN);
	memcpy(body, "MA-L,000001,", 12);
	struct inventory *inventory = fresh();

	assert_int_equal(read_text(inventory, body, LEN, NULL), 0);
	assert_int_equal(strlen(inventory_maker_of(inventory, (const uint8_t[6]){0, 0, 1})), 95);
	inventory_free(inventory);
	free(body);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec < 20);
}

/* More assignments than there is room for: the first ones stay. */
static void a_full_registry_refuses_more(void **state)
{
	enum { LINES = 140000, LINE_LEN = 24 };
	char *body = malloc((size_t)LINES * LINE_LEN + 1);
	struct inventory *inventory = fresh();
	struct fault fault = {0};
	size_t len = 0;

	assert_non_null(body);
	for (unsigned i = 0; i < LINES; i++)
		len += (size_t)snprintf(body + len, LINE_LEN + 1, "MA-L,%06X,Maker%u\n", i, i);
	assert_int_equal(read_text(inventory, body, len, &fault), 0);
	assert_int_equal(fault.line, 131073);
	assert_string_equal(inventory_maker_of(inventory, (const uint8_t[6]){1, 0xff, 0xff}), "Maker131071");
	assert_null(inventory_maker_of(inventory, (const uint8_t[6]){2, 0, 0}));
	assert_int_equal(read_text(inventory, "MA-L,FFFFFF,Late\n", 17, NULL), -EINVAL);
	assert_string_equal(inventory_maker_of(inventory, (const uint8_t[6]){0, 0, 0}), "Maker0");
	free(body);
	inventory_free(inventory);
}

static int measure(int count, char **paths)
{
	struct inventory *inventory = fresh();
	double total_ms = 0;

	for (int i = 0; i < count; i++) {
		FILE *file = fopen(paths[i], "rb");
		char *body = malloc(8 << 20);
		size_t len = file && body ? fread(body, 1, 8 << 20, file) : 0;
		struct timespec before, after;
		struct fault fault = {0};

		clock_gettime(CLOCK_MONOTONIC, &before);
		int error = inventory_read_oui(inventory, paths[i], body, len, &fault);
		clock_gettime(CLOCK_MONOTONIC, &after);
		double ms = (double)(after.tv_sec - before.tv_sec) * 1e3 + (double)(after.tv_nsec - before.tv_nsec) / 1e6;
		total_ms += ms;
		printf("%-40s %6.2f ms, error %d, line %llu %s\n", paths[i], ms, error, (unsigned long long)fault.line, fault.sentence);
		free(body);
		if (file)
			fclose(file);
	}
	printf("all %.2f ms\n", total_ms);
	inventory_free(inventory);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readings),
		cmocka_unit_test(several_files_make_one_registry),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(hostile_files_are_read_in_time),
		cmocka_unit_test(a_full_registry_refuses_more),
	};

	if (argc > 2 && !strcmp(argv[1], "--measure"))
		return measure(argc - 2, argv + 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
