/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The elements we know are a tree in a table: a row names its parent. Reading a document is walking that tree: an element
 * that opens is a child of where we stand, or it and all within it is passed over, counted by depth alone. So the whole
 * state is one row and one count, whatever the document's depth; an embedded UPnP device (deviceList) is nobody's child here
 * and can not be taken for the root device.
 *
 * Namespaces are not looked at: the path tells (Envelope, Body, then a message that no other standard has). A closing tag
 * has to bear the name that opened, or the document is broken and read no further. A document whose first tag is none of
 * ours is a page, and only its title is read, unless its body begins first.
 *
 * Sources: UPnP Device Architecture 2.0 section 2.3; WANIPConnection:2 section 2.5; WS-Discovery 1.1 sections 4 to 6;
 * ONVIF Core, device management; TR-069 amendment 6, A.3.3.1; HTML, section 13.2 (raw text).
 */
#include "dissect/document.h"

#include <string.h>
#include <strings.h>

enum {
	XML_LEN_MAX = 262144, /* of one document; what stands after is not read */
	HTML_LEN_MAX = 65536, /* before a title has ended */
	OUTSIDE_MAX = 64, /* elements within each other that nobody knows: more is a bomb */
};

enum form { FORM_BLANK, FORM_UNKNOWN, FORM_XML, FORM_HTML };

/* What to do with an element. */
enum act {
	ACT_NOTHING,
	ACT_SAY, /* its text is the fact */
	ACT_MESSAGE, /* its name is the fact */
	ACT_MATCH, /* one WS-Discovery match */
	ACT_MAPPING,
	ACT_EXTERNAL_PORT,
	ACT_INTERNAL_PORT,
	ACT_CLIENT,
	ACT_PROTOCOL,
	ACT_TEXT,
	ACT_ERROR,
	ACT_PARAMETER,
	ACT_VALUE,
};

/* Who may send it. */
enum allowed { ANYBODY, CLIENT_ONLY, SERVER_ONLY };

/* Elements with others within; the rest stands behind them in the table. */
enum node {
	TOP,
	ROOT,
	DEVICE,
	ENVELOPE,
	BODY,
	ADD,
	ADD_ANY,
	FAULT,
	DETAIL,
	UPNP_ERROR,
	HELLO,
	HELLO_ENDPOINT,
	BYE,
	BYE_ENDPOINT,
	PROBE_MATCHES,
	PROBE_MATCH,
	PROBE_ENDPOINT,
	RESOLVE_MATCHES,
	RESOLVE_MATCH,
	RESOLVE_ENDPOINT,
	ONVIF,
	HNAP,
	INFORM,
	DEVICE_ID,
	EVENTS,
	EVENT,
	PARAMETERS,
	PARAMETER,
};

struct row {
	const char *name;
	uint8_t parent; /* enum node */
	uint8_t act;
	uint8_t want; /* enum xml_want */
	uint8_t allowed;
	enum fact_kind kind;
};

#define SAY(parent, name, kind) \
	{ \
		name, parent, ACT_SAY, XML_WHOLE, ANYBODY, kind \
	}
#define READ(parent, name, act) \
	{ \
		name, parent, act, XML_WHOLE, ANYBODY, 0 \
	}
#define WORDS(parent, name, kind) \
	{ \
		name, parent, ACT_SAY, XML_WORDS, ANYBODY, kind \
	}
#define MATCH(parent) \
	WORDS(parent, "Types", FACT_WSD_TYPE), WORDS(parent, "Scopes", FACT_WSD_SCOPE), WORDS(parent, "XAddrs", FACT_WSD_XADDR)
#define MAPPING(parent) \
	READ(parent, "NewExternalPort", ACT_EXTERNAL_PORT), READ(parent, "NewInternalPort", ACT_INTERNAL_PORT), \
		READ(parent, "NewInternalClient", ACT_CLIENT), READ(parent, "NewProtocol", ACT_PROTOCOL), \
		READ(parent, "NewPortMappingDescription", ACT_TEXT)

