/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The room's door: gives each observation to the detectors that want it. They know nothing of each other and
 * share the book of findings; the one rule that needs two of them, a beacon of a device that also scans or floods, is kept here.
 */
#include "detect/detect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "detect/advised.h"
#include "detect/beacon.h"
#include "detect/book.h"
#include "detect/flood.h"
#include "detect/login.h"
#include "detect/reached.h"
#include "detect/reflector.h"
#include "detect/scan.h"
#include "detect/service.h"
#include "detect/spoof.h"
#include "detect/violation.h"
#include "detect/zone.h"
#include "wire/limits.h"

#define BEACON_REVIEW_NS 60000000000ull
#define QUIET_NS 60000000000ull /* what was added to in the last minute does not leave */
#define KEPT_NS 86400000000000ull /* nor, while there is room, in the last day */
#define SWEEP_NS 3600000000000ull /* between two looks for what is older */

struct detect {
	struct book *book;
	struct scan *scan;
	struct login *login;
	struct flood *flood;
	struct zone_watch *zones;
	struct spoof *spoof;
	struct violation_watch *violations;
	struct beacon_watch *beacons;
	struct reached *reached;
	struct reflector *reflector;
	bool live;
	uint32_t finding_max;
	uint64_t swept_ns, left;
	uint64_t reviewed_ns;
	uint64_t reviewed; /* book_changes() then */
	struct detect_left_out left_out;
};

void detect_defaults(struct detect_config *out_config)
{
	*out_config = (struct detect_config){.pair_max = FW_PAIR_MAX, .rate_max = FW_RATE_MAX, .finding_max = FW_FINDING_MAX};
}

int detect_new(const struct detect_config *config, struct detect **out_detect)
{
	struct detect *detect = calloc(1, sizeof(*detect));
	const uint8_t *key = config->hash_key;

	if (!detect)
		return -ENOMEM;
	int result = book_new(config->finding_max, key, &detect->book);
	if (result == 0)
		result = scan_new(config->pair_max, key, detect->book, &detect->scan);
	if (result == 0)
		result = login_new(key, detect->book, &detect->login);
	if (result == 0)
		result = flood_new(config->rate_max, key, detect->book, &detect->flood);
	if (result == 0)
		result = zone_watch_new(key, detect->book, detect->flood, &detect->zones);
	if (result == 0)
		result = spoof_new(key, detect->book, &detect->spoof);
	if (result == 0)
		result = violation_watch_new(key, detect->book, &detect->violations);
	if (result == 0)
		result = beacon_watch_new(key, detect->book, &detect->beacons);
	if (result == 0)
		result = reached_new(key, config->side_inferred, detect->book, &detect->reached);
	if (result == 0)
		result = reflector_new(key, config->side_inferred, detect->book, detect->reached, &detect->reflector);
	if (result != 0) {
		detect_free(detect);
		return result;
	}
	detect->live = config->live;
	detect->finding_max = config->finding_max;
	if (config->live)
		beacon_watch_live(detect->beacons, config->quiet_ns);
	*out_detect = detect;
	return 0;
}

void detect_free(struct detect *detect)
{
	if (!detect)
		return;
	reflector_free(detect->reflector);
	reached_free(detect->reached);
	beacon_watch_free(detect->beacons);
	violation_watch_free(detect->violations);
	spoof_free(detect->spoof);
	zone_watch_free(detect->zones);
	flood_free(detect->flood);
	login_free(detect->login);
	scan_free(detect->scan);
	book_free(detect->book);
	free(detect);
}

void detect_packet(struct detect *detect, const struct sighting *seen)
{
	flood_packet(detect->flood, seen);
	reached_packet(detect->reached, seen);
	reflector_packet(detect->reflector, seen);
}

void detect_contact(struct detect *detect, const struct contact *contact)
{
	scan_contact(detect->scan, contact);
	beacon_watch_contact(detect->beacons, contact);
}

void detect_merged(struct detect *detect, uint32_t from, uint32_t into)
{
	scan_merge(detect->scan, from, into);
}

void detect_conversation(struct detect *detect, const struct conversation_end *end)
{
	login_conversation(detect->login, end);
	beacon_watch_conversation(detect->beacons, end);
}

void detect_service(struct detect *detect, const struct service_seen *seen)
{
	service_see(detect->book, seen);
}

void detect_login(struct detect *detect, const struct login_seen *seen)
{
	login_see(detect->login, seen);
}

void detect_login_result(struct detect *detect, uint64_t conversation, enum login_result result, uint64_t time_ns)
{
	login_result(detect->login, conversation, result, time_ns);
}

void detect_dns(struct detect *detect, const struct dns_seen *seen)
{
	zone_watch_dns(detect->zones, seen);
}

void detect_forged(struct detect *detect, const struct forged_seen *seen)
{
	spoof_see(detect->spoof, seen);
}

void detect_violation(struct detect *detect, const struct violation_seen *seen)
{
	violation_see(detect->violations, seen);
}

enum severity detect_grade_advisory(const struct evidence_advisory *seen)
{
	return advised_grade(seen);
}

