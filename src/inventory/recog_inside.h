/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files about recog's form share: how fingerprints are kept. Texts stand in one pool and are known by where they begin. */
#pragma once

#include "inventory/recog.h"
#include "inventory/recog_code.h"

enum {
	RECOG_FILES_MAX = 512,
	RECOG_FINGERPRINTS_MAX = 16384,
	RECOG_PARAMS_MAX = 131072,
	RECOG_POOL_MAX = 8 << 20, /* bytes of texts */
	RECOG_CODE_MAX = 16 << 20, /* bytes of compiled patterns */
	RECOG_BODY_MAX = 16 << 20, /* bytes of one file */
	RECOG_WORDS = 4096, /* texts that are looked for before they are put into the pool again */
};

struct recog_row { /* a <param> */
	uint32_t name, value;
	uint16_t value_len, group; /* group 0: the value is constant */
	bool fills; /* has {names} in it */
};

struct recog_fingerprint {
	void *compiled;
	uint64_t offset; /* in its file */
	uint32_t line, file, first; /* first of its rows */
	uint8_t rows, stalls, literal_len;
	bool utf; /* its pattern has characters beyond ASCII */
	char literal[RECOG_LITERAL_MAX];
};

struct recog_file {
	uint32_t name, matches, protocol; /* protocol: "" where none is said */
	uint32_t first, count; /* its fingerprints */
	uint32_t preference; /* in millionths */
};

struct recog {
	struct recog_code *code;
	char *pool;
	struct recog_row *rows;
	struct recog_fingerprint *fingerprints;
	struct recog_file *files;
	size_t pool_len, pool_room, row_count, row_room, fingerprint_count, fingerprint_room, file_count, file_room;
	uint16_t order[RECOG_FILES_MAX]; /* of files: by preference, then as read */
	uint32_t words[RECOG_WORDS]; /* by hash: where such a text begins, and one; 0: nowhere */
	uint32_t left_out, replaced; /* fingerprints; the latter of files that another of the same name took the place of */
	uint64_t stalls;
	/* The text at hand: as it is; a byte for each character, and where each stands in it (recog_text.c); in lower case, for literals. */
	struct slice text, single;
	uint8_t singles[RECOG_TEXT_MAX];
	uint16_t starts[RECOG_TEXT_MAX + 1];
	uint8_t lower[RECOG_TEXT_MAX];
	uint8_t filled[RECOG_PARAM_MAX][RECOG_VALUE_MAX];
};

/* Takes a text to be matched; cuts it to RECOG_TEXT_MAX. */
void recog_text_take(struct recog *recog, struct slice text);
/* What patterns of bytes are held against, and back from what they found in it. */
struct slice recog_text_back(const struct recog *recog, struct slice found);

static inline const char *recog_text(const struct recog *recog, uint32_t at)
{
	return recog->pool + at;
}
