/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A condition over what is known of a device, with three answers. "bought < 2015-04 and country = US" about a device of which only
 * the year 2015 is known is unknown, and the one thing that would decide it is the month.
 *
 *	condition   term { "or" term }
 *	term        factor { "and" factor }
 *	factor      [ "not" ] ( test | "(" condition ")" )
 *	test        fact operator value
 *	fact        bought made serial country label maker brand kind model firmware
 *	operator    dates: < <= > >= = !=      text: = != (letters of either case), ~ (* any bytes, ? any one)
 *	value       a word, or 'quoted'
 *
 * Logic is Kleene's: "no and unknown" is no, "yes or unknown" is yes.
 */
#pragma once

#include <stdbool.h>

#include "base/fault.h"
#include "sheet/days.h"

enum { CONDITION_NODES_MAX = 32, CONDITION_DEPTH_MAX = 8, CONDITION_VALUE_MAX = 64 };

enum condition_op { OP_AND, OP_OR, OP_NOT, OP_BEFORE, OP_UNTIL, OP_AFTER, OP_SINCE, OP_IS, OP_IS_NOT, OP_LIKE };

struct condition_node {
	enum condition_op op;
	uint8_t left, right; /* of and, or, not (left alone) */
	enum label_fact fact; /* of a test */
	struct days days; /* its value, where the fact is a date */
	char value[CONDITION_VALUE_MAX]; /* as written */
};

struct condition {
	uint32_t count; /* 0: none; always unknown */
	uint8_t root;
	struct condition_node nodes[CONDITION_NODES_MAX];
};

/* What is known: text "" where it is not, days DAYS_UNKNOWN. */
struct known {
	const char *text[LABEL_COUNT];
	struct days days[LABEL_COUNT]; /* of LABEL_BOUGHT and LABEL_MADE */
	bool maker_doubtful; /* likely, but no ground to call somebody's device recalled */
};

/* Returns NULL, or what is wrong. */
const char *condition_read(const char *text, struct condition *out_condition);

enum truth condition_judge(const struct condition *condition, const struct known *known);

/*
 * The first fact, in the order of the condition, on which the answer hangs as long as it is unknown. False where the answer is known.
 */
bool condition_ask(const struct condition *condition, const struct known *known, enum label_fact *out_fact);

/* The facts that the answer rests on, a bit each. */
uint32_t condition_rests_on(const struct condition *condition, const struct known *known);
bool condition_is_about(const struct condition *condition, enum label_fact fact);

const char *label_fact_name(enum label_fact fact); /* "bought" ... */