static const struct row ROWS[] = {
	[TOP] = {"", TOP, 0, 0, 0, 0},
	[ROOT] = {"root", TOP, 0, 0, SERVER_ONLY, 0},
	[DEVICE] = {"device", ROOT, 0, 0, 0, 0},
	[ENVELOPE] = {"Envelope", TOP, 0, 0, 0, 0},
	[BODY] = {"Body", ENVELOPE, 0, 0, 0, 0},
	[ADD] = {"AddPortMapping", BODY, ACT_MAPPING, 0, CLIENT_ONLY, 0},
	[ADD_ANY] = {"AddAnyPortMapping", BODY, ACT_MAPPING, 0, CLIENT_ONLY, 0},
	[FAULT] = {"Fault", BODY, 0, 0, SERVER_ONLY, 0},
	[DETAIL] = {"detail", FAULT, 0, 0, 0, 0},
	[UPNP_ERROR] = {"UPnPError", DETAIL, 0, 0, 0, 0},
	[HELLO] = {"Hello", BODY, ACT_MESSAGE, 0, 0, FACT_WSD_MESSAGE},
	[HELLO_ENDPOINT] = {"EndpointReference", HELLO, 0, 0, 0, 0},
	[BYE] = {"Bye", BODY, ACT_MESSAGE, 0, 0, FACT_WSD_MESSAGE},
	[BYE_ENDPOINT] = {"EndpointReference", BYE, 0, 0, 0, 0},
	[PROBE_MATCHES] = {"ProbeMatches", BODY, ACT_MESSAGE, 0, 0, FACT_WSD_MESSAGE},
	[PROBE_MATCH] = {"ProbeMatch", PROBE_MATCHES, ACT_MATCH, 0, 0, 0},
	[PROBE_ENDPOINT] = {"EndpointReference", PROBE_MATCH, 0, 0, 0, 0},
	[RESOLVE_MATCHES] = {"ResolveMatches", BODY, ACT_MESSAGE, 0, 0, FACT_WSD_MESSAGE},
	[RESOLVE_MATCH] = {"ResolveMatch", RESOLVE_MATCHES, ACT_MATCH, 0, 0, 0},
	[RESOLVE_ENDPOINT] = {"EndpointReference", RESOLVE_MATCH, 0, 0, 0, 0},
	[ONVIF] = {"GetDeviceInformationResponse", BODY, 0, 0, SERVER_ONLY, 0},
	[HNAP] = {"GetDeviceSettingsResponse", BODY, 0, 0, SERVER_ONLY, 0},
	[INFORM] = {"Inform", BODY, 0, 0, CLIENT_ONLY, 0},
	[DEVICE_ID] = {"DeviceId", INFORM, 0, 0, 0, 0},
	[EVENTS] = {"Event", INFORM, 0, 0, 0, 0},
	[EVENT] = {"EventStruct", EVENTS, 0, 0, 0, 0},
	[PARAMETERS] = {"ParameterList", INFORM, 0, 0, 0, 0},
	[PARAMETER] = {"ParameterValueStruct", PARAMETERS, 0, 0, 0, 0},

	SAY(DEVICE, "deviceType", FACT_UPNP_TYPE),
	SAY(DEVICE, "friendlyName", FACT_UPNP_NAME),
	SAY(DEVICE, "manufacturer", FACT_UPNP_MAKER),
	SAY(DEVICE, "modelDescription", FACT_UPNP_DESCRIPTION),
	SAY(DEVICE, "modelName", FACT_UPNP_MODEL),
	SAY(DEVICE, "modelNumber", FACT_UPNP_MODEL_NUMBER),
	SAY(DEVICE, "serialNumber", FACT_UPNP_SERIAL),
	SAY(DEVICE, "UDN", FACT_UPNP_UDN),
	SAY(DEVICE, "firmwareVersion", FACT_UPNP_FIRMWARE),

	MAPPING(ADD),
	MAPPING(ADD_ANY),
	READ(UPNP_ERROR, "errorCode", ACT_ERROR),

	{"Probe", BODY, ACT_MESSAGE, 0, 0, FACT_WSD_MESSAGE},
	{"Resolve", BODY, ACT_MESSAGE, 0, 0, FACT_WSD_MESSAGE},
	SAY(HELLO_ENDPOINT, "Address", FACT_WSD_ENDPOINT),
	SAY(BYE_ENDPOINT, "Address", FACT_WSD_ENDPOINT),
	SAY(PROBE_ENDPOINT, "Address", FACT_WSD_ENDPOINT),
	SAY(RESOLVE_ENDPOINT, "Address", FACT_WSD_ENDPOINT),
	MATCH(HELLO),
	MATCH(PROBE_MATCH),
	MATCH(RESOLVE_MATCH),

	SAY(ONVIF, "Manufacturer", FACT_ONVIF_MAKER),
	SAY(ONVIF, "Model", FACT_ONVIF_MODEL),
	SAY(ONVIF, "FirmwareVersion", FACT_ONVIF_FIRMWARE),
	SAY(ONVIF, "SerialNumber", FACT_ONVIF_SERIAL),
	SAY(ONVIF, "HardwareId", FACT_ONVIF_HARDWARE),

	SAY(HNAP, "DeviceName", FACT_HNAP_NAME),
	SAY(HNAP, "VendorName", FACT_HNAP_MAKER),
	SAY(HNAP, "ModelDescription", FACT_HNAP_DESCRIPTION),
	SAY(HNAP, "ModelName", FACT_HNAP_MODEL),
	SAY(HNAP, "FirmwareVersion", FACT_HNAP_FIRMWARE),
	SAY(HNAP, "HardwareVersion", FACT_HNAP_HARDWARE),

	SAY(DEVICE_ID, "Manufacturer", FACT_CWMP_MAKER),
	SAY(DEVICE_ID, "OUI", FACT_CWMP_OUI),
	SAY(DEVICE_ID, "ProductClass", FACT_CWMP_CLASS),
	SAY(DEVICE_ID, "SerialNumber", FACT_CWMP_SERIAL),
	SAY(EVENT, "EventCode", FACT_CWMP_EVENT),
	READ(PARAMETER, "Name", ACT_PARAMETER),
	READ(PARAMETER, "Value", ACT_VALUE),
};

