/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The product tree (CSAF 2.0 section 3.2.2): branches, each with a category and a name, down to a product; products without branches;
 * relationships, which make a product of two ("firmware 2.1 installed on box 7"); groups. A product is known by its id; the names on the way
 * down to it say who made it and what it is called.
 *
 * A relationship may speak of products of other relationships, of ones that come later too. So references are resolved when all are read,
 * and then counted through: what has more than FW_CSAF_RELATED_MAX in a row, as has whatever goes round in a circle, loses its references.
 */
#include <errno.h>
#include <string.h>

#include "advisory/inside.h"

struct trail {
	uint32_t vendor, product, version; /* text */
};

struct group {
	uint32_t id, products; /* text, list */
};

static struct packed_product *product_at(const struct reader *reader, uint32_t number)
{
	return (struct packed_product *)(void *)reader->build.tables[TABLE_PRODUCT].bytes + number;
}

static uint32_t id_hash(uint32_t id)
{
	return (id / 4 + 1) * 2654435761u;
}

struct id_sought {
	const struct reader *reader;
	uint32_t id;
};

static bool same_product(const void *context, uint32_t number)
{
	const struct id_sought *sought = context;

	return product_at(sought->reader, number)->id == sought->id;
}

static const struct group *group_at(const struct reader *reader, uint32_t number)
{
	return (const struct group *)(const void *)reader->build.groups.bytes + number;
}

static bool same_group(const void *context, uint32_t number)
{
	const struct id_sought *sought = context;

	return group_at(sought->reader, number)->id == sought->id;
}

uint32_t tree_product(const struct reader *reader, uint32_t id)
{
	struct id_sought sought = {reader, id};

	return finder_find(&reader->build.products, id_hash(id), same_product, &sought);
}

/* --- products -------------------------------------------------------------------------------------------------------------- */

/* "**" has no meaning (section 3.1.3.3.5): such a pattern is left out. */
static uint32_t read_patterns(struct reader *reader, const json_t *helper, const char *key)
{
	const json_t *list = json_object_get(helper, key), *node;
	struct pile *scratch = &reader->build.scratch;
	size_t i;

	if (list && !json_is_array(list))
		reader_tell(reader, key, "is %s; it must be a list", place_type(list));
	scratch->len = 0;
	way_in(&reader->way, key);
	json_array_foreach(list, i, node)
	{
		const char *text = json_string_value(node);
		uint32_t *room;
		way_at(&reader->way, i);
		if (!text)
			reader_tell(reader, NULL, "is %s; it must be a string", place_type(node));
		else if (strstr(text, "**"))
			reader_tell(reader, NULL, "\"%s\" holds **, which means nothing; it is left out", text);
		else if ((room = pile_add(scratch, sizeof(*room))))
			*room = keep_text(reader, text, json_string_length(node));
		else
			reader_fail(reader, -ENOMEM);
		way_out(&reader->way);
	}
	way_out(&reader->way);
	return keep_list(reader, (uint32_t *)(void *)scratch->bytes, scratch->len / sizeof(uint32_t));
}

static void read_helper(struct reader *reader, const json_t *full, struct packed_product *product)
{
	const char *key = "product_identification_helper";
	const json_t *helper = json_object_get(full, key);

	if (!helper)
		return;
	if (!json_is_object(helper)) {
		reader_tell(reader, key, "is %s; it must be an object", place_type(helper));
		return;
	}
	way_in(&reader->way, key);
	product->cpe = keep_member(reader, helper, "cpe");
	product->purl = keep_member(reader, helper, "purl");
	product->models = read_patterns(reader, helper, "model_numbers");
	product->serials = read_patterns(reader, helper, "serial_numbers");
	way_out(&reader->way);
}

