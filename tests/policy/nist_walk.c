/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One case of NIST's expectations, told line by line on standard input (by nist.py), and what becomes of each exchange: by a plain walk
 * over the compiled rules, written for this test alone and as simple as can be, and by the guard's twin over real frames.
 *
 *	local CIDR                                ours
 *	resolver|ntp ADDRESS
 *	policy PATH URL                           devices with this URL get that file
 *	host MAC ADDRESS URL|- inside|outside
 *	name NAME ADDRESS    controller CLASS ADDRESS
 *	check ID tcp|udp|icmp PORT SOURCE OPENER-ADDRESS PEER-ADDRESS
 *
 * Answers "ID allowed|denied allowed|denied", walk then twin, for each check. An exchange is allowed if its first packet and the answer pass.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefix.h"
#include "policy/policy.h"
#include "twin/guard.h"
#include "wire/shield_state.h"

enum { HOSTS = 128, PAIRS = 32, RULES = 512, PLACES = FW_STRANGERS + 1 + HOSTS };

struct pair {
	char key[MUD_URL_MAX];
	uint8_t address[16];
};

struct host {
	uint8_t mac[6], address[16];
	char url[MUD_URL_MAX];
	bool inside;
	uint32_t rule_first, rule_count;
};

static struct host hosts[HOSTS];
static struct pair names[PAIRS], controllers[PAIRS], policies[PAIRS];
static char files[PAIRS][512];
static struct prefix locals[PAIRS];
static uint8_t resolvers[PAIRS][16], clocks[PAIRS][16];
static uint32_t host_count, name_count, controller_count, policy_count, local_count, resolver_count, clock_count, rule_count;
static struct fw_rule rules[RULES];
static struct policy_sets *sets;
static struct twin_guard *twin;
static struct fw_guard_tables tables;
static uint64_t now_ns = 1000000000000ull;

static void stop(const char *why, const char *what)
{
	fprintf(stderr, "nist_walk: %s %s\n", why, what);
	exit(2);
}

static void address_of(const char *text, uint8_t out[16])
{
	struct prefix prefix;

	if (prefix_read(text, &prefix))
		stop("no address:", text);
	memcpy(out, prefix.address, 16);
}

static struct host *host_at(const char *text)
{
	uint8_t address[16];

	address_of(text, address);
	for (uint32_t i = 0; i < host_count; i++)
		if (!memcmp(hosts[i].address, address, 16))
			return &hosts[i];
	stop("no host at", text);
	return NULL;
}

/* --- the plain walk --------------------------------------------------------------------------------------------------------- */

struct packet {
	const struct host *device, *other;
	unsigned proto, device_port, other_port, icmp_type;
	bool from_device, device_opened;
};

static bool listed(const struct pair *list, uint32_t count, const char *key, const uint8_t address[16])
{
	for (uint32_t i = 0; i < count; i++)
		if (!strcmp(list[i].key, key) && !memcmp(list[i].address, address, 16))
			return true;
	return false;
}

static bool among(uint8_t (*list)[16], uint32_t count, const uint8_t address[16])
{
	for (uint32_t i = 0; i < count; i++)
		if (!memcmp(list[i], address, 16))
			return true;
	return false;
}

static bool in_set(uint32_t number, const struct host *other)
{
	struct policy_set set;
	char maker[MUD_NAME_MAX];

	if (!policy_set_at(sets, number, &set))
		return false;
	if (set.kind == POLICY_SET_NAME)
		return listed(names, name_count, set.text, other->address);
	if (set.kind == POLICY_SET_MAKER)
		return !policy_url_maker(other->url, maker) && !strcmp(maker, set.text);
	if (set.kind == POLICY_SET_MODEL)
		return !strcmp(other->url, set.text);
	return listed(controllers, controller_count, set.text, other->address);
}

static bool is_local(const uint8_t address[16])
{
	for (uint32_t i = 0; i < local_count; i++)
		if (prefix_holds(&locals[i], address))
			return true;
	return false;
}

