/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory of pins, of one interface or of a whole role: its path, its lock, what is in it. */
#pragma once

#include <limits.h>

#include "plane/plane.h"
#include "plane/role.h"

#define PINS_LINK "xdp" /* in a directory of many interfaces: xdp-IFNAME, tc-IFNAME, made_clsact-IFNAME */
#define PINS_FILTER "tc" /* the tcx link, where the kernel has tcx */
#define PINS_MADE_CLSACT "made_clsact" /* a directory that only says: the clsact on the interface is ours to remove */

/* Bytes of a path: of BPFFS/floodwall, of the directory of an interface, of a file in it. */
enum { PINS_BASE_MAX = 256, PINS_DIR_MAX = PINS_BASE_MAX + 32, PINS_FILE_MAX = 32, PINS_PATH_MAX = PINS_DIR_MAX + 64 };

struct pins {
	char base[PINS_BASE_MAX], dir[PINS_DIR_MAX]; /* BPFFS/floodwall, and in it shield-IFNAME or guard */
	int lock; /* descriptor of dir, locked; -1 */
	bool made_base, made_dir;
};

/* Fills paths for a role on an interface. Returns 0, -EINVAL (no name of an interface) or -ENAMETOOLONG. */
int pins_name(struct pins *pins, const char *bpffs, const struct role *role, const char *interface);

/* The name of a file about an interface, of a directory that bears only its name or of one for many. */
void pins_file(const struct role *role, const char *file, const char *interface, char out[PINS_FILE_MAX]);
/* The interface that a file of this name is about; false where it is about none, or not of this kind. */
bool pins_file_of(const char *name, const char *file, char out_interface[16]);

/* Calls visit for each file in the directory, which may remove it. Returns 0 or -errno; a directory that is not there has none. */
int pins_each(const struct pins *pins, int (*visit)(void *context, const struct pins *pins, const char *file), void *context);

/* Another directory of the same base, by its own name. Returns 0 or -ENAMETOOLONG. */
int pins_enter(struct pins *pins, const char *name);

/* Whether bpffs is one. Returns 0 or -ENOENT. */
int pins_check(const char *bpffs);

/* Makes what is missing of the directory and locks it. Returns 0, -EBUSY (another process has it) or -errno. */
int pins_open(struct pins *pins);
/* The one of the two directories that is not ours alone, where somebody else could put what we would take for our own; NULL: none. */
const char *pins_foreign(const struct pins *pins);
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
