/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The question of a DNS query: header, one name, type and class. What a server is asked, and nothing of what it answers.
 *
 * Sanity first: a query asks one question and carries no answer (RFC 9619; RFC 1035 section 4.1.1), one record of authority
 * at most (IXFR, RFC 1995) and two additional ones (OPT, and TSIG or SIG(0)). A name holds labels of 1 to 63 bytes, 255 bytes
 * in all, and the first name of a message cannot be compressed: there is nothing before it to point to.
 *
 * A name is hashed so that it can be looked up together with all its ancestors: which zone is it in, is there a delegation above it, a
 * wildcard. So it is read from its end, eight bytes at a time, in lower case (RFC 4343):
 *
 *	        |.........3www7|example3|com(0)..      words are counted from the end of the name,
 *	       word[2]    word[1]   word[0]            which an ancestor ends in too
 *
 *	H(name) = begin + sum of part[i] * half[i]     half[i]: 32 bits of these words, zeros before the name; modulo 2^64, the upper half of it
 *
 * in two lanes with keys of their own: a multilinear hash (Dietzfelbinger 1996; Lemire and Kaser, "Strongly universal string hashing is
 * fast", 2014), which for two different names gives the same in one lane with a chance of 2^-32 and in both with 2^-64, whatever an
 * outsider sends, as long as the key is secret. Zeros in front make no two names alike: every name but the root's begins with the
 * length of a label, which is no zero. All suffixes have their words in common, so that of each word the sum up to it is kept, and
 * the hash of a suffix is one sum and what is left of one word. Lengths of labels are below the letters: lower case leaves them alone.
 */
#pragma once

#include "wire/bytes.h"
#include "wire/limits.h"
#include "wire/reason.h"

/* Each label but the root's takes two bytes: more than 127 cannot be reached within 255, so nobody counts them. */
_Static_assert((FW_DNS_NAME_MAX - 1) / 2 == FW_DNS_LABELS_MAX, "the length of a name bounds its labels");

#define FW_DNS_WORDS ((FW_DNS_NAME_MAX + 7) / 8)

/* Secret and random per start. */
struct fw_dns_key {
	uint64_t begin[2]; /* of each lane */
	uint64_t part[FW_DNS_WORDS][4]; /* of each word: for its lower and upper half in the first lane, and in the second */
};
_Static_assert(sizeof(struct fw_dns_key) == 1040, "a map value");

/* What comes before a word, in both lanes. */
struct fw_dns_sum {
	uint64_t lane[2];
};

struct fw_dns_question {
	struct fw_dns_sum sum[FW_DNS_WORDS]; /* of the words before each */
	uint64_t word[FW_DNS_WORDS]; /* from the name's end; what is in front of the name is not meant */
	uint8_t start[FW_DNS_LABELS_MAX + 1]; /* of each label, from the name's begin; start[labels] is the root's zero byte */
	uint16_t id, flags; /* flags as in the header: QR 0x8000, opcode 0x7800, RD 0x0100 ... */
	uint16_t additional; /* records in the additional section */
	uint16_t type, class;
	uint16_t name_len; /* in wire form, the root's zero byte included: 1 to 255 */
	uint16_t end_off; /* of the byte behind the question, from the start of the message */
	uint8_t labels; /* without the root; after BAD it counts the one begun last, which may be the 128th */
	uint8_t reason; /* enum fw_reason: why the reader stopped */
};
_Static_assert(sizeof(struct fw_dns_question) == 32 * 16 + 32 * 8 + 128 + 16, "no holes");

/* Letters in lower case, all bytes at once: the bit 0x20 where 'A' <= byte <= 'Z' and nowhere else. */
FW_INLINE uint64_t fw_dns_lower(uint64_t bytes)
{
	uint64_t low = bytes & FW_LIMIT(0x7f7f7f7f7f7f7f7full);
	uint64_t from_a = low + FW_LIMIT(0x3f3f3f3f3f3f3f3full), above_z = low + FW_LIMIT(0x2525252525252525ull);

	return bytes | ((from_a ^ above_z) & ~bytes & 0x8080808080808080ull) >> FW_LIMIT(2);
}

/* The sum of a word and all before it. */
FW_INLINE struct fw_dns_sum fw_dns_add(struct fw_dns_sum sum, uint64_t word, const uint64_t part[4])
{
	uint64_t lower = (uint32_t)word, upper = word >> 32;

	sum.lane[0] += part[0] * lower + part[1] * upper;
	sum.lane[1] += part[2] * lower + part[3] * upper;
	return sum;
}

FW_INLINE uint64_t fw_dns_digest(struct fw_dns_sum sum)
{
	return sum.lane[0] >> FW_LIMIT(32) | (sum.lane[1] & 0xffffffff00000000ull);
}

/* fw_dns_end(), by the sum of the words before the one in which those bytes begin. */
FW_INLINE uint64_t fw_dns_end_after(
	struct fw_dns_sum before, const struct fw_dns_question *question, const struct fw_dns_key *key, uint32_t len)
{
	uint32_t place = len >> FW_LIMIT(3);
	uint32_t front =
		FW_LIMIT(56) - 8 * (len & 7); /* bits of the word that are in front of the name, less 8: all 64 cannot be shifted */
	uint64_t rest = question->word[place] >> FW_LIMIT(8) >> front << front << FW_LIMIT(8);

	return fw_dns_digest(fw_dns_add(before, rest, key->part[place]));
}

/* The hash of the name's last bytes, so many of them, at most 255: of what was read to its end. */
FW_INLINE uint64_t fw_dns_end(const struct fw_dns_question *question, const struct fw_dns_key *key, uint32_t len)
{
	return fw_dns_end_after(question->sum[len >> FW_LIMIT(3)], question, key, len);
}

/* The same of the name without its first labels, so many of them. */
FW_INLINE uint64_t fw_dns_suffix(const struct fw_dns_question *question, const struct fw_dns_key *key, uint32_t labels)
{
	return fw_dns_end(question, key, (question->name_len - question->start[labels & FW_DNS_LABELS_MAX]) & 0xff);
}

/* Zero, of which the verifier knows nothing: what it is added to may be anything, so that one round of a loop is like the next. */
FW_INLINE uint32_t fw_dns_veil(const struct fw_dns_question *out)
{
#ifdef __bpf__
	return *(const volatile uint8_t *)&out->reason;
#else
	(void)out;
	return 0;
#endif
}

/* From the first label to the root's zero byte. out->reason is 0. */
FW_INLINE enum fw_reason fw_dns_labels(const uint8_t *name, const struct fw_bound *bound, struct fw_dns_question *out)
{
	uint32_t veil = fw_dns_veil(out), at = 0, labels = 0, len = 1;
	enum fw_reason reason = FW_REASON_DNS_SHORT;

	FW_LOOP
	for (uint32_t i = 0; i <= FW_DNS_LABELS_MAX; i++) {
		const uint8_t *p;

		at += veil;
		labels += veil;
		p = fw_bound_peek(bound, name, at, 1);
		if (!p)
			break;
		len = fw_u8(p);
		out->start[labels & FW_DNS_LABELS_MAX] = (uint8_t)at++;
		if (len - 1 > FW_LIMIT(FW_DNS_LABEL_MAX - 1)) {
			reason = len ? FW_REASON_DNS_LABEL : FW_REASON_NONE;
			break;
		}
		if (at + len >= FW_LIMIT(FW_DNS_NAME_MAX)) { /* and the root's */
			reason = FW_REASON_DNS_NAME_LEN;
			break;
		}
		labels++;
		at += len;
	}
	out->labels = (uint8_t)labels;
	out->name_len = (uint16_t)(at < bound->len ? at : bound->len);
	return reason;
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

/* So many words are read whether the name has them or not: most have not many more, and a loop that ends somewhere costs more. */
#define FW_DNS_WORDS_STRAIGHT 5u
_Static_assert(8 * FW_DNS_WORDS_STRAIGHT <= 20 + 8 + 12, "before a name there are headers of IPv4, UDP and DNS, whatever the link");

/* len bytes (a constant) of the frame that end at this place, or NULL where that is not all frame. */
#ifdef __bpf__
FW_INLINE const uint8_t *fw_dns_back(const struct fw_cursor *frame, uint32_t end, uint32_t len)
{
	uint64_t off = (uint64_t)end - len;
	const uint8_t *p;

	FW_PIN(off);
	if (off > FW_BPF_REACH)
		return NULL;
	p = frame->begin + off;
	FW_PIN(p);
	return p + len > frame->end ? NULL : p;
}

FW_INLINE uint64_t fw_dns_load(const uint8_t *p)
{
	return *(const fw_wide64 *)p;
}
#endif

FW_INLINE void fw_dns_keep(struct fw_dns_question *out, uint32_t i, uint64_t word, const struct fw_dns_key *key, struct fw_dns_sum *sum)
{
	out->word[i] = word = fw_dns_lower(word);
	out->sum[i] = *sum;
	*sum = fw_dns_add(*sum, word, key->part[i]);
}

#ifdef __bpf__

FW_INLINE bool fw_dns_words(const struct fw_cursor *frame, uint32_t end, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	const uint8_t *p = fw_dns_back(frame, end, 8 * FW_DNS_WORDS_STRAIGHT);
	struct fw_dns_sum sum = {{key->begin[0], key->begin[1]}};

	if (!p)
		return false;
	FW_UNROLL
	for (uint32_t i = 0; i < FW_DNS_WORDS_STRAIGHT; i++)
		fw_dns_keep(out, i, fw_dns_load(p + 8 * (FW_DNS_WORDS_STRAIGHT - 1 - i)), key, &sum);
	FW_LOOP
	for (uint32_t i = FW_DNS_WORDS_STRAIGHT; i < FW_DNS_WORDS && 8 * i <= out->name_len; i++) {
		p = fw_dns_back(frame, end - 8 * i, 8);
		if (!p)
			return false;
		fw_dns_keep(out, i, fw_dns_load(p), key, &sum);
	}
	return true;
}

#else

/* The eight bytes that end at this place; zeros stand for what is before all that the cursor spans. */
static inline uint64_t fw_dns_word(const struct fw_cursor *frame, uint32_t end)
{
	uint64_t word = 0;

	if (end >= 8)
		__builtin_memcpy(&word, frame->begin + end - 8, 8);
	else
		for (uint32_t i = 0; i < end; i++)
			word |= (uint64_t)frame->begin[i] << 8 * (8 - end + i);
	return word;
}

FW_INLINE bool fw_dns_words(const struct fw_cursor *frame, uint32_t end, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	struct fw_dns_sum sum = {{key->begin[0], key->begin[1]}};

	for (uint32_t i = 0; i < FW_DNS_WORDS_STRAIGHT || 8 * i <= out->name_len; i++)
		fw_dns_keep(out, i, fw_dns_word(frame, end > 8 * i ? end - 8 * i : 0), key, &sum);
	return true;
}

#endif

/* Name, type and class, whatever the header says. */
FW_INLINE enum fw_reason fw_dns_asked(struct fw_cursor *here, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	struct fw_bound bound = fw_bound_of(here);
	const uint8_t *p = fw_peek(here, 1);
	enum fw_reason reason;

	if (!p)
		return FW_REASON_DNS_SHORT;
	reason = fw_dns_labels(p, &bound, out);
	FW_FORGET();
	fw_skip(here, out->name_len);
	if (reason)
		return reason;
	p = fw_peek(here, FW_LIMIT(4u));
	if (!p || !fw_dns_words(here, here->at, key, out))
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
 * Both worlds: the message is what the cursor spans from its place on. Fills *out whatever it returns; but start, word and sum are
 * meant only after OK, and only as far as the name goes: the rest of that room is left as it was.
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
/* User space: a name alone, in wire form. False where it is none. Fills what fw_dns_suffix() needs. */
static inline bool fw_dns_name_read(const uint8_t *name, uint32_t len, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	struct fw_cursor here = fw_cursor_of(name, len);
	struct fw_bound bound = fw_bound_of(&here);

	__builtin_memset(out, 0, sizeof(*out));
	return len && fw_dns_labels(name, &bound, out) == FW_REASON_NONE && fw_dns_words(&here, out->name_len, key, out);
}

/* User space: a DNS message of len bytes, as in a datagram. */
static inline enum fw_read fw_dns_question_read(
	const uint8_t *bytes, uint32_t len, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	return fw_dns_parse(fw_cursor_of(bytes, len), key, out);
}
#endif