static bool rule_fits(const struct fw_rule *rule, const struct packet *packet)
{
	struct prefix prefix = {.bits = rule->bits};

	memcpy(prefix.address, rule->address, 16);
	if ((rule->way == FW_WAY_FROM) != packet->from_device || rule->family == 6)
		return false;
	if (!rule->any_proto && rule->proto != packet->proto)
		return false;
	if (rule->local_least > packet->device_port || rule->local_most < packet->device_port)
		return false;
	if (rule->remote_least > packet->other_port || rule->remote_most < packet->other_port)
		return false;
	if (rule->icmp_type != FW_RULE_ANY && rule->icmp_type != packet->icmp_type)
		return false;
	if (rule->opener == FW_OPENER_DEVICE && (packet->proto != 6 || !packet->device_opened))
		return false;
	if (rule->opener == FW_OPENER_REMOTE && (packet->proto != 6 || packet->device_opened))
		return false;
	if (rule->remote == FW_REMOTE_PREFIX)
		return prefix_holds(&prefix, packet->other->address);
	if (rule->remote == FW_REMOTE_LOCAL)
		return is_local(packet->other->address);
	return rule->remote == FW_REMOTE_ANY || in_set(rule->set, packet->other);
}

static bool one_policy(const struct packet *packet)
{
	if (!packet->device->rule_count)
		return true;
	for (uint32_t i = 0; i < packet->device->rule_count; i++)
		if (rule_fits(&rules[packet->device->rule_first + i], packet))
			return rules[packet->device->rule_first + i].accept;
	if (packet->device_opened && packet->other_port == 53 && among(resolvers, resolver_count, packet->other->address))
		return true;
	return packet->device_opened && packet->other_port == 123 && packet->proto == 17 &&
		among(clocks, clock_count, packet->other->address);
}

static bool passes(const struct host *opener, const struct host *peer, unsigned proto, unsigned source, unsigned port, bool answer)
{
	unsigned type = proto == 1 ? (answer ? 0 : 8) : 0;
	struct packet of_opener = {opener, peer, proto, source, port, type, !answer, true};
	struct packet of_peer = {peer, opener, proto, port, source, type, answer, false};

	return one_policy(&of_opener) && one_policy(&of_peer);
}

/* --- the twin --------------------------------------------------------------------------------------------------------------- */

static void put16(uint8_t *at, unsigned number)
{
	at[0] = (uint8_t)(number >> 8);
	at[1] = (uint8_t)number;
}

static uint32_t frame_of(uint8_t frame[64], const struct host *from, const struct host *to, const unsigned fields[4])
{
	unsigned proto = fields[0], answer = fields[3], transport = proto == 6 ? 20 : 8;
	uint8_t *ip = frame + 14, *l4 = ip + 20;

	memset(frame, 0, 64);
	memcpy(frame, to->mac, 6);
	memcpy(frame + 6, from->mac, 6);
	frame[12] = 8;
	ip[0] = 0x45;
	put16(ip + 2, 20 + transport);
	ip[8] = 64;
	ip[9] = (uint8_t)proto;
	memcpy(ip + 12, from->address + 12, 4);
	memcpy(ip + 16, to->address + 12, 4);
	if (proto == 1) {
		l4[0] = answer ? 0 : 8;
		put16(l4 + 4, 77);
		return 42;
	}
	put16(l4, fields[1]);
	put16(l4 + 2, fields[2]);
	if (proto == 6) {
		l4[12] = 0x50;
		l4[13] = answer ? 0x12 : 0x02;
	} else {
		put16(l4 + 4, 8);
	}
	return 34 + transport;
}

/* A frame between two hosts, judged where each of them hangs. */
static bool travels(const struct host *from, const struct host *to, const unsigned fields[4])
{
	uint8_t bytes[64];
	struct twin_guard_frame frame = {.now_ns = now_ns += 1000000, .bytes = bytes};

	frame.len = frame.frame_len = frame_of(bytes, from, to, fields);
	if (from->inside && twin_guard_out(twin, &frame).outcome == FW_GUARD_DROPPED)
		return false;
	return !to->inside || twin_guard_in(twin, &frame).outcome != FW_GUARD_DROPPED;
}

