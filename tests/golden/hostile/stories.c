/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stories made to hurt: tables filled by strangers, streams that never end, lengths and counts that lie, names that speak to
 * terminals. Each is written by one process and inspected by another, whose time and peak of memory are taken when it ends:
 *
 *     result 0 · no control character in either report · the report itself is bounded
 *     resident memory at most 64 MiB; for stories that fill tables, at ten times the size no more allocated than at five times
 *     processor time bounded
 *
 * What is allocated is told by the address space: resident memory also grows when a table that has been there since the start is
 * touched where nobody had been before, which happens ever more rarely and is bounded by the 64 MiB.
 *
 * The sanitizers multiply memory, so under them it is only shown.
 */
#include "hostile.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1, SECONDS_MAX = 120 };
#else
enum { SANITIZED = 0, SECONDS_MAX = 60 };
#endif

enum { MEMORY_MAX_KIB = 64 << 10, GROWTH_MAX_KIB = 256, REPORT_MAX = 32 << 20, FULL = 5 };

struct measure {
	struct seen text, json;
	long peak_kib, space_kib; /* resident; address space */
	double seconds;
};

/* Runs in a process of its own: what it costs is the process's. */
static void write_story(const struct story *story, const struct stage *stage, uint32_t scale)
{
	struct gen *gen;

	if (story->write) {
		story->write(stage, scale);
		return;
	}
	gen = gen_new(1477047600ull * GEN_S, scale);
	story->fill(gen, scale);
	gen_write_pcap(gen, stage->path, true);
	gen_free(gen);
}

static bool ended_well(const char *name, pid_t child, struct rusage *out_usage)
{
	int status;

	if (wait4(child, &status, 0, out_usage) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	printf("%s: ended with %s %d\n", name, WIFSIGNALED(status) ? "signal" : "status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return false;
}

static pid_t branch(void)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		exit(3);
	return child;
}

/* The most address space that this process has had. */
static long peak_space_kib(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long kib = -1;

	while (status && kib < 0 && fgets(line, sizeof(line), status))
		if (strncmp(line, "VmPeak:", 7) == 0)
			kib = strtol(line + 7, NULL, 10);
	if (status)
		fclose(status);
	return kib;
}

/* One report is made by one process, as by the program. */
static bool report(const struct story *story, const struct stage *stage, enum inspect_format format, struct measure *shared)
{
	const struct rlimit time = {SECONDS_MAX, SECONDS_MAX + 1};
	struct rusage usage;
	pid_t child;

	if ((child = branch()) == 0) {
		setrlimit(RLIMIT_CPU, &time);
		*(format == INSPECT_JSON ? &shared->json : &shared->text) = stage_inspect(stage, format);
		if (shared->space_kib < peak_space_kib())
			shared->space_kib = peak_space_kib();
		exit(0);
	}
	if (!ended_well(story->name, child, &usage))
		return false;
	shared->seconds +=
		(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	if (shared->peak_kib < usage.ru_maxrss)
		shared->peak_kib = usage.ru_maxrss;
	return true;
}

static bool measure(const struct story *story, uint32_t scale, bool as_text, struct measure *out_measure)
{
	struct measure *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct rusage usage;
	struct stage stage;
	pid_t child;
	bool well;

	stage_open(&stage);
	if ((child = branch()) == 0) {
		write_story(story, &stage, scale);
		exit(0);
	}
	well = ended_well(story->name, child, &usage) && report(story, &stage, INSPECT_JSON, shared) &&
		(!as_text || report(story, &stage, INSPECT_TEXT, shared));
	*out_measure = *shared;
	munmap(shared, sizeof(*shared));
	stage_close(&stage);
	return well;
}

static bool holds(bool rule, const char *name, const char *sentence)
{
	if (!rule)
		printf("%s: %s\n", name, sentence);
	return rule;
}

/* Tables are full by then; as JSON, which has all that the text has. */
static bool is_bounded(const struct story *story)
{
	struct measure full, fuller;
	bool good = measure(story, FULL, false, &full) && measure(story, 2 * FULL, false, &fuller);

	if (!good)
		return false;
	printf("  %d and %d times as much: %.1f and %.1f MiB resident, %.1f and %.1f MiB of address space, %.2f and %.2f s\n", FULL,
		2 * FULL, (double)full.peak_kib / 1024, (double)fuller.peak_kib / 1024, (double)full.space_kib / 1024,
		(double)fuller.space_kib / 1024, full.seconds, fuller.seconds);
	good &= holds(
		full.space_kib > 0 && fuller.space_kib <= full.space_kib + GROWTH_MAX_KIB, story->name, "memory grows with the capture");
	return good & holds(fuller.peak_kib <= MEMORY_MAX_KIB, story->name, "more than 64 MiB resident");
}

static bool tell(const struct story *story)
{
	struct measure once;
	const char *name = story->name;
	bool good = measure(story, 1, true, &once);

	good &= holds(!once.json.result && !once.text.result, name, "inspect_run() did not return 0");
	good &= holds(!once.json.raw && !once.text.raw, name, "control characters in a report");
	good &= holds(
		!story->escapes || (once.json.escaped && once.text.escaped), name, "the names are in no report: the story tests nothing");
	good &= holds(once.json.len && once.json.len < REPORT_MAX && once.text.len && once.text.len < REPORT_MAX, name,
		"no report, or one without end");
	good &= holds(!story->fill || once.json.packets > 0, name, "nothing was read");
	good &= holds(SANITIZED || once.peak_kib <= MEMORY_MAX_KIB, name, "more than 64 MiB resident");
	printf("%-24s %8llu packets, reports of %llu and %llu bytes, %.2f s, %.1f MiB\n", name, (unsigned long long)once.json.packets,
		(unsigned long long)once.json.len, (unsigned long long)once.text.len, once.seconds, (double)once.peak_kib / 1024);
	return good && (!story->fills || SANITIZED || is_bounded(story));
}

/* usage: test_hostile_stories [STORY...] */
int main(int argc, char **argv)
{
	const struct story *const shelves[] = {packet_stories, session_stories, file_stories};
	uint32_t told = 0, failed = 0;

	stage_oui_folder = "/usr/share/ieee-data"; /* where it is there, it is part of the memory in use */
	for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++) {
		for (const struct story *story = shelves[i]; story->name; story++) {
			bool wanted = argc == 1;
			for (int k = 1; k < argc; k++)
				wanted |= strcmp(argv[k], story->name) == 0;
			if (!wanted)
				continue;
			told++;
			failed += !tell(story);
		}
	}
	printf("%u stories, %u failed\n", told, failed);
	return failed || !told;
}
