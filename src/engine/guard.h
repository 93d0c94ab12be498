/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The role guard, wired: settings to the plane, MUD files to policies, the kernel's frames to the engine of inspect, findings to quarantine,
 * names to addresses, people's decisions to devices' flags. Knows every room; knows no loop: the daemon polls the descriptors
 * that it is told of, and calls.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "conf/conf.h"
#include "engine/live.h"
#include "fetch/fetch.h"
#include "model/guard_view.h"
#include "model/sheet.h"
#include "store/store.h"

struct guard;

struct guard_setup {
	const struct settings *settings; /* borrowed until guard_reload() or guard_close(); role: guard */
	struct store *store; /* borrowed */
	const char *version;
	const char *
		capture; /* a demo: this file's frames instead of the interfaces', and the twin instead of the kernel; NULL: none. Borrowed */
	struct fetch_time now;
	void (*say)(void *context, const char *sentence); /* a line for the log */
	void (*note)(void *context, const char *sentence); /* a line for the audit log */
	void (*found)(void *context, const struct found_view *found, enum live_news news); /* muted ones too (found->muted) */
	void (*deed)(void *context, const struct deed *deed); /* of a finding, written */
	/* The frames that prove a finding, a pcapng: in the tick in which it was told, or soon after; again where it became worse. Borrowed. */
	void (*proven)(void *context, uint32_t number, const void *bytes, size_t len);
	void *context;
};

/* Attaches, or takes over what is pinned. Needs privileges until it returns. Returns 0 or -errno with the fault. */
int guard_open(const struct guard_setup *setup, struct guard **out_guard, struct fault *out_fault);

/* New settings and policies, whole or not at all; settings_fixed() of both has found nothing. */
int guard_reload(struct guard *guard, const struct settings *settings, const struct fetch_time *now, struct fault *out_fault);

/* detach: take everything off the interfaces, which needs privileges; otherwise protection goes on without us. */
int guard_close(struct guard *guard, bool detach, struct fault *out_fault);

/* What to poll: as protect_watches(). */
enum { GUARD_WATCH_FRAMES, GUARD_WATCH_NAMES_4, GUARD_WATCH_NAMES_6, GUARD_WATCHES };
struct guard_watch {
	int descriptor; /* -1: none */
	uint64_t generation;
};
const struct guard_watch *guard_watches(const struct guard *guard); /* all for reading */
void guard_ready(struct guard *guard, unsigned watch, const struct fetch_time *now);

/* Every GUARD_TICK_MS. */
enum { GUARD_TICK_MS = 200 };
void guard_tick(struct guard *guard, const struct fetch_time *now);

/* The store's decisions are other ones now: devices' flags follow. */
int guard_decide(struct guard *guard, struct fault *out_fault);

/* Before guard_decide(): a person releases this device, which is clean then. Else what was found of it stands where a person's own quarantine ends. */
void guard_pardon(struct guard *guard, const uint8_t mac[6]);

/* A quarantine that the store could not keep ends: nobody stays there because a disk is full. False: there is none. */
bool guard_let_go(struct guard *guard, const uint8_t mac[6]);

/* Whether it is one that is never stopped, whatever is decided: the gateway by another name, or an admin. */
bool guard_holds(const struct guard *guard, const uint8_t mac[6]);

/* Whom a person means: a MAC, a name (exactly, any case), or an address that a device has now. 0, -ENOENT or -EEXIST (more than one). */
int guard_who(struct guard *guard, const char *word, uint8_t out_mac[6], struct fault *out_fault);

/* Everything to be seen now. Borrowed until the next call of any function here; NULL where there is no memory for it. */
struct guard_view *guard_view(struct guard *guard, const struct fetch_time *now);

/* One device, with clues, policy and peers: NULL where there is none with this MAC, or no memory. Borrowed as guard_view(). */
const struct guard_device_view *guard_device_view(struct guard *guard, const uint8_t mac[6]);

/* ---- guard_kept.c: what is remembered, and goes on over restarts ---- */

enum { GUARD_FOUND_MAX = 1024 }; /* findings of this run that are at hand; the oldest goes */

/* The finding of this number, if it is of this run and still at hand; NULL otherwise. Borrowed until the next call. */
const struct found_view *guard_finding(const struct guard *guard, uint64_t number);
/* The reason for which such a finding counts for nothing now, borrowed, or NULL. mac, id, source and target are looked at. */
const char *guard_mute_of(const struct guard *guard, const struct found_view *found);
/* A device as the view has it, one after the other, without a list of all. */
void guard_each_device(struct guard *guard, void (*see)(void *context, const struct guarded_view *device), void *context);
/* One of them, in the caller's memory. False: there is none with this MAC. */
bool guard_one_device(struct guard *guard, const uint8_t mac[6], struct guarded_view *out_view);
/* What people call the device of this MAC, else what it calls itself: false where nothing is known. */
bool guard_name(struct guard *guard, const uint8_t mac[6], char out_name[DEVICE_TEXT_MAX]);
/* People's names are other ones in the store now. */
void guard_take_names(struct guard *guard);
/* Counted since the kernel's tables were made, which outlive the daemon. */
void guard_totals(struct guard *guard, struct fw_guard_totals *out_totals);

/*
 * What a person wants to hear no more of, as a rule of a mute file (conf/conf.h). what: a finding's name, * or the number of one that is shown, whose
 * kind and device are meant then (who is ""); who: a MAC, a name, an address, a prefix or *; target: an address, a prefix, or "" for all.
 * Returns 0 or -EINVAL with the fault.
 */
enum { GUARD_RULE_MAX = 128 };
struct guard_mute {
	const char *what, *who, *target;
};
int guard_mute_rule(struct guard *guard, const struct guard_mute *mute, char out_rule[GUARD_RULE_MAX], struct fault *out_fault);

/* A device that is in quarantine because of a finding that is muted now: a person may want to release it. False: none is. */
bool guard_muted_culprit(struct guard *guard, uint8_t out_mac[6]);

/*
 * What advisories and recalls say of a device now: its sheet, without findings. Borrowed until the next call of any function here. NULL: nothing is
 * known of who it is, or nothing could be read; *out_why is the sentence that says what is lacking, or "".
 */
const struct sheet *guard_advice_of(struct guard *guard, const uint8_t mac[6], const char **out_why);
/* Each device that is recalled, and by what; all is borrowed for the call. */
void guard_each_recalled(
	struct guard *guard, void (*see)(void *context, const struct device *device, const struct sheet_recall *recall), void *context);

/* "scan", "flood" ...: as in the reports of inspect. */
const char *guard_finding_word(enum finding_id id);
