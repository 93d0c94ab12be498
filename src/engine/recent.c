/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring: frames one behind the other, each with its length in front and in multiples of 8. One that does not fit before the end begins at
 * the start again, and the rest is marked as skipped. Who is overwritten is the oldest, whole.
 *
 *	0                  next            first                       FW_RECENT_BYTES_MAX
 *	| newer frames     | (being made)  | oldest ... | skipped      |
 *
 * A frame takes 24 bytes and its headers (54 of TCP over IPv4): about 12,000 of them are there. What a flood fills within seconds holds minutes of
 * a quiet home; a slow beacon's earlier contacts may be gone when it is told, and its proof then holds the latest.
 */
#include "engine/recent.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pcapng_write.h"
#include "wire/limits.h"

struct kept {
	uint64_t time_ns;
	uint32_t room; /* bytes of this entry, with this head; of the last one to the end of the ring, too */
	uint32_t wire_len;
	uint16_t cap_len, link;
	bool skipped; /* nothing: go on at the start */
};

struct recent {
	uint32_t first, next, count; /* count: frames from first to next; none where 0 */
	_Alignas(8) uint8_t bytes[FW_RECENT_BYTES_MAX];
};

_Static_assert(FW_RECENT_BYTES_MAX % 8 == 0 && sizeof(struct kept) % 8 == 0, "entries stay aligned");

int recent_new(struct recent **out_recent)
{
	struct recent *recent = calloc(1, sizeof(*recent));

	if (!recent)
		return -ENOMEM;
	*out_recent = recent;
	return 0;
}

void recent_free(struct recent *recent)
{
	free(recent);
}

uint32_t recent_count(const struct recent *recent)
{
	return recent->count;
}

static const struct kept *kept_at(const struct recent *recent, uint32_t at)
{
	return (const struct kept *)(const void *)(recent->bytes + at);
}

/* Where the entry behind this one begins. */
static uint32_t behind(const struct recent *recent, uint32_t at)
{
	uint32_t end = at + kept_at(recent, at)->room;

	return end + sizeof(struct kept) > FW_RECENT_BYTES_MAX || kept_at(recent, end)->skipped ? 0 : end;
}

static void drop_first(struct recent *recent)
{
	recent->first = behind(recent, recent->first);
	recent->count--;
}

/* Frees [from, until): all that begins in it goes. */
static void make_room(struct recent *recent, uint32_t from, uint32_t until)
{
	while (recent->count && recent->first >= from && recent->first < until)
		drop_first(recent);
}

static uint32_t place_for(struct recent *recent, uint32_t room)
{
	uint32_t at = recent->next;

	if (at + room <= FW_RECENT_BYTES_MAX) {
		make_room(recent, at, at + room);
		return at;
	}
	make_room(recent, at, FW_RECENT_BYTES_MAX);
	if (at + sizeof(struct kept) <= FW_RECENT_BYTES_MAX)
		*(struct kept *)(void *)(recent->bytes + at) = (struct kept){.room = FW_RECENT_BYTES_MAX - at, .skipped = true};
	make_room(recent, 0, room);
	return 0;
}

void recent_note(struct recent *recent, const struct frame *frame)
{
	uint32_t len = proof_keep_len(frame), room = (uint32_t)(sizeof(struct kept) + len + 7) & ~7u, at;

	if (!len)
		return;
	at = place_for(recent, room);
	*(struct kept *)(void *)(recent->bytes + at) = (struct kept){
		.time_ns = frame->time_ns, .room = room, .wire_len = frame->wire_len, .cap_len = (uint16_t)len, .link = frame->link};
	memcpy(recent->bytes + at + sizeof(struct kept), frame->bytes, len);
	if (!recent->count++)
		recent->first = at;
	recent->next = at + room;
	if (recent->next + sizeof(struct kept) > FW_RECENT_BYTES_MAX)
		recent->next = 0;
}

/* ---- what proves ---- */

struct capture {
	FILE *out;
	char *bytes;
	size_t len;
	struct pcapng_writer writer;
};

struct proving {
	struct capture captures[FW_RECENT_SUBJECTS_MAX];
	const struct recent_asked *asked;
};

static int begin(struct capture *capture, const char *comment)
{
	capture->out = open_memstream(&capture->bytes, &capture->len);
	if (!capture->out)
		return -ENOMEM;
	pcapng_write_section(&capture->writer, capture->out, comment);
	return 0;
}

static int take(void *context, size_t subject, const struct frame *frame, uint32_t keep_len)
{
	struct proving *proving = context;
	struct capture *capture = &proving->captures[subject];
	struct pcapng_packet packet = {
		.time_ns = frame->time_ns, .bytes = frame->bytes, .cap_len = keep_len, .wire_len = frame->wire_len, .link = frame->link};
	uint64_t len = pcapng_packet_len(&packet);
	int error = 0;

	if (!capture->out)
		error = begin(capture, proving->asked->comments[subject]);
	if (error || (uint64_t)ftello(capture->out) + len > FW_RECENT_PROOF_MAX)
		return error;
	return pcapng_write_packet(&capture->writer, &packet) == -ENOMEM ? -ENOMEM : 0;
}

static int walk(const struct recent *recent, struct proof *proof, struct proving *proving)
{
	const struct proof_sink sink = {take, proving};
	uint32_t at = recent->first;
	int error = 0;

	for (uint32_t i = 0; i < recent->count && !error; i++, at = behind(recent, at)) {
		const struct kept *kept = kept_at(recent, at);
		struct frame frame = {.time_ns = kept->time_ns + proving->asked->wall_less_steady_ns,
			.number = i + 1,
			.bytes = (const uint8_t *)(kept + 1),
			.cap_len = kept->cap_len,
			.wire_len = kept->wire_len,
			.link = kept->link};
		error = proof_frame(proof, &frame, &sink);
	}
	return error;
}

static void hand_out(struct proving *proving, size_t subject, bool whole)
{
	struct capture *capture = &proving->captures[subject];

	if (!capture->out)
		return;
	if (fclose(capture->out) == 0 && whole && capture->len <= FW_RECENT_PROOF_MAX)
		proving->asked->take(proving->asked->context, subject, capture->bytes, capture->len);
	free(capture->bytes);
}

int recent_prove(const struct recent *recent, const struct recent_asked *asked)
{
	struct proof_config config = {0};
	struct proving proving = {.asked = asked};
	struct proof *proof;
	int error;

	memcpy(config.hash_key, asked->hash_key, sizeof(config.hash_key));
	error = proof_new(&config, asked->subjects, asked->count, &proof);
	if (error)
		return error;
	error = walk(recent, proof, &proving);
	for (size_t i = 0; i < asked->count; i++)
		hand_out(&proving, i, !error);
	proof_free(proof);
	return error;
}
