/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two devices turn out to be one in the middle of a scan: an address that was a device of its own gets its MAC by a late ARP answer or
 * lease. What each of them did is one source's doing: their walks become one, so do the windows that say how bad it is, the sets of
 * ports, and the findings. All of it is keyed by the device's number, so each entry gets the other key, or is added to the entry
 * that has it. That walks through the table of pairs, about a millisecond; a device merges at most once.
 *
 * Where both had tried the same target, one of the two first contacts stays counted twice: what is told may be a few too many, never
 * another scan.
 */
#include <string.h>

#include "detect/scan_room.h"

struct merge {
	struct scan *scan;
	uint32_t from, into;
};

static int8_t steps_sum(int one, int other)
{
	int sum = one + other;

	return (int8_t)(sum > WALK_BARRIER ? WALK_BARRIER : sum <= -WALK_BARRIER ? 1 - WALK_BARRIER : sum);
}

/* Ports of both, as far as there is room; a list that is brought up to date later holds them in their order. */
static void evidence_join(struct evidence_scan *kept, const struct evidence_scan *other)
{
	kept->kinds |= other->kinds;
	kept->mirai_mark |= other->mirai_mark;
	kept->failed += other->failed;
	kept->answered += other->answered;
	kept->targets += other->kinds & SCAN_HORIZONTAL ? other->targets : 0;
	if (other->port_count > kept->port_count)
		kept->port_count = other->port_count;
	for (uint8_t i = 0; i < other->port_shown; i++) {
		uint8_t at = 0;

		while (at < kept->port_shown && kept->ports[at] != other->ports[i])
			at++;
		if (at == kept->port_shown && at < EVIDENCE_PORTS_MAX)
			kept->ports[kept->port_shown++] = other->ports[i];
	}
	if (kept->kinds & SCAN_HORIZONTAL)
		kept->target_bits =
			scan_least(kept->target_bits, scan_least(other->target_bits, scan_common_bits(kept->target, other->target)));
}

/* The one that is shown from now on, or NULL. */
static struct finding *finding_join(struct scan *scan, struct finding *kept, struct finding *other)
{
	if (!kept || !other || kept == other)
		return kept ? kept : other;
	evidence_join(&kept->scan, &other->scan);
	kept->count += other->count;
	scan_stretch(kept, other->first_ns, other->last_ns);
	book_raise(scan->book, kept, other->severity, other->state);
	book_withdraw(scan->book, other);
	return kept;
}

static void walk_join(struct walk *kept, const struct walk *other)
{
	if (other->run_failed && kept->run_failed)
		kept->run_bits =
			scan_least(kept->run_bits, scan_least(other->run_bits, scan_common_bits(kept->run_target, other->run_target)));
	if (other->run_failed && (!kept->run_failed || other->run_first_ns < kept->run_first_ns))
		kept->run_first_ns = other->run_first_ns;
	if (other->run_failed && !kept->run_failed) {
		memcpy(kept->run_target, other->run_target, sizeof(kept->run_target));
		kept->run_bits = other->run_bits;
	}
	kept->run_failed += other->run_failed;
	kept->run_answered += other->run_answered;
	kept->marked += other->marked;
	kept->kinds |= other->kinds;
	kept->steps = steps_sum(kept->steps, other->steps);
	kept->alarmed |= other->alarmed;
	kept->refused = !kept->finding && (kept->refused || other->refused);
}

static void windows_merge(struct half *half, const struct walk_key *from, const struct walk_key *into, struct finding *finding)
{
	struct walk_window *other = table_find(&half->windows, from), *kept = table_find(&half->windows, into);

	if (other && kept) {
		window_join(&kept->window, &other->window);
		table_remove(&half->windows, other);
	} else if (other) {
		table_rekey(&half->windows, other, into);
		kept = other;
	}
	if (kept) {
		kept->finding = finding;
		kept->changed = true;
	}
}

static void walks_merge(const struct merge *merge, uint16_t side, uint16_t family)
{
	struct half *half = &merge->scan->ours;
	struct walk_key from = {.device = merge->from, .side = side, .family = family}, into = from;
	struct walk *other = table_find(&half->walks, &from), *kept;

	into.device = merge->into;
	if (!other)
		return;
	kept = table_find(&half->walks, &into);
	if (!kept) {
		table_rekey(&half->walks, other, &into);
		kept = other;
	} else {
		kept->finding = finding_join(merge->scan, kept->finding, other->finding);
		walk_join(kept, other);
		table_remove(&half->walks, other);
	}
	windows_merge(half, &from, &into, kept->finding);
	kept->window = 0;
	struct walk_window *window = table_find(&half->windows, &into);
	if (window)
		kept->window = table_index(&half->windows, window) + 1;
	half->latest_walk = table_index(&half->walks, kept);
}

static void set_join(struct port_set *kept, const struct port_set *other)
{
	for (uint32_t i = 0; i < other->counted && i < SCAN_VERTICAL_PORTS; i++) {
		kept->counted_ns[kept->counted_next] = other->counted_ns[i];
		kept->counted_next = (kept->counted_next + 1) % SCAN_VERTICAL_PORTS;
	}
	kept->counted += other->counted;
	if (other->failed && (!kept->failed || other->run_first_ns < kept->run_first_ns))
		kept->run_first_ns = other->run_first_ns;
	kept->failed += other->failed;
	kept->answered += other->answered;
	for (uint8_t i = 0; i < other->shown_count && kept->shown_count < SET_PORTS_SHOWN; i++)
		kept->shown[kept->shown_count++] = other->shown[i];
	kept->kinds |= other->kinds;
	kept->steps = steps_sum(kept->steps, other->steps);
	kept->alarmed |= other->alarmed;
	for (size_t i = 0; i < sizeof(kept->seen); i++)
		(&kept->seen[0][0])[i] |= (&other->seen[0][0])[i];
}

/* What has the other key already stays as a leftover under the old one, which nobody asks for any more. */
static void set_visit(void *context, void *entry)
{
	const struct merge *merge = context;
	struct table *sets = &merge->scan->ours.sets;
	struct port_set *set = entry, *kept;
	struct pair_key key = set->key;

	if (key.device != merge->from)
		return;
	key.device = merge->into;
	kept = table_find(sets, &key);
	if (!kept) {
		table_rekey(sets, set, &key);
		return;
	}
	set_join(kept, set);
	kept->finding = finding_join(merge->scan, kept->finding, set->finding);
	kept->refused = !kept->finding && (kept->refused || set->refused);
	set->finding = NULL;
}

static void pair_visit(void *context, void *entry)
{
	const struct merge *merge = context;
	struct table *pairs = &merge->scan->ours.pairs;
	struct pair *pair = entry, *kept;
	struct pair_key key = pair->key;

	if (key.device != merge->from)
		return;
	key.device = merge->into;
	kept = table_find(pairs, &key);
	if (!kept) {
		table_rekey(pairs, pair, &key);
		return;
	}
	kept->spoken |= pair->spoken;
	if (kept->moved || !pair->moved)
		return;
	kept->moved = true;
	kept->set = pair->set;
}

void scan_merge(struct scan *scan, uint32_t from, uint32_t into)
{
	struct merge merge = {.scan = scan, .from = from, .into = into};

	for (uint16_t side = 0; side < SIDE_COUNT; side++)
		for (uint16_t family = FAMILY_IP; family <= FAMILY_ACK; family++)
			walks_merge(&merge, side, family);
	table_each(&scan->ours.sets, set_visit, &merge);
	table_each(&scan->ours.pairs, pair_visit, &merge);
}
