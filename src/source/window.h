/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture file as a window that moves over its (unpacked) bytes.
 *
 * A reader asks for the next n bytes and gets them in one piece, in place, without a copy; it then takes
 * them, and they stay where they are until more is asked for. Used by pcap.c, pcapng.c and input.c.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "source/unpack.h"
#include "wire/limits.h"

/* The most that can be asked for at once: a frame, its header, and 128 KiB of a pcapng block's options. */
#define WINDOW_NEED_MAX (FW_FRAME_MAX + 131072u)

struct window {
	struct unpack unpack;
	uint8_t *buffer; /* WINDOW_NEED_MAX bytes for what is carried over, then block bytes */
	size_t at, end; /* unread: buffer[at .. end) */
	size_t block; /* bytes read at once */
	uint64_t end_offset; /* of buffer[end] in the unpacked file */
	const char *file; /* for the fault; borrowed */
	struct fault *fault; /* where to tell; borrowed */
};

/* Takes file->fd over, also on failure. Returns 0 or -ENOMEM (nothing is told then). name and fault must outlive the window. */
int window_open(struct window *window, const struct unpack_file *file, const char *name, struct fault *fault);
void window_close(struct window *window);

/* Moves on until len bytes are unread; NULL when the file ends or breaks before. */
const uint8_t *window_fill(struct window *window, size_t len);

/* The next len (at most WINDOW_NEED_MAX) bytes, or NULL: then window_ended() says why. */
static inline const uint8_t *window_need(struct window *window, size_t len)
{
	if (__builtin_expect(window->end - window->at >= len, 1))
		return window->buffer + window->at;
	return window_fill(window, len);
}

/* Passes over bytes that window_need() has given. */
static inline void window_take(struct window *window, size_t len)
{
	window->at += len;
}

static inline uint64_t window_offset(const struct window *window)
{
	return window->end_offset - (window->end - window->at);
}

/* Passes over len bytes without keeping them. Returns false when the file ends or breaks before. */
bool window_skip(struct window *window, uint64_t len);

/*
 * Why bytes were missing for the thing (such as "a packet") that starts at byte start. OTHER: the file simply ends
 * at its start. SHORT: it ends within it. BAD: it cannot be read further. SHORT and BAD are told in the fault.
 */
enum fw_read window_ended(struct window *window, const char *thing, uint64_t start);

/* Tells what is wrong with the thing at the window's place. Returns FW_READ_BAD. */
enum fw_read window_bad(struct window *window, const char *format, ...) __attribute__((format(printf, 2, 3)));
