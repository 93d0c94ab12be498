/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recog asks each kind of banner by a name of its own ("matches"); which fact is which stands in BANNERS. Where recog wants a form that is not on the wire
 * (an SSH banner without "SSH-2.0-", a certificate's subject as "CN=x"), it is made here. What cannot be made from facts, which come one
 * line or one field at a time, is not: patterns over a whole telnet screen, over all of NTP's variables, over a whole subject.
 *
 * hw.maker and hw.brand are ours beside recog's: who made what is inside whatever stands on the box, and what stands there.
 *
 * What recog's parameters are worth, as strength for the weigher. The vendor of the hardware is what stands on the box (70), and who made what is inside
 * in most cases (60); a product (65) is more than a family (50). What is said of the system (os.*) is said of the device only if it says which
 * kind of device that is: "Linux" runs on anything. A version is the firmware's where system and device come from one vendor, for
 * otherwise it is that of a part. hw.certainty and os.certainty, where given, make all of it weaker.
 *
 * Two small tables hold what came of banners seen before, by hash: text to fingerprint, and which device has stated it. Another banner in the
 * same place pushes one out, and then the work is done again, with the same outcome.
 */
#include "inventory/recognise.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/ear.h"
#include "inventory/hear_web.h"
#include "inventory/kind.h"
#include "inventory/recog.h"
#include "wire/siphash.h"

enum { FOUND_COUNT = 2048, STATED_COUNT = 4096, MADE_MAX = 512 };

/* Percent. */
enum {
	SURE_BOX = 70,
	SURE_INSIDE = 60,
	SURE_MODEL = 65,
	SURE_FAMILY = 50,
	SURE_DEVICE = 70,
	SURE_SYSTEM_DEVICE = 60,
	SURE_SYSTEM_VENDOR = 55,
	SURE_FIRMWARE = 60,
};

struct banner {
	enum fact_kind fact;
	const char *matches, *source;
	enum clue_class class;
	const char *head; /* taken off the text, or put before it: see form */
	enum { AS_IT_IS, WITHOUT_PROTOCOL, WITH_HEAD, OF_SERVICE } form;
};

static const struct banner BANNERS[] = {
	{FACT_HTTP_SERVER, "http_header.server", "http server", CLUE_HTTP, NULL, AS_IT_IS},
	{FACT_HTTP_REALM, "http_header.wwwauth", "http realm", CLUE_HTTP, NULL, AS_IT_IS},
	{FACT_HTTP_TITLE, "html_title", "http title", CLUE_HTTP, NULL, AS_IT_IS},
	{FACT_RTSP_SERVER, "rtsp_header.server", "rtsp server", CLUE_BANNER, NULL, AS_IT_IS},
	{FACT_RTSP_REALM, "rtsp_header.wwwauth", "rtsp realm", CLUE_BANNER, NULL, AS_IT_IS},
	{FACT_SSH_SERVER, "ssh.banner", "ssh banner", CLUE_BANNER, NULL, WITHOUT_PROTOCOL},
	{FACT_TELNET_BANNER, "telnet_banners", "telnet banner", CLUE_BANNER, NULL, AS_IT_IS},
	{FACT_FTP_BANNER, "ftp.banner", "ftp banner", CLUE_BANNER, NULL, AS_IT_IS},
	{FACT_SNMP_DESCRIPTION, "snmp.sys_description", "snmp description", CLUE_BANNER, NULL, AS_IT_IS},
	{FACT_SNMP_OBJECT_ID, "snmp.sys_object_id", "snmp object", CLUE_BANNER, NULL, AS_IT_IS},
	{FACT_LLDP_DESCRIPTION, "snmp.sys_description", "lldp description", CLUE_DHIP, NULL, AS_IT_IS},
	{FACT_DHCP_VENDOR_CLASS, "dhcp_vendor_class", "dhcp 60", CLUE_DHCP, NULL, AS_IT_IS},
	{FACT_SSDP_SERVER, "ssdp_header.server", "ssdp server", CLUE_SSDP, NULL, AS_IT_IS},
	{FACT_MDNS_TEXT, "mdns.device-info.txt", "mdns txt", CLUE_MDNS, "_device-info.", OF_SERVICE},
	{FACT_MDNS_TEXT, "mdns.workstation.txt", "mdns txt", CLUE_MDNS, "_workstation.", OF_SERVICE},
	{FACT_NTP_VARIABLE, "ntp.readvar", "ntp version", CLUE_BANNER, "version=", WITH_HEAD},
	{FACT_TLS_CERTIFICATE_ISSUER, "x509.issuer", "tls issuer", CLUE_SECURED, "CN=", WITH_HEAD},
	{FACT_TLS_CERTIFICATE_SUBJECT, "x509.subject", "tls certificate", CLUE_SECURED, "CN=", WITH_HEAD},
};

/* What recog calls devices, as we do. Others (a desktop, a firewall, a test instrument) have no word of ours. */
static const struct {
	const char *theirs, *ours;
} DEVICES[] = {
	{"ADSL Modem", "modem"},
	{"AV Receiver", "amplifier"},
	{"Alarm Panel", "alarm system"},
	{"Broadband Router", "router"},
	{"Cable Modem", "cable modem"},
	{"Cloud Network Video Recorder", "video recorder"},
	{"DOCSIS Cable Modem", "cable modem"},
	{"DSL Modem", "modem"},
	{"DVR", "video recorder"},
	{"Device Server", "serial gateway"},
	{"Game Console", "game console"},
	{"IP Camera", "camera"},
	{"IPTV", "set-top box"},
	{"Light Bulb", "light"},
	{"Media Player", "media player"},
	{"Media Receiver", "media player"},
	{"Media Server", "media server"},
	{"Multifunction Device", "printer"},
	{"NAS", "network storage"},
	{"NVR", "video recorder"},
	{"Network Audio", "loudspeaker"},
	{"Power Meter", "energy meter"},
	{"Print Server", "printer"},
	{"Printer", "printer"},
	{"Router", "router"},
	{"SIP Device", "telephone"},
	{"Scanner", "scanner"},
	{"Sensor", "sensor"},
	{"Smart TV", "television"},
	{"Storage", "network storage"},
	{"Switch", "network switch"},
	{"Tablet", "tablet"},
	{"Thermostat", "thermostat"},
	{"Video Encoder", "camera"},
	{"VoIP", "telephone"},
	{"WAP", "access point"},
	{"WLAN Repeater", "access point"},
	{"Web Cam", "camera"},
};

struct found {
	uint64_t hash;
	int fingerprint;
};

struct recognise {
	struct recog *recog;
	bool knows[COUNT(BANNERS)], wants[FACT_COUNT];
	struct found found[FOUND_COUNT];
	uint64_t stated[STATED_COUNT];
};

int recognise_read(struct recognise **recogniser, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	struct recognise *made = *recogniser;
	int error = 0;

	if (!made) {
		made = calloc(1, sizeof(*made));
		error = made ? recog_new(&made->recog) : -ENOMEM;
	}
	/* where recog_new() cannot, reading says why */
	if (!error || error == -ENOSYS)
		error = recog_read(made->recog, file, body, len, out_fault);
	if (error && made != *recogniser)
		recognise_free(made);
	if (error)
		return error;
	for (size_t i = 0; i < COUNT(BANNERS); i++) {
		made->knows[i] = recog_knows(made->recog, BANNERS[i].matches);
		made->wants[BANNERS[i].fact] |= made->knows[i];
	}
	memset(made->found, 0, sizeof(made->found));
	memset(made->stated, 0, sizeof(made->stated));
	*recogniser = made;
	return 0;
}

void recognise_free(struct recognise *recogniser)
{
	if (!recogniser)
		return;
	recog_free(recogniser->recog);
	free(recogniser);
}

const struct recog *recognise_recog(const struct recognise *recogniser)
{
	return recogniser ? recogniser->recog : NULL;
}

/* ---- what a match says ---- */

static struct slice value_of(const struct recog_param *params, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(params[i].name, name))
			return params[i].value;
	return (struct slice){0};
}

