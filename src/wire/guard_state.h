/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the guard remembers at a gateway: the layout of each of its maps, the same for the programs in the kernel, for the daemon
 * and for the twin. Fixed memory, sized at start. What a device can fill is its own: no device takes another's room.
 *
 *	map               kind            of
 *	guard_switch      ARRAY 1, mmap   struct fw_guard_switch: which of two configurations holds
 *	guard_config      ARRAY 2, mmap   struct fw_guard_config
 *	guard_places      ARRAY 2^n, mmap struct fw_place_bucket: MAC to place; exact, two buckets a MAC
 *	guard_devices     ARRAY, mmap     struct fw_guard_device by place: words and flags. The first FW_STRANGERS are for MACs without a place
 *	guard_counts      PERCPU_ARRAY    struct fw_guard_count by place
 *	guard_policies_a, _b ARRAY, mmap  struct fw_guard_policy by place: two halves
 *	guard_rules_a, _b ARRAY, mmap     struct fw_rule: two halves, each policy's in a row
 *	guard_flows       ARRAY, mmap     struct fw_flow_bucket: flow_buckets in a row for each place
 *	guard_members     ARRAY 2^n, mmap struct fw_member_bucket: address in set, until when
 *	guard_names       ARRAY 2^n, mmap struct fw_name_bucket: names that policies follow: digest to set
 *	guard_bound       ARRAY 2^n, mmap struct fw_bound_row: what was bound to a name last; what is older makes room
 *	guard_totals      PERCPU_ARRAY 1  struct fw_guard_totals
 *	guard_words       ARRAY, mmap     uint64_t: rate buckets that stand alone, by enum fw_guard_word
 *	guard_frames      RINGBUF         struct fw_guard_frame and the first bytes of the frame behind it
 */
#pragma once

#include "wire/bucket.h"
#include "wire/dns.h"
#include "wire/event.h"
#include "wire/rule.h"

/* One more for each change of a struct or map in this file: pins of another layout are refused. */
#define FW_GUARD_LAYOUT 4u

#define FW_STRANGERS 16u /* places shared by the MACs that have none (keyed hash): forged MACs gain nothing by being many */

/* Each is off, observes (counts what it would do) or enforces. In the order in which they are asked. */
enum fw_guard_filter {
	FW_GUARD_QUARANTINE, /* devices that a person or a finding put there */
	FW_GUARD_FORGED, /* sources that are not ours */
	FW_GUARD_POLICY, /* what the device's own policy does not allow */
	FW_GUARD_INBOUND, /* what reaches a device that did not ask, from outside; from inside where lateral is closed */
	FW_GUARD_BRAKE, /* the buckets below */
	FW_GUARD_FILTER_COUNT
};

/* Rate buckets of each device, in the order in which they are asked: their reasons stand in the same order. */
enum fw_brake {
	FW_BRAKE_QUESTIONS, /* DNS questions to whatever resolver; packets */
	FW_BRAKE_CONTACTS, /* first contacts: flows that it opens; packets */
	FW_BRAKE_LOGINS, /* of them, to ports where devices are taken over (config->login_ports); packets */
	FW_BRAKE_SYNS, /* SYN without ACK; packets */
	FW_BRAKE_UNANSWERED, /* to a peer that has not answered, whatever the protocol; bytes of IP */
	FW_BRAKE_FORGED, /* forged sources, where they are not dropped at once; packets */
	FW_BRAKE_LOCAL, /* broadcast, multicast, ARP and neighbour discovery; packets */
	FW_BRAKE_COUNT
};

enum fw_guard_word {
	FW_GUARD_WORD_FRAMES, /* frames sent up, all devices together */
	FW_GUARD_WORD_COUNT
};

struct fw_guard_switch {
	uint32_t
		config; /* counts configurations, flags of devices, MACs that lose their place; the lowest bit says which configuration holds */
	uint32_t layout; /* FW_GUARD_LAYOUT */
};
_Static_assert(sizeof(struct fw_guard_switch) == 8, "no holes");

