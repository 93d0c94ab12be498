/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conversation table and the fate of first packets.
 *
 * A contact is the opening of a conversation by a unicast packet that asks for something: TCP SYN, a bare TCP ACK
 * (what an ACK scan sends), any UDP datagram, an ICMP echo request, an ARP request. It is answered by whatever comes
 * back that is not a refusal, refused by RST or an ICMP error, silent after FW_CONTACT_SILENT_NS. All contacts wait the
 * same time, so those waiting form a queue in order of their start, and one look at its head per packet is enough:
 *
 *     oldest start -> [c] <-> [c] <-> [c] <- newest start      head due? tell "silent", take the next
 *
 * An answer to a multicast question (SSDP, WS-Discovery, mDNS to a high port ...) comes as a new five-tuple that nobody
 * answers; it would look like a failed contact of an honest device. Who asked many is kept in a small table, and datagrams
 * to that address and port are no contacts.
 */
#include "flow/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "flow/side.h"
#include "wire/limits.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };
enum { ASKER_MAX = 1024, LATE_MAX = 256, DHCP_SERVER = 67, DHCP_CLIENT = 68 };

static const uint64_t idle_ns = 300ull * 1000000000ull; /* RFC 4787 section 4.3 recommends 5 minutes for UDP */
static const uint64_t closed_ns = 10ull * 1000000000ull; /* late packets of a closed TCP conversation */
static const uint64_t reset_ns = 1000000000ull; /* a reset conversation's ports may be used again at once; a forged reset changes nothing */
static const uint64_t asker_ns = 30ull * 1000000000ull; /* answers to a multicast question may be spread over MX seconds */

struct asker {
	uint8_t address[16];
	uint16_t port;
	uint8_t zero[6];
	uint64_t asked_ns;
};

struct flow {
	struct table conversations, askers;
	struct flow_tell tell;
	uint64_t now_ns;
	uint32_t pending_head, pending_tail;
	uint32_t closing_head, closing_tail; /* live: closed conversations, by pending_next alone */
	bool prompt;
	uint32_t generation;
	uint64_t evicted_alive;
	uint64_t askers_lost; /* forgotten while their answers could still come */
	struct conversation *latest; /* the one of the packet before: bulk traffic comes in runs */
};

static void pending_add(struct flow *flow, struct conversation *c)
{
	uint32_t index = table_index(&flow->conversations, c);

	c->flags |= CONVERSATION_PENDING;
	c->pending_next = TABLE_NONE;
	c->pending_prev = flow->pending_tail;
	if (flow->pending_tail == TABLE_NONE)
		flow->pending_head = index;
	else
		((struct conversation *)table_at(&flow->conversations, flow->pending_tail))->pending_next = index;
	flow->pending_tail = index;
}

static void pending_drop(struct flow *flow, struct conversation *c)
{
	if (c->pending_prev == TABLE_NONE)
		flow->pending_head = c->pending_next;
	else
		((struct conversation *)table_at(&flow->conversations, c->pending_prev))->pending_next = c->pending_next;
	if (c->pending_next == TABLE_NONE)
		flow->pending_tail = c->pending_prev;
	else
		((struct conversation *)table_at(&flow->conversations, c->pending_next))->pending_prev = c->pending_prev;
	c->flags &= ~(uint32_t)CONVERSATION_PENDING;
}

static void decide(struct flow *flow, struct conversation *c, enum contact_outcome outcome, uint64_t now_ns)
{
	if (!(c->flags & CONVERSATION_PENDING))
		return;
	pending_drop(flow, c);
	flow->tell.contact(flow->tell.context, c, outcome, now_ns);
}

static bool is_closed(const struct conversation *c)
{
	uint32_t both = CONVERSATION_FIN_OUT | CONVERSATION_FIN_IN;

	return (c->flags & CONVERSATION_RESET) || (c->flags & both) == both;
}

/* Once. */
static void tell_ended(struct flow *flow, struct conversation *c)
{
	if (!(c->flags & CONVERSATION_ENDED))
		flow->tell.ended(flow->tell.context, c);
	c->flags |= CONVERSATION_ENDED;
}

static struct conversation *closing_first(const struct flow *flow)
{
	return flow->closing_head == TABLE_NONE ? NULL : table_at(&flow->conversations, flow->closing_head);
}

