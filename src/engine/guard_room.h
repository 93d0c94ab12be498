/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the role guard share. */
#pragma once

#include <stdio.h>

#include "engine/guard.h"
#include "engine/guard_demo.h"
#include "engine/live.h"
#include "engine/recent.h"
#include "guard/guard.h"
#include "plane/plane.h"
#include "policy/policy.h"
#include "wire/guard_key.h"
#include "wire/packet.h"
#include "wire/limits.h"

enum {
	GUARD_POLICIES_MAX = 4096,
	GUARD_FRAMES_A_TURN = 4096, /* handed on before others have their turn */
	GUARD_RING_LEAST = 1 << 20, /* bytes: a burst of long frames */
	GUARD_RING_MOST = 8 << 20,
	GUARD_MUD_FILE_MAX = 1 << 20,
	GUARD_MACS_MAX = 64, /* of the gateway's own interfaces */
	GUARD_SETTLE_S = 6, /* names are waited for so long before a first policy holds all the same */
};

/* A MUD file, read. */
struct guard_policy {
	struct mud *mud; /* NULL: it could not be used */
	char file[GUARD_URL_MAX], url[GUARD_URL_MAX];
	char why[GUARD_SENTENCE_MAX];
	/* guard_fit.c: its sets have room, and its rules where a device has it; one has; that it has no room was said */
	bool fits, used, told;
	bool asked; /* somebody would have it from now on: the next time it counts as if somebody had */
	uint8_t rank; /* as last asked for */
	uint32_t wanted; /* so many have it, or would, if it had room */
	uint32_t first, rules, devices; /* as published last */
	uint32_t names;
};

struct guard_policies {
	struct guard_policy *list;
	uint32_t count, room;
	uint32_t rules; /* of those that are used */
};

/* Everything that an address is bound to besides names. */
struct guard_sets {
	uint32_t dns, ntp, slit; /* 0: none */
	uint32_t time; /* time servers that stay open in quarantine: ntp, or those that DHCP named */
};

/* What earlier runs knew of a device. */
struct given_name {
	uint8_t mac[6];
	char name[HISTORY_NAME_MAX]; /* that a person gave it; "": none */
	uint64_t first_s; /* 0: never seen */
};

struct guard {
	const struct settings *settings;
	struct store *store;
	const char *version;
	void (*say)(void *context, const char *sentence);
	void (*note)(void *context, const char *sentence);
	void (*told)(void *context, const struct found_view *found, enum live_news news);
	void (*deed)(void *context, const struct deed *deed);
	void (*proven)(void *context, uint32_t number, const void *bytes, size_t len);
	void *context;

	struct guard_demo *demo; /* NULL: interfaces, and a kernel */
	struct plane_guard *plane;
	struct live *live;
	struct roster *roster;
	struct leak_book *leaks; /* of its devices */
	struct talk_book *talks;
	struct called_book *called;
	struct ask *ask;
	struct policy_sets *sets;
	struct guard_policies policies;
	struct guard_sets of;
	struct lease_clocks clocks; /* in the set time because DHCP named them */
	struct mute_list *mutes; /* rules of the decisions that stand; NULL: none */
	uint64_t mutes_digest; /* of their lines */
	struct fw_guard_config config;
	uint8_t macs[GUARD_MACS_MAX][6]; /* the gateway's own, as the devices see them */
	uint32_t mac_count;

	uint64_t *digests; /* names that the kernel follows, in order */
	uint32_t digest_count, digest_room, resolver_turn;
	bool urls_changed;
	uint64_t urls_ns; /* kept last */
	bool ring_broken;
	bool unfilled; /* the addresses of the interfaces could not be taken, and that was said */
	bool members_full; /* an address had no room, since it was last said */
	struct guard_watch watches[GUARD_WATCHES];
	bool took_over;
	bool publish, anew; /* rules are to be compiled and switched to; flows judged anew */
	uint64_t anew_by_ns; /* the same because a device gave its address back: then, not at once; 0: no */
	uint64_t anew_ns; /* and when that was done last */
	uint64_t sets_kept; /* digest of what the store has of them */
	bool published; /* once, by this process */
	bool fit_due; /* somebody would have a policy that had no room so far, and may have some now */
	uint64_t fitted_ns; /* and when that was last looked into */
	uint64_t opened_ns, publish_by_ns; /* names are waited for until then */
	uint64_t again_ns; /* what the kernel did not take is tried again then */
	uint64_t second_ns, hour_ns; /* what comes round once in a second, in ten minutes */
	/* Of the call at hand. now_ns is the frames' clock: the steady one, but that it goes faster in a demo. */
	uint64_t now_ns, steady_ns, wall_ns, wall_less_steady_ns;
	uint64_t names_refused; /* addresses of names asked for here that none may mean */
	uint64_t opened_s, strangers, released, frames_seen, frames_lost;
	uint32_t attached, left_out;
	bool pardons; /* the decision that just ended was a person's release of this one: */
	uint8_t pardoned[6];
	bool bypass; /* a decision that all filters are off stands */

