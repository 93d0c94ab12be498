/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Five forged packets make the finding: one alone may be left over from a lease or a roaming laptop (RFC 2827 ingress filtering
 * would drop it all the same). Told apart by device, or by MAC where no device has it.
 *
 * IPv6 networks have several prefixes at once, new ones are announced every few minutes only, and devices keep using one that was
 * withdrawn without a word (RFC 8978). Such a device sends from one or two networks that we do not know, under a handful
 * of addresses; a forger draws many. So over IPv6 it is low until 3 different /64s or 5 different addresses were seen.
 */
#include "detect/spoof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "wire/siphash.h"

enum { FORGED_MIN = 5, FORGER_MAX = 256, SOURCE_MAX = 64, NETWORKS_MIN = 3, ADDRESSES_MIN = 5 };

struct forger {
	uint32_t device;
	uint8_t mac[6]; /* zero where the device is known */
	uint8_t zero[6];
	uint64_t packets;
	struct forged_seen first;
	uint32_t source_count, network_count;
	uint64_t networks[NETWORKS_MIN]; /* hashes of /64s; all of IPv4 makes it full at once */
	uint64_t sources[SOURCE_MAX]; /* hashes */
};

struct spoof {
	struct table forgers;
	struct book *book;
	uint64_t left_out;
	uint8_t hash_key[16];
};

int spoof_new(const uint8_t hash_key[16], struct book *book, struct spoof **out_spoof)
{
	struct spoof *spoof = calloc(1, sizeof(*spoof));
	int error;

	if (!spoof)
		return -ENOMEM;
	spoof->book = book;
	memcpy(spoof->hash_key, hash_key, sizeof(spoof->hash_key));
	error = table_init(&spoof->forgers, FORGER_MAX, sizeof(struct forger), offsetof(struct forger, packets), hash_key);
	if (error) {
		free(spoof);
		return error;
	}
	*out_spoof = spoof;
	return 0;
}

void spoof_free(struct spoof *spoof)
{
	if (!spoof)
		return;
	table_done(&spoof->forgers);
	free(spoof);
}

/* Returns how many there are now. */
static uint32_t hash_add(uint64_t *hashes, uint32_t count, uint32_t most, uint64_t hash)
{
	for (uint32_t i = 0; i < count; i++)
		if (hashes[i] == hash)
			return count;
	if (count < most)
		hashes[count++] = hash;
	return count;
}

static void source_add(const struct spoof *spoof, struct forger *forger, const uint8_t source[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	forger->source_count = hash_add(forger->sources, forger->source_count, SOURCE_MAX, fw_siphash(spoof->hash_key, source, 16));
	if (memcmp(source, mapped, sizeof(mapped)) == 0)
		forger->network_count = NETWORKS_MIN;
	else
		forger->network_count =
			hash_add(forger->networks, forger->network_count, NETWORKS_MIN, fw_siphash(spoof->hash_key, source, 8));
}

static void tell(struct spoof *spoof, const struct forger *forger, const struct forged_seen *seen)
{
	uint64_t mac = fw_siphash(spoof->hash_key, forger->mac, sizeof(forger->mac));
	struct finding *finding;
	bool is_new;

	finding = book_note(spoof->book, FINDING_FORGED_SOURCE, forger->device, NULL, mac, seen->time_ns, &is_new);
	if (!finding)
		return;
	if (is_new) {
		memcpy(finding->forged.mac, forger->first.mac, sizeof(finding->forged.mac));
		memcpy(finding->forged.source, forger->first.source, 16);
		memcpy(finding->forged.target, forger->first.target, 16);
		finding->first_ns = forger->first.time_ns;
		finding->count = forger->packets - 1;
	}
	finding->count++;
	finding->forged.packets = finding->count < UINT32_MAX ? (uint32_t)finding->count : UINT32_MAX;
	if (forger->source_count > finding->forged.sources)
		finding->forged.sources = forger->source_count;
	if (forger->network_count >= NETWORKS_MIN || forger->source_count >= ADDRESSES_MIN)
		book_raise(spoof->book, finding, SEVERITY_HIGH, STATE_SUSPECT);
}

static void evict(void *context, void *entry)
{
	const struct forger *forger = entry;

	((struct spoof *)context)->left_out += forger->packets < FORGED_MIN;
}

void spoof_see(struct spoof *spoof, const struct forged_seen *seen)
{
	struct forger key = {.device = seen->device}, *forger;
	bool is_new;

	if (seen->device == DEVICE_NONE)
		memcpy(key.mac, seen->mac, sizeof(key.mac));
	forger = table_put(&spoof->forgers, &key, &is_new, evict, spoof);
	if (is_new)
		forger->first = *seen;
	forger->packets++;
	source_add(spoof, forger, seen->source);
	if (forger->packets >= FORGED_MIN)
		tell(spoof, forger, seen);
}

uint64_t spoof_left_out(const struct spoof *spoof)
{
	return spoof->left_out;
}