/* The links are those of the queue of contacts, in which a closed conversation is no more. */
static void closing_add(struct flow *flow, struct conversation *c)
{
	uint32_t index = table_index(&flow->conversations, c);

	c->flags |= CONVERSATION_CLOSING;
	c->pending_next = TABLE_NONE;
	c->pending_prev = flow->closing_tail;
	if (flow->closing_tail == TABLE_NONE)
		flow->closing_head = index;
	else
		((struct conversation *)table_at(&flow->conversations, flow->closing_tail))->pending_next = index;
	flow->closing_tail = index;
}

static void closing_drop(struct flow *flow, struct conversation *c)
{
	if (!(c->flags & CONVERSATION_CLOSING))
		return;
	if (c->pending_prev == TABLE_NONE)
		flow->closing_head = c->pending_next;
	else
		((struct conversation *)table_at(&flow->conversations, c->pending_prev))->pending_next = c->pending_next;
	if (c->pending_next == TABLE_NONE)
		flow->closing_tail = c->pending_prev;
	else
		((struct conversation *)table_at(&flow->conversations, c->pending_next))->pending_prev = c->pending_prev;
	c->flags &= ~(uint32_t)CONVERSATION_CLOSING;
}

/* It leaves the table, or its ports begin anew. */
static void end(struct flow *flow, struct conversation *c)
{
	closing_drop(flow, c);
	tell_ended(flow, c);
}

/* Out of room: what came of its opening will never be known. */
static void evict(void *context, void *entry)
{
	struct flow *flow = context;
	struct conversation *c = entry;

	flow->evicted_alive += !is_closed(c);
	decide(flow, c, CONTACT_VOID, flow->now_ns);
	end(flow, c);
}

int flow_new(uint32_t conversation_max, const uint8_t hash_key[16], const struct flow_tell *tell, struct flow **out_flow)
{
	struct flow *flow = calloc(1, sizeof(*flow));
	int error;

	if (!flow)
		return -ENOMEM;
	flow->tell = *tell;
	flow->pending_head = flow->pending_tail = TABLE_NONE;
	flow->closing_head = flow->closing_tail = TABLE_NONE;
	error = table_init(
		&flow->conversations, conversation_max, sizeof(struct conversation), offsetof(struct conversation, flags), hash_key);
	if (!error)
		error = table_init(&flow->askers, ASKER_MAX, sizeof(struct asker), offsetof(struct asker, asked_ns), hash_key);
	if (error) {
		flow_free(flow);
		return error;
	}
	*out_flow = flow;
	return 0;
}

void flow_free(struct flow *flow)
{
	if (!flow)
		return;
	table_done(&flow->conversations);
	table_done(&flow->askers);
	free(flow);
}

/* Returns true when the source is the low end. */
static bool key_fill(struct conversation *key, const struct fw_packet *p, uint32_t arp_operation)
{
	int order = memcmp(p->src, p->dst, 16);
	bool low;

	if (order == 0)
		order = p->src_port < p->dst_port ? -1 : p->src_port > p->dst_port;
	low = order <= 0;
	memcpy(key->low, low ? p->src : p->dst, 16);
	memcpy(key->high, low ? p->dst : p->src, 16);
	key->low_port = low ? p->src_port : p->dst_port;
	key->high_port = low ? p->dst_port : p->src_port;
	key->proto = arp_operation           ? FLOW_PROTO_ARP
		: p->proto == FLOW_PROTO_ARP ? FLOW_PROTO_ARP - 1
					     : p->proto; /* 255 is reserved (RFC 5237) */
	memset(key->zero, 0, sizeof(key->zero));
	return low;
}

static bool to_many(const struct fw_packet *p)
{
	return side_is_multicast(p->dst) || p->to_many;
}

static void forget_asker(void *context, void *entry)
{
	struct flow *flow = context;
	const struct asker *asker = entry;

	flow->askers_lost += flow->now_ns - asker->asked_ns <= asker_ns;
}

static void note_asker(struct flow *flow, const struct fw_packet *p, uint64_t now_ns)
{
	struct asker key = {.port = p->src_port}, *asker;
	bool is_new;

	memcpy(key.address, p->src, 16);
	asker = table_put(&flow->askers, &key, &is_new, forget_asker, flow);
	asker->asked_ns = now_ns;
}

static bool answers_asker(const struct flow *flow, const struct fw_packet *p, uint64_t now_ns)
{
	struct asker key = {.port = p->dst_port};
	const struct asker *asker;

	memcpy(key.address, p->dst, 16);
	asker = table_find(&flow->askers, &key);
	return asker && now_ns - asker->asked_ns <= asker_ns;
}

/* What kind of contact this first packet is; CONTACT_KIND_COUNT when it is none. */
static enum contact_kind contact_kind_of(const struct fw_packet *p, uint32_t arp_operation)
{
	bool gratuitous = memcmp(p->src, p->dst, 16) == 0 || side_is_zero(p->src);

