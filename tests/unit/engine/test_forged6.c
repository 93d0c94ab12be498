/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forged sources over IPv6, end to end: what a link says of its prefixes, and what may look forged without being so.
 *
 *     router fe80::1, announces 2001:db8:1::/64 --- camera (bot), laptop --- everything else of 2001:db8::/32 is outside
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "inspected.h"

static const char router_mac[] = "98:9b:cb:10:20:01", camera_mac[] = "a0:a0:a0:3c:7f:64", laptop_mac[] = "02:00:00:00:00:05";

/* Returns the JSON text; the caller frees it. */
static char *inspect(struct gen *gen)
{
	char *text = inspected(gen, INSPECT_JSON);

	gen_free(gen);
	return text;
}

/* RFC 4861 sections 4.2 and 4.6.2: one prefix, 2001:db8:NETWORK::/64, preferred for so many seconds. */
static void announce(struct gen *gen, uint8_t network, uint32_t preferred)
{
	struct host router = gen_host(router_mac, "fe80::1"), all = gen_host("00:00:00:00:00:00", "ff02::1");
	uint8_t body[48] = {134, 0, 0, 0, 64, 0, 7, 8, [16] = 3, 4, 64, 0xc0, 0, 1, 0x51, 0x80};

	body[26] = (uint8_t)(preferred >> 8);
	body[27] = (uint8_t)preferred;
	memcpy(body + 32, (uint8_t[]){0x20, 0x01, 0x0d, 0xb8, 0, network}, 6);
	gen_ip(gen, &router, &all, 58, body, sizeof(body));
	gen_wait(gen, GEN_MS);
}

static struct host far_end(uint32_t number)
{
	char address[64];

	snprintf(address, sizeof(address), "2001:db8:ffff::%x", number);
	return gen_host(router_mac, address);
}

static void send_from(struct gen *gen, const char *mac, const char *address, uint32_t number)
{
	struct host from = gen_host(mac, address), to = far_end(number);

	gen_udp(gen, &from, (uint16_t)(4000 + number), &to, 5000, "x", 1);
	gen_wait(gen, GEN_MS);
}

/* The camera says who it is, to an outside that answers nothing. */
static struct gen *begin(void)
{
	struct gen *gen = gen_new(GEN_S, 1);
	struct host camera = gen_host(camera_mac, "192.168.1.64"), gateway = gen_host(router_mac, "192.168.1.1");

	gen_arp(gen, 1, &camera, &gateway); /* a home: nothing need be inferred */
	announce(gen, 1, 14400);
	send_from(gen, camera_mac, "2001:db8:1::64", 1);
	return gen;
}

static void forge_many(struct gen *gen)
{
	char address[64];

	for (uint32_t i = 0; i < 6; i++) {
		snprintf(address, sizeof(address), "2001:db8:%x::%x", 0x100 + i, i + 1);
		send_from(gen, camera_mac, address, 2 + i);
	}
}

static void forge_in_one_network(struct gen *gen)
{
	char address[64];

	for (uint32_t i = 0; i < 6; i++) {
		snprintf(address, sizeof(address), "2001:db8:100::%x", i + 1);
		send_from(gen, camera_mac, address, 2 + i);
	}
}

static void forge_four(struct gen *gen)
{
	char address[64];

	for (uint32_t i = 0; i < 4; i++) {
		snprintf(address, sizeof(address), "2001:db8:%x::1", 0x100 + i);
		send_from(gen, camera_mac, address, 2 + i);
	}
}

/* RFC 8981: a new address for each thing it does. */
static void privacy_addresses(struct gen *gen)
{
	char address[64];

	for (uint32_t i = 0; i < 50; i++) {
		snprintf(address, sizeof(address), "2001:db8:1::%x:%x:%x", i * 77 + 1, i + 0xa000, i * 31);
		send_from(gen, camera_mac, address, 2 + i);
	}
}

static void link_local(struct gen *gen)
{
	char address[64];

	for (uint32_t i = 0; i < 50; i++) {
		snprintf(address, sizeof(address), "fe80::%x", i + 1);
		send_from(gen, camera_mac, address, 2 + i);
	}
}

/* A second prefix, announced only after it was used. */
static void prefix_just_learned(struct gen *gen)
{
	for (uint32_t i = 0; i < 6; i++)
		send_from(gen, camera_mac, i % 2 ? "2001:db8:2::64" : "2001:db8:2::65", 2 + i);
	announce(gen, 2, 14400);
	for (uint32_t i = 0; i < 50; i++)
		send_from(gen, camera_mac, "2001:db8:2::66", 10 + i);
}

