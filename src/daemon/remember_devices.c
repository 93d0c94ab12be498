/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices: once in a minute those that changed, all in one transaction. Counters alone are no change, and "last heard" is one after ten minutes:
 * ten thousand chatting devices are a thousand rows a minute then. What was kept of each is a digest in a table of fixed size.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "daemon/remember.h"
#include "wire/siphash.h"

/* A device is a tenth of a millisecond, and far more on a small box: nobody who asks meanwhile waits for ten thousand of them. */
enum { LAST_STEP_S = 600, KEPT_AT_ONCE = 250 };

struct kept {
	uint8_t mac[8]; /* two zeros behind it */
	uint64_t digest, last_s;
};

/* All of a device that a change is told by; no holes. */
struct looks {
	char name[DEVICE_TEXT_MAX], maker[DEVICE_TEXT_MAX], kind[DEVICE_TEXT_MAX], model[DEVICE_TEXT_MAX], url[GUARD_URL_MAX];
	uint8_t addresses[GUARD_ADDRESSES_SHOWN][16];
	uint8_t address_count, state, stand, policy_from, maker_sure, kind_sure, model_sure, zero;
};

/* Keys only need to differ from one another within a run. */
static const uint8_t digest_key[16] = "kept in a store";

int remember_open_devices(struct remember *remember)
{
	uint32_t room = host_settings(remember->host)->guard.sizes.devices;
	int error;

	remember->devices = calloc(1, sizeof(*remember->devices));
	error = remember->devices ? table_init(remember->devices, room, sizeof(struct kept), 8, digest_key) : -ENOMEM;
	if (error) {
		free(remember->devices);
		remember->devices = NULL;
	}
	return error;
}

static uint64_t digest_of(const struct guarded_view *device)
{
	struct looks looks = {0};

	snprintf(looks.name, sizeof(looks.name), "%s", device->name);
	snprintf(looks.maker, sizeof(looks.maker), "%s", device->maker.name);
	snprintf(looks.kind, sizeof(looks.kind), "%s", device->kind.name);
	snprintf(looks.model, sizeof(looks.model), "%s", device->model.name);
	snprintf(looks.url, sizeof(looks.url), "%s", device->mud_url);
	looks.address_count = device->address_count < GUARD_ADDRESSES_SHOWN ? device->address_count : GUARD_ADDRESSES_SHOWN;
	if (looks.address_count)
		memcpy(looks.addresses, device->addresses, looks.address_count * sizeof(looks.addresses[0]));
	looks.state = (uint8_t)device->state;
	looks.stand = (uint8_t)device->stand;
	looks.policy_from = (uint8_t)device->policy_from;
	looks.maker_sure = device->maker.confidence;
	looks.kind_sure = device->kind.confidence;
	looks.model_sure = device->model.confidence;
	return fw_siphash(digest_key, &looks, sizeof(looks));
}

struct keeping {
	struct remember *remember;
	struct fault *fault;
	bool all;
	int error;
	uint32_t seen, left; /* devices that went by; how many more may be written */
};

static int keep(struct keeping *keeping, const struct guarded_view *device)
{
	static const char *const states[] = STATE_WORDS;
	struct kept_device kept = {.first_s = device->first_s, .last_s = device->last_s ? device->last_s : device->first_s};
	json_t *shown = show_one_device(device);
	char *body = shown ? json_dumps(shown, JSON_COMPACT) : NULL;
	int error = -ENOMEM;

	json_decref(shown);
	memcpy(kept.mac, device->mac, sizeof(kept.mac));
	snprintf(kept.state, sizeof(kept.state), "%s", states[device->state]);
	kept.body = body && strlen(body) < HISTORY_BODY_MAX ? body : "{}";
	if (body)
		error = store_device_keep(host_store(keeping->remember->host), &kept, keeping->fault);
	free(body);
	return error;
}

static void see(void *context, const struct guarded_view *device)
{
	struct keeping *keeping = context;
	uint8_t key[8] = {0};
	struct kept *kept;
	uint64_t digest;
	bool first;

	if (keeping->error || keeping->seen++ < keeping->remember->devices_at || !keeping->left)
		return;
	keeping->remember->devices_at = keeping->seen;
	/* one that the configuration names, and nobody heard: nothing is to be remembered of it */
	if (!device->last_s && !device->address_count)
		return;
	digest = digest_of(device);
	memcpy(key, device->mac, sizeof(device->mac));
	kept = table_put(keeping->remember->devices, key, &first, NULL, NULL);
	if (!first && kept->digest == digest && device->last_s < kept->last_s + (keeping->all ? 1 : LAST_STEP_S))
		return;
	keeping->left--;
	keeping->error = keep(keeping, device);
	kept->digest = digest;
	kept->last_s = device->last_s;
}

void remember_devices(struct remember *remember, bool all)
{
	struct store *store = host_store(remember->host);
	struct fault fault = {0};
	struct keeping keeping = {remember, &fault, all, .left = all ? UINT32_MAX : KEPT_AT_ONCE};
	int settled;

	if (all)
		remember->devices_at = 0;
	if (remember_took(remember, store_gather(store, &fault), &fault))
		return;
	guard_each_device(host_guard(remember->host), see, &keeping);
	if (keeping.left)
		remember->devices_at = 0;
	settled = store_settle(store, keeping.error ? NULL : &fault);
	if (remember_took(remember, keeping.error ? keeping.error : settled, &fault) == 0)
		return;
	/* none of it was kept: all is to be written again */
	remember->devices_at = 0;
	while (table_oldest(remember->devices))
		table_remove(remember->devices, table_oldest(remember->devices));
}