enum { ROW_COUNT = sizeof(ROWS) / sizeof(ROWS[0]) };
_Static_assert(ROW_COUNT <= UINT8_MAX && FACT_COUNT <= UINT8_MAX, "a node is one byte, and so is a kind of fact");

/* One call of document_take. */
struct visit {
	struct document *document;
	const struct fact_sink *sink;
};

void document_begin(struct document *document, enum document_from from, uint32_t status)
{
	memset(document, 0, sizeof(*document));
	document->from = (uint8_t)from;
	document->status = status;
}

static bool slice_is(struct slice slice, const char *word)
{
	return slice.len == strlen(word) && memcmp(slice.bytes, word, slice.len) == 0;
}

static bool slice_like(struct slice slice, const char *word)
{
	return slice.len == strlen(word) && strncasecmp((const char *)slice.bytes, word, slice.len) == 0;
}

static bool slice_ends(struct slice slice, const char *tail)
{
	size_t len = strlen(tail);

	return slice.len >= len && memcmp(slice.bytes + slice.len - len, tail, len) == 0;
}

/* Decimal digits alone, up to 65535; else 0. */
static uint32_t number_of(struct slice text)
{
	uint32_t number = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.bytes[i] < '0' || text.bytes[i] > '9')
			return 0;
		number = number * 10 + (text.bytes[i] - '0');
		if (number > UINT16_MAX)
			return 0;
	}
	return number;
}

/* a.b.c.d; anything else, a host name too, leaves the address zero. */
static void address_of(struct slice text, uint8_t out_address[16])
{
	uint8_t parts[4];
	size_t count = 0;

	memset(out_address, 0, 16);
	while (count < 4) {
		const uint8_t *dot = text.len ? memchr(text.bytes, '.', text.len) : NULL;
		struct slice part = {text.bytes, dot ? (size_t)(dot - text.bytes) : text.len};
		uint32_t value = number_of(part);

		if (!part.len || part.len > 3 || value > UINT8_MAX || (!value && !slice_is(part, "0")) || (count < 3) != (dot != NULL))
			return;
		parts[count++] = (uint8_t)value;
		if (dot)
			text = (struct slice){dot + 1, text.len - part.len - 1};
	}
	memset(out_address + 10, 0xff, 2);
	memcpy(out_address + 12, parts, 4);
}

