/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame's headers with stand-ins in them. wire/ says where each header begins; here its fields are overwritten.
 *
 * What of a header is kept is what is known to name nobody. Options are a place to hide: IPv4 routes and time stamps, IPv6 routing
 * headers, TCP's multipath options hold addresses, so IPv4's are ended at once, extension headers emptied, and of TCP's only those of
 * RFC 9293, 7323 and 2018 stay. Checksums over the true addresses would be a way to test guesses: they are zeroed, and IPv4's is
 * made right.
 */
#include <string.h>

#include "mask/inside.h"
#include "wire/packet.h"

enum { IPV4_LEN = 20, IPV6_LEN = 40, TCP_LEN = 20, UDP_LEN = 8, ICMP_LEN = 8, ARP_LEN = 28, DNS_LEN = 12 };
enum { ND_ROUTER_SOLICIT = 133, ND_ROUTER = 134, ND_SOLICIT = 135, ND_NEIGHBOUR = 136, ND_REDIRECT = 137 };
enum { OPTION_SOURCE_MAC = 1, OPTION_TARGET_MAC = 2, OPTION_PREFIX = 3, OPTION_MTU = 5 };
enum { MARK_REACH = 1 << 16 };

/* One packet: a frame's, or one that an ICMP error quotes. bytes are those of the whole, its headers start at base. */
struct place {
	const struct mask *mask;
	uint8_t *bytes;
	uint32_t len; /* captured, from base */
	const struct fw_packet *packet; /* as it was */
};

static void put_be16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void put_be32(uint8_t *p, uint32_t value)
{
	put_be16(p, value >> 16);
	put_be16(p + 2, value & 0xffff);
}

static bool reaches(const struct place *at, uint32_t off, uint32_t len)
{
	return off <= at->len && len <= at->len - off;
}

/* ---- link ---- */

/* Cooked headers have eight bytes for a MAC of six, or for something else. */
static void cooked_sender(const struct mask *mask, uint8_t field[8], bool is_mac)
{
	if (is_mac)
		mask_mac(mask, field);
	memset(field + (is_mac ? 6 : 0), 0, is_mac ? 2 : 8);
}

static void mask_link(const struct mask *mask, uint8_t *bytes, uint32_t len, uint32_t link)
{
	if (link == FW_LINK_ETHERNET && len >= 14) {
		mask_mac(mask, bytes);
		mask_mac(mask, bytes + 6);
	} else if (link == FW_LINK_SLL && len >= 16) {
		cooked_sender(mask, bytes + 6, fw_be16(bytes + 4) == 6);
	} else if (link == FW_LINK_SLL2 && len >= 20) {
		cooked_sender(mask, bytes + 12, bytes[11] == 6);
	}
}

/* ---- network ---- */

static uint32_t sum16(const uint8_t *p, uint32_t len)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i + 1 < len; i += 2)
		sum += fw_be16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Returns where the header ends. */
static uint32_t mask_header4(const struct place *at)
{
	uint32_t off = at->packet->network_off, header_len;
	uint8_t *p = at->bytes + off;

	if (!reaches(at, off, IPV4_LEN))
		return off;
	header_len = (p[0] & 15u) * 4;
	mask_ipv4(at->mask, p + 12);
	mask_ipv4(at->mask, p + 16);
	put_be16(p + 10, 0);
	if (header_len < IPV4_LEN || !reaches(at, off, header_len))
		return off + IPV4_LEN;
	memset(p + IPV4_LEN, 0, header_len - IPV4_LEN);
	put_be16(p + 10, 0xffff - sum16(p, header_len));
	return off + header_len;
}

/*
 * Extension headers keep their chain; what is in them goes (zeros are padding). A fragment header is all chain, and behind that of a
 * later fragment comes payload, whatever it calls itself.
 */
static uint32_t mask_header6(const struct place *at)
{
	uint32_t off = at->packet->network_off, next;
	uint8_t *p = at->bytes + off;

	if (!reaches(at, off, IPV6_LEN))
		return off;
	mask_ipv6(at->mask, p + 8);
	mask_ipv6(at->mask, p + 24);
	next = p[6];
	off += IPV6_LEN;
	for (unsigned i = 0;
		i < FW_EXTENSIONS_MAX && off != at->packet->payload_off && fw_network_is_extension(next) && reaches(at, off, 8); i++) {
		uint32_t len = fw_network_extension_len(next, at->bytes[off + 1]), head = next == FW_IP_ROUTING ? 4 : 2;
		if (!reaches(at, off, len))
			return off;
		if (next != FW_IP_FRAGMENT)
			memset(at->bytes + off + head, 0, len - head);
		next = at->bytes[off];
		off += len;
	}
	return off;
}

