/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random subdomains ("water torture"; Mirai's DNS attack): names nobody has asked before, so that every cache on the way must
 * ask the zone's own servers. The bot sends them through the home's own resolver; no packet goes to the victim, and what they
 * have in common is the zone.
 *
 *      q7x2kd.www.example.org      a question counts below its parent and below its grandparent,
 *      |----| www.example.org      since tools put one random label or two in front
 *      |--------| example.org
 *
 * Counted per (device, zone) in seconds since the zone's first question, in a ring of 16. A label is counted in the second it
 * is first asked; asked again (the same type under another message id: not a retransmission, not AAAA next to A) it is no
 * longer one that is never repeated and is taken out. An answer counts for the second of its question. A second is judged
 * three seconds after it ended, when what has no answer is silent:
 *
 *      seconds   ... | S-9 |  ...  |  S  | S+1 | S+2 | S+3 | now
 *                      \-- 10 s judged --/   \-- answers on their way
 *
 * Asking: 50 labels never repeated in 10 s, at least 80 % of them NXDOMAIN or silent. Asked (our server is the victim): 1,000
 * in a second or 200 in each of five, with the same share. SERVFAIL counts as silence, for it is how a resolver passes on the
 * silence of the zone's servers. Only zones that come near a limit are judged at all (the "hot" ones, at most 64).
 *
 * A grandparent is not blamed for what its child zone explains: labels of a hot zone below are subtracted. Nor is a resolver
 * of ours for what it was asked and asks on. Reverse zones and local ones never count, and no client is blamed for asking
 * below the root or a top-level domain (Chromium probes three single labels when a network comes up; a resolver asks for what
 * its users mistype). Names behind an eviction are counted neither as answered nor as failed.
 *
 * Known false alarm: a mail server that asks a block list (DNSBL) about many senders, most of whom are not listed.
 */
#include "detect/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "detect/zone_room.h"
#include "wire/siphash.h"

enum { ZONE_MAX = 1024, LABEL_MAX = 16384, NAME_MAX_LEN = 255 };
enum { RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3 };
enum { QUESTION_OVERHEAD = 20 + 8 + 12 + 2 + 4 }; /* IPv4, UDP, DNS header, the name's first length and its end, type and class */

static const uint64_t wait_ns = WAIT * (uint64_t)SECOND_NS;

int zone_watch_new(const uint8_t hash_key[16], struct book *book, struct flood *flood, struct zone_watch **out_watch)
{
	struct zone_watch *watch = calloc(1, sizeof(*watch));
	int error;

	if (!watch)
		return -ENOMEM;
	watch->book = book;
	watch->flood = flood;
	memcpy(watch->hash_key, hash_key, sizeof(watch->hash_key));
	error = table_init(&watch->zones, ZONE_MAX, sizeof(struct zone), sizeof(struct zone_key), hash_key);
	if (!error)
		error = table_init(&watch->labels, LABEL_MAX, sizeof(struct label), offsetof(struct label, asked_ns), hash_key);
	if (error) {
		zone_watch_free(watch);
		return error;
	}
	*out_watch = watch;
	return 0;
}

void zone_watch_free(struct zone_watch *watch)
{
	if (!watch)
		return;
	table_done(&watch->zones);
	table_done(&watch->labels);
	free(watch);
}

/* ---- names ---- */

/* What is left of a name without its first label; "." when nothing is. A backslash makes the byte behind it part of the label. */
static struct slice parent_of(struct slice name)
{
	size_t at = 0;

	while (at < name.len && name.bytes[at] != '.')
		at += name.bytes[at] == '\\' ? 2 : 1;
	if (at + 1 >= name.len)
		return (struct slice){(const uint8_t *)".", 1};
	return (struct slice){name.bytes + at + 1, name.len - at - 1};
}

static bool is_root(struct slice name)
{
	return name.len == 0 || (name.len == 1 && name.bytes[0] == '.');
}

bool zone_holds(const char *zone, struct slice name)
{
	size_t len = strlen(zone);

	if (strcmp(zone, ".") == 0)
		return true;
	if (name.len < len || memcmp(name.bytes + name.len - len, zone, len) != 0)
		return false;
	return name.len == len || name.bytes[name.len - len - 1] == '.';
}

static bool is_watched(struct slice zone, enum side side)
{
	static const char *const never[] = {"in-addr.arpa", "ip6.arpa", "local", "home.arpa"};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (zone_holds(never[i], zone))
			return false;
	return side == SIDE_ASKED || (!is_root(zone) && memchr(zone.bytes, '.', zone.len));
}

static uint64_t name_hash(const struct zone_watch *watch, struct slice name)
{
	return fw_siphash(watch->hash_key, name.bytes, name.len < NAME_MAX_LEN ? name.len : NAME_MAX_LEN);
}

/* ---- questions and answers ---- */

static uint32_t number_of(const struct zone *zone, uint64_t now_ns)
{
	uint64_t number = now_ns > zone->begin_ns ? (now_ns - zone->begin_ns) / SECOND_NS : 0;

	return number < UINT32_MAX - RING ? (uint32_t)number : UINT32_MAX - RING;
}

static void hot_drop(struct zone_watch *watch, uint32_t place)
{
	((struct zone *)table_at(&watch->zones, watch->hot[place]))->hot = false;
	memmove(watch->hot + place, watch->hot + place + 1, sizeof(watch->hot[0]) * (--watch->hot_count - place));
}

static void zone_evict(void *context, void *entry)
{
	struct zone_watch *watch = context;
	struct zone *zone = entry;

	if (!zone->hot)
		return;
	watch->left_out++;
	for (uint32_t i = 0; i < watch->hot_count; i++)
		if (watch->hot[i] == table_index(&watch->zones, zone)) {
			hot_drop(watch, i);
			return;
		}
}

/* Makes now the newest second; what falls out of the ring has been judged before. */
static void zone_advance(struct zone_watch *watch, struct zone *zone)
{
	uint32_t number = number_of(zone, watch->now_ns);

	zone_judge_until(watch, zone, number >= WAIT ? number - WAIT : 0);
	if (number > zone->newest && number - zone->newest >= RING)
		memset(zone->ring, 0, sizeof(zone->ring));
	else
		for (uint32_t i = zone->newest + 1; i <= number; i++)
			zone->ring[i % RING] = (struct second){0};
	if (number > zone->newest)
		zone->newest = number;
}

static struct zone *zone_put(struct zone_watch *watch, struct slice name, uint32_t device, enum side side)
{
	struct zone_key key = {.name_hash = name_hash(watch, name), .device = device, .side = side};
	struct zone *zone;
	bool is_new;

	zone = table_put(&watch->zones, &key, &is_new, zone_evict, watch);
	if (is_new) {
		zone->serial = ++watch->serial;
		zone->begin_ns = watch->now_ns;
		memcpy(zone->name, name.bytes, name.len < sizeof(zone->name) - 1 ? name.len : sizeof(zone->name) - 1);
	}
	zone_advance(watch, zone);
	return zone;
}

/* The second that a label counts in, NULL when it is gone. */
static struct second *label_second(const struct zone_watch *watch, const struct label *label)
{
	const struct zone *zone = table_at(&watch->zones, label->zone);

	return zone->serial == label->serial ? second_at(zone, label->second) : NULL;
}

static void label_evict(void *context, void *entry)
{
	struct label *label = entry;
	struct second *second = label_second(context, label);

	if (second && !label->repeated && label->outcome == OUTCOME_WAITING)
		second->lost++;
}

static void label_repeat(struct zone_watch *watch, struct label *label)
{
	struct second *second = label_second(watch, label);

	label->repeated = true;
	if (!second)
		return;
	second->once--;
	second->failed -= label->outcome == OUTCOME_FAILED;
	second->answered -= label->outcome == OUTCOME_ANSWERED;
}

static void label_see(struct zone_watch *watch, struct zone *zone, const struct dns_seen *seen, uint64_t hash)
{
	struct label key = {.name_hash = hash, .zone = table_index(&watch->zones, zone), .serial = zone->serial}, *label;
	bool is_new;

	label = table_put(&watch->labels, &key, &is_new, label_evict, watch);
	if (!is_new) {
		if (!label->repeated && label->type == seen->type && label->id != seen->id)
			label_repeat(watch, label);
		return;
	}
	label->asked_ns = watch->now_ns;
	label->second = zone->newest;
	label->id = seen->id;
	label->type = seen->type;
	second_at(zone, zone->newest)->once++;
}

static struct label *label_find(const struct zone_watch *watch, struct slice zone_name, uint64_t hash, uint32_t device, enum side side)
{
	struct zone_key key = {.name_hash = name_hash(watch, zone_name), .device = device, .side = side};
	const struct zone *zone = table_find(&watch->zones, &key);
	struct label label = {.name_hash = hash};

	if (!zone)
		return NULL;
	label.zone = table_index(&watch->zones, zone);
	label.serial = zone->serial;
	return table_find(&watch->labels, &label);
}

static void zone_parties(const struct zone_watch *watch, struct zone *zone, const struct dns_seen *seen)
{
	if (zone->clients.count == 0) {
		memcpy(zone->server, seen->server, 16);
		memcpy(zone->client, seen->client, 16);
	}
	zone->many_servers |= memcmp(zone->server, seen->server, 16) != 0;
	few_add(&zone->clients, fw_siphash(watch->hash_key, seen->client, 16));
}

static void question(struct zone_watch *watch, const struct dns_seen *seen, struct slice zone_name, enum side side)
{
	uint32_t device = side == SIDE_ASKING ? seen->client_device : seen->server_device;
	uint64_t hash = name_hash(watch, seen->name);
	uint32_t bytes = (uint32_t)(seen->name.len + QUESTION_OVERHEAD);
	struct second *second;
	struct zone *zone;

	if (!is_watched(zone_name, side))
		return;
	/* a resolver that asks on what it was asked */
	if (side == SIDE_ASKING && label_find(watch, zone_name, hash, device, SIDE_ASKED))
		return;
	zone = zone_put(watch, zone_name, device, side);
	zone->last_ns = watch->now_ns;
	zone_parties(watch, zone, seen);
	label_see(watch, zone, seen, hash);
	second = second_at(zone, zone->newest);
	second->questions++;
	second->bytes += bytes;
	second->outside += !seen->client_ours;
	second->outside_bytes += seen->client_ours ? 0 : bytes;
	zone_consider(watch, zone);
}

static void response(struct zone_watch *watch, const struct dns_seen *seen, struct slice zone_name, enum side side)
{
	uint32_t device = side == SIDE_ASKING ? seen->client_device : seen->server_device;
	struct label *label = label_find(watch, zone_name, name_hash(watch, seen->name), device, side);
	bool failed = seen->rcode == RCODE_NXDOMAIN || seen->rcode == RCODE_SERVFAIL;
	struct second *second;

	if (!label || label->repeated || label->outcome != OUTCOME_WAITING || watch->now_ns - label->asked_ns > wait_ns)
		return;
	label->outcome = failed ? OUTCOME_FAILED : OUTCOME_ANSWERED;
	second = label_second(watch, label);
	if (!second)
		return;
	second->failed += failed;
	second->answered += !failed;
}

void zone_watch_dns(struct zone_watch *watch, const struct dns_seen *seen)
{
	void (*take)(struct zone_watch *, const struct dns_seen *, struct slice, enum side) = seen->response ? response : question;
	struct slice parent, grandparent;

	if (seen->time_ns > watch->now_ns)
		watch->now_ns = seen->time_ns;
	if (is_root(seen->name) || seen->name.len > NAME_MAX_LEN)
		return;
	parent = parent_of(seen->name);
	grandparent = is_root(parent) ? parent : parent_of(parent);
	for (enum side side = SIDE_ASKING; side <= SIDE_ASKED; side++) {
		if (side == SIDE_ASKING ? !seen->client_ours : !seen->server_ours)
			continue;
		take(watch, seen, parent, side);
		if (!is_root(parent))
			take(watch, seen, grandparent, side);
	}
}

/* The hot zones that have gone quiet; after all are judged, since they explain those above them. */
static void cool_down(struct zone_watch *watch)
{
	for (uint32_t i = 0; i < watch->hot_count;) {
		const struct zone *zone = table_at(&watch->zones, watch->hot[i]);

		if (zone->judged > zone->newest && number_of(zone, watch->now_ns) - zone->newest > WINDOW)
			hot_drop(watch, i);
		else
			i++;
	}
}

void zone_watch_tick(struct zone_watch *watch, uint64_t now_ns)
{
	if (now_ns > watch->now_ns)
		watch->now_ns = now_ns;
	for (uint32_t i = 0; i < watch->hot_count; i++) {
		struct zone *zone = table_at(&watch->zones, watch->hot[i]);
		uint32_t number = number_of(zone, watch->now_ns);

		zone_judge_until(watch, zone, number >= WAIT ? number - WAIT : 0);
	}
	cool_down(watch);
}

void zone_watch_end(struct zone_watch *watch, uint64_t now_ns)
{
	zone_watch_tick(watch, now_ns);
	for (uint32_t i = 0; i < watch->hot_count; i++)
		zone_judge_until(watch, table_at(&watch->zones, watch->hot[i]), UINT32_MAX);
}

uint64_t zone_watch_left_out(const struct zone_watch *watch)
{
	return watch->left_out;
}
