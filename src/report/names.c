/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/names.h"

#include <netinet/in.h>
#include <string.h>

#include "report/report.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *report_finding_name(enum finding_id id)
{
	static const char *const names[] = FINDING_WORDS;

	_Static_assert(COUNT_OF(names) == FINDING_ID_COUNT, "every finding has a name");
	return names[id];
}

const char *report_severity_name(enum severity severity)
{
	static const char *const names[] = SEVERITY_WORDS;

	return names[severity];
}

const char *report_state_name(enum device_state state)
{
	static const char *const names[] = STATE_WORDS;

	return names[state];
}

struct vector_name {
	const char *id, *words, *made_of, *technique;
};

/*
 * Techniques: T1499.001 OS exhaustion names SYN and ACK floods, T1499.002 service exhaustion names HTTP and DNS,
 * T1498.002 is reflection, T1498.001 every other direct flood.
 */
static const struct vector_name vectors[] = {
	[VECTOR_NONE] = {"none", "junk", "packets", "T1498"},
	[VECTOR_SYN] = {"syn", "SYN flood", "requests to open a TCP connection", "T1499.001"},
	[VECTOR_ACK] = {"ack", "ACK flood", "TCP packets that belong to no connection", "T1499.001"},
	[VECTOR_STOMP] = {"stomp", "ACK flood after a handshake (stomp)", "TCP data pushed without waiting for any answer", "T1499.001"},
	[VECTOR_UDP] = {"udp", "UDP flood", "UDP packets", "T1498.001"},
	[VECTOR_UDP_PLAIN] = {"udp-plain", "plain UDP flood", "UDP packets to one port", "T1498.001"},
	[VECTOR_VSE] = {"vse", "game server query flood (VSE)", "queries to a game server (Valve Source Engine)", "T1499.002"},
	[VECTOR_GRE_IP] = {"gre-ip", "GRE flood (IP inside)", "GRE tunnel packets with IP inside", "T1498.001"},
	[VECTOR_GRE_ETH] = {"gre-eth", "GRE flood (Ethernet inside)", "GRE tunnel packets with Ethernet inside", "T1498.001"},
	[VECTOR_ICMP] = {"icmp", "ping flood (ICMP)", "ICMP packets", "T1498.001"},
	[VECTOR_FRAGMENT] = {"fragment", "fragment flood", "pieces of IP packets", "T1498.001"},
	[VECTOR_HTTP] = {"http", "web request flood (HTTP)", "requests for web pages", "T1499.002"},
	[VECTOR_DNS_RANDOM_SUBDOMAIN] = {"dns-random-subdomain", "random name flood (DNS)", "DNS questions for made-up names", "T1499.002"},
	[VECTOR_SYN_ACK_REFLECTION] = {"syn-ack-reflection", "SYN-ACK reflection", "answers to TCP requests", "T1498.002"},
	[VECTOR_DNS_REFLECTION] = {"dns-reflection", "DNS reflection", "DNS answers", "T1498.002"},
	[VECTOR_SNMP_REFLECTION] = {"snmp-reflection", "SNMP reflection", "answers of network management (SNMP)", "T1498.002"},
	[VECTOR_ISAKMP_REFLECTION] = {"isakmp-reflection", "VPN key exchange reflection (ISAKMP)", "answers of VPN key exchange (ISAKMP)",
		"T1498.002"},
	[VECTOR_SSDP_REFLECTION] = {"ssdp-reflection", "SSDP reflection", "answers of device search (SSDP)", "T1498.002"},
	[VECTOR_NTP_REFLECTION] = {"ntp-reflection", "NTP reflection", "answers of time servers (NTP)", "T1498.002"},
	[VECTOR_DHIP_REFLECTION] = {"dhip-reflection", "Dahua discovery reflection (DHIP)", "answers of Dahua cameras and recorders (DHIP)",
		"T1498.002"},
	[VECTOR_BACNET_REFLECTION] = {"bacnet-reflection", "BACnet reflection", "answers of building control (BACnet)", "T1498.002"},
	[VECTOR_DHCP] = {"dhcp", "DHCP flood", "requests for an address (DHCP)", "T1498.001"},
	[VECTOR_OTHER] = {"other", "flood of another IP protocol", "packets of an unusual IP protocol", "T1498.001"},
};

_Static_assert(COUNT_OF(vectors) == VECTOR_COUNT, "every vector has a name");

const char *report_vector_name(enum vector vector)
{
	return vectors[vector].id;
}

const char *name_vector_words(enum vector vector)
{
	return vectors[vector].words;
}

const char *name_vector_made_of(enum vector vector)
{
	return vectors[vector].made_of;
}

const char *name_login_service(enum login_service service)
{
	static const char *const names[] = {"telnet", "ftp", "http", "mqtt", "rtsp", "dvrip", "dahua", "baichuan"};

	_Static_assert(COUNT_OF(names) == LOGIN_SERVICE_COUNT, "every login service has a name");
	return names[service];
}

