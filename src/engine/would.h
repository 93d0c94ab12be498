/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What policies would have made of a capture (inspect --policy): MUD files, the devices that they are for, and the guard's twin, which
 * judges each frame of theirs in observe. Private to engine/.
 *
 *	whose a policy is    the device of --device; or the MAC that the file's name is (02-00-00-00-00-07.json), from the first frame on; else
 *	                     whoever names the file's mud-url (DHCP option 161, DHCPv6 option 112, LLDP), from then on. A MAC that is
 *	                     written down counts more than a URL that is heard. A device that comes with a URL of another authority
 *	                     than before keeps the policy that it has, and that is told (RFC 8520 section 16)
 *	resolvers            those of --resolver; else those that the capture's DHCP names; else whoever answers DNS first
 *	what cannot be told  see verdict.h: an entry could fit, but the addresses of its name or class never appeared; a connection that was open
 *	                     when the capture began
 *
 * Memory: 4 MiB, taken at the start.
 */
#pragma once

#include <stdio.h>

#include "base/fault.h"
#include "engine/engine.h"
#include "model/verdict.h"

struct would; /* owns the policies, the twin and the verdicts */

struct would_options {
	const char *path; /* a file, or a folder of files that end in .json or .mud */
	const uint8_t *device; /* MAC, or NULL */
	const uint8_t (*resolvers)[16];
	size_t resolver_count;
};

/* Reads the files. Returns 0, -ENOMEM, or -EINVAL with the sentence. */
int would_new(const struct would_options *options, struct would **out_would, struct fault *out_fault);
void would_free(struct would *would); /* accepts NULL */

/* Facts of a frame, before it is judged; context is the struct would. */
void would_fact(void *context, const struct frame *frame, const struct fact *fact);
/* What is ours, before the first frame. */
void would_side(struct would *would, const struct side *side);
/* In place of engine_frame(), which it calls first. Violations become findings of the engine. */
void would_frame(struct would *would, struct engine *engine, const struct frame *frame);

/* In order of time, borrowed until would_free(). Returns 0 or -ENOMEM. */
int would_verdicts(struct would *would, struct engine *engine, struct policy_verdict **out_verdicts, size_t *out_count);
/* Verdicts that the ceiling dropped, and devices that there was no room for. */
uint64_t would_left_out(const struct would *would);
/* A sentence each: policies that no device turned out to have, URLs that were not accepted. */
void would_notes(const struct would *would, FILE *notes);
