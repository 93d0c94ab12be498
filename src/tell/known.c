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

static struct digest_mac *make_room(struct digest_known *known, uint32_t sorted, uint16_t day)
{
	struct digest_mac *oldest = NULL;

	if (known->count < KNOWN_MAX)
		return &known->list[known->count++];
	/* among those that were found by their order: one that is written over is out of it until the end */
	for (uint32_t i = 0; i < sorted; i++)
		if (away(&known->list[i], day) && (!oldest || away(&known->list[i], day) > away(oldest, day)))
			oldest = &known->list[i];
	return oldest;
}

void known_learn(struct digest_known *known, const struct guard_view *view)
{
	uint16_t day = (uint16_t)(view->now_s / DAY_S);
	uint32_t sorted = known->count;

	known->version = VERSION;
	for (uint32_t i = 0; i < view->device_count; i++) {
		struct digest_mac *one = view->devices[i].last_s ? find(known, sorted, view->devices[i].mac) : NULL;
		if (one)
			one->day = day;
	}
	for (uint32_t i = 0; i < view->device_count; i++) {
		const struct guarded_view *device = &view->devices[i];
		struct digest_mac *one;
		if (!device->last_s || find(known, sorted, device->mac))
			continue;
		one = make_room(known, sorted, day);
		if (!one)
			break;
		memcpy(one->mac, device->mac, 6);
		one->day = day;
		if (one < known->list + sorted) {
			qsort(known->list, known->count, sizeof(*one), by_mac);
			sorted = known->count;
		}
	}
	qsort(known->list, known->count, sizeof(known->list[0]), by_mac);
}
