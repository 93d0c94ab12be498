/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a file as they were before anybody packed it: plain, gzip (several members), xz
 * (several streams) or zstd (several frames), told apart by their first bytes. Used by window.c only.
 * Owns the descriptor, the decoder and one buffer for what is read but not yet unpacked; borrows the budget.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "wire/bytes.h"

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_XZ, PACKING_ZSTD };

enum {
	UNPACK_BUFFER = 65536,
	UNPACK_REASON_MAX = 192,
};

/* What all decoders that share it hold, at most FW_UNPACK_MAX. Zeroed at start. */
struct unpack_budget {
	size_t used;
};

struct unpack_file {
	int fd;
	size_t read_max; /* bytes asked of read() at once */
	struct unpack_budget *budget;
};

struct unpack {
	struct unpack_file file;
	enum packing packing;
	size_t held; /* of the budget: decoder and packed buffer; 0 for a plain file */
	uint8_t *packed; /* UNPACK_BUFFER bytes */
	size_t packed_at, packed_end;
	uint64_t file_offset; /* of the file's byte that comes after packed_end */
	bool file_ended;
	bool within; /* inside a gzip member or zstd frame */
	enum fw_read state; /* FW_READ_OK until the end or an error, then what unpack_read() keeps saying */
	union {
		z_stream gzip;
		lzma_stream xz;
		ZSTD_DCtx *zstd;
	};
	char reason[UNPACK_REASON_MAX]; /* what happened, once state is SHORT or BAD */
};

/* Takes file->fd over, also on failure. Returns 0 or -ENOMEM. A read that fails, or a budget in use, is told by unpack_read(). */
int unpack_open(struct unpack *unpack, const struct unpack_file *file);

/*
 * Up to size bytes into out. OK: *out_len (at least 1) bytes came. OTHER: the file ended, whole. SHORT: it ended within
 * a packed stream. BAD: it could not be read, or its packed data is damaged or asks for more memory than is left for it.
 */
enum fw_read unpack_read(struct unpack *unpack, uint8_t *out, size_t size, size_t *out_len);

/* Where the next packed byte stands in the file. */
uint64_t unpack_offset(const struct unpack *unpack);

/* Standard input is left open. A zeroed struct is accepted. */
void unpack_close(struct unpack *unpack);
