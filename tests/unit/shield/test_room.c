/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much fits: ceilings, hostile zones, a million names, 65,536 zones, a full table, two names that meet. */
#include "zones.h"

static struct names *names;

static int start(void **state)
{
	return names_new(NAMES_MAX_DEFAULT, NAMES_ZONES_MAX, zones_key, &names);
}

static int stop(void **state)
{
	names_free(names);
	names = NULL;
	return 0;
}

/* --- ceilings -------------------------------------------------------------------------------------------------------------- */

static struct names *small_names(uint32_t names_max, uint32_t zones_max)
{
	struct names *small;

	assert_int_equal(names_new(names_max, zones_max, zones_key, &small), 0);
	return small;
}

/* zone_new() asserts; here the answer is wanted. */
static int try_zone(struct names *where, const char *apex, struct fault *fault)
{
	uint8_t wire[FW_DNS_NAME_MAX];
	uint32_t place;

	return names_zone(where, wire, wire_of(apex, wire), &place, fault);
}

static int load_many(struct names *where, const char *apex, unsigned count, struct fault *fault)
{
	struct zone_load *load;
	char owner[96];

	assert_int_equal(names_begin(where, zone_new(where, apex), &load), 0);
	record_add(load, apex, T_SOA);
	for (unsigned i = 0; i < count; i++) {
		snprintf(owner, sizeof(owner), "n%u.%s", i, apex);
		record_add(load, owner, T_A);
	}
	return names_take(load, fault);
}

static void a_zone_that_does_not_fit_stands_aside(void **state)
{
	struct names *small = small_names(20, 4);
	struct fault fault = {0};
	struct names_counts counts;

	/* 1 + 6 names and 2 labels; the next counts 3 before it is loaded. */
	assert_int_equal(load_many(small, "a.example", 6, NULL), 0);
	assert_int_equal(load_many(small, "b.example", 9, &fault), -E2BIG);
	assert_string_equal(fault.file, "b.example.");
	assert_string_equal(fault.sentence, "the zone has 10 names; 20 fit, and other zones have 9");
	assert_int_equal(load_many(small, "b.example", 8, NULL), 0);
	counts = names_counts(small);
	assert_int_equal(counts.names, 20);
	assert_int_equal(counts.loaded, 2);
	/* One that grows beyond keeps what it had. */
	assert_int_equal(load_many(small, "a.example", 7, NULL), -E2BIG);
	assert_int_equal(load_many(small, "a.example", 5, NULL), 0);
	assert_int_equal(try_zone(small, "huge.example", &fault), -ENOSPC);
	names_free(small);
}

static void no_more_zones_than_there_is_room_for(void **state)
{
	struct names *small = small_names(100, 2);
	struct fault fault = {0};

	assert_int_equal(try_zone(small, "a.example", NULL), 0);
	assert_int_equal(try_zone(small, "b.example", NULL), 0);
	assert_int_equal(try_zone(small, "A.EXAMPLE", NULL), 0);
	assert_int_equal(try_zone(small, "c.example", &fault), -ENOSPC);
	assert_string_equal(fault.sentence, "there is room for 2 zones, and this is one more");
	names_forget(small, 1);
	assert_int_equal(try_zone(small, "c.example", &fault), 0);
	names_free(small);
	small = small_names(4, 2);
	assert_int_equal(try_zone(small, "a.example", NULL), 0);
	assert_int_equal(try_zone(small, "b.example", &fault), -ENOSPC);
	assert_string_equal(fault.sentence, "there is room for 4 names, and 3 are taken");
	assert_int_equal(names_zone(small, (const uint8_t *)"\1", 1, &(uint32_t){0}, &fault), -EINVAL);
	names_free(small);
	assert_int_equal(names_new(0, 1, zones_key, &small), -EINVAL);
	assert_int_equal(names_new(1, 0, zones_key, &small), -EINVAL);
	assert_int_equal(names_new(NAMES_CEILING + 1, 1, zones_key, &small), -EINVAL);
	assert_int_equal(names_new(1, NAMES_ZONES_MAX + 1, zones_key, &small), -EINVAL);
	names_free(NULL);
}

