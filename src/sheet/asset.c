/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that a person lists: for who has no capture, and for whom tens of thousands are in the books. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/place.h"
#include "base/prefix.h"
#include "base/text.h"
#include "sheet/records.h"
#include "sheet/sheet.h"
#include "wire/siphash.h"

enum { COLUMNS_MAX = 64, CELL_MAX = 1024 };

#define FACT(name, fact) \
	{ \
		name, offsetof(struct listed_asset, facts.text) + (fact)*DEVICE_TEXT_MAX, DEVICE_TEXT_MAX \
	}
#define TEXT(name, member) \
	{ \
		name, offsetof(struct listed_asset, member), DEVICE_TEXT_MAX \
	}
static const struct record_key keys[] = {
	TEXT("name", facts.name),
	TEXT("mac", mac),
	TEXT("address", address),
	TEXT("cpe", cpe),
	TEXT("purl", purl),
	FACT("maker", LABEL_MAKER),
	FACT("brand", LABEL_BRAND),
	FACT("kind", LABEL_KIND),
	FACT("model", LABEL_MODEL),
	FACT("firmware", LABEL_FIRMWARE),
	FACT("serial", LABEL_SERIAL),
	FACT("bought", LABEL_BOUGHT),
	FACT("made", LABEL_MADE),
	FACT("country", LABEL_COUNTRY),
	FACT("label", LABEL_TEXT),
	/* words that lists from elsewhere have for these */
	TEXT("ip", address),
	FACT("vendor", LABEL_MAKER),
	FACT("manufacturer", LABEL_MAKER),
	FACT("product", LABEL_MODEL),
	FACT("version", LABEL_FIRMWARE),
	{NULL, 0, 0},
};

static const struct record_key *key_of(const char *name)
{
	for (const struct record_key *key = keys; key->name; key++)
		if (strcasecmp(key->name, name) == 0)
			return key;
	return NULL;
}

/* NULL, or what is wrong. An asset's text may be anything that can be shown; what is too long is no name of anything. */
static const char *set(struct listed_asset *asset, const struct record_key *key, const char *value)
{
	if (strlen(value) >= key->size)
		return "a value is longer than 95 bytes";
	memcpy((char *)asset + key->offset, value, strlen(value) + 1);
	return NULL;
}

static const char *finish(struct listed_asset *asset)
{
	struct facts *facts = &asset->facts;
	struct prefix prefix;
	uint8_t mac[6];
	bool any = false;

	for (const struct record_key *key = keys; key->name; key++)
		any |= *((const char *)asset + key->offset) != 0;
	if (!any)
		return "nothing is said of this device";
	for (int i = LABEL_BOUGHT; i <= LABEL_MADE; i++) {
		facts->days[i] = DAYS_UNKNOWN;
		if (facts->text[i][0] && days_read(facts->text[i], &facts->days[i]))
			return "a date is written 2014, 2014-11 or 2014-11-30";
	}
	if (asset->address[0] && (prefix_read(asset->address, &prefix) || prefix.bits != 128))
		return "address is no IPv4 or IPv6 address";
	if (asset->mac[0] && !device_read_mac(asset->mac, mac))
		return "mac is no MAC address, such as 02:00:00:00:00:07";
	return NULL;
}

static int grow(struct asset_list *assets, struct listed_asset **out_asset)
{
	int error = record_grow((void **)&assets->list, &assets->count, sizeof(*assets->list), ASSETS_MAX);

	if (!error)
		*out_asset = &assets->list[assets->count - 1];
	return error;
}

static int wrong(struct fault *out_fault, const char *file, uint64_t line, const char *sentence)
{
	fault_set(out_fault, file, line, 0, "%s", sentence);
	return -EINVAL;
}

static int grow_or_tell(
	struct asset_list *assets, const char *file, uint64_t line, struct listed_asset **out_asset, struct fault *out_fault)
{
	int error = grow(assets, out_asset);

	return error == -E2BIG ? wrong(out_fault, file, line, "more than 65,536 devices") : error;
}

/* ---- CSV ---- */

struct csv {
	const char *file, *body;
	size_t len, at;
	uint64_t line, row_line;
	char separator;
	const struct record_key *columns[COLUMNS_MAX]; /* NULL: ignored */
	unsigned column_count;
};

enum cell_end { CELL_NEXT, CELL_ROW, CELL_FAULT };

/* One cell; *out_fault is set for CELL_FAULT. A quoted one may hold line ends, which no value of ours does. */
static enum cell_end cell_next(struct csv *csv, char out[CELL_MAX], const char **out_fault)
{
	bool quoted = csv->at < csv->len && csv->body[csv->at] == '"';
	size_t len = 0;

