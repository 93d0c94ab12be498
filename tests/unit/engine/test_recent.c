/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring of the latest frames: the oldest go, whole; what is left proves findings, with no byte of payload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/recent.h"
#include "wire/limits.h"

static const char password[] = "s3cr3t-hunter2";

/* Ethernet, IPv4 with optional options (so that lengths differ), UDP from 10.0.0.2 to 198.51.100.x, a payload that nobody may keep. */
static uint32_t make(uint8_t out[128], uint8_t last, uint32_t options)
{
	uint32_t header = 20 + options * 4, udp = 14 + header, payload = (uint32_t)sizeof(password) - 1, len = udp + 8 + payload;

	memset(out, 0, 128);
	memcpy(out, (const uint8_t[]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, 14);
	out[14] = (uint8_t)(0x40 | header / 4);
	out[14 + 3] = (uint8_t)(len - 14);
	out[14 + 8] = 64;
	out[14 + 9] = 17;
	memcpy(out + 14 + 12, (const uint8_t[]){10, 0, 0, 2, 198, 51, 100, last}, 8);
	memset(out + 34, 1, options * 4); /* no operation */
	memcpy(out + udp, (const uint8_t[]){0x13, 0x88, 0, 9, 0, (uint8_t)(8 + payload)}, 6);
	memcpy(out + udp + 8, password, payload);
	return len;
}

static void note(struct recent *recent, uint64_t time_ns, uint8_t last, uint32_t options)
{
	uint8_t bytes[128];
	uint32_t len = make(bytes, last, options);
	struct frame frame = {.time_ns = time_ns, .bytes = bytes, .cap_len = len, .wire_len = len + 900, .link = 1};

	recent_note(recent, &frame);
}

struct got {
	uint32_t called, packets;
	size_t len;
	uint64_t first_ns, last_ns;
	bool secret;
};

static uint32_t u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static void take(void *context, size_t subject, const void *bytes, size_t len)
{
	struct got *got = &((struct got *)context)[subject];
	const uint8_t *at = bytes, *end = at + len;

	got->called++;
	got->len = len;
	got->secret = memmem(bytes, len, password, 6) != NULL;
	while (at < end) {
		assert_true((size_t)(end - at) >= 12 && u32(at + 4) <= (size_t)(end - at) && u32(at + 4) >= 12);
		assert_int_equal(u32(at + u32(at + 4) - 4), u32(at + 4));
		if (u32(at) == 6) {
			uint64_t time_ns = (uint64_t)u32(at + 12) << 32 | u32(at + 16);
			got->first_ns = got->packets++ ? got->first_ns : time_ns;
			assert_true(time_ns >= got->last_ns);
			got->last_ns = time_ns;
		}
		at += u32(at + 4);
	}
}

static struct finding flood(uint8_t last, uint64_t first_ns, uint64_t last_ns)
{
	struct finding finding = {.id = FINDING_FLOOD, .device = DEVICE_NONE, .first_ns = first_ns, .last_ns = last_ns};

	finding.flood.vector = VECTOR_UDP_PLAIN;
	finding.flood.target_bits = 128;
	memcpy(finding.flood.target, (const uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, last}, 16);
	return finding;
}

static void prove(struct recent *recent, const struct finding *findings, size_t count, uint64_t ahead_ns, struct got *got)
{
	struct proof_subject subjects[FW_RECENT_SUBJECTS_MAX] = {{0}};
	const char *comments[FW_RECENT_SUBJECTS_MAX];
	struct recent_asked asked = {subjects, comments, count, ahead_ns, {1}, take, got};

	for (size_t i = 0; i < count; i++) {
		subjects[i].finding = &findings[i];
		comments[i] = "finding 7";
	}
	assert_int_equal(recent_prove(recent, &asked), 0);
}

static void test_proves(void **state)
{
	const uint64_t second = 1000000000ull, ahead = 1700000000ull * second;
	struct finding findings[3] = {flood(7, ahead + 10 * second, ahead + 20 * second),
		flood(8, ahead + 10 * second, ahead + 20 * second), flood(9, ahead, ahead + 20 * second)};
	struct got got[3] = {{0}};
	struct recent *recent;

	(void)state;
	assert_int_equal(recent_new(&recent), 0);
	prove(recent, findings, 3, ahead, got);
	assert_int_equal(got[0].called + got[1].called + got[2].called, 0);
	for (uint64_t i = 0; i < 40; i++) {
		note(recent, i * second, 7, (uint32_t)(i % 11));
		note(recent, i * second, 8, 0);
	}
	prove(recent, findings, 3, ahead, got);
	assert_int_equal(got[0].called, 1);
	assert_int_equal(got[1].called, 1);
	assert_int_equal(got[2].called, 0);
	assert_int_equal(got[0].first_ns, ahead + 9 * second); /* a second before, three behind: proof/need.c */
	assert_int_equal(got[0].last_ns, ahead + 23 * second);
	assert_int_equal(got[0].packets, 15);
	assert_false(got[0].secret);
	assert_false(got[1].secret);
	recent_free(recent);
}

/* Many times around, with lengths that end everywhere: what is there is always the latest, in order, and as much as fits. */
static void test_goes_round(void **state)
{
	struct recent *recent;
	uint32_t seed = 7, least = UINT32_MAX;

	(void)state;
	assert_int_equal(recent_new(&recent), 0);
	for (uint64_t i = 1; i <= 300000; i++) {
		seed = seed * 1664525u + 1013904223u;
		note(recent, i, 7, seed >> 28 > 10 ? 10 : seed >> 28);
		if (i % 29989 == 0) {
			struct finding finding = flood(7, i, i);
			struct got got = {0};
			uint32_t count = recent_count(recent);
			finding.first_ns = 0;
			prove(recent, &finding, 1, 0, &got);
			assert_true(got.called && got.len <= FW_RECENT_PROOF_MAX && got.len > FW_RECENT_PROOF_MAX - 256);
			assert_int_equal(got.first_ns, i - count + 1); /* none between is missing */
			assert_int_equal(got.last_ns, got.first_ns + got.packets - 1);
			least = count < least ? count : least;
		}
	}
	/* 24 bytes of head, 42 to 82 of headers */
	assert_true(least > FW_RECENT_BYTES_MAX / 112 && recent_count(recent) <= FW_RECENT_BYTES_MAX / 64);
	recent_free(recent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proves),
		cmocka_unit_test(test_goes_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
