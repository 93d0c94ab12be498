/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hall makes of a port mapping that was read: whose it is, and whom it believes. The fact is handed to the hall as a
 * dissector would, in the middle of a conversation with the router.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/room.h"

#define SECOND 1000000000ull

enum { LAPTOP = 20, CAMERA = 70, ROUTER = 1, OUTSIDE = 0, STRANGER = 9 };

static void address_of(uint8_t last, uint8_t out[16])
{
	static const uint8_t inside[16] = {[10] = 0xff, 0xff, 192, 168, 1, 0}, outside[16] = {[10] = 0xff, 0xff, 203, 0, 113, STRANGER};

	memcpy(out, last == OUTSIDE ? outside : inside, 16);
	if (last != OUTSIDE)
		out[15] = last;
}

/* A datagram that makes the hall know the sender and its conversation with the router. */
static void hear(struct engine *engine, uint8_t from, uint8_t to)
{
	uint8_t frame[14 + 20 + 8] = {2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17}, address[16];

	address_of(from, address);
	memcpy(frame + 26, address + 12, 4);
	address_of(to, address);
	memcpy(frame + 30, address + 12, 4);
	memcpy(frame + 34, (uint8_t[]){0xc3, 0x50, 0x13, 0x88, 0, 8}, 6);
	engine_frame(
		engine, &(struct frame){.time_ns = 1000 * SECOND, .number = 1, .bytes = frame, .cap_len = 42, .wire_len = 42, .link = 1});
}

static const struct case_of {
	const char *name;
	uint8_t asker, client; /* client 255: the address 0.0.0.0 */
	const char *proto;
	bool found;
	uint8_t whose;
} cases[] = {
	{"for itself", LAPTOP, LAPTOP, "TCP", true, LAPTOP},
	{"for another", LAPTOP, CAMERA, "UDP", true, CAMERA},
	{"an empty client", LAPTOP, 255, "TCP", true, LAPTOP},
	{"a stranger asks", OUTSIDE, CAMERA, "TCP", false, 0},
	{"to lead outside", LAPTOP, OUTSIDE, "TCP", false, 0},
	{"no protocol at all", LAPTOP, LAPTOP, "", true, LAPTOP},
};

static void check(const struct case_of *mapping)
{
	struct engine_config config = {.hash_key = {1}};
	struct fact fact = {.kind = FACT_UPNP_PORT_MAPPING, .number = 8080, .code = 80};
	const struct finding *finding;
	struct engine *engine;
	uint8_t address[16];

	side_init(&config.side);
	assert_int_equal(engine_new(&config, &engine), 0);
	hear(engine, CAMERA, ROUTER);
	hear(engine, mapping->asker, ROUTER);
	if (mapping->client == 255)
		memcpy(fact.addr, (uint8_t[16]){[10] = 0xff, 0xff}, 16);
	else
		address_of(mapping->client, fact.addr);
	fact.name = (struct slice){(const uint8_t *)mapping->proto, strlen(mapping->proto)};
	learn_fact(engine, &fact);
	engine_end(engine);
	finding = engine_finding(engine, 0);
	if ((finding != NULL) != mapping->found)
		fail_msg("%s", mapping->name);
	if (finding) {
		assert_int_equal(finding->id, FINDING_REACHED_FROM_INTERNET);
		assert_int_equal(finding->severity, SEVERITY_LOW);
		assert_int_equal(finding->state, STATE_EXPOSED);
		address_of(mapping->whose, address);
		assert_memory_equal(engine_device(engine, finding->device)->addresses[0], address, 16);
		assert_int_equal(finding->reached.mapped_port, 8080);
		assert_int_equal(finding->reached.port, 80);
		assert_int_equal(finding->reached.proto, mapping->proto[0] == 'U' ? 17 : 6);
	}
	engine_free(engine);
}

static void test_whose_mapping(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
	(void)state;
}

/* A fact without a conversation, as no dissector should give one. */
static void test_out_of_nowhere(void **state)
{
	struct engine_config config = {.hash_key = {1}};
	struct fact fact = {.kind = FACT_UPNP_PORT_MAPPING, .number = UINT32_MAX, .code = UINT32_MAX};
	struct engine *engine;

	side_init(&config.side);
	assert_int_equal(engine_new(&config, &engine), 0);
	learn_fact(engine, &fact);
	assert_null(engine_finding(engine, 0));
	engine_free(engine);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose_mapping),
		cmocka_unit_test(test_out_of_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
