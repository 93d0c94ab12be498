/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/prefix.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/style.h"
#include "conf/conf.h"
#include "engine/inspect.h"

enum {
	RESOLVER_MAX = 8,
};
enum {
	OPTION_LOCAL = 256,
	OPTION_FORMAT,
	OPTION_JSON,
	OPTION_NO_COLOR,
	OPTION_WIDTH,
	OPTION_MUTE,
	OPTION_FAIL_ON,
	OPTION_OUI,
	OPTION_SIGNATURES,
	OPTION_FROM,
	OPTION_TO,
	OPTION_FILTER,
	OPTION_EVIDENCE,
	OPTION_ANONYMISE,
	OPTION_ANONYMISE_KEY,
	OPTION_POLICY,
	OPTION_DEVICE,
	OPTION_RESOLVER,
	OPTION_ADVISORIES,
	OPTION_EXPLOITED,
	OPTION_INDEX,
	OPTION_FACTS,
	OPTION_MARKS,
};

struct arguments {
	struct inspect_options inspect;
	struct advise_options advise; /* used where a folder of advisories is named */
	struct prefix local[OPTION_LOCAL_MAX];
	const char *output;
	int fail_on; /* enum severity, or -1 */
	bool no_color;
	const char *told; /* a text that was asked for and no report */
	uint8_t anonymise_key[16];
	uint8_t device[6]; /* whose the policy is */
	uint8_t resolvers[RESOLVER_MAX][16];
};

static const struct option long_options[] = {
	{"local", required_argument, NULL, OPTION_LOCAL},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"json", no_argument, NULL, OPTION_JSON},
	{"output", required_argument, NULL, 'o'},
	{"verbose", no_argument, NULL, 'v'},
	{"quiet", no_argument, NULL, 'q'},
	{"no-color", no_argument, NULL, OPTION_NO_COLOR},
	{"width", required_argument, NULL, OPTION_WIDTH},
	{"mute", required_argument, NULL, OPTION_MUTE},
	{"fail-on", required_argument, NULL, OPTION_FAIL_ON},
	{"oui", required_argument, NULL, OPTION_OUI},
	{"signatures", required_argument, NULL, OPTION_SIGNATURES},
	{"from", required_argument, NULL, OPTION_FROM},
	{"to", required_argument, NULL, OPTION_TO},
	{"filter", required_argument, NULL, OPTION_FILTER},
	{"evidence", required_argument, NULL, OPTION_EVIDENCE},
	{"policy", required_argument, NULL, OPTION_POLICY},
	{"device", required_argument, NULL, OPTION_DEVICE},
	{"resolver", required_argument, NULL, OPTION_RESOLVER},
	{"advisories", required_argument, NULL, OPTION_ADVISORIES},
	{"index", required_argument, NULL, OPTION_INDEX},
	{"exploited", required_argument, NULL, OPTION_EXPLOITED},
	{"facts", required_argument, NULL, OPTION_FACTS},
	{"marks", required_argument, NULL, OPTION_MARKS},
	{"anonymise", no_argument, NULL, OPTION_ANONYMISE},
	{"anonymise-key", required_argument, NULL, OPTION_ANONYMISE_KEY},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char help[] = "Usage: floodwall inspect [options] CAPTURE...        (- is standard input)\n\n"
			   "Reads pcap and pcapng, plain or gzip, xz, zstd, and says what is on the network,\n"
			   "what is wrong with it, and what junk there was. Sends nothing.\n\n"
			   "  --local CIDR         these addresses are ours (besides private ranges); may be repeated\n"
			   "  --from TIME          only packets from then on: 2016-10-21T11:10:00Z, a day, or seconds since 1970\n"
			   "  --to TIME            only packets before then\n"
			   "  --filter EXPRESSION  only packets that pass this filter, as tcpdump takes it\n"
			   "  --format FORMAT      what to write: text (default), json (--json for short),\n"
			   "                       html (one page with charts), eve or ocsf (event lines),\n"
			   "                       csv (findings) or csv-devices (devices)\n"
			   "  -o, --output FILE    write to FILE\n"
			   "  --mute FILE          findings you know about: FINDING|* WHO [-> TARGET] [until=YYYY-MM-DD] REASON\n"
			   "  --fail-on SEVERITY   exit 1 if a finding is at least low, medium, high or critical\n"
			   "  --oui FOLDER         the IEEE's registry as CSV (default: /usr/share/ieee-data)\n"
			   "  --signatures FOLDER  also signatures in it (.xml in recog's form, .tsv as a table)\n"
			   "  --policy FILE        what this MUD file would have stopped; or a folder of them, by URL or MAC\n"
			   "  --device MAC         whose the FILE of --policy is\n"
			   "  --resolver ADDRESS   whose DNS answers names in policies follow; may be repeated\n"
			   "  --advisories FOLDER  published advisories (CSAF 2.0) that devices are held against\n"
			   "  --index FILE         what was made of them the last time: read, and written anew\n"
			   "  --exploited FILE     CISA's list of vulnerabilities that are known to be exploited\n"
			   "  --facts FILE         what you know of devices: model, firmware, serial number\n"
			   "  --marks FILE         what is remediated already (floodwall advise --mark)\n"
			   "  --evidence FOLDER    write a small capture for each finding: the headers that prove it\n"
			   "  --anonymise          stand-ins for addresses, names and serial numbers, others in each run\n"
			   "  --anonymise-key FILE the same ones in each run with this file (16 secret bytes or more)\n"
			   "  --width COLUMNS      width of the text (default: the terminal's)\n"
			   "  --no-color           no colour, as the NO_COLOR variable\n"
			   "  -v, --verbose        clues and evidence too\n"
			   "  -q, --quiet          the verdict and the findings alone\n"
			   "  -V, --version        the version\n"
			   "  -h, --help           this text\n\n"
			   "Exit: 0 done; 1 done and --fail-on was reached;\n"
			   "      2 wrong use, or an input of which nothing could be read.\n";

