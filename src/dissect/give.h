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

/* A text that some pad with zero bytes behind it; an empty one is no fact. */
static inline enum fw_read give_string(const struct fact_sink *sink, enum fact_kind kind, uint32_t number, struct slice text)
{
	while (text.len && !text.bytes[text.len - 1])
		text.len--;
	if (text.len)
		give(sink, &(struct fact){.kind = kind, .number = number, .text = text});
	return FW_READ_OK;
}
