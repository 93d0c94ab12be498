/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/mirror.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/fetch.h"
#include "wire/limits.h"

static const char kind[8] = {'c', 's', 'a', 'f', '2', '0', '-', '1'};
static const char *const endings[] = {".json", NULL};

struct reading {
	const struct mirror_options *options;
	struct advisories *advisories;
	struct mirror_report *report;
	struct mirror_index *index;
	struct mirror_tree tree;
	uint8_t (*digests)[MIRROR_DIGEST_LEN]; /* of each file of the tree */
	bool changed; /* the index is no longer what it was */
};

static void tell(const struct reading *reading, const struct fault *fault)
{
	if (reading->options->told)
		reading->options->told(reading->options->context, fault);
}

static void refuse(struct reading *reading, const struct fault *fault)
{
	reading->report->refused++;
	tell(reading, fault);
}

/* CISA's catalogue of exploited vulnerabilities, by the two names under which it is published. */
static bool is_exploited(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return !strcmp(name, "kev.json") || !strcmp(name, "known_exploited_vulnerabilities.json");
}

/* The body is another than the last time, or was never seen. */
static int read_body(struct reading *reading, const char *path, const char *body, size_t len)
{
	struct fault fault = {0};
	int error;

	if (is_exploited(path)) {
		error = advisories_read_exploited(reading->advisories, path, body, len, &fault);
		reading->report->exploited += !error;
	} else {
		error = advisories_read(reading->advisories, path, body, len, &fault);
		reading->report->documents += !error;
		reading->report->older += error == -EEXIST;
		reading->changed |= !error;
	}
	if (error == -ENOMEM || error == -ENOSPC)
		return error;
	if (error == -EEXIST)
		tell(reading, &fault);
	else if (error)
		refuse(reading, &fault);
	return 0;
}

/* What the index holds comes first: it is what a changed file is compared with. */
static int read_file(struct reading *reading, size_t number)
{
	const struct mirror_file *file = &reading->tree.files[number];
	struct mirror_entry entry;
	bool known = mirror_index_find(reading->index, file->path, &entry);
	struct fault fault = {0};
	char *body;
	size_t len;
	int error = known ? advisories_unpack(reading->advisories, file->path, entry.body, entry.len) : 0;

	if (error == -ENOMEM || error == -ENOSPC)
		return error;
	known = known && !error;
	if (known && entry.size == file->size && entry.changed_ns == file->changed_ns) {
		memcpy(reading->digests[number], entry.digest, MIRROR_DIGEST_LEN);
		reading->report->unchanged++;
		return 0;
	}
	error = fetch_regular(
		file->path, reading->options->document_max ? reading->options->document_max : FW_CSAF_BYTES_MAX, &body, &len, &fault);
	if (error) {
		refuse(reading, &fault);
		return error == -ENOMEM ? error : 0;
	}
	mirror_digest(body, len, reading->digests[number]);
	if (known && !memcmp(reading->digests[number], entry.digest, MIRROR_DIGEST_LEN)) {
		reading->report->unchanged++;
		reading->changed = true; /* its time */
		error = 0;
	} else {
		error = read_body(reading, file->path, body, len);
	}
	free(body);
	return error;
}

/* Entries whose files are gone are simply never taken over. */
static void count_gone(struct reading *reading)
{
	size_t found = 0;
	struct mirror_entry entry;

	for (size_t i = 0; i < reading->tree.count; i++)
		found += mirror_index_find(reading->index, reading->tree.files[i].path, &entry);
	reading->report->gone = mirror_index_count(reading->index) - found;
	reading->changed |= reading->report->gone > 0;
}

