/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows of one second, each beginning with its first packet.
 *
 *      packets   |x x xxx x        |            |x xx xx ...
 *      window    [begin ........ +1 s)          [begin ........ +1 s)
 *                                 ^ closes: rates_tick() is called before each packet, so no packet meets a window that is over
 *
 * All windows have one length, so those that are open form a queue by their begin: closing looks at its head only. An entry
 * that must make room (the one whose latest window or lookup is the longest ago) has its window judged as it stands.
 *
 * A window is judged at its close and not when a counter passes the limit, so that answers on their way count. What was asked
 * for after all (an opener from outside that got its answer) is subtracted, and may exceed what this window holds: the answers
 * to the last packets of the window before come in this one. Only the judgement cuts at zero; a server that answers 5,000
 * questions a second thus stays at about none.
 *
 * Two windows are in a row when no whole second lies between them. Once guilty, a rate stays under alarm until a minute has
 * passed without guilt: the swells of one attack are one finding, and each window of at least a quarter of the smaller limit
 * adds to it.
 */
#include "detect/rate.h"

#include <errno.h>
#include <string.h>

enum { MEMO_INDEX_BITS = 20, ANSWERED_ONE_IN = 20, AFTER_ALARM = 4 };

static const uint64_t window_ns = 1000000000ull;
static const uint64_t lapse_ns = 60000000000ull;

int rates_init(struct rates *rates, uint32_t capacity, size_t entry_size, const uint8_t hash_key[16])
{
	if (capacity >= 1u << MEMO_INDEX_BITS)
		return -EINVAL;
	*rates = (struct rates){.open_head = TABLE_NONE, .open_tail = TABLE_NONE};
	return table_init(&rates->table, capacity, entry_size, sizeof(struct rate_key), hash_key);
}

void rates_tell(struct rates *rates, rate_closed *closed, rate_left *left, void *context)
{
	rates->closed = closed;
	rates->left = left;
	rates->context = context;
}

void rates_done(struct rates *rates)
{
	table_done(&rates->table);
}

static bool too_few_answers(uint64_t packets, uint64_t answers)
{
	return answers * ANSWERED_ONE_IN < packets;
}

bool rate_is_answered(const struct rate_past *window)
{
	return !too_few_answers(window->packets, window->answers);
}

void rate_sum_add(struct rate_sum *sum, const struct rate_sum *more)
{
	sum->packets += more->packets;
	sum->answers += more->answers;
	sum->bytes += more->bytes;
	if (more->peak_pps > sum->peak_pps)
		sum->peak_pps = more->peak_pps;
}

static void add_guilt(struct rate_guilt *guilt, const struct rate_past *window)
{
	const struct rate_part *part = &window->part;

	if (guilt->all.packets == 0)
		guilt->first_ns = window->begin_ns;
	rate_sum_add(&guilt->all, &(struct rate_sum){window->packets, window->answers, window->bytes, window->packets});
	rate_sum_add(&guilt->part, &(struct rate_sum){part->packets, part->answers, part->bytes, part->packets});
}

/* Puts the window that closes behind those it follows without a gap; returns it. */
static const struct rate_past *past_push(struct rate *rate)
{
	uint32_t packets = rate->packets > rate->taken ? rate->packets - rate->taken : 0;
	struct rate_past window = {.begin_ns = rate->begin_ns, .packets = packets, .answers = rate->answers, .part = rate->part};

	if (packets)
		window.bytes = packets == rate->packets ? rate->bytes : (uint64_t)((double)rate->bytes * packets / rate->packets);
	if (rate->past_count && rate->begin_ns - rate->past[rate->past_count - 1].begin_ns >= 2 * window_ns)
		rate->past_count = 0;
	if (rate->past_count == RATE_PAST_MAX)
		memmove(rate->past, rate->past + 1, sizeof(rate->past[0]) * --rate->past_count);
	rate->past[rate->past_count] = window;
	return &rate->past[rate->past_count++];
}

/* The last windows in a row that each reach the steady limit, at most as many as the rule asks for. */
static uint32_t steady_run(const struct rate *rate)
{
	uint32_t run = 0;

	while (run < rate->past_count && run < rate->rule->steady_windows &&
		rate->past[rate->past_count - 1 - run].packets >= rate->rule->steady)
		run++;
	return run;
}

static bool judge_row(const struct rate *rate, uint32_t run, struct rate_guilt *guilt)
{
	for (uint32_t i = rate->past_count - run; i < rate->past_count; i++)
		add_guilt(guilt, &rate->past[i]);
	return run >= rate->rule->steady_windows && too_few_answers(guilt->all.packets, guilt->all.answers);
}

static bool judge(struct rate *rate, const struct rate_past *window, uint32_t run, struct rate_guilt *out_guilt)
{
	const struct rate_rule *rule = rate->rule;
	uint32_t smaller = rule->burst < rule->steady ? rule->burst : rule->steady;
	struct rate_guilt guilt = {0};
	bool guilty;

	if (rate->alarmed && rate->begin_ns - rate->guilty_ns > lapse_ns)
		rate->alarmed = false;
	guilty = window->packets >= (rate->alarmed ? (smaller + AFTER_ALARM - 1) / AFTER_ALARM : rule->burst) &&
		too_few_answers(window->packets, window->answers);
	if (guilty)
		add_guilt(&guilt, window);
	else if (!rate->alarmed)
		guilty = judge_row(rate, run, &guilt);
	guilt.last_ns = rate->last_ns;
	*out_guilt = guilt;
	return guilty;
}

