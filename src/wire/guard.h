/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The guard's judge at a gateway: what leaves a device, and what reaches it. One frame, one verdict, one reason, one counter.
 *
 *	out   held back? -- readable? -- local? -- forged source? -- quarantine -- policy -- brake        flow noted, frame sent up
 *	in    held back? -- readable? -- local? -- the gateway? -- quarantine -- policy, or: asked for? -- DNS answer bound -- noted
 *
 * A device is a MAC: the sender's of what leaves, the receiver's of what arrives; MACs that have no place share a few. The same maps
 * for all interfaces: on the ports of a bridge a frame between two devices is judged twice, by each one's policy.
 *
 * Each filter is off, observes or enforces; what one that observes would have stopped is counted, and judged on as if it were not there.
 * The gateway itself is never cut off: what it sends passes, and so do the device's answers, its questions to DNS and DHCP.
 */
#pragma once

#include "wire/guard_answer.h"
#include "wire/guard_brake.h"
#include "wire/guard_policy.h"

/* ---- what the frame is ---- */

/* The reader stopped where more should have been read. What is not IP at all is no such case, nor what lies behind GRE. */
FW_INLINE bool fw_guard_is_unread(uint32_t reason)
{
	enum fw_read read = fw_reason_read((enum fw_reason)reason);

	return read == FW_READ_SHORT || read == FW_READ_BAD || reason == FW_REASON_TAGS_MANY || reason == FW_REASON_EXTENSIONS_MANY;
}

FW_INLINE bool fw_guard_is_icmp(const struct fw_packet *packet)
{
	return packet->proto == (packet->family == 4 ? FW_LIMIT(FW_IP_ICMP) : FW_LIMIT(FW_IP_ICMPV6));
}

FW_INLINE bool fw_guard_is_error(const struct fw_packet *packet)
{
	uint32_t type = packet->icmp_type;

	if (packet->family == 6)
		return type >= FW_LIMIT(1u) && type <= FW_LIMIT(4u);
	return type == FW_LIMIT(3u) || type == FW_LIMIT(11u) || type == FW_LIMIT(12u);
}

/* Both ends, by way. Ports of what could not be read to its end are nobody's. */
FW_INLINE int fw_guard_ends_here(struct fw_guard_case *c)
{
	const struct fw_packet *packet = c->packet;
	struct fw_guard_notes *notes = c->notes;
	bool out = notes->way == FW_GUARD_OUT, whole = packet->family && !fw_guard_is_unread(packet->reason);

	notes->rule = UINT32_MAX;
	notes->filter = FW_GUARD_FILTER_COUNT;
	notes->now_ns = fw_guard_store_now(c->store);
	notes->local = fw_guard_address_of(out ? packet->src : packet->dst);
	notes->remote = fw_guard_address_of(out ? packet->dst : packet->src);
	if (!whole || packet->fragment == FW_LIMIT(FW_FRAGMENT_LATER))
		return 0;
	notes->local_port = out ? packet->src_port : packet->dst_port;
	notes->remote_port = out ? packet->dst_port : packet->src_port;
	notes->has_ports = packet->proto == FW_LIMIT(FW_IP_TCP) || packet->proto == FW_LIMIT(FW_IP_UDP);
	notes->has_type = fw_guard_is_icmp(packet);
	notes->is_error = notes->has_type && fw_guard_is_error(packet);
	notes->is_syn =
		packet->proto == FW_LIMIT(FW_IP_TCP) && (packet->tcp_flags & FW_LIMIT(FW_TCP_SYN | FW_TCP_ACK)) == FW_LIMIT(FW_TCP_SYN);
	return 0;
}
FW_GUARD_PART(fw_guard_ends)

