/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes to any datagram dissector: the first byte picks it, the rest is the message. Each fact's slices are read
 * to their ends, and the promises of the door and of fact.h that hold for every message are checked.
 */
#include <stdint.h>
#include <stdlib.h>

#include "dissect/dissect.h"

typedef enum fw_read dissector(const uint8_t *bytes, size_t len, const struct fact_sink *sink);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct seen {
	size_t facts;
	uint32_t sum;
};

static void require(bool truth)
{
	if (!truth)
		abort();
}

static uint32_t sum_of(struct slice slice)
{
	uint32_t sum = 0;

	require(slice.len <= UINT16_MAX);
	for (size_t i = 0; i < slice.len; i++)
		sum = sum * 31 + slice.bytes[i];
	return sum;
}

static void take(void *context, const struct fact *fact)
{
	struct seen *seen = context;

	require((unsigned)fact->kind < FACT_COUNT);
	require(fact->name.len <= 510);
	seen->facts++;
	seen->sum = seen->sum * 31 + sum_of(fact->name) + sum_of(fact->text) + sum_of(fact->alias) + fact->number + fact->code + fact->ttl;
}

/* What the door does not want, no dissector takes. */
static enum fw_read by_ports(uint16_t src_port, uint16_t dst_port, struct slice payload, const struct fact_sink *sink)
{
	enum fw_read result = dissect_datagram(src_port, dst_port, payload.bytes, payload.len, sink);

	require(result == FW_READ_OTHER || dissect_wants_datagram(src_port, dst_port));
	return result;
}

static enum fw_read by_port(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	static const uint16_t ports[] = {53, 67, 68, 1900, 5353, 37810, 40000, 3702};

	if (!len)
		return FW_READ_SHORT;
	return dissect_datagram(ports[bytes[0] & 7], ports[bytes[0] >> 3 & 7], bytes + 1, len - 1, sink);
}

static enum fw_read by_maker_port(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	static const uint16_t ports[] = {6666, 6667, 9999, 20002, 34569, 54321, 40000, 37020};

	if (!len)
		return FW_READ_SHORT;
	return dissect_datagram(ports[bytes[0] & 7], ports[bytes[0] >> 3 & 7], bytes + 1, len - 1, sink);
}

static enum fw_read by_device_port(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	static const uint16_t ports[] = {123, 161, 162, 546, 547, 5683, 10001, 40000};

	if (!len)
		return FW_READ_SHORT;
	return by_ports(ports[bytes[0] & 7], ports[bytes[0] >> 3 & 7], (struct slice){bytes + 1, len - 1}, sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static dissector *const dissectors[] = {
		dissect_arp,
		dissect_nd,
		dissect_dhcp,
		dissect_dns,
		dissect_mdns,
		dissect_ssdp,
		dissect_dhip,
		by_port,
		dissect_dhcp6,
		dissect_lldp,
		dissect_ntp,
		dissect_snmp,
		dissect_coap,
		dissect_ubnt,
		by_device_port,
	};
	static dissector *const makers[] = {
		dissect_dvrip, dissect_tuya, dissect_tplink, dissect_tapo, dissect_miio, by_maker_port, dissect_sadp};
	struct seen first = {0}, second = {0};
	struct fact_sink sink = {.take = take, .context = &first};
	dissector *dissect;
	enum fw_read result;

	if (!len)
		return 0;
	dissect = bytes[0] & 0x80 ? makers[(bytes[0] & 0x7f) % (sizeof(makers) / sizeof(makers[0]))]
				  : dissectors[bytes[0] % (sizeof(dissectors) / sizeof(dissectors[0]))];
	result = dissect(bytes + 1, len - 1, &sink);
	require(result == FW_READ_OK || result == FW_READ_SHORT || result == FW_READ_OTHER || result == FW_READ_BAD);
	require(first.facts <= len);
	require(result != FW_READ_OTHER || !first.facts);
	sink.context = &second;
	require(dissect(bytes + 1, len - 1, &sink) == result);
	require(first.facts == second.facts && first.sum == second.sum);
	return 0;
}