static uint32_t mask_arp(const struct place *at)
{
	uint32_t off = at->packet->network_off;
	uint8_t *p = at->bytes + off;

	if (!reaches(at, off, ARP_LEN) || at->packet->reason)
		return off;
	mask_mac(at->mask, p + 8);
	mask_ipv4(at->mask, p + 14);
	mask_mac(at->mask, p + 18);
	mask_ipv4(at->mask, p + 24);
	return off + ARP_LEN;
}

/* ---- transport ---- */

/* A number that is, or soon after was, an IPv4 address: it follows that address. */
static void mask_mark(const struct place *at, uint8_t *number, const uint8_t address[16])
{
	uint8_t stand_in[4];
	uint32_t distance = fw_be32(number) - fw_be32(address + 12);

	if (!mask_is_mapped(address) || distance >= MARK_REACH)
		return;
	memcpy(stand_in, address + 12, 4);
	mask_ipv4(at->mask, stand_in);
	put_be32(number, fw_be32(stand_in) + distance);
}

/* Kinds 0 to 5 and 8: end, padding, MSS, window scale, SACK permitted and SACK, time stamps. */
static void mask_tcp_options(uint8_t *options, uint32_t len)
{
	uint32_t at = 0;

	while (at < len && options[at]) {
		uint32_t kind = options[at], size = kind == 1 ? 1 : at + 1 < len ? options[at + 1] : 0;
		if (!size || (kind != 1 && size < 2) || size > len - at)
			break;
		if (kind > 5 && kind != 8)
			memset(options + at, 1, size);
		at += size;
	}
	memset(options + at, 0, len - at);
}

static uint32_t mask_tcp(const struct place *at, uint32_t off)
{
	uint8_t *p = at->bytes + off;
	uint32_t header_len;

	if (reaches(at, off, 8))
		mask_mark(at, p + 4, at->packet->dst);
	if (!reaches(at, off, TCP_LEN))
		return reaches(at, off, 8) ? off + 8 : off;
	mask_mark(at, p + 8, at->packet->src);
	put_be16(p + 16, 0);
	header_len = (p[12] >> 4) * 4u;
	if (header_len < TCP_LEN || !reaches(at, off, header_len))
		return off + TCP_LEN;
	mask_tcp_options(p + TCP_LEN, header_len - TCP_LEN);
	return off + header_len;
}

static uint32_t mask_udp(const struct place *at, uint32_t off)
{
	if (!reaches(at, off, UDP_LEN))
		return off;
	put_be16(at->bytes + off + 6, 0);
	return off + UDP_LEN;
}

/* ---- ICMP ---- */

/* Options come in units of 8 bytes (RFC 4861 section 4.6); from the first that is not known on all goes. */
static uint32_t mask_nd_options(const struct place *at, uint32_t off, uint32_t end)
{
	while (off + 8 <= end) {
		uint8_t *p = at->bytes + off;
		uint32_t len = p[1] * 8u;
		if (!len || len > end - off)
			return off;
		if ((p[0] == OPTION_SOURCE_MAC || p[0] == OPTION_TARGET_MAC) && len == 8)
			mask_mac(at->mask, p + 2);
		else if (p[0] == OPTION_PREFIX && len == 32)
			mask_prefix(at->mask, p + 16, p[2]);
		else if (p[0] != OPTION_MTU || len != 8)
			return off;
		off += len;
	}
	return off;
}

static uint32_t mask_nd(const struct place *at, uint32_t off)
{
	uint32_t end = at->packet->payload_off + at->packet->payload_len, addresses = 0, fixed = 8;
	uint8_t type = at->packet->icmp_type;

	if (type == ND_SOLICIT || type == ND_NEIGHBOUR || type == ND_REDIRECT)
		addresses = type == ND_REDIRECT ? 2 : 1;
	else if (type == ND_ROUTER)
		fixed = 16;
	if (end > at->len)
		end = at->len;
	if (off + fixed + addresses * 16 > end)
		return off + ICMP_LEN;
	for (uint32_t i = 0; i < addresses; i++)
		mask_ipv6(at->mask, at->bytes + off + fixed + i * 16);
	return mask_nd_options(at, off + fixed + addresses * 16, end);
}

