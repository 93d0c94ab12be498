/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One capture file from its name to its frames, and its report. Used by source.c.
 *
 * An input is light (no descriptor, no buffer) until it is opened, and again after input_park() and at its end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/frame.h"
#include "source/source.h"
#include "source/unpack.h"

struct reader; /* window, decoder and format of an open input */

struct input {
	struct source_report report; /* counts what input_give() gave */
	struct unpack_budget *budget; /* shared by all inputs; borrowed */
	int copy; /* descriptor of its spooled copy, borrowed; -1: it is read where it lies */
	struct reader *reader; /* NULL while the input is light */
	struct frame next; /* where input_advance() returned true */
	uint64_t start_ns; /* time of the first frame, once input_open() returned true */
	uint64_t size; /* of the file, as it is; 0 where it has none */
	uint64_t position; /* in the file, when it was last closed */
	bool endless; /* a pipe */
	bool over; /* nothing (more) will come; the report is final */
};

/* Opens it and reads the first frame into next, reading block bytes at once. False: it is over. */
bool input_open(struct input *input, size_t block);

/* Reads the following frame into next, whose bytes stay until the next call. False: it is over. */
bool input_advance(struct input *input);

/* Makes an open input light, to be opened again from the start; what can not be opened again (a pipe) stays as it is. */
void input_park(struct input *input);

/* Hands next out: counts it in the report. */
void input_give(struct input *input, struct frame *out_frame);

/* Bytes of the file that are done with, at most size where there is one; all of them once it is over. */
uint64_t input_position(const struct input *input);

/* The input is over for the reason given. */
void input_refuse(struct input *input, const char *reason);

void input_close(struct input *input);