#define FW_GUARD_OURS_MAX 32u /* prefixes that are ours */
#define FW_GUARD_HELD_MAX 16u /* addresses of the gateway itself */
#define FW_GUARD_RESOLVERS_MAX 8u
#define FW_GUARD_LOGIN_PORTS 16u
#define FW_GUARD_CLASSES 4u /* sets of brake rules; a device has one */

/* A prefix as two masked words: no loop over bits. */
struct fw_guard_prefix {
	uint64_t high, low, high_mask, low_mask; /* host order; all zero masks with .used 0: none */
};

struct fw_guard_config {
	uint64_t key[16]; /* random per start: keyed hashes of MACs, addresses, flows */
	struct fw_dns_key name_key; /* of names that policies follow */
	struct fw_bucket_rule brake[FW_GUARD_CLASSES][FW_BRAKE_COUNT];
	struct fw_bucket_rule words[FW_GUARD_WORD_COUNT];
	struct fw_bucket_rule frames_out, frames_in; /* frames sent up, of one device, each way */
	struct fw_bucket_rule late; /* packets of conversations under way when the guard came, of one device */
	struct fw_bucket_rule binds; /* addresses that one device's answers add to names */
	struct fw_guard_prefix ours[FW_GUARD_OURS_MAX]; /* IPv4 mapped */
	uint8_t held[FW_GUARD_HELD_MAX][16]; /* the gateway's own addresses */
	uint8_t resolvers[FW_GUARD_RESOLVERS_MAX][16]; /* whose answers bind names */
	uint64_t flow_tcp_ns, flow_other_ns; /* for how long an idle flow is remembered */
	uint64_t answered_ns; /* for how long an answer counts; at most 120 s: a flow keeps its seconds in 8 bits */
	uint64_t grace_ns; /* a name's address is held for its TTL and this */
	uint64_t late_until_ns; /* so long what seems to belong to a conversation from before us may come in, within .late; 0: never */
	uint32_t half; /* of policies and rules */
	uint32_t places_mask, members_mask, names_mask; /* buckets less one */
	uint32_t bound_mask; /* rows less one */
	uint32_t flow_buckets_mask; /* buckets of each device less one */
	uint32_t place_count, rule_count; /* entries of the tables */
	uint32_t ours_count, held_count, resolvers_count, login_ports_count;
	uint32_t set_dns, set_ntp; /* sets of the controllers urn:ietf:params:mud:dns and :ntp; 0: any address on that port */
	uint32_t set_time; /* time servers that stay open in quarantine, beside the gateway; 0: none */
	uint32_t generation; /* of the operator's configuration, for people */
	uint16_t login_ports[FW_GUARD_LOGIN_PORTS];
	uint8_t mode[FW_GUARD_FILTER_COUNT]; /* enum fw_filter_mode of wire/shield_state.h: off 0, observe 1, enforce 2 */
	uint8_t lateral_closed; /* devices without a policy may not be reached by other devices unless they asked */
	uint8_t closed; /* fail mode: a frame that cannot be read to its ports is dropped, not judged by what came of it */
	uint8_t unknown_four,
		unknown_six; /* no network of ours of this family is known: only private addresses are inside, and no source is forged */
	uint8_t zero[7]; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_guard_config) ==
		128 + sizeof(struct fw_dns_key) + 16 * (FW_GUARD_CLASSES * FW_BRAKE_COUNT + FW_GUARD_WORD_COUNT + 4) +
			32 * FW_GUARD_OURS_MAX + 16 * (FW_GUARD_HELD_MAX + FW_GUARD_RESOLVERS_MAX) + 5 * 8 + 16 * 4 +
			2 * FW_GUARD_LOGIN_PORTS + FW_GUARD_FILTER_COUNT + 4 + 7,
	"no holes");

enum fw_guard_flag {
	FW_DEVICE_USED = 1,
	FW_DEVICE_HELD = 2, /* the gateway, the admin's client: never stopped, only counted */
	FW_DEVICE_QUARANTINED = 4,
	FW_DEVICE_POLICY = 8, /* its own policy holds: else all may leave, and only what it asked for may come in */
};

