/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fact means for the other rooms: which device it speaks of, which address it ties, which detector wants it.
 * Facts about a client come from the client's device, facts about a server from the server's; a fact is never taken
 * as true about anybody but its sender, except what a DHCP server says of its client.
 */
#include <string.h>

#include "engine/room.h"
#include "wire/opening.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17 };

enum { DHCP_ACK = 5, DHCP_SERVER = 67, DHCP_CLIENT = 68 };
enum { DHCP6_REPLY = 7, DHCP6_CLIENT = 546, DHCP6_SERVER = 547, SNMP_AGENT = 161, SNMP_LISTENER = 162 };

bool learn_is_named(const struct engine *engine, const uint8_t address[16], uint32_t what)
{
	const struct named *named = table_find(&engine->named, address);

	return named && (named->what & what);
}

static void note_named(struct engine *engine, const uint8_t address[16], uint32_t what)
{
	struct named key = {0}, *named;
	bool is_new;

	memcpy(key.address, address, 16);
	named = table_put(&engine->named, &key, &is_new, NULL, NULL);
	named->what |= what;
}

/*
 * On-link evidence of IPv6: such an address is ours, whatever its range; privacy addresses have no private one. IPv4 needs none, and
 * anybody can claim any IPv4 address by ARP. Says nothing where the side had to be inferred.
 */
static void note_on_link(struct engine *engine, const uint8_t address[16], uint8_t bits)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (engine->config.side.inferred || side_is_zero(address) || side_is_multicast(address) || side_is_link_local(address) ||
		memcmp(address, mapped, sizeof(mapped)) == 0)
		return;
	side_add(&engine->config.side, address, bits);
	engine->family6_known = true;
}

static void tie(struct engine *engine, const struct fact *fact)
{
	static const uint8_t no_mac[6];

	if (memcmp(fact->mac, no_mac, 6) == 0 || (fact->mac[0] & 1))
		return;
	if (side_is_zero(fact->addr)) {
		inventory_tie(engine->inventory, fact->mac, fact->addr, engine->now_ns);
		return;
	}
	note_on_link(engine, fact->addr, 128);
	if (side_is_ours(&engine->config.side, fact->addr) && !side_is_loopback(fact->addr))
		inventory_tie(engine->inventory, fact->mac, fact->addr, engine->now_ns);
}

static void learn_arp(struct engine *engine, const struct fact *fact)
{
	if (fact->kind == FACT_ARP_SENDER && fact->number <= 2)
		tie(engine, fact);
}

static void learn_nd(struct engine *engine, const struct fact *fact)
{
	const struct fw_packet *p = engine->packet;
	struct fact told = *fact;

	if (fact->kind == FACT_ND_PREFIX && fact->number >= 64 && fact->number <= 128) {
		note_on_link(engine, fact->addr, (uint8_t)fact->number);
	} else if (fact->kind == FACT_ND_ROUTER && p->has_mac) {
		inventory_tie(engine->inventory, p->src_mac, p->src, engine->now_ns);
		inventory_note_router(engine->inventory, p->src_mac);
	} else if (fact->kind == FACT_ND_NEIGHBOUR) {
		tie(engine, fact);
	} else if (fact->kind == FACT_ND_SOLICIT && p->has_mac && side_is_zero(p->src)) {
		/* duplicate address detection (RFC 4862 section 5.4): about to be its own */
		memcpy(told.mac, p->src_mac, 6);
		tie(engine, &told);
	}
}

/* A server of ours tells: an address for a client, who resolves, who routes. */
static void learn_dhcp_server(struct engine *engine, const struct fact *fact)
{
	const struct device *router;

	if (fact->kind == FACT_DHCP_MESSAGE && fact->number == DHCP_ACK) {
		tie(engine, fact);
	} else if (fact->kind == FACT_DHCP_RESOLVER) {
		note_named(engine, fact->addr, NAMED_RESOLVER);
	} else if (fact->kind == FACT_DHCP_ROUTER) {
		router = inventory_device(engine->inventory, inventory_find_address(engine->inventory, fact->addr));
		if (router && router->mac_count)
			inventory_note_router(engine->inventory, router->macs[0]);
	}
}

