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
 *	label    L(example) = ((7 * x + 'exa') * x + 'mpl') * x + 'e'       length first, then three bytes a step, in lower case (RFC 4343)
 *	suffix   H(.) = 1,   H(www.example.com.) = (H(example.com.) + L(www)) * y
 *
 * modulo the prime 2^31 - 1 (31 bits because BPF multiplies 64 by 64 to 64), in two lanes with secret points x and y of
 * their own (Carter and Wegman, 1979). Three bytes, little-endian and filled up with zeros, are always below the prime; the length
 * in front tells the zeros from bytes. Two different labels meet with a chance of at most (21 / 2^31)^2 = 2^-53, two names
 * with (127 / 2^31)^2 more: whatever an outsider sends, as long as the points are secret.
 *
 * Four bytes are read for the three or fewer of a step, and the length behind them. Behind the last label of a question that is
 * whole there are five more (the root, type, class): where four are not there, the message is too short anyhow.
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
	uint8_t left; /* of the walk: bytes of the last label not yet hashed; 0 after OK */
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

/*
 * The hash of a name from those of its parent and of its label. Multiplied last, so that labels which differ in their last bytes
 * alone are far apart in all bits: tables take the low ones.
 */
FW_INLINE uint32_t fw_dns_join(uint32_t parent, uint32_t label, uint32_t point)
{
	uint64_t x = ((uint64_t)parent + label) * point;

	x = (x & FW_LIMIT(0x7fffffffu)) + (x >> FW_LIMIT(31));
	return (uint32_t)((x & FW_LIMIT(0x7fffffffu)) + (x >> FW_LIMIT(31)));
}

/* Letters in lower case, all bytes at once: the bit 0x20 where 'A' <= byte <= 'Z' and nowhere else. */
FW_INLINE uint32_t fw_dns_lower(uint32_t bytes)
{
	uint32_t low = bytes & FW_LIMIT(0x7f7f7f7fu);
	uint32_t from_a = low + FW_LIMIT(0x3f3f3f3fu), above_z = low + FW_LIMIT(0x25252525u);

	return bytes | ((from_a & ~above_z & ~bytes) >> FW_LIMIT(2) & 0x20202020u);
}

FW_INLINE uint64_t fw_dns_pack(uint32_t h0, uint32_t h1)
{
	return (uint64_t)h1 << 32 | h0;
}

/* A label's hash in the making. */
struct fw_dns_label {
	uint32_t h0, h1;
};

/* Its next bytes, in a number below 2^24. */
FW_INLINE void fw_dns_note(const struct fw_dns_key *key, uint32_t bytes, struct fw_dns_label *label)
{
	bytes = fw_dns_lower(bytes);
	label->h0 = fw_dns_step(label->h0, key->label[0], bytes);
	label->h1 = fw_dns_step(label->h1, key->label[1], bytes);
}

/* Where the walk is: behind a length byte or three bytes more. */
struct fw_dns_walk {
	struct fw_dns_label label;
	uint32_t at, left, labels; /* bytes from the start of the name; of this label to come; labels so far, with this one */
};

/* Zero, of which the verifier knows nothing: what it is added to may be anything, so that one round of a loop is like the next. */
FW_INLINE uint32_t fw_dns_veil(const struct fw_dns_question *out)
{
#ifdef __bpf__
	return *(const volatile uint32_t *)&out->zero[3];
#else
	(void)out;
	return 0;
#endif
}

/* A length byte. NONE where it is the root's, and so the end of the walk; else how it goes on is in *out_more. */
FW_INLINE enum fw_reason fw_dns_begin(struct fw_dns_walk *walk, uint32_t len, bool *out_more)
{
	*out_more = false;
	walk->at++;
	walk->left = 0;
	if (!len)
		return FW_REASON_NONE;
	if (len > FW_LIMIT(FW_DNS_LABEL_MAX))
		return FW_REASON_DNS_LABEL;
	if (walk->at + len >= FW_LIMIT(FW_DNS_NAME_MAX)) /* and the root's */
		return FW_REASON_DNS_NAME_LEN;
	walk->left = walk->label.h0 = walk->label.h1 = len;
	walk->labels++;
	*out_more = true;
	return FW_REASON_NONE;
}

