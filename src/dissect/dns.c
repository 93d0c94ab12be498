/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DNS queries and their answers (RFC 1035), the message alone: over TCP the caller takes the length prefix off.
 *
 * Only opcode QUERY is read; NOTIFY, UPDATE and the rest are OTHER. Of the records only the addresses of the
 * answer section matter here: they say which name an address was handed out for. The answer may lead there over
 * CNAMEs:
 *
 *   question  www.shop.test A
 *   answer    www.shop.test CNAME shop.cdn.test      the chain begins at the question,
 *             shop.cdn.test CNAME e7.cdn.test        each link moves its end on,
 *             e7.cdn.test   A     192.0.2.7          an address at its end answers the question: alias = www.shop.test
 *
 * An address whose owner is neither the question nor the chain's end has no alias: a server that slips records
 * of strangers into an answer must not be able to name an address after the question.
 *
 * Counts in the header are claims: each loop ends with the message.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"
#include "dissect/name.h"

static enum fw_read read_question(const uint8_t *bytes, size_t len, size_t *at, struct name *name, uint16_t *out_type)
{
	enum fw_read result = dns_name_read(bytes, len, at, name);

	if (result != FW_READ_OK)
		return result;
	if (len - *at < 4)
		return FW_READ_SHORT;
	*out_type = fw_be16(bytes + *at);
	*at += 4;
	return FW_READ_OK;
}

/* Gives each question; *out_first keeps the first one's name for the answers. */
static enum fw_read read_questions(const uint8_t *bytes, size_t len, size_t *at, const struct fact_sink *sink, struct name *out_first)
{
	struct name_header header = name_header(bytes);
	struct name other;

	for (unsigned i = 0; i < header.questions; i++) {
		struct name *name = i ? &other : out_first;
		uint16_t type;
		enum fw_read result = read_question(bytes, len, at, name, &type);

		if (result != FW_READ_OK)
			return result;
		give(sink,
			&(struct fact){.kind = header.response ? FACT_DNS_RESPONSE : FACT_DNS_QUESTION,
				.name = name_slice(name),
				.number = type,
				.id = header.id,
				.code = header.response ? header.rcode : 0});
	}
	return FW_READ_OK;
}

struct chain {
	const struct name *question; /* NULL where there was none */
	const struct name *end;
	struct name target; /* what end points to after the first CNAME */
};

static enum fw_read read_answer(const uint8_t *bytes, const struct record *record, struct chain *chain, const struct fact_sink *sink)
{
	bool linked = chain->question && (dns_name_equal(&record->owner, chain->end) || dns_name_equal(&record->owner, chain->question));

	if (record->class != RECORD_CLASS_IN)
		return FW_READ_OK;
	if (record->type == RECORD_CNAME && linked) {
		size_t at = record->data, end = record->data + record->data_len;
		enum fw_read result = dns_name_read(bytes, end, &at, &chain->target);

		/* a name that runs over its own record's end is broken, not cut; half read it must not stay the end */
		chain->end = result == FW_READ_OK ? &chain->target : chain->question;
		return result == FW_READ_OK && at == end ? FW_READ_OK : FW_READ_BAD;
	}
	if (record->type == RECORD_A || record->type == RECORD_AAAA) {
		struct fact address = {.kind = FACT_DNS_ADDRESS, .name = name_slice(&record->owner), .ttl = record->ttl};

		if (record_address(bytes, record, address.addr) != FW_READ_OK)
			return FW_READ_BAD;
		if (linked)
			address.alias = name_slice(chain->question);
		give(sink, &address);
	}
	return FW_READ_OK;
}

static enum fw_read read_answers(const uint8_t *bytes, size_t len, size_t at, const struct name *question, const struct fact_sink *sink)
{
	unsigned count = name_header(bytes).answers;
	struct chain chain = {.question = question, .end = question};
	struct record record;

	for (unsigned i = 0; i < count; i++) {
		enum fw_read result = record_read(bytes, len, &at, &record);

		if (result == FW_READ_OK)
			result = read_answer(bytes, &record, &chain, sink);
		if (result != FW_READ_OK)
			return result;
	}
	return FW_READ_OK;
}

enum fw_read dissect_dns(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	size_t at = NAME_HEADER_LEN;
	struct name_header header;
	struct name first;
	enum fw_read result;

	if (len < NAME_HEADER_LEN)
		return FW_READ_SHORT;
	header = name_header(bytes);
	if (header.opcode)
		return FW_READ_OTHER;
	result = read_questions(bytes, len, &at, sink, &first);
	if (result != FW_READ_OK || !header.response || !header.answers)
		return result;
	return read_answers(bytes, len, at, header.questions ? &first : NULL, sink);
}