static uint8_t copy(uint8_t *out, size_t size, struct slice text)
{
	size_t len = text.len < size ? text.len : size;

	memcpy(out, text.bytes, len);
	return (uint8_t)len;
}

static void say(const struct visit *visit, enum fact_kind kind, struct slice text)
{
	struct fact fact = {.kind = kind, .text = text};

	if (visit->document->matches)
		fact.number = visit->document->matches - 1u;
	if (kind == FACT_HTTP_TITLE)
		fact.number = visit->document->status;
	visit->sink->take(visit->sink->context, &fact);
}

static void say_mapping(const struct visit *visit)
{
	struct mapping *mapping = &visit->document->mapping;
	struct fact fact = {
		.kind = FACT_UPNP_PORT_MAPPING,
		.number = mapping->external_port,
		.code = mapping->internal_port,
		.name = {mapping->protocol, mapping->protocol_len},
		.text = {mapping->text, mapping->text_len},
	};

	memcpy(fact.addr, mapping->client, 16);
	visit->document->mapping_said = true;
	visit->sink->take(visit->sink->context, &fact);
}

/* Of a device's parameters (InternetGatewayDevice.DeviceInfo. or Device.DeviceInfo.) those that say what it is. */
static enum fact_kind parameter_of(struct slice name)
{
	if (slice_ends(name, ".DeviceInfo.ModelName"))
		return FACT_CWMP_MODEL;
	if (slice_ends(name, ".DeviceInfo.SoftwareVersion"))
		return FACT_CWMP_SOFTWARE;
	return slice_ends(name, ".DeviceInfo.HardwareVersion") ? FACT_CWMP_HARDWARE : 0;
}

static void take_text(void *context, struct slice text)
{
	struct visit *visit = context;
	struct document *document = visit->document;
	struct mapping *mapping = &document->mapping;
	const struct row *row = &ROWS[document->node];

	if (document->form == FORM_HTML) {
		say(visit, FACT_HTTP_TITLE, text);
		return;
	}
	switch ((enum act)row->act) {
	case ACT_SAY:
		say(visit, row->kind, text);
		break;
	case ACT_EXTERNAL_PORT:
		mapping->external_port = number_of(text);
		break;
	case ACT_INTERNAL_PORT:
		mapping->internal_port = number_of(text);
		break;
	case ACT_CLIENT:
		address_of(text, mapping->client);
		break;
	case ACT_PROTOCOL:
		mapping->protocol_len = copy(mapping->protocol, MAPPING_PROTOCOL_MAX, text);
		break;
	case ACT_TEXT:
		mapping->text_len = copy(mapping->text, MAPPING_TEXT_MAX, text);
		break;
	case ACT_ERROR:
		document->error_said = true;
		document->error_code = number_of(text);
		break;
	case ACT_PARAMETER:
		document->parameter = (uint8_t)parameter_of(text);
		break;
	case ACT_VALUE:
		if (document->parameter)
			say(visit, document->parameter, text);
		break;
	case ACT_NOTHING:
	case ACT_MESSAGE:
	case ACT_MATCH:
	case ACT_MAPPING:
		break;
	}
}

static bool is_allowed(const struct document *document, const struct row *row)
{
	return row->allowed == ANYBODY || (row->allowed == CLIENT_ONLY && document->from == DOCUMENT_FROM_CLIENT) ||
		(row->allowed == SERVER_ONLY && document->from == DOCUMENT_FROM_SERVER);
}

/* TOP if it is none of ours. */
static uint8_t child_find(const struct document *document, struct slice name)
{
	for (uint8_t i = 1; i < ROW_COUNT; i++)
		if (ROWS[i].parent == document->node && slice_is(name, ROWS[i].name) && is_allowed(document, &ROWS[i]))
			return i;
	return TOP;
}