static void two_prefixes(struct gen *gen)
{
	char address[64];

	announce(gen, 2, 14400);
	for (uint32_t i = 0; i < 50; i++) {
		snprintf(address, sizeof(address), "2001:db8:%x::%x", 1 + i % 2, i + 0x1000);
		send_from(gen, camera_mac, address, 2 + i);
	}
}

/* Announced with a preferred lifetime of 0: not for new conversations, but still of this link (RFC 4862 section 5.5.4). */
static void prefix_deprecated(struct gen *gen)
{
	char address[64];

	announce(gen, 3, 0);
	for (uint32_t i = 0; i < 50; i++) {
		snprintf(address, sizeof(address), "2001:db8:3::%x", i + 1);
		send_from(gen, camera_mac, address, 2 + i);
	}
}

/* A prefix that no announcement named; what is sent from it is answered, so it leads here. */
static void answered(struct gen *gen)
{
	char address[64];

	for (uint32_t i = 0; i < 50; i++) {
		struct host from, to = far_end(2 + i);

		snprintf(address, sizeof(address), "2001:db8:4::%x", i + 1);
		from = gen_host(camera_mac, address);
		send_from(gen, camera_mac, address, 2 + i);
		gen_udp(gen, &to, 5000, &from, (uint16_t)(4002 + i), "y", 1);
		gen_wait(gen, GEN_MS);
	}
}

/* The same, but the answers bear the sender's own MAC: it talks to itself. */
static void answered_by_itself(struct gen *gen)
{
	char address[64];

	for (uint32_t i = 0; i < 50; i++) {
		struct host from, to = far_end(2 + i);

		snprintf(address, sizeof(address), "2001:db8:%x::1", 0x100 + i);
		from = gen_host(camera_mac, address);
		memcpy(to.mac, from.mac, 6);
		send_from(gen, camera_mac, address, 2 + i);
		gen_udp(gen, &to, 5000, &from, (uint16_t)(4002 + i), "y", 1);
		gen_wait(gen, GEN_MS);
	}
}

/* The camera is a second router: the laptop sends through it, and so do networks behind it. */
static void router(struct gen *gen)
{
	struct host laptop = gen_host(laptop_mac, "2001:db8:1::20"), through = gen_host(camera_mac, "2001:db8:ffff::99");
	char address[64];

	gen_udp(gen, &laptop, 4000, &through, 5000, "x", 1);
	for (uint32_t i = 0; i < 50; i++) {
		snprintf(address, sizeof(address), "2001:db8:%x::1", 0x100 + i);
		send_from(gen, camera_mac, address, 2 + i);
	}
}

/* "": no finding. */
static const struct story {
	const char *name;
	void (*tell)(struct gen *gen);
	const char *severity;
} stories[] = {
	{"many networks", forge_many, "high"},
	{"one network, many addresses", forge_in_one_network, "high"},
	{"four packets", forge_four, ""},
	{"privacy addresses", privacy_addresses, ""},
	{"link-local", link_local, ""},
	{"a prefix just learned", prefix_just_learned, "low"},
	{"two prefixes", two_prefixes, ""},
	{"a deprecated prefix", prefix_deprecated, ""},
	{"answered", answered, ""},
	{"answered by itself", answered_by_itself, "high"},
	{"a router", router, ""},
};

static void check(const struct story *story, struct gen *gen, const char *wanted)
{
	char *json, *finding, *severity;

	story->tell(gen);
	json = inspect(gen);
	finding = strstr(json, "\"id\": \"forged-source\"");
	severity = finding ? strstr(finding, "\"severity\": \"") : NULL;
	if (!severity != !*wanted || (severity && strncmp(severity + 13, wanted, strlen(wanted)) != 0))
		fail_msg("%s, %s expected:\n%s", story->name, *wanted ? wanted : "nothing", json);
	free(json);
}

static void test_stories(void **state)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		check(&stories[i], begin(), stories[i].severity);
	(void)state;
}

