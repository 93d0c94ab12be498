/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the datagram dissectors share: mapped addresses, and handing over a fact. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire/bytes.h"
#include "model/fact.h"

/* a.b.c.d as ::ffff:a.b.c.d */
static inline void give_ipv4(uint8_t out_addr[16], const uint8_t ipv4[4])
{
	memset(out_addr, 0, 10);
	memset(out_addr + 10, 0xff, 2);
	memcpy(out_addr + 12, ipv4, 4);
}

static inline void give(const struct fact_sink *sink, const struct fact *fact)
{
	sink->take(sink->context, fact);
}

static inline void give_text(const struct fact_sink *sink, enum fact_kind kind, struct slice text)
{
	give(sink, &(struct fact){.kind = kind, .text = text});
}
