/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bed for the tests of floods: conversations with the marks that the hall's table would set, packets in showers and streams.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "detect/flood.h"
#include "wire/packet.h"

static const uint8_t hash_key[16] = {1};
static const uint64_t second = 1000000000ull;

enum { CAMERA = 5, SERVER = 6, UDP = 17, TCP = 6, ICMP = 1, GRE = 47 };
enum { SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { INSIDE = 0x0a000000, OUTSIDE = 0xc6336400 }; /* 10.0.0.x, 198.51.100.x */

struct bench {
	struct book *book;
	struct flood *flood;
	uint64_t now_ns;
};

/* A conversation as the hall keeps it. Addresses from INSIDE to INSIDE + 255 are ours, device = low byte. */
struct talk {
	uint32_t opener, target;
	uint16_t opener_port, target_port;
	uint8_t proto;
	bool opening_unseen, to_many, strange; /* strange: nobody knows a device behind the target yet */
	/* running */
	bool accepted, handshake, answered;
	uint32_t opener_packets;
	uint32_t memo[2];
};

/* One packet of it. */
struct piece {
	bool back; /* from the target */
	uint8_t flags, fragment, icmp_type;
	uint16_t payload, gre_proto;
	const char *text;
	size_t text_len;
};

static inline int setup_of(void **state, uint32_t rate_max)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_int_equal(book_new(256, hash_key, &bench->book), 0);
	assert_int_equal(flood_new(rate_max, hash_key, bench->book, &bench->flood), 0);
	bench->now_ns = 1000 * second;
	*state = bench;
	return 0;
}

static inline int setup(void **state)
{
	return setup_of(state, 1024);
}

static inline int setup_small(void **state)
{
	return setup_of(state, 8);
}

/* Whatever was counted as junk has its place in time, whichever way it went. */
static inline void assert_timeline_adds_up(struct flood *flood)
{
	const struct timeline *line = flood_timeline(flood);
	const struct junk *junk = flood_junk(flood);

	for (int vector = 0; vector < VECTOR_COUNT; vector++) {
		struct junk_count sum = {0};

		for (size_t i = 0; i < TIMELINE_BINS; i++) {
			sum.packets += line->junk[vector][i].packets;
			sum.bytes += line->junk[vector][i].bytes;
		}
		assert_int_equal(sum.packets, junk->by_vector[vector].packets);
		assert_int_equal(sum.bytes, junk->by_vector[vector].bytes);
	}
}

static inline int teardown(void **state)
{
	struct bench *bench = *state;

	assert_timeline_adds_up(bench->flood);
	flood_free(bench->flood);
	book_free(bench->book);
	free(bench);
	return 0;
}

static inline bool is_ours(uint32_t address)
{
	return address >> 8 == INSIDE >> 8;
}

static inline uint32_t device_of(uint32_t address)
{
	return is_ours(address) ? address & 0xff : DEVICE_NONE;
}

static inline void address_of(uint32_t address, uint8_t out[16])
{
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(address >> (24 - 8 * i));
}

/* What the hall's conversation table would say of this packet. */
static inline void step(struct talk *talk, const struct piece *piece, struct sighting *seen)
{
	bool tcp = talk->proto == TCP;

	seen->answered = talk->answered;
	if (!piece->back) {
		talk->opener_packets++;
		if (tcp && talk->accepted && !talk->handshake && (piece->flags & (ACK | SYN | RST)) == ACK)
			talk->handshake = seen->first_answer = true;
	} else if (!(tcp && (piece->flags & RST))) {
		talk->accepted |= tcp && (piece->flags & (SYN | ACK)) == (SYN | ACK);
		seen->first_answer = !talk->answered && (!tcp || talk->opening_unseen);
		talk->answered = true;
	}
	seen->handshake_done = talk->handshake;
	seen->opener_packets = talk->opener_packets;
}

