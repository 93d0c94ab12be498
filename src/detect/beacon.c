/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Beacons: at least 12 contacts of one device with one outside address, RITA's score (pulse.c) of at least 0.8, and an address
 * that no DNS answer gave or that never answered. The last condition is what makes the score a finding: nearly every keep-alive
 * of an honest device is as regular as a bot's, but it asks for its server by name, and the server is there.
 *
 *      candidates  8,192 pairs with one or two contacts     a scanner fills these, and only these
 *      series      1,024 pairs with three or more           rings of the latest 512 start times and 512 sizes
 *
 * Both go by exact LRU. Of a series with more contacts than the ring holds, the intervals and sizes are those of the latest
 * 512; first and last contact are exact; the histogram comes from 96 counters of equal width that covers the whole capture:
 * when time outgrows them, neighbours are added up in pairs and the width doubles, and for the score they are laid over
 * the 24 bins by their share. With fewer contacts all is exact.
 *
 * A contact is an opening; retransmitted SYNs are none, and the hall says so by telling each once. What a score means by
 * duration in a short capture is told in pulse.c: the capture's length stands for RITA's day. NTP (port 123), DNS (port 53) and
 * the device's resolver (whatever the port: DoT, DoH) are regular by nature and never count; nor do ICMP, which health checks use
 * towards bare addresses, and bare ACKs, which open nothing.
 */
#include "detect/beacon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "detect/pulse.h"
#include "wire/siphash.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17, PORT_DNS = 53, PORT_NTP = 123 };
enum {
	CANDIDATE_MAX = 8192,
	SERIES_MAX = 1024,
	SERIES_FROM = 3,
	CONTACT_MIN = 12,
	SCORE_MIN = 800,
	FINE_COUNT = 96,
	KNOWN_COUNT = 1 << 15,
	LIVE_JUDGED_MAX = 32, /* in a tick: some 50 us each */
	DAY_S = 86400
};

static const uint64_t second_ns = 1000000000ull;
static const uint64_t judge_every_ns = 86400ull * 1000000000ull;

struct pair {
	uint8_t target[16];
	uint32_t device;
	uint32_t zero; /* padding, always zero */
};

struct candidate {
	struct pair pair;
	uint64_t first_ns;
	uint32_t times[SERIES_FROM - 1], sizes[SERIES_FROM - 1];
	uint16_t port;
	uint8_t proto, time_count, size_count;
	bool named, answered, resolver;
};

struct series {
	struct pair pair;
	uint64_t first_ns, last_ns;
	uint64_t contacts, sizes_seen;
	uint32_t first, last; /* seconds of the capture */
	uint32_t fine_width; /* seconds */
	uint32_t fine[FINE_COUNT];
	uint16_t port;
	uint8_t proto;
	bool named, answered, resolver;
	bool changed; /* since it was judged */
	uint32_t times[PULSE_SERIES_MAX], sizes[PULSE_SERIES_MAX];
};

struct beacon_watch {
	struct table candidates, series;
	struct candidate *latest; /* a contact that waited in vain and its conversation's end often come together */
	struct book *book;
	uint64_t begin_ns, now_ns, judged_ns;
	uint64_t left_out;
	uint64_t quiet_ns; /* live: nothing is judged for so long */
	bool live;
	uint32_t turns; /* live: series that may still be judged in this tick */
	uint16_t known[KNOWN_COUNT]; /* pairs in either table, by known_at(): where none is, none need be looked for */
	uint8_t hash_key[16];
	bool begun;
};

int beacon_watch_new(const uint8_t hash_key[16], struct book *book, struct beacon_watch **out_watch)
{
	struct beacon_watch *watch = calloc(1, sizeof(*watch));
	int error;

	if (!watch)
		return -ENOMEM;
	watch->book = book;
	memcpy(watch->hash_key, hash_key, sizeof(watch->hash_key));
	error = table_init(&watch->candidates, CANDIDATE_MAX, sizeof(struct candidate), sizeof(struct pair), hash_key);
	if (!error)
		error = table_init(&watch->series, SERIES_MAX, sizeof(struct series), sizeof(struct pair), hash_key);
	if (error) {
		beacon_watch_free(watch);
		return error;
	}
	*out_watch = watch;
	return 0;
}

void beacon_watch_live(struct beacon_watch *watch, uint64_t quiet_ns)
{
	watch->live = true;
	watch->quiet_ns = quiet_ns;
}

void beacon_watch_free(struct beacon_watch *watch)
{
	if (!watch)
		return;
	table_done(&watch->candidates);
	table_done(&watch->series);
	free(watch);
}

