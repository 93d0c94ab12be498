/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall mud lint and explain: MUD files read, and what is wrong with them or in them said. Needs nothing, changes nothing. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "fetch/fetch.h"
#include "policy/policy.h"
#include "wire/limits.h"

enum { OPTION_JSON = 256, OPTION_FAIL_ON };

static const char help[] = "Usage: floodwall mud lint [options] FILE...\n"
			   "       floodwall mud explain FILE...\n\n"
			   "lint says what is wrong with a MUD file (RFC 8520), each fault with its place;\n"
			   "explain says in words what it lets its device do.\n\n"
			   "      --fail-on GRADE  lint: exit 1 if there is at least a note, or a warning\n"
			   "      --json           lint: as JSON\n"
			   "  -q, --quiet          lint: errors and warnings alone\n"
			   "  -V, --version        the version\n"
			   "  -h, --help           this text\n\n"
			   "Exit: 0 done; 1 done and --fail-on was reached;\n"
			   "      2 wrong use, or a file that cannot be used as it is.\n";

static const struct option long_options[] = {
	{"fail-on", required_argument, NULL, OPTION_FAIL_ON},
	{"json", no_argument, NULL, OPTION_JSON},
	{"quiet", no_argument, NULL, 'q'},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char *const grade_names[MUD_GRADE_COUNT] = {"note", "warning", "error"};

struct job {
	FILE *out; /* lint's findings, or words */
	bool lint, json, quiet;
	int fail_on; /* enum mud_grade, or -1 */
	json_t *files; /* with json: a list */
	const char *told; /* a text that was asked for */
	/* of the file at hand */
	const char *file;
	json_t *faults;
	uint32_t count[MUD_GRADE_COUNT];
	bool reached, no_memory;
};

static int wrong(const char *word, const char *sentence)
{
	char clean[256];

	text_escape(clean, sizeof(clean), word, SIZE_MAX);
	fprintf(stderr, "floodwall mud: %s%s%s\n", clean, *clean ? ": " : "", sentence);
	return COMMAND_WRONG;
}

/* file:line:column: grade: path: sentence, as compilers say it and editors read it. */
static void write_fault(FILE *out, const char *file, const struct mud_fault *fault)
{
	char clean[4096];

	text_escape(clean, sizeof(clean), file, SIZE_MAX);
	if (fault->line)
		fprintf(out, "%s:%u:%u: %s: ", clean, fault->line, fault->column, grade_names[fault->grade]);
	else
		fprintf(out, "%s: %s: ", clean, grade_names[fault->grade]);
	fprintf(out, "%s%s%s\n", fault->path, *fault->path ? " " : "", fault->sentence);
}

static void see_fault(void *context, const struct mud_fault *fault)
{
	struct job *job = context;

	job->count[fault->grade]++;
	if (job->fail_on >= 0 && (int)fault->grade >= job->fail_on)
		job->reached = true;
	if (job->lint && job->json) {
		json_t *entry = json_pack("{s:s, s:i, s:i, s:s, s:s}", "grade", grade_names[fault->grade], "line", (int)fault->line,
			"column", (int)fault->column, "path", fault->path, "sentence", fault->sentence);
		if (json_array_append_new(job->faults, entry))
			job->no_memory = true;
	} else if (job->lint ? !job->quiet || fault->grade > MUD_NOTE : fault->grade == MUD_ERROR) {
		write_fault(job->lint ? job->out : stderr, job->file, fault);
	}
}

static void see_line(void *context, const char *line)
{
	fprintf(((struct job *)context)->out, "%s\n", line);
}

/* One sentence at the end of a file's faults, or that there are none. */
static void sum_up(struct job *job, const struct mud *mud)
{
	char clean[4096];

	text_escape(clean, sizeof(clean), job->file, SIZE_MAX);
	if (mud)
		fprintf(job->out, "%s: %u entries, of which %u are left out; %u warnings, %u notes\n", clean,
			policy_ace_count(mud) + policy_left_out(mud), policy_left_out(mud), job->count[MUD_WARNING], job->count[MUD_NOTE]);
	else
		fprintf(job->out, "%s: cannot be used as it is\n", clean);
}

static void finish_file(struct job *job, const struct mud *mud)
{
	if (job->lint && job->json) {
		json_t *entry = json_pack("{s:s, s:b, s:i, s:i, s:O}", "file", job->file, "usable", mud != NULL, "entries",
			mud ? (int)policy_ace_count(mud) : 0, "left_out", mud ? (int)policy_left_out(mud) : 0, "faults", job->faults);
		if (json_array_append_new(job->files, entry))
			job->no_memory = true;
	} else if (job->lint && !job->quiet) {
		sum_up(job, mud);
	} else if (!job->lint && mud) {
		policy_explain(mud, see_line, job);
	}
}

static int read_one(struct job *job, const char *file)
{
	struct mud_ear ear = {.told = see_fault, .context = job};
	struct mud *mud = NULL;
	struct fault fault = {0};
	char *body;
	size_t len;
	int error = fetch_file(file, FW_MUD_BYTES_MAX, &body, &len, &fault);

	if (error)
		return wrong(file, fault.sentence[0] ? fault.sentence : strerror(-error));
	job->file = file;
	job->faults = json_array();
	memset(job->count, 0, sizeof(job->count));
	error = policy_read(body, len, &ear, &mud);
	free(body);
	finish_file(job, mud);
	json_decref(job->faults);
	policy_free(mud);
	if (error == -ENOMEM || job->no_memory)
		return wrong(file, "not enough memory");
	return error ? COMMAND_WRONG : COMMAND_DONE;
}

static int read_all(struct job *job, char *const *files, int count)
{
	int code = COMMAND_DONE;

	for (int i = 0; i < count; i++) {
		int one;
		if (i && !job->lint)
			fputc('\n', job->out);
		one = read_one(job, files[i]);
		code = one > code ? one : code;
	}
	return code == COMMAND_DONE && job->reached ? COMMAND_REACHED : code;
}

static int run(struct job *job, char *const *files, int count)
{
	struct output output;
	int error = output_open(NULL, &output), code;

	if (error)
		return wrong("standard output", strerror(-error));
	job->out = output.file;
	job->files = json_array();
	code = read_all(job, files, count);
	if (job->json) {
		json_dumpf(job->files, job->out, JSON_INDENT(2));
		fputc('\n', job->out);
	}
	json_decref(job->files);
	error = output_close(&output, 1);
	return error ? wrong("standard output could not be written", strerror(-error)) : code;
}

static int read_grade(struct job *job, const char *word)
{
	for (int i = 0; i < MUD_GRADE_COUNT; i++)
		if (!strcmp(word, grade_names[i])) {
			job->fail_on = i;
			return 0;
		}
	return wrong(word, "--fail-on is note, warning or error");
}

static int read_option(struct job *job, int option, const char *word)
{
	switch (option) {
	case OPTION_FAIL_ON:
		return read_grade(job, optarg);
	case OPTION_JSON:
		job->json = true;
		return 0;
	case 'q':
		job->quiet = true;
		return 0;
	case 'V':
	case 'h':
		job->told = option == 'h' ? help : "floodwall " FLOODWALL_VERSION "\n";
		return 0;
	case ':':
		return wrong(word, "a value is missing");
	default:
		return wrong(word, "there is no such option; 'floodwall mud --help' lists them");
	}
}

int command_mud(int argc, char **argv)
{
	struct job job = {.fail_on = -1};
	int option;

	opterr = 0;
	while (!job.told && (option = getopt_long(argc, argv, ":qVh", long_options, NULL)) != -1)
		if (read_option(&job, option, argv[optind - 1]))
			return COMMAND_WRONG;
	if (job.told)
		return command_tell(job.told);
	if (optind == argc)
		return wrong("", "say lint or explain; 'floodwall mud --help' tells more");
	job.lint = !strcmp(argv[optind], "lint");
	if (!job.lint && strcmp(argv[optind], "explain") != 0)
		return wrong(argv[optind], "is neither lint nor explain");
	if (!job.lint && (job.json || job.quiet || job.fail_on >= 0))
		return wrong("explain", "takes no options of lint");
	if (++optind == argc)
		return wrong(job.lint ? "lint" : "explain", "name at least one file");
	return run(&job, argv + optind, argc - optind);
}
