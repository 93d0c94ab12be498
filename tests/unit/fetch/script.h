/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that says what it is told to, over a socket pair, and what the transfer made of it. */
#pragma once

#include "craft.h"
#include "fetch/transfer.h"

enum { SCRIPT_MAX = 1 << 20, SCRIPT_ID = 0x4711 };

struct script {
	size_t len;
	uint8_t bytes[SCRIPT_MAX]; /* messages with their lengths */
};

/* A message with its two bytes of length. */
void script_add(struct script *script, const struct craft *craft);

/* What was handed on. */
struct heard {
	uint64_t records;
	uint64_t digest; /* of owners and types, in order */
	int refuse_at; /* -E2BIG at this record; 0: never */
	int result;
	struct zone_soa soa;
	struct transfer_counts counts;
	struct fault fault;
};

/* One transfer of "example.org" over a socket pair. server: the other end. */
struct talk {
	struct transfer *transfer;
	struct transfer_setup setup;
	struct fetch_time now;
	int server;
	struct heard heard;
	uint8_t question[2048]; /* as the server got it */
	size_t question_len;
};

/* kind, key and ceilings of setup are kept as they are; asks the question. */
void talk_begin(struct talk *talk, const struct transfer_setup *setup);

/* Sends, and lets the transfer step until it waits or ends; returns its last result. */
int talk_say(struct talk *talk, const uint8_t *bytes, size_t len);
int talk_hang_up(struct talk *talk);
void talk_end(struct talk *talk);