static void see_time(struct beacon_watch *watch, uint64_t now_ns)
{
	if (!watch->begun)
		watch->begin_ns = watch->now_ns = watch->judged_ns = now_ns;
	watch->begun = true;
	if (now_ns > watch->now_ns)
		watch->now_ns = now_ns;
}

/* Seconds since the capture began, held between 0 and what 32 bits can say. */
static uint32_t second_of(const struct beacon_watch *watch, uint64_t time_ns)
{
	uint64_t second = time_ns > watch->begin_ns ? (time_ns - watch->begin_ns) / second_ns : 0;

	return second < UINT32_MAX ? (uint32_t)second : UINT32_MAX;
}

/* ---- judging ---- */

/* The fine counters laid over the 24 bins of the capture, each counter shared out by how much of it lies in each bin. */
static void bins_from_fine(const struct series *series, uint32_t end, uint32_t out_bins[PULSE_BIN_COUNT])
{
	double width = end / (double)PULSE_BIN_COUNT, share[PULSE_BIN_COUNT] = {0};

	for (uint32_t i = 0; i < FINE_COUNT; i++) {
		double from = i * (double)series->fine_width, to = from + series->fine_width, length;

		to = to < end ? to : end;
		for (uint32_t b = 0; b < PULSE_BIN_COUNT && series->fine[i] && to > from; b++) {
			double low = from > b * width ? from : b * width, high = to < (b + 1) * width ? to : (b + 1) * width;

			length = high > low ? high - low : 0;
			share[b] += series->fine[i] * length / (to - from);
		}
	}
	for (uint32_t b = 0; b < PULSE_BIN_COUNT; b++)
		out_bins[b] = (uint32_t)(share[b] + 0.5);
}

static void score(const struct beacon_watch *watch, const struct series *series, struct pulse *out_pulse)
{
	uint32_t times[PULSE_SERIES_MAX], sizes[PULSE_SERIES_MAX], bins[PULSE_BIN_COUNT];
	struct pulse_series pulse_series = {.times = times, .sizes = sizes, .first = series->first, .last = series->last};

	memcpy(times, series->times, sizeof(times));
	memcpy(sizes, series->sizes, sizeof(sizes));
	pulse_series.time_count = series->contacts < PULSE_SERIES_MAX ? (uint32_t)series->contacts : PULSE_SERIES_MAX;
	pulse_series.size_count = series->sizes_seen < PULSE_SERIES_MAX ? (uint32_t)series->sizes_seen : PULSE_SERIES_MAX;
	pulse_series.end = second_of(watch, watch->now_ns);
	if (series->contacts > PULSE_SERIES_MAX && pulse_series.end > 0) {
		bins_from_fine(series, pulse_series.end, bins);
		pulse_series.bins = bins;
	}
	pulse_read(&pulse_series, out_pulse);
}

/* Of the latest day, or of as much of it as the ring covers: what is older is as if it had never been. */
static void score_day(const struct beacon_watch *watch, const struct series *series, struct pulse *out_pulse)
{
	uint32_t times[PULSE_SERIES_MAX], sizes[PULSE_SERIES_MAX], end = second_of(watch, watch->now_ns), count = 0;
	uint32_t kept = series->contacts < PULSE_SERIES_MAX ? (uint32_t)series->contacts : PULSE_SERIES_MAX;
	uint32_t begin = end > DAY_S ? end - DAY_S : 0;
	struct pulse_series day = {.times = times, .sizes = sizes, .first = UINT32_MAX};

	/* the oldest that the ring holds, where it has come round */
	if (series->contacts > PULSE_SERIES_MAX && series->times[series->contacts % PULSE_SERIES_MAX] > begin)
		begin = series->times[series->contacts % PULSE_SERIES_MAX];
	for (uint32_t i = 0; i < kept; i++) {
		if (series->times[i] < begin)
			continue;
		times[count] = series->times[i] - begin;
		day.first = times[count] < day.first ? times[count] : day.first;
		day.last = times[count] > day.last ? times[count] : day.last;
		count++;
	}
	memcpy(sizes, series->sizes, sizeof(sizes));
	day.time_count = count;
	day.size_count = series->sizes_seen < PULSE_SERIES_MAX ? (uint32_t)series->sizes_seen : PULSE_SERIES_MAX;
	day.end = end - begin;
	*out_pulse = (struct pulse){0};
	if (count >= CONTACT_MIN)
		pulse_read(&day, out_pulse);
}

