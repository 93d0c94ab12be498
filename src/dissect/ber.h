/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Basic Encoding Rules (ITU-T X.690) as far as SNMP needs them (RFC 3417 section 8): one-byte tags and definite lengths.
 * A reading is a pair of pointers into the message: no tree, no copy, no recursion.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/fact.h"
#include "wire/bytes.h"

enum { BER_INTEGER = 0x02, BER_OCTETS = 0x04, BER_OID = 0x06, BER_SEQUENCE = 0x30 };
enum { BER_OID_TEXT_MAX = 256, BER_OID_BYTES_MAX = 62 };

struct ber {
	const uint8_t *at, *end;
	bool cut; /* the message goes on behind end, but was not captured */
};

struct ber_item {
	uint8_t tag;
	struct ber inside; /* its bytes, or what there is of them */
};

/* len bytes of a message that may have been cut. */
struct ber ber_of(const uint8_t *bytes, size_t len);

/*
 * The next item, passed over. OTHER at the end, SHORT at the end of what was captured (also when the item's head is incomplete),
 * BAD where it reaches out of what it lies in, or has a length or tag that SNMP does not allow. An item that is itself cut is
 * OK, with inside.cut set.
 */
enum fw_read ber_next(struct ber *ber, struct ber_item *out_item);

/* As ber_next(), of a whole item of this tag: BAD for another, SHORT for a cut one. */
enum fw_read ber_expect(struct ber *ber, uint8_t tag, struct ber_item *out_item);

/* The same for an item that holds others, which may be cut. */
enum fw_read ber_enter(struct ber *ber, uint8_t tag, struct ber *out_inside);

static inline struct slice ber_slice(const struct ber_item *item)
{
	return (struct slice){item->inside.at, (size_t)(item->inside.end - item->inside.at)};
}

/* An INTEGER of at most four bytes that is not negative; false for others. */
bool ber_number(const struct ber_item *item, uint32_t *out_number);

/* "1.3.6.1" for an object identifier. Empty for one that is none, or too long. */
struct slice ber_oid_text(const struct ber_item *item, char out[BER_OID_TEXT_MAX]);
