/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures frame by frame through the live engine, with a tick each 100 ms and some minutes of silence behind: it must find what the
 * engine of inspect finds at the end of the capture, of the same severity, and nothing else; and what that one knows at some moment
 * must have been told a second later. usage: test_live_captures CAPTURE...
 */
#include "fed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/prelude.h"
#include "source/source.h"
#include "wire/limits.h"

#define S 1000000000ull

enum { KNOWN_MAX = 4096, EPHEMERAL = 32768 };

/* What the engine of inspect came to know, and when. */
struct known {
	struct fed_key key;
	uint64_t time_ns;
};

struct reading {
	struct frame *frames;
	size_t count, room;
};

static char **captures;

static void keep(struct reading *reading, const struct frame *frame)
{
	uint8_t *bytes = malloc(frame->cap_len + 1u);

	if (reading->count == reading->room) {
		reading->room = reading->room ? 2 * reading->room : 1024;
		reading->frames = realloc(reading->frames, reading->room * sizeof(*frame));
	}
	assert_true(bytes && reading->frames);
	memcpy(bytes, frame->bytes, frame->cap_len);
	reading->frames[reading->count] = *frame;
	reading->frames[reading->count++].bytes = bytes;
}

static struct reading read_capture(const char *file)
{
	struct reading reading = {0};
	struct source *source;
	struct frame frame;
	struct fault fault;

	assert_int_equal(source_open(&file, 1, &source, &fault), 0);
	while (source_next(source, &frame))
		keep(&reading, &frame);
	source_close(source);
	assert_true(reading.count > 0);
	return reading;
}

static void drop(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++)
		free((void *)(uintptr_t)reading->frames[i].bytes);
	free(reading->frames);
}

static void judge_side(const struct reading *reading, struct side *side)
{
	struct prefix inferred[SIDE_INFERRED_MAX];
	struct prelude *prelude;
	size_t count;

	assert_int_equal(prelude_new(&prelude), 0);
	for (size_t i = 0; i < reading->count && prelude_take(prelude, &reading->frames[i]); i++)
		;
	side_init(side);
	prelude_judge(prelude, side, inferred, &count);
	prelude_free(prelude);
}

/* ---- the engine of inspect ---- */

static void note(struct engine *engine, struct known *known, uint64_t now_ns)
{
	const struct finding *finding;

	for (uint32_t i = 0; (finding = engine_finding(engine, i)); i++) {
		assert_true(i < KNOWN_MAX);
		if (!known[i].time_ns || finding->severity > known[i].key.severity)
			known[i].time_ns = now_ns;
		known[i].key = fed_key_of(finding, finding->device == DEVICE_NONE ? NULL : engine_device(engine, finding->device));
	}
}

static uint32_t inspect(const struct reading *reading, const struct side *side, struct known *known)
{
	struct engine_config config = {.hash_key = {1, 2, 3}, .side = *side};
	const uint64_t end_ns = reading->frames[reading->count - 1].time_ns;
	struct engine *engine;
	uint64_t noted_ns = 0;
	uint32_t count = 0;

	assert_int_equal(engine_new(&config, &engine), 0);
	for (size_t i = 0; i < reading->count; i++) {
		engine_frame(engine, &reading->frames[i]);
		if (reading->frames[i].time_ns < noted_ns + S / 100)
			continue;
		noted_ns = reading->frames[i].time_ns;
		note(engine, known, noted_ns);
	}
	engine_end(engine);
	note(engine, known, end_ns);
	while (engine_finding(engine, count))
		count++;
	engine_free(engine);
	return count;
}

/* ---- the live one ---- */

static struct fed *live(const struct reading *reading, const struct side *side)
{
	struct live_config config = {.hash_key = {1, 2, 3}, .side = *side};
	struct fed *fed = fed_new(&config);

	for (size_t i = 0; i < reading->count; i++)
		fed_see(fed, &reading->frames[i]);
	fed_until(fed, fed->now_ns + 400 * S); /* conversations end after five minutes */
	return fed;
}

/* A victim that never sends becomes a device by its finding, if there is room: at the end of a capture there may be none any more. */
static bool same(const struct fed_key *a, const struct fed_key *b)
{
	bool unknown = a->id == FINDING_RECEIVES_FLOOD && (!a->device || !b->device);

	return a->id == b->id && a->severity == b->severity && a->what == b->what && (unknown || a->device == b->device);
}

/* The moment at which this was first told, and how many times it was told by different findings. */
static uint64_t told_ns(const struct fed *fed, const struct fed_key *key)
{
	for (uint32_t i = 0; i < fed->told_count; i++)
		if (same(&fed->told[i].key, key))
			return fed->told[i].time_ns;
	return 0;
}

/* Latest state of each finding told; false where a later entry says more. */
static bool is_latest(const struct fed *fed, uint32_t at)
{
	for (uint32_t i = at + 1; i < fed->told_count; i++)
		if (fed->told[i].number == fed->told[at].number)
			return false;
	return true;
}

/*
 * Two minutes without a frame are a gap between two captures to inspect, so that it does not trust what comes next to have begun then;
 * live they are two minutes of silence, and five make who then begins a stranger. What is reached by UDP is then told.
 */
static bool is_after_silence(const struct fed_key *key)
{
	enum severity most =
		key->what >= EPHEMERAL ? SEVERITY_MEDIUM : SEVERITY_LOW; /* by a service's port a lone asker stays low for ever */

	return key->id == FINDING_REACHED_FROM_INTERNET && key->severity <= most;
}

static uint32_t compare(const char *file, const struct known *known, uint32_t count, const struct fed *fed, uint64_t end_ns)
{
	uint32_t faults = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t told = told_ns(fed, &known[i].key), due = known[i].time_ns + S;
		const struct fed_key *key = &known[i].key;

		/* what only the end decided is due when its rule says so: silence, a minute for what was reached, thirty seconds for a login */
		if (known[i].time_ns >= end_ns)
			due = end_ns + 62 * S;
		if (told && told <= due)
			continue;
		print_error("%s: finding %u of device %u, severity %u (%u): known at %.3f, told at %.3f, the end at %.3f\n", file, key->id,
			key->device, key->severity, key->what, (double)known[i].time_ns / 1e9, (double)told / 1e9, (double)end_ns / 1e9);
		faults++;
	}
	for (uint32_t i = 0; i < fed->told_count; i++) {
		const struct fed_key *key = &fed->told[i].key;
		uint32_t j = 0;

		while (j < count && !same(&known[j].key, key))
			j++;
		if (j < count || !is_latest(fed, i) || is_after_silence(key))
			continue;
		print_error("%s: finding %u of device %u, severity %u (%u) was told at %.3f and is none\n", file, key->id, key->device,
			key->severity, key->what, (double)fed->told[i].time_ns / 1e9);
		faults++;
	}
	return faults;
}

static void same_as_inspect(void **state)
{
	static struct known known[KNOWN_MAX];
	uint32_t faults = 0, findings = 0;

	for (char **file = captures; *file; file++) {
		struct reading reading = read_capture(*file);
		struct side side;
		struct fed *fed;
		uint32_t count;

		memset(known, 0, sizeof(known));
		judge_side(&reading, &side);
		count = inspect(&reading, &side, known);
		fed = live(&reading, &side);
		faults += compare(*file, known, count, fed, reading.frames[reading.count - 1].time_ns);
		findings += count;
		fed_free(fed);
		drop(&reading);
	}
	print_message("%u findings\n", findings);
	assert_int_equal(faults, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_inspect)};

	captures = argv + 1;
	if (argc < 2)
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
