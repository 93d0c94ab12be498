/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall.yaml, in several files where lines of %%% cut it: a sentence with a place, or settings that come back as they were. */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { PARTS = 4 };

/* At most PARTS of them; the last holds the rest. */
static unsigned cut(const char *body, size_t len, struct settings_part parts[PARTS])
{
	static const char mark[] = "\n%%%\n";
	unsigned count = 0;

	for (;;) {
		const char *end = len && count + 1 < PARTS ? memmem(body, len, mark, sizeof(mark) - 1) : NULL;
		size_t own = end ? (size_t)(end - body) + 1 : len;
		parts[count++] = (struct settings_part){.file = "fuzz", .body = body, .len = own};
		if (!end)
			return count;
		body = end + sizeof(mark) - 1;
		len -= own + sizeof(mark) - 2;
	}
}

static void see_line(void *context, const struct settings_line *line)
{
	if (!line->setting[0] || !line->value || (line->line && !line->file))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct settings_part parts[PARTS];
	struct settings_includes includes;
	unsigned count;
	struct settings *settings = NULL, *again = NULL;
	char *body = malloc(len ? len : 1), *text, *second;
	struct fault fault = {0};
	size_t text_len, second_len;

	if (len)
		memcpy(body, bytes, len);
	count = cut(body, len, parts);
	settings_includes(&parts[0], &includes, NULL);
	if (settings_read_parts(parts, count, &settings, &fault)) {
		if (!fault.sentence[0])
			abort();
		free(body);
		return 0;
	}
	if (settings_write(settings, &text, &text_len) || settings_each_line(settings, see_line, NULL))
		abort();
	/* a secret is masked, and a mask is no secret */
	if (!strstr(text, SETTINGS_MASK)) {
		if (settings_read("again", text, text_len, &again, &fault) || settings_write(again, &second, &second_len) ||
			second_len != text_len || memcmp(text, second, text_len) != 0)
			abort();
		free(second);
	}
	settings_read_blocked(settings, "fuzz", body, len, &fault);
	settings_free(again);
	settings_free(settings);
	free(text);
	free(body);
	return 0;
}