/* Reads the frame. The cursor is the caller's, asked anew. */
FW_INLINE void fw_guard_read(struct fw_guard_case *c, struct fw_cursor frame)
{
	struct fw_cursor message = frame;
	const uint8_t *p;

	fw_packet_parse(frame, FW_LINK_ETHERNET, c->packet);
	FW_FORGET();
	fw_guard_ends(c);
	FW_FORGET();
	if (!c->notes->has_ports || c->notes->remote_port != FW_LIMIT(FW_GUARD_DNS) || c->packet->proto != FW_LIMIT(FW_IP_UDP))
		return;
	message = fw_clip(frame, c->packet->payload_off, c->packet->payload_len);
	p = fw_peek(&message, FW_LIMIT(2u));
	if (p)
		c->notes->dns_id = fw_be16(p);
}

/* The flow that an ICMP error quotes, if it is one of this device: RFC 792 asks for 8 bytes behind the IP header, and they tell the ports. */
FW_INLINE int fw_guard_about_here(struct fw_guard_case *c)
{
	const struct fw_packet *inner = &c->desk->inner;
	struct fw_guard_address local = fw_guard_address_of(inner->src), remote = fw_guard_address_of(inner->dst);
	uint32_t ports = (uint32_t)inner->src_port << 16 | inner->dst_port;

	if (!inner->family || local.high != c->notes->local.high || local.low != c->notes->local.low)
		return 0;
	c->notes->about = fw_flow_find(c, fw_flow_tag(c->config, &remote, ports, inner->proto));
	return 0;
}
FW_GUARD_PART(fw_guard_about)

FW_INLINE void fw_guard_read_error(struct fw_guard_case *c)
{
	struct fw_reading r = {.ip_end = 0, .open = false, .out = &c->desk->inner};
	struct fw_cursor frame;

	fw_guard_store_frame_in(c->store, &frame);
	r.here = fw_clip(frame, c->packet->payload_off, c->packet->payload_len);
	fw_packet_clear(r.out);
	r.out->ether_type = c->packet->ether_type;
	if (fw_network_read(&r) == FW_REASON_NONE)
		fw_transport_read(&r);
	FW_FORGET();
	fw_guard_about(c);
}

/* Neighbour discovery, which nobody off the link can send with this hop limit, nor to an address that is not on it. */
FW_INLINE bool fw_guard_is_discovery(const struct fw_guard_case *c)
{
	uint32_t type = c->packet->icmp_type;

	return c->packet->family == FW_LIMIT(6) && c->notes->has_type && type >= FW_LIMIT(133u) && type <= FW_LIMIT(137u) &&
		c->packet->hops == FW_LIMIT(255) && fw_guard_is_inside(c->config, &c->notes->remote);
}

/* DHCP with a server on our side; client to server of what leaves, the other way of what arrives. */
FW_INLINE bool fw_guard_is_dhcp(const struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	if (!notes->has_ports || c->packet->proto != FW_LIMIT(FW_IP_UDP))
		return false;
	if (!(notes->local_port == FW_LIMIT(FW_GUARD_DHCP_CLIENT) && notes->remote_port == FW_LIMIT(FW_GUARD_DHCP_SERVER)) &&
		!(notes->local_port == FW_LIMIT(FW_GUARD_DHCP6_CLIENT) && notes->remote_port == FW_LIMIT(FW_GUARD_DHCP6_SERVER)))
		return false;
	return fw_guard_is_inside(c->config, &notes->remote);
}

/*
 * What is for the link: not IP, or to many. A frame to many that holds an address of one is judged by that device's policy or quarantine,
 * if it has one, because some hosts take it for theirs.
 */
FW_INLINE int fw_guard_is_local_here(struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;
	const struct fw_guard_address *to = notes->way == FW_GUARD_OUT ? &notes->remote : &notes->local;
	bool is_free = !notes->governed && !(c->device->flags & FW_DEVICE_QUARANTINED);

	if (!c->packet->family || fw_guard_is_many(to) || (c->packet->to_many && (is_free || fw_guard_is_ours(c->config, to, true))))
		return 1;
	return fw_guard_is_discovery(c) || fw_guard_is_dhcp(c);
}
FW_GUARD_PART(fw_guard_is_local)

