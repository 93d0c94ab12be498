/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door: inputs in order, and their frames merged by time.
 *
 * At start each input is opened just long enough to read its first frame, whose time gives it its place. After
 * that an input stays light until the merge reaches that time. A day of captures, one file after another, thus needs
 * one descriptor and one buffer, however many files it is; only captures that overlap in time are open together,
 * and the more of them there are, the less each reads at once. Their decoders share one budget: a compressed capture that finds
 * it spent when its time comes is reported and left out from there on.
 *
 * The merge is a binary heap over the open inputs, keyed by the time of the frame that each holds, then by the
 * input's place. The frame given last stays in its window until source_next() is called again, which
 * is when its input moves on. With one open input the heap is a single entry and costs nothing.
 */
#include "source/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/filter.h"
#include "source/input.h"
#include "source/spool.h"
#include "wire/limits.h"

enum {
	BLOCK_MAX = 256 << 10, /* measured: no difference between 64 KiB and 1 MiB */
	BLOCK_MIN = 16 << 10,
	BLOCKS_TOTAL = 4 << 20, /* shared by the open inputs, above BLOCK_MIN each */
	BLOCK_PEEK = 4 << 10,
};

struct source {
	struct unpack_budget budget;
	struct input *inputs; /* by start_ns, then name; those without any frame last */
	size_t count;
	size_t due; /* the first input that the merge has not reached */
	uint16_t *heap; /* places of the open inputs that hold a frame */
	size_t heap_len;
	bool given; /* the frame of heap[0] was given out */
	bool choosy; /* not everything is handed on */
	uint64_t from_ns, to_ns;
	struct filter *filter; /* or NULL */
	void (*seen)(void *context, const struct source_progress *at); /* or NULL */
	void *seen_context;
	uint64_t frames; /* read, where somebody watches */
};

