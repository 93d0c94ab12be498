/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A MAC costs its sender nothing, and a place in the kernel's tables is one of a thousand. Who is really there is answered by somebody: a
 * forger of sources is not. So a place is given to whoever comes (in a bucket), and taken back first from those whom nobody ever answered.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "guard/guard.h"
#include "wire/bucket.h"

#define UNANSWERED_STAYS_NS (10 * FW_NS_PER_S)
#define SILENT_STAYS_NS (7 * 86400 * FW_NS_PER_S)

enum { KEY_LEN = 8 };

struct roster {
	struct table table;
	struct fw_bucket_rule rule;
	uint64_t word, now_ns;
};

int roster_new(uint32_t max, const uint8_t key[16], struct roster **out_roster)
{
	struct roster *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return -ENOMEM;
	if (table_init(&roster->table, max, sizeof(struct roster_device), KEY_LEN, key)) {
		free(roster);
		return -ENOMEM;
	}
	roster->rule = fw_bucket_rule_of(ROSTER_RATE, ROSTER_BURST);
	*out_roster = roster;
	return 0;
}

void roster_free(struct roster *roster)
{
	if (!roster)
		return;
	table_done(&roster->table);
	free(roster);
}

uint32_t roster_count(const struct roster *roster)
{
	return roster->table.count;
}

static void key_of(const uint8_t mac[6], uint8_t out[KEY_LEN])
{
	memcpy(out, mac, 6);
	out[6] = out[7] = 0;
}

struct roster_device *roster_find(const struct roster *roster, const uint8_t mac[6])
{
	uint8_t key[KEY_LEN];

	key_of(mac, key);
	return table_find(&roster->table, key);
}

/* ---- who makes room ---- */

struct leaving {
	uint64_t now_ns;
	bool any; /* a person's choice takes the place of any learned one */
	struct roster_device *unanswered, *silent, *learned; /* the one heard longest ago, of each kind */
};

static void choose(struct roster_device **best, struct roster_device *device)
{
	if (!*best || device->last_ns < (*best)->last_ns)
		*best = device;
}

static void weigh(void *context, void *entry)
{
	struct leaving *leaving = context;
	struct roster_device *device = entry;
	uint64_t quiet_ns = leaving->now_ns > device->last_ns ? leaving->now_ns - device->last_ns : 0;

	if (device->lasting)
		return;
	if (!device->answered && quiet_ns >= UNANSWERED_STAYS_NS)
		choose(&leaving->unanswered, device);
	if (quiet_ns >= SILENT_STAYS_NS)
		choose(&leaving->silent, device);
	if (leaving->any)
		choose(&leaving->learned, device);
}

static bool make_room(struct roster *roster, uint64_t now_ns, bool any, uint8_t out_gone[6])
{
	struct leaving leaving = {.now_ns = now_ns, .any = any};
	struct roster_device *gone;

	if (roster->table.count < roster->table.capacity)
		return true;
	table_each(&roster->table, weigh, &leaving);
	gone = leaving.unanswered ? leaving.unanswered : leaving.silent ? leaving.silent : leaving.learned;
	if (!gone)
		return false;
	memcpy(out_gone, gone->mac, 6);
	table_remove(&roster->table, gone);
	return true;
}

/* ---- who comes ---- */

static uint64_t forward(struct roster *roster, uint64_t now_ns)
{
	roster->now_ns = now_ns > roster->now_ns ? now_ns : roster->now_ns;
	return roster->now_ns;
}

static struct roster_device *add(struct roster *roster, const uint8_t mac[6], uint64_t now_ns)
{
	struct roster_device *device;
	uint8_t key[KEY_LEN];
	bool is_new;

	key_of(mac, key);
	device = table_put(&roster->table, key, &is_new, NULL, NULL);
	device->first_ns = device->last_ns = now_ns;
	memcpy(device->leak.mac, mac, sizeof(device->leak.mac));
	return device;
}

enum roster_answer roster_hear(
	struct roster *roster, const uint8_t mac[6], uint64_t now_ns, struct roster_device **out_device, uint8_t out_gone[6])
{
	struct roster_device *device = roster_find(roster, mac);
	bool allowed;

	memset(out_gone, 0, 6);
	now_ns = forward(roster, now_ns);
	*out_device = device;
	if (device) {
		device->last_ns = now_ns;
		return ROSTER_KNOWN;
	}
	roster->word = fw_bucket_next(roster->word, &roster->rule, 1, now_ns, &allowed);
	if (!allowed || !make_room(roster, now_ns, false, out_gone))
		return ROSTER_STRANGER;
	*out_device = add(roster, mac, now_ns);
	return ROSTER_NEW;
}

struct roster_device *roster_put(struct roster *roster, const uint8_t mac[6], uint64_t now_ns, uint8_t out_gone[6])
{
	struct roster_device *device = roster_find(roster, mac);

	memset(out_gone, 0, 6);
	now_ns = forward(roster, now_ns);
	if (device)
		return device;
	return make_room(roster, now_ns, true, out_gone) ? add(roster, mac, now_ns) : NULL;
}

void roster_remove(struct roster *roster, const uint8_t mac[6])
{
	struct roster_device *device = roster_find(roster, mac);

	if (device)
		table_remove(&roster->table, device);
}

struct visiting {
	void (*visit)(void *context, struct roster_device *);
	void *context;
};

static void visit_one(void *context, void *entry)
{
	const struct visiting *visiting = context;

	visiting->visit(visiting->context, entry);
}

void roster_each(const struct roster *roster, void (*visit)(void *context, struct roster_device *), void *context)
{
	struct visiting visiting = {visit, context};

	table_each(&roster->table, visit_one, &visiting);
}

uint64_t roster_turn(struct roster_device *device, uint64_t now_ns)
{
	if (device->turn_ns > now_ns)
		return device->turn_ns;
	device->turn_ns = device->turn_ns && now_ns - device->turn_ns < ROSTER_TURN_NS ? device->turn_ns + ROSTER_TURN_NS : now_ns;
	return device->turn_ns;
}

bool roster_note_address(struct roster_device *device, const uint8_t address[16])
{
	uint32_t at = 0;
	bool known;

	while (at < device->address_count && memcmp(device->addresses[at], address, 16) != 0)
		at++;
	known = at < device->address_count;
	if (!known && device->address_count < ROSTER_ADDRESSES)
		device->address_count++;
	if (at == ROSTER_ADDRESSES)
		at--;
	memmove(device->addresses[1], device->addresses[0], (size_t)at * 16);
	memcpy(device->addresses[0], address, 16);
	return !known;
}
