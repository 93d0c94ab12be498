/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hall and all thinking rooms: any bytes as a sequence of frames, then the end, then the report.
 *
 *     frame:  link (1)  time (1)  length (2, big-endian)  bytes (length, or what is left)
 *
 * link picks one of LINKS. time is how much later than the frame before: its high four bits say how far (0 to 2^30 ns in steps
 * of 4), the low ones how often; the highest value of all jumps back by an hour. A run takes 1 ms under AddressSanitizer
 * with kept_blocks.c, 17 without.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { HEADER = 4, SHOWN_MAX = 4096 };

static const uint16_t LINKS[] = {1, 1, 1, 1, 101, 113, 276, 0, 108, 12, 228, 229, 51, 9};
static const uint64_t START_NS = 1477047600ull * 1000000000ull, HOUR_NS = 3600ull * 1000000000ull;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static uint64_t later(uint64_t time_ns, uint8_t code)
{
	if (code == 0xff)
		return time_ns - HOUR_NS;
	return time_ns + ((uint64_t)(code & 15) << (code >> 4) * 2);
}

static void feed(struct engine *engine, const uint8_t *bytes, size_t len)
{
	struct frame frame = {.time_ns = START_NS};

	while (len > HEADER) {
		size_t want = (size_t)bytes[2] << 8 | bytes[3], left = len - HEADER, cap_len = want < left ? want : left;
		uint8_t *exact = malloc(cap_len ? cap_len : 1); /* so that one byte too far is seen */
		must(exact);
		memcpy(exact, bytes + HEADER, cap_len);
		frame.number++;
		frame.link = LINKS[bytes[0] % (sizeof(LINKS) / sizeof(LINKS[0]))];
		frame.time_ns = later(frame.time_ns, bytes[1]);
		frame.bytes = exact;
		frame.cap_len = (uint32_t)cap_len;
		frame.wire_len = (uint32_t)(want > cap_len ? want : cap_len);
		engine_frame(engine, &frame);
		free(exact);
		bytes += HEADER + cap_len;
		len -= HEADER + cap_len;
	}
}

/* Everything the engine knows, through both reports. */
static void show(struct engine *engine, FILE *nowhere)
{
	static const struct device *devices[SHOWN_MAX];
	static uint32_t numbers[SHOWN_MAX];
	static const struct finding *findings[SHOWN_MAX];
	const struct report_style style = {.width = 40, .verbose = true};
	struct report_view view = {.devices = devices, .device_numbers = numbers, .findings = findings, .junk = engine_junk(engine)};

	for (uint32_t i = 0; i < engine_device_count(engine) && view.device_count < SHOWN_MAX; i++)
		if ((devices[view.device_count] = engine_device(engine, i)))
			numbers[view.device_count++] = i;
	while (view.finding_count < SHOWN_MAX && (findings[view.finding_count] = engine_finding(engine, (uint32_t)view.finding_count))) {
		uint32_t device = findings[view.finding_count++]->device;
		must(device == DEVICE_NONE || engine_device(engine, device));
	}
	must(!report_json(nowhere, &view) && !report_text(nowhere, &view, &style));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static FILE *nowhere;
	struct engine_config config = {.hash_key = {1, 2, 3}, .with_talk = true};
	struct engine_left_out left_out;
	struct engine *engine = NULL;

	nowhere = nowhere ? nowhere : fopen("/dev/null", "w");
	side_init(&config.side);
	must(nowhere);
	must(!engine_new(&config, &engine));
	feed(engine, bytes, len);
	engine_end(engine);
	engine_judge_devices(engine);
	engine_left_out(engine, &left_out);
	show(engine, nowhere);
	engine_free(engine);
	return 0;
}
