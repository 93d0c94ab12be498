/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One zone's content on its way in.
 *
 * Records come in any order (a transfer is ordered, a zone file need not be), each owner several times. So they go into a tree of
 * labels that is found by hash: a node is (parent, label), and all of an owner's ancestors below the apex are made with it, which is
 * what empty non-terminals are. When all is there the tree is written out, parents first, without what lies below a cut:
 *
 *	example.        SOA NS          kept
 *	www             A               kept
 *	sub             NS              kept: a delegation
 *	ns.sub          A               glue: left out
 *	old             DNAME           kept
 *	x.old           A               hidden by the DNAME (RFC 6672 section 2.4): left out
 *	c7lbfkm...      NSEC3 RRSIG     no name that anybody may ask for (RFC 5155 section 7.2.8): never in the tree
 *
 * Where the cut is known already (a transfer in canonical order names it first), what lies below is not even put into the tree.
 * The hash is keyed: a zone's owner must not choose how long its loading takes.
 */
#include "shield/shield.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shield/inside.h"
#include "wire/siphash.h"

enum { TYPE_NS = 2, TYPE_SOA = 6, TYPE_DNAME = 39, TYPE_RRSIG = 46, TYPE_NSEC3 = 50 };

enum { NODES_FIRST = 16, LABELS_FIRST = 256 };

struct node {
	uint32_t parent, child, next; /* node 0 is the apex; 0 where there is no child or next */
	uint32_t label; /* where it begins */
	uint8_t len, depth, flags;
	uint8_t zero;
};

struct zone_load {
	struct names *names;
	uint32_t place;
	int error; /* the first; ends the load */
	bool soa, settled;
	struct zone made; /* settled: nodes and what they count, for its zone */
	uint32_t count, node_room;
	size_t labels_len, label_room;
	struct node *nodes;
	uint8_t *labels;
	uint64_t *slots; /* open addressing: upper half of the hash, and node below it; 0 where empty (the apex is in none) */
	uint32_t slots_mask;
	uint8_t wrong[FW_DNS_NAME_MAX]; /* the owner that ended it, as far as it is one; wrong_len 0 for none */
	uint16_t wrong_len;
	uint16_t last_len;
	uint32_t last_node; /* of the owner that came last: records of one owner mostly follow each other */
	uint8_t last[FW_DNS_NAME_MAX];
};

static uint64_t load_bytes(const struct zone_load *load)
{
	return load->node_room * sizeof(*load->nodes) + load->label_room +
		(load->slots ? (load->slots_mask + 1ull) * sizeof(*load->slots) : 0);
}

static void free_tree(struct zone_load *load)
{
	load->names->loading -= load->count;
	load->names->loading_bytes -= load_bytes(load);
	free(load->nodes);
	free(load->labels);
	free(load->slots);
	load->nodes = NULL;
	load->labels = NULL;
	load->slots = NULL;
	load->count = load->node_room = 0;
	load->label_room = 0;
}

void names_drop(struct zone_load *load)
{
	if (!load)
		return;
	free_tree(load);
	free(load->made.nodes);
	free(load);
}

int names_begin(struct names *names, uint32_t place, struct zone_load **out)
{
	struct zone_load *load;

	if (!place || place > names->zones_max || !names->places[place])
		return -EINVAL;
	load = calloc(1, sizeof(*load));
	if (!load)
		return -ENOMEM;
	load->names = names;
	load->place = place;
	load->nodes = calloc(NODES_FIRST, sizeof(*load->nodes));
	load->labels = malloc(LABELS_FIRST);
	load->slots = calloc(NODES_FIRST * 2, sizeof(*load->slots));
	if (load->nodes)
		load->node_room = NODES_FIRST;
	if (load->labels)
		load->label_room = LABELS_FIRST;
	load->slots_mask = NODES_FIRST * 2 - 1;
	names->loading_bytes += load_bytes(load);
	if (!load->nodes || !load->labels || !load->slots) {
		names_drop(load);
		return -ENOMEM;
	}
	load->count = 1;
	load->nodes[0].flags = FW_NAME_APEX;
	names->loading++;
	*out = load;
	return 0;
}