static int wrong(const char *sentence, const char *word)
{
	return option_wrong("floodwall inspect", sentence, word);
}

static int read_device(struct arguments *arguments, const char *word)
{
	uint8_t *mac = arguments->device;
	int len = 0;

	if (sscanf(word, "%2hhx%*1[:-]%2hhx%*1[:-]%2hhx%*1[:-]%2hhx%*1[:-]%2hhx%*1[:-]%2hhx%n", mac, mac + 1, mac + 2, mac + 3, mac + 4,
		    mac + 5, &len) != 6 ||
		word[len] || len != 17)
		return wrong("is no MAC address such as 02:00:00:00:00:07", word);
	arguments->inspect.policy_device = mac;
	return 0;
}

static int read_resolver(struct arguments *arguments, const char *word)
{
	size_t count = arguments->inspect.resolver_count;
	struct prefix prefix;

	if (count == RESOLVER_MAX)
		return wrong("at most 8 addresses can be named with --resolver", word);
	if (prefix_read(word, &prefix) || prefix.bits != 128)
		return wrong("--resolver wants an address", word);
	memcpy(arguments->resolvers[count], prefix.address, 16);
	arguments->inspect.resolvers = (const uint8_t(*)[16])arguments->resolvers;
	arguments->inspect.resolver_count++;
	return 0;
}

static int read_width(struct arguments *arguments, const char *word)
{
	return style_read_width(word, &arguments->inspect.style) ? wrong("--width wants a number from 40 to 1000", word) : 0;
}

static int read_moment(struct arguments *arguments, uint64_t *out_ns, const char *word)
{
	arguments->inspect.part.timed = true;
	return moment_read(word, out_ns) ? wrong("is no time such as 2016-10-21T11:10:00Z, 2016-10-21, or 1477048200.5", word) : 0;
}

/* Stand-ins that nobody can undo, the user included: the key is forgotten. */
static int draw_key(struct arguments *arguments)
{
	if (getrandom(arguments->anonymise_key, sizeof(arguments->anonymise_key), 0) != sizeof(arguments->anonymise_key))
		return wrong("no random numbers to be had", "--anonymise");
	arguments->inspect.anonymise_key = arguments->anonymise_key;
	return 0;
}

