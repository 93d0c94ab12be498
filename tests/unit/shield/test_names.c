/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones into a table: what each kind of record makes of the names around it, zones within zones, whole or not at all. */
#include "zones.h"

#define RECORDS(...) \
	(const struct text_record[]){__VA_ARGS__}, sizeof((const struct text_record[]){__VA_ARGS__}) / sizeof(struct text_record)

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

struct expected {
	const char *question;
	enum fw_name_class class;
};

/* All of these, from all zones that are loaded now. */
static void expect(const struct expected *expected, size_t count)
{
	struct held held = held_new(names, 1024);

	for (size_t i = 0; i < count; i++) {
		struct names_answer answer = held_ask(&held, expected[i].question);
		if (answer.class != expected[i].class)
			fail_msg("%s: class %d, not %d", expected[i].question, answer.class, expected[i].class);
	}
	free(held.buckets);
}

#define EXPECT(...) expect((const struct expected[]){__VA_ARGS__}, sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static void names_and_what_is_between_them(void **state)
{
	assert_int_equal(
		zone_load(names, "example.com",
			RECORDS({"example.com", T_NS}, {"www.example.com", T_A}, {"_sip._udp.example.com", 33}, {"WWW.Example.Com", T_TXT}),
			NULL),
		0);
	EXPECT({"example.com", FW_CLASS_EXISTS}, {"www.example.com", FW_CLASS_EXISTS}, {"wWw.eXample.cOm", FW_CLASS_EXISTS},
		{"_udp.example.com", FW_CLASS_EXISTS}, {"_sip._udp.example.com", FW_CLASS_EXISTS}, {"_tcp.example.com", FW_CLASS_UNKNOWN},
		{"a.www.example.com", FW_CLASS_UNKNOWN}, {"x._udp.example.com", FW_CLASS_UNKNOWN}, {"com", FW_CLASS_FOREIGN},
		{".", FW_CLASS_FOREIGN}, {"example.org", FW_CLASS_FOREIGN}, {"xexample.com", FW_CLASS_FOREIGN},
		{"a.com", FW_CLASS_FOREIGN});
}

static void wildcards(void **state)
{
	assert_int_equal(
		zone_load(names, "w.example",
			RECORDS({"*.w.example", T_A}, {"host.w.example", T_A}, {"*.sub.w.example", T_A}, {"a.*.odd.w.example", T_A}), NULL),
		0);
	EXPECT({"w.example", FW_CLASS_EXISTS}, {"x.w.example", FW_CLASS_POSSIBLE}, {"x.y.z.w.example", FW_CLASS_POSSIBLE},
		{"*.w.example", FW_CLASS_EXISTS}, {"x.*.w.example", FW_CLASS_UNKNOWN}, {"host.w.example", FW_CLASS_EXISTS},
		/* host exists, so the wildcard above it does not reach below it (RFC 4592 section 2.2.1). */
		{"x.host.w.example", FW_CLASS_UNKNOWN}, {"sub.w.example", FW_CLASS_EXISTS}, {"x.sub.w.example", FW_CLASS_POSSIBLE},
		/* A wildcard that is an empty non-terminal is one, too: no data, but no NXDOMAIN. */
		{"odd.w.example", FW_CLASS_EXISTS}, {"x.odd.w.example", FW_CLASS_POSSIBLE});
}

/* The zone of RFC 4592 section 2.2.1, and what is said there about each question. */
static void the_example_of_rfc_4592(void **state)
{
	assert_int_equal(zone_load(names, "example",
				 RECORDS({"example", T_NS}, {"*.example", T_TXT}, {"*.example", 15}, {"sub.*.example", T_TXT},
					 {"host1.example", T_A}, {"_ssh._tcp.host1.example", 33}, {"_ssh._tcp.host2.example", 33},
					 {"subdel.example", T_NS}),
				 NULL),
		0);
	EXPECT({"host3.example", FW_CLASS_POSSIBLE}, {"foo.bar.example", FW_CLASS_POSSIBLE}, {"host1.example", FW_CLASS_EXISTS},
		{"sub.*.example", FW_CLASS_EXISTS}, {"_telnet._tcp.host1.example", FW_CLASS_UNKNOWN},
		{"host.subdel.example", FW_CLASS_POSSIBLE}, {"ghost.*.example", FW_CLASS_UNKNOWN}, {"host2.example", FW_CLASS_EXISTS},
		{"_tcp.host2.example", FW_CLASS_EXISTS});
}

