/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/evidence.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "proof/proof.h"
#include "wire/limits.h"

enum { FILE_NAME_MAX = 96, COMMENT_MAX = REPORT_SUMMARY_MAX + 1536, SIDES_TOLD_MAX = 8 };

static const char suffix[] = ".pcapng";

struct evidence {
	const struct inspect_options *options;
	const struct mask *mask;
	uint8_t hash_key[16];
	struct folder *folder;
	struct spool *spool;
	struct proof *proof;
	size_t count;
	char (*names)[FILE_NAME_MAX];
	const char **files; /* into names; NULL where there is none */
};

/* 0001-scan-192.168.2.16.pcapng */
static bool is_name(const char *name)
{
	size_t len = strlen(name), tail = sizeof(suffix) - 1;

	if (len <= tail + 5 || strspn(name, "0123456789") != 4 || name[4] != '-' || strcmp(name + len - tail, suffix) != 0)
		return false;
	for (int id = 0; id < FINDING_ID_COUNT; id++) {
		const char *word = report_finding_name((enum finding_id)id);
		size_t word_len = strlen(word);
		if (strncmp(name + 5, word, word_len) == 0 && name[5 + word_len] == '-' &&
			6 + word_len + strspn(name + 6 + word_len, "0123456789abcdef.-") >= len - tail)
			return true;
	}
	return false;
}

int evidence_open(const struct inspect_options *options, const uint8_t hash_key[16], const struct mask *mask,
	struct evidence **out_evidence, struct fault *out_fault)
{
	struct evidence *evidence = calloc(1, sizeof(*evidence));
	int error;

	if (!evidence)
		return -ENOMEM;
	evidence->options = options;
	evidence->mask = mask;
	memcpy(evidence->hash_key, hash_key, sizeof(evidence->hash_key));
	if ((error = folder_open(options->evidence_folder, is_name, options->files, options->file_count, &evidence->folder, out_fault)) ||
		(error = spool_open(evidence->folder, options->files, options->file_count, &evidence->spool, out_fault))) {
		evidence_close(evidence);
		return error == -ENOMEM ? error : -EINVAL;
	}
	*out_evidence = evidence;
	return 0;
}

const struct spool *evidence_spool(const struct evidence *evidence)
{
	return evidence ? evidence->spool : NULL;
}

/* ---- the second reading ---- */

static int take(void *context, size_t subject, const struct frame *frame, uint32_t keep_len)
{
	struct evidence *evidence = context;
	uint8_t bytes[PROOF_SNAP_MAX];
	struct frame kept = *frame;

	kept.cap_len = keep_len;
	if (evidence->mask) {
		memcpy(bytes, frame->bytes, keep_len);
		kept.bytes = bytes;
		kept.cap_len = mask_frame(evidence->mask, bytes, keep_len, frame->link);
	}
	return kept.cap_len ? folder_pile(evidence->folder, (uint32_t)subject, &kept) : 0;
}

/* What came through a tunnel proves as if it had come alone, and is kept so. */
static int prove(struct evidence *evidence, const struct engine *engine, struct frame frame)
{
	const struct proof_sink sink = {take, evidence};
	struct frame inner;
	int error = proof_frame(evidence->proof, &frame, &sink);

	for (unsigned depth = 0; depth < FW_TUNNEL_DEPTH_MAX && !error && engine_inside(engine, &frame, &inner); depth++) {
		frame = inner;
		error = proof_frame(evidence->proof, &frame, &sink);
	}
	return error;
}

static int read_again(struct evidence *evidence, const struct engine *engine)
{
	const struct inspect_options *options = evidence->options;
	struct source *source = NULL;
	struct fault fault;
	struct frame frame;
	const struct source_choice choice = inspect_choice(&options->part);
	int error = source_open_spooled(options->files, options->file_count, evidence->spool, &source, &fault);

	if (!error && (options->part.timed || choice.filter))
		error = source_choose(source, &choice, &fault);
	while (!error && source_next(source, &frame))
		error = prove(evidence, engine, frame);
	source_close(source);
	return error;
}

static int proof_open(struct evidence *evidence, struct engine *engine, const struct finding *const *findings)
{
	struct proof_subject *subjects = calloc(evidence->count + 1, sizeof(*subjects));
	struct proof_config config = {.bare = evidence->mask != NULL};
	struct engine_left_out left_out;
	int error;

	if (!subjects)
		return -ENOMEM;
	engine_left_out(engine, &left_out);
	config.timeless = left_out.clock_jumps != 0;
	memcpy(config.hash_key, evidence->hash_key, sizeof(config.hash_key));
	for (size_t i = 0; i < evidence->count; i++) {
		subjects[i].finding = findings[i];
		subjects[i].device = findings[i]->device == DEVICE_NONE ? NULL : engine_device(engine, findings[i]->device);
	}
	error = proof_new(&config, subjects, evidence->count, &evidence->proof);
	free(subjects);
	return error;
}

int evidence_gather(struct evidence *evidence, struct engine *engine, const struct finding *const *findings, size_t count)
{
	int error;

	if (!evidence)
		return 0;
	evidence->count = count;
	evidence->names = calloc(count + 1, sizeof(*evidence->names));
	evidence->files = calloc(count + 1, sizeof(*evidence->files));
	if (!evidence->names || !evidence->files)
		return -ENOMEM;
	if ((error = proof_open(evidence, engine, findings)) || (error = folder_piles(evidence->folder, (uint32_t)count)))
		return error;
	return count ? read_again(evidence, engine) : 0;
}

