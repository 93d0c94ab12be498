/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the reader stands, and what it has to say: file, line, and a sentence that begins with the JSON pointer (RFC 6901). */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advisory/inside.h"

enum { POINTER_MAX = 160 };
_Static_assert((unsigned)WAY_MAX >= FW_CSAF_DEPTH_MAX + 8, "the way leads as deep as a document goes");

void reader_fail(struct reader *reader, int error)
{
	if (!reader->error)
		reader->error = error;
}

/* Keys are constants of ours here: none holds ~ or /. What does not fit is cut at the front, where the way is the same for all. */
static void write_pointer(const struct reader *reader, char out[POINTER_MAX])
{
	char whole[4096];
	size_t len = 0;

	for (unsigned i = 0; i < reader->way.depth && len < sizeof(whole) - 64; i++) {
		const struct step *step = &reader->way.steps[i];
		len += (size_t)(step->key ? snprintf(whole + len, sizeof(whole) - len, "/%s", step->key)
					  : snprintf(whole + len, sizeof(whole) - len, "/%zu", step->index));
	}
	whole[len] = 0;
	if (len < POINTER_MAX)
		snprintf(out, POINTER_MAX, "%.*s", POINTER_MAX - 1, whole);
	else
		snprintf(out, POINTER_MAX, "...%.*s", POINTER_MAX - 4, whole + len - (POINTER_MAX - 4));
}

static void fill(struct reader *reader, struct fault *fault, const char *key, const char *format, va_list arguments)
{
	char pointer[POINTER_MAX], sentence[FAULT_SENTENCE_MAX];
	unsigned depth = reader->way.depth;

	if (key && depth < WAY_MAX)
		way_in(&reader->way, key);
	write_pointer(reader, pointer);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	fault_set(fault, reader->file, place_find(reader->body, reader->len, &reader->way).line, 0, "%s%s%s", pointer, *pointer ? " " : "",
		sentence);
	reader->way.depth = depth;
}

void reader_tell(struct reader *reader, const char *key, const char *format, ...)
{
	struct fault fault;
	va_list arguments;

	if (reader->told++ >= FW_CSAF_FAULTS_MAX || !reader->config->told)
		return;
	va_start(arguments, format);
	fill(reader, &fault, key, format, arguments);
	va_end(arguments);
	reader->config->told(reader->config->context, &fault);
}

void refuse(struct reader *reader, const char *key, const char *format, ...)
{
	struct fault fault;
	va_list arguments;

	if (reader->error)
		return;
	reader_fail(reader, -EINVAL);
	va_start(arguments, format);
	fill(reader, &fault, key, format, arguments);
	va_end(arguments);
	if (reader->out_fault)
		*reader->out_fault = fault;
}

void refuse_at(struct reader *reader, int error, uint64_t line, const char *sentence)
{
	if (reader->error)
		return;
	reader_fail(reader, error);
	fault_set(reader->out_fault, reader->file, line, 0, "%s", sentence);
}

void reader_tell_rest(struct reader *reader)
{
	struct fault fault;

	if (reader->told <= FW_CSAF_FAULTS_MAX || !reader->config->told)
		return;
	fault_set(&fault, reader->file, 0, 0, "%u more things that are wrong in it are not told one by one",
		reader->told - FW_CSAF_FAULTS_MAX);
	reader->config->told(reader->config->context, &fault);
}
