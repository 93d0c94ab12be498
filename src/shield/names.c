/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shield/shield.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shield/inside.h"
#include "wire/siphash.h"

int names_new(uint32_t names_max, uint32_t zones_max, const uint8_t key[16], struct names **out)
{
	struct names *names;
	uint32_t heads = 1;

	if (!names_max || names_max > NAMES_CEILING || !zones_max || zones_max > NAMES_ZONES_MAX)
		return -EINVAL;
	names = calloc(1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	while (heads < zones_max)
		heads *= 2;
	names->names_max = names_max;
	names->zones_max = zones_max;
	names->heads_mask = heads - 1;
	names->free_from = 1;
	memcpy(names->key, key, sizeof(names->key));
	names->places = calloc(zones_max + 1, sizeof(*names->places));
	names->heads = calloc(heads, sizeof(*names->heads));
	if (!names->places || !names->heads) {
		names_free(names);
		return -ENOMEM;
	}
	*out = names;
	return 0;
}

static void zone_free(struct zone *zone)
{
	if (zone)
		free(zone->nodes);
	free(zone);
}

void names_free(struct names *names)
{
	if (!names)
		return;
	for (uint32_t place = 1; names->places && place <= names->zones_max; place++)
		zone_free(names->places[place]);
	free(names->places);
	free(names->heads);
	free(names);
}

uint32_t zone_count(const struct zone *zone)
{
	return (zone->nodes ? zone->names : 1) + zone->labels;
}

static uint32_t *head_of(const struct names *names, const uint8_t *apex, size_t len)
{
	return &names->heads[fw_siphash13(names->key, apex, len) & names->heads_mask];
}

/* apex in small letters. */
static uint32_t find(const struct names *names, const uint8_t *apex, size_t len)
{
	uint32_t place = *head_of(names, apex, len);

	while (place) {
		const struct zone *zone = names->places[place];
		if (zone->apex_len == len && memcmp(zone->apex, apex, len) == 0)
			break;
		place = zone->next;
	}
	return place;
}

uint32_t names_find(const struct names *names, const uint8_t *apex, size_t len)
{
	uint8_t name[FW_DNS_NAME_MAX];

	return name_copy(name, apex, len) < 0 ? 0 : find(names, name, len);
}

static uint32_t free_place(struct names *names)
{
	while (names->places[names->free_from])
		names->free_from++;
	return names->free_from;
}

static void zone_put(struct names *names, struct zone *zone)
{
	uint32_t *head = head_of(names, zone->apex, zone->apex_len);

	zone->place = free_place(names);
	zone->next = *head;
	*head = zone->place;
	names->places[zone->place] = zone;
	names->zones++;
	names->counted += zone_count(zone);
	names->bytes += sizeof(*zone);
}

int names_zone(struct names *names, const uint8_t *apex, size_t len, uint32_t *out_place, struct fault *out_fault)
{
	struct zone made = {.apex_len = (uint16_t)len}, *zone;
	int labels = name_copy(made.apex, apex, len);
	uint32_t place = labels < 0 ? 0 : find(names, made.apex, len);
	char text[NAME_TEXT_MAX];

	if (place) {
		*out_place = place;
		return 0;
	}
	name_text(text, apex, len);
	if (labels < 0) {
		fault_set(out_fault, "", 0, 0, "the name of a zone is no name");
		return -EINVAL;
	}
	made.labels = (uint8_t)labels;
	if (names->zones == names->zones_max) {
		fault_set(out_fault, text, 0, 0, "there is room for %u zones, and this is one more", names->zones_max);
		return -ENOSPC;
	}
	if (zone_count(&made) > names->names_max - names->counted) {
		fault_set(out_fault, text, 0, 0, "there is room for %u names, and %u are taken", names->names_max, names->counted);
		return -ENOSPC;
	}
	zone = malloc(sizeof(*zone));
	if (!zone)
		return -ENOMEM;
	*zone = made;
	zone_put(names, zone);
	*out_place = zone->place;
	return 0;
}

static struct zone *zone_at(const struct names *names, uint32_t place)
{
	return place && place <= names->zones_max ? names->places[place] : NULL;
}

void names_empty(struct names *names, uint32_t place)
{
	struct zone *zone = zone_at(names, place);

	if (!zone || !zone->nodes)
		return;
	names->counted -= zone_count(zone);
	names->bytes -= zone->nodes_len;
	names->loaded--;
	free(zone->nodes);
	zone->nodes = NULL;
	zone->nodes_len = 0;
	zone->names = 0;
	zone->kinds = 0;
	names->counted += zone_count(zone);
}

void names_forget(struct names *names, uint32_t place)
{
	struct zone *zone = zone_at(names, place);
	uint32_t *link;

	if (!zone)
		return;
	names_empty(names, place);
	link = head_of(names, zone->apex, zone->apex_len);
	while (*link != place)
		link = &names->places[*link]->next;
	*link = zone->next;
	names->places[place] = NULL;
	names->zones--;
	names->counted -= zone_count(zone);
	names->bytes -= sizeof(*zone);
	if (place < names->free_from)
		names->free_from = place;
	zone_free(zone);
}

bool names_view(const struct names *names, uint32_t place, struct names_view *out)
{
	const struct zone *zone = zone_at(names, place);

	if (!zone)
		return false;
	*out = (struct names_view){
		.apex = zone->apex,
		.apex_len = zone->apex_len,
		.loaded = zone->nodes != NULL,
		.names = zone->names,
		.kinds = zone->kinds,
		.bytes = sizeof(*zone) + zone->nodes_len,
	};
	return true;
}

struct names_counts names_counts(const struct names *names)
{
	return (struct names_counts){
		.zones = names->zones,
		.zones_max = names->zones_max,
		.loaded = names->loaded,
		.names = names->counted,
		.names_max = names->names_max,
		.bytes = names->bytes + names->loading_bytes,
	};
}
