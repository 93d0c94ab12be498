/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seconds of questions to findings; the idea and the limits stand in zone.c.
 */
#include "detect/zone_room.h"

#include <string.h>

#include "wire/siphash.h"

enum { ROW = 5, ASKING_LABELS = 50, ASKED_BURST = 1000, ASKED_STEADY = 200, AFTER_ALARM = 4, FAILED_PERCENT = 80 };

/* Sums of the seconds first..last, as far as they are held. */
static struct second sum_of(const struct zone *zone, uint32_t first, uint32_t last)
{
	struct second sum = {0};

	for (uint32_t number = first; number <= last; number++) {
		const struct second *second = second_at(zone, number);

		if (!second)
			continue;
		sum.once += second->once;
		sum.failed += second->failed;
		sum.answered += second->answered;
		sum.lost += second->lost;
		sum.questions += second->questions;
		sum.outside += second->outside;
		sum.bytes += second->bytes;
		sum.outside_bytes += second->outside_bytes;
	}
	return sum;
}

static uint32_t back_from(uint32_t number, uint32_t count)
{
	return number >= count - 1 ? number - (count - 1) : 0;
}

/* Nobody waits for an answer any more: whatever has none is silent. */
static uint32_t failed_in(const struct second *sum)
{
	return sum->once - sum->answered - sum->lost;
}

static bool mostly_failed(const struct second *sum)
{
	uint64_t known = sum->once - sum->lost;

	return known > 0 && failed_in(sum) * 100ull >= known * FAILED_PERCENT;
}

/* Labels of the last seconds that hot zones below this one account for. */
static uint32_t explained_below(const struct zone_watch *watch, const struct zone *zone)
{
	size_t len = strcmp(zone->name, ".") == 0 ? 0 : strlen(zone->name);
	uint32_t explained = 0;

	for (uint32_t i = 0; i < watch->hot_count; i++) {
		const struct zone *other = table_at(&watch->zones, watch->hot[i]);
		struct slice name = {(const uint8_t *)other->name, strlen(other->name)};

		if (other == zone || other->key.device != zone->key.device || other->key.side != zone->key.side || name.len <= len)
			continue;
		if (zone_holds(zone->name, name))
			explained += sum_of(other, back_from(other->newest, WINDOW), other->newest).once;
	}
	return explained;
}

static bool enough(uint32_t labels, uint32_t explained, uint32_t limit)
{
	return labels >= limit && labels - limit >= explained;
}

/* Whether the seconds up to this one are guilty; *out_first is the first of them. */
static bool judge_asking(const struct zone *zone, uint32_t number, uint32_t explained, uint32_t *out_first)
{
	struct second sum = sum_of(zone, back_from(number, WINDOW), number);

	*out_first = back_from(number, WINDOW);
	return enough(sum.once, explained, ASKING_LABELS) && mostly_failed(&sum);
}

static bool judge_asked(const struct zone *zone, uint32_t number, uint32_t explained, uint32_t *out_first)
{
	struct second sum = sum_of(zone, number, number);

	*out_first = number;
	if (enough(sum.once, explained, zone->alarmed ? ASKED_STEADY / AFTER_ALARM : ASKED_BURST) && mostly_failed(&sum))
		return true;
	if (number + 1 < ROW)
		return false;
	*out_first = back_from(number, ROW);
	for (uint32_t i = *out_first; i <= number; i++) {
		sum = sum_of(zone, i, i);
		if (!enough(sum.once, explained / ROW, ASKED_STEADY))
			return false;
	}
	sum = sum_of(zone, *out_first, number);
	return mostly_failed(&sum);
}

static void note_parties(const struct zone *zone, struct finding *finding)
{
	struct evidence_flood *flood = &finding->flood;

	flood->port = 53;
	memcpy(flood->target, zone->server, 16);
	flood->target_bits = 128;
	if (zone->many_servers) {
		memset(flood->target, 0, 16);
		flood->target_bits = 0;
	}
	finding->has_source = zone->clients.count == 1;
	memcpy(finding->source, zone->client, 16);
	if (!finding->has_source)
		memset(finding->source, 0, 16);
	if (zone->key.side == SIDE_ASKED && zone->clients.count > flood->sources_unproven)
		flood->sources_unproven = zone->clients.count;
}

