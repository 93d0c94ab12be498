/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a revision changed. Publishers number their product ids anew when a product is added in the middle, so products of two versions are the same where
 * their full names and version texts are; vulnerabilities where their names are.
 */
#include <stdlib.h>
#include <string.h>

#include "advisory/inside.h"

static int same_product_text(
	const struct packed *left, const struct packed_product *a, const struct packed *right, const struct packed_product *b)
{
	int order = strcmp(packed_text(left, a->name), packed_text(right, b->name));

	return order ? order : strcmp(packed_text(left, a->version), packed_text(right, b->version));
}

/* Numbers of one version's products, in the order of names and versions, and of its vulnerabilities, in the order of names. */
struct side {
	const struct packed *packed;
	uint32_t *products, *vulnerabilities;
	uint32_t count, vulnerability_count;
};

static int by_product(const void *a, const void *b, void *context)
{
	const struct packed *packed = context;

	return same_product_text(
		packed, packed_product(packed, *(const uint32_t *)a), packed, packed_product(packed, *(const uint32_t *)b));
}

static const char *vulnerability_name(const struct packed *packed, uint32_t number)
{
	return packed_text(packed, packed_vulnerability(packed, number)->name);
}

static int by_name(const void *a, const void *b, void *context)
{
	return strcmp(vulnerability_name(context, *(const uint32_t *)a), vulnerability_name(context, *(const uint32_t *)b));
}

static uint32_t *sorted(const struct packed *packed, uint32_t count, int (*order)(const void *a, const void *b, void *context))
{
	uint32_t *numbers = malloc((count ? count : 1) * sizeof(*numbers));

	for (uint32_t i = 0; numbers && i < count; i++)
		numbers[i] = i;
	if (numbers && count)
		qsort_r(numbers, count, sizeof(*numbers), order, (void *)(uintptr_t)packed);
	return numbers;
}

static bool side_init(struct side *side, const struct packed *packed)
{
	*side = (struct side){
		.packed = packed, .count = packed->counts[TABLE_PRODUCT], .vulnerability_count = packed->counts[TABLE_VULNERABILITY]};
	side->products = sorted(packed, side->count, by_product);
	side->vulnerabilities = sorted(packed, side->vulnerability_count, by_name);
	return side->products && side->vulnerabilities;
}

static void side_done(struct side *side)
{
	free(side->products);
	free(side->vulnerabilities);
}

struct telling {
	void (*each)(void *context, const struct advisory_change *change);
	void *context;
	size_t count, left_out;
	uint64_t steps; /* of comparing, at most FW_CSAF_COMPARED_MAX: two hostile versions would take days */
	struct side before, now;
};

static void say(struct telling *telling, const struct advisory_change *change)
{
	if (telling->count++ >= FW_CSAF_CHANGES_MAX)
		telling->left_out++;
	else if (telling->each)
		telling->each(telling->context, change);
}

static const char *name_in(const struct side *side, uint32_t number)
{
	return packed_text(side->packed, packed_product(side->packed, number)->name);
}

