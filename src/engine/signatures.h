/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures on their way into an engine: those of the program, and a folder's. Called before the first frame. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "engine/engine.h"

/* The files of a folder that are signatures (.xml, .tsv), in the order of their names. Zeroed: none. */
struct signature_files {
	const char *folder; /* borrowed */
	char **names;
	size_t count;
};

/* Returns 0, -ENOMEM, or -EINVAL with the sentence: no such folder, or nothing in it. */
int signatures_list(const char *folder, struct signature_files *out, struct fault *out_fault);
void signatures_done(struct signature_files *files);

/* Who is told what could not be used: a sentence, clean. */
struct signature_say {
	void (*say)(void *context, const char *sentence);
	void *context;
	bool unread_alone; /* that a file cannot be read, not what is wrong in it */
};

/* Those of the program, then those of the files; a sentence for each file that cannot be used, whole or in part. Returns 0 or -ENOMEM. */
int signatures_load(struct engine *engine, const struct signature_files *files, const struct signature_say *say);

struct companies;
/* The same for names alone: how companies are called, in tables. say may be NULL. Returns 0 or -ENOMEM. */
int signatures_companies(struct companies *companies, const struct signature_files *files, const struct signature_say *say);

/* After the last frame: a sentence if signatures took more steps than they may. */
void signatures_note(const struct engine *engine, const struct signature_say *say);