struct fw_guard_device {
	uint64_t brake[FW_BRAKE_COUNT]; /* words of wire/bucket.h */
	uint64_t frames_out, frames_in; /* of frames sent up */
	uint64_t last_ns; /* when it was heard last, coarse */
	uint64_t late, binds; /* of what config->late and config->binds say */
	uint32_t flags; /* enum fw_guard_flag: user space writes, the kernel reads */
	uint32_t slit; /* quarantined: set of addresses that stay open (update hosts); 0: none */
	uint32_t maker, model; /* sets that it is a member of (FW_REMOTE_GROUP); 0: none */
	uint8_t mac[6];
	uint8_t class; /* of brake rules, below FW_GUARD_CLASSES */
	uint8_t zero[9]; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_guard_device) == 128, "two cache lines");

/* Of one place; rules first..first+count-1 of its half. */
enum { FW_POLICY_DEFAULTS = 1 /* DNS and NTP of the configuration stay open behind the explicit rules (RFC 8520 section 5) */ };
struct fw_guard_policy {
	uint32_t first, count;
	uint8_t generation; /* another one: flows are judged anew */
	uint8_t flags; /* FW_POLICY_* */
	uint8_t zero[6]; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_guard_policy) == 16, "no holes");

#define FW_PLACE_SLOTS 8u
struct fw_place_bucket {
	uint64_t slot
		[FW_PLACE_SLOTS]; /* MAC in the upper 48 bits, place in the lower 16; 0 where empty. Place 0 is a stranger's: never stored */
};
_Static_assert(sizeof(struct fw_place_bucket) == 64, "a cache line");

/*
 * Flows of one device. Tag: keyed hash of (protocol, local port, remote address, remote port); what has no ports has zeros, a DNS
 * question over UDP has its identifier too, so that only its own answer is one. State:
 *
 *	63..40 time, in 2^28 ns (a quarter of a second; comes round in 52 days)   39..32 generation of the policy that judged it
 *	31..24 flags   23..16 packets so far, up to 255   15..8 packets of the device since the peer sent last, up to 255
 *	7..0 when the peer sent last, in 2^30 ns (about a second); holds if FW_FLOW_HEARD
 *
 * A slot is claimed by writing state 0, then the tag, then the state: a state of 0 is nobody's.
 */
enum fw_flow_flag {
	FW_FLOW_BY_PEER = 1, /* the other end opened it */
	FW_FLOW_ANSWERED = 2, /* both have sent */
	FW_FLOW_FROM_OK = 4, /* policy allows what leaves */
	FW_FLOW_TO_OK = 8, /* policy allows what comes */
	FW_FLOW_HEARD = 16, /* the peer sent something, answered_ns ago at most when this was written */
};
#define FW_FLOW_SLOTS 4u
struct fw_flow_slot {
	uint64_t tag, state;
};
struct fw_flow_bucket {
	struct fw_flow_slot slot[FW_FLOW_SLOTS];
};
_Static_assert(sizeof(struct fw_flow_slot) == 16 && sizeof(struct fw_flow_bucket) == 64, "a cache line");

/* Address in set: 32 bits of a keyed hash of both, and until when in 2^28 ns (all ones: for good). Whoever is over makes room. */
#define FW_MEMBER_SLOTS 8u
struct fw_member_bucket {
	uint64_t slot[FW_MEMBER_SLOTS]; /* tag in the upper half, end in the lower; 0 where empty */
};
_Static_assert(sizeof(struct fw_member_bucket) == 64, "a cache line");

/* Names that policies follow: digest of the whole name, as of wire/dns.h, and the set that its addresses join. */
#define FW_NAME_SLOTS 4u
#define FW_NAME_LOCAL 0x80000000u /* beside the set: a person named it, and it may be one of our own addresses */
struct fw_name_bucket {
	uint64_t digest[FW_NAME_SLOTS]; /* 0 where empty */
	uint32_t set[FW_NAME_SLOTS];
	uint32_t zero[4]; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_name_bucket) == 64, "a cache line");

/*
 * What was bound to a name last: the hashes of its members (wire/guard_key.h). Who joins as one too many takes the place of one that
 * was told long ago, so that no zone can fill the table of members. A row is by the name's digest; names that meet in one share it.
 */
