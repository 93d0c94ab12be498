/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP for IPv6 (RFC 8415).
 *
 *   0      1              4
 *   | type | transaction  | options: code (2), len (2), bytes ...        client and server
 *   0      1     2     18     34
 *   | type | hop | link | peer | options, one of them 9: the message relayed
 *
 * Addresses and prefixes lie a level deeper, in options of the identity associations 3, 4 and 25. Who the client is,
 * the DUID in option 1 says; it may hold a MAC, made once from whichever interface was there, and to be taken as a
 * number (section 11). All facts of a message carry it, so the options are walked twice: once for the DUID. Relays wrap
 * messages in messages, eight times at most (section 7.6), which is a loop here and no recursion.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"
#include "dissect/name.h"

enum { HEAD_LEN = 4, RELAY_HEAD_LEN = 34, TYPE_LAST = 36, RELAY_FORWARD = 12, RELAY_REPLY = 13, RELAY_MAX = 8 };
enum { DUID_TIME = 1, DUID_LINK = 3, HARDWARE_ETHERNET = 1 };

enum option {
	OPTION_CLIENT_ID = 1,
	OPTION_SERVER_ID = 2,
	OPTION_IA_NA = 3,
	OPTION_IA_TA = 4,
	OPTION_ADDRESS = 5,
	OPTION_PARAMETERS = 6,
	OPTION_RELAYED = 9,
	OPTION_VENDOR_CLASS = 16,
	OPTION_RESOLVERS = 23,
	OPTION_IA_PD = 25,
	OPTION_PREFIX = 26,
	OPTION_FQDN = 39,
	OPTION_MUD_URL = 112,
};

struct message {
	const struct fact_sink *sink;
	struct slice options;
	uint8_t type;
	uint8_t mac[6];
	struct slice relayed; /* the message inside, empty where there is none */
};

/* The option at the start of *left, cut off it. OTHER when nothing is left, SHORT when less than it says. */
static enum fw_read next_option(struct slice *left, uint16_t *out_code, struct slice *out_value)
{
	size_t len;

	if (!left->len)
		return FW_READ_OTHER;
	if (left->len < 4)
		return FW_READ_SHORT;
	len = fw_be16(left->bytes + 2);
	if (left->len - 4 < len)
		return FW_READ_SHORT;
	*out_code = fw_be16(left->bytes);
	*out_value = (struct slice){left->bytes + 4, len};
	*left = (struct slice){left->bytes + 4 + len, left->len - 4 - len};
	return FW_READ_OK;
}

/* Types 1 (with a time) and 3 (RFC 8415 section 11): type, hardware type, in type 1 four bytes, then the address. */
static void read_duid(struct slice duid, uint8_t out_mac[6])
{
	size_t at = duid.len >= 4 && fw_be16(duid.bytes) == DUID_TIME ? 8 : 4;

	if (duid.len != at + 6 || (at == 4 && fw_be16(duid.bytes) != DUID_LINK) || fw_be16(duid.bytes + 2) != HARDWARE_ETHERNET)
		return;
	memcpy(out_mac, duid.bytes + at, 6);
}

static void find_client(struct message *message)
{
	struct slice left = message->options, value;
	uint16_t code;

	while (next_option(&left, &code, &value) == FW_READ_OK)
		if (code == OPTION_CLIENT_ID)
			read_duid(value, message->mac);
}

static struct fact fact_of(const struct message *message, enum fact_kind kind)
{
	struct fact fact = {.kind = kind};

	memcpy(fact.mac, message->mac, 6);
	return fact;
}

static enum fw_read give_bytes(const struct message *message, enum fact_kind kind, struct slice value)
{
	struct fact fact = fact_of(message, kind);

	fact.text = value;
	if (value.len)
		give(message->sink, &fact);
	return FW_READ_OK;
}

/* Options 5 (address, preferred, valid) and 26 (preferred, valid, length, prefix). */
static enum fw_read give_address(const struct message *message, uint16_t code, struct slice value)
{
	struct fact fact = fact_of(message, code == OPTION_ADDRESS ? FACT_DHCP6_ADDRESS : FACT_DHCP6_PREFIX);

	fact.number = message->type;
	if (value.len < (code == OPTION_ADDRESS ? 24u : 25u))
		return FW_READ_BAD;
	if (code == OPTION_ADDRESS) {
		memcpy(fact.addr, value.bytes, 16);
		fact.ttl = fw_be32(value.bytes + 20);
	} else {
		fact.ttl = fw_be32(value.bytes + 4);
		fact.code = value.bytes[8];
		memcpy(fact.addr, value.bytes + 9, 16);
	}
	if (fact.code > 128)
		return FW_READ_BAD;
	give(message->sink, &fact);
	return FW_READ_OK;
}

/* What follows the identifier, and but for temporary addresses two times. The option is whole, so what ends early in it is wrong. */
static enum fw_read give_association(const struct message *message, uint16_t code, struct slice value)
{
	size_t head_len = code == OPTION_IA_TA ? 4 : 12;
	uint16_t wanted = code == OPTION_IA_PD ? OPTION_PREFIX : OPTION_ADDRESS, inner;
	enum fw_read result = FW_READ_OK;
	struct slice left, inside;

	if (value.len < head_len)
		return FW_READ_BAD;
	left = (struct slice){value.bytes + head_len, value.len - head_len};
	while (result == FW_READ_OK && (result = next_option(&left, &inner, &inside)) == FW_READ_OK)
		if (inner == wanted)
			result = give_address(message, inner, inside);
	return result == FW_READ_OTHER ? FW_READ_OK : FW_READ_BAD;
}

