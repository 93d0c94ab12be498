/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings that hold: as YAML that reads to the same, and each with the line where it stands (docs/schema/configuration.json). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/inside.h"

enum { LINE_VALUE_MAX = 4096 };

static void add_line(void *context, const struct settings_line *line)
{
	char clean[LINE_VALUE_MAX];

	text_escape(clean, sizeof(clean), line->value, SIZE_MAX);
	json_array_append_new(context,
		json_pack("{s:s, s:s, s:o, s:o}", "setting", line->setting, "value", clean, "line",
			line->line ? json_integer(line->line) : json_null(), "file", line->file ? json_string(line->file) : json_null()));
}

json_t *show_configuration(struct host *host)
{
	json_t *lines = json_array();
	json_t *answer = NULL;
	char *text = NULL;
	size_t len = 0;

	if (lines && settings_each_line(host_settings(host), add_line, lines) == 0 && settings_write(host_settings(host), &text, &len) == 0)
		answer = json_pack("{s:b, s:o, s:O, s:o}", "ok", 1, "text", json_stringn(text, len), "lines", lines, "file",
			json_string(host_file(host)));
	json_decref(lines);
	free(text);
	return answer;
}