/* Glue may be twice what the ceiling is, and no more; and two loads share it. */
static void what_is_being_loaded_has_a_ceiling(void **state)
{
	struct names *small = small_names(50, 4);
	struct zone_load *one, *two;
	struct fault fault = {0};
	int error = 0;

	assert_int_equal(load_many(small, "a.example", 100, &fault), -E2BIG);
	assert_string_equal(fault.sentence, "the zone has more than 100 names and glue");
	assert_int_equal(names_begin(small, zone_new(small, "a.example"), &one), 0);
	assert_int_equal(names_begin(small, zone_new(small, "b.example"), &two), 0);
	for (unsigned i = 0; i < 120; i++) {
		char owner[64];
		snprintf(owner, sizeof(owner), "n%u.%c.example", i, i < 60 ? 'a' : 'b');
		error = record_add(i < 60 ? one : two, owner, T_A);
		if (i < 90)
			assert_int_equal(error, 0);
	}
	assert_int_equal(error, -EBUSY);
	assert_int_equal(names_take(two, &fault), -EBUSY);
	assert_string_equal(fault.sentence, "too many zones are being loaded at once");
	names_drop(one);
	assert_int_equal(load_many(small, "b.example", 40, NULL), 0);
	assert_true(names_counts(small).bytes < 4096);
	names_free(small);
}

/* In the order of a transfer the delegation comes first: what lies below it takes no room, however much there is. */
static void glue_behind_its_delegation_takes_no_room(void **state)
{
	struct names *small = small_names(10, 1);
	struct zone_load *load;
	char owner[64];

	assert_int_equal(names_begin(small, zone_new(small, "com"), &load), 0);
	record_add(load, "com", T_SOA);
	record_add(load, "sub.com", T_NS);
	record_add(load, "old.com", T_DNAME);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(owner, sizeof(owner), "n%u.%s.com", i, i % 2 ? "sub" : "old");
		assert_int_equal(record_add(load, owner, T_A), 0);
	}
	assert_int_equal(names_take(load, NULL), 0);
	assert_int_equal(names_counts(small).names, 4);
	names_free(small);
}

/* A zone that repeats 127 labels a million times over: the ceiling holds, and soon. */
static void a_zone_of_endless_labels(void **state)
{
	struct names *small = small_names(10000, 4);
	struct zone_load *load;
	unsigned long records = 0;
	int error = 0;

	assert_int_equal(names_begin(small, zone_new(small, "."), &load), 0);
	while (!error) {
		uint8_t wire[FW_DNS_NAME_MAX] = {0};
		for (unsigned i = 0; i < 127; i++) {
			wire[2 * i] = 1;
			wire[2 * i + 1] = (uint8_t)('0' + (records >> (i % 16) & 1) * 32 + i % 10);
		}
		wire[252 - 2 * (records % 100)] = 1;
		error = names_record(load, wire, sizeof(wire), T_A);
		records++;
	}
	assert_int_equal(error, -E2BIG);
	assert_true(records < 20000);
	assert_true(names_counts(small).bytes < 20000 * 150);
	names_drop(load);
	assert_true(names_counts(small).bytes < 1000);
	names_free(small);
}

/* --- the table ------------------------------------------------------------------------------------------------------------- */

static void a_million_names(void **state)
{
	enum { COUNT = 1000000 };
	struct fw_dns_question question;
	struct zone_load *load;
	struct names_view view;
	struct held held;
	char owner[64];

	assert_int_equal(names_begin(names, zone_new(names, "big.example"), &load), 0);
	record_add(load, "big.example", T_SOA);
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(owner, sizeof(owner), "host%u.big.example", i);
		if (record_add(load, owner, T_A))
			fail();
	}
	assert_true(names_counts(names).bytes < 100ull * COUNT);
	assert_int_equal(names_take(load, NULL), 0);
	assert_true(names_view(names, zone_new(names, "big.example"), &view));
	assert_int_equal(view.names, COUNT + 1);
	assert_true(view.bytes < 16ull * COUNT);
	held = held_new(names, NAMES_MAX_DEFAULT);
	for (unsigned i = 0; i < COUNT; i += 7) {
		snprintf(owner, sizeof(owner), "HOST%u.big.example", i);
		question_of(owner, zones_dns(), &question);
		assert_int_equal(names_ask(held.buckets, held.count, zones_dns(), &question).class, FW_CLASS_EXISTS);
		snprintf(owner, sizeof(owner), "host%u.big.example", i + COUNT);
		question_of(owner, zones_dns(), &question);
		assert_int_equal(names_ask(held.buckets, held.count, zones_dns(), &question).class, FW_CLASS_UNKNOWN);
	}
	free(held.buckets);
}

