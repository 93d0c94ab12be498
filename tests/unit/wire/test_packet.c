/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"
#include "wire/packet.h"

#define ETHER "0a0b0c0d0e0f 1a1b1c1d1e1f "
#define A4 " 3344 0a010203 c0a80405 "
#define A6 " 20010db8000000000000000000000001 20010db8000000000000000000000002 "
#define TCP "8123 0050 81020304 95060708 50d2 7210 3344 0102 " /* 20 bytes, 33059 to 80 */
#define UDP(len) "8123 0035 " len " 3344 "

struct expectation {
	const char *name;
	uint32_t link;
	const char *hex;
	enum fw_reason reason;
	uint16_t ether_type;
	uint8_t family, proto, fragment, vlan_count;
	uint16_t src_port, dst_port, network_off, transport_off, payload_off, payload_len, payload_wire_len;
};

/* clang-format off */
static const struct expectation table[] = {
	{"tcp", FW_LINK_ETHERNET, ETHER "0800 4500 002a 0001 4000 40 06" A4 TCP "6869",
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 54, 2, 2},
	{"padding is no payload", FW_LINK_ETHERNET, ETHER "0800 4500 0028 0001 4000 40 06" A4 TCP "000000000000",
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 54, 0, 0},
	{"cut by the capture", FW_LINK_ETHERNET, ETHER "0800 4500 05dc 0001 4000 40 06" A4 TCP "6869",
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 54, 2, 1460},
	{"total length 0: all there is", FW_LINK_ETHERNET, ETHER "0800 4500 0000 0001 4000 40 06" A4 TCP "686970",
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 54, 3, 3},
	{"tcp options cut off", FW_LINK_ETHERNET,
		ETHER "0800 4500 002c 0001 4000 40 06" A4 "8123 0050 81020304 95060708 6002 7210 3344 0000 0204",
		FW_REASON_TRANSPORT_SHORT, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 0, 0, 0},
	{"tcp ends before 8 bytes", FW_LINK_ETHERNET, ETHER "0800 4500 0028 0001 4000 40 06" A4 "8123 0050 810203",
		FW_REASON_TRANSPORT_SHORT, 0x0800, 4, 6, 0, 0, 0, 0, 14, 34, 0, 0, 0},
	{"tcp ends after 8 bytes", FW_LINK_ETHERNET, ETHER "0800 4500 0028 0001 4000 40 06" A4 "8123 0050 81020304",
		FW_REASON_TRANSPORT_SHORT, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 0, 0, 0},
	{"tcp ends after 19 bytes", FW_LINK_ETHERNET,
		ETHER "0800 4500 0028 0001 4000 40 06" A4 "8123 0050 81020304 95060708 50d2 7210 3344 01",
		FW_REASON_TRANSPORT_SHORT, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 0, 0, 0},
	{"tcp as an ICMP error quotes it", FW_LINK_RAW, "4500 0034 0001 4000 01 06" A4 "8123 0050 81020304",
		FW_REASON_TRANSPORT_SHORT, 0x0800, 4, 6, 0, 0, 33059, 80, 0, 20, 0, 0, 0},
	{"tcp data offset 4", FW_LINK_ETHERNET, ETHER "0800 4500 0028 0001 4000 40 06" A4 "8123 0050 81020304 95060708 4002 7210 3344 0000",
		FW_REASON_TCP_HEADER_LEN, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 0, 0, 0},
	{"tcp data offset beyond the packet", FW_LINK_ETHERNET,
		ETHER "0800 4500 0028 0001 4000 40 06" A4 "8123 0050 81020304 95060708 6002 7210 3344 0000",
		FW_REASON_TCP_HEADER_LEN, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 34, 0, 0, 0},
	{"packet too small for tcp", FW_LINK_ETHERNET, ETHER "0800 4500 0027 0001 4000 40 06" A4 TCP,
		FW_REASON_TRANSPORT_LEN, 0x0800, 4, 6, 0, 0, 0, 0, 14, 34, 0, 0, 0},
	{"IPv4 options", FW_LINK_ETHERNET, ETHER "0800 4600 002c 0001 4000 40 06" A4 "94040000" TCP,
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 14, 38, 58, 0, 0},
	{"IPv4 options cut off", FW_LINK_ETHERNET, ETHER "0800 4600 002c 0001 4000 40 06" A4 "9404",
		FW_REASON_NETWORK_SHORT, 0x0800, 4, 6, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"IHL 4", FW_LINK_ETHERNET, ETHER "0800 4400 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_IP_HEADER_LEN, 0x0800, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"IPv4 version 6", FW_LINK_ETHERNET, ETHER "0800 6500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_IP_VERSION, 0x0800, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"total length 19", FW_LINK_ETHERNET, ETHER "0800 4500 0013 0001 4000 40 06" A4 TCP,
		FW_REASON_IP_LEN, 0x0800, 4, 6, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"IPv4 header cut off", FW_LINK_ETHERNET, ETHER "0800 4500 0028 0001 4000 40 06 3344 0a010203 c0a804",
		FW_REASON_NETWORK_SHORT, 0x0800, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"first fragment", FW_LINK_ETHERNET, ETHER "0800 4500 0024 0001 2000 40 11" A4 UDP("0800") "0102030405060708",
		FW_REASON_NONE, 0x0800, 4, 17, FW_FRAGMENT_FIRST, 0, 33059, 53, 14, 34, 42, 8, 8},
	{"later fragment", FW_LINK_ETHERNET, ETHER "0800 4500 001c 0001 00b9 40 11" A4 "0102030405060708",
		FW_REASON_NONE, 0x0800, 4, 17, FW_FRAGMENT_LATER, 0, 0, 0, 14, 0, 34, 8, 8},
	{"tiny first fragment", FW_LINK_ETHERNET, ETHER "0800 4500 001c 0001 2000 40 06" A4 "8123005081020304",
		FW_REASON_FRAGMENT_TINY, 0x0800, 4, 6, FW_FRAGMENT_FIRST, 0, 0, 0, 14, 34, 0, 0, 0},
	{"udp", FW_LINK_ETHERNET, ETHER "0800 4500 001e 0001 0000 40 11" A4 UDP("000a") "6869",
		FW_REASON_NONE, 0x0800, 4, 17, 0, 0, 33059, 53, 14, 34, 42, 2, 2},
	{"udp counts for itself", FW_LINK_ETHERNET, ETHER "0800 4500 0020 0001 0000 40 11" A4 UDP("000a") "68690000",
		FW_REASON_NONE, 0x0800, 4, 17, 0, 0, 33059, 53, 14, 34, 42, 2, 2},
	{"udp length 7", FW_LINK_ETHERNET, ETHER "0800 4500 001e 0001 0000 40 11" A4 UDP("0007") "6869",
		FW_REASON_UDP_LEN, 0x0800, 4, 17, 0, 0, 33059, 53, 14, 34, 0, 0, 0},
	{"udp length beyond the packet", FW_LINK_ETHERNET, ETHER "0800 4500 001e 0001 0000 40 11" A4 UDP("000b") "6869",
		FW_REASON_UDP_LEN, 0x0800, 4, 17, 0, 0, 33059, 53, 14, 34, 0, 0, 0},
	{"icmp echo", FW_LINK_ETHERNET, ETHER "0800 4500 001e 0001 0000 40 01" A4 "0800 3344 0bad 0001 6869",
		FW_REASON_NONE, 0x0800, 4, 1, 0, 0, 0x0bad, 0x0bad, 14, 34, 42, 2, 2},
	{"icmp unreachable", FW_LINK_ETHERNET, ETHER "0800 4500 001e 0001 0000 40 01" A4 "0303 3344 0bad 0001 6869",
		FW_REASON_NONE, 0x0800, 4, 1, 0, 0, 0, 0, 14, 34, 42, 2, 2},
	{"gre of Mirai's kind", FW_LINK_ETHERNET, ETHER "0800 4500 001a 0001 0000 40 2f" A4 "0000 0800 4500",
		FW_REASON_NONE, 0x0800, 4, 47, 0, 0, 0, 0, 14, 34, 38, 2, 2},
	{"gre with key and sequence", FW_LINK_ETHERNET, ETHER "0800 4500 0022 0001 0000 40 2f" A4 "3000 6558 00000001 00000002 4500",
		FW_REASON_NONE, 0x0800, 4, 47, 0, 0, 0, 0, 14, 34, 46, 2, 2},
	{"gre with source routes", FW_LINK_ETHERNET, ETHER "0800 4500 0022 0001 0000 40 2f" A4 "4000 0800 00000001 00000002 4500",
		FW_REASON_GRE_OTHER, 0x0800, 4, 47, 0, 0, 0, 0, 14, 34, 0, 0, 0},
	{"esp is left as it is", FW_LINK_ETHERNET, ETHER "0800 4500 001c 0001 0000 40 32" A4 "0000000100000002",
		FW_REASON_NONE, 0x0800, 4, 50, 0, 0, 0, 0, 14, 34, 34, 8, 8},

	{"IPv6", FW_LINK_ETHERNET, ETHER "86dd 60000000 0016 06 40" A6 TCP "6869",
		FW_REASON_NONE, 0x86dd, 6, 6, 0, 0, 33059, 80, 14, 54, 74, 2, 2},
	{"IPv6 cut", FW_LINK_ETHERNET, ETHER "86dd 60000000 0016 06 40 20010db8",
		FW_REASON_NETWORK_SHORT, 0x86dd, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"IPv6 extensions", FW_LINK_ETHERNET,
		ETHER "86dd 60000000 0024 00 40" A6 "3c00010400000000 3300010400000000 1101000000000001 00000001" UDP("0008"),
		FW_REASON_NONE, 0x86dd, 6, 17, 0, 0, 33059, 53, 14, 82, 90, 0, 0},
	{"IPv6 extension cut off", FW_LINK_ETHERNET, ETHER "86dd 60000000 0018 00 40" A6 "3c000104",
		FW_REASON_EXTENSION_SHORT, 0x86dd, 6, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"IPv6 extension beyond the packet", FW_LINK_ETHERNET, ETHER "86dd 60000000 0010 00 40" A6 "1102010400000000" UDP("0008"),
		FW_REASON_EXTENSION_LEN, 0x86dd, 6, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"IPv6 first fragment", FW_LINK_ETHERNET, ETHER "86dd 60000000 0018 2c 40" A6 "1100000100000007" UDP("0800") "0102030405060708",
		FW_REASON_NONE, 0x86dd, 6, 17, FW_FRAGMENT_FIRST, 0, 33059, 53, 14, 62, 70, 8, 8},
	{"IPv6 atomic fragment", FW_LINK_ETHERNET, ETHER "86dd 60000000 0010 2c 40" A6 "1100000000000007" UDP("0008"),
		FW_REASON_NONE, 0x86dd, 6, 17, 0, 0, 33059, 53, 14, 62, 70, 0, 0},
	{"IPv6 later fragment", FW_LINK_ETHERNET, ETHER "86dd 60000000 0010 2c 40" A6 "1100000800000007 0102030405060708",
		FW_REASON_NONE, 0x86dd, 6, 17, FW_FRAGMENT_LATER, 0, 0, 0, 14, 0, 62, 8, 8},
	{"IPv6, nothing next", FW_LINK_ETHERNET, ETHER "86dd 60000000 0000 3b 40" A6 "000000000000",
		FW_REASON_NONE, 0x86dd, 6, 59, 0, 0, 0, 0, 14, 54, 54, 0, 0},
	{"echo reply of IPv6", FW_LINK_ETHERNET, ETHER "86dd 60000000 0008 3a 40" A6 "8100 3344 0bad 0001",
		FW_REASON_NONE, 0x86dd, 6, 58, 0, 0, 0x0bad, 0x0bad, 14, 54, 62, 0, 0},

	{"tag", FW_LINK_ETHERNET, ETHER "8100 a00b 0800 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_NONE, 0x0800, 4, 6, 0, 1, 33059, 80, 18, 38, 58, 0, 0},
	{"tag cut off", FW_LINK_ETHERNET, ETHER "8100 a00b",
		FW_REASON_LINK_SHORT, 0x8100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{"QinQ", FW_LINK_ETHERNET, ETHER "88a8 000b 8100 000c 0800 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_NONE, 0x0800, 4, 6, 0, 2, 33059, 80, 22, 42, 62, 0, 0},
	{"three tags", FW_LINK_ETHERNET, ETHER "88a8 000b 8100 000c 9100 000d 0800 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_TAGS_MANY, 0x9100, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0},
	{"PPPoE", FW_LINK_ETHERNET, ETHER "8864 1100 0001 002a 0021 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 22, 42, 62, 0, 0},
	{"PPPoE, IPv6", FW_LINK_ETHERNET, ETHER "8864 1100 0001 002a 0057 60000000 0014 06 40" A6 TCP,
		FW_REASON_NONE, 0x86dd, 6, 6, 0, 0, 33059, 80, 22, 62, 82, 0, 0},
	{"PPPoE, link control", FW_LINK_ETHERNET, ETHER "8864 1100 0001 002a c021 0101 0004",
		FW_REASON_PPP_OTHER, 0x8864, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{"802.3", FW_LINK_ETHERNET, ETHER "0026 424203",
		FW_REASON_LLC, 0x0026, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{"LLDP", FW_LINK_ETHERNET, ETHER "88cc 0207",
		FW_REASON_ETHER_OTHER, 0x88cc, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"arp", FW_LINK_ETHERNET, ETHER "0806 0001 0800 06 04 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204",
		FW_REASON_NONE, 0x0806, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"arp cut off", FW_LINK_ETHERNET, ETHER "0806 0001 0800 06 04 0001 1a1b1c1d1e1f 0a010203",
		FW_REASON_NETWORK_SHORT, 0x0806, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"arp for something else", FW_LINK_ETHERNET, ETHER "0806 0001 86dd 06 04 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204",
		FW_REASON_ARP_OTHER, 0x0806, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0},
	{"no header at all", FW_LINK_ETHERNET, "0a0b",
		FW_REASON_LINK_SHORT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{"no byte at all", FW_LINK_ETHERNET, "",
		FW_REASON_LINK_SHORT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},

	{"cooked", FW_LINK_SLL, "0000 0001 0006 1a1b1c1d1e1f 0000 0800 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 16, 36, 56, 0, 0},
	{"cooked, version 2", FW_LINK_SLL2, "0800 0000 00000002 0001 00 06 1a1b1c1d1e1f 0000 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 20, 40, 60, 0, 0},
	{"raw, 4", FW_LINK_RAW, "4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 0, 20, 40, 0, 0},
	{"raw, 6", FW_LINK_RAW, "60000000 0014 06 40" A6 TCP,
		FW_REASON_NONE, 0x86dd, 6, 6, 0, 0, 33059, 80, 0, 40, 60, 0, 0},
	{"raw, 5", FW_LINK_RAW, "5500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_IP_VERSION, 0x0800, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{"IPv4 on a link of IPv6", FW_LINK_IPV6, "4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_IP_VERSION, 0x86dd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{"null, written on a little-endian host", FW_LINK_NULL, "02000000 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_NONE, 0x0800, 4, 6, 0, 0, 33059, 80, 4, 24, 44, 0, 0},
	{"null, Darwin's IPv6, big-endian", FW_LINK_NULL, "0000001e 60000000 0014 06 40" A6 TCP,
		FW_REASON_NONE, 0x86dd, 6, 6, 0, 0, 33059, 80, 4, 44, 64, 0, 0},
	{"loop is in network order", FW_LINK_LOOP, "02000000 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_ETHER_OTHER, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{"FDDI", 10, ETHER "0800 4500 0028 0001 4000 40 06" A4 TCP,
		FW_REASON_LINK_OTHER, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
};
/* clang-format on */

/* Reads from a heap block of the exact size. */
static enum fw_read read_exact(const uint8_t *bytes, uint32_t len, uint32_t link, struct fw_packet *out)
{
	uint8_t *exact = malloc(len ? len : 1);
	enum fw_read read;

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	memset(out, 0xa5, sizeof(*out));
	read = fw_packet_read(exact, len, link, out);
	free(exact);
	return read;
}

static enum fw_read read_hex(const char *hex, uint32_t link, struct fw_packet *out)
{
	uint8_t bytes[512];

	return read_exact(bytes, hex_read(hex, bytes), link, out);
}

static void test_table(void **state)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct expectation *e = &table[i];
		struct fw_packet p;
		enum fw_read read = read_hex(e->hex, e->link, &p);
		const uint32_t found[] = {p.reason, p.ether_type, p.family, p.proto, p.fragment, p.vlan_count, p.src_port, p.dst_port,
			p.network_off, p.transport_off, p.payload_off, p.payload_len, p.payload_wire_len};
		const uint32_t wanted[] = {e->reason, e->ether_type, e->family, e->proto, e->fragment, e->vlan_count, e->src_port,
			e->dst_port, e->network_off, e->transport_off, e->payload_off, e->payload_len, e->payload_wire_len};

		for (size_t f = 0; f < sizeof(found) / sizeof(*found); f++)
			if (found[f] != wanted[f])
				fail_msg("%s: field %zu is %u, not %u", e->name, f, found[f], wanted[f]);
		assert_int_equal(read, fw_reason_read(e->reason));
	}
}

static void test_every_field(void **state)
{
	static const uint8_t src[16] = {[10] = 0xff, 0xff, 10, 1, 2, 3}, dst[16] = {[10] = 0xff, 0xff, 192, 168, 4, 5};
	struct fw_packet p;

	assert_int_equal(
		read_hex(ETHER "88a8 0abc 8100 fdef 0800 4500 002a 0001 4000 3f 06" A4 TCP "6869", FW_LINK_ETHERNET, &p), FW_READ_OK);
	assert_memory_equal(p.src, src, 16);
	assert_memory_equal(p.dst, dst, 16);
	assert_memory_equal(p.dst_mac, "\x0a\x0b\x0c\x0d\x0e\x0f", 6);
	assert_memory_equal(p.src_mac, "\x1a\x1b\x1c\x1d\x1e\x1f", 6);
	assert_int_equal(p.vlan[0], 0xabc);
	assert_int_equal(p.vlan[1], 0xdef);
	assert_int_equal(p.tcp_seq, 0x81020304);
	assert_int_equal(p.tcp_ack, 0x95060708);
	assert_int_equal(p.tcp_flags, 0x12); /* SYN ACK, without ECE and CWR */
	assert_int_equal(p.tcp_window, 0x7210);
	assert_int_equal(p.ip_len, 42);
	assert_int_equal(p.hops, 63);
	assert_true(p.has_mac);
}

static void test_arp_addresses(void **state)
{
	static const uint8_t sender[16] = {[10] = 0xff, 0xff, 10, 1, 2, 3}, target[16] = {[10] = 0xff, 0xff, 10, 1, 2, 4};
	struct fw_packet p;

	read_hex(ETHER "0806 0001 0800 06 04 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204", FW_LINK_ETHERNET, &p);
	assert_memory_equal(p.src, sender, 16);
	assert_memory_equal(p.dst, target, 16);
	assert_int_equal(p.ip_len, 0);
}

static void test_cooked_sender(void **state)
{
	static const uint8_t none[6];
	struct fw_packet p;

	read_hex("0000 0001 0006 1a1b1c1d1e1f 0000 0800", FW_LINK_SLL, &p);
	assert_true(p.has_mac);
	assert_memory_equal(p.src_mac, "\x1a\x1b\x1c\x1d\x1e\x1f", 6);
	assert_memory_equal(p.dst_mac, none, 6);
	read_hex("0000 0200 0000 a1a2a3a4a5a6 0000 0800", FW_LINK_SLL, &p);
	assert_false(p.has_mac);
	assert_memory_equal(p.src_mac, none, 6);
}

/* Of a header that was cut, what came is told, and of what did not come, nothing. */
static void test_tcp_cut(void **state)
{
	uint8_t bytes[64];
	uint32_t len = hex_read("4500 003c 0001 4000 40 06" A4 TCP, bytes);

	assert_int_equal(len, 40);
	for (uint32_t cut = 0; cut < 20; cut++) {
		struct fw_packet p;

		assert_int_equal(read_exact(bytes, 20 + cut, FW_LINK_RAW, &p), FW_READ_SHORT);
		assert_int_equal(p.transport_off, 20);
		assert_int_equal(p.src_port, cut < 8 ? 0 : 0x8123);
		assert_int_equal(p.dst_port, cut < 8 ? 0 : 80);
		assert_int_equal(p.tcp_seq, cut < 8 ? 0 : 0x81020304);
		assert_int_equal(p.tcp_flags | p.tcp_ack | p.tcp_window, 0);
	}
}

static void test_to_many(void **state)
{
	static const struct {
		const char *name, *hex;
		uint32_t link;
		uint8_t to_many;
	} rows[] = {
		{"Ethernet, one", "0a0b0c0d0e0f 1a1b1c1d1e1f 0800", FW_LINK_ETHERNET, 0},
		{"Ethernet, broadcast", "ffffffffffff 1a1b1c1d1e1f 0800", FW_LINK_ETHERNET, 1},
		{"Ethernet, IPv4 group", "01005e0000fb 1a1b1c1d1e1f 0800", FW_LINK_ETHERNET, 1},
		{"Ethernet, IPv6 group", "333300000001 1a1b1c1d1e1f 86dd", FW_LINK_ETHERNET, 1},
		{"Ethernet, group bit of the sender", "0a0b0c0d0e0f 1b1b1c1d1e1f 0800", FW_LINK_ETHERNET, 0},
		{"cooked, to us", "0000 0001 0006 1a1b1c1d1e1f 0000 0800", FW_LINK_SLL, 0},
		{"cooked, broadcast", "0001 0001 0006 1a1b1c1d1e1f 0000 0800", FW_LINK_SLL, 1},
		{"cooked, multicast", "0002 0001 0006 1a1b1c1d1e1f 0000 0800", FW_LINK_SLL, 1},
		{"cooked, to somebody else", "0003 0001 0006 1a1b1c1d1e1f 0000 0800", FW_LINK_SLL, 0},
		{"cooked, sent by us", "0004 0001 0006 1a1b1c1d1e1f 0000 0800", FW_LINK_SLL, 0},
		{"cooked, no such type", "0101 0001 0006 1a1b1c1d1e1f 0000 0800", FW_LINK_SLL, 0},
		{"cooked 2, to us", "0800 0000 00000002 0001 00 06 1a1b1c1d1e1f 0000", FW_LINK_SLL2, 0},
		{"cooked 2, broadcast", "0800 0000 00000002 0001 01 06 1a1b1c1d1e1f 0000", FW_LINK_SLL2, 1},
		{"cooked 2, multicast", "0800 0000 00000002 0001 02 06 1a1b1c1d1e1f 0000", FW_LINK_SLL2, 1},
		{"cooked 2, to somebody else", "0800 0000 00000002 0001 03 06 1a1b1c1d1e1f 0000", FW_LINK_SLL2, 0},
		{"cooked 2, sent by us", "0800 0000 00000002 0001 04 06 1a1b1c1d1e1f 0000", FW_LINK_SLL2, 0},
		{"raw IP has no link to say so", "4500 0014 0001 4000 40 3b 0000 0a010203 e00000fb", FW_LINK_RAW, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fw_packet p;

		read_hex(rows[i].hex, rows[i].link, &p);
		if (p.to_many != rows[i].to_many)
			fail_msg("%s: to_many is %u", rows[i].name, p.to_many);
	}
}

static void test_extension_ceiling(void **state)
{
	for (unsigned count = 0; count <= 9; count++) {
		uint8_t bytes[256];
		struct fw_packet p;
		uint32_t at = hex_read("60000000 0000 3c 40" A6, bytes);

		bytes[6] = count ? 60 : 17;
		bytes[5] = (uint8_t)(count * 8 + 8);
		for (unsigned i = 0; i < count; i++, at += 8)
			hex_read(i + 1 < count ? "3c00010400000000" : "1100010400000000", bytes + at);
		at += hex_read(UDP("0008"), bytes + at);
		assert_int_equal(read_exact(bytes, at, FW_LINK_IPV6, &p), count <= FW_EXTENSIONS_MAX ? FW_READ_OK : FW_READ_OTHER);
		assert_int_equal(p.dst_port, count <= FW_EXTENSIONS_MAX ? 53 : 0);
	}
}

/* Cut anywhere, a frame is SHORT or has less payload; and what is known of it is as it was. */
static void test_cuts(void **state)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		uint8_t bytes[512];
		struct fw_packet whole, cut;
		uint32_t len = hex_read(table[i].hex, bytes);
		enum fw_read read = read_exact(bytes, len, table[i].link, &whole);

		while (len--) {
			enum fw_read now = read_exact(bytes, len, table[i].link, &cut);

			assert_true(now == read || now == FW_READ_SHORT);
			assert_true(cut.payload_len <= whole.payload_len);
			assert_true(!cut.payload_off || cut.payload_off == whole.payload_off);
			assert_true(!cut.family || (cut.family == whole.family && !memcmp(cut.src, whole.src, 32)));
			assert_true(!cut.dst_port || (cut.src_port == whole.src_port && cut.dst_port == whole.dst_port));
		}
	}
}

/* A segment that the card would cut: more than 65,535 bytes in one frame. */
static void test_large_segment(void **state)
{
	enum { LEN = 100000 };
	uint8_t *bytes = calloc(1, LEN);
	struct fw_packet p;

	assert_non_null(bytes);
	hex_read(ETHER "0800 4500 0000 0001 4000 40 06" A4 TCP, bytes);
	assert_int_equal(fw_packet_read(bytes, LEN, FW_LINK_ETHERNET, &p), FW_READ_OK);
	assert_int_equal(p.ip_len, LEN - 14);
	assert_int_equal(p.payload_len, 65535);
	assert_int_equal(p.payload_wire_len, 65535);
	free(bytes);
}

/* Each reason has a counter name of its own and a sentence. */
static void test_reasons(void **state)
{
#define ENTRY(id, counter, sentence) {FW_REASON_##id, counter, sentence},
	static const struct {
		enum fw_reason reason;
		const char *counter, *sentence;
	} list[] = {FW_REASONS_ALL(ENTRY)};
	size_t count = sizeof(list) / sizeof(*list);

	assert_int_equal(count + 1, FW_REASON_COUNT);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(list[i].reason, i + 1);
		assert_true(strlen(list[i].sentence) > 10);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(list[i].counter, list[j].counter);
	}
	assert_int_equal(fw_reason_read(FW_REASON_NONE), FW_READ_OK);
	assert_int_equal(fw_reason_read(FW_REASON_DNS_SHORT), FW_READ_SHORT);
	assert_int_equal(fw_reason_read(FW_REASON_LINK_OTHER), FW_READ_OTHER);
	assert_int_equal(fw_reason_read(FW_REASON_IP_VERSION), FW_READ_BAD);
	assert_int_equal(fw_reason_read(FW_REASON_DNS_NAME_LEN), FW_READ_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_arp_addresses),
		cmocka_unit_test(test_cooked_sender),
		cmocka_unit_test(test_tcp_cut),
		cmocka_unit_test(test_to_many),
		cmocka_unit_test(test_extension_ceiling),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_large_segment),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
