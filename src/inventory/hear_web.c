/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices describe themselves in documents: in fields that are meant for it and which is why they are
 * believed (70), but filled in by whoever sells the device: the manufacturer of a description is the brand for certain and
 * the maker of what is inside only where nobody knows better. Rules that hold for all of them:
 *
 *  - serial numbers, UUIDs and addresses name one device, not what it is: they are no clues;
 *  - a title counts only if its page was given (2xx): others carry the server's words;
 *  - values are shown as they read, with &amp; and the four others that XML has (XML 1.0 section 4.6) and %XX in scopes undone.
 */
#include "inventory/hear_web.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/name.h"
#include "inventory/told.h"

/* Percent. Set by the seller for this purpose; true of a part; less than what the MAC's block says (60). */
enum { SURE_DESCRIBED = 70, SURE_PRODUCT = 60, SURE_INSIDE = 50 };

/* What is said with one field: where it is kept, what it states, which guesses it feeds. */
struct field {
	enum fact_kind kind;
	const char *source;
	const char *head; /* "" where it states nothing */
	enum { NO_GUESS, SOLD_BY, MODEL, FIRMWARE } guess;
	uint8_t confidence;
};

static const struct field FIELDS[] = {
	{FACT_UPNP_MAKER, "upnp manufacturer", "brand: ", SOLD_BY, SURE_DESCRIBED},
	{FACT_UPNP_DESCRIPTION, "upnp description", "", NO_GUESS, 0},
	{FACT_UPNP_MODEL, "upnp model", "model: ", MODEL, SURE_DESCRIBED},
	{FACT_UPNP_MODEL_NUMBER, "upnp model number", "", NO_GUESS, 0},
	{FACT_UPNP_FIRMWARE, "upnp firmware", "firmware: ", FIRMWARE, SURE_DESCRIBED},
	{FACT_ONVIF_MAKER, "onvif manufacturer", "brand: ", SOLD_BY, SURE_DESCRIBED},
	{FACT_ONVIF_MODEL, "onvif model", "model: ", MODEL, SURE_DESCRIBED},
	{FACT_ONVIF_FIRMWARE, "onvif firmware", "firmware: ", FIRMWARE, SURE_DESCRIBED},
	{FACT_ONVIF_HARDWARE, "onvif hardware", "", NO_GUESS, 0},
	{FACT_HNAP_NAME, "hnap name", "", NO_GUESS, 0},
	{FACT_HNAP_MAKER, "hnap vendor", "brand: ", SOLD_BY, SURE_DESCRIBED},
	{FACT_HNAP_DESCRIPTION, "hnap description", "", NO_GUESS, 0},
	{FACT_HNAP_MODEL, "hnap model", "model: ", MODEL, SURE_DESCRIBED},
	{FACT_HNAP_FIRMWARE, "hnap firmware", "firmware: ", FIRMWARE, SURE_DESCRIBED},
	{FACT_HNAP_HARDWARE, "hnap hardware", "", NO_GUESS, 0},
	{FACT_CWMP_MAKER, "cwmp manufacturer", "brand: ", SOLD_BY, SURE_DESCRIBED},
	{FACT_CWMP_CLASS, "cwmp product class", "model: ", MODEL, SURE_PRODUCT},
	{FACT_CWMP_MODEL, "cwmp model", "model: ", MODEL, SURE_DESCRIBED},
	{FACT_CWMP_SOFTWARE, "cwmp software", "firmware: ", FIRMWARE, SURE_DESCRIBED},
	{FACT_CWMP_HARDWARE, "cwmp hardware", "", NO_GUESS, 0},
};

struct slice hear_realm(struct slice challenge)
{
	size_t at = words_find(challenge, "realm=");
	struct slice realm;

	if (at == SIZE_MAX)
		return (struct slice){0};
	realm = words_from(challenge, at + strlen("realm="));
	return words_start(realm, "\"") ? words_until(words_from(realm, 1), '"') : words_until(realm, ',');
}

