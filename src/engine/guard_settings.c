/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From settings, and from the addresses that the interfaces have, to what the kernel's programs read. */
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/endpoint.h"
#include "engine/guard_room.h"
#include "wire/guard_case.h"

/* The configuration as it will be, the networks of ours that it had no room for, and the gateway's MACs. */
struct filling {
	struct fw_guard_config config;
	uint32_t left_out, mac_count;
	uint8_t macs[GUARD_MACS_MAX][6];
};

static struct fw_bucket_rule rule_of(struct settings_brake brake)
{
	return fw_bucket_rule_of(brake.rate, brake.burst);
}

/* ---- prefixes ---- */

static uint8_t bits_of(const struct sockaddr *mask)
{
	uint8_t bytes[16], bits = 0;

	if (endpoint_read(mask, bytes) < 0)
		return 128;
	for (unsigned i = mask->sa_family == AF_INET ? 12 : 0; i < 16; i++)
		bits = (uint8_t)(bits + __builtin_popcount(bytes[i]));
	return (uint8_t)(mask->sa_family == AF_INET ? bits + 96 : bits);
}

static uint64_t mask_of(unsigned bits)
{
	return bits == 0 ? 0 : bits >= 64 ? UINT64_MAX : UINT64_MAX << (64 - bits);
}

static uint64_t word_of(const uint8_t *bytes)
{
	return (uint64_t)fw_be32(bytes) << 32 | fw_be32(bytes + 4);
}

static bool is_within(const struct fw_guard_prefix *inner, const struct fw_guard_prefix *outer)
{
	return !((inner->high ^ outer->high) & outer->high_mask) && !((inner->low ^ outer->low) & outer->low_mask) &&
		(inner->high_mask & outer->high_mask) == outer->high_mask && (inner->low_mask & outer->low_mask) == outer->low_mask;
}

/* What lies within another needs no place of its own. Who finds none is counted: its devices would be forgers. */
static void add_ours(struct filling *filling, const uint8_t address[16], uint8_t bits)
{
	struct fw_guard_config *config = &filling->config;
	struct fw_guard_prefix prefix = {.high_mask = mask_of(bits), .low_mask = bits > 64 ? mask_of(bits - 64u) : 0};
	uint32_t kept = 0;

	prefix.high = word_of(address) & prefix.high_mask;
	prefix.low = word_of(address + 8) & prefix.low_mask;
	for (uint32_t i = 0; i < config->ours_count; i++)
		if (is_within(&prefix, &config->ours[i]))
			return;
	for (uint32_t i = 0; i < config->ours_count; i++)
		if (!is_within(&config->ours[i], &prefix))
			config->ours[kept++] = config->ours[i];
	config->ours_count = kept;
	if (kept < FW_GUARD_OURS_MAX)
		config->ours[config->ours_count++] = prefix;
	else
		filling->left_out++;
}

static void add_held(struct fw_guard_config *config, const uint8_t address[16])
{
	for (uint32_t i = 0; i < config->held_count; i++)
		if (memcmp(config->held[i], address, 16) == 0)
			return;
	if (config->held_count < FW_GUARD_HELD_MAX)
		memcpy(config->held[config->held_count++], address, 16);
}

bool guard_is_ours(const struct guard *guard, const uint8_t address[16])
{
	const struct fw_guard_config *config = &guard->config;
	struct fw_guard_address of = fw_guard_address_of(address);

	/* of a family that is not known any address may be a device's */
	if (fw_guard_is_unknown(config, &of))
		return !fw_guard_is_many(&of) && !fw_guard_is_self(&of) && !fw_guard_is_link_local(&of);
	for (uint32_t i = 0; i < config->ours_count; i++) {
		const struct fw_guard_prefix *prefix = &config->ours[i];
		if ((word_of(address) & prefix->high_mask) == prefix->high && (word_of(address + 8) & prefix->low_mask) == prefix->low)
			return true;
	}
	return false;
}

bool guard_is_gateway(const struct guard *guard, const uint8_t address[16])
{
	for (uint32_t i = 0; i < guard->config.held_count; i++)
		if (memcmp(guard->config.held[i], address, 16) == 0)
			return true;
	return false;
}

bool guard_is_own_mac(const struct guard *guard, const uint8_t mac[6])
{
	for (uint32_t i = 0; i < guard->mac_count; i++)
		if (memcmp(guard->macs[i], mac, 6) == 0)
			return true;
	return false;
}

/* ---- of the interfaces ---- */

static bool is_of(const struct settings_guard *guard, const char *name)
{
	for (uint32_t i = 0; i < guard->interface_count; i++) {
		size_t len = strlen(guard->interfaces[i]);
		if (strncmp(name, guard->interfaces[i], len) == 0 && (!name[len] || name[len] == ':'))
			return true;
	}
	return false;
}

static bool is_link_local(const uint8_t address[16])
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

/*
 * Ports of a bridge have no addresses of their own: then those of every interface of the gateway count as its own, and its private networks
 * as ours.
 */
