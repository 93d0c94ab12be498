/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The URLs that devices send: which are taken, and that they are kept by the store; a device emits its own when it boots, and not again because we did. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/guard_room.h"

#define URLS_KEPT "guard urls"
#define KEPT_EVERY_NS (10 * FW_NS_PER_S)

struct kept_url {
	uint8_t mac[6];
	char url[GUARD_URL_MAX];
};

struct keeping {
	struct kept_url *list;
	uint32_t count;
};

static void keep(void *context, struct roster_device *device)
{
	struct keeping *keeping = context;
	struct kept_url *kept = &keeping->list[keeping->count];

	if (!device->url[0] || device->url_by_user)
		return;
	memcpy(kept->mac, device->mac, 6);
	memcpy(kept->url, device->url, sizeof(kept->url));
	keeping->count++;
}

void guard_tick_urls(struct guard *guard)
{
	struct keeping keeping = {.list = NULL};
	struct fault fault = {0};

	if (!guard->urls_changed || guard->now_ns - guard->urls_ns < KEPT_EVERY_NS)
		return;
	guard->urls_ns = guard->now_ns;
	keeping.list = calloc(roster_count(guard->roster) + 1u, sizeof(*keeping.list));
	if (!keeping.list)
		return;
	guard->urls_changed = false;
	roster_each(guard->roster, keep, &keeping);
	if (store_keep(guard->store, URLS_KEPT, keeping.list, keeping.count * sizeof(*keeping.list), guard->wall_ns / FW_NS_PER_S, &fault))
		guard_say(guard, "%s; the MUD URLs that devices sent are not known after a restart", fault.sentence);
	free(keeping.list);
}

void guard_open_urls(struct guard *guard)
{
	struct kept_url *list = NULL;
	uint64_t time_s;
	size_t len = 0;

	if (store_recall(guard->store, URLS_KEPT, (void **)&list, &len, &time_s))
		return;
	for (size_t i = 0; i < len / sizeof(*list); i++) {
		struct roster_device *device = guard_device_of(guard, list[i].mac);
		list[i].url[GUARD_URL_MAX - 1] = 0;
		if (device)
			memcpy(device->url, list[i].url, sizeof(device->url));
	}
	free(list);
}

/* ---- claims ---- */

/*
 * It moves to another URL of its maker, unless the policy of that one has no room, or there is none and it has one now: then what held before
 * holds. A hijacked device would free itself by one packet.
 */
static void move_url(struct guard *guard, struct roster_device *device, const char *url)
{
	bool frees = device->policy && !guard_find_policy(&guard->policies, url);
	char before[GUARD_URL_MAX], mac[TEXT_MAC_MAX];

	/* one that changes its mind with every packet would have all rules compiled with every packet */
	if (device->moved_ns && guard->now_ns - device->moved_ns < GUARD_TOLD_EVERY_NS)
		return;
	device->moved_ns = guard->now_ns;
	memcpy(before, device->url, sizeof(before));
	if (!frees)
		snprintf(device->url, sizeof(device->url), "%s", url);
	if (!frees && guard_assign_policy(guard, device)) {
		device->refused[0] = 0;
		guard->urls_changed = true;
		guard_leave_policy(guard);
		return;
	}
	memcpy(device->url, before, sizeof(device->url));
	guard_assign_policy(guard, device);
	guard_tell(guard, "%s sends another MUD URL of its maker (%s), %s; the policy of before holds", text_mac(mac, device->mac), url,
		frees ? "of which there is no file" : "whose policy has no room");
}

void guard_claim_url(struct guard *guard, struct roster_device *device, const struct lease_message *message)
{
	char url[MUD_URL_MAX], mac[TEXT_MAC_MAX];

	if (!message->url || device->url_by_user || policy_url_read(message->url, message->url_len, url))
		return;
	switch (policy_claim_judge(device->url, url)) {
	case CLAIM_SAME:
		return;
	case CLAIM_DISPUTED:
		if (strcmp(device->refused, url) != 0 && guard_is_to_tell(guard, &device->refusal_told_ns))
			guard_tell(guard, "%s sends the MUD URL of another maker (%s); the policy of before holds until a person names it",
				text_mac(mac, device->mac), url);
		snprintf(device->refused, sizeof(device->refused), "%s", url);
		return;
	case CLAIM_MOVED:
		move_url(guard, device, url);
		return;
	case CLAIM_FIRST:
		snprintf(device->url, sizeof(device->url), "%s", url);
		device->refused[0] = 0;
		guard_assign_policy(guard, device);
		guard->urls_changed = true;
	}
}
