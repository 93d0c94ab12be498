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

	/* logins in clear: telnet (RFC 854), FTP (RFC 959), HTTP and RTSP Basic (RFC 7617), MQTT CONNECT; and of recorders (see below) */
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

	/* TLS, more of it; a certificate (RFC 5280) is the server's, up to TLS 1.2 */
	FACT_TLS_JA4, /* text: the client's fingerprint */
	FACT_TLS_SERVER_HELLO, /* number: the version chosen, code: the cipher suite */
	FACT_TLS_CERTIFICATE_ISSUER, /* text: common name or organisation, one fact each */
	FACT_TLS_CERTIFICATE_SUBJECT, /* text: common name */
	FACT_TLS_CERTIFICATE_ORGANISATION, /* text: the subject's */
	FACT_TLS_CERTIFICATE_NAME, /* text: a DNS name of the subject */

	/* SSH (RFC 4253 section 4.2) */
	FACT_SSH_SERVER, /* text: identification string */
	FACT_SSH_CLIENT,

	/* Android's debug bridge */
	FACT_ADB_DEVICE, /* text: what the device says of itself when it is connected to */
	FACT_ADB_SERVICE, /* text: name of a service opened, such as shell */

	/* Makers' own protocols. number: enum own_protocol in each of them; mac, of SADP: whom the message is about, zero where it does not say */
	FACT_OWN_PROTOCOL, /* the sender's firmware speaks it. code: the mark or version it was told by, where there is one */
	FACT_OWN_KIND, /* text: IPC, IOT.SMARTPLUGSWITCH ... as the maker calls it */
	FACT_OWN_MODEL, /* text */
	FACT_OWN_FIRMWARE, /* text */
	FACT_OWN_NAME, /* text: what its user called it */
	FACT_OWN_SERIAL, /* text: serial number, or the number its maker knows it by */
	FACT_OWN_HARDWARE, /* text: the hardware's version */
	FACT_OWN_BRAND, /* text: under whose name it is sold */
	FACT_OWN_MAC, /* mac */

	/* HTML over HTTP */
	FACT_HTTP_TITLE, /* text: of the page, entities as they stand; number: status of the response */

	/* UPnP device description (Device Architecture 2.0 section 2.3), its root device only; all text */
	FACT_UPNP_TYPE, /* deviceType */
	FACT_UPNP_NAME, /* friendlyName */
	FACT_UPNP_MAKER, /* manufacturer */
	FACT_UPNP_DESCRIPTION, /* modelDescription */
	FACT_UPNP_MODEL, /* modelName */
	FACT_UPNP_MODEL_NUMBER, /* modelNumber */
	FACT_UPNP_SERIAL, /* serialNumber */
	FACT_UPNP_UDN, /* UDN */
	FACT_UPNP_FIRMWARE, /* firmwareVersion: not in the standard, Belkin's devices have it */

	/* WANIPConnection:1 and :2, AddPortMapping and AddAnyPortMapping: asked by a client, answered by its gateway */
	FACT_UPNP_PORT_MAPPING, /* number: external port, code: internal port, addr: internal client (zero if it is no address),
	                           name: TCP or UDP, text: description */
	FACT_UPNP_PORT_MAPPED, /* number: 1 accepted, 0 refused; code: UPnP error code, 0 where none was said */

	/* WS-Discovery 1.0 and 1.1. number: 0 for the first match of a message, 1 for the second ...; a proxy sends others' */
	FACT_WSD_MESSAGE, /* text: Hello, Bye, Probe, ProbeMatches, Resolve, ResolveMatches; the first fact of a message */
	FACT_WSD_ENDPOINT, /* text: address of the endpoint reference, such as urn:uuid:... */
	FACT_WSD_TYPE, /* text: one of the types, with its prefix */
	FACT_WSD_SCOPE, /* text: one of the scopes, a URI */
	FACT_WSD_XADDR, /* text: one of the transport addresses, a URL */

	/* ONVIF Core, GetDeviceInformationResponse; all text */
	FACT_ONVIF_MAKER,
	FACT_ONVIF_MODEL,
	FACT_ONVIF_FIRMWARE,
	FACT_ONVIF_SERIAL,
	FACT_ONVIF_HARDWARE,

	/* HNAP1, GetDeviceSettingsResponse (D-Link and others); all text */
	FACT_HNAP_NAME,
	FACT_HNAP_MAKER,
	FACT_HNAP_DESCRIPTION,
	FACT_HNAP_MODEL,
	FACT_HNAP_FIRMWARE,
	FACT_HNAP_HARDWARE,

	/* TR-069 (CWMP), Inform; all text */
	FACT_CWMP_MAKER,
	FACT_CWMP_OUI,
	FACT_CWMP_CLASS, /* ProductClass */
	FACT_CWMP_SERIAL,
	FACT_CWMP_EVENT, /* such as "1 BOOT" */
	FACT_CWMP_MODEL, /* parameters DeviceInfo.ModelName, .SoftwareVersion, .HardwareVersion */
	FACT_CWMP_SOFTWARE,
	FACT_CWMP_HARDWARE,

	/* RTSP 1.0 and 2.0 (RFC 2326, 7826) */
	FACT_RTSP_REQUEST, /* name: method, text: URL without user, password and query */
	FACT_RTSP_AGENT, /* text: User-Agent */
	FACT_RTSP_RESPONSE, /* number: status */
	FACT_RTSP_SERVER, /* text: Server */
	FACT_RTSP_REALM, /* text: WWW-Authenticate, whole value */

	/* DHCPv6 (RFC 8415). mac: the one in the client's DUID, zero where it holds none; an identifier, not always the sender's */
	FACT_DHCP6_MESSAGE, /* number: message type; inside relay messages too, mac zero for these */
	FACT_DHCP6_CLIENT_ID, /* text: option 1, the DUID, raw */
	FACT_DHCP6_SERVER_ID, /* text: option 2, the DUID, raw */
	FACT_DHCP6_ADDRESS, /* addr, ttl: valid lifetime, of an address in IA_NA or IA_TA; number: message type */
	FACT_DHCP6_PREFIX, /* addr, code: prefix length, ttl: valid lifetime, in IA_PD; number: message type */
	FACT_DHCP6_PARAMETERS, /* text: option 6, raw list of option numbers, two bytes each */
	FACT_DHCP6_VENDOR_CLASS, /* number: enterprise number, text: one string of option 16 */
	FACT_DHCP6_RESOLVER, /* addr: option 23, one fact per address */
	FACT_DHCP6_FQDN, /* text: option 39 (RFC 4704), the name */
	FACT_DHCP6_MUD_URL, /* text: option 112 (RFC 8520 section 10) */

	/* LLDP (IEEE 802.1AB): a neighbour on the wire about itself */
	FACT_LLDP_CHASSIS, /* number: subtype, text: identifier, raw; mac (subtype 4) or addr (subtype 5) where it is one */
	FACT_LLDP_PORT, /* the same of its port: mac is subtype 3, addr subtype 4 */
	FACT_LLDP_NAME, /* text: system name */
	FACT_LLDP_DESCRIPTION, /* text: system description */
	FACT_LLDP_CAPABILITIES, /* number: bits of what it can be, code: of what it is; bit 2 bridge, 3 access point, 4 router ... */
	FACT_LLDP_ADDRESS, /* addr: management address */
	FACT_LLDP_INVENTORY, /* number: LLDP-MED subtype (6 firmware, 7 software, 9 manufacturer, 10 model), text */
	FACT_LLDP_MUD_URL, /* text (RFC 8520 section 11) */

	/* NTP (RFC 5905, RFC 9327); id: version */
	FACT_NTP_TIME, /* number: mode 1 to 5, code: stratum; text: reference identifier, four bytes raw */
	FACT_NTP_CONTROL, /* mode 6. number: opcode, code: 1 for a response */
	FACT_NTP_VARIABLE, /* name: version, processor or system; text: what a read-variables response says it is */
	FACT_NTP_PRIVATE, /* mode 7, ntpd's own. number: request code (42: monlist), code: 1 for a response */

	/* SNMP (RFC 1157, 3416, 3412). Community and user names open devices: they are passed over, in no fact. */
	FACT_SNMP_MESSAGE, /* number: version field (0: v1, 1: v2c, 3), code: PDU 0 get .. 2 response .. 8 report, or 255: encrypted */
	FACT_SNMP_ENGINE, /* text: authoritative engine identifier, raw; number: enterprise; mac where it holds one */
	FACT_SNMP_DESCRIPTION, /* text: sysDescr.0 in a response or v2 trap, as the next two */
	FACT_SNMP_OBJECT_ID, /* text: sysObjectID.0, numbers and dots */
	FACT_SNMP_NAME, /* text: sysName.0 */

	/* CoAP (RFC 7252, 6690) */
	FACT_COAP_MESSAGE, /* number: code byte (1 GET, 0x45 2.05 ...), code: type 0 to 3; id: message ID */
	FACT_COAP_HOST, /* text: Uri-Host */
	FACT_COAP_PATH, /* text: Uri-Path options, each with a slash before it */
	FACT_COAP_RESOURCE, /* name: target, text: attributes; one link of a link-format payload (what /.well-known/core answers) */

	/* Ubiquiti discovery, UDP 10001 */
	FACT_UBNT_MESSAGE, /* number: version 1 or 2, code: command */
	FACT_UBNT_MAC, /* mac */
	FACT_UBNT_ADDRESS, /* mac, addr: one interface */
	FACT_UBNT_FIRMWARE, /* text; number: 3 for the whole build's name, 22 for the version alone */
	FACT_UBNT_HOST_NAME, /* text */
	FACT_UBNT_PRODUCT, /* text: short name, such as UGW3 */
	FACT_UBNT_MODEL, /* text: number 20 its long name, 21 its short name */

	/* Makers' own protocols, more of it: SADP */
	FACT_OWN_ACTIVATED, /* text: true, or false: nobody has set a first password yet; number and mac as above */

	FACT_COUNT
};

enum own_protocol { OWN_DVRIP, OWN_DAHUA, OWN_TUYA, OWN_TPLINK, OWN_BAICHUAN, OWN_MIIO, OWN_SADP, OWN_COUNT };

/*
 * Of DVRIP and the older Dahua login, "password" is eight letters that are made of it without a salt (detect/sofia.h). Of Baichuan, and of
 * Dahua where it is empty, the password was not seen: a proof with a random number stood in its place.
 */
enum login_service {
	LOGIN_TELNET,
	LOGIN_FTP,
	LOGIN_HTTP,
	LOGIN_MQTT,
	LOGIN_RTSP,
	LOGIN_DVRIP,
	LOGIN_DAHUA,
	LOGIN_BAICHUAN,
	LOGIN_SERVICE_COUNT
};
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
