/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The latest frames of a guard, headers alone (proof/proof.h says which bytes: no payload, so no password), in a ring of fixed size; and from it, when
 * a finding appears, the capture that proves it. Called by the guard. Owns the ring, FW_RECENT_BYTES_MAX bytes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/frame.h"
#include "proof/proof.h"

struct recent;

/* Returns 0 or -ENOMEM. */
int recent_new(struct recent **out_recent);
void recent_free(struct recent *recent);

/* time_ns on the steady clock, by which alone they are told apart. The oldest make room. */
void recent_note(struct recent *recent, const struct frame *frame);
uint32_t recent_count(const struct recent *recent);

struct recent_asked {
	const struct proof_subject *subjects; /* times are the wall's */
	const char *const *comments; /* of each capture: what it proves */
	size_t count; /* at most FW_RECENT_SUBJECTS_MAX */
	uint64_t wall_less_steady_ns; /* modulo 2^64 */
	uint8_t hash_key[16];
	/* A whole pcapng of at most FW_RECENT_PROOF_MAX bytes; not called for a subject that nothing in the ring proves. Borrowed for the call. */
	void (*take)(void *context, size_t subject, const void *bytes, size_t len);
	void *context;
};
/* Walks the ring once, whatever the count: some milliseconds. Returns 0 or -ENOMEM. */
int recent_prove(const struct recent *recent, const struct recent_asked *asked);
