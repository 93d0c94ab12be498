/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices, findings, junk. What is not known to be harmless is replaced as a whole: a clue's value stays only if its source is on a
 * closed list, and what it says only if it begins as the program itself begins such statements.
 */
#include "mask/mask.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "mask/inside.h"
#include "wire/siphash.h"

enum { NAME_TEXT_MAX = 256 };

void mask_init(struct mask *mask, const uint8_t key[16])
{
	for (unsigned use = 0; use < MASK_USE_COUNT; use++) {
		for (unsigned half = 0; half < 2; half++) {
			uint8_t label[2] = {(uint8_t)use, (uint8_t)half};
			uint64_t word = fw_siphash(key, label, sizeof(label));
			memcpy(mask->keys[use] + half * 8, &word, sizeof(word));
		}
	}
}

/* The bytes are the secret, so they are the message; the two keys only make two words of it. */
void mask_key_of(const void *bytes, size_t len, uint8_t out_key[16])
{
	static const uint8_t halves[2][16] = {{"floodwall mask 1"}, {"floodwall mask 2"}};

	for (unsigned half = 0; half < 2; half++) {
		uint64_t word = fw_siphash(halves[half], bytes, len);
		memcpy(out_key + half * 8, &word, sizeof(word));
	}
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* One thing is written in several ways: BRN0080, brn0080.local. */
static size_t plain(const uint8_t *name, size_t len, uint8_t out[NAME_TEXT_MAX])
{
	static const char local[] = ".local";
	size_t tail = sizeof(local) - 1;

	if (len > NAME_TEXT_MAX)
		len = NAME_TEXT_MAX;
	for (size_t i = 0; i < len; i++)
		out[i] = lower(name[i]);
	if (len > 1 && out[len - 1] == '.')
		len--;
	if (len > tail && memcmp(out + len - tail, local, tail) == 0)
		len -= tail;
	return len;
}

void mask_name(const struct mask *mask, const void *name, size_t len, char out[MASK_NAME_LEN])
{
	uint8_t text[NAME_TEXT_MAX];

	out[0] = 0;
	if (!len)
		return;
	len = plain(name, len, text);
	snprintf(out, MASK_NAME_LEN, "name-%08x", (unsigned)fw_siphash(mask->keys[MASK_NAME], text, len));
}

/* In a field that ends at its first zero or at its size. */
static void mask_field(const struct mask *mask, char *field, size_t size)
{
	char stand_in[MASK_NAME_LEN];

	mask_name(mask, field, strnlen(field, size), stand_in);
	memset(field, 0, size);
	memcpy(field, stand_in, strlen(stand_in));
}

/* ---- devices ---- */

/* What the program reads out of them is a maker, a model, a kind; serial numbers inside are found by mask_words(). */
static const char *const harmless[] = {"oui", "dhcp 55", "dhcp 60", "dhcpv6 6", "dhcpv6 16", "ssdp nt", "ssdp server", "http server",
	"calls tcp", "calls udp", "answers tcp", "answers udp", "dhip class", "dhip type", "dhip version", "dhip vendor", "ntp private"};
static const char *const statements[] = {"maker: ", "brand: ", "kind: ", "model: ", "firmware: ", "runs: ", "radio: "};
static const char *const own_sentences[] = {"its maker publishes a MUD profile", "answers monlist, which floods are reflected with",
	"speaks OCF", "no password was ever set", "answers for another device"};
static const char *const product_keys[] = {"ci", "md", "model", "am", "ty", "usb_MDL", "usb_MFG", "manufacturer", "vendor"};

static bool is_listed(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

#define LISTED(text, list) is_listed(text, list, sizeof(list) / sizeof((list)[0]))

/* "_ipp._tcp Anna's printer": the type of service stays, as a banner does. */
static void mask_service(const struct mask *mask, const struct device *device, char text[DEVICE_TEXT_MAX])
{
	char type[DEVICE_TEXT_MAX] = "", stand_in[MASK_NAME_LEN];
	size_t type_len = strcspn(text, " ");

	mask_name(mask, text + type_len + 1, strlen(text + type_len + 1), stand_in);
	memcpy(type, text, type_len);
	mask_words(mask, device, type);
	snprintf(text, DEVICE_TEXT_MAX, "%.*s %s", (int)(DEVICE_TEXT_MAX - 1 - sizeof(stand_in)), type, stand_in);
}

static bool is_product_text(const char *text)
{
	char key[16];
	size_t len = strcspn(text, "=");

	if (len >= sizeof(key) || !text[len])
		return false;
	memcpy(key, text, len);
	key[len] = 0;
	return LISTED(key, product_keys);
}

/* "dvrip protocol": its value is a word of the program. */
static bool is_protocol(const char *source)
{
	static const char end[] = " protocol";
	size_t len = strlen(source);

	return len >= sizeof(end) && strcmp(source + len - (sizeof(end) - 1), end) == 0;
}

static void mask_value(const struct mask *mask, const struct device *device, struct clue *clue)
{
	if (LISTED(clue->source, harmless) || is_protocol(clue->source) ||
		(strcmp(clue->source, "mdns txt") == 0 && is_product_text(clue->value)))
		mask_words(mask, device, clue->value);
	else if (strcmp(clue->source, "mdns service") == 0 && clue->value[0] == '_' && strchr(clue->value, ' '))
		mask_service(mask, device, clue->value);
	else
		mask_whole(mask, clue->value);
}

static void mask_says(const struct mask *mask, const struct device *device, char says[DEVICE_TEXT_MAX])
{
	if (LISTED(says, own_sentences))
		return;
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		if (strncmp(says, statements[i], strlen(statements[i])) == 0) {
			mask_words(mask, device, says);
			return;
		}
	}
	mask_whole(mask, says);
}

/* Names that the program makes hold the end of a MAC, or of the device's number. */
static void mask_device_name(const struct mask *mask, struct device *device)
{
	size_t len = strlen(device->name);
	const uint8_t *mac = device->macs[0];

	switch (device->name_source) {
	case NAME_PLACEHOLDER:
		snprintf(device->name, sizeof(device->name), "device-%06x", (unsigned)(device->id & 0xffffff));
		break;
	case NAME_OUI:
		if (len > 6)
			snprintf(device->name + len - 6, sizeof(device->name) - (len - 6), "%02x%02x%02x", mac[3], mac[4], mac[5]);
		break;
	case NAME_FINGERPRINT: /* done with the words: it is made of them */
		break;
	default:
		mask_whole(mask, device->name);
		break;
	}
}

static void mask_guesses(const struct mask *mask, struct device *device)
{
	struct guess *guesses[] = {&device->maker, &device->brand, &device->kind, &device->model, &device->firmware};
	char rival[DEVICE_TEXT_MAX];

	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		mask_words(mask, device, guesses[i]->name);
		memset(rival, 0, sizeof(rival));
		memcpy(rival, guesses[i]->rival, sizeof(guesses[i]->rival));
		mask_words(mask, device, rival);
		memcpy(guesses[i]->rival, rival, sizeof(guesses[i]->rival) - 1);
	}
}

