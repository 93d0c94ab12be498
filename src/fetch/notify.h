/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A NOTIFY as the schedule of zones sees it: what it says, who signed it, and the answer. */
#pragma once

#include "fetch/fetch.h"

/* Answers to what comes: rcode of the header. */
enum notify_rcode { NOTIFY_NOERROR = 0, NOTIFY_NOTIMP = 4, NOTIFY_NOTAUTH = 9 };

struct notify_datagram {
	const uint8_t *bytes;
	size_t len;
	uint64_t wall_s;
};

/*
 * Judges the signature by key (NULL: the zone has none, and so nobody can sign for it) and writes the answer, signed if the
 * question was. Unsigned datagrams are right. Returns NOTIFY_TAKEN or NOTIFY_KEY; *out_len is 0 where there is no memory.
 */
enum notify_verdict notify_judge(
	const struct notify_datagram *datagram, const struct zone_key *key, uint8_t answer[NOTIFY_ANSWER_MAX], size_t *out_len);

/* The answer to what is not for us: as much of the question as can be read. Never to an answer: then *out_len is 0. */
void notify_refuse(const struct notify_datagram *datagram, enum notify_rcode rcode, uint8_t answer[NOTIFY_ANSWER_MAX], size_t *out_len);