/* ---- what stays open ---- */

/* To the gateway: its DNS, and whatever it asked itself. */
FW_INLINE bool fw_guard_is_gateway(const struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	if (!fw_guard_is_held(c->config, &notes->remote))
		return false;
	if (notes->way == FW_GUARD_IN)
		return true;
	return (notes->has_ports && notes->remote_port == FW_LIMIT(FW_GUARD_DNS)) || (notes->state && notes->by_peer);
}

/*
 * Open in quarantine: the resolvers, the clock, the update hosts. Whose clock has to be known: an NTP server that anybody may be is a way out
 * to anybody's port 123.
 */
FW_INLINE bool fw_guard_in_slit(struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	if (notes->has_ports && notes->remote_port == FW_LIMIT(FW_GUARD_DNS) && fw_guard_is_resolver(c->config, &notes->remote))
		return true;
	if (notes->has_ports && notes->remote_port == FW_LIMIT(FW_GUARD_NTP) && c->packet->proto == FW_LIMIT(FW_IP_UDP) &&
		(fw_guard_is_held(c->config, &notes->remote) || fw_guard_is_member(c, c->config->set_time)))
		return true;
	return fw_guard_is_member(c, c->device->slit);
}

/* Not ours, and not of a host that has no address yet; or the gateway's own, which no device has. */
FW_INLINE bool fw_guard_is_forged(const struct fw_guard_case *c)
{
	const struct fw_guard_address *local = &c->notes->local;

	if (fw_guard_is_held(c->config, local))
		return true;
	return c->config->ours_count && !fw_guard_is_unknown(c->config, local) && !fw_guard_is_inside(c->config, local) &&
		!fw_guard_is_unspecified(local);
}

/* ---- out ---- */

/* By the device's policy, if one is in force. */
FW_INLINE enum fw_reason fw_guard_policy_out(struct fw_guard_case *c)
{
	enum fw_reason reason;

	if (!c->notes->governed)
		return FW_REASON_FREE;
	if (fw_policy_knows(c, FW_FLOW_FROM_OK))
		return FW_REASON_RULE;
	if (fw_guard_is_gateway(c))
		return FW_REASON_GATEWAY;
	reason = (enum fw_reason)fw_policy_judge(c);
	if ((uint32_t)reason < FW_REASON_GUARD_PASS_END) {
		c->notes->allowed = FW_FLOW_FROM_OK;
		return reason;
	}
	return fw_guard_stop(c, FW_GUARD_POLICY, reason) ? reason : FW_REASON_FREE;
}

/* What quarantine says; NONE: nothing, go on. */
FW_INLINE enum fw_reason fw_guard_quarantine(struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	if (!(c->device->flags & FW_DEVICE_QUARANTINED) || !fw_guard_is_on(c, FW_GUARD_QUARANTINE))
		return FW_REASON_NONE;
	if (fw_guard_is_gateway(c))
		return FW_REASON_GATEWAY;
	if ((notes->way == FW_GUARD_OUT || (notes->state && !notes->by_peer)) && fw_guard_in_slit(c))
		return FW_REASON_SLIT;
	return fw_guard_stop(c, FW_GUARD_QUARANTINE, FW_REASON_QUARANTINED) ? FW_REASON_QUARANTINED : FW_REASON_NONE;
}

/* True if that is the end of it; where it is not dropped at once, it costs. */
FW_INLINE bool fw_guard_forgery(struct fw_guard_case *c)
{
	bool is_on = fw_guard_is_on(c, FW_GUARD_FORGED);

	if ((!is_on && !fw_guard_is_on(c, FW_GUARD_BRAKE)) || !fw_guard_is_forged(c))
		return false;
	c->notes->cost[FW_BRAKE_FORGED] = FW_LIMIT(1u);
	return is_on && fw_guard_stop(c, FW_GUARD_FORGED, FW_REASON_FORGED);
}