static int by_start_and_name(const void *left, const void *right)
{
	const struct input *a = left, *b = right;

	if (a->over != b->over)
		return a->over ? 1 : -1;
	if (!a->over && a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return strcmp(a->report.file, b->report.file);
}

static bool before(const struct source *source, uint16_t left, uint16_t right)
{
	uint64_t left_ns = source->inputs[left].next.time_ns, right_ns = source->inputs[right].next.time_ns;

	return left_ns != right_ns ? left_ns < right_ns : left < right;
}

static void heap_sink(struct source *source)
{
	size_t at = 0, child;
	uint16_t *heap = source->heap, moving = heap[0];

	while ((child = 2 * at + 1) < source->heap_len) {
		if (child + 1 < source->heap_len && before(source, heap[child + 1], heap[child]))
			child++;
		if (!before(source, heap[child], moving))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moving;
}

static void heap_add(struct source *source, uint16_t place)
{
	size_t at = source->heap_len++;

	while (at && before(source, place, source->heap[(at - 1) / 2])) {
		source->heap[at] = source->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	source->heap[at] = place;
}

static void move_on(struct source *source)
{
	source->given = false;
	if (!input_advance(&source->inputs[source->heap[0]]))
		source->heap[0] = source->heap[--source->heap_len];
	if (source->heap_len > 1)
		heap_sink(source);
}

static size_t block_for(size_t open_count)
{
	size_t share = BLOCKS_TOTAL / (open_count + 1);

	return share > BLOCK_MAX ? BLOCK_MAX : share < BLOCK_MIN ? BLOCK_MIN : share;
}

/* Opens the inputs whose time has come. */
static void wake_due(struct source *source)
{
	for (; source->due < source->count; source->due++) {
		struct input *input = &source->inputs[source->due];

		if (input->over)
			continue;
		if (source->heap_len && input->start_ns > source->inputs[source->heap[0]].next.time_ns)
			return;
		if (input->reader || input_open(input, block_for(source->heap_len)))
			heap_add(source, (uint16_t)source->due);
	}
}

static void tell_unfiltered(struct source *source, const struct frame *frame)
{
	struct source_report *report = &source->inputs[frame->input].report;

	if (!report->unfiltered)
		fault_set(&report->fault, report->file, 0, 0, "the filter cannot be used for its packets of link type %u: %s", frame->link,
			filter_reason(source->filter, frame->link));
	report->unfiltered = true;
}

static bool is_chosen(struct source *source, const struct frame *frame)
{
	enum filter_verdict verdict;

	if (frame->time_ns < source->from_ns || frame->time_ns >= source->to_ns)
		return false;
	verdict = source->filter ? filter_judge(source->filter, frame) : FILTER_PASS;
	if (verdict == FILTER_CANNOT)
		tell_unfiltered(source, frame);
	return verdict == FILTER_PASS;
}

int source_check_filter(const char *expression, struct fault *out_fault)
{
	struct filter *filter = NULL;
	int error = filter_new(expression, &filter, out_fault);

	filter_free(filter);
	return error;
}

int source_choose(struct source *source, const struct source_choice *choice, struct fault *out_fault)
{
	struct filter *filter = NULL;
	int error = choice->filter ? filter_new(choice->filter, &filter, out_fault) : 0;

	if (error)
		return error;
	filter_free(source->filter);
	source->filter = filter;
	source->from_ns = choice->from_ns;
	source->to_ns = choice->to_ns;
	source->choosy = true;
	return 0;
}

void source_watch(struct source *source, void (*seen)(void *context, const struct source_progress *at), void *context)
{
	source->seen = seen;
	source->seen_context = context;
}

static void tell_progress(const struct source *source)
{
	struct source_progress at = {.packets = source->frames};
	bool endless = false;

	for (size_t i = 0; i < source->count; i++) {
		at.bytes += input_position(&source->inputs[i]);
		at.bytes_total += source->inputs[i].size;
		endless |= source->inputs[i].endless;
	}
	if (endless)
		at.bytes_total = 0;
	source->seen(source->seen_context, &at);
}

static bool next(struct source *source, struct frame *out_frame)
{
	if (source->seen && ++source->frames % SOURCE_WATCH_FRAMES == 0)
		tell_progress(source);
	if (source->given)
		move_on(source);
	if (source->due < source->count)
		wake_due(source);
	if (!source->heap_len)
		return false;
	input_give(&source->inputs[source->heap[0]], out_frame);
	out_frame->input = source->heap[0];
	source->given = true;
	return true;
}

bool source_next(struct source *source, struct frame *out_frame)
{
	while (next(source, out_frame)) {
		if (source->choosy && !is_chosen(source, out_frame))
			continue;
		source->inputs[out_frame->input].report.taken++;
		return true;
	}
	return false;
}

/* Opens each once to learn its place. Standard input has only one reading in it. */
static void look(struct source *source)
{
	bool stdin_named = false;

	for (size_t i = 0; i < source->count; i++) {
		struct input *input = &source->inputs[i];
		bool is_stdin = !strcmp(input->report.file, "-");

		if (is_stdin && stdin_named) {
			input_refuse(input, "standard input is named twice, but can be read only once");
			continue;
		}
		stdin_named |= is_stdin;
		if (input_open(input, source->count == 1 ? BLOCK_MAX : BLOCK_PEEK) && source->count > 1)
			input_park(input);
	}
	qsort(source->inputs, source->count, sizeof(*source->inputs), by_start_and_name);
}

static int take_names(struct source *source, const char *const *files, const struct spool *spool)
{
	for (size_t i = 0; i < source->count; i++) {
		source->inputs[i].copy = spool_copy(spool, i);
		source->inputs[i].budget = &source->budget;
		source->inputs[i].report.file = strdup(files[i]);
		if (!source->inputs[i].report.file)
			return -ENOMEM;
	}
	return 0;
}

int source_open(const char *const *files, size_t count, struct source **out_source, struct fault *out_fault)
{
	return source_open_spooled(files, count, NULL, out_source, out_fault);
}

int source_open_spooled(
	const char *const *files, size_t count, const struct spool *spool, struct source **out_source, struct fault *out_fault)
{
	if (!count || count > FW_SOURCE_FILES_MAX) {
		fault_set(out_fault, "", 0, 0, "%zu captures named, 1 to %u can be read in one run", count, FW_SOURCE_FILES_MAX);
		return -EINVAL;
	}
	struct source *source = calloc(1, sizeof(*source));
	if (!source)
		return -ENOMEM;
	source->count = count;
	source->inputs = calloc(count, sizeof(*source->inputs));
	source->heap = calloc(count, sizeof(*source->heap));
	if (!source->inputs || !source->heap || take_names(source, files, spool)) {
		source_close(source);
		return -ENOMEM;
	}
	look(source);
	*out_source = source;
	return 0;
}

size_t source_count(const struct source *source)
{
	return source->count;
}

const struct source_report *source_report(const struct source *source, size_t input)
{
	return &source->inputs[input].report;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	for (size_t i = 0; source->inputs && i < source->count; i++) {
		input_close(&source->inputs[i]);
		free((char *)source->inputs[i].report.file);
	}
	filter_free(source->filter);
	free(source->inputs);
	free(source->heap);
	free(source);
}
