/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guard whose frames come from a capture and whose judge is the twin: no kernel, no root, nothing sent. The capture is played again and
 * again, several times as fast as it was; all else of the guard is the real one and does not know.
 *
 * Two clocks. Frames, brakes and detection go by the capture's pace, so that each sees the very times that it would have seen at a gateway. People go by
 * theirs: what they read and what they decide bears the wall's time. One second of theirs is guard_demo_pace() of the capture's.
 *
 * Called by the files of the guard alone; owns the twin, its tables and the open capture.
 */
#pragma once

#include "flow/flow.h"
#include "plane/plane.h"

struct guard_demo;

/*
 * Reads the capture through once, to see who the gateway is and how long it lasts. steady_ns: now. Returns 0, or -errno with the fault: it
 * cannot be read, or it has no frame of Ethernet.
 */
int guard_demo_open(const char *capture, uint64_t steady_ns, struct guard_demo **out_demo, struct fault *out_fault);
void guard_demo_close(struct guard_demo *demo); /* after the plane; NULL is accepted */

/* The twin with tables of these sizes, as a plane. */
int guard_demo_plane(
	struct guard_demo *demo, const struct plane_guard_setup *setup, struct plane_guard **out_plane, struct fault *out_fault);

/* Whom the capture shows, as a gateway knows it of its interfaces. */
enum { DEMO_OURS_MAX = SIDE_PREFIX_MAX, DEMO_HELD_MAX = 4 };
struct guard_demo_network {
	struct prefix ours[DEMO_OURS_MAX];
	uint32_t ours_count;
	uint8_t mac[6]; /* the gateway's; zero: it shows none */
	uint8_t held[DEMO_HELD_MAX][16]; /* its addresses on our side */
	uint32_t held_count;
};
const struct guard_demo_network *guard_demo_network(const struct guard_demo *demo);

/* The frames' clock goes on, by at most DEMO_STEP_NS of its own. False: it is as far as it should be at this time of ours. */
#define DEMO_STEP_NS 200000000ull
bool guard_demo_step(struct guard_demo *demo, uint64_t steady_ns);
uint64_t guard_demo_now(const struct guard_demo *demo);
uint32_t guard_demo_pace(const struct guard_demo *demo);

/* What is wrong since it was last asked, or NULL: the capture cannot be read any more. */
const char *guard_demo_trouble(struct guard_demo *demo);
