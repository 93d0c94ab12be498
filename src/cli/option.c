/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/option.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int option_wrong(const char *command, const char *sentence, const char *word)
{
	char clean[256];

	text_escape(clean, sizeof(clean), word, SIZE_MAX);
	fprintf(stderr, "%s: %s%s%s\n", command, clean, *clean ? ": " : "", sentence);
	return -EINVAL;
}

int option_severity(const char *word)
{
	for (int i = SEVERITY_LOW; i <= SEVERITY_CRITICAL; i++)
		if (strcmp(word, report_severity_name((enum severity)i)) == 0)
			return i;
	return -1;
}

int option_local(const char *command, struct inspect_options *inspect, struct prefix list[OPTION_LOCAL_MAX], const char *word)
{
	struct fault fault;

	if (inspect->local_count == OPTION_LOCAL_MAX)
		return option_wrong(command, "at most 32 prefixes can be named with --local", word);
	if (side_read_cidr(word, &list[inspect->local_count], &fault)) {
		fprintf(stderr, "%s: --local: %s\n", command, fault.sentence);
		return -EINVAL;
	}
	inspect->local = list;
	inspect->local_count++;
	return 0;
}

bool option_place(const struct option_place *places, size_t count, int option, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (places[i].option == option) {
			*places[i].place = word;
			return true;
		}
	return false;
}
