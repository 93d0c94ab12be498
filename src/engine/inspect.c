/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inspect: inputs -> frames -> engine -> report. Everything in the report is put in an order that depends on what was
 * seen alone, so that the same captures give the same bytes in whatever order they are named.
 */
#include "engine/inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/conf.h"
#include "engine/advise.h"
#include "engine/attribute.h"
#include "engine/evidence.h"
#include "engine/prelude.h"
#include "engine/signatures.h"
#include "engine/veil.h"
#include "engine/would.h"
#include "fetch/fetch.h"
#include "source/source.h"
#include "wire/limits.h"

enum { MUTE_FILE_MAX = 1 << 20, OUI_FILE_MAX = 16 << 20, LEFT_OUT_KINDS = 16 };

/* Fixed: the same input must give the same output; captures are read offline, where nobody profits from collisions for long. */
static const uint8_t inspect_key[16] = {0x66, 0x6c, 0x6f, 0x6f, 0x64, 0x77, 0x61, 0x6c, 0x6c, 0x20, 0x69, 0x6e, 0x73, 0x70, 0x65, 0x63};

struct inspect {
	const struct inspect_options *options;
	struct source *source;
	struct engine *engine;
	struct mute_list *mutes;
	struct prefix inferred[SIDE_INFERRED_MAX];
	size_t inferred_count;
	bool had_to_infer;
	struct junk junk;
	struct evidence *evidence; /* NULL without --evidence */
	struct veil *veil; /* NULL without --anonymise */
	struct would *would; /* NULL without --policy */
	struct signature_files signatures;
	FILE *notes;
	struct advise *advise; /* NULL without --advisories */
};

struct shown {
	const struct device **devices;
	uint32_t *numbers;
	size_t device_count;
	const struct finding **findings;
	size_t finding_count;
	struct report_capture *captures;
	struct report_left_out left_out[LEFT_OUT_KINDS];
	size_t left_out_count;
	uint8_t inferred[SIDE_INFERRED_MAX][16];
	uint8_t inferred_bits[SIDE_INFERRED_MAX];
	const struct talk_pairs *talk;
	struct policy_verdict *verdicts;
	size_t verdict_count;
};

static int read_mutes(struct inspect *inspect, struct fault *out_fault)
{
	const char *names[FINDING_ID_COUNT];
	size_t len;
	char *body;
	int error;

	if (!inspect->options->mute_file)
		return 0;
	for (int i = 0; i < FINDING_ID_COUNT; i++)
		names[i] = report_finding_name((enum finding_id)i);
	error = fetch_file(inspect->options->mute_file, MUTE_FILE_MAX, &body, &len, out_fault);
	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	error = mute_read(inspect->options->mute_file, body, len, names, &inspect->mutes, out_fault);
	free(body);
	return error;
}

/* The registry is a convenience: without it makers are unknown, and nothing else changes. */
static void read_oui(struct inspect *inspect)
{
	static const char *const files[] = {"oui.csv", "mam.csv", "oui36.csv", "iab.csv"};
	const struct device *device;
	bool wanted = false;

	for (uint32_t i = 0; !wanted && i < engine_device_count(inspect->engine); i++)
		wanted = (device = engine_device(inspect->engine, i)) && device->mac_count;
	for (size_t i = 0; wanted && inspect->options->oui_folder && i < sizeof(files) / sizeof(files[0]); i++) {
		char path[4096], *body;
		struct fault fault;
		size_t len;
		if (snprintf(path, sizeof(path), "%s/%s", inspect->options->oui_folder, files[i]) >= (int)sizeof(path))
			return;
		if (fetch_file(path, OUI_FILE_MAX, &body, &len, &fault))
			continue;
		engine_read_oui(inspect->engine, path, body, len, &fault);
		free(body);
	}
}

struct source_choice inspect_choice(const struct inspect_part *part)
{
	return (struct source_choice){part->from_ns, part->timed ? part->to_ns : UINT64_MAX, part->filter};
}

