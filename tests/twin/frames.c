/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chance hardly ever meets a limit, so the frames are made to: a table of named cases, one at least on either side of each limit
 * in wire/; every one of them cut at every byte; every byte of them at the edges of its range; and only then seeded mixtures.
 *
 * Cases are written in hexadecimal, with three marks for lengths: @4 the IPv4 total length, @6 the IPv6 payload length, @u the UDP
 * length, each as it would be if the frame ended where the text does.
 */
#include "frames.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { FRAME_MAX = 700, EDGE_BYTES = 120 };

struct named {
	const char *name;
	uint32_t link;
	const char *hex;
};

#define ETHER "0a0b0c0d0e0f 1a1b1c1d1e1f "
#define ADDR4 " 3344 0a010203 c0a80405 "
#define ADDR6 " 20010db8000102030405060708090a0b 20010db8f1f2f3f4f5f6f7f8f9fafbfc "
#define IP4(len, fragment, proto) "45 02 " len " 1234 " fragment " 3f " proto ADDR4
#define IP4_WORDS(words, len, proto) "4" words " 02 " len " 1234 4000 3f " proto ADDR4
#define IP6(len, next) "6b123456 " len " " next " 3d " ADDR6
#define TCP(words) "8123 0050 81020304 95060708 " words "0 d2 7210 3344 0102 "
#define UDP(len) "8123 0035 " len " 3344 "
#define UDP_ELSE(len) "8123 076c " len " 3344 "
#define ECHO(type) type " 01 3344 5566 0001 "
#define NOPS " 01010101 "

#define ETHER4 ETHER "0800 "
#define ETHER6 ETHER "86dd "
#define ASK ETHER4 IP4("@4", "4000", "11") UDP("@u")
#define DNS(flags, counts) "abcd " flags " " counts " "
#define ONE "0001 0000 0000 0000"
#define WWW "03 777757 07 4578614D704C65 03 434f6d 00 "
#define IN_A "0001 0003 "
#define C15 "6162636465666768696a6b6c6d6e6f"
#define C16 C15 "70"
#define L63 "3f" C16 C16 C16 C15
#define HOP(next) next " 00 0102 03040506 "

