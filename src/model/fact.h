/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts: what a dissector read in a payload, said once and without judgement.
 * dissect/ makes them; the hall routes them to inventory/ and detect/. A fact and all
 * it points at is borrowed for the length of the call: whoever needs it later copies
 * what it needs (never a password: see FACT_LOGIN_TRY).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Bytes as they came from the network: not terminated, not escaped, may hold anything. */
struct slice {
	const uint8_t *bytes;
	size_t len;
};

enum fact_kind {
	/* ARP (RFC 826) and neighbour discovery (RFC 4861) */
	FACT_ARP_SENDER, /* mac, addr: this MAC says it has this address. number: operation 1, 2 */
	FACT_ARP_TARGET, /* addr asked for or answered to. number: operation */
	FACT_ND_NEIGHBOUR, /* mac (zero if no option), addr: target of a neighbour advertisement */
	FACT_ND_SOLICIT, /* addr: target of a neighbour solicitation; mac: source link layer option */
	FACT_ND_ROUTER, /* mac (zero if no option): a router advertisement was sent from here */
	FACT_ND_PREFIX, /* addr, number: prefix length; on-link or autonomous prefix of an RA */

	/* DHCPv4 (RFC 2131, 2132) */
	FACT_DHCP_MESSAGE, /* number: option 53; mac: chaddr; addr: yiaddr or, if zero, ciaddr */
	FACT_DHCP_HOST_NAME, /* text: option 12; mac: chaddr (as in all DHCP facts) */
	FACT_DHCP_PARAMETERS, /* text: option 55, raw list of option numbers */
	FACT_DHCP_VENDOR_CLASS, /* text: option 60 */
	FACT_DHCP_CLIENT_ID, /* text: option 61, raw */
	FACT_DHCP_REQUESTED, /* addr: option 50 */
	FACT_DHCP_SERVER, /* addr: option 54 */
	FACT_DHCP_ROUTER, /* addr: option 3, one fact per address */
	FACT_DHCP_RESOLVER, /* addr: option 6, one fact per address */
	FACT_DHCP_LEASE, /* number: option 51, seconds */
	FACT_DHCP_DOMAIN, /* text: option 15 */
	FACT_DHCP_FQDN, /* text: option 81, the name */
	FACT_DHCP_MUD_URL, /* text: option 161 (RFC 8520 section 10) */

	/* DNS (RFC 1035), also inside mDNS (RFC 6762); name: lower case, dots, no trailing dot, "." is the root */
	FACT_DNS_QUESTION, /* name, number: type; id; a query asks this */
	FACT_DNS_RESPONSE, /* name, number: type, of the question answered; id; code: RCODE */
	FACT_DNS_ADDRESS, /* name: owner, addr, ttl: an A or AAAA record; alias: the name first asked for */
	FACT_MDNS_ADDRESS, /* name: owner, addr, ttl */
	FACT_MDNS_SERVICE, /* name: service type such as _ipp._tcp.local; text: instance label (PTR rdata's first label) */
	FACT_MDNS_HOST, /* name: SRV owner; text: target host name; number: port */
	FACT_MDNS_TEXT, /* name: owner; text: one key=value string of a TXT record */

	/* SSDP (UPnP Device Architecture 1.1 and 2.0, section 1) */
	FACT_SSDP_METHOD, /* text: NOTIFY, M-SEARCH, or HTTP/1.1 for an answer */
	FACT_SSDP_TARGET, /* text: NT, or ST */
	FACT_SSDP_USN, /* text */
	FACT_SSDP_SERVER, /* text: SERVER */
	FACT_SSDP_LOCATION, /* text */
	FACT_SSDP_AGENT, /* text: USER-AGENT */

	/* HTTP/1 (RFC 9112) */
	FACT_HTTP_REQUEST, /* name: method, text: request target */
	FACT_HTTP_HOST, /* text */
	FACT_HTTP_AGENT, /* text: User-Agent */
	FACT_HTTP_RESPONSE, /* number: status */
	FACT_HTTP_SERVER, /* text: Server */
	FACT_HTTP_REALM, /* text: WWW-Authenticate, whole value */

	/* logins in clear: telnet (RFC 854), FTP (RFC 959), HTTP Basic (RFC 7617), MQTT CONNECT */
	FACT_LOGIN_TRY, /* name: user, text: password (may be empty); number: enum login_service.
	                          The password is only compared while the fact lives, never kept. */
	FACT_LOGIN_RESULT, /* number: enum login_service; code: enum login_result, of the latest try */

	FACT_TELNET_BANNER, /* text: what the server says before the first prompt, one line a fact */
	FACT_TELNET_OPTION, /* number: command (251 WILL .. 254 DONT), code: option; both directions */
	FACT_FTP_BANNER, /* text: the 220 line after the code */
	FACT_FTP_COMMAND, /* text: verb, upper case (USER, PASS, RETR ...), never its argument */
	FACT_FTP_REPLY, /* number: code */

	/* MQTT 3.1, 3.1.1, 5.0 */
	FACT_MQTT_CONNECT, /* text: client identifier; number: protocol level (3, 4, 5) */
	FACT_MQTT_CONNACK, /* number: return or reason code */

	/* TLS (RFC 8446, RFC 6066) */
	FACT_TLS_CLIENT_HELLO, /* number: the highest version offered (0x0303 ...) */
	FACT_TLS_SERVER_NAME, /* text: SNI host name */

	/* Dahua DHIP, UDP 37810: JSON in a 32-byte header */
	FACT_DHIP_METHOD, /* text: "method" such as client.notifyDevInfo */
	FACT_DHIP_VENDOR, /* text */
	FACT_DHIP_CLASS, /* text: DeviceClass: NVR, IPC ... */
	FACT_DHIP_TYPE, /* text: DeviceType: the model */
	FACT_DHIP_VERSION, /* text */
	FACT_DHIP_MAC, /* mac */
	FACT_DHIP_ADDRESS, /* addr: IPv4 it gives itself */

	/* UPnP Internet Gateway Device, WANIPConnection:1 section 2.4.16 */
	FACT_UPNP_PORT_MAPPING, /* number: external port; code: internal port; addr: internal client; name: "TCP" or "UDP"; text: description */

	FACT_COUNT
};

enum login_service { LOGIN_TELNET, LOGIN_FTP, LOGIN_HTTP, LOGIN_MQTT, LOGIN_RTSP, LOGIN_DVRIP, LOGIN_SERVICE_COUNT };
enum login_result { LOGIN_UNKNOWN, LOGIN_ACCEPTED, LOGIN_REFUSED };

/* Unused members are zero. */
struct fact {
	enum fact_kind kind;
	uint32_t number;
	uint32_t code;
	uint32_t ttl; /* seconds */
	uint16_t id; /* DNS message id */
	uint8_t mac[6];
	uint8_t addr[16]; /* IPv4 as ::ffff:a.b.c.d */
	struct slice name;
	struct slice text;
	struct slice alias;
};

/* Where a dissector puts its facts. */
struct fact_sink {
	void (*take)(void *context, const struct fact *fact);
	void *context;
};