static struct slice first_of(const struct recog_param *params, int count, const char *const names[])
{
	struct slice value = {0};

	for (; *names && !value.len; names++)
		value = value_of(params, count, *names);
	return value;
}

static struct slice kind_of(struct slice device)
{
	for (size_t i = 0; i < COUNT(DEVICES); i++)
		if (words_same(device, DEVICES[i].theirs))
			return words_of(DEVICES[i].ours);
	return words_of(kind_find(device) ? kind_find(device) : "");
}

/* "0.85" as 85 percent; all of it where nothing, or no such number, is said. */
static uint8_t certainty_of(struct slice text)
{
	uint8_t percent = 0;

	if (text.len < 3 || text.bytes[0] != '0' || text.bytes[1] != '.')
		return 100;
	for (size_t i = 2; i < 4; i++) {
		uint8_t digit = i < text.len ? (uint8_t)(text.bytes[i] - '0') : 0;

		if (digit > 9)
			return 100;
		percent = (uint8_t)(percent * 10 + digit);
	}
	return percent;
}

static bool same(struct slice a, struct slice b)
{
	return a.len == b.len && a.len && !memcmp(a.bytes, b.bytes, a.len);
}

struct told {
	const struct ear *ear;
	enum clue_class class;
	uint8_t certainty;
	char says[DEVICE_TEXT_MAX];
};

