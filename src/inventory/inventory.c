/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is who. A device has no identity of its own on the wire: there are MAC addresses, which are mostly its own, and IP
 * addresses, which come and go, and the frames of a router carry its MAC with the addresses of everybody behind it.
 *
 *   seen                                                    then
 *   MAC                                                     is a device
 *   ARP sender, ND advertisement, DHCP lease                ties the address to the MAC for certain
 *   frame, IPv6 source                                      ties it: temporary addresses (RFC 8981) come without number
 *   frame, IPv4 source, MAC has none (169.254/16 aside)     ties it, as a guess
 *   frame, IPv4 source, MAC has another                     the MAC forwards: the address is a device of its own
 *   address without MAC                                     is a device of its own
 *   an address of its own, later tied to a MAC              merges into the MAC's device, or is its first sight
 *
 * An address that another MAC holds moves on a certain tie, if the holder had it by guess only or has not been heard from it
 * for HOLD_NS: leases are handed on, but two MACs that quarrel over an address (ARP spoofing, a proxy) must not toss it to
 * and fro. A guess moves only what has long been silent, to a MAC that forwards for nobody.
 *
 * When the array is full, newcomers are refused and counted; those who are there keep their places (in a live run: age.c), and an
 * address known without MAC can still be given its MAC, since that takes no place. In here devices go by their places.
 */
#include "inventory/inventory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/age.h"
#include "inventory/clue.h"
#include "inventory/hear.h"
#include "inventory/identity.h"
#include "inventory/inside.h"
#include "inventory/name.h"
#include "inventory/oui.h"
#include "inventory/recog.h"
#include "inventory/recognise.h"
#include "inventory/shipped.h"
#include "inventory/told.h"
#include "inventory/weigh.h"
#include "inventory/words.h"

static const uint64_t HOLD_NS = 60 * 1000000000ull;

int inventory_new(const struct inventory_config *config, struct inventory **out_inventory)
{
	struct inventory *inventory = calloc(1, sizeof(*inventory));
	int error;

	if (!inventory)
		return -ENOMEM;
	memcpy(inventory->hash_key, config->hash_key, sizeof(inventory->hash_key));
	inventory->merged = config->merged;
	inventory->is_wanted = config->is_wanted;
	inventory->context = config->context;
	error = identity_init(inventory, config->device_max, config->hash_key);
	if (!error && config->ages && age_init(inventory))
		error = -ENOMEM;
	if (!error && config->with_talk)
		error = talks_new(config->hash_key, &inventory->talks);
	if (error) {
		inventory_free(inventory);
		return error;
	}
	*out_inventory = inventory;
	return 0;
}

void inventory_free(struct inventory *inventory)
{
	if (!inventory)
		return;
	identity_done(inventory);
	age_done(inventory);
	oui_done(&inventory->oui);
	signature_done(&inventory->signatures);
	talks_free(inventory->talks);
	recognise_free(inventory->recognise);
	free(inventory);
}

int inventory_read_oui(struct inventory *inventory, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	return oui_read(&inventory->oui, inventory->hash_key, file, body, len, out_fault);
}

int inventory_read_signatures(struct inventory *inventory, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	const char *end = strrchr(file, '.');

	if (out_fault)
		*out_fault = (struct fault){0};
	if (end && !strcmp(end, ".xml"))
		return recognise_read(&inventory->recognise, file, body, len, out_fault);
	if (end && !strcmp(end, ".tsv"))
		return signature_read(
			&inventory->signatures, inventory->hash_key, file, (struct slice){(const uint8_t *)body, len}, out_fault);
	fault_set(out_fault, file, 0, 0, "the form of signatures is told by the end of the file's name: .xml or .tsv");
	return -EINVAL;
}