static const struct named named[] = {
	{"tcp", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "06") TCP("5") "68656c6c6f"},
	{"tcp without payload", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "06") TCP("5")},
	{"tcp padded to 60 bytes", FW_LINK_ETHERNET, ETHER4 IP4("0028", "4000", "06") TCP("5") "eeeeeeeeeeee"},
	{"tcp with options", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "06") TCP("8") NOPS NOPS NOPS "6869"},
	{"tcp data offset 4", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "06") TCP("4") "6869"},
	{"tcp data offset one byte beyond", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "06") TCP("6") "010101"},
	{"tcp data offset up to the end", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "06") TCP("6") NOPS},
	{"tcp data offset 15 beyond", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "06") TCP("f") NOPS},
	{"tcp quoted in 8 bytes", FW_LINK_ETHERNET, ETHER4 IP4("0034", "4000", "06") "8123 0050 81020304"},
	{"tcp cut within its flags", FW_LINK_ETHERNET, ETHER4 IP4("0034", "4000", "06") "8123 0050 81020304 95060708 5012 7210 3344"},
	{"tcp in 19 bytes", FW_LINK_ETHERNET, ETHER4 IP4("0027", "4000", "06") TCP("5") "6869"},
	{"IPv4 header length 4", FW_LINK_ETHERNET, ETHER4 IP4_WORDS("4", "@4", "06") TCP("5")},
	{"IPv4 header length 6", FW_LINK_ETHERNET, ETHER4 IP4_WORDS("6", "@4", "06") NOPS TCP("5")},
	{"IPv4 header length 15", FW_LINK_ETHERNET,
		ETHER4 IP4_WORDS("f", "@4", "11") NOPS NOPS NOPS NOPS NOPS NOPS NOPS NOPS NOPS NOPS UDP("@u") "68"},
	{"IPv4 version 5", FW_LINK_ETHERNET, ETHER4 "55 00 @4 1234 4000 3f 06" ADDR4 TCP("5")},
	{"IPv4 version 6", FW_LINK_ETHERNET, ETHER4 IP6("@6", "06") TCP("5")},
	{"IPv4 total length 0", FW_LINK_ETHERNET, ETHER4 IP4("0000", "4000", "06") TCP("5") "68656c6c6f"},
	{"IPv4 total length 19", FW_LINK_ETHERNET, ETHER4 IP4("0013", "4000", "06") TCP("5")},
	{"IPv4 total length 20", FW_LINK_ETHERNET, ETHER4 IP4("0014", "4000", "06") TCP("5")},
	{"IPv4 total length 20, other protocol", FW_LINK_ETHERNET, ETHER4 IP4("0014", "4000", "59") "68656c6c6f"},
	{"IPv4 total length beyond", FW_LINK_ETHERNET, ETHER4 IP4("ffff", "4000", "06") TCP("5") "6869"},
	{"IPv4 evil bit", FW_LINK_ETHERNET, ETHER4 IP4("@4", "8000", "06") TCP("5") "6869"},
	{"fragment, first", FW_LINK_ETHERNET, ETHER4 IP4("@4", "2000", "11") UDP("0400") "68656c6c6f000000"},
	{"fragment, first and tiny", FW_LINK_ETHERNET, ETHER4 IP4("@4", "2000", "06") "8123 0050 81020304"},
	{"fragment, first, gre cut by it", FW_LINK_ETHERNET, ETHER4 IP4("@4", "2000", "2f") "b000 0800 00000001"},
	{"fragment, offset 1", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0001", "11") "68656c6c6f000000"},
	{"fragment, offset 4096", FW_LINK_ETHERNET, ETHER4 IP4("@4", "3000", "11") "68656c6c6f000000"},
	{"fragment, last", FW_LINK_ETHERNET, ETHER4 IP4("@4", "1fff", "11") "68656c6c6f000000"},
	{"udp", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "11") UDP_ELSE("@u") "68656c6c6f"},
	{"udp without payload", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"udp length 7", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "11") UDP_ELSE("0007") "68656c6c6f"},
	{"udp length one less", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "11") UDP_ELSE("000c") "68656c6c6f"},
	{"udp length one more", FW_LINK_ETHERNET, ETHER4 IP4("@4", "4000", "11") UDP_ELSE("000e") "68656c6c6f"},
	{"udp in 7 bytes", FW_LINK_ETHERNET, ETHER4 IP4("001b", "4000", "11") UDP_ELSE("0008") "68656c6c6f"},
	{"icmp echo", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "01") ECHO("08") "6869"},
	{"icmp echo reply", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "01") ECHO("00") "6869"},
	{"icmp unreachable", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "01") ECHO("03") IP4("0040", "0000", "11") UDP("0010")},
	{"icmp in 7 bytes", FW_LINK_ETHERNET, ETHER4 IP4("001b", "0000", "01") ECHO("08")},
	{"gre", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 0800 45000014"},
	{"gre without payload", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 0800"},
	{"gre in 3 bytes", FW_LINK_ETHERNET, ETHER4 IP4("0017", "0000", "2f") "0000 0800 00000000"},
	{"gre with checksum", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "8000 6558 33440000 45000014"},
	{"gre with key", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "2000 86dd 00000007 45000014"},
	{"gre with sequence", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "1000 0800 00000001 45000014"},
	{"gre with all, nothing behind", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "b000 0800 33440000 00000007 00000001"},
	{"gre one byte short of its header", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "b000 0800 33440000 00000007 000000"},
	{"gre with source route", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "4000 0800 33440000 00000000"},
	{"gre version 1", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "3081 880b 00040001 00000001 00000002 ff030021"},
	{"gre version 1 without acknowledgement", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "2001 880b 00000001 00000000 00000000"},
	{"gre version 1, bare", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0001 880b 00000001 00000000 00000000"},
	{"gre version 0 with that bit", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0080 0800 00000001 45000014"},
	{"gre version 2", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "2002 0800 00000001 45000014"},
	{"gre version 4", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "2004 0800 00000001 45000014"},
	{"gre of Ethernet", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 6558" ETHER "0806 0001"},
	{"gre of Ethernet, first fragment", FW_LINK_ETHERNET, ETHER4 IP4("@4", "2000", "2f") "0000 6558" ETHER "0806 0001"},
	{"gre of IPv6", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 86dd" IP6("@6", "59") "6869"},
	{"gre of type 0x07ff", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 07ff 45000014"},
	{"gre of type 0x0801", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 0801 45000014"},
	{"gre of type 0x86dc", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 86dc 45000014"},
	{"gre of type 0x86de", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 86de 45000014"},
	{"gre of type 0x6557", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 6557 45000014"},
	{"gre of type 0x6559", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2f") "0000 6559 45000014"},
	{"IPv4 in IPv4", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "04") IP4("0016", "0000", "59") "6869"},
	{"IPv6 in IPv4", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "29") IP6("@6", "59") "6869"},
	{"IPv4 in IPv6", FW_LINK_ETHERNET, ETHER6 IP6("@6", "04") IP4("0016", "0000", "59") "6869"},
	{"protocol 3", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "03") "6869"},
	{"protocol 5", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "05") "6869"},
	{"protocol 40", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "28") "6869"},
	{"protocol 42", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "2a") "6869"},
	{"vxlan", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "8123 12b5 @u 3344 08000000 00007b00" ETHER "0806 0001"},
	{"vxlan with nothing inside", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "8123 12b5 @u 3344 08000000 00007b00"},
	{"vxlan in 7 bytes", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "8123 12b5 @u 3344 08000000 00007b"},
	{"vxlan without its flag", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "8123 12b5 @u 3344 f7000000 00007b00" ETHER "0806"},
	{"vxlan with every flag", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "8123 12b5 @u 3344 ff080000 00007b00" ETHER "0806"},
	{"vxlan, flag one byte late", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "8123 12b5 @u 3308 00080000 00007b00" ETHER "0806"},
	{"vxlan from its port", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "12b5 8123 @u 3344 08000000 00007b00" ETHER "0806"},
	{"vxlan, one port less", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "8123 12b4 @u 3344 08000000 00007b00" ETHER "0806"},
	{"vxlan, one port more", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "11") "8123 12b6 @u 3344 08000000 00007b00" ETHER "0806"},
	{"other protocol", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "32") "00000001 00000002"},

	{"IPv6 tcp", FW_LINK_ETHERNET, ETHER6 IP6("@6", "06") TCP("5") "68656c6c6f"},
	{"IPv6 udp", FW_LINK_ETHERNET, ETHER6 IP6("@6", "11") UDP_ELSE("@u") "6869"},
	{"IPv6 echo", FW_LINK_ETHERNET, ETHER6 IP6("@6", "3a") ECHO("80")},
	{"IPv6 echo reply", FW_LINK_ETHERNET, ETHER6 IP6("@6", "3a") ECHO("81")},
	{"IPv6 solicitation", FW_LINK_ETHERNET, ETHER6 IP6("@6", "3a") ECHO("87") "20010db8000000000000000000000001"},
	{"IPv6 type 8 is no echo", FW_LINK_ETHERNET, ETHER6 IP6("@6", "3a") ECHO("08")},
	{"IPv4 type 128 is no echo", FW_LINK_ETHERNET, ETHER4 IP4("@4", "0000", "01") ECHO("80")},
	{"IPv6 nothing next", FW_LINK_ETHERNET, ETHER6 IP6("0000", "3b") "eeeeeeeeeeee"},
	{"IPv6 payload 0 of tcp", FW_LINK_ETHERNET, ETHER6 IP6("0000", "06") TCP("5")},
	{"IPv6 payload 0 before 1", FW_LINK_ETHERNET, ETHER6 IP6("0000", "01") TCP("5")},
	{"IPv6 jumbogram", FW_LINK_ETHERNET, ETHER6 IP6("0000", "00") "06 00 c204 00010000" TCP("5") "68656c6c6f"},
	{"IPv6 version 4", FW_LINK_ETHERNET, ETHER6 IP4("@4", "0000", "06") TCP("5") "0000000000000000"},
	{"IPv6 payload beyond", FW_LINK_ETHERNET, ETHER6 IP6("ffff", "59") "6869"},
	{"IPv6 every extension", FW_LINK_ETHERNET,
		ETHER6 IP6("@6", "00") HOP("2b") "3c 02 0400 00000000 20010db8000000000000000000000001" HOP(
			"33") "2c 04 0000 00000001 00000002 0000000300000004 00000005"
			      "06 00 0000 00000007" TCP("5") "6869"},
	{"IPv6 authentication of 8", FW_LINK_ETHERNET, ETHER6 IP6("@6", "33") "11 00 0000 00000001" UDP_ELSE("@u")},
	{"IPv6 extension at the end", FW_LINK_ETHERNET, ETHER6 IP6("@6", "3c") HOP("3b")},
	{"IPv6 extension of 16 in 16", FW_LINK_ETHERNET, ETHER6 IP6("@6", "3c") "3b 01 0102 03040506 0708090a0b0c0d0e"},
	{"IPv6 extension of 16 in 15", FW_LINK_ETHERNET, ETHER6 IP6("000f", "3c") "3b 01 0102 03040506 0708090a0b0c0d0e"},
	{"IPv6 extension of 8 in 7", FW_LINK_ETHERNET, ETHER6 IP6("0007", "3c") HOP("3b")},
	{"IPv6 extension of 2048", FW_LINK_ETHERNET, ETHER6 IP6("@6", "3c") "11 ff 0102 03040506" UDP_ELSE("@u")},
	{"IPv6 fragment, first", FW_LINK_ETHERNET, ETHER6 IP6("@6", "2c") "11 00 0001 00000007" UDP("0400") "68656c6c6f000000"},
	{"IPv6 fragment, offset 8", FW_LINK_ETHERNET, ETHER6 IP6("@6", "2c") "11 00 0008 00000007" UDP("0400") "68656c6c6f000000"},
	{"IPv6 fragment, reserved bits", FW_LINK_ETHERNET, ETHER6 IP6("@6", "2c") "11 ff 0006 00000007" UDP_ELSE("@u") "68656c6c6f"},
	{"IPv6 fragment, last", FW_LINK_ETHERNET,
		ETHER6 IP6("@6", "2c") "11 00 fff8 00000007"
				       "68656c6c6f000000"},
	{"IPv6 fragment before options", FW_LINK_ETHERNET,
		ETHER6 IP6("@6", "2c") "3c 00 0100 00000007"
				       "68656c6c6f000000"},
	{"IPv6 with 8 extensions", FW_LINK_ETHERNET,
		ETHER6 IP6("@6", "00") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("11") UDP_ELSE("@u")},
	{"IPv6 with 9 extensions", FW_LINK_ETHERNET,
		ETHER6 IP6("@6", "00") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("3c") HOP("11")
			UDP_ELSE("@u")},

	{"arp", FW_LINK_ETHERNET, ETHER "0806 0001 0800 06 04 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204"},
	{"arp for IPv6", FW_LINK_ETHERNET, ETHER "0806 0001 86dd 06 04 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204"},
	{"arp of 8-byte addresses", FW_LINK_ETHERNET,
		ETHER "0806 0020 0800 08 04 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204 00000000"},
	{"arp of 16-byte targets", FW_LINK_ETHERNET, ETHER "0806 0001 0800 06 10 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204"},
	{"length, not type", FW_LINK_ETHERNET, ETHER "0026 424203 0000000000"},
	{"type 0x05ff", FW_LINK_ETHERNET, ETHER "05ff 424203 0000000000"},
	{"type 0x0600", FW_LINK_ETHERNET, ETHER "0600 424203 0000000000"},
	{"type 0x05fe", FW_LINK_ETHERNET, ETHER "05fe 424203 0000000000"},
	{"LLDP", FW_LINK_ETHERNET, ETHER "88cc 0207040001020304"},
	{"one tag", FW_LINK_ETHERNET, ETHER "8100 b555 0800" IP4("@4", "4000", "06") TCP("5")},
	{"priority tag", FW_LINK_ETHERNET, ETHER "8100 e000 0800" IP4("@4", "4000", "06") TCP("5")},
	{"two tags, 802.1ad", FW_LINK_ETHERNET, ETHER "88a8 1123 8100 3fff 86dd" IP6("@6", "06") TCP("5")},
	{"two tags, old", FW_LINK_ETHERNET,
		ETHER "9100 0001 9100 0fff 0806 0001 0800 06 04 0001 1a1b1c1d1e1f 0a010203 000000000000 0a010204"},
	{"three tags", FW_LINK_ETHERNET, ETHER "88a8 1123 8100 0222 8100 0333 0800" IP4("@4", "4000", "06") TCP("5")},
	{"PPPoE IPv4", FW_LINK_ETHERNET, ETHER "8864 11 00 0042 0030 0021" IP4("@4", "4000", "06") TCP("5") "6869"},
	{"PPPoE IPv6", FW_LINK_ETHERNET, ETHER "8864 11 00 0042 0040 0057" IP6("@6", "06") TCP("5") "6869"},
	{"PPPoE in a tag", FW_LINK_ETHERNET, ETHER "8100 0007 8864 11 00 0042 0030 0021" IP4("@4", "4000", "06") TCP("5") "6869"},
	{"PPPoE LCP", FW_LINK_ETHERNET, ETHER "8864 11 00 0042 0008 c021 09010008"},
	{"PPPoE code 1", FW_LINK_ETHERNET, ETHER "8864 11 01 0042 0030 0021" IP4("@4", "4000", "06") TCP("5") "6869"},
	{"PPPoE version 2", FW_LINK_ETHERNET, ETHER "8864 21 00 0042 0030 0021" IP4("@4", "4000", "06") TCP("5") "6869"},
	{"PPPoE discovery", FW_LINK_ETHERNET, ETHER "8863 11 09 0000 0004 01010000"},

	{"cooked v1", FW_LINK_SLL, "0004 0001 0006 1a1b1c1d1e1f 0000 0800" IP4("@4", "4000", "06") TCP("5")},
	{"cooked v1 without address", FW_LINK_SLL, "0000 0304 0000 a1a2a3a4a5a6 0000 86dd" IP6("@6", "06") TCP("5")},
	{"cooked v1 with a tag", FW_LINK_SLL, "0000 0001 0006 1a1b1c1d1e1f 0000 8100 0007 0800" IP4("@4", "4000", "06") TCP("5")},
	{"cooked v1 of 802.2", FW_LINK_SLL, "0000 0001 0006 1a1b1c1d1e1f 0000 0004 4242"},
	{"cooked v2", FW_LINK_SLL2, "0800 0000 00000002 0001 04 06 1a1b1c1d1e1f 0000" IP4("@4", "4000", "06") TCP("5")},
	{"cooked v2 without address", FW_LINK_SLL2, "86dd 0000 00000002 0304 04 00 a1a2a3a4a5a6 0000" IP6("@6", "06") TCP("5")},
	{"cooked v1, broadcast", FW_LINK_SLL, "0001 0001 0006 1a1b1c1d1e1f 0000 0800" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"cooked v1, multicast", FW_LINK_SLL, "0002 0001 0006 1a1b1c1d1e1f 0000 0800" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"cooked v1, to somebody else", FW_LINK_SLL, "0003 0001 0006 1a1b1c1d1e1f 0000 0800" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"cooked v2, broadcast", FW_LINK_SLL2, "0800 0000 00000002 0001 01 06 1a1b1c1d1e1f 0000" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"cooked v2, multicast", FW_LINK_SLL2, "0800 0000 00000002 0001 02 06 1a1b1c1d1e1f 0000" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"cooked v2, to somebody else", FW_LINK_SLL2,
		"0800 0000 00000002 0001 03 06 1a1b1c1d1e1f 0000" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"to everybody", FW_LINK_ETHERNET, "ffffffffffff 1a1b1c1d1e1f 0800" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"to a group", FW_LINK_ETHERNET, "01005e0000fb 1a1b1c1d1e1f 0800" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"to a local address of no group", FW_LINK_ETHERNET, "020000000001 1a1b1c1d1e1f 0800" IP4("@4", "4000", "11") UDP_ELSE("@u")},
	{"raw IPv4", FW_LINK_RAW, IP4("@4", "4000", "06") TCP("5") "6869"},
	{"raw IPv6", FW_LINK_RAW, IP6("@6", "06") TCP("5") "6869"},
	{"raw version 5", FW_LINK_RAW, "55 00 @4 1234 4000 3f 06" ADDR4 TCP("5") "6869"},
	{"link of IPv4", FW_LINK_IPV4, IP4("@4", "4000", "11") UDP_ELSE("@u") "6869"},
	{"link of IPv4 with IPv6", FW_LINK_IPV4, IP6("@6", "06") TCP("5") "6869"},
	{"link of IPv6", FW_LINK_IPV6, IP6("@6", "06") TCP("5") "6869"},
	{"null, little-endian", FW_LINK_NULL, "02000000" IP4("@4", "4000", "06") TCP("5")},
	{"null, big-endian", FW_LINK_NULL, "00000002" IP4("@4", "4000", "06") TCP("5")},
	{"null of Linux", FW_LINK_NULL, "0a000000" IP6("@6", "06") TCP("5")},
	{"null of Windows", FW_LINK_NULL, "17000000" IP6("@6", "06") TCP("5")},
	{"null of NetBSD", FW_LINK_NULL, "00000018" IP6("@6", "06") TCP("5")},
	{"null of FreeBSD", FW_LINK_NULL, "1c000000" IP6("@6", "06") TCP("5")},
	{"null of Darwin", FW_LINK_NULL, "1e000000" IP6("@6", "06") TCP("5")},
	{"null of nobody", FW_LINK_NULL, "07000000" IP4("@4", "4000", "06") TCP("5")},
	{"loop", FW_LINK_LOOP, "00000002" IP4("@4", "4000", "06") TCP("5")},
	{"loop of OpenBSD's IPv6", FW_LINK_LOOP, "00000018" IP6("@6", "06") TCP("5")},
	{"loop, little-endian", FW_LINK_LOOP, "02000000" IP4("@4", "4000", "06") TCP("5")},
	{"FDDI", 10, ETHER4 IP4("@4", "4000", "06") TCP("5")},

	{"dns", FW_LINK_ETHERNET, ASK DNS("0100", ONE) WWW IN_A},
	{"dns over IPv6", FW_LINK_ETHERNET, ETHER6 IP6("@6", "11") UDP("@u") DNS("0100", ONE) WWW IN_A},
	{"dns padded behind", FW_LINK_ETHERNET, ETHER4 IP4("002d", "0000", "11") UDP("0019") DNS("0100", ONE) "00" IN_A "eeeeeeeeee"},
	{"dns cut by its length", FW_LINK_ETHERNET, ETHER4 IP4("0032", "0000", "11") UDP("001e") DNS("0100", ONE) WWW IN_A},
	{"dns, letters at the edges", FW_LINK_ETHERNET, ASK DNS("0100", ONE) "08 404142595a5b617a 00" IN_A},
	{"dns, letters at the edges, one a label", FW_LINK_ETHERNET,
		ASK DNS("0100", ONE) "01 40 01 41 01 42 01 59 01 5a 01 5b 01 60 01 61 01 7a 01 7b 01 c0 01 c1 01 da 01 e1 00" IN_A},
	{"dns for the root", FW_LINK_ETHERNET, ASK DNS("0100", ONE) "00 0006 0001"},
	{"dns with EDNS and TSIG", FW_LINK_ETHERNET, ASK DNS("0120", "0001 0000 0000 0002") WWW IN_A "00 0029 1000 00000000 0000"},
	{"dns, three additional", FW_LINK_ETHERNET, ASK DNS("0100", "0001 0000 0000 0003") WWW IN_A},
	{"dns IXFR", FW_LINK_ETHERNET, ASK DNS("0000", "0001 0000 0001 0000") WWW "00fb 0001"},
	{"dns, two authorities", FW_LINK_ETHERNET, ASK DNS("0000", "0001 0000 0002 0000") WWW IN_A},
	{"dns, one answer", FW_LINK_ETHERNET, ASK DNS("0000", "0001 0001 0000 0000") WWW IN_A},
	{"dns, two questions", FW_LINK_ETHERNET, ASK DNS("0100", "0002 0000 0000 0000") WWW IN_A WWW IN_A},
	{"dns, no question", FW_LINK_ETHERNET, ASK DNS("0100", "0000 0000 0000 0001") "00 0029 1000 00000000 0000"},
	{"dns answer", FW_LINK_ETHERNET, ASK DNS("8180", "0001 0001 0000 0000") WWW IN_A "c00c 0001 0001 0000003c 0004 c0000201"},
	{"dns with AA and RCODE 1", FW_LINK_ETHERNET, ASK DNS("0401", ONE) WWW IN_A},
	{"dns opcode 1", FW_LINK_ETHERNET, ASK DNS("0800", ONE) WWW IN_A},
	{"dns notify", FW_LINK_ETHERNET, ASK DNS("2400", ONE) WWW "0006 0001"},
	{"dns opcode 15", FW_LINK_ETHERNET, ASK DNS("7800", ONE) WWW IN_A},
	{"dns label of 63", FW_LINK_ETHERNET, ASK DNS("0100", ONE) L63 "00" IN_A},
	{"dns label of 64", FW_LINK_ETHERNET, ASK DNS("0100", ONE) "40" C16 C16 C16 C16 "00" IN_A},
	{"dns compressed", FW_LINK_ETHERNET, ASK DNS("0100", ONE) "03 777777 c00c" IN_A},
	{"dns pointer to itself", FW_LINK_ETHERNET, ASK DNS("0100", ONE) "c00c" IN_A},
	{"dns name of 254", FW_LINK_ETHERNET, ASK DNS("0100", ONE) L63 L63 L63 "3c" C15 C15 C15 C15 "00" IN_A},
	{"dns name of 255", FW_LINK_ETHERNET, ASK DNS("0100", ONE) L63 L63 L63 "3d" C15 C15 C15 C16 "00" IN_A},
	{"dns name of 256", FW_LINK_ETHERNET, ASK DNS("0100", ONE) L63 L63 L63 "3e" C15 C15 C16 C16 "00" IN_A},
	{"dns name without an end", FW_LINK_ETHERNET, ASK DNS("0100", ONE) L63 L63 L63 L63 L63},
};

/* ---- text to frame ---- */

struct built {
	uint8_t bytes[4096];
	uint32_t len;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void put_be16(struct built *built, uint32_t at, uint32_t value)
{
	built->bytes[at] = (uint8_t)(value >> 8);
	built->bytes[at + 1] = (uint8_t)value;
}

/* How far from the field the counted bytes begin: IPv4 counts from 2 bytes before, IPv6 from 36 behind, UDP from 4 before. */
static uint32_t mark_len(const struct built *built, uint32_t at, char mark)
{
	return mark == '4' ? built->len - at + 2 : mark == '6' ? built->len - at - 36 : built->len - at + 4;
}

static void build(const char *hex, struct built *built)
{
	uint32_t marks[4], mark_count = 0;
	char kinds[4];

	built->len = 0;
	for (const char *c = hex; *c; c++) {
		if (*c == '@') {
			marks[mark_count] = built->len;
			kinds[mark_count++] = *++c;
			built->len += 2;
		} else if (hex_digit(*c) >= 0) {
			built->bytes[built->len++] = (uint8_t)(hex_digit(c[0]) << 4 | hex_digit(c[1]));
			c++;
		}
	}
	for (uint32_t i = 0; i < mark_count; i++)
		put_be16(built, marks[i], mark_len(built, marks[i], kinds[i]));
}

/* ---- frames out of cases ---- */

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static struct fw_twin_input some_input(uint32_t link, uint64_t number)
{
	struct fw_twin_input in = {.link = link, .now_ns = 1477022400000000000ull + number};
	uint64_t state = number;

	for (unsigned i = 0; i < sizeof(in.hash_key); i++)
		in.hash_key[i] = (uint8_t)(next_random(&state) >> 24);
	in.rate_per_s = (uint32_t)(next_random(&state) >> (32 + number % 32));
	in.burst = (uint32_t)(next_random(&state) >> (32 + number % 29));
	in.cost = (uint32_t)(next_random(&state) % 1600);
	in.word = in.now_ns + next_random(&state) % 2000000000 - 1000000000;
	return in;
}

static void give(const char *name, uint32_t link, const struct built *built, uint32_t number, frame_visit visit, void *context)
{
	struct twin_frame frame = {.name = name, .number = number, .bytes = built->bytes, .len = built->len};

	frame.in = some_input(link, number);
	visit(context, &frame);
}

uint32_t frames_named(frame_visit visit, void *context)
{
	struct built built;

	for (uint32_t i = 0; i < COUNT_OF(named); i++) {
		build(named[i].hex, &built);
		give(named[i].name, named[i].link, &built, i, visit, context);
	}
	return COUNT_OF(named);
}

uint32_t frames_cut(frame_visit visit, void *context)
{
	uint32_t given = 0;
	struct built built;

	for (uint32_t i = 0; i < COUNT_OF(named); i++) {
		build(named[i].hex, &built);
		while (built.len--)
			give(named[i].name, named[i].link, &built, given++, visit, context);
	}
	return given;
}

uint32_t frames_edges(frame_visit visit, void *context)
{
	uint32_t given = 0;
	struct built built;

	for (uint32_t i = 0; i < COUNT_OF(named); i++) {
		build(named[i].hex, &built);
		for (uint32_t at = 0; at < built.len && at < EDGE_BYTES; at++) {
			uint8_t old = built.bytes[at];
			const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, (uint8_t)(old + 1), (uint8_t)(old - 1), (uint8_t)(old ^ 0x40)};

			for (uint32_t e = 0; e < COUNT_OF(edges); e++) {
				built.bytes[at] = edges[e];
				give(named[i].name, named[i].link, &built, given++, visit, context);
			}
			built.bytes[at] = old;
		}
	}
	return given;
}

/* One change for the worse: a byte, a length near the truth, a cut, something behind. */
static void spoil(struct built *built, uint64_t *state)
{
	uint64_t random = next_random(state);
	uint32_t at = (uint32_t)(random >> 8) % built->len;

	switch (random % 5) {
	case 0:
		built->bytes[at] = (uint8_t)(random >> 40);
		break;
	case 1:
		built->bytes[at] ^= (uint8_t)(1u << (random >> 40) % 8);
		break;
	case 2:
		put_be16(built, at, built->len - at + (uint32_t)(random >> 40) % 48 - 24);
		break;
	case 3:
		built->len = at + 1;
		break;
	default:
		memset(built->bytes + built->len, (int)(random >> 40) & 0xff, 8);
		built->len += (uint32_t)(random >> 56) % 8;
	}
}

uint32_t frames_mixed(uint32_t seed, uint32_t count, frame_visit visit, void *context)
{
	uint64_t state = seed;
	struct built built;

	for (uint32_t i = 0; i < count; i++) {
		const struct named *base = &named[next_random(&state) % COUNT_OF(named)];

		build(base->hex, &built);
		for (uint64_t changes = 1 + next_random(&state) % 4; changes; changes--)
			spoil(&built, &state);
		give(base->name, base->link, &built, i, visit, context);
	}
	return count;
}

/* Buckets want no frame: a case is a rate, a burst, a cost and a debt. */
uint32_t frames_buckets(frame_visit visit, void *context)
{
	static const uint32_t rates[] = {0, 1, 3, 7, 1000, 999999937, 1000000000, UINT32_MAX}, bursts[] = {0, 1, 2, 1500, UINT32_MAX};
	static const uint32_t costs[] = {0, 1, 2, 1500, UINT32_MAX};
	struct twin_frame frame = {.name = "bucket"};
	struct built built;
	uint32_t given = 0;

	build(named[0].hex, &built);
	frame.bytes = built.bytes;
	frame.len = built.len;
	for (uint32_t i = 0; i < COUNT_OF(rates) * COUNT_OF(bursts) * COUNT_OF(costs) * 7; i++) {
		struct fw_twin_input *in = &frame.in;
		uint64_t depth_ns, cost_ns, rate = rates[i % 8] ? rates[i % 8] : 1;

		*in = some_input(FW_LINK_ETHERNET, i);
		in->rate_per_s = rates[i % 8];
		in->burst = bursts[i / 8 % 5];
		in->cost = costs[i / 40 % 5];
		depth_ns = in->burst * FW_NS_PER_S / rate;
		cost_ns = (in->cost * FW_NS_PER_S + rate - 1) / rate;
		const uint64_t debts[] = {
			0, 1, depth_ns - cost_ns - 1, depth_ns - cost_ns, depth_ns - cost_ns + 1, depth_ns, 0 - in->now_ns};
		in->word = in->now_ns + debts[i / 200 % 7];
		frame.number = given++;
		visit(context, &frame);
	}
	return given;
}
