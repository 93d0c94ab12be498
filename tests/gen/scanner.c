/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A million packets, 500,000 flows, one scanner: what fills tables. Each probe goes to a random address of 198.18.0.0/15
 * (RFC 2544's benchmark range) on a login port; half are retransmitted, half refused.
 */
#include <string.h>

#include "gen.h"

void scenario_scanner(struct gen *gen)
{
	struct host gateway = gen_host("98:9b:cb:10:20:01", "192.168.1.1"), bot = gen_host("a0:a0:a0:3c:7f:64", "192.168.1.64");
	struct host target = gen_outside(&gateway, "198.18.0.0");
	struct segment syn, reset;

	gen_at(gen, 1477051200ull * GEN_S);
	gen_label(gen, "scan: 500,000 targets");
	for (uint32_t i = 0; i < 500000; i++) {
		uint32_t random = gen_below(gen, 1u << 17);
		target.address[13] = (uint8_t)(18 | (random >> 16));
		target.address[14] = (uint8_t)(random >> 8);
		target.address[15] = (uint8_t)random;
		syn = (struct segment){.from_port = (uint16_t)(1024 + gen_below(gen, 64000)),
			.to_port = i % 10 ? 23 : 2323,
			.window = 14600,
			.seq = (uint32_t)gen_random(gen),
			.flags = GEN_SYN};
		gen_tcp(gen, &bot, &target, &syn);
		gen_wait(gen, 3000);
		reset = (struct segment){
			.from_port = syn.to_port, .to_port = syn.from_port, .ack = syn.seq + 1, .flags = GEN_RST | GEN_ACK};
		if (i % 2)
			gen_tcp(gen, &bot, &target, &syn);
		else
			gen_tcp(gen, &target, &bot, &reset);
		gen_wait(gen, 3000);
	}
}
