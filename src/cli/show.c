/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall show: asks the daemon, once or again and again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/base64.h"
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
			   "was done about it; finding N: one of them; packets N: what proves it, a pcapng to standard\n"
			   "output; policy: MUD files; stats: with --prometheus.\n"
			   "traffic: what was counted, by --step minute, hour or day.\n\n"
			   "      --state STATE     devices that are clean, exposed, suspect, hijacked, ordinary, held,\n"
			   "                        allowed or quarantined\n"
			   "      --from N          devices without the first N of those that match\n"
			   "      --json            as JSON (by docs/schema/)\n"
			   "      --device WHO      findings of this device: a MAC, a name, an address\n"
			   "      --kind NAME       findings of this name: scan, flood ...\n"
			   "      --severity WORD   findings that are low, medium, high or critical\n"
			   "      --search TEXT     findings and devices that hold this text\n"
			   "      --before N        findings, or lines of the audit log, with a smaller number\n"
			   "      --count N         so many of them, or of traffic's steps\n"
			   "      --step WORD       traffic by minute, hour or day\n"
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
	{"finding", "finding", "finding", finding_text},
	{"packets", "packets", "packets", NULL},
	{"traffic", "traffic", "traffic", traffic_text},
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
		/* a remark in YAML and for Prometheus, too; the overview begins with it */
		if (!options->json && strcmp(what->word, "overview") != 0 && json_is_true(json_object_get(answer, "paused")))
			fputs("# All filters are off: nothing is stopped. 'floodwall resume' switches them on again.\n", output.file);
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

static void add_text(json_t *request, const char *key, const char *text)
{
	if (text)
		json_object_set_new(request, key, json_string(text));
}

static void add_number(json_t *request, const char *key, uint32_t number)
{
	if (number)
		json_object_set_new(request, key, json_integer(number));
}

static json_t *request_of(const struct ask_options *options, const struct what *what, uint32_t number)
{
	json_t *request = json_pack("{s:s, s:s}", "do", "show", "what", options->prometheus ? "metrics" : what->asked);

	add_text(request, "device", options->device);
	add_text(request, "kind", options->kind);
	add_text(request, "severity", options->severity);
	add_text(request, "search", options->search);
	add_text(request, "state", options->state);
	add_text(request, "step", options->step);
	add_number(request, "before", options->before);
	add_number(request, "from", options->from);
	add_number(request, "count", options->count);
	add_number(request, "number", number);
	if (strcmp(what->word, "device") == 0)
		add_text(request, "who", options->words[1]);
	return request;
}

/* Bytes that no terminal should get. */
static int write_packets(const struct ask_options *options, const json_t *answer)
{
	const json_t *text = json_object_get(json_object_get(answer, "packets"), "pcapng");
	size_t len = json_string_length(text);
	uint8_t *bytes = malloc(len / 4 * 3 + 1);
	struct output output;
	int error = bytes ? 0 : -ENOMEM;

	if (!error && (!json_is_string(text) || base64_read(bytes, &len, json_string_value(text), len)))
		error = -EBADMSG;
	if (!error)
		error = output_open(NULL, &output);
	if (!error) {
		fwrite(bytes, 1, len, output.file);
		error = output_close(&output, 1);
	}
	free(bytes);
	return error ? ask_wrong(options, strerror(-error), "the packets could not be written") : COMMAND_DONE;
}

/* What the second word says: a finding's number, or a device. -1: go on. */
static int read_number(const struct ask_options *options, const struct what *what, uint32_t *out)
{
	bool numbered = strcmp(what->word, "finding") == 0 || strcmp(what->word, "packets") == 0;
	const char *word = options->word_count == 2 ? options->words[1] : "";
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	if (strcmp(what->word, "device") == 0)
		return options->word_count == 2 ? -1 : ask_wrong(options, "device", "name one device by its MAC, its name or an address");
	if (!numbered)
		return options->word_count == 1 ? -1 : ask_wrong(options, options->words[1], "one word is enough");
	if (*word < '0' || *word > '9' || *end || !number || number > UINT32_MAX)
		return ask_wrong(options, word, "name a finding by its number");
	*out = (uint32_t)number;
	if (strcmp(what->word, "packets") == 0 && !options->json && isatty(STDOUT_FILENO))
		return ask_wrong(options, "", "packets are no text: send them into a file, or to a program that reads pcapng");
	return -1;
}

/* A page at a time, as many as are wanted: the daemon holds no more than that for one answer. */
static json_t *ask_devices(const struct ask_options *options, json_t *request)
{
	json_t *whole = ask(options, json_deep_copy(request)), *page = json_incref(whole), *of_whole = json_object_get(whole, "devices");
	json_t *list = json_object_get(of_whole, "devices");
	json_int_t total = json_integer_value(json_object_get(of_whole, "total"));

	while (page && json_array_size(list) + options->from < (size_t)total &&
		(!options->count || json_array_size(list) < options->count)) {
		json_t *more;
		json_object_set_new(request, "from", json_integer((json_int_t)(options->from + json_array_size(list))));
		if (options->count)
			json_object_set_new(request, "count", json_integer((json_int_t)(options->count - json_array_size(list))));
		json_decref(page);
		page = ask(options, json_deep_copy(request));
		more = json_object_get(json_object_get(page, "devices"), "devices");
		if (!json_array_size(more))
			break; /* some left meanwhile */
		json_array_extend(list, more);
	}
	if (!page) { /* and that was said */
		json_decref(whole);
		whole = NULL;
	}
	json_decref(page);
	json_decref(request);
	return whole;
}

int command_show(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall show", .help = help, .socket = CONTROL_SOCKET};
	int code = ask_read(argc, argv, "swnjPWq", &options);
	uint32_t number = 0;
	const struct what *what;
	json_t *answer;

	if (code >= 0)
		return code;
	what = options.word_count ? find(options.words[0]) : NULL;
	if (!what)
		return ask_wrong(&options, options.word_count ? options.words[0] : "",
			"name one of overview, shield, devices, device, findings, finding, packets, traffic, policy, verdicts, stats, "
			"decisions, mutes, audit, "
			"configuration");
	code = read_number(&options, what, &number);
	if (code >= 0)
		return code;
	if (options.prometheus && strcmp(what->word, "stats") != 0)
		return ask_wrong(&options, "--prometheus", "goes with stats");
	if (options.watch && (strcmp(what->word, "shield") != 0 || options.json))
		return ask_wrong(&options, "--watch", "goes with shield, and not with --json");
	if (options.watch)
		return watch_shield(&options);
	answer = (strcmp(what->word, "devices") == 0 ? ask_devices : ask)(&options, request_of(&options, what, number));
	if (!answer)
		return COMMAND_WRONG;
	code = strcmp(what->word, "packets") == 0 && !options.json ? write_packets(&options, answer) : write_answer(&options, what, answer);
	json_decref(answer);
	return code;
}