/* ---- names and comments ---- */

static const struct device *device_of(const struct report_view *view, uint32_t number)
{
	for (size_t i = 0; i < view->device_count; i++)
		if (view->device_numbers[i] == number)
			return view->devices[i];
	return NULL;
}

static bool is_mapped(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

/* Whom the finding is about: its device's address, IPv4 first, else its MAC, else the source's address. */
static void who(const struct report_view *view, const struct finding *finding, char out[TEXT_ADDRESS_MAX])
{
	const struct device *device = device_of(view, finding->device);
	const uint8_t *address = device && device->address_count ? device->addresses[0] : NULL;
	char mac[TEXT_MAC_MAX];

	for (unsigned i = 0; device && i < device->address_count; i++)
		if (is_mapped(device->addresses[i]) && !is_mapped(address))
			address = device->addresses[i];
	if (!device && finding->has_source)
		address = finding->source;
	if (!device && !finding->has_source && finding->id == FINDING_RECEIVES_FLOOD)
		address = finding->flood.target;
	if (address)
		text_address(out, address);
	else if (device && device->mac_count)
		memcpy(out, text_mac(mac, device->macs[0]), sizeof(mac));
	else if (finding->id == FINDING_FORGED_SOURCE)
		memcpy(out, text_mac(mac, finding->forged.mac), sizeof(mac));
	else
		memcpy(out, "0", 2);
	for (char *c = out; *c; c++)
		if (*c == ':')
			*c = '-';
}

static void name_file(const struct report_view *view, size_t rank, char out[FILE_NAME_MAX])
{
	const struct finding *finding = view->findings[rank];
	char end[TEXT_ADDRESS_MAX];

	who(view, finding, end);
	snprintf(out, FILE_NAME_MAX, "%04u-%s-%s%s", (unsigned)(rank + 1), report_finding_name(finding->id), end, suffix);
}

static void add(char out[COMMENT_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char out[COMMENT_MAX], const char *format, ...)
{
	size_t len = strlen(out);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out + len, COMMENT_MAX - len, format, arguments);
	va_end(arguments);
}

static void add_prefix(char out[COMMENT_MAX], const uint8_t address[16], unsigned bits)
{
	char text[TEXT_ADDRESS_MAX];

	add(out, " --local %s", text_address(text, address));
	if (bits < 128)
		add(out, "/%u", is_mapped(address) && bits >= 96 ? bits - 96 : bits);
}

/* Who has these packets alone cannot tell which side they were taken on. */
static void add_side(const struct evidence *evidence, const struct report_view *view, char out[COMMENT_MAX])
{
	const struct inspect_options *options = evidence->options;

	if (!options->local_count && !view->inferred_count)
		return;
	add(out, " To be read with:");
	for (size_t i = 0; i < view->inferred_count && i < SIDES_TOLD_MAX; i++)
		add_prefix(out, view->inferred[i], view->inferred_bits[i]);
	for (size_t i = 0; i < options->local_count && i < SIDES_TOLD_MAX; i++) {
		struct prefix local = options->local[i];
		if (evidence->mask)
			mask_prefix(evidence->mask, local.address, local.bits);
		add_prefix(out, local.address, local.bits);
	}
	add(out, ".");
}

static void comment_on(const struct evidence *evidence, const struct report_view *view, size_t rank, char out[COMMENT_MAX])
{
	const struct finding *finding = view->findings[rank];
	uint64_t left_out = proof_left_out(evidence->proof, rank);
	char summary[REPORT_SUMMARY_MAX];

	report_summary(view, rank, summary);
	out[0] = 0;
	add(out, "%s (%s). %s Headers alone, no payload.", report_finding_name(finding->id), report_severity_name(finding->severity),
		summary);
	if (left_out)
		add(out, " %llu more packets are not in this file.", (unsigned long long)left_out);
	add_side(evidence, view, out);
}

int evidence_finish(struct evidence *evidence, const struct report_view *view)
{
	char comment[COMMENT_MAX];
	int error;

	if (!evidence)
		return 0;
	error = folder_clear(evidence->folder);
	for (size_t i = 0; i < evidence->count && !error; i++) {
		if (!folder_pile_count(evidence->folder, (uint32_t)i))
			continue;
		name_file(view, i, evidence->names[i]);
		comment_on(evidence, view, i, comment);
		error = folder_write(evidence->folder, (uint32_t)i, evidence->names[i], comment);
		if (!error)
			evidence->files[i] = evidence->names[i];
	}
	return error;
}

void evidence_show(const struct evidence *evidence, struct report_view *view)
{
	if (!evidence)
		return;
	view->evidence_files = evidence->files;
	view->evidence_folder = evidence->options->evidence_folder;
}

bool evidence_note(const struct evidence *evidence, int error, FILE *notes)
{
	char folder[512];

	if (!evidence || !error)
		return false;
	text_escape(folder, sizeof(folder), evidence->options->evidence_folder, SIZE_MAX);
	fprintf(notes, "floodwall: %s: evidence could not be written: %s\n", folder, strerror(-error));
	return true;
}

void evidence_close(struct evidence *evidence)
{
	if (!evidence)
		return;
	proof_free(evidence->proof);
	spool_close(evidence->spool);
	folder_close(evidence->folder);
	free(evidence->names);
	free(evidence->files);
	free(evidence);
}
