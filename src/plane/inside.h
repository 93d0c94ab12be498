/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plane from inside: what its files share. */
#pragma once

#include "plane/maps.h"
#include "plane/pins.h"

struct ring_buffer;

struct plane {
	struct pins pins;
	char interface[16];
	int ifindex;
	enum plane_mode mode;
	bool took_over;
	uint32_t entries[MAP_COUNT]; /* of each map */
	void *memory[MAP_COUNT]; /* mapped, or NULL */
	int counts, zone_counts, prefixes, samples; /* descriptors of maps that cannot be mapped */
	int link; /* of the XDP program */
	struct ring_buffer *ring;
	void (*visit)(void *context, const struct fw_shield_sample *sample); /* of plane_samples(), while it runs */
	void *visit_context;
	uint32_t cpus; /* possible ones: a per-CPU value has so many */
	void *summed; /* room for one value of each CPU */

	int waiter; /* a map of maps for config_wait(), or -1 where membarrier(2) does it */
	int waiter_inner;
	bool switched; /* since readers were last waited for: packets under way may still read the other half */
	bool configured;
	uint32_t seed; /* of shield_protected, in the configuration that holds */
	uint32_t blocked; /* addresses */
	bool prefixed; /* shield_prefixes holds something */
};

/* ---- config.c ---- */

struct fw_shield_config *config_active(const struct plane *plane);
/* The configuration that holds once more, with what the plane knows itself as it is now. 0 where none holds yet. */
int config_renew(struct plane *plane);
/* Until no packet is under way that began before the last switch. Returns 0 or -errno. */
int config_wait(struct plane *plane);
/* The other way to wait, where membarrier(2) knows none (nohz_full): privileged, so it is made ready at the start. */
int config_waiter_open(struct plane *plane);
int config_waiter_make(struct plane *plane); /* wherever */
/* After opening: what the maps say of themselves. */
void config_read(struct plane *plane);

/* ---- blocked.c ---- */

void blocked_read(struct plane *plane);
void prefixes_read(struct plane *plane);

/* ---- look.c ---- */

int look_open(struct plane *plane); /* the ring and what summing needs; samples is open */
void look_close(struct plane *plane);
