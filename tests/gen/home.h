/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home that the stories play in, and what it does on a quiet day.
 *
 *     laptop .20  recorder .64  camera .70  printer .80  TV .90  --- gateway and resolver .1 --- outside
 *
 * Everything outside lies in the documentation prefixes of RFC 5737 and RFC 3849; names in RFC 2606's.
 */
#pragma once

#include "gen.h"

struct home {
	struct host gateway, laptop, recorder, camera, printer, tv;
};

struct home home_make(void);
/* A guest of ours in 192.168.1.0/24, with a MAC of its own (02:00:00:00:01:xx), or somebody outside. */
struct host home_host(const char *address);
/* Everybody gets a lease and says hello. */
void home_morning(struct gen *gen, const struct home *home);
/* A router offers 2001:db8:1::/64 to all. */
void home_advertise(struct gen *gen, const struct host *router);
/* A page over TLS: name, connection, answer. */
void home_browse(struct gen *gen, const struct home *home, const struct host *who, const char *name, const char *address, size_t len);
/* Some minutes of it: pages, keep-alives at a fixed period with names, time, a print job. */
void home_ordinary_life(struct gen *gen, const struct home *home, uint64_t from_ns, uint64_t to_ns);
