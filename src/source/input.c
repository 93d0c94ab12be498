/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/pcap.h"
#include "source/pcapng.h"
#include "source/window.h"

enum { MAGIC_LEN = 4, LINK_RAW = 101, BLOCK_PIPE = 64 << 10 };

struct reader {
	struct window window;
	struct fault fault; /* what window and format have to say; goes into the report at the end */
	bool again; /* can be opened a second time */
	bool newer; /* pcapng */
	uint64_t frame_count; /* read so far */
	union {
		struct pcap pcap;
		struct pcapng pcapng;
	};
};

void input_refuse(struct input *input, const char *reason)
{
	input_close(input);
	fault_set(&input->report.fault, input->report.file, 0, 0, "%s", reason);
	input->report.unreadable = !input->report.packets;
	input->over = true;
}

/* The end of an input, for good or bad. */
static void stop(struct input *input, enum fw_read why)
{
	bool nothing = !input->reader->frame_count;

	if (why != FW_READ_OTHER) /* goes before what the filter had to say */
		input->report.fault = input->reader->fault;
	input->report.cut_short = why == FW_READ_SHORT || (why == FW_READ_BAD && !nothing);
	input->report.unreadable = why != FW_READ_OTHER && nothing;
	input->over = true;
	input_close(input);
}

static void note_size(struct input *input, int fd)
{
	struct stat info;

	input->endless = fstat(fd, &info) || !S_ISREG(info.st_mode);
	input->size = input->endless ? 0 : (uint64_t)info.st_size;
}

/* All who read a copy share one position. */
static int copy_open(struct input *input)
{
	int fd = lseek(input->copy, 0, SEEK_SET) < 0 ? -1 : fcntl(input->copy, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return -errno;
	note_size(input, fd);
	return fd;
}

static int descriptor_open(struct input *input, bool *out_again)
{
	const char *file = input->report.file;

	*out_again = input->copy >= 0;
	if (input->copy >= 0)
		return copy_open(input);
	if (!strcmp(file, "-")) {
		note_size(input, STDIN_FILENO);
		return STDIN_FILENO;
	}
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	note_size(input, fd);
	*out_again = !input->endless;
	if (*out_again)
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return fd;
}

static const char *why_not_opened(int error)
{
	if (error == -EMFILE || error == -ENFILE)
		return "not opened: more captures overlap in time than files may be open at once (ulimit -n); merge some of them first";
	return strerror(-error);
}

static struct reader *reader_new(struct input *input, size_t block)
{
	bool again;
	int fd = descriptor_open(input, &again);

	if (fd < 0) {
		input_refuse(input, why_not_opened(fd));
		return NULL;
	}
	/* A pipe stays open from here on, and brings this much at once. */
	if (!again && block < BLOCK_PIPE)
		block = BLOCK_PIPE;
	struct unpack_file file = {.fd = fd, .read_max = block, .budget = input->budget};
	struct reader *reader = malloc(sizeof(*reader));
	if (!reader && fd > STDIN_FILENO)
		close(fd);
	if (!reader || window_open(&reader->window, &file, input->report.file, &reader->fault)) {
		free(reader);
		input_refuse(input, "not read: not enough memory");
		return NULL;
	}
	reader->again = again;
	reader->frame_count = 0;
	return reader;
}

/* What a file is that does not even have a magic. */
static enum fw_read not_a_capture(struct window *window)
{
	bool packed = window->unpack.packing != PACKING_NONE;

	if (window->unpack.state == FW_READ_BAD || window->unpack.state == FW_READ_SHORT)
		return window_ended(window, "the capture", 0);
	if (window->end == window->at)
		fault_set(window->fault, window->file, 0, 0, packed ? "there is nothing in it once unpacked" : "the file is empty");
	else
		fault_set(window->fault, window->file, 0, 0,
			packed ? "what is packed in it is not a capture (neither pcap nor pcapng)"
			       : "not a capture (neither pcap nor pcapng, nor one of these as gzip, xz or zstd)");
	return FW_READ_BAD;
}

static enum fw_read read_start(struct reader *reader)
{
	const uint8_t *magic = window_need(&reader->window, MAGIC_LEN);

	reader->newer = magic && pcapng_known(magic);
	if (reader->newer) {
		pcapng_init(&reader->pcapng);
		return FW_READ_OK;
	}
	if (magic && pcap_known(magic))
		return pcap_read_header(&reader->pcap, &reader->window);
	return not_a_capture(&reader->window);
}

bool input_open(struct input *input, size_t block)
{
	input->reader = reader_new(input, block);
	if (!input->reader)
		return false;
	enum fw_read read = read_start(input->reader);
	if (read != FW_READ_OK) {
		stop(input, read);
		return false;
	}
	if (!input_advance(input))
		return false;
	input->start_ns = input->next.time_ns;
	return true;
}

bool input_advance(struct input *input)
{
	struct reader *reader = input->reader;
	struct frame *next = &input->next;
	enum fw_read read =
		reader->newer ? pcapng_read(&reader->pcapng, &reader->window, next) : pcap_read(&reader->pcap, &reader->window, next);

	if (__builtin_expect(read != FW_READ_OK, 0)) {
		stop(input, read);
		return false;
	}
	/* Raw IP is 101 in files, but 12 or 14 in the memory of some systems, and tools have written that. */
	if (next->link == 12 || next->link == 14)
		next->link = LINK_RAW;
	next->number = ++reader->frame_count;
	return true;
}

void input_park(struct input *input)
{
	if (!input->reader || !input->reader->again)
		return;
	input_close(input);
	input->position = 0; /* it will be read from the start */
}

void input_give(struct input *input, struct frame *out_frame)
{
	struct source_report *report = &input->report;
	const struct frame *next = &input->next;

	if (!report->packets || next->time_ns < report->first_ns)
		report->first_ns = next->time_ns;
	if (next->time_ns > report->last_ns)
		report->last_ns = next->time_ns;
	report->packets++;
	report->bytes += next->wire_len;
	*out_frame = *next;
}

void input_close(struct input *input)
{
	if (!input->reader)
		return;
	input->position = input->reader->window.unpack.file_offset;
	window_close(&input->reader->window);
	free(input->reader);
	input->reader = NULL;
}

uint64_t input_position(const struct input *input)
{
	uint64_t position = input->reader ? input->reader->window.unpack.file_offset : input->position;

	return input->size && (input->over || position > input->size) ? input->size : position;
}