#define FW_BOUND_KEPT 64u /* 32 records an answer (guard_answer.h), of both families */
struct fw_bound_row {
	uint64_t kept[FW_BOUND_KEPT];
	uint64_t next; /* ever written; the next goes to this place, modulo */
};
_Static_assert(sizeof(struct fw_bound_row) == 8 * FW_BOUND_KEPT + 8, "no holes");

enum fw_guard_way { FW_GUARD_OUT, FW_GUARD_IN, FW_GUARD_WAYS }; /* from the device, to it */

enum fw_guard_outcome { FW_GUARD_PASSED, FW_GUARD_DROPPED, FW_GUARD_WOULD, FW_GUARD_OUTCOMES };

struct fw_guard_tally {
	uint64_t packets, bytes; /* bytes of frames */
};

/* One per CPU and place. */
struct fw_guard_count {
	struct fw_guard_tally way[FW_GUARD_WAYS][FW_GUARD_OUTCOMES];
	struct fw_guard_tally unanswered; /* passed out to peers that have not answered: what leaked, when it turns out to be junk */
	uint32_t flows_forgotten; /* slots that made room for another while young */
	uint32_t frames_lost_in; /* of frames_lost, those that reached it: answers may be among them */
	uint64_t frames_lost; /* not sent up: its bucket was empty, or the ring full */
};
_Static_assert(sizeof(struct fw_guard_count) == 128, "two cache lines");

/* One per CPU. */
struct fw_guard_totals {
	struct fw_guard_tally reason[FW_GUARD_WAYS][FW_GUARD_OUTCOMES][FW_REASON_COUNT];
	uint64_t ring_full, contended, bound, bound_full; /* names' addresses bound; no room for one */
	uint64_t bound_refused, bound_over; /* of those that no name may mean (our own, the gateway's); more than one device may add */
	uint64_t bound_gone; /* made room for another of the same name */
};
_Static_assert(sizeof(struct fw_guard_tally) == 16 &&
		sizeof(struct fw_guard_totals) == 16 * FW_GUARD_WAYS * FW_GUARD_OUTCOMES * FW_REASON_COUNT + 7 * 8,
	"no holes");

/* What is sent up: this, then kept_len bytes of the frame (in the ring: FW_FRAME_SHORT or FW_FRAME_LONG bytes of room). */
#define FW_FRAME_SHORT 224u
#define FW_FRAME_LONG 1600u
struct fw_guard_frame {
	uint64_t time_ns; /* the kernel's monotonic clock */
	uint32_t frame_len, kept_len;
	uint32_t interface; /* index */
	uint16_t place;
	uint8_t way; /* enum fw_guard_way */
	uint8_t outcome; /* enum fw_guard_outcome */
	uint8_t reason; /* enum fw_reason */
	uint8_t room; /* 0: short, 1: long */
	uint16_t vlan; /* tag from the packet's metadata (tc, or a card that strips it), 0: none */
	uint8_t run; /* packets of the device in its flow since the last answer, before this one; up to 255 */
	uint8_t zero[3]; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_guard_frame) == 32, "no holes");

#ifndef __bpf__

/* ---- the same in the memory of one process: no kernel, one CPU ---- */

/* Entries of each table: powers of two where the configuration has a mask for it. */
struct fw_guard_sizes {
	uint32_t places; /* buckets */
	uint32_t devices; /* places of devices, strangers' too: at least FW_STRANGERS + 1 */
	uint32_t flow_buckets; /* of each device */
	uint32_t rules; /* of each half */
	uint32_t members, names; /* buckets */
	uint32_t bound; /* rows; 0 is 1 */
};

struct fw_guard_tables {
	struct fw_guard_config *config;
	struct fw_guard_totals *totals;
	struct fw_place_bucket *places;
	struct fw_guard_device *devices;
	struct fw_guard_count *counts;
	struct fw_guard_policy *policies[2];
	struct fw_rule *rules[2];
	struct fw_flow_bucket *flows;
	struct fw_member_bucket *members;
	struct fw_name_bucket *names;
	struct fw_bound_row *bound;
	uint64_t *words;
};

#endif
