/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A book and a scan detector on a bench: device 5 at 10.0.0.5 tries targets, 10/8 is ours, the clock is in our hand. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "detect/scan.h"
#include "detect/window.h"

#define SECOND 1000000000ull
#define START (1477048200 * SECOND) /* 2016-10-21T11:10:00Z */

static const uint8_t scan_hash_key[16] = {9, 8, 7};

struct bed {
	struct book *book;
	struct scan *scan;
	uint64_t now_ns;
	uint32_t random;
};

static inline struct bed bed_new(void)
{
	struct bed bed = {.now_ns = START, .random = 1};

	assert_int_equal(book_new(1024, scan_hash_key, &bed.book), 0);
	assert_int_equal(scan_new(4096, scan_hash_key, bed.book, &bed.scan), 0);
	return bed;
}

static inline void bed_free(struct bed *bed)
{
	scan_free(bed->scan);
	book_free(bed->book);
}

static inline uint32_t random_below(struct bed *bed, uint32_t limit)
{
	bed->random = bed->random * 1664525u + 1013904223u;
	return (bed->random >> 8) % limit;
}

static inline void ipv4(uint8_t out[16], uint32_t address)
{
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(address >> (24 - 8 * i));
}

static inline bool is_inside(uint32_t address)
{
	return address >> 24 == 10;
}

/* Device 5 at 10.0.0.5 tries a target; 10/8 is ours. */
static inline struct contact contact_of(struct bed *bed, uint32_t target, uint16_t port, enum contact_outcome outcome)
{
	struct contact contact = {
		.start_ns = bed->now_ns,
		.decided_ns = bed->now_ns,
		.device = 5,
		.target_device = is_inside(target) ? target & 0xff : DEVICE_NONE,
		.port = port,
		.kind = CONTACT_TCP,
		.outcome = outcome,
		.source_ours = true,
		.target_ours = is_inside(target),
	};

	ipv4(contact.source, 0x0a000005);
	ipv4(contact.target, target);
	return contact;
}

static inline void tell(struct bed *bed, uint32_t target, uint16_t port, enum contact_outcome outcome)
{
	struct contact contact = contact_of(bed, target, port, outcome);

	scan_contact(bed->scan, &contact);
}

/* Another device of ours gets an answer from outside: the link is up. */
static inline void light(struct bed *bed)
{
	struct contact contact = contact_of(bed, 0xc6336401, 443, CONTACT_ANSWERED);

	contact.device = 6;
	scan_contact(bed->scan, &contact);
}

enum { OUTSIDE = 0xcb007100u, INSIDE = 0x0a000100u };

/* `count` targets from base on, one each step_ns. */
static inline void sweep(struct bed *bed, uint32_t base, uint32_t count, uint16_t port, uint64_t step_ns)
{
	for (uint32_t i = 0; i < count; i++, bed->now_ns += step_ns)
		tell(bed, base + i, port, CONTACT_SILENT);
}

/* `count` ports of one target from first on. */
static inline void ports_of(struct bed *bed, uint32_t target, uint16_t first, uint32_t count, uint64_t step_ns)
{
	for (uint32_t i = 0; i < count; i++, bed->now_ns += step_ns)
		tell(bed, target, (uint16_t)(first + i), CONTACT_REFUSED);
}

static inline const struct finding *only(struct bed *bed)
{
	scan_end(bed->scan);
	assert_int_equal(book_count(bed->book), 1);
	return book_at(bed->book, 0);
}

static inline int worst(struct bed *bed)
{
	int severity = -1;

	scan_end(bed->scan);
	for (uint32_t i = 0; i < book_count(bed->book); i++)
		if ((int)book_at(bed->book, i)->severity > severity)
			severity = (int)book_at(bed->book, i)->severity;
	return severity;
}
