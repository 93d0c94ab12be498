/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "craft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

static char folder[64];

void craft_bytes(struct craft *craft, const void *bytes, size_t len)
{
	if (craft->len + len > craft->size) {
		craft->size = (craft->len + len) * 2 + 1024;
		craft->bytes = realloc(craft->bytes, craft->size);
		assert_non_null(craft->bytes);
	}
	if (len)
		memcpy(craft->bytes + craft->len, bytes, len);
	craft->len += len;
}

static void number(struct craft *craft, uint64_t value, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[craft->big ? len - 1 - i : i] = (uint8_t)(value >> (8 * i));
	craft_bytes(craft, bytes, len);
}

void craft_u16(struct craft *craft, uint16_t value)
{
	number(craft, value, 2);
}

void craft_u32(struct craft *craft, uint32_t value)
{
	number(craft, value, 4);
}

void craft_u64(struct craft *craft, uint64_t value)
{
	number(craft, value, 8);
}

void craft_free(struct craft *craft)
{
	free(craft->bytes);
	memset(craft, 0, sizeof(*craft));
}

static void fill_bytes(struct craft *craft, size_t len, char fill)
{
	for (size_t i = 0; i < len; i++)
		craft_bytes(craft, &fill, 1);
}

void craft_pcap(struct craft *craft, uint32_t magic, uint32_t link)
{
	craft_u32(craft, magic);
	craft_u16(craft, 2);
	craft_u16(craft, 4);
	craft_u32(craft, 0);
	craft_u32(craft, 0);
	craft_u32(craft, 65535);
	craft_u32(craft, link);
}

void craft_record(struct craft *craft, uint32_t seconds, uint32_t fraction, size_t len, char fill)
{
	craft_u32(craft, seconds);
	craft_u32(craft, fraction);
	craft_u32(craft, (uint32_t)len);
	craft_u32(craft, (uint32_t)len);
	fill_bytes(craft, len, fill);
}

size_t craft_block(struct craft *craft, uint32_t type)
{
	size_t start = craft->len;

	craft_u32(craft, type);
	craft_u32(craft, 0);
	return start;
}

void craft_block_end(struct craft *craft, size_t start)
{
	while ((craft->len - start) % 4)
		fill_bytes(craft, 1, 0);
	uint32_t len = (uint32_t)(craft->len - start + 4);
	craft_u32(craft, len);
	memcpy(craft->bytes + start + 4, craft->bytes + craft->len - 4, 4);
}

void craft_option(struct craft *craft, uint16_t code, const void *value, uint16_t len)
{
	craft_u16(craft, code);
	craft_u16(craft, len);
	craft_bytes(craft, value, len);
	fill_bytes(craft, (4 - len % 4) % 4, 0);
}

void craft_section(struct craft *craft)
{
	size_t start = craft_block(craft, 0x0a0d0d0a);

	craft_u32(craft, 0x1a2b3c4d);
	craft_u16(craft, 1);
	craft_u16(craft, 0);
	craft_u64(craft, UINT64_MAX);
	craft_block_end(craft, start);
}

void craft_interface(struct craft *craft, uint16_t link, uint32_t snap_len)
{
	size_t start = craft_block(craft, 1);

	craft_u16(craft, link);
	craft_u16(craft, 0);
	craft_u32(craft, snap_len);
	craft_block_end(craft, start);
}

void craft_packet(struct craft *craft, uint32_t interface, uint64_t units, size_t len, char fill)
{
	size_t start = craft_block(craft, 6);

	craft_u32(craft, interface);
	craft_u32(craft, (uint32_t)(units >> 32));
	craft_u32(craft, (uint32_t)units);
	craft_u32(craft, (uint32_t)len);
	craft_u32(craft, (uint32_t)len);
	fill_bytes(craft, len, fill);
	craft_block_end(craft, start);
}

static void replace(struct craft *craft, uint8_t *packed, size_t len)
{
	free(craft->bytes);
	craft->bytes = packed;
	craft->len = craft->size = len;
}