	csv->at += quoted;
	for (; csv->at < csv->len; csv->at++) {
		char c = csv->body[csv->at];

		if (quoted && c == '"') {
			if (csv->at + 1 == csv->len || csv->body[csv->at + 1] != '"') {
				csv->at++;
				break;
			}
			csv->at++;
		} else if (!quoted && (c == csv->separator || c == '\n' || c == '\r')) {
			break;
		}
		if (len + 1 == CELL_MAX || c == '\n' || !c) {
			*out_fault = len + 1 == CELL_MAX ? "a cell is longer than 1,023 bytes" : "a cell holds a line end or NUL";
			return CELL_FAULT;
		}
		out[len++] = c;
	}
	out[len] = 0;
	if (csv->at < csv->len && csv->body[csv->at] == '\r')
		csv->at++;
	if (csv->at >= csv->len || csv->body[csv->at] == '\n') {
		csv->at++;
		csv->line++;
		return CELL_ROW;
	}
	if (csv->body[csv->at++] == csv->separator)
		return CELL_NEXT;
	*out_fault = "something stands between a cell's end and the next separator";
	return CELL_FAULT;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	for (len = strlen(text); len && (text[len - 1] == ' ' || text[len - 1] == '\t'); len--)
		text[len - 1] = 0;
	return text;
}

/* The header line decides: whichever of ; , and tab it holds. */
static const char *read_header(struct csv *csv)
{
	const char *fault = NULL;
	enum cell_end end = CELL_NEXT;
	char cell[CELL_MAX];
	bool any = false;
	size_t line_len = strcspn(csv->body, "\n");

	csv->separator = memchr(csv->body, ';', line_len) ? ';' : memchr(csv->body, '\t', line_len) ? '\t' : ',';
	while (end == CELL_NEXT) {
		end = cell_next(csv, cell, &fault);
		if (end == CELL_FAULT)
			return fault;
		if (csv->column_count == COLUMNS_MAX)
			return "more than 64 columns";
		csv->columns[csv->column_count] = key_of(trim(cell));
		any |= csv->columns[csv->column_count++] != NULL;
	}
	return any ? NULL : "the first line names no column that is known, such as maker, model, firmware";
}

/* 1 for a row, 0 for an empty line. */
static int read_row(struct csv *csv, struct listed_asset *asset, const char **out_fault)
{
	enum cell_end end = CELL_NEXT;
	char cell[CELL_MAX];
	bool any = false;

	csv->row_line = csv->line;
	for (unsigned column = 0; end == CELL_NEXT; column++) {
		char *value;
		end = cell_next(csv, cell, out_fault);
		if (end == CELL_FAULT)
			return 0;
		value = trim(cell);
		any |= *value != 0;
		if (column >= csv->column_count && *value) {
			*out_fault = "the row has more cells than the first line";
			return 0;
		}
		if (column < csv->column_count && csv->columns[column] && *value)
			*out_fault = set(asset, csv->columns[column], value);
		if (*out_fault)
			return 0;
	}
	return any;
}

static int read_csv(struct csv *csv, struct asset_list *assets, struct fault *out_fault)
{
	const char *fault = read_header(csv);

	if (fault)
		return wrong(out_fault, csv->file, 1, fault);
	while (csv->at < csv->len) {
		struct listed_asset asset = {0}, *place;
		int row = read_row(csv, &asset, &fault), error;

		if (!fault && row)
			fault = finish(&asset);
		if (fault)
			return wrong(out_fault, csv->file, csv->row_line, fault);
		if (!row)
			continue;
		error = grow_or_tell(assets, csv->file, csv->row_line, &place, out_fault);
		if (error)
			return error;
		asset.line = csv->row_line;
		*place = asset;
	}
	return 0;
}

/* ---- JSON ---- */

static const char *read_object(const json_t *object, struct listed_asset *asset)
{
	const char *name, *fault = NULL;
	json_t *value;

	if (!json_is_object(object))
		return "an asset is an object";
	json_object_foreach((json_t *)object, name, value)
	{
		const struct record_key *key = key_of(name);

		if (!key || json_is_null(value))
			continue;
		if (!json_is_string(value))
			return "a value is no string";
		fault = set(asset, key, json_string_value(value));
		if (fault)
			return fault;
	}
	return finish(asset);
}

