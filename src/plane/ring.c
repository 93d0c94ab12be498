/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEAD_LEN = 8 };

int ring_open(struct ring *ring, int descriptor, size_t data_len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer, *producer;

	*ring = (struct ring){.page = page, .data_len = data_len};
	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	producer = mmap(NULL, page + data_len, PROT_READ, MAP_SHARED, descriptor, (off_t)page);
	if (producer == MAP_FAILED) {
		int error = -errno;
		munmap(consumer, page);
		return error;
	}
	ring->consumer = consumer;
	ring->producer = producer;
	return 0;
}

void ring_close(struct ring *ring)
{
	if (!ring->consumer)
		return;
	munmap(ring->consumer, ring->page);
	munmap((void *)ring->producer, ring->page + ring->data_len);
	ring->consumer = NULL;
}

/* The record's bytes in one piece. */
static const uint8_t *whole(struct ring *ring, size_t begin, size_t len)
{
	const uint8_t *data = ring->producer + ring->page;
	size_t head = ring->data_len - begin;

	if (len <= head)
		return data + begin;
	memcpy(ring->record, data + begin, head);
	memcpy(ring->record + head, data, len - head);
	return ring->record;
}

/* Positions come round. */
static bool is_behind(unsigned long at, unsigned long written)
{
	return (long)(written - at) > 0;
}

uint32_t ring_read(struct ring *ring, int (*visit)(void *context, const void *data, size_t len), void *context)
{
	const uint8_t *data = ring->producer + ring->page;
	unsigned long at = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
	uint32_t count = 0;
	int ended = 0;

	while (!ended && is_behind(at, __atomic_load_n((const unsigned long *)(const void *)ring->producer, __ATOMIC_ACQUIRE))) {
		size_t begin = at & (ring->data_len - 1); /* a multiple of 8: a head never wraps */
		uint32_t head = __atomic_load_n((const uint32_t *)(const void *)(data + begin), __ATOMIC_ACQUIRE);
		size_t len = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT), next = (begin + HEAD_LEN) & (ring->data_len - 1);
		if (head & BPF_RINGBUF_BUSY_BIT)
			break; /* it is being written: what comes behind it waits */
		if (!(head & BPF_RINGBUF_DISCARD_BIT) && len <= RING_RECORD_MAX) {
			ended = visit(context, whole(ring, next, len), len);
			count++;
		}
		at += (HEAD_LEN + len + 7) / 8 * 8;
		__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
	}
	return count;
}