static uint32_t mask_packet(const struct place *at, bool quoted);

static uint32_t mask_quoted(const struct place *at, uint32_t off)
{
	struct fw_packet inner;
	uint32_t left = at->len - off, told = at->packet->payload_len; /* what stands behind is padding */
	struct place quoted = {at->mask, at->bytes + off, told < left ? told : left, &inner};
	enum fw_read read = fw_packet_read(quoted.bytes, quoted.len, FW_LINK_RAW, &inner);

	if (read == FW_READ_OTHER || !inner.family)
		return off;
	return off + mask_packet(&quoted, true);
}

static uint32_t mask_icmp(const struct place *at, uint32_t off, bool quoted)
{
	const struct fw_packet *p = at->packet;
	bool six = p->proto == FW_IP_ICMPV6;

	if (!reaches(at, off, ICMP_LEN))
		return off;
	put_be16(at->bytes + off + 2, 0);
	if (!six && p->icmp_type == 5) /* redirect: the gateway's address */
		mask_ipv4(at->mask, at->bytes + off + 4);
	if (quoted || !p->payload_off)
		return off + ICMP_LEN;
	if (six && p->icmp_type >= ND_ROUTER_SOLICIT && p->icmp_type <= ND_REDIRECT)
		return mask_nd(at, off);
	if (six ? p->icmp_type >= 1 && p->icmp_type <= 4
		: p->icmp_type == 3 || p->icmp_type == 4 || p->icmp_type == 5 || p->icmp_type == 11 || p->icmp_type == 12)
		return mask_quoted(at, off + ICMP_LEN);
	return off + ICMP_LEN;
}

static uint32_t mask_transport(const struct place *at, uint32_t off, bool quoted)
{
	switch (at->packet->proto) {
	case FW_IP_TCP:
		return mask_tcp(at, off);
	case FW_IP_UDP:
		return mask_udp(at, off);
	case FW_IP_ICMP:
	case FW_IP_ICMPV6:
		return mask_icmp(at, off, quoted);
	case FW_IP_GRE:
		return at->packet->payload_off ? at->packet->payload_off : off;
	default:
		return off;
	}
}

/* Returns where what may be kept ends. */
static uint32_t mask_packet(const struct place *at, bool quoted)
{
	const struct fw_packet *p = at->packet;
	uint32_t end;

	if (p->ether_type == FW_ETHER_ARP && p->network_off)
		return mask_arp(at);
	if (!p->family)
		return 0; /* LLDP and the like name their sender in their bodies */
	end = p->family == 4 ? mask_header4(at) : mask_header6(at);
	if (!p->transport_off || p->fragment == FW_FRAGMENT_LATER || end != p->transport_off)
		return end;
	return mask_transport(at, end, quoted);
}

/* Bytes of payload in which no name can stand; they are what proof/ leaves on a packet. */
static uint32_t harmless_payload(const uint8_t *payload, uint32_t len, const struct fw_packet *p)
{
	static const char *const constants[] = {"GET ", "POST ", "HEAD ", "PUT ", "\xff\xff\xff\xffTSource Engine Query"};

	if (p->proto == FW_IP_UDP && (p->src_port == 53 || p->dst_port == 53))
		return len == DNS_LEN ? len : 0;
	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		if (len == strlen(constants[i]) && memcmp(payload, constants[i], len) == 0)
			return len;
	return 0;
}

uint32_t mask_frame(const struct mask *mask, uint8_t *bytes, uint32_t len, uint32_t link)
{
	struct fw_packet packet;
	struct place at = {mask, bytes, len, &packet};
	uint32_t end;

	fw_packet_read(bytes, len, link, &packet);
	mask_link(mask, bytes, len, link);
	end = mask_packet(&at, false);
	if (end && end == packet.payload_off && end < len && (packet.proto == FW_IP_TCP || packet.proto == FW_IP_UDP))
		end += harmless_payload(bytes + end, packet.payload_len < len - end ? packet.payload_len : len - end, &packet);
	if (end > len)
		end = len;
	memset(bytes + end, 0, len - end);
	return end;
}
