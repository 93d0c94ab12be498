/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three messages of neighbours, read for four things: an address was given to a device and for how long, it was given back, and the
 * URL under which its maker says what it may do.
 *
 *	DHCP    UDP 68 -> 67, 67 -> 68   op htype hlen hops xid(4) secs flags ciaddr(4) yiaddr(4) siaddr giaddr chaddr(16) sname(64) file(128)
 *	                                 magic(4) options: code len bytes ...       RFC 2131, 2132; 42 time servers, 51 lease, 53 type,
 *	                                                                            54 server, 161 URL
 *	DHCPv6  UDP 546 -> 547           type transaction(3) options: code(2) len(2) bytes ...     RFC 8415; 112 URL
 *	LLDP    EtherType 88cc           TLVs of 7 bits type, 9 bits length; 127 with OUI 00-00-5E, subtype 1: URL (RFC 8520 section 12)
 *
 * What claims to be a device's must come from that device: the address on the wire and chaddr agree, or nothing is taken. Released is
 * only what was sent by the MAC itself, so that nobody takes another one's lease away.
 */
#include <string.h>

#include "guard/guard.h"
#include "wire/packet.h"

enum { DHCP_FIXED = 236, DHCP_OPTIONS = 240, OPTIONS_MAX = 128 };
enum { OPTION_PAD = 0, OPTION_CLOCKS = 42, OPTION_LEASE = 51, OPTION_TYPE = 53, OPTION_SERVER = 54, OPTION_MUD = 161, OPTION_END = 255 };
enum { TYPE_REQUEST = 3, TYPE_ACK = 5, TYPE_RELEASE = 7, TYPE_DISCOVER = 1, TYPE_INFORM = 8 };
enum { OPTION6_MUD = 112, TYPE6_SOLICIT = 1, TYPE6_RELEASE = 8, TYPE6_INFORMATION = 11 };

static void map_address(uint8_t out[16], const uint8_t four[4])
{
	static const uint8_t none[4];

	if (memcmp(four, none, 4) == 0)
		return;
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	memcpy(out + 12, four, 4);
}

struct dhcp_options {
	const uint8_t *url, *clocks, *server; /* clocks: of four bytes each */
	uint32_t url_len, lease_s, clock_count;
	uint8_t type;
};

static void take_option(struct dhcp_options *out, uint8_t code, const uint8_t *bytes, uint8_t len)
{
	if (code == OPTION_TYPE && len == 1)
		out->type = *bytes;
	else if (code == OPTION_LEASE && len == 4)
		out->lease_s = fw_be32(bytes);
	else if (code == OPTION_SERVER && len == 4)
		out->server = bytes;
	else if (code == OPTION_CLOCKS && len % 4 == 0) {
		out->clocks = bytes;
		out->clock_count = len / 4 < LEASE_CLOCKS ? len / 4 : LEASE_CLOCKS;
	} else if (code == OPTION_MUD && len) {
		out->url = bytes;
		out->url_len = len;
	}
}

static enum fw_read read_options(struct fw_cursor *here, struct dhcp_options *out)
{
	for (unsigned i = 0; i < OPTIONS_MAX + 512u; i++) {
		const uint8_t *code = fw_peek(here, 1), *header, *bytes;
		if (!code || *code == OPTION_END)
			return FW_READ_OK; /* many clients leave the end out */
		if (*code == OPTION_PAD) {
			fw_skip(here, 1);
			continue;
		}
		header = fw_peek(here, 2);
		if (!header)
			return FW_READ_SHORT;
		fw_skip(here, 2);
		bytes = fw_peek(here, header[1]);
		if (!bytes)
			return FW_READ_SHORT;
		take_option(out, header[0], bytes, header[1]);
		fw_skip(here, header[1]);
	}
	return FW_READ_BAD;
}

static enum fw_read from_client(
	const uint8_t *fixed, const struct fw_packet *packet, const struct dhcp_options *options, struct lease_message *out)
{
	if (memcmp(fixed + 28, packet->src_mac, 6) != 0)
		return FW_READ_BAD;
	memcpy(out->mac, packet->src_mac, 6);
	out->url = options->url;
	out->url_len = options->url_len;
	if (options->type == TYPE_RELEASE) {
		map_address(out->address, fixed + 12);
		out->kind = LEASE_RELEASED;
		return FW_READ_OK;
	}
	out->kind = LEASE_ASKED;
	/* who renews asks its server alone, and names it by the address that it sends to (RFC 2131 section 4.3.2) */
	if (options->type == TYPE_REQUEST && options->server)
		map_address(out->server, options->server);
	else if (options->type == TYPE_REQUEST && packet->dst[12] != 255)
		memcpy(out->server, packet->dst, 16);
	return (out->url || options->type == TYPE_REQUEST) &&
			(options->type == TYPE_DISCOVER || options->type == TYPE_REQUEST || options->type == TYPE_INFORM)
		? FW_READ_OK
		: FW_READ_OTHER;
}

static enum fw_read from_server(const uint8_t *fixed, const struct dhcp_options *options, struct lease_message *out)
{
	if (options->type != TYPE_ACK || !options->lease_s)
		return FW_READ_OTHER;
	memcpy(out->mac, fixed + 28, 6);
	map_address(out->address, fixed + 16);
	out->lease_s = options->lease_s;
	if (options->server)
		map_address(out->server, options->server);
	for (; out->clock_count < options->clock_count; out->clock_count++)
		map_address(out->clocks[out->clock_count], options->clocks + 4 * out->clock_count);
	out->kind = LEASE_GRANTED;
	return FW_READ_OK;
}

