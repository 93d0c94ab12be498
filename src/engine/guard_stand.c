/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stops a device, or what stops nothing: decisions of people and findings, kept by the store, become flags in the kernel. Who is held
 * back (the gateway, an admin) is never stopped, whatever was decided.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "engine/guard_room.h"

const struct decision *guard_decision_of(const struct guard *guard, const uint8_t mac[6])
{
	struct prefix prefix = {.bits = DECISION_OF_MAC};

	memcpy(prefix.address, mac, 6);
	return store_decision_of(guard->store, &prefix);
}

/*
 * Its quarantine ends. Who is released is clean, until it is found again. What a person began and took back, or what was over by itself, says
 * nothing of what was found: that stands.
 */
static void let_off(struct guard *guard, struct roster_device *device, uint32_t number)
{
	bool pardoned = guard->pardons && memcmp(guard->pardoned, device->mac, 6) == 0;

	if (device->by_person && !pardoned)
		live_judge_state(guard->live, number);
	else
		live_release(guard->live, number);
	device->by_person = false;
}

void guard_pardon(struct guard *guard, const uint8_t mac[6])
{
	memcpy(guard->pardoned, mac, sizeof(guard->pardoned));
	guard->pardons = true;
}

static void set_flags(struct guard *guard, struct roster_device *device, bool held, bool quarantined)
{
	uint32_t set = (held ? FW_DEVICE_HELD : 0) | (quarantined ? FW_DEVICE_QUARANTINED : 0);
	uint32_t clear = (FW_DEVICE_HELD | FW_DEVICE_QUARANTINED) & ~set, number;
	bool ends = device->quarantined && !quarantined;

	if (device->place)
		plane_guard_device_flags(guard->plane, device->place, clear, set);
	device->quarantined = quarantined;
	number = ends ? live_device_of(guard->live, device->mac) : DEVICE_NONE;
	if (number != DEVICE_NONE)
		let_off(guard, device, number);
}

static void stand_by(struct guard *guard, struct roster_device *device, const struct decision *decision)
{
	bool held = guard_is_held(guard, device);

	set_flags(guard, device, held || decision->kind == DECISION_TRUST, decision->kind == DECISION_BLOCK && !held);
	device->by_person = device->quarantined && strcmp(decision->who, "floodwall") != 0;
}

void guard_stand_device(struct guard *guard, struct roster_device *device)
{
	const struct decision *decision = guard_decision_of(guard, device->mac);

	device->decided = decision != NULL;
	if (!decision) {
		set_flags(guard, device, guard_is_held(guard, device), false);
		return;
	}
	device->lasting = true;
	stand_by(guard, device, decision);
}

/* ---- all at once: each decision is looked at once, not once a device ---- */

static void clear_one(void *context, struct roster_device *device)
{
	(void)context;
	device->decided = false;
}

static void give_place(void *context, const struct decision *decision)
{
	struct guard *guard = context;
	struct roster_device *device;

	if (decision->prefix.bits != DECISION_OF_MAC)
		return;
	device = guard_device_of(guard, decision->prefix.address);
	if (!device) {
		guard->left_out++;
		return;
	}
	device->decided = device->lasting = true;
	device->unkept = false;
	stand_by(guard, device, decision);
}

static void end_one(void *context, struct roster_device *device)
{
	struct guard *guard = context;

	if (!device->decided)
		set_flags(guard, device, guard_is_held(guard, device), device->unkept && !guard_is_held(guard, device));
}

bool guard_let_go(struct guard *guard, const uint8_t mac[6])
{
	struct roster_device *device = roster_find(guard->roster, mac);

	if (!device || !device->unkept)
		return false;
	device->unkept = false;
	guard_stand_device(guard, device);
	return true;
}

bool guard_holds(const struct guard *guard, const uint8_t mac[6])
{
	const struct roster_device *device = roster_find(guard->roster, mac);

	return device && guard_is_held(guard, device);
}

/* A bypass begins or ends at once: the kernel reads the modes with the next packet. */
static int take_bypass(struct guard *guard)
{
	bool bypass = guard_fill_modes(guard);

	if (bypass == guard->bypass)
		return 0;
	guard->bypass = bypass;
	guard->config.generation++;
	return plane_guard_config(guard->plane, &guard->config);
}

int guard_decide(struct guard *guard, struct fault *out_fault)
{
	int error = take_bypass(guard);

	guard->left_out = 0;
	guard_take_mutes(guard);
	roster_each(guard->roster, clear_one, NULL);
	store_each_decision(guard->store, give_place, guard);
	roster_each(guard->roster, end_one, guard);
	guard->pardons = false;
	if (error) {
		fault_set(out_fault, "", 0, 0, "the kernel's configuration could not be written: %s; its earlier one holds",
			strerror(-error));
		return error;
	}
	if (!guard->left_out)
		return 0;
	fault_set(out_fault, "", 0, 0, "%u decisions are about devices that have no place any more: guard.sizes.devices is too small",
		guard->left_out);
	return -ENOSPC;
}

/* ---- whom a person means ---- */

struct meaning {
	struct guard *guard;
	const char *word;
	uint8_t address[16];
	bool by_address;
	uint8_t mac[6];
	uint32_t found;
};

static bool same_word(const char *a, const char *b)
{
	while (*a && (*a | 0x20) == (*b | 0x20)) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool is_called(struct guard *guard, const struct roster_device *roster, const char *word)
{
	const struct settings_device *named = guard_settings_of(guard, roster);
	const char *given = guard_given(guard, roster->mac);
	uint32_t number = live_device_of(guard->live, roster->mac);
	struct device device;

	/* who wrote a name into the configuration may go on using it */
	if (given && same_word(given, word))
		return true;
	if (named && named->name[0])
		return same_word(named->name, word);
	if (given)
		return false;
	return number != DEVICE_NONE && live_device(guard->live, number, &device) && device.name[0] && same_word(device.name, word);
}

static void weigh(void *context, struct roster_device *device)
{
	struct meaning *meaning = context;
	bool meant = false;

	for (unsigned i = 0; i < device->address_count && meaning->by_address; i++)
		meant |= memcmp(device->addresses[i], meaning->address, 16) == 0;
	if (!meaning->by_address)
		meant = is_called(meaning->guard, device, meaning->word);
	if (!meant)
		return;
	memcpy(meaning->mac, device->mac, 6);
	meaning->found++;
}

int guard_who(struct guard *guard, const char *word, uint8_t out_mac[6], struct fault *out_fault)
{
	struct meaning meaning = {.guard = guard, .word = word};
	struct prefix prefix;

	if (mac_read(word, out_mac) == 0)
		return 0;
	if (!strchr(word, '/') && prefix_read(word, &prefix) == 0) {
		meaning.by_address = true;
		memcpy(meaning.address, prefix.address, 16);
	}
	roster_each(guard->roster, weigh, &meaning);
	if (meaning.found == 1) {
		memcpy(out_mac, meaning.mac, 6);
		return 0;
	}
	if (meaning.found)
		fault_set(out_fault, "", 0, 0, "%u devices are meant by '%.64s'; name one by its MAC", meaning.found, word);
	else
		fault_set(out_fault, "", 0, 0, "no device is known by '%.64s'; name it by its MAC", word);
	return meaning.found ? -EEXIST : -ENOENT;
}
