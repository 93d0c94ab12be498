/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All zones as one table (wire/names.h), in one pass over their content.
 *
 * Zones of ours may lie within each other, and what a name is depends on the longest apex above it, while two names that meet under
 * this key must be told from one name that two zones mention. So the names that two zones can mention, the apexes and their ancestors,
 * go in first, each with a note of whose they are, which is enough to compare them letter by letter:
 *
 *	1. apexes          slot: zone = place, flags = NOTED
 *	2. their ancestors slot: zone = place, flags = NOTED and how many labels of that apex to skip
 *	3. contents        a name that is there already is the noted one, or two have met; at the apex of another zone the walk
 *	                   passes over all that lies below: that zone knows better. An ancestor that turns out to be a name
 *	                   of this zone gets its flags
 *	4. apexes          get their flags
 *	5. ancestors       that no zone has as a name (above all zones, or between a zone and one within it) get what the names
 *	                   below their own closest encloser are: foreign, possible or unknown
 *
 * In the last case an ancestor that its zone does not know still counts as existing when it is asked for itself: a name too many that
 * passes, as many as there are labels between two apexes of ours.
 *
 * A slot moves when another takes its place (cuckoo), to the other bucket of its own hash, at most 512 times for one name: with seven
 * of eight slots taken one or two moves do, on average.
 */
#include "shield/shield.h"

#include <errno.h>
#include <string.h>

#include "shield/inside.h"

enum { MOVES_MAX = 512 };

/* Beside enum fw_name_flag, only while the table is being made. */
#define NOTED 0x80000000u
#define NOTED_SKIP(flags) ((flags) >> 8 & 127u)

struct image {
	const struct names *names;
	const struct fw_dns_key *key;
	struct fw_names_bucket *buckets;
	uint32_t mask, turn; /* turn: which slot makes room next */
	const atomic_bool *stop;
};

uint32_t names_buckets(uint32_t names_max)
{
	uint32_t buckets = 1;

	while (buckets * (uint64_t)FW_NAMES_SLOTS / 8 * 7 < names_max || buckets < 2)
		buckets *= 2;
	return buckets;
}

bool names_key_good(const struct fw_dns_key *key)
{
	const uint32_t last = 0x7ffffffeu;
	bool good = true;

	for (unsigned i = 0; i < 2; i++)
		good = good && key->label[i] >= 2 && key->label[i] <= last && key->name[i] >= 2 && key->name[i] <= last;
	return good;
}

static const struct fw_name_slot *look_up(const struct fw_names_bucket *buckets, uint32_t mask, uint64_t hash)
{
	const struct fw_name_slot *slot = fw_names_match(&buckets[fw_names_first(hash, mask)], hash);

	return slot ? slot : fw_names_match(&buckets[fw_names_second(hash, mask)], hash);
}

static struct fw_name_slot *find(const struct image *image, uint64_t hash)
{
	return (struct fw_name_slot *)look_up(image->buckets, image->mask, hash);
}

static bool put(struct fw_names_bucket *bucket, const struct fw_name_slot *what)
{
	for (unsigned i = 0; i < FW_NAMES_SLOTS; i++)
		if (!bucket->slot[i].hash) {
			bucket->slot[i] = *what;
			return true;
		}
	return false;
}

/* What is not there yet. Pointers to slots mean nothing afterwards. */
static int insert(struct image *image, struct fw_name_slot what)
{
	uint32_t at = fw_names_first(what.hash, image->mask);

	if (!what.hash)
		return -EEXIST;
	if (put(&image->buckets[at], &what))
		return 0;
	at = fw_names_second(what.hash, image->mask);
	for (unsigned moves = 0; moves < MOVES_MAX; moves++) {
		struct fw_name_slot *victim = &image->buckets[at].slot[image->turn++ % FW_NAMES_SLOTS], moved = *victim;
		uint32_t first = fw_names_first(moved.hash, image->mask);
		if (put(&image->buckets[at], &what))
			return 0;
		*victim = what;
		what = moved;
		at = first == at ? fw_names_second(what.hash, image->mask) : first;
	}
	return -ENOSPC;
}

/* --- apexes and what is above them ------------------------------------------------------------------------------------------ */

