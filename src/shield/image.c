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
	struct fw_names_bucket *lines; /* buckets, and their hints */
	uint32_t mask, turn; /* buckets less one; which slot makes room next */
	const atomic_bool *stop;
};

uint32_t names_buckets(uint32_t names_max)
{
	uint32_t buckets = 1;

	while (buckets * (uint64_t)FW_NAMES_SLOTS / 8 * 7 < names_max || buckets < 2)
		buckets *= 2;
	return fw_hint_lines(buckets);
}

static struct fw_name_slot *find(const struct image *image, uint64_t hash)
{
	return fw_names_find(image->lines, image->mask, hash);
}

/* What is not there yet. Pointers to slots mean nothing afterwards. */
static int insert(struct image *image, struct fw_name_slot what)
{
	uint32_t at = fw_names_second(what.hash, image->mask);

	if (!what.hash)
		return -EEXIST;
	/* where it ends up is open, but its hints are its own; what moves has its own set already */
	*fw_names_hints(image->lines, image->mask, what.hash) |= fw_names_hint(what.hash);
	for (unsigned moves = 0; moves < MOVES_MAX; moves++) {
		struct fw_name_slot *victim, moved;
		if (fw_names_put(image->lines, image->mask, &what))
			return 0;
		victim = &image->lines[at].slot[image->turn++ % FW_NAMES_SLOTS];
		moved = *victim;
		*victim = what;
		what = moved;
		/* on to its other bucket */
		at = fw_names_first(what.hash, image->mask) == at ? fw_names_second(what.hash, image->mask)
								  : fw_names_first(what.hash, image->mask);
	}
	return -ENOSPC;
}

/* --- apexes and what is above them ------------------------------------------------------------------------------------------ */

/* The hash of a name without its first labels, so many of them. */
static uint64_t hash_of(const struct image *image, const struct zone *zone, unsigned skip)
{
	const uint8_t *name = name_skip(zone->apex, skip);
	struct fw_dns_question read;

	(void)fw_dns_name_read(name, (uint32_t)(zone->apex + zone->apex_len - name), image->key, &read);
	return fw_dns_suffix(&read, image->key, 0);
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
	uint64_t hash = hash_of(image, zone, 0);

	if (find(image, hash))
		return -EEXIST;
	return insert(image, (struct fw_name_slot){.hash = hash, .zone = zone->place, .flags = NOTED});
}

static int note_above(struct image *image, const struct zone *zone)
{
	int error = 0;

	for (unsigned i = 1; i <= zone->labels && !error; i++) {
		const uint8_t *name = name_skip(zone->apex, i);
		uint64_t hash = hash_of(image, zone, i);
		const struct fw_name_slot *slot = find(image, hash);
		if (!slot)
			error = insert(image, (struct fw_name_slot){.hash = hash, .zone = zone->place, .flags = NOTED | i << 8});
		else if (!is_same(image, slot, name, (size_t)(zone->apex + zone->apex_len - name)))
			error = -EEXIST;
	}
	return error;
}

static int settle_apex(struct image *image, const struct zone *zone)
{
	struct fw_name_slot *slot = find(image, hash_of(image, zone, 0));

	slot->zone = zone->place;
	slot->flags = zone->nodes ? zone->nodes[NODE_FLAGS] : FW_NAME_APEX;
	return 0;
}

