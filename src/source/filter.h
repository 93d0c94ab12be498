/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet filter as tcpdump takes it (pcap-filter(7)), compiled by libpcap once for each link type that is read: one pcapng
 * may hold several. Used by source.c. Owns its programs.
 *
 * Nothing is looked up: libpcap would ask the resolver for a host's name, and this program sends nothing. Names of ports and
 * protocols are fine, they stand in files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "model/frame.h"

struct filter;

enum filter_verdict { FILTER_PASS, FILTER_STOP, FILTER_CANNOT /* it means nothing for this link type */ };

/* Returns 0, -ENOMEM, or -EINVAL with the sentence (no filter for any link type, a name in it, built without libpcap). */
int filter_new(const char *expression, struct filter **out_filter, struct fault *out_fault);
void filter_free(struct filter *filter);

enum filter_verdict filter_judge(const struct filter *filter, const struct frame *frame);

/* Why it cannot be used for this link type; "" where it can. */
const char *filter_reason(const struct filter *filter, uint16_t link);

enum { FILTER_WORD_MAX = 64 };

/* Finds the first word of the expression that would have to be looked up. False, and nothing written, where there is none. */
bool filter_find_name(const char *expression, char out_word[FILTER_WORD_MAX]);
