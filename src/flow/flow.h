/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conversations: who opened, who answered, how much, and what came of the opening.
 *
 * One entry per five-tuple (ICMP echo: identifier as ports; ARP: sender and target), both directions
 * together, in a table of fixed size with exact LRU eviction. The opener is whoever sent the first packet
 * that we saw. Called by the hall for each packet; tells the hall what was decided through struct flow_tell.
 * Time is the hall's clock: it never runs backwards (flow_clock_broke() says when the capture's did).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/side.h"
#include "model/contact.h"
#include "model/device.h"
#include "wire/packet.h"

enum { FLOW_PROTO_ARP = 255, FLOW_SLOT_NONE = UINT32_MAX };

enum conversation_flag {
	CONVERSATION_OPENER_LOW = 1 << 0, /* the opener is the key's low end */
	CONVERSATION_OPENING_SEEN = 1 << 1, /* SYN, or a protocol without one */
	CONVERSATION_ANSWERED = 1 << 2,
	CONVERSATION_ACCEPTED = 1 << 3, /* TCP: SYN-ACK seen */
	CONVERSATION_HANDSHAKE = 1 << 4, /* TCP: three-way handshake complete */
	CONVERSATION_REFUSED = 1 << 5,
	CONVERSATION_FIN_OUT = 1 << 6,
	CONVERSATION_FIN_IN = 1 << 7,
	CONVERSATION_RESET = 1 << 8,
	CONVERSATION_PENDING = 1 << 9, /* the contact's outcome is not yet known */
	CONVERSATION_TO_MANY = 1 << 10, /* multicast or broadcast */
	CONVERSATION_LOOPBACK = 1 << 11,
	CONVERSATION_MIRAI_MARK = 1 << 12,
	CONVERSATION_SYN_ACK_FIRST = 1 << 13,
	CONVERSATION_REPLY_TO_MANY = 1 << 14, /* answers a multicast question: no contact */
	/* for the hall */
	CONVERSATION_SRC_OURS = 1 << 16, /* the opener */
	CONVERSATION_DST_OURS = 1 << 17,
	CONVERSATION_NAMED = 1 << 18, /* a DNS answer gave the target's address */
	CONVERSATION_FORGED = 1 << 19,
	CONVERSATION_READ = 1 << 20, /* its dissector is done or was never wanted */
	CONVERSATION_CLEAR_LOGIN = 1 << 21,
	CONVERSATION_SERVICE_TOLD = 1 << 22,
	/* for flow.c, on live traffic */
	CONVERSATION_CLOSING = 1 << 23, /* closed, and waits to be told */
	CONVERSATION_ENDED = 1 << 24, /* its end was told */
};

/* low < high by address, then port; the key is the first 40 bytes */
struct conversation {
	uint8_t low[16], high[16];
	uint16_t low_port, high_port;
	uint8_t proto; /* IP protocol, or FLOW_PROTO_ARP */
	uint8_t zero[3];

	uint32_t flags;
	uint8_t kind; /* enum contact_kind, CONTACT_KIND_COUNT when it is no contact */
	uint8_t accept_ack[3]; /* TCP: lower bits of the number that acknowledges the SYN-ACK */
	uint64_t first_ns, last_ns;
	uint64_t bytes[2]; /* network layer, by direction: 0 from the opener, 1 to it */
	uint32_t packets[2];
	uint32_t opening_seq; /* TCP: the SYN's sequence number */
	uint32_t generation; /* with the entry's index: a number never used twice */
	uint32_t pending_prev, pending_next;
	/* for the hall */
	uint32_t device[2]; /* opener's, target's */
	uint32_t memo[3]; /* detect's own, three words */
	uint32_t slot; /* stream and session, FLOW_SLOT_NONE without */
};
_Static_assert(offsetof(struct conversation, flags) == 40, "the key is the first 40 bytes");
_Static_assert(sizeof(struct conversation) == 128, "two cache lines");

/* Opener's and target's end. */
static inline const uint8_t *conversation_source(const struct conversation *c)
{
	return c->flags & CONVERSATION_OPENER_LOW ? c->low : c->high;
}

static inline const uint8_t *conversation_target(const struct conversation *c)
{
	return c->flags & CONVERSATION_OPENER_LOW ? c->high : c->low;
}

static inline uint16_t conversation_source_port(const struct conversation *c)
{
	return c->flags & CONVERSATION_OPENER_LOW ? c->low_port : c->high_port;
}

static inline uint16_t conversation_target_port(const struct conversation *c)
{
	return c->flags & CONVERSATION_OPENER_LOW ? c->high_port : c->low_port;
}

struct flow_tell {
	/* The outcome of an opening; once per contact. */
	void (*contact)(void *context, const struct conversation *conversation, enum contact_outcome outcome, uint64_t now_ns);
	/* It is over, or must make room; the hall lets go of what it keeps with it. Once per conversation. */
	void (*ended)(void *context, struct conversation *conversation);
	void *context;
};

struct flow_step {
	struct conversation *conversation;
	int direction; /* 0: from the opener */
	bool is_new;
	bool first_answer; /* as struct sighting says */
	bool was_answered; /* before this packet */
	bool accepted_now; /* this packet is the answer of a service: SYN-ACK, or the first reply */
};

struct flow;

int flow_new(uint32_t conversation_max, const uint8_t hash_key[16], const struct flow_tell *tell, struct flow **out_flow);
void flow_free(struct flow *flow);

/* Live traffic: the end of a closed conversation is told a second later, not when its place is wanted. */
void flow_prompt(struct flow *flow);

/* Answers to this device (DEVICE_NONE: whoever) were lost: what it waits for cannot be told. */
void flow_unheard(struct flow *flow, uint32_t device, uint64_t now_ns);
/* The packet that opened this contact was stopped: likewise. */
void flow_stopped(struct flow *flow, struct conversation *conversation, uint64_t now_ns);

/* Takes in an IP packet, or an ARP one whose operation stands in arp_operation (else 0). */
void flow_see(struct flow *flow, const struct fw_packet *packet, uint32_t arp_operation, uint64_t now_ns, struct flow_step *out_step);

/*
 * An ICMP error names the packet it answers: if that one opened a contact still waiting, it was refused (unreachable), or it can
 * not be told (time exceeded: it never got there, as traceroute wants it).
 */
void flow_quoted(struct flow *flow, const struct fw_packet *inner, bool refused, uint64_t now_ns);

/* Waits that are over; conversations idle for long. Cheap when nothing is due. */
void flow_tick(struct flow *flow, uint64_t now_ns);
/* The capture's clock jumped back: what is waiting cannot be told any more. */
void flow_clock_broke(struct flow *flow, uint64_t now_ns);
/* End of capture: whatever waits has ended unanswered, all conversations end. */
void flow_end(struct flow *flow, uint64_t now_ns);

/* A number for a conversation, never used twice in one run. */
uint64_t flow_number(const struct flow *flow, const struct conversation *conversation);
struct conversation *flow_at(const struct flow *flow, uint32_t index);
uint32_t flow_index(const struct flow *flow, const struct conversation *conversation);
uint64_t flow_left_out(
	const struct flow *flow); /* conversations evicted while alive, and multicast questions whose answers could still come */
