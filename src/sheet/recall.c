/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Was this device recalled? The maker's rule speaks of what no packet holds: when it was sold, where, which serial number. So a rule is
 * data with a condition (condition.h); a person's facts answer it; and as long as they do not, the one question is asked that would.
 *
 *	- recall: xiongmai-2016
 *	  title: ...
 *	  applies-if: maker ~ '*xiongmai*'
 *	  recalled-if: bought < 2015-04 and country = US
 *	  assume: country = US
 *	  yes: It is recalled: ...
 *	  no: Sold later: ...
 *	  where-bought: On the receipt ...
 *
 * applies-if is judged by what the device itself tells; where that leaves a doubt, the rule is not about it, unless the maker is likely
 * and it or the kind is the doubt: then that is asked first. What stands under assume is taken for granted while nobody says otherwise, and the answer says that it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/records.h"
#include "sheet/sheet.h"

enum { RULE_TEXT_MAX = 640, RULE_ID_MAX = 64, WHERE_MAX = 320 };

struct rule {
	uint64_t line;
	char id[RULE_ID_MAX], title[RULE_TEXT_MAX], publisher[RULE_TEXT_MAX], source[RULE_TEXT_MAX], published[RULE_ID_MAX];
	char applies_if[RULE_TEXT_MAX], recalled_if[RULE_TEXT_MAX], assume[RULE_ID_MAX];
	char yes[RULE_TEXT_MAX], no[RULE_TEXT_MAX], unknown[RULE_TEXT_MAX];
	char where[LABEL_COUNT][WHERE_MAX];
	struct condition applies, recalled, assumed;
};

struct recalls {
	struct rule *rules;
	size_t count;
};

#define TEXT(name, member) \
	{ \
		name, offsetof(struct rule, member), sizeof(((struct rule *)0)->member) \
	}
#define WHERE(name, fact) \
	{ \
		name, offsetof(struct rule, where) + (fact)*WHERE_MAX, WHERE_MAX \
	}
static const struct record_key keys[] = {
	TEXT("recall", id),
	TEXT("title", title),
	TEXT("publisher", publisher),
	TEXT("source", source),
	TEXT("published", published),
	TEXT("applies-if", applies_if),
	TEXT("recalled-if", recalled_if),
	TEXT("assume", assume),
	TEXT("yes", yes),
	TEXT("no", no),
	TEXT("unknown", unknown),
	WHERE("where-bought", LABEL_BOUGHT),
	WHERE("where-made", LABEL_MADE),
	WHERE("where-serial", LABEL_SERIAL),
	WHERE("where-country", LABEL_COUNTRY),
	WHERE("where-label", LABEL_TEXT),
	WHERE("where-brand", LABEL_BRAND),
	WHERE("where-kind", LABEL_KIND),
	WHERE("where-model", LABEL_MODEL),
	WHERE("where-firmware", LABEL_FIRMWARE),
	{NULL, 0, 0},
};

static const struct {
	const char *question, *where;
} questions[LABEL_COUNT] = {
	[LABEL_BOUGHT] = {"When was it bought?", "The receipt or the order says it; the month is enough."},
	[LABEL_MADE] = {"When was it made?", "The label on its back or underside often has a date or a year and week (such as 1438)."},
	[LABEL_SERIAL] = {"What is its serial number?", "Look at the label on its back or underside: S/N."},
	[LABEL_COUNTRY] = {"In which country was it bought?", "The receipt or the order says it; two letters, such as US."},
	[LABEL_TEXT] = {"What does its label say?", "Look at its back or underside."},
	[LABEL_MAKER] = {"Who made it?", "Look at the label on its back or underside."},
	[LABEL_BRAND] = {"Under which brand was it sold?", "It stands on its front and on the box."},
	[LABEL_KIND] = {"What is it: a camera, a recorder ...?", "Look at it."},
	[LABEL_MODEL] = {"Which model is it?", "Look at the label on its back or underside: Model, or M/N."},
	[LABEL_FIRMWARE] = {"Which firmware does it run?", "Its settings say it, under System, Version or About."},
};

/* ---- reading ---- */

