/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is believed about what, of those who tell what they are: everybody about itself, nobody about others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "inspected.h"

/* The report on what was generated; gen is freed. */
static char *report_of(struct gen *gen)
{
	char *text = inspected(gen, INSPECT_JSON);

	gen_free(gen);
	return text;
}

static bool says(struct gen *gen, const char *pattern)
{
	char *text = report_of(gen);
	bool found = strstr(text, pattern) != NULL;

	free(text);
	return found;
}

struct scene {
	struct gen *gen;
	struct host gateway, device, servers;
};

static struct scene begin(void)
{
	struct scene scene = {
		.gen = gen_new(1477047600ull * GEN_S, 7),
		.gateway = gen_host("98:9b:cb:10:20:01", "192.168.1.1"),
		.device = gen_host("a0:a0:a0:3c:7f:64", "192.168.1.64"),
		.servers = gen_host("33:33:00:01:00:02", "ff02::1:2"),
	};

	gen_arp(scene.gen, 1, &scene.device, &scene.gateway);
	gen_arp(scene.gen, 2, &scene.gateway, &scene.device);
	gen_wait(scene.gen, GEN_S);
	return scene;
}

/* A client's request for an address, by name; its DUID is that of another interface. */
static const char SOLICIT[] = "\1\0\0\1\0\1\0\x0a\0\3\0\1\x02\0\0\0\0\x99\0\x27\0\x08\1\6spoken";
/* An address for two hours, and a resolver. */
static const char REPLY[] = "\7\0\0\1\0\1\0\x0a\0\3\0\1\x02\0\0\0\0\x99\0\3\0\x28\0\0\0\1\0\0\0\0\0\0\0\0"
			    "\0\5\0\x18\x20\1\x0d\xb8\0\1\0\0\0\0\0\0\0\0\0\x64\0\0\x0e\x10\0\0\x1c\x20"
			    "\0\x17\0\x10\x20\1\x0d\xb8\0\xff\0\0\0\0\0\0\0\0\0\x35";

static bool solicit_names(const char *address, uint16_t from_port, uint16_t to_port)
{
	struct scene scene = begin();
	struct host client = gen_host("a0:a0:a0:3c:7f:64", address);

	gen_udp(scene.gen, &client, from_port, &scene.servers, to_port, SOLICIT, sizeof(SOLICIT) - 1);
	return says(scene.gen, "\"name\": \"spoken\", \"name_source\": \"dhcp\"");
}

static void probe(struct gen *gen, const struct host *from, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++) {
		struct segment syn = {.from_port = (uint16_t)(5000 + i), .to_port = 445, .flags = GEN_SYN, .seq = i, .window = 1000};
		char address[32];

		snprintf(address, sizeof(address), "192.168.1.%u", 100 + i);
		struct host target = gen_host("02:00:00:00:00:09", address);
		gen_tcp(gen, from, &target, &syn);
		gen_wait(gen, GEN_S);
	}
}

/* A second address counts as a device behind the first one's MAC, until ARP says that it is the same. Its scan is one scan. */
static void a_merge_in_the_middle_of_a_scan(void **state)
{
	struct scene scene = begin();
	struct host second = gen_host("a0:a0:a0:3c:7f:64", "192.168.1.70");
	char *text, *found;

	(void)state;
	probe(scene.gen, &second, 0, 6);
	gen_arp(scene.gen, 2, &second, &scene.gateway);
	probe(scene.gen, &second, 6, 6);
	gen_wait(scene.gen, 10 * GEN_S);
	text = report_of(scene.gen);
	found = strstr(text, "\"id\": \"scan\"");
	assert_non_null(found);
	assert_null(strstr(found + 1, "\"id\": \"scan\""));
	assert_non_null(strstr(found, "\"count\": 12"));
	assert_non_null(strstr(found, "\"severity\": \"high\""));
	free(text);
}

static void dhcp6_clients(void **state)
{
	assert_true(solicit_names("fe80::64", 546, 547));
	/* relayed: about another; from elsewhere: through a router */
	assert_false(solicit_names("fe80::64", 547, 547));
	assert_false(solicit_names("fe80::64", 40000, 547));
	assert_false(solicit_names("2001:db8:9::64", 546, 547));
}