static inline void send_piece(struct bench *bench, struct talk *talk, struct piece piece)
{
	uint32_t src = piece.back ? talk->target : talk->opener, dst = piece.back ? talk->opener : talk->target;
	struct fw_packet p = {
		.src_port = piece.back ? talk->target_port : talk->opener_port,
		.dst_port = piece.back ? talk->opener_port : talk->target_port,
		.family = 4,
		.proto = talk->proto,
		.tcp_flags = piece.flags,
		.fragment = piece.fragment,
		.icmp_type = piece.icmp_type,
		.gre_proto = piece.gre_proto,
		.payload_len = piece.payload,
		.payload_wire_len = piece.payload,
	};
	struct sighting seen = {
		.time_ns = bench->now_ns,
		.packet = &p,
		.payload = {(const uint8_t *)piece.text, piece.text_len},
		.wire_len = 40u + piece.payload,
		.src_device = device_of(src),
		.dst_device = talk->strange && !piece.back ? DEVICE_NONE : device_of(dst),
		.src_ours = is_ours(src),
		.dst_ours = is_ours(dst),
		.to_many = talk->to_many,
		.from_opener = !piece.back,
		.opening_seen = !talk->opening_unseen,
		.http_request = piece.text && memcmp(piece.text, "GET ", 4) == 0,
		.memo = talk->memo,
	};

	address_of(src, p.src);
	address_of(dst, p.dst);
	step(talk, &piece, &seen);
	flood_packet(bench->flood, &seen);
}

/* count packets of one kind over a time; each in a conversation of its own (another opener's port), unless kept. */
static inline void shower(struct bench *bench, struct talk model, struct piece piece, uint32_t count, uint64_t over_ns)
{
	uint64_t start_ns = bench->now_ns;

	for (uint32_t i = 0; i < count; i++) {
		struct talk talk = model;

		talk.opener_port = (uint16_t)(model.opener_port + i);
		bench->now_ns = start_ns + over_ns * i / count;
		send_piece(bench, &talk, piece);
	}
	bench->now_ns = start_ns + over_ns;
}

static inline void stream(struct bench *bench, struct talk *talk, struct piece piece, uint32_t count, uint64_t over_ns, uint32_t back_each)
{
	struct piece back = {.back = true, .flags = ACK};
	uint64_t start_ns = bench->now_ns;

	for (uint32_t i = 0; i < count; i++) {
		bench->now_ns = start_ns + over_ns * i / count;
		send_piece(bench, talk, piece);
		if (back_each && i % back_each == back_each - 1)
			send_piece(bench, talk, back);
	}
	bench->now_ns = start_ns + over_ns;
}

static inline const struct finding *only_finding(struct bench *bench)
{
	flood_end(bench->flood, bench->now_ns);
	assert_int_equal(book_count(bench->book), 1);
	return book_at(bench->book, 0);
}

static inline void no_finding(struct bench *bench)
{
	flood_end(bench->flood, bench->now_ns);
	assert_int_equal(book_count(bench->book), 0);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 0);
}

static inline void handshake(struct bench *bench, struct talk *talk)
{
	send_piece(bench, talk, (struct piece){.flags = SYN});
	send_piece(bench, talk, (struct piece){.back = true, .flags = SYN | ACK});
	send_piece(bench, talk, (struct piece){.flags = ACK});
}

static const struct talk syn_out = {.opener = INSIDE + CAMERA, .target = OUTSIDE + 7, .target_port = 80, .proto = TCP};
static const struct talk udp_out = {.opener = INSIDE + CAMERA, .target = OUTSIDE + 7, .target_port = 53, .proto = UDP};
static const struct talk syn_in = {.opener = OUTSIDE + 7, .target = INSIDE + SERVER, .target_port = 443, .proto = TCP};
static const struct talk udp_in = {
	.opener = OUTSIDE + 7,
	.target = INSIDE + SERVER,
	.opener_port = 48000,
	.target_port = 53,
	.proto = UDP,
};
static const struct piece syn = {.flags = SYN};
static const struct piece datagram = {.payload = 100};
