/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What advice is made from, read: advisories, facts, rules of recalls, marks, lists of devices. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "engine/advise_room.h"
#include "engine/mirror.h"
#include "fetch/fetch.h"

enum { NOTES_MAX = 20 };

extern const struct embedded shipped_recalls[];
extern const size_t shipped_recalls_count;

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
	error = facts_read(advise->options->facts_file, body.text, body.len, &advise->facts, out_fault);
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

static int read_folder(struct advise *advise, struct fault *out_fault)
{
	const struct mirror_options mirror = {
		.folder = advise->options->advisories, .index = advise->options->index_file, .told = note, .context = advise};
	struct mirror_report report = {0};
	int error = mirror_read(&mirror, advise->advisories, &report, out_fault);

	if (error == -ENOSPC) { /* what was read stands */
		fprintf(advise->notes, "floodwall: there are more advisories than there is room for; the rest is left out\n");
		error = 0;
	}
	if (error == -ENOTDIR && !out_fault->sentence[0])
		fault_set(out_fault, advise->options->advisories, 0, 0, "is no folder; --advisories wants a folder of CSAF documents");
	advise->refused = (uint32_t)report.refused;
	return error && error != -ENOMEM ? -EINVAL : error;
}

static int read_advisories(struct advise *advise, struct fault *out_fault)
{
	struct advisories_config config = {0};
	int error;

	if (!advise->options->advisories)
		return 0;
	memcpy(config.hash_key, advise->hash_key, sizeof(config.hash_key));
	error = advisories_new(&config, &advise->advisories);
	if (!error)
		error = read_folder(advise, out_fault);
	if (!error)
		error = read_exploited(advise, out_fault);
	if (!error)
		error = advisories_settle(advise->advisories);
	if (error)
		return error == -ENOMEM ? error : -EINVAL;
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
	int error = read_facts(advise, out_fault);

	if (!error)
		error = read_recalls(advise, out_fault);
	if (!error)
		error = read_marks(advise, out_fault);
	if (!error)
		error = read_assets(advise, out_fault);
	return error ? error : read_advisories(advise, out_fault);
}