FW_INLINE enum fw_reason fw_guard_out_to_one(struct fw_guard_case *c)
{
	enum fw_reason reason, brake;

	if (fw_guard_forgery(c))
		return FW_REASON_FORGED;
	reason = fw_guard_quarantine(c);
	if (!reason)
		reason = fw_guard_policy_out(c);
	if (c->notes->outcome == FW_GUARD_DROPPED)
		return reason;
	fw_brake_cost(c);
	brake = (enum fw_reason)fw_brake_judge(c);
	return brake ? brake : reason;
}

/* Not readable, and the fail mode is closed. */
FW_INLINE bool fw_guard_is_refused(struct fw_guard_case *c)
{
	if (!c->config->closed || !fw_guard_is_unread(c->packet->reason))
		return false;
	c->notes->outcome = FW_GUARD_DROPPED;
	return true;
}

/* A device's RST about no conversation that is known: it says that there is none, and so begins none whose answers might come in. */
FW_INLINE bool fw_guard_is_refusal(const struct fw_guard_case *c)
{
	return c->notes->way == FW_GUARD_OUT && c->packet->proto == FW_LIMIT(FW_IP_TCP) && (c->packet->tcp_flags & FW_LIMIT(FW_TCP_RST));
}

/* Whether the frame goes to one other, and so belongs to a conversation; all that is known before the judge speaks. */
FW_INLINE bool fw_guard_look(struct fw_guard_case *c)
{
	if (!(c->device->flags & FW_DEVICE_HELD))
		fw_policy_begin(c);
	if (fw_guard_is_local(c))
		return false;
	fw_flow_look(c);
	c->notes->keeps = c->notes->state || !fw_guard_is_refusal(c);
	return true;
}

FW_INLINE int fw_guard_judge_out_here(struct fw_guard_case *c)
{
	enum fw_reason brake;
	bool to_one = fw_guard_look(c);

	FW_FORGET();
	if (c->device->flags & FW_DEVICE_HELD)
		return FW_REASON_HELD_BACK;
	if (fw_guard_is_refused(c))
		return c->packet->reason;
	if (to_one)
		return (int)fw_guard_out_to_one(c);
	c->notes->cost[FW_BRAKE_LOCAL] = FW_LIMIT(1u);
	brake = (enum fw_reason)fw_brake_judge(c);
	return brake ? (int)brake : FW_REASON_LOCAL;
}
FW_GUARD_PART(fw_guard_judge_out)

/* ---- in ---- */

/*
 * What comes in to a device that may have asked before we were there: shortly after the start, segments of TCP that open nothing, within a
 * bucket. They leave no flow behind: only what the device sends itself makes one. No datagrams: a device answers one that nobody asked for,
 * and its answer would make a flow that it opened; one under way is known with the device's next.
 */
FW_INLINE bool fw_guard_is_late(struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	if (!(notes->now_ns < c->config->late_until_ns) || !notes->has_ports || notes->state)
		return false;
	if (c->packet->proto != FW_LIMIT(FW_IP_TCP) || (c->packet->tcp_flags & FW_LIMIT(FW_TCP_SYN)))
		return false;
	if (!fw_guard_take(c, &c->device->late, &c->config->late, FW_LIMIT(1u)))
		return false;
	c->notes->keeps = 0;
	return true;
}

/* From one of ours: by its address, or where no network of its family is known, by the MAC of a device that has a place. */
FW_INLINE bool fw_guard_is_lateral(struct fw_guard_case *c)
{
	if (fw_guard_is_inside(c->config, &c->notes->remote))
		return true;
	return fw_guard_is_unknown(c->config, &c->notes->remote) && fw_guard_place_of(c, c->packet->src_mac) >= FW_STRANGERS;
}

