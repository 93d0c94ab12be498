/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer is laid out so that read() always lands at the same page:
 *
 *      0                          WINDOW_NEED_MAX              + block
 *      | (never touched) | rest -> | what the last read brought |
 *
 * The unread rest, mostly half a packet, is moved to just before the landing place, so that the record is in one
 * piece again. Pages that no rest ever reaches stay untouched and cost no memory. A record larger than
 * one block is gathered in several rounds: each moves the rest down and reads a block behind it.
 */
#include "source/window.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };

int window_open(struct window *window, const struct unpack_file *file, const char *name, struct fault *fault)
{
	memset(window, 0, sizeof(*window));
	if (unpack_open(&window->unpack, file))
		return -ENOMEM;
	if (posix_memalign((void **)&window->buffer, PAGE, WINDOW_NEED_MAX + file->read_max)) {
		window->buffer = NULL;
		window_close(window);
		return -ENOMEM;
	}
	window->at = window->end = WINDOW_NEED_MAX;
	window->block = file->read_max;
	window->file = name;
	window->fault = fault;
	return 0;
}

void window_close(struct window *window)
{
	unpack_close(&window->unpack);
	free(window->buffer);
	window->buffer = NULL;
}

const uint8_t *window_fill(struct window *window, size_t len)
{
	while (window->end - window->at < len) {
		size_t rest = window->end - window->at, got;

		memmove(window->buffer + WINDOW_NEED_MAX - rest, window->buffer + window->at, rest);
		window->at = WINDOW_NEED_MAX - rest;
		window->end = WINDOW_NEED_MAX;
		if (unpack_read(&window->unpack, window->buffer + window->end, window->block, &got) != FW_READ_OK)
			return NULL;
		window->end += got;
		window->end_offset += got;
	}
	return window->buffer + window->at;
}

bool window_skip(struct window *window, uint64_t len)
{
	while (len) {
		if (!window_need(window, 1))
			return false;
		size_t unread = window->end - window->at;
		size_t part = len < unread ? (size_t)len : unread;

		window_take(window, part);
		len -= part;
	}
	return true;
}

static const char *of_what(const struct window *window)
{
	return window->unpack.packing == PACKING_NONE ? "" : " of the unpacked data";
}

enum fw_read window_ended(struct window *window, const char *thing, uint64_t start)
{
	enum fw_read state = window->unpack.state;

	if (state != FW_READ_OTHER)
		fault_set(window->fault, window->file, 0, unpack_offset(&window->unpack), "%s", window->unpack.reason);
	else if (window->end_offset == start)
		return FW_READ_OTHER;
	else
		fault_set(window->fault, window->file, 0, window->end_offset,
			"cut short at byte %llu%s, within %s that starts at byte %llu", (unsigned long long)window->end_offset,
			of_what(window), thing, (unsigned long long)start);
	return state == FW_READ_BAD ? FW_READ_BAD : FW_READ_SHORT;
}

enum fw_read window_bad(struct window *window, const char *format, ...)
{
	char sentence[FAULT_SENTENCE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	fault_set(window->fault, window->file, 0, window_offset(window), "damaged at byte %llu%s: %s",
		(unsigned long long)window_offset(window), of_what(window), sentence);
	return FW_READ_BAD;
}
