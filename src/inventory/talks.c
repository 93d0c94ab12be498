/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heaviest pairs among any number of them, in fixed memory (Metwally, Agrawal, El Abbadi 2005: space saving).
 *
 * A newcomer takes the place of the lightest and inherits its weight, so that whoever is heavy in the end cannot be kept out by
 * coming late. The lightest of all would need a heap; here a pair may stand in one of four places that its hash names, and the
 * lightest of these four goes. A pair that comes back after it went begins anew: what is shown for it is at most too low.
 *
 * A scan ends half a million conversations that are pairs of their own, and in a flood under forged names every packet is one: each
 * costs a few multiplications and a look at four tags and weights. The hash is keyed but no SipHash: who finds pairs that share a
 * set gains nothing, as only the light ones among them go, and those are not shown one by one anyway. How
 * many different pairs there were is counted in a map of bits (linear counting, Whang et al. 1990): as many as it takes on average
 * to set that many bits, m/m + m/(m - 1) + ... of m bits.
 */
#include "inventory/talks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "inventory/inventory.h"

enum { PLACES = 4, SETS = TALK_PAIR_MAX / PLACES, MAP_BITS = 1 << 17, NAMED_MAX = 4096 };

struct key {
	uint32_t device, peer_device;
	uint8_t own[16], peer[16]; /* where there is no device */
};

struct set {
	uint64_t weights[PLACES]; /* packets, those inherited included; 0: unused */
	uint32_t tags[PLACES]; /* of the hash: most keys differ here already */
};

struct place {
	struct key key;
	uint64_t packets_out, bytes_out, packets_in, bytes_in, unasked;
};

struct peer_name {
	uint8_t address[16];
	char name[TALK_NAME_MAX];
};

struct talks {
	struct set *sets; /* SETS */
	struct place *places; /* TALK_PAIR_MAX, PLACES for each set */
	struct table names;
	uint8_t *map; /* MAP_BITS */
	uint32_t map_set;
	bool evicted;
	struct talk_pair *pairs; /* as settled */
	struct talk_pairs talk;
	uint64_t seed;
};

int talks_new(const uint8_t hash_key[16], struct talks **out_talks)
{
	struct talks *talks = calloc(1, sizeof(*talks));

	if (!talks)
		return -ENOMEM;
	memcpy(&talks->seed, hash_key, sizeof(talks->seed));
	talks->sets = calloc(SETS, sizeof(*talks->sets));
	talks->places = calloc(TALK_PAIR_MAX, sizeof(*talks->places));
	talks->pairs = calloc(TALK_PAIR_MAX, sizeof(*talks->pairs));
	talks->map = calloc(1, MAP_BITS / 8);
	if (!talks->sets || !talks->places || !talks->pairs || !talks->map ||
		table_init(&talks->names, NAMED_MAX, sizeof(struct peer_name), sizeof(((struct peer_name *)0)->address), hash_key)) {
		talks_free(talks);
		return -ENOMEM;
	}
	*out_talks = talks;
	return 0;
}

void talks_free(struct talks *talks)
{
	if (!talks)
		return;
	table_done(&talks->names);
	free(talks->map);
	free(talks->pairs);
	free(talks->places);
	free(talks->sets);
	free(talks);
}

static uint64_t hash_of(const struct talks *talks, const struct key *key)
{
	uint64_t words[sizeof(*key) / sizeof(uint64_t)], hash = talks->seed;

	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 32;
	}
	hash *= 0xd6e8feb86659fd93ull;
	return hash ^ hash >> 32;
}

static void count_distinct(struct talks *talks, uint64_t hash)
{
	uint32_t bit = (uint32_t)(hash >> 40) % MAP_BITS;

	talks->map_set += !(talks->map[bit / 8] >> bit % 8 & 1);
	talks->map[bit / 8] |= (uint8_t)(1u << bit % 8);
}

/* The place of this pair, heavier by packets: found, or taken from the lightest. */
static struct place *place_of(struct talks *talks, const struct key *key, uint64_t packets)
{
	uint64_t hash = hash_of(talks, key);
	uint32_t tag = (uint32_t)(hash >> 8), lightest = 0;
	struct set *set = &talks->sets[hash % SETS];
	struct place *places = &talks->places[hash % SETS * PLACES];