/* The vulnerability of that name, or NULL. */
static const struct packed_vulnerability *find_named(const struct side *side, const char *name)
{
	uint32_t low = 0, high = side->vulnerability_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(vulnerability_name(side->packed, side->vulnerabilities[middle]), name);
		if (!order)
			return packed_vulnerability(side->packed, side->vulnerabilities[middle]);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static enum product_status plain_status(const struct packed *packed, const struct packed_vulnerability *one, uint32_t product)
{
	static const enum product_status statuses[] = {
		STATUS_AFFECTED, STATUS_NOT_AFFECTED, STATUS_FIXED, STATUS_UNDER_INVESTIGATION, STATUS_RECOMMENDED};
	uint32_t groups = packed_groups(packed, one, product);

	if (packed_disjoint(groups) > 1)
		return STATUS_UNDER_INVESTIGATION;
	for (unsigned i = 0; i < 5; i++)
		if (groups & 1u << i)
			return statuses[i];
	return STATUS_NONE;
}

static const struct packed_remedy *next_remedy(
	const struct packed *packed, const struct packed_vulnerability *one, uint32_t product, uint32_t *at)
{
	while (*at < one->remedies.count) {
		const struct packed_remedy *remedy = packed_remedy(packed, one->remedies.at + (*at)++);
		if (packed_holds(packed, remedy->products, product))
			return remedy;
	}
	return NULL;
}

/* The same remediations in the same order? And the best category of each side. */
static bool same_remedies(const struct telling *telling, const struct packed_vulnerability *const ones[2], const uint32_t products[2],
	struct advisory_change *change)
{
	const struct packed *packed[2] = {telling->before.packed, telling->now.packed};
	uint32_t at[2] = {0, 0};
	enum remedy *best[2] = {&change->remedy_before, &change->remedy_after};
	bool same = true;

	for (;;) {
		const struct packed_remedy *remedies[2];
		for (unsigned i = 0; i < 2; i++) {
			remedies[i] = next_remedy(packed[i], ones[i], products[i], &at[i]);
			if (remedies[i] && remedies[i]->category < (uint32_t)*best[i])
				*best[i] = remedies[i]->category;
		}
		if (!remedies[0] && !remedies[1])
			return same;
		same &= remedies[0] && remedies[1] && remedies[0]->category == remedies[1]->category &&
			!strcmp(packed_text(packed[0], remedies[0]->details), packed_text(packed[1], remedies[1]->details)) &&
			!strcmp(packed_text(packed[0], remedies[0]->url), packed_text(packed[1], remedies[1]->url));
	}
}

static void compare_pair(struct telling *telling, uint32_t before, uint32_t now)
{
	const struct packed *packed = telling->now.packed;

	for (uint32_t i = 0; i < packed->counts[TABLE_VULNERABILITY]; i++) {
		if (telling->steps >= FW_CSAF_COMPARED_MAX) {
			telling->left_out += packed->counts[TABLE_VULNERABILITY] - i;
			return;
		}
		const struct packed_vulnerability *one = packed_vulnerability(packed, i);
		const struct packed_vulnerability *ones[2] = {find_named(&telling->before, packed_text(packed, one->name)), one};
		const uint32_t products[2] = {before, now};
		struct advisory_change change = {.product = name_in(&telling->now, now),
			.vulnerability = packed_text(packed, one->name),
			.remedy_before = REMEDY_COUNT,
			.remedy_after = REMEDY_COUNT};
		bool same;
		telling->steps++;
		if (!ones[0])
			continue;
		telling->steps += ones[0]->remedies.count + one->remedies.count;
		change.before = plain_status(telling->before.packed, ones[0], before);
		change.after = plain_status(packed, one, now);
		same = same_remedies(telling, ones, products, &change);
		change.kind = change.before != change.after ? CHANGE_STATUS : CHANGE_REMEDIES;
		if (change.before != change.after || !same)
			say(telling, &change);
	}
}

static void say_product(struct telling *telling, enum advisory_change_kind kind, const struct side *side, uint32_t number)
{
	const struct advisory_change change = {.kind = kind,
		.product = name_in(side, number),
		.vulnerability = "",
		.remedy_before = REMEDY_COUNT,
		.remedy_after = REMEDY_COUNT};

	say(telling, &change);
}

/* Both lists in the order of names, walked together. */
static void compare_products(struct telling *telling)
{
	const struct side *before = &telling->before, *now = &telling->now;
	uint32_t i = 0, k = 0;

	while (i < before->count || k < now->count) {
		int order = i == before->count ? 1
			: k == now->count      ? -1
					       : same_product_text(before->packed, packed_product(before->packed, before->products[i]),
							 now->packed, packed_product(now->packed, now->products[k]));
		if (order < 0)
			say_product(telling, CHANGE_PRODUCT_REMOVED, before, before->products[i++]);
		else if (order > 0)
			say_product(telling, CHANGE_PRODUCT_ADDED, now, now->products[k++]);
		else
			compare_pair(telling, before->products[i++], now->products[k++]);
	}
}

static void say_missing(struct telling *telling, const struct side *from, const struct side *in, enum advisory_change_kind kind)
{
	for (uint32_t i = 0; i < from->vulnerability_count; i++) {
		const char *name = vulnerability_name(from->packed, i);
		const struct advisory_change change = {
			.kind = kind, .product = "", .vulnerability = name, .remedy_before = REMEDY_COUNT, .remedy_after = REMEDY_COUNT};
		if (!find_named(in, name))
			say(telling, &change);
	}
}

const char *advisories_version_before(const struct advisories *advisories, uint32_t number)
{
	const struct packed *before = document_before(document_at(advisories, number));

	return before ? packed_text(before, before->version) : "";
}

size_t advisories_changes(const struct advisories *advisories, uint32_t number,
	void (*each)(void *context, const struct advisory_change *change), void *context, size_t *out_left_out)
{
	const struct document *document = document_at(advisories, number);
	const struct packed *before = document_before(document);
	struct telling telling = {.each = each, .context = context};

	if (out_left_out)
		*out_left_out = 0;
	if (!before)
		return 0;
	if (side_init(&telling.before, before) && side_init(&telling.now, document->packed)) {
		say_missing(&telling, &telling.before, &telling.now, CHANGE_VULNERABILITY_REMOVED);
		say_missing(&telling, &telling.now, &telling.before, CHANGE_VULNERABILITY_ADDED);
		compare_products(&telling);
	}
	side_done(&telling.before);
	side_done(&telling.now);
	if (out_left_out)
		*out_left_out = telling.left_out;
	return telling.count;
}
