/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/prefix.h"
#include "base/text.h"
#include "sheet/records.h"
#include "sheet/sheet.h"

enum { MAKER_SURE = 85 }; /* percent: from there on a recall of its maker's is taken to be about it */

struct facts_list {
	struct facts *facts;
	size_t count;
};

#define FACT(name, fact) \
	{ \
		name, offsetof(struct facts, text) + (fact)*DEVICE_TEXT_MAX, DEVICE_TEXT_MAX \
	}
static const struct record_key keys[] = {
	{"device", offsetof(struct facts, device), DEVICE_TEXT_MAX},
	{"name", offsetof(struct facts, name), DEVICE_TEXT_MAX},
	{"note", offsetof(struct facts, note), DEVICE_TEXT_MAX},
	FACT("bought", LABEL_BOUGHT),
	FACT("made", LABEL_MADE),
	FACT("serial", LABEL_SERIAL),
	FACT("country", LABEL_COUNTRY),
	FACT("label", LABEL_TEXT),
	FACT("maker", LABEL_MAKER),
	FACT("brand", LABEL_BRAND),
	FACT("kind", LABEL_KIND),
	FACT("model", LABEL_MODEL),
	FACT("firmware", LABEL_FIRMWARE),
	{NULL, 0, 0},
};

/* ---- whose ---- */

bool device_read_mac(const char *word, uint8_t out_mac[6])
{
	for (size_t i = 0; i < 6; i++, word += 3) {
		char *end;
		unsigned long byte = strtoul(word, &end, 16);

		if (end != word + 2 || *word == '+' || *word == '-' || *word == ' ' || word[1] == 'x' || word[1] == 'X')
			return false;
		if (i < 5 ? *end != ':' && *end != '-' : *end)
			return false;
		out_mac[i] = (uint8_t)byte;
	}
	return true;
}

void device_id(const struct device *device, char out[DEVICE_ID_MAX])
{
	snprintf(out, DEVICE_ID_MAX, "dev-%012" PRIx64, device->id & 0xffffffffffffu);
}

void device_key(const struct device *device, const char *serial, char out[DEVICE_KEY_MAX])
{
	char id[DEVICE_ID_MAX];
	size_t at;

	if (device->mac_count) {
		text_mac(out, device->macs[0]);
	} else if (device->address_count) {
		text_address(out, device->addresses[0]);
	} else if (*serial) {
		at = (size_t)snprintf(out, DEVICE_KEY_MAX, "serial ");
		text_escape(out + at, DEVICE_KEY_MAX - at, serial, SIZE_MAX);
	} else if (device->name[0] && device->name_source <= NAME_ANNOUNCED) {
		text_escape(out, DEVICE_KEY_MAX, device->name, SIZE_MAX);
	} else {
		device_id(device, id);
		memcpy(out, id, sizeof(id));
	}
}

static bool has_mac(const struct device *device, const uint8_t mac[6])
{
	for (unsigned i = 0; i < device->mac_count; i++)
		if (!memcmp(device->macs[i], mac, 6))
			return true;
	return false;
}

static bool read_address(const char *word, uint8_t out_address[16])
{
	struct prefix prefix;

	if (!strpbrk(word, ".:") || prefix_read(word, &prefix) || prefix.bits != 128)
		return false;
	memcpy(out_address, prefix.address, 16);
	return true;
}

static bool has_address(const struct device *device, const uint8_t address[16])
{
	for (unsigned i = 0; i < device->address_count; i++)
		if (!memcmp(device->addresses[i], address, 16))
			return true;
	return false;
}

bool device_is(const struct device *device, const char *who)
{
	char id[DEVICE_ID_MAX], name[DEVICE_KEY_MAX];
	uint8_t mac[6], address[16];

	if (device_read_mac(who, mac))
		return has_mac(device, mac);
	if (device->name[0] && strcasecmp(device->name, who) == 0)
		return true;
	if (read_address(who, address) && has_address(device, address))
		return true;
	if (strncasecmp(who, "dev-", 4) == 0) {
		device_id(device, id);
		return strcasecmp(id, who) == 0;
	}
	if (!strchr(who, '\\')) /* only a name that was escaped can differ from itself */
		return false;
	text_escape(name, sizeof(name), device->name, SIZE_MAX);
	return strcmp(name, who) == 0;
}

/* ---- reading ---- */

/* NULL, or what is wrong with a record that is whole. */
static const char *finish(const struct facts_list *list, struct facts *facts)
{
	if (!facts->device[0])
		return "the record says not whose facts these are: device is missing";
	for (int i = LABEL_BOUGHT; i <= LABEL_MADE; i++) {
		facts->days[i] = DAYS_UNKNOWN;
		if (facts->text[i][0] && days_read(facts->text[i], &facts->days[i]))
			return "a date is written 2014, 2014-11 or 2014-11-30";
	}
	for (const struct facts *each = list->facts; each < facts; each++)
		if (strcasecmp(each->device, facts->device) == 0)
			return "there are facts about this device already";
	facts->of_mac = device_read_mac(facts->device, facts->mac);
	facts->of_address = !facts->of_mac && read_address(facts->device, facts->address);
	return NULL;
}

static int finish_last(const struct facts_list *list, const char *file, struct fault *out_fault)
{
	struct facts *last = list->count ? &list->facts[list->count - 1] : NULL;
	const char *fault = last ? finish(list, last) : NULL;

	if (fault)
		fault_set(out_fault, file, last->line, 0, "%s", fault);
	return fault ? -EINVAL : 0;
}