/* One byte of what the text means; *used says how many bytes of it stand for that. */
static uint8_t meant(struct slice text, size_t *used)
{
	static const struct {
		const char *written;
		uint8_t meant;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

	for (size_t i = 0; i < COUNT(entities); i++)
		if (words_start(text, entities[i].written)) {
			*used = strlen(entities[i].written);
			return entities[i].meant;
		}
	*used = 1;
	return text.bytes[0];
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* RFC 3986 section 2.1. */
static uint8_t meant_in_uri(struct slice text, size_t *used)
{
	bool escape = text.len >= 3 && text.bytes[0] == '%' && hex_digit(text.bytes[1]) >= 0 && hex_digit(text.bytes[2]) >= 0;

	*used = escape ? 3 : 1;
	return escape ? (uint8_t)(hex_digit(text.bytes[1]) * 16 + hex_digit(text.bytes[2])) : text.bytes[0];
}

/* No longer than DEVICE_TEXT_MAX: more is never shown. */
static struct slice read_out(uint8_t out[DEVICE_TEXT_MAX], struct slice text, uint8_t (*read)(struct slice text, size_t *used))
{
	size_t len = 0, used;

	for (; text.len && len < DEVICE_TEXT_MAX; text = words_from(text, used))
		out[len++] = read(text, &used);
	return (struct slice){out, len};
}

static void hear_field(const struct ear *ear, const struct field *field, struct slice value)
{
	bool states = field->guess == FIRMWARE ? value.len > 0 : field->guess != NO_GUESS && name_usable(value);

	if (!states) {
		keep(ear, CLUE_DESCRIBED, field->source, value, NULL);
		return;
	}
	keep_stated(ear, CLUE_DESCRIBED, field->source, value, field->head);
	if (field->guess == SOLD_BY) {
		state(ear, CLUE_DESCRIBED, TRAIT_BRAND, value, field->confidence);
		state(ear, CLUE_DESCRIBED, TRAIT_MAKER, value, SURE_INSIDE);
	} else if (field->guess == MODEL) {
		state(ear, CLUE_DESCRIBED, TRAIT_MODEL, value, field->confidence);
	} else {
		state(ear, CLUE_DESCRIBED, TRAIT_FIRMWARE, value, field->confidence);
	}
}

/* Types that say no kind, such as wsdp:Device, say nothing. */
static void hear_wsd_type(const struct ear *ear, struct slice type)
{
	if (told_known(ear->inventory, "wsd type", type))
		keep(ear, CLUE_DESCRIBED, "wsd type", type, NULL);
}

/* ONVIF Core section 7.3.2.2: what a camera says of itself in its scopes. */
static void hear_scope(const struct ear *ear, struct slice scope)
{
	static const struct {
		const char *head, *source, *states;
		bool only_known; /* many are, and most say nothing of what it is */
	} scopes[] = {
		{"onvif://www.onvif.org/name/", "onvif name", "", false},
		{"onvif://www.onvif.org/hardware/", "onvif hardware", "model: ", false},
		{"onvif://www.onvif.org/location/", "onvif location", "", false},
		{"onvif://www.onvif.org/type/", "onvif type", "", true},
		{"onvif://www.onvif.org/Profile/", "onvif profile", "", true},
	};
	uint8_t text[DEVICE_TEXT_MAX];

	for (size_t i = 0; i < COUNT(scopes); i++) {
		if (!words_start(scope, scopes[i].head))
			continue;
		struct slice value = read_out(text, words_from(scope, strlen(scopes[i].head)), meant_in_uri);
		if (scopes[i].only_known && !told_known(ear->inventory, scopes[i].source, value))
			continue;
		if (!scopes[i].states[0] || !name_usable(value)) {
			keep(ear, CLUE_DESCRIBED, scopes[i].source, value, NULL);
			continue;
		}
		keep_stated(ear, CLUE_DESCRIBED, scopes[i].source, value, scopes[i].states);
		state(ear, CLUE_DESCRIBED, TRAIT_MODEL, value, SURE_PRODUCT);
	}
}

static void hear_described(const struct ear *ear, const struct fact *fact)
{
	uint8_t text[DEVICE_TEXT_MAX];
	struct slice value = words_trim(read_out(text, fact->text, meant));

	if (fact->kind == FACT_UPNP_NAME) {
		name_offer(ear->inventory, ear->number, NAME_SSDP, NAME_RANK_HIGH, value);
		keep(ear, CLUE_DESCRIBED, "upnp name", value, NULL);
	}
	for (size_t i = 0; i < COUNT(FIELDS); i++)
		if (FIELDS[i].kind == fact->kind)
			hear_field(ear, &FIELDS[i], value);
}

/*
 * Who has all of a block of 24 bits. What the IEEE gives out in parts is nobody's by as many bits, nor are groups, addresses that anybody may choose, and
 * zeros, which is what firmware says that nobody filled in; and a maker of parts stands there in firmware that was built from its own model of one.
 */
static const char *maker_of_block(const struct ear *ear, unsigned long block)
{
	uint8_t first[6] = {(uint8_t)(block >> 16), (uint8_t)(block >> 8), (uint8_t)block};
	uint8_t last[6] = {first[0], first[1], first[2], 0xff, 0xff, 0xff};
	const char *maker = inventory_maker_of(ear->inventory, first);
	struct signature signatures[SIGNATURE_MATCH_MAX];

	if (!maker || !block || first[0] & 3 || maker != inventory_maker_of(ear->inventory, last))
		return NULL;
	return told_radio(signatures, signature_match(&ear->inventory->signatures, "oui", words_of(maker), signatures)) ? NULL : maker;
}

/* Six hexadecimal digits: the maker's block in the IEEE's registry (TR-069, DeviceId.ManufacturerOUI), whoever made the board that bears the MAC. */
static void hear_cwmp_oui(const struct ear *ear, struct slice text)
{
	char digits[7] = "", says[DEVICE_TEXT_MAX];
	const char *maker;

	if (text.len != sizeof(digits) - 1)
		return;
	memcpy(digits, text.bytes, text.len);
	if (strspn(digits, "0123456789abcdefABCDEF") != text.len)
		return;
	maker = maker_of_block(ear, strtoul(digits, NULL, 16));
	if (maker)
		words_join(says, "maker: ", words_of(maker), "");
	keep(ear, CLUE_DESCRIBED, "cwmp oui", text, maker ? says : NULL);
	if (maker)
		state(ear, CLUE_DESCRIBED, TRAIT_MAKER, words_of(maker), SURE_PRODUCT);
}

void hear_web(const struct ear *ear, const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_HTTP_TITLE:
		if (fact->number >= 200 && fact->number < 300)
			keep(ear, CLUE_HTTP, "http title", fact->text, NULL);
		break;
	case FACT_UPNP_TYPE:
		keep(ear, CLUE_DESCRIBED, "upnp type", fact->text, NULL);
		break;
	case FACT_WSD_TYPE:
		if (!fact->number)
			hear_wsd_type(ear, fact->text);
		break;
	case FACT_WSD_SCOPE:
		if (!fact->number)
			hear_scope(ear, fact->text);
		break;
	case FACT_CWMP_OUI:
		hear_cwmp_oui(ear, words_trim(fact->text));
		break;
	case FACT_RTSP_AGENT:
		keep(ear, CLUE_BANNER, "rtsp agent", fact->text, NULL);
		break;
	case FACT_RTSP_SERVER:
		keep(ear, CLUE_BANNER, "rtsp server", fact->text, NULL);
		break;
	case FACT_RTSP_REALM:
		keep(ear, CLUE_BANNER, "rtsp realm", hear_realm(fact->text), NULL);
		break;
	default:
		hear_described(ear, fact);
		break;
	}
}
