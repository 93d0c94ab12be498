/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame through wire/packet.h: the first byte picks the link type, the rest is the frame. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/packet.h"

static const uint32_t links[] = {
	FW_LINK_ETHERNET, FW_LINK_SLL, FW_LINK_SLL2, FW_LINK_RAW, FW_LINK_IPV4, FW_LINK_IPV6, FW_LINK_NULL, FW_LINK_LOOP};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint8_t none[sizeof(((struct fw_packet *)0)->zero)];
	struct fw_packet packet;
	enum fw_read read;

	if (!len)
		return 0;
	read = fw_packet_read(bytes + 1, (uint32_t)len - 1, links[bytes[0] % 8], &packet);
	must(read == fw_reason_read(packet.reason) && packet.reason < FW_REASON_COUNT);
	must(packet.payload_off + packet.payload_len <= len - 1 && packet.payload_len <= packet.payload_wire_len);
	must(packet.network_off <= len - 1 && packet.transport_off <= len - 1);
	must(packet.vlan_count <= 2 && packet.vlan[0] < 4096 && packet.vlan[1] < 4096);
	must(packet.to_many <= 1);
	must(packet.family == 0 || packet.family == 4 || packet.family == 6);
	must(!memcmp(packet.zero, none, sizeof(none)));
	return 0;
}
