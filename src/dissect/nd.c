/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 neighbour discovery (RFC 4861): solicitation, advertisement, router advertisement.
 *
 *   | type | code | checksum | fixed part (4, or 12 for a router) | target (NS, NA) | options: type, len/8, ... |
 *
 * The link layer option may stand anywhere, so the options are read before the first fact is given. An option
 * of length zero makes the whole message invalid (RFC 4861 section 4.6): no facts then. That the hop limit is
 * 255 is in the IP header, which is the caller's to check.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"

enum { ND_ROUTER_SOLICIT = 133, ND_ROUTER = 134, ND_SOLICIT = 135, ND_NEIGHBOUR = 136 };
enum { OPTION_SOURCE_MAC = 1, OPTION_TARGET_MAC = 2, OPTION_PREFIX = 3 };
enum { ROUTER_LEN = 16, TARGET_LEN = 24, MAC_OPTION_LEN = 8, PREFIX_OPTION_LEN = 32, PREFIX_ON_LINK = 0x80, PREFIX_AUTONOMOUS = 0x40 };

/* Checks the options and copies the MAC of the wanted kind, if there is one. */
static enum fw_read read_mac(const uint8_t *options, size_t len, uint8_t wanted, uint8_t out_mac[6])
{
	for (size_t at = 0; at < len;) {
		if (len - at < 2)
			return FW_READ_SHORT;
		size_t option_len = options[at + 1] * 8u;
		if (!option_len)
			return FW_READ_BAD;
		if (len - at < option_len)
			return FW_READ_SHORT;
		/* another length is another link layer's address */
		if (options[at] == wanted && option_len == MAC_OPTION_LEN)
			memcpy(out_mac, options + at + 2, 6);
		at += option_len;
	}
	return FW_READ_OK;
}

/* The options were checked by read_mac(), up to where they are cut. */
static void give_prefixes(const uint8_t *options, size_t len, const struct fact_sink *sink)
{
	for (size_t at = 0; len - at >= 2 && len - at >= options[at + 1] * 8u; at += options[at + 1] * 8u) {
		const uint8_t *option = options + at;
		struct fact prefix = {.kind = FACT_ND_PREFIX};

		if (option[0] != OPTION_PREFIX || option[1] * 8 != PREFIX_OPTION_LEN)
			continue;
		if (!(option[3] & (PREFIX_ON_LINK | PREFIX_AUTONOMOUS)) || option[2] > 128)
			continue;
		prefix.number = option[2];
		memcpy(prefix.addr, option + 16, 16);
		give(sink, &prefix);
	}
}

static enum fw_read read_router(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct fact router = {.kind = FACT_ND_ROUTER};
	enum fw_read result;

	if (len < ROUTER_LEN)
		return FW_READ_SHORT;
	result = read_mac(bytes + ROUTER_LEN, len - ROUTER_LEN, OPTION_SOURCE_MAC, router.mac);
	if (result == FW_READ_BAD)
		return result;
	give(sink, &router);
	give_prefixes(bytes + ROUTER_LEN, len - ROUTER_LEN, sink);
	return result;
}

static enum fw_read read_neighbour(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	bool solicit = bytes[0] == ND_SOLICIT;
	struct fact target = {.kind = solicit ? FACT_ND_SOLICIT : FACT_ND_NEIGHBOUR};
	enum fw_read result;

	if (len < TARGET_LEN)
		return FW_READ_SHORT;
	result = read_mac(bytes + TARGET_LEN, len - TARGET_LEN, solicit ? OPTION_SOURCE_MAC : OPTION_TARGET_MAC, target.mac);
	if (result == FW_READ_BAD)
		return result;
	memcpy(target.addr, bytes + 8, 16);
	give(sink, &target);
	return result;
}

enum fw_read dissect_nd(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	if (len < 2)
		return FW_READ_SHORT;
	if (bytes[0] < ND_ROUTER_SOLICIT || bytes[0] > ND_NEIGHBOUR)
		return FW_READ_OTHER;
	if (bytes[1])
		return FW_READ_BAD;
	if (bytes[0] == ND_ROUTER_SOLICIT)
		return len < 8 ? FW_READ_SHORT : FW_READ_OK;
	return bytes[0] == ND_ROUTER ? read_router(bytes, len, sink) : read_neighbour(bytes, len, sink);
}