/* The hashes of a name and all its ancestors. */
static void hash_name(const struct image *image, const uint8_t *name, size_t len, struct fw_dns_question *out)
{
	uint8_t room[FW_DNS_NAME_MAX + 4] = {0}; /* the walk reads four bytes at once */

	memset(&out->id, 0, sizeof(*out) - offsetof(struct fw_dns_question, id));
	memcpy(room, name, len);
	(void)fw_dns_name(fw_cursor_of(room, sizeof(room)), image->key, out);
	fw_dns_suffixes(image->key, out);
}

/* Whether this noted slot stands for this name. */
static bool is_same(const struct image *image, const struct fw_name_slot *slot, const uint8_t *name, size_t len)
{
	const struct zone *zone = image->names->places[slot->zone];
	const uint8_t *noted = name_skip(zone->apex, NOTED_SKIP(slot->flags));

	return (size_t)(zone->apex + zone->apex_len - noted) == len && memcmp(noted, name, len) == 0;
}

static int note_apex(struct image *image, const struct zone *zone)
{
	struct fw_dns_question hashes;

	hash_name(image, zone->apex, zone->apex_len, &hashes);
	if (find(image, hashes.suffix[0]))
		return -EEXIST;
	return insert(image, (struct fw_name_slot){.hash = hashes.suffix[0], .zone = zone->place, .flags = NOTED});
}

static int note_above(struct image *image, const struct zone *zone)
{
	struct fw_dns_question hashes;
	int error = 0;

	hash_name(image, zone->apex, zone->apex_len, &hashes);
	for (unsigned i = 1; i <= zone->labels && !error; i++) {
		const uint8_t *name = name_skip(zone->apex, i);
		const struct fw_name_slot *slot = find(image, hashes.suffix[i]);
		if (!slot)
			error = insert(
				image, (struct fw_name_slot){.hash = hashes.suffix[i], .zone = zone->place, .flags = NOTED | i << 8});
		else if (!is_same(image, slot, name, (size_t)(zone->apex + zone->apex_len - name)))
			error = -EEXIST;
	}
	return error;
}

static int settle_apex(struct image *image, const struct zone *zone)
{
	struct fw_dns_question hashes;
	struct fw_name_slot *slot;

	hash_name(image, zone->apex, zone->apex_len, &hashes);
	slot = find(image, hashes.suffix[0]);
	slot->zone = zone->place;
	slot->flags = zone->nodes ? zone->nodes[NODE_FLAGS] : FW_NAME_APEX;
	return 0;
}

static int settle_above(struct image *image, const struct zone *zone)
{
	static const uint32_t flags[] = {
		[FW_CLASS_POSSIBLE] = FW_NAME_DELEGATION, [FW_CLASS_UNKNOWN] = 0, [FW_CLASS_FOREIGN] = FW_NAME_ABOVE};
	const struct fw_name_slot *above = NULL;
	struct fw_dns_question hashes;

	hash_name(image, zone->apex, zone->apex_len, &hashes);
	for (unsigned i = zone->labels; i; i--) {
		struct fw_name_slot *slot = find(image, hashes.suffix[i]);
		if (slot->flags & NOTED) {
			enum fw_name_class below = fw_names_class(above, false);
			slot->zone = below == FW_CLASS_FOREIGN ? 0 : above->zone;
			slot->flags = flags[below];
		}
		above = slot;
	}
	return 0;
}

/* --- contents -------------------------------------------------------------------------------------------------------------- */

/* The way from the apex to a node: index 0 is the apex, its hash and its name. */
struct path {
	uint32_t h0[FW_DNS_LABELS_MAX + 1], h1[FW_DNS_LABELS_MAX + 1];
	const uint8_t *label[FW_DNS_LABELS_MAX + 1]; /* length first */
};

/* The hash of the name at this depth, whose parent's is known: the same arithmetic as in wire/dns.h. */
static uint64_t step(const struct image *image, struct path *path, unsigned depth)
{
	const struct fw_dns_key *key = image->key;
	struct fw_dns_label label = fw_dns_label_hash(key, path->label[depth]);

	path->h0[depth] = fw_dns_join(path->h0[depth - 1], label.h0, key->name[0]);
	path->h1[depth] = fw_dns_join(path->h1[depth - 1], label.h1, key->name[1]);
	return fw_dns_pack(path->h0[depth], path->h1[depth]);
}

static size_t write_name(const struct zone *zone, const struct path *path, unsigned depth, uint8_t out[FW_DNS_NAME_MAX])
{
	size_t at = 0;

	for (; depth; depth--) {
		memcpy(out + at, path->label[depth], 1u + path->label[depth][0]);
		at += 1u + path->label[depth][0];
	}
	memcpy(out + at, zone->apex, zone->apex_len);
	return at + zone->apex_len;
}