/* --- the tree -------------------------------------------------------------------------------------------------------------- */

static uint32_t hash_of(const struct zone_load *load, uint32_t parent, const uint8_t *label)
{
	uint8_t bytes[sizeof(parent) + FW_DNS_LABEL_MAX];

	memcpy(bytes, &parent, sizeof(parent));
	memcpy(bytes + sizeof(parent), label + 1, label[0]);
	return (uint32_t)fw_siphash13(load->names->key, bytes, sizeof(parent) + label[0]);
}

/* The slot of this node, or the empty one where it would be. */
static uint64_t *find(const struct zone_load *load, uint32_t hash, uint32_t parent, const uint8_t *label)
{
	for (uint32_t at = hash & load->slots_mask;; at = (at + 1) & load->slots_mask) {
		uint64_t *slot = &load->slots[at];
		const struct node *node = &load->nodes[(uint32_t)*slot];

		if (!*slot)
			return slot;
		if (*slot >> 32 == hash && node->parent == parent && node->len == label[0] &&
			memcmp(load->labels + node->label, label + 1, label[0]) == 0)
			return slot;
	}
}

static int slots_grow(struct zone_load *load)
{
	uint32_t mask = load->slots_mask * 2 + 1;
	uint64_t *slots = calloc((size_t)mask + 1, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i <= load->slots_mask; i++) {
		uint32_t at = (uint32_t)(load->slots[i] >> 32) & mask;
		while (slots[at])
			at = (at + 1) & mask;
		slots[at] = load->slots[i];
	}
	free(load->slots);
	load->slots = slots;
	load->slots_mask = mask;
	return 0;
}

/* Room for one node more and a label of len bytes. */
static int tree_grow(struct zone_load *load, size_t len)
{
	if (load->count == load->node_room) {
		uint32_t room = load->node_room + load->node_room / 2;
		struct node *nodes = realloc(load->nodes, room * sizeof(*nodes));
		if (!nodes)
			return -ENOMEM;
		load->nodes = nodes;
		load->node_room = room;
	}
	if (load->labels_len + len > load->label_room) {
		size_t room = load->label_room + load->label_room / 2;
		uint8_t *labels = realloc(load->labels, room);
		if (!labels)
			return -ENOMEM;
		load->labels = labels;
		load->label_room = room;
	}
	return load->count > load->slots_mask / 4 * 3 ? slots_grow(load) : 0;
}

/* Room for one node more, within what all loads may take together. */
static int grow(struct zone_load *load, size_t len)
{
	struct names *names = load->names;
	uint64_t before = load_bytes(load), most = 2ull * names->names_max;
	int error;

	if (load->count >= most || load->labels_len + len > UINT32_MAX)
		return -E2BIG;
	if (names->loading >= most)
		return -EBUSY;
	error = tree_grow(load, len);
	names->loading_bytes += load_bytes(load) - before;
	return error;
}

static int node_add(struct zone_load *load, uint32_t hash, uint32_t parent, const uint8_t *label)
{
	int error = grow(load, label[0]);
	struct node *node = &load->nodes[load->count];

	if (error)
		return error;
	*find(load, hash, parent, label) = (uint64_t)hash << 32 | load->count;
	*node = (struct node){
		.parent = parent,
		.next = load->nodes[parent].child,
		.label = (uint32_t)load->labels_len,
		.len = label[0],
		.depth = (uint8_t)(load->nodes[parent].depth + 1),
	};
	memcpy(load->labels + load->labels_len, label + 1, label[0]);
	load->labels_len += label[0];
	load->nodes[parent].child = load->count;
	if (label[0] == 1 && label[1] == '*')
		load->nodes[parent].flags |= FW_NAME_WILDCARD;
	load->count++;
	load->names->loading++;
	return 0;
}