static const char *finish(struct rule *rule)
{
	const char *fault;

	if (!rule->id[0] || !rule->title[0] || !rule->source[0] || !rule->applies_if[0] || !rule->recalled_if[0])
		return "a rule needs recall, title, source, applies-if and recalled-if";
	if ((fault = condition_read(rule->applies_if, &rule->applies)))
		return fault;
	for (int i = LABEL_BOUGHT; i <= LABEL_TEXT; i++)
		if (condition_is_about(&rule->applies, (enum label_fact)i))
			return "applies-if is about maker, brand, kind, model and firmware; the others belong into recalled-if";
	if ((fault = condition_read(rule->recalled_if, &rule->recalled)))
		return fault;
	if (!rule->assume[0])
		return NULL;
	fault = condition_read(rule->assume, &rule->assumed);
	if (!fault && (rule->assumed.count != 1 || rule->assumed.nodes[0].op != OP_IS))
		return "assume is one test with =, such as country = US";
	return fault;
}

/* An earlier rule of this id gives its place up; twice in one file is a mistake. */
static const char *replace(struct recalls *recalls, size_t before)
{
	struct rule *last = &recalls->rules[recalls->count - 1];

	for (size_t i = 0; i + 1 < recalls->count; i++) {
		if (strcmp(recalls->rules[i].id, last->id) != 0)
			continue;
		if (i >= before)
			return "there is a rule of this id already";
		recalls->rules[i] = *last;
		recalls->rules[i].line = 0;
		recalls->count--;
		return NULL;
	}
	return NULL;
}

static int finish_last(struct recalls *recalls, size_t before, const struct records *records, struct fault *out_fault)
{
	struct rule *last = recalls->count ? &recalls->rules[recalls->count - 1] : NULL;
	uint64_t line = last ? last->line : 0;
	const char *fault = NULL;

	if (!line) /* none yet, or finished */
		return 0;
	fault = finish(last);
	if (!fault)
		fault = replace(recalls, before);
	if (fault)
		fault_set(out_fault, records->file, line, 0, "%s", fault);
	else if (recalls->count)
		recalls->rules[recalls->count - 1].line = 0;
	return fault ? -EINVAL : 0;
}

static int read_all(struct recalls *recalls, struct records *records, struct fault *out_fault)
{
	struct record_field field;
	size_t before = recalls->count;
	uint32_t seen = 0;
	int more, error;

	while ((more = record_next(records, &field, out_fault)) > 0) {
		if (field.first) {
			error = finish_last(recalls, before, records, out_fault);
			if (!error)
				error = record_grow((void **)&recalls->rules, &recalls->count, sizeof(*recalls->rules), RECALLS_MAX);
			if (error == -E2BIG)
				fault_set(out_fault, records->file, field.line, 0, "more than %d rules", RECALLS_MAX);
			if (error)
				return error == -E2BIG ? -EINVAL : error;
			recalls->rules[recalls->count - 1].line = field.line;
			seen = 0;
		}
		error = record_take(records, keys, &field, &recalls->rules[recalls->count - 1], &seen, out_fault);
		if (error)
			return error;
	}
	return more ? more : finish_last(recalls, before, records, out_fault);
}

int recalls_new(struct recalls **out_recalls)
{
	struct recalls *recalls = calloc(1, sizeof(*recalls));

	if (!recalls)
		return -ENOMEM;
	*out_recalls = recalls;
	return 0;
}

void recalls_free(struct recalls *recalls)
{
	if (recalls)
		free(recalls->rules);
	free(recalls);
}

int recalls_read(struct recalls *recalls, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	struct records records;

	records_init(&records, file, body, len);
	return read_all(recalls, &records, out_fault);
}

/* ---- judging ---- */

static void assume(const struct rule *rule, const struct known *known, struct known *out, const char **out_assumed)
{
	const struct condition_node *node = &rule->assumed.nodes[0];

	*out = *known;
	*out_assumed = "";
	if (!rule->assumed.count || (known->text[node->fact] && known->text[node->fact][0]))
		return;
	out->text[node->fact] = node->value;
	out->days[node->fact] = node->fact <= LABEL_MADE ? node->days : out->days[node->fact];
	*out_assumed = rule->assume;
}

/* "bought 2014-11, country US": what the answer rests on. Only what was told, not what was assumed. */
static void say_because(const struct rule *rule, const struct known *known, const struct known *told, struct sheet_recall *out)
{
	uint32_t facts = condition_rests_on(&rule->recalled, known);
	size_t at = 0;

	/* a date of purchase may follow from the date of manufacture */
	if (facts & 1u << LABEL_BOUGHT && told->text[LABEL_MADE] && *told->text[LABEL_MADE] && !*told->text[LABEL_BOUGHT])
		facts |= 1u << LABEL_MADE;
	for (int i = 0; i < LABEL_COUNT; i++) {
		int len;
		if (!(facts & 1u << i) || !told->text[i] || !told->text[i][0])
			continue;
		len = snprintf(out->because + at, sizeof(out->because) - at, "%s%s %s", at ? ", " : "", label_fact_name((enum label_fact)i),
			told->text[i]);
		if (len < 0 || (size_t)len >= sizeof(out->because) - at) {
			out->because[at] = 0;
			return;
		}
		at += (size_t)len;
	}
}