/*
 * Anybody can send a datagram from port 67 or 68. A client is believed about the MAC its frame comes from, before it has an address
 * or from one of ours; a server is believed if it is on our side, and about addresses that are ours.
 */
static void learn_dhcp(struct engine *engine, const struct fact *fact)
{
	const struct fw_packet *p = engine->packet;
	bool ours = side_is_ours(&engine->config.side, p->src) && !side_is_loopback(p->src);
	uint32_t device;

	if (p->src_port == DHCP_SERVER && p->dst_port == DHCP_CLIENT) {
		if (ours && !side_is_zero(p->src))
			learn_dhcp_server(engine, fact);
		return;
	}
	if (p->src_port != DHCP_CLIENT || p->dst_port != DHCP_SERVER || (!ours && !side_is_zero(p->src)))
		return;
	if ((fact->mac[0] & 1) || (p->has_mac && memcmp(fact->mac, p->src_mac, 6) != 0))
		return;
	device = inventory_tie(engine->inventory, fact->mac, (const uint8_t[16]){0}, engine->now_ns);
	if (device != DEVICE_NONE)
		inventory_note_fact(engine->inventory, device, fact);
}

/*
 * An answer is believed if one of ours asked: it comes back in a conversation that the asker opened. Else any sender could give its
 * address a name, and pass for known.
 */
static bool answers_ours(const struct engine *engine, const struct conversation *c)
{
	return c && engine->direction == 1 && (c->flags & CONVERSATION_SRC_OURS);
}

static void tell_named(const struct engine *engine, const uint8_t mac[6], const uint8_t peer[16], struct slice name, bool hello)
{
	const struct engine_named named = {mac, peer, name, hello, engine->now_ns};

	if (engine->config.named && engine->packet->has_mac && !engine->depth)
		engine->config.named(engine->config.named_context, &named);
}

static void learn_dns(struct engine *engine, const struct fact *fact)
{
	const struct conversation *c = engine->conversation;
	bool response = fact->kind == FACT_DNS_RESPONSE, from_opener = engine->direction == 0;
	bool client_is_opener = from_opener != response;
	struct dns_seen seen = {.time_ns = engine->now_ns, .type = (uint16_t)fact->number, .id = fact->id, .response = response};

	if (fact->kind == FACT_DNS_ADDRESS) {
		if (answers_ours(engine, c)) {
			note_named(engine, fact->addr, NAMED_BY_ANSWER);
			inventory_note_peer_name(engine->inventory, fact->addr, fact->alias.len ? fact->alias : fact->name);
			tell_named(engine, engine->packet->dst_mac, fact->addr, fact->alias.len ? fact->alias : fact->name, false);
		}
		return;
	}
	if (!c)
		return;
	seen.client_device = c->device[client_is_opener ? 0 : 1];
	seen.server_device = c->device[client_is_opener ? 1 : 0];
	seen.client_ours = c->flags & (client_is_opener ? CONVERSATION_SRC_OURS : CONVERSATION_DST_OURS);
	seen.server_ours = c->flags & (client_is_opener ? CONVERSATION_DST_OURS : CONVERSATION_SRC_OURS);
	memcpy(seen.client, client_is_opener ? conversation_source(c) : conversation_target(c), 16);
	memcpy(seen.server, client_is_opener ? conversation_target(c) : conversation_source(c), 16);
	seen.name = fact->name;
	seen.rcode = (uint8_t)fact->code;
	if (response && answers_ours(engine, c))
		note_named(engine, seen.server, NAMED_RESOLVER);
	detect_dns(engine->detect, &seen);
	if (!response && seen.client_device != DEVICE_NONE)
		inventory_note_fact(engine->inventory, seen.client_device, fact);
}

