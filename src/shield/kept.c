/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of proven addresses, so that it outlives the host's start. The kernel's table dies with the kernel; without it all
 * resolvers would be unproven after each start, in the very hour in which somebody may have made the host fall over.
 *
 *	head    "fwproven", version, buckets less one, when it was written, and the key that the hashes were made with
 *	entry   bucket, tag, age in units of 2^30 ns (wire/seen.h); only what still holds
 *
 * The clock of the table begins anew with the host, so ages are kept, not times; what passed meanwhile is known by the wall's clock.
 * Where that went backwards nothing is believed. A smaller table takes what was in a larger one, as a bucket is the lower bits of a
 * hash; a larger one lacks a bit, and takes nothing. The bytes are of this host alone, in its order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shield/shield.h"
#include "wire/seen.h"

struct head {
	char magic[8];
	uint32_t version, mask;
	uint64_t wall_s;
	uint64_t address_key[FW_SHIELD_KEY_WORDS];
};

struct entry {
	uint32_t bucket, tag, age;
};

static const char magic[8] = {'f', 'w', 'p', 'r', 'o', 'v', 'e', 'n'};
enum { VERSION = 1 };

static bool entry_of(const struct kept *now, uint32_t bucket, uint64_t slot, struct entry *out)
{
	*out = (struct entry){.bucket = bucket, .tag = (uint32_t)(slot >> 32), .age = fw_seen_time(now->steady_ns) - (uint32_t)slot};
	return slot && out->age <= fw_seen_time(now->hold_ns);
}

int kept_write(const struct kept *now, const struct fw_seen_bucket *buckets, void **out_bytes, size_t *out_len)
{
	struct head head = {.version = VERSION, .mask = now->mask, .wall_s = now->wall_s};
	struct entry entry;
	size_t len = sizeof(head), room = len + 64 * sizeof(entry);
	uint8_t *bytes = malloc(room), *wider;

	if (!bytes)
		return -ENOMEM;
	memcpy(head.magic, magic, sizeof(magic));
	memcpy(head.address_key, now->address_key, sizeof(head.address_key));
	memcpy(bytes, &head, sizeof(head));
	for (uint64_t i = 0; i < ((uint64_t)now->mask + 1) * FW_SEEN_SLOTS && len < sizeof(head) + KEPT_MAX * sizeof(entry); i++) {
		uint64_t slot = __atomic_load_n(&buckets[i / FW_SEEN_SLOTS].slot[i % FW_SEEN_SLOTS], __ATOMIC_RELAXED);
		if (!entry_of(now, (uint32_t)(i / FW_SEEN_SLOTS), slot, &entry))
			continue;
		if (room - len < sizeof(entry)) {
			room *= 2;
			wider = realloc(bytes, room);
			if (!wider) {
				free(bytes);
				return -ENOMEM;
			}
			bytes = wider;
		}
		memcpy(bytes + len, &entry, sizeof(entry));
		len += sizeof(entry);
	}
	*out_bytes = bytes;
	*out_len = len;
	return 0;
}

enum fw_read kept_read(const void *bytes, size_t len, struct kept *out)
{
	struct head head;

	if (len < sizeof(head))
		return FW_READ_SHORT;
	memcpy(&head, bytes, sizeof(head));
	if (memcmp(head.magic, magic, sizeof(magic)) != 0 || head.version != VERSION)
		return FW_READ_OTHER;
	if ((head.mask & (head.mask + 1)) || (len - sizeof(head)) % sizeof(struct entry))
		return FW_READ_BAD;
	*out = (struct kept){.mask = head.mask, .wall_s = head.wall_s};
	memcpy(out->address_key, head.address_key, sizeof(out->address_key));
	return FW_READ_OK;
}

uint32_t kept_fill(const void *bytes, size_t len, const struct kept *now, struct fw_seen_bucket *lines)
{
	struct kept then;
	struct entry entry;
	uint64_t passed;
	uint32_t filled = 0, place;

	if (kept_read(bytes, len, &then) != FW_READ_OK || now->wall_s < then.wall_s || now->mask > then.mask ||
		now->wall_s - then.wall_s > now->hold_ns / 1000000000u)
		return 0;
	passed = fw_seen_time((now->wall_s - then.wall_s) * 1000000000u);
	for (size_t at = sizeof(struct head); at < len; at += sizeof(entry)) {
		memcpy(&entry, (const uint8_t *)bytes + at, sizeof(entry));
		if (!entry.tag || entry.bucket > then.mask || entry.age + passed > fw_seen_time(now->hold_ns))
			continue;
		/* as if it had been noted then: the oldest of a bucket makes room */
		place = entry.bucket & now->mask;
		fw_seen_note(&lines[place], entry.tag, now->steady_ns - ((entry.age + passed) << 30));
		lines[fw_hint_line(place, now->mask)].hint[fw_hint_place(place)] = fw_seen_hint(&lines[place]);
		filled++;
	}
	return filled;
}
