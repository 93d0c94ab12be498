/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makers' protocols over TCP have in common: a message is a header of some 20 to 32 bytes that holds a length, and a body.
 * framed_take() cuts a conversation into messages, waits for the head of each body, hands it to the protocol and passes over
 * the rest (a video frame), so that the same messages come out however the bytes are cut into segments. Private to dissect/.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dissect/session.h"

/* Of a body so much is read; with its header it stays below SESSION_WAIT_MAX. */
enum { FRAMED_BODY_MAX = 3900, FRAMED_HEADER_MAX = 32, FRAMED_LENGTH_MAX = 1 << 24 };

struct message {
	const uint8_t *header;
	size_t header_len, body_len; /* body_len as the header says: body may be only its head */
	struct slice body;
};

struct framing {
	/*
	 * Reads the header at bytes. OK sets header_len (at most FRAMED_HEADER_MAX) and body_len; SHORT: more bytes are needed, never with
	 * FRAMED_HEADER_MAX of them; anything else: this is no header.
	 */
	enum fw_read (*measure)(const uint8_t *bytes, size_t len, struct message *out_message);
	/* One message. Returns true if it gave a fact. May set feed->done. */
	bool (*take)(void *state, struct feed *feed, const struct message *message);
};

/*
 * Returns bytes taken. After a gap nothing is read until a segment begins with a header. Done when a header is none, or when there was no
 * fact for SESSION_SILENT_MAX bytes.
 */
size_t framed_take(const struct framing *framing, struct framed *framed, void *state, struct feed *feed);