static void write_index(struct reading *reading)
{
	struct mirror_writer *writer;
	struct fault fault = {0};

	if (!reading->options->index || !reading->changed)
		return;
	if (mirror_writer_open(reading->options->index, kind, &writer, &fault)) {
		tell(reading, &fault);
		return;
	}
	for (size_t i = 0; i < reading->tree.count; i++) {
		const struct mirror_file *file = &reading->tree.files[i];
		struct mirror_entry entry = {.path = file->path, .size = file->size, .changed_ns = file->changed_ns};
		entry.body = advisories_packed(reading->advisories, file->path, &entry.len);
		memcpy(entry.digest, reading->digests[i], MIRROR_DIGEST_LEN);
		if (entry.body)
			mirror_writer_add(writer, &entry);
	}
	if (mirror_writer_close(writer, true, &fault))
		tell(reading, &fault);
}

static int stopped(const struct reading *reading)
{
	return reading->options->stop && atomic_load(reading->options->stop) ? -ECANCELED : 0;
}

static int read_all(struct reading *reading)
{
	int error = 0;

	reading->report->files = reading->tree.count;
	reading->report->hidden = reading->tree.hidden;
	reading->report->left_out = reading->tree.left_out;
	reading->digests = calloc(reading->tree.count + 1, sizeof(*reading->digests));
	if (!reading->digests)
		return -ENOMEM;
	count_gone(reading);
	for (size_t i = 0; !error && i < reading->tree.count; i++) {
		error = stopped(reading);
		error = error ? error : read_file(reading, i);
	}
	if (!error)
		write_index(reading);
	return error;
}

/* Only what is missing, empty or an index of whichever version gives way to a new one. */
static int open_index(struct reading *reading, struct fault *out_fault)
{
	struct fault fault = {0};
	int error = reading->options->index ? mirror_index_open(reading->options->index, kind, &reading->index, &fault) : 0;

	if (error && error != -ENOENT && error != -EBADMSG) {
		if (error != -ENOMEM)
			fault_set(out_fault, reading->options->index, 0, 0, "%s", fault.sentence);
		return error;
	}
	reading->changed = error;
	if (error == -EBADMSG) /* the first run has none */
		tell(reading, &fault);
	return 0;
}

int mirror_read(
	const struct mirror_options *options, struct advisories *advisories, struct mirror_report *out_report, struct fault *out_fault)
{
	struct reading reading = {.options = options, .advisories = advisories, .report = out_report};
	uint32_t most = options->files_max ? options->files_max : FW_MIRROR_FILES_MAX;
	int error = open_index(&reading, out_fault), settled;

	*out_report = (struct mirror_report){0};
	if (!error)
		error = mirror_walk(options->folder, endings, most, options->told, options->context, &reading.tree, out_fault);
	if (!error)
		error = read_all(&reading);
	free(reading.digests);
	mirror_tree_done(&reading.tree);
	mirror_index_close(reading.index);
	if (error == -ENOSPC)
		fault_set(out_fault, options->folder, 0, 0, "holds more advisories than there is room for; those that were read are used");
	if (error && error != -ENOSPC)
		return error;
	settled = advisories_settle(advisories);
	return settled ? settled : error;
}

static int take_all(struct reading *reading)
{
	struct mirror_entry entry;
	int error = 0;

	for (size_t i = 0; !error && mirror_index_at(reading->index, i, &entry); i++) {
		error = stopped(reading);
		error = error ? error : advisories_unpack(reading->advisories, entry.path, entry.body, entry.len);
		reading->report->unchanged += !error;
		if (!error || error == -ENOMEM || error == -ENOSPC || error == -ECANCELED)
			continue;
		reading->report->refused++;
		error = 0;
	}
	return error;
}

int mirror_take(
	const struct mirror_options *options, struct advisories *advisories, struct mirror_report *out_report, struct fault *out_fault)
{
	struct reading reading = {.options = options, .advisories = advisories, .report = out_report};
	int error = mirror_index_open(options->index, kind, &reading.index, out_fault), settled;

	*out_report = (struct mirror_report){.files = mirror_index_count(reading.index)};
	if (!error)
		error = take_all(&reading);
	mirror_index_close(reading.index);
	if (error && error != -ENOSPC)
		return error;
	settled = advisories_settle(advisories);
	return settled ? settled : error;
}