static void say_question(const struct rule *rule, const struct known *known, struct sheet_recall *out)
{
	const char *told;

	if (!condition_ask(&rule->recalled, known, &out->ask))
		return;
	out->asks = true;
	told = known->text[out->ask];
	out->where = rule->where[out->ask][0] ? rule->where[out->ask] : questions[out->ask].where;
	if (told && *told && strlen(told) == 4)
		snprintf(out->question, sizeof(out->question), "In which month of %s was it %s?", told, label_fact_name(out->ask));
	else if (told && *told)
		snprintf(out->question, sizeof(out->question), "On which day of %s was it %s?", told, label_fact_name(out->ask));
	else
		snprintf(out->question, sizeof(out->question), "%s", questions[out->ask].question);
}

/* What is asked before anything else: whether the rule is about this device at all. */
static void say_doubt(enum label_fact doubt, const struct rule *rule, struct sheet_recall *out)
{
	out->answer = TRUTH_UNKNOWN;
	out->says = rule->unknown;
	out->because[0] = 0;
	out->assumed = "";
	out->asks = true;
	out->ask = doubt;
	out->where = rule->where[doubt][0] ? rule->where[doubt] : questions[doubt].where;
	snprintf(out->question, sizeof(out->question), "%s", questions[doubt].question);
}

static void judge_rule(const struct rule *rule, const struct known *told, struct sheet_recall *out)
{
	struct known known;

	*out = (struct sheet_recall){.id = rule->id,
		.title = rule->title,
		.publisher = rule->publisher,
		.source = rule->source,
		.published = rule->published,
		.where = ""};
	assume(rule, told, &known, &out->assumed);
	out->answer = condition_judge(&rule->recalled, &known);
	out->says = out->answer == TRUTH_YES ? rule->yes : out->answer == TRUTH_NO ? rule->no : rule->unknown;
	if (out->answer == TRUTH_UNKNOWN)
		say_question(rule, &known, out);
	else
		say_because(rule, &known, told, out);
	/* told only where the answer hangs on it */
	if (*out->assumed && !(condition_rests_on(&rule->recalled, &known) & 1u << rule->assumed.nodes[0].fact))
		out->assumed = "";
}

/* Is the rule about it? Where the maker is likely, or its kind alone is missing, that is the question: *out_doubt, else LABEL_COUNT. */
static bool is_about(const struct rule *rule, const struct known *known, enum label_fact *out_doubt)
{
	enum truth truth = condition_judge(&rule->applies, known);
	const char *maker = known->text[LABEL_MAKER];
	bool of_maker = condition_is_about(&rule->applies, LABEL_MAKER) && maker && *maker;

	*out_doubt = LABEL_COUNT;
	if (truth == TRUTH_NO || (truth == TRUTH_UNKNOWN && !of_maker))
		return false;
	if (truth == TRUTH_UNKNOWN && (!condition_ask(&rule->applies, known, out_doubt) || *out_doubt != LABEL_KIND))
		return false;
	if (of_maker && known->maker_doubtful)
		*out_doubt = LABEL_MAKER;
	return true;
}

size_t recalls_judge(
	const struct recalls *recalls, const struct known *known, struct sheet_recall out[SHEET_RECALLS_MAX], uint32_t *out_left_out)
{
	size_t count = 0;

	*out_left_out = 0;
	for (size_t i = 0; recalls && i < recalls->count; i++) {
		enum label_fact doubt;
		struct sheet_recall one;

		if (!is_about(&recalls->rules[i], known, &doubt))
			continue;
		judge_rule(&recalls->rules[i], known, &one);
		if (doubt != LABEL_COUNT && one.answer == TRUTH_NO) /* whatever it is */
			continue;
		if (doubt != LABEL_COUNT)
			say_doubt(doubt, &recalls->rules[i], &one);
		if (count == SHEET_RECALLS_MAX)
			++*out_left_out;
		else
			out[count++] = one;
	}
	return count;
}
