/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frames of the bench, as shapes for its driver, and the names that are in them. Pure: the same arguments give the same bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver.h"

enum shape_kind {
	SHAPE_QUESTION,
	SHAPE_MALFORMED, /* seven ways to be no question */
	SHAPE_ANSWER, /* that nobody asked for */
};

/* A world of names: owners, some below a node that exists only because of them, under a number of zones. */
struct shape_world {
	enum shape_kind kind;
	uint32_t zones; /* at least 1 */
	bool six; /* IPv6: from 2001:db8::/32, where the source is in bytes 4 to 7 */
};

enum { SHAPE_NAME_MAX = 64, SHAPE_ZONES_MAX = 64 };

/* The protected address, IPv4 mapped, that all frames go to: 192.0.2.1, or 2001:db8:ffff::53. */
void shape_target(bool six, uint8_t out[16]);
/* The address of a source (bench_source()), IPv4 mapped. */
void shape_source(bool six, uint32_t source, uint8_t out[16]);

/* How many zones so many names have: one in ten names, at most SHAPE_ZONES_MAX. */
uint32_t shape_zones(uint32_t names);
/* Wire form; return the length, the root's zero byte included. */
size_t shape_apex(uint32_t zone, uint8_t out[SHAPE_NAME_MAX]);
size_t shape_owner(const struct shape_world *world, uint32_t number, uint8_t out[SHAPE_NAME_MAX]);
/* The zone (from 0) that the owner of this number is in. */
uint32_t shape_zone(const struct shape_world *world, uint32_t number);

void shape_make(const struct shape_world *world, uint32_t place, struct bench_shape *out);