const char *name_login_words(enum login_service service)
{
	static const char *const names[] = {"telnet", "FTP", "HTTP (its web page)", "MQTT", "RTSP (its video stream)",
		"DVRIP (recorder control)", "Dahua control", "Baichuan (Reolink control)"};

	_Static_assert(COUNT_OF(names) == LOGIN_SERVICE_COUNT, "every login service has words");
	return names[service];
}

const char *name_source(enum name_source source)
{
	static const char *const names[] = {"user", "dhcp", "mdns", "ssdp", "announced", "fingerprint", "oui", "placeholder"};

	return names[source];
}

const char *name_protocol(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_GRE:
		return "gre";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	default:
		return NULL;
	}
}

const char *name_scan_kind(uint32_t bit)
{
	switch (bit) {
	case SCAN_TCP:
		return "tcp";
	case SCAN_UDP:
		return "udp";
	case SCAN_ICMP:
		return "icmp";
	case SCAN_ARP:
		return "arp";
	case SCAN_ACK:
		return "ack";
	case SCAN_HORIZONTAL:
		return "horizontal";
	case SCAN_VERTICAL:
		return "vertical";
	default:
		return NULL;
	}
}

const struct name_port *name_port(uint16_t port)
{
	static const struct name_port ports[] = {
		{17, "qotd", "quote of the day", "make it send text to others"},
		{19, "chargen", "character generator", "make it send endless text to others"},
		{21, "ftp", "FTP", "fetch and store files, with a login that is not encrypted"},
		{22, "ssh", "SSH", "log in and take control"},
		{23, "telnet", "telnet", "log in and take control, without encryption"},
		{53, "dns", "DNS", "ask it for names"},
		{69, "tftp", "TFTP", "fetch files without any password"},
		{80, "http", "HTTP", "open its web page"},
		{111, "portmap", "port mapper", "ask what it offers"},
		{123, "ntp", "NTP", "ask it for the time, and for more"},
		{137, "netbios", "NetBIOS names", "ask for names of the network"},
		{161, "snmp", "SNMP", "read or change its settings"},
		{389, "ldap", "LDAP", "ask its directory"},
		{443, "https", "HTTPS", "open its web page"},
		{445, "smb", "SMB", "fetch and store files"},
		{500, "isakmp", "VPN key exchange", "begin a VPN with it"},
		{512, "rexec", "rexec", "run commands, with a login that is not encrypted"},
		{513, "rlogin", "rlogin", "log in and take control, without encryption"},
		{514, "rsh", "rsh", "run commands, often without any password"},
		{554, "rtsp", "RTSP", "ask for its video stream"},
		{1883, "mqtt", "MQTT", "send and read messages, without encryption"},
		{1900, "ssdp", "SSDP", "ask what it is"},
		{2323, "telnet", "telnet", "log in and take control, without encryption"},
		{3389, "rdp", "RDP", "log in to its screen"},
		{3478, "stun", "STUN", "ask it for an address, or to relay"},
		{3702, "ws-discovery", "WS-Discovery", "ask what it is"},
		{4500, "isakmp", "VPN key exchange", "begin a VPN with it"},
		{4567, "tr-069", "TR-069", "reach the remote control that is meant for the provider alone"},
		{5060, "sip", "SIP telephony", "make calls ring, or guess passwords for calls"},
		{5353, "mdns", "mDNS", "ask what it is"},
		{5555, "adb", "ADB (Android debugging)", "take full control, on many devices without any password"},
		{5683, "coap", "CoAP", "read or change its settings"},
		{5900, "vnc", "VNC", "log in to its screen"},
		{7547, "tr-069", "TR-069", "reach the remote control that is meant for the provider alone"},
		{8080, "http-alt", "HTTP", "open its web page"},
		{8443, "https-alt", "HTTPS", "open its web page"},
		{9527, "xm-console", "recorder console", "log in to the console of recorders with Xiongmai parts"},
		{10001, "ubiquiti", "Ubiquiti discovery", "ask what it is"},
		{11211, "memcached", "memcached", "read and write its memory, and make it send huge answers to others"},
		{27015, "source-engine", "Source engine games", "play, or ask who does"},
		{30005, "tr-069", "TR-069", "reach the remote control that is meant for the provider alone"},
		{32764, "sercomm", "maintenance door of SerComm routers", "give a router commands without any password"},
		{34567, "dvrip", "DVRIP", "control recorders and cameras with Xiongmai parts"},
		{34599, "dvrip", "DVRIP", "find recorders and cameras with Xiongmai parts"},
		{37215, "huawei-upnp", "router service of Huawei", "give a router commands through a known weakness"},
		{37777, "dahua", "Dahua control", "control Dahua recorders and cameras"},
		{37810, "dhip", "Dahua discovery (DHIP)", "ask what it is, and make it send large answers to others"},
		{47808, "bacnet", "BACnet", "read or change building control"},
		{51820, "wireguard", "WireGuard", "begin a VPN with it"},
		{52869, "realtek-upnp", "UPnP of Realtek", "give a router commands through a known weakness"},
	};

	for (size_t i = 0; i < COUNT_OF(ports); i++)
		if (ports[i].port == port)
			return &ports[i];
	return NULL;
}