static struct rate *rate_at(const struct rates *rates, uint32_t index)
{
	return table_at(&rates->table, index);
}

static void queue_join(struct rates *rates, struct rate *rate)
{
	uint32_t index = table_index(&rates->table, rate);

	rate->open = true;
	rate->next_open = TABLE_NONE;
	rate->prev_open = rates->open_tail;
	if (rates->open_tail == TABLE_NONE)
		rates->open_head = index;
	else
		rate_at(rates, rates->open_tail)->next_open = index;
	rates->open_tail = index;
}

static void queue_leave(struct rates *rates, struct rate *rate)
{
	rate->open = false;
	if (rate->prev_open == TABLE_NONE)
		rates->open_head = rate->next_open;
	else
		rate_at(rates, rate->prev_open)->next_open = rate->next_open;
	if (rate->next_open == TABLE_NONE)
		rates->open_tail = rate->prev_open;
	else
		rate_at(rates, rate->next_open)->prev_open = rate->prev_open;
}

static void close_window(struct rates *rates, struct rate *rate)
{
	const struct rate_past *window = past_push(rate);
	uint32_t run = steady_run(rate);
	struct rate_guilt guilt;
	bool guilty = judge(rate, window, run, &guilt);

	queue_leave(rates, rate);
	if (guilty) {
		rate->alarmed = true;
		rate->guilty_ns = rate->begin_ns;
	}
	rates->closed(rates->context, rate, guilty ? &guilt : NULL, run > 0);
}

static void evict(void *context, void *entry)
{
	struct rates *rates = context;
	struct rate *rate = entry;

	if (rate->open) {
		rates->cut_short++;
		close_window(rates, rate);
	}
	rates->left(rates->context, rate);
	rates->vacated = rate->serial;
}

struct rate *rates_find(const struct rates *rates, const struct rate_key *key)
{
	return table_find(&rates->table, key);
}

struct rate *rates_put(struct rates *rates, const struct rate_key *key, const struct rate_rule *rule)
{
	bool is_new;
	struct rate *rate = rate_at(rates, rates->latest);

	/* in a flood it is always the same one; a place never used has serial 0 */
	if (rate->serial && memcmp(&rate->key, key, sizeof(*key)) == 0) {
		table_touch(&rates->table, rate);
		return rate;
	}
	rates->vacated = 0;
	rate = table_put(&rates->table, key, &is_new, evict, rates);
	rates->latest = table_index(&rates->table, rate);
	if (is_new) {
		rate->rule = rule;
		rate->serial = rates->vacated + 1; /* it is always that one's place */
	}
	return rate;
}

uint32_t rates_memo(const struct rates *rates, const struct rate *rate)
{
	return (table_index(&rates->table, rate) + 1) | rate->serial << MEMO_INDEX_BITS;
}

struct rate *rates_recall(const struct rates *rates, uint32_t memo)
{
	uint32_t place = memo & ((1u << MEMO_INDEX_BITS) - 1);
	struct rate *rate;

	if (place == 0 || place > rates->table.capacity)
		return NULL;
	rate = table_at(&rates->table, place - 1);
	return rate->serial << MEMO_INDEX_BITS == (memo & ~((1u << MEMO_INDEX_BITS) - 1)) ? rate : NULL;
}

static void open_window(struct rates *rates, struct rate *rate, uint64_t now_ns)
{
	table_touch(&rates->table, rate);
	rate->begin_ns = now_ns;
	rate->bytes = 0;
	rate->packets = rate->answers = rate->taken = 0;
	rate->part = (struct rate_part){0};
	queue_join(rates, rate);
}

void rate_count(struct rates *rates, struct rate *rate, uint64_t now_ns, uint32_t bytes)
{
	if (!rate->open)
		open_window(rates, rate, now_ns);
	rate->last_ns = now_ns;
	rate->packets++;
	rate->bytes += bytes;
}

void rate_take_back(struct rate *rate, uint32_t packets)
{
	if (rate->open)
		rate->taken = packets > UINT32_MAX - rate->taken ? UINT32_MAX : rate->taken + packets;
}

void rate_answer(struct rate *rate, uint32_t answers)
{
	if (rate->open)
		rate->answers += answers;
}

uint32_t rate_answers_for(uint32_t packets)
{
	return 1 + packets / ANSWERED_ONE_IN;
}

bool rate_stays_guilty(const struct rate_guilt *guilt, uint64_t lost, uint64_t seen)
{
	uint64_t answers = guilt->all.answers;

	return too_few_answers(guilt->all.packets, seen ? answers + answers * lost / seen : lost);
}

void rate_part_clear(struct rate *rate)
{
	rate->part = (struct rate_part){0};
	for (uint8_t i = 0; i < rate->past_count; i++)
		rate->past[i].part = (struct rate_part){0};
}

void rates_tick(struct rates *rates, uint64_t now_ns)
{
	while (rates->open_head != TABLE_NONE) {
		struct rate *head = rate_at(rates, rates->open_head);

		if (now_ns < head->begin_ns || now_ns - head->begin_ns < window_ns)
			break;
		close_window(rates, head);
	}
}

void rates_end(struct rates *rates)
{
	while (rates->open_head != TABLE_NONE)
		close_window(rates, rate_at(rates, rates->open_head));
}

uint64_t rates_due(const struct rates *rates)
{
	const struct rate *head;

	if (rates->open_head == TABLE_NONE)
		return UINT64_MAX;
	head = rate_at(rates, rates->open_head);
	return head->begin_ns > UINT64_MAX - window_ns ? UINT64_MAX : head->begin_ns + window_ns;
}
