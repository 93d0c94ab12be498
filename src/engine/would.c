/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture is not a gateway: it begins in the middle, and it does not wait. So not all that the twin would stop is a violation. An address
 * may have been asked for before the first frame; then an entry that follows a name could fit, and nobody can say. A connection that was
 * open already has no opener. And what a device answers to a question that its policy would have stopped was not its idea. The first two
 * are unknown, the last counts with the question.
 */
#include "engine/would_room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/room.h"
#include "policy/policy.h"
#include "wire/shield_state.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17, LINK_ETHERNET = 1, MAC_LEN = 6, ANY_BURST = 1000000, DHCP_SERVER_PORT = 67, DHCP6_SERVER_PORT = 547 };
static const uint64_t hour_ns = 3600000000000ull, minute_ns = 60000000000ull;
static const uint8_t would_key[16] = {0x77, 0x6f, 0x75, 0x6c, 0x64}; /* fixed, as inspect's */

/* The key is all but the last five members. */
struct record {
	uint8_t peer[16];
	uint32_t place;
	uint16_t port; /* the lower of the two: a service's, mostly */
	uint8_t way, outcome, reason, proto;
	uint8_t zero[6];
	uint64_t first_ns, last_ns, packets, bytes;
	uint32_t entry; /* of the rules, and 1; 0: none known */
	uint32_t zero_end;
};
_Static_assert(offsetof(struct record, first_ns) == 32, "the key");

/* ---- tables of the twin ---- */

static void add_prefix(struct fw_guard_config *config, const uint8_t address[16], unsigned bits)
{
	struct fw_guard_prefix *prefix = &config->ours[config->ours_count];
	struct fw_guard_address is = fw_guard_address_of(address);

	for (uint32_t i = 0; i < config->ours_count; i++) /* routers announce it again and again */
		if (!(((config->ours[i].high ^ is.high) & config->ours[i].high_mask) |
			    ((config->ours[i].low ^ is.low) & config->ours[i].low_mask)))
			return;
	if (config->ours_count == FW_GUARD_OURS_MAX)
		return;
	prefix->high_mask = !bits ? 0 : bits >= 64 ? UINT64_MAX : UINT64_MAX << (64 - bits);
	prefix->low_mask = bits <= 64 ? 0 : UINT64_MAX << (128 - bits);
	prefix->high = is.high & prefix->high_mask;
	prefix->low = is.low & prefix->low_mask;
	config->ours_count++;
}

static void fill_config(struct fw_guard_config *config)
{
	struct fw_bucket_rule open = fw_bucket_rule_of(ANY_BURST, ANY_BURST);

	for (uint32_t i = 0; i < 16; i++) {
		config->key[i] = 0x9e3779b97f4a7c15ull * (2 * i + 1);
	}
	for (uint32_t i = 0; i < sizeof(struct fw_dns_key) / sizeof(uint64_t); i++)
		((uint64_t *)&config->name_key)[i] = 0xc2b2ae3d27d4eb4full * (2 * i + 1);
	for (uint32_t i = 0; i < FW_BRAKE_COUNT; i++)
		config->brake[0][i] = open;
	config->frames_out = config->frames_in = config->binds = config->words[FW_GUARD_WORD_FRAMES] = open;
	config->flow_tcp_ns = 2 * hour_ns;
	config->flow_other_ns = 3 * minute_ns;
	config->answered_ns = 2 * hour_ns;
	config->grace_ns = 10 * minute_ns;
	config->mode[FW_GUARD_POLICY] = FW_MODE_OBSERVE;
}

void would_side(struct would *would, const struct side *side)
{
	static const char *const private[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};
	struct prefix prefix;

	for (size_t i = 0; i < sizeof(private) / sizeof(*private); i++)
		if (!prefix_read(private[i], &prefix) && side_tells(side, prefix.address))
			add_prefix(would->tables.config, prefix.address, prefix.bits);
	for (uint32_t i = 0; i < side->prefix_count; i++)
		if (!side_is_loopback(side->prefixes[i].address))
			add_prefix(would->tables.config, side->prefixes[i].address, side->prefixes[i].bits);
}

void would_add_member(struct would *would, uint32_t set, const uint8_t address[16])
{
	struct fw_guard_member member = {.set = set, .now_ns = would->now_ns, .end_ns = UINT64_MAX};

	if (!set)
		return;
	memcpy(member.address, address, 16);
	if (!fw_guard_member_add(would->tables.members, would->tables.config, &member))
		would->left_out++;
	would->bound[set] = true;
}

