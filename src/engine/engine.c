/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame's way through the house:
 *
 *     frame -> wire/ (headers) -> flow/ (whose conversation) -> inventory/ (whose device)
 *                                   |-> detect/ (rates)
 *                                   |-> stream/ -> dissect/ (facts) -> learn.c -> inventory/, detect/
 *                                   '-> tunnel.c: a packet inside goes the same way
 *
 * The hall's clock. Rooms are promised that time never runs backwards. Captures do not keep that promise: packets of two
 * queues come a few microseconds out of order (then the clock stands still), and some files jump back by minutes (then
 * the jump is added to every later time, so that rates and waits after it are as true as before it, and what was
 * waiting is given up as unknowable).
 */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/room.h"
#include "wire/opening.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };
enum { ETHER_ARP = 0x0806 };

static const uint64_t jump_ns = 1000000000ull;
static const uint64_t tick_ns = 100000000ull;
#define CLOCK_MAX (UINT64_MAX / 2) /* times of a capture are below this (source.h): a sum of both does not overflow */

static void tell_contact(void *context, const struct conversation *c, enum contact_outcome outcome, uint64_t now_ns)
{
	struct engine *engine = context;
	struct contact contact = {
		.start_ns = c->first_ns,
		.decided_ns = now_ns,
		.device = inventory_number(engine->inventory, c->device[0]),
		.target_device = inventory_number(engine->inventory, c->device[1]),
		.port = c->kind == CONTACT_ARP || c->kind == CONTACT_ICMP ? 0 : conversation_target_port(c),
		.source_port = c->kind == CONTACT_ARP || c->kind == CONTACT_ICMP ? 0 : conversation_source_port(c),
		.kind = c->kind,
		.outcome = outcome,
		.source_ours = c->flags & CONVERSATION_SRC_OURS,
		.target_ours = c->flags & CONVERSATION_DST_OURS,
		.target_named = c->flags & CONVERSATION_NAMED,
		.mirai_mark = c->flags & CONVERSATION_MIRAI_MARK,
	};

	/* between others, such as a provider's router asking by ARP for its customers */
	if (!contact.source_ours && !contact.target_ours)
		return;
	memcpy(contact.source, conversation_source(c), 16);
	memcpy(contact.target, conversation_target(c), 16);
	detect_contact(engine->detect, &contact);
}

static void tell_ended(void *context, struct conversation *c)
{
	struct engine *engine = context;
	struct conversation_end end = {
		.first_ns = c->first_ns,
		.last_ns = c->last_ns,
		.device = inventory_number(engine->inventory, c->device[0]),
		.target_device = inventory_number(engine->inventory, c->device[1]),
		.port = conversation_target_port(c),
		.proto = c->proto,
		.packets_out = c->packets[0],
		.packets_in = c->packets[1],
		.bytes_out = c->bytes[0],
		.bytes_in = c->bytes[1],
		.source_ours = c->flags & CONVERSATION_SRC_OURS,
		.target_ours = c->flags & CONVERSATION_DST_OURS,
		.target_named = c->flags & CONVERSATION_NAMED,
		.answered = c->flags & CONVERSATION_ANSWERED,
		.handshake_done = c->flags & CONVERSATION_HANDSHAKE,
		.clear_login = c->flags & CONVERSATION_CLEAR_LOGIN,
	};

	session_end(engine, c);
	learn_ports(engine, c, &end);
	c->flags |= CONVERSATION_READ; /* late packets, where the end was told before its place was wanted */
	if (c->proto == FLOW_PROTO_ARP || (c->flags & (CONVERSATION_TO_MANY | CONVERSATION_LOOPBACK)))
		return;
	memcpy(end.source, conversation_source(c), 16);
	memcpy(end.target, conversation_target(c), 16);
	/* asked only where it matters: our device calling out, who may be calling its resolver */
	end.target_resolver = end.source_ours && !end.target_ours && learn_is_named(engine, end.target, NAMED_RESOLVER);
	detect_conversation(engine->detect, &end);
	inventory_note_conversation(engine->inventory, &end);
}