static int open_inputs(struct inspect *inspect, struct fault *out_fault)
{
	const struct inspect_options *options = inspect->options;
	const struct source_choice choice = inspect_choice(&options->part);
	/* first: standard input may be long in coming, and a filter that is none should not wait for it */
	int error = choice.filter ? source_check_filter(choice.filter, out_fault) : 0;

	if (!error)
		error = source_open_spooled(
			options->files, options->file_count, evidence_spool(inspect->evidence), &inspect->source, out_fault);
	if (!error && (options->part.timed || choice.filter))
		error = source_choose(inspect->source, &choice, out_fault);
	if (!error && options->progress)
		source_watch(inspect->source, options->progress, options->progress_context);
	return error;
}

/* Facts go to whoever wants them. */
static void see_fact(void *context, const struct frame *frame, const struct fact *fact)
{
	struct inspect *inspect = context;

	if (inspect->would)
		would_fact(inspect->would, frame, fact);
	if (inspect->options->fact_seen)
		inspect->options->fact_seen(inspect->options->fact_context, frame, fact);
}

static void see_frame(struct inspect *inspect, const struct frame *frame)
{
	if (inspect->would)
		would_frame(inspect->would, inspect->engine, frame);
	else
		engine_frame(inspect->engine, frame);
}

static void say_note(void *context, const char *sentence)
{
	fprintf(context, "floodwall: %s\n", sentence);
}

static int start_engine(struct inspect *inspect, struct prelude *prelude)
{
	struct engine_config config = {
		.with_talk = inspect->options->format == INSPECT_HTML,
		.fact_seen = inspect->would || inspect->options->fact_seen ? see_fact : NULL,
		.fact_context = inspect,
	};
	int error;

	memcpy(config.hash_key, inspect_key, 16);
	side_init(&config.side);
	for (size_t i = 0; i < inspect->options->local_count; i++)
		side_add(&config.side, inspect->options->local[i].address, inspect->options->local[i].bits);
	if (!inspect->options->local_count)
		inspect->had_to_infer = prelude_judge(prelude, &config.side, inspect->inferred, &inspect->inferred_count);
	if (inspect->would)
		would_side(inspect->would, &config.side);
	error = engine_new(&config, &inspect->engine);
	return error ? error
		     : signatures_load(
			       inspect->engine, &inspect->signatures, &(struct signature_say){.say = say_note, .context = inspect->notes});
}

static int read_frames(struct inspect *inspect)
{
	struct prelude *prelude;
	const struct frame *early;
	struct frame frame;
	bool more;
	int error = prelude_new(&prelude);

	if (error)
		return error;
	while ((more = source_next(inspect->source, &frame)) && prelude_take(prelude, &frame))
		;
	error = start_engine(inspect, prelude);
	for (size_t i = 0; !error && (early = prelude_frame(prelude, i)); i++)
		see_frame(inspect, early);
	prelude_free(prelude);
	if (error)
		return error;
	for (; more; more = source_next(inspect->source, &frame))
		see_frame(inspect, &frame);
	if (inspect->options->progress)
		inspect->options->progress(inspect->options->progress_context, NULL);
	read_oui(inspect);
	engine_end(inspect->engine);
	return 0;
}

static void mute_and_judge(struct inspect *inspect, struct inspect_result *out_result)
{
	struct finding *finding;

	for (uint32_t i = 0; (finding = engine_finding(inspect->engine, i)); i++) {
		const struct device *device = finding->device == DEVICE_NONE ? NULL : engine_device(inspect->engine, finding->device);
		finding->muted = mute_find(inspect->mutes, finding, device);
		if (finding->muted)
			continue;
		out_result->found = true;
		if (finding->severity > out_result->worst)
			out_result->worst = finding->severity;
	}
	engine_judge_devices(inspect->engine);
}

static int by_finding(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a, *y = *(const struct finding *const *)b;

	if (!x->muted != !y->muted)
		return x->muted ? 1 : -1;
	if (x->severity != y->severity)
		return x->severity < y->severity ? 1 : -1;
	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x < y ? -1 : x > y; /* the book keeps the order in which they were made */
}

