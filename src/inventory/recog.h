/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fingerprints in recog's XML form: patterns for banners, each with what a match says (https://github.com/rapid7/recog).
 *
 *	<fingerprints matches="http_header.server" protocol="http" database_type="service" preference="0.90">
 *	  <fingerprint pattern="^Acme-Cam/(\d+)" flags="REG_ICASE">
 *	    <description>Acme camera</description>
 *	    <example hw.version="7">Acme-Cam/7</example>
 *	    <param pos="0" name="hw.vendor" value="Acme"/>
 *	    <param pos="1" name="hw.version"/>
 *	  </fingerprint>
 *	</fingerprints>
 *
 * A text is held against all files for its kind ("matches"; the file's name without .xml where it is missing), the one of higher preference
 * first, else in the order they were read; within a file from top to bottom. The first fingerprint that matches counts, alone.
 *
 * A file is somebody's word: what it may cost has ceilings. XML: no document type (so no entities), depth, text and memory.
 * Patterns: PCRE2's limits on steps, depth and memory of one match; one that reaches them is set aside after RECOG_STALLS_MAX times.
 * After reading, nothing is allocated. Without expat and PCRE2 in the build recog_new() returns -ENOSYS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "model/fact.h"

enum {
	RECOG_NONE = -1,
	RECOG_PARAM_MAX = 24, /* params of one fingerprint; recog's have at most 15 */
	RECOG_VALUE_MAX = 256, /* bytes of a value, after what is filled in */
	RECOG_TEXT_MAX = 4096, /* bytes of a text that are looked at */
	RECOG_STALLS_MAX = 8,
};

struct recog; /* owns the fingerprints and what a match needs */

struct recog_param {
	const char *name; /* lives until the next file is read */
	struct slice value; /* lives until the next match */
};

struct recog_stats {
	uint32_t files, fingerprints, params;
	uint32_t left_out; /* fingerprints that cannot be used: told in the fault of their file */
	uint32_t set_aside; /* fingerprints whose pattern reached its limit too often */
	uint64_t stalls; /* matches that were broken off at a limit */
	size_t bytes; /* of memory */
};

/* Returns 0, -ENOMEM or -ENOSYS. */
int recog_new(struct recog **out_recog);
void recog_free(struct recog *recog);

/*
 * One file. Single fingerprints that cannot be used are left out, and the fault names the first of them with its line (the return
 * is 0 all the same). Returns -ENOMEM, -EFBIG (one of the ceilings) or -EINVAL (no XML, not recog's form, a document type) with the sentence; then the file is as not read.
 */
int recog_read(struct recog *recog, const char *file, const char *body, size_t len, struct fault *out_fault);

/* The first fingerprint that matches a text of this kind, or RECOG_NONE. */
int recog_find(struct recog *recog, const char *matches, struct slice text);

/*
 * What this fingerprint says of a text: names and values, filled in; a value that needs a group that took no part is left out. Returns how many, at
 * most room, or RECOG_NONE if it does not match.
 */
int recog_say(struct recog *recog, int fingerprint, struct slice text, struct recog_param *out, size_t room);

/* Both in one. */
int recog_match(struct recog *recog, const char *matches, struct slice text, struct recog_param *out, size_t room);

/* Whether any file is for this kind of text. */
bool recog_knows(const struct recog *recog, const char *matches);
void recog_stats(const struct recog *recog, struct recog_stats *out);

/* An <example> of a file that was read, with its fingerprint. Borrowed for the call. */
struct recog_example {
	int fingerprint;
	const char *matches; /* what its file is for */
	uint64_t line;
	struct slice text; /* base64 undone */
	const char *elsewhere; /* the text stands in this file, which is not read; or NULL */
	const char *const *wanted; /* name, value, ..., NULL: what the fingerprint must say of it */
};

/* For tests: each example of a file that recog_read() took. Returns as recog_read(); examples in bad base64 are passed over and counted in the fault. */
int recog_examples(struct recog *recog, const char *file, const char *body, size_t len,
	void (*each)(void *context, const struct recog_example *example), void *context, struct fault *out_fault);
