/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall show: asks the daemon, once or again and again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/command.h"
#include "cli/guard_text.h"
#include "cli/output.h"
#include "cli/overview_text.h"
#include "cli/shield_text.h"
#include "cli/watch.h"

static const char help[] = "Usage: floodwall show WHAT [options]\n\n"
			   "Asks the daemon. overview: what needs you now; verdicts: packets by reason; decisions:\n"
			   "sources or devices that were stopped or let go; mutes: findings that count for nothing;\n"
			   "audit: what was done; configuration: all settings that hold, as YAML.\n"
			   "Of a shield: shield: stance, lanes, filters, zones; stats: how full the tables are.\n"
			   "Of a guard: devices: who is there, under which policy, stopped or not; device WHO: one\n"
			   "by MAC, name or address, with all that is known of it; findings: what they did and what\n"
			   "was done about it; policy: MUD files; stats: with --prometheus.\n\n"
			   "      --search TEXT     devices whose name, MAC, address, maker, kind or model holds it\n"
			   "      --state STATE     devices that are clean, exposed, suspect, hijacked, ordinary, held,\n"
			   "                        allowed or quarantined\n"
			   "      --from N          devices without the first N of those that match\n"
			   "      --count N         at most N of them\n"
			   "      --json            as JSON (by docs/schema/)\n"
			   "      --prometheus      stats as text for Prometheus\n"
			   "      --watch           shield again each second, on a terminal; q ends it\n"
			   "      --socket PATH     the daemon's control socket (default: " CONTROL_SOCKET ")\n"
			   "      --width COLUMNS   width of the text (default: the terminal's)\n"
			   "      --no-color        no colour, as the NO_COLOR variable\n"
			   "  -V, --version         the version\n"
			   "  -h, --help            this text\n";

static const struct what {
	const char *word, *asked, *key; /* what is asked of the daemon; where in the answer it stands */
	void (*text)(FILE *out, const json_t *value, const struct shield_style *style);
} whats[] = {
	{"overview", "overview", "overview", overview_text},
	{"shield", "shield", "shield", shield_text},
	{"verdicts", "verdicts", "shield", verdicts_text}, /* or a guard's, under its own key */
	{"stats", "stats", "shield", stats_text},
	{"devices", "devices", "devices", devices_text},
	{"device", "device", "device", device_text},
	{"findings", "findings", "findings", findings_text},
	{"policy", "policy", "policy", policy_text},
	{"decisions", "decisions", "decisions", decisions_text},
	{"mutes", "decisions", "decisions", mutes_text},
	{"audit", "audit", "audit", audit_text},
	{"configuration", "configuration", "text", NULL},
};

