/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One frame before the guard's judge: what is known of it, what has been said so far, and how that is counted. Part of guard.h.
 */
#pragma once

#include "wire/guard_store.h"
#include "wire/packet.h"
#include "wire/shield_state.h"

enum fw_guard_port {
	FW_GUARD_DNS = 53,
	FW_GUARD_DHCP_SERVER = 67,
	FW_GUARD_DHCP_CLIENT = 68,
	FW_GUARD_NTP = 123,
	FW_GUARD_DHCP6_CLIENT = 546,
	FW_GUARD_DHCP6_SERVER = 547,
	FW_GUARD_SSDP = 1900,
	FW_GUARD_WSD = 3702,
	FW_GUARD_MDNS = 5353,
};

enum fw_tcp_flag { FW_TCP_FIN = 1, FW_TCP_SYN = 2, FW_TCP_RST = 4, FW_TCP_ACK = 16 };

/*
 * What is found out and said. In BPF it lives in a map, so that the verifier follows no value of it. Local is the device, remote
 * the other end, whichever way the frame goes.
 */
struct fw_guard_notes {
	struct fw_guard_address local, remote;
	uint64_t now_ns;
	uint64_t tag, state; /* of the flow; state 0: not known, or not any more */
	uint64_t about; /* state of the flow that an ICMP error is about; 0: none */
	uint32_t frame_len, packets; /* as the card sees them: many where it cuts a segment later */
	uint32_t place, way; /* of the device; enum fw_guard_way */
	uint32_t outcome, reason, would, filter; /* enum fw_guard_outcome; enum fw_reason, twice; enum fw_guard_filter */
	uint32_t rule; /* of the policy, which decided; UINT32_MAX: none */
	uint32_t remote_maker, remote_model; /* sets that the device at the other end is in, if it is one here */
	uint32_t cost[FW_BRAKE_COUNT]; /* what it takes from each bucket */
	uint32_t wants; /* bound in sets that follow the name asked for */
	uint16_t local_port, remote_port;
	uint16_t dns_id; /* of a DNS message, part of the flow's tag */
	uint16_t vlan;
	uint8_t has_ports; /* TCP or UDP, read to its ports */
	uint8_t has_type; /* ICMP, read to its type */
	uint8_t is_syn; /* opens a TCP connection: SYN without ACK */
	uint8_t is_heard; /* the peer sent something lately */
	uint8_t is_error; /* ICMP error */
	uint8_t keeps; /* the flow is noted if it passes */
	uint8_t by_peer; /* the other end opened the conversation */
	uint8_t allowed; /* FW_FLOW_FROM_OK or FW_FLOW_TO_OK: its policy was asked now, and allows it */
	uint8_t governed; /* a policy of its own is in force */
	uint8_t generation, policy_flags; /* of that policy */
	uint8_t misopened; /* a rule would allow it, had the other side opened it */
	uint8_t remote_inside; /* the other end is on our side */
	uint8_t zero[3]; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_guard_notes) == 32 + 4 * 8 + 12 * 4 + 4 * FW_BRAKE_COUNT + 4 + 8 + 16, "no holes");

/* What is too large for the stack in BPF. */
struct fw_guard_desk {
	struct fw_guard_notes notes;
	struct fw_packet packet, inner; /* inner: what an ICMP error quotes */
	struct fw_dns_question question;
};

struct fw_guard_case {
	struct fw_guard_store *store;
	const struct fw_guard_config *config;
	struct fw_guard_totals *totals; /* of this CPU ... */
	struct fw_guard_count *count; /* ... and of the device on it */
	struct fw_guard_device *device;
	struct fw_guard_notes *notes;
	struct fw_packet *packet;
	struct fw_guard_desk *desk;
};

/* As FW_PART of shield_case.h: a part that needs no byte of the frame is a function of its own in BPF, read once by the verifier. */
#ifdef __bpf__
#define FW_GUARD_PART(name) \
	__attribute__((noinline)) int name##_part(const struct fw_guard_config *config, struct fw_guard_totals *totals, \
		struct fw_guard_count *count, struct fw_guard_device *device, struct fw_guard_desk *desk) \
	{ \
		struct fw_guard_case c = {.config = config, .totals = totals, .count = count, .device = device, .desk = desk}; \
\
		if (!config || !totals || !count || !device || !desk) \
			return 0; \
		c.notes = &desk->notes; \
		c.packet = &desk->packet; \
		return (int)name##_here(&c); \
	} \
	FW_INLINE int name(struct fw_guard_case *c) \
	{ \
		return name##_part(c->config, c->totals, c->count, c->device, c->desk); \
	}
#else
#define FW_GUARD_PART(name) \
	FW_INLINE int name(struct fw_guard_case *c) \
	{ \
		return (int)name##_here(c); \
	}
