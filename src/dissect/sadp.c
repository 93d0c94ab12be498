/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hikvision's Search Active Devices Protocol, UDP 37020, mostly to the group 239.255.255.250. There is no published text; read off
 * answers that are quoted in the open. A message is one XML document without namespaces:
 *
 *   <Probe>       <Uuid/><Types>inquiry</Types>: a tool, or a recorder, asks; with other Types it changes a device and holds a password
 *   <ProbeMatch>  a device answers
 *   <Hello>       a device is there
 *
 *     <DeviceDescription>DS-2CD2032-I</..>  model; on some "IPCamera" alone     <MAC>44-19-b6-00-00-01</..>
 *     <DeviceSN>DS-2CD2032-I20140101...</..>  model, date and serial number     <Activated>false</..>  no password was ever set
 *     <SoftwareVersion>V5.4.5build 170124</..>                                  <OEMInfo>N/A</..>  or under whose name it is sold
 *
 * Of a Probe nothing is read. The MAC says whom a message is about and stands behind most of what it says, so a message is read twice,
 * and each fact bears it. Elements within others are passed over; texts hold entities as they stand (xml.h).
 */
#include "dissect/dissect.h"

#include "dissect/give.h"
#include "dissect/json.h"
#include "dissect/xml.h"

enum { DEPTH_MAX = 16, DEPTH_OF_FACTS = 2 };

static const struct row {
	const char *name;
	enum fact_kind kind;
} ROWS[] = {
	{"DeviceDescription", FACT_OWN_MODEL},
	{"DeviceSN", FACT_OWN_SERIAL},
	{"MAC", FACT_OWN_MAC},
	{"SoftwareVersion", FACT_OWN_FIRMWARE},
	{"OEMInfo", FACT_OWN_BRAND},
	{"Activated", FACT_OWN_ACTIVATED},
};

static const char *const ROOTS[] = {"ProbeMatch", "Hello"};

struct reading {
	struct xml xml;
	const struct fact_sink *sink; /* NULL while only the MAC is looked for */
	const char *root;
	const struct row *row; /* the known element that is open */
	unsigned depth; /* elements open */
	bool whole, spoken, has_mac;
	uint8_t mac[6];
};

static enum xml_want take_open(void *context, struct slice name)
{
	struct reading *reading = context;

	if (reading->depth++ == 0) {
		for (size_t i = 0; i < sizeof(ROOTS) / sizeof(ROOTS[0]); i++)
			if (json_is(name, ROOTS[i]))
				reading->root = ROOTS[i];
		if (!reading->root)
			xml_stop(&reading->xml);
		return XML_NOTHING;
	}
	if (reading->depth > DEPTH_MAX)
		xml_stop(&reading->xml);
	if (reading->depth != DEPTH_OF_FACTS)
		return XML_NOTHING;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
		if (json_is(name, ROWS[i].name))
			reading->row = &ROWS[i];
	return reading->row ? XML_WHOLE : XML_NOTHING;
}

/* All models hold a number; "IPCamera" says what it is. */
static bool is_model(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.bytes[i] >= '0' && text.bytes[i] <= '9')
			return true;
	return false;
}

/* False if the text has not the form that it has to have. */
static bool fact_read(enum fact_kind kind, struct slice text, struct fact *out_fact)
{
	*out_fact = (struct fact){.kind = kind, .number = OWN_SADP};
	if (kind == FACT_OWN_MAC)
		return json_mac(text, out_fact->mac);
	out_fact->text = text;
	if (kind == FACT_OWN_MODEL && !is_model(text))
		out_fact->kind = FACT_OWN_KIND;
	return kind != FACT_OWN_ACTIVATED || json_is(text, "true") || json_is(text, "false");
}

static void say(struct reading *reading, struct fact *fact)
{
	memcpy(fact->mac, reading->mac, 6);
	give(reading->sink, fact);
}

static void take_text(void *context, struct slice text)
{
	struct reading *reading = context;
	struct fact fact;

	if (!fact_read(reading->row->kind, text, &fact))
		return;
	if (!reading->sink) {
		if (fact.kind == FACT_OWN_MAC && !reading->has_mac)
			memcpy(reading->mac, fact.mac, 6);
		reading->has_mac |= fact.kind == FACT_OWN_MAC;
		return;
	}
	if (!reading->spoken)
		say(reading, &(struct fact){.kind = FACT_OWN_PROTOCOL, .number = OWN_SADP});
	reading->spoken = true;
	say(reading, &fact);
}

/* What closes bears the name that opened, where it is known. */
static void take_close(void *context, struct slice name)
{
	struct reading *reading = context;
	unsigned depth = reading->depth;

	if (!depth || (depth == 1 && !json_is(name, reading->root)) ||
		(depth == DEPTH_OF_FACTS && reading->row && !json_is(name, reading->row->name))) {
		xml_stop(&reading->xml);
		return;
	}
	if (depth == DEPTH_OF_FACTS)
		reading->row = NULL;
	reading->depth--;
	reading->whole = depth == 1;
	if (reading->whole)
		xml_stop(&reading->xml);
}

static void read_through(struct reading *reading, const uint8_t *bytes, size_t len)
{
	const struct xml_reader reader = {take_open, take_text, take_close, reading};

	xml_take(&reading->xml, &reader, bytes, len);
}

/* White space and a byte order mark may stand before the markup. */
static bool is_markup(const uint8_t *bytes, size_t len)
{
	static const uint8_t order_mark[] = {0xef, 0xbb, 0xbf};
	size_t at = len > sizeof(order_mark) && !memcmp(bytes, order_mark, sizeof(order_mark)) ? sizeof(order_mark) : 0;

	while (at < len && (bytes[at] == ' ' || (bytes[at] >= '\t' && bytes[at] <= '\r')))
		at++;
	return at < len && bytes[at] == '<';
}

enum fw_read dissect_sadp(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct reading reading = {0}, said = {.sink = sink};

	if (!is_markup(bytes, len))
		return FW_READ_OTHER;
	read_through(&reading, bytes, len);
	if (!reading.root)
		return FW_READ_OTHER;
	memcpy(said.mac, reading.mac, 6);
	read_through(&said, bytes, len);
	if (!said.spoken)
		return FW_READ_OTHER;
	return said.whole ? FW_READ_OK : xml_stopped(&said.xml) ? FW_READ_BAD : FW_READ_SHORT;
}