void style_of(const struct ask_options *options, struct shield_style *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(STDOUT_FILENO);
	struct winsize size;

	out->colour = terminal && !options->no_color && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
	out->width = options->width ? options->width : 1000;
	if (!options->width && terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		out->width = size.ws_col;
}

static void write_text(FILE *out, const struct what *what, const json_t *value, const struct ask_options *options)
{
	struct shield_style style = {0};
	char *text = NULL;
	size_t len;
	FILE *memory = open_memstream(&text, &len);

	style_of(options, &style);
	if (!memory)
		return;
	what->text(memory, value, &style);
	fclose(memory);
	lines_cut(out, text, style.width, (unsigned)-1, "\n");
	free(text);
}

/* Of the decisions, those that mute. */
static json_t *only_mutes(const json_t *decisions)
{
	json_t *mutes = json_array(), *one;
	size_t i;

	json_array_foreach((json_t *)decisions, i, one)
	{
		const char *kind = json_string_value(json_object_get(one, "kind"));
		if (kind && strcmp(kind, "mute") == 0)
			json_array_append(mutes, one);
	}
	return mutes;
}

/* What is written with --json is one value of the answer; the settings are several. */
static json_t *json_of(const struct what *what, const json_t *answer, const json_t *value)
{
	json_t *whole;

	if (strcmp(what->word, "mutes") == 0)
		return only_mutes(value);
	if (strcmp(what->word, "configuration") != 0)
		return json_incref((json_t *)value);
	whole = json_copy((json_t *)answer);
	json_object_del(whole, "ok");
	return whole;
}

static int write_answer(const struct ask_options *options, const struct what *what, const json_t *answer)
{
	const json_t *of_guard = options->prometheus ? NULL : json_object_get(answer, "verdicts");
	const json_t *value = of_guard ? of_guard : json_object_get(answer, options->prometheus ? "text" : what->key);
	struct what as_guard = {what->word, what->asked, "verdicts", guard_verdicts_text};
	struct output output;
	int error = output_open(NULL, &output);

	if (!error) {
		if (json_is_string(value) && (!options->json || options->prometheus)) {
			fwrite(json_string_value(value), 1, json_string_length(value), output.file);
		} else if (options->json || !what->text) {
			json_t *shown = json_of(what, answer, value);
			json_dumpf(shown, output.file, JSON_INDENT(2));
			json_decref(shown);
			fputc('\n', output.file);
		} else {
			write_text(output.file, of_guard ? &as_guard : what, value, options);
		}
		error = output_close(&output, 1);
	}
	return error ? ask_wrong(options, strerror(-error), "standard output could not be written") : COMMAND_DONE;
}

static const struct what *find(const char *word)
{
	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
		if (strcmp(word, whats[i].word) == 0)
			return &whats[i];
	return NULL;
}

/* Words and options that do not go together: an exit code, or -1. */
static int check_use(const struct ask_options *options, const struct what *what)
{
	bool device = strcmp(what->word, "device") == 0, pages = options->search || options->state || options->from || options->count_given;

	if (device && options->word_count != 2)
		return ask_wrong(options, "device", "name one device by its MAC, its name or an address");
	if (!device && options->word_count != 1)
		return ask_wrong(options, options->words[1], "is one word too many; quote a name that has blanks");
	if (pages && strcmp(what->word, "devices") != 0)
		return ask_wrong(options, what->word, "--search, --state, --from and --count go with devices");
	return -1;
}

static json_t *request_of(const struct ask_options *options, const struct what *what)
{
	json_t *request = json_pack("{s:s, s:s}", "do", "show", "what", options->prometheus ? "metrics" : what->asked);

	if (request && options->word_count == 2 && json_object_set_new(request, "who", json_string(options->words[1]))) {
		json_decref(request);
		return NULL;
	}
	if (request && options->search)
		json_object_set_new(request, "search", json_string(options->search));
	if (request && options->state)
		json_object_set_new(request, "state", json_string(options->state));
	if (request && options->from)
		json_object_set_new(request, "from", json_integer(options->from));
	if (request && options->count_given)
		json_object_set_new(request, "count", json_integer(options->count));
	return request;
}

int command_show(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall show", .help = help, .socket = CONTROL_SOCKET};
	int code = ask_read(argc, argv, "swnjPWSTFN", &options);
	const struct what *what;
	json_t *answer;

	if (code >= 0)
		return code;
	what = options.word_count ? find(options.words[0]) : NULL;
	if (!what)
		return ask_wrong(&options, options.word_count ? options.words[0] : "",
			"name one of overview, shield, devices, device, findings, policy, verdicts, stats, decisions, mutes, audit, "
			"configuration");
	code = check_use(&options, what);
	if (code >= 0)
		return code;
	if (options.prometheus && strcmp(what->word, "stats") != 0)
		return ask_wrong(&options, "--prometheus", "goes with stats");
	if (options.watch && (strcmp(what->word, "shield") != 0 || options.json))
		return ask_wrong(&options, "--watch", "goes with shield, and not with --json");
	if (options.watch)
		return watch_shield(&options);
	answer = ask(&options, request_of(&options, what));
	if (!answer)
		return COMMAND_WRONG;
	code = write_answer(&options, what, answer);
	json_decref(answer);
	return code;
}
