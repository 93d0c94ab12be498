/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/age.h"
#include "inventory/clue.h"
#include "inventory/name.h"
#include "inventory/weigh.h"
#include "wire/siphash.h"

enum { DEVICE_IPV4_MAX = 4 };

struct mac_entry {
	uint8_t mac[6];
	uint8_t zero[2];
	uint32_t number;
	uint32_t zero_too;
};

struct address_entry {
	uint8_t address[16];
	uint32_t number;
	uint32_t zero;
};

/* Identifiers must not change from one start to the next, so their key is no secret and never another. */
static const uint8_t ID_KEY[16] = "floodwall device";

bool address_is_ipv4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(address, mapped, sizeof(mapped));
}

bool address_is_link_local(const uint8_t address[16])
{
	if (address_is_ipv4(address))
		return address[12] == 169 && address[13] == 254;
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

int identity_init(struct inventory *inventory, uint32_t device_max, const uint8_t hash_key[16])
{
	uint32_t room = device_max + 1u; /* one to hear strangers on */
	int error;

	if (room > UINT32_MAX / DEVICE_ADDRESS_MAX)
		return -ENOMEM;
	inventory->device_max = device_max;
	inventory->devices = calloc(room, sizeof(*inventory->devices));
	inventory->sides = calloc(room, sizeof(*inventory->sides));
	inventory->refused = calloc(REFUSED_BITS / 8, 1);
	if (!inventory->devices || !inventory->sides || !inventory->refused)
		return -ENOMEM;
	/* As large as all lists together: these tables are never full, so they never evict. */
	error = table_init(&inventory->macs, room * DEVICE_MAC_MAX, sizeof(struct mac_entry), 6, hash_key);
	if (error)
		return error;
	return table_init(&inventory->addresses, room * DEVICE_ADDRESS_MAX, sizeof(struct address_entry), 16, hash_key);
}

void identity_done(struct inventory *inventory)
{
	table_done(&inventory->macs);
	table_done(&inventory->addresses);
	free(inventory->devices);
	free(inventory->sides);
	free(inventory->refused);
}

uint32_t identity_of_mac(const struct inventory *inventory, const uint8_t mac[6])
{
	const struct mac_entry *entry = table_find(&inventory->macs, mac);

	return entry ? entry->number : DEVICE_NONE;
}

uint32_t identity_of_address(const struct inventory *inventory, const uint8_t address[16])
{
	const struct address_entry *entry = table_find(&inventory->addresses, address);

	return entry ? entry->number : DEVICE_NONE;
}

/* Each key sets one bit: what is refused again is not counted again, and never is more counted than there was. */
static void note_refused(struct inventory *inventory, const void *key, size_t len)
{
	uint64_t bit = fw_siphash(inventory->hash_key, key, len) % REFUSED_BITS;
	uint8_t mask = (uint8_t)(1u << bit % 8);

	if (inventory->refused[bit / 8] & mask)
		return;
	inventory->refused[bit / 8] |= mask;
	inventory->left_out++;
}

uint32_t identity_make(struct inventory *inventory, const uint8_t *mac, const uint8_t *address)
{
	uint32_t number = inventory->count < inventory->device_max ? inventory->count++ : age_room(inventory);

	if (number == DEVICE_NONE) {
		note_refused(inventory, mac ? mac : address, mac ? 6 : 16);
		return DEVICE_NONE;
	}
	struct device *device = &inventory->devices[number];

	device->name_source = NAME_PLACEHOLDER;
	device->merged_into = DEVICE_NONE;
	if (mac)
		identity_give_mac(inventory, number, mac);
	else
		device->id = fw_siphash(ID_KEY, address, 16);
	if (address)
		identity_give_address(inventory, number, address);
	return number;
}

static void forget(struct table *table, const void *key)
{
	void *entry = table_find(table, key);

	if (entry)
		table_remove(table, entry);
}

void identity_forget_mac(struct inventory *inventory, const uint8_t mac[6])
{
	forget(&inventory->macs, mac);
}

void identity_forget_address(struct inventory *inventory, const uint8_t address[16])
{
	forget(&inventory->addresses, address);
}

uint64_t inventory_id(const uint8_t mac[6])
{
	return fw_siphash(ID_KEY, mac, 6);
}

void identity_give_mac(struct inventory *inventory, uint32_t number, const uint8_t mac[6])
{
	struct device *device = &inventory->devices[number];
	struct mac_entry *entry;
	bool is_new;

	if (device->mac_count == DEVICE_MAC_MAX)
		return;
	entry = table_put(&inventory->macs, mac, &is_new, NULL, NULL);
	entry->number = number;
	memcpy(device->macs[device->mac_count], mac, 6);
	if (device->mac_count++)
		return;
	device->id = inventory_id(mac);
	device->random_mac = mac[0] & 2;
}

void identity_say_mac(struct inventory *inventory, uint32_t number, const uint8_t mac[6])
{
	static const uint8_t none[6];

	if (!inventory->devices[number].mac_count && !(mac[0] & 1) && memcmp(mac, none, 6) != 0 &&
		identity_of_mac(inventory, mac) == DEVICE_NONE)
		identity_give_mac(inventory, number, mac);
}

unsigned identity_slot(const struct device *device, const uint8_t address[16])
{
	unsigned slot = 0;

	while (slot < device->address_count && memcmp(device->addresses[slot], address, 16))
		slot++;
	return slot < device->address_count ? slot : DEVICE_ADDRESS_MAX;
}

/* Out of the list only; the order of the others stays. */
static void list_remove(struct inventory *inventory, uint32_t number, unsigned slot)
{
	struct device *device = &inventory->devices[number];
	struct side *side = &inventory->sides[number];
	unsigned behind = --device->address_count - slot;

	memmove(device->addresses[slot], device->addresses[slot + 1], behind * sizeof(device->addresses[0]));
	memmove(&side->seen_ns[slot], &side->seen_ns[slot + 1], behind * sizeof(side->seen_ns[0]));
	memmove(&side->certain[slot], &side->certain[slot + 1], behind * sizeof(side->certain[0]));
}

struct wanted {
	bool ipv4, link_local;
};

/* The longest unseen address of the kind wanted, or DEVICE_ADDRESS_MAX. */
static unsigned stalest(const struct device *device, const struct side *side, struct wanted wanted)
{
	unsigned found = DEVICE_ADDRESS_MAX;

	for (unsigned i = 0; i < device->address_count; i++) {
		const uint8_t *address = device->addresses[i];

		if (address_is_ipv4(address) != wanted.ipv4 || (!wanted.ipv4 && address_is_link_local(address) != wanted.link_local))
			continue;
		if (found == DEVICE_ADDRESS_MAX || side->seen_ns[i] < side->seen_ns[found])
			found = i;
	}
	return found;
}

static void make_room(struct inventory *inventory, uint32_t number, bool for_ipv4)
{
	const struct device *device = &inventory->devices[number];
	const struct side *side = &inventory->sides[number];
	unsigned ipv4_count = 0, slot = DEVICE_ADDRESS_MAX;

	for (unsigned i = 0; i < device->address_count; i++)
		ipv4_count += address_is_ipv4(device->addresses[i]);
	if (for_ipv4 && ipv4_count == DEVICE_IPV4_MAX)
		slot = stalest(device, side, (struct wanted){.ipv4 = true});
	else if (device->address_count < DEVICE_ADDRESS_MAX)
		return;
	if (slot == DEVICE_ADDRESS_MAX)
		slot = stalest(device, side, (struct wanted){0});
	if (slot == DEVICE_ADDRESS_MAX)
		slot = stalest(device, side, (struct wanted){.link_local = true});
	table_remove(&inventory->addresses, table_find(&inventory->addresses, device->addresses[slot]));
	list_remove(inventory, number, slot);
}

void identity_give_address(struct inventory *inventory, uint32_t number, const uint8_t address[16])
{
	struct device *device = &inventory->devices[number];
	struct side *side = &inventory->sides[number];
	struct address_entry *entry = table_find(&inventory->addresses, address);
	bool is_new;

	if (entry && entry->number == number)
		return;
	if (entry)
		list_remove(inventory, entry->number, identity_slot(&inventory->devices[entry->number], address));
	make_room(inventory, number, address_is_ipv4(address));
	entry = table_put(&inventory->addresses, address, &is_new, NULL, NULL);
	entry->number = number;
	memcpy(device->addresses[device->address_count], address, 16);
	side->seen_ns[device->address_count] = 0;
	side->certain[device->address_count] = false;
	device->address_count++;
}

void identity_note_time(struct inventory *inventory, uint32_t number, uint64_t time_ns)
{
	struct device *device = &inventory->devices[number];
	struct side *side = &inventory->sides[number];

	if (!side->timed || time_ns < device->first_ns)
		device->first_ns = time_ns;
	if (!side->timed || time_ns > device->last_ns)
		device->last_ns = time_ns;
	side->timed = true;
}

static void merge_addresses(struct inventory *inventory, uint32_t from, uint32_t into)
{
	struct device *old = &inventory->devices[from], *kept = &inventory->devices[into];

	while (old->address_count) {
		uint64_t seen_ns = inventory->sides[from].seen_ns[0];
		bool certain = inventory->sides[from].certain[0];
		uint8_t address[16];

		/* a copy, because giving it away closes its place in the list */
		memcpy(address, old->addresses[0], sizeof(address));
		identity_give_address(inventory, into, address);
		inventory->sides[into].seen_ns[kept->address_count - 1] = seen_ns;
		inventory->sides[into].certain[kept->address_count - 1] = certain;
	}
}

void identity_merge(struct inventory *inventory, uint32_t from, uint32_t into)
{
	struct device *old = &inventory->devices[from], *kept = &inventory->devices[into];

	merge_addresses(inventory, from, into);
	if (inventory->sides[from].timed) {
		identity_note_time(inventory, into, old->first_ns);
		identity_note_time(inventory, into, old->last_ns);
	}
	name_merge(inventory, from, into);
	clue_merge(inventory, from, into);
	weigh_merge(inventory, from, into);
	kept->router |= old->router;
	if (old->state > kept->state)
		kept->state = old->state;
	kept->traffic.packets_out += old->traffic.packets_out;
	kept->traffic.bytes_out += old->traffic.bytes_out;
	kept->traffic.packets_in += old->traffic.packets_in;
	kept->traffic.bytes_in += old->traffic.bytes_in;
	old->traffic = (struct device_traffic){0};
	old->merged_into = into;
	if (inventory->merged)
		inventory->merged(inventory->context, age_number(inventory, from), age_number(inventory, into));
}
