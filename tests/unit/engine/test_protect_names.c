/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel is told of zones, and when: the hall's own zones, read from a file on the hall's own thread, over a plane that is only
 * remembered. A process that takes over under fire leaves judged what was judged; a zone whose server contradicts us is read again, then stands
 * aside, longer each time, in a clock that this test sets.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/protect_room.h"

enum { NAMES = 100, ZONES = 2, SAID_MAX = 4096 };

#define TICK_NS (FW_NS_PER_S / 5)
#define MINUTE_NS (60 * FW_NS_PER_S)

/* The plane as it would be. */
struct plane {
	uint32_t flags[ZONES + 1];
	struct fw_names_bucket *lines;
	uint32_t count;
	bool switched; /* packets may be under way that must be waited for */
	uint32_t exchanges, waits; /* tables given; times that packets were waited for */
	uint32_t waits_aside; /* of them with a zone aside: junk passes for as long as that takes */
	uint32_t judged_meanwhile; /* tables that were exchanged with a zone judged that is not theirs */
	uint32_t kernel_sets; /* flags that the kernel sets right after the next look at a zone */
};

struct bed {
	struct protect protect;
	struct settings settings;
	struct settings_zone zone;
	struct plane plane;
	char file[64], said[SAID_MAX];
	struct fetch_time now;
};

static void wait_for_packets(struct plane *plane)
{
	if (!plane->switched)
		return;
	plane->switched = false;
	plane->waits++;
	for (uint32_t place = 1; place <= ZONES; place++)
		if ((plane->flags[place] & FW_ZONE_USED) && (plane->flags[place] & FW_ZONE_ASIDE)) {
			plane->waits_aside++;
			return;
		}
}

struct fw_names_bucket *plane_names_half(struct plane *plane, uint32_t *out_buckets)
{
	wait_for_packets(plane);
	*out_buckets = plane->count;
	return plane->lines;
}

int plane_config_names(struct plane *plane, const struct fw_shield_config *config)
{
	wait_for_packets(plane);
	plane->judged_meanwhile += !plane->exchanges && !(plane->flags[1] & FW_ZONE_ASIDE);
	plane->exchanges++;
	plane->switched = true;
	return 0;
}

void plane_zone(const struct plane *plane, uint32_t place, struct fw_zone *out_zone)
{
	struct plane *kernel = (struct plane *)(uintptr_t)plane;

	*out_zone = (struct fw_zone){.flags = plane->flags[place]};
	kernel->flags[place] |= plane->kernel_sets;
	kernel->kernel_sets = 0;
}

uint32_t plane_zone_flags(struct plane *plane, uint32_t place, uint32_t clear, uint32_t set)
{
	uint32_t before = plane->flags[place];

	plane->flags[place] = (before & ~clear) | set;
	return before;
}

void plane_zone_clear(struct plane *plane, uint32_t place)
{
	plane->flags[place] = FW_ZONE_ASIDE;
}

int plane_zone_counts(const struct plane *plane, uint32_t place, struct fw_zone_count *out_count)
{
	*out_count = (struct fw_zone_count){0};
	return 0;
}

/* ---- what else the hall is asked for ---- */

void protect_zone_rules(struct protect *protect, const struct protect_zone *of)
{
}

int protect_open_notify(struct protect *protect, struct fault *out_fault)
{
	return 0;
}

void protect_close_notify(struct protect *protect)
{
}

void protect_say(struct protect *protect, const char *format, ...)
{
	struct bed *bed = protect->context;
	size_t len = strlen(bed->said);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(bed->said + len, sizeof(bed->said) - len, format, arguments);
	va_end(arguments);
}

/* ---- the bed ---- */

static void write_zone(const struct bed *bed, unsigned serial)
{
	FILE *out = fopen(bed->file, "w");

	assert_non_null(out);
	fprintf(out, "$ORIGIN example.test.\n$TTL 60\n@ SOA ns h %u 60 60 604800 60\n@ NS ns\nns A 192.0.2.1\n", serial);
	assert_int_equal(fclose(out), 0);
}

