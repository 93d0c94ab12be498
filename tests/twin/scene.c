/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenes by chance. The zones:
 *
 *	1 example.com  www, a.b (b is an empty non-terminal), *.wild, sub (delegated), d (DNAME)      2 aside.test  stands aside
 *	3 fresh.org    its new content is on the way                                       4 a  127 labels, all of them there
 */
#include "scene.h"

#include <stdlib.h>
#include <string.h>

#include "dns_key.h"

enum { SECOND = 1000000000, CHAIN = FW_DNS_LABELS_MAX };

static const struct {
	const char *name;
	uint32_t zone, flags;
} owners[] = {
	{"example.com", 1, FW_NAME_APEX},
	{"www.example.com", 1, 0},
	{"a.b.example.com", 1, 0},
	{"b.example.com", 1, 0},
	{"wild.example.com", 1, FW_NAME_WILDCARD},
	{"*.wild.example.com", 1, 0},
	{"sub.example.com", 1, FW_NAME_DELEGATION},
	{"d.example.com", 1, FW_NAME_DNAME},
	{"com", 0, FW_NAME_ABOVE},
	{"aside.test", 2, FW_NAME_APEX},
	{"test", 0, FW_NAME_ABOVE},
	{"fresh.org", 3, FW_NAME_APEX},
	{"www.fresh.org", 3, 0},
	{"org", 0, FW_NAME_ABOVE},
	{"child.example.com", 5, FW_NAME_APEX | FW_NAME_DELEGATION},
	{"www.child.example.com", 5, 0},
	{"", 0, FW_NAME_ABOVE},
};

uint32_t scene_pick(uint64_t *random, uint32_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)((*random * 0x9e3779b97f4a7c15ull) >> 33) % below;
}

static uint64_t whole_word(uint64_t *random)
{
	return (uint64_t)scene_pick(random, 0x7fffffff) << 33 ^ (uint64_t)scene_pick(random, 0x7fffffff) << 10 ^ scene_pick(random, 1024);
}

/* A name in wire form. */
static uint32_t name_write(const char *text, uint8_t *to)
{
	uint32_t at = 0;

	while (*text) {
		uint32_t len = (uint32_t)strcspn(text, ".");

		to[at++] = (uint8_t)len;
		memcpy(to + at, text, len);
		at += len;
		text += len + (text[len] == '.');
	}
	to[at++] = 0;
	return at;
}

static bool names_add(struct fw_names_bucket *buckets, uint64_t hash, uint32_t zone, uint32_t flags)
{
	uint32_t places[2] = {fw_names_first(hash, SCENE_NAMES - 1), fw_names_second(hash, SCENE_NAMES - 1)};

	*fw_names_hints(buckets, SCENE_NAMES - 1, hash) |= fw_names_hint(hash);
	for (uint32_t i = 0; i < 2 * FW_NAMES_SLOTS; i++) {
		struct fw_name_slot *slot = &buckets[places[i % 2]].slot[i / 2];

		if (slot->hash && slot->hash != hash)
			continue;
		*slot = (struct fw_name_slot){hash, zone, flags};
		return true;
	}
	return false;
}

static void question_of(const struct fw_dns_key *key, const uint8_t *name, uint32_t len, struct fw_dns_question *out)
{
	uint8_t message[12 + FW_DNS_NAME_MAX + 4] = {0, 0, 0, 0, 0, 1};

	memcpy(message + 12, name, len);
	if (fw_dns_question_read(message, 12 + len + 4, key, out) != FW_READ_OK)
		abort();
}

/* False where two buckets of a name are full: another key will do. */
static bool names_fill(const struct fw_dns_key *key, struct fw_names_bucket *buckets)
{
	static struct fw_dns_question question;
	uint8_t name[FW_DNS_NAME_MAX + 1];

	memset(buckets, 0, SCENE_NAMES_LINES * sizeof(*buckets));
	for (uint32_t i = 0; i < CHAIN; i++) {
		name[2 * i] = 1;
		name[2 * i + 1] = 'a';
	}
	name[2 * CHAIN] = 0;
	question_of(key, name, 2 * CHAIN + 1, &question);
	for (uint32_t i = 0; i < CHAIN; i++)
		if (!names_add(buckets, fw_dns_suffix(&question, key, i), 4, i == CHAIN - 1 ? FW_NAME_APEX : 0))
			return false;
	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
		question_of(key, name, name_write(owners[i].name, name), &question);
		if (!names_add(buckets, fw_dns_suffix(&question, key, 0), owners[i].zone, owners[i].flags))
			return false;
	}
	return true;
}

