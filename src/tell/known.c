/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tell/digest.h"

enum { DAY_S = 86400, VERSION = 1 };

static int by_mac(const void *left, const void *right)
{
	const struct digest_mac *a = left, *b = right;

	return memcmp(a->mac, b->mac, 6);
}

bool known_check(const struct digest_known *known)
{
	return known->version == VERSION && known->count <= KNOWN_MAX;
}

static struct digest_mac *find(const struct digest_known *known, uint32_t count, const uint8_t mac[6])
{
	struct digest_mac key = {0};

	memcpy(key.mac, mac, 6);
	return bsearch(&key, known->list, count, sizeof(key), by_mac);
}

bool known_has(const struct digest_known *known, const uint8_t mac[6])
{
	return find(known, known->count, mac) != NULL;
}

/* How long it was away; a clock that was set back makes nobody young. */
static uint16_t away(const struct digest_mac *one, uint16_t day)
{
	return (uint16_t)(day - one->day);
}

/* Those that were away for longest leave, all of one day at once, until so many have room or only those of today are left. */
static void make_room(struct digest_known *known, uint32_t wanted, uint16_t day)
{
	while (known->count + wanted > KNOWN_MAX) {
		uint16_t longest = 0;
		uint32_t kept = 0;
		for (uint32_t i = 0; i < known->count; i++)
			longest = away(&known->list[i], day) > longest ? away(&known->list[i], day) : longest;
		if (!longest)
			return;
		for (uint32_t i = 0; i < known->count; i++)
			if (away(&known->list[i], day) < longest)
				known->list[kept++] = known->list[i];
		known->count = kept;
	}
}

void known_learn(struct digest_known *known, const struct guard_view *view)
{
	uint16_t day = (uint16_t)(view->now_s / DAY_S);
	uint32_t wanted = 0, sorted;

	known->version = VERSION;
	for (uint32_t i = 0; i < view->device_count; i++) {
		struct digest_mac *one = find(known, known->count, view->devices[i].mac);
		if (view->devices[i].last_s && one)
			one->day = day;
		wanted += view->devices[i].last_s && !one;
	}
	make_room(known, wanted, day);
	sorted = known->count;
	for (uint32_t i = 0; i < view->device_count && known->count < KNOWN_MAX; i++) {
		const struct guarded_view *device = &view->devices[i];
		if (!device->last_s || find(known, sorted, device->mac))
			continue;
		known->list[known->count] = (struct digest_mac){.day = day};
		memcpy(known->list[known->count++].mac, device->mac, 6);
	}
	qsort(known->list, known->count, sizeof(known->list[0]), by_mac);
}