static int show_findings(struct inspect *inspect, struct shown *shown)
{
	size_t count = 0;

	while (engine_finding(inspect->engine, (uint32_t)count))
		count++;
	shown->findings = calloc(count + 1, sizeof(*shown->findings));
	if (!shown->findings)
		return -ENOMEM;
	for (; shown->finding_count < count; shown->finding_count++)
		shown->findings[shown->finding_count] = engine_finding(inspect->engine, (uint32_t)shown->finding_count);
	qsort(shown->findings, count, sizeof(*shown->findings), by_finding);
	return 0;
}

struct numbered {
	const struct device *device;
	uint32_t number;
};

static int by_device(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->device->state != y->device->state)
		return x->device->state < y->device->state ? 1 : -1;
	if (x->device->first_ns != y->device->first_ns)
		return x->device->first_ns < y->device->first_ns ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int show_devices(struct inspect *inspect, struct shown *shown)
{
	uint32_t count = engine_device_count(inspect->engine);
	struct numbered *sorted = calloc(count + 1u, sizeof(*sorted));

	shown->devices = calloc(count + 1u, sizeof(*shown->devices));
	shown->numbers = calloc(count + 1u, sizeof(*shown->numbers));
	if (!sorted || !shown->devices || !shown->numbers) {
		free(sorted);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < count; i++)
		if ((sorted[shown->device_count].device = engine_device(inspect->engine, i)))
			sorted[shown->device_count++].number = i;
	qsort(sorted, shown->device_count, sizeof(*sorted), by_device);
	for (size_t i = 0; i < shown->device_count; i++) {
		shown->devices[i] = sorted[i].device;
		shown->numbers[i] = sorted[i].number;
	}
	free(sorted);
	return 0;
}

static int show_captures(struct inspect *inspect, struct shown *shown)
{
	size_t count = source_count(inspect->source);

	shown->captures = calloc(count + 1, sizeof(*shown->captures));
	if (!shown->captures)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct source_report *report = source_report(inspect->source, i);
		shown->captures[i] = (struct report_capture){
			.file = report->file,
			.packets = report->packets,
			.taken = report->taken,
			.bytes = report->bytes,
			.first_ns = report->first_ns,
			.last_ns = report->last_ns,
			.cut_short = report->cut_short,
			.unreadable = report->unreadable,
			.note = report->fault.sentence[0] ? report->fault.sentence : NULL,
		};
	}
	return 0;
}

static void show_left_out(struct inspect *inspect, struct shown *shown)
{
	struct engine_left_out left;

	engine_left_out(inspect->engine, &left);
	const struct report_left_out kinds[] = {
		{"frames_not_understood", left.frames_not_understood},
		{"frames_malformed", left.frames_malformed},
		{"conversations", left.conversations},
		{"streams", left.streams},
		{"devices", left.devices},
		{"pairs", left.pairs},
		{"rates", left.rates},
		{"beacons", left.beacons},
		{"logins", left.logins},
		{"zones", left.zones},
		{"names", left.names},
		{"findings", left.findings},
		{"prefixes", left.prefixes},
		{"tunnels", left.tunnels},
		{"clock_jumps", left.clock_jumps},
		{"verdicts", inspect->would ? would_left_out(inspect->would) : 0},
	};
	_Static_assert(sizeof(kinds) / sizeof(kinds[0]) <= LEFT_OUT_KINDS, "room for all kinds");

	memcpy(shown->left_out, kinds, sizeof(kinds));
	shown->left_out_count = sizeof(kinds) / sizeof(kinds[0]);
}

static struct report_selection selection_of(const struct inspect_part *part)
{
	const struct source_choice choice = inspect_choice(part);

	return (struct report_selection){part->timed || part->filter, choice.from_ns, choice.to_ns, choice.filter};
}

/*
 * Frames that prove the findings are gathered while those still bear their true addresses; then all that will be shown gets its
 * stand-ins; then the captures are written, whose names and comments say what the report says.
 */