	for (uint32_t i = 0; i < PLACES; i++) {
		if (set->tags[i] == tag && set->weights[i] && memcmp(&places[i].key, key, sizeof(*key)) == 0) {
			set->weights[i] += packets;
			return &places[i];
		}
		if (set->weights[i] < set->weights[lightest])
			lightest = i;
	}
	count_distinct(talks, hash);
	talks->evicted |= set->weights[lightest] != 0;
	set->weights[lightest] += packets;
	set->tags[lightest] = tag;
	places[lightest] = (struct place){.key = *key};
	return &places[lightest];
}

/* Our side first (a forged source is not ours, but its device is); between two of ours, whose number is lower. */
static bool is_turned(const struct conversation_end *end)
{
	bool source = end->source_ours || end->device != DEVICE_NONE, target = end->target_ours || end->target_device != DEVICE_NONE;

	return source != target ? target : end->device > end->target_device;
}

static bool is_answered(const struct conversation_end *end)
{
	return end->proto == 6 ? end->handshake_done : end->answered;
}

void talks_conversation(struct talks *talks, const struct conversation_end *end)
{
	bool turned = is_turned(end);
	struct key key = {turned ? end->target_device : end->device, turned ? end->device : end->target_device, {0}, {0}};
	struct place *place;

	if ((!end->source_ours && !end->target_ours && key.device == DEVICE_NONE) || memcmp(end->source, end->target, 16) == 0)
		return;
	if (key.device == DEVICE_NONE)
		memcpy(key.own, turned ? end->target : end->source, sizeof(key.own));
	if (key.peer_device == DEVICE_NONE)
		memcpy(key.peer, turned ? end->source : end->target, sizeof(key.peer));
	place = place_of(talks, &key, (uint64_t)end->packets_out + end->packets_in + 1);
	place->packets_out += turned ? end->packets_in : end->packets_out;
	place->packets_in += turned ? end->packets_out : end->packets_in;
	place->bytes_out += turned ? end->bytes_in : end->bytes_out;
	place->bytes_in += turned ? end->bytes_out : end->bytes_in;
	if (turned && !is_answered(end)) {
		place->unasked += end->packets_out;
		talks->talk.unasked += end->packets_out;
	}
	talks->talk.packets += (uint64_t)end->packets_out + end->packets_in;
	talks->talk.bytes += end->bytes_out + end->bytes_in;
}

/* The first name holds: later ones of an address that many share say no more. A long one loses its begin, whole labels of it. */
void talks_name(struct talks *talks, const uint8_t address[16], struct slice name)
{
	struct peer_name *entry;
	bool is_new;

	while (name.len >= TALK_NAME_MAX) {
		const uint8_t *dot = memchr(name.bytes, '.', name.len);
		size_t skip = dot ? (size_t)(dot - name.bytes) + 1 : name.len;

		name.bytes += skip;
		name.len -= skip;
	}
	if (!name.len)
		return;
	entry = table_put(&talks->names, address, &is_new, NULL, NULL);
	if (is_new)
		memcpy(entry->name, name.bytes, name.len);
}

/* ---- at the end ---- */

static int by_key(const void *a, const void *b)
{
	const struct talk_pair *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->peer_device != y->peer_device)
		return x->peer_device < y->peer_device ? -1 : 1;
	if (memcmp(x->own, y->own, sizeof(x->own)) != 0)
		return memcmp(x->own, y->own, sizeof(x->own));
	return memcmp(x->peer, y->peer, sizeof(x->peer));
}

static int by_packets(const void *a, const void *b)
{
	const struct talk_pair *x = a, *y = b;
	uint64_t xs = x->packets_out + x->packets_in, ys = y->packets_out + y->packets_in;

	if (xs != ys)
		return xs > ys ? -1 : 1;
	return by_key(a, b);
}

