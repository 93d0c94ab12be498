/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small office where everything says what it is: a switch by LLDP and SNMP, an access point by its maker's discovery, a lamp
 * by CoAP, a time server by NTP, a laptop by DHCPv6. The laptop's DUID holds the MAC of its other interface, the one on the wire.
 *
 *     laptop .20, fe80::20 --- switch .2 --- access point .3
 *                                |--- lamp .4   time server .5   gateway .1, fe80::1
 */
#include <string.h>

#include "home.h"

static const uint64_t office_ns = 1477135200ull * GEN_S;

#define SWITCH_MAC "\x00\x0c\x42\x10\x20\x02"
#define WIRED_MAC "\x60\x8b\x0e\x5a\x11\x21"

static const char LLDP[] =
	/* to the nearest bridge, from the switch */
	"\x01\x80\xc2\x00\x00\x0e" SWITCH_MAC "\x88\xcc"
	"\x02\x07\x04" SWITCH_MAC "\x04\x07\x05"
	"ether2"
	"\x06\x02\x00\x78"
	"\x0a\x09"
	"office-sw"
	"\x0c\x2d"
	"MikroTik RouterOS 6.49.6 (stable) CRS328-24P4"
	"\x0e\x04\x00\x14\x00\x04"
	"\x10\x0c\x05\x01\xc0\xa8\x01\x02\x02\x00\x00\x00\x01\x00"
	"\xfe\x0e\x00\x12\xbb\x0a"
	"CRS328-24P"
	"\xfe\x0a\x00\x12\xbb\x07"
	"6.49.6"
	"\xfe\x25\x00\x00\x5e\x01"
	"https://mud.example/office-switch"
	"\x00\x00";

/* get of sysDescr, sysObjectID and sysName, and the answer */
static const char SNMP_GET[] =
	"\x30\x42\x02\x01\x01\x04\x06public\xa0\x35\x02\x01\x07\x02\x01\x00\x02\x01\x00\x30\x2a"
	"\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x02\x00\x05\x00"
	"\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x05\x00\x05\x00";
static const char SNMP_RESPONSE[] = "\x30\x62\x02\x01\x01\x04\x06public\xa2\x55\x02\x01\x07\x02\x01\x00\x02\x01\x00\x30\x4a"
				    "\x30\x1b\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x04\x0f"
				    "RouterOS CRS328"
				    "\x30\x14\x06\x08\x2b\x06\x01\x02\x01\x01\x02\x00\x06\x08\x2b\x06\x01\x04\x01\xf5\x0c\x01"
				    "\x30\x15\x06\x08\x2b\x06\x01\x02\x01\x01\x05\x00\x04\x09"
				    "office-sw";

static const char UBNT[] = "\x02\x06\x00\x50\x02\x00\x0a\x80\x2a\xa8\x10\x20\x03\xc0\xa8\x01\x03\x01\x00\x06\x80\x2a\xa8\x10\x20\x03"
			   "\x0b\x00\x05"
			   "attic"
			   "\x0c\x00\x05"
			   "U7PG2"
			   "\x03\x00\x18"
			   "BZ.qca956x.v4.0.10.96531"
			   "\x16\x00\x06"
			   "4.0.10";

static const char COAP_GET[] = "\x41\x01\x12\x34\xaa\xbb.well-known\x04"
			       "core";
static const char COAP_LIST[] =
	"\x61\x45\x12\x34\xaa\xc1\x28\xff</oic/d>;rt=\"oic.wk.d oic.d.light\",</light>;title=\"hall, left\";if=\"core.a\"";

static const char NTP_VARIABLES[] =
	"\x16\x82\x00\x01\x00\x00\x00\x00\x00\x00\x00\x32version=\"ntpd 4.2.8p15\", system=\"Linux/5.10\", leap=0";

/* client with a DUID, vendor class, options asked for, name, MUD URL; the reply adds a server, a lease and a resolver */
#define DHCP6_CLIENT "\x00\x01\x00\x0e\x00\x01\x00\x01\x1f\x9a\x02\x03" WIRED_MAC
static const char DHCP6_SOLICIT[] = "\x01\x00\x12\x34" DHCP6_CLIENT "\x00\x10\x00\x0e\x00\x00\x01\x37\x00\x08"
				    "MSFT 5.0"
				    "\x00\x06\x00\x06\x00\x17\x00\x18\x00\x27"
				    "\x00\x27\x00\x0d\x00\x0b"
				    "annas-other"
				    "\x00\x03\x00\x0c\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"
				    "\x00\x70\x00\x1a"
				    "https://mud.example/laptop";
