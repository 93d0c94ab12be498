/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who makes room, where devices are watched for ever. A MAC costs its sender nothing: a thousand forged ones must not keep out everybody who
 * comes later. So in a live run, and only when all places are taken, those leave of whom least would be lost:
 *
 *	nobody ever sent it anything        silent for ten seconds: a forger's MACs
 *	  a router, or one that is not clean  for ten minutes: findings and RAs cost a forger nothing either
 *	without a name                      for an hour
 *	with a name that it says itself     for a day: names cost nothing either
 *	a router, or one that is not clean  for a week
 *	that a finding which is kept is about, and that was sent something; named by a person: never
 *
 * A finding alone keeps nobody: each forged MAC can leave one, and it keeps its MAC where it is told (engine/guard_findings.c). What this does not
 * hold against: a neighbour whose MACs answer each other counts as devices that are there, and may fill all places for as long as the rows say.
 *
 * Its place is another's then, its number never again: a number is the place and how often that was given away, so what others remember
 * of one who left is about nobody. One pass a second, the most silent first, an eighth of all at most.
 */
#include "inventory/age.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/identity.h"

static const uint64_t SECOND_NS = 1000000000ull;

enum { SHARE = 8 };

int age_init(struct inventory *inventory)
{
	if (!inventory->device_max)
		return 0;
	inventory->turns = calloc(inventory->device_max, sizeof(*inventory->turns));
	inventory->leaving = calloc(inventory->device_max, sizeof(*inventory->leaving));
	return inventory->turns && inventory->leaving ? 0 : -1;
}

void age_done(struct inventory *inventory)
{
	free(inventory->turns);
	free(inventory->leaving);
}

static uint64_t stays_ns(const struct device *device)
{
	bool stands_out = device->router || device->state != STATE_CLEAN;

	if (!device->traffic.packets_in)
		return (stands_out ? 600 : 10) * SECOND_NS;
	if (stands_out)
		return 7 * 86400 * SECOND_NS;
	return device->name_source >= NAME_FINGERPRINT ? 3600 * SECOND_NS : 86400 * SECOND_NS;
}

static bool may_leave(const struct inventory *inventory, uint32_t slot)
{
	const struct device *device = &inventory->devices[slot];
	uint64_t silent_ns = inventory->now_ns > device->last_ns ? inventory->now_ns - device->last_ns : 0;

	/* numbers come to an end after four thousand million devices: then it is full for good */
	if (inventory->sides[slot].is_empty || device->merged_into != DEVICE_NONE || device->name_source == NAME_USER ||
		inventory->turns[slot] >= UINT32_MAX / inventory->device_max - 1)
		return false;
	return silent_ns >= stays_ns(device);
}

static bool is_wanted(const struct inventory *inventory, uint32_t slot)
{
	return inventory->is_wanted && inventory->is_wanted(inventory->context, age_number(inventory, slot));
}

/* Its place is empty, and its number nobody's. */
static void leave(struct inventory *inventory, uint32_t slot)
{
	struct device *device = &inventory->devices[slot];

	for (unsigned i = 0; i < device->mac_count; i++)
		identity_forget_mac(inventory, device->macs[i]);
	for (unsigned i = 0; i < device->address_count; i++)
		identity_forget_address(inventory, device->addresses[i]);
	memset(device, 0, sizeof(*device));
	memset(&inventory->sides[slot], 0, sizeof(inventory->sides[slot]));
	device->merged_into = DEVICE_NONE;
	inventory->sides[slot].is_empty = true;
	inventory->turns[slot]++;
	inventory->empty_count++;
	inventory->aged++;
}

static int by_silence(const void *left, const void *right)
{
	const struct leaving *a = left, *b = right;

	if (a->answered != b->answered)
		return a->answered - b->answered;
	return a->last_ns != b->last_ns ? (a->last_ns > b->last_ns) - (a->last_ns < b->last_ns) : (a->slot > b->slot) - (a->slot < b->slot);
}

static void pass(struct inventory *inventory)
{
	uint32_t count = 0, left = 0, most = inventory->device_max / SHARE + 1;

	for (uint32_t slot = 0; slot < inventory->count; slot++)
		if (may_leave(inventory, slot))
			inventory->leaving[count++] = (struct leaving){.last_ns = inventory->devices[slot].last_ns,
				.slot = slot,
				.answered = inventory->devices[slot].traffic.packets_in != 0};
	qsort(inventory->leaving, count, sizeof(*inventory->leaving), by_silence);
	for (uint32_t i = 0; i < count && left < most; i++) {
		uint32_t slot = inventory->leaving[i].slot;
		if (inventory->leaving[i].answered && is_wanted(inventory, slot))
			continue;
		left++;
		/* who turned out to be this one was never anybody else */
		for (uint32_t other = 0; other < inventory->count; other++)
			if (inventory->devices[other].merged_into == slot && !inventory->sides[other].is_empty)
				leave(inventory, other);
		leave(inventory, slot);
	}
}

uint32_t age_room(struct inventory *inventory)
{
	if (!inventory->turns)
		return DEVICE_NONE;
	if (!inventory->empty_count && inventory->now_ns - inventory->aged_ns >= SECOND_NS) {
		inventory->aged_ns = inventory->now_ns;
		pass(inventory);
	}
	for (uint32_t slot = 0; slot < inventory->count && inventory->empty_count; slot++)
		if (inventory->sides[slot].is_empty) {
			inventory->sides[slot].is_empty = false;
			inventory->empty_count--;
			return slot;
		}
	return DEVICE_NONE;
}