/* A full_product_name_t; its number, or FINDER_NONE where it is left out. */
static uint32_t read_product(struct reader *reader, const json_t *full, const struct trail *way)
{
	struct packed_product product = {.vendor = way->vendor, .product = way->product, .version = way->version}, *room;
	uint32_t number = kept_count(reader, TABLE_PRODUCT);

	if (!json_is_object(full)) {
		reader_tell(reader, NULL, "is %s; a product is an object", place_type(full));
		return FINDER_NONE;
	}
	product.id = keep_member(reader, full, "product_id");
	product.name = keep_member(reader, full, "name");
	if (!product.id) {
		reader_tell(reader, NULL, "has no product_id; the product is left out");
		return FINDER_NONE;
	}
	if (tree_product(reader, product.id) != FINDER_NONE) {
		reader_tell(reader, "product_id", "\"%s\" is the id of another product already; the first is kept",
			kept_text(reader, product.id));
		return FINDER_NONE;
	}
	if (number == FW_CSAF_PRODUCTS_MAX) {
		reader_fail(reader, -E2BIG);
		return FINDER_NONE;
	}
	read_helper(reader, full, &product);
	if (finder_grow(&reader->build.products))
		reader_fail(reader, -ENOMEM);
	if (reader->error || !(room = keep_record(reader, TABLE_PRODUCT)))
		return FINDER_NONE;
	*room = product;
	finder_put(&reader->build.products, id_hash(product.id), number);
	return number;
}

/* --- branches -------------------------------------------------------------------------------------------------------------- */

static void take_name(struct reader *reader, const json_t *branch, struct trail *way)
{
	const char *category = json_string_value(json_object_get(branch, "category"));
	uint32_t name = keep_member(reader, branch, "name");

	if (!category)
		reader_tell(reader, NULL, "has no category; its name is taken for a product's");
	else if (!strcmp(category, "vendor"))
		way->vendor = name;
	else if (!strcmp(category, "product_version") || !strcmp(category, "product_version_range"))
		way->version = name;
	else if (!strcmp(category, "product_name") || (!strcmp(category, "product_family") && !way->product))
		way->product = name;
	/* architecture, host_name, language, legacy, patch_level, service_pack, specification: not told apart on the wire */
	if (!category && !way->product)
		way->product = name;
}

/* Goes as deep as the text was weighed: FW_CSAF_DEPTH_MAX. */
static void read_branches(struct reader *reader, const json_t *parent, struct trail way)
{
	const json_t *list = json_object_get(parent, "branches"), *branch, *full;
	struct trail above = way;
	size_t i;

	if (list && !json_is_array(list))
		reader_tell(reader, "branches", "is %s; it must be a list", place_type(list));
	way_in(&reader->way, "branches");
	json_array_foreach(list, i, branch)
	{
		way_at(&reader->way, i);
		way = above;
		if (json_is_object(branch)) {
			take_name(reader, branch, &way);
			full = json_object_get(branch, "product");
			if (full) {
				way_in(&reader->way, "product");
				read_product(reader, full, &way);
				way_out(&reader->way);
			}
			read_branches(reader, branch, way);
		} else {
			reader_tell(reader, NULL, "is %s; a branch is an object", place_type(branch));
		}
		way_out(&reader->way);
	}
	way_out(&reader->way);
}

static void read_full_names(struct reader *reader, const json_t *tree)
{
	const json_t *list = json_object_get(tree, "full_product_names"), *full;
	const struct trail way = {0};
	size_t i;

	way_in(&reader->way, "full_product_names");
	json_array_foreach(list, i, full)
	{
		way_at(&reader->way, i);
		read_product(reader, full, &way);
		way_out(&reader->way);
	}
	way_out(&reader->way);
}

/* --- relationships --------------------------------------------------------------------------------------------------------- */

static const char *const categories[] = {
	"default_component_of", "external_component_of", "installed_on", "installed_with", "optional_component_of"};

