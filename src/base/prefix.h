/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Networks as people write them, "192.0.2.0/24" or "2001:db8::/32", and what lies in one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct prefix {
	uint8_t address[16]; /* IPv4 mapped; bits behind the prefix may be set */
	uint8_t bits; /* of 128; IPv4: 96 + n */
};

/* A network or one address, nothing before or behind it. Returns 0 or -EINVAL. */
int prefix_read(const char *text, struct prefix *out_prefix);

/* An IPv4 address is no part of an IPv6 prefix, however short: ::/0 is not the world. */
bool prefix_holds(const struct prefix *prefix, const uint8_t address[16]);

/*
 * An IPv6 prefix so short, or so placed, that the mapped form of every IPv4 address lies in it (::/0, ::/16, ::ffff:0:0/90). Where addresses of
 * both families are looked up in one table of 16 bytes it would speak of IPv4 as well.
 */
bool prefix_is_both(const struct prefix *prefix);
