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

static void take_maker(void *context, uint32_t maker, struct junk_count count)
{
	tally_maker(context, maker, count);
}

static void drop_maker(void *context, uint32_t maker, struct junk_count count)
{
	(void)context;
	(void)maker;
	(void)count;
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
	crowd_makers_take(flood->crowds, &falling->crowd, take_maker, flood->tally);
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
	crowd_makers_take(flood->crowds, &falling->crowd, drop_maker, NULL);
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
		crowd_makers_take(flood->crowds, &falling->crowd, drop_maker, NULL);
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

static void see_sender(struct flood *flood, struct falling *falling, const struct sighting *seen, enum vector vector)
{
	const struct fw_packet *p = seen->packet;
	struct tally_mark mark = {rates_memo(&flood->falling, &falling->rate), falling->rate.begin_ns};
	struct junk_count one = {1, seen->wire_len};
	uint32_t maker;

	if (falling->shape.many_sources || falling->crowd.few.count == 0)
		crowd_see(flood->crowds, &falling->crowd, fw_siphash(flood->hash_key, p->src, 16), seen->handshake_done, flood->now_ns);
	if (seen->src_ours) {
		count_add(&falling->inner, one);
		return;
	}
	maker = tally_see(flood->tally, p->src, vector == VECTOR_DHIP_REFLECTION, mark, seen->wire_len);
	if (maker != TALLY_NO_MAKER)
		crowd_maker(flood->crowds, &falling->crowd, maker, one, flood->now_ns);
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
