/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file in recog's form, read, and its own examples held against it. What a fingerprint says by itself must be found by looking for it, with the filter
 * before the match; a file that is refused leaves nothing behind; and reading it twice gives it twice.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/recog.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(int holds)
{
	if (!holds)
		abort();
}

/* Every byte of what is said lies in memory. */
static void touch(const struct recog_param *params, int count)
{
	volatile uint8_t sum = 0;

	for (int i = 0; i < count; i++) {
		sum += (uint8_t)strlen(params[i].name);
		for (size_t at = 0; at < params[i].value.len; at++)
			sum += params[i].value.bytes[at];
	}
}

static void each(void *context, const struct recog_example *example)
{
	struct recog *recog = context;
	struct recog_param params[RECOG_PARAM_MAX + 1];
	struct recog_stats before, after;
	int count = recog_say(recog, example->fingerprint, example->text, params, RECOG_PARAM_MAX + 1);

	touch(params, count);
	for (const char *const *wanted = example->wanted; *wanted; wanted += 2)
		require(wanted[1] != NULL);
	recog_stats(recog, &before);
	int found = recog_find(recog, example->matches, example->text);

	recog_stats(recog, &after);
	/* where the limits let it be tried */
	if (count != RECOG_NONE && after.stalls == before.stalls)
		require(found != RECOG_NONE && found <= example->fingerprint);
	if (found != RECOG_NONE)
		touch(params, recog_say(recog, found, example->text, params, RECOG_PARAM_MAX + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *body = (const char *)bytes;
	struct recog_stats none, once, twice;
	struct recog *recog = NULL;
	struct fault fault = {0};

	if (recog_new(&recog))
		return 0;
	recog_stats(recog, &none);
	int error = recog_read(recog, "fuzz.xml", body, len, &fault);

	recog_stats(recog, &once);
	if (error) {
		require(fault.sentence[0] && once.fingerprints == none.fingerprints && once.files == none.files && !once.params);
	} else {
		recog_examples(recog, "fuzz.xml", body, len, each, recog, &fault);
		require(recog_read(recog, "twice.xml", body, len, NULL) == 0);
		recog_stats(recog, &twice);
		require(twice.fingerprints == 2 * once.fingerprints && twice.params == 2 * once.params && twice.files == 2);
	}
	recog_free(recog);
	return 0;
}