	struct found_view *found; /* ring of GUARD_FOUND_MAX */
	uint64_t found_count; /* places of the ring that were ever taken: a finding that left it and goes on takes another */
	uint64_t findings_made; /* by this process */
	uint64_t found_before; /* the last number of earlier runs: ours go on from there */

	struct recent *recent;
	uint32_t waiting[FW_RECENT_WAITING_MAX], waiting_count; /* numbers of findings that are to be proven */
	struct given_name *given; /* by MAC */
	uint32_t given_count;

	struct guard_advice *advice; /* guard_advice.c */

	struct guard_view view;
	struct guard_device_view *device_view; /* made when first asked for */
	uint32_t view_devices_room;
};

void guard_say(struct guard *guard, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* In the log and in the audit log. */
void guard_tell(struct guard *guard, const char *format, ...) __attribute__((format(printf, 2, 3)));

void guard_set_clock(struct guard *guard, const struct fetch_time *now);
/* How long before now that was for people, on the wall's clock; and the other way. */
uint64_t guard_wall_span(const struct guard *guard, uint64_t frames_ns);
uint64_t guard_frames_span(const struct guard *guard, uint64_t wall_ns);

/* ---- guard_settings.c ---- */

/* From settings and the interfaces' addresses to what the kernel reads; keys, set_dns and set_ntp stay. 0 or -errno with the fault. */
int guard_fill_config(struct guard *guard, struct fault *out_fault);
/* Filters as the settings say, or all off while such a decision stands: into guard->config. Returns whether one stands. */
bool guard_fill_modes(struct guard *guard);
/* Networks that are known to be ours. */
void guard_each_ours(const struct guard *guard, struct side *side);
bool guard_is_ours(const struct guard *guard, const uint8_t address[16]);
bool guard_is_gateway(const struct guard *guard, const uint8_t address[16]);
/* A MAC of the gateway's: all that comes from outside bears it, so it is never a device's. */
bool guard_is_own_mac(const struct guard *guard, const uint8_t mac[6]);

/* ---- guard_policies.c ---- */

/* Reads all files that the settings name. strict: the first that cannot be used is the fault, and nothing is returned. */
int guard_read_policies(const struct settings *settings, bool strict, struct guard_policies *out_policies, struct fault *out_fault);
void guard_free_policies(struct guard_policies *policies);
/* Numbers, names and members that the policies in guard->policies need, and which device has which. */
void guard_bind_policies(struct guard *guard);
/* The number plus one of the first that can be used; 0: none. */
uint32_t guard_find_policy(const struct guard_policies *policies, const char *url_or_file);
/* Which policy this device has now: by the configuration, else by its URL. False: there is one, and it has no room; then it has none. */
bool guard_assign_policy(struct guard *guard, struct roster_device *device);
/* Compiles and switches, if it is time. */
void guard_tick_policies(struct guard *guard);
/* Set numbers survive a restart, for their members do. */
int guard_open_sets(struct guard *guard);
void guard_keep_sets(struct guard *guard);

/* ---- guard_fit.c ---- */

/*
 * Which of these policies have room under these settings; nothing else changes. strict: -ENOSPC with the fault where one has none that holds now or
 * that the settings name. Else 0, or -ENOMEM.
 */
int guard_fit_policies(
	struct guard *guard, const struct settings *settings, struct guard_policies *policies, bool strict, struct fault *out_fault);
/* A device has this one from now on. False: it has no room, and that is looked into soon. */
bool guard_use_policy(struct guard *guard, struct guard_policy *policy);
/* A device has another one than before: whoever waits for room is looked at again soon. */
void guard_leave_policy(struct guard *guard);
/* Says, once, which policies have no room although somebody would have them. */
void guard_tell_unfit(struct guard *guard);

/* ---- guard_names.c ---- */

int guard_open_names(struct guard *guard);
void guard_close_names(struct guard *guard);
/* Which names belong to which sets now: the kernel's table and the questions follow. */
void guard_bind_names(struct guard *guard);
void guard_ask_names(struct guard *guard);
void guard_hear_names(struct guard *guard, unsigned watch);

/* ---- guard_devices.c ---- */

/* A device says what it likes as often as it likes: once a minute of each is enough for a log that is kept on a disk. */
#define GUARD_TOLD_EVERY_NS (60 * FW_NS_PER_S)
bool guard_is_to_tell(const struct guard *guard, uint64_t *told_ns);
/* Devices of the kernel's table, of the settings and of decisions. */
int guard_open_devices(struct guard *guard);
void guard_configure_devices(struct guard *guard);
void guard_see_frames(struct guard *guard);
/* Leases that end, counters that moved, addresses in sets of makers. */
void guard_tick_devices(struct guard *guard);
/* guard_findings.c: what left to peers that never answered, until now. */
struct leak_sample guard_leak_now(const struct guard *guard, const struct roster_device *device, const struct fw_guard_count *count);
/* guard_device.c: a frame that was not stopped, for whom it says the device talks to. */
void guard_note_talk(struct guard *guard, const struct fw_guard_frame *frame, const struct fw_packet *packet);
/* How a device calls a peer: for the same. */
void guard_note_name(void *context, const struct engine_named *named);
/* A MAC that must have a place: NULL where no room can be made. */
struct roster_device *guard_device_of(struct guard *guard, const uint8_t mac[6]);
bool guard_is_held(const struct guard *guard, const struct roster_device *device);
/* The sets that it is in, its slit: to the kernel. */
void guard_decide_device(struct guard *guard, struct roster_device *device);
const struct settings_device *guard_settings_of(const struct guard *guard, const struct roster_device *device);

/* ---- guard_urls.c: a device that emits its URL once at boot has it after a restart of ours, too ---- */

void guard_open_urls(struct guard *guard);
/* Every ten seconds at most, for whoever renews its URL without end. */
void guard_tick_urls(struct guard *guard);
/* What it sends of itself by DHCP or LLDP: taken, disputed or refused. */
void guard_claim_url(struct guard *guard, struct roster_device *device, const struct lease_message *message);

/* ---- guard_findings.c ---- */

bool guard_found(void *context, const struct live_finding *found);

/* ---- guard_kept.c ---- */

int guard_open_kept(struct guard *guard);
void guard_close_kept(struct guard *guard);
/* What a person calls it, or NULL. */
const char *guard_given(const struct guard *guard, const uint8_t mac[6]);
/* The earlier of both. */
uint64_t guard_first_s(const struct guard *guard, const uint8_t mac[6], uint64_t first_s);
/* A frame of the ring is one that may prove something. */
void guard_note_frame(struct guard *guard, const struct fw_guard_frame *frame, const uint8_t *bytes);
/* The frames that prove this finding are wanted, when all of this tick's are known. */
void guard_want_proof(struct guard *guard, const struct found_view *found);
void guard_prove(struct guard *guard);

/* ---- guard_view.c ---- */

void guard_fill_view(struct guard *guard, const struct roster_device *device, struct guarded_view *out_view);

/* ---- guard_mutes.c ---- */

/* The rules are those of the decisions that stand; if they are others than before, what was muted is judged once more. */
void guard_take_mutes(struct guard *guard);
/* The reason for which this finding counts for nothing, borrowed until the next guard_take_mutes(), or NULL. */
const char *guard_muted(const struct guard *guard, const struct found_view *found);

/* ---- guard_stand.c ---- */

/* The decision about this MAC that stands, borrowed from the store; NULL where none does. */
const struct decision *guard_decision_of(const struct guard *guard, const uint8_t mac[6]);
/* Its flags follow: held, quarantined. */
void guard_stand_device(struct guard *guard, struct roster_device *device);

/* ---- guard_advice.c ---- */

int guard_open_advice(struct guard *guard);
void guard_close_advice(struct guard *guard);
/* The files are other ones now. */
void guard_reread_advice(struct guard *guard);
/* Files that were read are taken, some devices are held against them; a reload's files begin to be read. */
void guard_tick_advice(struct guard *guard);
