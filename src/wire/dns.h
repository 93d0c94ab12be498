/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The question of a DNS query: header, one name, type and class. What a server is asked, and nothing of what it answers.
 *
 * Sanity first: a query asks one question and carries no answer (RFC 9619; RFC 1035 section 4.1.1), one record of authority
 * at most (IXFR, RFC 1995) and two additional ones (OPT, and TSIG or SIG(0)). A name holds labels of 1 to 63 bytes, 255 bytes
 * in all, and the first name of a message cannot be compressed: there is nothing before it to point to.
 *
 * The name is hashed while it is walked, once and without a copy, so that it can be looked up together with all its
 * ancestors: which zone is it in, is there a delegation above it, a wildcard. Two layers of one polynomial hash do it:
 *
 *	label    L(www) = ((3 * x + 'w') * x + 'w') * x + 'w'                 length first, bytes in lower case (RFC 4343)
 *	suffix   H(.) = 1,   H(www.example.com.) = H(example.com.) * y + L(www)
 *
 * modulo the prime 2^31 - 1 (31 bits because BPF multiplies 64 by 64 to 64), in two lanes with secret points x and y of
 * their own (Carter and Wegman, 1979). Two different labels meet with a chance of at most (63 / 2^31)^2 = 2^-50, two names
 * with (127 / 2^31)^2 more: whatever an outsider sends, as long as the points are secret.
 */
#pragma once

#include "wire/bytes.h"
#include "wire/limits.h"
#include "wire/reason.h"

/* Each label but the root's takes two bytes: more than 127 cannot be reached within 255, so nobody counts them. */
_Static_assert((FW_DNS_NAME_MAX - 1) / 2 == FW_DNS_LABELS_MAX, "the length of a name bounds its labels");

/* Secret points, 1 to 2^31 - 2, random per start. */
struct fw_dns_key {
	uint32_t label[2], name[2];
};
_Static_assert(sizeof(struct fw_dns_key) == 16, "a map value");

struct fw_dns_question {
	/* suffix[i]: hash of the name without its first i labels; suffix[0] the whole, suffix[labels] the root */
	uint64_t suffix[FW_DNS_LABELS_MAX + 1];
	uint16_t id, flags; /* flags as in the header: QR 0x8000, opcode 0x7800, RD 0x0100 ... */
	uint16_t additional; /* records in the additional section */
	uint16_t type, class;
	uint16_t name_len; /* in wire form, the root's zero byte included: 1 to 255 */
	uint16_t end_off; /* of the byte behind the question, from the start of the message */
	uint8_t labels; /* without the root; after BAD it counts the one begun last, which may be the 128th */
	uint8_t reason; /* enum fw_reason: why the reader stopped */
	uint8_t left; /* length of a label that did not end; 0 after OK */
	uint8_t zero[7]; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_dns_question) == 1048 && offsetof(struct fw_dns_question, zero) == 1041, "no holes");

/* (h * point + number) modulo 2^31 - 1, up to one modulus too many: the same bytes always give the same number. */
FW_INLINE uint32_t fw_dns_step(uint32_t h, uint32_t point, uint32_t number)
{
	uint64_t x = (uint64_t)h * point + number;

	x = (x & FW_LIMIT(0x7fffffffu)) + (x >> FW_LIMIT(31));
	return (uint32_t)((x & FW_LIMIT(0x7fffffffu)) + (x >> FW_LIMIT(31)));
}

FW_INLINE uint32_t fw_dns_lower(uint32_t c)
{
	return c - FW_LIMIT('A') < FW_LIMIT(26u) ? c + FW_LIMIT(32u) : c;
}

FW_INLINE uint64_t fw_dns_pack(uint32_t h0, uint32_t h1)
{
	return (uint64_t)h1 << 32 | h0;
}

/* One label more, of which so many bytes will come. */
FW_INLINE void fw_dns_begin(struct fw_dns_question *out, uint32_t len)
{
	out->left = (uint8_t)len;
	out->labels++;
}

/* The hash of the label that was begun last. */
FW_INLINE void fw_dns_end(struct fw_dns_question *out, uint32_t h0, uint32_t h1)
{
	out->suffix[(out->labels - 1) & FW_DNS_LABELS_MAX] = fw_dns_pack(h0, h1);
	out->left = 0;
}

