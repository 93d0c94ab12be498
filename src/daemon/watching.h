/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors that the role wants to be polled, in the host's loop. */
#pragma once

#include <uv.h>

#include "daemon/inside.h"

struct watching_poll {
	uv_poll_t *handle; /* NULL: none; freed by the loop when it is closed */
	uint64_t generation;
	unsigned wants;
};

/* Zero but for the host. */
struct watching {
	struct host *host;
	struct watching_poll polls[PROTECT_WATCHES];
};

/*
 * After each call of the role: what it watches now may be something else. First all that is gone is let go, for its number may
 * be that of another descriptor by now.
 */
void watching_follow(struct watching *watching);

/* For whoever closes the loop with polls in it. */
void watching_free_handle(uv_handle_t *handle);
