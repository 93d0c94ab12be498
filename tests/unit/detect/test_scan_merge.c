/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two devices that turn out to be one: device 5 is the address, device 9 the MAC that it belongs to. */
#include "scan_bed.h"

enum { ADDRESS = 5, OWNER = 9 };

static void swept_by(struct bed *bed, uint32_t device, uint32_t target, uint32_t count, uint16_t port)
{
	for (uint32_t i = 0; i < count; i++, bed->now_ns += SECOND) {
		struct contact contact = contact_of(bed, target + i, port, CONTACT_SILENT);

		contact.device = device;
		scan_contact(bed->scan, &contact);
	}
}

static void ports_by(struct bed *bed, uint32_t device, uint16_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++, bed->now_ns += SECOND) {
		struct contact contact = contact_of(bed, OUTSIDE, (uint16_t)(first + i), CONTACT_REFUSED);

		contact.device = device;
		scan_contact(bed->scan, &contact);
	}
}

static const struct finding *the_one(struct bed *bed)
{
	scan_end(bed->scan);
	book_settle(bed->book);
	assert_int_equal(book_count(bed->book), 1);
	return book_at(bed->book, 0);
}

/* How many tries each made before it was known, the second after it, and what must come of that. */
static void test_one_scan_is_one_finding(void **state)
{
	static const struct {
		const char *name;
		uint32_t before, owner_before, after;
		uint32_t count;
		enum severity severity;
	} cases[] = {
		{"both in alarm", 6, 6, 1, 13, SEVERITY_HIGH},
		{"both in alarm, too few by one", 4, 4, 1, 9, SEVERITY_LOW},
		{"the address alone", 6, 0, 6, 12, SEVERITY_HIGH},
		{"the owner alone", 0, 6, 6, 12, SEVERITY_HIGH},
		{"neither yet", 2, 1, 1, 4, SEVERITY_LOW},
		{"one of them", 6, 2, 1, 9, SEVERITY_LOW},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();
		uint32_t target = OUTSIDE;

		light(&bed);
		swept_by(&bed, ADDRESS, target, cases[i].before, 445);
		swept_by(&bed, OWNER, target + cases[i].before, cases[i].owner_before, 445);
		scan_merge(bed.scan, ADDRESS, OWNER);
		swept_by(&bed, OWNER, target + cases[i].before + cases[i].owner_before, cases[i].after, 445);
		const struct finding *finding = the_one(&bed);
		if (finding->count != cases[i].count || finding->severity != cases[i].severity || finding->scan.targets != cases[i].count)
			fail_msg("%s: %u, %u targets, severity %d", cases[i].name, (unsigned)finding->count, finding->scan.targets,
				(int)finding->severity);
		assert_int_equal(finding->first_ns, START);
		assert_int_equal(finding->scan.target_bits, 128 - (cases[i].count > 8 ? 4 : 2));
		assert_int_equal(finding->scan.port_count, 1);
		assert_int_equal(finding->scan.ports[0], 445);
		bed_free(&bed);
	}
}

/* What the address had tried is no first contact of its owner. */
static void test_pairs_are_kept(void **state)
{
	struct bed bed = bed_new();

	(void)state;
	light(&bed);
	swept_by(&bed, ADDRESS, OUTSIDE, 6, 445);
	scan_merge(bed.scan, ADDRESS, OWNER);
	swept_by(&bed, OWNER, OUTSIDE, 6, 445);
	assert_int_equal(the_one(&bed)->count, 6);
	bed_free(&bed);
}

static void test_ports_of_one_target(void **state)
{
	static const struct {
		uint32_t before, owner_before, after;
		enum severity severity;
	} cases[] = {{6, 6, 0, SEVERITY_LOW}, {6, 6, 1, SEVERITY_HIGH}, {6, 0, 6, SEVERITY_HIGH}, {0, 6, 3, SEVERITY_LOW}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();

		light(&bed);
		ports_by(&bed, ADDRESS, 100, cases[i].before);
		ports_by(&bed, OWNER, 200, cases[i].owner_before);
		scan_merge(bed.scan, ADDRESS, OWNER);
		ports_by(&bed, OWNER, 300, cases[i].after);
		const struct finding *finding = the_one(&bed);
		assert_int_equal(finding->severity, cases[i].severity);
		assert_int_equal(finding->count, cases[i].before + cases[i].owner_before + cases[i].after);
		assert_int_equal(finding->scan.kinds & SCAN_VERTICAL, SCAN_VERTICAL);
		bed_free(&bed);
	}
}

/* Others keep theirs, and a merge of nobodies changes nothing. */
static void test_others_are_left_alone(void **state)
{
	struct bed bed = bed_new();

	(void)state;
	light(&bed);
	swept_by(&bed, ADDRESS, OUTSIDE, 6, 445);
	swept_by(&bed, OWNER, OUTSIDE, 6, 445);
	scan_merge(bed.scan, 700, OWNER);
	scan_merge(bed.scan, 700, 701);
	scan_end(bed.scan);
	book_settle(bed.book);
	assert_int_equal(book_count(bed.book), 2);
	assert_int_equal(book_at(bed.book, 0)->device, ADDRESS);
	assert_int_equal(book_at(bed.book, 1)->device, OWNER);
	bed_free(&bed);
}

/* Many devices, merged at random between tries: never more findings than sources that are left. */
static void test_many_at_random(void **state)
{
	struct bed bed = bed_new();
	uint32_t merged[64];

	(void)state;
	for (uint32_t i = 0; i < 64; i++)
		merged[i] = i;
	light(&bed);
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t device = random_below(&bed, 64), other = random_below(&bed, 32);

		while (merged[device] != device)
			device = merged[device];
		while (merged[other] != other)
			other = merged[other];
		swept_by(&bed, device, OUTSIDE + random_below(&bed, 4000), 1, (uint16_t)(400 + random_below(&bed, 20)));
		if (i % 400 == 399 && device != other) {
			scan_merge(bed.scan, device, other);
			merged[device] = other;
		}
	}
	scan_end(bed.scan);
	book_settle(bed.book);
	for (uint32_t i = 0; i < book_count(bed.book); i++)
		for (uint32_t k = 0; k < i; k++) {
			const struct finding *one = book_at(bed.book, i), *other = book_at(bed.book, k);
			uint32_t a = one->device, b = other->device;

			while (merged[a] != a)
				a = merged[a];
			while (merged[b] != b)
				b = merged[b];
			assert_true(
				a != b || memcmp(one->scan.target, other->scan.target, 16) != 0 || one->scan.kinds != other->scan.kinds);
		}
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_scan_is_one_finding),
		cmocka_unit_test(test_pairs_are_kept),
		cmocka_unit_test(test_ports_of_one_target),
		cmocka_unit_test(test_others_are_left_alone),
		cmocka_unit_test(test_many_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
