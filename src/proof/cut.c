/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be kept of a frame; the rule stands in proof.h. When in doubt, less. */
#include <string.h>

#include "proof/inside.h"

enum { ARP_LEN = 28, TCP_LEN = 20, UDP_LEN = 8, ICMP_LEN = 8, PORT_DNS = 53 };
enum { ND_FIRST = 133, ND_LAST = 137 };

static bool is_error(const struct fw_packet *p)
{
	if (p->proto == FW_IP_ICMPV6)
		return p->icmp_type >= 1 && p->icmp_type <= 4;
	return p->proto == FW_IP_ICMP &&
		(p->icmp_type == 3 || p->icmp_type == 4 || p->icmp_type == 5 || p->icmp_type == 11 || p->icmp_type == 12);
}

void view_read(struct view *view, const struct frame *frame)
{
	struct fw_packet *p = &view->packet;
	enum fw_read inner;

	*view = (struct view){.frame = frame};
	view->read = fw_packet_read(frame->bytes, frame->cap_len, frame->link, p);
	if (!p->payload_off || p->fragment != FW_WHOLE)
		return;
	view->neighbour = p->proto == FW_IP_ICMPV6 && p->icmp_type >= ND_FIRST && p->icmp_type <= ND_LAST;
	if (!is_error(p))
		return;
	inner = fw_packet_read(frame->bytes + p->payload_off, p->payload_len, FW_LINK_RAW, &view->inner);
	view->quoted = (inner == FW_READ_OK || inner == FW_READ_SHORT) && view->inner.family;
}

/* Bytes of transport header that are header for certain where the reader did not get behind it. */
static uint32_t least_header(const struct fw_packet *p)
{
	if (!p->transport_off)
		return 0;
	switch (p->proto) {
	case FW_IP_TCP:
		return TCP_LEN;
	case FW_IP_UDP:
	case FW_IP_ICMP:
	case FW_IP_ICMPV6:
		return UDP_LEN;
	default:
		return 0;
	}
}

/* End of a packet's headers, as far as they were read; what stands behind the packet is padding, and may be old memory. */
static uint32_t headers_end(const struct fw_packet *p)
{
	uint32_t end = p->transport_off + least_header(p), ip_end = p->network_off + p->ip_len;

	if (p->payload_off)
		return p->payload_off;
	if (!p->transport_off)
		return p->network_off;
	return end < ip_end ? end : ip_end;
}

/* An error quotes 8 bytes behind the IP header, or more; the headers among them. */
static uint32_t quoted_end(const struct view *view)
{
	const struct fw_packet *p = &view->packet;
	uint32_t end = view->quoted ? headers_end(&view->inner) : 0;

	return p->payload_off + (end < p->payload_len ? end : p->payload_len);
}

static uint32_t constant_len(const uint8_t *bytes, uint32_t len, const char *constant)
{
	uint32_t want = (uint32_t)strlen(constant);

	return len >= want && memcmp(bytes, constant, want) == 0 ? want : 0;
}

static uint32_t udp_extra(const struct view *view, bool with_question)
{
	const struct fw_packet *p = &view->packet;
	const uint8_t *payload = view->frame->bytes + p->payload_off;
	char name[QUESTION_TEXT_MAX];
	uint32_t len;

	if (p->src_port != PORT_DNS && p->dst_port != PORT_DNS)
		return constant_len(payload, p->payload_len, "\xff\xff\xff\xffTSource Engine Query");
	len = with_question ? question_read(payload, p->payload_len, name) : 0;
	return len ? len : question_header(payload, p->payload_len);
}

static uint32_t tcp_extra(const struct view *view)
{
	static const char *const methods[] = {"GET ", "POST ", "HEAD ", "PUT "};
	const struct fw_packet *p = &view->packet;
	uint32_t len = 0;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]) && !len; i++)
		len = constant_len(view->frame->bytes + p->payload_off, p->payload_len, methods[i]);
	return len;
}

static uint32_t wanted_len(const struct view *view, bool with_question)
{
	const struct fw_packet *p = &view->packet;

	if (p->ether_type == FW_ETHER_ARP && p->network_off)
		return p->network_off + ARP_LEN;
	if (!p->payload_off || p->fragment == FW_FRAGMENT_LATER)
		return headers_end(p);
	if (view->neighbour)
		return p->payload_off + p->payload_len;
	if (is_error(p))
		return quoted_end(view);
	if (p->proto == FW_IP_UDP)
		return p->payload_off + udp_extra(view, with_question);
	if (p->proto == FW_IP_TCP)
		return p->payload_off + tcp_extra(view);
	return p->payload_off;
}

uint32_t cut_len(const struct view *view, bool with_question)
{
	uint32_t len = wanted_len(view, with_question);

	if (len > view->frame->cap_len)
		len = view->frame->cap_len;
	return len > PROOF_SNAP_MAX ? PROOF_SNAP_MAX : len;
}

uint32_t proof_keep_len(const struct frame *frame)
{
	struct view view;

	view_read(&view, frame);
	return cut_len(&view, true);
}