static void check_category(struct reader *reader, const json_t *relationship)
{
	const char *category = json_string_value(json_object_get(relationship, "category"));

	for (size_t i = 0; category && i < sizeof(categories) / sizeof(*categories); i++)
		if (!strcmp(category, categories[i]))
			return;
	reader_tell(reader, "category", "is no kind of relationship that is known here; it is taken as one all the same");
}

/* Until all are read, part and base are texts: ids. */
static void read_relationships(struct reader *reader, const json_t *tree)
{
	const json_t *list = json_object_get(tree, "relationships"), *one;
	const struct trail way = {0};
	size_t i;

	way_in(&reader->way, "relationships");
	json_array_foreach(list, i, one)
	{
		const json_t *full = json_object_get(one, "full_product_name");
		uint32_t number = FINDER_NONE;
		way_at(&reader->way, i);
		if (full) {
			check_category(reader, one);
			way_in(&reader->way, "full_product_name");
			number = read_product(reader, full, &way);
			way_out(&reader->way);
		} else {
			reader_tell(reader, NULL, "has no full_product_name; it is left out");
		}
		if (number != FINDER_NONE) {
			uint32_t part = keep_member(reader, one, "product_reference");
			uint32_t base = keep_member(reader, one, "relates_to_product_reference");
			product_at(reader, number)->part = part;
			product_at(reader, number)->base = base;
		}
		way_out(&reader->way);
	}
	way_out(&reader->way);
}

static uint32_t resolve_one(struct reader *reader, uint32_t id)
{
	uint32_t number = id ? tree_product(reader, id) : FINDER_NONE;

	if (number == FINDER_NONE)
		reader_tell(reader, "relationships", "speak of the product \"%s\", which is none", kept_text(reader, id));
	return number == FINDER_NONE ? 0 : number + 1;
}

static void resolve(struct reader *reader, uint32_t first)
{
	for (uint32_t i = first; i < kept_count(reader, TABLE_PRODUCT); i++) {
		uint32_t part = product_at(reader, i)->part, base = product_at(reader, i)->base;
		product_at(reader, i)->part = resolve_one(reader, part);
		product_at(reader, i)->base = resolve_one(reader, base);
	}
}

/* Each round adds one to what stands above the deepest: after the last, what still grows is too deep or goes round. */
static void cut_circles(struct reader *reader, uint32_t first)
{
	struct pile *scratch = &reader->build.scratch;
	uint32_t count = kept_count(reader, TABLE_PRODUCT), *depth;

	scratch->len = 0;
	depth = pile_add(scratch, (size_t)count * sizeof(*depth));
	if (!depth)
		reader_fail(reader, -ENOMEM);
	for (unsigned round = 0; depth && round <= FW_CSAF_RELATED_MAX; round++)
		for (uint32_t i = first; i < count; i++) {
			const struct packed_product *product = product_at(reader, i);
			uint32_t below = product->part ? depth[product->part - 1] + 1 : 0;
			if (product->base && depth[product->base - 1] + 1 > below)
				below = depth[product->base - 1] + 1;
			depth[i] = below > FW_CSAF_RELATED_MAX ? FW_CSAF_RELATED_MAX + 1 : below;
		}
	for (uint32_t i = first; depth && i < count; i++)
		if (depth[i] > FW_CSAF_RELATED_MAX) {
			product_at(reader, i)->part = product_at(reader, i)->base = 0;
			reader_tell(reader, "relationships",
				"go round in a circle, or more than %u in a row, at the product \"%s\"; it stands alone",
				FW_CSAF_RELATED_MAX, kept_text(reader, product_at(reader, i)->id));
		}
}

/* --- groups ---------------------------------------------------------------------------------------------------------------- */