static int read_key(struct arguments *arguments, const char *path)
{
	struct fault fault = {0};

	if (inspect_read_key(path, arguments->anonymise_key, &fault))
		return wrong(fault.sentence[0] ? fault.sentence : "not enough memory", path);
	arguments->inspect.anonymise_key = arguments->anonymise_key;
	return 0;
}

/* getopt_long() would write argv as it is; here nothing raw reaches a terminal. */
static int wrong_option(int option, const char *word)
{
	const char *known = NULL, letter[] = {'-', (char)optopt, 0};
	char name[64];

	for (const struct option *each = long_options; optopt && each->name; each++)
		if (each->val == optopt)
			known = each->name;
	if (!known)
		return wrong("there is no such option, or more than one that begins so; 'floodwall inspect --help' lists them",
			optopt ? letter : word);
	snprintf(name, sizeof(name), "--%s", known);
	return wrong(option == ':' ? "a value is missing" : "takes no value", name);
}

static int read_format(struct arguments *arguments, const char *word)
{
	static const char *const names[] = {
		[INSPECT_TEXT] = "text",
		[INSPECT_JSON] = "json",
		[INSPECT_HTML] = "html",
		[INSPECT_EVE] = "eve",
		[INSPECT_CSV] = "csv",
		[INSPECT_CSV_DEVICES] = "csv-devices",
		[INSPECT_OCSF] = "ocsf",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(word, names[i]) == 0) {
			arguments->inspect.format = (enum inspect_format)i;
			return 0;
		}
	return wrong("--format is text, json, html, eve, ocsf, csv or csv-devices", word);
}

/* Those about advisories. */
static bool read_advise_option(struct advise_options *advise, int option)
{
	const struct option_place files[] = {
		{OPTION_ADVISORIES, &advise->advisories},
		{OPTION_EXPLOITED, &advise->exploited_file},
		{OPTION_INDEX, &advise->index_file},
		{OPTION_FACTS, &advise->facts_file},
		{OPTION_MARKS, &advise->marks_file},
	};

	return option_place(files, sizeof(files) / sizeof(files[0]), option, optarg);
}

