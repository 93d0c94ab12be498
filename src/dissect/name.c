/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name walk. On the wire a name is a run of labels, each a length byte and up to 63 bytes, ended by a zero
 * byte or by a two-byte pointer to an earlier name:
 *
 *   3 w w w 7 e x a m p l e 0          4 m a i l c0 10  ->  "mail" and then what stands at offset 16
 *
 * Two rules keep a hostile name cheap. A pointer has to lead to behind the header and before the start of the run
 * that it ends, so the starts of runs fall and no loop is possible. And pointers that point at pointers, which that
 * rule alone would let run through the whole message, are counted. RFC 1035 section 4.1.4 speaks of "a prior
 * occurrence" only.
 */
#include "dissect/name.h"

#include "dissect/give.h"

enum { WORD = sizeof(uint64_t) };
#define EACH(byte) ((byte)*UINT64_C(0x0101010101010101)) /* the byte in all eight of a word */

/* 'A' to 'Z' to lower case in eight bytes at once: the sums carry into the top bit from 'A' on, and from behind 'Z' on. */
static inline uint64_t lower_word(uint64_t word)
{
	uint64_t low = word & EACH(0x7f), from_a = low + EACH(0x80 - 'A'), behind_z = low + EACH(0x7f - 'Z');

	return word | (from_a & ~behind_z & ~word & EACH(0x80)) >> 2;
}

static inline bool word_has(uint64_t word, uint8_t byte)
{
	word ^= EACH(byte);
	return (word - EACH(1)) & ~word & EACH(0x80);
}

static size_t put_bytes(uint8_t *out, const uint8_t *label, size_t len)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = label[i];
		if (c == '.' || c == '\\')
			out[used++] = '\\';
		out[used++] = (uint8_t)(c + ((uint8_t)(c - 'A') < 26 ? 'a' - 'A' : 0));
	}
	return used;
}

/*
 * Appends one label, len bytes of which left can be read. By words as long as they can be read whole and hold nothing that
 * needs a backslash; a last word's bytes behind the label are overwritten by what comes next (hence the slack in struct name).
 */
static inline size_t put_label(uint8_t *out, const uint8_t *label, size_t len, size_t left)
{
	for (size_t i = 0; i < len; i += WORD) {
		uint64_t word;

		if (left - i < WORD)
			return i + put_bytes(out + i, label + i, len - i);
		memcpy(&word, label + i, WORD);
		if (word_has(word, '.') || word_has(word, '\\'))
			return i + put_bytes(out + i, label + i, len - i);
		word = lower_word(word);
		memcpy(out + i, &word, WORD);
	}
	return len;
}

enum fw_read dns_name_read(const uint8_t *message, size_t len, size_t *offset, struct name *out_name)
{
	size_t at = *offset, run = at, behind = 0, wire_len = 1, used = 0;
	unsigned hops = 0;

	for (;;) {
		if (at >= len)
			return FW_READ_SHORT;
		uint8_t label_len = message[at];
		if (!label_len)
			break;
		if (label_len >= 0xc0) {
			if (len - at < 2)
				return FW_READ_SHORT;
			size_t target = fw_be16(message + at) & 0x3fffu;
			if (target < NAME_HEADER_LEN || target >= run || ++hops > NAME_HOP_MAX)
				return FW_READ_BAD;
			if (!behind)
				behind = at + 2;
			at = run = target;
			continue;
		}
		wire_len += label_len + 1u;
		if (label_len > NAME_LABEL_MAX || wire_len > NAME_WIRE_MAX)
			return FW_READ_BAD;
		if (len - at <= label_len)
			return FW_READ_SHORT;
		if (used)
			out_name->text[used++] = '.';
		used += put_label(out_name->text + used, message + at + 1, label_len, len - at - 1);
		at += label_len + 1u;
	}
	if (!used)
		out_name->text[used++] = '.';
	out_name->len = (uint16_t)used;
	*offset = behind ? behind : at + 1;
	return FW_READ_OK;
}

enum fw_read dns_name_skip(const uint8_t *message, size_t len, size_t *offset)
{
	size_t at = *offset;

	for (;;) {
		if (at >= len)
			return FW_READ_SHORT;
		uint8_t label_len = message[at];
		if (label_len >= 0xc0 || !label_len) {
			size_t end = at + (label_len ? 2 : 1);
			if (end > len)
				return FW_READ_SHORT;
			*offset = end;
			return FW_READ_OK;
		}
		at += label_len + 1u;
		if (label_len > NAME_LABEL_MAX || at - *offset > NAME_WIRE_MAX)
			return FW_READ_BAD;
	}
}

bool dns_name_equal(const struct name *a, const struct name *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

enum fw_read record_read(const uint8_t *message, size_t len, size_t *offset, struct record *out_record)
{
	size_t at = *offset;
	enum fw_read result = dns_name_read(message, len, &at, &out_record->owner);

	if (result != FW_READ_OK)
		return result;
	if (len - at < 10)
		return FW_READ_SHORT;
	out_record->type = fw_be16(message + at);
	out_record->class = fw_be16(message + at + 2);
	out_record->ttl = fw_be32(message + at + 4);
	out_record->data_len = fw_be16(message + at + 8);
	out_record->data = at + 10;
	if (len - out_record->data < out_record->data_len)
		return FW_READ_SHORT;
	*offset = out_record->data + out_record->data_len;
	return FW_READ_OK;
}

enum fw_read record_address(const uint8_t *message, const struct record *record, uint8_t out_addr[16])
{
	if (record->data_len != (record->type == RECORD_A ? 4u : 16u))
		return FW_READ_BAD;
	if (record->type == RECORD_A)
		give_ipv4(out_addr, message + record->data);
	else
		memcpy(out_addr, message + record->data, 16);
	return FW_READ_OK;
}

struct name_header name_header(const uint8_t *bytes)
{
	return (struct name_header){
		.id = fw_be16(bytes),
		.response = bytes[2] >> 7,
		.opcode = bytes[2] >> 3 & 15,
		.rcode = bytes[3] & 15,
		.questions = fw_be16(bytes + 4),
		.answers = fw_be16(bytes + 6),
		.authorities = fw_be16(bytes + 8),
		.additionals = fw_be16(bytes + 10),
	};
}
