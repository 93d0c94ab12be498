/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hall: a frame through all rooms. The same engine for a file and for a live interface.
 * It owns one of each thinking room and carries plain values between them; it does no input or output
 * of its own but what inspect.h names.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/flow.h"
#include "model/device.h"
#include "model/fact.h"
#include "model/finding.h"
#include "model/frame.h"
#include "model/junk.h"
#include "model/talk.h"
#include "model/timeline.h"

struct engine;

struct engine_named;

struct engine_config {
	uint8_t hash_key[16]; /* random per start for a live interface; fixed for inspect */
	struct side side; /* what is ours */
	bool with_talk; /* engine_talk() will be asked */
	bool live; /* a run without an end (live.h) */
	uint64_t quiet_ns; /* live: no beacon for so long after the start (detect/detect.h) */
	/* Called with every fact read, before it is used; NULL in ordinary runs (tests compare facts with another reader). */
	void (*fact_seen)(void *context, const struct frame *frame, const struct fact *fact);
	void *fact_context;
	/*
	 * A device of ours (by the MAC of its own frame) has a name for a peer: from the DNS answer that it got, else (hello) from what it wrote into a
	 * connection. NULL in captures, where inventory/ keeps names.
	 */
	void (*named)(void *context, const struct engine_named *named);
	void *named_context;
};

struct engine_named {
	const uint8_t *mac, *peer; /* 6 bytes, 16 bytes */
	struct slice name; /* any bytes */
	bool hello;
	uint64_t time_ns;
};

/* What a ceiling or a rule left out, by kind; all zero on ordinary captures. */
struct engine_left_out {
	uint64_t frames_not_understood; /* link types no parser reads, more tags or extension headers than are followed */
	uint64_t frames_malformed;
	uint64_t conversations, devices, streams, pairs, rates, findings, beacons, logins, zones, names, prefixes, tunnels;
	uint64_t clock_jumps; /* times the capture's clock ran back by more than a second */
};

int engine_new(const struct engine_config *config, struct engine **out_engine);
void engine_free(struct engine *engine);

/* A file of the IEEE's registry, as inventory_read_oui(). */
int engine_read_oui(struct engine *engine, const char *file, const char *body, size_t len, struct fault *out_fault);

void engine_frame(struct engine *engine, const struct frame *frame);
/* Live: it is so late, and nothing came. A time of before is ignored. */
void engine_tick(struct engine *engine, uint64_t now_ns);
/* Live: frames that reach this device (DEVICE_NONE: whoever) were lost, beside those that were seen; before engine_tick(). */
void engine_unheard(struct engine *engine, uint32_t device, uint64_t lost, uint64_t seen);
/* The capture is over: what waits is judged. Once. */
void engine_end(struct engine *engine);

/* After engine_end(); borrowed. Device numbers of findings have merges resolved. */
uint32_t engine_device_count(const struct engine *engine);
const struct device *engine_device(const struct engine *engine, uint32_t number); /* NULL for one that merged away */
struct finding *engine_finding(struct engine *engine, uint32_t index); /* NULL past the last */
const struct junk *engine_junk(struct engine *engine);
const struct timeline *engine_timeline(struct engine *engine);
const struct talk_pairs *engine_talk(struct engine *engine); /* once; NULL where the configuration does not want it */
void engine_left_out(struct engine *engine, struct engine_left_out *out_left_out);
/* True if this frame, read again, is of a tunnel through which both ends have sent: *out_inner is what it carries, borrowed from it. */
bool engine_inside(const struct engine *engine, const struct frame *frame, struct frame *out_inner);
/* After engine_end(), before states are judged: open advisories of a device become a finding. */
void engine_note_advisory(struct engine *engine, uint32_t number, const struct evidence_advisory *seen);
/* States of devices from their findings (muted ones do not count); call after muting. */
void engine_judge_devices(struct engine *engine);
