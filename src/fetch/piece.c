/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/piece.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void piece_init(struct piece *piece, int descriptor)
{
	memset(piece, 0, offsetof(struct piece, bytes));
	piece->descriptor = descriptor;
	piece->line = piece->next_line = piece->seen_line = 1;
}

/* Takes in one byte. Returns true for a newline that ends an entry. */
static bool ends_entry(struct piece *piece, char c)
{
	if (c == '\n') {
		piece->comment = piece->escaped = false;
		piece->quoted = piece->quoted && piece->depth; /* a quote that nobody closed ends with its line */
		return !piece->depth;
	}
	if (piece->comment)
		return false;
	if (piece->escaped || c == '\\')
		piece->escaped = !piece->escaped;
	else if (c == '"')
		piece->quoted = !piece->quoted;
	else if (c == ';')
		piece->comment = !piece->quoted;
	else if (c == '(' && !piece->quoted)
		piece->depth++;
	else if (c == ')' && !piece->quoted && piece->depth)
		piece->depth--;
	return false;
}

/* Makes room and reads more. Returns 0 or -errno. */
static int fill(struct piece *piece)
{
	ssize_t got;

	memmove(piece->bytes, piece->bytes + piece->begin, piece->have - piece->begin);
	piece->have -= piece->begin;
	piece->seen -= piece->begin;
	piece->begin = 0;
	if (piece->have == PIECE_MAX)
		return -EFBIG;
	do
		got = read(piece->descriptor, piece->bytes + piece->have, PIECE_MAX - piece->have);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	piece->have += (size_t)got;
	piece->ended = got == 0;
	return 0;
}

/* Looks at what was read. Returns the place of the last newline that ends an entry, or SIZE_MAX. */
static size_t scan(struct piece *piece)
{
	size_t end = SIZE_MAX;

	for (; piece->seen < piece->have; piece->seen++) {
		char c = piece->bytes[piece->seen];
		piece->seen_line += c == '\n';
		if (!ends_entry(piece, c))
			continue;
		end = piece->seen;
		piece->next_line = piece->seen_line;
	}
	return end;
}

int64_t piece_next(struct piece *piece, const char **out_bytes)
{
	size_t end = SIZE_MAX;
	int64_t len;

	piece->line = piece->next_line;
	while (end == SIZE_MAX && !piece->ended) {
		int error = fill(piece);
		if (error)
			return error;
		end = scan(piece);
	}
	if (end == SIZE_MAX && piece->begin == piece->have)
		return -ENODATA;
	*out_bytes = piece->bytes + piece->begin;
	len = (int64_t)((end == SIZE_MAX ? piece->have : end) - piece->begin);
	piece->begin = end == SIZE_MAX ? piece->have : end + 1;
	return len;
}