/* What was counted of a device that turned out to be another goes on under the other's number. */
static void tell_merged(void *context, uint32_t from, uint32_t into)
{
	struct engine *engine = context;

	engine->source_device = engine->target_device = DEVICE_NONE;
	detect_merged(engine->detect, from, into);
}

/* A finding that is kept is about it. */
static bool is_wanted(void *context, uint32_t number)
{
	const struct engine *engine = context;

	for (uint32_t place = 0; place < detect_places(engine->detect); place++)
		if (detect_number(engine->detect, place) &&
			inventory_number(engine->inventory, detect_finding(engine->detect, place)->device) == number)
			return true;
	return false;
}

static int rooms_open(struct engine *engine)
{
	const uint8_t *key = engine->config.hash_key;
	struct inventory_config inventory = {.device_max = FW_DEVICE_MAX,
		.merged = tell_merged,
		.ages = engine->config.live,
		.is_wanted = is_wanted,
		.context = engine,
		.with_talk = engine->config.with_talk};
	struct flow_tell tell = {tell_contact, tell_ended, engine};
	struct detect_config detect;
	int error;

	memcpy(inventory.hash_key, key, 16);
	detect_defaults(&detect);
	memcpy(detect.hash_key, key, 16);
	detect.side_inferred = engine->config.side.inferred;
	detect.live = engine->config.live;
	detect.quiet_ns = engine->config.quiet_ns;
	if ((error = inventory_new(&inventory, &engine->inventory)))
		return error;
	if ((error = flow_new(FW_CONVERSATION_MAX, key, &tell, &engine->flow)))
		return error;
	if (engine->config.live)
		flow_prompt(engine->flow);
	if ((error = detect_new(&detect, &engine->detect)))
		return error;
	if ((error = table_init(&engine->named, FW_NAMED_MAX, sizeof(struct named), 16, key)))
		return error;
	if ((error = tunnels_init(engine)))
		return error;
	return sessions_init(engine);
}

int engine_new(const struct engine_config *config, struct engine **out_engine)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int error;

	if (!engine)
		return -ENOMEM;
	engine->config = *config;
	engine->target_device = engine->source_device = DEVICE_NONE;
	error = rooms_open(engine);
	if (error) {
		engine_free(engine);
		return error;
	}
	*out_engine = engine;
	return 0;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	sessions_done(engine);
	table_done(&engine->named);
	table_done(&engine->tunnels);
	detect_free(engine->detect);
	flow_free(engine->flow);
	inventory_free(engine->inventory);
	free(engine);
}

int engine_read_oui(struct engine *engine, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	return inventory_read_oui(engine->inventory, file, body, len, out_fault);
}

/* From here on a time of the hall is this much ahead of the capture's. Past the ceiling the last entry is kept right. */
static void note_jump(struct engine *engine, uint64_t by_ns)
{
	if (engine->behind_ns + by_ns > CLOCK_MAX)
		return;
	engine->behind_ns += by_ns;
	engine->left_out.clock_jumps++;
	if (engine->jump_count == JUMP_MAX)
		engine->jump_count--;
	engine->jumps[engine->jump_count++] = (struct jump){engine->now_ns, engine->behind_ns};
}

static void clock_see(struct engine *engine, uint64_t time_ns)
{
	uint64_t now_ns;

	if (engine->capture_ns && time_ns + jump_ns < engine->capture_ns) {
		note_jump(engine, engine->capture_ns - time_ns);
		flow_clock_broke(engine->flow, engine->now_ns);
		engine->capture_ns = time_ns;
	} else if (time_ns > engine->capture_ns) {
		engine->capture_ns = time_ns;
	}
	now_ns = engine->capture_ns + engine->behind_ns;
	if (now_ns > engine->now_ns)
		engine->now_ns = now_ns;
	if (engine->now_ns - engine->ticked_ns < tick_ns)
		return;
	engine->ticked_ns = engine->now_ns;
	engine->source_device = engine->target_device = DEVICE_NONE;
	flow_tick(engine->flow, engine->now_ns);
	detect_tick(engine->detect, engine->now_ns);
}