/* The MAC in the DUID is a number: nobody becomes a device for it. */
static void dhcp6_identifiers(void **state)
{
	struct scene scene = begin();
	struct host client = gen_host("a0:a0:a0:3c:7f:64", "fe80::64");

	gen_udp(scene.gen, &client, 546, &scene.servers, 547, SOLICIT, sizeof(SOLICIT) - 1);
	assert_false(says(scene.gen, "02:00:00:00:00:99\"]"));
}

static bool reply_ties(const char *server_address, uint16_t from_port, const char *client_address)
{
	struct scene scene = begin();
	struct host server = gen_host("98:9b:cb:10:20:01", server_address), client = gen_host("a0:a0:a0:3c:7f:64", client_address);

	gen_udp(scene.gen, &server, from_port, &client, 546, REPLY, sizeof(REPLY) - 1);
	return says(scene.gen, "2001:db8:1::64");
}

static bool message_ties(uint8_t type, uint8_t hours)
{
	enum { LIFETIME_AT = 60 };
	struct scene scene = begin();
	struct host server = gen_host("98:9b:cb:10:20:01", "fe80::1"), client = gen_host("a0:a0:a0:3c:7f:64", "fe80::64");
	uint8_t message[sizeof(REPLY)];
	uint16_t seconds = (uint16_t)(hours * 3600);

	memcpy(message, REPLY, sizeof(REPLY));
	message[0] = type;
	message[LIFETIME_AT] = (uint8_t)(seconds >> 8);
	message[LIFETIME_AT + 1] = (uint8_t)seconds;
	gen_udp(scene.gen, &server, 547, &client, 546, message, sizeof(REPLY) - 1);
	return says(scene.gen, "2001:db8:1::64");
}

static void dhcp6_servers(void **state)
{
	assert_true(reply_ties("fe80::1", 547, "fe80::64"));
	assert_false(reply_ties("fe80::1", 40000, "fe80::64"));
	/* not on our side, or not to a neighbour */
	assert_false(reply_ties("2001:db8:9::1", 547, "fe80::64"));
	assert_false(reply_ties("fe80::1", 547, "2001:db8:9::64"));
	/* offered, or taken back */
	assert_false(message_ties(2, 2));
	assert_false(message_ties(7, 0));
	assert_true(message_ties(7, 2));
}

/* Keep-alives at a fixed period, to an address that this server called a resolver. */
static struct gen *calls_resolver_of(const char *server_address)
{
	struct scene scene = begin();
	struct host server = gen_host("98:9b:cb:10:20:01", server_address), client = gen_host("a0:a0:a0:3c:7f:64", "fe80::64");
	struct host outside = gen_host("98:9b:cb:10:20:01", "2001:db8:ff::35"), own = gen_host("a0:a0:a0:3c:7f:64", "fd00::64");

	gen_udp(scene.gen, &server, 547, &client, 546, REPLY, sizeof(REPLY) - 1);
	for (unsigned i = 0; i < 40; i++) {
		gen_wait(scene.gen, 30 * GEN_S);
		struct talk talk = gen_open(scene.gen, &own, &outside, 8443, 40 * GEN_MS);

		gen_close(scene.gen, &talk);
	}
	return scene.gen;
}

/* A resolver is no beacon's target; so somebody outside may not name one. */
static void dhcp6_resolvers(void **state)
{
	assert_false(says(calls_resolver_of("fe80::1"), "\"beacon\""));
	assert_true(says(calls_resolver_of("2001:db8:9::1"), "\"beacon\""));
}

static const uint8_t LLDP_BODY[] = "\x02\x07\x04\x02\0\0\0\0\x99\x04\x02\x07p\x06\x02\0\x78\x0a\x06spoken\0\0";

static struct gen *lldp_from(const uint8_t mac[6], bool tagged, bool private_side)
{
	struct gen *gen = gen_new(1477047600ull * GEN_S, 7);
	uint8_t frame[128] = {0x01, 0x80, 0xc2, 0, 0, 0x0e};
	size_t at = 12;

	if (private_side) {
		gen_free(gen);
		gen = begin().gen;
	}
	memcpy(frame + 6, mac, 6);
	if (tagged) {
		memcpy(frame + at, "\x81\0\0\x05", 4);
		at += 4;
	}
	memcpy(frame + at, "\x88\xcc", 2);
	memcpy(frame + at + 2, LLDP_BODY, sizeof(LLDP_BODY) - 1);
	gen_raw(gen, frame, at + 2 + sizeof(LLDP_BODY) - 1);
	return gen;
}