void craft_gzip(struct craft *craft)
{
	z_stream gzip = {.next_in = craft->bytes, .avail_in = (uInt)craft->len};
	size_t room = craft->len + craft->len / 100 + 64;
	uint8_t *packed = malloc(room);

	assert_int_equal(deflateInit2(&gzip, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	gzip.next_out = packed;
	gzip.avail_out = (uInt)room;
	assert_int_equal(deflate(&gzip, Z_FINISH), Z_STREAM_END);
	replace(craft, packed, gzip.total_out);
	deflateEnd(&gzip);
}

void craft_xz(struct craft *craft, uint32_t preset)
{
	size_t room = lzma_stream_buffer_bound(craft->len), len = 0;
	uint8_t *packed = malloc(room);

	assert_int_equal(lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, NULL, craft->bytes, craft->len, packed, &len, room), LZMA_OK);
	replace(craft, packed, len);
}

void craft_zstd(struct craft *craft, int level, int window_log)
{
	size_t room = ZSTD_compressBound(craft->len);
	uint8_t *packed = malloc(room);
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	ZSTD_inBuffer in = {craft->bytes, craft->len, 0};
	ZSTD_outBuffer out = {packed, room, 0};

	ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, window_log);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	/* Flushed first, so that the frame does not know its size and keeps the window asked for. */
	ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_flush);
	assert_int_equal(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_end), 0);
	ZSTD_freeCCtx(zstd);
	replace(craft, packed, out.pos);
}

void craft_folder(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%.40s/source-XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(folder));
}

void craft_folder_done(void)
{
	DIR *open_folder = opendir(folder);
	struct dirent *entry;

	while (open_folder && (entry = readdir(open_folder)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlink(craft_path(entry->d_name));
	if (open_folder)
		closedir(open_folder);
	rmdir(folder);
}

const char *craft_path(const char *name)
{
	static char paths[16][384];
	static unsigned turn;
	char *path = paths[turn++ % 16];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

const char *craft_write(const char *name, const void *bytes, size_t len)
{
	const char *path = craft_path(name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(len ? fwrite(bytes, 1, len, file) : 0, len);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void keep_frame(struct seen *seen, const struct frame *frame, bool even)
{
	if (even)
		for (uint32_t i = 1; i < frame->cap_len; i++)
			assert_int_equal(frame->bytes[i], frame->bytes[0]);
	assert_true(frame->wire_len >= frame->cap_len);
	if (seen->count < SEEN_MAX)
		seen->frames[seen->count] = (struct seen_frame){.time_ns = frame->time_ns,
			.number = frame->number,
			.cap_len = frame->cap_len,
			.wire_len = frame->wire_len,
			.link = frame->link,
			.input = frame->input,
			.fill = frame->cap_len ? frame->bytes[0] : 0};
	seen->count++;
}

const struct seen *craft_read(const char *const *files, size_t count, bool even)
{
	static struct seen seen;
	struct source *source = NULL;
	struct fault fault = {0};
	struct frame frame;

	memset(&seen, 0, offsetof(struct seen, reports));
	assert_int_equal(source_open(files, count, &source, &fault), 0);
	while (source_next(source, &frame))
		keep_frame(&seen, &frame, even);
	assert_false(source_next(source, &frame));
	seen.file_count = source_count(source);
	for (size_t i = 0; i < seen.file_count; i++) {
		const char *file = source_report(source, i)->file, *last = strrchr(file, '/');

		seen.reports[i] = *source_report(source, i);
		snprintf(seen.names[i], sizeof(seen.names[i]), "%s", last ? last + 1 : file);
		seen.reports[i].file = seen.names[i];
		bool told = seen.reports[i].fault.sentence[0];
		assert_int_equal(told, seen.reports[i].cut_short || seen.reports[i].unreadable);
	}
	source_close(source);
	return &seen;
}

const struct seen *craft_read_one(const char *file)
{
	return craft_read(&file, 1, true);
}