static struct fw_bucket_rule some_rule(uint64_t *random)
{
	static const uint32_t rates[] = {1, 2, 5, 50, 1000, 1000000};

	return fw_bucket_rule_of(rates[scene_pick(random, 6)], scene_pick(random, 3) ? scene_pick(random, 40) : 1000);
}

static struct fw_bucket_rule tight_rule(uint64_t *random)
{
	return fw_bucket_rule_of(1 + scene_pick(random, 2), scene_pick(random, 5));
}

static void levels_fill(uint64_t *random, struct fw_level_rules *rules)
{
	bool wide = scene_pick(random, 2);

	for (uint32_t i = 0; i < FW_LEVELS_4; i++)
		rules->four[i] = wide ? fw_bucket_rule_of(1000000, 1000000) : some_rule(random);
	for (uint32_t i = 0; i < FW_LEVELS_6; i++)
		rules->six[i] = wide ? fw_bucket_rule_of(1000000, 1000000) : some_rule(random);
	if (wide && scene_pick(random, 2)) {
		rules->four[scene_pick(random, FW_LEVELS_4)] = some_rule(random);
		rules->six[scene_pick(random, FW_LEVELS_6)] = some_rule(random);
	}
}

static void config_fill(uint64_t *random, struct fw_shield_config *config)
{
	config->dns_key = dns_key_of(whole_word(random));
	for (uint32_t i = 0; i < FW_SHIELD_KEY_WORDS; i++)
		config->address_key[i] = whole_word(random);
	for (uint32_t i = 0; i < FW_WORD_COUNT; i++)
		config->words[i] = scene_pick(random, 2) ? tight_rule(random) : fw_bucket_rule_of(1000, 1000);
	levels_fill(random, &config->total);
	levels_fill(random, &config->unknown);
	levels_fill(random, &config->possible);
	levels_fill(random, &config->truncated);
	config->proven = scene_pick(random, 2) ? tight_rule(random) : some_rule(random);
	config->proven_unknown = scene_pick(random, 2) ? tight_rule(random) : some_rule(random);
	config->proven_ns = (uint64_t)scene_pick(random, 8) * SECOND;
	config->asked_ns = (uint64_t)scene_pick(random, 6) * SECOND;
	config->names_half = scene_pick(random, 2);
	config->names_mask = SCENE_NAMES - 1;
	config->cells_mask = SCENE_CELLS - 1;
	config->proven_mask = config->asked_mask = SCENE_SEEN - 1;
	config->blocked_mask = SCENE_BLOCKED - 1;
	config->protected_seed = scene_pick(random, 0x7fffffff);
	config->dns_port = scene_pick(random, 8) ? 53 : 5353;
	config->stance = (uint8_t)scene_pick(random, FW_STANCE_COUNT);
	config->only_dns = scene_pick(random, 4) != 0;
	config->prefixes = scene_pick(random, 2);
	config->blocked = scene_pick(random, 4) != 0;
	for (uint32_t i = 0; i < FW_FILTER_COUNT; i++) {
		config->mode[i] = (uint8_t)(scene_pick(random, 3) ? (uint32_t)FW_MODE_ENFORCE : scene_pick(random, 3));
		config->acting[i] = scene_pick(random, 3) != 0;
	}
}

static void address4(uint8_t address[16], uint32_t number)
{
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	fw_put32(address + 12, number);
}

void scene_protect(struct scene *scene, const uint8_t address[16])
{
	struct fw_protected_bucket *bucket = &scene->protected[fw_protected_place(address, scene->config.protected_seed)];
	static const uint8_t none[16];
	uint32_t i = 0;

	while (i < FW_PROTECTED_SLOTS - 1 && memcmp(bucket->address[i], none, 16) && memcmp(bucket->address[i], address, 16))
		i++;
	memcpy(bucket->address[i], address, 16);
}

