/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pull interface over read(2) and three decoders.
 *
 * Each decoder does one step: take what it wants from the packed buffer, put what it can into the
 * caller's. unpack_read() repeats that, and reads on when the step yielded nothing because the packed buffer
 * is empty. Every step must move one of the two, or the data is called damaged, so no input can spin here.
 *
 * Memory is the file's choice, up to 4 GiB in xz, and captures that overlap in time are unpacked side by side. So all decoders
 * share one budget, FW_UNPACK_MAX, and each claims from it what it is about to hold: gzip the same for every file, xz what the
 * library asks for when it meets a dictionary size (it waits for the answer), zstd by the largest window there is room for now,
 * and afterwards what it really took. Alone, a file may be what xz up to level 7 or zstd up to level 19 writes. What does not
 * fit is left unread, and the sentence says how to help.
 */
#include "source/unpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd_errors.h>

#include "wire/limits.h"

enum {
	SIGNATURE_MAX = 6,
	MIB = 1 << 20,
	GZIP_MEMORY = 48 << 10, /* zlib's state and its window of 32 KiB (zconf.h) */
	ZSTD_WINDOW_LOG_MIN = 10, /* RFC 8878 section 3.1.1.1.2 */
	ZSTD_WINDOW_LOG_MAX = 24,
	ZSTD_BESIDE = 576 << 10, /* held beside the window: measured 478 KiB, and the packed buffer */
};

static enum fw_read stop(struct unpack *unpack, enum fw_read state, const char *what, const char *detail)
{
	snprintf(unpack->reason, sizeof(unpack->reason), "%s%s%s", what, detail ? ": " : "", detail ? detail : "");
	unpack->state = state;
	return state;
}

static const char *packing_name(enum packing packing)
{
	static const char *const names[] = {"plain", "gzip", "xz", "zstd"};

	return names[packing];
}

static void stop_damaged(struct unpack *unpack, const char *detail)
{
	char what[64];

	snprintf(what, sizeof(what), "the %s data is damaged near byte %llu", packing_name(unpack->packing),
		(unsigned long long)unpack_offset(unpack));
	stop(unpack, FW_READ_BAD, what, detail);
}

static void stop_too_large(struct unpack *unpack, unsigned long long need_mib)
{
	char what[128], need[32] = "more memory";

	if (need_mib)
		snprintf(need, sizeof(need), "%llu MiB", need_mib);
	snprintf(what, sizeof(what), "unpacking its %s data needs %s, allowed are %u MiB; unpack it first, or pipe it in",
		packing_name(unpack->packing), need, FW_UNPACK_MAX / MIB);
	stop(unpack, FW_READ_BAD, what, NULL);
}

static void stop_crowded(struct unpack *unpack)
{
	char what[UNPACK_REASON_MAX];

	snprintf(what, sizeof(what),
		"too many compressed captures overlap in time: unpacking them together takes more than %u MiB; unpack some of them "
		"first, or merge them",
		FW_UNPACK_MAX / MIB);
	stop(unpack, FW_READ_BAD, what, NULL);
}

/* What this one may hold in all, beside what the others hold. */
static size_t room_for(const struct unpack *unpack)
{
	return FW_UNPACK_MAX - (unpack->file.budget->used - unpack->held);
}

/* Decoder and packed buffer now hold this much in all; false, and nothing changed, where there is no room for it. */
static bool claim(struct unpack *unpack, uint64_t decoder_len)
{
	if (decoder_len + UNPACK_BUFFER > room_for(unpack))
		return false;
	unpack->file.budget->used -= unpack->held;
	unpack->held = (size_t)decoder_len + UNPACK_BUFFER;
	unpack->file.budget->used += unpack->held;
	return true;
}