/* To a device without a policy in force. A SYN into what it opened, forged perhaps, does not make it the other side's: answers would end. */
FW_INLINE enum fw_reason fw_guard_free_in(struct fw_guard_case *c)
{
	struct fw_guard_notes *notes = c->notes;
	enum fw_reason reason = FW_REASON_INBOUND;

	if (notes->state && !(fw_flow_flags(notes->state) & FW_FLOW_BY_PEER)) {
		notes->by_peer = 0;
		return FW_REASON_ASKED;
	}
	if (fw_guard_is_gateway(c))
		return FW_REASON_GATEWAY;
	if (notes->about)
		return FW_REASON_ICMP_ERROR;
	if (fw_guard_is_lateral(c)) {
		if (!c->config->lateral_closed)
			return FW_REASON_LATERAL;
		reason = FW_REASON_LATERAL_CLOSED;
	}
	if (fw_guard_is_on(c, FW_GUARD_INBOUND) && fw_guard_is_late(c))
		return FW_REASON_LATE;
	return fw_guard_is_on(c, FW_GUARD_INBOUND) && fw_guard_stop(c, FW_GUARD_INBOUND, reason) ? reason : FW_REASON_FREE;
}

/* By the device's policy. NONE: it has none, or only watches. */
FW_INLINE enum fw_reason fw_guard_policy_in(struct fw_guard_case *c)
{
	enum fw_reason reason;

	if (!c->notes->governed)
		return FW_REASON_NONE;
	if (fw_policy_knows(c, FW_FLOW_TO_OK))
		return FW_REASON_RULE;
	if (fw_guard_is_gateway(c))
		return FW_REASON_GATEWAY;
	if (c->notes->about)
		return FW_REASON_ICMP_ERROR;
	reason = (enum fw_reason)fw_policy_judge(c);
	if ((uint32_t)reason < FW_REASON_GUARD_PASS_END) {
		c->notes->allowed = FW_FLOW_TO_OK;
		return reason;
	}
	/* a rule allows it in connections that the device opened: it may have, before us */
	if (reason == FW_REASON_WRONG_OPENER && fw_guard_is_late(c))
		return FW_REASON_LATE;
	return fw_guard_stop(c, FW_GUARD_POLICY, reason) ? reason : FW_REASON_NONE;
}

FW_INLINE int fw_guard_judge_in_here(struct fw_guard_case *c)
{
	enum fw_reason reason;
	bool to_one = fw_guard_look(c);

	FW_FORGET();
	if (c->device->flags & FW_DEVICE_HELD)
		return FW_REASON_HELD_BACK;
	if (fw_guard_is_refused(c))
		return c->packet->reason;
	if (!to_one)
		return FW_REASON_LOCAL;
	reason = fw_guard_quarantine(c);
	if (!reason)
		reason = fw_guard_policy_in(c);
	if (!reason)
		reason = fw_guard_free_in(c);
	if (reason == FW_REASON_ICMP_ERROR)
		c->notes->keeps = 0;
	return (int)reason;
}
FW_GUARD_PART(fw_guard_judge_in)

/* ---- afterwards ---- */

/* Counted, and remembered if it passes. */
FW_INLINE int fw_guard_settle_here(struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;
	bool out = notes->way == FW_GUARD_OUT;

	fw_guard_tally(c, notes->outcome, notes->reason);
	if (out && notes->now_ns - c->device->last_ns > FW_LIMIT(FW_NS_PER_S))
		c->device->last_ns = notes->now_ns;
	if (notes->outcome != FW_GUARD_PASSED || !notes->keeps)
		return 0;
	if (out && !notes->is_heard)
		fw_guard_add(c, &c->count->unanswered);
	fw_flow_note(c);
	return 0;
}
FW_GUARD_PART(fw_guard_settle)