static void delegations_and_glue(void **state)
{
	struct names_view view;

	/* Glue before and behind the delegation that it belongs to. */
	assert_int_equal(zone_load(names, "d.example",
				 RECORDS({"d.example", T_NS}, {"*.sub.d.example", T_A}, {"ns.sub.d.example", T_A}, {"sub.d.example", T_NS},
					 {"sub.d.example", T_DS}, {"a.ns.sub.d.example", T_A}, {"*.sub.d.example", T_A},
					 {"deep.sub.d.example", T_NS}),
				 NULL),
		0);
	EXPECT({"d.example", FW_CLASS_EXISTS}, {"sub.d.example", FW_CLASS_POSSIBLE}, {"ns.sub.d.example", FW_CLASS_POSSIBLE},
		{"x.y.sub.d.example", FW_CLASS_POSSIBLE}, {"other.d.example", FW_CLASS_UNKNOWN}, {"x.other.d.example", FW_CLASS_UNKNOWN});
	assert_true(names_view(names, zone_new(names, "d.example"), &view));
	assert_int_equal(view.names, 2);
	assert_int_equal(view.kinds, FW_NAME_APEX | FW_NAME_DELEGATION);
}

static void dnames(void **state)
{
	assert_int_equal(zone_load(names, "n.example", RECORDS({"old.n.example", T_DNAME}, {"hidden.old.n.example", T_A}), NULL), 0);
	assert_int_equal(
		zone_load(names, "all.example", RECORDS({"all.example", T_DNAME}, {"all.example", T_NS}, {"*.all.example", T_A}), NULL), 0);
	EXPECT({"old.n.example", FW_CLASS_EXISTS}, {"x.old.n.example", FW_CLASS_POSSIBLE}, {"hidden.old.n.example", FW_CLASS_POSSIBLE},
		{"x.hidden.old.n.example", FW_CLASS_POSSIBLE}, {"x.n.example", FW_CLASS_UNKNOWN}, {"all.example", FW_CLASS_EXISTS},
		{"x.y.all.example", FW_CLASS_POSSIBLE});
}

static void what_nsec3_owns_is_no_name(void **state)
{
	assert_int_equal(
		zone_load(names, "s.example",
			RECORDS({"www.s.example", T_A}, {"www.s.example", T_RRSIG}, {"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.s.example", T_NSEC3},
				{"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.s.example", T_RRSIG}, {"both.s.example", T_NSEC3},
				{"both.s.example", T_A}, {"nsec.s.example", T_NSEC}),
			NULL),
		0);
	EXPECT({"www.s.example", FW_CLASS_EXISTS}, {"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.s.example", FW_CLASS_UNKNOWN},
		{"both.s.example", FW_CLASS_EXISTS}, {"nsec.s.example", FW_CLASS_EXISTS});
}

static void zones_within_zones(void **state)
{
	struct names_answer answer;
	struct held held;

	/* Delegated by its parent, and ours as well; the parent has old glue below. */
	assert_int_equal(
		zone_load(names, "p.example",
			RECORDS({"kid.p.example", T_NS}, {"stale.kid.p.example", T_A}, {"*.p.example", T_A}, {"cut.p.example", T_NS}),
			NULL),
		0);
	assert_int_equal(zone_load(names, "kid.p.example", RECORDS({"www.kid.p.example", T_A}), NULL), 0);
	/* Ours deep below, with nothing of the parent between. */
	assert_int_equal(zone_load(names, "x.far.p.example", RECORDS({"www.x.far.p.example", T_A}), NULL), 0);
	assert_int_equal(zone_load(names, "x.far.cut.p.example", NULL, 0, NULL), 0);
	EXPECT({"kid.p.example", FW_CLASS_EXISTS}, {"stale.kid.p.example", FW_CLASS_UNKNOWN}, {"www.kid.p.example", FW_CLASS_EXISTS},
		/* The parent does not have "far": its wildcard answers there. */
		{"far.p.example", FW_CLASS_POSSIBLE}, {"y.far.p.example", FW_CLASS_POSSIBLE}, {"x.far.p.example", FW_CLASS_EXISTS},
		{"y.x.far.p.example", FW_CLASS_UNKNOWN}, {"far.cut.p.example", FW_CLASS_POSSIBLE},
		{"y.far.cut.p.example", FW_CLASS_POSSIBLE}, {"y.x.far.cut.p.example", FW_CLASS_UNKNOWN});
	held = held_new(names, 1024);
	answer = held_ask(&held, "gone.kid.p.example");
	assert_int_equal(answer.zone, zone_new(names, "kid.p.example"));
	answer = held_ask(&held, "y.far.p.example");
	assert_int_equal(answer.zone, zone_new(names, "p.example"));
	answer = held_ask(&held, "example");
	assert_int_equal(answer.zone, 0);
	free(held.buckets);
}