static void lists_fill(uint64_t *random, struct scene *scene)
{
	static const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	static const uint8_t blocked6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
	struct fw_address of;
	uint8_t address[16];
	uint32_t slot = scene_pick(random, FW_DIGEST_SLOTS);
	uint64_t digest;

	address4(address, 0x0a090001);
	scene_protect(scene, address);
	scene_protect(scene, six);
	address4(address, 0xcb007105);
	of = fw_address_of(address);
	digest = fw_shield_digest(scene->config.address_key, &of);
	scene->blocked[digest & (SCENE_BLOCKED - 1)].slot[slot] = digest;
	of = fw_address_of(blocked6);
	digest = fw_shield_digest(scene->config.address_key, &of);
	scene->blocked[digest >> 32 & (SCENE_BLOCKED - 1)].slot[FW_DIGEST_SLOTS - 1 - slot] = digest;
	scene->prefixes[0] = (struct fw_prefix_entry){{.bits = 120}, FW_PREFIX_BLOCKED};
	address4(scene->prefixes[0].key.address, 0xcb007200);
	scene->prefixes[1] = (struct fw_prefix_entry){{.bits = 127}, FW_PREFIX_TRUSTED};
	address4(scene->prefixes[1].key.address, 0xcb007206);
	scene->prefixes[2] = (struct fw_prefix_entry){{.bits = 48, .address = {0x20, 1, 0xd, 0xb8, 0, 7}}, FW_PREFIX_TRUSTED};
	scene->prefixes_count = 3;
}

static void zones_fill(uint64_t *random, uint64_t now_ns, struct fw_zone *zones)
{
	for (uint32_t i = 1; i < 6; i++) {
		zones[i].flags = FW_ZONE_USED;
		zones[i].unknown_rule = some_rule(random);
		zones[i].possible_rule = some_rule(random);
		zones[i].unknown = scene_pick(random, 2) ? 0 : now_ns + scene_pick(random, SECOND);
		zones[i].possible = scene_pick(random, 2) ? 0 : now_ns + scene_pick(random, SECOND);
	}
	zones[2].flags |= FW_ZONE_ASIDE;
	zones[3].flags |= FW_ZONE_FRESH;
}

/* Addresses that proved themselves 0 to 7 seconds before the beginning. */
static void proven_fill(uint64_t *random, uint64_t now_ns, const struct fw_shield_config *config, struct fw_seen_bucket *proven)
{
	uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 8};

	for (uint32_t i = 0; i < 12; i++) {
		struct fw_address of;
		uint8_t address[16];
		uint32_t place;
		uint64_t hash;

		address4(address, 0xc0000200 + i);
		if (i == 11)
			memcpy(address, six, 16);
		of = fw_address_of(address);
		hash = fw_shield_hash_of(config->address_key, &of, 0);
		place = hash & (SCENE_SEEN - 1);
		fw_seen_note(&proven[place], fw_seen_tag(hash), now_ns - (uint64_t)scene_pick(random, 8) * SECOND);
		proven[fw_hint_line(place, SCENE_SEEN - 1)].hint[fw_hint_place(place)] = fw_seen_hint(&proven[place]);
	}
}

void scene_make(uint64_t *random, struct scene *out)
{
	memset(out, 0, sizeof(*out));
	do {
		config_fill(random, &out->config);
	} while (!names_fill(&out->config.dns_key, out->names[out->config.names_half]));
	zones_fill(random, (uint64_t)SCENE_BEGIN_S * SECOND, out->state.zones);
	proven_fill(random, (uint64_t)SCENE_BEGIN_S * SECOND, &out->config, out->state.proven);
	lists_fill(random, out);
}

static uint64_t spent(uint64_t *random)
{
	return scene_pick(random, 3) ? (SCENE_BEGIN_S + 1000000ull) * SECOND : 0;
}

void scene_under_fire(uint64_t *random, struct scene *scene)
{
	struct fw_shield_config *config = &scene->config;
	struct scene_state *state = &scene->state;

	config->prefixes = config->blocked = scene_pick(random, 8) == 0;
	for (uint32_t i = 0; i < FW_FILTER_COUNT; i++) {
		config->mode[i] = scene_pick(random, 8) ? FW_MODE_ENFORCE : FW_MODE_OBSERVE;
		config->acting[i] = scene_pick(random, 4) != 0;
	}
	for (uint32_t i = 0; i < FW_WORD_COUNT; i++)
		state->words[i] = spent(random);
	for (uint32_t i = 0; i < SCENE_ZONES; i++) {
		state->zones[i].unknown = spent(random);
		state->zones[i].possible = spent(random);
	}
	for (uint32_t i = 0; i < SCENE_CELLS; i++)
		state->cells[i] = spent(random);
}
