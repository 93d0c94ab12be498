/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of a table as in RFC 4180, cell by cell. What a spreadsheet would take for a formula is defused (csv.c). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct row {
	FILE *out;
	bool begun;
};

/* Text that holds no control characters (any more). Where ; or a tab parts cells, they stay within one too. */
void cell(struct row *row, const char *text);
void cell_raw(struct row *row, const char *raw); /* network bytes: escaped */
void cell_number(struct row *row, uint64_t number); /* 0 stands for unknown, and leaves the cell empty */
void cell_address(struct row *row, const uint8_t *address, unsigned bits); /* NULL: empty */
void cell_time(struct row *row, uint64_t time_ns);
