/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each tick: what the kernel counted since the last one becomes a load, the load a stance, the stance which filters act. */
#include <errno.h>
#include <string.h>

#include "base/reason.h"
#include "engine/protect_room.h"

/* With more zones than this their counters are read once a second: each is a call into the kernel. */
enum { ZONES_EACH_TICK = 512, TICKS_A_SECOND = 1000 / PROTECT_TICK_MS };

static uint64_t packets_of(const struct fw_shield_counts *counts, enum fw_reason reason)
{
	uint64_t sum = 0;

	/* WOULD is counted beside what then happened */
	for (unsigned outcome = 0; outcome < FW_OUTCOME_WOULD; outcome++)
		sum += counts->reason[outcome][reason].packets;
	return sum;
}

static uint64_t lane_of(const struct fw_shield_counts *counts, enum fw_lane lane)
{
	return counts->lane[lane][FW_OUTCOME_PASSED].packets + counts->lane[lane][FW_OUTCOME_DROPPED].packets +
		counts->lane[lane][FW_OUTCOME_TRUNCATED].packets;
}

static uint64_t malformed_of(const struct fw_shield_counts *counts)
{
	uint64_t sum = 0;

	for (unsigned reason = 1; reason < FW_REASON_BAD_END; reason++)
		if (reason < FW_REASON_SHORT_END || reason >= FW_REASON_OTHER_END)
			sum += packets_of(counts, (enum fw_reason)reason);
	return sum;
}

static void fill_load(const struct fw_shield_counts *old, const struct fw_shield_counts *now, struct stance_load *load)
{
#define GREW(expression_of) (expression_of(now) - expression_of(old))
#define GREW_BY(reason) (packets_of(now, reason) - packets_of(old, reason))
	for (unsigned lane = 0; lane < FW_LANE_COUNT; lane++) {
		load->passed += now->lane[lane][FW_OUTCOME_PASSED].packets - old->lane[lane][FW_OUTCOME_PASSED].packets;
		load->would += now->lane[lane][FW_OUTCOME_WOULD].packets - old->lane[lane][FW_OUTCOME_WOULD].packets;
	}
	/* no class is asked of who is trusted, and the server has to answer them */
	load->seen[FW_CLASS_EXISTS] = lane_of(now, FW_LANE_TRUSTED) - lane_of(old, FW_LANE_TRUSTED);
	load->proven = lane_of(now, FW_LANE_PROVEN) - lane_of(old, FW_LANE_PROVEN);
	load->would_proven = now->would_proven - old->would_proven;
	load->malformed = GREW(malformed_of);
	load->answers = GREW_BY(FW_REASON_UNASKED) + GREW_BY(FW_REASON_DNS_ANSWER);
	load->fragments = GREW_BY(FW_REASON_FRAGMENT) + GREW_BY(FW_REASON_FRAGMENT_CLOSED);
	load->other = GREW_BY(FW_REASON_OTHER_PORT) + GREW_BY(FW_REASON_CLOSED) + GREW_BY(FW_REASON_ICMP) + GREW_BY(FW_REASON_ICMP_RATE);
#undef GREW_BY
#undef GREW
}

static void note_top(struct protect *protect, struct stance_top *top, uint32_t place, uint64_t seen)
{
	struct names_view view;

	if (!place || seen <= top->seen)
		return;
	*top = (struct stance_top){.place = place, .seen = seen};
	if (names_view(protect->names, place, &view))
		top->kinds = view.kinds;
}

/* A place without a zone: 0. out_grew: questions by class since the last look. */
static void add_place(
	struct protect *protect, uint32_t place, struct fw_zone_count *before, struct stance_load *load, uint64_t grew[FW_CLASS_COUNT])
{
	struct fw_zone_count now;

	memset(grew, 0, FW_CLASS_COUNT * sizeof(*grew));
	if (plane_zone_counts(protect->plane, place, &now))
		return;
	/* A place that was given to another zone begins anew. */
	for (unsigned class = 0; class < FW_CLASS_COUNT; class ++) {
		grew[class] = now.seen[class] - (now.seen[class] < before->seen[class] ? 0 : before->seen[class]);
		load->seen[class] += grew[class];
	}
	note_top(protect, &load->unknown, place, grew[FW_CLASS_UNKNOWN]);
	note_top(protect, &load->possible, place, grew[FW_CLASS_POSSIBLE]);
	*before = now;
}

/* What this zone is usually asked, and what it may be asked now. Calm is that of the tick before: one more tick changes no mean. */
static void learn_zone(
	struct protect *protect, struct protect_zone *zone, const struct stance_load *load, const uint64_t grew[FW_CLASS_COUNT])
{
	struct stance_limits limits = stance_limits_of(protect->settings->budgets.capacity);
	struct budget_load of_zone = {.seen = {grew[FW_CLASS_UNKNOWN], grew[FW_CLASS_POSSIBLE]},
		.span_ns = load->span_ns,
		.calm = zone->published && !(zone->flags & FW_ZONE_ASIDE) && protect->stance.stance == FW_STANCE_CALM};

	zone->usual = budget_usual_next(&zone->usual, &limits, &of_zone);
	if (zone->published)
		protect_zone_rules(protect, zone);
}

static void add_zones(struct protect *protect, struct stance_load *load)
{
	uint64_t grew[FW_CLASS_COUNT];

	add_place(protect, 0, &protect->no_zone, load, grew);
	for (uint32_t number = 0; number < protect->settings->sizes.zones; number++)
		if (protect->zones[number].used) {
			add_place(protect, protect->zones[number].place, &protect->zones[number].count, load, grew);
			learn_zone(protect, &protect->zones[number], load, grew);
		}
}

