/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DNS over TCP (RFC 1035 section 4.2.2, RFC 7766): messages with two bytes of length before each, any number of them.
 * One that is too long to be kept (a zone transfer) is read as far as it is here; the rest of it is passed over by count.
 * What does not begin like a message, after a gap or ever, ends the reading: lengths lead nowhere from there.
 */
#include "dissect/session.h"

#include "dissect/dissect.h"

enum { LENGTH_LEN = 2, HEADER_LEN = 12, OPCODE_MAX = 6, QUESTIONS_MAX = 1 };

/* A length and a header that a message could have: enough to tell it from the middle of one. */
static bool looks_like_message(const uint8_t *b, size_t len)
{
	if (len < LENGTH_LEN + HEADER_LEN)
		return false;
	return (b[4] >> 3 & 0xf) <= OPCODE_MAX && !(b[5] & 0x40) && fw_be16(b + 6) <= QUESTIONS_MAX;
}

size_t dns_tcp_take(struct dns_tcp *dns, struct feed *feed)
{
	uint32_t *skip = &dns->skip[feed->direction];
	size_t at = 0;

	if (feed->gap)
		*skip = 0;
	while (at < feed->len) {
		const uint8_t *here = feed->bytes + at;
		size_t left = feed->len - at, len, given;

		if (*skip) {
			given = *skip < left ? *skip : left;
			*skip -= (uint32_t)given;
			at += given;
			continue;
		}
		if (left < LENGTH_LEN)
			break;
		len = fw_be16(here);
		given = len < SESSION_WAIT_MAX - LENGTH_LEN ? len : SESSION_WAIT_MAX - LENGTH_LEN;
		if (left - LENGTH_LEN < given)
			break;
		if (!looks_like_message(here, LENGTH_LEN + given)) {
			feed->done = true; /* after a gap the middle of something, or not DNS at all */
			return feed->len;
		}
		dissect_dns(here + LENGTH_LEN, given, feed->sink);
		at += LENGTH_LEN + given;
		*skip = (uint32_t)(len - given);
	}
	return at;
}
