/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and records of a DNS message (RFC 1035 sections 3.1, 4.1), as the DNS, multicast DNS and DHCP
 * dissectors need them. Nothing here keeps state; offsets count from the start of the message.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/fact.h"
#include "wire/bytes.h"

enum {
	NAME_WIRE_MAX = 255, /* bytes on the wire, length bytes and root included; so at most 127 labels */
	NAME_LABEL_MAX = 63,
	NAME_HOP_MAX = 127, /* compression pointers followed for one name: one per label is plenty */
	NAME_TEXT_MAX = 2 * NAME_WIRE_MAX,
	NAME_SLACK = 8, /* the reader writes by words */
};

/* Lower case, labels joined by dots, no trailing dot, "." for the root; '.' and '\' inside a label get a '\' before. Else raw. */
struct name {
	uint16_t len;
	uint8_t text[NAME_TEXT_MAX + NAME_SLACK];
};

/*
 * Reads the name at *offset and moves *offset behind it. A compression pointer must point to before the run of
 * labels that it ends, which makes loops impossible. SHORT if the message ends first, BAD if a rule is broken:
 * *offset stays then, out_name is scratch.
 */
enum fw_read dns_name_read(const uint8_t *message, size_t len, size_t *offset, struct name *out_name);

/* Moves *offset behind the name without following pointers. */
enum fw_read dns_name_skip(const uint8_t *message, size_t len, size_t *offset);

bool dns_name_equal(const struct name *a, const struct name *b);

static inline struct slice name_slice(const struct name *name)
{
	return (struct slice){name->text, name->len};
}

enum { RECORD_A = 1, RECORD_CNAME = 5, RECORD_PTR = 12, RECORD_TXT = 16, RECORD_AAAA = 28, RECORD_SRV = 33, RECORD_CLASS_IN = 1 };

struct record {
	struct name owner;
	uint16_t type, class;
	uint32_t ttl;
	size_t data, data_len; /* within the message */
};

/* Reads the record at *offset and moves *offset behind it; as dns_name_read(). */
enum fw_read record_read(const uint8_t *message, size_t len, size_t *offset, struct record *out_record);

/* The address of an A or AAAA record, IPv4 mapped; BAD if its length is not that of an address. */
enum fw_read record_address(const uint8_t *message, const struct record *record, uint8_t out_addr[16]);

/* The 12 bytes that every message begins with. */
struct name_header {
	uint16_t id, questions, answers, authorities, additionals;
	uint8_t opcode, rcode;
	bool response;
};

enum { NAME_HEADER_LEN = 12 };

/* bytes holds at least NAME_HEADER_LEN. */
struct name_header name_header(const uint8_t *bytes);
