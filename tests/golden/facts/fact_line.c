/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fact_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
	HAS_MAC = 1,
	HAS_ADDR = 2,
	HAS_NUMBER = 4,
	HAS_CODE = 8,
	HAS_TTL = 16,
	HAS_ID = 32,
	HAS_NAME = 64,
	HAS_TEXT = 128,
	HAS_ALIAS = 256,
};

static const struct shape {
	const char *name;
	unsigned members;
} fact_shapes[FACT_COUNT] = {
	[FACT_ARP_SENDER] = {"arp_sender", HAS_MAC | HAS_ADDR | HAS_NUMBER},
	[FACT_ARP_TARGET] = {"arp_target", HAS_ADDR | HAS_NUMBER},
	[FACT_ND_NEIGHBOUR] = {"nd_neighbour", HAS_MAC | HAS_ADDR},
	[FACT_ND_SOLICIT] = {"nd_solicit", HAS_MAC | HAS_ADDR},
	[FACT_ND_ROUTER] = {"nd_router", HAS_MAC},
	[FACT_ND_PREFIX] = {"nd_prefix", HAS_ADDR | HAS_NUMBER},
	[FACT_DHCP_MESSAGE] = {"dhcp_message", HAS_MAC | HAS_ADDR | HAS_NUMBER},
	[FACT_DHCP_HOST_NAME] = {"dhcp_host_name", HAS_MAC | HAS_TEXT},
	[FACT_DHCP_PARAMETERS] = {"dhcp_parameters", HAS_MAC | HAS_TEXT},
	[FACT_DHCP_VENDOR_CLASS] = {"dhcp_vendor_class", HAS_MAC | HAS_TEXT},
	[FACT_DHCP_CLIENT_ID] = {"dhcp_client_id", HAS_MAC | HAS_TEXT},
	[FACT_DHCP_REQUESTED] = {"dhcp_requested", HAS_MAC | HAS_ADDR},
	[FACT_DHCP_SERVER] = {"dhcp_server", HAS_MAC | HAS_ADDR},
	[FACT_DHCP_ROUTER] = {"dhcp_router", HAS_MAC | HAS_ADDR},
	[FACT_DHCP_RESOLVER] = {"dhcp_resolver", HAS_MAC | HAS_ADDR},
	[FACT_DHCP_LEASE] = {"dhcp_lease", HAS_MAC | HAS_NUMBER},
	[FACT_DHCP_DOMAIN] = {"dhcp_domain", HAS_MAC | HAS_TEXT},
	[FACT_DHCP_FQDN] = {"dhcp_fqdn", HAS_MAC | HAS_TEXT},
	[FACT_DHCP_MUD_URL] = {"dhcp_mud_url", HAS_MAC | HAS_TEXT},
	[FACT_DNS_QUESTION] = {"dns_question", HAS_NUMBER | HAS_ID | HAS_NAME},
	[FACT_DNS_RESPONSE] = {"dns_response", HAS_NUMBER | HAS_CODE | HAS_ID | HAS_NAME},
	[FACT_DNS_ADDRESS] = {"dns_address", HAS_ADDR | HAS_TTL | HAS_NAME | HAS_ALIAS},
	[FACT_MDNS_ADDRESS] = {"mdns_address", HAS_ADDR | HAS_TTL | HAS_NAME},
	[FACT_MDNS_SERVICE] = {"mdns_service", HAS_TTL | HAS_NAME | HAS_TEXT},
	[FACT_MDNS_HOST] = {"mdns_host", HAS_NUMBER | HAS_TTL | HAS_NAME | HAS_TEXT},
	[FACT_MDNS_TEXT] = {"mdns_text", HAS_TTL | HAS_NAME | HAS_TEXT},
	[FACT_SSDP_METHOD] = {"ssdp_method", HAS_TEXT},
	[FACT_SSDP_TARGET] = {"ssdp_target", HAS_TEXT},
	[FACT_SSDP_USN] = {"ssdp_usn", HAS_TEXT},
	[FACT_SSDP_SERVER] = {"ssdp_server", HAS_TEXT},
	[FACT_SSDP_LOCATION] = {"ssdp_location", HAS_TEXT},
	[FACT_SSDP_AGENT] = {"ssdp_agent", HAS_TEXT},
	[FACT_HTTP_REQUEST] = {"http_request", HAS_NAME | HAS_TEXT},
	[FACT_HTTP_HOST] = {"http_host", HAS_TEXT},
	[FACT_HTTP_AGENT] = {"http_agent", HAS_TEXT},
	[FACT_HTTP_RESPONSE] = {"http_response", HAS_NUMBER},
	[FACT_HTTP_SERVER] = {"http_server", HAS_TEXT},
	[FACT_HTTP_REALM] = {"http_realm", HAS_TEXT},
	[FACT_LOGIN_TRY] = {"login_try", HAS_NUMBER | HAS_NAME},
	[FACT_LOGIN_RESULT] = {"login_result", HAS_NUMBER | HAS_CODE},
	[FACT_TELNET_BANNER] = {"telnet_banner", HAS_TEXT},
	[FACT_TELNET_OPTION] = {"telnet_option", HAS_NUMBER | HAS_CODE},
	[FACT_FTP_BANNER] = {"ftp_banner", HAS_TEXT},
	[FACT_FTP_COMMAND] = {"ftp_command", HAS_TEXT},
	[FACT_FTP_REPLY] = {"ftp_reply", HAS_NUMBER},
	[FACT_MQTT_CONNECT] = {"mqtt_connect", HAS_NUMBER | HAS_TEXT},
	[FACT_MQTT_CONNACK] = {"mqtt_connack", HAS_NUMBER},
	[FACT_TLS_CLIENT_HELLO] = {"tls_client_hello", HAS_NUMBER},
	[FACT_TLS_SERVER_NAME] = {"tls_server_name", HAS_TEXT},
	[FACT_DHIP_METHOD] = {"dhip_method", HAS_TEXT},
	[FACT_DHIP_VENDOR] = {"dhip_vendor", HAS_TEXT},
	[FACT_DHIP_CLASS] = {"dhip_class", HAS_TEXT},
	[FACT_DHIP_TYPE] = {"dhip_type", HAS_TEXT},
	[FACT_DHIP_VERSION] = {"dhip_version", HAS_TEXT},
	[FACT_DHIP_MAC] = {"dhip_mac", HAS_MAC},
	[FACT_DHIP_ADDRESS] = {"dhip_address", HAS_ADDR},
	[FACT_TLS_JA4] = {"tls_ja4", HAS_TEXT},
	[FACT_TLS_SERVER_HELLO] = {"tls_server_hello", HAS_NUMBER | HAS_CODE},
	[FACT_TLS_CERTIFICATE_ISSUER] = {"tls_certificate_issuer", HAS_TEXT},
	[FACT_TLS_CERTIFICATE_SUBJECT] = {"tls_certificate_subject", HAS_TEXT},
	[FACT_TLS_CERTIFICATE_ORGANISATION] = {"tls_certificate_organisation", HAS_TEXT},
	[FACT_TLS_CERTIFICATE_NAME] = {"tls_certificate_name", HAS_TEXT},
	[FACT_SSH_SERVER] = {"ssh_server", HAS_TEXT},
	[FACT_SSH_CLIENT] = {"ssh_client", HAS_TEXT},
	[FACT_ADB_DEVICE] = {"adb_device", HAS_TEXT},
	[FACT_ADB_SERVICE] = {"adb_service", HAS_TEXT},
	[FACT_OWN_PROTOCOL] = {"own_protocol", HAS_NUMBER | HAS_CODE},
	[FACT_OWN_KIND] = {"own_kind", HAS_NUMBER | HAS_TEXT},
	[FACT_OWN_MODEL] = {"own_model", HAS_NUMBER | HAS_TEXT},
	[FACT_OWN_FIRMWARE] = {"own_firmware", HAS_NUMBER | HAS_TEXT},
	[FACT_OWN_NAME] = {"own_name", HAS_NUMBER | HAS_TEXT},
	[FACT_OWN_SERIAL] = {"own_serial", HAS_NUMBER | HAS_TEXT},
	[FACT_OWN_HARDWARE] = {"own_hardware", HAS_NUMBER | HAS_TEXT},
	[FACT_OWN_BRAND] = {"own_brand", HAS_NUMBER | HAS_TEXT},
	[FACT_OWN_MAC] = {"own_mac", HAS_NUMBER | HAS_MAC},
	[FACT_HTTP_TITLE] = {"http_title", HAS_NUMBER | HAS_TEXT},
	[FACT_UPNP_TYPE] = {"upnp_type", HAS_TEXT},
	[FACT_UPNP_NAME] = {"upnp_name", HAS_TEXT},
	[FACT_UPNP_MAKER] = {"upnp_maker", HAS_TEXT},
	[FACT_UPNP_DESCRIPTION] = {"upnp_description", HAS_TEXT},
	[FACT_UPNP_MODEL] = {"upnp_model", HAS_TEXT},
	[FACT_UPNP_MODEL_NUMBER] = {"upnp_model_number", HAS_TEXT},
	[FACT_UPNP_SERIAL] = {"upnp_serial", HAS_TEXT},
	[FACT_UPNP_UDN] = {"upnp_udn", HAS_TEXT},
	[FACT_UPNP_FIRMWARE] = {"upnp_firmware", HAS_TEXT},
	[FACT_UPNP_PORT_MAPPING] = {"upnp_port_mapping", HAS_ADDR | HAS_NUMBER | HAS_CODE | HAS_NAME | HAS_TEXT},
	[FACT_UPNP_PORT_MAPPED] = {"upnp_port_mapped", HAS_NUMBER | HAS_CODE},
	[FACT_WSD_MESSAGE] = {"wsd_message", HAS_NUMBER | HAS_TEXT},
	[FACT_WSD_ENDPOINT] = {"wsd_endpoint", HAS_NUMBER | HAS_TEXT},
	[FACT_WSD_TYPE] = {"wsd_type", HAS_NUMBER | HAS_TEXT},
	[FACT_WSD_SCOPE] = {"wsd_scope", HAS_NUMBER | HAS_TEXT},
	[FACT_WSD_XADDR] = {"wsd_xaddr", HAS_NUMBER | HAS_TEXT},
	[FACT_ONVIF_MAKER] = {"onvif_maker", HAS_TEXT},
	[FACT_ONVIF_MODEL] = {"onvif_model", HAS_TEXT},
	[FACT_ONVIF_FIRMWARE] = {"onvif_firmware", HAS_TEXT},
	[FACT_ONVIF_SERIAL] = {"onvif_serial", HAS_TEXT},
	[FACT_ONVIF_HARDWARE] = {"onvif_hardware", HAS_TEXT},
	[FACT_HNAP_NAME] = {"hnap_name", HAS_TEXT},
	[FACT_HNAP_MAKER] = {"hnap_maker", HAS_TEXT},
	[FACT_HNAP_DESCRIPTION] = {"hnap_description", HAS_TEXT},
	[FACT_HNAP_MODEL] = {"hnap_model", HAS_TEXT},
	[FACT_HNAP_FIRMWARE] = {"hnap_firmware", HAS_TEXT},
	[FACT_HNAP_HARDWARE] = {"hnap_hardware", HAS_TEXT},
	[FACT_CWMP_MAKER] = {"cwmp_maker", HAS_TEXT},
	[FACT_CWMP_OUI] = {"cwmp_oui", HAS_TEXT},
	[FACT_CWMP_CLASS] = {"cwmp_class", HAS_TEXT},
	[FACT_CWMP_SERIAL] = {"cwmp_serial", HAS_TEXT},
	[FACT_CWMP_EVENT] = {"cwmp_event", HAS_TEXT},
	[FACT_CWMP_MODEL] = {"cwmp_model", HAS_TEXT},
	[FACT_CWMP_SOFTWARE] = {"cwmp_software", HAS_TEXT},
	[FACT_CWMP_HARDWARE] = {"cwmp_hardware", HAS_TEXT},
	[FACT_RTSP_REQUEST] = {"rtsp_request", HAS_NAME | HAS_TEXT},
	[FACT_RTSP_AGENT] = {"rtsp_agent", HAS_TEXT},
	[FACT_RTSP_RESPONSE] = {"rtsp_response", HAS_NUMBER},
	[FACT_RTSP_SERVER] = {"rtsp_server", HAS_TEXT},
	[FACT_RTSP_REALM] = {"rtsp_realm", HAS_TEXT},
	[FACT_DHCP6_MESSAGE] = {"dhcp6_message", HAS_MAC | HAS_NUMBER},
	[FACT_DHCP6_CLIENT_ID] = {"dhcp6_client_id", HAS_MAC | HAS_TEXT},
	[FACT_DHCP6_SERVER_ID] = {"dhcp6_server_id", HAS_MAC | HAS_TEXT},
	[FACT_DHCP6_ADDRESS] = {"dhcp6_address", HAS_MAC | HAS_ADDR | HAS_NUMBER | HAS_TTL},
	[FACT_DHCP6_PREFIX] = {"dhcp6_prefix", HAS_MAC | HAS_ADDR | HAS_NUMBER | HAS_CODE | HAS_TTL},
	[FACT_DHCP6_PARAMETERS] = {"dhcp6_parameters", HAS_MAC | HAS_TEXT},
	[FACT_DHCP6_VENDOR_CLASS] = {"dhcp6_vendor_class", HAS_MAC | HAS_NUMBER | HAS_TEXT},
	[FACT_DHCP6_RESOLVER] = {"dhcp6_resolver", HAS_MAC | HAS_ADDR},
	[FACT_DHCP6_FQDN] = {"dhcp6_fqdn", HAS_MAC | HAS_TEXT},
	[FACT_DHCP6_MUD_URL] = {"dhcp6_mud_url", HAS_MAC | HAS_TEXT},
	[FACT_LLDP_CHASSIS] = {"lldp_chassis", HAS_MAC | HAS_ADDR | HAS_NUMBER | HAS_TEXT},
	[FACT_LLDP_PORT] = {"lldp_port", HAS_MAC | HAS_ADDR | HAS_NUMBER | HAS_TEXT},
	[FACT_LLDP_NAME] = {"lldp_name", HAS_TEXT},
	[FACT_LLDP_DESCRIPTION] = {"lldp_description", HAS_TEXT},
	[FACT_LLDP_CAPABILITIES] = {"lldp_capabilities", HAS_NUMBER | HAS_CODE},
	[FACT_LLDP_ADDRESS] = {"lldp_address", HAS_ADDR},
	[FACT_LLDP_INVENTORY] = {"lldp_inventory", HAS_NUMBER | HAS_TEXT},
	[FACT_LLDP_MUD_URL] = {"lldp_mud_url", HAS_TEXT},
	[FACT_NTP_TIME] = {"ntp_time", HAS_NUMBER | HAS_CODE | HAS_ID | HAS_TEXT},
	[FACT_NTP_CONTROL] = {"ntp_control", HAS_NUMBER | HAS_CODE | HAS_ID},
	[FACT_NTP_VARIABLE] = {"ntp_variable", HAS_ID | HAS_NAME | HAS_TEXT},
	[FACT_NTP_PRIVATE] = {"ntp_private", HAS_NUMBER | HAS_CODE | HAS_ID},
	[FACT_SNMP_MESSAGE] = {"snmp_message", HAS_NUMBER | HAS_CODE},
	[FACT_SNMP_ENGINE] = {"snmp_engine", HAS_MAC | HAS_NUMBER | HAS_TEXT},
	[FACT_SNMP_DESCRIPTION] = {"snmp_description", HAS_TEXT},
	[FACT_SNMP_OBJECT_ID] = {"snmp_object_id", HAS_TEXT},
	[FACT_SNMP_NAME] = {"snmp_name", HAS_TEXT},
	[FACT_COAP_MESSAGE] = {"coap_message", HAS_NUMBER | HAS_CODE | HAS_ID},
	[FACT_COAP_HOST] = {"coap_host", HAS_TEXT},
	[FACT_COAP_PATH] = {"coap_path", HAS_TEXT},
	[FACT_COAP_RESOURCE] = {"coap_resource", HAS_NAME | HAS_TEXT},
	[FACT_UBNT_MESSAGE] = {"ubnt_message", HAS_NUMBER | HAS_CODE},
	[FACT_UBNT_MAC] = {"ubnt_mac", HAS_MAC},
	[FACT_UBNT_ADDRESS] = {"ubnt_address", HAS_MAC | HAS_ADDR},
	[FACT_UBNT_FIRMWARE] = {"ubnt_firmware", HAS_NUMBER | HAS_TEXT},
	[FACT_UBNT_HOST_NAME] = {"ubnt_host_name", HAS_TEXT},
	[FACT_UBNT_PRODUCT] = {"ubnt_product", HAS_TEXT},
	[FACT_UBNT_MODEL] = {"ubnt_model", HAS_NUMBER | HAS_TEXT},
	[FACT_OWN_ACTIVATED] = {"own_activated", HAS_NUMBER | HAS_TEXT},
};

