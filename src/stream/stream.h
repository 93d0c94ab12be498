/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short in-order reassembly of TCP, both directions, for the dissectors.
 *
 * A stream is a slot from a fixed pool. Segments go in as they come; bytes come out in order, each once.
 * Overlap rule: what arrived first stays; later copies of the same sequence numbers are ignored (the rule is the
 * same for data waiting for a gap). A gap that does not close within the ceiling of waiting bytes is skipped and told.
 * In order with nothing waiting, bytes are handed on without a copy.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream_pool; /* owns all slots; sized at start */
struct stream; /* one conversation's two directions */

struct stream_chunk {
	const uint8_t *bytes; /* everything in order not yet consumed in this direction, the new bytes last */
	size_t len;
	bool gap; /* bytes are missing just before these: whoever parses starts afresh */
};

/*
 * Takes a chunk in direction (0: from the opener, 1: to it); returns how many bytes are done with (0 .. len).
 * The rest is kept and given again with more; when the kept bytes reach the ceiling (FW_STREAM_KEPT_MAX)
 * they are dropped and the next chunk has gap set. Must not drop the stream it is called for.
 */
typedef size_t stream_take(void *context, int direction, const struct stream_chunk *chunk);

int stream_pool_new(uint32_t capacity, struct stream_pool **out_pool);
void stream_pool_free(struct stream_pool *pool);

/* A fresh slot, or NULL when all are in use: the caller (who knows which is idle) frees one first. */
struct stream *stream_take_slot(struct stream_pool *pool);
void stream_drop(struct stream_pool *pool, struct stream *stream);

/* first_seq: sequence number of the first payload byte when the SYN was seen (its number + 1), else of this segment. */
void stream_start(struct stream *stream, int direction, uint32_t first_seq);
bool stream_started(const struct stream *stream, int direction);
void stream_segment(struct stream *stream, int direction, uint32_t seq, const uint8_t *bytes, size_t len, stream_take *take, void *context);

/*
 * The other side has acknowledged everything in this direction before ack: a gap with acknowledged bytes behind it was
 * missed by the capture and will not close, so what waits behind it is given now. Cheap; may be called for every packet.
 */
void stream_acked(struct stream *stream, int direction, uint32_t ack, stream_take *take, void *context);

/* The conversation is over: everything that waits is given now, each part with gap set. */
void stream_flush(struct stream *stream, int direction, stream_take *take, void *context);