static bool has_addresses(const struct settings_guard *guard, const struct ifaddrs *all)
{
	uint8_t address[16];

	for (const struct ifaddrs *each = all; each; each = each->ifa_next)
		if (is_of(guard, each->ifa_name) && endpoint_read(each->ifa_addr, address) >= 0 && !is_link_local(address))
			return true;
	return false;
}

static bool is_private(const uint8_t a[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (memcmp(a, mapped, sizeof(mapped)) != 0)
		return (a[0] & 0xfe) == 0xfc;
	return a[12] == 10 || (a[12] == 172 && (a[13] & 0xf0) == 16) || (a[12] == 192 && a[13] == 168);
}

static void add_mac(struct filling *filling, const char *name, const struct ifaddrs *all)
{
	for (const struct ifaddrs *each = all; each; each = each->ifa_next) {
		const struct sockaddr_ll *link = (const void *)each->ifa_addr;
		if (!each->ifa_name || !link || link->sll_family != AF_PACKET || link->sll_halen != 6 || strcmp(each->ifa_name, name) != 0)
			continue;
		if (filling->mac_count < GUARD_MACS_MAX)
			memcpy(filling->macs[filling->mac_count++], link->sll_addr, 6);
	}
}

/*
 * The MACs that frames from outside bear: of the interfaces, and where those are ports of a bridge, of what has a private address, the bridge
 * among it. Of no others: towards the internet a gateway may bear the MAC of somebody's laptop, if a provider asks for it.
 */
static void take_macs(const struct settings_guard *settings, const struct ifaddrs *all, bool own, struct filling *filling)
{
	uint8_t address[16];

	for (const struct ifaddrs *each = all; each; each = each->ifa_next)
		if (each->ifa_name && is_of(settings, each->ifa_name) && each->ifa_addr && each->ifa_addr->sa_family == AF_PACKET)
			add_mac(filling, each->ifa_name, all);
	for (const struct ifaddrs *each = all; each && !own; each = each->ifa_next)
		if (each->ifa_name && endpoint_read(each->ifa_addr, address) >= 0 && is_private(address))
			add_mac(filling, each->ifa_name, all);
}

static int take_interfaces(struct guard *guard, struct filling *filling)
{
	const struct settings_guard *settings = &guard->settings->guard;
	struct ifaddrs *all;
	uint8_t address[16];
	bool own;

	if (getifaddrs(&all))
		return -errno;
	own = has_addresses(settings, all);
	/* those that the devices see come first: a gateway may have more than there is room for */
	for (const struct ifaddrs *each = all; each && !settings->gateway_count; each = each->ifa_next)
		if (each->ifa_name && is_of(settings, each->ifa_name) && endpoint_read(each->ifa_addr, address) >= 0 &&
			!is_link_local(address))
			add_held(&filling->config, address);
	for (const struct ifaddrs *each = all; each; each = each->ifa_next) {
		if (!each->ifa_name || strcmp(each->ifa_name, "lo") == 0 || endpoint_read(each->ifa_addr, address) < 0)
			continue;
		/* whatever address of the gateway a device speaks to, it speaks to the gateway */
		if (!settings->gateway_count && !is_link_local(address))
			add_held(&filling->config, address);
		if (!settings->local_count && !is_link_local(address) && (own ? is_of(settings, each->ifa_name) : is_private(address)))
			add_ours(filling, address, bits_of(each->ifa_netmask));
	}
	take_macs(settings, all, own, filling);
	freeifaddrs(all);
	return 0;
}

/* The same of whom a capture shows. */
static void take_demo(struct guard *guard, struct filling *filling)
{
	static const uint8_t none[6];
	const struct guard_demo_network *network = guard_demo_network(guard->demo);

	for (uint32_t i = 0; i < network->held_count; i++)
		add_held(&filling->config, network->held[i]);
	for (uint32_t i = 0; i < network->ours_count; i++)
		add_ours(filling, network->ours[i].address, network->ours[i].bits);
	if (memcmp(network->mac, none, sizeof(none)) != 0)
		memcpy(filling->macs[filling->mac_count++], network->mac, 6);
}

/* ---- the whole ---- */

static void fill_lists(struct guard *guard, struct filling *filling)
{
	const struct settings_guard *settings = &guard->settings->guard;
	struct fw_guard_config *config = &filling->config;

	for (uint32_t i = 0; i < settings->gateway_count; i++)
		add_held(config, settings->gateway[i]);
	for (uint32_t i = 0; i < settings->local_count; i++)
		add_ours(filling, settings->local[i].address, settings->local[i].bits);
	config->resolvers_count = settings->resolver_count;
	memcpy(config->resolvers, settings->resolvers, sizeof(config->resolvers));
	config->login_ports_count = settings->login_port_count;
	memcpy(config->login_ports, settings->login_ports, sizeof(config->login_ports));
}

/* Behind those that somebody named, the gateway itself: whichever of its addresses a device asks. */
static void fill_resolvers(struct fw_guard_config *config)
{
	for (uint32_t i = 0; i < config->held_count && config->resolvers_count < FW_GUARD_RESOLVERS_MAX; i++)
		memcpy(config->resolvers[config->resolvers_count++], config->held[i], 16);
}

/*
 * A family of which no network of ours is known (no prefix of IPv6 has come yet): no source of it is taken for forged, and nothing of it for
 * inside but private addresses and devices that have a place. What a device did not ask for stays outside. See the blind spots (guard_view.c).
 */
static void note_missing_families(struct fw_guard_config *config)
{
	config->unknown_four = config->unknown_six = 1;
	for (uint32_t i = 0; i < config->ours_count; i++) {
		bool mapped = config->ours[i].high == 0 && config->ours[i].low >> 32 == 0xffff;
		config->unknown_four &= (uint8_t)!mapped;
		config->unknown_six &= (uint8_t)mapped;
	}
}

/* Of conversations from before us: what devices do not confirm is little, since each packet that they send makes its conversation known. */
enum { LATE_RATE = 200, LATE_BURST = 1000, BINDS_RATE = 10, BINDS_BURST = 512 };

static void fill_numbers(const struct settings_guard *settings, struct fw_guard_config *config)
{
	for (unsigned class = 0; class < FW_GUARD_CLASSES; class ++)
		for (unsigned i = 0; i < FW_BRAKE_COUNT; i++)
			config->brake[class][i] = rule_of(settings->brake[i]);
	config->words[FW_GUARD_WORD_FRAMES] = rule_of(settings->frames_all);
	config->frames_out = config->frames_in = rule_of(settings->frames);
	config->flow_tcp_ns = settings->flow_tcp_s * FW_NS_PER_S;
	config->flow_other_ns = settings->flow_other_s * FW_NS_PER_S;
	config->answered_ns = settings->answered_s * FW_NS_PER_S;
	config->grace_ns = settings->grace_s * FW_NS_PER_S;
	config->late = fw_bucket_rule_of(LATE_RATE, LATE_BURST);
	config->binds = fw_bucket_rule_of(BINDS_RATE, BINDS_BURST);
	config->lateral_closed = settings->lateral_closed;
	config->closed = settings->fail_closed;
}

static int too_many(const struct guard *guard, uint32_t left_out, struct fault *out_fault)
{
	fault_set(out_fault, guard->settings->guard.interfaces[0], 0, 0,
		"%u networks of ours are more than the %u that are kept, and their devices would count as forgers: name all of them under "
		"guard.local in fewer, wider prefixes",
		left_out + FW_GUARD_OURS_MAX, FW_GUARD_OURS_MAX);
	return -E2BIG;
}

static void see_bypass(void *context, const struct decision *decision)
{
	*(bool *)context |= decision->kind == DECISION_BYPASS;
}

bool guard_fill_modes(struct guard *guard)
{
	bool bypass = false;

	store_each_decision(guard->store, see_bypass, &bypass);
	if (bypass)
		memset(guard->config.mode, FW_MODE_OFF, sizeof(guard->config.mode));
	else
		memcpy(guard->config.mode, guard->settings->guard.filter_mode, sizeof(guard->config.mode));
	return bypass;
}

int guard_fill_config(struct guard *guard, struct fault *out_fault)
{
	struct filling filling = {.config = guard->config};
	struct fw_guard_config *config = &filling.config;
	int error;

	config->ours_count = config->held_count = config->resolvers_count = 0;
	memset(config->ours, 0, sizeof(config->ours));
	memset(config->held, 0, sizeof(config->held));
	fill_lists(guard, &filling);
	if (guard->demo)
		take_demo(guard, &filling);
	error = guard->demo ? 0 : take_interfaces(guard, &filling);
	if (error) {
		fault_set(out_fault, guard->settings->guard.interfaces[0], 0, 0, "addresses cannot be read: %s", strerror(-error));
		return error;
	}
	if (filling.left_out)
		return too_many(guard, filling.left_out, out_fault);
	/* a list that became shorter leaves nothing of the longer one behind */
	memset(config->ours + config->ours_count, 0, (FW_GUARD_OURS_MAX - config->ours_count) * sizeof(config->ours[0]));
	fill_resolvers(config);
	note_missing_families(config);
	fill_numbers(&guard->settings->guard, config);
	config->generation = guard->config.generation + 1;
	guard->config = *config;
	guard->bypass = guard_fill_modes(guard);
	memcpy(guard->macs, filling.macs, sizeof(guard->macs));
	guard->mac_count = filling.mac_count;
	return 0;
}

void guard_each_ours(const struct guard *guard, struct side *side)
{
	for (uint32_t i = 0; i < guard->config.ours_count; i++) {
		const struct fw_guard_prefix *prefix = &guard->config.ours[i];
		unsigned bits = (unsigned)(__builtin_popcountll(prefix->high_mask) + __builtin_popcountll(prefix->low_mask));
		uint8_t address[16];
		for (unsigned byte = 0; byte < 8; byte++) {
			address[byte] = (uint8_t)(prefix->high >> (56 - 8 * byte));
			address[8 + byte] = (uint8_t)(prefix->low >> (56 - 8 * byte));
		}
		side_add(side, address, (uint8_t)bits);
	}
}