static void many_zones(void **state)
{
	struct names_answer answer;
	struct held held;
	char apex[64];

	for (unsigned i = 0; i < NAMES_ZONES_MAX; i++) {
		snprintf(apex, sizeof(apex), "z%u.d%u.example", i, i % 50);
		assert_int_equal(load_many(names, apex, 2, NULL), 0);
	}
	assert_int_equal(names_counts(names).zones, NAMES_ZONES_MAX);
	assert_int_equal(try_zone(names, "one.more", NULL), -ENOSPC);
	held = held_new(names, NAMES_MAX_DEFAULT);
	for (unsigned i = 0; i < NAMES_ZONES_MAX; i += 5) {
		snprintf(apex, sizeof(apex), "n1.z%u.d%u.example", i, i % 50);
		answer = held_ask(&held, apex);
		assert_int_equal(answer.class, FW_CLASS_EXISTS);
		assert_int_equal(answer.zone, i + 1);
		snprintf(apex, sizeof(apex), "n1.z%u.d%u.example", i, (i + 1) % 50);
		assert_int_equal(held_ask(&held, apex).class, FW_CLASS_FOREIGN);
	}
	free(held.buckets);
}

/* As full as it may get: seven of eight slots. */
static void a_full_table(void **state)
{
	enum { COUNT = 7 * 4096 - 2 };
	struct names *full = small_names(COUNT + 2, 1);
	struct held held;
	unsigned filled = 0;

	assert_int_equal(load_many(full, "f", COUNT - 1, NULL), 0);
	assert_int_equal(names_counts(full).names, COUNT + 1);
	assert_int_equal(names_buckets(COUNT + 2), fw_hint_lines(8192));
	assert_int_equal(names_buckets(COUNT + 3), fw_hint_lines(16384));
	held = held_new(full, COUNT + 2);
	for (uint32_t i = 0; i < fw_hint_buckets(held.count); i++)
		for (unsigned j = 0; j < FW_NAMES_SLOTS; j++)
			filled += held.buckets[i].slot[j].hash != 0;
	assert_int_equal(filled, COUNT + 1);
	assert_int_equal(names_image(full, zones_dns(), held.buckets, held.count / 2), -ENOSPC);
	assert_int_equal(names_image(full, zones_dns(), held.buckets, 3), -ENOSPC);
	assert_int_equal(names_image(full, zones_dns(), held.buckets, 0), -ENOSPC);
	free(held.buckets);
	names_free(full);
}

/* The same names, key and room give the same bytes, whatever was there before. */
static void the_same_again(void **state)
{
	struct held one, two;

	assert_int_equal(load_many(names, "a.example", 500, NULL), 0);
	one = held_new(names, 1024);
	two.count = one.count;
	two.buckets = malloc(two.count * sizeof(*two.buckets));
	memset(two.buckets, 0xff, two.count * sizeof(*two.buckets));
	assert_int_equal(names_image(names, zones_dns(), two.buckets, two.count), 0);
	assert_memory_equal(one.buckets, two.buckets, one.count * sizeof(*one.buckets));
	free(one.buckets);
	free(two.buckets);
}

