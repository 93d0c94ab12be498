/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall.yaml: a sentence with a place, or settings that come back as they were. */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct settings *settings = NULL, *again = NULL;
	char *body = malloc(len ? len : 1), *text, *second;
	struct fault fault = {0};
	size_t text_len, second_len;

	if (len)
		memcpy(body, bytes, len);
	if (settings_read("fuzz", body, len, &settings, &fault)) {
		if (!fault.sentence[0])
			abort();
		free(body);
		return 0;
	}
	if (settings_write(settings, &text, &text_len))
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
