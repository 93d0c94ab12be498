/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the twin test compares: everything wire/ makes of one frame, in one struct without holes. Compiled by clang into
 * twin.bpf.c and by gcc into the test, so that the two halves cannot ask different questions.
 */
#pragma once

#include "wire/bucket.h"
#include "wire/bytes.h"
#include "wire/dns.h"
#include "wire/event.h"
#include "wire/packet.h"
#include "wire/siphash.h"
#include "wire/tunnel.h"

/* Beside the frame: what a program would have from its maps and clock. */
struct fw_twin_input {
	uint64_t now_ns;
	uint64_t word; /* of a bucket */
	uint8_t hash_key[16];
	uint32_t link;
	uint32_t rate_per_s, burst, cost;
};
_Static_assert(sizeof(struct fw_twin_input) == 48, "no holes");

struct fw_twin_result {
	struct fw_packet packet;
	struct fw_event event;
	struct fw_dns_question question; /* of a packet to UDP port 53, else as it was: clear it first */
	uint64_t suffix[FW_DNS_LABELS_MAX + 1]; /* of its name, where that was read to its end */
	struct fw_bucket_rule rule;
	struct fw_tunnel tunnel; /* of a packet read to its end, else as it was: clear it first */
	uint64_t word;
	uint64_t hash, hash13; /* of addresses and ports */
	uint32_t packet_read, dns_read; /* enum fw_read */
	uint32_t allowed;
	uint32_t runs; /* how often; tells a run from none */
};
_Static_assert(sizeof(struct fw_twin_result) == 96 + 80 + sizeof(struct fw_dns_question) + 1024 + 16 + 16 + 40, "no holes");

FW_INLINE void fw_twin_dns(struct fw_cursor frame, const struct fw_dns_key *key, struct fw_twin_result *out)
{
	struct fw_cursor message = fw_clip(frame, out->packet.payload_off, out->packet.payload_len);

	out->dns_read = fw_dns_parse(message, key, &out->question);
	FW_FORGET();
	if (out->dns_read != FW_READ_OK)
		return;
	FW_LOOP
	for (uint32_t i = 0; i <= FW_DNS_LABELS_MAX; i++) {
		if (i > out->question.labels)
			break;
		out->suffix[i] = fw_dns_suffix(&out->question, key, i);
	}
}

/* A length that is no multiple of 8, so that the tail of the hash is compared too. */
FW_INLINE void fw_twin_hash(const struct fw_twin_input *in, const struct fw_packet *packet, struct fw_twin_result *out)
{
	uint8_t flow[37];

	__builtin_memcpy(flow, packet->src, 16);
	__builtin_memcpy(flow + 16, packet->dst, 16);
	flow[32] = (uint8_t)(packet->src_port >> 8);
	flow[33] = (uint8_t)packet->src_port;
	flow[34] = (uint8_t)(packet->dst_port >> 8);
	flow[35] = (uint8_t)packet->dst_port;
	flow[36] = packet->proto;
	out->hash = fw_siphash(in->hash_key, flow, sizeof(flow));
	out->hash13 = fw_siphash13(in->hash_key, flow, sizeof(flow));
}

/* The frame is all that the cursor spans. */
FW_INLINE void fw_twin_run(struct fw_cursor frame, const struct fw_twin_input *in, const struct fw_dns_key *key, struct fw_twin_result *out)
{
	struct fw_judgement judgement = {FW_PASS, FW_REASON_NONE};
	bool allowed;

	out->packet_read = fw_packet_parse(frame, in->link, &out->packet);
	if (out->packet_read == FW_READ_BAD)
		judgement = (struct fw_judgement){FW_DROP, (enum fw_reason)out->packet.reason};
	fw_event_fill(&out->event, &out->packet, judgement);
	out->event.time_ns = in->now_ns;
	out->event.frame_len = frame.len;
	fw_twin_hash(in, &out->packet, out);
	out->rule = fw_bucket_rule_of(in->rate_per_s, in->burst);
	out->word = fw_bucket_next(in->word, &out->rule, in->cost, in->now_ns, &allowed);
	out->allowed = allowed;
	if (out->packet_read == FW_READ_OK)
		fw_tunnel_find(frame, &out->packet, &out->tunnel);
	if (out->packet_read == FW_READ_OK && out->packet.proto == FW_IP_UDP && out->packet.dst_port == 53)
		fw_twin_dns(frame, key, out);
	out->runs++;
}
