/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between whom a finding is: what a flow record calls source and destination, as far as it is known. A finding sums up many
 * conversations, so whatever differs between them stays unknown: a scan of many has no destination, a flood no source port.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "report/community.h"
#include "report/report.h"

struct ends {
	const uint8_t *src, *dest; /* 16 bytes, or NULL; borrowed from finding or device */
	unsigned dest_bits; /* 128: one address; fewer: a prefix */
	uint16_t src_port, dest_port; /* 0: unknown */
	uint8_t proto; /* IP protocol; 0: unknown */
	bool src_guessed; /* the device has other addresses of this kind too */
	const uint8_t *src_mac, *dest_mac; /* or NULL */
	const char *app_proto; /* "telnet", or NULL */
};

void ends_find(const struct report_view *view, const struct finding *finding, struct ends *out_ends);

/* The community id of what is between these ends; false where that is not one known conversation. */
bool ends_community(const struct ends *ends, char out[COMMUNITY_MAX]);

/* A number for this pair of ends, the same wherever they come up: 53 bits, so that every JSON reader keeps them. */
uint64_t ends_number(const struct ends *ends);
