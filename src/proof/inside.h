/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of proof/ share: a frame as they look at it, and what one finding needs. Private to proof/. */
#pragma once

#include <stdbool.h>

#include "proof/proof.h"
#include "wire/packet.h"

/* One frame. quoted: an ICMP error quotes a packet, and it is this one. */
struct view {
	const struct frame *frame;
	struct fw_packet packet, inner;
	bool quoted;
	bool neighbour; /* neighbour discovery */
	enum fw_read read;
};

struct need {
	const struct finding *finding;
	const struct device *device;
	uint64_t from_ns, until_ns;
	uint64_t left_out;
	uint32_t packets_left, bytes_left;
	uint32_t context_left; /* frames that only set the scene: who has which address */
	bool family6;
};

enum want { WANT_NOT, WANT_PROOF, WANT_CONTEXT };

/* need.c: times and ceilings but for the share of bytes. */
void need_init(struct need *need, const struct proof_subject *subject);
enum want need_judge(const struct need *need, const struct view *view);
/* A flood of questions for made-up names: its packets' questions belong to the proof. */
bool need_is_zoned(const struct need *need);

/* Addresses (or, with bits FW_KEY_MAC, a MAC in front) under which a need's frames are found. */
enum { KEY_MAC = 255, KEY_NEIGHBOUR = 254, KEYS_MAX = DEVICE_ADDRESS_MAX + DEVICE_MAC_MAX + 4 };
struct key {
	uint8_t address[16];
	uint64_t bits; /* 128, 120, 64; KEY_MAC, KEY_NEIGHBOUR */
};
size_t need_keys(const struct need *need, struct key keys[KEYS_MAX]);
/* The address with all but the leading bits zero (a multiple of 8). */
struct key key_of(const uint8_t address[16], unsigned bits);
struct key key_of_mac(const uint8_t mac[6]);

/* cut.c: the leading bytes of the frame that may be kept. */
uint32_t cut_len(const struct view *view, bool with_question);
/* Fills *view: headers, quoted headers. */
void view_read(struct view *view, const struct frame *frame);

/* question.c: bytes of a DNS message up to the end of its first question, 0 where it is none; name is lower case with dots. */
enum { QUESTION_TEXT_MAX = 256 };
uint32_t question_read(const uint8_t *bytes, uint32_t len, char name[QUESTION_TEXT_MAX]);
/* 12 where the bytes begin like a DNS message, else 0. */
uint32_t question_header(const uint8_t *bytes, uint32_t len);