static void lldp_senders(void **state)
{
	static const uint8_t mac[6] = {0, 0x0c, 0x42, 1, 2, 3}, many[6] = {1, 0x0c, 0x42, 1, 2, 3};

	assert_true(says(lldp_from(mac, false, true), "\"macs\": [\"00:0c:42:01:02:03\"]"));
	assert_true(says(lldp_from(mac, false, true), "\"name\": \"spoken\", \"name_source\": \"announced\""));
	assert_true(says(lldp_from(mac, true, true), "\"name\": \"spoken\""));
	/* a chassis is a number too; a group sends nothing; and it is counted as read */
	assert_false(says(lldp_from(mac, false, true), "\"02:00:00:00:00:99\"]"));
	assert_false(says(lldp_from(many, false, true), "spoken"));
	assert_true(says(lldp_from(mac, false, true), "\"frames_not_understood\": 0"));
}

/* Two hosts that talk over VXLAN, and an LLDP frame there. */
static struct gen *lldp_through_tunnel(const char *sender)
{
	struct gen *gen = gen_new(1477047600ull * GEN_S, 7);
	struct host client = gen_host("00:0c:42:01:02:11", "192.168.7.5"), server = gen_host("00:0c:42:01:02:12", "192.168.7.9");
	struct tunnel tunnel = {
		.kind = GEN_VXLAN, .near = gen_host("00:0c:42:00:00:01", "10.0.0.1"), .far = gen_host("00:0c:42:00:00:02", "10.0.0.2")};
	struct host from = gen_host(sender, "192.168.7.77");
	uint8_t frame[128] = {0x01, 0x80, 0xc2, 0, 0, 0x0e};

	memcpy(tunnel.back, server.mac, 6);
	gen_enter(gen, &tunnel);
	gen_udp(gen, &client, 5000, &server, 5000, "hello", 5);
	gen_udp(gen, &server, 5000, &client, 5000, "hello", 5);
	gen_udp(gen, &client, 5000, &server, 5000, "hello", 5);
	memcpy(frame + 6, from.mac, 6);
	memcpy(frame + 12, "\x88\xcc", 2);
	memcpy(frame + 14, LLDP_BODY, sizeof(LLDP_BODY) - 1);
	gen_raw(gen, frame, 14 + sizeof(LLDP_BODY) - 1);
	return gen;
}

/* What comes through a tunnel was sent who knows where: it makes nobody a neighbour. */
static void lldp_tunnels(void **state)
{
	assert_true(says(lldp_through_tunnel("00:0c:42:01:02:11"), "\"name\": \"spoken\""));
	assert_false(says(lldp_through_tunnel("00:0c:42:01:02:33"), "00:0c:42:01:02:33"));
}

/* sysName "spoken", community "hidden" */
static const char SNMP[] = "\x30\x2c\2\1\1\4\6hidden\xa2\x1f\2\1\1\2\1\0\2\1\0\x30\x14\x30\x12\6\x08\x2b\6\1\2\1\1\5\0\4\6spoken";

static struct gen *agent_says(uint8_t pdu, uint16_t from_port, uint16_t to_port)
{
	struct scene scene = begin();
	uint8_t message[sizeof(SNMP)];

	memcpy(message, SNMP, sizeof(SNMP));
	message[13] = pdu;
	gen_udp(scene.gen, &scene.device, from_port, &scene.gateway, to_port, message, sizeof(SNMP) - 1);
	return scene.gen;
}

static void snmp_agents(void **state)
{
	assert_true(says(agent_says(0xa2, 161, 40000), "\"name\": \"spoken\""));
	assert_true(says(agent_says(0xa7, 40000, 162), "\"name\": \"spoken\""));
	/* a set names who is asked; a response to port 161 is nobody's */
	assert_false(says(agent_says(0xa3, 40000, 161), "spoken"));
	assert_false(says(agent_says(0xa2, 40000, 161), "spoken"));
	assert_false(says(agent_says(0xa2, 161, 40000), "hidden"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_merge_in_the_middle_of_a_scan),
		cmocka_unit_test(dhcp6_clients),
		cmocka_unit_test(dhcp6_identifiers),
		cmocka_unit_test(dhcp6_servers),
		cmocka_unit_test(dhcp6_resolvers),
		cmocka_unit_test(lldp_senders),
		cmocka_unit_test(lldp_tunnels),
		cmocka_unit_test(snmp_agents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
