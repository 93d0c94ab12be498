/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of advisories, such as a mirror of national feeds, read into advisory/: everything the first time, and with an index file only what changed
 * after that. Called by inspect and advise.
 */
#pragma once

#include <stdatomic.h>

#include "advisory/advisory.h"

struct mirror_options {
	const char *folder;
	const char *index; /* file; NULL: none is read or written */
	uint32_t files_max; /* 0: FW_MIRROR_FILES_MAX */
	size_t document_max; /* bytes of one file; 0: FW_CSAF_BYTES_MAX */
	const atomic_bool *stop; /* looked at between two files; or NULL */
	/* A file that was left out, and why; the rest stands. May be NULL. */
	void (*told)(void *context, const struct fault *fault);
	void *context;
};

struct mirror_report {
	uint64_t files; /* found */
	uint64_t unchanged; /* taken from the index */
	uint64_t documents; /* read because they were new or had changed */
	uint64_t refused; /* no document of CSAF, or not readable: told */
	uint64_t older; /* another file holds a newer version of the same document */
	uint64_t gone; /* in the index, and no longer in the folder: dropped */
	uint64_t hidden, left_out; /* see struct mirror_tree */
	uint64_t exploited; /* catalogues of exploited vulnerabilities among them */
};

/*
 * Reads the folder and settles. A file that fails costs that file alone; if the index holds what it was before, that stands. Returns 0; -ENOMEM; -ECANCELED;
 * -ENOSPC (advisories_config.bytes_max: what was read stands, settled); another -errno where the folder itself cannot be read, or what stands
 * in the index's place is none. An index that cannot be written is told, and is no error.
 */
int mirror_read(
	const struct mirror_options *options, struct advisories *advisories, struct mirror_report *out_report, struct fault *out_fault);

/* The same of an index alone (options->index), without the folder that it was made of: nothing is read anew, nothing written. -EINVAL: it is none. */
int mirror_take(
	const struct mirror_options *options, struct advisories *advisories, struct mirror_report *out_report, struct fault *out_fault);
