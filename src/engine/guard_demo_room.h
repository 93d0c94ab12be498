/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two files of the demo share. */
#pragma once

#include "engine/guard_demo.h"
#include "source/source.h"

enum { DEMO_LOOK_MAX = 2000000 }; /* frames that are looked at before it begins: a second or two */

struct guard_demo_capture {
	const char *file;
	uint64_t frames; /* of Ethernet */
	uint64_t first_ns, last_ns;
};

/* Fills the capture's numbers and the network. Returns 0, or -errno with the fault. */
int guard_demo_look(struct guard_demo_capture *capture, struct guard_demo_network *out_network, struct fault *out_fault);
