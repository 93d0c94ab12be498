/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service manager is told (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names, a path or "@" and an abstract name.
 * Where nobody is named nothing is sent, and nothing that goes wrong here matters: the daemon runs without a manager, too.
 */
#pragma once

#include <stdint.h>

struct manager {
	uint64_t watch_ns; /* it wants to hear of us at least this often; 0: it does not */
	uint64_t heard_ns; /* when it was told last */
};

/* Reads the environment, once. */
struct manager manager_find(void);
/* "READY=1", "STOPPING=1\nSTATUS=..." */
void manager_tell(const char *state);
/* RELOADING=1, with the time that newer managers want beside it. */
void manager_tell_reloading(uint64_t now_ns);
/* WATCHDOG=1 where it is time: twice as often as is wanted. */
void manager_tick(struct manager *manager, uint64_t now_ns);