static void learn_login(struct engine *engine, const struct fact *fact)
{
	struct conversation *c = engine->conversation;
	uint64_t number = flow_number(engine->flow, c);
	bool straight = !session_opener_is_server(c);
	struct login_seen seen = {
		.time_ns = engine->now_ns,
		.conversation = number,
		.source_device = c->device[straight ? 0 : 1],
		.device = c->device[straight ? 1 : 0],
		.port = straight ? conversation_target_port(c) : conversation_source_port(c),
		.source_port = straight ? conversation_source_port(c) : conversation_target_port(c),
		.service = fact->number,
		.source_ours = c->flags & (straight ? CONVERSATION_SRC_OURS : CONVERSATION_DST_OURS),
		.target_ours = c->flags & (straight ? CONVERSATION_DST_OURS : CONVERSATION_SRC_OURS),
		.user = fact->name,
		.password = fact->text,
	};

	c->flags |= CONVERSATION_CLEAR_LOGIN;
	if (fact->kind == FACT_LOGIN_RESULT) {
		detect_login_result(engine->detect, number, fact->code, engine->now_ns);
		return;
	}
	memcpy(seen.source, straight ? conversation_source(c) : conversation_target(c), 16);
	memcpy(seen.target, straight ? conversation_target(c) : conversation_source(c), 16);
	detect_login(engine->detect, &seen);
}

/*
 * Somebody outside says who made it. Whom we asked says so to us; whose answers nobody here asked for are what a reflection is made of,
 * and those are listened to. Makers' own protocols are rare enough to be heard always.
 */
static void learn_stranger(struct engine *engine, const uint8_t address[16], const struct fact *fact)
{
	bool own = (fact->kind >= FACT_DHIP_METHOD && fact->kind <= FACT_DHIP_ADDRESS) ||
		(fact->kind >= FACT_OWN_PROTOCOL && fact->kind <= FACT_OWN_MAC);
	struct sender_says says[STRANGER_SAYS_MAX];
	size_t count;

	if (!own && engine->direction != 0)
		return;
	count = inventory_stranger(engine->inventory, fact, says);
	for (size_t i = 0; i < count; i++)
		detect_sender_says(engine->detect, address, &says[i]);
}

static void learn_sender(struct engine *engine, const struct fact *fact)
{
	const struct conversation *c = engine->conversation;
	uint32_t device;

	if (!c)
		return;
	device = c->device[engine->direction == 0 ? 0 : 1];
	if (fact->kind == FACT_TLS_SERVER_NAME && device != DEVICE_NONE)
		tell_named(engine, engine->packet->src_mac, engine->packet->dst, fact->text, true);
	if (device != DEVICE_NONE)
		inventory_note_fact(engine->inventory, device, fact);
	else
		learn_stranger(engine, engine->direction == 0 ? conversation_source(c) : conversation_target(c), fact);
}

/*
 * The device whose own frame this is: its MAC, where nothing can have come through a router. Through a tunnel, or of a link whose side
 * had to be inferred, only devices already known: who is a neighbour there is not for that reason one of ours.
 */
static uint32_t neighbour(struct engine *engine)
{
	const struct fw_packet *p = engine->packet;

	if (!p->has_mac || (p->src_mac[0] & 1))
		return DEVICE_NONE;
	if (engine->config.side.inferred || engine->depth)
		return inventory_find_mac(engine->inventory, p->src_mac);
	return inventory_tie(engine->inventory, p->src_mac, (const uint8_t[16]){0}, engine->now_ns);
}

/*
 * What a provider gives a router for the networks behind it (RFC 8415 section 6.3) is ours, and says nothing of the link itself. No home
 * gets more than a /40; a shorter one would make all the world ours.
 */
