/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that read captures have in common among their options. What is wrong is told on stderr, in the command's name, and is -EINVAL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "engine/inspect.h"

enum { OPTION_LOCAL_MAX = 32 };

/* "COMMAND: word: sentence", or without the word where it is "". Returns -EINVAL. */
int option_wrong(const char *command, const char *sentence, const char *word);

/* Low to critical as a number, or -1. */
int option_severity(const char *word);

/* --local CIDR into the list, which inspect counts. Returns 0 or -EINVAL. */
int option_local(const char *command, struct inspect_options *inspect, struct prefix list[OPTION_LOCAL_MAX], const char *word);

/* Options whose word is a file or folder, and where it goes. */
struct option_place {
	int option;
	const char **place;
};
/* False: it is none of them. */
bool option_place(const struct option_place *places, size_t count, int option, const char *word);
