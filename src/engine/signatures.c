/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/signatures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/room.h"
#include "fetch/fetch.h"
#include "inventory/inventory.h"

enum { FILES_MAX = 512, FILE_MAX = 16 << 20, PATH_ROOM = 4096 };

int signatures_list(const char *folder, struct signature_files *out, struct fault *out_fault)
{
	static const char *const endings[] = {".xml", ".tsv", NULL};
	struct signature_files files = {.folder = folder};
	int error = fetch_folder(folder, endings, FILES_MAX, &files.names, &files.count, out_fault);

	if (error == -ENOTDIR)
		fault_set(out_fault, folder, 0, 0, "this is no folder");
	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	if (!files.count) {
		fetch_folder_free(files.names, files.count);
		fault_set(out_fault, folder, 0, 0, "there are no signatures in it: no file ends in .xml or .tsv");
		return -EINVAL;
	}
	*out = files;
	return 0;
}

void signatures_done(struct signature_files *files)
{
	if (files->names)
		fetch_folder_free(files->names, files->count);
	*files = (struct signature_files){0};
}

/* The fault's texts are clean already: fault_set() made them so. */
static void tell(const struct signature_say *say, const struct fault *fault)
{
	char sentence[FAULT_PLACE_MAX + FAULT_SENTENCE_MAX + 32], line[32] = "";

	if (!fault->sentence[0])
		return;
	if (fault->line)
		snprintf(line, sizeof(line), "line %llu: ", (unsigned long long)fault->line);
	snprintf(sentence, sizeof(sentence), "%s: %s%s", fault->file, line, fault->sentence);
	say->say(say->context, sentence);
}

/* Where signatures go: to an inventory, or those of companies alone. */
struct load {
	struct inventory *inventory;
	struct companies *companies;
	const struct signature_say *say;
};

static int load_file(const struct load *load, const char *path)
{
	struct fault fault = {0};
	size_t len;
	char *body;
	int error = fetch_file(path, FILE_MAX, &body, &len, &fault);
	bool unread = error != 0;

	if (!error) {
		error = load->inventory ? inventory_read_signatures(load->inventory, path, body, len, &fault)
					: companies_read(load->companies, path, body, len, &fault);
		free(body);
	}
	if (error != -ENOMEM && load->say && (unread || !load->say->unread_alone))
		tell(load->say, &fault);
	return error == -ENOMEM ? error : 0;
}

static int load_files(const struct load *load, const struct signature_files *files)
{
	int error = 0;

	for (size_t i = 0; !error && i < files->count; i++) {
		char path[PATH_ROOM];

		if (snprintf(path, sizeof(path), "%s/%s", files->folder, files->names[i]) < (int)sizeof(path))
			error = load_file(load, path);
	}
	return error;
}

int signatures_load(struct engine *engine, const struct signature_files *files, const struct signature_say *say)
{
	const struct load load = {.inventory = engine->inventory, .say = say};
	int error = inventory_read_shipped(engine->inventory);

	return error ? error : load_files(&load, files);
}

int signatures_companies(struct companies *companies, const struct signature_files *files, const struct signature_say *say)
{
	const struct load load = {.companies = companies, .say = say};
	int error = companies_read_shipped(companies);

	return error ? error : load_files(&load, files);
}

void signatures_note(const struct engine *engine, const struct signature_say *say)
{
	struct inventory_signatures signatures;
	char sentence[160];

	inventory_signatures(engine->inventory, &signatures);
	if (!signatures.stalls)
		return;
	snprintf(sentence, sizeof(sentence), "signatures took too many steps and were broken off: %llu times; set aside for it: %u of %u",
		(unsigned long long)signatures.stalls, signatures.set_aside, signatures.fingerprints);
	say->say(say->context, sentence);
}