/* Its answers bind names, and it is who "DNS" in a policy means. */
static void add_resolver(struct would *would, const uint8_t address[16])
{
	struct fw_guard_config *config = would->tables.config;

	for (uint32_t i = 0; i < config->resolvers_count; i++)
		if (!memcmp(config->resolvers[i], address, 16))
			return;
	if (config->resolvers_count == FW_GUARD_RESOLVERS_MAX)
		return;
	memcpy(config->resolvers[config->resolvers_count++], address, 16);
	config->set_dns = policy_set(would->sets, POLICY_SET_CONTROLLER, "urn:ietf:params:mud:dns");
	would_add_member(would, config->set_dns, address);
}

struct would_device *would_device(struct would *would, const uint8_t mac[6])
{
	struct would_device *device;
	uint16_t place;

	for (uint32_t i = 0; i < would->device_count; i++)
		if (!memcmp(would->devices[i].mac, mac, MAC_LEN))
			return &would->devices[i];
	place = (uint16_t)(FW_STRANGERS + 1 + would->device_count);
	if (would->device_count == FW_WOULD_DEVICES_MAX || !fw_guard_place_add(would->tables.places, would->tables.config, mac, place)) {
		would->left_out++;
		return NULL;
	}
	device = &would->devices[would->device_count++];
	memcpy(device->mac, mac, MAC_LEN);
	memcpy(would->tables.devices[place].mac, mac, MAC_LEN);
	would->tables.devices[place].flags = FW_DEVICE_USED;
	return device;
}

void would_give(struct would *would, struct would_device *device, struct would_policy *policy)
{
	uint32_t place = (uint32_t)(device - would->devices) + FW_STRANGERS + 1;
	struct fw_guard_policy *row = &would->tables.policies[0][place];

	would->tables.devices[place].maker = policy_maker_set(would->sets, device->url);
	would->tables.devices[place].model = policy_model_set(would->sets, device->url);
	if (!policy || device->policy == policy)
		return;
	device->policy = policy;
	policy->used = true;
	*row = (struct fw_guard_policy){policy->first, policy->count, (uint8_t)(row->generation + 1), FW_POLICY_DEFAULTS, {0}};
	would->tables.devices[place].flags |= FW_DEVICE_POLICY;
}

static int make_tables(struct would *would)
{
	const struct fw_guard_sizes sizes = {.places = 128,
		.devices = WOULD_PLACES,
		.flow_buckets = 64,
		.rules = FW_WOULD_RULES_MAX,
		.members = 1024,
		.names = 1024,
		.bound = 256};
	int error = twin_guard_new(&sizes, &would->twin);

	would->policies = calloc(FW_WOULD_POLICIES_MAX, sizeof(*would->policies));
	would->entries = calloc(FW_WOULD_RULES_MAX, sizeof(*would->entries));
	would->devices = calloc(FW_WOULD_DEVICES_MAX, sizeof(*would->devices));
	would->bound = calloc(FW_WOULD_SETS_MAX + 1, sizeof(*would->bound));
	if (!error)
		error = policy_sets_new(FW_WOULD_SETS_MAX, 1, would_key, &would->sets);
	if (!error)
		error = table_init(&would->records, FW_VERDICT_MAX, sizeof(struct record), offsetof(struct record, first_ns), would_key);
	return would->policies && would->entries && would->devices && would->bound ? error : -ENOMEM;
}

int would_new(const struct would_options *options, struct would **out_would, struct fault *out_fault)
{
	struct would *would = calloc(1, sizeof(*would));
	int error = would ? make_tables(would) : -ENOMEM;

	if (!error) {
		would->tables = twin_guard_tables(would->twin);
		would->now_ns = hour_ns;
		fill_config(would->tables.config);
		policy_set(would->sets, POLICY_SET_CONTROLLER, "urn:ietf:params:mud:dns"); /* first, while there is room */
		error = would_load(would, options->path, options->device, out_fault);
	}
	for (size_t i = 0; !error && i < options->resolver_count; i++)
		add_resolver(would, options->resolvers[i]);
	if (error) {
		would_free(would);
		return error;
	}
	would->resolvers_given = options->resolver_count > 0;
	*out_would = would;
	return 0;
}

void would_free(struct would *would)
{
	if (!would)
		return;
	twin_guard_free(would->twin);
	policy_sets_free(would->sets);
	table_done(&would->records);
	free(would->policies);
	free(would->entries);
	free(would->devices);
	free(would->bound);
	free(would->verdicts);
	free(would);
}

