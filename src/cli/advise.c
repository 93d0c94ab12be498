/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall advise: a sheet for each device. Needs nothing, sends nothing; with --mark it writes the file of marks. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/style.h"
#include "engine/inspect.h"
#include "sheet/sheet.h"

enum { ASKED_MAX = 64, MARK_TEXT_MAX = 512 };
enum {
	OPTION_ADVISORIES = 256,
	OPTION_EXPLOITED,
	OPTION_INDEX,
	OPTION_FACTS,
	OPTION_RECALLS,
	OPTION_MARKS,
	OPTION_MARK,
	OPTION_NOTE,
	OPTION_ASSET,
	OPTION_ASSETS,
	OPTION_LOCAL,
	OPTION_FORMAT,
	OPTION_JSON,
	OPTION_MUTE,
	OPTION_OUI,
	OPTION_SIGNATURES,
	OPTION_FAIL_ON,
	OPTION_WIDTH,
	OPTION_NO_COLOR,
};

struct arguments {
	struct inspect_options inspect;
	struct advise_options advise;
	struct prefix local[OPTION_LOCAL_MAX];
	const char *assets[ASKED_MAX];
	struct advise_mark marks[ASKED_MAX];
	char mark_texts[ASKED_MAX][MARK_TEXT_MAX];
	char today[MARK_DAY_MAX];
	const char *output, *note, *told;
	int fail_on; /* enum severity, or -1 */
	bool no_color;
};

static const struct option long_options[] = {
	{"advisories", required_argument, NULL, OPTION_ADVISORIES},
	{"index", required_argument, NULL, OPTION_INDEX},
	{"exploited", required_argument, NULL, OPTION_EXPLOITED},
	{"facts", required_argument, NULL, OPTION_FACTS},
	{"recalls", required_argument, NULL, OPTION_RECALLS},
	{"marks", required_argument, NULL, OPTION_MARKS},
	{"mark", required_argument, NULL, OPTION_MARK},
	{"note", required_argument, NULL, OPTION_NOTE},
	{"asset", required_argument, NULL, OPTION_ASSET},
	{"assets", required_argument, NULL, OPTION_ASSETS},
	{"local", required_argument, NULL, OPTION_LOCAL},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"json", no_argument, NULL, OPTION_JSON},
	{"output", required_argument, NULL, 'o'},
	{"mute", required_argument, NULL, OPTION_MUTE},
	{"oui", required_argument, NULL, OPTION_OUI},
	{"signatures", required_argument, NULL, OPTION_SIGNATURES},
	{"fail-on", required_argument, NULL, OPTION_FAIL_ON},
	{"width", required_argument, NULL, OPTION_WIDTH},
	{"no-color", no_argument, NULL, OPTION_NO_COLOR},
	{"verbose", no_argument, NULL, 'v'},
	{"quiet", no_argument, NULL, 'q'},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char help[] = "Usage: floodwall advise [options] CAPTURE...                    (- is standard input)\n"
			   "       floodwall advise [options] --assets FILE | --asset NAME=VALUE,...\n\n"
			   "Says what is known against each device and what to do about it tonight: published\n"
			   "advisories, recalls, fixes, and what was seen in the captures. Sends nothing.\n\n"
			   "  --advisories FOLDER  published advisories: documents in CSAF 2.0\n"
			   "  --index FILE         what was made of them the last time: read, and written anew\n"
			   "  --exploited FILE     CISA's list of vulnerabilities that are known to be exploited\n"
			   "  --facts FILE         what you know of devices: when bought, where, serial number, label\n"
			   "  --recalls FILE       rules of recalls, besides those that Floodwall brings with it\n"
			   "  --marks FILE         how far you are with each advisory on each device\n"
			   "  --mark 'ADVISORY[/CVE] done|progress|not DEVICE|*'\n"
			   "                       mark it so in the file of --marks; may be repeated\n"
			   "  --note TEXT          kept with the marks that are set\n"
			   "  --asset NAME=VALUE,...  a device without a capture: maker, brand, kind, model, firmware,\n"
			   "                       name, mac, serial, bought, made, country, label; may be repeated\n"
			   "  --assets FILE        a list of them, CSV with a header line or JSON\n"
			   "  --local CIDR         these addresses are ours (besides private ranges); may be repeated\n"
			   "  --mute FILE          findings you know about, as floodwall inspect has it\n"
			   "  --oui FOLDER         the IEEE's registry as CSV (default: /usr/share/ieee-data)\n"
			   "  --signatures FOLDER  also signatures in it, as floodwall inspect has it\n"
			   "  --format FORMAT      text (default), json, html (one page)\n"
			   "  --json               the same as --format json\n"
			   "  -o, --output FILE    write to FILE\n"
			   "  --fail-on SEVERITY   exit 1 if a finding is at least low, medium, high or critical\n"
			   "  --width COLUMNS      width of the text (default: the terminal's)\n"
			   "  --no-color           no colour, as the NO_COLOR variable\n"
			   "  -v, --verbose        all devices and advisories in full\n"
			   "  -q, --quiet          what to do and why alone\n"
			   "  -V, --version        the version\n"
			   "  -h, --help           this text\n\n"
			   "Exit: 0 done; 1 done and --fail-on was reached;\n"
			   "      2 wrong use, or an input of which nothing could be read.\n";