static int prove_and_mask(struct inspect *inspect, struct shown *shown, FILE *notes, struct inspect_result *result)
{
	int error = evidence_gather(inspect->evidence, inspect->engine, shown->findings, shown->finding_count);

	shown->talk = engine_talk(inspect->engine);
	result->evidence_failed = evidence_note(inspect->evidence, error, notes);
	if (error == -ENOMEM)
		return error;
	veil_engine(inspect->veil, inspect->engine);
	veil_junk(inspect->veil, &inspect->junk);
	veil_talk(inspect->veil, shown->talk);
	veil_verdicts(inspect->veil, shown->verdicts, shown->verdict_count);
	if ((error = veil_captures(inspect->veil, shown->captures, source_count(inspect->source))))
		return error;
	for (size_t i = 0; i < inspect->inferred_count; i++)
		veil_prefix(inspect->veil, shown->inferred[i], shown->inferred_bits[i]);
	return 0;
}

static int write_report(const struct inspect *inspect, const struct report_view *view, FILE *out)
{
	switch (inspect->options->format) {
	case INSPECT_JSON:
		return report_json(out, view);
	case INSPECT_HTML:
		return report_html(out, view);
	case INSPECT_EVE:
		return report_eve(out, view);
	case INSPECT_CSV:
		return report_csv(out, view);
	case INSPECT_CSV_DEVICES:
		return report_csv_devices(out, view);
	case INSPECT_OCSF:
		return report_ocsf(out, view);
	default:
		return report_text(out, view, &inspect->options->style);
	}
}

static int show_advice(struct inspect *inspect, struct report_view *view, FILE *out)
{
	const struct advise_shown shown = {
		view->devices, view->device_numbers, view->device_count, view->findings, view->finding_count, inspect->veil != NULL};
	struct sheet_view sheets;
	int error = advise_show(inspect->advise, &shown, &sheets);

	if (error)
		return error;
	view->sheets = sheets.sheets;
	sheets.report = view;
	return inspect->options->advise->sheets ? advise_write(&sheets, inspect->options, out) : write_report(inspect, view, out);
}

static int show(struct inspect *inspect, struct shown *shown, FILE *out, FILE *notes, struct inspect_result *result)
{
	struct report_view view;
	int error;

	if ((error = show_findings(inspect, shown)) || (error = show_devices(inspect, shown)) || (error = show_captures(inspect, shown)))
		return error;
	if (inspect->would && (error = would_verdicts(inspect->would, inspect->engine, &shown->verdicts, &shown->verdict_count)))
		return error;
	show_left_out(inspect, shown);
	attribute_junk(inspect->engine, &inspect->junk);
	for (size_t i = 0; i < inspect->inferred_count; i++) {
		memcpy(shown->inferred[i], inspect->inferred[i].address, 16);
		shown->inferred_bits[i] = inspect->inferred[i].bits;
	}
	if ((error = prove_and_mask(inspect, shown, notes, result)))
		return error;
	view = (struct report_view){
		.captures = shown->captures,
		.capture_count = source_count(inspect->source),
		.selection = selection_of(&inspect->options->part),
		.devices = shown->devices,
		.device_numbers = shown->numbers,
		.device_count = shown->device_count,
		.findings = shown->findings,
		.finding_count = shown->finding_count,
		.junk = &inspect->junk,
		.timeline = engine_timeline(inspect->engine),
		.talk = shown->talk,
		.left_out = shown->left_out,
		.left_out_count = shown->left_out_count,
		.side_inferred = inspect->had_to_infer,
		.inferred = shown->inferred,
		.inferred_count = inspect->inferred_count,
		.inferred_bits = shown->inferred_bits,
		.judged = inspect->would != NULL,
		.verdicts = shown->verdicts,
		.verdict_count = shown->verdict_count,
	};
	if (!result->evidence_failed)
		result->evidence_failed = evidence_note(inspect->evidence, evidence_finish(inspect->evidence, &view), notes);
	evidence_show(inspect->evidence, &view);
	if (inspect->veil) {
		view.evidence_folder = NULL;
		view.selection.filter = view.selection.filter ? "(not shown)" : NULL;
	}
	if (inspect->advise)
		return show_advice(inspect, &view, out);
	return write_report(inspect, &view, out);
}

