/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bed for the tests of what the outside can do: conversations with the marks that the hall's table would set. Ours are
 * 10.0.0.x, the device's number is x; everything else is outside.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "detect/reached.h"
#include "detect/reflector.h"
#include "wire/limits.h"
#include "wire/packet.h"

static const uint8_t hash_key[16] = {1};
static const uint64_t second = 1000000000ull;

enum { CAMERA = 5, SERVER = 6, NOBODY = 9 /* ours, but there was no place for the device */, UDP = 17, TCP = 6 };
enum { INSIDE = 0x0a000000, OUTSIDE = 0xc6336400 }; /* 10.0.0.x, 198.51.100.x */

struct bench {
	struct book *book;
	struct reached *reached;
	struct reflector *reflector;
	uint64_t now_ns;
};

struct talk {
	uint32_t opener, target;
	uint16_t opener_port, target_port;
	uint8_t proto;
	bool opening_unseen, to_many;
	/* running */
	uint64_t opened_ns;
	bool accepted, handshake, answered;
	uint32_t opener_packets;
	uint32_t memo[3];
};

static inline struct bench *bench_new(bool side_inferred, uint32_t findings)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_int_equal(book_new(findings, hash_key, &bench->book), 0);
	assert_int_equal(reached_new(hash_key, side_inferred, bench->book, &bench->reached), 0);
	assert_int_equal(reflector_new(hash_key, side_inferred, bench->book, bench->reached, &bench->reflector), 0);
	bench->now_ns = 1000 * second;
	reached_tick(bench->reached, bench->now_ns);
	return bench;
}

static inline int setup(void **state)
{
	*state = bench_new(false, 4096);
	return 0;
}

static inline int setup_inferred(void **state)
{
	*state = bench_new(true, 4096);
	return 0;
}

static inline int teardown(void **state)
{
	struct bench *bench = *state;

	reflector_free(bench->reflector);
	reached_free(bench->reached);
	book_free(bench->book);
	free(bench);
	return 0;
}

/* Time passes as the hall lets it: in ticks. */
static inline void pass(struct bench *bench, uint64_t duration_ns)
{
	uint64_t until_ns = bench->now_ns + duration_ns;

	while (bench->now_ns < until_ns) {
		bench->now_ns = until_ns - bench->now_ns > second ? bench->now_ns + second : until_ns;
		reached_tick(bench->reached, bench->now_ns);
	}
}

static inline bool is_ours(uint32_t address)
{
	return address >> 8 == INSIDE >> 8;
}

static inline uint32_t device_of(uint32_t address)
{
	return is_ours(address) && (address & 0xff) != NOBODY ? address & 0xff : DEVICE_NONE;
}

static inline void address_of(uint32_t address, uint8_t out[16])
{
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(address >> (24 - 8 * i));
}

/* What the hall's conversation table would say of this packet; of TCP the first three are SYN, SYN-ACK, ACK. */
static inline void step(struct talk *talk, bool back, uint64_t now_ns, struct sighting *seen)
{
	bool tcp = talk->proto == TCP;

	seen->answered = talk->answered;
	if (!back) {
		talk->opened_ns = talk->opener_packets++ ? talk->opened_ns : now_ns;
		if (tcp && talk->accepted && !talk->handshake)
			talk->handshake = seen->first_answer = true;
	} else {
		talk->accepted = true;
		seen->first_answer = !talk->answered && (!tcp || talk->opening_unseen);
		talk->answered = true;
	}
	seen->handshake_done = talk->handshake;
	seen->opener_packets = talk->opener_packets;
	seen->opened_ns = talk->opened_ns;
}

static inline void say_bytes(struct bench *bench, struct talk *talk, bool back, uint16_t len, const char *bytes, size_t bytes_len)
{
	uint32_t src = back ? talk->target : talk->opener, dst = back ? talk->opener : talk->target;
	struct fw_packet p = {
		.src_port = back ? talk->target_port : talk->opener_port,
		.dst_port = back ? talk->opener_port : talk->target_port,
		.family = 4,
		.proto = talk->proto,
		.payload_len = len,
		.payload_wire_len = len,
	};
	struct sighting seen = {
		.time_ns = bench->now_ns,
		.packet = &p,
		.payload = {(const uint8_t *)bytes, bytes_len},
		.wire_len = 28u + len,
		.src_device = device_of(src),
		.dst_device = device_of(dst),
		.src_ours = is_ours(src),
		.dst_ours = is_ours(dst),
		.to_many = talk->to_many,
		.from_opener = !back,
		.opening_seen = !talk->opening_unseen,
		.memo = talk->memo,
	};

	address_of(src, p.src);
	address_of(dst, p.dst);
	step(talk, back, bench->now_ns, &seen);
	reached_packet(bench->reached, &seen);
	reflector_packet(bench->reflector, &seen);
}

static inline void say(struct bench *bench, struct talk *talk, bool back, uint16_t len)
{
	say_bytes(bench, talk, back, len, NULL, 0);
}

/* Question and answer, or a whole handshake. */
static inline void exchange(struct bench *bench, struct talk talk)
{
	say(bench, &talk, false, 40);
	bench->now_ns += second / 100;
	say(bench, &talk, true, 40);
	if (talk.proto == TCP)
		say(bench, &talk, false, 0);
}

static inline const struct finding *only_finding(struct bench *bench)
{
	reached_end(bench->reached);
	assert_int_equal(book_count(bench->book), 1);
	return book_at(bench->book, 0);
}

static inline void no_finding(struct bench *bench)
{
	reached_end(bench->reached);
	assert_int_equal(book_count(bench->book), 0);
}
