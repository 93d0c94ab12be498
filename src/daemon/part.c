/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/part.h"

#include <stdio.h>
#include <string.h>

#include "daemon/remember.h"

extern const struct part part_messages;

static const struct part *const parts[] = {
	&part_remember, &part_messages, &part_mqtt,
#ifdef HAVE_WEB
	&part_page,
#endif
	NULL, /* ends the list */
};

_Static_assert(sizeof(parts) / sizeof(parts[0]) - 1 <= HOST_PARTS_MAX, "the host has a place for each");

void part_open_all(struct host *host)
{
	void **opened = host_parts(host);

	for (size_t i = 0; parts[i]; i++) {
		struct fault fault = {0};
		char sentence[FAULT_PLACE_MAX + FAULT_SENTENCE_MAX + 64];
		if (parts[i]->open(host, &opened[i], &fault) == 0)
			continue;
		snprintf(sentence, sizeof(sentence), "%s: %s%s%s; all else goes on", parts[i]->name, fault.file, *fault.file ? ": " : "",
			fault.sentence);
		host_say(host, sentence);
	}
}

void part_begin_all(struct host *host)
{
	void **opened = host_parts(host);

	for (size_t i = 0; parts[i]; i++)
		if (opened[i] && parts[i]->begin)
			parts[i]->begin(opened[i]);
}

void part_tell_all(struct host *host, const struct happening *what)
{
	void **opened = host_parts(host);

	for (size_t i = 0; parts[i]; i++)
		if (opened[i] && parts[i]->happened)
			parts[i]->happened(opened[i], what);
}

void part_tick_all(struct host *host, const struct fetch_time *now)
{
	void **opened = host_parts(host);

	for (size_t i = 0; parts[i]; i++)
		if (opened[i] && parts[i]->tick)
			parts[i]->tick(opened[i], now);
}

void part_reload_all(struct host *host)
{
	void **opened = host_parts(host);

	for (size_t i = 0; parts[i]; i++)
		if (opened[i] && parts[i]->reload)
			parts[i]->reload(opened[i]);
}

void part_metrics_all(struct host *host, FILE *out)
{
	void **opened = host_parts(host);

	for (size_t i = 0; parts[i]; i++)
		if (opened[i] && parts[i]->metrics)
			parts[i]->metrics(opened[i], out);
}

void part_close_all(struct host *host)
{
	void **opened = host_parts(host);

	for (size_t i = 0; parts[i]; i++)
		if (opened[i] && parts[i]->close)
			parts[i]->close(opened[i]);
}

void part_free_all(struct host *host)
{
	void **opened = host_parts(host);

	for (size_t i = 0; parts[i]; i++) {
		if (opened[i])
			parts[i]->free(opened[i]);
		opened[i] = NULL;
	}
}

void *part_find(struct host *host, const char *name)
{
	for (size_t i = 0; parts[i]; i++)
		if (strcmp(parts[i]->name, name) == 0)
			return host_parts(host)[i];
	return NULL;
}
