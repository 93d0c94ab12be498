/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files in recog's form against themselves: each example beside a fingerprint must match it, and the match must say what the example's attributes
 * say. Says what does not, and in the end how many did.
 *
 *	recog_examples FILE...
 *
 * Exits 0 if all did, 1 if not, 77 if nothing here reads this form.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inventory/recog.h"

enum { BODY_MAX = 4 << 20 };

struct tally {
	struct recog *recog;
	const char *file;
	unsigned long examples, matched, first, elsewhere;
};

static const struct recog_param *param_find(const struct recog_param *params, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(params[i].name, name))
			return &params[i];
	return NULL;
}

static void each(void *context, const struct recog_example *example)
{
	struct tally *tally = context;
	struct recog_param params[RECOG_PARAM_MAX + 1];
	int count;

	if (example->elsewhere) {
		tally->elsewhere++;
		return;
	}
	tally->examples++;
	count = recog_say(tally->recog, example->fingerprint, example->text, params, RECOG_PARAM_MAX + 1);
	if (count == RECOG_NONE) {
		printf("%s:%lu: does not match\n", tally->file, (unsigned long)example->line);
		return;
	}
	for (const char *const *wanted = example->wanted; *wanted; wanted += 2) {
		const struct recog_param *param = param_find(params, count, wanted[0]);

		if (!param || param->value.len != strlen(wanted[1]) || memcmp(param->value.bytes, wanted[1], param->value.len) != 0) {
			printf("%s:%lu: %s is \"%.*s\"%s, not \"%s\"\n", tally->file, (unsigned long)example->line, wanted[0],
				param ? (int)param->value.len : 0, param ? (const char *)param->value.bytes : "",
				param ? "" : " (not said)", wanted[1]);
			return;
		}
	}
	tally->matched++;
}

static size_t load(const char *path, char *body)
{
	FILE *file = fopen(path, "rb");
	size_t len = file ? fread(body, 1, BODY_MAX, file) : 0;

	if (file)
		fclose(file);
	return len;
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	char *body = malloc(BODY_MAX);
	struct tally tally = {0};
	struct recog_stats stats;
	struct fault fault;
	double reading = 0;
	int failed = 0, error = body ? recog_new(&tally.recog) : -ENOMEM;

	if (error) {
		free(body);
		return error == -ENOSYS ? 77 : 1;
	}
	for (int i = 1; i < argc; i++) {
		size_t len = load(argv[i], body);
		double start = milliseconds();

		error = recog_read(tally.recog, argv[i], body, len, &fault);
		reading += milliseconds() - start;
		if (error || fault.sentence[0])
			printf("%s:%lu: %s\n", argv[i], (unsigned long)fault.line, fault.sentence);
		failed |= error || fault.sentence[0];
		tally.file = argv[i];
		if (!error)
			failed |= recog_examples(tally.recog, argv[i], body, len, each, &tally, &fault) || fault.sentence[0];
	}
	recog_stats(tally.recog, &stats);
	printf("%u files, %u fingerprints, %u parameters, %u left out; %lu of %lu examples match, %lu stand elsewhere; "
	       "%llu matches at a limit; %zu KiB, read in %.1f ms\n",
		stats.files, stats.fingerprints, stats.params, stats.left_out, tally.matched, tally.examples, tally.elsewhere,
		(unsigned long long)stats.stalls, stats.bytes >> 10, reading);
	failed |= tally.matched != tally.examples || !tally.examples || stats.left_out || stats.stalls;
	recog_free(tally.recog);
	free(body);
	return failed;
}