/* Behind what is there, if there is room for more than its head. */
static void add_words(struct told *told, const char *head, struct slice value)
{
	char before[DEVICE_TEXT_MAX];
	int len = snprintf(before, sizeof(before), "%s%s%s", told->says, told->says[0] ? "; " : "", head);

	if (len < DEVICE_TEXT_MAX - 8)
		words_join(told->says, before, value, "");
}

static void tell(struct told *told, enum trait trait, struct slice value, uint8_t strength)
{
	static const char *const heads[TRAIT_COUNT] = {"maker: ", "brand: ", "kind: ", "model: ", "firmware: "};

	value = words_trim(value);
	if (!value.len)
		return;
	state(told->ear, told->class, trait, value, (uint8_t)(strength * told->certainty / 100));
	add_words(told, heads[trait], value);
}

/* One word of recog's for two traits: what stands on the box is shown, and taken for the maker of what is inside too. */
static void tell_vendor(struct told *told, struct slice vendor, uint8_t box, uint8_t inside)
{
	tell(told, TRAIT_BRAND, vendor, box);
	if (words_trim(vendor).len)
		state(told->ear, told->class, TRAIT_MAKER, words_trim(vendor), (uint8_t)(inside * told->certainty / 100));
}

static void tell_runs(struct told *told, const struct recog_param *params, int count)
{
	static const char *const products[] = {"service.product", "os.product", "os.vendor", NULL};
	struct slice product = words_trim(first_of(params, count, products));

	if (product.len && !told->says[0])
		add_words(told, "runs: ", product);
}

static void tell_hardware(struct told *told, const struct recog_param *params, int count)
{
	static const char *const models[] = {"hw.model", "hw.product", NULL};
	struct slice vendor = value_of(params, count, "hw.vendor"), model = first_of(params, count, models);

	told->certainty = certainty_of(value_of(params, count, "hw.certainty"));
	tell_vendor(told, vendor, SURE_BOX, SURE_INSIDE);
	tell(told, TRAIT_MAKER, value_of(params, count, "hw.maker"), SURE_BOX);
	tell(told, TRAIT_BRAND, value_of(params, count, "hw.brand"), SURE_BOX);
	tell(told, TRAIT_KIND, kind_of(value_of(params, count, "hw.device")), SURE_DEVICE);
	tell(told, TRAIT_MODEL, model.len ? model : value_of(params, count, "hw.family"), model.len ? SURE_MODEL : SURE_FAMILY);
}

/* The system's vendor is the device's where it says what device that is and nothing better was said. */
static void tell_system(struct told *told, const struct recog_param *params, int count)
{
	static const char *const boxes[] = {"hw.vendor", "hw.maker", "hw.brand", NULL};
	struct slice vendor = value_of(params, count, "os.vendor"), box = first_of(params, count, boxes);
	struct slice kind = kind_of(value_of(params, count, "os.device")), service = value_of(params, count, "service.vendor");

	told->certainty = certainty_of(value_of(params, count, "os.certainty"));
	if (!box.len && kind.len) {
		tell_vendor(told, vendor, SURE_SYSTEM_VENDOR, SURE_SYSTEM_VENDOR);
	}
	if (!value_of(params, count, "hw.device").len)
		tell(told, TRAIT_KIND, kind, SURE_SYSTEM_DEVICE);
	if (same(vendor, box) || (!box.len && kind.len))
		tell(told, TRAIT_FIRMWARE, value_of(params, count, "os.version"), SURE_FIRMWARE);
	else if (!vendor.len && same(service, box))
		tell(told, TRAIT_FIRMWARE, value_of(params, count, "service.version"), SURE_FIRMWARE);
}

