/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What advice is made from, read: advisories, facts, rules of recalls, marks, lists of devices. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/embedded.h"
#include "engine/advise_room.h"
#include "engine/mirror.h"
#include "fetch/fetch.h"

enum { NOTES_MAX = 20 };

extern const struct embedded shipped_recalls[];
extern const size_t shipped_recalls_count;
extern const struct embedded shipped_provisions[]; /* one file */

struct body {
	char *text;
	size_t len;
};

static int read_body(const char *path, size_t most, struct body *body, struct fault *out_fault)
{
	int error = fetch_regular(path, most, &body->text, &body->len, out_fault);

	return error && error != -ENOMEM && error != -ENOENT ? -EINVAL : error;
}

static int no_such_file(int error)
{
	return error == -ENOENT ? -EINVAL : error;
}

static int read_facts(struct advise *advise, struct fault *out_fault)
{
	struct body body;
	int error;

	if (!advise->options->facts_file)
		return 0;
	error = no_such_file(read_body(advise->options->facts_file, SHEET_FILE_MAX, &body, out_fault));
	if (error)
		return error;
	error = facts_read(
		&(struct facts_source){advise->options->facts_file, body.text, body.len, advise->questions}, &advise->facts, out_fault);
	free(body.text);
	return error;
}

static int read_recalls(struct advise *advise, struct fault *out_fault)
{
	struct body body;
	int error = recalls_new(&advise->recalls);

	for (size_t i = 0; !error && i < shipped_recalls_count; i++)
		error = recalls_read(advise->recalls, shipped_recalls[i].name, shipped_recalls[i].body, shipped_recalls[i].len, out_fault);
	if (error || !advise->options->recalls_file)
		return error;
	error = no_such_file(read_body(advise->options->recalls_file, SHEET_FILE_MAX, &body, out_fault));
	if (error)
		return error;
	error = recalls_read(advise->recalls, advise->options->recalls_file, body.text, body.len, out_fault);
	free(body.text);
	return error;
}

/* A file that is not there yet is an empty one, where it is about to be written. */
static int read_marks(struct advise *advise, struct fault *out_fault)
{
	struct body body;
	int error = marks_new(&advise->marks);

	if (error || !advise->options->marks_file)
		return error;
	error = read_body(advise->options->marks_file, MARKS_FILE_MAX, &body, out_fault);
	if (error == -ENOENT && advise->options->mark_count)
		return 0;
	if (error)
		return no_such_file(error);
	error = marks_read(advise->marks, advise->options->marks_file, body.text, body.len, out_fault);
	free(body.text);
	return error;
}

static int read_assets(struct advise *advise, struct fault *out_fault)
{
	struct body body;
	int error = 0;

	if (advise->options->asset_file) {
		error = no_such_file(read_body(advise->options->asset_file, SHEET_FILE_MAX, &body, out_fault));
		if (error)
			return error;
		error = assets_read(advise->options->asset_file, body.text, body.len, &advise->assets, out_fault);
		free(body.text);
	}
	for (size_t i = 0; !error && i < advise->options->asset_count; i++)
		error = assets_add(&advise->assets, advise->options->assets[i], out_fault);
	return error;
}

/* ---- advisories ---- */

static void note(void *context, const struct fault *fault)
{
	struct advise *advise = context;

	if (++advise->told > NOTES_MAX)
		return;
	if (fault->line)
		fprintf(advise->notes, "floodwall: %s:%llu: %s\n", fault->file, (unsigned long long)fault->line, fault->sentence);
	else
		fprintf(advise->notes, "floodwall: %s: %s\n", fault->file, fault->sentence);
}

static bool company(void *context, const char *name, char out[ADVISORY_MAKER_MAX])
{
	struct advise *advise = context;

	return companies_find(advise->companies, name, out, ADVISORY_MAKER_MAX);
}

static int read_exploited(struct advise *advise, struct fault *out_fault)
{
	const char *file = advise->options->exploited_file;
	struct body body;
	int error;

	if (!file)
		return 0;
	error = no_such_file(read_body(file, SHEET_FILE_MAX, &body, out_fault));
	if (error)
		return error;
	error = advisories_read_exploited(advise->advisories, file, body.text, body.len, out_fault);
	free(body.text);
	return error && error != -ENOMEM ? -EINVAL : error;
}

