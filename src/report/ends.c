/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/ends.h"

#include <netinet/in.h>
#include <string.h>

#include "report/names.h"
#include "report/view.h"
#include "wire/siphash.h"

static bool is_ipv4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(address, mapped, sizeof(mapped));
}

static const struct device *device_of(const struct report_view *view, const struct finding *finding)
{
	size_t index = view_find(view, finding->device);

	return index < view->device_count ? view->devices[index] : NULL;
}

static bool has_address(const struct device *device, const uint8_t *address)
{
	for (size_t i = 0; device && address && i < device->address_count; i++)
		if (!memcmp(device->addresses[i], address, 16))
			return true;
	return false;
}

/* The device sent it, from whichever of its addresses can reach the target. */
static void from_device(const struct device *device, struct ends *ends)
{
	if (!device || ends->src)
		return;
	for (size_t i = 0; i < device->address_count; i++) {
		if (ends->dest && is_ipv4(device->addresses[i]) != is_ipv4(ends->dest))
			continue;
		ends->src_guessed |= ends->src != NULL;
		ends->src = ends->src ? ends->src : device->addresses[i];
	}
}

static uint8_t icmp_of(const uint8_t *address)
{
	return address && !is_ipv4(address) ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
}

static uint8_t proto_of_vector(enum vector vector, const uint8_t *target)
{
	switch (vector) {
	case VECTOR_SYN:
	case VECTOR_ACK:
	case VECTOR_STOMP:
	case VECTOR_HTTP:
	case VECTOR_SYN_ACK_REFLECTION:
		return IPPROTO_TCP;
	case VECTOR_GRE_IP:
	case VECTOR_GRE_ETH:
		return IPPROTO_GRE;
	case VECTOR_ICMP:
		return icmp_of(target);
	case VECTOR_NONE:
	case VECTOR_FRAGMENT:
	case VECTOR_OTHER:
	case VECTOR_DNS_RANDOM_SUBDOMAIN: /* the questions may come over TCP too */
		return 0;
	default:
		return IPPROTO_UDP;
	}
}

static const char *app_of_vector(enum vector vector)
{
	switch (vector) {
	case VECTOR_HTTP:
		return "http";
	case VECTOR_DNS_RANDOM_SUBDOMAIN:
	case VECTOR_DNS_REFLECTION:
		return "dns";
	case VECTOR_SNMP_REFLECTION:
		return "snmp";
	case VECTOR_ISAKMP_REFLECTION:
		return "ike";
	case VECTOR_NTP_REFLECTION:
		return "ntp";
	case VECTOR_DHCP:
		return "dhcp";
	case VECTOR_BACNET_REFLECTION:
		return "bacnet";
	case VECTOR_SSDP_REFLECTION:
		return "ssdp";
	default:
		return NULL;
	}
}

static void of_flood(const struct finding *finding, const struct device *device, struct ends *ends)
{
	const struct evidence_flood *flood = &finding->flood;

	ends->dest = flood->target;
	ends->dest_bits = flood->target_bits;
	ends->dest_port = flood->port;
	ends->proto = proto_of_vector(flood->vector, flood->target);
	ends->app_proto = app_of_vector(flood->vector);
	if (finding->id == FINDING_FLOOD)
		from_device(device, ends);
}

static void of_scan(const struct finding *finding, const struct device *device, struct ends *ends)
{
	const struct evidence_scan *scan = &finding->scan;
	uint32_t how = scan->kinds & (SCAN_TCP | SCAN_UDP | SCAN_ICMP | SCAN_ARP | SCAN_ACK);

	ends->dest = scan->targets == 1 ? scan->target : NULL;
	ends->dest_port = scan->port_count == 1 && scan->port_shown ? scan->ports[0] : 0;
	if (how && !(how & ~(uint32_t)(SCAN_TCP | SCAN_ACK)))
		ends->proto = IPPROTO_TCP;
	else if (how == SCAN_UDP)
		ends->proto = IPPROTO_UDP;
	else if (how == SCAN_ICMP)
		ends->proto = icmp_of(scan->target);
	if (!scan->source_outside)
		from_device(device, ends);
}