static int settle_above(struct image *image, const struct zone *zone)
{
	static const uint32_t flags[] = {
		[FW_CLASS_POSSIBLE] = FW_NAME_DELEGATION, [FW_CLASS_UNKNOWN] = 0, [FW_CLASS_FOREIGN] = FW_NAME_ABOVE};
	const struct fw_name_slot *above = NULL;

	for (unsigned i = zone->labels; i; i--) {
		struct fw_name_slot *slot = find(image, hash_of(image, zone, i));
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

/*
 * The name that the walk is at, as wire/dns.h hashes it: from its end. A child has one label more in front of its parent, so that
 * all sums before the word in which the parent begins are the parent's.
 */
struct path {
	_Alignas(8) uint8_t name[8 * FW_DNS_WORDS]; /* it ends where this ends; zeros in front of it in its first word */
	struct fw_dns_sum sum[FW_DNS_WORDS]; /* of the words before each */
	uint16_t len[FW_DNS_LABELS_MAX + 1]; /* by depth below the apex */
};

static const uint8_t *path_name(const struct path *path, unsigned depth)
{
	return path->name + sizeof(path->name) - path->len[depth];
}

static uint64_t path_word(const struct path *path, unsigned place)
{
	uint64_t word;

	memcpy(&word, path->name + sizeof(path->name) - 8 * (place + 1), sizeof(word));
	return word;
}

/* A label of len bytes, of which the first may be its length, in front of the name that is that long now; the same for an apex. */
static void path_grow(const struct image *image, struct path *path, size_t from, const uint8_t *bytes, size_t len)
{
	uint8_t *begin = path->name + sizeof(path->name) - from - len;

	memcpy(begin, bytes, len);
	memset(path->name + sizeof(path->name) - ((from + len) / 8 + 1) * 8, 0, 8 - (from + len) % 8);
	for (size_t place = from / 8; place < (from + len) / 8; place++)
		path->sum[place + 1] = fw_dns_add(path->sum[place], path_word(path, (unsigned)place), image->key->part[place]);
}

static uint64_t path_hash(const struct image *image, const struct path *path, unsigned depth)
{
	unsigned place = path->len[depth] / 8;

	return fw_dns_digest(fw_dns_add(path->sum[place], path_word(path, place), image->key->part[place]));
}

static bool is_stopped(const struct image *image)
{
	return atomic_load_explicit(image->stop, memory_order_relaxed);
}

/* The node at the end of the path. *out_over: it is the apex of another zone, and what lies below is passed over. */
static int add_node(struct image *image, const struct zone *zone, const struct path *path, const uint8_t *node, bool *out_over)
{
	uint64_t hash = path_hash(image, path, node[NODE_DEPTH]);
	struct fw_name_slot *slot = find(image, hash);

	*out_over = false;
	if (!slot)
		return insert(image, (struct fw_name_slot){.hash = hash, .zone = zone->place, .flags = node[NODE_FLAGS]});
	if (!(slot->flags & NOTED) || !is_same(image, slot, path_name(path, node[NODE_DEPTH]), path->len[node[NODE_DEPTH]]))
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
	struct path path = {.sum = {{{image->key->begin[0], image->key->begin[1]}}}, .len = {zone->apex_len}};
	int error = 0;

	if (!node)
		return 0;
	path_grow(image, &path, 0, zone->apex, zone->apex_len);
	/* The apex comes first, and is there already. */
	for (node += NODE_LABEL; node < end && !error; node += NODE_LABEL + node[NODE_LEN]) {
		unsigned depth = node[NODE_DEPTH], above = path.len[depth - 1];
		bool skip;
		if (depth > over)
			continue;
		path.len[depth] = (uint16_t)(above + 1u + node[NODE_LEN]);
		path_grow(image, &path, above, node + NODE_LEN, 1u + node[NODE_LEN]);
		error = add_node(image, zone, &path, node, &skip);
		over = skip ? depth : FW_DNS_LABELS_MAX + 1;
		if (is_stopped(image))
			return -ECANCELED;
	}
	return error;
}

int names_image_until(const struct names *names, const struct fw_dns_key *key, struct fw_names_bucket *lines, uint32_t line_count,
	const atomic_bool *stop)
{
	static int (*const passes[])(struct image *, const struct zone *) = {note_apex, note_above, add_content, settle_apex, settle_above};
	struct image image = {.names = names, .key = key, .lines = lines, .mask = fw_hint_buckets(line_count) - 1, .stop = stop};
	int error = 0;

	if (line_count < 2 || (image.mask & (image.mask + 1)) || fw_hint_lines(image.mask + 1) != line_count)
		return -ENOSPC;
	memset(lines, 0, line_count * sizeof(*lines));
	for (unsigned pass = 0; pass < sizeof(passes) / sizeof(*passes); pass++)
		for (uint32_t place = 1; place <= names->zones_max && !error; place++) {
			if (names->places[place])
				error = passes[pass](&image, names->places[place]);
			if (!error && is_stopped(&image))
				error = -ECANCELED;
		}
	return error;
}

int names_image(const struct names *names, const struct fw_dns_key *key, struct fw_names_bucket *lines, uint32_t line_count)
{
	static const atomic_bool never;

	return names_image_until(names, key, lines, line_count, &never);
}

/* --- questions ------------------------------------------------------------------------------------------------------------- */

enum { CLASS_IN = 1 };

struct names_answer names_ask(
	struct fw_names_bucket *lines, uint32_t line_count, const struct fw_dns_key *key, const struct fw_dns_question *question)
{
	struct names_answer answer = {.class = FW_CLASS_FOREIGN};
	const struct fw_name_slot *encloser = NULL, *slot;
	struct fw_names_walk walk;

	if (question->class != CLASS_IN)
		return answer;
	fw_names_begin(&walk, question->labels);
	do {
		slot = fw_names_find(lines, fw_hint_buckets(line_count) - 1, fw_dns_suffix(question, key, walk.at));
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
