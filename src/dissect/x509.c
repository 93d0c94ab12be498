/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A certificate from the outside in, as far as there are names:
 *
 *	SEQUENCE certificate
 *	   SEQUENCE what is signed
 *	      [0] version | INTEGER serial | SEQUENCE algorithm
 *	      SEQUENCE issuer   -- SET -- SEQUENCE -- OID 2.5.4.3 common name, 2.5.4.10 organisation, string
 *	      SEQUENCE validity
 *	      SEQUENCE subject  -- the same
 *	      SEQUENCE key
 *	      [3] extensions -- SEQUENCE -- SEQUENCE -- OID 2.5.29.17, OCTETS -- SEQUENCE -- [2] DNS name
 *
 * The serial number is left alone: it tells one device from its twin, and nobody here needs that.
 */
#include "dissect/x509.h"

#include <string.h>

#include "dissect/ber.h"
#include "dissect/give.h"

enum { BER_SET = 0x31, TAG_VERSION = 0xa0, TAG_EXTENSIONS = 0xa3, TAG_DNS_NAME = 0x82 };
enum { NAMES_MAX = 64 }; /* DNS names and parts of a name that are given of one certificate */

static const uint8_t oid_common_name[] = {0x55, 0x04, 0x03}, oid_organisation[] = {0x55, 0x04, 0x0a},
		     oid_alternative_names[] = {0x55, 0x1d, 0x11};

static bool is_oid(const struct ber_item *item, const uint8_t oid[3])
{
	struct slice bytes = ber_slice(item);

	return bytes.len == 3 && memcmp(bytes.bytes, oid, 3) == 0;
}

/* Common name and organisation, each with its own fact; the last of each kind (the most specific, RFC 4514 section 2.1) is not told apart. */
static void read_name(struct ber name, enum fact_kind common_name, enum fact_kind organisation, const struct fact_sink *sink)
{
	struct ber set, pair;
	struct ber_item type, value;

	for (int i = 0; i < NAMES_MAX && ber_enter(&name, BER_SET, &set) == FW_READ_OK; i++) {
		if (ber_enter(&set, BER_SEQUENCE, &pair) != FW_READ_OK || ber_expect(&pair, BER_OID, &type) != FW_READ_OK ||
			ber_next(&pair, &value) != FW_READ_OK || value.inside.cut)
			continue;
		if (is_oid(&type, oid_common_name))
			give_text(sink, common_name, ber_slice(&value));
		else if (is_oid(&type, oid_organisation))
			give_text(sink, organisation, ber_slice(&value));
	}
}

static void read_alternative_names(struct ber octets, const struct fact_sink *sink)
{
	struct ber names;
	struct ber_item name;

	if (ber_enter(&octets, BER_SEQUENCE, &names) != FW_READ_OK)
		return;
	for (int i = 0; i < NAMES_MAX && ber_next(&names, &name) == FW_READ_OK; i++)
		if (name.tag == TAG_DNS_NAME && !name.inside.cut)
			give_text(sink, FACT_TLS_CERTIFICATE_NAME, ber_slice(&name));
}

/* Each is an OID, perhaps a BOOLEAN (critical), and OCTETS with the rest inside. */
static void read_extensions(struct ber extensions, const struct fact_sink *sink)
{
	struct ber list, extension;
	struct ber_item type, item;

	if (ber_enter(&extensions, BER_SEQUENCE, &list) != FW_READ_OK)
		return;
	while (ber_enter(&list, BER_SEQUENCE, &extension) == FW_READ_OK) {
		if (ber_expect(&extension, BER_OID, &type) != FW_READ_OK || !is_oid(&type, oid_alternative_names))
			continue;
		while (ber_next(&extension, &item) == FW_READ_OK)
			if (item.tag == BER_OCTETS)
				read_alternative_names(item.inside, sink);
	}
}

enum fw_read x509_read(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct ber whole = ber_of(bytes, len), certificate, body, issuer, subject;
	struct ber_item item;
	enum fw_read result;

	if ((result = ber_enter(&whole, BER_SEQUENCE, &certificate)) || (result = ber_enter(&certificate, BER_SEQUENCE, &body)) ||
		(result = ber_next(&body, &item)))
		return result;
	/* version 1 has no version; then this was the serial number */
	if (item.tag == TAG_VERSION && (result = ber_next(&body, &item)))
		return result;
	if ((result = ber_next(&body, &item)) || (result = ber_enter(&body, BER_SEQUENCE, &issuer)))
		return result;
	read_name(issuer, FACT_TLS_CERTIFICATE_ISSUER, FACT_TLS_CERTIFICATE_ISSUER, sink);
	if ((result = ber_next(&body, &item)) || (result = ber_enter(&body, BER_SEQUENCE, &subject)))
		return result;
	read_name(subject, FACT_TLS_CERTIFICATE_SUBJECT, FACT_TLS_CERTIFICATE_ORGANISATION, sink);
	while ((result = ber_next(&body, &item)) == FW_READ_OK)
		if (item.tag == TAG_EXTENSIONS)
			read_extensions(item.inside, sink);
	return result == FW_READ_OTHER ? FW_READ_OK : result;
}
