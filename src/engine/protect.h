/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The role shield, wired: settings to the plane, zones to the table of names, counters to the stance, people's decisions to the
 * kernel's tables. Knows every room; knows no loop: the daemon says when a descriptor is ready and when a tick has passed.
 */
#pragma once

#include <stdint.h>

#include "base/fault.h"
#include "conf/conf.h"
#include "model/shield_view.h"
#include "store/store.h"

struct protect;

/* Attaches (or takes over what is pinned). Needs root until it returns. settings are borrowed until protect_reload() or _close(). */
int protect_open(
	const struct settings *settings, struct store *store, uint64_t now_ns, struct protect **out_protect, struct fault *out_fault);
/* New settings, whole or not at all. */
int protect_reload(struct protect *protect, const struct settings *settings, struct fault *out_fault);
/* Every 200 ms: counters in, stance out. now_ns of the monotonic clock. */
void protect_tick(struct protect *protect, uint64_t now_ns);
/* Decisions that stand were changed. */
int protect_decisions(struct protect *protect, struct fault *out_fault);
/* Everything to be seen now; *view is the caller's, its zones borrowed until the next call. */
void protect_view(struct protect *protect, struct shield_view *out_view);
/* detach: take everything out of the kernel, too. */
void protect_close(struct protect *protect, bool detach);