/* Labels of one byte take one step each, and there is none without a byte: more steps than this are never needed. */
#define FW_DNS_STEPS_MAX FW_DNS_LABELS_MAX

/*
 * From the first label on; name holds room bytes. A step takes three bytes of a label that has more than three, or the last one to
 * three and the length byte behind them. suffix[] gets the hash of each label.
 */
FW_INLINE enum fw_reason fw_dns_steps(const uint8_t *name, const struct fw_bound *bound, const struct fw_dns_key *key,
	struct fw_dns_walk *walk, struct fw_dns_question *out)
{
	uint32_t veil = fw_dns_veil(out);

	FW_LOOP
	for (uint32_t i = 0; i < FW_DNS_STEPS_MAX; i++) {
		const uint8_t *p;
		enum fw_reason reason;
		uint32_t bytes, last;
		bool more;

		walk->at += veil;
		walk->labels += veil;
		p = fw_bound_peek(bound, name, walk->at, 4);
		if (!p)
			return FW_REASON_DNS_SHORT;
		bytes = fw_le32(p);
		if (walk->left > 3) {
			fw_dns_note(key, bytes & FW_LIMIT(0xffffffu), &walk->label);
			walk->at += FW_LIMIT(3u);
			walk->left -= FW_LIMIT(3u);
			continue;
		}
		last = 8 * walk->left;
		fw_dns_note(key, bytes & ((1u << last) - 1), &walk->label);
		out->suffix[(walk->labels - 1) & FW_DNS_LABELS_MAX] = fw_dns_pack(walk->label.h0, walk->label.h1);
		walk->at += walk->left;
		reason = fw_dns_begin(walk, bytes >> last & 0xff, &more);
		if (!more)
			return reason;
	}
	return FW_REASON_DNS_NAME_LEN;
}

/* Walks the name at the cursor, which stays. Two bytes more than the name must be there, or it is called short. */
FW_INLINE enum fw_reason fw_dns_name(struct fw_cursor here, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	struct fw_dns_walk walk = {.at = 0, .left = 0, .labels = 0};
	struct fw_bound bound = fw_bound_of(&here);
	const uint8_t *name = fw_peek(&here, 1);
	enum fw_reason reason;
	bool more;

	if (!name)
		return FW_REASON_DNS_SHORT;
	reason = fw_dns_begin(&walk, fw_u8(name), &more);
	if (more)
		reason = fw_dns_steps(name, &bound, key, &walk, out);
	out->labels = (uint8_t)walk.labels;
	out->left = (uint8_t)walk.left;
	out->name_len = (uint16_t)walk.at;
	return reason;
}

/* From the root down: hashes of labels become hashes of suffixes. */
FW_INLINE void fw_dns_suffixes(const struct fw_dns_key *key, struct fw_dns_question *out)
{
	uint32_t h0 = FW_LIMIT(1u), h1 = FW_LIMIT(1u);

	out->suffix[out->labels & FW_DNS_LABELS_MAX] = fw_dns_pack(h0, h1);
	FW_LOOP
	for (uint32_t i = out->labels; i > 0; i--) {
		uint64_t label = out->suffix[(i - 1) & FW_DNS_LABELS_MAX];

		h0 = fw_dns_join(h0, (uint32_t)label, key->name[0]);
		h1 = fw_dns_join(h1, (uint32_t)(label >> 32), key->name[1]);
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
/* User space: the hash of one label as it lies in a name, its length first. No byte behind it is read. */
static inline struct fw_dns_label fw_dns_label_hash(const struct fw_dns_key *key, const uint8_t *label)
{
	struct fw_dns_label hash = {label[0], label[0]};

	for (uint32_t at = 0; at < label[0]; at += 3) {
		uint32_t left = label[0] - at, bytes = label[1 + at];

		bytes |= left > 1 ? (uint32_t)label[2 + at] << 8 : 0;
		bytes |= left > 2 ? (uint32_t)label[3 + at] << 16 : 0;
		fw_dns_note(key, bytes, &hash);
	}
	return hash;
}

/* User space: a DNS message of len bytes, as in a datagram. */
static inline enum fw_read fw_dns_question_read(
	const uint8_t *bytes, uint32_t len, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	return fw_dns_parse(fw_cursor_of(bytes, len), key, out);
}
#endif