void mask_device(const struct mask *mask, struct device *device)
{
	/* words first: they are searched for the true name and MACs */
	for (unsigned i = 0; i < device->clue_count; i++) {
		mask_value(mask, device, &device->clues[i]);
		mask_says(mask, device, device->clues[i].says);
	}
	mask_guesses(mask, device);
	if (device->name_source == NAME_FINGERPRINT)
		mask_words(mask, device, device->name);
	for (unsigned i = 0; i < device->mac_count; i++)
		mask_mac(mask, device->macs[i]);
	for (unsigned i = 0; i < device->address_count; i++)
		mask_address(mask, device->addresses[i]);
	device->id = fw_siphash(mask->keys[MASK_ID], &device->id, sizeof(device->id));
	mask_device_name(mask, device);
}

/* ---- findings ---- */

static void mask_flood(const struct mask *mask, struct evidence_flood *flood)
{
	mask_prefix(mask, flood->target, flood->target_bits);
	mask_field(mask, flood->zone, sizeof(flood->zone));
}

/* A finding of a kind that is not here yet: the compiler names it (-Wswitch). */
static void mask_evidence(const struct mask *mask, struct finding *finding)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		mask_address(mask, finding->login.peer);
		mask_field(mask, finding->login.user, sizeof(finding->login.user));
		break;
	case FINDING_OPEN_SERVICE:
		mask_address(mask, finding->service.asker);
		break;
	case FINDING_REACHED_FROM_INTERNET:
		mask_address(mask, finding->reached.asker);
		mask_field(mask, finding->reached.mapped_for, sizeof(finding->reached.mapped_for));
		break;
	case FINDING_REFLECTOR:
		mask_address(mask, finding->reflector.victim);
		break;
	case FINDING_SCAN:
		mask_address(mask, finding->scan.target);
		break;
	case FINDING_BEACON:
		mask_address(mask, finding->beacon.target);
		break;
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		mask_flood(mask, &finding->flood);
		break;
	case FINDING_FORGED_SOURCE:
		mask_mac(mask, finding->forged.mac);
		mask_address(mask, finding->forged.source);
		mask_address(mask, finding->forged.target);
		break;
	case FINDING_POLICY_VIOLATION:
		mask_address(mask, finding->violation.peer);
		mask_field(mask, finding->violation.policy, sizeof(finding->violation.policy));
		break;
	case FINDING_ADVISORY: /* published, and of nobody in particular */
	case FINDING_ID_COUNT:
		break;
	}
}

void mask_verdict(const struct mask *mask, struct policy_verdict *verdict)
{
	mask_address(mask, verdict->peer);
	mask_field(mask, verdict->policy, sizeof(verdict->policy));
	mask_field(mask, verdict->entry, sizeof(verdict->entry));
}

void mask_finding(const struct mask *mask, struct finding *finding)
{
	if (finding->has_source)
		mask_address(mask, finding->source);
	if (finding->has_target)
		mask_address(mask, finding->target);
	if (finding->muted)
		finding->muted = "the reason is not shown";
	mask_evidence(mask, finding);
}

static void mask_rows(const struct mask *mask, struct junk_row *rows, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		mask_words(mask, NULL, rows[i].name);
}

void mask_junk(const struct mask *mask, struct junk *junk)
{
	mask_rows(mask, junk->by_maker, junk->maker_count);
	mask_rows(mask, junk->by_brand, junk->brand_count);
	mask_rows(mask, junk->by_kind, junk->kind_count);
	for (uint32_t i = 0; i < junk->target_count; i++)
		mask_prefix(mask, junk->by_target[i].target, junk->by_target[i].bits);
}

void mask_talk(const struct mask *mask, const struct talk_pairs *talk)
{
	/* whoever gathered them shows them to nobody else any more */
	struct talk_pair *pairs = (struct talk_pair *)talk->pairs;

	for (uint32_t i = 0; i < talk->pair_count; i++) {
		mask_address(mask, pairs[i].own);
		mask_address(mask, pairs[i].peer);
		mask_field(mask, pairs[i].name, sizeof(pairs[i].name));
	}
}
