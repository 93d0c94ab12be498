/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A rate bucket in one 64-bit word.
 *
 * A token bucket needs two numbers, the level and the time it was true, and two CPUs that share it need a lock. Both
 * fit in one number if the level is written as a time: the moment at which the bucket will be full again. An empty
 * word is a full bucket; the debt is how far the word lies in the future; and one compare-and-swap takes from it.
 * (ATM Forum TM 4.0 knows it as the virtual scheduling form of GCRA.)
 *
 *	        now            word            now + depth
 *	---------|===============|.................|------> time
 *	         |<--- debt ---->|<-- may spend -->|
 *
 * What is taken costs ceil(cost / rate), the depth is floor(burst / rate), both in nanoseconds; so for any span of
 * t seconds, whatever arrives when, and exactly:
 *
 *	taken <= rate * t + burst
 *
 * because the word grows by at least taken / rate and can only go from (begin of the span) to (its end) + depth. Rounding costs
 * less than a nanosecond's worth of rate per packet. A clock that runs backwards gives nothing away: it looks like debt.
 * Times are below 2^63 and depths below 2^62 (292 years), so no sum wraps; depth * rate is at most burst in nanoseconds, below 2^62.
 */
#pragma once

#include "wire/bytes.h"

#define FW_NS_PER_S 1000000000ull

/* Made once from the configuration; same layout in both worlds. */
struct fw_bucket_rule {
	uint64_t rate_per_s; /* at least 1; units (bytes, packets, questions) are the caller's */
	uint64_t depth_ns; /* the burst, as the time it takes to earn it */
};
_Static_assert(sizeof(struct fw_bucket_rule) == 16, "a map value");

/* A rate of 0 is taken for 1: what must not pass at all is no bucket's business. */
FW_INLINE struct fw_bucket_rule fw_bucket_rule_of(uint32_t rate_per_s, uint32_t burst)
{
	uint64_t rate = rate_per_s ? rate_per_s : 1;

	return (struct fw_bucket_rule){.rate_per_s = rate, .depth_ns = burst * FW_LIMIT(FW_NS_PER_S) / rate};
}

/* Whether an arrival of this cost at now_ns may pass: cost_ns <= depth - debt, without dividing. */
FW_INLINE bool fw_bucket_has(uint64_t word, const struct fw_bucket_rule *rule, uint32_t cost, uint64_t now_ns)
{
	uint64_t room_ns = FW_LIMIT(rule->depth_ns);

	if (word > now_ns) {
		if (word - now_ns > room_ns)
			return false;
		room_ns -= word - now_ns;
	}
	return cost * FW_LIMIT(FW_NS_PER_S) <= room_ns * rule->rate_per_s;
}

/*
 * The word after an arrival of this cost at now_ns. *out_allowed says whether it may pass; if not, the word is unchanged.
 * Pure: the caller stores the result (in BPF by compare-and-swap, and asks again where another CPU was faster).
 */
FW_INLINE uint64_t fw_bucket_next(uint64_t word, const struct fw_bucket_rule *rule, uint32_t cost, uint64_t now_ns, bool *out_allowed)
{
	uint64_t due = cost * FW_LIMIT(FW_NS_PER_S);

	*out_allowed = fw_bucket_has(word, rule, cost, now_ns);
	if (!*out_allowed)
		return word;
	return (word > now_ns ? word : now_ns) + (due + (rule->rate_per_s - FW_LIMIT(1u))) / rule->rate_per_s;
}
