/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bed of bed.h with a second pair of interfaces, for the guard, which sits on fw0 and on fw2:
 *
 *	fw1 ---veth--- fw0     devices send at fw1
 *	fw3 ---veth--- fw2
 */
#pragma once

#include "bed.h"

#define BED_SECOND "fw2"

enum { BED_DEVICES = 1000, BED_ALLOWED = 1000, BED_FORBIDDEN = 2000 };

int guard_bed_setup(void **state);
int guard_bed_teardown(void **state);

struct plane_guard_setup guard_bed_setup_of(const struct bed *bed); /* both interfaces, BED_DEVICES */
struct plane_guard *guard_bed_open(const struct bed *bed);
/* Enforces policy and quarantine; no brake, frames are sent up. */
struct fw_guard_config guard_bed_config(void);

/* What the kernel counts configurations, flags of devices and lost places with. */
uint32_t guard_bed_number(const struct plane_guard *guard);

/* Of device i: its MAC, its address, and the one address that it may speak to. */
void guard_bed_mac(uint32_t i, uint8_t out_mac[6]);
uint32_t guard_bed_address(uint32_t i);
uint32_t guard_bed_peer(uint32_t i);

/* One UDP frame of device i to this address and port. Returns its length. */
size_t guard_bed_frame(uint8_t out[512], uint32_t i, uint32_t to, uint16_t port);

/* Frames that got past XDP since the last call, by port; all that was sent has gone through when it returns. */
struct guard_bed_seen {
	uint64_t allowed, forbidden;
};
void guard_bed_seen(const struct bed *bed, struct guard_bed_seen *seen);
/* Takes from the socket what waits there; waits for nothing. */
void guard_bed_poll(const struct bed *bed, struct guard_bed_seen *seen);