static void add_member(uint32_t set, const uint8_t address[16])
{
	struct fw_guard_member member = {.set = set, .now_ns = now_ns, .end_ns = UINT64_MAX};

	memcpy(member.address, address, 16);
	if (set && !fw_guard_member_add(tables.members, tables.config, &member))
		stop("no room for", "a member");
}

static void add_pairs(const struct pair *list, uint32_t count, enum policy_set_kind kind)
{
	for (uint32_t i = 0; i < count; i++)
		add_member(policy_set_find(sets, kind, list[i].key), list[i].address);
}

static void fill_config(struct fw_guard_config *config)
{
	struct fw_bucket_rule open = fw_bucket_rule_of(1000000, 1000000);

	for (uint32_t i = 0; i < 16; i++) {
		config->key[i] = 0x9e3779b97f4a7c15ull * (i + 1);
	}
	for (uint32_t i = 0; i < sizeof(struct fw_dns_key) / sizeof(uint64_t); i++)
		((uint64_t *)&config->name_key)[i] = 0xc2b2ae3d27d4eb4full * (i + 1);
	for (uint32_t i = 0; i < local_count; i++) {
		struct fw_guard_prefix *prefix = &config->ours[config->ours_count++];
		struct fw_guard_address is = fw_guard_address_of(locals[i].address);
		prefix->high_mask = UINT64_MAX;
		prefix->low_mask = UINT64_MAX << (128 - locals[i].bits);
		prefix->high = is.high;
		prefix->low = is.low & prefix->low_mask;
	}
	for (uint32_t i = 0; i < FW_BRAKE_COUNT; i++)
		config->brake[0][i] = open;
	config->frames_out = config->frames_in = config->binds = config->words[0] = open;
	config->flow_tcp_ns = config->flow_other_ns = config->answered_ns = 60000000000ull;
	memcpy(config->resolvers, resolvers, resolver_count * 16);
	config->resolvers_count = resolver_count;
	config->mode[FW_GUARD_POLICY] = FW_MODE_ENFORCE;
	config->set_dns = policy_set(sets, POLICY_SET_CONTROLLER, "urn:ietf:params:mud:dns");
	config->set_ntp = policy_set(sets, POLICY_SET_CONTROLLER, "urn:ietf:params:mud:ntp");
}

static void fill_device(const struct host *host, uint16_t place)
{
	struct fw_guard_device *device = &tables.devices[place];

	if (!fw_guard_place_add(tables.places, tables.config, host->mac, place))
		stop("no room for", "a place");
	device->flags = FW_DEVICE_USED | (host->rule_count ? FW_DEVICE_POLICY : 0u);
	memcpy(device->mac, host->mac, 6);
	device->maker = policy_maker_set(sets, host->url);
	device->model = policy_model_set(sets, host->url);
	tables.policies[0][place] = (struct fw_guard_policy){host->rule_first, host->rule_count, 1, FW_POLICY_DEFAULTS, {0}};
}

static void open_twin(void)
{
	struct fw_guard_sizes sizes = {.places = 256, .devices = PLACES, .flow_buckets = 16, .rules = RULES, .members = 256, .names = 64};

	if (twin_guard_new(&sizes, &twin))
		stop("no", "memory");
	tables = twin_guard_tables(twin);
	fill_config(tables.config);
	memcpy(tables.rules[0], rules, sizeof(rules));
	for (uint32_t i = 0; i < host_count; i++)
		if (hosts[i].inside)
			fill_device(&hosts[i], (uint16_t)(FW_STRANGERS + 1 + i));
	add_pairs(names, name_count, POLICY_SET_NAME);
	add_pairs(controllers, controller_count, POLICY_SET_CONTROLLER);
	add_pairs(controllers, controller_count, POLICY_SET_MY_CONTROLLER);
}

/* --- the case --------------------------------------------------------------------------------------------------------------- */

