/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stupid twin of the table of names: what a question is, by walking lists of records as RFC 1034 section 4.3.2, RFC 4592 section
 * 3.3 and RFC 6672 say it, with no hash, no tree and no table. Random zones from few labels, so that apexes, cuts, wildcards,
 * rewritten names and empty non-terminals meet in every way, and random questions about them; both must say the same.
 *
 * usage: test_shield_naive [SEED [ROUNDS]]
 */
#include <inttypes.h>

#include "zones.h"

enum { ZONES = 12, RECORDS = 24, LABELS = 7, QUESTIONS = 200, ROUNDS = 1200, NAMES = 4096 };

static uint64_t seed = 1;
static uint32_t rounds = ROUNDS;

static uint32_t draw(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % below;
}

/* A name as its labels, the leftmost first; comparing is comparing texts. */
struct dotted {
	const char *label[LABELS];
	unsigned count;
};

struct naive_record {
	struct dotted owner;
	uint16_t type;
};

struct naive_zone {
	struct dotted apex;
	struct naive_record records[RECORDS];
	unsigned count;
	bool loaded;
	uint32_t place;
};

static struct naive_zone zones[ZONES];
static unsigned zone_count;

/* Whether below is name or a name below it. */
static bool is_within(const struct dotted *below, const struct dotted *name)
{
	if (below->count < name->count)
		return false;
	for (unsigned i = 0; i < name->count; i++)
		if (strcmp(below->label[below->count - name->count + i], name->label[i]) != 0)
			return false;
	return true;
}

static bool is_equal(const struct dotted *a, const struct dotted *b)
{
	return a->count == b->count && is_within(a, b);
}

static struct dotted ancestor(const struct dotted *name, unsigned labels)
{
	struct dotted out = {.count = labels};

	for (unsigned i = 0; i < labels; i++)
		out.label[i] = name->label[name->count - labels + i];
	return out;
}

static bool has_type(const struct naive_zone *zone, const struct dotted *owner, uint16_t type)
{
	for (unsigned i = 0; i < zone->count; i++)
		if (zone->records[i].type == type && is_equal(&zone->records[i].owner, owner))
			return true;
	return false;
}

/* A name exists if it, or something below it, owns a record that can be asked for. */
static bool is_there(const struct naive_zone *zone, const struct dotted *name)
{
	if (is_within(&zone->apex, name) && is_equal(&zone->apex, name))
		return true;
	for (unsigned i = 0; i < zone->count; i++)
		if (zone->records[i].type != T_NSEC3 && zone->records[i].type != T_RRSIG && is_within(&zone->records[i].owner, name))
			return true;
	return false;
}

static const struct naive_zone *zone_of(const struct dotted *name)
{
	const struct naive_zone *best = NULL;

	for (unsigned i = 0; i < zone_count; i++)
		if (is_within(name, &zones[i].apex) && (!best || zones[i].apex.count > best->apex.count))
			best = &zones[i];
	return best;
}

/* RFC 1034 section 4.3.2 step 3, label by label from the apex down. */
static enum fw_name_class class_in(const struct naive_zone *zone, const struct dotted *name)
{
	struct dotted at = zone->apex;

	for (unsigned labels = zone->apex.count;; labels++) {
		at = ancestor(name, labels);
		if (labels > zone->apex.count && has_type(zone, &at, T_NS))
			return FW_CLASS_POSSIBLE; /* b: a referral */
		if (labels == name->count)
			return FW_CLASS_EXISTS; /* a: the whole name */
		if (has_type(zone, &at, T_DNAME))
			return FW_CLASS_POSSIBLE; /* c: rewritten */
		struct dotted next = ancestor(name, labels + 1);
		if (!is_there(zone, &next))
			break;
	}
	/* c: at is the closest encloser; does "*" exist there? */
	struct dotted source = {.label = {"*"}, .count = at.count + 1};
	memcpy(source.label + 1, at.label, at.count * sizeof(at.label[0]));
	return is_there(zone, &source) ? FW_CLASS_POSSIBLE : FW_CLASS_UNKNOWN;
}

static bool is_above_an_apex(const struct dotted *name)
{
	for (unsigned i = 0; i < zone_count; i++)
		if (is_within(&zones[i].apex, name))
			return true;
	return false;
}

static enum fw_name_class naive_class(const struct dotted *name, uint32_t *out_place)
{
	const struct naive_zone *zone = zone_of(name);
	enum fw_name_class class;

	*out_place = zone ? zone->place : 0;
	if (!zone)
		return FW_CLASS_FOREIGN;
	class = class_in(zone, name);
	/* What lies between two apexes of ours is in the table: stated in image.c, and let pass. */
	return class == FW_CLASS_UNKNOWN && is_above_an_apex(name) ? FW_CLASS_EXISTS : class;
}

/* --- random zones ---------------------------------------------------------------------------------------------------------- */

/* Few, so that names meet; two that differ only in what a table could mix up. */
static const char *const labels[] = {"a", "b", "c", "ab", "*", "www", "\\000", "x-y", "\\255"};