static void tell(struct beacon_watch *watch, const struct series *series, const struct pulse *pulse)
{
	uint64_t discriminator = fw_siphash(watch->hash_key, &series->pair, sizeof(series->pair));
	struct finding *finding;

	finding = book_note(watch->book, FINDING_BEACON, series->pair.device, NULL, discriminator, series->first_ns, NULL);
	if (!finding)
		return;
	if (series->last_ns > finding->last_ns)
		finding->last_ns = series->last_ns;
	finding->count = series->contacts;
	finding->beacon = (struct evidence_beacon){
		.port = series->port,
		.proto = series->proto,
		.contacts = series->contacts < UINT32_MAX ? (uint32_t)series->contacts : UINT32_MAX,
		.named = series->named,
		.answered = series->answered,
		.score = pulse->score,
		.timestamp_score = (uint16_t)(pulse->parts[PULSE_TIMESTAMP] * 1000 + 0.5),
		.size_score = (uint16_t)(pulse->parts[PULSE_SIZE] * 1000 + 0.5),
		.duration_score = (uint16_t)(pulse->parts[PULSE_DURATION] * 1000 + 0.5),
		.histogram_score = (uint16_t)(pulse->parts[PULSE_HISTOGRAM] * 1000 + 0.5),
		.period_ns = pulse->period * second_ns,
	};
	memcpy(finding->beacon.target, series->pair.target, 16);
	book_raise(watch->book, finding, SEVERITY_MEDIUM, STATE_SUSPECT);
}

static void judge(void *context, void *entry)
{
	struct beacon_watch *watch = context;
	const struct series *series = entry;
	struct pulse pulse;

	if (series->contacts < CONTACT_MIN || series->resolver || (series->named && series->answered))
		return;
	if (watch->live)
		score_day(watch, series, &pulse);
	else
		score(watch, series, &pulse);
	if (pulse.score >= SCORE_MIN)
		tell(watch, series, &pulse);
}

/* In between; a series that has not gone on is judged once more at the end. */
static void judge_changed(void *context, void *entry)
{
	struct series *series = entry;

	if (series->changed)
		judge(context, series);
	series->changed = false;
}

/* Live: the next tick goes on where this one ended. */
static void judge_some(void *context, void *entry)
{
	struct beacon_watch *watch = context;
	struct series *series = entry;

	if (!series->changed || watch->turns == 0)
		return;
	if (series->contacts >= CONTACT_MIN)
		watch->turns--;
	judge_changed(watch, series);
}

/* ---- gathering ---- */

static void fine_add(struct series *series, uint32_t second)
{
	while (second / series->fine_width >= FINE_COUNT) {
		for (uint32_t i = 0; i < FINE_COUNT / 2; i++)
			series->fine[i] = series->fine[2 * i] + series->fine[2 * i + 1];
		memset(series->fine + FINE_COUNT / 2, 0, sizeof(series->fine) / 2);
		series->fine_width *= 2;
	}
	series->fine[second / series->fine_width]++;
}

static void series_time(struct series *series, uint32_t second)
{
	if (series->contacts == 0 || second < series->first)
		series->first = second;
	if (second > series->last)
		series->last = second;
	series->times[series->contacts++ % PULSE_SERIES_MAX] = second;
	series->changed = true;
	fine_add(series, second);
}

static void series_size(struct series *series, uint32_t size)
{
	series->sizes[series->sizes_seen++ % PULSE_SERIES_MAX] = size;
	series->changed = true;
}

/* Cheap, as it only ever saves a lookup: an outsider who makes addresses collide here gains nothing. */
static uint16_t *known_at(struct beacon_watch *watch, const struct pair *pair)
{
	uint64_t low;

	memcpy(&low, pair->target + 8, sizeof(low));
	low = (low ^ pair->device) * 0x9e3779b97f4a7c15ull;
	return &watch->known[low >> 32 & (KNOWN_COUNT - 1)];
}

static void series_evict(void *context, void *entry)
{
	struct beacon_watch *watch = context;
	const struct series *series = entry;

	--*known_at(watch, &series->pair);
	watch->left_out++;
	judge(watch, entry);
}

/* The third contact: what the candidate knows begins a series. */
static struct series *promote(struct beacon_watch *watch, struct candidate *candidate)
{
	bool is_new;
	struct series *series = table_put(&watch->series, &candidate->pair, &is_new, series_evict, watch);

	series->first_ns = series->last_ns = candidate->first_ns;
	series->fine_width = 1;
	series->port = candidate->port;
	series->proto = candidate->proto;
	series->named = candidate->named;
	series->answered = candidate->answered;
	series->resolver = candidate->resolver;
	for (uint32_t i = 0; i < candidate->time_count; i++)
		series_time(series, candidate->times[i]);
	for (uint32_t i = 0; i < candidate->size_count; i++)
		series_size(series, candidate->sizes[i]);
	table_remove(&watch->candidates, candidate);
	watch->latest = NULL;
	return series;
}