static const char *scan_technique(const struct evidence_scan *scan)
{
	if (scan->outside || scan->source_outside)
		return "T1595.001"; /* active scanning: scanning IP blocks */
	return scan->kinds & SCAN_VERTICAL || !(scan->kinds & (SCAN_ARP | SCAN_ICMP)) ? "T1046" /* network service discovery */
										      : "T1018"; /* remote system discovery */
}

const char *name_technique(const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
		return "T1078.001"; /* valid accounts: default accounts */
	case FINDING_CLEARTEXT_LOGIN:
		return "T1040"; /* network sniffing: what it invites */
	case FINDING_OPEN_SERVICE:
		return finding->service.outside ? "T1133" /* external remote services */ : "T1021" /* remote services */;
	case FINDING_REACHED_FROM_INTERNET:
		return "T1133"; /* external remote services */
	case FINDING_REFLECTOR:
		return "T1498.002"; /* network denial of service: reflection amplification */
	case FINDING_SCAN:
		return scan_technique(&finding->scan);
	case FINDING_LOGIN_GUESSING:
		return "T1110.001"; /* brute force: password guessing */
	case FINDING_BEACON:
		return "T1071"; /* application layer protocol, for command and control */
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		return vectors[finding->flood.vector].technique;
	case FINDING_ADVISORY:
		return "T1190"; /* exploit public-facing application: what it invites */
	case FINDING_POLICY_VIOLATION:
		return "T1071"; /* application layer protocol: something speaks that should not */
	default:
		return "T1498"; /* forged sources: network denial of service */
	}
}

const char *name_certainty(enum asset_certainty certainty)
{
	static const char *const names[] = {[ASSET_MAKER] = "maker", [ASSET_PRODUCT] = "product", [ASSET_EXACT] = "exact"};

	return names[certainty];
}

const char *name_status(enum product_status status)
{
	static const char *const names[STATUS_COUNT] = {
		[STATUS_NONE] = "none",
		[STATUS_RECOMMENDED] = "recommended",
		[STATUS_NOT_AFFECTED] = "not affected",
		[STATUS_FIXED] = "fixed",
		[STATUS_UNDER_INVESTIGATION] = "under investigation",
		[STATUS_AFFECTED] = "affected",
	};

	return names[status];
}

static const struct {
	const char *name, *words;
} remedies[REMEDY_COUNT + 1] = {
	[REMEDY_VENDOR_FIX] = {"vendor_fix", "the maker offers a fix"},
	[REMEDY_WORKAROUND] = {"workaround", "no fix, but a way around it"},
	[REMEDY_MITIGATION] = {"mitigation", "no fix, but something that lessens it"},
	[REMEDY_NONE_AVAILABLE] = {"none_available", "there is no fix yet"},
	[REMEDY_NO_FIX_PLANNED] = {"no_fix_planned", "there will be no fix"},
	[REMEDY_OTHER] = {"other", "something else is offered"},
	[REMEDY_COUNT] = {"none", "no fix is named"},
};

const char *name_remedy(enum remedy remedy)
{
	return remedies[remedy].name;
}

const char *name_remedy_words(enum remedy remedy)
{
	return remedies[remedy].words;
}

const char *name_reached(enum reached_how how)
{
	static const char *const names[] = {
		[REACHED_IN] = "in",
		[REACHED_PUBLIC_SERVER] = "public-server",
		[REACHED_BY_A_CROWD] = "crowd",
		[REACHED_PEER_TO_PEER] = "peer-to-peer",
		[REACHED_BY_ONE] = "one-asker",
		[REACHED_NOT_YET] = "not-yet",
	};

	return names[how];
}

const char *name_left_out(const char *kind)
{
	static const struct {
		const char *kind, *words;
	} kinds[] = {
		{"frames_not_understood", "packets of a kind that is not read"},
		{"frames_malformed", "packets whose headers contradict themselves"},
		{"clock_jumps", "times the capture's clock ran backwards"},
		{"conversations", "conversations forgotten early because too many were open"},
		{"streams", "TCP streams not put together because too many were open"},
		{"devices", "devices beyond the number that is kept"},
		{"prefixes", "network ranges beyond the number that is kept"},
		{"tunnels", "tunnels no longer looked into because there were too many"},
		{"pairs", "pairs of device and target forgotten early"},
		{"rates", "packet rates forgotten early"},
		{"findings", "findings beyond the number that is kept"},
		{"beacons", "regular contacts forgotten early"},
		{"logins", "logins forgotten early"},
		{"zones", "DNS zones forgotten early"},
		{"names", "addresses from DNS answers forgotten early"},
	};

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (!strcmp(kind, kinds[i].kind))
			return kinds[i].words;
	return NULL;
}