int inventory_read_shipped(struct inventory *inventory)
{
	for (size_t i = 0; i < shipped_signatures_count; i++) {
		const struct embedded *file = &shipped_signatures[i];

		if (inventory_read_signatures(inventory, file->name, file->body, file->len, NULL) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

void inventory_signatures(const struct inventory *inventory, struct inventory_signatures *out)
{
	struct recog_stats stats = {0};

	if (inventory->recognise)
		recog_stats(recognise_recog(inventory->recognise), &stats);
	*out = (struct inventory_signatures){
		stats.files, stats.fingerprints, stats.left_out, stats.set_aside, stats.stalls + inventory->signatures.stalls, stats.bytes};
}

const char *inventory_maker_of(const struct inventory *inventory, const uint8_t mac[6])
{
	return oui_find(&inventory->oui, mac);
}

/* Zero and group addresses are nobody's own. */
static bool is_own_mac(const uint8_t *mac)
{
	static const uint8_t none[6];

	return mac && !(mac[0] & 1) && memcmp(mac, none, sizeof(none));
}

static bool is_own_address(const uint8_t address[16])
{
	static const uint8_t none[16];

	if (address_is_ipv4(address))
		return address[12] < 224 && memcmp(address + 12, none, 4);
	return address[0] != 0xff && memcmp(address, none, sizeof(none));
}

static bool has_ipv4(const struct device *device)
{
	for (unsigned i = 0; i < device->address_count; i++)
		if (address_is_ipv4(device->addresses[i]) && !address_is_link_local(device->addresses[i]))
			return true;
	return false;
}

/* The device itself spoke from this address, or claimed it. */
static uint32_t hold(struct inventory *inventory, uint32_t number, const uint8_t address[16], uint64_t time_ns)
{
	struct side *side = &inventory->sides[number];
	unsigned slot = identity_slot(&inventory->devices[number], address);

	if (slot < DEVICE_ADDRESS_MAX && side->seen_ns[slot] < time_ns)
		side->seen_ns[slot] = time_ns;
	identity_note_time(inventory, number, time_ns);
	return number;
}

static bool is_stale(const struct inventory *inventory, uint32_t holder, const uint8_t address[16], uint64_t time_ns)
{
	uint64_t seen_ns = inventory->sides[holder].seen_ns[identity_slot(&inventory->devices[holder], address)];

	return time_ns > seen_ns && time_ns - seen_ns >= HOLD_NS;
}

/* The MAC spoke: its number, made if need be. */
static uint32_t meet_mac(struct inventory *inventory, const uint8_t mac[6], uint64_t time_ns)
{
	uint32_t number = identity_of_mac(inventory, mac);

	if (number == DEVICE_NONE)
		number = identity_make(inventory, mac, NULL);
	if (number != DEVICE_NONE)
		identity_note_time(inventory, number, time_ns);
	return number;
}

static uint32_t see_address(struct inventory *inventory, const uint8_t address[16], uint64_t time_ns)
{
	uint32_t number = identity_of_address(inventory, address);

	if (number == DEVICE_NONE)
		number = identity_make(inventory, NULL, address);
	if (number != DEVICE_NONE)
		identity_note_time(inventory, number, time_ns);
	return number;
}

/* May a frame's source address be taken for the MAC's own? */
static bool may_guess(const struct inventory *inventory, uint32_t by_mac, const uint8_t address[16])
{
	return !address_is_ipv4(address) || !has_ipv4(&inventory->devices[by_mac]);
}

/* A frame from a MAC with an address that stands in another device's list. */
static uint32_t see_held(struct inventory *inventory, uint32_t by_mac, uint32_t holder, const uint8_t address[16], uint64_t time_ns)
{
	bool guess = by_mac != DEVICE_NONE && may_guess(inventory, by_mac, address);

	if (guess && !inventory->devices[holder].mac_count) {
		identity_merge(inventory, holder, by_mac);
		return hold(inventory, by_mac, address, time_ns);
	}
	if (guess && !inventory->devices[by_mac].router && is_stale(inventory, holder, address, time_ns)) {
		identity_give_address(inventory, by_mac, address);
		return hold(inventory, by_mac, address, time_ns);
	}
	identity_note_time(inventory, holder, time_ns);
	return holder;
}

static uint32_t see_both(struct inventory *inventory, const uint8_t mac[6], const uint8_t address[16], uint64_t time_ns)
{
	uint32_t holder = identity_of_address(inventory, address);

	if (holder != DEVICE_NONE && !inventory->devices[holder].mac_count && identity_of_mac(inventory, mac) == DEVICE_NONE) {
		identity_give_mac(inventory, holder, mac);
		return hold(inventory, holder, address, time_ns);
	}
	uint32_t by_mac = meet_mac(inventory, mac, time_ns);

	if (holder != DEVICE_NONE && holder != by_mac)
		return see_held(inventory, by_mac, holder, address, time_ns);
	if (by_mac == DEVICE_NONE)
		return DEVICE_NONE;
	if (holder == DEVICE_NONE && !may_guess(inventory, by_mac, address))
		return see_address(inventory, address, time_ns);
	identity_give_address(inventory, by_mac, address);
	return hold(inventory, by_mac, address, time_ns);
}

static void note_now(struct inventory *inventory, uint64_t time_ns)
{
	inventory->now_ns = time_ns > inventory->now_ns ? time_ns : inventory->now_ns;
}

uint32_t inventory_see(struct inventory *inventory, const uint8_t *mac, const uint8_t address[16], uint64_t time_ns)
{
	bool has_address = is_own_address(address);
	uint32_t place = DEVICE_NONE;

	note_now(inventory, time_ns);
	if (is_own_mac(mac))
		place = has_address ? see_both(inventory, mac, address, time_ns) : meet_mac(inventory, mac, time_ns);
	else if (has_address)
		place = see_address(inventory, address, time_ns);
	return age_number(inventory, place);
}

static void tie_address(struct inventory *inventory, uint32_t number, const uint8_t address[16], uint64_t time_ns)
{
	uint32_t holder = identity_of_address(inventory, address);

	if (holder != DEVICE_NONE && holder != number) {
		if (!inventory->devices[holder].mac_count)
			identity_merge(inventory, holder, number);
		else if (inventory->sides[holder].certain[identity_slot(&inventory->devices[holder], address)] &&
			!is_stale(inventory, holder, address, time_ns))
			return;
	}
	identity_give_address(inventory, number, address);
	inventory->sides[number].certain[identity_slot(&inventory->devices[number], address)] = true;
	hold(inventory, number, address, time_ns);
}

uint32_t inventory_tie(struct inventory *inventory, const uint8_t mac[6], const uint8_t address[16], uint64_t time_ns)
{
	bool has_address = is_own_address(address);

	note_now(inventory, time_ns);
	if (!is_own_mac(mac))
		return has_address ? age_number(inventory, see_address(inventory, address, time_ns)) : DEVICE_NONE;
	uint32_t holder = has_address ? identity_of_address(inventory, address) : DEVICE_NONE;

	if (holder != DEVICE_NONE && !inventory->devices[holder].mac_count && identity_of_mac(inventory, mac) == DEVICE_NONE)
		identity_give_mac(inventory, holder, mac);
	uint32_t number = meet_mac(inventory, mac, time_ns);

	if (number != DEVICE_NONE && has_address)
		tie_address(inventory, number, address, time_ns);
	return age_number(inventory, number);
}

void inventory_note_router(struct inventory *inventory, const uint8_t mac[6])
{
	if (!is_own_mac(mac))
		return;
	uint32_t number = identity_of_mac(inventory, mac);

	if (number == DEVICE_NONE)
		number = identity_make(inventory, mac, NULL);
	if (number != DEVICE_NONE)
		inventory->devices[number].router = true;
}

uint32_t inventory_find_mac(const struct inventory *inventory, const uint8_t mac[6])
{
	return age_number(inventory, identity_of_mac(inventory, mac));
}

uint32_t inventory_find_address(const struct inventory *inventory, const uint8_t address[16])
{
	return age_number(inventory, identity_of_address(inventory, address));
}

/* Only a device without MAC merges, and only into one with: the way is one step long, and can not be a circle. */
static uint32_t place_of(const struct inventory *inventory, uint32_t number)
{
	uint32_t place = age_place(inventory, number);

	while (place != DEVICE_NONE && inventory->devices[place].merged_into != DEVICE_NONE)
		place = inventory->devices[place].merged_into;
	return place;
}

void inventory_note_fact(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	number = place_of(inventory, number);
	if (number == DEVICE_NONE)
		return;
	recognise_fact(inventory, number, fact);
	hear_fact(inventory, number, fact);
}

/* What nobody wrote a row about is not even looked up: every conversation that ends comes here. */
void inventory_note_port(struct inventory *inventory, uint32_t number, enum inventory_port use, uint16_t port)
{
	static const char *const sources[] = {[INVENTORY_CALLS_TCP] = "calls tcp",
		[INVENTORY_CALLS_UDP] = "calls udp",
		[INVENTORY_ANSWERS_TCP] = "answers tcp",
		[INVENTORY_ANSWERS_UDP] = "answers udp"};
	char text[8];

	number = place_of(inventory, number);
	if (number == DEVICE_NONE || !signature_port(&inventory->signatures, (enum signature_port)use, port))
		return;
	snprintf(text, sizeof(text), "%u", port);
	told_clue(inventory, number, &(struct clue_offer){.source = sources[use], .class = CLUE_PORT, .value = words_of(text)});
}

void inventory_note_user_name(struct inventory *inventory, uint32_t number, const char *name)
{
	number = place_of(inventory, number);
	if (number != DEVICE_NONE)
		name_set_by_user(inventory, number, name);
}

void inventory_note_traffic(struct inventory *inventory, uint32_t number, bool out, uint32_t bytes)
{
	number = place_of(inventory, number);
	if (number == DEVICE_NONE)
		return;
	struct device_traffic *traffic = &inventory->devices[number].traffic;

	traffic->packets_out += out;
	traffic->bytes_out += out ? bytes : 0;
	traffic->packets_in += !out;
	traffic->bytes_in += out ? 0 : bytes;
}

void inventory_note_conversation(struct inventory *inventory, const struct conversation_end *end)
{
	if (inventory->talks)
		talks_conversation(inventory->talks, end);
}

void inventory_note_peer_name(struct inventory *inventory, const uint8_t address[16], struct slice name)
{
	if (inventory->talks)
		talks_name(inventory->talks, address, name);
}

const struct talk_pairs *inventory_talk(struct inventory *inventory)
{
	return inventory->talks ? talks_settle(inventory->talks, inventory) : NULL;
}

void inventory_note_state(struct inventory *inventory, uint32_t number, enum device_state state)
{
	number = place_of(inventory, number);
	if (number != DEVICE_NONE && inventory->devices[number].state < state)
		inventory->devices[number].state = state;
}

void inventory_clear_state(struct inventory *inventory, uint32_t number)
{
	number = place_of(inventory, number);
	if (number != DEVICE_NONE)
		inventory->devices[number].state = STATE_CLEAN;
}

void inventory_settle(struct inventory *inventory)
{
	for (uint32_t i = 0; i < inventory->router_count; i++) {
		uint32_t number = identity_of_address(inventory, inventory->routers[i]);

		if (number != DEVICE_NONE)
			inventory->devices[number].router = true;
	}
	for (uint32_t number = 0; number < inventory->count; number++) {
		if (inventory->devices[number].merged_into != DEVICE_NONE || inventory->sides[number].is_empty)
			continue;
		hear_maker(inventory, number);
		weigh_settle(inventory, number);
		name_settle(inventory, number);
	}
}

uint32_t inventory_number(const struct inventory *inventory, uint32_t number)
{
	return age_number(inventory, place_of(inventory, number));
}

const struct device *inventory_device(const struct inventory *inventory, uint32_t number)
{
	uint32_t place = age_place(inventory, number);

	return place != DEVICE_NONE ? &inventory->devices[place] : NULL;
}

uint32_t inventory_at(const struct inventory *inventory, uint32_t place)
{
	return place < inventory->count && !inventory->sides[place].is_empty ? age_number(inventory, place) : DEVICE_NONE;
}

uint32_t inventory_count(const struct inventory *inventory)
{
	return inventory->count - inventory->empty_count;
}

uint64_t inventory_aged(const struct inventory *inventory)
{
	return inventory->aged;
}

uint64_t inventory_left_out(const struct inventory *inventory)
{
	return inventory->left_out;
}