static int wrong(const char *sentence, const char *word)
{
	return option_wrong("floodwall advise", sentence, word);
}

static int wrong_option(int option, const char *word)
{
	const char letter[] = {'-', (char)optopt, 0};

	if (option == ':')
		return wrong("a value is missing", word);
	return wrong("there is no such option, or it takes no value; 'floodwall advise --help' lists them",
		optopt > 0 && optopt < 256 ? letter : word);
}

static int read_format(struct arguments *arguments, const char *word)
{
	if (strcmp(word, "text") == 0)
		arguments->inspect.format = INSPECT_TEXT;
	else if (strcmp(word, "json") == 0)
		arguments->inspect.format = INSPECT_JSON;
	else if (strcmp(word, "html") == 0)
		arguments->inspect.format = INSPECT_HTML;
	else
		return wrong("--format is text, json or html", word);
	return 0;
}

static int read_asset(struct arguments *arguments, const char *word)
{
	if (arguments->advise.asset_count == ASKED_MAX)
		return wrong("at most 64 devices can be named with --asset; --assets FILE takes more", word);
	arguments->assets[arguments->advise.asset_count++] = word;
	return 0;
}

/* 'ICSA-18-282-06/CVE-2018-17919 done Garage recorder': what stands behind the mark is the device, blanks and all. */
static int read_mark(struct arguments *arguments, const char *word)
{
	struct advise_mark *mark = &arguments->marks[arguments->advise.mark_count];
	char *text = arguments->mark_texts[arguments->advise.mark_count], *rest, *name, *slash;

	if (arguments->advise.mark_count == ASKED_MAX)
		return wrong("at most 64 marks can be set at once", word);
	if (strlen(word) >= MARK_TEXT_MAX || !text_clean(word, strlen(word)))
		return wrong("is too long, or holds control characters", "--mark");
	snprintf(text, MARK_TEXT_MAX, "%s", word);
	rest = text + strspn(text, " ");
	mark->advisory = strsep(&rest, " ");
	name = rest ? strsep(&rest, " ") : NULL;
	if (!name || !rest || !*rest || mark_read(name, &mark->mark))
		return wrong("--mark is 'ADVISORY done|progress|not DEVICE'", word);
	slash = strchr(mark->advisory, '/');
	mark->vulnerability = slash ? slash + 1 : "*";
	if (slash)
		*slash = 0;
	mark->device = rest + strspn(rest, " ");
	arguments->advise.mark_count++;
	return 0;
}

/* Those that name a file or folder. */
static bool read_file_option(struct arguments *arguments, int option)
{
	struct advise_options *advise = &arguments->advise;
	const struct option_place files[] = {
		{OPTION_ADVISORIES, &advise->advisories},
		{OPTION_EXPLOITED, &advise->exploited_file},
		{OPTION_INDEX, &advise->index_file},
		{OPTION_FACTS, &advise->facts_file},
		{OPTION_RECALLS, &advise->recalls_file},
		{OPTION_MARKS, &advise->marks_file},
		{OPTION_ASSETS, &advise->asset_file},
		{OPTION_MUTE, &arguments->inspect.mute_file},
		{OPTION_OUI, &arguments->inspect.oui_folder},
		{OPTION_SIGNATURES, &arguments->inspect.signatures_folder},
	};

	return option_place(files, sizeof(files) / sizeof(files[0]), option, optarg);
}

