/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEAD = 1024 };

/* Takes a report in and keeps nothing of it but its beginning. */
struct sink {
	char head[HEAD];
	uint64_t len;
	uint32_t last; /* four bytes, the newest lowest */
	bool raw, escaped;
};

const char *stage_oui_folder;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(3);
}

void stage_open(struct stage *stage)
{
	stage->fd = memfd_create("capture", 0);
	must(stage->fd >= 0, "memfd_create");
	snprintf(stage->path, sizeof(stage->path), "/proc/self/fd/%d", stage->fd);
}

void stage_close(struct stage *stage)
{
	close(stage->fd);
}

void stage_append(const struct stage *stage, const void *bytes, size_t len)
{
	must(lseek(stage->fd, 0, SEEK_END) >= 0, "lseek");
	must(write(stage->fd, bytes, len) == (ssize_t)len, "write");
}

void stage_poke(const struct stage *stage, size_t at, const void *bytes, size_t len)
{
	must(pwrite(stage->fd, bytes, len, (off_t)at) == (ssize_t)len, "pwrite");
}

void stage_cut(const struct stage *stage, size_t len)
{
	must(ftruncate(stage->fd, (off_t)len) == 0, "ftruncate");
}

/* C0 but the line feed, DEL; as UTF-8: C1, zero-width and bidi controls, line separators, the byte order mark. */
static bool is_raw(uint32_t last)
{
	uint8_t byte = (uint8_t)last;
	uint32_t before = last >> 8 & 0xffff;

	if ((byte < 0x20 && byte != '\n') || byte == 0x7f)
		return true;
	if ((before & 0xff) == 0xc2)
		return byte < 0xa0;
	if (before == 0xe280)
		return (byte >= 0x8b && byte <= 0x8f) || (byte >= 0xa8 && byte <= 0xae);
	if (before == 0xe281)
		return byte >= 0xa0 && byte <= 0xaf;
	return before == 0xefbb && byte == 0xbf;
}

static ssize_t take(void *cookie, const char *bytes, size_t len)
{
	struct sink *sink = cookie;

	for (size_t i = 0; i < len; i++) {
		if (sink->len + i < HEAD - 1)
			sink->head[sink->len + i] = bytes[i];
		sink->last = sink->last << 8 | (uint8_t)bytes[i];
		sink->raw |= is_raw(sink->last);
		sink->escaped |= sink->last == 0x7831625b; /* x1b[ */
	}
	sink->len += len;
	return (ssize_t)len;
}

struct seen stage_inspect(const struct stage *stage, enum inspect_format format)
{
	static FILE *nowhere;
	const char *files[] = {stage->path};
	struct inspect_options options = {.files = files,
		.file_count = 1,
		.format = format,
		.oui_folder = stage_oui_folder,
		.style = {.width = 100, .verbose = true}};
	struct inspect_result result = {0};
	struct sink sink = {0};
	struct fault fault = {0};
	struct seen seen = {0};
	FILE *out = fopencookie(&sink, "w", (cookie_io_functions_t){.write = take});

	nowhere = nowhere ? nowhere : fopen("/dev/null", "w");
	must(out && nowhere, "fopen");
	seen.result = inspect_run(&options, out, nowhere, &result, &fault);
	fclose(out);
	const char *packets = strstr(sink.head, "\"packets\": ");
	if (format == INSPECT_JSON && packets)
		seen.packets = strtoull(packets + 11, NULL, 10);
	seen.input_failed = result.input_failed;
	seen.raw = sink.raw;
	seen.escaped = sink.escaped;
	seen.len = sink.len;
	return seen;
}
