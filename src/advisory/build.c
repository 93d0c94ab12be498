/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables and a heap grow while a document is read, and become one block when all is known. CSAF files repeat themselves (the same remediation
 * for each of twenty vulnerabilities, the same fifteen products for each remediation), so every text and every list stands in the heap once:
 * a document of CISA takes a sixth of its JSON's size. Makers of hostile files do not know the key of the hash.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advisory/inside.h"
#include "wire/siphash.h"

struct blob {
	uint32_t at, len;
};

static const uint32_t record_sizes[PACKED_TABLES] = {
	[TABLE_REVISION] = sizeof(struct packed_revision),
	[TABLE_PRODUCT] = sizeof(struct packed_product),
	[TABLE_VULNERABILITY] = sizeof(struct packed_vulnerability),
	[TABLE_STATUS] = sizeof(struct packed_status),
	[TABLE_REMEDY] = sizeof(struct packed_remedy),
	[TABLE_SCORE] = sizeof(struct packed_score),
};

/* Offset 0 of the heap is both "" and the empty list. */
int build_init(struct build *build, const uint8_t hash_key[16])
{
	*build = (struct build){0};
	memcpy(build->hash_key, hash_key, sizeof(build->hash_key));
	return pile_add(&build->heap, 8) ? 0 : -ENOMEM;
}

void build_done(struct build *build)
{
	for (unsigned i = 0; i < PACKED_TABLES; i++)
		pile_done(&build->tables[i]);
	pile_done(&build->heap);
	pile_done(&build->blobs);
	pile_done(&build->groups);
	pile_done(&build->scratch);
	finder_done(&build->texts);
	finder_done(&build->products);
	finder_done(&build->group_ids);
}

struct sought {
	const struct build *build;
	const void *bytes;
	size_t len;
};

static bool same_blob(const void *context, uint32_t number)
{
	const struct sought *sought = context;
	const struct blob *blob = (const struct blob *)(const void *)sought->build->blobs.bytes + number;

	return blob->len == sought->len && !memcmp(sought->build->heap.bytes + blob->at, sought->bytes, sought->len);
}

/* Puts it where equal bytes stand already, else at the end of the heap, which stays a multiple of four. */
static uint32_t keep_blob(struct reader *reader, const void *bytes, size_t len)
{
	struct build *build = &reader->build;
	struct sought sought = {build, bytes, len};
	uint32_t hash = (uint32_t)fw_siphash13(build->hash_key, bytes, len), at = (uint32_t)build->heap.len;
	uint32_t found = finder_find(&build->texts, hash, same_blob, &sought);
	struct blob *blob;
	char *room;

	if (found != FINDER_NONE)
		return ((const struct blob *)(const void *)build->blobs.bytes)[found].at;
	if (finder_grow(&build->texts) || !(blob = pile_add(&build->blobs, sizeof(*blob))) ||
		!(room = pile_add(&build->heap, (len + 3) / 4 * 4))) {
		reader_fail(reader, -ENOMEM);
		return 0;
	}
	memcpy(room, bytes, len);
	*blob = (struct blob){at, (uint32_t)len};
	finder_put(&build->texts, hash, (uint32_t)(build->blobs.len / sizeof(*blob)) - 1);
	return at;
}

uint32_t keep_text(struct reader *reader, const char *text, size_t len)
{
	char cut[FW_CSAF_TEXT_MAX + 1];

	if (len > FW_CSAF_TEXT_MAX) {
		reader_tell(reader, NULL, "holds a text of %zu bytes; of it the first %u are kept", len, FW_CSAF_TEXT_MAX);
		for (len = FW_CSAF_TEXT_MAX; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	}
	if (!len)
		return 0;
	memcpy(cut, text, len);
	cut[len] = 0;
	return keep_blob(reader, cut, len + 1);
}

uint32_t keep_member(struct reader *reader, const json_t *object, const char *key)
{
	const json_t *node = json_object_get(object, key);

	if (!node)
		return 0;
	if (json_is_string(node))
		return keep_text(reader, json_string_value(node), json_string_length(node));
	reader_tell(reader, key, "is %s; it must be a string", place_type(node));
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

uint32_t keep_list(struct reader *reader, uint32_t *numbers, size_t count)
{
	size_t kept = 0;
	uint32_t *list, at;

	if (!count)
		return 0;
	qsort(numbers, count, sizeof(*numbers), by_number);
	for (size_t i = 0; i < count; i++)
		if (!kept || numbers[kept - 1] != numbers[i])
			numbers[kept++] = numbers[i];
	list = malloc((kept + 1) * sizeof(*list));
	if (!list) {
		reader_fail(reader, -ENOMEM);
		return 0;
	}
	list[0] = (uint32_t)kept;
	memcpy(list + 1, numbers, kept * sizeof(*list));
	at = keep_blob(reader, list, (kept + 1) * sizeof(*list));
	free(list);
	return at;
}

const char *kept_text(const struct reader *reader, uint32_t at)
{
	return reader->build.heap.bytes + at;
}

void *keep_record(struct reader *reader, enum packed_table table)
{
	void *record = pile_add(&reader->build.tables[table], record_sizes[table]);

	if (!record)
		reader_fail(reader, -ENOMEM);
	return record;
}

uint32_t kept_count(const struct reader *reader, enum packed_table table)
{
	return (uint32_t)(reader->build.tables[table].len / record_sizes[table]);
}

struct packed *build_finish(struct build *build)
{
	struct packed *head = &build->head, *packed;
	size_t len = sizeof(*head);

	for (unsigned i = 0; i < PACKED_TABLES; i++) {
		head->tables[i] = (uint32_t)len;
		head->counts[i] = (uint32_t)(build->tables[i].len / record_sizes[i]);
		len += build->tables[i].len;
	}
	head->heap = (uint32_t)len;
	head->heap_len = (uint32_t)build->heap.len;
	len = (len + build->heap.len + 7) / 8 * 8;
	head->magic = PACKED_MAGIC;
	head->len = (uint32_t)len;
	packed = calloc(1, len);
	if (!packed)
		return NULL;
	memcpy(packed, head, sizeof(*head));
	for (unsigned i = 0; i < PACKED_TABLES; i++)
		if (build->tables[i].len)
			memcpy((char *)packed + head->tables[i], build->tables[i].bytes, build->tables[i].len);
	memcpy((char *)packed + head->heap, build->heap.bytes, build->heap.len);
	return packed;
}