/* ---- what is heard ---- */

/* Section 16: who can send one datagram can claim to be anything, so a claim may replace a claim of the same maker alone. */
static void hear_url(struct would *would, const struct frame *frame, struct slice raw)
{
	char url[MUD_URL_MAX];
	struct would_device *device;
	struct would_policy *policy = NULL;

	if (frame->cap_len < 12 || (frame->bytes[6] & 1) || policy_url_read(raw.bytes, raw.len, url))
		return;
	device = would_device(would, frame->bytes + 6);
	if (!device)
		return;
	if (policy_claim_judge(device->url, url) == CLAIM_DISPUTED) {
		device->disputed = true;
		return;
	}
	if (device->written)
		return;
	memcpy(device->url, url, sizeof(device->url));
	for (uint32_t i = 0; i < would->policy_count && !policy; i++)
		if (!would->policies[i].has_mac && !strcmp(would->policies[i].url, url))
			policy = &would->policies[i];
	would_give(would, device, policy);
}

/* A name is known as soon as a resolver has answered for it, whatever it said. */
static void hear_answer(struct would *would, const struct fw_packet *packet, const struct fact *fact)
{
	const struct fw_guard_config *config = would->tables.config;
	char name[MUD_NAME_MAX];

	if (!config->resolvers_count)
		add_resolver(would, packet->src);
	for (uint32_t i = 0; i < config->resolvers_count; i++) {
		if (memcmp(config->resolvers[i], packet->src, 16) != 0 || fact->name.len >= sizeof(name))
			continue;
		memcpy(name, fact->name.bytes, fact->name.len);
		name[fact->name.len] = 0;
		would->bound[policy_set_find(would->sets, POLICY_SET_NAME, name)] = true;
	}
}

void would_fact(void *context, const struct frame *frame, const struct fact *fact)
{
	struct would *would = context;
	struct fw_packet packet;

	if (frame != would->frame || frame->link != LINK_ETHERNET)
		return;
	switch (fact->kind) {
	case FACT_DHCP_MUD_URL:
	case FACT_DHCP6_MUD_URL:
	case FACT_LLDP_MUD_URL:
		if (fact->kind != FACT_DHCP_MUD_URL || (frame->cap_len >= 12 && !memcmp(fact->mac, frame->bytes + 6, MAC_LEN)))
			hear_url(would, frame, fact->text);
		return;
	case FACT_ND_PREFIX:
		if (fact->number >= 64 && fact->number <= 128)
			add_prefix(would->tables.config, fact->addr, fact->number);
		return;
	case FACT_DHCP_RESOLVER:
	case FACT_DHCP6_RESOLVER:
	case FACT_DNS_RESPONSE:
		break;
	default:
		return;
	}
	fw_packet_read(frame->bytes, frame->cap_len, frame->link, &packet);
	if (fact->kind == FACT_DNS_RESPONSE)
		hear_answer(would, &packet, fact);
	else if (!would->resolvers_given && (packet.src_port == DHCP_SERVER_PORT || packet.src_port == DHCP6_SERVER_PORT))
		add_resolver(would, fact->addr);
}

/* ---- what is judged ---- */

/* One frame of one device. */
struct judged {
	struct would_device *device;
	enum fw_guard_way way;
	struct twin_guard_verdict verdict;
	struct fw_packet packet;
	const uint8_t *remote;
	uint16_t local_port, remote_port;
	bool is_syn;
};

static struct record record_key(const struct would *would, const struct judged *judged)
{
	struct record key = {.place = (uint32_t)(judged->device - would->devices),
		.way = (uint8_t)judged->way,
		.proto = judged->packet.proto,
		.port = judged->local_port < judged->remote_port ? judged->local_port : judged->remote_port};

	memcpy(key.peer, judged->remote, 16);
	return key;
}

static bool fits_but_remote(const struct fw_rule *rule, const struct judged *judged)
{
	const struct fw_packet *packet = &judged->packet;

	if (!rule->accept || rule->way != judged->way || (rule->family && rule->family != packet->family))
		return false;
	if (!rule->any_proto && rule->proto != packet->proto)
		return false;
	return judged->local_port >= rule->local_least && judged->local_port <= rule->local_most &&
		judged->remote_port >= rule->remote_least && judged->remote_port <= rule->remote_most;
}