FW_INLINE bool fw_guard_is_telling(uint32_t port)
{
	return port == FW_LIMIT(FW_GUARD_DNS) || port == FW_LIMIT(FW_GUARD_DHCP_SERVER) || port == FW_LIMIT(FW_GUARD_DHCP_CLIENT) ||
		port == FW_LIMIT(FW_GUARD_DHCP6_CLIENT) || port == FW_LIMIT(FW_GUARD_DHCP6_SERVER) || port == FW_LIMIT(FW_GUARD_SSDP) ||
		port == FW_LIMIT(FW_GUARD_WSD) || port == FW_LIMIT(FW_GUARD_MDNS);
}

/* What devices tell themselves by: kept at length. */
FW_INLINE bool fw_guard_identifies(const struct fw_guard_case *c)
{
	uint32_t type = c->packet->ether_type;

	if (type == FW_LIMIT(FW_ETHER_ARP) || type == FW_LIMIT(FW_ETHER_LLDP))
		return true;
	return c->notes->has_ports && (fw_guard_is_telling(c->notes->local_port) || fw_guard_is_telling(c->notes->remote_port));
}

#define FW_GUARD_FIRST 16u /* packets of a flow that are sent up */
#define FW_GUARD_FIRST_TELNET 80u /* of telnet: options are agreed, and each key is a packet or two, before anybody is logged in */
#define FW_GUARD_TELNET 23u
#define FW_GUARD_TELNET_TOO 2323u
#define FW_GUARD_RUN 15u /* of the device in a row, after which one-way flows are, and the answer that ends such a run */

FW_INLINE bool fw_guard_is_telnet(uint32_t port)
{
	return port == FW_LIMIT(FW_GUARD_TELNET) || port == FW_LIMIT(FW_GUARD_TELNET_TOO);
}

/* Among the first of its flow. */
FW_INLINE bool fw_guard_is_first(const struct fw_guard_case *c)
{
	uint32_t packets = fw_flow_packets(c->notes->state);

	if (fw_guard_is_telnet(c->notes->local_port) || fw_guard_is_telnet(c->notes->remote_port))
		return packets <= FW_LIMIT(FW_GUARD_FIRST_TELNET);
	return packets <= FW_LIMIT(FW_GUARD_FIRST);
}

FW_INLINE bool fw_guard_is_news(const struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	return notes->outcome != FW_GUARD_PASSED || notes->would || fw_guard_is_first(c) ||
		fw_flow_run(notes->state) > FW_LIMIT(FW_GUARD_RUN) ||
		(c->packet->proto == FW_LIMIT(FW_IP_TCP) && (c->packet->tcp_flags & FW_LIMIT(FW_TCP_FIN | FW_TCP_SYN | FW_TCP_RST))) ||
		fw_guard_identifies(c);
}

/* What was stopped on its way in can be no answer: an outsider's knocking tells nothing about what the device waits for. */
FW_INLINE void fw_guard_lose(struct fw_guard_case *c)
{
	c->count->frames_lost++;
	c->count->frames_lost_in += c->notes->way == FW_GUARD_IN && c->notes->outcome != FW_GUARD_DROPPED;
}

/* How much of the frame goes up: 0 or the room it gets. What is left out by the device's bucket, or by that of all, is counted. */
FW_INLINE int fw_guard_wants_here(struct fw_guard_case *c)
{
	bool out = c->notes->way == FW_GUARD_OUT;
	const struct fw_bucket_rule *rule = out ? &c->config->frames_out : &c->config->frames_in;
	const struct fw_bucket_rule *all = &c->config->words[FW_GUARD_WORD_FRAMES];
	uint64_t *word = fw_guard_store_word(c->store, FW_GUARD_WORD_FRAMES);

	if (!fw_guard_is_news(c))
		return 0;
	if (!word || !fw_guard_has(c, word, all, FW_LIMIT(1u)) ||
		!fw_guard_take(c, out ? &c->device->frames_out : &c->device->frames_in, rule, FW_LIMIT(1u)) ||
		!fw_guard_take(c, word, all, FW_LIMIT(1u))) {
		fw_guard_lose(c);
		return 0;
	}
	if (fw_guard_identifies(c) || (c->packet->payload_len && fw_guard_is_first(c)))
		return FW_FRAME_LONG;
	return FW_FRAME_SHORT;
}
FW_GUARD_PART(fw_guard_wants)

