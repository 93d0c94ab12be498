/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Five forged packets make the finding: one alone may be left over from a lease or a roaming laptop (RFC 2827 ingress filtering
 * would drop it all the same). Told apart by device, or by MAC where no device has it.
 */
#include "detect/spoof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "wire/siphash.h"

enum { FORGED_MIN = 5, FORGER_MAX = 256, SOURCE_MAX = 64 };

struct forger {
	uint32_t device;
	uint8_t mac[6]; /* zero where the device is known */
	uint8_t zero[6];
	uint64_t first_ns;
	uint64_t packets;
	uint32_t source_count;
	uint64_t sources[SOURCE_MAX]; /* hashes */
};

struct spoof {
	struct table forgers;
	struct book *book;
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
	error = table_init(&spoof->forgers, FORGER_MAX, sizeof(struct forger), offsetof(struct forger, first_ns), hash_key);
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

static void source_add(struct forger *forger, uint64_t hash)
{
	for (uint32_t i = 0; i < forger->source_count; i++)
		if (forger->sources[i] == hash)
			return;
	if (forger->source_count < SOURCE_MAX)
		forger->sources[forger->source_count++] = hash;
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
		memcpy(finding->forged.mac, seen->mac, sizeof(finding->forged.mac));
		memcpy(finding->forged.source, seen->source, 16);
		memcpy(finding->forged.target, seen->target, 16);
		finding->first_ns = forger->first_ns;
		finding->count = forger->packets - 1;
	}
	finding->count++;
	finding->forged.packets = finding->count < UINT32_MAX ? (uint32_t)finding->count : UINT32_MAX;
	if (forger->source_count > finding->forged.sources)
		finding->forged.sources = forger->source_count;
	book_raise(spoof->book, finding, SEVERITY_HIGH, STATE_SUSPECT);
}

void spoof_see(struct spoof *spoof, const struct forged_seen *seen)
{
	struct forger key = {.device = seen->device}, *forger;
	bool is_new;

	if (seen->device == DEVICE_NONE)
		memcpy(key.mac, seen->mac, sizeof(key.mac));
	forger = table_put(&spoof->forgers, &key, &is_new, NULL, NULL);
	if (is_new)
		forger->first_ns = seen->time_ns;
	forger->packets++;
	source_add(forger, fw_siphash(spoof->hash_key, seen->source, 16));
	if (forger->packets >= FORGED_MIN)
		tell(spoof, forger, seen);
}