static int read_json(const char *file, const char *body, size_t len, struct asset_list *assets, struct fault *out_fault)
{
	static const struct place_limits limits = {.depth = 8, .nodes = ASSETS_MAX * 32, .string_len = CELL_MAX};
	json_error_t place = {0};
	struct place heavy = {0};
	json_t *root;
	const json_t *list;
	int error = 0;

	if (place_weigh(body, len, &limits, &heavy) != PLACE_FITS)
		return wrong(out_fault, file, heavy.line, "too deep, too many values, or a string of more than 1,024 bytes");
	root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &place);
	list = json_is_object(root) ? json_object_get(root, "assets") : root;
	if (!root && (!place.text[0] || json_error_code(&place) == json_error_out_of_memory))
		return -ENOMEM;
	if (!root)
		return wrong(out_fault, file, place.line > 0 ? (uint64_t)place.line : 0, place.text);
	if (!json_is_array(list))
		error = wrong(out_fault, file, 0, "is no list of objects, and has no such list as \"assets\"");
	for (size_t i = 0; !error && i < json_array_size(list); i++) {
		struct listed_asset *asset = NULL;
		const char *fault;

		error = grow_or_tell(assets, file, 0, &asset, out_fault);
		if (error)
			break;
		asset->line = i + 1;
		fault = read_object(json_array_get(list, i), asset);
		if (!fault)
			continue;
		fault_set(out_fault, file, 0, 0, "asset %zu: %s", i + 1, fault);
		error = -EINVAL;
	}
	json_decref(root);
	return error;
}

int assets_read(const char *file, const char *body, size_t len, struct asset_list *out_assets, struct fault *out_fault)
{
	struct asset_list assets = {0};
	size_t blank = strspn(body, " \t\r\n");
	int error;

	if (len >= 3 && !memcmp(body, "\xef\xbb\xbf", 3)) {
		body += 3;
		len -= 3;
		blank = strspn(body, " \t\r\n");
	}
	if (blank < len && (body[blank] == '[' || body[blank] == '{')) {
		error = read_json(file, body, len, &assets, out_fault);
	} else {
		struct csv csv = {.file = file, .body = body, .len = len, .line = 1};

		error = read_csv(&csv, &assets, out_fault);
	}
	if (!error && !assets.count)
		error = wrong(out_fault, file, 0, "lists no device");
	if (error)
		assets_free(&assets);
	else
		*out_assets = assets;
	return error;
}

/* ---- the command line ---- */

int assets_add(struct asset_list *assets, const char *text, struct fault *out_fault)
{
	struct listed_asset asset = {0}, *place;
	const char *fault = NULL;
	int error;

	while (*text && !fault) {
		size_t len = strcspn(text, ","), name_len = strcspn(text, "=,");
		char name[32], value[DEVICE_TEXT_MAX];
		const struct record_key *key;

		if (text[name_len] != '=' || name_len >= sizeof(name) || len - name_len > sizeof(value))
			return wrong(out_fault, "--asset", 0, "is written maker=NAME,model=NAME,firmware=VERSION");
		snprintf(name, sizeof(name), "%.*s", (int)name_len, text);
		snprintf(value, sizeof(value), "%.*s", (int)(len - name_len - 1), text + name_len + 1);
		key = key_of(name);
		fault = key ? set(&asset, key, trim(value))
			    : "there is no such word; known are name, mac, address, maker, brand, kind, model, firmware, serial, bought, "
			      "made, country, label, cpe and purl";
		text += len + (text[len] == ',');
	}
	if (!fault)
		fault = finish(&asset);
	if (fault)
		return wrong(out_fault, "--asset", 0, fault);
	error = grow_or_tell(assets, "--asset", 0, &place, out_fault);
	if (!error)
		*place = asset;
	return error;
}

void assets_free(struct asset_list *assets)
{
	free(assets->list);
	*assets = (struct asset_list){0};
}

void asset_device(const struct listed_asset *asset, const uint8_t hash_key[16], struct device *out_device)
{
	struct prefix prefix;

	*out_device = (struct device){.merged_into = DEVICE_NONE, .name_source = NAME_PLACEHOLDER};
	facts_apply(&asset->facts, out_device);
	if (device_read_mac(asset->mac, out_device->macs[0]))
		out_device->mac_count = 1;
	else
		memset(out_device->macs[0], 0, 6);
	if (asset->address[0] && prefix_read(asset->address, &prefix) == 0) {
		memcpy(out_device->addresses[0], prefix.address, 16);
		out_device->address_count = 1;
	}
	if (!out_device->name[0])
		snprintf(out_device->name, sizeof(out_device->name), "%.45s%s%.45s", asset->facts.text[LABEL_MAKER],
			asset->facts.text[LABEL_MAKER][0] ? " " : "", asset->facts.text[LABEL_MODEL]);
	out_device->id = fw_siphash(hash_key, asset, sizeof(*asset));
}
