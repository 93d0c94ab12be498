/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Budgets of prefixes in a table of fixed size: one rate bucket (wire/bucket.h) in each 64-bit cell, and many prefixes to a cell.
 *
 * A prefix is hashed to two cells, with what it is budgeted for; each cell gives half the rate (each question costs 2), and either
 * will do. So what one prefix gets is bounded exactly, taken <= rate * t + burst, whatever else happens in the table; and one that
 * shares a cell with a heavy neighbour keeps half of its own, two heavy neighbours meet it with a chance of (heavy / cells)^2.
 * A bucket fills by itself, which is the decay: nothing is ever inserted or evicted, so spoofed sources can neither grow nor
 * thrash anything. (Knot's KRU, by L. Peltan and V. Cunat, holds several prefix lengths in one table too, with counters that decay.)
 *
 *	/32 -> /24 -> /20 -> /18        /128 -> /64 -> /56 -> /48 -> /32
 *
 * Taken narrow to wide: an address above its own budget takes nothing from its neighbours'.
 */
#pragma once

#include "wire/shield_case.h"

/* What a cell counts. Two kinds of one prefix have cells of their own. */
enum fw_cell_kind { FW_CELL_UNKNOWN = 1, FW_CELL_POSSIBLE, FW_CELL_TOTAL, FW_CELL_TRUNCATED, FW_CELL_PROVEN, FW_CELL_PROVEN_UNKNOWN };

/* How often a word may change under our hands before it is taken for empty: each try means that another CPU succeeded. */
#define FW_BUCKET_TRIES 4

/* Takes cost from the word, if it has it. */
FW_INLINE bool fw_budget_take(struct fw_shield_case *c, uint64_t *word, const struct fw_bucket_rule *rule, uint32_t cost)
{
	FW_LOOP
	for (uint32_t i = 0; i < FW_BUCKET_TRIES; i++) {
		uint64_t old = *(volatile uint64_t *)word, next;
		bool allowed;

		next = fw_bucket_next(old, rule, cost, c->notes->now_ns, &allowed);
		if (!allowed)
			return false;
		if (__sync_val_compare_and_swap(word, old, next) == old)
			return true;
	}
	c->counts->contended++;
	return false;
}

/* Only looks. */
FW_INLINE bool fw_budget_has(const struct fw_shield_case *c, const uint64_t *word, const struct fw_bucket_rule *rule, uint32_t cost)
{
	return fw_bucket_has(*(const volatile uint64_t *)word, rule, cost, c->notes->now_ns);
}

FW_INLINE bool fw_budget_word_take(struct fw_shield_case *c, enum fw_shield_word which)
{
	uint64_t *word = fw_shield_word(c, which);

	return word && fw_budget_take(c, word, &c->config->words[which], 1);
}

FW_INLINE bool fw_budget_word_has(struct fw_shield_case *c, enum fw_shield_word which)
{
	const uint64_t *word = fw_shield_word(c, which);

	return word && fw_budget_has(c, word, &c->config->words[which], 1);
}

/* One prefix, and the cells it draws from. */
struct fw_budget_cells {
	uint64_t *first, *second;
};

FW_INLINE struct fw_address fw_budget_prefix(const struct fw_address *of, uint32_t bits)
{
	struct fw_address prefix = *of;

	if (bits > 64)
		prefix.low &= ~0ull << (FW_LIMIT(128u) - bits);
	else
		prefix.low = 0;
	if (bits < 64)
		prefix.high &= ~0ull << (FW_LIMIT(64u) - bits);
	return prefix;
}

FW_INLINE struct fw_budget_cells fw_budget_cells(struct fw_shield_case *c, enum fw_cell_kind kind, uint32_t bits, struct fw_address_sum sum)
{
	uint64_t hash = fw_shield_hash_for(c->config->address_key, sum, kind << FW_LIMIT(8) | bits);

	return (struct fw_budget_cells){
		.first = fw_store_cell(c->store, (uint32_t)hash & c->config->cells_mask),
		.second = fw_store_cell(c->store, (uint32_t)(hash >> FW_LIMIT(32)) & c->config->cells_mask),
	};
}

FW_INLINE struct fw_budget_cells fw_budget_cells_of(struct fw_shield_case *c, enum fw_cell_kind kind, uint32_t bits)
{
	struct fw_address prefix = fw_budget_prefix(&c->notes->src, bits);

	return fw_budget_cells(c, kind, bits, fw_shield_sum_of(c->config->address_key, &prefix));
}

#define FW_CELL_COST FW_LIMIT(2u)

FW_INLINE bool fw_budget_cells_have(struct fw_shield_case *c, struct fw_budget_cells cells, const struct fw_bucket_rule *rule)
{
	return (cells.first && fw_budget_has(c, cells.first, rule, FW_CELL_COST)) ||
		(cells.second && fw_budget_has(c, cells.second, rule, FW_CELL_COST));
}

FW_INLINE bool fw_budget_prefix_take(struct fw_shield_case *c, enum fw_cell_kind kind, uint32_t bits, const struct fw_bucket_rule *rule)
{
	struct fw_budget_cells cells = fw_budget_cells_of(c, kind, bits);

	return (cells.first && fw_budget_take(c, cells.first, rule, FW_CELL_COST)) ||
		(cells.second && fw_budget_take(c, cells.second, rule, FW_CELL_COST));
}

FW_INLINE bool fw_budget_prefix_has(struct fw_shield_case *c, enum fw_cell_kind kind, uint32_t bits, const struct fw_bucket_rule *rule)
{
	return fw_budget_cells_have(c, fw_budget_cells_of(c, kind, bits), rule);
}

/* Prefix lengths of a level, of the 16-byte address; a byte each, narrow to wide from the right. */
#define FW_LEVEL_BITS_4 0x72747880u
#define FW_LEVEL_BITS_6 0x2030384080ull

FW_INLINE uint32_t fw_level_bits(bool four, uint32_t level)
{
	return (four ? FW_LIMIT(FW_LEVEL_BITS_4) : FW_LIMIT(FW_LEVEL_BITS_6)) >> 8 * level & 0xff;
}

FW_INLINE const struct fw_level_rules *fw_budget_rules(const struct fw_shield_config *config, uint32_t kind)
{
	if (kind == FW_CELL_UNKNOWN)
		return &config->unknown;
	if (kind == FW_CELL_POSSIBLE)
		return &config->possible;
	return kind == FW_CELL_TRUNCATED ? &config->truncated : &config->total;
}

/*
 * A look at the widest level first: where a flood from many addresses of one prefix ends. Then narrow to wide.
 */
FW_INLINE bool fw_budget_levels_here(struct fw_shield_case *c)
{
	enum fw_cell_kind kind = (enum fw_cell_kind)c->notes->kind;
	const struct fw_level_rules *rules = fw_budget_rules(c->config, kind);
	bool four = c->notes->family == 4;
	uint32_t levels = four ? FW_LEVELS_4 : FW_LEVELS_6;

	if (!fw_budget_prefix_has(
		    c, kind, fw_level_bits(four, levels - 1), four ? &rules->four[FW_LEVELS_4 - 1] : &rules->six[FW_LEVELS_6 - 1]))
		return false;
	FW_LOOP
	for (uint32_t level = 0; level < FW_LEVELS_MAX; level++) {
		FW_FORGET();
		if (level >= levels)
			break;
		if (!fw_budget_prefix_take(c, kind, fw_level_bits(four, level), four ? &rules->four[level & 3] : &rules->six[level]))
			return false;
	}
	return true;
}
FW_PART(fw_budget_levels)

/* Takes from each level of the source, narrow to wide, what one question costs; false where one has no room. */
FW_INLINE bool fw_budget_levels_take(struct fw_shield_case *c, enum fw_cell_kind kind)
{
	c->notes->kind = (uint16_t)kind;
	return fw_budget_levels(c);
}

/* One address, of IPv6 its /64: what a handshake proves. */
FW_INLINE uint32_t fw_address_bits(const struct fw_shield_case *c)
{
	return c->notes->family == 4 ? 128 : FW_LIMIT(64u);
}
