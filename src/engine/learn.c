/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fact means for the other rooms: which device it speaks of, which address it ties, which detector wants it.
 * Facts about a client come from the client's device, facts about a server from the server's; a fact is never taken
 * as true about anybody but its sender, except what a DHCP server says of its client.
 */
#include <string.h>

#include "engine/room.h"

enum { TYPE_A = 1, TYPE_AAAA = 28, DHCP_ACK = 5, RESPONSE_PORT = 53 };

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

/* On-link evidence: such an address is ours, whatever its range. Says nothing where the side had to be inferred. */
static void note_on_link(struct engine *engine, const uint8_t address[16], uint8_t bits)
{
	struct side *side = &engine->config.side;

	if (side->inferred || side_is_zero(address) || side_is_multicast(address) || side_is_link_local(address))
		return;
	side_add(side, address, bits);
	if (address[0] || address[10] != 0xff)
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

	if (fact->kind == FACT_ND_PREFIX && fact->number >= 32 && fact->number <= 128) {
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

static void learn_dhcp(struct engine *engine, const struct fact *fact)
{
	uint32_t device;

	if (fact->kind == FACT_DHCP_MESSAGE && fact->number == DHCP_ACK && !side_is_zero(fact->addr)) {
		tie(engine, fact);
	} else if (fact->kind == FACT_DHCP_RESOLVER) {
		note_named(engine, fact->addr, NAMED_RESOLVER);
	} else if (fact->kind == FACT_DHCP_ROUTER && (device = inventory_find_address(engine->inventory, fact->addr)) != DEVICE_NONE) {
		const struct device *router = inventory_device(engine->inventory, device);
		if (router && router->mac_count)
			inventory_note_router(engine->inventory, router->macs[0]);
	}
	/* what the client says of itself; a server's answer repeats or overrules it, but is not the device speaking */
	if (engine->packet->src_port != 68 || (fact->mac[0] & 1))
		return;
	device = inventory_tie(engine->inventory, fact->mac, (const uint8_t[16]){0}, engine->now_ns);
	if (device != DEVICE_NONE)
		inventory_note_fact(engine->inventory, device, fact);
}

static void learn_dns(struct engine *engine, const struct fact *fact)
{
	const struct conversation *c = engine->conversation;
	bool response = fact->kind == FACT_DNS_RESPONSE, from_opener = engine->direction == 0;
	bool client_is_opener = from_opener != response;
	struct dns_seen seen = {.time_ns = engine->now_ns, .type = (uint16_t)fact->number, .id = fact->id, .response = response};
	const struct fw_packet *p = engine->packet;

	if (fact->kind == FACT_DNS_ADDRESS) {
		note_named(engine, fact->addr, NAMED_BY_ANSWER);
		return;
	}
	if (!c)
		return;
	seen.client_device = c->device[client_is_opener ? 0 : 1];
	seen.server_device = c->device[client_is_opener ? 1 : 0];
	seen.client_ours = c->flags & (client_is_opener ? CONVERSATION_SRC_OURS : CONVERSATION_DST_OURS);
	seen.server_ours = c->flags & (client_is_opener ? CONVERSATION_DST_OURS : CONVERSATION_SRC_OURS);
	memcpy(seen.client, response ? p->dst : p->src, 16);
	memcpy(seen.server, response ? p->src : p->dst, 16);
	seen.name = fact->name;
	seen.rcode = (uint8_t)fact->code;
	if (response)
		note_named(engine, seen.server, NAMED_RESOLVER);
	detect_dns(engine->detect, &seen);
	if (!response && seen.client_device != DEVICE_NONE)
		inventory_note_fact(engine->inventory, seen.client_device, fact);
}

/* Client and server of the TCP conversation at hand, as session.c decided by the same rule. */
static bool opener_is_client(const struct conversation *c)
{
	if (c->flags & CONVERSATION_OPENING_SEEN)
		return true;
	return !(c->flags & CONVERSATION_SYN_ACK_FIRST) && conversation_source_port(c) >= conversation_target_port(c);
}

static void learn_login(struct engine *engine, const struct fact *fact)
{
	struct conversation *c = engine->conversation;
	uint64_t number = flow_number(engine->flow, c);
	bool straight = opener_is_client(c);
	struct login_seen seen = {
		.time_ns = engine->now_ns,
		.conversation = number,
		.source_device = c->device[straight ? 0 : 1],
		.device = c->device[straight ? 1 : 0],
		.port = straight ? conversation_target_port(c) : conversation_source_port(c),
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

/* DHIP is the maker's own protocol: who speaks it has that maker's parts inside, whatever brand it names as its vendor. */
static const struct slice dhip_maker = {(const uint8_t *)"Dahua", 5};

static void learn_sender(struct engine *engine, const struct fact *fact)
{
	const struct conversation *c = engine->conversation;
	uint32_t device;

	if (!c)
		return;
	device = c->device[engine->direction == 0 ? 0 : 1];
	if (device != DEVICE_NONE)
		inventory_note_fact(engine->inventory, device, fact);
	else if (fact->kind == FACT_DHIP_VENDOR)
		detect_sender_maker(engine->detect, engine->packet->src, dhip_maker);
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
	else
		learn_sender(engine, fact);
}