	if (arp_operation)
		return arp_operation == 1 && !gratuitous ? CONTACT_ARP : CONTACT_KIND_COUNT;
	if (p->fragment == FW_FRAGMENT_LATER)
		return CONTACT_KIND_COUNT;
	switch (p->proto) {
	case PROTO_TCP:
		if ((p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN)
			return CONTACT_TCP;
		return (p->tcp_flags & 0x3f) == TCP_ACK && p->payload_wire_len == 0 ? CONTACT_ACK : CONTACT_KIND_COUNT;
	case PROTO_UDP:
		/* a DHCP server's answer to a client that asked everybody from 0.0.0.0 (RFC 2131 section 4.1) */
		return p->src_port == DHCP_SERVER && p->dst_port == DHCP_CLIENT ? CONTACT_KIND_COUNT : CONTACT_UDP;
	case PROTO_ICMP:
		return p->icmp_type == 8 ? CONTACT_ICMP : CONTACT_KIND_COUNT;
	case PROTO_ICMP6:
		return p->icmp_type == 128 ? CONTACT_ICMP : CONTACT_KIND_COUNT;
	default:
		return CONTACT_KIND_COUNT;
	}
}

static bool mirai_mark(const struct fw_packet *p)
{
	uint32_t address = (uint32_t)p->dst[12] << 24 | (uint32_t)p->dst[13] << 16 | (uint32_t)p->dst[14] << 8 | p->dst[15];

	return p->family == 4 && p->proto == PROTO_TCP && (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && p->tcp_seq == address;
}

static void open_conversation(struct flow *flow, struct conversation *c, const struct fw_packet *p, uint32_t arp_operation, uint64_t now_ns)
{
	bool syn = p->proto == PROTO_TCP && (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	bool syn_ack = p->proto == PROTO_TCP && (p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
	uint32_t low = c->flags & CONVERSATION_OPENER_LOW;

	/* everything below the key starts afresh, also when a closed conversation's ports are used again */
	memset((uint8_t *)c + offsetof(struct conversation, flags), 0, sizeof(*c) - offsetof(struct conversation, flags));
	c->flags = low;
	c->generation = ++flow->generation;
	c->first_ns = c->last_ns = now_ns;
	c->opening_seq = p->tcp_seq;
	c->slot = FLOW_SLOT_NONE;
	c->device[0] = c->device[1] = DEVICE_NONE;
	c->pending_prev = c->pending_next = TABLE_NONE;
	if (syn || p->proto != PROTO_TCP || arp_operation)
		c->flags |= CONVERSATION_OPENING_SEEN;
	if (syn_ack)
		c->flags |= CONVERSATION_SYN_ACK_FIRST;
	if (mirai_mark(p))
		c->flags |= CONVERSATION_MIRAI_MARK;
	if (!arp_operation && to_many(p)) {
		c->flags |= CONVERSATION_TO_MANY;
		if (p->proto == PROTO_UDP)
			note_asker(flow, p, now_ns);
	}
	if (side_is_loopback(p->src) || side_is_loopback(p->dst))
		c->flags |= CONVERSATION_LOOPBACK;
	c->kind = (uint8_t)contact_kind_of(p, arp_operation);
	if (c->kind == CONTACT_UDP && answers_asker(flow, p, now_ns)) {
		c->flags |= CONVERSATION_REPLY_TO_MANY;
		c->kind = CONTACT_KIND_COUNT;
	}
	if (c->kind != CONTACT_KIND_COUNT && !(c->flags & (CONVERSATION_TO_MANY | CONVERSATION_LOOPBACK)))
		pending_add(flow, c);
}

/*
 * The same ports again: a SYN with another number after the earlier conversation closed, failed, or fell silent. In a live one it
 * is somebody else's, and the host itself would not believe it (RFC 5961 section 4).
 */
static bool reopens(const struct conversation *c, const struct fw_packet *p, uint64_t now_ns)
{
	uint32_t both = CONVERSATION_FIN_OUT | CONVERSATION_FIN_IN;

	if (p->proto != PROTO_TCP || (p->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return false;
	if ((c->flags & CONVERSATION_OPENING_SEEN) && p->tcp_seq == c->opening_seq)
		return false;
	if (c->flags & CONVERSATION_PENDING)
		return false;
	if ((c->flags & both) == both || !(c->flags & CONVERSATION_ANSWERED))
		return true;
	return now_ns - c->last_ns > (c->flags & CONVERSATION_RESET ? reset_ns : closed_ns);
}

/* Only 24 of the 32 bits are kept: a guess from afar hits once in 2^18, and nobody gains from one hit. */
static void note_accept(struct conversation *c, uint32_t ack)
{
	c->accept_ack[0] = (uint8_t)(ack >> 16);
	c->accept_ack[1] = (uint8_t)(ack >> 8);
	c->accept_ack[2] = (uint8_t)ack;
}

/*
 * The opener has seen the SYN-ACK: he acknowledges it, or it and some of what was sent after it. Who sends SYNs under somebody
 * else's address does not know that number, and ACKs of his prove nothing (RFC 9293 section 3.5).
 */
static bool acknowledges(const struct conversation *c, uint32_t ack)
{
	uint32_t first = (uint32_t)c->accept_ack[0] << 16 | (uint32_t)c->accept_ack[1] << 8 | c->accept_ack[2];

	return ((ack - first) & 0xffffff) <= c->bytes[1];
}

static void tcp_from_opener(struct conversation *c, const struct fw_packet *p, struct flow_step *step)
{
	if ((c->flags & (CONVERSATION_ACCEPTED | CONVERSATION_HANDSHAKE)) == CONVERSATION_ACCEPTED && (p->tcp_flags & TCP_ACK) &&
		!(p->tcp_flags & (TCP_SYN | TCP_RST)) && acknowledges(c, p->tcp_ack)) {
		c->flags |= CONVERSATION_HANDSHAKE;
		step->first_answer = true;
	}
	if (p->tcp_flags & TCP_FIN)
		c->flags |= CONVERSATION_FIN_OUT;
}

static void tcp_to_opener(struct flow *flow, struct conversation *c, const struct fw_packet *p, struct flow_step *step)
{
	bool accepted = (p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);

	if (p->tcp_flags & TCP_RST) {
		if (!(c->flags & CONVERSATION_ANSWERED)) {
			c->flags |= CONVERSATION_REFUSED;
			decide(flow, c, CONTACT_REFUSED, flow->now_ns);
		}
		return;
	}
	if (accepted && !(c->flags & CONVERSATION_ACCEPTED)) {
		c->flags |= CONVERSATION_ACCEPTED;
		step->accepted_now = true;
	}
	/* the latest: a host that keeps no state answers each SYN with another number */
	if (accepted && !(c->flags & CONVERSATION_HANDSHAKE))
		note_accept(c, p->tcp_seq + 1);
	if (!(c->flags & CONVERSATION_ANSWERED)) {
		c->flags |= CONVERSATION_ANSWERED;
		step->first_answer = !(c->flags & CONVERSATION_OPENING_SEEN);
		decide(flow, c, CONTACT_ANSWERED, flow->now_ns);
	}
	if (p->tcp_flags & TCP_FIN)
		c->flags |= CONVERSATION_FIN_IN;
}

static void other_to_opener(struct flow *flow, struct conversation *c, struct flow_step *step)
{
	if (c->flags & CONVERSATION_ANSWERED)
		return;
	c->flags |= CONVERSATION_ANSWERED;
	step->first_answer = step->accepted_now = true;
	decide(flow, c, CONTACT_ANSWERED, flow->now_ns);
}

static void advance(struct flow *flow, struct conversation *c, const struct fw_packet *p, struct flow_step *step)
{
	if (c->proto == PROTO_TCP) {
		if (step->direction == 0)
			tcp_from_opener(c, p, step);
		else
			tcp_to_opener(flow, c, p, step);
		if (p->tcp_flags & TCP_RST)
			c->flags |= CONVERSATION_RESET;
	} else if (step->direction == 1) {
		other_to_opener(flow, c, step);
	}
}

void flow_see(struct flow *flow, const struct fw_packet *packet, uint32_t arp_operation, uint64_t now_ns, struct flow_step *out_step)
{
	struct conversation key, *c = flow->latest;
	bool low = key_fill(&key, packet, arp_operation), is_new = false;

	flow->now_ns = now_ns;
	if (!c || memcmp(c, &key, offsetof(struct conversation, flags)) != 0)
		c = table_put(&flow->conversations, &key, &is_new, evict, flow);
	flow->latest = c;
	if (is_new) {
		c->flags = low ? CONVERSATION_OPENER_LOW : 0;
		open_conversation(flow, c, packet, arp_operation, now_ns);
	} else if (reopens(c, packet, now_ns)) {
		end(flow, c);
		c->flags = low ? CONVERSATION_OPENER_LOW : 0;
		open_conversation(flow, c, packet, arp_operation, now_ns);
		is_new = true;
	}
	*out_step = (struct flow_step){.conversation = c, .is_new = is_new};
	out_step->direction = ((c->flags & CONVERSATION_OPENER_LOW) != 0) == low ? 0 : 1;
	out_step->was_answered = (c->flags & CONVERSATION_ANSWERED) != 0;
	c->last_ns = now_ns;
	c->packets[out_step->direction]++;
	c->bytes[out_step->direction] += packet->ip_len;
	advance(flow, c, packet, out_step);
	if (flow->prompt && is_closed(c) && !(c->flags & (CONVERSATION_PENDING | CONVERSATION_CLOSING | CONVERSATION_ENDED)))
		closing_add(flow, c);
}

void flow_prompt(struct flow *flow)
{
	flow->prompt = true;
}

void flow_unheard(struct flow *flow, uint32_t device, uint64_t now_ns)
{
	for (uint32_t at = flow->pending_head; at != TABLE_NONE;) {
		struct conversation *c = table_at(&flow->conversations, at);

		at = c->pending_next;
		if (device == DEVICE_NONE || c->device[0] == device)
			decide(flow, c, CONTACT_VOID, now_ns);
	}
}

void flow_stopped(struct flow *flow, struct conversation *conversation, uint64_t now_ns)
{
	decide(flow, conversation, CONTACT_VOID, now_ns);
}

void flow_quoted(struct flow *flow, const struct fw_packet *inner, bool refused, uint64_t now_ns)
{
	struct conversation key, *c;
	bool low = key_fill(&key, inner, 0);

	c = table_find(&flow->conversations, &key);
	if (!c || ((c->flags & CONVERSATION_OPENER_LOW) != 0) != low || !(c->flags & CONVERSATION_PENDING))
		return;
	if (refused)
		c->flags |= CONVERSATION_REFUSED;
	decide(flow, c, refused ? CONTACT_REFUSED : CONTACT_VOID, now_ns);
}

static bool is_over(const struct conversation *c, uint64_t now_ns)
{
	return now_ns - c->last_ns > (is_closed(c) ? closed_ns : idle_ns);
}

/* A few that still hear something late go behind the others. */
static void end_closed(struct flow *flow, uint64_t now_ns)
{
	struct conversation *c;

	for (uint32_t again = 0; again < LATE_MAX && (c = closing_first(flow));) {
		if (now_ns - c->last_ns >= reset_ns) {
			end(flow, c);
			continue;
		}
		closing_drop(flow, c);
		closing_add(flow, c);
		again++;
	}
}

void flow_tick(struct flow *flow, uint64_t now_ns)
{
	struct conversation *c;

	flow->now_ns = now_ns;
	while (flow->pending_head != TABLE_NONE) {
		c = table_at(&flow->conversations, flow->pending_head);
		if (now_ns - c->first_ns < FW_CONTACT_SILENT_NS)
			break;
		decide(flow, c, CONTACT_SILENT, c->first_ns + FW_CONTACT_SILENT_NS);
	}
	end_closed(flow, now_ns);
	while ((c = table_oldest(&flow->conversations)) && is_over(c, now_ns)) {
		if (flow->latest == c)
			flow->latest = NULL;
		decide(flow, c, CONTACT_VOID, now_ns);
		end(flow, c);
		table_remove(&flow->conversations, c);
	}
}

void flow_clock_broke(struct flow *flow, uint64_t now_ns)
{
	while (flow->pending_head != TABLE_NONE)
		decide(flow, table_at(&flow->conversations, flow->pending_head), CONTACT_VOID, now_ns);
}

void flow_end(struct flow *flow, uint64_t now_ns)
{
	struct conversation *c;

	flow->now_ns = now_ns;
	flow_tick(flow, now_ns);
	while (flow->pending_head != TABLE_NONE)
		decide(flow, table_at(&flow->conversations, flow->pending_head), CONTACT_ENDED, now_ns);
	flow->latest = NULL;
	while ((c = table_oldest(&flow->conversations))) {
		end(flow, c);
		table_remove(&flow->conversations, c);
	}
}

uint64_t flow_number(const struct flow *flow, const struct conversation *conversation)
{
	return (uint64_t)conversation->generation << 32 | table_index(&flow->conversations, conversation);
}

struct conversation *flow_at(const struct flow *flow, uint32_t index)
{
	return table_at(&flow->conversations, index);
}

uint32_t flow_index(const struct flow *flow, const struct conversation *conversation)
{
	return table_index(&flow->conversations, conversation);
}

uint64_t flow_left_out(const struct flow *flow)
{
	return flow->evicted_alive + flow->askers_lost;
}
