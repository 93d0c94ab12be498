/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/inside.h"

static struct host *the_host; /* the role's functions get no host */

struct host *fake_host_new(const char *folder, bool guards)
{
	static const char shield[] = "interface: eth0\nkeys: [{name: k, secret: 'c2VjcmV0IHNlY3JldCBzZWNyZXQ='}]\n";
	static const char guard[] = "role: guard\nguard: {interfaces: [lan0]}\n";
	const char *text = guards ? guard : shield;
	struct host *host = calloc(1, sizeof(*host));

	if (!host)
		return NULL;
	if (settings_read("fake", text, strlen(text), &host->settings, NULL) || store_open(folder, &host->store, NULL)) {
		fake_host_free(host);
		return NULL;
	}
	host->guards = guards;
	host->view = (struct shield_view){.version = "0", .interface = "eth0", .attached = true, .now_s = 2, .started_s = 1};
	host->view.zones = host->zones;
	host->view.zone_count = 2;
	snprintf(host->zones[1].name, sizeof(host->zones[1].name), "example.org");
	the_host = host;
	return host;
}

int fake_host_reset(struct host *host)
{
	static const char *const clean[] = {"delete from decision", "delete from deed", "delete from learned",
		"delete from sqlite_sequence", "delete from finding", "delete from device", "delete from packets", "delete from counter"};
	int changes = sqlite3_total_changes(host->store->db), error = 0;

	the_host = host;
	if (changes == host->changes)
		return 0;
	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]) && !error; i++)
		error = store_run(host->store, clean[i], "");
	if (!error)
		error = store_load(host->store);
	host->changes = sqlite3_total_changes(host->store->db);
	host->recalled = false;
	host->decided = 0;
	return error;
}

void fake_host_free(struct host *host)
{
	if (!host)
		return;
	settings_free(host->settings);
	store_close(host->store);
	free(host);
}

struct protect *host_protect(struct host *host)
{
	return NULL;
}

struct host *fake_host_now(void)
{
	return the_host;
}

struct guard *host_guard(struct host *host)
{
	return host->guards ? (struct guard *)(void *)host : NULL;
}

struct store *host_store(struct host *host)
{
	return host->store;
}

const struct settings *host_settings(struct host *host)
{
	return host->settings;
}

const char *host_file(const struct host *host)
{
	return "fake";
}

void host_metrics(struct host *host, FILE *out)
{
}

struct fetch_time host_now(void)
{
	return (struct fetch_time){.steady_ns = 1000000000, .wall_s = 1000};
}

static const char *refused = "";

int host_reload(struct host *host, struct fault *out_fault)
{
	refused = "the file is wrong";
	fault_set(out_fault, "floodwall.yaml", 7, 0, "the file is wrong");
	return -EINVAL;
}

const char *host_refused(struct host *host)
{
	return refused;
}

void host_deed(struct host *host, const struct deed *deed)
{
}

bool host_demo(const struct host *host)
{
	return false;
}

int host_token(struct host *host, char out_address[HOST_ADDRESS_MAX], struct fault *out_fault)
{
	snprintf(out_address, HOST_ADDRESS_MAX, "http://127.0.0.1:8753/#token=0");
	return 0;
}

__attribute__((weak)) void host_say(struct host *host, const char *sentence)
{
}

__attribute__((weak)) void **host_parts(struct host *host)
{
	return host->parts;
}

__attribute__((weak)) void host_fault(struct host *host, const char *key, const char *sentence)
{
	faults_set(&host->wrong, key, sentence);
	/* what was said last stays, if all is well with something else */
	if (!sentence && strcmp(key, host->fault_key) != 0)
		return;
	host->faults++;
	snprintf(host->fault_key, sizeof(host->fault_key), "%s", key);
	snprintf(host->fault, sizeof(host->fault), "%s", sentence ? sentence : "");
}

struct shield_view *protect_view(struct protect *protect, const struct fetch_time *now)
{
	return &the_host->view;
}

int protect_decide(struct protect *protect, struct fault *out_fault)
{
	the_host->decided++;
	if (!the_host->no_room)
		return 0;
	fault_set(out_fault, "", 0, 0, "no room");
	return -ENOSPC;
}

int protect_refresh(struct protect *protect, const char *zone, const struct fetch_time *now)
{
	the_host->refreshed++;
	return zone && strcmp(zone, "example.org") != 0 ? -ENOENT : 0;
}
