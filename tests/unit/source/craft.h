/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture files made by hand for the tests of source/: bytes are appended in either order, packed by the
 * libraries, written to a folder that the test removes, and read back through the door.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/source.h"

struct craft {
	uint8_t *bytes;
	size_t len, size;
	bool big; /* byte order of what comes next */
};

void craft_bytes(struct craft *craft, const void *bytes, size_t len);
void craft_u16(struct craft *craft, uint16_t value);
void craft_u32(struct craft *craft, uint32_t value);
void craft_u64(struct craft *craft, uint64_t value);
void craft_free(struct craft *craft);

#define CRAFT_MICRO 0xa1b2c3d4u
#define CRAFT_NANO 0xa1b23c4du
#define CRAFT_PATCHED 0xa1b2cd34u

/* pcap. A frame's bytes are len times `fill`. */
void craft_pcap(struct craft *craft, uint32_t magic, uint32_t link);
void craft_record(struct craft *craft, uint32_t seconds, uint32_t fraction, size_t len, char fill);

/* pcapng. Blocks are closed by craft_block_end(), which pads and writes both lengths. */
size_t craft_block(struct craft *craft, uint32_t type);
void craft_block_end(struct craft *craft, size_t start);
void craft_option(struct craft *craft, uint16_t code, const void *value, uint16_t len);
void craft_section(struct craft *craft);
void craft_interface(struct craft *craft, uint16_t link, uint32_t snap_len);
void craft_packet(struct craft *craft, uint32_t interface, uint64_t units, size_t len, char fill);

/* Packs what is in craft, in place. */
void craft_gzip(struct craft *craft);
void craft_xz(struct craft *craft, uint32_t preset);
void craft_zstd(struct craft *craft, int level, int window_log);

/* A folder for the files of one test program; removed with all in it by craft_folder_done(). */
void craft_folder(void);
void craft_folder_done(void);
const char *craft_path(const char *name); /* valid until the next 16 calls */
const char *craft_write(const char *name, const void *bytes, size_t len);

/* What came through the door. */
enum { SEEN_MAX = 8192, SEEN_FILES_MAX = 4096 };

struct seen {
	size_t count; /* frames; the first SEEN_MAX are kept */
	struct seen_frame {
		uint64_t time_ns, number;
		uint32_t cap_len, wire_len;
		uint16_t link, input;
		uint8_t fill; /* first byte; 0 where there is none */
	} frames[SEEN_MAX];
	size_t file_count;
	struct source_report reports[SEEN_FILES_MAX]; /* file points into names */
	char names[SEEN_FILES_MAX][64]; /* last part of the path */
};

/* Reads all; checks that each frame's bytes are all the same (as craft_record writes them) where `even`. Static result. */
const struct seen *craft_read(const char *const *files, size_t count, bool even);
const struct seen *craft_read_one(const char *file);