static void candidate_evict(void *context, void *entry)
{
	struct beacon_watch *watch = context;
	const struct candidate *candidate = entry;

	--*known_at(watch, &candidate->pair);
	watch->left_out += candidate->time_count > 1;
}

/* The series that this contact belongs to; NULL while the pair has had too few, then it is noted with the candidate. */
static struct series *series_for(struct beacon_watch *watch, const struct pair *pair, const struct contact *contact)
{
	struct series *series = *known_at(watch, pair) ? table_find(&watch->series, pair) : NULL;
	struct candidate *candidate;
	bool is_new;

	if (series) {
		table_touch(&watch->series, series);
		return series;
	}
	candidate = table_put(&watch->candidates, pair, &is_new, candidate_evict, watch);
	watch->latest = candidate;
	if (candidate->time_count == SERIES_FROM - 1)
		return promote(watch, candidate);
	if (is_new) {
		++*known_at(watch, pair);
		candidate->first_ns = contact->start_ns;
		candidate->port = contact->port;
		candidate->proto = contact->kind == CONTACT_TCP ? PROTO_TCP : PROTO_UDP;
	}
	candidate->times[candidate->time_count++] = second_of(watch, contact->start_ns);
	candidate->named |= contact->target_named;
	candidate->answered |= contact->outcome == CONTACT_ANSWERED;
	return NULL;
}

static bool regular_by_nature(uint16_t port)
{
	return port == PORT_DNS || port == PORT_NTP;
}

void beacon_watch_contact(struct beacon_watch *watch, const struct contact *contact)
{
	struct pair pair = {.device = contact->device};
	struct series *series;

	see_time(watch, contact->start_ns);
	if (contact->kind != CONTACT_TCP && contact->kind != CONTACT_UDP)
		return;
	if (!contact->source_ours || contact->target_ours || contact->outcome == CONTACT_VOID || regular_by_nature(contact->port))
		return;
	memcpy(pair.target, contact->target, 16);
	series = series_for(watch, &pair, contact);
	if (!series)
		return;
	if (contact->start_ns > series->last_ns)
		series->last_ns = contact->start_ns;
	series->named |= contact->target_named;
	series->answered |= contact->outcome == CONTACT_ANSWERED;
	series_time(series, second_of(watch, contact->start_ns));
}

void beacon_watch_conversation(struct beacon_watch *watch, const struct conversation_end *end)
{
	struct pair pair = {.device = end->device};
	uint32_t size = end->bytes_out < UINT32_MAX ? (uint32_t)end->bytes_out : UINT32_MAX;
	struct candidate *candidate;
	struct series *series;

	see_time(watch, end->last_ns);
	if (!end->source_ours || end->target_ours || (end->proto != PROTO_TCP && end->proto != PROTO_UDP) || regular_by_nature(end->port))
		return;
	memcpy(pair.target, end->target, 16);
	candidate = watch->latest;
	if (!candidate || memcmp(&candidate->pair, &pair, sizeof(pair)) != 0) {
		if (!*known_at(watch, &pair))
			return;
		series = table_find(&watch->series, &pair);
		if (series) {
			series->resolver |= end->target_resolver;
			series->named |= end->target_named;
			series_size(series, size);
			return;
		}
		candidate = table_find(&watch->candidates, &pair);
	}
	if (!candidate)
		return;
	candidate->resolver |= end->target_resolver;
	candidate->named |= end->target_named;
	if (candidate->size_count < SERIES_FROM - 1)
		candidate->sizes[candidate->size_count++] = size;
}

void beacon_watch_tick(struct beacon_watch *watch, uint64_t now_ns)
{
	see_time(watch, now_ns);
	if (watch->live) {
		if (watch->now_ns - watch->begin_ns < watch->quiet_ns || watch->now_ns - watch->judged_ns < second_ns / 2)
			return;
		watch->judged_ns = watch->now_ns;
		watch->turns = LIVE_JUDGED_MAX;
		table_each(&watch->series, judge_some, watch);
		return;
	}
	if (watch->now_ns - watch->judged_ns < judge_every_ns)
		return;
	watch->judged_ns = watch->now_ns;
	table_each(&watch->series, judge_changed, watch);
}

void beacon_watch_end(struct beacon_watch *watch, uint64_t now_ns)
{
	see_time(watch, now_ns);
	table_each(&watch->series, judge, watch);
}

uint64_t beacon_watch_left_out(const struct beacon_watch *watch)
{
	return watch->left_out;
}