/* Some entry could fit, if only its addresses or its devices were known. */
static bool could_fit(const struct would *would, const struct judged *judged)
{
	const struct would_policy *policy = judged->device->policy;

	for (uint32_t i = 0; i < policy->count; i++) {
		const struct fw_rule *rule = &would->tables.rules[0][policy->first + i];
		if ((rule->remote == FW_REMOTE_SET || (rule->remote == FW_REMOTE_GROUP && judged->packet.has_mac)) &&
			!would->bound[rule->set] && fits_but_remote(rule, judged))
			return true;
	}
	return false;
}

/* Some of the same conversation would have been stopped that way. */
static bool was_stopped(const struct would *would, const struct judged *judged, enum fw_guard_way way)
{
	struct record key = record_key(would, judged);

	key.way = (uint8_t)way;
	key.outcome = VERDICT_DROP;
	for (unsigned reason = FW_REASON_BAD_END; reason < FW_REASON_COUNT; reason++) {
		key.reason = (uint8_t)reason;
		if (table_find(&would->records, &key))
			return true;
	}
	return false;
}

static enum verdict_outcome outcome_of(const struct would *would, const struct judged *judged)
{
	if (!judged->verdict.would)
		return VERDICT_PASS;
	if (judged->verdict.would == FW_REASON_WRONG_OPENER && !judged->is_syn)
		return VERDICT_UNKNOWN;
	return could_fit(would, judged) ? VERDICT_UNKNOWN : VERDICT_DROP;
}

static void forget(void *would, void *record)
{
	((struct would *)would)->left_out++;
}

static struct record *note(struct would *would, const struct judged *judged, enum verdict_outcome outcome, const struct frame *frame)
{
	struct record key = record_key(would, judged), *record;
	bool is_new;

	key.outcome = (uint8_t)outcome;
	key.reason = (uint8_t)(judged->verdict.would ? judged->verdict.would : judged->verdict.reason);
	record = table_put(&would->records, &key, &is_new, forget, would);
	if (is_new)
		record->first_ns = frame->time_ns;
	record->last_ns = frame->time_ns > record->last_ns ? frame->time_ns : record->last_ns;
	record->packets++;
	record->bytes += frame->wire_len;
	if (judged->verdict.rule != UINT32_MAX && judged->verdict.rule < judged->device->policy->count)
		record->entry = judged->device->policy->first + judged->verdict.rule + 1;
	return record;
}

static void tell_violation(struct engine *engine, const struct judged *judged)
{
	struct violation_seen seen = {.time_ns = engine->now_ns,
		.device = inventory_find_mac(engine->inventory, judged->device->mac),
		.port = judged->remote_port,
		.proto = judged->packet.proto,
		.reason = (uint8_t)judged->verdict.would,
		.policy = judged->device->policy->label};

	memcpy(seen.peer, judged->remote, 16);
	if (seen.device != DEVICE_NONE)
		detect_violation(engine->detect, &seen);
}

static void judge(struct would *would, struct engine *engine, const struct frame *frame, struct judged *judged)
{
	struct twin_guard_frame of = {.now_ns = would->now_ns, .bytes = frame->bytes, .len = frame->cap_len, .frame_len = frame->wire_len};
	const struct fw_packet *packet = &judged->packet;
	bool out = judged->way == FW_GUARD_OUT;
	enum verdict_outcome outcome;

	judged->verdict = out ? twin_guard_out(would->twin, &of) : twin_guard_in(would->twin, &of);
	fw_packet_read(frame->bytes, frame->cap_len, frame->link, &judged->packet);
	if (!judged->device->policy || !packet->family || judged->verdict.reason == FW_REASON_LOCAL)
		return;
	judged->remote = out ? packet->dst : packet->src;
	if (packet->proto == PROTO_TCP || packet->proto == PROTO_UDP) { /* the parser calls an echo's identifier a port */
		judged->local_port = out ? packet->src_port : packet->dst_port;
		judged->remote_port = out ? packet->dst_port : packet->src_port;
	}
	judged->is_syn = packet->proto == PROTO_TCP && (packet->tcp_flags & (FW_TCP_SYN | FW_TCP_ACK)) == FW_TCP_SYN;
	outcome = outcome_of(would, judged);
	/* the other end began it, against the policy: this is an answer */
	if (outcome == VERDICT_DROP && out && was_stopped(would, judged, FW_GUARD_IN) && !was_stopped(would, judged, FW_GUARD_OUT))
		outcome = VERDICT_UNKNOWN;
	note(would, judged, outcome, frame);
	if (outcome == VERDICT_DROP && out)
		tell_violation(engine, judged);
}

