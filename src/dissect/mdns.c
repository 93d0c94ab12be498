/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multicast DNS (RFC 6762) and the service records of DNS-SD (RFC 6763): what a device says of itself.
 *
 * Only responses are read. The records inside a query are what the asker has heard of others (known answers) or
 * would like to own (probes), so they say nothing of the sender. A legacy unicast answer, from port 5353 to a
 * plain resolver's port (section 6.7), repeats the question; it is stepped over. The top bit of the class is the
 * cache-flush bit.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"
#include "dissect/name.h"

enum { CLASS_MASK = 0x7fff, TEXT_STRING_MAX = 64 }; /* strings given of one TXT record; printers have about 30 */

static struct fact record_fact(enum fact_kind kind, const struct record *record)
{
	return (struct fact){.kind = kind, .name = name_slice(&record->owner), .ttl = record->ttl};
}

/* The instance is one label and free text for people ("Kitchen, 1st floor"): given as it stands, case and dots and all. */
static enum fw_read read_pointer(const uint8_t *bytes, const struct record *record, const struct fact_sink *sink)
{
	size_t at = record->data, end = record->data + record->data_len;
	struct fact service = record_fact(FACT_MDNS_SERVICE, record);
	struct name target;

	/* the others are reverse names and browsing domains */
	if (record->owner.text[0] != '_')
		return FW_READ_OK;
	if (dns_name_read(bytes, end, &at, &target) != FW_READ_OK)
		return FW_READ_BAD;
	/* a good name that starts with a pointer: follow to its first label; bounded as dns_name_read() was */
	at = record->data;
	while (bytes[at] >= 0xc0)
		at = fw_be16(bytes + at) & 0x3fffu;
	service.text = (struct slice){bytes + at + 1, bytes[at]};
	if (service.text.len)
		give(sink, &service);
	return FW_READ_OK;
}

static enum fw_read read_host(const uint8_t *bytes, const struct record *record, const struct fact_sink *sink)
{
	size_t at = record->data + 6, end = record->data + record->data_len;
	struct fact host = record_fact(FACT_MDNS_HOST, record);
	struct name target;

	if (record->data_len < 7 || dns_name_read(bytes, end, &at, &target) != FW_READ_OK)
		return FW_READ_BAD;
	host.number = fw_be16(bytes + record->data + 4);
	host.text = name_slice(&target);
	give(sink, &host);
	return FW_READ_OK;
}

static enum fw_read read_text(const uint8_t *bytes, const struct record *record, const struct fact_sink *sink)
{
	const uint8_t *at = bytes + record->data, *end = at + record->data_len;
	struct fact text = record_fact(FACT_MDNS_TEXT, record);

	for (unsigned given = 0; at < end && given < TEXT_STRING_MAX; at += 1 + *at) {
		if (*at >= end - at)
			return FW_READ_BAD;
		if (!*at)
			continue;
		text.text = (struct slice){at + 1, *at};
		give(sink, &text);
		given++;
	}
	return FW_READ_OK;
}

static enum fw_read read_record(const uint8_t *bytes, const struct record *record, const struct fact_sink *sink)
{
	struct fact address;

	if ((record->class & CLASS_MASK) != RECORD_CLASS_IN)
		return FW_READ_OK;
	switch (record->type) {
	case RECORD_PTR:
		return read_pointer(bytes, record, sink);
	case RECORD_SRV:
		return read_host(bytes, record, sink);
	case RECORD_TXT:
		return read_text(bytes, record, sink);
	case RECORD_A:
	case RECORD_AAAA:
		address = record_fact(FACT_MDNS_ADDRESS, record);
		if (record_address(bytes, record, address.addr) != FW_READ_OK)
			return FW_READ_BAD;
		give(sink, &address);
		return FW_READ_OK;
	default:
		return FW_READ_OK;
	}
}

static enum fw_read skip_questions(const uint8_t *bytes, size_t len, unsigned count, size_t *at)
{
	for (unsigned i = 0; i < count; i++) {
		enum fw_read result = dns_name_skip(bytes, len, at);

		if (result != FW_READ_OK)
			return result;
		if (len - *at < 4)
			return FW_READ_SHORT;
		*at += 4;
	}
	return FW_READ_OK;
}

enum fw_read dissect_mdns(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	size_t at = NAME_HEADER_LEN;
	struct name_header header;
	struct record record;
	enum fw_read result;

	if (len < NAME_HEADER_LEN)
		return FW_READ_SHORT;
	header = name_header(bytes);
	/* sections 18.3 and 18.11: with another opcode or a response code it must be ignored */
	if (header.opcode || header.rcode)
		return FW_READ_OTHER;
	if (!header.response)
		return FW_READ_OK;
	result = skip_questions(bytes, len, header.questions, &at);
	for (unsigned left = (unsigned)header.answers + header.authorities + header.additionals; left && result == FW_READ_OK; left--) {
		result = record_read(bytes, len, &at, &record);
		if (result == FW_READ_OK)
			result = read_record(bytes, &record, sink);
	}
	return result;
}
