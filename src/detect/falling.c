/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `receives-flood`: what falls on a device of ours that nobody here asked for, who sends it, and whether it is an
 * attack on us or the echo of one on somebody else. The idea stands in flood.c.
 */
#include "detect/flood_room.h"

enum { BACKSCATTER_SENDERS = 8, BACKSCATTER_VICTIMS = 16 };

static const struct rate_rule rule = {.burst = 1000, .steady = 200, .steady_windows = 5};

static bool is_backscatter(const struct flood *flood, const struct falling *falling, uint32_t senders)
{
	struct rate_key key = {.device = DEVICE_NONE, .what = vector_in(&falling->rate)};
	const struct echoing *echoing;

	if (!vector_reflected(vector_in(&falling->rate)) || senders > BACKSCATTER_SENDERS)
		return false;
	memcpy(key.target, falling->shape.source, 16);
	echoing = (const struct echoing *)rates_find(&flood->echoing, &key);
	return echoing && echoing->victims.count >= BACKSCATTER_VICTIMS;
}

/* Whose tally, and of which vector. */
struct taking {
	struct tally *tally;
	enum vector vector;
};

static void take_party(void *context, uint16_t party, struct junk_count count)
{
	const struct taking *taking = context;

	tally_party(taking->tally, party, taking->vector, count);
}

static void drop_party(void *context, uint16_t party, struct junk_count count)
{
	(void)context;
	(void)party;
	(void)count;
}

static struct sample_mark mark_of(const struct flood *flood, const struct falling *falling)
{
	return (struct sample_mark){rates_memo(&flood->falling, &falling->rate), falling->epoch};
}

/* What was gathered of the senders was junk: it counts for them. */
static void take_senders(struct flood *flood, struct falling *falling)
{
	enum vector vector = vector_in(&falling->rate);
	struct taking taking = {flood->tally, vector};

	crowd_parties_take(flood->crowds, &falling->crowd, take_party, &taking);
	tally_judge(flood->tally, mark_of(flood, falling), vector);
	falling->epoch++;
}

static void drop_senders(struct flood *flood, struct falling *falling)
{
	crowd_parties_take(flood->crowds, &falling->crowd, drop_party, NULL);
	falling->epoch++;
}

static void add_junk(struct flood *flood, struct falling *falling, const struct finding *finding, const struct rate_guilt *guilt)
{
	const uint8_t *victim = falling->rate.key.target;
	struct junk_count count = {guilt->all.packets, guilt->all.bytes}, inner = count_min(falling->inner, count);
	struct junk_count use = count_min(inner, falling->ahead);

	count_take(&falling->ahead, use);
	count_take(&inner, use);
	count_add(&falling->unclaimed, inner);
	count_take(&count, use);
	junk_add(flood, finding, &falling->rate, &falling->plain, &(struct junk_piece){guilt->first_ns, guilt->last_ns, count});
	tally_target(flood->tally, victim, 128, victim, false, count);
	take_senders(flood, falling);
}

static void note_sources(struct finding *finding, uint32_t proven, uint32_t unproven)
{
	if (proven > finding->flood.sources_proven)
		finding->flood.sources_proven = proven;
	if (unproven > finding->flood.sources_unproven)
		finding->flood.sources_unproven = unproven;
}

/* A window without guilt: what was gathered is forgotten unless it may still become part of a guilty row. */
static void calm_down(struct flood *flood, struct falling *falling, bool streak)
{
	if (streak && !falling->rate.alarmed)
		return;
	drop_senders(flood, falling);
	falling->inner = (struct junk_count){0};
	if (falling->rate.alarmed)
		return;
	if (falling->crowd.few.count || falling->crowd.place)
		crowd_clear(flood->crowds, &falling->crowd);
	falling->shape.known = false;
	falling->unclaimed = falling->ahead = (struct junk_count){0};
}

static void note_falling(const struct falling *falling, struct finding *finding)
{
	finding_note_shape(finding, &falling->rate, &falling->shape);
	memcpy(finding->flood.target, falling->rate.key.target, 16);
	finding->flood.target_bits = 128;
}

void falling_closed(void *context, struct rate *rate, const struct rate_guilt *guilt, bool streak)
{
	struct flood *flood = context;
	struct falling *falling = (struct falling *)rate;
	bool media = rate_is_media(rate, &falling->media), backscatter;
	uint32_t proven, unproven;
	struct finding *finding;

	if (guilt && media)
		rate->alarmed = false;
	if (!guilt || media) {
		calm_down(flood, falling, streak);
		return;
	}
	crowd_count(flood->crowds, &falling->crowd, &proven, &unproven);
	backscatter = is_backscatter(flood, falling, proven + unproven);
	/* by address: the device behind it may come to be known, or turn out to be another, while the flood runs */
	finding = finding_note(flood, FINDING_RECEIVES_FLOOD, DEVICE_NONE, rate, guilt->first_ns);
	if (finding) {
		finding->device = falling->device == DEVICE_NONE ? finding->device : falling->device;
		finding_note_guilt(finding, guilt);
		note_falling(falling, finding);
		note_sources(finding, proven, unproven);
		finding->flood.backscatter |= backscatter;
		book_raise(flood->book, finding, backscatter ? SEVERITY_LOW : SEVERITY_HIGH, STATE_CLEAN);
	}
	if (backscatter)
		drop_senders(flood, falling);
	else
		add_junk(flood, falling, finding, guilt);
	falling->inner = (struct junk_count){0};
}