struct line {
	char *out;
	size_t size, used;
	char separator; /* before the next member */
};

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct line *line, const char *format, ...)
{
	va_list args;
	int written;

	va_start(args, format);
	written = vsnprintf(line->out + line->used, line->size - line->used, format, args);
	va_end(args);
	line->used += (size_t)written < line->size - line->used ? (size_t)written : line->size - line->used - 1;
}

static void put_member(struct line *line, const char *text)
{
	put(line, "%c%s", line->separator, text);
	line->separator = '|';
}

static void put_number(struct line *line, uint32_t number)
{
	put(line, "%c%u", line->separator, number);
	line->separator = '|';
}

static void put_slice(struct line *line, struct slice slice)
{
	put_member(line, "");
	for (size_t i = 0; i < slice.len; i++) {
		uint8_t c = slice.bytes[i];
		bool plain = c > ' ' && c < 0x7f && c != '%' && c != '|';
		put(line, plain ? "%c" : "%%%02X", c);
	}
}

size_t fact_line(char *out, size_t out_size, const struct fact *fact)
{
	struct line line = {.out = out, .size = out_size, .separator = '\t'};
	unsigned members = fact_shapes[fact->kind].members;
	char address[TEXT_ADDRESS_MAX], mac[TEXT_MAC_MAX];

	put(&line, "%s", fact_shapes[fact->kind].name);
	if (members & HAS_MAC)
		put_member(&line, text_mac(mac, fact->mac));
	if (members & HAS_ADDR)
		put_member(&line, text_address(address, fact->addr));
	if (members & HAS_NUMBER)
		put_number(&line, fact->number);
	if (members & HAS_CODE)
		put_number(&line, fact->code);
	if (members & HAS_TTL)
		put_number(&line, fact->ttl);
	if (members & HAS_ID)
		put_number(&line, fact->id);
	if (members & HAS_NAME)
		put_slice(&line, fact->name);
	if (members & HAS_TEXT)
		put_slice(&line, fact->text);
	if (members & HAS_ALIAS)
		put_slice(&line, fact->alias);
	return line.used;
}
