/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sheet/condition.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const fact_names[LABEL_COUNT] = {
	[LABEL_BOUGHT] = "bought",
	[LABEL_MADE] = "made",
	[LABEL_SERIAL] = "serial",
	[LABEL_COUNTRY] = "country",
	[LABEL_TEXT] = "label",
	[LABEL_MAKER] = "maker",
	[LABEL_BRAND] = "brand",
	[LABEL_KIND] = "kind",
	[LABEL_MODEL] = "model",
	[LABEL_FIRMWARE] = "firmware",
};

const char *label_fact_name(enum label_fact fact)
{
	return fact_names[fact];
}

/* ---- reading ---- */

enum { WORD_MAX = CONDITION_VALUE_MAX, WORD_END = 0 };

struct reader {
	struct condition *condition;
	const char *at;
	const char *fault;
	unsigned depth;
	bool quoted; /* the word at hand was */
	char word[WORD_MAX]; /* "" at the end */
};

static void say(struct reader *reader, const char *fault)
{
	if (!reader->fault)
		reader->fault = fault;
}

/* Bytes of the word at text, quotes not among them. */
static size_t word_len(const char *text)
{
	if (strchr("()~", *text))
		return 1;
	if (strchr("<>=!", *text))
		return text[1] == '=' ? 2 : 1;
	return strcspn(text, " ()<>=!~'");
}

static void next(struct reader *reader)
{
	const char *text = reader->at += strspn(reader->at, " ");
	size_t len;

	reader->quoted = *text == '\'';
	reader->word[0] = WORD_END;
	if (!*text)
		return;
	text += reader->quoted;
	len = reader->quoted ? strcspn(text, "'") : word_len(text);
	if (reader->quoted && text[len] != '\'') {
		say(reader, "a quoted value in the condition does not end");
		return;
	}
	if (!len || len >= WORD_MAX) {
		say(reader, len ? "a word in the condition is too long" : "a value in the condition is empty");
		return;
	}
	memcpy(reader->word, text, len);
	reader->word[len] = 0;
	reader->at = text + len + reader->quoted;
}

static bool take(struct reader *reader, const char *word)
{
	if (reader->quoted || strcmp(reader->word, word) != 0)
		return false;
	next(reader);
	return true;
}

static uint8_t add(struct reader *reader, const struct condition_node *node)
{
	struct condition *condition = reader->condition;

	if (condition->count == CONDITION_NODES_MAX) {
		say(reader, "the condition has more than 32 parts");
		return 0;
	}
	condition->nodes[condition->count] = *node;
	return (uint8_t)condition->count++;
}

static bool read_fact(struct reader *reader, enum label_fact *out_fact)
{
	for (int i = 0; i < LABEL_COUNT; i++)
		if (take(reader, fact_names[i])) {
			*out_fact = (enum label_fact)i;
			return true;
		}
	say(reader, "a test begins with bought, made, serial, country, label, maker, brand, kind, model or firmware");
	return false;
}

static bool read_op(struct reader *reader, bool date, enum condition_op *out_op)
{
	static const struct {
		const char *word;
		enum condition_op op;
		bool of_dates, of_text;
	} ops[] = {{"<", OP_BEFORE, true, false}, {"<=", OP_UNTIL, true, false}, {">", OP_AFTER, true, false},
		{">=", OP_SINCE, true, false}, {"=", OP_IS, true, true}, {"!=", OP_IS_NOT, true, true}, {"~", OP_LIKE, false, true}};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if ((date ? ops[i].of_dates : ops[i].of_text) && take(reader, ops[i].word)) {
			*out_op = ops[i].op;
			return true;
		}
	say(reader, date ? "a date is compared by < <= > >= = or !=" : "text is compared by = != or ~");
	return false;
}

static uint8_t read_test(struct reader *reader)
{
	struct condition_node node = {0};
	bool date;

	if (!read_fact(reader, &node.fact))
		return 0;
	date = node.fact == LABEL_BOUGHT || node.fact == LABEL_MADE;
	if (!read_op(reader, date, &node.op))
		return 0;
	if (!reader->word[0])
		say(reader, "a value is missing in the condition");
	else if (date && days_read(reader->word, &node.days))
		say(reader, "a date is written 2015, 2015-04 or 2015-04-30");
	memcpy(node.value, reader->word, sizeof(node.value));
	next(reader);
	return add(reader, &node);
}

static uint8_t read_or(struct reader *reader);

static uint8_t read_factor(struct reader *reader)
{
	struct condition_node node = {.op = OP_NOT};
	uint8_t inner;

	if (reader->fault)
		return 0;
	if (++reader->depth > CONDITION_DEPTH_MAX) {
		say(reader, "the condition is nested too deep");
	} else if (take(reader, "not")) {
		node.left = read_factor(reader);
		inner = add(reader, &node);
		reader->depth--;
		return inner;
	} else if (take(reader, "(")) {
		inner = read_or(reader);
		if (!take(reader, ")"))
			say(reader, "a bracket in the condition is not closed");
		reader->depth--;
		return inner;
	}
	reader->depth--;
	return read_test(reader);
}

static uint8_t read_and(struct reader *reader)
{
	uint8_t left = read_factor(reader);

	while (!reader->fault && take(reader, "and")) {
		struct condition_node node = {.op = OP_AND, .left = left};

		node.right = read_factor(reader);
		left = add(reader, &node);
	}
	return left;
}

static uint8_t read_or(struct reader *reader)
{
	uint8_t left = read_and(reader);

	while (!reader->fault && take(reader, "or")) {
		struct condition_node node = {.op = OP_OR, .left = left};

		node.right = read_and(reader);
		left = add(reader, &node);
	}
	return left;
}

