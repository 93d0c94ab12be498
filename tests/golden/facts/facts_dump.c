/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: facts_dump CAPTURE
 *
 * The facts of the datagram dissectors, one a line: frame number, fact, value, with tabs between (see fact_line.h).
 * Frame by frame as the engine does it, without the engine: whole UDP datagrams, ARP, LLDP, and neighbour discovery that
 * came with hop limit 255 (RFC 4861 sections 6.1 and 7.1).
 */
#include <stdio.h>

#include "dissect/dissect.h"
#include "source/source.h"
#include "wire/packet.h"

#include "fact_line.h"

enum { EXIT_UNREADABLE = 2, ND_HOPS = 255 };

static void print_fact(void *context, const struct fact *fact)
{
	static char line[FACT_LINE_MAX];
	const struct frame *frame = context;

	fact_line(line, sizeof(line), fact);
	printf("%llu\t%s\n", (unsigned long long)frame->number, line);
}

static void dump_frame(struct frame *frame)
{
	struct fact_sink sink = {.take = print_fact, .context = frame};
	struct fw_packet packet;
	enum fw_read read = fw_packet_read(frame->bytes, frame->cap_len, frame->link, &packet);

	if (packet.ether_type == FW_ETHER_ARP && packet.network_off)
		dissect_arp(frame->bytes + packet.network_off, frame->cap_len - packet.network_off, &sink);
	if (packet.ether_type == FW_ETHER_LLDP && packet.network_off)
		dissect_lldp(frame->bytes + packet.network_off, frame->cap_len - packet.network_off, &sink);
	if (read != FW_READ_OK || packet.fragment != FW_WHOLE)
		return;
	if (packet.proto == FW_IP_ICMPV6 && packet.hops == ND_HOPS)
		dissect_nd(frame->bytes + packet.transport_off, (size_t)(packet.payload_off - packet.transport_off) + packet.payload_len,
			&sink);
	if (packet.proto == FW_IP_UDP && packet.payload_len && dissect_wants_datagram(packet.src_port, packet.dst_port))
		dissect_datagram(packet.src_port, packet.dst_port, frame->bytes + packet.payload_off, packet.payload_len, &sink);
}

int main(int argc, char **argv)
{
	struct source *source;
	struct frame frame;
	struct fault fault;

	if (argc != 2 || source_open((const char *const *)argv + 1, 1, &source, &fault))
		return EXIT_UNREADABLE;
	while (source_next(source, &frame))
		dump_frame(&frame);
	source_close(source);
	return 0;
}