/* Where the link has said nothing of its prefixes, nothing foreign can be told. */
static void test_without_a_known_prefix(void **state)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct gen *gen = gen_new(GEN_S, 1);
		struct host camera = gen_host(camera_mac, "192.168.1.64"), gateway = gen_host(router_mac, "192.168.1.1");

		if (stories[i].tell == prefix_just_learned || stories[i].tell == two_prefixes || stories[i].tell == prefix_deprecated) {
			gen_free(gen);
			continue;
		}
		gen_arp(gen, 1, &camera, &gateway);
		check(&stories[i], gen, "");
	}
	(void)state;
}

/* Duplicate address detection names one address; its /64 is the link's, so a sibling in it is no forgery. */
static void test_one_address_tells_its_link(void **state)
{
	struct gen *gen = gen_new(GEN_S, 1);
	struct host nobody = gen_host(camera_mac, "::"), group = gen_host("00:00:00:00:00:00", "ff02::1:ff00:64");
	struct host camera = gen_host(camera_mac, "192.168.1.64"), gateway = gen_host(router_mac, "192.168.1.1");
	uint8_t body[24] = {135, [8] = 0x20, 0x01, 0x0d, 0xb8, 0, 1, [23] = 0x64};
	struct story siblings = {"siblings", privacy_addresses, ""}, strangers = {"strangers", forge_many, "high"};

	gen_arp(gen, 1, &camera, &gateway);
	gen_ip(gen, &nobody, &group, 58, body, sizeof(body));
	check(&siblings, gen, siblings.severity);
	gen = gen_new(GEN_S, 1);
	gen_arp(gen, 1, &camera, &gateway);
	gen_ip(gen, &nobody, &group, 58, body, sizeof(body));
	check(&strangers, gen, strangers.severity);
	(void)state;
}

/*
 * Nothing but IPv6, as --filter ip6 leaves of any home: what the router announces is ours, whenever it does so among the first frames.
 * Else the side would be inferred, which says of nobody that he forges.
 */
static void test_ipv6_alone(void **state)
{
	for (int announced = 0; announced < 3; announced++) {
		struct gen *gen = gen_new(GEN_S, 1);
		char *json;

		if (announced == 1)
			announce(gen, 1, 14400);
		send_from(gen, camera_mac, "2001:db8:1::64", 1);
		if (announced == 2)
			announce(gen, 1, 14400);
		forge_many(gen);
		json = inspect(gen);
		assert_int_equal(!strstr(json, "ours_inferred"), announced > 0);
		assert_int_equal(!strstr(json, "\"id\": \"forged-source\""), announced == 0);
		free(json);
	}
	(void)state;
}

/* RFC 8415: 2001:db8:5::/48 in the IA_PD of a message of this type, from this port of one link-local address to the other. */
static void delegate(struct gen *gen, const struct host *from, const struct host *to, uint8_t type, uint16_t port)
{
	uint8_t body[] = {type, 1, 2, 3, 0, 25, 0, 41, [16] = 0, 0, 0, 0, 0, 26, 0, 25, 0, 0, 0x0e, 0x10, 0, 0, 0x1c, 0x20, 48, 0x20, 0x01,
		0x0d, 0xb8, 0, 5, [48] = 0};

	gen_udp(gen, from, port, to, port == 547 ? 546 : 547, body, sizeof(body));
	gen_wait(gen, GEN_MS);
}

/*
 * The outer side of a home's router, of which only one way was captured: what the provider has delegated is ours, though no frame
 * of the link has an address in it. What the router itself asks for proves nothing.
 */
static void test_delegated_prefix(void **state)
{
	struct host provider = gen_host(router_mac, "fe80::1"), home = gen_host(camera_mac, "fe80::64");
	struct host servers = gen_host("33:33:00:01:00:02", "ff02::1:2");

	for (int granted = 0; granted < 2; granted++) {
		struct gen *gen = begin();
		char address[64], *json;

		if (granted)
			delegate(gen, &provider, &home, 7, 547);
		else
			delegate(gen, &home, &servers, 5, 546);
		for (uint32_t i = 0; i < 20; i++) {
			snprintf(address, sizeof(address), "2001:db8:5:%x::%x", i, i + 1);
			send_from(gen, camera_mac, address, 2 + i);
		}
		json = inspect(gen);
		assert_int_equal(!strstr(json, "\"id\": \"forged-source\""), granted);
		free(json);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_without_a_known_prefix),
		cmocka_unit_test(test_one_address_tells_its_link),
		cmocka_unit_test(test_ipv6_alone),
		cmocka_unit_test(test_delegated_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
