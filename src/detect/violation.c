/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/violation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "wire/siphash.h"

enum { VIOLATOR_MAX = 128, PEER_MAX = 64 };

struct violator {
	uint32_t device;
	uint32_t peer_count;
	uint64_t peers[PEER_MAX]; /* hashes */
};

struct violation_watch {
	struct table violators;
	struct book *book;
	uint8_t hash_key[16];
};

int violation_watch_new(const uint8_t hash_key[16], struct book *book, struct violation_watch **out_watch)
{
	struct violation_watch *watch = calloc(1, sizeof(*watch));
	int error;

	if (!watch)
		return -ENOMEM;
	watch->book = book;
	memcpy(watch->hash_key, hash_key, sizeof(watch->hash_key));
	error = table_init(&watch->violators, VIOLATOR_MAX, sizeof(struct violator), sizeof(uint32_t), hash_key);
	if (error) {
		free(watch);
		return error;
	}
	*out_watch = watch;
	return 0;
}

void violation_watch_free(struct violation_watch *watch)
{
	if (!watch)
		return;
	table_done(&watch->violators);
	free(watch);
}

/* How many different ones the device has by now. */
static uint32_t count_peer(struct violation_watch *watch, const struct violation_seen *seen)
{
	bool is_new;
	struct violator *violator = table_put(&watch->violators, &seen->device, &is_new, NULL, NULL);
	uint64_t hash = fw_siphash(watch->hash_key, seen->peer, sizeof(seen->peer));

	for (uint32_t i = 0; i < violator->peer_count; i++)
		if (violator->peers[i] == hash)
			return violator->peer_count;
	if (violator->peer_count < PEER_MAX)
		violator->peers[violator->peer_count++] = hash;
	return violator->peer_count;
}

void violation_see(struct violation_watch *watch, const struct violation_seen *seen)
{
	struct evidence_violation *evidence;
	struct finding *finding;
	uint32_t peers;
	bool is_new;

	finding = book_note(watch->book, FINDING_POLICY_VIOLATION, seen->device, NULL, 0, seen->time_ns, &is_new);
	if (!finding)
		return;
	evidence = &finding->violation;
	if (is_new) {
		evidence->proto = seen->proto;
		evidence->port = seen->port;
		evidence->reason = seen->reason;
		memcpy(evidence->peer, seen->peer, sizeof(evidence->peer));
		snprintf(evidence->policy, sizeof(evidence->policy), "%s", seen->policy);
		book_raise(watch->book, finding, SEVERITY_MEDIUM, STATE_SUSPECT);
	}
	peers = count_peer(watch, seen);
	evidence->peers = peers > evidence->peers ? peers : evidence->peers;
	finding->count++;
	evidence->packets = finding->count < UINT32_MAX ? (uint32_t)finding->count : UINT32_MAX;
}