/* Whether what lies below belongs to others. */
static bool is_cut(const struct node *node)
{
	return node->flags & (FW_NAME_DELEGATION | FW_NAME_DNAME);
}

/* From the apex down to this owner, whose labels below the apex are below; *out_node is the cut instead where one is on the way. */
static int descend(struct zone_load *load, const uint8_t *owner, unsigned below, uint32_t *out_node)
{
	const uint8_t *labels[FW_DNS_LABELS_MAX];
	uint32_t at = 0;

	for (unsigned i = 0; i < below; i++, owner += 1 + owner[0])
		labels[i] = owner;
	for (unsigned i = below; i-- && !is_cut(&load->nodes[at]);) {
		uint32_t hash = hash_of(load, at, labels[i]);
		uint64_t slot = *find(load, hash, at, labels[i]);
		int error = slot ? 0 : node_add(load, hash, at, labels[i]);
		if (error)
			return error;
		at = slot ? (uint32_t)slot : load->count - 1;
	}
	*out_node = at;
	return 0;
}

/* --- records --------------------------------------------------------------------------------------------------------------- */

static int fail(struct zone_load *load, int error, const uint8_t *owner, size_t len)
{
	load->error = error;
	load->wrong_len = 0;
	if (len <= sizeof(load->wrong)) {
		memcpy(load->wrong, owner, len);
		load->wrong_len = (uint16_t)len;
	}
	return error;
}

/* What this type says of its owner; an owner that is not at is below a cut, where nothing says anything. */
static int note_type(struct zone_load *load, struct node *node, bool there, uint16_t type)
{
	bool apex = node == load->nodes;

	if (type == TYPE_SOA && (!apex || !there))
		return -EINVAL;
	if (!there)
		return 0;
	if (type == TYPE_SOA)
		load->soa = true;
	if (type == TYPE_NS && !apex)
		node->flags |= FW_NAME_DELEGATION;
	if (type == TYPE_DNAME)
		node->flags |= FW_NAME_DNAME;
	return 0;
}

/* name in small letters, labels its labels. */
static int record(struct zone_load *load, const uint8_t *name, size_t len, unsigned labels, uint16_t type)
{
	const struct zone *zone = load->names->places[load->place];
	unsigned below = labels - zone->labels;
	uint32_t node;
	int error;

	if (labels < zone->labels || len < zone->apex_len || memcmp(name_skip(name, below), zone->apex, zone->apex_len) != 0)
		return -EINVAL;
	if (type == TYPE_NSEC3 || type == TYPE_RRSIG)
		return 0;
	error = descend(load, name, below, &node);
	if (error)
		return error;
	if (load->nodes[node].depth == below) {
		memcpy(load->last, name, len);
		load->last_len = (uint16_t)len;
		load->last_node = node;
	}
	return note_type(load, &load->nodes[node], load->nodes[node].depth == below, type);
}

int names_record(struct zone_load *load, const uint8_t *owner, size_t len, uint16_t type)
{
	uint8_t name[FW_DNS_NAME_MAX];
	int labels, error;

	if (load->error)
		return load->error;
	labels = name_copy(name, owner, len);
	if (labels < 0)
		return fail(load, -EINVAL, owner, len);
	if (load->last_len == len && memcmp(load->last, name, len) == 0 && type != TYPE_SOA)
		return note_type(load, &load->nodes[load->last_node], true, type);
	error = record(load, name, len, (unsigned)labels, type);
	return error ? fail(load, error, owner, len) : 0;
}

/* --- taking ---------------------------------------------------------------------------------------------------------------- */

