/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index: from an address (a prefix, a MAC) to the findings that it can prove.
 *
 * A frame is looked up by its ends, their prefixes, its sender's MAC and the ends of what it quotes: six small lookups as a rule,
 * and none at all for most frames, because a bit for each address that any finding names is asked first. Findings with one key are
 * chained; each is then asked itself (need.c).
 */
#include "proof/proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proof/inside.h"
#include "wire/limits.h"
#include "wire/siphash.h"

enum { HINT_BITS = 1 << 16, PROBES_MAX = 12, NONE = UINT32_MAX };

struct entry {
	struct key key;
	uint32_t need, next; /* the next of its bucket */
};

struct proof {
	uint8_t hash_key[16];
	bool bare;
	struct need *needs;
	size_t count;
	struct entry *entries;
	uint32_t entry_count, entry_max;
	uint32_t *buckets;
	uint32_t bucket_mask;
	uint64_t serial; /* of the frame at hand */
	uint64_t *taken; /* by need: the serial of the frame that it was asked about last */
	uint8_t hints[HINT_BITS / 8];
};

static uint32_t hash_of(const struct proof *proof, const struct key *key)
{
	return (uint32_t)fw_siphash13(proof->hash_key, key, sizeof(*key));
}

/* Cheap; who chooses addresses to share a bit costs himself a lookup. */
static uint32_t hint_of(const struct key *key)
{
	uint64_t a, b;

	memcpy(&a, key->address, sizeof(a));
	memcpy(&b, key->address + 8, sizeof(b));
	a = (a + key->bits * 0x9e3779b97f4a7c15u) ^ b * 0xff51afd7ed558ccdu;
	a *= 0x9e3779b97f4a7c15u;
	return (uint32_t)(a >> 48) & (HINT_BITS - 1);
}

static void add_key(struct proof *proof, const struct key *key, uint32_t need)
{
	uint32_t bucket = hash_of(proof, key) & proof->bucket_mask, hint = hint_of(key);

	if (proof->entry_count == proof->entry_max)
		return;
	proof->entries[proof->entry_count] = (struct entry){*key, need, proof->buckets[bucket]};
	proof->buckets[bucket] = proof->entry_count++;
	proof->hints[hint / 8] |= (uint8_t)(1u << hint % 8);
}

static void take_subjects(struct proof *proof, const struct proof_subject *subjects, bool timeless)
{
	uint64_t share = FW_PROOF_TOTAL_MAX / (proof->count ? proof->count : 1);
	struct key keys[KEYS_MAX];

	for (size_t i = 0; i < proof->count; i++) {
		struct need *need = &proof->needs[i];
		need_init(need, &subjects[i]);
		if (timeless) {
			need->from_ns = 0;
			need->until_ns = UINT64_MAX;
		}
		need->bytes_left = share < FW_PROOF_BYTES_MAX ? (uint32_t)share : FW_PROOF_BYTES_MAX;
		size_t key_count = need_keys(need, keys);
		for (size_t k = 0; k < key_count; k++)
			add_key(proof, &keys[k], (uint32_t)i);
	}
}

static uint32_t power_above(size_t count)
{
	uint32_t power = 16;

	while (power < count)
		power *= 2;
	return power;
}

int proof_new(const struct proof_config *config, const struct proof_subject *subjects, size_t count, struct proof **out_proof)
{
	struct proof *proof = calloc(1, sizeof(*proof));
	size_t most = count * KEYS_MAX;

	if (!proof)
		return -ENOMEM;
	memcpy(proof->hash_key, config->hash_key, sizeof(proof->hash_key));
	proof->bare = config->bare;
	proof->count = count;
	proof->entry_max = (uint32_t)(most > FW_PROOF_KEYS_MAX ? FW_PROOF_KEYS_MAX : most);
	proof->bucket_mask = power_above(proof->entry_max) - 1;
	proof->needs = calloc(count + 1, sizeof(*proof->needs));
	proof->taken = calloc(count + 1, sizeof(*proof->taken));
	proof->entries = calloc(proof->entry_max + 1u, sizeof(*proof->entries));
	proof->buckets = malloc((proof->bucket_mask + 1u) * sizeof(*proof->buckets));
	if (!proof->needs || !proof->taken || !proof->entries || !proof->buckets) {
		proof_free(proof);
		return -ENOMEM;
	}
	memset(proof->buckets, 0xff, (proof->bucket_mask + 1u) * sizeof(*proof->buckets));
	take_subjects(proof, subjects, config->timeless);
	*out_proof = proof;
	return 0;
}

