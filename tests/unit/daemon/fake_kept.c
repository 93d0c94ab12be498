/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered of the role guard, without one: nobody has a name, nothing is muted. */
#include <string.h>

#include "engine/guard.h"
#include "fake_host.h"

const struct found_view *guard_finding(const struct guard *guard, uint64_t number)
{
	return NULL;
}

const char *guard_mute_of(const struct guard *guard, const struct found_view *found)
{
	return NULL;
}

void guard_each_device(struct guard *guard, void (*see)(void *context, const struct guarded_view *device), void *context)
{
}

bool guard_name(struct guard *guard, const uint8_t mac[6], char out_name[DEVICE_TEXT_MAX])
{
	return false;
}

void guard_take_names(struct guard *guard)
{
}

void guard_totals(struct guard *guard, struct fw_guard_totals *out_totals)
{
	memset(out_totals, 0, sizeof(*out_totals));
}

void host_fault(struct host *host, const char *key, const char *sentence)
{
	faults_set(&host->faults, key, sentence);
}

const char *const *host_faults(struct host *host, uint32_t *out_count)
{
	return faults_list(&host->faults, out_count);
}

const char *host_fault_key(struct host *host, uint32_t index)
{
	return index < host->faults.count ? host->faults.keys[index] : "";
}