static void the_root(void **state)
{
	assert_int_equal(zone_load(names, ".", RECORDS({".", T_NS}, {"com", T_NS}, {"a.gtld.com", T_A}, {"arpa", T_A}), NULL), 0);
	assert_int_equal(zone_load(names, "example.com", RECORDS({"www.example.com", T_A}), NULL), 0);
	EXPECT({".", FW_CLASS_EXISTS}, {"com", FW_CLASS_POSSIBLE}, {"nothing", FW_CLASS_UNKNOWN}, {"x.com", FW_CLASS_POSSIBLE},
		{"x.arpa", FW_CLASS_UNKNOWN}, {"x.example.com", FW_CLASS_UNKNOWN}, {"www.example.com", FW_CLASS_EXISTS});
}

static void a_zone_that_is_not_loaded(void **state)
{
	struct names_answer answer;
	struct names_view view;
	struct held held;
	uint32_t place = zone_new(names, "later.example");

	assert_true(names_view(names, place, &view));
	assert_false(view.loaded);
	held = held_new(names, 16);
	answer = held_ask(&held, "www.later.example");
	/* Its place says that it stands aside; foreign would not. */
	assert_int_equal(answer.zone, place);
	assert_int_equal(answer.class, FW_CLASS_UNKNOWN);
	free(held.buckets);
}

static void other_classes_are_foreign(void **state)
{
	struct fw_dns_question question;
	struct held held;

	assert_int_equal(zone_load(names, "example.com", NULL, 0, NULL), 0);
	held = held_new(names, 16);
	question_of("example.com", zones_dns(), &question);
	question.class = 3;
	assert_int_equal(names_ask(held.buckets, held.count, zones_dns(), &question).class, FW_CLASS_FOREIGN);
	free(held.buckets);
}

/* 127 labels: every one between is an empty non-terminal. */
static void the_longest_name(void **state)
{
	char text[FW_DNS_NAME_MAX + 1], other[FW_DNS_NAME_MAX + 1];
	struct text_record record = {text, T_A};
	struct names_view view;

	for (unsigned i = 0; i < 127; i++)
		memcpy(text + 2 * i, "a.", 3);
	assert_int_equal(zone_load(names, "a.a", &record, 1, NULL), 0);
	assert_true(names_view(names, zone_new(names, "a.a"), &view));
	assert_int_equal(view.names, 126);
	memcpy(other, text, sizeof(other));
	other[0] = 'b';
	EXPECT({text, FW_CLASS_EXISTS}, {text + 2, FW_CLASS_EXISTS}, {other, FW_CLASS_UNKNOWN}, {other + 248, FW_CLASS_EXISTS});
}

/* --- whole or not at all ---------------------------------------------------------------------------------------------------- */

static void refused(const char *apex, const struct text_record *records, size_t count, bool soa, const char *says)
{
	uint32_t place = zone_new(names, apex);
	struct names_view before = {0}, after = {0};
	struct fault fault = {0};
	struct zone_load *load;

	assert_true(names_view(names, place, &before));
	assert_int_equal(names_begin(names, place, &load), 0);
	if (soa)
		record_add(load, apex, T_SOA);
	for (size_t i = 0; i < count; i++)
		record_add(load, records[i].owner, records[i].type);
	assert_int_equal(names_take(load, &fault), -EINVAL);
	assert_non_null(strstr(fault.sentence, says));
	assert_true(names_view(names, place, &after));
	assert_memory_equal(&before, &after, sizeof(before));
}