#endif

FW_INLINE void fw_guard_add(const struct fw_guard_case *c, struct fw_guard_tally *tally)
{
	tally->packets += c->notes->packets;
	tally->bytes += c->notes->frame_len;
}

FW_INLINE void fw_guard_tally(struct fw_guard_case *c, uint32_t outcome, uint32_t reason)
{
	uint32_t way = c->notes->way;

	FW_PIN(outcome);
	FW_PIN(reason);
	FW_PIN(way);
	if (way >= FW_GUARD_WAYS || outcome >= FW_GUARD_OUTCOMES || reason >= FW_REASON_COUNT)
		return;
	fw_guard_add(c, &c->totals->reason[way][outcome][reason]);
	fw_guard_add(c, &c->count->way[way][outcome]);
}

FW_INLINE bool fw_guard_is_on(const struct fw_guard_case *c, uint32_t filter)
{
	return c->config->mode[filter] != FW_LIMIT(FW_MODE_OFF);
}

/* What a filter says against this frame. True if that is the end of it. */
FW_INLINE bool fw_guard_stop(struct fw_guard_case *c, uint32_t filter, enum fw_reason reason)
{
	if (c->config->mode[filter] == FW_LIMIT(FW_MODE_ENFORCE)) {
		c->notes->outcome = FW_GUARD_DROPPED;
		c->notes->filter = filter;
		return true;
	}
	fw_guard_tally(c, FW_GUARD_WOULD, reason);
	if (!c->notes->would) {
		c->notes->would = reason;
		c->notes->filter = filter;
	}
	return false;
}

/* How often a word may change under our hands before it is taken for empty: each try means that another CPU succeeded. */
#define FW_GUARD_TRIES 4

FW_INLINE bool fw_guard_take(struct fw_guard_case *c, uint64_t *word, const struct fw_bucket_rule *rule, uint32_t cost)
{
	FW_LOOP
	for (uint32_t i = 0; i < FW_GUARD_TRIES; i++) {
		uint64_t old = *(volatile uint64_t *)word, next;
		bool allowed;

		next = fw_bucket_next(old, rule, cost, c->notes->now_ns, &allowed);
		if (!allowed)
			return false;
		if (__sync_val_compare_and_swap(word, old, next) == old)
			return true;
	}
	c->totals->contended++;
	return false;
}

/* Only looks. */
FW_INLINE bool fw_guard_has(const struct fw_guard_case *c, const uint64_t *word, const struct fw_bucket_rule *rule, uint32_t cost)
{
	bool allowed;

	fw_bucket_next(*(const volatile uint64_t *)word, rule, cost, c->notes->now_ns, &allowed);
	return allowed;
}

/* ---- addresses ---- */

FW_INLINE bool fw_guard_is_four(const struct fw_guard_address *of)
{
	return of->high == 0 && of->low >> 32 == FW_LIMIT(0xffffu);
}

FW_INLINE bool fw_guard_is_unspecified(const struct fw_guard_address *of)
{
	return of->high == 0 && (of->low == 0 || of->low == FW_LIMIT(0xffff00000000ull));
}

FW_INLINE bool fw_guard_is_link_local(const struct fw_guard_address *of)
{
	if (fw_guard_is_four(of))
		return (uint32_t)of->low >> FW_LIMIT(16) == FW_LIMIT(0xa9feu);
	return of->high >> FW_LIMIT(54) == FW_LIMIT(0x3fau);
}

/* IPv4 224.0.0.0/4 and the broadcast address; IPv6 ff00::/8. 240.0.0.0/4 is nobody's, and so like any other stranger's. */
FW_INLINE bool fw_guard_is_many(const struct fw_guard_address *of)
{
	if (fw_guard_is_four(of))
		return (uint32_t)of->low >> FW_LIMIT(28) == FW_LIMIT(0xeu) || (uint32_t)of->low == FW_LIMIT(0xffffffffu);
	return of->high >> FW_LIMIT(56) == FW_LIMIT(0xffu);
}

/* One of the prefixes that are ours; or of one of them the address whose host bits are all ones: the subnet's broadcast. */
FW_INLINE bool fw_guard_is_ours(const struct fw_guard_config *config, const struct fw_guard_address *of, bool last)
{
	FW_LOOP
	for (uint32_t i = 0; i < FW_GUARD_OURS_MAX; i++) {
		const struct fw_guard_prefix *prefix = &config->ours[i];

		if (i >= config->ours_count)
			break;
		if (((of->high ^ prefix->high) & prefix->high_mask) || ((of->low ^ prefix->low) & prefix->low_mask))
			continue;
		if (!last || (of->low | prefix->low_mask) == ~0ull)
			return true;
	}
	return false;
}