void proof_free(struct proof *proof)
{
	if (!proof)
		return;
	free(proof->needs);
	free(proof->taken);
	free(proof->entries);
	free(proof->buckets);
	free(proof);
}

static size_t probes_of_ends(const struct fw_packet *p, struct key *probes, size_t count)
{
	unsigned prefix = p->family == 6 ? 64 : 120;

	probes[count++] = key_of(p->src, 128);
	probes[count++] = key_of(p->dst, 128);
	probes[count++] = key_of(p->src, prefix);
	probes[count++] = key_of(p->dst, prefix);
	return count;
}

static size_t probes_of(const struct view *view, struct key probes[PROBES_MAX])
{
	const struct fw_packet *p = &view->packet;
	size_t count = 0;

	if (!p->family && p->ether_type != FW_ETHER_ARP)
		return 0;
	count = probes_of_ends(p, probes, count);
	if (p->has_mac)
		probes[count++] = key_of_mac(p->src_mac);
	if (view->quoted)
		count = probes_of_ends(&view->inner, probes, count);
	if (view->neighbour)
		probes[count++] = (struct key){.bits = KEY_NEIGHBOUR};
	return count;
}

/* Whether the need takes it: a ceiling may be reached. */
static bool pay(struct need *need, enum want want, uint32_t len)
{
	if (want == WANT_CONTEXT) {
		if (!need->context_left)
			return false;
		need->context_left--;
		return true;
	}
	if (!need->packets_left || need->bytes_left < len) {
		need->packets_left = 0;
		need->left_out++;
		return false;
	}
	need->packets_left--;
	need->bytes_left -= len;
	return true;
}

static int offer(struct proof *proof, uint32_t number, const struct view *view, const struct proof_sink *sink)
{
	struct need *need = &proof->needs[number];
	enum want want;
	uint32_t len;

	if (proof->taken[number] == proof->serial)
		return 0;
	proof->taken[number] = proof->serial;
	want = need_judge(need, view);
	if (want == WANT_NOT)
		return 0;
	len = cut_len(view, need_is_zoned(need) && !proof->bare);
	return pay(need, want, len) ? sink->take(sink->context, number, view->frame, len) : 0;
}

static int probe(struct proof *proof, const struct key *key, const struct view *view, const struct proof_sink *sink)
{
	uint32_t hint = hint_of(key);
	int error = 0;

	if (!(proof->hints[hint / 8] & 1u << hint % 8))
		return 0;
	for (uint32_t i = proof->buckets[hash_of(proof, key) & proof->bucket_mask]; i != NONE && !error; i = proof->entries[i].next)
		if (memcmp(&proof->entries[i].key, key, sizeof(*key)) == 0)
			error = offer(proof, proof->entries[i].need, view, sink);
	return error;
}

int proof_frame(struct proof *proof, const struct frame *frame, const struct proof_sink *sink)
{
	struct key probes[PROBES_MAX];
	struct view view;
	size_t count;
	int error = 0;

	view_read(&view, frame);
	proof->serial++;
	count = probes_of(&view, probes);
	for (size_t i = 0; i < count && !error; i++)
		error = probe(proof, &probes[i], &view, sink);
	return error;
}

uint64_t proof_left_out(const struct proof *proof, size_t subject)
{
	return subject < proof->count ? proof->needs[subject].left_out : 0;
}