static int read_option(struct arguments *arguments, int option, const char *word)
{
	if (read_file_option(arguments, option))
		return 0;
	switch (option) {
	case OPTION_MARK:
		return read_mark(arguments, optarg);
	case OPTION_NOTE:
		arguments->note = optarg;
		return text_clean(optarg, strlen(optarg)) && strlen(optarg) < MARK_NOTE_MAX
			? 0
			: wrong("is longer than 159 bytes, or holds control characters", "--note");
	case OPTION_ASSET:
		return read_asset(arguments, optarg);
	case OPTION_LOCAL:
		return option_local("floodwall advise", &arguments->inspect, arguments->local, optarg);
	case OPTION_FORMAT:
		return read_format(arguments, optarg);
	case OPTION_JSON:
		return read_format(arguments, "json");
	case OPTION_FAIL_ON:
		arguments->fail_on = option_severity(optarg);
		return arguments->fail_on < 0 ? wrong("--fail-on is low, medium, high or critical", optarg) : 0;
	case OPTION_WIDTH:
		return style_read_width(optarg, &arguments->inspect.style) ? wrong("--width wants a number from 40 to 1000", optarg) : 0;
	case OPTION_NO_COLOR:
		arguments->no_color = true;
		return 0;
	case 'o':
		arguments->output = optarg;
		return 0;
	case 'v':
		arguments->inspect.style.verbose = true;
		return 0;
	case 'q':
		arguments->inspect.style.quiet = true;
		return 0;
	case 'V':
	case 'h':
		arguments->told = option == 'h' ? help : "floodwall " FLOODWALL_VERSION "\n";
		return 0;
	default:
		return wrong_option(option, word);
	}
}

static int check_arguments(const struct arguments *arguments, bool captures)
{
	const struct advise_options *advise = &arguments->advise;
	bool listed = advise->asset_file || advise->asset_count;

	if (captures && listed)
		return wrong("name captures, or devices with --asset and --assets, not both", "");
	if (!captures && !listed)
		return wrong("name at least one capture, or a device with --asset or --assets", "");
	if (advise->mark_count && !advise->marks_file)
		return wrong("--mark needs --marks FILE, which it writes", "");
	if (advise->mark_count && !advise->advisories)
		return wrong("--mark needs --advisories, to keep what the document says today", "");
	if (arguments->note && !advise->mark_count)
		return wrong("--note goes with --mark", "");
	if ((advise->exploited_file || advise->index_file) && !advise->advisories)
		return wrong("--exploited and --index go with --advisories", "");
	return 0;
}

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
	int option;

	opterr = 0;
	while (!arguments->told && (option = getopt_long(argc, argv, ":o:vqVh", long_options, NULL)) != -1)
		if (read_option(arguments, option, argv[optind - 1]))
			return -EINVAL;
	if (arguments->told)
		return 0;
	if (check_arguments(arguments, optind < argc))
		return -EINVAL;
	for (size_t i = 0; i < arguments->advise.mark_count; i++)
		arguments->marks[i].note = arguments->note ? arguments->note : "";
	arguments->inspect.files = (const char *const *)argv + optind;
	arguments->inspect.file_count = (size_t)(argc - optind);
	arguments->inspect.advise = &arguments->advise;
	arguments->advise.assets = arguments->assets;
	arguments->advise.marks = arguments->marks;
	arguments->advise.today = arguments->today;
	arguments->advise.sheets = true;
	return 0;
}

static void tell_fault(const struct fault *fault, int error)
{
	if (fault->sentence[0] && fault->line)
		fprintf(stderr, "floodwall advise: %s:%llu: %s\n", fault->file, (unsigned long long)fault->line, fault->sentence);
	else if (fault->sentence[0])
		fprintf(stderr, "floodwall advise: %s%s%s\n", fault->file, fault->file[0] ? ": " : "", fault->sentence);
	else
		fprintf(stderr, "floodwall advise: %s\n", error == -ENOMEM ? "not enough memory" : "the report could not be written");
}

