/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `flood`: what a device of ours sends to one target that does not answer. The idea stands in flood.c.
 *
 * Targets are taken together by prefix, for floods walk over networks; most do not, and whoever is hit wants to see his address
 * and not his neighbours'. So each rate has a favourite: a vote in the manner of Boyer and Moore (1981), where a packet to
 * the favourite is a vote for it and any other takes one away. They let the place fall empty at 0; here who takes the last vote has
 * it at once. That finds only what holds more than two thirds, but loses nothing to a single packet to somebody else that came
 * first: what goes to the favourite is counted from the packet that made it one. The finding names the favourite, and counts
 * its packets and answers alone, while it has nine tenths of all that were guilty.
 *
 * A line that goes down in the midst of a call looks like a flood: media go on for up to 30 s without an answer (RFC 7675 section
 * 5.1), at some hundred packets a second. So UDP that was answered until all the outside fell silent is let pass for so long, at the
 * rate that it had; a packet from outside, to whomever, ends that.
 */
#include "detect/flood_room.h"

static const struct rate_rule rule = {.burst = 1000, .steady = 100, .steady_windows = 3};
static const struct rate_rule http_rule = {.burst = 50, .steady = 50, .steady_windows = 1};
static const uint64_t unheard_ns = 1000000000ull; /* losses are told once in a second, or less */
static const uint64_t consent_ns = 30000000000ull, at_once_ns = 2000000000ull;
enum { SAME_RATE = 2 };

/* The part of this junk that the victim's own rate, if it is ours too, has not counted. */
static struct junk_count claim_junk(struct flood *flood, const struct leaving *leaving, struct junk_count count)
{
	struct rate_key key = {.device = DEVICE_NONE, .what = vector_in(&leaving->rate) | WHAT_EXACT};
	struct falling *falling;
	struct junk_count claim;

	if (!(leaving->rate.key.what & WHAT_EXACT))
		return count;
	memcpy(key.target, leaving->shape.target, 16);
	falling = (struct falling *)rates_find(&flood->falling, &key);
	if (!falling)
		return count;
	claim = count_min(count, falling->unclaimed);
	count_take(&falling->unclaimed, claim);
	count_take(&count, claim);
	count_add(&falling->ahead, count);
	return count;
}

static void favour(struct leaving *leaving, const struct sighting *seen)
{
	struct rate_part *part = &leaving->rate.part;

	if (!leaving->favourite.known || !same_address(leaving->favourite.target, seen->packet->dst)) {
		if (leaving->favourite.known && --leaving->votes > 0)
			return;
		leaving->favourite.known = false;
		leaving->votes = 0;
		rate_part_clear(&leaving->rate);
	}
	if (leaving->votes < UINT32_MAX)
		leaving->votes++;
	shape_see(&leaving->favourite, seen->packet);
	part->packets++;
	part->bytes += seen->wire_len;
}

void leaving_answered(struct leaving *leaving, const uint8_t address[16], uint32_t answers)
{
	rate_answer(&leaving->rate, answers);
	if (leaving->rate.open && leaving->favourite.known && same_address(leaving->favourite.target, address))
		leaving->rate.part.answers += answers;
}

static bool is_aimed(const struct rate_sum *part, const struct rate_sum *all)
{
	return part->packets * 10 >= all->packets * 9;
}

static void add_guilt(struct leaving *leaving, const struct rate_guilt *guilt)
{
	if (!same_address(leaving->part_target, leaving->favourite.target))
		leaving->part = (struct rate_sum){0};
	memcpy(leaving->part_target, leaving->favourite.target, 16);
	rate_sum_add(&leaving->all, &guilt->all);
	rate_sum_add(&leaving->part, &guilt->part);
}

/* What this rate has told the finding before gives way to what it knows now. */
static void note_sum(struct finding *finding, struct leaving *leaving, const struct rate_sum *sum)
{
	finding->count -= leaving->told.packets;
	finding->flood.packets -= leaving->told.packets;
	finding->flood.bytes -= leaving->told.bytes;
	finding->flood.answers -= leaving->told.answers;
	finding_note_sum(finding, sum);
	leaving->told = *sum;
}

static void note_target(struct finding *finding, const uint8_t target[16], uint8_t bits)
{
	memcpy(finding->flood.target, target, 16);
	finding->flood.target_bits = bits;
}

/* One address or the prefix: then the sums and the shape are those of its packets, or of all. */
static void note_aim(struct finding *finding, struct leaving *leaving)
{
	const struct evidence_flood *flood = &finding->flood;
	const struct rate *rate = &leaving->rate;
	bool exact = rate->key.what & WHAT_EXACT;

	/* a rate that had this place before, and was pushed out, told of others */
	if (leaving->told.packets == 0 && flood->target_bits != 0)
		leaving->others |= flood->target_bits != 128 || !same_address(flood->target, leaving->favourite.target);
	if (!exact && !leaving->others && is_aimed(&leaving->part, &leaving->all)) {
		note_sum(finding, leaving, &leaving->part);
		note_target(finding, leaving->favourite.target, 128);
		finding_note_shape(finding, rate, &leaving->favourite);
		return;
	}
	note_sum(finding, leaving, &leaving->all);
	note_target(finding, rate->key.target, exact ? 128 : address_prefix_bits(rate->key.target));
	finding_note_shape(finding, rate, &leaving->shape);
}

