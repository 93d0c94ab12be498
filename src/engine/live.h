/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine on live traffic: runs for ever, in the memory that it takes at the start. Frames come from the guard's ring
 * (wire/guard_state.h) or from an interface; what is found is told while it happens, once when it appears and again when it becomes
 * worse or more. Called by the guard's part of the hall (and `watch`), from one thread.
 *
 * Inside, time is the steady clock (clock_steady_ns(), which is also the kernel's for frames of the ring), so that a wall clock that
 * is set does no harm; what goes out bears the wall's time as it is believed now.
 *
 * Nothing that was learnt stays for ever: conversations, pairs, rates and findings that are old and quiet make room. A finding that
 * left and is found again is told as new.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "wire/guard_state.h"

struct live; /* owns the engine and the list of what was told */

enum live_news {
	LIVE_NEW,
	LIVE_WORSE, /* its severity or what it makes of the device rose */
	LIVE_MORE, /* it goes on: at most once in a minute */
};

struct live_finding {
	uint64_t number; /* of this finding, never used again within a run */
	enum live_news news;
	const struct finding *finding; /* borrowed for the call; times are the wall's, the device's number is the one that holds */
	bool first; /* nothing was told of this number before; what was released or muted and goes on is LIVE_NEW again, under its number */
};

struct live_config {
	uint8_t hash_key[16]; /* random per start */
	struct side side; /* what is ours: never inferred from traffic */
	uint32_t pace; /* how many seconds of frames pass in one of the wall; 0 is 1 */
	uint64_t quiet_ns; /* no beacon for so long after the start: who was resolved before has a name that is not known */
	uint8_t held[FW_GUARD_HELD_MAX][16]; /* the gateway's own addresses: what they send is seen on its way in only */
	uint32_t held_count;
	/*
	 * Something was found. Returns whether it counts (false: muted): only then does it say something about the device's state. Must not
	 * call back into live but to read devices.
	 */
	bool (*found)(void *context, const struct live_finding *found);
	/* A device has a name for a peer (engine/engine.h); or NULL. */
	void (*named)(void *context, const struct engine_named *named);
	void *context;
};

/* Returns 0, -EINVAL (no found) or -ENOMEM. */
int live_new(const struct live_config *config, struct live **out_live);
void live_free(struct live *live);

/* Signatures, before the first frame: those of the program and those of the files (engine/signatures.h). Returns 0 or -ENOMEM. */
struct signature_files;
struct signature_say;
int live_signatures(struct live *live, const struct signature_files *files, const struct signature_say *say);

/*
 * What is ours now: prefixes that came join those that are known, and take the place of one that the link taught where all places are
 * taken; none is forgotten. The gateway's addresses are these from now on.
 */
void live_ours(struct live *live, const struct side *side, const uint8_t (*held)[16], uint32_t held_count);

/*
 * A frame of the guard's ring, in the order of the ring (its CPUs' clocks may differ by some microseconds), and kept_len bytes of it.
 * One that passes between two devices is taken in once, where it leaves the sender.
 */
void live_frame(struct live *live, const struct fw_guard_frame *frame, const uint8_t *bytes);

/* A frame of an interface or a file: time_ns on the steady clock. */
void live_see(struct live *live, const struct frame *frame);

/*
 * Frames that reach the device of this MAC (NULL: whoever) were not sent up since the last call, `lost` beside `seen` that were. What waits
 * for an answer there cannot be told any more, and floods are judged by what is left. Before live_tick(). Loss of what a device
 * itself sends is told nowhere: it hides nothing but more of the same.
 */
void live_lost(struct live *live, const uint8_t mac[6], uint64_t lost, uint64_t seen);

/*
 * Judges what is due and tells what was found; at least once in a second, also when nothing comes. wall_ns: since 1970, as believed
 * now. A steady_ns that runs back is taken for the time of before.
 */
enum { LIVE_TOLD_MAX = 128 }; /* in one call; the others with the next: each is written to a disk before anybody hears of it */
void live_tick(struct live *live, uint64_t steady_ns, uint64_t wall_ns);

/* The number of the device in this place, of FW_DEVICE_MAX; DEVICE_NONE: nobody has it. Devices come and go, and their numbers only rise. */
uint32_t live_device_at(const struct live *live, uint32_t place);
/* A device by number; a copy with the wall's times. False for one that left, and for one that merged into another. */
bool live_device(const struct live *live, uint32_t number, struct device *out_device);
/* The same or NULL, borrowed until the next frame or tick; its times are the steady clock's. */
const struct device *live_device_borrow(const struct live *live, uint32_t number);

/* The number of the device with this MAC, DEVICE_NONE where there is none. */
uint32_t live_device_of(const struct live *live, const uint8_t mac[6]);

/* Findings that are kept now, the one made first first; NULL past the last. Times and numbers as in live_finding; until the next call. */
const struct live_finding *live_finding_at(struct live *live, uint32_t index);

/* From a finding on, its device is clean again: a person released it. The findings stay; one that goes on is told as new. */
void live_release(struct live *live, uint32_t device);

/*
 * What advisories say of this device now: the worst that is open becomes its finding (NULL: none is open any more, and what the finding made of
 * its state is taken back). To be told with the next tick.
 */
void live_advise(struct live *live, uint32_t device, const struct evidence_advisory *worst);

/* Its state is what its findings say that count and that nobody released since. */
void live_judge_state(struct live *live, uint32_t device);

/* Other findings are muted now: with the next tick those that did not count are told once more, as new, but those that a person released. */
void live_judge_anew(struct live *live);

struct live_fill {
	struct engine_left_out left_out; /* since the start */
	uint64_t frames, frames_twice; /* taken in; of two device ports, and taken in once */
	uint32_t findings, findings_room, devices, devices_room;
	uint64_t findings_left, devices_left; /* old and quiet ones that made room */
};
void live_fill(struct live *live, struct live_fill *out_fill);
