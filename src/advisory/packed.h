/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A document as it is kept: one block of bytes without pointers, so that it can be written to a file and used again as it is. Private to advisory/.
 *
 *	head | revisions | products | vulnerabilities | statuses | remedies | scores | heap
 *
 * Tables hold records of fixed size. A span is a run of records of one table. Text is an offset into the heap, where equal text stands once,
 * ended by NUL; a list is an offset (a multiple of four) to a count and as many numbers. The version of the document that was known before stands
 * behind it, as another block.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKED_MAGIC = 0x31465343, PACKED_TABLES = 6 };

struct span {
	uint32_t at, count;
};

enum packed_table { TABLE_REVISION, TABLE_PRODUCT, TABLE_VULNERABILITY, TABLE_STATUS, TABLE_REMEDY, TABLE_SCORE };

struct packed {
	uint32_t magic, len; /* len: of this block, a multiple of 8 */
	uint32_t id, title, publisher, publisher_namespace, url, version, initial_date, current_date, revision, category,
		severity; /* text */
	uint32_t tables[PACKED_TABLES]; /* bytes from the start of the block */
	uint32_t counts[PACKED_TABLES];
	uint32_t heap, heap_len;
	uint8_t status, withdrawn;
	uint8_t zero[2];
};

struct packed_revision {
	uint32_t number, date, summary; /* text */
};

struct packed_product {
	uint32_t id, name, vendor, product, version, cpe, purl; /* text; product: the innermost name of its branches that is no version */
	uint32_t models, serials; /* lists of text */
	uint32_t part, base; /* of a relationship: number + 1 of product_reference and relates_to_product_reference; else 0 */
};

struct packed_vulnerability {
	uint32_t cve, name, title, cwe, cwe_name; /* text */
	struct span statuses, remedies, scores;
};

/* One product of one vulnerability; in the order of products. */
struct packed_status {
	uint32_t product, groups; /* enum status_group bits */
};
enum status_group { GROUP_AFFECTED = 1, GROUP_NOT_AFFECTED = 2, GROUP_FIXED = 4, GROUP_UNDER_INVESTIGATION = 8, GROUP_RECOMMENDED = 16 };

struct packed_remedy {
	uint32_t category; /* enum remedy */
	uint32_t details, url, date, entitlement, restart; /* text */
	uint32_t products; /* list, rising */
};

struct packed_score {
	uint32_t tenths, vector, severity;
	uint32_t products; /* list, rising */
};

static inline const char *packed_text(const struct packed *packed, uint32_t at)
{
	return (const char *)packed + packed->heap + at;
}

/* Its numbers; *out_count how many. */
static inline const uint32_t *packed_list(const struct packed *packed, uint32_t at, uint32_t *out_count)
{
	const uint32_t *list = (const void *)((const char *)packed + packed->heap + at);

	*out_count = list[0];
	return list + 1;
}

static inline const void *packed_table(const struct packed *packed, enum packed_table table)
{
	return (const char *)packed + packed->tables[table];
}

static inline const struct packed_product *packed_product(const struct packed *packed, uint32_t number)
{
	return (const struct packed_product *)packed_table(packed, TABLE_PRODUCT) + number;
}

static inline const struct packed_vulnerability *packed_vulnerability(const struct packed *packed, uint32_t number)
{
	return (const struct packed_vulnerability *)packed_table(packed, TABLE_VULNERABILITY) + number;
}

static inline const struct packed_remedy *packed_remedy(const struct packed *packed, uint32_t number)
{
	return (const struct packed_remedy *)packed_table(packed, TABLE_REMEDY) + number;
}

/* The groups in which the vulnerability has that product; 0: none. */
uint32_t packed_groups(const struct packed *packed, const struct packed_vulnerability *vulnerability, uint32_t product);
/* Is that number in the list? */
bool packed_holds(const struct packed *packed, uint32_t list, uint32_t number);
/* How many of the groups that exclude each other. */
uint32_t packed_disjoint(uint32_t groups);
/* These bytes hold one block and perhaps one before it, and every offset in them leads to where it should. */
bool packed_verify(const void *bytes, size_t len);
