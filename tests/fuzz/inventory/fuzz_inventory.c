/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program of calls, a few bytes each: see, tie, note. MACs, addresses and devices are few, so that they meet. After it
 * the lists must agree with the tables, and no ceiling may have been passed.
 *
 *      verb + 16 * mac   address   time step   [device kind number name text]
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { DEVICES = 24 };

/* Each form of a row, and patterns that match much. */
static const char TABLE[] = "dhcp 12\t*a*\tmodel\t=\t75\tx\nmdns host\ta*\tmaker\tM *\t60\tx\nasked name\t.com\tbrand\tB\t60\tx\n"
			    "upnp type\t*\tkind\tcamera\t60\tx\nhttp agent\t*\tkind\tprinter\t60\tx\nhttp server\t*\tfirmware\t=\t60\tx\n"
			    "company\tA*\tis\tB\t60\tx\nanswers tcp\t80\tmaker\tM\t60\tx\n";

struct program {
	const uint8_t *at;
	size_t left;
	uint64_t now_ns;
};

static void require(int holds)
{
	if (!holds)
		abort();
}

static uint8_t byte_next(struct program *program)
{
	if (!program->left)
		return 0;
	program->left--;
	return *program->at++;
}

static struct slice text_next(struct program *program)
{
	size_t len = byte_next(program);

	if (len > program->left)
		len = program->left;
	struct slice text = {program->at, len};

	program->at += len;
	program->left -= len;
	return text;
}

static void address_of(uint8_t code, uint8_t out[16])
{
	static const uint8_t starts[4][16] = {
		{[10] = 0xff, [11] = 0xff, 192, 168}, {[10] = 0xff, [11] = 0xff, 169, 254}, {0xfd}, {0xfe, 0x80}};

	memcpy(out, starts[code >> 6], 16);
	out[15] = code & 63;
}

static void note(struct inventory *inventory, struct program *program, uint8_t verb, const uint8_t address[16])
{
	uint32_t number = byte_next(program) % (DEVICES + 1);
	struct fact fact = {.kind = byte_next(program) % FACT_COUNT, .number = byte_next(program), .mac = {0, 1, 2, 3, 4, verb}};

	memcpy(fact.addr, address, 16);
	fact.name = text_next(program);
	fact.text = text_next(program);
	inventory_note_fact(inventory, number, &fact);
	inventory_note_port(inventory, number, fact.number % 4, verb & 1 ? 80 : (uint16_t)fact.number);
	inventory_note_traffic(inventory, number, verb & 1, 100);
	inventory_note_state(inventory, number, fact.number % 4);
}

static void step(struct inventory *inventory, struct program *program)
{
	uint8_t first = byte_next(program), verb = first & 15, address[16];
	uint8_t mac[6] = {0, 1, 2, 3, 4, first >> 4};

	address_of(byte_next(program), address);
	program->now_ns += (uint64_t)byte_next(program) << 28;
	if (verb < 4)
		inventory_see(inventory, mac, address, program->now_ns);
	else if (verb < 6)
		inventory_see(inventory, NULL, address, program->now_ns);
	else if (verb < 10)
		inventory_tie(inventory, mac, address, program->now_ns);
	else if (verb == 10)
		inventory_note_router(inventory, mac);
	else if (verb == 11)
		inventory_settle(inventory);
	else
		note(inventory, program, verb, address);
}

static void check(const struct inventory *inventory)
{
	require(inventory_count(inventory) <= DEVICES);
	for (uint32_t n = 0; n < inventory_count(inventory); n++) {
		const struct device *device = inventory_device(inventory, n);

		require(device->address_count <= DEVICE_ADDRESS_MAX && device->mac_count <= DEVICE_MAC_MAX &&
			device->clue_count <= DEVICE_CLUE_MAX);
		for (unsigned i = 0; i < device->address_count; i++)
			require(inventory_find_address(inventory, device->addresses[i]) == n);
		for (unsigned i = 0; i < device->mac_count; i++)
			require(inventory_find_mac(inventory, device->macs[i]) == n);
		for (unsigned i = 0; i < device->clue_count; i++)
			require(device->clues[i].source && strnlen(device->clues[i].value, DEVICE_TEXT_MAX) < DEVICE_TEXT_MAX);
		require(strnlen(device->name, DEVICE_TEXT_MAX) < DEVICE_TEXT_MAX);
		require(device->merged_into != DEVICE_NONE || device->name[0]);
		require(inventory_number(inventory, inventory_number(inventory, n)) == inventory_number(inventory, n));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct inventory_config config = {.device_max = DEVICES};
	struct program program = {bytes, len, 0};
	struct inventory *inventory = NULL;

	if (inventory_new(&config, &inventory))
		return 0;
	require(!inventory_read_signatures(inventory, "t.tsv", TABLE, sizeof(TABLE) - 1, NULL));
	while (program.left)
		step(inventory, &program);
	inventory_settle(inventory);
	check(inventory);
	inventory_free(inventory);
	return 0;
}