/* read(2) into out; 0 at the end of the file or on an error, which is kept in state. */
static size_t read_file(struct unpack *unpack, uint8_t *out, size_t size)
{
	ssize_t got;

	do
		got = read(unpack->file.fd, out, size < unpack->file.read_max ? size : unpack->file.read_max);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		stop(unpack, FW_READ_BAD, "cannot be read", strerror(errno));
	if (got <= 0) {
		unpack->file_ended = true;
		return 0;
	}
	unpack->file_offset += (size_t)got;
	return (size_t)got;
}

static void refill(struct unpack *unpack)
{
	size_t rest = unpack->packed_end - unpack->packed_at;

	memmove(unpack->packed, unpack->packed + unpack->packed_at, rest);
	unpack->packed_at = 0;
	unpack->packed_end = rest + read_file(unpack, unpack->packed + rest, UNPACK_BUFFER - rest);
}

static enum packing recognise(const uint8_t *bytes, size_t len)
{
	if (len >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
		return PACKING_GZIP;
	if (len >= 6 &&
		!memcmp(bytes,
			"\xfd"
			"7zXZ",
			6))
		return PACKING_XZ;
	if (len >= 4 && !memcmp(bytes, "\x28\xb5\x2f\xfd", 4))
		return PACKING_ZSTD;
	/* A skippable frame (RFC 8878 section 3.1.2), which parallel writers put first. */
	if (len >= 4 && (bytes[0] & 0xf0) == 0x50 && !memcmp(bytes + 1, "\x2a\x4d\x18", 3))
		return PACKING_ZSTD;
	return PACKING_NONE;
}

static size_t plain_step(struct unpack *unpack, uint8_t *out, size_t size)
{
	size_t waiting = unpack->packed_end - unpack->packed_at;

	if (!waiting)
		return unpack->file_ended ? 0 : read_file(unpack, out, size);
	if (waiting > size)
		waiting = size;
	memcpy(out, unpack->packed + unpack->packed_at, waiting);
	unpack->packed_at += waiting;
	return waiting;
}

static void skip_zeros(struct unpack *unpack)
{
	while (unpack->packed_at < unpack->packed_end && !unpack->packed[unpack->packed_at])
		unpack->packed_at++;
}

/*
 * Behind a member stands another (RFC 1952 section 2.2), or nothing. Zero bytes are a tape's padding, and what else does not begin
 * like a member was put there by somebody else: gzip(1) ignores both, and the members before have proved themselves whole.
 */
static bool gzip_between(struct unpack *unpack)
{
	skip_zeros(unpack);
	while (unpack->packed_end - unpack->packed_at < 2 && !unpack->file_ended) {
		refill(unpack);
		skip_zeros(unpack);
	}
	if (unpack->state != FW_READ_OK)
		return false;
	if (recognise(unpack->packed + unpack->packed_at, unpack->packed_end - unpack->packed_at) != PACKING_GZIP) {
		unpack->state = FW_READ_OTHER;
		return false;
	}
	inflateReset(&unpack->gzip);
	unpack->within = true;
	return true;
}

static size_t gzip_step(struct unpack *unpack, uint8_t *out, size_t size)
{
	z_stream *gzip = &unpack->gzip;

	if (!unpack->within && !gzip_between(unpack))
		return 0;
	gzip->next_in = unpack->packed + unpack->packed_at;
	gzip->avail_in = (uInt)(unpack->packed_end - unpack->packed_at);
	gzip->next_out = out;
	gzip->avail_out = (uInt)size;
	int code = inflate(gzip, Z_NO_FLUSH);
	unpack->packed_at = unpack->packed_end - gzip->avail_in;
	if (code == Z_STREAM_END)
		unpack->within = false;
	else if (code == Z_MEM_ERROR)
		stop(unpack, FW_READ_BAD, "not enough memory to unpack it", NULL);
	else if (code != Z_OK && code != Z_BUF_ERROR)
		stop_damaged(unpack, gzip->msg);
	return size - gzip->avail_out;
}

/* The library says what it needs and goes on once it is allowed. */
static bool xz_claim(struct unpack *unpack)
{
	uint64_t need = lzma_memusage(&unpack->xz);

	if (need > FW_UNPACK_MAX - UNPACK_BUFFER)
		stop_too_large(unpack, (need + MIB - 1) / MIB);
	else if (!claim(unpack, need))
		stop_crowded(unpack);
	return unpack->state == FW_READ_OK && lzma_memlimit_set(&unpack->xz, need) == LZMA_OK;
}

static size_t xz_step(struct unpack *unpack, uint8_t *out, size_t size)
{
	lzma_stream *xz = &unpack->xz;

	xz->next_in = unpack->packed + unpack->packed_at;
	xz->avail_in = unpack->packed_end - unpack->packed_at;
	xz->next_out = out;
	xz->avail_out = size;
	lzma_ret code;
	do
		code = lzma_code(xz, unpack->file_ended ? LZMA_FINISH : LZMA_RUN);
	while (code == LZMA_MEMLIMIT_ERROR && xz_claim(unpack));
	unpack->packed_at = unpack->packed_end - xz->avail_in;
	if (code == LZMA_STREAM_END) {
		unpack->state = FW_READ_OTHER;
		unpack->within = false;
	} else if (code == LZMA_MEM_ERROR) {
		stop(unpack, FW_READ_BAD, "not enough memory to unpack it", NULL);
	} else if (code == LZMA_OPTIONS_ERROR) {
		stop_damaged(unpack, "it uses a filter that is not known here");
	} else if (code != LZMA_OK && code != LZMA_BUF_ERROR && code != LZMA_MEMLIMIT_ERROR && code != LZMA_NO_CHECK &&
		code != LZMA_UNSUPPORTED_CHECK) {
		stop_damaged(unpack, NULL);
	}
	return size - xz->avail_out;
}

/* For the frame to come. In the middle of one the library refuses, and rightly: its window is there. */
static void zstd_bound_window(struct unpack *unpack)
{
	size_t room = room_for(unpack);
	int log = ZSTD_WINDOW_LOG_MIN;

	while (log < ZSTD_WINDOW_LOG_MAX && ((size_t)2 << log) + ZSTD_BESIDE <= room)
		log++;
	ZSTD_DCtx_setParameter(unpack->zstd, ZSTD_d_windowLogMax, log);
}

static void zstd_stop(struct unpack *unpack, size_t code)
{
	bool alone = unpack->file.budget->used == unpack->held;
	ZSTD_ErrorCode error = ZSTD_getErrorCode(code);

	if (error == ZSTD_error_frameParameter_windowTooLarge && alone)
		stop_too_large(unpack, 0);
	else if (error == ZSTD_error_frameParameter_windowTooLarge)
		stop_crowded(unpack);
	else if (error == ZSTD_error_memory_allocation)
		stop(unpack, FW_READ_BAD, "not enough memory to unpack it", NULL);
	else
		stop_damaged(unpack, ZSTD_getErrorName(code));
}

static size_t zstd_step(struct unpack *unpack, uint8_t *out, size_t size)
{
	ZSTD_inBuffer in = {unpack->packed, unpack->packed_end, unpack->packed_at};
	ZSTD_outBuffer to = {out, size, 0};

	zstd_bound_window(unpack);
	size_t code = ZSTD_decompressStream(unpack->zstd, &to, &in);
	bool moved = in.pos != unpack->packed_at || to.pos;
	unpack->packed_at = in.pos;
	if (ZSTD_isError(code))
		zstd_stop(unpack, code);
	else if (!claim(unpack, ZSTD_sizeof_DCtx(unpack->zstd)))
		stop_crowded(unpack);
	else if (moved) /* a call without input after the end of a frame speaks of the frame to come */
		unpack->within = code != 0;
	return to.pos;
}

static size_t step(struct unpack *unpack, uint8_t *out, size_t size)
{
	switch (unpack->packing) {
	case PACKING_GZIP:
		return gzip_step(unpack, out, size);
	case PACKING_XZ:
		return xz_step(unpack, out, size);
	case PACKING_ZSTD:
		return zstd_step(unpack, out, size);
	case PACKING_NONE:
		break;
	}
	return plain_step(unpack, out, size);
}

/* After a step that yielded nothing. */
static void read_on(struct unpack *unpack, size_t before)
{
	char what[64];

	if (unpack->packed_at == unpack->packed_end && !unpack->file_ended) {
		refill(unpack);
	} else if (unpack->packed_at == unpack->packed_end && !unpack->within) {
		unpack->state = FW_READ_OTHER;
	} else if (unpack->packed_at == unpack->packed_end) {
		snprintf(what, sizeof(what), "the %s data is cut short at byte %llu", packing_name(unpack->packing),
			(unsigned long long)unpack->file_offset);
		stop(unpack, FW_READ_SHORT, what, NULL);
	} else if (unpack->packed_at == before) {
		stop_damaged(unpack, NULL);
	}
}

enum fw_read unpack_read(struct unpack *unpack, uint8_t *out, size_t size, size_t *out_len)
{
	while (unpack->state == FW_READ_OK) {
		size_t before = unpack->packed_at;
		size_t len = step(unpack, out, size);

		if (len) {
			*out_len = len;
			return FW_READ_OK;
		}
		if (unpack->state == FW_READ_OK)
			read_on(unpack, before);
	}
	return unpack->state;
}

/* Returns 0 or -ENOMEM; a decoder for which there is no room is stopped before it starts. */
static int start_decoder(struct unpack *unpack)
{
	switch (unpack->packing) {
	case PACKING_GZIP:
		if (claim(unpack, GZIP_MEMORY))
			return inflateInit2(&unpack->gzip, MAX_WBITS + 16) == Z_OK ? 0 : -ENOMEM;
		break;
	case PACKING_XZ:
		if (claim(unpack, 0))
			return lzma_stream_decoder(&unpack->xz, 1, LZMA_CONCATENATED) == LZMA_OK ? 0 : -ENOMEM;
		break;
	case PACKING_ZSTD:
		unpack->zstd = ZSTD_createDCtx();
		if (!unpack->zstd)
			return -ENOMEM;
		if (claim(unpack, ZSTD_sizeof_DCtx(unpack->zstd)))
			return 0;
		break;
	case PACKING_NONE:
		return 0;
	}
	stop_crowded(unpack);
	return 0;
}

int unpack_open(struct unpack *unpack, const struct unpack_file *file)
{
	memset(unpack, 0, sizeof(*unpack));
	unpack->file = *file;
	unpack->packed = malloc(UNPACK_BUFFER);
	if (!unpack->packed)
		goto failed;
	while (unpack->packed_end < SIGNATURE_MAX && !unpack->file_ended)
		refill(unpack);
	unpack->packing = recognise(unpack->packed, unpack->packed_end);
	unpack->within = unpack->packing != PACKING_NONE;
	if (!start_decoder(unpack))
		return 0;
failed:
	unpack_close(unpack);
	return -ENOMEM;
}

uint64_t unpack_offset(const struct unpack *unpack)
{
	return unpack->file_offset - (unpack->packed_end - unpack->packed_at);
}

void unpack_close(struct unpack *unpack)
{
	if (unpack->packing == PACKING_GZIP)
		inflateEnd(&unpack->gzip);
	else if (unpack->packing == PACKING_XZ)
		lzma_end(&unpack->xz);
	else if (unpack->packing == PACKING_ZSTD)
		ZSTD_freeDCtx(unpack->zstd);
	free(unpack->packed);
	if (unpack->held)
		unpack->file.budget->used -= unpack->held;
	if (unpack->file.fd > STDIN_FILENO)
		close(unpack->file.fd);
	memset(unpack, 0, sizeof(*unpack));
}
