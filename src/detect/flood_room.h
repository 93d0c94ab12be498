/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of `flood` and `receives-flood` share among themselves; the idea stands in flood.c. Private to
 * flood.c, leaving.c, falling.c and shape.c.
 */
#pragma once

#include <string.h>

#include "detect/crowd.h"
#include "detect/flood.h"
#include "detect/media.h"
#include "detect/rate.h"
#include "detect/tally.h"
#include "detect/vector.h"
#include "wire/limits.h"
#include "wire/packet.h"
#include "wire/siphash.h"

/* rate_key.what: a vector, and whether the target is one address and no prefix */
enum { WHAT_VECTOR = 0xff, WHAT_EXACT = 0x100 };
/* the first two of a conversation's three words */
enum { MEMO_LEAVING, MEMO_FALLING };

/* What the packets of a flood have in common. */
struct shape {
	uint8_t source[16], target[16];
	uint16_t src_port, dst_port;
	bool known, many_sources, many_targets, src_port_varies, dst_port_varies;
};

/* rate.part counts what goes to the favourite; leaving.c says how it is chosen. */
struct leaving {
	struct rate rate;
	struct shape shape;
	struct shape favourite; /* its packets only, target is its address; unknown while there is none */
	uint32_t votes;
	uint8_t part_target[16]; /* the favourite that part below is about */
	struct rate_sum all, part; /* guilty so far */
	struct rate_sum told; /* of these, what stands in the finding: one or the other */
	uint64_t two_way_ns; /* when the latest window began that was answered, and how many packets it had */
	uint32_t two_way_packets;
	struct media media;
	bool others; /* the finding is about more targets than this rate has seen */
	struct junk_count plain; /* junk counted as udp-plain so far */
};

struct falling {
	struct rate rate; /* its key has no device: the victim's address may be known before its device is */
	uint32_t device;
	struct shape shape;
	struct media media;
	struct junk_count plain;
	struct crowd crowd;
	uint32_t epoch; /* counts up when what was gathered of the senders is judged or forgotten */
	struct junk_count inner; /* since calm or guilt: from a source that is ours */
	struct junk_count unclaimed, ahead; /* as drawn above */
};

struct echoing {
	struct rate rate;
	struct few victims;
	uint8_t victim[16]; /* the first */
};

/* Frames to a device that were lost, when last. */
struct unheard {
	uint64_t time_ns, lost, seen; /* time 0: never */
};

struct flood {
	struct unheard unheard[FW_DEVICE_MAX + 1]; /* the last: whoever's */
	struct rates leaving, falling, echoing;
	struct crowds *crowds;
	struct tally *tally;
	struct spread *spread;
	struct book *book;
	uint64_t now_ns, due_ns;
	uint64_t heard_ns; /* the latest packet from outside to one of ours */
	uint8_t hash_key[16];
};

static inline enum vector vector_in(const struct rate *rate)
{
	return (enum vector)(rate->key.what & WHAT_VECTOR);
}

static inline bool same_address(const uint8_t a[16], const uint8_t b[16])
{
	return memcmp(a, b, 16) == 0;
}

static inline void count_add(struct junk_count *sum, struct junk_count count)
{
	sum->packets += count.packets;
	sum->bytes += count.bytes;
}

static inline void count_take(struct junk_count *sum, struct junk_count count)
{
	sum->packets -= count.packets;
	sum->bytes -= count.bytes;
}

static inline struct junk_count count_min(struct junk_count a, struct junk_count b)
{
	return (struct junk_count){a.packets < b.packets ? a.packets : b.packets, a.bytes < b.bytes ? a.bytes : b.bytes};
}

extern const uint8_t flood_broadcast[16]; /* 255.255.255.255 */

/* shape.c */
bool address_is_loopback(const uint8_t address[16]);
/* The prefix that a flood's targets are taken together by: 120 (an IPv4 /24) or 64. */
uint8_t address_prefix_bits(const uint8_t address[16]);
void shape_see(struct shape *shape, const struct fw_packet *packet);
/* The finding of this rate; NULL when the book is full. */
struct finding *finding_note(struct flood *flood, enum finding_id id, uint32_t device, const struct rate *rate, uint64_t first_ns);
void finding_note_guilt(struct finding *finding, const struct rate_guilt *guilt);
void finding_note_sum(struct finding *finding, const struct rate_sum *sum);
/* Vector, port and source, as far as all packets agree. */
void finding_note_shape(struct finding *finding, const struct rate *rate, const struct shape *shape);
/* Adds junk by vector; plain is the part of this rate's junk counted as udp-plain. finding may be NULL. */
void junk_add(struct flood *flood, const struct finding *finding, const struct rate *rate, struct junk_count *plain,
	const struct junk_piece *piece);
/* A packet of this vector is the body of a request that waits for its response, and counts for nothing. */
bool vector_is_body(const struct rate *remembered, enum vector vector);
/* The window that has just closed, and those before it that the rule asks for, are of media below the rate of a burst. */
bool rate_is_media(const struct rate *rate, struct media *media);
/* A window may have begun: flood_packet() must look at the clock again when it is over. */
void flood_wake(struct flood *flood);

/* leaving.c */
void leaving_closed(void *context, struct rate *rate, const struct rate_guilt *guilt, bool streak);
void leaving_left(void *context, struct rate *rate);
/* Answers from this address to a rate that leaves. */
void leaving_answered(struct leaving *leaving, const uint8_t address[16], uint32_t answers);
void leaving_count(struct flood *flood, const struct sighting *seen, enum vector vector);
/* A datagram in pieces goes out that somebody wants. */
void leaving_wanted(struct flood *flood, const struct sighting *seen, uint32_t answers);

/* falling.c */
void falling_closed(void *context, struct rate *rate, const struct rate_guilt *guilt, bool streak);
void falling_left(void *context, struct rate *rate);
void echoing_closed(void *context, struct rate *rate, const struct rate_guilt *guilt, bool streak);
void echoing_left(void *context, struct rate *rate);
void falling_count(struct flood *flood, const struct sighting *seen, enum vector vector);
void falling_wanted(struct flood *flood, const struct sighting *seen, uint32_t answers);
