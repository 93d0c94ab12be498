/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cases.h"

#include <stdio.h>

#include "fact_line.h"

static const char *const results[] = {"OK", "SHORT", "OTHER", "BAD"};

static void take(void *context, const struct fact *fact)
{
	struct taken *taken = context;
	size_t start = taken->len;

	taken->count++;
	taken->len += fact_line(taken->text + taken->len, sizeof(taken->text) - taken->len - 1, fact);
	for (char *c = taken->text + start; *c; c++)
		if (*c == '\t')
			*c = ' ';
	taken->text[taken->len++] = '\n';
	taken->text[taken->len] = 0;
}

enum fw_read run_message(dissector *dissect, const void *bytes, size_t len, struct taken *out_taken)
{
	struct fact_sink sink = {.take = take, .context = out_taken};
	uint8_t *exact = malloc(len ? len : 1);
	enum fw_read result;

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	out_taken->len = out_taken->count = 0;
	out_taken->text[0] = 0;
	result = dissect(exact, len, &sink);
	free(exact);
	return result;
}

void run_cases(dissector *dissect, const struct message_case *cases, size_t count)
{
	static struct taken taken;

	for (size_t i = 0; i < count; i++) {
		enum fw_read result = run_message(dissect, cases[i].bytes, cases[i].len, &taken);

		if (result != cases[i].result || strcmp(taken.text, cases[i].facts))
			fail_msg("%s: %s, wanted %s; facts:\n%swanted:\n%s", cases[i].name, results[result], results[cases[i].result],
				taken.text, cases[i].facts);
	}
}

void run_cuts(dissector *dissect, const struct message_case *cases, size_t count, bool in_order)
{
	static struct taken whole, part;

	for (size_t i = 0; i < count; i++) {
		if (cases[i].result != FW_READ_OK)
			continue;
		run_message(dissect, cases[i].bytes, cases[i].len, &whole);
		for (size_t len = 0; len < cases[i].len; len++) {
			enum fw_read result = run_message(dissect, cases[i].bytes, len, &part);

			if (result == FW_READ_OK)
				fail_msg("%s cut at %zu: OK", cases[i].name, len);
			if (part.count > whole.count || (in_order && strncmp(whole.text, part.text, part.len)))
				fail_msg("%s cut at %zu: facts\n%s", cases[i].name, len, part.text);
		}
	}
}
