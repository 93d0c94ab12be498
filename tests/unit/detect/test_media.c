/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media that go one way are no flood, what imitates them badly or goes beyond their rate is one. */
#include "flood_bed.h"

/* What is wrong with a datagram of RTP. */
enum rtp { RTP_RIGHT, RTP_SAME_BYTES, RTP_ANY_NUMBER, RTP_ANY_TIME, RTP_ANY_STREAM, RTP_OLD_VERSION, RTP_MANY_PORTS };

/*
 * So many datagrams a second for so many seconds: two streams of media, pictures and one datagram of sound to three of those, with one
 * in forty lost, in a conversation that nobody answers; or what only looks so.
 */
static void play(struct bench *bench, struct talk model, uint32_t pps, uint32_t seconds, enum rtp which)
{
	uint16_t sequence[2] = {65500, 7};
	uint32_t count = pps * seconds, noise = 1;
	uint64_t start_ns = bench->now_ns;

	for (uint32_t i = 0; i < count; i++) {
		int sound = i % 4 == 3;
		uint16_t number = sequence[sound] = (uint16_t)(sequence[sound] + 1 + (i % 40 == 0));
		uint32_t media_time = i / 4 * 900, ssrc = 0x1234 + (uint32_t)sound;
		uint8_t header[20] = {which == RTP_OLD_VERSION ? 0x40 : 0x80, 96};
		struct talk talk = model;

		noise = noise * 1664525u + 1013904223u;
		number = which == RTP_SAME_BYTES ? 1 : which == RTP_ANY_NUMBER ? (uint16_t)(noise >> 16) : number;
		media_time = which == RTP_ANY_TIME ? noise : which == RTP_SAME_BYTES ? 1 : media_time;
		ssrc = which == RTP_ANY_STREAM ? noise : ssrc;
		header[2] = (uint8_t)(number >> 8);
		header[3] = (uint8_t)number;
		for (int k = 0; k < 4; k++) {
			header[4 + k] = (uint8_t)(media_time >> (24 - 8 * k));
			header[8 + k] = (uint8_t)(ssrc >> (24 - 8 * k));
		}
		if (which == RTP_MANY_PORTS)
			talk.opener_port = (uint16_t)(noise >> 8);
		bench->now_ns = start_ns + (uint64_t)i * second / pps;
		send_piece(bench, &talk, (struct piece){.payload = 1000, .text = (const char *)header, .text_len = sizeof(header)});
	}
	bench->now_ns = start_ns + seconds * second;
}

/* A camera's pictures, of which the capture has one way: below a thousand a second they are no flood. */
static void test_media_one_way(void **state)
{
	struct bench *bench = *state;

	play(bench, udp_out, 990, 20, RTP_RIGHT);
	no_finding(bench);
}

static void test_what_is_no_media(void **state)
{
	for (enum rtp which = RTP_RIGHT; which <= RTP_MANY_PORTS; which++) {
		setup(state);
		struct bench *bench = *state;

		play(bench, udp_out, which == RTP_RIGHT ? 1010 : 300, 10, which);
		flood_end(bench->flood, bench->now_ns);
		if (book_count(bench->book) != 1)
			fail_msg("case %d is no flood", which);
		teardown(state);
	}
}

/* Junk that turns into media is junk until it has, and a call to somebody else is another matter. */
static void test_media_after_junk(void **state)
{
	struct bench *bench = *state;
	struct talk elsewhere = udp_out;

	shower(bench, udp_out, datagram, 2000, second);
	bench->now_ns += second;
	play(bench, udp_out, 300, 20, RTP_RIGHT);
	elsewhere.target = 0xcb007105;
	play(bench, elsewhere, 300, 20, RTP_RIGHT);
	assert_in_range(only_finding(bench)->count, 2000, 2000 + 4 * 300);
}

static void test_media_that_come_one_way(void **state)
{
	struct bench *bench = *state;

	play(bench, udp_in, 990, 20, RTP_RIGHT);
	no_finding(bench);
}

static void test_what_only_looks_like_media(void **state)
{
	for (enum rtp which = RTP_RIGHT; which <= RTP_MANY_PORTS; which++) {
		setup(state);
		struct bench *bench = *state;

		play(bench, udp_in, which == RTP_RIGHT ? 1010 : 300, 10, which);
		flood_end(bench->flood, bench->now_ns);
		if (book_count(bench->book) != 1)
			fail_msg("case %d is no flood", which);
		teardown(state);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_media_one_way),
		cmocka_unit_test(test_what_is_no_media),
		CASE(test_media_after_junk),
		CASE(test_media_that_come_one_way),
		cmocka_unit_test(test_what_only_looks_like_media),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
