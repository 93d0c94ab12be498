/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock on the wall: the one place of user space that reads it. Rooms that think get the time as an argument. */
#pragma once

#include <stdint.h>

/* Nanoseconds since some moment; never runs backwards. */
uint64_t clock_steady_ns(void);

/* Nanoseconds since 1970, as this machine believes; may jump. */
uint64_t clock_wall_ns(void);