static void note_delegated(struct engine *engine, const uint8_t address[16], uint32_t bits)
{
	enum { DELEGATED_MIN = 40, DELEGATED_MAX = 64 };

	if (bits >= DELEGATED_MIN && bits <= DELEGATED_MAX && !engine->config.side.inferred && !side_is_zero(address) &&
		!side_is_multicast(address) && !side_is_link_local(address))
		side_add(&engine->config.side, address, (uint8_t)bits);
}

/* What a server says reaches its client's own MAC, unless a relay is in between: these speak from and to the server's port. */
static void learn_dhcp6_server(struct engine *engine, const struct fact *fact)
{
	const struct fw_packet *p = engine->packet;
	struct fact told = *fact;

	if (fact->kind == FACT_DHCP6_RESOLVER) {
		note_named(engine, fact->addr, NAMED_RESOLVER);
	} else if (fact->kind == FACT_DHCP6_PREFIX && fact->number == DHCP6_REPLY && fact->ttl) {
		note_delegated(engine, fact->addr, fact->code);
	} else if (fact->kind == FACT_DHCP6_ADDRESS && fact->number == DHCP6_REPLY && fact->ttl && p->has_mac &&
		side_is_link_local(p->dst)) {
		memcpy(told.mac, p->dst_mac, 6);
		tie(engine, &told);
	}
}

/*
 * As learn_dhcp(). A client speaks from its link-local address (RFC 8415 section 18.2), and the frame's MAC is its own; the one
 * in the DUID may be that of another interface, or of one long gone, and ties nothing. What relays carry is about others.
 */
static void learn_dhcp6(struct engine *engine, const struct fact *fact)
{
	const struct fw_packet *p = engine->packet;
	uint32_t device;

	if (p->src_port == DHCP6_SERVER && p->dst_port == DHCP6_CLIENT) {
		if (side_is_ours(&engine->config.side, p->src) && !side_is_loopback(p->src) && !side_is_zero(p->src))
			learn_dhcp6_server(engine, fact);
		return;
	}
	if (p->src_port != DHCP6_CLIENT || p->dst_port != DHCP6_SERVER || !side_is_link_local(p->src))
		return;
	device = neighbour(engine);
	if (device != DEVICE_NONE)
		inventory_note_fact(engine->inventory, device, fact);
}

/* LLDP never crosses a bridge (IEEE 802.1AB section 7.1): who sent the frame is who it speaks of. */
static void learn_lldp(struct engine *engine, const struct fact *fact)
{
	uint32_t device = neighbour(engine);

	if (device != DEVICE_NONE)
		inventory_note_fact(engine->inventory, device, fact);
}

/* In a question, engine and objects are those of whoever is asked; the agent speaks of itself from its own port, and in traps. */
static void learn_snmp(struct engine *engine, const struct fact *fact)
{
	if (engine->packet->src_port == SNMP_AGENT || engine->packet->dst_port == SNMP_LISTENER)
		learn_sender(engine, fact);
}

/*
 * A port of the router is to lead to a device of ours. Whoever on our side asks is believed about a device of ours: the router would
 * believe it too. Some routers take an empty address to mean the one who asks.
 */
static void learn_port_mapping(struct engine *engine, const struct fact *fact)
{
	enum { TCP = 6, UDP = 17 };
	const struct conversation *c = engine->conversation;
	struct port_mapping_seen seen = {
		.time_ns = engine->now_ns,
		.external_port = (uint16_t)fact->number,
		.internal_port = (uint16_t)fact->code,
		.proto = fact->name.len == 3 && (fact->name.bytes[0] | 0x20) == 'u' ? UDP : TCP,
		.description = fact->text,
	};
	bool from_opener = engine->direction == 0;

	if (!c || !(c->flags & (from_opener ? CONVERSATION_SRC_OURS : CONVERSATION_DST_OURS)))
		return;
	memcpy(seen.router, from_opener ? conversation_target(c) : conversation_source(c), 16);
	seen.router_port = from_opener ? conversation_target_port(c) : conversation_source_port(c);
	memcpy(seen.client, fact->addr, 16);
	if (side_is_zero(seen.client))
		memcpy(seen.client, from_opener ? conversation_source(c) : conversation_target(c), 16);
	if (!side_is_ours(&engine->config.side, seen.client) || side_is_loopback(seen.client) || side_is_multicast(seen.client))
		return;
	seen.device = inventory_find_address(engine->inventory, seen.client);
	detect_port_mapping(engine->detect, &seen);
}