/* The earlier marks stay until the new ones are whole. */
static int write_marks(const struct arguments *arguments, const struct inspect_result *result)
{
	struct output output;
	int error;

	if (!result->marks)
		return 0;
	error = output_open(arguments->advise.marks_file, &output);
	if (!error) {
		fwrite(result->marks, 1, result->marks_len, output.file);
		error = output_close(&output, 1);
	}
	return error ? wrong(strerror(-error), arguments->advise.marks_file) : 0;
}

/* From before the marks are read until the new ones are in their place, nobody else sets any there. -1: not wanted, or told. */
static int lock_marks(const struct arguments *arguments, int *out_error)
{
	const char *file = arguments->advise.marks_file, *slash = file ? strrchr(file, '/') : NULL;
	char *folder;
	int descriptor;

	*out_error = 0;
	if (!arguments->advise.mark_count)
		return -1;
	folder = slash ? strndup(file, slash == file ? 1 : (size_t)(slash - file)) : strdup(".");
	descriptor = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	free(folder);
	if (descriptor < 0 || flock(descriptor, LOCK_EX))
		*out_error = wrong(strerror(errno), file);
	return descriptor;
}

static int run(struct arguments *arguments, const struct output *output, bool *out_complete)
{
	struct inspect_options *inspect = &arguments->inspect;
	struct inspect_result result = {0};
	struct fault fault = {0};
	struct progress progress;
	int error;

	style_fit(&inspect->style, output->descriptor, arguments->no_color);
	progress_start(&progress, inspect->style.quiet ? NULL : stderr, clock_steady_ns());
	if (progress.terminal) {
		inspect->progress = progress_see;
		inspect->progress_context = &progress;
	}
	error = (inspect->file_count ? inspect_run : inspect_list)(inspect, output->file, stderr, &result, &fault);
	progress_end(&progress);
	if (error && error != -EIO) /* of that finish() says why */
		tell_fault(&fault, error);
	if (!error)
		error = write_marks(arguments, &result);
	free(result.marks);
	if (error)
		return COMMAND_WRONG;
	*out_complete = true;
	if (result.input_failed)
		return COMMAND_WRONG;
	return arguments->fail_on >= 0 && result.found && (int)result.worst >= arguments->fail_on ? COMMAND_REACHED : COMMAND_DONE;
}

static int open_report(const struct arguments *arguments, struct output *out_output)
{
	const char *const others[] = {arguments->advise.facts_file, arguments->advise.marks_file, arguments->advise.recalls_file,
		arguments->advise.asset_file, arguments->advise.exploited_file, arguments->advise.index_file};
	int error;

	if (output_is_input(arguments->output, arguments->inspect.files, arguments->inspect.file_count))
		return wrong("is one of the captures; the report would take its place", arguments->output);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i] && output_is_input(arguments->output, &others[i], 1))
			return wrong("is one of the files to be read; the report would take its place", arguments->output);
	error = output_open(arguments->output, out_output);
	return error ? wrong(strerror(-error), arguments->output ? arguments->output : "") : 0;
}

static void read_today(struct arguments *arguments)
{
	time_t now = (time_t)(clock_wall_ns() / 1000000000u);
	struct tm civil;

	gmtime_r(&now, &civil);
	strftime(arguments->today, sizeof(arguments->today), "%Y-%m-%d", &civil);
}

int command_advise(int argc, char **argv)
{
	static struct arguments arguments = {.fail_on = -1, .inspect.oui_folder = "/usr/share/ieee-data", .inspect.part.to_ns = UINT64_MAX};
	struct output output;
	bool complete = false;
	int code, error, lock;

	if (read_arguments(argc, argv, &arguments))
		return COMMAND_WRONG;
	if (arguments.told)
		return command_tell(arguments.told);
	read_today(&arguments);
	if (open_report(&arguments, &output))
		return COMMAND_WRONG;
	lock = lock_marks(&arguments, &error);
	code = error ? COMMAND_WRONG : run(&arguments, &output, &complete);
	if (lock >= 0)
		close(lock);
	error = output_close(&output, complete);
	if (error)
		return wrong(strerror(-error), "the report could not be written") ? COMMAND_WRONG : code;
	return code;
}