static bool is_mapped(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

/* The device behind our end of a conversation that has just begun. A scanner opens thousands in a row: the latest is kept for a tick. */
static uint32_t device_of_source(struct engine *engine, const struct fw_packet *p)
{
	if (engine->source_device == DEVICE_NONE || memcmp(engine->source, p->src, 16) != 0 ||
		memcmp(engine->source_mac, p->src_mac, 6) != 0) {
		memcpy(engine->source, p->src, 16);
		memcpy(engine->source_mac, p->src_mac, 6);
		engine->source_device = inventory_see(engine->inventory, p->has_mac ? p->src_mac : NULL, p->src, engine->now_ns);
	}
	return engine->source_device;
}

/* A victim is asked for again and again: the latest answer is kept. */
static uint32_t device_of_target(struct engine *engine, const uint8_t address[16])
{
	if (engine->target_device == DEVICE_NONE || memcmp(engine->target, address, 16) != 0) {
		memcpy(engine->target, address, 16);
		engine->target_device = inventory_find_address(engine->inventory, address);
	}
	return engine->target_device;
}

/*
 * A router is who others send through: frames of a device of ours to the outside bear its MAC as destination. (What it sends
 * itself proves nothing: a forger would call itself a router.)
 */
static void note_router(struct engine *engine, const struct fw_packet *p)
{
	static const uint8_t no_mac[6];
	uint32_t oldest = engine->router_count % ROUTER_MAX;

	if (!p->has_mac || engine->depth || (p->dst_mac[0] & 1) || memcmp(p->dst_mac, no_mac, 6) == 0 ||
		memcmp(p->dst_mac, p->src_mac, 6) == 0)
		return;
	for (uint32_t i = 0; i < ROUTER_MAX && i < engine->router_count; i++)
		if (memcmp(engine->routers[i], p->dst_mac, 6) == 0)
			return;
	memcpy(engine->routers[oldest], p->dst_mac, 6);
	engine->router_count++;
	inventory_note_router(engine->inventory, p->dst_mac);
}

static bool is_router(const struct engine *engine, const uint8_t mac[6])
{
	for (uint32_t i = 0; i < ROUTER_MAX && i < engine->router_count; i++)
		if (memcmp(engine->routers[i], mac, 6) == 0)
			return true;
	return false;
}

/*
 * A source that is not ours leaves towards the outside: forged, if its MAC is a device of ours that has an address of its own
 * in this family and is nobody's router. Where the side was inferred nothing can be said, nor of what came through a tunnel, nor of an
 * IPv6 address beside one of ours.
 */
static bool is_forged(struct engine *engine, const struct fw_packet *p, uint32_t *out_device)
{
	const struct device *device;
	uint32_t number;

	if (!p->has_mac || engine->depth || engine->config.side.inferred || side_is_zero(p->src) || side_is_link_local(p->src) ||
		side_is_multicast(p->src) || side_is_multicast(p->dst) || (p->family == 6 && !engine->family6_known) ||
		is_router(engine, p->src_mac) || side_is_near(&engine->config.side, p->src))
		return false;
	number = inventory_find_mac(engine->inventory, p->src_mac);
	device = inventory_device(engine->inventory, number);
	for (uint8_t i = 0; device && i < device->address_count; i++) {
		if (is_mapped(device->addresses[i]) == (p->family == 4) && side_tells(&engine->config.side, device->addresses[i])) {
			*out_device = number;
			return true;
		}
	}
	return false;
}

static void open_conversation(struct engine *engine, struct conversation *c, const struct fw_packet *p)
{
	const struct side *side = &engine->config.side;

	c->device[0] = c->device[1] = DEVICE_NONE;
	if (side_is_ours(side, p->src) && !side_is_zero(p->src))
		c->flags |= CONVERSATION_SRC_OURS;
	if (side_is_ours(side, p->dst))
		c->flags |= CONVERSATION_DST_OURS;
	if (c->flags & CONVERSATION_LOOPBACK)
		return;
	if (c->flags & CONVERSATION_SRC_OURS)
		c->device[0] = device_of_source(engine, p);
	else if (!(c->flags & CONVERSATION_DST_OURS) && is_forged(engine, p, &c->device[0]))
		c->flags |= CONVERSATION_FORGED;
	if (c->flags & CONVERSATION_DST_OURS) {
		c->device[1] = device_of_target(engine, p->dst);
	} else if (c->flags & CONVERSATION_SRC_OURS && !(c->flags & CONVERSATION_TO_MANY)) {
		note_router(engine, p);
		if (learn_is_named(engine, p->dst, NAMED_BY_ANSWER))
			c->flags |= CONVERSATION_NAMED;
	}
}

/* A device of ours that had only been spoken to now speaks. */
static void meet_target(struct engine *engine, struct conversation *c, const struct fw_packet *p)
{
	if (c->device[1] == DEVICE_NONE && (c->flags & CONVERSATION_DST_OURS) && !(c->flags & CONVERSATION_LOOPBACK))
		c->device[1] = device_of_source(engine, p);
}

static void note_service(struct engine *engine, const struct conversation *c)
{
	struct service_seen seen = {
		.time_ns = engine->now_ns,
		.device = c->device[1],
		.port = conversation_target_port(c),
		.asker_port = conversation_source_port(c),
		.proto = c->proto,
		.asker_ours = c->flags & CONVERSATION_SRC_OURS,
	};

	if (!(c->flags & CONVERSATION_DST_OURS) || (c->flags & (CONVERSATION_TO_MANY | CONVERSATION_LOOPBACK)))
		return;
	memcpy(seen.address, conversation_target(c), 16);
	memcpy(seen.asker, conversation_source(c), 16);
	detect_service(engine->detect, &seen);
}

static void note_forged(struct engine *engine, const struct conversation *c, const struct fw_packet *p)
{
	struct forged_seen seen = {.time_ns = engine->now_ns, .device = c->device[0]};

	memcpy(seen.mac, p->src_mac, 6);
	memcpy(seen.source, p->src, 16);
	memcpy(seen.target, p->dst, 16);
	detect_forged(engine->detect, &seen);
}

/*
 * Somebody else's frame answers a source that we took for forged: so it is routed to here, and its network is one of ours whose
 * router we had not heard. For IPv4, where a link says nothing of its prefixes, only this conversation is cleared.
 */
static void note_answered(struct engine *engine, struct conversation *c, const struct fw_packet *p)
{
	if (!p->has_mac || inventory_find_mac(engine->inventory, p->src_mac) == c->device[0])
		return;
	c->flags &= ~(uint32_t)CONVERSATION_FORGED;
	if (p->family == 6)
		side_add(&engine->config.side, p->dst, 64);
}

static bool starts_http_request(const uint8_t *bytes, size_t len)
{
	static const char *const methods[] = {"GET ", "POST ", "HEAD ", "PUT "};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (len >= strlen(methods[i]) && memcmp(bytes, methods[i], strlen(methods[i])) == 0)
			return true;
	return false;
}

static void note_packet(struct engine *engine, const struct fw_packet *p, const struct flow_step *step)
{
	struct conversation *c = step->conversation;
	bool out = step->direction == 0;
	struct sighting seen = {
		.time_ns = engine->now_ns,
		.packet = p,
		.payload = {engine->frame->bytes + p->payload_off, p->payload_len},
		.wire_len = p->ip_len,
		.src_device = c->device[out ? 0 : 1],
		.dst_device = c->device[out ? 1 : 0],
		.src_ours = c->flags & (out ? CONVERSATION_SRC_OURS : CONVERSATION_DST_OURS),
		.dst_ours = c->flags & (out ? CONVERSATION_DST_OURS : CONVERSATION_SRC_OURS),
		.to_many = c->flags & CONVERSATION_TO_MANY,
		.from_opener = out,
		.opening_seen = c->flags & CONVERSATION_OPENING_SEEN,
		.handshake_done = c->flags & CONVERSATION_HANDSHAKE,
		.answered = step->was_answered,
		.first_answer = step->first_answer,
		.opener_packets = c->packets[0],
		.answers_for = engine->frame->answers_for,
		.opened_ns = c->first_ns,
		.memo = c->memo,
	};

	if (out && p->proto == PROTO_TCP && p->payload_len)
		seen.http_request = starts_http_request(seen.payload.bytes, seen.payload.len);
	detect_packet(engine->detect, &seen);
	if (seen.src_device != DEVICE_NONE)
		inventory_note_traffic(engine->inventory, seen.src_device, true, p->ip_len);
	if (seen.dst_device != DEVICE_NONE)
		inventory_note_traffic(engine->inventory, seen.dst_device, false, p->ip_len);
}

/* An ICMP error quotes the packet that it answers, cut short as a rule. */
static void icmp_error(struct engine *engine, const struct fw_packet *p, bool refused)
{
	const uint8_t *quoted = engine->frame->bytes + p->payload_off;
	struct fw_packet inner;
	enum fw_read read = fw_packet_read(quoted, p->payload_len, FW_LINK_RAW, &inner);

	if ((read == FW_READ_OK || read == FW_READ_SHORT) && inner.family && (inner.src_port || inner.proto == PROTO_ICMP))
		flow_quoted(engine->flow, &inner, refused, engine->now_ns);
}

/* RFC 792: 3 unreachable (code 4 only asks for smaller packets, RFC 1191), 11 time exceeded */
static void read_icmp4(struct engine *engine, const struct fw_packet *p)
{
	if (p->icmp_type == 3 && p->icmp_code != 4)
		icmp_error(engine, p, true);
	else if (p->icmp_type == 11)
		icmp_error(engine, p, false);
}

/* RFC 4443: 1 unreachable, 3 time exceeded; RFC 4861: neighbour discovery, which never crosses a router */
static void read_icmp6(struct engine *engine, const struct fw_packet *p)
{
	struct fact_sink sink = {learn_fact, engine};

	if (p->icmp_type == 1 || p->icmp_type == 3)
		icmp_error(engine, p, p->icmp_type == 1);
	else if (p->icmp_type >= 133 && p->icmp_type <= 137 && p->hops == 255 && p->transport_off)
		dissect_nd(engine->frame->bytes + p->transport_off, (size_t)(p->payload_off - p->transport_off) + p->payload_len, &sink);
}

static void read_payload(struct engine *engine, const struct fw_packet *p, struct conversation *c, int direction)
{
	struct fact_sink sink = {learn_fact, engine};
	const uint8_t *payload = engine->frame->bytes + p->payload_off;

	if (p->fragment != FW_WHOLE)
		return;
	if (p->proto == PROTO_TCP)
		session_segment(engine, c, direction);
	else if (p->proto == PROTO_UDP && p->payload_len && dissect_wants_datagram(p->src_port, p->dst_port))
		dissect_datagram(p->src_port, p->dst_port, payload, p->payload_len, &sink);
	else if (p->proto == PROTO_ICMP)
		read_icmp4(engine, p);
	else if (p->proto == PROTO_ICMP6)
		read_icmp6(engine, p);
}

static void see_arp(struct engine *engine, const struct fw_packet *p)
{
	struct fact_sink sink = {learn_fact, engine};
	struct flow_step step;
	uint32_t operation;

	if (!p->network_off || engine->frame->cap_len < p->network_off + 8u)
		return;
	operation = (uint32_t)engine->frame->bytes[p->network_off + 6] << 8 | engine->frame->bytes[p->network_off + 7];
	engine->conversation = NULL;
	dissect_arp(engine->frame->bytes + p->network_off, engine->frame->cap_len - p->network_off, &sink);
	if (operation != 1 && operation != 2)
		return;
	flow_see(engine->flow, p, operation, engine->now_ns, &step);
	if (step.is_new)
		open_conversation(engine, step.conversation, p);
}

static void see_frame(struct engine *engine, const struct frame *frame);

static void see_inside(struct engine *engine, const struct fw_packet *p)
{
	const struct frame *outer = engine->frame;
	struct frame inner;

	if (p->proto == PROTO_TCP || !tunnel_inside(engine, p, &inner))
		return;
	engine->depth++;
	see_frame(engine, &inner);
	engine->depth--;
	engine->frame = outer;
	engine->packet = p;
}

static void see_ip(struct engine *engine, const struct fw_packet *p)
{
	struct flow_step step;
	struct conversation *c;

	/* an IPv4-mapped address never appears on the wire (RFC 4291 section 2.5.5.2); here it would be taken for the IPv4 host */
	if (p->family == 6 && (is_mapped(p->src) || is_mapped(p->dst))) {
		engine->left_out.frames_malformed++;
		return;
	}
	flow_see(engine->flow, p, 0, engine->now_ns, &step);
	c = step.conversation;
	if (step.is_new)
		open_conversation(engine, c, p);
	else if (step.direction == 1)
		meet_target(engine, c, p);
	if (engine->frame->stopped)
		flow_stopped(engine->flow, c, engine->now_ns);
	engine->conversation = c;
	engine->direction = step.direction;
	if (c->flags & CONVERSATION_FORGED) {
		if (step.direction == 0)
			note_forged(engine, c, p);
		else
			note_answered(engine, c, p);
	}
	note_packet(engine, p, &step);
	if (step.accepted_now)
		note_service(engine, c);
	if (p->tcp_flags & FW_OPENING_SYN)
		learn_opening(engine);
	read_payload(engine, p, c, step.direction);
	see_inside(engine, p);
}

/* A neighbour tells what it is, and no network layer is in between. */
static void see_lldp(struct engine *engine, const struct fw_packet *p)
{
	struct fact_sink sink = {learn_fact, engine};

	engine->conversation = NULL;
	dissect_lldp(engine->frame->bytes + p->network_off, engine->frame->cap_len - p->network_off, &sink);
}

/*
 * What the parser did not read to the end. Broken on purpose, junk is junk all the same: what has addresses is counted towards
 * rates, nothing of it is read further. LLC frames, EAPOL and the like are ordinary neighbours, left out by nobody.
 */
static void see_rest(struct engine *engine, struct fw_packet *p, enum fw_read read)
{
	if (read != FW_READ_OTHER)
		engine->left_out.frames_malformed++;
	else if (p->reason == FW_REASON_LINK_OTHER || p->reason == FW_REASON_TAGS_MANY || p->reason == FW_REASON_EXTENSIONS_MANY)
		engine->left_out.frames_not_understood++;
	p->payload_len = 0;
	if (p->family)
		see_ip(engine, p);
	else if (p->ether_type == FW_ETHER_LLDP && p->network_off)
		see_lldp(engine, p);
}

static void see_frame(struct engine *engine, const struct frame *frame)
{
	struct fw_packet packet;
	enum fw_read read = fw_packet_read(frame->bytes, frame->cap_len, frame->link, &packet);

	engine->frame = frame;
	engine->packet = &packet;
	if (read == FW_READ_OTHER || read == FW_READ_BAD || (read == FW_READ_SHORT && !packet.transport_off))
		see_rest(engine, &packet, read);
	else if (packet.ether_type == ETHER_ARP)
		see_arp(engine, &packet);
	else if (packet.family)
		see_ip(engine, &packet);
}

void engine_tick(struct engine *engine, uint64_t now_ns)
{
	if (now_ns > engine->capture_ns)
		clock_see(engine, now_ns);
}

void engine_unheard(struct engine *engine, uint32_t device, uint64_t lost, uint64_t seen)
{
	flow_unheard(engine->flow, device, engine->now_ns);
	detect_unheard(engine->detect, device, lost, seen);
}

void engine_frame(struct engine *engine, const struct frame *frame)
{
	clock_see(engine, frame->time_ns);
	see_frame(engine, frame);
}