/* The node behind this one, parents first; what lies below a cut is passed over. 0 at the end. */
static uint32_t node_next(const struct zone_load *load, uint32_t at)
{
	if (load->nodes[at].child && !is_cut(&load->nodes[at]))
		return load->nodes[at].child;
	while (at && !load->nodes[at].next)
		at = load->nodes[at].parent;
	return at ? load->nodes[at].next : 0;
}

static uint8_t node_flags(const struct node *node)
{
	return is_cut(node) ? node->flags & (uint8_t)~FW_NAME_WILDCARD : node->flags;
}

/* The kept content of the load, counted into *zone; nodes are allocated. */
static int content(const struct zone_load *load, struct zone *zone)
{
	size_t len = 0;
	uint8_t *p;
	uint32_t at = 0;

	zone->names = 0;
	zone->kinds = 0;
	do {
		len += NODE_LABEL + (size_t)load->nodes[at].len;
		zone->names++;
		zone->kinds |= node_flags(&load->nodes[at]);
		at = node_next(load, at);
	} while (at);
	p = malloc(len);
	if (!p)
		return -ENOMEM;
	zone->nodes = p;
	zone->nodes_len = len;
	do {
		const struct node *node = &load->nodes[at];
		p[NODE_DEPTH] = node->depth;
		p[NODE_FLAGS] = node_flags(node);
		p[NODE_LEN] = node->len;
		memcpy(p + NODE_LABEL, load->labels + node->label, node->len);
		p += NODE_LABEL + node->len;
		at = node_next(load, at);
	} while (at);
	return 0;
}

void names_settle(struct zone_load *load)
{
	if (load->error || load->settled || !load->soa)
		return;
	load->made = *load->names->places[load->place];
	load->made.nodes = NULL;
	load->error = content(load, &load->made);
	load->settled = !load->error;
	if (load->settled)
		free_tree(load);
}

static int take(struct zone_load *load, struct fault *out_fault, const char *apex)
{
	struct names *names = load->names;
	struct zone *zone = names->places[load->place], made = load->made;

	if (!load->soa) {
		fault_set(out_fault, apex, 0, 0, "the zone has no SOA record at its apex");
		return -EINVAL;
	}
	if (zone_count(&made) > names->names_max - (names->counted - zone_count(zone))) {
		fault_set(out_fault, apex, 0, 0, "the zone has %u names; %u fit, and other zones have %u", made.names, names->names_max,
			names->counted - zone_count(zone));
		return -E2BIG;
	}
	load->made.nodes = NULL;
	names_empty(names, load->place);
	names->counted += zone_count(&made) - zone_count(zone);
	names->bytes += made.nodes_len;
	names->loaded++;
	zone->nodes = made.nodes;
	zone->nodes_len = made.nodes_len;
	zone->names = made.names;
	zone->kinds = made.kinds;
	return 0;
}

static void tell(const struct zone_load *load, struct fault *out_fault, const char *apex)
{
	char owner[NAME_TEXT_MAX];

	name_text(owner, load->wrong, load->wrong_len);
	if (load->error == -EINVAL)
		fault_set(out_fault, apex, 0, 0, "a record of %.120s: not a name of this zone, or an SOA that is not at its apex", owner);
	else if (load->error == -E2BIG)
		fault_set(out_fault, apex, 0, 0, "the zone has more than %u names and glue", load->names->names_max * 2);
	else if (load->error == -EBUSY)
		fault_set(out_fault, apex, 0, 0, "too many zones are being loaded at once");
	else
		fault_set(out_fault, apex, 0, 0, "no memory for the zone's names");
}

int names_take(struct zone_load *load, struct fault *out_fault)
{
	const struct zone *zone = load->names->places[load->place];
	char apex[NAME_TEXT_MAX];
	int error;

	names_settle(load);
	error = load->error;
	name_text(apex, zone->apex, zone->apex_len);
	if (error)
		tell(load, out_fault, apex);
	else
		error = take(load, out_fault, apex);
	names_drop(load);
	return error;
}
