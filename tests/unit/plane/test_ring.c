/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ring of the kernel's layout in a file: every length at every place, what wraps, what is being written, what was given up. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <linux/bpf.h>

#include "plane/ring.h"

enum { DATA_LEN = 65536 };

static struct ring ring;
static uint8_t *file; /* as the kernel writes it */
static size_t page;
static int descriptor;

/* What was handed on: one number is the seed of all bytes. */
static struct {
	uint32_t count, seed, ends_at;
	size_t len;
	int wrong;
} seen;

static int begin(void **state)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	descriptor = memfd_create("ring", MFD_CLOEXEC);
	if (descriptor < 0 || ftruncate(descriptor, (off_t)(2 * page + DATA_LEN)))
		return -1;
	file = mmap(NULL, 2 * page + DATA_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	memset(&seen, 0, sizeof(seen));
	return ring_open(&ring, descriptor, DATA_LEN);
}

static int end(void **state)
{
	ring_close(&ring);
	ring_close(&ring);
	munmap(file, 2 * page + DATA_LEN);
	return close(descriptor);
}

static unsigned long *written(void)
{
	return (unsigned long *)(void *)(file + page);
}

static unsigned long *taken(void)
{
	return (unsigned long *)(void *)file;
}

static void put(size_t len, uint32_t seed, uint32_t flags)
{
	uint8_t *data = file + 2 * page;
	unsigned long at = *written();
	uint32_t head = (uint32_t)len | flags;

	memcpy(data + at % DATA_LEN, &head, sizeof(head));
	for (size_t i = 0; i < len; i++)
		data[(at + 8 + i) % DATA_LEN] = (uint8_t)(seed * 31 + i);
	*written() = at + (8 + len + 7) / 8 * 8;
}

static int see(void *context, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	seen.count++;
	seen.wrong |= len != seen.len;
	for (size_t i = 0; i < len; i++)
		seen.wrong |= bytes[i] != (uint8_t)(seen.seed * 31 + i);
	return seen.count == seen.ends_at;
}

/* Around the ring many times: each length comes to lie across its end. */
static void every_length_everywhere(void **state)
{
	unsigned long around = 0;

	for (uint32_t round = 0; round < 20000; round++) {
		seen.len = (round * 37u) % (RING_RECORD_MAX + 1);
		seen.seed = round;
		put(seen.len, round, 0);
		assert_int_equal(ring_read(&ring, see, NULL), 1);
		assert_int_equal(*taken(), *written());
		around = *written() / DATA_LEN;
	}
	assert_int_equal(seen.count, 20000);
	assert_false(seen.wrong);
	assert_true(around > 500);
}

static void what_is_being_written_waits_and_all_behind_it(void **state)
{
	uint32_t *head;

	seen.len = 100;
	seen.seed = 5;
	put(100, 5, 0);
	head = (uint32_t *)(void *)(file + 2 * page + *written());
	put(100, 5, BPF_RINGBUF_BUSY_BIT);
	put(100, 5, 0);
	assert_int_equal(ring_read(&ring, see, NULL), 1);
	assert_int_equal(ring_read(&ring, see, NULL), 0);
	*head = 100;
	assert_int_equal(ring_read(&ring, see, NULL), 2);
	assert_false(seen.wrong);
}

static void what_was_given_up_or_is_too_long_is_passed_over(void **state)
{
	seen.len = 64;
	put(300, 1, BPF_RINGBUF_DISCARD_BIT);
	put(RING_RECORD_MAX + 1, 1, 0);
	put(64, 0, 0);
	assert_int_equal(ring_read(&ring, see, NULL), 1);
	assert_false(seen.wrong);
	assert_int_equal(*taken(), *written());
}

/* Positions are the kernel's unsigned long and come round: after 4 GiB where that has 32 bits. What lies behind the reader is not read. */
static void positions_come_round(void **state)
{
	*taken() = *written() = (unsigned long)-DATA_LEN;
	seen.len = 1000;
	for (uint32_t i = 0; i < 200; i++) {
		seen.seed = i;
		put(1000, i, 0);
		assert_int_equal(ring_read(&ring, see, NULL), 1);
		assert_true(*taken() == *written());
	}
	assert_true(*written() < 200 * 1008);
	assert_false(seen.wrong);
	*written() -= 1008;
	assert_int_equal(ring_read(&ring, see, NULL), 0);
}

/* The kernel has words of its own behind each position. */
static void only_the_position_is_read_and_written(void **state)
{
	memset(written() + 1, 0xff, page - sizeof(*written()));
	memset(taken() + 1, 0xff, page - sizeof(*taken()));
	seen.len = 16;
	put(16, 0, 0);
	assert_int_equal(ring_read(&ring, see, NULL), 1);
	assert_true(*taken() == *written() && taken()[1] == ULONG_MAX);
}

/* The one at which it ends is taken; the others come the next time. */
static void the_visitor_ends_it(void **state)
{
	seen.len = 16;
	seen.ends_at = 2;
	for (unsigned i = 0; i < 5; i++)
		put(16, 0, 0);
	assert_int_equal(ring_read(&ring, see, NULL), 2);
	assert_int_equal(*taken(), 2 * 24);
	assert_int_equal(ring_read(&ring, see, NULL), 3);
	assert_false(seen.wrong);
}

static void what_is_no_ring(void **state)
{
	struct ring none;

	assert_true(ring_open(&none, -1, DATA_LEN) < 0);
	ring_close(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_length_everywhere, begin, end),
		cmocka_unit_test_setup_teardown(what_is_being_written_waits_and_all_behind_it, begin, end),
		cmocka_unit_test_setup_teardown(what_was_given_up_or_is_too_long_is_passed_over, begin, end),
		cmocka_unit_test_setup_teardown(positions_come_round, begin, end),
		cmocka_unit_test_setup_teardown(only_the_position_is_read_and_written, begin, end),
		cmocka_unit_test_setup_teardown(the_visitor_ends_it, begin, end),
		cmocka_unit_test(what_is_no_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