static struct dotted some_name(unsigned most)
{
	struct dotted name = {.count = draw(most + 1)};

	for (unsigned i = 0; i < name.count; i++)
		name.label[i] = labels[draw(draw(4) ? 5 : 9)];
	return name;
}

/* At or below this one. */
static struct dotted some_name_in(const struct dotted *apex)
{
	struct dotted below = some_name(LABELS - apex->count < 4 ? LABELS - apex->count : 4);

	for (unsigned i = 0; i < apex->count; i++)
		below.label[below.count++] = apex->label[i];
	return below;
}

static const char *text_of(const struct dotted *name)
{
	static char text[256];
	size_t at = 0;

	for (unsigned i = 0; i < name->count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s.", name->label[i]);
	return name->count ? text : ".";
}

static bool is_taken(const struct dotted *apex)
{
	for (unsigned i = 0; i < zone_count; i++)
		if (is_equal(&zones[i].apex, apex))
			return true;
	return false;
}

static uint16_t some_type(void)
{
	static const uint16_t types[] = {T_A, T_A, T_A, T_A, T_TXT, T_NS, T_NS, T_DNAME, T_NSEC3, T_RRSIG, T_CNAME, T_DS};

	return types[draw(sizeof(types) / sizeof(types[0]))];
}

static void fill_zone(struct names *names, struct naive_zone *zone)
{
	struct zone_load *load;

	zone->count = 0;
	zone->loaded = draw(8) != 0;
	zone->place = zone_new(names, text_of(&zone->apex));
	if (!zone->loaded) {
		names_empty(names, zone->place);
		return;
	}
	assert_int_equal(names_begin(names, zone->place, &load), 0);
	for (unsigned wanted = draw(RECORDS); zone->count < wanted; zone->count++) {
		struct naive_record *record = &zone->records[zone->count];
		*record = (struct naive_record){some_name_in(&zone->apex), some_type()};
		assert_int_equal(record_add(load, text_of(&record->owner), record->type), 0);
	}
	assert_int_equal(record_add(load, text_of(&zone->apex), T_SOA), 0);
	assert_int_equal(names_take(load, NULL), 0);
}

static void make_zones(struct names *names)
{
	unsigned wanted = 1 + draw(ZONES);

	zone_count = 0;
	while (zone_count < wanted) {
		/* Half of them within another. */
		struct dotted apex = zone_count && draw(2) ? some_name_in(&zones[draw(zone_count)].apex) : some_name(3);
		if (apex.count > 5 || is_taken(&apex)) {
			wanted--;
			continue;
		}
		zones[zone_count].apex = apex;
		fill_zone(names, &zones[zone_count++]);
	}
}

static struct dotted some_question(void)
{
	const struct naive_zone *zone;

	if (!zone_count || !draw(6))
		return some_name(LABELS);
	zone = &zones[draw(zone_count)];
	if (zone->count && draw(2))
		return some_name_in(&zone->records[draw(zone->count)].owner);
	return some_name_in(&zone->apex);
}

static void ask_all(const struct held *held, uint64_t counts[FW_CLASS_COUNT])
{
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct dotted name = some_question();
		uint32_t place;
		enum fw_name_class said = naive_class(&name, &place);
		struct names_answer answer = held_ask(held, text_of(&name));
		if (answer.class != said || answer.zone != place)
			fail_msg("%s: class %d of zone %u, and the table says %d of %u (flags %x)", text_of(&name), said, place,
				answer.class, answer.zone, answer.flags);
		counts[said]++;
	}
}

static void the_table_says_what_the_lists_say(void **state)
{
	uint64_t counts[FW_CLASS_COUNT] = {0}, begin = seed;

	for (uint32_t round = 0; round < rounds; round++) {
		struct names *names;
		assert_int_equal(names_new(NAMES, ZONES, zones_key, &names), 0);
		make_zones(names);
		struct held held = held_new(names, NAMES);
		ask_all(&held, counts);
		/* One zone anew, the others as they are. */
		if (zone_count)
			fill_zone(names, &zones[draw(zone_count)]);
		assert_int_equal(names_image(names, zones_dns(), held.buckets, held.count), 0);
		ask_all(&held, counts);
		/* And one less. */
		if (zone_count) {
			names_forget(names, zones[--zone_count].place);
			assert_int_equal(names_image(names, zones_dns(), held.buckets, held.count), 0);
			ask_all(&held, counts);
		}
		free(held.buckets);
		names_free(names);
	}
	print_message("seed %" PRIu64 ": %" PRIu64 " exist, %" PRIu64 " possible, %" PRIu64 " unknown, %" PRIu64 " foreign\n", begin,
		counts[FW_CLASS_EXISTS], counts[FW_CLASS_POSSIBLE], counts[FW_CLASS_UNKNOWN], counts[FW_CLASS_FOREIGN]);
	for (unsigned i = 0; i < FW_CLASS_COUNT; i++)
		assert_true(counts[i] > rounds * 5);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_says_what_the_lists_say)};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 10) | 1;
	if (argc > 2)
		rounds = (uint32_t)strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