static struct would_device *find(const struct would *would, const uint8_t mac[6])
{
	const struct fw_guard_config *config = would->tables.config;
	uint64_t number = fw_guard_mac(mac), hash = fw_guard_mac_hash(config->key, number);
	uint32_t place = fw_guard_place_in(&would->tables.places[fw_guard_first(hash, config->places_mask)], number);

	if (!place)
		place = fw_guard_place_in(&would->tables.places[fw_guard_second(hash, config->places_mask)], number);
	return place ? &would->devices[place - FW_STRANGERS - 1] : NULL;
}

void would_frame(struct would *would, struct engine *engine, const struct frame *frame)
{
	struct judged out = {.way = FW_GUARD_OUT}, in = {.way = FW_GUARD_IN};

	would->frame = frame;
	engine_frame(engine, frame);
	would->frame = NULL;
	if (frame->link != LINK_ETHERNET || frame->cap_len < 2 * MAC_LEN + 2)
		return;
	if (!would->base_ns)
		would->base_ns = frame->time_ns - hour_ns;
	if (frame->time_ns - would->base_ns < UINT64_MAX / 2 && frame->time_ns - would->base_ns > would->now_ns)
		would->now_ns = frame->time_ns - would->base_ns;
	out.device = find(would, frame->bytes + MAC_LEN);
	in.device = find(would, frame->bytes);
	if (out.device)
		judge(would, engine, frame, &out);
	if (in.device)
		judge(would, engine, frame, &in);
}

/* ---- what comes of it ---- */

struct gathering {
	struct would *would;
	struct engine *engine;
	size_t count;
};

static void gather(void *context, void *entry)
{
	struct gathering *all = context;
	const struct record *record = entry;
	const struct would_device *device = &all->would->devices[record->place];
	uint32_t number = inventory_find_mac(all->engine->inventory, device->mac);
	struct policy_verdict *verdict = &all->would->verdicts[all->count];

	if (number == DEVICE_NONE)
		return;
	*verdict = (struct policy_verdict){.device = number,
		.from_device = record->way == FW_GUARD_OUT,
		.outcome = record->outcome,
		.reason = record->reason,
		.proto = record->proto,
		.port = record->port,
		.has_peer = true,
		.packets = record->packets,
		.bytes = record->bytes,
		.first_ns = record->first_ns,
		.last_ns = record->last_ns};
	memcpy(verdict->peer, record->peer, 16);
	snprintf(verdict->policy, sizeof(verdict->policy), "%s", device->policy->label);
	if (record->entry)
		snprintf(verdict->entry, sizeof(verdict->entry), "%s", all->would->entries[record->entry - 1]);
	all->count++;
}

static int by_time(const void *a, const void *b)
{
	const struct policy_verdict *x = a, *y = b;

	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->from_device != y->from_device)
		return x->from_device ? -1 : 1;
	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	if (x->reason != y->reason)
		return x->reason < y->reason ? -1 : 1;
	if (x->proto != y->proto || x->port != y->port)
		return x->proto * 65536 + x->port < y->proto * 65536 + y->port ? -1 : 1;
	return memcmp(x->peer, y->peer, 16);
}

int would_verdicts(struct would *would, struct engine *engine, struct policy_verdict **out_verdicts, size_t *out_count)
{
	struct gathering all = {.would = would, .engine = engine};

	would->verdicts = calloc(would->records.count + 1u, sizeof(*would->verdicts));
	if (!would->verdicts)
		return -ENOMEM;
	table_each(&would->records, gather, &all);
	qsort(would->verdicts, all.count, sizeof(*would->verdicts), by_time);
	*out_verdicts = would->verdicts;
	*out_count = all.count;
	return 0;
}

uint64_t would_left_out(const struct would *would)
{
	return would->left_out;
}

void would_notes(const struct would *would, FILE *notes)
{
	char clean[4 * VERDICT_POLICY_MAX], mac[TEXT_MAC_MAX];

	for (uint32_t i = 0; i < would->policy_count; i++) {
		if (would->policies[i].used)
			continue;
		text_escape(clean, sizeof(clean), would->policies[i].label, SIZE_MAX);
		fprintf(notes, "floodwall: no device in the captures names the policy %s; --device says which one it is for\n", clean);
	}
	for (uint32_t i = 0; i < would->device_count; i++)
		if (would->devices[i].disputed)
			fprintf(notes,
				"floodwall: %s named a MUD URL of another maker than before; it was not accepted (RFC 8520 section 16)\n",
				text_mac(mac, would->devices[i].mac));
}
