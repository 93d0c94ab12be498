/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DNS message, record by record. Only what a name server's answers about a zone need: the RDATA of what we do not read
 * stays unread, so that a record type of tomorrow does not keep a zone out.
 */
#pragma once

#include "fetch/fetch.h"

enum { MESSAGE_MAX = 65535, MESSAGE_HEADER = 12 };

/* Flags of the header. */
enum {
	MESSAGE_QR = 0x8000,
	MESSAGE_OPCODE = 0x7800,
	MESSAGE_AA = 0x0400,
	MESSAGE_TC = 0x0200,
	MESSAGE_RCODE = 0x000f,
	MESSAGE_NOTIFY = 4 << 11, /* the opcode, in place */
};

/* Sections, in their order. */
enum { MESSAGE_QUESTION, MESSAGE_ANSWER, MESSAGE_AUTHORITY, MESSAGE_ADDITIONAL, MESSAGE_SECTIONS };

enum { TYPE_SOA = 6, TYPE_OPT = 41, TYPE_TSIG = 250, TYPE_AXFR = 252, TYPE_ANY = 255, CLASS_IN = 1, CLASS_ANY = 255 };

/* Borrowed bytes, and the place of what comes next. */
struct message {
	const uint8_t *bytes;
	size_t len, at;
	uint16_t id, flags, count[MESSAGE_SECTIONS];
};

struct message_name {
	uint8_t wire[255]; /* uncompressed, lower case */
	size_t len;
};

/* A question has no rdata. */
struct message_record {
	struct message_name owner;
	size_t begin_off, rdata_off, rdata_len; /* in the message */
	uint16_t type, class;
};

/* The header. Returns OK, or SHORT below 12 bytes. */
enum fw_read message_read(const uint8_t *bytes, size_t len, struct message *out);

/* What comes next; message->at moves behind it. Returns OK, SHORT, or BAD (a name that is none: loops, too long, 64 to 255). */
enum fw_read message_question(struct message *message, struct message_record *out);
enum fw_read message_record(struct message *message, struct message_record *out);

/* An uncompressed or compressed name within the message at *at, which moves behind it; it must end at or before end. */
enum fw_read message_name(const struct message *message, size_t *at, size_t end, struct message_name *out);

/* The RDATA of a SOA. Returns OK, or BAD. */
enum fw_read message_soa(const struct message *message, const struct message_record *record, struct zone_soa *out);