static int open_bed(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	int file;

	assert_non_null(bed);
	snprintf(bed->file, sizeof(bed->file), "/tmp/floodwall-names-XXXXXX");
	file = mkstemp(bed->file);
	assert_true(file >= 0);
	close(file);
	write_zone(bed, 1);
	snprintf(bed->zone.name, sizeof(bed->zone.name), "example.test");
	snprintf(bed->zone.file, sizeof(bed->zone.file), "%s", bed->file);
	bed->settings.zones = &bed->zone;
	bed->settings.zone_count = 1;
	bed->settings.sizes = (struct settings_sizes){.names = NAMES, .zones = ZONES};
	bed->settings.server.poll_s = 60;
	bed->plane.count = names_buckets(NAMES);
	bed->plane.lines = calloc(bed->plane.count, sizeof(*bed->plane.lines));
	assert_non_null(bed->plane.lines);
	bed->now = (struct fetch_time){.steady_ns = 1000 * FW_NS_PER_S, .wall_s = 1700000000};
	bed->protect.settings = &bed->settings;
	bed->protect.plane = &bed->plane;
	bed->protect.context = bed;
	bed->protect.opened_ns = bed->now.steady_ns;
	for (unsigned i = 0; i < PROTECT_WATCHES; i++)
		bed->protect.watches[i].descriptor = -1;
	*state = bed;
	return 0;
}

static int close_bed(void **state)
{
	struct bed *bed = *state;

	protect_close_zones(&bed->protect);
	unlink(bed->file);
	free(bed->plane.lines);
	free(bed);
	return 0;
}

static void begin(struct bed *bed, bool took_over)
{
	struct fault fault;

	bed->protect.names_waiting = bed->protect.names_changed = took_over;
	assert_int_equal(protect_open_zones(&bed->protect, &bed->now, &fault), 0);
	protect_tick_names(&bed->protect, bed->now.steady_ns);
	bed->protect.looping = true;
}

static void tick(struct bed *bed)
{
	bed->now.steady_ns += TICK_NS;
	protect_pump(&bed->protect, &bed->now);
	protect_tick_names(&bed->protect, bed->now.steady_ns);
}

/* The thread's work, if there is any, is waited for and taken. */
static bool take(struct bed *bed, unsigned watch)
{
	struct pollfd ask = {.fd = bed->protect.watches[watch].descriptor, .events = POLLIN};

	if (ask.fd < 0)
		return false;
	assert_int_equal(poll(&ask, 1, -1), 1);
	protect_work_done(&bed->protect, watch, &bed->now);
	return true;
}

static bool rests(const struct bed *bed)
{
	for (unsigned i = 0; i < PROTECT_JOBS; i++)
		if (bed->protect.jobs[i].step != STEP_FREE)
			return false;
	return !bed->protect.zones[0].rereading && !bed->protect.names_changed && work_fd(&bed->protect.tabling) < 0;
}

/* Until all that is due is done. */
static void settle(struct bed *bed)
{
	do {
		tick(bed);
		take(bed, PROTECT_WATCH_READING);
		take(bed, PROTECT_WATCH_TABLE);
	} while (!rests(bed));
}

static uint32_t kernel_says(const struct bed *bed)
{
	return bed->plane.flags[bed->protect.zones[0].place];
}

/* Time passes, with a look at the zone each minute, as polls need it. */
static void pass(struct bed *bed, uint64_t span_ns)
{
	uint64_t end_ns = bed->now.steady_ns + span_ns;

	while (bed->now.steady_ns + MINUTE_NS < end_ns) {
		bed->now.steady_ns += MINUTE_NS - TICK_NS;
		settle(bed);
	}
	bed->now.steady_ns = end_ns - TICK_NS;
	tick(bed);
	assert_int_equal(bed->now.steady_ns, end_ns);
}

/* The kernel's program sees the server answer NOERROR to a name called unknown. */
static void contradict(struct bed *bed)
{
	assert_int_equal(kernel_says(bed), FW_ZONE_USED);
	bed->plane.flags[bed->protect.zones[0].place] |= FW_ZONE_ASIDE;
	bed->said[0] = 0;
}

/* ---- what is shown ---- */

static void a_new_kernel_is_judged_from_the_first_table_on(void **state)
{
	struct bed *bed = *state;

	begin(bed, false);
	assert_int_equal(bed->plane.exchanges, 1);
	assert_int_equal(kernel_says(bed), FW_ZONE_USED | FW_ZONE_ASIDE);
	settle(bed);
	assert_int_equal(kernel_says(bed), FW_ZONE_USED);
}

