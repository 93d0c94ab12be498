/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP for IPv4 over Ethernet (RFC 826).
 *
 *   0       2       4   5   6       8            14        18           24        28
 *   | htype | ptype |hln|pln|  op   | sender MAC | sender  | target MAC | target  |
 *
 * A probe (RFC 5227) has sender address 0.0.0.0 and claims nothing: only its target is a fact.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"

enum { ARP_LEN = 28, ARP_ETHERNET = 1, ARP_IPV4 = 0x0800, ARP_REQUEST = 1, ARP_REPLY = 2 };

enum fw_read dissect_arp(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	static const uint8_t nobody[4];
	uint16_t operation;

	if (len < 8)
		return FW_READ_SHORT;
	operation = fw_be16(bytes + 6);
	if (fw_be16(bytes) != ARP_ETHERNET || fw_be16(bytes + 2) != ARP_IPV4 || operation < ARP_REQUEST || operation > ARP_REPLY)
		return FW_READ_OTHER;
	if (bytes[4] != 6 || bytes[5] != 4)
		return FW_READ_BAD;
	if (len < ARP_LEN)
		return FW_READ_SHORT;
	if (memcmp(bytes + 14, nobody, 4)) {
		struct fact sender = {.kind = FACT_ARP_SENDER, .number = operation};
		memcpy(sender.mac, bytes + 8, 6);
		give_ipv4(sender.addr, bytes + 14);
		give(sink, &sender);
	}
	struct fact target = {.kind = FACT_ARP_TARGET, .number = operation};
	give_ipv4(target.addr, bytes + 24);
	give(sink, &target);
	return FW_READ_OK;
}