void learn_fact(void *context, const struct fact *fact)
{
	struct engine *engine = context;

	if (engine->config.fact_seen)
		engine->config.fact_seen(engine->config.fact_context, engine->frame, fact);
	if (fact->kind <= FACT_ARP_TARGET)
		learn_arp(engine, fact);
	else if (fact->kind <= FACT_ND_PREFIX)
		learn_nd(engine, fact);
	else if (fact->kind <= FACT_DHCP_MUD_URL)
		learn_dhcp(engine, fact);
	else if (fact->kind <= FACT_DNS_ADDRESS)
		learn_dns(engine, fact);
	else if (fact->kind == FACT_LOGIN_TRY || fact->kind == FACT_LOGIN_RESULT)
		learn_login(engine, fact);
	else if (fact->kind >= FACT_DHCP6_MESSAGE && fact->kind <= FACT_DHCP6_MUD_URL)
		learn_dhcp6(engine, fact);
	else if (fact->kind >= FACT_LLDP_CHASSIS && fact->kind <= FACT_LLDP_MUD_URL)
		learn_lldp(engine, fact);
	else if (fact->kind >= FACT_SNMP_MESSAGE && fact->kind <= FACT_SNMP_NAME)
		learn_snmp(engine, fact);
	else if (fact->kind == FACT_UPNP_PORT_MAPPING)
		learn_port_mapping(engine, fact);
	else
		learn_sender(engine, fact);
}

/*
 * Which port is the service's is sure where the opening was seen; of a conversation that was picked up midway the other end may be it, which
 * signatures of ports below the ephemeral ones decide.
 */
void learn_ports(struct engine *engine, const struct conversation *c, const struct conversation_end *end)
{
	static const enum inventory_port uses[2][2] = {
		{INVENTORY_CALLS_TCP, INVENTORY_ANSWERS_TCP}, {INVENTORY_CALLS_UDP, INVENTORY_ANSWERS_UDP}};
	const enum inventory_port *use = uses[c->proto == PROTO_UDP];
	uint16_t other = conversation_source_port(c);

	if (c->proto != PROTO_TCP && c->proto != PROTO_UDP)
		return;
	inventory_note_port(engine->inventory, end->device, use[0], end->port);
	if (end->answered && !(c->flags & CONVERSATION_REFUSED))
		inventory_note_port(engine->inventory, end->target_device, use[1], end->port);
	if (!(c->flags & CONVERSATION_OPENING_SEEN)) {
		inventory_note_port(engine->inventory, end->target_device, use[0], other);
		inventory_note_port(engine->inventory, end->device, use[1], other);
	}
}

/* Of a device of ours alone, and not out of a tunnel, whose far end may have written it. */
void learn_opening(struct engine *engine)
{
	const struct conversation *c = engine->conversation;
	uint32_t device = c->device[engine->direction == 0 ? 0 : 1];
	struct fw_opening opening;

	if (device == DEVICE_NONE || engine->depth || (c->flags & (CONVERSATION_FORGED | CONVERSATION_LOOPBACK)) ||
		!inventory_wants_opening(engine->inventory, device, engine->packet->tcp_flags & FW_OPENING_ACK))
		return;
	if (fw_opening_read(engine->frame->bytes, engine->packet, &opening) == FW_READ_OK)
		inventory_note_opening(engine->inventory, device, engine->packet->has_mac, &opening);
}
