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
#include "cli/shield_text.h"
#include "cli/watch.h"

static const char help[] = "Usage: floodwall show WHAT [options]\n\n"
			   "Asks the daemon. verdicts: packets by reason; decisions: sources or devices that were\n"
			   "stopped or let go; audit: what was done; configuration: all settings that hold, as YAML.\n"
			   "Of a shield: shield: stance, lanes, filters, zones; stats: how full the tables are.\n"
			   "Of a guard: devices: who is there, under which policy, stopped or not; findings: what\n"
			   "they did and what was done about it; policy: MUD files; stats: with --prometheus.\n\n"
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
	{"shield", "shield", "shield", shield_text},
	{"verdicts", "verdicts", "shield", verdicts_text}, /* or a guard's, under its own key */
	{"stats", "stats", "shield", stats_text},
	{"devices", "devices", "devices", devices_text},
	{"findings", "findings", "findings", findings_text},
	{"policy", "policy", "policy", policy_text},
	{"decisions", "decisions", "decisions", decisions_text},
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

static int write_answer(const struct ask_options *options, const struct what *what, const json_t *answer)
{
	const json_t *of_guard = options->prometheus ? NULL : json_object_get(answer, "verdicts");
	const json_t *value = of_guard ? of_guard : json_object_get(answer, options->prometheus ? "text" : what->key);
	struct what as_guard = {what->word, what->asked, "verdicts", guard_verdicts_text};
	struct output output;
	int error = output_open(NULL, &output);

	if (!error) {
		if (json_is_string(value))
			fwrite(json_string_value(value), 1, json_string_length(value), output.file);
		else if (options->json || !what->text)
			json_dumpf(value, output.file, JSON_INDENT(2));
		else
			write_text(output.file, of_guard ? &as_guard : what, value, options);
		if (options->json && !json_is_string(value))
			fputc('\n', output.file);
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

int command_show(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall show", .help = help, .socket = CONTROL_SOCKET};
	int code = ask_read(argc, argv, "swnjPW", &options);
	const struct what *what;
	json_t *answer;

	if (code >= 0)
		return code;
	what = options.word_count == 1 ? find(options.words[0]) : NULL;
	if (!what)
		return ask_wrong(&options, options.word_count ? options.words[0] : "",
			"name one of shield, devices, findings, policy, verdicts, stats, decisions, audit, configuration");
	if (options.prometheus && strcmp(what->word, "stats") != 0)
		return ask_wrong(&options, "--prometheus", "goes with stats");
	if (options.watch && (strcmp(what->word, "shield") != 0 || options.json))
		return ask_wrong(&options, "--watch", "goes with shield, and not with --json");
	if (options.watch)
		return watch_shield(&options);
	answer = ask(&options, json_pack("{s:s, s:s}", "do", "show", "what", options.prometheus ? "metrics" : what->asked));
	if (!answer)
		return COMMAND_WRONG;
	code = write_answer(&options, what, answer);
	json_decref(answer);
	return code;
}
