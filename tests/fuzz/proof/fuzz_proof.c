/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame through proof/: the first byte picks the link type, the second varies the findings, the rest is the frame. The findings are
 * about the ends of this very frame, one of each kind, so that they want it. What is kept is a beginning of the frame and ends with its
 * headers, but for the few bytes that proof.h lists.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proof/proof.h"
#include "wire/packet.h"

static const uint32_t links[] = {
	FW_LINK_ETHERNET, FW_LINK_SLL, FW_LINK_SLL2, FW_LINK_RAW, FW_LINK_IPV4, FW_LINK_IPV6, FW_LINK_NULL, FW_LINK_LOOP};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int take(void *context, size_t subject, const struct frame *frame, uint32_t keep_len)
{
	const struct fw_packet *p = context;
	uint32_t extra = p->payload_off && keep_len > p->payload_off ? keep_len - p->payload_off : 0;

	must(subject < FINDING_ID_COUNT && keep_len <= frame->cap_len && keep_len <= PROOF_SNAP_MAX);
	if (p->proto == FW_IP_TCP)
		must(extra <= 5);
	else if (p->proto == FW_IP_UDP)
		must(extra <= 24 || p->src_port == 53 || p->dst_port == 53);
	else if (p->proto != FW_IP_ICMP && p->proto != FW_IP_ICMPV6)
		must(!extra);
	return 0;
}

static void about(struct finding *finding, enum finding_id id, const struct fw_packet *p, uint8_t vary)
{
	*finding = (struct finding){.id = id, .has_source = vary & 1, .last_ns = 1000};
	memcpy(finding->source, p->src, 16);
	if (id <= FINDING_CLEARTEXT_LOGIN || id == FINDING_LOGIN_GUESSING) {
		finding->login.port = p->dst_port;
		memcpy(finding->login.peer, vary & 2 ? p->dst : p->src, 16);
	} else if (id == FINDING_OPEN_SERVICE) {
		finding->service.port = p->dst_port;
		finding->service.proto = p->proto;
	} else if (id == FINDING_SCAN) {
		finding->scan.kinds = vary;
		memcpy(finding->scan.target, p->dst, 16);
	} else if (id == FINDING_BEACON) {
		finding->beacon.port = vary & 4 ? 0 : p->dst_port;
		finding->beacon.proto = p->proto;
		memcpy(finding->beacon.target, p->dst, 16);
	} else if (id == FINDING_FORGED_SOURCE) {
		memcpy(finding->forged.mac, p->src_mac, 6);
		memcpy(finding->forged.source, p->src, 16);
	} else {
		finding->flood.vector = vary % VECTOR_COUNT;
		finding->flood.target_bits = vary & 8 ? 128 : p->family == 6 ? 64 : 120;
		memcpy(finding->flood.target, p->dst, finding->flood.target_bits / 8);
		memcpy(finding->flood.zone, ".", 2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct finding findings[FINDING_ID_COUNT];
	struct proof_subject subjects[FINDING_ID_COUNT];
	struct proof_config config = {.bare = len > 1 && bytes[1] & 0x80, .timeless = len > 1 && bytes[1] & 0x40};
	struct device device = {.mac_count = 1, .address_count = 1};
	struct fw_packet packet;
	struct proof_sink sink = {take, &packet};
	struct frame frame = {.time_ns = 500};
	struct proof *proof;
	uint8_t *copy;

	if (len < 2)
		return 0;
	frame.link = (uint16_t)links[bytes[0] % 8];
	frame.cap_len = frame.wire_len = (uint32_t)len - 2;
	copy = malloc(len);
	must(copy != NULL);
	memcpy(copy, bytes + 2, frame.cap_len);
	frame.bytes = realloc(copy, frame.cap_len ? frame.cap_len : 1);
	fw_packet_read(frame.bytes, frame.cap_len, frame.link, &packet);
	memcpy(device.macs[0], packet.src_mac, 6);
	memcpy(device.addresses[0], bytes[1] & 16 ? packet.dst : packet.src, 16);
	for (int id = 0; id < FINDING_ID_COUNT; id++) {
		about(&findings[id], (enum finding_id)id, &packet, bytes[1]);
		subjects[id] = (struct proof_subject){&findings[id], bytes[1] & 32 ? NULL : &device};
	}
	if (proof_new(&config, subjects, FINDING_ID_COUNT, &proof) == 0) {
		must(proof_frame(proof, &frame, &sink) == 0);
		must(proof_frame(proof, &frame, &sink) == 0);
		proof_free(proof);
	}
	free((void *)frame.bytes);
	return 0;
}