static void note_sums(struct zone *zone, struct finding *finding, const struct second *sum)
{
	struct evidence_flood *flood = &finding->flood;

	zone->told_labels += sum->once - sum->lost;
	zone->told_failed += failed_in(sum);
	finding->count += sum->questions;
	flood->vector = VECTOR_DNS_RANDOM_SUBDOMAIN;
	flood->packets += sum->questions;
	flood->bytes += sum->bytes;
	flood->answers += sum->answered;
	flood->labels += sum->once;
	flood->failed_share = zone->told_labels ? (uint32_t)(zone->told_failed * 100 / zone->told_labels) : 0;
	memcpy(flood->zone, zone->name, sizeof(flood->zone));
}

/* The guilty seconds that were not counted yet. */
static void tell(struct zone_watch *watch, struct zone *zone, uint32_t first, uint32_t last)
{
	bool asking = zone->key.side == SIDE_ASKING;
	uint64_t discriminator = fw_siphash(watch->hash_key, &zone->key, sizeof(zone->key)), last_ns;
	struct finding *finding;
	struct second sum;

	if (first < zone->spent)
		first = zone->spent;
	while (first < last && sum_of(zone, first, first).questions == 0)
		first++;
	sum = sum_of(zone, first, last);
	zone->spent = last + 1;
	zone->alarmed = true;
	if (sum.questions == 0)
		return;
	finding = book_note(watch->book, asking ? FINDING_FLOOD : FINDING_RECEIVES_FLOOD, zone->key.device, NULL, discriminator,
		zone->begin_ns + first * SECOND_NS, NULL);
	if (!finding)
		return;
	last_ns = zone->begin_ns + (last + 1) * SECOND_NS - 1;
	last_ns = zone->last_ns < last_ns ? zone->last_ns : last_ns;
	if (last_ns > finding->last_ns)
		finding->last_ns = last_ns;
	for (uint32_t i = first; i <= last; i++)
		if (sum_of(zone, i, i).questions > finding->flood.peak_pps)
			finding->flood.peak_pps = sum_of(zone, i, i).questions;
	note_sums(zone, finding, &sum);
	note_parties(zone, finding);
	book_raise(watch->book, finding, asking ? SEVERITY_CRITICAL : SEVERITY_HIGH, asking ? STATE_HIJACKED : STATE_CLEAN);
	/* whoever asks from inside is counted as the one who floods */
	struct junk_count count = {asking ? sum.questions : sum.outside, asking ? sum.bytes : sum.outside_bytes};
	flood_add_junk(watch->flood, finding, &(struct junk_piece){zone->begin_ns + first * SECOND_NS, last_ns, count});
}

static void judge(struct zone_watch *watch, struct zone *zone, uint32_t number)
{
	uint32_t explained = explained_below(watch, zone), first;
	bool guilty;

	if (zone->key.side == SIDE_ASKING)
		guilty = judge_asking(zone, number, explained, &first);
	else
		guilty = judge_asked(zone, number, explained, &first);
	if (guilty)
		tell(watch, zone, first, number);
}

void zone_judge_until(struct zone_watch *watch, struct zone *zone, uint32_t limit)
{
	while (zone->hot && zone->judged < limit && zone->judged <= zone->newest)
		judge(watch, zone, zone->judged++);
}

void zone_consider(struct zone_watch *watch, struct zone *zone)
{
	bool asking = zone->key.side == SIDE_ASKING;
	struct second sum;

	if (zone->hot)
		return;
	sum = sum_of(zone, asking ? back_from(zone->newest, WINDOW) : zone->newest, zone->newest);
	if (sum.once < (asking ? ASKING_LABELS : ASKED_STEADY))
		return;
	if (watch->hot_count == HOT_MAX) {
		watch->left_out += !zone->refused;
		zone->refused = true;
		return;
	}
	zone->hot = true;
	zone->refused = false;
	zone->judged = zone->newest;
	watch->hot[watch->hot_count++] = table_index(&watch->zones, zone);
}