static bool is_stopped(const struct image *image)
{
	return atomic_load_explicit(image->stop, memory_order_relaxed);
}

/* The node at the end of the path. *out_over: it is the apex of another zone, and what lies below is passed over. */
static int add_node(struct image *image, const struct zone *zone, struct path *path, const uint8_t *node, bool *out_over)
{
	uint64_t hash = step(image, path, node[NODE_DEPTH]);
	struct fw_name_slot *slot = find(image, hash);
	uint8_t name[FW_DNS_NAME_MAX];

	*out_over = false;
	if (!slot)
		return insert(image, (struct fw_name_slot){.hash = hash, .zone = zone->place, .flags = node[NODE_FLAGS]});
	if (!(slot->flags & NOTED) || !is_same(image, slot, name, write_name(zone, path, node[NODE_DEPTH], name)))
		return -EEXIST;
	*out_over = NOTED_SKIP(slot->flags) == 0;
	if (!*out_over) {
		slot->zone = zone->place;
		slot->flags = node[NODE_FLAGS];
	}
	return 0;
}

static int add_content(struct image *image, const struct zone *zone)
{
	const uint8_t *node = zone->nodes, *end = node + zone->nodes_len;
	unsigned over = FW_DNS_LABELS_MAX + 1; /* deeper than this is passed over */
	struct fw_dns_question hashes;
	struct path path;
	int error = 0;

	if (!node)
		return 0;
	hash_name(image, zone->apex, zone->apex_len, &hashes);
	path.h0[0] = (uint32_t)hashes.suffix[0];
	path.h1[0] = (uint32_t)(hashes.suffix[0] >> 32);
	/* The apex comes first, and is there already. */
	for (node += NODE_LABEL; node < end && !error; node += NODE_LABEL + node[NODE_LEN]) {
		bool skip;
		if (node[NODE_DEPTH] > over)
			continue;
		path.label[node[NODE_DEPTH]] = node + NODE_LEN;
		error = add_node(image, zone, &path, node, &skip);
		over = skip ? node[NODE_DEPTH] : FW_DNS_LABELS_MAX + 1;
		if (is_stopped(image))
			return -ECANCELED;
	}
	return error;
}

int names_image_until(const struct names *names, const struct fw_dns_key *key, struct fw_names_bucket *buckets, uint32_t bucket_count,
	const atomic_bool *stop)
{
	static int (*const passes[])(struct image *, const struct zone *) = {note_apex, note_above, add_content, settle_apex, settle_above};
	struct image image = {.names = names, .key = key, .buckets = buckets, .mask = bucket_count - 1, .stop = stop};
	int error = 0;

	if (!bucket_count || (bucket_count & (bucket_count - 1)))
		return -ENOSPC;
	memset(buckets, 0, bucket_count * sizeof(*buckets));
	for (unsigned pass = 0; pass < sizeof(passes) / sizeof(*passes); pass++)
		for (uint32_t place = 1; place <= names->zones_max && !error; place++) {
			if (names->places[place])
				error = passes[pass](&image, names->places[place]);
			if (!error && is_stopped(&image))
				error = -ECANCELED;
		}
	return error;
}

int names_image(const struct names *names, const struct fw_dns_key *key, struct fw_names_bucket *buckets, uint32_t bucket_count)
{
	static const atomic_bool never;

	return names_image_until(names, key, buckets, bucket_count, &never);
}

/* --- questions ------------------------------------------------------------------------------------------------------------- */

enum { CLASS_IN = 1 };

struct names_answer names_ask(const struct fw_names_bucket *buckets, uint32_t bucket_count, const struct fw_dns_question *question)
{
	struct names_answer answer = {.class = FW_CLASS_FOREIGN};
	const struct fw_name_slot *encloser = NULL, *slot;
	struct fw_names_walk walk;

	if (question->class != CLASS_IN)
		return answer;
	fw_names_begin(&walk, question->labels);
	do {
		slot = look_up(buckets, bucket_count - 1, question->suffix[walk.at]);
		encloser = slot ? slot : encloser;
	} while (fw_names_next(&walk, slot != NULL));
	answer.whole = walk.found == 0;
	answer.class = fw_names_class(encloser, answer.whole);
	if (encloser) {
		answer.zone = encloser->zone;
		answer.flags = encloser->flags;
	}
	return answer;
}