/* Walks the name at the cursor, which stays; suffix[] gets the hash of each label. */
FW_INLINE enum fw_reason fw_dns_name(struct fw_cursor here, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	uint32_t room = fw_left(&here), left = 0, h0 = 0, h1 = 0;
	const uint8_t *p = fw_peek(&here, 0);

	if (!p)
		return FW_REASON_DNS_SHORT;
	FW_LOOP
	for (uint32_t i = 0; i < FW_LIMIT(FW_DNS_NAME_MAX); i++) {
		uint32_t c;

		if (i >= room || !fw_holds(&here, p))
			return FW_REASON_DNS_SHORT;
		c = fw_u8(p);
		p++;
		out->name_len = (uint16_t)(i + 1);
		if (left) {
			c = fw_dns_lower(c);
			h0 = fw_dns_step(h0, key->label[0], c);
			h1 = fw_dns_step(h1, key->label[1], c);
			if (!--left)
				fw_dns_end(out, h0, h1);
			continue;
		}
		if (!c)
			return FW_REASON_NONE;
		if (c > FW_LIMIT(FW_DNS_LABEL_MAX))
			return FW_REASON_DNS_LABEL;
		left = h0 = h1 = c;
		fw_dns_begin(out, c);
	}
	return FW_REASON_DNS_NAME_LEN;
}

/* From the root down: hashes of labels become hashes of suffixes. */
FW_INLINE void fw_dns_suffixes(const struct fw_dns_key *key, struct fw_dns_question *out)
{
	uint32_t h0 = FW_LIMIT(1u), h1 = FW_LIMIT(1u);

	out->suffix[out->labels & FW_DNS_LABELS_MAX] = fw_dns_pack(h0, h1);
	FW_LOOP
	for (uint32_t i = out->labels; i > 0; i--) {
		uint64_t label = out->suffix[(i - 1) & FW_DNS_LABELS_MAX];

		h0 = fw_dns_step(h0, key->name[0], (uint32_t)label);
		h1 = fw_dns_step(h1, key->name[1], (uint32_t)(label >> 32));
		out->suffix[(i - 1) & FW_DNS_LABELS_MAX] = fw_dns_pack(h0, h1);
	}
}

FW_INLINE enum fw_reason fw_dns_header(struct fw_cursor *here, struct fw_dns_question *out)
{
	const uint8_t *p = fw_peek(here, FW_LIMIT(12u));

	if (!p)
		return FW_REASON_DNS_SHORT;
	out->id = fw_be16(p);
	out->flags = fw_be16(p + 2);
	out->additional = fw_be16(p + 10);
	fw_skip(here, FW_LIMIT(12u));
	if (out->flags & FW_LIMIT(0x8000))
		return FW_REASON_DNS_ANSWER;
	if ((out->flags >> FW_LIMIT(11) & FW_LIMIT(15)) != 0)
		return FW_REASON_DNS_OPCODE;
	if (!fw_be16(p + 4))
		return FW_REASON_DNS_NO_QUESTION;
	if (fw_be16(p + 4) > FW_LIMIT(1u) || fw_be16(p + 6) > FW_LIMIT(0u) || fw_be16(p + 8) > FW_LIMIT(1u) ||
		out->additional > FW_LIMIT(2u))
		return FW_REASON_DNS_COUNTS;
	return FW_REASON_NONE;
}

/* Name, type and class, whatever the header says. */
FW_INLINE enum fw_reason fw_dns_asked(struct fw_cursor *here, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	enum fw_reason reason = fw_dns_name(*here, key, out);
	const uint8_t *p;

	FW_FORGET();
	fw_skip(here, out->name_len);
	if (reason)
		return reason;
	fw_dns_suffixes(key, out);
	p = fw_peek(here, FW_LIMIT(4u));
	if (!p)
		return FW_REASON_DNS_SHORT;
	out->type = fw_be16(p);
	out->class = fw_be16(p + 2);
	fw_skip(here, FW_LIMIT(4u));
	return FW_REASON_NONE;
}

FW_INLINE enum fw_reason fw_dns_message(struct fw_cursor *here, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	enum fw_reason reason = fw_dns_header(here, out);

	return reason ? reason : fw_dns_asked(here, key, out);
}

FW_INLINE void fw_dns_clear(struct fw_dns_question *out)
{
	__builtin_memset(&out->id, 0, sizeof(*out) - offsetof(struct fw_dns_question, id));
}

/*
 * Both worlds: the message is what the cursor spans from its place on. Fills *out whatever it returns; suffix[] is
 * meant only after OK, and only up to suffix[labels]: the rest of that room is left as it was.
 */
FW_INLINE enum fw_read fw_dns_parse(struct fw_cursor message, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	uint32_t begin = message.at;
	enum fw_reason reason;

	fw_dns_clear(out);
	reason = fw_dns_message(&message, key, out);
	out->end_off = (uint16_t)(message.at - begin);
	out->reason = (uint8_t)reason;
	return fw_reason_read(reason);
}

#ifndef __bpf__
/* User space: a DNS message of len bytes, as in a datagram. */
static inline enum fw_read fw_dns_question_read(
	const uint8_t *bytes, uint32_t len, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	return fw_dns_parse(fw_cursor_of(bytes, len), key, out);
}
#endif