/* A family of which no network of ours is known: a gateway without a prefix of IPv6, or before it comes. */
FW_INLINE bool fw_guard_is_unknown(const struct fw_guard_config *config, const struct fw_guard_address *of)
{
	return fw_guard_is_four(of) ? config->unknown_four : config->unknown_six;
}

/* RFC 1918, RFC 4193: never from the internet. */
FW_INLINE bool fw_guard_is_private(const struct fw_guard_address *of)
{
	uint32_t four = (uint32_t)of->low;

	if (fw_guard_is_four(of))
		return four >> FW_LIMIT(24) == FW_LIMIT(10u) || four >> FW_LIMIT(20) == FW_LIMIT(0xac1u) ||
			four >> FW_LIMIT(16) == FW_LIMIT(0xc0a8u);
	return of->high >> FW_LIMIT(57) == FW_LIMIT(0x7eu);
}

/* On our side of the gateway. */
FW_INLINE bool fw_guard_is_inside(const struct fw_guard_config *config, const struct fw_guard_address *of)
{
	return fw_guard_is_link_local(of) || fw_guard_is_ours(config, of, false) ||
		(fw_guard_is_unknown(config, of) && fw_guard_is_private(of));
}

/* The machine itself, or nobody: 0.0.0.0/8, 127.0.0.0/8; all of ::/96 and ::1 with it. */
FW_INLINE bool fw_guard_is_self(const struct fw_guard_address *of)
{
	if (fw_guard_is_four(of))
		return (uint32_t)of->low >> FW_LIMIT(24) == 0 || (uint32_t)of->low >> FW_LIMIT(24) == FW_LIMIT(127u);
	return of->high == 0;
}

FW_INLINE bool fw_guard_in_list(const uint8_t (*list)[16], uint32_t most, uint32_t count, const struct fw_guard_address *of)
{
	FW_LOOP
	for (uint32_t i = 0; i < most; i++) {
		struct fw_guard_address is;

		if (i >= count)
			break;
		is = fw_guard_address_of(list[i]);
		if (is.high == of->high && is.low == of->low)
			return true;
	}
	return false;
}

/* The gateway's own. */
FW_INLINE bool fw_guard_is_held(const struct fw_guard_config *config, const struct fw_guard_address *of)
{
	return fw_guard_in_list(config->held, FW_GUARD_HELD_MAX, config->held_count, of);
}

FW_INLINE bool fw_guard_is_resolver(const struct fw_guard_config *config, const struct fw_guard_address *of)
{
	return fw_guard_in_list(config->resolvers, FW_GUARD_RESOLVERS_MAX, config->resolvers_count, of);
}

/*
 * What a name that policies follow may mean: no address of ours, whatever a zone says (DNS rebinding). Names that a person wrote into the
 * configuration may be at home (is_local); that of the gateway, of many or of nobody none may.
 */
FW_INLINE bool fw_guard_may_bind(const struct fw_guard_config *config, const struct fw_guard_address *of, bool is_local)
{
	if (fw_guard_is_many(of) || fw_guard_is_self(of) || fw_guard_is_held(config, of))
		return false;
	return is_local || !fw_guard_is_inside(config, of);
}

/* The remote end is in this set now; set 0 is no set. */
FW_INLINE bool fw_guard_is_member(struct fw_guard_case *c, uint32_t set)
{
	uint64_t hash = fw_guard_member_hash(c->config->key, set, &c->notes->remote), now = fw_guard_tick(c->notes->now_ns);
	uint32_t tag = fw_guard_member_tag(hash);
	const struct fw_member_bucket *bucket;

	if (!set)
		return false;
	bucket = fw_guard_store_member(c->store, fw_guard_first(hash, c->config->members_mask));
	if (bucket && fw_guard_member_in(bucket, tag, now))
		return true;
	bucket = fw_guard_store_member(c->store, fw_guard_member_second(hash, c->config->members_mask));
	return bucket && fw_guard_member_in(bucket, tag, now);
}

FW_INLINE uint32_t fw_guard_place_of(struct fw_guard_case *c, const uint8_t address[6])
{
	uint64_t mac = fw_guard_mac(address), hash = fw_guard_mac_hash(c->config->key, mac);
	const struct fw_place_bucket *bucket = fw_guard_store_place(c->store, fw_guard_first(hash, c->config->places_mask));
	uint32_t place = bucket ? fw_guard_place_in(bucket, mac) : 0;

	if (place)
		return place;
	bucket = fw_guard_store_place(c->store, fw_guard_second(hash, c->config->places_mask));
	place = bucket ? fw_guard_place_in(bucket, mac) : 0;
	return place ? place : fw_guard_stranger(hash);
}
