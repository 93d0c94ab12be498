/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that was put into the program when it was built (tools/embed-files), as bytes. A table of them is in the order of the
 * names; it lives as long as the program, and costs memory only for the pages that are read.
 *
 *	extern const struct embedded NAME[];
 *	extern const size_t NAME_count;
 */
#pragma once

#include <stddef.h>

struct embedded {
	const char *name; /* without its folder */
	const char *body; /* any bytes; a zero byte stands behind them */
	size_t len;
};
