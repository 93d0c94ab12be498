/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shield in user space before a server that serves the zones of tests/twin/scene.c: everything enforced, budgets of names and
 * prefixes at nothing, defend. Tests open what they are about. Protected are 10.9.0.1 and 2001:db8::1.
 */
#pragma once

#include "scene.h"
#include "twin/twin.h"

struct bed {
	struct twin *twin;
	struct twin_tables t;
	uint64_t now_ns;
	uint8_t frame[FRAME_ROOM];
	uint32_t len;
};

/* What a frame is made of; zero means the ordinary. */
struct bed_message {
	const char *name; /* of the question, with dots */
	uint32_t src; /* last four bytes of the other end's address */
	bool six, tcp, leaves; /* family, protocol, direction */
	uint32_t flags; /* of the DNS header */
	uint32_t answers; /* records that the header announces */
	uint32_t id, far_port, near_port, type, class;
	uint32_t tags; /* VLAN tags */
	uint32_t opt; /* 1: an OPT; 2: with DO; 3: with a cookie */
	bool no_checksum; /* of UDP */
	uint32_t tcp_flags;
	bool empty; /* no payload */
};

struct bed *bed_new(void);
void bed_free(struct bed *bed);

/* Rules that let everything through. */
struct fw_bucket_rule bed_plenty(void);
void bed_levels(struct fw_level_rules *rules, struct fw_bucket_rule rule);

/* Makes the frame, in bed->frame. */
void bed_write(struct bed *bed, const struct bed_message *message);

/* Makes it and gives it to the shield. */
struct twin_verdict bed_ask(struct bed *bed, const struct bed_message *message);
void bed_send(struct bed *bed, const struct bed_message *message);

/* The Internet checksum of RFC 1071, the slow way: what is right gives 0. */
uint32_t bed_checksum_of_udp(const uint8_t *ip);
uint32_t bed_checksum_of_ip(const uint8_t *ip);