/* A hostile document can name a group of 60,000 products in each of 100,000 places: what is taken from lists has an end. */
static void take_products(struct reader *reader, const uint32_t *numbers, uint32_t count)
{
	char *room;

	reader->build.listed += count;
	if (reader->build.listed > FW_CSAF_LISTED_MAX) {
		refuse_at(reader, -E2BIG, 0, "its lists of products hold more than 4,194,304 products, groups counted through");
		return;
	}
	room = pile_add(&reader->build.scratch, count * sizeof(*numbers));
	if (room)
		memcpy(room, numbers, count * sizeof(*numbers));
	else
		reader_fail(reader, -ENOMEM);
}

static void take_id(struct reader *reader, const json_t *node, const char *key, bool is_group)
{
	struct id_sought sought = {.reader = reader};
	uint32_t found = FINDER_NONE;

	if (json_is_string(node))
		sought.id = keep_text(reader, json_string_value(node), json_string_length(node));
	if (sought.id)
		found = is_group ? finder_find(&reader->build.group_ids, id_hash(sought.id), same_group, &sought)
				 : tree_product(reader, sought.id);
	if (found == FINDER_NONE) {
		reader_tell(
			reader, key, "speaks of \"%s\", which is none", json_is_string(node) ? json_string_value(node) : place_type(node));
	} else if (is_group) {
		const uint32_t *list = (const void *)(reader->build.heap.bytes + group_at(reader, found)->products);
		take_products(reader, list + 1, list[0]);
	} else {
		take_products(reader, &found, 1);
	}
}

size_t tree_products(struct reader *reader, const json_t *object, const char *ids_key, const char *groups_key)
{
	const char *keys[] = {ids_key, groups_key};

	reader->build.scratch.len = 0;
	for (unsigned which = 0; which < 2 && keys[which]; which++) {
		const json_t *list = json_object_get(object, keys[which]), *node;
		size_t i;
		if (list && !json_is_array(list))
			reader_tell(reader, keys[which], "is %s; it must be a list", place_type(list));
		json_array_foreach(list, i, node)
		{
			take_id(reader, node, keys[which], which == 1);
			if (reader->error)
				return 0;
		}
	}
	return reader->build.scratch.len / sizeof(uint32_t);
}

static void read_group(struct reader *reader, const json_t *node)
{
	struct group group = {.id = keep_member(reader, node, "group_id")}, *room;
	struct id_sought sought = {reader, group.id};
	size_t count = tree_products(reader, node, "product_ids", NULL);

	group.products = keep_list(reader, (uint32_t *)(void *)reader->build.scratch.bytes, count);
	if (!group.id) {
		reader_tell(reader, NULL, "has no group_id; it is left out");
	} else if (finder_find(&reader->build.group_ids, id_hash(group.id), same_group, &sought) != FINDER_NONE) {
		reader_tell(
			reader, "group_id", "\"%s\" is the id of another group already; the first is kept", kept_text(reader, group.id));
	} else if (finder_grow(&reader->build.group_ids) || !(room = pile_add(&reader->build.groups, sizeof(*room)))) {
		reader_fail(reader, -ENOMEM);
	} else {
		*room = group;
		finder_put(&reader->build.group_ids, id_hash(group.id), (uint32_t)(reader->build.groups.len / sizeof(group)) - 1);
	}
}

static void read_groups(struct reader *reader, const json_t *tree)
{
	const json_t *list = json_object_get(tree, "product_groups"), *node;
	size_t i;

	way_in(&reader->way, "product_groups");
	json_array_foreach(list, i, node)
	{
		way_at(&reader->way, i);
		read_group(reader, node);
		way_out(&reader->way);
	}
	way_out(&reader->way);
}

void tree_read(struct reader *reader, const json_t *tree)
{
	const struct trail way = {0};
	uint32_t first;

	read_branches(reader, tree, way);
	read_full_names(reader, tree);
	first = kept_count(reader, TABLE_PRODUCT);
	read_relationships(reader, tree);
	if (!reader->error)
		resolve(reader, first);
	if (!reader->error)
		cut_circles(reader, first);
	if (!reader->error)
		read_groups(reader, tree);
}
