/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of one interface's pins: its path, its lock, what is in it. */
#pragma once

#include <limits.h>

#include "plane/maps.h"

#define PINS_LINK "xdp"
#define PINS_MADE_CLSACT "made_clsact" /* a directory that only says: the clsact on the interface is ours to remove */

/* Bytes of a path: of BPFFS/floodwall, of the directory of an interface, of a file in it. */
enum { PINS_BASE_MAX = 256, PINS_DIR_MAX = PINS_BASE_MAX + 32, PINS_PATH_MAX = PINS_DIR_MAX + 64 };

struct pins {
	char base[PINS_BASE_MAX], dir[PINS_DIR_MAX]; /* BPFFS/floodwall, BPFFS/floodwall/shield-IFNAME */
	int lock; /* descriptor of dir, locked; -1 */
	bool made_base, made_dir;
};

/* Fills paths. Returns 0, -EINVAL (no name of an interface) or -ENAMETOOLONG. */
int pins_name(struct pins *pins, const char *bpffs, const char *interface);

/* Another directory of the same base, by its own name. Returns 0 or -ENAMETOOLONG. */
int pins_enter(struct pins *pins, const char *name);

/* Whether bpffs is one. Returns 0 or -ENOENT. */
int pins_check(const char *bpffs);

/* Makes what is missing of the directory and locks it. Returns 0, -EBUSY (another process has it) or -errno. */
int pins_open(struct pins *pins);
/* Unlocks; removes what pins_open() made if it is empty again. */
void pins_close(struct pins *pins);

/* DIR/file, in a buffer of the caller. Returns out. */
const char *pins_path(const struct pins *pins, const char *file, char out[PINS_PATH_MAX]);

/* A descriptor of what is pinned there, or -errno. */
int pins_get(const struct pins *pins, const char *file);
/* Pins. Returns 0 or -errno. */
int pins_put(const struct pins *pins, const char *file, int descriptor);

bool pins_marked(const struct pins *pins, const char *mark);
int pins_mark(const struct pins *pins, const char *mark);

/* Unpins, or takes a mark away; what is not there is no failure. */
int pins_drop(const struct pins *pins, const char *file);

/* Unlinks all that is in the directory; adds to *count what was pinned. Returns 0 or the first -errno. */
int pins_clear(const struct pins *pins, uint32_t *count);
/* The same, and the directory itself. */
int pins_remove(const struct pins *pins, uint32_t *count);
