/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One packet before the judge: what is known of it, what has been said so far, and how that is counted. Part of shield.h.
 */
#pragma once

#include "wire/shield_store.h"

enum fw_port { FW_PORT_DNS = 53, FW_PORT_DOT = 853 };

/*
 * What is found out and said. In BPF it lives in a map, so that the verifier follows no value of it: what is kept in variables
 * makes a path of its own of each of them.
 */
struct fw_shield_notes {
	struct fw_address src;
	uint64_t now_ns; /* from the first bucket on */
	uint32_t frame_len;
	uint32_t reply_len; /* of the frame that goes back, after TRUNCATED */
	uint32_t place; /* the zone's */
	uint32_t class; /* enum fw_name_class */
	uint32_t budget; /* the same, for its budgets: in a zone that stands aside each name is taken for one that exists */
	uint32_t lane; /* enum fw_lane */
	uint32_t outcome; /* enum fw_outcome */
	uint32_t filter; /* enum fw_shield_filter: which spoke */
	uint32_t would; /* enum fw_reason of the first filter that observed, or none */
	uint32_t reason; /* enum fw_reason, of the outcome */
	struct fw_names_walk walk; /* for the name's closest encloser ... */
	uint32_t name_flags; /* ... and what it is: enum fw_name_flag */
	uint16_t kind; /* enum fw_cell_kind, of the budget that is asked for */
	uint16_t asked_id; /* DNS id of what was asked, where it counts */
	uint8_t is_question; /* judged as one: counted by lane and zone */
	uint8_t answerable; /* as far as the question goes: TC=1 would say something */
	uint8_t overload; /* the server has more than it can bear */
	uint8_t family; /* of the source's address */
};
_Static_assert(sizeof(struct fw_shield_notes) == 88, "no holes");

struct fw_shield_case {
	struct fw_store *store;
	const struct fw_shield_config *config;
	struct fw_shield_counts *counts; /* of this CPU */
	struct fw_packet *packet;
	struct fw_dns_question *question;
	struct fw_shield_notes *notes;
	struct fw_shield_words *words; /* NULL: nobody has looked for them yet */
};

FW_INLINE uint64_t *fw_shield_word(struct fw_shield_case *c, enum fw_shield_word which)
{
	struct fw_shield_words *words = c->words ? c->words : fw_store_words(c->store);

	return words ? &words->word[which] : NULL;
}

/*
 * A part of the judge that needs no byte of the frame. In BPF it is a function of its own, which the verifier reads once instead
 * of once for each way that leads there; elsewhere it is inlined like all else. name_here() is what it does.
 */
#ifdef __bpf__
#define FW_PART(name) \
	__attribute__((noinline)) int name##_part(const struct fw_shield_config *config, struct fw_shield_counts *counts, \
		struct fw_shield_notes *notes, struct fw_packet *packet, struct fw_dns_question *question) \
	{ \
		struct fw_shield_case c = {.config = config, .counts = counts, .packet = packet, .question = question, .notes = notes}; \
\
		return config && counts && notes && packet && question ? (int)name##_here(&c) : 0; \
	} \
	FW_INLINE int name(struct fw_shield_case *c) \
	{ \
		return name##_part(c->config, c->counts, c->notes, c->packet, c->question); \
	}
#else
#define FW_PART(name) \
	FW_INLINE int name(struct fw_shield_case *c) \
	{ \
		return (int)name##_here(c); \
	}
#endif

FW_INLINE void fw_shield_tally(struct fw_shield_case *c, uint32_t outcome, uint32_t reason)
{
	struct fw_tally *tally;

	FW_PIN(outcome);
	FW_PIN(reason);
	if (outcome >= FW_OUTCOME_COUNT || reason >= FW_REASON_COUNT)
		return;
	tally = &c->counts->reason[outcome][reason];
	tally->packets++;
	tally->bytes += c->notes->frame_len;
}

/* What a filter says against this packet. True if that is the end of it. */
FW_INLINE bool fw_shield_stop(struct fw_shield_case *c, uint32_t filter, enum fw_reason reason)
{
	if (c->config->mode[filter] == FW_LIMIT(FW_MODE_ENFORCE)) {
		c->notes->outcome = FW_OUTCOME_DROPPED;
		c->notes->filter = filter;
		return true;
	}
	fw_shield_tally(c, FW_OUTCOME_WOULD, reason);
	if (!c->notes->would) {
		c->notes->would = reason;
		c->notes->filter = filter;
	}
	return false;
}

FW_INLINE bool fw_shield_is_on(const struct fw_shield_case *c, uint32_t filter)
{
	return c->config->mode[filter] != FW_LIMIT(FW_MODE_OFF);
}

FW_INLINE void fw_shield_count_lane(struct fw_shield_case *c)
{
	struct fw_tally *tally;

	if (c->notes->lane >= FW_LANE_COUNT || c->notes->outcome >= FW_OUTCOME_COUNT)
		return;
	tally = &c->counts->lane[c->notes->lane][c->notes->outcome];
	tally->packets++;
	tally->bytes += c->notes->frame_len;
	if (!c->notes->would)
		return;
	tally = &c->counts->lane[c->notes->lane][FW_OUTCOME_WOULD];
	tally->packets++;
	tally->bytes += c->notes->frame_len;
	c->counts->would_proven += c->notes->lane == FW_LANE_PROVEN;
}

FW_INLINE void fw_shield_count_zone(struct fw_shield_case *c)
{
	struct fw_zone_count *count = fw_store_zone_count(c->store, c->notes->place);

	if (!count || c->notes->class >= FW_CLASS_COUNT)
		return;
	count->seen[c->notes->class]++;
	if (c->notes->outcome == FW_OUTCOME_PASSED)
		count->passed[c->notes->class]++;
	count->dropped += c->notes->outcome == FW_OUTCOME_DROPPED;
	count->truncated += c->notes->outcome == FW_OUTCOME_TRUNCATED;
	count->would += c->notes->would != 0;
}

/* The end of each case: once. */
FW_INLINE int fw_shield_count_here(struct fw_shield_case *c)
{
	fw_shield_tally(c, c->notes->outcome, c->notes->reason);
	if (!c->notes->is_question)
		return 0;
	fw_shield_count_lane(c);
	if (c->notes->lane != FW_LANE_TRUSTED)
		fw_shield_count_zone(c);
	return 0;
}
FW_PART(fw_shield_count)
