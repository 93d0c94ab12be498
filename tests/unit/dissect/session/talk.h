/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handmade dialogues through stream/ and a session, and what facts came of them, a line each:
 * "REQUEST GET /x", "TRY http admin:1234", "RESULT http refused", "DONE" ...
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TALK_TURNS_MAX = 24 };

struct turn {
	int direction;
	const char *bytes;
	size_t len;
};

#define CLIENT(text) \
	{ \
		0, text, sizeof(text) - 1 \
	}
#define SERVER(text) \
	{ \
		1, text, sizeof(text) - 1 \
	}

struct dialogue {
	const char *name;
	uint16_t port;
	struct turn turns[TALK_TURNS_MAX];
	const char *facts;
};

/* Checks each dialogue whole, with each turn cut in two at every place, and byte by byte. */
void talk_check(const struct dialogue *dialogues, size_t count);

/* One conversation, for tests that make their own bytes. */
struct talk;
struct talk *talk_new(uint16_t port);
void talk_say(struct talk *talk, int direction, const void *bytes, size_t len);
void talk_lose(struct talk *talk, int direction, size_t len); /* so many bytes are missing in the capture */
void talk_midway(struct talk *talk); /* its beginning is not in the capture */
bool talk_done(const struct talk *talk);
const char *talk_facts(const struct talk *talk);
void talk_free(struct talk *talk);