static void note_inputs(const struct inspect *inspect, FILE *notes, struct inspect_result *out_result)
{
	for (size_t i = 0; i < source_count(inspect->source); i++) {
		const struct source_report *report = source_report(inspect->source, i);
		char file[512];
		if (!report->unreadable && !report->cut_short && !report->unfiltered)
			continue;
		out_result->input_failed |= report->unreadable || report->unfiltered;
		text_escape(file, sizeof(file), report->file, SIZE_MAX);
		fprintf(notes, "floodwall: %s: %s\n", file, report->fault.sentence);
	}
}

static int open_advise(struct inspect *inspect, const struct signature_say *say, struct fault *out_fault)
{
	struct advise_start start = {
		.options = inspect->options->advise, .signatures = &inspect->signatures, .say = say, .notes = inspect->notes};

	memcpy(start.hash_key, inspect_key, sizeof(start.hash_key));
	return advise_open(&start, &inspect->advise, out_fault);
}

static int open_extras(struct inspect *inspect, struct fault *out_fault)
{
	const struct inspect_options *options = inspect->options;
	int error = 0;

	if (options->policy) {
		const struct would_options policy = {options->policy, options->policy_device, options->resolvers, options->resolver_count};
		error = would_new(&policy, &inspect->would, out_fault);
	}
	if (!error && options->signatures_folder)
		error = signatures_list(options->signatures_folder, &inspect->signatures, out_fault);
	if (!error && options->advise)
		error = open_advise(inspect, NULL, out_fault);
	if (!error && options->anonymise_key)
		error = veil_new(options->anonymise_key, &inspect->veil);
	if (!error && options->evidence_folder)
		error = evidence_open(options, inspect_key, veil_mask(inspect->veil), &inspect->evidence, out_fault);
	return error;
}

int inspect_run(const struct inspect_options *options, FILE *out, FILE *notes, struct inspect_result *out_result, struct fault *out_fault)
{
	struct inspect inspect = {.options = options, .notes = notes};
	struct inspect_result result = {0};
	struct shown shown = {0};
	int error;

	if ((error = read_mutes(&inspect, out_fault)) || (error = open_extras(&inspect, out_fault)) ||
		(error = open_inputs(&inspect, out_fault)) || (error = read_frames(&inspect)) ||
		(error = advise_engine(inspect.advise, inspect.engine)) ||
		(error = advise_take_marks(inspect.advise, &result.marks, &result.marks_len, out_fault)))
		goto out;
	mute_and_judge(&inspect, &result);
	error = show(&inspect, &shown, out, notes, &result);
	note_inputs(&inspect, notes, &result);
	signatures_note(inspect.engine, &(struct signature_say){.say = say_note, .context = notes});
	if (inspect.would && !inspect.veil)
		would_notes(inspect.would, notes);
	*out_result = result;
	result.marks = NULL;
out:
	free(result.marks);
	free(shown.findings);
	free(shown.devices);
	free(shown.numbers);
	free(shown.captures);
	signatures_done(&inspect.signatures);
	evidence_close(inspect.evidence);
	veil_free(inspect.veil);
	would_free(inspect.would);
	advise_free(inspect.advise);
	engine_free(inspect.engine);
	source_close(inspect.source);
	mute_free(inspect.mutes);
	return error;
}

int inspect_list(const struct inspect_options *options, FILE *out, FILE *notes, struct inspect_result *out_result, struct fault *out_fault)
{
	struct inspect inspect = {.options = options, .notes = notes};
	struct inspect_result result = {0};
	int error = options->signatures_folder ? signatures_list(options->signatures_folder, &inspect.signatures, out_fault) : 0;

	if (!error)
		error = open_advise(&inspect, &(struct signature_say){.say = say_note, .context = notes}, out_fault);
	if (!error)
		error = advise_list(inspect.advise);
	if (!error)
		error = advise_take_marks(inspect.advise, &result.marks, &result.marks_len, out_fault);
	if (!error)
		error = advise_write_list(inspect.advise, options, out, &result);
	if (!error)
		*out_result = result;
	else
		free(result.marks);
	signatures_done(&inspect.signatures);
	advise_free(inspect.advise);
	return error;
}
