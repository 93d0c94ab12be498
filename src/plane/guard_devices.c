/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices: a MAC, its place, what user space decided about it. A place is written before its MAC leads there, and emptied only when
 * no packet is under way that found it by its MAC.
 */
#include <errno.h>
#include <string.h>

#include "plane/guard_inside.h"
#include "wire/guard_key.h"

static bool is_device(const uint8_t mac[6])
{
	return !(mac[0] & 1) && fw_guard_mac(mac);
}

static uint32_t place_count(const struct plane_guard *guard)
{
	return guard->hold.entries[GUARD_DEVICES];
}

static uint32_t flags_of(const struct plane_guard *guard, uint32_t place)
{
	return __atomic_load_n(&guard_device(guard, place)->flags, __ATOMIC_RELAXED);
}

uint32_t plane_guard_device_place(const struct plane_guard *guard, const uint8_t mac[6])
{
	struct cuckoo places = guard_places(guard);
	const uint64_t *slot = guard->configured ? cuckoo_find(&places, fw_guard_mac(mac) << 16) : NULL;

	return slot ? (uint32_t)*slot & 0xffff : 0;
}

/* 0: none. */
static uint32_t free_place(const struct plane_guard *guard)
{
	for (uint32_t place = FW_STRANGERS; place < place_count(guard); place++)
		if (!(flags_of(guard, place) & FW_DEVICE_USED))
			return place;
	return 0;
}

static void empty(struct plane_guard *guard, uint32_t place)
{
	memset(guard_device(guard, place), 0, sizeof(struct fw_guard_device));
	guard_flows_clear(guard, place);
	hold_sum_clear(&guard->hold, GUARD_COUNTS, place);
}

int plane_guard_device_add(struct plane_guard *guard, const uint8_t mac[6], uint32_t *out_place)
{
	struct cuckoo places = guard_places(guard);
	uint32_t place = plane_guard_device_place(guard, mac);
	int error;

	if (!guard->configured || !is_device(mac))
		return -EINVAL;
	if (!place) {
		place = free_place(guard);
		if (!place)
			return -ENOSPC;
		empty(guard, place);
		memcpy(guard_device(guard, place)->mac, mac, 6);
		plane_guard_device_flags(guard, place, 0, FW_DEVICE_USED);
		error = cuckoo_add(&places, fw_guard_mac(mac) << 16 | place, 0);
		if (error) {
			empty(guard, place);
			return error;
		}
	}
	*out_place = place;
	return 0;
}

int plane_guard_device_remove(struct plane_guard *guard, const uint8_t mac[6])
{
	struct cuckoo places = guard_places(guard);
	uint32_t place = plane_guard_device_place(guard, mac);
	int error;

	if (!place)
		return -ENOENT;
	cuckoo_remove(&places, fw_guard_mac(mac) << 16);
	hold_renew(&guard->hold); /* what the kernel keeps of conversations leads to places ... */
	guard->hold.switched = true;
	error = hold_wait(&guard->hold);
	if (place < place_count(guard))
		empty(guard, place);
	return error;
}

bool plane_guard_device(const struct plane_guard *guard, uint32_t place, struct fw_guard_device *out_device)
{
	if (place < FW_STRANGERS || place >= place_count(guard) || !(flags_of(guard, place) & FW_DEVICE_USED))
		return false;
	*out_device = *guard_device(guard, place);
	return true;
}

void plane_guard_device_decide(struct plane_guard *guard, uint32_t place, const struct plane_guard_decision *decision)
{
	struct fw_guard_device *device;

	if (place >= place_count(guard))
		return;
	device = guard_device(guard, place);
	device->slit = decision->slit;
	device->maker = decision->maker;
	device->model = decision->model;
	device->class = decision->class < FW_GUARD_CLASSES ? decision->class : 0;
}

uint32_t plane_guard_device_flags(struct plane_guard *guard, uint32_t place, uint32_t clear, uint32_t set)
{
	uint32_t *flags, before;

	if (place >= place_count(guard))
		return 0;
	flags = &guard_device(guard, place)->flags;
	before = __atomic_load_n(flags, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(flags, &before, (before & ~clear) | set, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		;
	if (((before & ~clear) | set) != before)
		hold_renew(&guard->hold); /* ... and rests on flags; a segment that is under way ends it, or else the tick */
	return before;
}
