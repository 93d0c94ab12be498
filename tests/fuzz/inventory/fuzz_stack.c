/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as a device's SYN: the first byte picks the link type, the rest is the frame. What is heard of it is one text. */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory.h"
#include "inventory/stack.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char TABLE[] = "tcp syn\tmss*\truns\tA *\t60\tx\ntcp syn-ack\t*: ttl ##, *\tkind\tcamera\t40\tx\n";

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check(const struct fw_packet *packet, const struct fw_opening *opening)
{
	require(opening->option_count <= FW_OPENING_OPTION_MAX && opening->hops == packet->hops && opening->window == packet->tcp_window);
	require(opening->family == 4 || (opening->family == 6 && !opening->whole));
	require(opening->answer == ((packet->tcp_flags & FW_OPENING_ACK) != 0));
}

static void hear(const struct fw_opening *opening)
{
	static const uint8_t mac[6] = {0, 1, 2, 3, 4, 5}, none[16];
	const struct inventory_config config = {.device_max = 2};
	struct inventory *inventory = NULL;
	char text[DEVICE_TEXT_MAX] = "";
	bool heard = stack_text(opening, text);

	require((!heard || (opening->mss && opening->window)) && strnlen(text, sizeof(text)) < sizeof(text));
	if (inventory_new(&config, &inventory))
		return;
	require(!inventory_read_signatures(inventory, "t.tsv", TABLE, sizeof(TABLE) - 1, NULL));
	require(inventory_tie(inventory, mac, none, 1) == 0);
	for (unsigned i = 0; i < 40; i++)
		inventory_note_opening(inventory, 0, i & 1, opening);
	require(inventory_device(inventory, 0)->clue_count == heard);
	require(!heard || !strcmp(inventory_device(inventory, 0)->clues[0].value, text));
	inventory_free(inventory);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fw_packet packet;
	struct fw_opening opening;

	if (!len)
		return 0;
	fw_packet_read(bytes + 1, (uint32_t)len - 1, bytes[0] & 1 ? FW_LINK_ETHERNET : FW_LINK_RAW, &packet);
	if (fw_opening_read(bytes + 1, &packet, &opening) != FW_READ_OK)
		return 0;
	check(&packet, &opening);
	hear(&opening);
	return 0;
}