static enum fw_read read_dhcp(
	const uint8_t *payload, uint32_t len, const struct fw_packet *packet, bool to_device, struct lease_message *out)
{
	static const uint8_t magic[4] = {0x63, 0x82, 0x53, 0x63};
	struct fw_cursor here = fw_cursor_of(payload, len);
	struct dhcp_options options = {0};
	enum fw_read read;

	if (len < DHCP_OPTIONS)
		return FW_READ_SHORT;
	if (memcmp(payload + DHCP_FIXED, magic, 4) != 0 || payload[1] != 1 || payload[2] != 6 || payload[0] != (to_device ? 2 : 1))
		return FW_READ_BAD;
	fw_skip(&here, DHCP_OPTIONS);
	read = read_options(&here, &options);
	if (read != FW_READ_OK)
		return read;
	return to_device ? from_server(payload, &options, out) : from_client(payload, packet, &options, out);
}

/* A relayed message is no device's own. */
static enum fw_read read_dhcp6(const uint8_t *payload, uint32_t len, const struct fw_packet *packet, struct lease_message *out)
{
	struct fw_cursor here = fw_cursor_of(payload, len);

	if (len < 4)
		return FW_READ_SHORT;
	if (payload[0] < TYPE6_SOLICIT || payload[0] > TYPE6_INFORMATION)
		return FW_READ_OTHER;
	memcpy(out->mac, packet->src_mac, 6);
	out->kind = payload[0] == TYPE6_RELEASE ? LEASE_RELEASED : LEASE_ASKED;
	fw_skip(&here, 4);
	for (unsigned i = 0; i < OPTIONS_MAX && fw_left(&here); i++) {
		const uint8_t *header = fw_peek(&here, 4), *bytes;
		uint32_t option_len = header ? fw_be16(header + 2) : 0;
		if (!header)
			return FW_READ_SHORT;
		fw_skip(&here, 4);
		bytes = fw_peek(&here, option_len);
		if (!bytes)
			return FW_READ_SHORT;
		if (fw_be16(header) == OPTION6_MUD && option_len) {
			out->url = bytes;
			out->url_len = option_len;
		}
		fw_skip(&here, option_len);
	}
	return out->url || out->kind == LEASE_RELEASED ? FW_READ_OK : FW_READ_OTHER;
}

static enum fw_read read_lldp(const uint8_t *frame, uint32_t len, const struct fw_packet *packet, struct lease_message *out)
{
	static const uint8_t mud[4] = {0x00, 0x00, 0x5e, 0x01};
	struct fw_cursor here = fw_cursor_of(frame, len);

	fw_skip(&here, packet->network_off);
	for (unsigned i = 0; i < OPTIONS_MAX; i++) {
		const uint8_t *header = fw_peek(&here, 2), *bytes;
		uint32_t number = header ? fw_be16(header) : 0, tlv_len = number & 0x1ff;
		if (!header || !number)
			return FW_READ_OTHER; /* the end, with or without its TLV */
		fw_skip(&here, 2);
		bytes = fw_peek(&here, tlv_len);
		if (!bytes)
			return FW_READ_SHORT;
		if (number >> 9 == 127 && tlv_len > 4 && memcmp(bytes, mud, 4) == 0) {
			memcpy(out->mac, packet->src_mac, 6);
			out->kind = LEASE_NEIGHBOUR;
			out->url = bytes + 4;
			out->url_len = tlv_len - 4;
			return FW_READ_OK;
		}
		fw_skip(&here, tlv_len);
	}
	return FW_READ_OTHER;
}

bool lease_believe(const struct lease_sender *sender)
{
	return !sender->is_device && (sender->is_named || (sender->is_inside && sender->was_asked));
}

bool lease_clock_note(struct lease_clocks *clocks, const uint8_t address[16], uint8_t out_gone[16])
{
	uint32_t at = 0;
	bool leaves = false;

	while (at < clocks->count && memcmp(clocks->addresses[at], address, 16) != 0)
		at++;
	if (at == LEASE_CLOCKS_MAX) {
		memcpy(out_gone, clocks->addresses[--at], 16);
		leaves = true;
	} else if (at == clocks->count) {
		clocks->count++;
	}
	memmove(clocks->addresses[1], clocks->addresses[0], (size_t)at * 16);
	memcpy(clocks->addresses[0], address, 16);
	return leaves;
}

enum fw_read lease_read(const uint8_t *frame, uint32_t len, bool to_device, struct lease_message *out)
{
	struct lease_message message = {0};
	struct fw_packet packet;
	enum fw_read read = fw_packet_read(frame, len, FW_LINK_ETHERNET, &packet);
	const uint8_t *payload = frame + packet.payload_off;

	if (!to_device && packet.ether_type == FW_ETHER_LLDP && packet.network_off)
		read = read_lldp(frame, len, &packet, &message);
	else if (read != FW_READ_OK || packet.proto != FW_IP_UDP || packet.fragment != FW_WHOLE)
		return FW_READ_OTHER;
	else if (packet.src_port == (to_device ? 67 : 68) && packet.dst_port == (to_device ? 68 : 67))
		read = read_dhcp(payload, packet.payload_len, &packet, to_device, &message);
	else if (!to_device && packet.src_port == 546 && packet.dst_port == 547)
		read = read_dhcp6(payload, packet.payload_len, &packet, &message);
	else
		return FW_READ_OTHER;
	if (read == FW_READ_OK)
		*out = message;
	return read;
}
