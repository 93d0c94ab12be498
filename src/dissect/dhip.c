/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dahua's discovery protocol DHIP on UDP 37810, read off recorders' answers in captures: there is no published text.
 *
 *   0             4          8           16      20     24      28     32
 *   | 20 00 00 00 | D H I P  | (zero)    | len   | zero | len   | zero | JSON |
 *
 * len, twice and little endian, counts the JSON and the line feed or NUL behind it.
 *
 *   { "mac": "4c:11:...", "method": "client.notifyDevInfo", "params": { "deviceInfo": {
 *       "DeviceClass": "NVR", "DeviceType": "...", "IPv4Address": { "IPAddress": "..." }, "Vendor": "...", "Version": "..." } } }
 *
 * The same datagrams are what a reflection flood through open recorders is made of, so they come by the thousand,
 * cut by the capture or by fragmentation: what stands before the cut is given (json.h).
 */
#include "dissect/dissect.h"

#include <string.h>

#include "dissect/json.h"

enum { HEADER_LEN = 32, LENGTH_AT = 16 };

static const struct json_fact facts_of_dhip[] = {
	{"", "method", FACT_DHIP_METHOD, JSON_TEXT},
	{"", "mac", FACT_DHIP_MAC, JSON_MAC},
	{"deviceInfo", "DeviceClass", FACT_DHIP_CLASS, JSON_TEXT},
	{"deviceInfo", "DeviceType", FACT_DHIP_TYPE, JSON_TEXT},
	{"deviceInfo", "Vendor", FACT_DHIP_VENDOR, JSON_TEXT},
	{"deviceInfo", "Version", FACT_DHIP_VERSION, JSON_TEXT},
	{"IPv4Address", "IPAddress", FACT_DHIP_ADDRESS, JSON_IPV4},
};

enum fw_read dissect_dhip(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	static const uint8_t start[8] = {0x20, 0, 0, 0, 'D', 'H', 'I', 'P'};
	struct json_facts facts = {.table = facts_of_dhip, .count = sizeof(facts_of_dhip) / sizeof(facts_of_dhip[0]), .sink = sink};
	size_t body_len;

	if (!len)
		return FW_READ_OTHER;
	if (memcmp(bytes, start, len < sizeof(start) ? len : sizeof(start)))
		return FW_READ_OTHER;
	if (len < HEADER_LEN)
		return FW_READ_SHORT;
	body_len = fw_le32(bytes + LENGTH_AT);
	if (body_len > len - HEADER_LEN)
		body_len = len - HEADER_LEN;
	return json_read(bytes + HEADER_LEN, body_len, json_give, &facts);
}
