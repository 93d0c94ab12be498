/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process that answers without a kernel behind it: real settings and a real store, and a view that was made up. */
#pragma once

#include "daemon/faults.h"
#include "daemon/inside.h"

struct host {
	struct settings *settings;
	struct store *store;
	struct shield_view view;
	struct zone_view zones[2];
	struct faults wrong;
	unsigned decided, refreshed; /* how often the role was called */
	int changes; /* of the store, when it was empty last */
	bool no_room; /* in the kernel's tables */
	void *parts[HOST_PARTS_MAX];
	uint64_t heard_s; /* added to when devices were heard last */
	char name[64]; /* that people gave to the device ending in 02 */
	unsigned names_taken; /* how often the role read people's names */
	struct fw_guard_tally passed; /* out, since the tables were made */
	char fault_key[32], fault[320]; /* what was said last; "": all is well */
	unsigned faults; /* how often */
	uint32_t crowd; /* devices besides the four that each walk goes by */
	uint64_t found_first, found_last; /* numbers of findings that are at hand besides the five; 0: none */
	bool recalled; /* the device ending in 03, and where something is taken for granted, that ending in 02 */
	bool guards; /* its role is guard (fake_guard.c), else shield */
};

/* folder: of the store; guards: its role. NULL where it cannot be made. */
struct host *fake_host_new(const char *folder, bool guards);
void fake_host_free(struct host *host);
/* With an empty store again; nothing is opened anew. Returns 0 or -errno. */
int fake_host_reset(struct host *host);
/* The one that was made or reset last. */
struct host *fake_host_now(void);