/* The head of what goes up; its time and interface are the store's. */
FW_INLINE void fw_guard_head(const struct fw_guard_case *c, uint32_t room, struct fw_guard_frame *head)
{
	const struct fw_guard_notes *notes = c->notes;
	bool would = notes->outcome == FW_GUARD_PASSED && notes->would;

	*head = (struct fw_guard_frame){
		.frame_len = notes->frame_len,
		.kept_len = room,
		.place = (uint16_t)notes->place,
		.way = (uint8_t)notes->way,
		.outcome = (uint8_t)(would ? (uint32_t)FW_GUARD_WOULD : notes->outcome),
		.reason = (uint8_t)(would ? notes->would : notes->reason),
		.room = room == FW_FRAME_LONG,
		.vlan = notes->vlan,
		.run = (uint8_t)fw_flow_run(notes->state),
	};
}

FW_INLINE void fw_guard_ring_full(struct fw_guard_case *c)
{
	c->totals->ring_full++;
	fw_guard_lose(c);
}

/* ---- the two ways ---- */

/* Whose frame it is: the place of its MAC. Only user space meets frames without one. */
FW_INLINE uint32_t fw_guard_seat(struct fw_guard_case *c, struct fw_cursor frame, enum fw_guard_way way)
{
	const uint8_t *p = fw_peek(&frame, 12);
	uint8_t mac[8] = {0};

	if (p)
		fw_move(mac, way == FW_GUARD_OUT ? p + 6 : p, 6);
	return fw_guard_place_of(c, mac);
}

/*
 * One frame that leaves a device. The caller has set all pointers, cleared the notes and set their place, frame_len, packets and vlan.
 * notes->outcome says what becomes of it, PASSED or DROPPED, notes->reason why.
 */
FW_INLINE void fw_guard_out(struct fw_guard_case *c)
{
	struct fw_guard_frame head;
	struct fw_cursor frame;
	uint32_t room;

	c->notes->way = FW_GUARD_OUT;
	fw_guard_store_frame_out(c->store, &frame);
	fw_guard_read(c, frame);
	FW_FORGET();
	c->notes->reason = (uint32_t)fw_guard_judge_out(c);
	FW_FORGET();
	fw_guard_settle(c);
	room = (uint32_t)fw_guard_wants(c);
	if (!room)
		return;
	fw_guard_head(c, room, &head);
	if (!fw_guard_store_send_out(c->store, &head))
		fw_guard_ring_full(c);
}

/* One frame on its way to a device; the case as for fw_guard_out(). */
FW_INLINE void fw_guard_in(struct fw_guard_case *c)
{
	struct fw_guard_frame head;
	struct fw_cursor frame;
	uint32_t room;

	c->notes->way = FW_GUARD_IN;
	fw_guard_store_frame_in(c->store, &frame);
	fw_guard_read(c, frame);
	FW_FORGET();
	if (c->notes->is_error)
		fw_guard_read_error(c);
	FW_FORGET();
	c->notes->reason = (uint32_t)fw_guard_judge_in(c);
	FW_FORGET();
	if (c->notes->outcome == FW_GUARD_PASSED && fw_answer_was_asked(c))
		fw_answer_read(c);
	FW_FORGET();
	fw_guard_settle(c);
	room = (uint32_t)fw_guard_wants(c);
	if (!room)
		return;
	fw_guard_head(c, room, &head);
	if (!fw_guard_store_send_in(c->store, &head))
		fw_guard_ring_full(c);
}
