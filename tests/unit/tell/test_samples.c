/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sampled frames: whole blocks that our own reader reads back, a ceiling that holds, a file that is renewed. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tell/tell.h"

static char folder[] = "/tmp/floodwall-samples-XXXXXX";
static char path[64], earlier[68];

static int fresh(void **state)
{
	unlink(path);
	unlink(earlier);
	return 0;
}

static struct fw_shield_sample sample_of(uint8_t fill, uint32_t len)
{
	struct fw_shield_sample sample = {
		.event.reason = FW_REASON_ZONE_UNKNOWN, .outcome = FW_OUTCOME_DROPPED, .frame_len = len + 10, .kept_len = len};

	memset(sample.frame, fill, sizeof(sample.frame));
	return sample;
}

static uint64_t size_of(const char *name)
{
	struct stat there;

	return stat(name, &there) ? 0 : (uint64_t)there.st_size;
}

static char *body_of(const char *name, size_t *out_len)
{
	FILE *file = fopen(name, "rb");
	size_t size = size_of(name);
	char *body = malloc(size + 1);

	assert_non_null(file);
	*out_len = fread(body, 1, size, file);
	assert_int_equal(*out_len, size);
	body[size] = 0;
	fclose(file);
	return body;
}

/* How many whole packets the file holds, by the lengths of its blocks; fails where anything is left over. */
static unsigned packets_in(const char *name)
{
	size_t len, at = 0;
	char *body = body_of(name, &len);
	unsigned packets = 0;

	while (at + 12 <= len) {
		uint32_t head[2], tail;
		memcpy(head, body + at, 8);
		assert_true(head[1] >= 12 && head[1] % 4 == 0 && at + head[1] <= len);
		memcpy(&tail, body + at + head[1] - 4, 4);
		assert_int_equal(tail, head[1]);
		packets += head[0] == 6;
		at += head[1];
	}
	assert_int_equal(at, len);
	free(body);
	return packets;
}

static void frames_with_their_reason(void **state)
{
	struct samples *samples;
	struct fw_shield_sample sample = sample_of('a', 61), would = sample_of('b', 320);
	size_t len;

	would.outcome = FW_OUTCOME_WOULD;
	would.event.reason = FW_REASON_DNS_LABEL;
	assert_int_equal(samples_open(path, 65536, &samples, NULL), 0);
	assert_int_equal(samples_note(samples, &sample, 1477048200123456789ull), 0);
	assert_int_equal(samples_note(samples, &would, 1477048201000000000ull), 0);
	assert_int_equal(packets_in(path), 2); /* while it is open */
	assert_int_equal(samples_written(samples), 2);
	samples_close(samples);
	char *body = body_of(path, &len);
	assert_non_null(memmem(body, len, "dropped: more unknown names than this zone may be asked for (zone_unknown)", 74));
	assert_non_null(memmem(body, len,
		"would have been stopped: a DNS label of more than 63 bytes or a compressed name in a question (dns_label)", 105));
	free(body);
}

static void values_from_the_kernel_are_not_trusted(void **state)
{
	struct fw_shield_sample sample = sample_of('a', 0);
	struct samples *samples;

	sample.kept_len = UINT32_MAX;
	sample.frame_len = 3;
	sample.outcome = 255;
	sample.event.reason = 255;
	assert_int_equal(samples_open(path, 65536, &samples, NULL), 0);
	assert_int_equal(samples_note(samples, &sample, UINT64_MAX), 0);
	samples_close(samples);
	assert_int_equal(packets_in(path), 1);
}

static void the_ceiling_holds(void **state)
{
	struct fw_shield_sample sample = sample_of('a', 100);
	struct samples *samples;
	unsigned written = 0;

	assert_int_equal(samples_open(path, 4096, &samples, NULL), 0);
	for (int i = 0; i < 100; i++)
		written += samples_note(samples, &sample, 1) == 0;
	assert_true(written > 5 && written < 100);
	assert_int_equal(samples_written(samples), written);
	assert_int_equal(samples_left_out(samples), 100 - written);
	assert_true(size_of(path) <= 4096);
	assert_int_equal(packets_in(path), written);
	/* renewed: the earlier one stays beside it */
	assert_int_equal(samples_reopen(samples, NULL), 0);
	assert_int_equal(samples_note(samples, &sample, 1), 0);
	assert_int_equal(packets_in(path), 1);
	assert_int_equal(packets_in(earlier), written);
	samples_close(samples);
}

/* RLIMIT_FSIZE stands for a full disk: write() takes a part of the block, then fails. */
static void a_full_disk_leaves_whole_blocks(void **state)
{
	struct fw_shield_sample sample = sample_of('a', 100);
	struct rlimit old, small;
	struct samples *samples;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){.rlim_cur = 1001, .rlim_max = old.rlim_max};
	assert_int_equal(samples_open(path, 65536, &samples, NULL), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int error = 0;
	for (int i = 0; i < 20 && !error; i++)
		error = samples_note(samples, &sample, 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(error, -EFBIG);
	assert_int_equal(samples_note(samples, &sample, 1), -EFBIG); /* told once, then counted */
	assert_int_equal(samples_left_out(samples), 2);
	assert_int_equal(packets_in(path), samples_written(samples));
	samples_close(samples);
}

static void where_no_file_can_be(void **state)
{
	struct samples *samples = NULL;
	struct fault fault = {0};

	assert_int_equal(samples_open("/nonexistent/x.pcapng", 65536, &samples, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "sampled frames cannot be written: No such file or directory");
	assert_null(samples);
	/* what is there is never followed: it makes room */
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_int_equal(samples_open(path, 65536, &samples, &fault), 0);
	samples_close(samples);
	struct stat there;
	assert_int_equal(lstat(path, &there), 0);
	assert_true(S_ISREG(there.st_mode));
	assert_int_equal(there.st_mode & 0777, 0640);
}

static int set_up(void **state)
{
	umask(022);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/drops.pcapng", folder);
	snprintf(earlier, sizeof(earlier), "%s.1", path);
	return 0;
}

static int tear_down(void **state)
{
	fresh(state);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(frames_with_their_reason, fresh),
		cmocka_unit_test_setup(values_from_the_kernel_are_not_trusted, fresh),
		cmocka_unit_test_setup(the_ceiling_holds, fresh),
		cmocka_unit_test_setup(a_full_disk_leaves_whole_blocks, fresh),
		cmocka_unit_test_setup(where_no_file_can_be, fresh),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