/* 1: the field is no answer; else 0, or -EINVAL. */
static int take_answer(
	const struct questions *questions, const struct record_field *field, struct facts *facts, const char *file, struct fault *out_fault)
{
	uint32_t question = questions_find(questions, field->key);
	bool yes = strcmp(field->value, "yes") == 0;

	if (question == SHEET_QUESTIONS_MAX)
		return 1;
	if (facts->answers[question] != TRUTH_UNKNOWN)
		fault_set(out_fault, file, field->line, 0, "this key was given already");
	else if (!yes && strcmp(field->value, "no"))
		fault_set(out_fault, file, field->line, 0, "%s is answered yes or no; leave it out while you do not know", field->key);
	else {
		facts->answers[question] = yes ? TRUTH_YES : TRUTH_NO;
		return 0;
	}
	return -EINVAL;
}

static int read_all(struct facts_list *list, struct records *records, const struct questions *questions, struct fault *out_fault)
{
	struct record_field field;
	uint32_t seen = 0;
	int more, error = 0;

	while ((more = record_next(records, &field, out_fault)) > 0) {
		if (field.first) {
			error = finish_last(list, records->file, out_fault);
			if (!error)
				error = record_grow((void **)&list->facts, &list->count, sizeof(*list->facts), FACTS_MAX);
			if (error == -E2BIG)
				fault_set(out_fault, records->file, field.line, 0, "facts about more than %d devices", FACTS_MAX);
			if (error)
				return error == -E2BIG ? -EINVAL : error;
			list->facts[list->count - 1].line = field.line;
			seen = 0;
		}
		error = take_answer(questions, &field, &list->facts[list->count - 1], records->file, out_fault);
		if (error > 0)
			error = record_take(records, keys, &field, &list->facts[list->count - 1], &seen, out_fault);
		if (error)
			return error;
	}
	return more ? more : finish_last(list, records->file, out_fault);
}

int facts_read(const struct facts_source *source, struct facts_list **out_list, struct fault *out_fault)
{
	struct facts_list *list = calloc(1, sizeof(*list));
	struct records records;
	int error;

	if (!list)
		return -ENOMEM;
	records_init(&records, source->file, source->body, source->len);
	error = read_all(list, &records, source->questions, out_fault);
	if (error)
		facts_free(list);
	else
		*out_list = list;
	return error;
}

void facts_free(struct facts_list *list)
{
	if (list)
		free(list->facts);
	free(list);
}

size_t facts_count(const struct facts_list *list)
{
	return list ? list->count : 0;
}

const struct facts *facts_at(const struct facts_list *list, size_t index)
{
	return &list->facts[index];
}

/* As device_is(), without reading the same words for each of tens of thousands of devices. */
static bool is_of(const struct facts *facts, const struct device *device)
{
	if (facts->of_mac)
		return has_mac(device, facts->mac);
	if (device->name[0] && strcasecmp(device->name, facts->device) == 0)
		return true;
	if (facts->of_address)
		return has_address(device, facts->address);
	return (strncasecmp(facts->device, "dev-", 4) == 0 || strchr(facts->device, '\\')) && device_is(device, facts->device);
}

/* A MAC is a device's own; a name is what it says of itself. */
const struct facts *facts_find(const struct facts_list *list, const struct device *device)
{
	const struct facts *found = NULL;

	for (size_t i = 0; list && i < list->count; i++) {
		const struct facts *facts = &list->facts[i];

		if ((found && !facts->of_mac) || !is_of(facts, device))
			continue;
		if (facts->of_mac)
			return facts;
		found = facts;
	}
	return found;
}

/* ---- using ---- */

void facts_apply(const struct facts *facts, struct device *device)
{
	struct guess *guesses[LABEL_COUNT] = {
		[LABEL_MAKER] = &device->maker,
		[LABEL_BRAND] = &device->brand,
		[LABEL_KIND] = &device->kind,
		[LABEL_MODEL] = &device->model,
		[LABEL_FIRMWARE] = &device->firmware,
	};

	for (int i = LABEL_MAKER; i < LABEL_COUNT; i++)
		if (facts->text[i][0]) {
			memcpy(guesses[i]->name, facts->text[i], DEVICE_TEXT_MAX);
			guesses[i]->confidence = 100;
		}
	if (facts->name[0]) {
		memcpy(device->name, facts->name, DEVICE_TEXT_MAX);
		device->name_source = NAME_USER;
	}
}

void facts_say(const struct facts *facts, char *out, size_t size)
{
	size_t at = 0;

	*out = 0;
	for (int i = 0; facts && i < LABEL_MAKER; i++) {
		int len;
		if (!facts->text[i][0])
			continue;
		len = snprintf(out + at, size - at, "%s%s %s", at ? ", " : "", label_fact_name((enum label_fact)i), facts->text[i]);
		if (len < 0 || (size_t)len >= size - at) {
			out[at] = 0;
			return;
		}
		at += (size_t)len;
	}
}

static const char *likely(const struct guess *guess)
{
	return guess->confidence >= ASSET_CONFIDENCE_LEAST ? guess->name : "";
}

void facts_known(const struct facts *facts, const struct device *device, struct known *out_known)
{
	*out_known = (struct known){.days = {DAYS_UNKNOWN, DAYS_UNKNOWN}};
	for (int i = 0; i < LABEL_COUNT; i++)
		out_known->text[i] = facts ? facts->text[i] : "";
	for (int i = LABEL_BOUGHT; facts && i <= LABEL_MADE; i++)
		out_known->days[i] = facts->days[i];
	out_known->text[LABEL_MAKER] = likely(&device->maker);
	out_known->maker_doubtful = device->maker.confidence < MAKER_SURE;
	out_known->text[LABEL_BRAND] = likely(&device->brand);
	out_known->text[LABEL_KIND] = likely(&device->kind);
	out_known->text[LABEL_MODEL] = likely(&device->model);
	out_known->text[LABEL_FIRMWARE] = likely(&device->firmware);
}