static int read_option(struct arguments *arguments, int option, const char *word)
{
	if (read_advise_option(&arguments->advise, option))
		return 0;
	switch (option) {
	case OPTION_LOCAL:
		return option_local("floodwall inspect", &arguments->inspect, arguments->local, optarg);
	case OPTION_FORMAT:
	case OPTION_JSON:
		return read_format(arguments, option == OPTION_JSON ? "json" : optarg);
	case 'o':
		arguments->output = optarg;
		return 0;
	case OPTION_NO_COLOR:
		arguments->no_color = true;
		return 0;
	case OPTION_WIDTH:
		return read_width(arguments, optarg);
	case OPTION_MUTE:
		arguments->inspect.mute_file = optarg;
		return 0;
	case OPTION_FAIL_ON:
		arguments->fail_on = option_severity(optarg);
		return arguments->fail_on < 0 ? wrong("--fail-on is low, medium, high or critical", optarg) : 0;
	case OPTION_FROM:
		return read_moment(arguments, &arguments->inspect.part.from_ns, optarg);
	case OPTION_TO:
		return read_moment(arguments, &arguments->inspect.part.to_ns, optarg);
	case OPTION_FILTER:
		arguments->inspect.part.filter = optarg;
		return 0;
	case OPTION_OUI:
	case OPTION_SIGNATURES:
		*(option == OPTION_OUI ? &arguments->inspect.oui_folder : &arguments->inspect.signatures_folder) = optarg;
		return 0;
	case OPTION_EVIDENCE:
		arguments->inspect.evidence_folder = optarg;
		return 0;
	case OPTION_POLICY:
		arguments->inspect.policy = optarg;
		return 0;
	case OPTION_DEVICE:
		return read_device(arguments, optarg);
	case OPTION_RESOLVER:
		return read_resolver(arguments, optarg);
	case OPTION_ANONYMISE: /* a key that was named stays */
		return arguments->inspect.anonymise_key ? 0 : draw_key(arguments);
	case OPTION_ANONYMISE_KEY:
		return read_key(arguments, optarg);
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

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
	int option;

	opterr = 0;
	while (!arguments->told && (option = getopt_long(argc, argv, ":o:vqVh", long_options, NULL)) != -1)
		if (read_option(arguments, option, argv[optind - 1]))
			return -EINVAL;
	if (arguments->told)
		return 0;
	if (arguments->inspect.part.from_ns >= arguments->inspect.part.to_ns)
		return wrong("--from must lie before --to", "");
	if ((arguments->inspect.policy_device || arguments->inspect.resolver_count) && !arguments->inspect.policy)
		return wrong("--device and --resolver go with --policy", "");
	if ((arguments->advise.exploited_file || arguments->advise.index_file || arguments->advise.facts_file ||
		    arguments->advise.marks_file) &&
		!arguments->advise.advisories)
		return wrong("--index, --exploited, --facts and --marks go with --advisories", "");
	if (optind == argc)
		return wrong("name at least one capture, or - for standard input", "");
	arguments->inspect.files = (const char *const *)argv + optind;
	arguments->inspect.file_count = (size_t)(argc - optind);
	arguments->inspect.advise = arguments->advise.advisories ? &arguments->advise : NULL;
	return 0;
}

/* *out_complete: a report was written, be it about some of the inputs alone. */
static int run(struct arguments *arguments, const struct output *output, bool *out_complete)
{
	struct inspect_result result = {0};
	struct fault fault = {0};
	struct progress progress;
	int error;

	style_fit(&arguments->inspect.style, output->descriptor, arguments->no_color);
	progress_start(&progress, arguments->inspect.style.quiet ? NULL : stderr, clock_steady_ns());
	if (progress.terminal) {
		arguments->inspect.progress = progress_see;
		arguments->inspect.progress_context = &progress;
	}
	error = inspect_run(&arguments->inspect, output->file, stderr, &result, &fault);
	progress_end(&progress);
	if (error == -EIO) /* finish() says why */
		return COMMAND_WRONG;
	if (error) {
		if (fault.sentence[0] && fault.line)
			fprintf(stderr, "floodwall inspect: %s:%llu: %s\n", fault.file, (unsigned long long)fault.line, fault.sentence);
		else if (fault.sentence[0])
			fprintf(stderr, "floodwall inspect: %s%s%s\n", fault.file, fault.file[0] ? ": " : "", fault.sentence);
		else
			fprintf(stderr, "floodwall inspect: %s\n",
				error == -ENOMEM ? "not enough memory" : "the report could not be written");
		return COMMAND_WRONG;
	}
	*out_complete = true;
	if (result.input_failed || result.evidence_failed)
		return COMMAND_WRONG;
	return arguments->fail_on >= 0 && result.found && (int)result.worst >= arguments->fail_on ? COMMAND_REACHED : COMMAND_DONE;
}

static int open_report(const struct arguments *arguments, struct output *out_output)
{
	int error;

	if (output_is_input(arguments->output, arguments->inspect.files, arguments->inspect.file_count))
		return wrong("is one of the captures; the report would take its place", arguments->output);
	error = output_open(arguments->output, out_output);
	return error ? wrong(strerror(-error), arguments->output ? arguments->output : "") : 0;
}

static int finish(struct output *output, int code, bool complete)
{
	int error = output_close(output, complete);

	if (!error)
		return code;
	fprintf(stderr, "floodwall inspect: the report could not be written: %s\n", strerror(-error));
	return COMMAND_WRONG;
}

int command_inspect(int argc, char **argv)
{
	struct arguments arguments = {.fail_on = -1, .inspect.oui_folder = "/usr/share/ieee-data", .inspect.part.to_ns = UINT64_MAX};
	struct output output;
	bool complete = false;
	int code;

	if (read_arguments(argc, argv, &arguments))
		return COMMAND_WRONG;
	if (arguments.told)
		return command_tell(arguments.told);
	if (open_report(&arguments, &output))
		return COMMAND_WRONG;
	code = run(&arguments, &output, &complete);
	return finish(&output, code, complete);
}