static bool is_file(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* An index stands for the folder that it was made of: all of it is in memory twice for a moment. */
static int take_index(
	const struct mirror_options *mirror, struct advisories *advisories, struct mirror_report *out_report, struct fault *out_fault)
{
	int error = mirror_take(mirror, advisories, out_report, out_fault);

	if (error == -EINVAL || error == -EBADMSG)
		fault_set(out_fault, mirror->index, 0, 0, "is no folder, and no index that 'floodwall advise --index' made");
	return error;
}

static int read_folder(struct advise *advise, struct fault *out_fault)
{
	struct mirror_options mirror = {.folder = advise->options->advisories,
		.index = advise->options->index_file,
		.document_max = advise->options->document_max,
		.files_max = advise->options->files_max,
		.stop = advise->options->stop,
		.told = note,
		.context = advise};
	struct mirror_report report = {0};
	bool is_index = is_file(mirror.folder);
	int error;

	if (is_index)
		mirror.index = mirror.folder;
	error = is_index ? take_index(&mirror, advise->advisories, &report, out_fault)
			 : mirror_read(&mirror, advise->advisories, &report, out_fault);

	if (error == -ENOSPC) { /* what was read stands */
		fprintf(advise->notes, "floodwall: there are more advisories than there is room for; the rest is left out\n");
		error = 0;
	}
	if (error == -ENOTDIR && !out_fault->sentence[0])
		fault_set(out_fault, advise->options->advisories, 0, 0, "is no folder; --advisories wants a folder of CSAF documents");
	advise->refused = (uint32_t)report.refused;
	return error && error != -ENOMEM && error != -ECANCELED ? -EINVAL : error;
}

/* An eighth of them, the last in their order. Returns how many. */
static uint32_t drop_some(struct advisories *advisories)
{
	uint32_t count = advisories_count(advisories), dropped = 0;
	struct advisory last;

	while (dropped < count / 8 + 1 && advisories_at(advisories, count - 1 - dropped, &last)) {
		advisories_drop(advisories, last.file);
		dropped++;
	}
	return dropped;
}

/* Documents may fill all the room, and leave none for finding them: then some go, until there is. */
static int settle_what_fits(struct advise *advise)
{
	int error = advisories_settle(advise->advisories);
	uint32_t left_out = 0;

	while (error == -ENOSPC && advisories_count(advise->advisories)) {
		left_out += drop_some(advise->advisories);
		error = advisories_settle(advise->advisories);
	}
	if (left_out)
		fprintf(advise->notes, "floodwall: %u more advisories are left out: there is no room to find them\n", left_out);
	return error;
}

static int read_advisories(struct advise *advise, struct fault *out_fault)
{
	struct advisories_config config = {.bytes_max = advise->options->kept_max};
	int error;

	if (!advise->options->advisories)
		return 0;
	memcpy(config.hash_key, advise->hash_key, sizeof(config.hash_key));
	config.company = company;
	config.context = advise;
	error = advisories_new(&config, &advise->advisories);
	if (!error)
		error = read_folder(advise, out_fault);
	if (!error)
		error = read_exploited(advise, out_fault);
	if (!error)
		error = settle_what_fits(advise);
	if (error)
		return error == -ENOMEM || error == -ECANCELED ? error : -EINVAL;
	advise->read = advisories_count(advise->advisories);
	if (!advise->read) {
		fault_set(out_fault, advise->options->advisories, 0, 0, "No advisory could be read");
		return -EINVAL;
	}
	if (advise->told > NOTES_MAX)
		fprintf(advise->notes, "floodwall: %u more faults in advisories\n", advise->told - NOTES_MAX);
	return 0;
}

int advise_read_files(struct advise *advise, struct fault *out_fault)
{
	const struct embedded *asked = &shipped_provisions[0];
	int error = questions_read(asked->name, asked->body, asked->len, &advise->questions, out_fault);

	if (!error)
		error = read_facts(advise, out_fault);
	if (!error)
		error = read_recalls(advise, out_fault);
	if (!error)
		error = read_marks(advise, out_fault);
	if (!error)
		error = read_assets(advise, out_fault);
	return error ? error : read_advisories(advise, out_fault);
}