static void tell_all(const struct ear *ear, const struct banner *banner, struct slice value, const struct recog_param *params, int count)
{
	struct told told = {.ear = ear, .class = banner->class, .certainty = 100};

	tell_hardware(&told, params, count);
	tell_system(&told, params, count);
	tell_runs(&told, params, count);
	if (told.says[0])
		keep(ear, banner->class, banner->source, value, told.says);
}

/* ---- which text is held against what ---- */

/* "SSH-2.0-" is the protocol's (RFC 4253 section 4.2); what follows is the program's. */
static struct slice without_protocol(struct slice text)
{
	struct slice rest = words_start(text, "SSH-") ? words_from(text, strlen("SSH-")) : (struct slice){0};
	size_t version = words_until(rest, '-').len;

	return version < rest.len ? words_from(rest, version + 1) : text;
}

static struct slice made_of(const struct banner *banner, struct slice text, uint8_t made[MADE_MAX])
{
	size_t head = banner->head ? strlen(banner->head) : 0;

	if (banner->form == WITHOUT_PROTOCOL)
		return without_protocol(text);
	if (banner->form != WITH_HEAD)
		return text;
	if (text.len > MADE_MAX - head)
		text.len = MADE_MAX - head;
	memcpy(made, banner->head, head);
	memcpy(made + head, text.len ? text.bytes : (const uint8_t *)"", text.len);
	return (struct slice){made, head + text.len};
}

/* A page that was not given carries the server's words; a search is no answer; a record says of which service it is. */
static bool is_banner(const struct inventory *inventory, const struct banner *banner, const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_HTTP_TITLE:
		return fact->number >= 200 && fact->number < 300;
	case FACT_SSDP_SERVER:
		return !inventory->ssdp_search;
	case FACT_MDNS_TEXT:
		return words_find(fact->name, banner->head) != SIZE_MAX;
	case FACT_NTP_VARIABLE:
		return words_same(fact->name, "version");
	default:
		return true;
	}
}

/* A challenge has another nonce each time: what stays is its scheme and its realm. */
static uint64_t hash_of(const struct inventory *inventory, const struct banner *banner, struct slice text, struct slice value)
{
	bool challenge = banner->fact == FACT_HTTP_REALM || banner->fact == FACT_RTSP_REALM;
	struct slice hashed = challenge && value.len ? value : text;
	uint8_t key[16];

	memcpy(key, inventory->hash_key, sizeof(key));
	key[0] ^= (uint8_t)(banner - BANNERS);
	key[1] ^= challenge ? text.bytes[0] : 0;
	return fw_siphash13(key, hashed.bytes, hashed.len < RECOG_TEXT_MAX ? hashed.len : RECOG_TEXT_MAX) | 1;
}

static void recognise_text(const struct ear *ear, const struct banner *banner, struct slice text, struct slice value)
{
	struct recognise *recogniser = ear->inventory->recognise;
	uint64_t hash = hash_of(ear->inventory, banner, text, value), told;
	struct found *found = &recogniser->found[hash / 2 % FOUND_COUNT];
	struct recog_param params[RECOG_PARAM_MAX + 1];
	int count;

	if (found->hash != hash)
		*found = (struct found){hash, recog_find(recogniser->recog, banner->matches, text)};
	if (found->fingerprint == RECOG_NONE)
		return;
	told = hash + (uint64_t)(ear->number + 1) * 0x9e3779b97f4a7c15u;
	if (recogniser->stated[told % STATED_COUNT] == told)
		return;
	recogniser->stated[told % STATED_COUNT] = told;
	count = recog_say(recogniser->recog, found->fingerprint, text, params, COUNT(params));
	if (count != RECOG_NONE)
		tell_all(ear, banner, value, params, count);
}

void recognise_fact(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	const struct ear ear = {.inventory = inventory, .number = number, .device = &inventory->devices[number]};
	const struct recognise *recogniser = inventory->recognise;
	struct slice text, value;
	uint8_t made[MADE_MAX];

	if (!recogniser || !recogniser->wants[fact->kind])
		return;
	text = words_trim(fact->text);
	value = fact->kind == FACT_HTTP_REALM || fact->kind == FACT_RTSP_REALM ? hear_realm(text) : text;
	for (size_t i = 0; i < COUNT(BANNERS) && text.len; i++)
		if (BANNERS[i].fact == fact->kind && recogniser->knows[i] && is_banner(inventory, &BANNERS[i], fact))
			recognise_text(&ear, &BANNERS[i], made_of(&BANNERS[i], text, made), value);
}