/* Told to stop it stops, and settling beforehand changes nothing but who does the work. */
static void stopped_and_settled(void **state)
{
	struct names *small = small_names(30, 4);
	atomic_bool halt = true;
	struct zone_load *load;
	uint32_t place;
	uint8_t wire[FW_DNS_NAME_MAX];
	size_t len;
	struct held held;

	assert_int_equal(load_many(names, "s.example", 500, NULL), 0);
	held = held_new(names, 1024);
	assert_int_equal(names_image_until(names, &zones_dns_key, held.buckets, held.count, &halt), -ECANCELED);
	halt = false;
	assert_int_equal(names_image_until(names, &zones_dns_key, held.buckets, held.count, &halt), 0);
	free(held.buckets);

	assert_int_equal(name_read("t.example", wire, &len), 0);
	assert_int_equal(names_zone(small, wire, len, &place, NULL), 0);
	assert_int_equal(names_begin(small, place, &load), 0);
	record_add(load, "a.t.example", T_A);
	names_settle(load); /* no SOA yet: left to names_take() */
	record_add(load, "t.example", T_SOA);
	names_settle(load);
	names_settle(load);
	assert_int_equal(names_counts(small).names, 3);
	assert_int_equal(names_take(load, NULL), 0);
	assert_int_equal(names_counts(small).names, 4);
	assert_int_equal(names_begin(small, place, &load), 0);
	record_add(load, "t.example", T_SOA);
	names_settle(load);
	names_drop(load);
	assert_int_equal(names_counts(small).names, 4);
	names_free(small);
}

/*
 * Under a key that is blind to four bytes, the eighth to the fifth from the end, names that differ there meet: with two apexes, with an
 * apex and a name, with an ancestor and a name, and within one zone.
 */
static void names_that_meet_are_seen(void **state)
{
	struct fw_dns_key blind = *zones_dns();
	static const struct {
		const char *apexes[2], *owner;
	} cases[] = {
		{{"zbca", "xbca"}, NULL},
		{{"a", NULL}, "zzzz.a"},
		{{"a", "kkkz.a"}, "oooz.a"},
		{{"a", "x.kkkz.a"}, "oooz.a"},
		{{"x.kbcz", "x.obcz"}, NULL},
	};
	struct fw_names_bucket buckets[17];

	blind.part[0][0] = blind.part[0][2] = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct names *few = small_names(30, 4);
		struct text_record records[] = {{cases[i].owner, T_A}, {"yyyz.a", T_A}};
		assert_int_equal(zone_load(few, cases[i].apexes[0], records, cases[i].owner ? 1 + !cases[i].apexes[1] : 0, NULL), 0);
		if (cases[i].apexes[1])
			assert_int_equal(zone_load(few, cases[i].apexes[1], NULL, 0, NULL), 0);
		assert_int_equal(names_image(few, &blind, buckets, 17), -EEXIST);
		assert_int_equal(names_image(few, zones_dns(), buckets, 17), 0);
		names_free(few);
	}
}

/* The kernel walks a question as wire/dns.h says; the table is built label by label. Both must give each name one hash. */
static void hashes_agree_on_every_byte(void **state)
{
	struct names_view view;
	struct zone_load *load;
	struct held held;

	assert_int_equal(names_begin(names, zone_new(names, "h.example"), &load), 0);
	record_add(load, "h.example", T_SOA);
	for (unsigned c = 0; c < 256; c++) {
		char owner[64];
		snprintf(owner, sizeof(owner), "\\%03u\\%03ux.h.example", c, 255 - c);
		assert_int_equal(record_add(load, owner, T_A), 0);
	}
	assert_int_equal(names_take(load, NULL), 0);
	assert_true(names_view(names, zone_new(names, "h.example"), &view));
	/* A..Z is a..z, and still no two are one: what stands behind differs. */
	assert_int_equal(view.names, 257);
	held = held_new(names, 1024);
	for (unsigned c = 0; c < 256; c++) {
		char owner[64];
		snprintf(owner, sizeof(owner), "\\%03u\\%03uX.h.example", c, 255 - c);
		assert_int_equal(held_ask(&held, owner).class, FW_CLASS_EXISTS);
	}
	free(held.buckets);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_zone_that_does_not_fit_stands_aside),
		TEST(no_more_zones_than_there_is_room_for),
		TEST(what_is_being_loaded_has_a_ceiling),
		TEST(glue_behind_its_delegation_takes_no_room),
		TEST(a_zone_of_endless_labels),
		TEST(a_million_names),
		TEST(many_zones),
		TEST(a_full_table),
		TEST(the_same_again),
		TEST(stopped_and_settled),
		TEST(names_that_meet_are_seen),
		TEST(hashes_agree_on_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