static void whole_or_not_at_all(void **state)
{
	assert_int_equal(zone_load(names, "t.example", RECORDS({"www.t.example", T_A}), NULL), 0);
	refused("t.example", NULL, 0, false, "no SOA record at its apex");
	refused("t.example", RECORDS({"new.t.example", T_A}, {"www.other.example", T_A}), true, "a record of www.other.example.:");
	refused("t.example", RECORDS({"xt.example", T_A}), true, "a record of xt.example.:");
	refused("t.example", RECORDS({"example", T_A}), true, "a record of example.:");
	refused("t.example", RECORDS({"sub.t.example", T_SOA}), true, "a record of sub.t.example.:");
	refused("t.example", RECORDS({"sub.t.example", T_NS}, {"a.sub.t.example", T_SOA}), true, "a record of a.sub.t.example.:");
	/* NSEC3 too: a hostile zone might own names anywhere. */
	refused("t.example", RECORDS({"www.other.example", T_NSEC3}), true, "a record of www.other.example.:");
	EXPECT({"www.t.example", FW_CLASS_EXISTS}, {"new.t.example", FW_CLASS_UNKNOWN});
}

static void a_wrong_owner_ends_the_load(void **state)
{
	static const uint8_t cut[] = "\3www\7exam", pointer[] = "\300\14";
	uint32_t place = zone_new(names, "t.example");
	struct fault fault = {0};
	struct zone_load *load;

	assert_int_equal(names_begin(names, place, &load), 0);
	assert_int_equal(record_add(load, "t.example", T_SOA), 0);
	assert_int_equal(names_record(load, cut, sizeof(cut) - 1, T_A), -EINVAL);
	assert_int_equal(record_add(load, "www.t.example", T_A), -EINVAL);
	assert_int_equal(names_take(load, &fault), -EINVAL);
	assert_non_null(strstr(fault.sentence, "a record of ?:"));
	assert_int_equal(names_begin(names, place, &load), 0);
	assert_int_equal(names_record(load, pointer, 2, T_A), -EINVAL);
	names_drop(load);
	names_drop(NULL);
	assert_int_equal(names_begin(names, 0, &load), -EINVAL);
	assert_int_equal(names_begin(names, place + 1, &load), -EINVAL);
	assert_int_equal(names_begin(names, UINT32_MAX, &load), -EINVAL);
}

static void one_zone_anew_and_one_less(void **state)
{
	struct names_counts before, after;
	uint32_t place;

	assert_int_equal(zone_load(names, "a.example", RECORDS({"one.a.example", T_A}), NULL), 0);
	assert_int_equal(zone_load(names, "b.example", RECORDS({"one.b.example", T_A}), NULL), 0);
	before = names_counts(names);
	assert_int_equal(zone_load(names, "a.example", RECORDS({"two.a.example", T_A}), NULL), 0);
	after = names_counts(names);
	assert_memory_equal(&before, &after, sizeof(before));
	EXPECT({"one.a.example", FW_CLASS_UNKNOWN}, {"two.a.example", FW_CLASS_EXISTS}, {"one.b.example", FW_CLASS_EXISTS});

	place = zone_new(names, "a.example");
	names_empty(names, place);
	EXPECT({"two.a.example", FW_CLASS_UNKNOWN}, {"a.example", FW_CLASS_EXISTS});
	names_forget(names, place);
	names_forget(names, place);
	names_empty(names, place);
	EXPECT({"two.a.example", FW_CLASS_FOREIGN}, {"one.b.example", FW_CLASS_EXISTS});
	assert_int_equal(zone_new(names, "c.example"), place);
	assert_int_equal(names_find(names, (const uint8_t *)"\1c\7EXAMPLE", 11), place);
	assert_int_equal(names_find(names, (const uint8_t *)"\1a\7example", 11), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_and_what_is_between_them),
		TEST(wildcards),
		TEST(the_example_of_rfc_4592),
		TEST(delegations_and_glue),
		TEST(dnames),
		TEST(what_nsec3_owns_is_no_name),
		TEST(zones_within_zones),
		TEST(the_root),
		TEST(a_zone_that_is_not_loaded),
		TEST(other_classes_are_foreign),
		TEST(the_longest_name),
		TEST(whole_or_not_at_all),
		TEST(a_wrong_owner_ends_the_load),
		TEST(one_zone_anew_and_one_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
