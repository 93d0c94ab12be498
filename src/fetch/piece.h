/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A zone file in pieces of whole entries. libzscanner takes the end of what it is given for the end of the file, so a piece must
 * end where an entry does: at a newline that is in no parentheses (RFC 1035 section 5.1). Which parentheses count needs to
 * know of quotes, comments and backslashes; and no more of the syntax than that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PIECE_MAX = 1 << 20 }; /* bytes of one entry: the longest RDATA, each byte written as \DDD, is a quarter of it */

struct piece {
	int descriptor; /* borrowed */
	bool ended; /* the file has */
	bool quoted, comment, escaped;
	uint32_t depth; /* of parentheses */
	uint64_t line, next_line, seen_line; /* 1-based: where the piece given last begins; where the next one does; at seen */
	size_t begin, seen, have; /* of bytes: what comes next; what was looked at; what was read */
	char bytes[PIECE_MAX];
};

void piece_init(struct piece *piece, int descriptor);

/*
 * The next piece, without its last newline; valid until the next call. Returns its length (0: an empty line), -ENODATA behind the
 * last, -EFBIG for an entry above PIECE_MAX, or another -errno.
 */
int64_t piece_next(struct piece *piece, const char **out_bytes);