#define DHCP6_ADDRESS "\x20\x01\x0d\xb8\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x20"
#define DHCP6_ROUTER "\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
static const char DHCP6_REPLY[] =
	"\x07\x00\x12\x34" DHCP6_CLIENT "\x00\x02\x00\x0a\x00\x03\x00\x01\x98\x9b\xcb\x10\x20\x01"
	"\x00\x03\x00\x28\x00\x00\x00\x01\x00\x00\x0e\x10\x00\x00\x1c\x20"
	"\x00\x05\x00\x18" DHCP6_ADDRESS "\x00\x00\x0e\x10\x00\x00\x1c\x20"
	"\x00\x19\x00\x29\x00\x00\x00\x01\x00\x00\x0e\x10\x00\x00\x1c\x20"
	"\x00\x1a\x00\x19\x00\x00\x0e\x10\x00\x00\x1c\x20\x38\x20\x01\x0d\xb8\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x17\x00\x10" DHCP6_ROUTER;

#define SAY(from, from_port, to, to_port, message) gen_udp(gen, from, from_port, to, to_port, message, sizeof(message) - 1)

struct office {
	struct home home;
	struct host sw, point, lamp, clock, laptop6, gateway6;
};

static void office_hello(struct gen *gen, const struct office *office)
{
	const struct host *all[] = {&office->sw, &office->point, &office->lamp, &office->clock};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		gen_arp(gen, 1, all[i], &office->home.gateway);
		gen_wait(gen, GEN_MS);
		gen_arp(gen, 2, &office->home.gateway, all[i]);
		gen_wait(gen, GEN_S);
	}
}

static void office_minute(struct gen *gen, const struct office *office)
{
	struct host servers = gen_host("33:33:00:01:00:02", "ff02::1:2"), everybody = gen_host("ff:ff:ff:ff:ff:ff", "255.255.255.255");
	const struct host *laptop = &office->home.laptop;

	gen_raw(gen, (const uint8_t *)LLDP, sizeof(LLDP) - 1);
	gen_wait(gen, GEN_S);
	SAY(&office->point, 40001, &everybody, 10001, UBNT);
	gen_wait(gen, GEN_S);
	SAY(laptop, 40002, &office->sw, 161, SNMP_GET);
	gen_wait(gen, 2 * GEN_MS);
	SAY(&office->sw, 161, laptop, 40002, SNMP_RESPONSE);
	gen_wait(gen, GEN_S);
	SAY(laptop, 40003, &office->lamp, 5683, COAP_GET);
	gen_wait(gen, 20 * GEN_MS);
	SAY(&office->lamp, 5683, laptop, 40003, COAP_LIST);
	gen_wait(gen, GEN_S);
	gen_ntp(gen, laptop, &office->clock);
	gen_wait(gen, GEN_S);
	SAY(laptop, 40004, &office->clock, 123, "\x16\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00");
	gen_wait(gen, 2 * GEN_MS);
	SAY(&office->clock, 123, laptop, 40004, NTP_VARIABLES);
	gen_wait(gen, GEN_S);
	SAY(&office->laptop6, 546, &servers, 547, DHCP6_SOLICIT);
	gen_wait(gen, 3 * GEN_MS);
	SAY(&office->gateway6, 547, &office->laptop6, 546, DHCP6_REPLY);
	gen_wait(gen, 50 * GEN_S);
}

void quiet_neighbours(struct gen *gen)
{
	struct office office = {
		.home = home_make(),
		.sw = gen_host("00:0c:42:10:20:02", "192.168.1.2"),
		.point = gen_host("80:2a:a8:10:20:03", "192.168.1.3"),
		.lamp = gen_host("00:17:88:10:20:04", "192.168.1.4"),
		.clock = gen_host("b8:27:eb:10:20:05", "192.168.1.5"),
		.laptop6 = gen_host("60:8b:0e:5a:11:20", "fe80::20"),
		.gateway6 = gen_host("98:9b:cb:10:20:01", "fe80::1"),
	};

	gen_at(gen, office_ns);
	gen_label(gen, "an office where everything says what it is; nothing is wrong");
	home_morning(gen, &office.home);
	office_hello(gen, &office);
	for (unsigned i = 0; i < 5; i++)
		office_minute(gen, &office);
}
