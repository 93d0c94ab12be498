/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the shield is held against in the kernel: the objects of xdp-filter as Debian ships them (package libxdp1), loaded and filled here as the
 * tool does it. Its table of addresses holds 10,000; for longer lists it is made larger, which the tool cannot.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bpf_object;

struct rival {
	struct bpf_object *object; /* owned */
	int program;
};

/* Blocks these sources (bench_source()): xdpfilt_alw_ip.o. Returns 0 or -errno. */
int rival_block(const char *folder, bool six, uint32_t base, uint32_t count, struct rival *out);
/* Drops what goes to UDP port 53: xdpfilt_alw_udp.o. Returns 0 or -errno. */
int rival_port(const char *folder, struct rival *out);
/* Packets with this XDP verdict so far, by its own statistics. */
uint64_t rival_count(const struct rival *rival, uint32_t verdict);
void rival_close(struct rival *rival);

/* For all objects of the bench: opens, forgets that maps are to be pinned, lets resize() change them, loads. NULL and errno on failure. */
struct bpf_object *object_load(const char *file, void (*resize)(struct bpf_object *object, const void *context), const void *context);
