/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advisory/packed.h"

#include <string.h>

static const uint32_t sizes[PACKED_TABLES] = {
	[TABLE_REVISION] = sizeof(struct packed_revision),
	[TABLE_PRODUCT] = sizeof(struct packed_product),
	[TABLE_VULNERABILITY] = sizeof(struct packed_vulnerability),
	[TABLE_STATUS] = sizeof(struct packed_status),
	[TABLE_REMEDY] = sizeof(struct packed_remedy),
	[TABLE_SCORE] = sizeof(struct packed_score),
};

uint32_t packed_groups(const struct packed *packed, const struct packed_vulnerability *vulnerability, uint32_t product)
{
	const struct packed_status *statuses = packed_table(packed, TABLE_STATUS);
	uint32_t low = vulnerability->statuses.at, high = low + vulnerability->statuses.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (statuses[middle].product == product)
			return statuses[middle].groups;
		if (statuses[middle].product < product)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

bool packed_holds(const struct packed *packed, uint32_t list, uint32_t number)
{
	uint32_t low = 0, high;
	const uint32_t *numbers = packed_list(packed, list, &high);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (numbers[middle] == number)
			return true;
		if (numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

uint32_t packed_disjoint(uint32_t groups)
{
	return (uint32_t)__builtin_popcount(groups & (GROUP_AFFECTED | GROUP_NOT_AFFECTED | GROUP_FIXED | GROUP_UNDER_INVESTIGATION));
}

/* --- verifying -------------------------------------------------------------------------------------------------------------- */

static bool is_text(const struct packed *packed, const uint32_t *offsets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (offsets[i] >= packed->heap_len)
			return false;
	return true;
}

static bool is_list(const struct packed *packed, uint32_t at, uint32_t below)
{
	uint32_t count;
	const uint32_t *list;

	if (at % 4 || at > packed->heap_len || packed->heap_len - at < 4)
		return false;
	list = packed_list(packed, at, &count);
	if (count > (packed->heap_len - at) / 4 - 1)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (list[i] >= below)
			return false;
	return true;
}

static bool is_span(const struct packed *packed, struct span span, enum packed_table table)
{
	return span.at <= packed->counts[table] && span.count <= packed->counts[table] - span.at;
}

static bool products_hold(const struct packed *packed)
{
	uint32_t count = packed->counts[TABLE_PRODUCT];

	for (uint32_t i = 0; i < count; i++) {
		const struct packed_product *product = packed_product(packed, i);
		if (!is_text(packed, &product->id, 7) || !is_list(packed, product->models, packed->heap_len) ||
			!is_list(packed, product->serials, packed->heap_len) || product->part > count || product->base > count)
			return false;
	}
	return true;
}

static bool vulnerabilities_hold(const struct packed *packed)
{
	for (uint32_t i = 0; i < packed->counts[TABLE_VULNERABILITY]; i++) {
		const struct packed_vulnerability *one = packed_vulnerability(packed, i);
		if (!is_text(packed, &one->cve, 5) || !is_span(packed, one->statuses, TABLE_STATUS) ||
			!is_span(packed, one->remedies, TABLE_REMEDY) || !is_span(packed, one->scores, TABLE_SCORE))
			return false;
	}
	return true;
}

static bool items_hold(const struct packed *packed)
{
	const struct packed_revision *revisions = packed_table(packed, TABLE_REVISION);
	const struct packed_status *statuses = packed_table(packed, TABLE_STATUS);
	const struct packed_score *scores = packed_table(packed, TABLE_SCORE);
	uint32_t products = packed->counts[TABLE_PRODUCT];

	for (uint32_t i = 0; i < packed->counts[TABLE_REVISION]; i++)
		if (!is_text(packed, &revisions[i].number, 3))
			return false;
	for (uint32_t i = 0; i < packed->counts[TABLE_STATUS]; i++)
		if (statuses[i].product >= products)
			return false;
	for (uint32_t i = 0; i < packed->counts[TABLE_REMEDY]; i++) {
		const struct packed_remedy *remedy = packed_remedy(packed, i);
		if (remedy->category > 5 || !is_text(packed, &remedy->details, 5) || !is_list(packed, remedy->products, products))
			return false;
	}
	for (uint32_t i = 0; i < packed->counts[TABLE_SCORE]; i++)
		if (scores[i].tenths > 100 || !is_text(packed, &scores[i].vector, 2) || !is_list(packed, scores[i].products, products))
			return false;
	return true;
}

/* One block; its length, or 0. */
static size_t verify_block(const char *bytes, size_t len)
{
	const struct packed *packed = (const void *)bytes;

	if (len < sizeof(*packed) || packed->magic != PACKED_MAGIC || packed->len > len || packed->len < sizeof(*packed) || packed->len % 8)
		return 0;
	for (unsigned i = 0; i < PACKED_TABLES; i++)
		if (packed->tables[i] % 4 || packed->tables[i] > packed->len ||
			packed->counts[i] > (packed->len - packed->tables[i]) / sizes[i])
			return 0;
	if (packed->heap % 4 || packed->heap >= packed->len || packed->heap_len > packed->len - packed->heap || packed->heap_len < 8)
		return 0;
	if (bytes[packed->heap + packed->heap_len - 1] || !is_text(packed, &packed->id, 11) || packed->status > 2 || packed->withdrawn > 1)
		return 0;
	return products_hold(packed) && vulnerabilities_hold(packed) && items_hold(packed) ? packed->len : 0;
}

bool packed_verify(const void *bytes, size_t len)
{
	size_t first = verify_block(bytes, len);

	return first && (first == len || verify_block((const char *)bytes + first, len - first) == len - first);
}
