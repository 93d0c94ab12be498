/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LLDP (IEEE 802.1AB), EtherType 0x88cc: what a neighbour on the wire says of itself, to nobody beyond it.
 *
 *   type (7 bits) len (9 bits) bytes ...      1 chassis   2 port   3 time to live   4 port description
 *                                             5 system name  6 system description  7 capabilities
 *                                             8 management address  127 an organisation's own  0 end
 *
 * The first three come first and in this order, and the end is marked, so a message that is cut is known to be. Of the
 * organisations' fields two are read: the MUD URL (00-00-5E, 1: RFC 8520 section 11) and the inventory of LLDP-MED
 * (00-12-BB, 5 to 11: ANSI/TIA-1057 section 10.2.6), where a device names its maker, model and firmware. Of that the
 * serial number and the asset's are left alone: they tell who owns it, not what it is.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"

enum field {
	FIELD_END = 0,
	FIELD_CHASSIS = 1,
	FIELD_PORT = 2,
	FIELD_TTL = 3,
	FIELD_NAME = 5,
	FIELD_DESCRIPTION = 6,
	FIELD_CAPABILITIES = 7,
	FIELD_ADDRESS = 8,
	FIELD_ORGANISATION = 127,
};
enum { FIELDS_MAX = 256, FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };
enum { MED_FIRMWARE = 6, MED_SOFTWARE = 7, MED_MAKER = 9, MED_MODEL = 10, MUD_SUBTYPE = 1 };

/* Identifier subtypes that are addresses differ between chassis and port (802.1AB tables 8-2 and 8-3). */
static const struct identifier {
	enum fact_kind kind;
	uint8_t mac, network;
} chassis = {FACT_LLDP_CHASSIS, 4, 5}, port = {FACT_LLDP_PORT, 3, 4};

/* An address family number, then that family's address. */
static bool read_address(struct slice raw, uint8_t out_addr[16])
{
	if (raw.len == 5 && raw.bytes[0] == FAMILY_IPV4)
		give_ipv4(out_addr, raw.bytes + 1);
	else if (raw.len == 17 && raw.bytes[0] == FAMILY_IPV6)
		memcpy(out_addr, raw.bytes + 1, 16);
	else
		return false;
	return true;
}

static enum fw_read give_identifier(const struct fact_sink *sink, const struct identifier *as, struct slice value)
{
	struct fact fact = {.kind = as->kind};

	if (value.len < 2)
		return FW_READ_BAD;
	fact.number = value.bytes[0];
	fact.text = (struct slice){value.bytes + 1, value.len - 1};
	if (fact.number == as->mac && fact.text.len == 6)
		memcpy(fact.mac, fact.text.bytes, 6);
	else if (fact.number == as->network)
		read_address(fact.text, fact.addr);
	give(sink, &fact);
	return FW_READ_OK;
}

/* length, family, address; then which interface it is and an object identifier, neither of use here */
static enum fw_read give_management(const struct fact_sink *sink, struct slice value)
{
	struct fact fact = {.kind = FACT_LLDP_ADDRESS};

	if (value.len < 2 || value.bytes[0] < 2 || value.bytes[0] > value.len - 1)
		return FW_READ_BAD;
	if (read_address((struct slice){value.bytes + 1, value.bytes[0]}, fact.addr))
		give(sink, &fact);
	return FW_READ_OK;
}

static enum fw_read give_capabilities(const struct fact_sink *sink, struct slice value)
{
	struct fact fact = {.kind = FACT_LLDP_CAPABILITIES};

	if (value.len != 4)
		return FW_READ_BAD;
	fact.number = fw_be16(value.bytes);
	fact.code = fw_be16(value.bytes + 2);
	give(sink, &fact);
	return FW_READ_OK;
}

/* RFC 8520 section 10: what follows a space is reserved and to be ignored. */
static struct slice url_of(struct slice value)
{
	const uint8_t *space = value.len ? memchr(value.bytes, ' ', value.len) : NULL;

	if (space)
		value.len = (size_t)(space - value.bytes);
	return value;
}

static enum fw_read give_organisation(const struct fact_sink *sink, struct slice value)
{
	static const uint8_t iana[3] = {0x00, 0x00, 0x5e}, med[3] = {0x00, 0x12, 0xbb};
	struct slice own;
	uint8_t subtype;

	if (value.len < 4)
		return FW_READ_BAD;
	subtype = value.bytes[3];
	own = (struct slice){value.bytes + 4, value.len - 4};
	if (memcmp(value.bytes, iana, 3) == 0 && subtype == MUD_SUBTYPE)
		return give_string(sink, FACT_LLDP_MUD_URL, 0, url_of(own));
	if (memcmp(value.bytes, med, 3) == 0 &&
		(subtype == MED_FIRMWARE || subtype == MED_SOFTWARE || subtype == MED_MAKER || subtype == MED_MODEL))
		return give_string(sink, FACT_LLDP_INVENTORY, subtype, own);
	return FW_READ_OK;
}

static enum fw_read give_field(const struct fact_sink *sink, uint8_t type, struct slice value)
{
	switch (type) {
	case FIELD_CHASSIS:
		return give_identifier(sink, &chassis, value);
	case FIELD_PORT:
		return give_identifier(sink, &port, value);
	case FIELD_TTL:
		return value.len < 2 ? FW_READ_BAD : FW_READ_OK;
	case FIELD_NAME:
		return give_string(sink, FACT_LLDP_NAME, 0, value);
	case FIELD_DESCRIPTION:
		return give_string(sink, FACT_LLDP_DESCRIPTION, 0, value);
	case FIELD_CAPABILITIES:
		return give_capabilities(sink, value);
	case FIELD_ADDRESS:
		return give_management(sink, value);
	case FIELD_ORGANISATION:
		return give_organisation(sink, value);
	default:
		return FW_READ_OK;
	}
}

enum fw_read dissect_lldp(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	enum fw_read result = FW_READ_OK;
	size_t at = 0;

	if (len && bytes[0] >> 1 != FIELD_CHASSIS)
		return FW_READ_OTHER;
	for (unsigned i = 0; i < FIELDS_MAX; i++) {
		if (len - at < 2)
			return result == FW_READ_OK ? FW_READ_SHORT : result;
		uint8_t type = bytes[at] >> 1;
		size_t field_len = fw_be16(bytes + at) & 0x1ffu;
		bool in_place = i < FIELD_TTL ? type == i + 1 : type == FIELD_END || type > FIELD_TTL;

		at += 2;
		/* "first three, in this order, once" holds the rest up: a message that breaks it is none */
		if (!in_place)
			return FW_READ_BAD;
		if (type == FIELD_END)
			return result;
		if (len - at < field_len)
			return result == FW_READ_OK ? FW_READ_SHORT : result;
		if (give_field(sink, type, (struct slice){bytes + at, field_len}) != FW_READ_OK)
			result = FW_READ_BAD;
		at += field_len;
	}
	return FW_READ_BAD;
}