static void what_was_judged_stays_so_until_the_new_table_is_there(void **state)
{
	struct bed *bed = *state;
	bool tabled = false;

	bed->plane.flags[1] = FW_ZONE_USED;
	bed->plane.switched = true;
	begin(bed, true);
	while (!bed->plane.exchanges) {
		tick(bed);
		assert_int_equal(bed->plane.flags[1], FW_ZONE_USED);
		take(bed, PROTECT_WATCH_READING);
		assert_int_equal(bed->plane.flags[1], FW_ZONE_USED);
		if (work_fd(&bed->protect.tabling) < 0)
			continue;
		tabled = true;
		tick(bed);
		assert_int_equal(bed->plane.flags[1], FW_ZONE_USED);
		bed->plane.switched = true; /* a stance was told */
		take(bed, PROTECT_WATCH_TABLE);
	}
	assert_true(tabled);
	assert_true(bed->plane.waits > 0);
	assert_int_equal(bed->plane.waits_aside, 0);
	assert_int_equal(bed->plane.judged_meanwhile, 0);
	assert_int_equal(kernel_says(bed), FW_ZONE_USED);
}

static void what_cannot_be_read_stands_aside_once_the_table_is_ours(void **state)
{
	struct bed *bed = *state;

	bed->plane.flags[1] = FW_ZONE_USED;
	unlink(bed->file);
	begin(bed, true);
	while (!bed->plane.exchanges) {
		assert_int_equal(bed->plane.flags[1], FW_ZONE_USED);
		tick(bed);
		take(bed, PROTECT_WATCH_READING);
		take(bed, PROTECT_WATCH_TABLE);
	}
	assert_int_equal(kernel_says(bed), FW_ZONE_USED | FW_ZONE_ASIDE);
	write_zone(bed, 1);
}

static void a_contradiction_is_read_again(void **state)
{
	struct bed *bed = *state;

	begin(bed, false);
	settle(bed);
	contradict(bed);
	tick(bed);
	assert_non_null(strstr(bed->said, "zone example.test.: the server answers a name that its transfer does not hold"));
	assert_non_null(strstr(bed->said, "until it was read again"));
	assert_int_equal(kernel_says(bed), FW_ZONE_USED | FW_ZONE_ASIDE);
	settle(bed);
	assert_int_equal(kernel_says(bed), FW_ZONE_USED);
	/* long after, it is the first one again */
	pass(bed, 11 * MINUTE_NS);
	contradict(bed);
	tick(bed);
	assert_non_null(strstr(bed->said, "until it was read again"));
	settle(bed);
	assert_int_equal(kernel_says(bed), FW_ZONE_USED);
}

static void one_that_comes_again_holds_twice_as_long_up_to_a_day(void **state)
{
	static const uint64_t minutes[] = {10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440};
	struct bed *bed = *state;

	begin(bed, false);
	settle(bed);
	contradict(bed);
	settle(bed);
	for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
		contradict(bed);
		tick(bed);
		assert_non_null(strstr(bed->said, "until some time has passed"));
		pass(bed, minutes[i] * MINUTE_NS - TICK_NS);
		assert_int_equal(kernel_says(bed), FW_ZONE_USED | FW_ZONE_ASIDE);
		pass(bed, TICK_NS);
		assert_int_equal(kernel_says(bed), FW_ZONE_USED);
	}
}

/* Between our look at a zone and what we write: it is not lost, but seen at the next look. */
static void what_the_kernel_sets_meanwhile_is_not_taken_back(void **state)
{
	struct bed *bed = *state;

	begin(bed, false);
	settle(bed);
	bed->protect.zones[0].pending = true; /* so that there is something to write */
	bed->plane.kernel_sets = FW_ZONE_ASIDE;
	bed->said[0] = 0;
	tick(bed);
	assert_int_equal(kernel_says(bed), FW_ZONE_USED | FW_ZONE_FRESH | FW_ZONE_ASIDE);
	bed->protect.zones[0].pending = false;
	tick(bed);
	assert_non_null(strstr(bed->said, "until it was read again"));
	assert_true(kernel_says(bed) & FW_ZONE_ASIDE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_kernel_is_judged_from_the_first_table_on, open_bed, close_bed),
		cmocka_unit_test_setup_teardown(what_was_judged_stays_so_until_the_new_table_is_there, open_bed, close_bed),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_stands_aside_once_the_table_is_ours, open_bed, close_bed),
		cmocka_unit_test_setup_teardown(a_contradiction_is_read_again, open_bed, close_bed),
		cmocka_unit_test_setup_teardown(one_that_comes_again_holds_twice_as_long_up_to_a_day, open_bed, close_bed),
		cmocka_unit_test_setup_teardown(what_the_kernel_sets_meanwhile_is_not_taken_back, open_bed, close_bed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
