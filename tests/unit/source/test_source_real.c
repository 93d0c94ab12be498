/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures that nobody here made: the number of packets is what their manifest says (as tshark counted them), and
 * number, first and last time are what capinfos says now. Skipped by name where the one or the other is missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "craft.h"

static const char *captures(void)
{
	const char *folder = getenv("FLOODWALL_CAPTURES");

	return folder ? folder : "../shared/captures";
}

static FILE *manifest_open(const char *test)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/MANIFEST.tsv", captures());
	FILE *manifest = fopen(path, "r");
	if (!manifest) {
		print_message("SKIP %s: no %s\n", test, path);
		skip();
	}
	return manifest;
}

/* The next capture that the manifest lists; *out_packets is 0 where it states none. */
static bool manifest_next(FILE *manifest, char path[1024], unsigned long long *out_packets)
{
	static char line[65536];

	while (fgets(line, sizeof(line), manifest)) {
		char *rest = line, *file = strsep(&rest, "\t"), *content = NULL;
		for (int column = 1; column <= 6 && rest; column++)
			content = strsep(&rest, "\t");
		if (!content || (!strstr(file, ".pcap") && !strstr(file, ".cap")))
			continue;
		*out_packets = strtoull(content, &rest, 10);
		if (strncmp(rest, " pkts", 5))
			*out_packets = 0;
		snprintf(path, 1024, "%s/%s", captures(), file);
		return true;
	}
	return false;
}

static void counts_of_the_manifest(void **state)
{
	FILE *manifest = manifest_open("counts_of_the_manifest");
	char path[1024];
	unsigned long long packets;
	size_t files = 0;

	while (manifest_next(manifest, path, &packets)) {
		const char *file = path;
		const struct seen *seen = craft_read(&file, 1, false);
		if (!packets)
			continue;
		if (seen->count != packets || seen->reports[0].fault.sentence[0])
			print_error("%s: %zu, %s\n", path, seen->count, seen->reports[0].fault.sentence);
		assert_int_equal(seen->count, packets);
		assert_false(seen->reports[0].cut_short || seen->reports[0].unreadable);
		files++;
	}
	fclose(manifest);
	print_message("%zu captures\n", files);
	assert_true(files > 100);
}

/* "1476960600.123456" in nanoseconds. */
static uint64_t nanoseconds(const char *text)
{
	char *rest;
	uint64_t ns = strtoull(text, &rest, 10) * 1000000000u, unit = 100000000;

	for (rest += *rest == '.'; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
		ns += (uint64_t)(*rest - '0') * unit;
	return ns;
}

static void assert_like_capinfos(char *line)
{
	char *rest = line, *fields[4] = {0};

	for (int i = 0; i < 4 && rest; i++)
		fields[i] = strsep(&rest, "\t");
	if (!fields[3])
		return;
	const char *file = fields[0];
	const struct seen *seen = craft_read(&file, 1, false);
	const struct source_report *report = &seen->reports[0];
	bool same = report->packets == strtoull(fields[1], NULL, 10) && report->first_ns == nanoseconds(fields[2]) &&
		report->last_ns == nanoseconds(fields[3]);
	if (!same)
		print_error("%s: %llu packets, %llu to %llu ns; capinfos: %s, %s, %s", file, (unsigned long long)report->packets,
			(unsigned long long)report->first_ns, (unsigned long long)report->last_ns, fields[1], fields[2], fields[3]);
	assert_true(same);
}

static void counts_and_times_of_capinfos(void **state)
{
	FILE *manifest = manifest_open("counts_and_times_of_capinfos");
	size_t files = 0, size = 1 << 20;
	char path[1024], *command = malloc(size), line[2048];
	unsigned long long packets;

	assert_non_null(command);
	if (system("command -v capinfos >/dev/null 2>&1")) {
		print_message("SKIP counts_and_times_of_capinfos: no capinfos\n");
		fclose(manifest);
		free(command);
		skip();
	}
	size_t len = (size_t)snprintf(command, size, "LC_ALL=C capinfos -T -r -B -c -a -e -S 2>/dev/null");
	while (manifest_next(manifest, path, &packets) && len < size - sizeof(path) - 4)
		len += (size_t)snprintf(command + len, size - len, " '%s'", path);
	fclose(manifest);
	FILE *capinfos = popen(command, "r");
	assert_non_null(capinfos);
	for (; fgets(line, sizeof(line), capinfos); files++)
		assert_like_capinfos(line);
	pclose(capinfos);
	free(command);
	print_message("%zu captures\n", files);
	assert_true(files > 100);
}

/* All of them in one run: nothing is lost, and time never runs backwards but where one file's own does. */
static void all_together(void **state)
{
	FILE *manifest = manifest_open("all_together");
	static char paths[SEEN_FILES_MAX][1024];
	static const char *files[SEEN_FILES_MAX];
	unsigned long long packets, sum = 0;
	size_t count = 0;

	while (count < SEEN_FILES_MAX && manifest_next(manifest, paths[count], &packets)) {
		files[count] = paths[count];
		count += packets > 0;
		sum += packets;
	}
	fclose(manifest);
	assert_int_equal(craft_read(files, count, false)->count, sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_of_the_manifest),
		cmocka_unit_test(counts_and_times_of_capinfos),
		cmocka_unit_test(all_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