static enum xml_want open_html(struct document *document, struct slice name)
{
	if (slice_like(name, "title"))
		return XML_RAW;
	if (slice_like(name, "script") || slice_like(name, "style"))
		return XML_RAW_NOTHING;
	if (slice_like(name, "body") || slice_like(name, "frameset"))
		xml_stop(&document->xml);
	return XML_NOTHING;
}

/* What begins with none of our tags is a page, if a server sends it. */
static void decide(struct document *document, struct slice name)
{
	if (child_find(document, name) != TOP)
		document->form = FORM_XML;
	else if (document->from == DOCUMENT_FROM_SERVER)
		document->form = FORM_HTML;
	else
		xml_stop(&document->xml);
}

static void enter(struct visit *visit, uint8_t node)
{
	struct document *document = visit->document;

	document->node = node;
	switch ((enum act)ROWS[node].act) {
	case ACT_MESSAGE:
		say(visit, ROWS[node].kind, (struct slice){(const uint8_t *)ROWS[node].name, strlen(ROWS[node].name)});
		break;
	case ACT_MATCH:
		if (document->matches < UINT16_MAX)
			document->matches++;
		break;
	case ACT_MAPPING:
		document->mapping = (struct mapping){0};
		break;
	case ACT_PARAMETER:
		document->parameter = 0;
		break;
	default:
		break;
	}
}

static enum xml_want take_open(void *context, struct slice name)
{
	struct visit *visit = context;
	struct document *document = visit->document;
	uint8_t child;

	if (document->form == FORM_UNKNOWN)
		decide(document, name);
	if (xml_stopped(&document->xml))
		return XML_NOTHING;
	if (document->form == FORM_HTML)
		return open_html(document, name);
	child = document->outside ? TOP : child_find(document, name);
	if (child == TOP) {
		if (++document->outside > OUTSIDE_MAX)
			xml_stop(&document->xml);
		return XML_NOTHING;
	}
	enter(visit, child);
	return ROWS[child].want;
}

static void take_close(void *context, struct slice name)
{
	struct visit *visit = context;
	struct document *document = visit->document;
	const struct row *row = &ROWS[document->node];

	if (document->form == FORM_HTML) {
		if (slice_like(name, "title") || slice_like(name, "head"))
			xml_stop(&document->xml);
		return;
	}
	if (document->outside) {
		document->outside--;
		return;
	}
	if (document->node == TOP || !slice_is(name, row->name)) {
		xml_stop(&document->xml);
		return;
	}
	if (row->act == ACT_MAPPING)
		say_mapping(visit);
	document->node = row->parent;
	if (document->node == TOP) {
		document->whole = true;
		xml_stop(&document->xml);
	}
}

/* White space and a byte order mark may stand before the first tag; what begins otherwise is no markup. */
static size_t pass_blank(struct document *document, const uint8_t *bytes, size_t len)
{
	size_t at = 0;

	while (at < len &&
		(bytes[at] == ' ' || (bytes[at] >= '\t' && bytes[at] <= '\r') || bytes[at] == 0xef || bytes[at] == 0xbb ||
			bytes[at] == 0xbf))
		at++;
	if (at < len && bytes[at] != '<')
		xml_stop(&document->xml);
	else if (at < len)
		document->form = FORM_UNKNOWN;
	return at;
}

/* What is not decided within a page's length is no page. */
static size_t room(const struct document *document)
{
	uint32_t max = document->form == FORM_XML ? XML_LEN_MAX : HTML_LEN_MAX;

	return document->read_len < max ? max - document->read_len : 0;
}

bool document_take(struct document *document, const struct fact_sink *sink, const uint8_t *bytes, size_t len)
{
	struct visit visit = {document, sink};
	const struct xml_reader reader = {take_open, take_text, take_close, &visit};
	size_t piece;

	for (size_t at = 0; at < len && room(document) && !xml_stopped(&document->xml); at += piece) {
		piece = len - at < room(document) ? len - at : room(document);
		if (document->form == FORM_BLANK)
			piece = pass_blank(document, bytes + at, piece);
		else
			xml_take(&document->xml, &reader, bytes + at, piece);
		document->read_len += (uint32_t)piece;
	}
	return room(document) && !xml_stopped(&document->xml);
}
