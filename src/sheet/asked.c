/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Provisions that no packet shows, as questions: the maker's page or the label answers them, and a person writes yes or no among the facts.
 *
 *	- asks: support-period
 *	  provision: 5.3-13
 *	  title: how long it gets security updates is published
 *	  question: "Does its maker say until when it gets security updates?"
 *	  where: "Look at the maker's page about this model ..."
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/records.h"
#include "sheet/sheet.h"

enum { NUMBER_MAX = 16, TITLE_MAX = 96, QUESTION_MAX = 256 };

struct asked {
	char key[RECORD_KEY_MAX], provision[NUMBER_MAX], title[TITLE_MAX], question[QUESTION_MAX], where[QUESTION_MAX];
};

struct questions {
	struct asked asked[SHEET_QUESTIONS_MAX];
	struct sheet_question shown[SHEET_QUESTIONS_MAX]; /* the same, borrowed from there */
	uint32_t count;
};

#define TEXT(name, member) \
	{ \
		name, offsetof(struct asked, member), sizeof(((struct asked *)0)->member) \
	}
static const struct record_key keys[] = {
	TEXT("asks", key),
	TEXT("provision", provision),
	TEXT("title", title),
	TEXT("question", question),
	TEXT("where", where),
	{NULL, 0, 0},
};

static const char *finish(struct questions *questions)
{
	struct asked *last = questions->count ? &questions->asked[questions->count - 1] : NULL;

	if (!last)
		return NULL;
	if (!last->key[0] || !last->provision[0] || !last->title[0] || !last->question[0] || !last->where[0])
		return "a question needs asks, provision, title, question and where";
	for (uint32_t i = 0; i + 1 < questions->count; i++)
		if (!strcmp(questions->asked[i].key, last->key))
			return "this is asked already";
	questions->shown[questions->count - 1] =
		(struct sheet_question){last->key, last->provision, last->title, last->question, last->where};
	return NULL;
}

static int begin(struct questions *questions, const struct records *records, struct fault *out_fault)
{
	const char *fault = questions->count == SHEET_QUESTIONS_MAX ? "there are too many questions" : finish(questions);

	if (fault) {
		fault_set(out_fault, records->file, records->line, 0, "%s", fault);
		return -EINVAL;
	}
	questions->count++;
	return 0;
}

static int read_all(struct questions *questions, struct records *records, struct fault *out_fault)
{
	struct record_field field;
	uint32_t seen = 0;
	int more, error = 0;

	while ((more = record_next(records, &field, out_fault)) > 0) {
		if (field.first) {
			error = begin(questions, records, out_fault);
			seen = 0;
		}
		if (!error)
			error = record_take(records, keys, &field, &questions->asked[questions->count - 1], &seen, out_fault);
		if (error)
			return error;
	}
	if (!more && finish(questions)) {
		fault_set(out_fault, records->file, records->line, 0, "%s", finish(questions));
		return -EINVAL;
	}
	return more;
}

int questions_read(const char *file, const char *body, size_t len, struct questions **out_questions, struct fault *out_fault)
{
	struct questions *questions = calloc(1, sizeof(*questions));
	struct records records;
	int error;

	if (!questions)
		return -ENOMEM;
	records_init(&records, file, body, len);
	error = read_all(questions, &records, out_fault);
	if (error)
		questions_free(questions);
	else
		*out_questions = questions;
	return error;
}

void questions_free(struct questions *questions)
{
	free(questions);
}

const struct sheet_question *questions_list(const struct questions *questions, uint32_t *out_count)
{
	*out_count = questions ? questions->count : 0;
	return questions ? questions->shown : NULL;
}

uint32_t questions_find(const struct questions *questions, const char *key)
{
	uint32_t i = 0, count = questions ? questions->count : 0;

	while (i < count && strcmp(questions->asked[i].key, key))
		i++;
	return i < count ? i : SHEET_QUESTIONS_MAX;
}