/* An enterprise number, then strings, each behind its length. */
static enum fw_read give_vendor_class(const struct message *message, struct slice value)
{
	struct fact fact = fact_of(message, FACT_DHCP6_VENDOR_CLASS);
	size_t at = 4;

	if (value.len < 4)
		return FW_READ_BAD;
	fact.number = fw_be32(value.bytes);
	while (value.len - at >= 2) {
		size_t len = fw_be16(value.bytes + at);

		if (value.len - at - 2 < len)
			return FW_READ_BAD;
		fact.text = (struct slice){value.bytes + at + 2, len};
		if (len)
			give(message->sink, &fact);
		at += 2 + len;
	}
	return at == value.len ? FW_READ_OK : FW_READ_BAD;
}

static enum fw_read give_resolvers(const struct message *message, struct slice value)
{
	struct fact fact = fact_of(message, FACT_DHCP6_RESOLVER);

	for (size_t at = 0; at + 16 <= value.len; at += 16) {
		memcpy(fact.addr, value.bytes + at, 16);
		give(message->sink, &fact);
	}
	return value.len && value.len % 16 == 0 ? FW_READ_OK : FW_READ_BAD;
}

/* RFC 4704 section 4.2: a partial name lacks the root, so one is put behind. No compression (RFC 8415 section 10). */
static enum fw_read give_fqdn(const struct message *message, struct slice value)
{
	uint8_t whole[NAME_WIRE_MAX + 1];
	struct name name;
	size_t at = 1;

	if (value.len < 1 || value.len > NAME_WIRE_MAX)
		return FW_READ_BAD;
	while (at < value.len && value.bytes[at] && value.bytes[at] <= NAME_LABEL_MAX)
		at += 1u + value.bytes[at];
	if (at > value.len || (at < value.len && value.bytes[at]))
		return FW_READ_BAD;
	memcpy(whole, value.bytes, value.len);
	whole[value.len] = 0;
	at = 1;
	if (dns_name_read(whole, value.len + 1u, &at, &name) != FW_READ_OK)
		return FW_READ_BAD;
	return whole[1] ? give_bytes(message, FACT_DHCP6_FQDN, name_slice(&name)) : FW_READ_OK;
}

/* RFC 8520 section 10: what follows a space is reserved and to be ignored. */
static enum fw_read give_url(const struct message *message, struct slice value)
{
	const uint8_t *space = value.len ? memchr(value.bytes, ' ', value.len) : NULL;

	if (space)
		value.len = (size_t)(space - value.bytes);
	return give_bytes(message, FACT_DHCP6_MUD_URL, value);
}

static enum fw_read give_option(struct message *message, uint16_t code, struct slice value)
{
	switch (code) {
	case OPTION_CLIENT_ID:
		return give_bytes(message, FACT_DHCP6_CLIENT_ID, value);
	case OPTION_SERVER_ID:
		return give_bytes(message, FACT_DHCP6_SERVER_ID, value);
	case OPTION_IA_NA:
	case OPTION_IA_TA:
	case OPTION_IA_PD:
		return give_association(message, code, value);
	case OPTION_PARAMETERS:
		return give_bytes(message, FACT_DHCP6_PARAMETERS, value);
	case OPTION_RELAYED:
		message->relayed = value;
		return FW_READ_OK;
	case OPTION_VENDOR_CLASS:
		return give_vendor_class(message, value);
	case OPTION_RESOLVERS:
		return give_resolvers(message, value);
	case OPTION_FQDN:
		return give_fqdn(message, value);
	case OPTION_MUD_URL:
		return give_url(message, value);
	default:
		return FW_READ_OK;
	}
}

static bool is_relay(uint8_t type)
{
	return type == RELAY_FORWARD || type == RELAY_REPLY;
}

/* One message; the one that it relays is left in message->relayed. An option that is wrong in itself does not hide the next ones. */
static enum fw_read give_message(struct message *message, struct slice bytes)
{
	size_t head_len = is_relay(bytes.bytes[0]) ? RELAY_HEAD_LEN : HEAD_LEN;
	enum fw_read result, given = FW_READ_OK;
	struct slice left, value;
	struct fact fact;
	uint16_t code;

	if (bytes.len < head_len)
		return FW_READ_SHORT;
	message->type = bytes.bytes[0];
	message->options = left = (struct slice){bytes.bytes + head_len, bytes.len - head_len};
	if (!is_relay(message->type))
		find_client(message);
	fact = fact_of(message, FACT_DHCP6_MESSAGE);
	fact.number = message->type;
	give(message->sink, &fact);
	while ((result = next_option(&left, &code, &value)) == FW_READ_OK)
		if (give_option(message, code, value) != FW_READ_OK)
			given = FW_READ_BAD;
	if (given != FW_READ_OK)
		return given;
	return result == FW_READ_OTHER ? FW_READ_OK : result;
}

enum fw_read dissect_dhcp6(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct message message = {.sink = sink, .relayed = {bytes, len}};
	enum fw_read result = FW_READ_OK, given;

	if (!len || !bytes[0] || bytes[0] > TYPE_LAST)
		return FW_READ_OTHER;
	for (unsigned depth = 0; depth <= RELAY_MAX && message.relayed.len; depth++) {
		struct slice relayed = message.relayed;

		message.relayed = (struct slice){0};
		given = give_message(&message, relayed);
		/* a relayed message is whole */
		if (depth && given != FW_READ_OK)
			given = FW_READ_BAD;
		if (given != FW_READ_OK)
			result = given;
		if (!is_relay(relayed.bytes[0]))
			return result;
	}
	return message.relayed.len ? FW_READ_BAD : result;
}