static void resolve_end(const struct inventory *inventory, uint32_t *device, uint8_t address[16])
{
	*device = inventory_number(inventory, *device);
	if (*device == DEVICE_NONE)
		*device = inventory_find_address(inventory, address);
	if (*device != DEVICE_NONE)
		memset(address, 0, 16);
}

static bool forwards(const struct inventory *inventory, uint32_t number)
{
	const struct device *device = inventory_device(inventory, number);

	return device && device->router;
}

/* Between two of ours: a router is who others speak with; else whose number is lower stands first. */
static bool stands_second(const struct inventory *inventory, const struct talk_pair *pair)
{
	bool router = forwards(inventory, pair->device), peer_router = forwards(inventory, pair->peer_device);

	if (pair->device == DEVICE_NONE || pair->peer_device == DEVICE_NONE)
		return false;
	return router != peer_router ? router : pair->device > pair->peer_device;
}

/* An address that was not known as a device when the pair was made may be one by now; merged numbers come together. */
static void resolve(const struct inventory *inventory, const struct place *place, struct talk_pair *out)
{
	struct talk_pair pair = {
		.device = place->key.device,
		.peer_device = place->key.peer_device,
		.packets_out = place->packets_out,
		.bytes_out = place->bytes_out,
		.packets_in = place->packets_in,
		.bytes_in = place->bytes_in,
		.unasked = place->unasked,
	};

	memcpy(pair.own, place->key.own, sizeof(pair.own));
	memcpy(pair.peer, place->key.peer, sizeof(pair.peer));
	resolve_end(inventory, &pair.device, pair.own);
	resolve_end(inventory, &pair.peer_device, pair.peer);
	*out = pair;
	if (stands_second(inventory, &pair))
		*out = (struct talk_pair){.device = pair.peer_device,
			.peer_device = pair.device,
			.packets_out = pair.packets_in,
			.bytes_out = pair.bytes_in,
			.packets_in = pair.packets_out,
			.bytes_in = pair.bytes_out};
}

static void pair_add(struct talk_pair *sum, const struct talk_pair *more)
{
	sum->packets_out += more->packets_out;
	sum->bytes_out += more->bytes_out;
	sum->packets_in += more->packets_in;
	sum->bytes_in += more->bytes_in;
	sum->unasked += more->unasked;
}

static uint32_t join_equal(struct talk_pair *pairs, uint32_t count)
{
	uint32_t kept = 0;

	qsort(pairs, count, sizeof(*pairs), by_key);
	for (uint32_t i = 0; i < count; i++) {
		if (kept && by_key(&pairs[kept - 1], &pairs[i]) == 0)
			pair_add(&pairs[kept - 1], &pairs[i]);
		else
			pairs[kept++] = pairs[i];
	}
	return kept;
}

static uint64_t estimate(uint32_t set)
{
	double sum = 0;

	for (uint32_t i = 0; i < set; i++)
		sum += (double)MAP_BITS / (MAP_BITS - i);
	return (uint64_t)(sum + 0.5);
}

const struct talk_pairs *talks_settle(struct talks *talks, const struct inventory *inventory)
{
	struct talk_pairs *talk = &talks->talk;
	uint32_t count = 0;

	for (uint32_t i = 0; i < TALK_PAIR_MAX; i++) {
		if (!talks->sets[i / PLACES].weights[i % PLACES])
			continue;
		resolve(inventory, &talks->places[i], &talks->pairs[count]);
		if (talks->pairs[count].device == DEVICE_NONE || talks->pairs[count].device != talks->pairs[count].peer_device)
			count++;
	}
	count = join_equal(talks->pairs, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct peer_name *name = table_find(&talks->names, talks->pairs[i].peer);

		if (name && talks->pairs[i].peer_device == DEVICE_NONE)
			memcpy(talks->pairs[i].name, name->name, TALK_NAME_MAX);
	}
	qsort(talks->pairs, count, sizeof(*talks->pairs), by_packets);
	talk->pairs = talks->pairs;
	talk->pair_count = count;
	talk->estimated = talks->evicted;
	talk->seen = talks->evicted ? estimate(talks->map_set) : count;
	if (talk->seen < count)
		talk->seen = count;
	return talk;
}
