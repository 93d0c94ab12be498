/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame through mask_frame(): the first byte picks the link type, the rest is the frame. What comes out reads as the same packet with
 * stand-ins for its addresses, nothing behind what may be kept is left, and no header got longer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mask/mask.h"
#include "wire/packet.h"

static const uint32_t links[] = {
	FW_LINK_ETHERNET, FW_LINK_SLL, FW_LINK_SLL2, FW_LINK_RAW, FW_LINK_IPV4, FW_LINK_IPV6, FW_LINK_NULL, FW_LINK_LOOP};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void same_but_for_addresses(const struct mask *mask, const struct fw_packet *before, const struct fw_packet *after)
{
	uint8_t address[16];

	must(after->vlan_count == before->vlan_count && after->network_off == before->network_off && after->hops == before->hops);
	memcpy(address, before->src, 16);
	mask_address(mask, address);
	must(memcmp(address, after->src, 16) == 0);
	memcpy(address, before->dst, 16);
	mask_address(mask, address);
	must(memcmp(address, after->dst, 16) == 0);
	if (before->payload_off && after->payload_off) {
		must(after->proto == before->proto && after->fragment == before->fragment);
		must(after->src_port == before->src_port && after->dst_port == before->dst_port && after->tcp_flags == before->tcp_flags);
		must(after->payload_off == before->payload_off);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fw_packet before, after;
	uint32_t link, frame_len, kept;
	struct mask mask;
	uint8_t *frame;

	if (!len)
		return 0;
	link = links[bytes[0] % 8];
	frame_len = (uint32_t)len - 1;
	frame = malloc(len);
	must(frame != NULL);
	memcpy(frame, bytes + 1, frame_len);
	mask_init(&mask, (const uint8_t *)"a key for fuzzing");
	fw_packet_read(frame, frame_len, link, &before);
	kept = mask_frame(&mask, frame, frame_len, link);
	must(kept <= frame_len);
	for (uint32_t i = kept; i < frame_len; i++)
		must(frame[i] == 0);
	fw_packet_read(frame, kept, link, &after);
	if (before.family && after.family)
		same_but_for_addresses(&mask, &before, &after);
	must(!before.payload_off || kept <= before.payload_off + (uint32_t)before.payload_len);
	free(frame);
	return 0;
}
