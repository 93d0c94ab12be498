/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which dissector a UDP payload belongs to: a known port at either end, and first bytes that can be right.
 * Where both ports are known ones (a resolver's answer from 53 to a host that asked from 5353), the order of
 * the table decides.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"

enum {
	PORT_DNS = 53,
	PORT_DHCP_SERVER = 67,
	PORT_DHCP_CLIENT = 68,
	PORT_SSDP = 1900,
	PORT_WSD = 3702,
	PORT_MDNS = 5353,
	PORT_DHIP = 37810,
};
/* makers' own: of the first two the device sends to the port, of the last either way, of the others from it */
enum {
	PORT_TUYA_CLEAR = 6666,
	PORT_TUYA = 6667,
	PORT_TPLINK = 9999,
	PORT_TAPO = 20002,
	PORT_DVRIP = 34569,
	PORT_MIIO = 54321,
	PORT_SADP = 37020
};
enum {
	PORT_NTP = 123,
	PORT_SNMP = 161,
	PORT_SNMP_TRAP = 162,
	PORT_DHCP6_CLIENT = 546,
	PORT_DHCP6_SERVER = 547,
	PORT_COAP = 5683,
	PORT_UBNT = 10001,
};

static bool either(uint16_t src_port, uint16_t dst_port, uint16_t port)
{
	return src_port == port || dst_port == port;
}

static bool known(uint16_t port)
{
	switch (port) {
	case PORT_DNS:
	case PORT_DHCP_SERVER:
	case PORT_DHCP_CLIENT:
	case PORT_SSDP:
	case PORT_WSD:
	case PORT_MDNS:
	case PORT_DHIP:
	case PORT_TUYA_CLEAR:
	case PORT_TUYA:
	case PORT_TPLINK:
	case PORT_TAPO:
	case PORT_DVRIP:
	case PORT_MIIO:
	case PORT_SADP:
	case PORT_NTP:
	case PORT_SNMP:
	case PORT_SNMP_TRAP:
	case PORT_DHCP6_CLIENT:
	case PORT_DHCP6_SERVER:
	case PORT_COAP:
	case PORT_UBNT:
		return true;
	default:
		return false;
	}
}

bool dissect_wants_datagram(uint16_t src_port, uint16_t dst_port)
{
	return known(dst_port) || known(src_port);
}

static enum fw_read dissect_own(uint16_t src_port, uint16_t dst_port, const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	if (dst_port == PORT_TUYA || dst_port == PORT_TUYA_CLEAR)
		return dissect_tuya(bytes, len, sink);
	switch (src_port) {
	case PORT_TPLINK:
		return dissect_tplink(bytes, len, sink);
	case PORT_TAPO:
		return dissect_tapo(bytes, len, sink);
	case PORT_DVRIP:
		return dissect_dvrip(bytes, len, sink);
	case PORT_MIIO:
		return dissect_miio(bytes, len, sink);
	default: /* behind the others: who asks one of these may do so from any high port */
		return either(src_port, dst_port, PORT_SADP) ? dissect_sadp(bytes, len, sink) : FW_READ_OTHER;
	}
}

/* What devices are asked and tell about themselves, the strictest last: its port is also anybody's. */
static enum fw_read device_datagram(uint16_t src_port, uint16_t dst_port, const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	if (either(src_port, dst_port, PORT_DHCP6_SERVER) || either(src_port, dst_port, PORT_DHCP6_CLIENT))
		return dissect_dhcp6(bytes, len, sink);
	if (either(src_port, dst_port, PORT_NTP))
		return dissect_ntp(bytes, len, sink);
	if (either(src_port, dst_port, PORT_SNMP) || either(src_port, dst_port, PORT_SNMP_TRAP))
		return dissect_snmp(bytes, len, sink);
	if (either(src_port, dst_port, PORT_COAP))
		return dissect_coap(bytes, len, sink);
	if (either(src_port, dst_port, PORT_UBNT))
		return dissect_ubnt(bytes, len, sink);
	return FW_READ_OTHER;
}

enum fw_read dissect_datagram(uint16_t src_port, uint16_t dst_port, const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	enum fw_read result;

	if (!len)
		return FW_READ_OTHER;
	if (either(src_port, dst_port, PORT_DNS))
		return dissect_dns(bytes, len, sink);
	if (either(src_port, dst_port, PORT_MDNS))
		return dissect_mdns(bytes, len, sink);
	if (either(src_port, dst_port, PORT_DHCP_SERVER) || either(src_port, dst_port, PORT_DHCP_CLIENT))
		return dissect_dhcp(bytes, len, sink);
	/* these tell themselves apart by their first bytes */
	if (either(src_port, dst_port, PORT_DHIP) && bytes[0] == 0x20)
		return dissect_dhip(bytes, len, sink);
	if (either(src_port, dst_port, PORT_SSDP))
		return dissect_ssdp(bytes, len, sink);
	if (either(src_port, dst_port, PORT_WSD))
		return dissect_wsd(bytes, len, sink);
	result = device_datagram(src_port, dst_port, bytes, len, sink);
	return result == FW_READ_OTHER ? dissect_own(src_port, dst_port, bytes, len, sink) : result;
}