void detect_advisory(struct detect *detect, uint32_t device, uint64_t first_ns, uint64_t last_ns, const struct evidence_advisory *seen)
{
	advised_see(detect->book, device, first_ns, last_ns, seen);
}

void detect_port_mapping(struct detect *detect, const struct port_mapping_seen *seen)
{
	reached_port_mapping(detect->reached, seen);
}

void detect_sender_says(struct detect *detect, const uint8_t address[16], const struct sender_says *says)
{
	flood_sender_says(detect->flood, address, says);
}

/* A beacon alone is a device that calls home; one of a device that also scans or floods is how it gets its orders. */
static void beacons_review(struct detect *detect)
{
	uint8_t hot[FW_DEVICE_MAX] = {0};
	uint32_t count = book_count(detect->book);

	if (detect->reviewed == book_changes(detect->book))
		return;
	for (uint32_t i = 0; i < count; i++) {
		const struct finding *finding = book_at(detect->book, i);
		bool attack = finding->id == FINDING_FLOOD || (finding->id == FINDING_SCAN && finding->severity >= SEVERITY_HIGH);
		if (attack && finding->device < FW_DEVICE_MAX)
			hot[finding->device] = 1;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct finding *finding = book_at(detect->book, i);
		if (finding->id == FINDING_BEACON && finding->device < FW_DEVICE_MAX && hot[finding->device])
			book_raise(detect->book, finding, SEVERITY_HIGH, STATE_SUSPECT);
	}
	detect->reviewed = book_changes(detect->book);
}

void detect_unheard(struct detect *detect, uint32_t device, uint64_t lost, uint64_t seen)
{
	flood_unheard(detect->flood, device, lost, seen);
}

static void forget(struct detect *detect, uint64_t before_ns, uint32_t keep)
{
	uint32_t marked = book_mark(detect->book, before_ns, keep);

	if (!marked)
		return;
	scan_forget(detect->scan);
	login_forget(detect->login);
	reflector_forget(detect->reflector);
	reached_forget(detect->reached);
	book_leave(detect->book);
	detect->left += marked;
}

/* An eighth of the book stays free as long as there is something quiet in it; what is older than a day leaves anyway. */
static void sweep(struct detect *detect, uint64_t now_ns)
{
	uint32_t most = detect->finding_max - detect->finding_max / 8;

	if (book_kept(detect->book) > most && now_ns > QUIET_NS)
		forget(detect, now_ns - QUIET_NS, most - detect->finding_max / 8);
	if (now_ns < detect->swept_ns + SWEEP_NS)
		return;
	detect->swept_ns = now_ns;
	if (now_ns > KEPT_NS)
		forget(detect, now_ns - KEPT_NS, 0);
}

void detect_tick(struct detect *detect, uint64_t now_ns)
{
	scan_tick(detect->scan, now_ns);
	login_tick(detect->login, now_ns);
	flood_tick(detect->flood, now_ns);
	zone_watch_tick(detect->zones, now_ns);
	beacon_watch_tick(detect->beacons, now_ns);
	reached_tick(detect->reached, now_ns);
	if (detect->live)
		sweep(detect, now_ns);
	if (now_ns < detect->reviewed_ns + BEACON_REVIEW_NS)
		return;
	detect->reviewed_ns = now_ns;
	beacons_review(detect);
}

void detect_end(struct detect *detect, uint64_t now_ns)
{
	scan_end(detect->scan);
	login_end(detect->login);
	zone_watch_end(detect->zones, now_ns);
	flood_end(detect->flood, now_ns);
	beacon_watch_end(detect->beacons, now_ns);
	reached_end(detect->reached);
	beacons_review(detect);
	book_settle(detect->book);
}

const struct finding *detect_finding(const struct detect *detect, uint32_t index)
{
	return book_at(detect->book, index);
}

uint32_t detect_places(const struct detect *detect)
{
	return book_count(detect->book);
}

uint64_t detect_number(const struct detect *detect, uint32_t place)
{
	return book_number(detect->book, place);
}

uint32_t detect_kept(const struct detect *detect)
{
	return book_kept(detect->book);
}

uint64_t detect_left(const struct detect *detect)
{
	return detect->left;
}

const struct junk *detect_junk(struct detect *detect)
{
	return flood_junk(detect->flood);
}

const struct timeline *detect_timeline(struct detect *detect)
{
	return flood_timeline(detect->flood);
}

const struct detect_left_out *detect_left_out(struct detect *detect)
{
	detect->left_out = (struct detect_left_out){
		.pairs = scan_pairs_left_out(detect->scan),
		.rates = flood_left_out(detect->flood),
		.findings = book_left_out(detect->book) + scan_findings_left_out(detect->scan) + reached_left_out(detect->reached) +
			reflector_left_out(detect->reflector) + spoof_left_out(detect->spoof),
		.beacons = beacon_watch_left_out(detect->beacons),
		.logins = login_left_out(detect->login),
		.zones = zone_watch_left_out(detect->zones),
	};
	return &detect->left_out;
}
