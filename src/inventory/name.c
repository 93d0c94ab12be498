/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/name.h"

#include <stdio.h>
#include <string.h>

#include "base/company.h"
#include "inventory/told.h"
#include "inventory/words.h"

/* Percent. Below this they are hints, not good enough to call a device by. A company may be contradicted by the MAC's block, a model hardly. */
enum { SELLER_CONFIDENCE_MIN = 40, MODEL_CONFIDENCE_MIN = 60 };

/* What firmware sends when nobody set a name. */
static const char *const JUNK[] = {
	"(none)",
	"default",
	"home",
	"host",
	"hostname",
	"lan",
	"local",
	"localdomain",
	"localhost",
	"localhost.localdomain",
	"localhost6",
	"n/a",
	"nil",
	"none",
	"noname",
	"null",
	"ubnt",
	"undefined",
	"unknown",
	"unspecified",
};

static bool has_letter(struct slice raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		uint8_t lower = raw.bytes[i] | 0x20;

		if ((lower >= 'a' && lower <= 'z') || raw.bytes[i] >= 0x80)
			return true;
	}
	return false;
}

/* An IPv6 address may have letters. An IPv4 address has none. */
static bool is_ipv6(struct slice raw)
{
	unsigned colons = 0;

	for (size_t i = 0; i < raw.len; i++) {
		uint8_t c = raw.bytes[i], lower = c | 0x20;

		if (c == ':')
			colons++;
		else if (!(c >= '0' && c <= '9') && !(lower >= 'a' && lower <= 'f') && c != '.' && c != '[' && c != ']')
			return false;
	}
	return colons >= 2;
}

bool name_usable(struct slice raw)
{
	raw = words_trim(raw);
	if (raw.len < 2 || !has_letter(raw) || is_ipv6(raw))
		return false;
	for (size_t i = 0; i < sizeof(JUNK) / sizeof(JUNK[0]); i++)
		if (words_same(raw, JUNK[i]))
			return false;
	return true;
}

void name_offer(struct inventory *inventory, uint32_t number, enum name_source source, enum name_rank rank, struct slice raw)
{
	struct device *device = &inventory->devices[number];
	struct side *side = &inventory->sides[number];

	if (source > device->name_source || (source == device->name_source && rank < side->name_rank) || !name_usable(raw))
		return;
	device->name_source = source;
	side->name_rank = (uint8_t)rank;
	words_copy(device->name, raw);
}

void name_set_by_user(struct inventory *inventory, uint32_t number, const char *name)
{
	struct device *device = &inventory->devices[number];
	char given[DEVICE_TEXT_MAX];

	if (!words_copy(given, words_of(name)))
		return;
	memcpy(device->name, given, sizeof(given));
	device->name_source = NAME_USER;
}

void name_merge(struct inventory *inventory, uint32_t from, uint32_t into)
{
	struct device *old = &inventory->devices[from], *kept = &inventory->devices[into];
	uint8_t old_rank = inventory->sides[from].name_rank;

	if (old->name_source < kept->name_source ||
		(old->name_source == kept->name_source && old_rank > inventory->sides[into].name_rank)) {
		kept->name_source = old->name_source;
		memcpy(kept->name, old->name, sizeof(kept->name));
		inventory->sides[into].name_rank = old_rank;
	}
	old->name_source = NAME_PLACEHOLDER;
	old->name[0] = '\0';
}

/* Whose name people know it by: who sells it, else who made it. */
static const struct guess *seller(const struct device *device)
{
	return device->brand.confidence >= SELLER_CONFIDENCE_MIN ? &device->brand : &device->maker;
}

static void name_by_model(struct device *device)
{
	struct slice model = words_of(device->model.name);
	const char *sold_by = seller(device)->name;
	char head[DEVICE_TEXT_MAX];

	/* "TP-Link" "TP-Link HS110" would stammer. */
	words_join(head, "", words_of(sold_by), " ");
	words_join(device->name, words_start(model, sold_by) ? "" : head, model, "");
	device->name_source = NAME_FINGERPRINT;
}

/* As the company is called, not as it is registered. */
static void name_by_maker(struct inventory *inventory, struct device *device, const char *maker)
{
	const uint8_t *mac = device->macs[0];
	char tail[24], called[DEVICE_TEXT_MAX];

	snprintf(tail, sizeof(tail), " device %02x%02x%02x", mac[3], mac[4], mac[5]);
	words_copy(called, told_company(inventory, words_of(maker)));
	words_join(device->name, "", (struct slice){(const uint8_t *)called, company_len(called)}, tail);
	device->name_source = NAME_OUI;
}

void name_settle(struct inventory *inventory, uint32_t number)
{
	struct device *device = &inventory->devices[number];
	const char *maker = device->mac_count && !device->random_mac ? inventory_maker_of(inventory, device->macs[0]) : NULL;

	if (device->name_source < NAME_FINGERPRINT)
		return;
	if (seller(device)->confidence >= SELLER_CONFIDENCE_MIN && device->model.confidence >= MODEL_CONFIDENCE_MIN) {
		name_by_model(device);
	} else if (maker) {
		name_by_maker(inventory, device, maker);
	} else {
		snprintf(device->name, sizeof(device->name), "device-%06x", (unsigned)(device->id & 0xffffff));
		device->name_source = NAME_PLACEHOLDER;
	}
}