/* What an earlier process counted is no load. */
int protect_count_from_here(struct protect *protect)
{
	struct stance_load earlier = {0};

	add_zones(protect, &earlier);
	return plane_counts(protect->plane, &protect->counts);
}

static uint64_t above_capacity(const struct protect *protect, const struct stance_load *load)
{
	uint64_t questions = 0, bearable = protect->settings->budgets.capacity * load->span_ns / FW_NS_PER_S;

	for (unsigned class = 0; class < FW_CLASS_COUNT; class ++)
		questions += load->seen[class];
	return questions > bearable ? questions - bearable : 1;
}

static void measure(struct protect *protect, const struct fw_shield_counts *now, uint64_t span_ns)
{
	double seconds = (double)span_ns / 1e9;

	for (unsigned outcome = 0; outcome < FW_OUTCOME_COUNT; outcome++) {
		uint64_t packets = 0;
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++)
			if (reason != FW_REASON_NOT_PROTECTED && reason != FW_REASON_NOT_IP)
				packets += now->reason[outcome][reason].packets - protect->counts.reason[outcome][reason].packets;
		protect->rate[outcome] = (double)packets / seconds;
		for (unsigned lane = 0; lane < FW_LANE_COUNT; lane++)
			protect->lane_rate[lane][outcome] =
				(double)(now->lane[lane][outcome].packets - protect->counts.lane[lane][outcome].packets) / seconds;
	}
}

const char *protect_zone_text(const struct protect *protect, uint32_t place, char out[ZONE_NAME_TEXT_MAX])
{
	const struct protect_zone *zone = protect_zone_at(protect, place);

	return zone ? zone_name_text(out, &zone->name) : NULL;
}

static void say_stance(struct protect *protect)
{
	char zone[ZONE_NAME_TEXT_MAX], text[STANCE_TEXT_MAX];

	protect_say(protect, "%s", stance_text(text, &protect->stance, protect_zone_text(protect, protect->stance.zone, zone)));
}

/* The kernel is told where something changed, people too. */
static void act(struct protect *protect, const struct stance *old)
{
	const struct stance *now = &protect->stance;
	struct fw_shield_config *config = &protect->config;

	if (old->stance == now->stance && old->names.acting == now->names.acting && old->budgets.acting == now->budgets.acting &&
		old->only_dns.acting == now->only_dns.acting) {
		if (old->vector != now->vector && now->vector != STANCE_NOTHING)
			say_stance(protect);
		return;
	}
	say_stance(protect);
	if (protect->settings->stance_fixed)
		return;
	config->stance = (uint8_t)now->stance;
	config->acting[FW_FILTER_NAMES] = now->names.acting;
	config->acting[FW_FILTER_BUDGETS] = now->budgets.acting;
	config->acting[FW_FILTER_ONLY_DNS] = now->stance == FW_STANCE_DEFEND;
	if (plane_config(protect->plane, config))
		protect_say(protect, "the kernel's configuration could not be written");
}

void protect_tick_stance(struct protect *protect, uint64_t now_ns)
{
	struct stance_limits limits = stance_limits_of(protect->settings->budgets.capacity);
	struct stance_load load = {.now_ns = now_ns, .span_ns = now_ns - protect->counted_ns};
	struct stance old = protect->stance;
	struct fw_shield_counts counts;

	if (protect->settings->zone_count > ZONES_EACH_TICK && protect->ticks % TICKS_A_SECOND)
		return;
	if (!load.span_ns || plane_counts(protect->plane, &counts))
		return;
	limits.only_dns = protect->settings->only_dns;
	fill_load(&protect->counts, &counts, &load);
	add_zones(protect, &load);
	load.sampled = protect->sampled;
	load.sampled_sources = protect->sampled_sources;
	protect->overloaded =
		budget_is_spent(&protect->config.words[FW_WORD_OVERLOAD], plane_word(protect->plane, FW_WORD_OVERLOAD), now_ns);
	if (protect->overloaded) {
		load.overloaded = above_capacity(protect, &load);
		protect->overloaded_ns = now_ns;
	}
	measure(protect, &counts, load.span_ns);
	protect->counts = counts;
	protect->counted_ns = now_ns;
	protect->stance = stance_next(&old, &limits, &load);
	act(protect, &old);
	protect->sampled = protect->sampled_sources = 0;
	memset(protect->source_seen, 0, sizeof(protect->source_seen));
}

/* Different sources of this tick, as far as a small table can tell: two that meet count as one. */
static void count_source(struct protect *protect, const uint8_t address[16])
{
	uint64_t hash = fw_shield_hash(protect->config.address_key, address, 0) | 1;
	uint64_t *slot = &protect->source_seen[hash % SOURCES_MAX];

	protect->sampled++;
	if (*slot == hash)
		return;
	if (!*slot)
		protect->sampled_sources++;
	*slot = hash;
}

void protect_note_sample(void *context, const struct fw_shield_sample *sample)
{
	struct protect *protect = context;

	count_source(protect, sample->event.src);
	if (!protect->samples)
		return;
	int error = samples_note(protect->samples, sample, sample->event.time_ns + protect->wall_less_steady_ns);
	if (error && error != -EFBIG)
		protect_say(protect, "sampled frames can no longer be written: %s", strerror(-error));
}
