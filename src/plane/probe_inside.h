/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the probes of both roles share. */
#pragma once

#include "plane/netlink.h"
#include "plane/plane.h"
#include "plane/role.h"

/* An interface that is asked about; link is filled in by probe_interface(). */
struct probe_asked {
	const struct role *role;
	const uint32_t *entries; /* of small maps */
	const char *interface, *bpffs;
	struct netlink_link link;
	int ifindex;
};

__attribute__((format(printf, 4, 5))) void probe_say(
	struct plane_probe *probe, enum plane_note_kind kind, const char *what, const char *format, ...);

/* What counts for every role. Returns 0, or -ENODEV with a sentence. */
int probe_interface(struct probe_asked *asked, struct plane_probe *out_probe, struct fault *out_fault);