const char *condition_read(const char *text, struct condition *out_condition)
{
	struct reader reader = {.condition = out_condition, .at = text};

	out_condition->count = 0;
	next(&reader);
	out_condition->root = read_or(&reader);
	if (reader.word[0])
		say(&reader, "the condition goes on behind its end: \"and\" or \"or\" is missing");
	if (reader.fault)
		out_condition->count = 0;
	return reader.fault;
}

/* ---- judging ---- */

static enum truth not_so(enum truth truth)
{
	return truth == TRUTH_UNKNOWN ? truth : truth == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
}

static enum truth truth_of(bool yes)
{
	return yes ? TRUTH_YES : TRUTH_NO;
}

/* * and ?, letters of either case; linear but for the length of the pattern: the latest * is enough to come back to. */
static bool is_like(const char *text, const char *pattern)
{
	const char *star = NULL, *from = text;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == '?' || tolower((unsigned char)*pattern) == tolower((unsigned char)*text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	return !pattern[strspn(pattern, "*")];
}

/* What a device was made on is the earliest that it can have been bought. */
static struct days days_of(const struct known *known, enum label_fact fact)
{
	struct days days = known->days[fact];

	if (fact == LABEL_BOUGHT && known->days[LABEL_MADE].from > days.from)
		days.from = known->days[LABEL_MADE].from < days.to ? known->days[LABEL_MADE].from : days.to - 1;
	return days;
}

static enum truth judge_date(const struct condition_node *node, struct days days)
{
	switch (node->op) {
	case OP_BEFORE:
		return days_before(days, node->days);
	case OP_SINCE:
		return not_so(days_before(days, node->days));
	case OP_UNTIL: /* before the day behind its last */
		return days_before(days, (struct days){node->days.to, node->days.to + 1});
	case OP_AFTER:
		return not_so(days_before(days, (struct days){node->days.to, node->days.to + 1}));
	case OP_IS_NOT:
		return not_so(days_within(days, node->days));
	default:
		return days_within(days, node->days);
	}
}

static enum truth judge_test(const struct condition_node *node, const struct known *known)
{
	const char *text = known->text[node->fact];

	if (node->fact == LABEL_BOUGHT || node->fact == LABEL_MADE)
		return judge_date(node, days_of(known, node->fact));
	if (!text || !*text)
		return TRUTH_UNKNOWN;
	if (node->op == OP_LIKE)
		return truth_of(is_like(text, node->value));
	return truth_of((strcasecmp(text, node->value) == 0) == (node->op == OP_IS));
}

/* Depth is bounded by CONDITION_NODES_MAX: a node's children stand before it. */
static enum truth judge(const struct condition *condition, uint8_t at, const struct known *known)
{
	const struct condition_node *node = &condition->nodes[at];
	enum truth left, right, strong;

	if (node->op == OP_NOT)
		return not_so(judge(condition, node->left, known));
	if (node->op != OP_AND && node->op != OP_OR)
		return judge_test(node, known);
	left = judge(condition, node->left, known);
	right = judge(condition, node->right, known);
	strong = node->op == OP_AND ? TRUTH_NO : TRUTH_YES; /* decides alone */
	if (left == strong || right == strong)
		return strong;
	return left == TRUTH_UNKNOWN || right == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : not_so(strong);
}

enum truth condition_judge(const struct condition *condition, const struct known *known)
{
	return condition->count ? judge(condition, condition->root, known) : TRUTH_UNKNOWN;
}

/* What is known to be so or not so beside an unknown part never decides: only unknown parts are gone down. */
static bool ask(const struct condition *condition, uint8_t at, const struct known *known, enum label_fact *out_fact)
{
	const struct condition_node *node = &condition->nodes[at];

	if (judge(condition, at, known) != TRUTH_UNKNOWN)
		return false;
	if (node->op == OP_NOT)
		return ask(condition, node->left, known, out_fact);
	if (node->op == OP_AND || node->op == OP_OR)
		return ask(condition, node->left, known, out_fact) || ask(condition, node->right, known, out_fact);
	*out_fact = node->fact;
	return true;
}

bool condition_ask(const struct condition *condition, const struct known *known, enum label_fact *out_fact)
{
	return condition->count && ask(condition, condition->root, known, out_fact);
}

/* Where one part decides alone, the answer rests on that part; the first, if both would. */
static uint32_t rests_on(const struct condition *condition, uint8_t at, const struct known *known)
{
	const struct condition_node *node = &condition->nodes[at];
	enum truth strong, left;

	if (node->op == OP_NOT)
		return rests_on(condition, node->left, known);
	if (node->op != OP_AND && node->op != OP_OR)
		return 1u << node->fact;
	strong = node->op == OP_AND ? TRUTH_NO : TRUTH_YES;
	left = judge(condition, node->left, known);
	if (left == strong)
		return rests_on(condition, node->left, known);
	if (judge(condition, node->right, known) == strong)
		return rests_on(condition, node->right, known);
	return rests_on(condition, node->left, known) | rests_on(condition, node->right, known);
}

uint32_t condition_rests_on(const struct condition *condition, const struct known *known)
{
	return condition_judge(condition, known) == TRUTH_UNKNOWN ? 0 : rests_on(condition, condition->root, known);
}

bool condition_is_about(const struct condition *condition, enum label_fact fact)
{
	for (uint32_t i = 0; i < condition->count; i++)
		if (condition->nodes[i].op > OP_NOT && condition->nodes[i].fact == fact)
			return true;
	return false;
}
