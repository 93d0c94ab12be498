/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A place of its own for each test of the plane, made inside the test's process and gone with it: a network namespace, a mount
 * namespace with a bpffs, and in it
 *
 *	fw1 ---veth--- fw0     the shield sits on fw0; frames are put in at fw1, what gets past XDP is seen by a packet socket on fw0
 *
 * No address is configured: frames are written and read raw, so the kernel answers nothing by itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"
#include "plane/plane.h"

#define BED_DEVICE "fw0"
#define BED_PEER "fw1"

struct bed {
	char bpffs[64];
	int into, from; /* packet sockets: on the peer to send, on the device to see */
};

/* Exits the process with 77 and a SKIP line where this machine does not let us. */
void bed_enter(const char *suite);
/* setup and teardown of each test (cmocka): a new pair of interfaces, an empty bpffs. *state is a struct bed. */
int bed_setup(void **state);
int bed_teardown(void **state);

/* Runs a command of "ip" or "tc" and demands that it works. */
void bed_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sizes for small tables on BED_DEVICE. */
struct plane_setup bed_plane_setup(const struct bed *bed);
/* Opens, and fails the test with the fault's sentence if that fails. */
struct plane *bed_open(const struct bed *bed);

/* Opens while that call into the kernel fails (kernel.h), and says whether there was one. NULL: it did not open, and said why. */
struct plane *bed_open_but(const struct bed *bed, int call, bool *out_failed);

/* A configuration that drops blocked sources, at its keys. The caller protects bed_server() and blocks. */
struct fw_shield_config bed_config(void);
void bed_address(uint8_t out[16], uint32_t four); /* IPv4 mapped, host order */
enum { BED_SERVER = 0x0a090001, BED_BAD = 0xc6120007, BED_GOOD = 0x0a090002 };

/* One UDP frame with a DNS question for name ("\3www\4test", without the root label) to port 53. Returns its length. */
size_t bed_frame(uint8_t out[512], uint32_t src, uint32_t dst, const char *name);
/* Sends it count times into BED_PEER. Returns how many the link took. */
uint32_t bed_send(const struct bed *bed, const uint8_t *frame, size_t len, uint32_t count);
/* Frames that the pair's own queue had no room for: the link's loss, not ours. */
uint64_t bed_link_loss(void);
/* Takes BED_DEVICE down and up; frames pass again when it returns. */
void bed_link_down_and_up(const struct bed *bed);
/* How many frames from this IPv4 source got past XDP since the last call. All that was sent has gone through when it returns. */
uint32_t bed_arrived(const struct bed *bed, uint32_t src);

/* Protects BED_SERVER and blocks BED_BAD by bed_config(); and what must then be so: all from BED_BAD is dropped, all from BED_GOOD arrives. */
void bed_block_bad(struct plane *plane);
void bed_assert_bad_is_dropped(const struct bed *bed);

/* Packets that any counter has seen. */
uint64_t bed_judged(const struct plane *plane);

/* Whether an XDP program, filter, qdisc or pin is to be seen. */
bool bed_has_xdp(const char *interface);
uint32_t bed_filters(const char *interface); /* by the way that this kernel makes the plane go; by the other there must be none */
uint32_t bed_filters_by(const char *interface, bool tcx);
bool bed_has_clsact(const char *interface);
uint32_t bed_pins(const struct bed *bed);
/* None of the four. */
void bed_assert_clean(const struct bed *bed, const char *interface);

/* A program of somebody else, which passes everything. A descriptor. */
int bed_foreign_program(void);
int bed_foreign_filter(void); /* for tc */