static void of_login(const struct finding *finding, struct ends *ends)
{
	const struct evidence_login *login = &finding->login;

	ends->proto = IPPROTO_TCP;
	ends->dest_port = login->port;
	ends->app_proto = login->encrypted ? NULL : name_login_service(login->service);
}

static void of_service(const struct finding *finding, struct ends *ends)
{
	const struct name_port *known = name_port(finding->service.port);

	ends->proto = finding->service.proto;
	ends->dest_port = finding->service.port;
	ends->app_proto = known ? known->id : NULL;
}

static void of_beacon(const struct finding *finding, const struct device *device, struct ends *ends)
{
	ends->dest = finding->beacon.target;
	ends->dest_port = finding->beacon.port;
	ends->proto = finding->beacon.proto;
	from_device(device, ends);
}

static void of_evidence(const struct finding *finding, const struct device *device, struct ends *ends)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		of_login(finding, ends);
		break;
	case FINDING_OPEN_SERVICE:
		of_service(finding, ends);
		break;
	case FINDING_SCAN:
		of_scan(finding, device, ends);
		break;
	case FINDING_BEACON:
		of_beacon(finding, device, ends);
		break;
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		of_flood(finding, device, ends);
		break;
	case FINDING_FORGED_SOURCE:
		ends->src = finding->forged.source;
		ends->dest = finding->forged.target;
		ends->src_mac = finding->forged.mac;
		break;
	case FINDING_POLICY_VIOLATION:
		ends->dest = finding->violation.peer;
		ends->dest_port = finding->violation.port;
		ends->proto = finding->violation.proto;
		from_device(device, ends);
		break;
	case FINDING_ADVISORY:
		from_device(device, ends);
		break;
	default:
		break;
	}
}

void ends_find(const struct report_view *view, const struct finding *finding, struct ends *out_ends)
{
	const struct device *device = device_of(view, finding);

	*out_ends = (struct ends){
		.src = finding->has_source ? finding->source : NULL,
		.dest = finding->has_target ? finding->target : NULL,
		.dest_bits = 128,
		.src_port = finding->source_port,
	};
	of_evidence(finding, device, out_ends);
	if (!device || !device->mac_count)
		return;
	if (!out_ends->src_mac && has_address(device, out_ends->src))
		out_ends->src_mac = device->macs[0];
	else if (has_address(device, out_ends->dest) && out_ends->dest_bits == 128)
		out_ends->dest_mac = device->macs[0];
}

static bool is_one_conversation(const struct ends *ends)
{
	if (!ends->src || !ends->dest || ends->dest_bits != 128 || ends->src_guessed || !ends->proto)
		return false;
	if (ends->proto == IPPROTO_TCP || ends->proto == IPPROTO_UDP || ends->proto == IPPROTO_SCTP)
		return ends->src_port && ends->dest_port;
	return true;
}

bool ends_community(const struct ends *ends, char out[COMMUNITY_MAX])
{
	const struct community_tuple tuple = {ends->src, ends->dest, ends->src_port, ends->dest_port, ends->proto};

	return is_one_conversation(ends) && community_id(&tuple, out);
}

uint64_t ends_number(const struct ends *ends)
{
	static const uint8_t key[16] = "floodwall flow 1";
	uint8_t bytes[38] = {0};

	if (ends->src)
		memcpy(bytes, ends->src, 16);
	if (ends->dest)
		memcpy(bytes + 16, ends->dest, 16);
	bytes[32] = (uint8_t)(ends->src_port >> 8);
	bytes[33] = (uint8_t)ends->src_port;
	bytes[34] = (uint8_t)(ends->dest_port >> 8);
	bytes[35] = (uint8_t)ends->dest_port;
	bytes[36] = ends->proto;
	bytes[37] = (uint8_t)ends->dest_bits;
	return fw_siphash(key, bytes, sizeof(bytes)) >> 11;
}