void falling_left(void *context, struct rate *rate)
{
	struct flood *flood = context;

	crowd_clear(flood->crowds, &((struct falling *)rate)->crowd);
}

void echoing_closed(void *context, struct rate *rate, const struct rate_guilt *guilt, bool streak)
{
	struct flood *flood = context;
	struct echoing *echoing = (struct echoing *)rate;
	struct finding *finding;

	if (!guilt && !streak && !rate->alarmed)
		echoing->victims.count = 0;
	if (!guilt || echoing->victims.count < BACKSCATTER_VICTIMS)
		return;
	finding = finding_note(flood, FINDING_RECEIVES_FLOOD, DEVICE_NONE, rate, guilt->first_ns);
	if (!finding)
		return;
	finding_note_guilt(finding, guilt);
	finding->has_source = true;
	memcpy(finding->source, rate->key.target, 16);
	memcpy(finding->flood.target, echoing->victim, 16);
	finding->flood.target_bits = 128;
	finding->flood.vector = vector_in(rate);
	finding->flood.backscatter = true;
	note_sources(finding, 0, 1);
}

void echoing_left(void *context, struct rate *rate)
{
	(void)context;
	(void)rate;
}

static void count_echo(struct flood *flood, const struct sighting *seen, enum vector vector)
{
	struct rate_key key = {.device = DEVICE_NONE, .what = vector};
	struct echoing *echoing;

	memcpy(key.target, seen->packet->src, 16);
	echoing = (struct echoing *)rates_put(&flood->echoing, &key, &rule);
	if (echoing->victims.count == 0)
		memcpy(echoing->victim, seen->packet->dst, 16);
	if (echoing->victims.count < BACKSCATTER_VICTIMS)
		few_add(&echoing->victims, fw_siphash(flood->hash_key, seen->packet->dst, 16));
	rate_count(&flood->echoing, &echoing->rate, flood->now_ns, seen->wire_len);
}

/* Whose answers carry a name of theirs that is read. */
static bool vector_talks(enum vector vector)
{
	return vector == VECTOR_DHIP_REFLECTION || vector == VECTOR_SSDP_REFLECTION || vector == VECTOR_SNMP_REFLECTION;
}

static void see_sender(struct flood *flood, struct falling *falling, const struct sighting *seen, enum vector vector)
{
	const struct fw_packet *p = seen->packet;
	bool first = falling->shape.many_sources || falling->crowd.few.count == 0;
	uint64_t hash = first ? fw_siphash(flood->hash_key, p->src, 16) : 0;
	struct sample_mark mark = mark_of(flood, falling);
	struct junk_count one = {1, seen->wire_len};
	uint16_t party;

	if (first)
		crowd_see(flood->crowds, &falling->crowd, hash, seen->handshake_done, flood->now_ns);
	if (seen->src_ours) {
		count_add(&falling->inner, one);
		return;
	}
	party = tally_see(flood->tally, p->src, vector_talks(vector), mark, seen->wire_len);
	if (party != PARTY_NOBODY)
		crowd_party(flood->crowds, &falling->crowd, party, one, flood->now_ns);
	if (first && (vector_reflected(vector) || seen->handshake_done))
		tally_source(flood->tally, hash, mark, party);
}

static const uint8_t *victim_of(const struct sighting *seen)
{
	return seen->to_many ? flood_broadcast : seen->packet->dst;
}

static void fill_key(const struct sighting *seen, enum vector vector, struct rate_key *out_key)
{
	*out_key = (struct rate_key){.device = DEVICE_NONE, .what = vector | WHAT_EXACT};
	memcpy(out_key->target, victim_of(seen), 16);
}

static struct rate *look_up(struct flood *flood, const struct sighting *seen, enum vector vector)
{
	struct rate_key key;
	struct rate *rate;

	if (address_is_loopback(seen->packet->src) || same_address(seen->packet->src, seen->packet->dst))
		return NULL;
	fill_key(seen, vector, &key);
	rate = rates_put(&flood->falling, &key, &rule);
	if (seen->memo)
		seen->memo[MEMO_FALLING] = rates_memo(&flood->falling, rate);
	return rate;
}

void falling_count(struct flood *flood, const struct sighting *seen, enum vector vector)
{
	struct rate *rate = seen->memo ? rates_recall(&flood->falling, seen->memo[MEMO_FALLING]) : NULL;

	if (rate && vector_is_body(rate, vector))
		return;
	if (!rate || vector_in(rate) != vector || !same_address(rate->key.target, victim_of(seen)))
		rate = look_up(flood, seen, vector);
	if (!rate)
		return;
	((struct falling *)rate)->device = seen->to_many ? DEVICE_NONE : seen->dst_device;
	rate_count(&flood->falling, rate, flood->now_ns, seen->wire_len);
	shape_see(&((struct falling *)rate)->shape, seen->packet);
	if (vector == VECTOR_UDP)
		media_see(&((struct falling *)rate)->media, seen);
	see_sender(flood, (struct falling *)rate, seen, vector);
	/* one that many answer is no bystander */
	if (vector_reflected(vector) && ((struct falling *)rate)->crowd.few.count <= BACKSCATTER_SENDERS)
		count_echo(flood, seen, vector);
	flood_wake(flood);
}

void falling_wanted(struct flood *flood, const struct sighting *seen, uint32_t answers)
{
	struct rate_key key;
	struct rate *rate;

	fill_key(seen, VECTOR_FRAGMENT, &key);
	rate = rates_find(&flood->falling, &key);
	if (rate)
		rate_answer(rate, answers);
}