static void note_junk(struct flood *flood, struct leaving *leaving, const struct finding *finding, const struct rate_guilt *guilt)
{
	const struct rate *rate = &leaving->rate;
	bool exact = rate->key.what & WHAT_EXACT, aimed = !exact && is_aimed(&guilt->part, &guilt->all);
	const struct rate_sum *sum = aimed ? &guilt->part : &guilt->all;
	const uint8_t *one = exact ? rate->key.target : leaving->favourite.target;
	struct junk_count count = claim_junk(flood, leaving, (struct junk_count){sum->packets, sum->bytes});

	junk_add(flood, finding, rate, &leaving->plain, &(struct junk_piece){guilt->first_ns, guilt->last_ns, count});
	tally_target(flood->tally, rate->key.target, exact ? 128 : address_prefix_bits(rate->key.target), one, !exact && !aimed, count);
}

/* The window that has just closed is of a call on a line that went down. */
static bool is_call_on_dead_line(const struct flood *flood, const struct leaving *leaving)
{
	const struct rate *rate = &leaving->rate;
	uint32_t packets = rate->past[rate->past_count - 1].packets;

	return vector_in(rate) == VECTOR_UDP && packets < rate->rule->burst && packets <= SAME_RATE * leaving->two_way_packets &&
		rate->begin_ns > flood->heard_ns && flood->heard_ns <= leaving->two_way_ns + at_once_ns &&
		rate->last_ns - leaving->two_way_ns <= consent_ns;
}

static void note_two_way(struct leaving *leaving)
{
	const struct rate_past *window = &leaving->rate.past[leaving->rate.past_count - 1];

	if (!rate_is_answered(window))
		return;
	leaving->two_way_ns = window->begin_ns;
	leaving->two_way_packets = window->packets;
}

/* Frames that reached the device were lost lately, among which answers may have been. */
static bool may_be_answered(const struct flood *flood, const struct rate *rate, const struct rate_guilt *guilt)
{
	const uint32_t places[] = {rate->key.device < FW_DEVICE_MAX ? rate->key.device : FW_DEVICE_MAX, FW_DEVICE_MAX};

	for (int i = 0; i < 2; i++) {
		const struct unheard *unheard = &flood->unheard[places[i]];

		if (unheard->time_ns && unheard->time_ns + unheard_ns >= guilt->first_ns &&
			!rate_stays_guilty(guilt, unheard->lost, unheard->seen))
			return true;
	}
	return false;
}

void leaving_closed(void *context, struct rate *rate, const struct rate_guilt *guilt, bool streak)
{
	struct flood *flood = context;
	struct leaving *leaving = (struct leaving *)rate;
	bool media = rate_is_media(rate, &leaving->media);
	struct finding *finding;

	note_two_way(leaving);
	if (guilt && (media || is_call_on_dead_line(flood, leaving) || may_be_answered(flood, rate, guilt))) {
		rate->alarmed = false;
		return;
	}
	if (!guilt) {
		if (!streak && !rate->alarmed)
			leaving->shape.known = leaving->favourite.known = false;
		return;
	}
	add_guilt(leaving, guilt);
	finding = finding_note(flood, FINDING_FLOOD, rate->key.device, rate, guilt->first_ns);
	if (finding) {
		if (guilt->last_ns > finding->last_ns)
			finding->last_ns = guilt->last_ns;
		note_aim(finding, leaving);
		book_raise(flood->book, finding, SEVERITY_CRITICAL, STATE_HIJACKED);
	}
	note_junk(flood, leaving, finding, guilt);
}

void leaving_left(void *context, struct rate *rate)
{
	(void)context;
	(void)rate;
}

/* The prefix of a target that is not ours: floods walk over networks. Requests go to one host. */
static void fill_key(const struct sighting *seen, enum vector vector, struct rate_key *out_key)
{
	bool exact = seen->dst_ours || vector == VECTOR_HTTP;
	size_t kept = exact ? 16 : address_prefix_bits(seen->packet->dst) / 8;

	*out_key = (struct rate_key){.device = seen->src_device, .what = vector | (exact ? WHAT_EXACT : 0u)};
	memcpy(out_key->target, seen->packet->dst, kept);
}

static struct rate *look_up(struct flood *flood, const struct sighting *seen, enum vector vector)
{
	struct rate_key key;
	struct rate *rate;

	if (address_is_loopback(seen->packet->dst) || same_address(seen->packet->src, seen->packet->dst))
		return NULL;
	fill_key(seen, vector, &key);
	rate = rates_put(&flood->leaving, &key, vector == VECTOR_HTTP ? &http_rule : &rule);
	if (seen->memo)
		seen->memo[MEMO_LEAVING] = rates_memo(&flood->leaving, rate);
	return rate;
}

void leaving_count(struct flood *flood, const struct sighting *seen, enum vector vector)
{
	struct rate *rate = seen->memo ? rates_recall(&flood->leaving, seen->memo[MEMO_LEAVING]) : NULL;

	if (rate && vector_is_body(rate, vector))
		return;
	if (!rate || vector_in(rate) != vector || rate->key.device != seen->src_device)
		rate = look_up(flood, seen, vector);
	if (!rate)
		return;
	rate_count(&flood->leaving, rate, flood->now_ns, seen->wire_len);
	shape_see(&((struct leaving *)rate)->shape, seen->packet);
	if (vector == VECTOR_UDP)
		media_see(&((struct leaving *)rate)->media, seen);
	if (!(rate->key.what & WHAT_EXACT))
		favour((struct leaving *)rate, seen);
	flood_wake(flood);
}

void leaving_wanted(struct flood *flood, const struct sighting *seen, uint32_t answers)
{
	struct rate_key key;
	struct rate *rate;

	fill_key(seen, VECTOR_FRAGMENT, &key);
	rate = rates_find(&flood->leaving, &key);
	if (rate)
		leaving_answered((struct leaving *)rate, seen->packet->dst, answers);
}
