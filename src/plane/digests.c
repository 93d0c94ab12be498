/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/digests.h"

#include "plane/cuckoo.h"

static void halves(const struct cuckoo *table, uint64_t digest, uint32_t out_buckets[2])
{
	out_buckets[0] = (uint32_t)digest & table->mask;
	out_buckets[1] = (uint32_t)(digest >> 32) & table->mask;
}

static struct cuckoo table_of(const struct fw_digest_bucket *table, uint32_t mask)
{
	return (struct cuckoo){
		.words = (uint64_t *)(uintptr_t)table, .slots = FW_DIGEST_SLOTS, .mask = mask, .key_bits = UINT64_MAX, .buckets = halves};
}
_Static_assert(sizeof(struct fw_digest_bucket) == CUCKOO_BUCKET_WORDS * sizeof(uint64_t), "nothing but slots");

bool digests_find(const struct fw_digest_bucket *table, uint32_t mask, uint64_t digest)
{
	struct cuckoo cuckoo = table_of(table, mask);

	return cuckoo_find(&cuckoo, digest);
}

int digests_add(struct fw_digest_bucket *table, uint32_t mask, uint64_t digest)
{
	struct cuckoo cuckoo = table_of(table, mask);

	return cuckoo_add(&cuckoo, digest, 0);
}

int digests_remove(struct fw_digest_bucket *table, uint32_t mask, uint64_t digest)
{
	struct cuckoo cuckoo = table_of(table, mask);

	return cuckoo_remove(&cuckoo, digest);
}

uint32_t digests_count(const struct fw_digest_bucket *table, uint32_t mask)
{
	struct cuckoo cuckoo = table_of(table, mask);

	return cuckoo_count(&cuckoo);
}
