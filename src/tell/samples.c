/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sampled frames in a file of bounded size. Each frame is written out at once, whole, or not at all: who reads the file while it grows,
 * or after a crash, finds whole blocks. At most some hundred frames a second come here, the kernel sees to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pcapng_write.h"
#include "base/reason.h"
#include "tell/tell.h"

enum { LINK_ETHERNET = 1, SAMPLES_PATH_MAX = 512, COMMENT_MAX = 256 };

struct samples {
	char path[SAMPLES_PATH_MAX];
	uint64_t ceiling, len; /* bytes */
	uint64_t written, left_out;
	FILE *out; /* NULL: it could not be made, or written to */
	struct pcapng_writer writer;
};

static const char *const outcome_words[FW_OUTCOME_COUNT] = {
	[FW_OUTCOME_PASSED] = "passed",
	[FW_OUTCOME_DROPPED] = "dropped",
	[FW_OUTCOME_TRUNCATED] = "answered with TC=1",
	[FW_OUTCOME_WOULD] = "would have been stopped",
};

/* What is there already makes room; a new file is never somebody else's link. */
static int make(struct samples *samples)
{
	char earlier[SAMPLES_PATH_MAX + 2];
	int file, error;

	snprintf(earlier, sizeof(earlier), "%s.1", samples->path);
	if (rename(samples->path, earlier) && errno != ENOENT)
		return -errno;
	file = open(samples->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (file < 0)
		return -errno;
	samples->out = fdopen(file, "w");
	if (!samples->out) {
		close(file);
		return -ENOMEM;
	}
	errno = 0;
	pcapng_write_section(&samples->writer, samples->out, "Frames that Floodwall sampled; each says why it was stopped.");
	error = fflush(samples->out) ? -errno : 0;
	samples->len = (uint64_t)ftell(samples->out);
	return error;
}

static int start(struct samples *samples, struct fault *out_fault)
{
	int error = make(samples);

	if (!error)
		return 0;
	if (samples->out)
		fclose(samples->out);
	samples->out = NULL;
	fault_set(out_fault, samples->path, 0, 0, "sampled frames cannot be written: %s", strerror(-error));
	return error;
}

int samples_open(const char *path, uint64_t ceiling, struct samples **out_samples, struct fault *out_fault)
{
	struct samples *samples = calloc(1, sizeof(*samples));
	int error;

	if (!samples)
		return -ENOMEM;
	samples->ceiling = ceiling;
	if (snprintf(samples->path, sizeof(samples->path), "%s", path) >= (int)sizeof(samples->path)) {
		free(samples);
		fault_set(out_fault, path, 0, 0, "the name of the file is too long");
		return -ENAMETOOLONG;
	}
	error = start(samples, out_fault);
	if (error) {
		free(samples);
		return error;
	}
	*out_samples = samples;
	return 0;
}

void samples_close(struct samples *samples)
{
	if (samples && samples->out)
		fclose(samples->out);
	free(samples);
}

static int write_packet(struct samples *samples, const struct pcapng_packet *packet)
{
	long before = ftell(samples->out);

	errno = 0;
	pcapng_write_packet(&samples->writer, packet);
	if (!fflush(samples->out)) {
		samples->len = (uint64_t)ftell(samples->out);
		return 0;
	}
	int error = errno ? -errno : -EIO;
	/* half a block would spoil the file for its readers */
	if (before < 0 || ftruncate(fileno(samples->out), before))
		error = error ? error : -EIO;
	fclose(samples->out);
	samples->out = NULL;
	return error;
}

int samples_note(struct samples *samples, const struct fw_shield_sample *sample, uint64_t time_ns)
{
	char comment[COMMENT_MAX];
	uint32_t kept = sample->kept_len < FW_SAMPLE_BYTES ? sample->kept_len : FW_SAMPLE_BYTES;
	enum fw_reason reason = (enum fw_reason)sample->event.reason;
	struct pcapng_packet packet = {
		.time_ns = time_ns,
		.bytes = sample->frame,
		.cap_len = kept,
		.wire_len = sample->frame_len > kept ? sample->frame_len : kept,
		.link = LINK_ETHERNET,
		.comment = comment,
	};
	int error;

	snprintf(comment, sizeof(comment), "%s: %s (%s)",
		outcome_words[sample->outcome < FW_OUTCOME_COUNT ? sample->outcome : FW_OUTCOME_PASSED], reason_sentence(reason),
		reason_counter(reason));
	if (!samples->out || samples->len + pcapng_packet_len(&packet) > samples->ceiling) {
		samples->left_out++;
		return -EFBIG;
	}
	error = write_packet(samples, &packet);
	if (error)
		samples->left_out++;
	else
		samples->written++;
	return error;
}

int samples_reopen(struct samples *samples, struct fault *out_fault)
{
	if (samples->out)
		fclose(samples->out);
	samples->out = NULL;
	return start(samples, out_fault);
}

uint64_t samples_written(const struct samples *samples)
{
	return samples->written;
}

uint64_t samples_left_out(const struct samples *samples)
{
	return samples->left_out;
}