static void compile(struct host *host, const char *path)
{
	static char body[65536];
	FILE *file = fopen(path, "r");
	struct mud *mud;
	uint32_t count;
	size_t len = file ? fread(body, 1, sizeof(body), file) : 0;

	if (!len || policy_read(body, len, NULL, &mud))
		stop("cannot read", path);
	fclose(file);
	if (policy_rules(mud, sets, rules + rule_count, RULES - rule_count, &count))
		stop("cannot compile", path);
	host->rule_first = rule_count;
	host->rule_count = count;
	rule_count += count;
	policy_free(mud);
}

static void compile_all(void)
{
	for (uint32_t i = 0; i < host_count; i++)
		for (uint32_t j = 0; j < policy_count; j++)
			if (*hosts[i].url && !strcmp(hosts[i].url, policies[j].key))
				compile(&hosts[i], files[j]);
}

static void check(const char *line)
{
	char id[64], proto[8], opener[48], peer[48];
	unsigned port, source, number;
	const struct host *a, *b;
	bool walk, frames;

	if (sscanf(line, "check %63s %7s %u %u %47s %47s", id, proto, &port, &source, opener, peer) != 6)
		stop("not understood:", line);
	if (!twin) {
		compile_all();
		open_twin();
	}
	number = !strcmp(proto, "tcp") ? 6 : !strcmp(proto, "udp") ? 17 : 1;
	a = host_at(opener);
	b = host_at(peer);
	walk = passes(a, b, number, source, port, false) && passes(a, b, number, source, port, true);
	frames = travels(a, b, (unsigned[]){number, source, port, 0}) && travels(b, a, (unsigned[]){number, port, source, 1});
	printf("%s %s %s\n", id, walk ? "allowed" : "denied", frames ? "allowed" : "denied");
}

static void read_pair(const char *line, struct pair *list, uint32_t *count)
{
	char key[MUD_URL_MAX], text[48];

	if (*count == PAIRS || sscanf(line, "%*s %255s %47s", key, text) != 2)
		stop("not understood:", line);
	memcpy(list[*count].key, key, sizeof(key));
	address_of(text, list[(*count)++].address);
}

static void read_host(const char *line)
{
	struct host *host = &hosts[host_count++];
	char url[MUD_URL_MAX], address[48], side[16];
	uint8_t *mac = host->mac;

	if (host_count == HOSTS ||
		sscanf(line, "host %hhx:%hhx:%hhx:%hhx:%hhx:%hhx %47s %255s %15s", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5,
			address, url, side) != 9)
		stop("not understood:", line);
	address_of(address, host->address);
	if (strcmp(url, "-") != 0 && policy_url_read((const uint8_t *)url, strlen(url), host->url))
		stop("no MUD URL:", url);
	host->inside = !strcmp(side, "inside");
}

static void read_line(const char *line)
{
	char word[512];

	if (!strncmp(line, "local ", 6) && sscanf(line, "local %511s", word) == 1) {
		if (prefix_read(word, &locals[local_count++]))
			stop("no network:", word);
	} else if (sscanf(line, "resolver %511s", word) == 1) {
		address_of(word, resolvers[resolver_count++]);
	} else if (sscanf(line, "ntp %511s", word) == 1) {
		address_of(word, clocks[clock_count++]);
	} else if (sscanf(line, "policy %511s %255s", files[policy_count], policies[policy_count].key) == 2) {
		policy_count++;
	} else if (!strncmp(line, "host ", 5)) {
		read_host(line);
	} else if (!strncmp(line, "name ", 5)) {
		read_pair(line, names, &name_count);
	} else if (!strncmp(line, "controller ", 11)) {
		read_pair(line, controllers, &controller_count);
	} else {
		check(line);
	}
}

int main(void)
{
	static const uint8_t key[16] = {3};
	char line[1024];

	if (policy_sets_new(256, 1, key, &sets))
		stop("no", "memory");
	while (fgets(line, sizeof(line), stdin))
		read_line(line);
	twin_guard_free(twin);
	policy_sets_free(sets);
	return 0;
}
