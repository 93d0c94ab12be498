/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a BPF ring buffer (kernel: Documentation/bpf/ringbuf.rst) with its data mapped once. The usual reader maps them twice in a row, so that a
 * record that wraps lies in one piece; each page of 8 MiB then counts twice in what the process is said to use. Here such a record is put together in
 * a buffer, which is one in thousands. Called by sum.c.
 *
 *	page 0              page 1              pages 2 ...
 *	how far we read     how far is written  records: 32 bits length and flags, 32 bits of the kernel's, the bytes, to the next multiple of 8
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { RING_RECORD_MAX = 4096 }; /* bytes of one record; a longer one is passed over */

struct ring {
	unsigned long *consumer; /* as long as the kernel's; NULL: not open */
	const uint8_t *producer;
	size_t page, data_len; /* a power of two */
	uint8_t record[RING_RECORD_MAX];
};

/* descriptor: the map, or a file laid out like it; data_len: its max_entries. Returns 0 or -errno. */
int ring_open(struct ring *ring, int descriptor, size_t data_len);
void ring_close(struct ring *ring);

/*
 * Each record that is there, and those that come meanwhile; visit's argument is good for the call. It ends the walk with other than 0; that record is taken all
 * the same. Returns how many were handed on.
 */
uint32_t ring_read(struct ring *ring, int (*visit)(void *context, const void *data, size_t len), void *context);
