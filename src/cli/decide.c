/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall quarantine, allow, release, confirm, undo: a person decides about a source; each prints how it is taken back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/ask.h"
#include "cli/command.h"

#define TAIL \
	"      --socket PATH     the daemon's control socket (default: " CONTROL_SOCKET ")\n" \
	"      --json            the answer as JSON\n" \
	"  -V, --version         the version\n" \
	"  -h, --help            this text\n"
#define DECIDE \
	"      --for TIME        ends by itself: 90s, 15m, 4h, 7d\n" \
	"      --confirm TIME    ends by itself after that, unless 'floodwall confirm' comes before:\n" \
	"                        for decisions that could lock you out\n" \
	"      --reason TEXT     for the audit log\n" TAIL

static const char quarantine_help[] = "Usage: floodwall quarantine WHO [--for TIME] [--confirm TIME] [--reason TEXT]\n\n"
				      "Of a shield: WHO is an address or prefix; nothing of it reaches the server from now on.\n"
				      "Of a guard: WHO is a device by MAC, name or address; only DNS, NTP, DHCP and its update\n"
				      "hosts stay open to it, and within guard.brake.local what is for its own link: broadcast,\n"
				      "multicast, neighbour discovery, ARP and all else that is not IP.\n\n" DECIDE;
static const char allow_help[] = "Usage: floodwall allow WHO [--for TIME] [--confirm TIME] [--reason TEXT]\n\n"
				 "Everything of this source or device passes from now on, whatever it is found to do.\n\n" DECIDE;
static const char mute_help[] = "Usage: floodwall mute WHAT [WHO [TARGET]] --reason TEXT [--for TIME]\n\n"
				"Findings count for nothing: none puts its device into quarantine, and those that are\n"
				"there say that they are muted. WHAT is a finding's name or *, or the number of one in\n"
				"'floodwall show findings'; WHO a device by MAC or name, an address, a prefix or *; TARGET\n"
				"the other end, an address or a prefix.\n\n"
				"      --for TIME        ends by itself: 90s, 15m, 4h, 7d (default: 30d)\n"
				"      --reason TEXT     who reads it in a year wants to know\n" TAIL;
static const char release_help[] = "Usage: floodwall release WHO [--reason TEXT]\n\n"
				   "The decision about this source or device ends: quarantine or allow.\n\n"
				   "      --reason TEXT     for the audit log\n" TAIL;
static const char confirm_help[] = "Usage: floodwall confirm DECISION\n\n"
				   "A decision that was made with --confirm stays.\n\n" TAIL;
static const char undo_help[] = "Usage: floodwall undo [NUMBER]\n\n"
				"Takes back what was done under this number, or the latest that can be taken back.\n\n" TAIL;

static const char unmute_help[] = "Usage: floodwall unmute DECISION [--reason TEXT]\n\n"
				  "Findings of a mute count again. 'floodwall show mutes' tells the numbers.\n\n"
				  "      --reason TEXT     for the audit log\n" TAIL;
static const char name_help[] = "Usage: floodwall name WHO NAME\n\n"
				"Of a guard: gives a device a name that people know it by. WHO is a MAC, a name or an\n"
				"address; a NAME of \"\" takes the name away.\n\n" TAIL;
static const char pause_help[] = "Usage: floodwall pause [--for TIME] [--reason TEXT]\n\n"
				 "All filters off at once: nothing is stopped, everything is still seen. Holds over a\n"
				 "restart, until 'floodwall resume', the end of TIME or undo. Needs no root; programs stay\n"
				 "in the kernel. If no daemon answers, 'floodwall bypass' takes them away.\n\n"
				 "      --for TIME        ends by itself: 90s, 15m, 4h, 7d\n"
				 "      --reason TEXT     for the audit log\n" TAIL;
static const char resume_help[] = "Usage: floodwall resume [--reason TEXT]\n\n"
				  "Filters are as the configuration says again, after 'floodwall pause'.\n\n"
				  "      --reason TEXT     for the audit log\n" TAIL;

static json_int_t number_in(const json_t *answer, const char *key)
{
	return json_integer_value(json_object_get(answer, key));
}

static int print_json(json_t *answer)
{
	char *text = json_dumps(answer, JSON_INDENT(2));
	int code = COMMAND_WRONG;

	if (text) {
		char *line = malloc(strlen(text) + 2);
		if (line) {
			snprintf(line, strlen(text) + 2, "%s\n", text);
			code = command_tell(line);
		}
		free(line);
	}
	free(text);
	return code;
}

static void add_times(const struct ask_options *options, json_t *request)
{
	if (options->for_s)
		json_object_set_new(request, "for_s", json_integer(options->for_s));
	if (options->confirm_s)
		json_object_set_new(request, "confirm_s", json_integer(options->confirm_s));
	if (options->reason)
		json_object_set_new(request, "reason", json_string(options->reason));
}

/* What was decided, what it does now, how it ends. */
static void tell_begin(const json_t *answer, const char *what, char *out, size_t size)
{
	const char *mode = json_string_value(json_object_get(answer, "filter")),
		   *warning = json_string_value(json_object_get(answer, "warning"));
	bool observes = mode && strcmp(mode, "enforce") != 0 && strcmp(what, "quarantine") == 0;
	json_int_t decision = number_in(answer, "decision");
	char until[TEXT_TIME_MAX], clean[256] = "";
	size_t len;

	len = (size_t)snprintf(out, size, "Decision %" JSON_INTEGER_FORMAT " holds", decision);
	if (number_in(answer, "until_s"))
		len += (size_t)snprintf(
			out + len, size - len, " until %s", text_time(until, (uint64_t)number_in(answer, "until_s") * 1000000000ull));
	len += (size_t)snprintf(out + len, size - len, ".\n");
	if (number_in(answer, "confirm_by_s"))
		len += (size_t)snprintf(out + len, size - len,
			"It ends at %s unless you confirm it: floodwall confirm %" JSON_INTEGER_FORMAT "\n",
			text_time(until, (uint64_t)number_in(answer, "confirm_by_s") * 1000000000ull), decision);
	if (observes)
		len += (size_t)snprintf(
			out + len, size - len, "But the filter that stops is set to %s: nothing is stopped, it is only counted.\n", mode);
	if (warning) {
		text_escape(clean, sizeof(clean), warning, SIZE_MAX);
		len += (size_t)snprintf(out + len, size - len, "Warning: %s\n", clean);
	}
	snprintf(out + len, size - len, "Undo: floodwall undo %" JSON_INTEGER_FORMAT "\n", number_in(answer, "deed"));
}

static void tell_done(const json_t *answer, const char *verb, char *out, size_t size)
{
	static const struct {
		const char *verb, *says;
	} words[] = {{"name", "Named."}, {"pause", "All filters are off: nothing is stopped. On again: floodwall resume"},
		{"resume", "Filters are as the configuration says again."}, {"unmute", "It counts again."}};
	const char *warning = json_string_value(json_object_get(answer, "warning"));
	char clean[256], until[TEXT_TIME_MAX];
	size_t len = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(verb, words[i].verb) == 0)
			len = (size_t)snprintf(out, size, "%s\n", words[i].says);
	if (number_in(answer, "until_s"))
		len += (size_t)snprintf(out + len, size - len, "It ends at %s.\n",
			text_time(until, (uint64_t)number_in(answer, "until_s") * 1000000000ull));
	if (warning) {
		text_escape(clean, sizeof(clean), warning, SIZE_MAX);
		len += (size_t)snprintf(out + len, size - len, "Warning: %s\n", clean);
	}
	snprintf(out + len, size - len, "Undo: floodwall undo %" JSON_INTEGER_FORMAT "\n", number_in(answer, "deed"));
}

static void tell_undone(const json_t *answer, char *out, size_t size)
{
	const char *warning = json_string_value(json_object_get(answer, "warning")),
		   *verb = json_string_value(json_object_get(answer, "verb"));
	char clean[256];
	size_t len = (size_t)snprintf(
		out, size, "Taken back: number %" JSON_INTEGER_FORMAT " (%s).\n", number_in(answer, "deed"), verb ? verb : "");

	if (!warning)
		return;
	text_escape(clean, sizeof(clean), warning, SIZE_MAX);
	snprintf(out + len, size - len, "But: %s.\n", clean);
}

static int tell_answer(const struct ask_options *options, const char *verb, json_t *answer)
{
	char text[1024] = "";
	int code;

	if (!answer)
		return COMMAND_WRONG;
	if (strcmp(verb, "quarantine") == 0 || strcmp(verb, "allow") == 0 || strcmp(verb, "mute") == 0)
		tell_begin(answer, verb, text, sizeof(text));
	else if (strcmp(verb, "release") == 0 && !number_in(answer, "deed"))
		snprintf(text, sizeof(text), "Released. The disk was full: this is not in the audit log, and has no undo.\n");
	else if (strcmp(verb, "release") == 0)
		snprintf(text, sizeof(text), "Released.\nUndo: floodwall undo %" JSON_INTEGER_FORMAT "\n", number_in(answer, "deed"));
	else if (strcmp(verb, "confirm") == 0)
		snprintf(text, sizeof(text), "Confirmed; it stays.\n");
	else if (strcmp(verb, "name") == 0 || strcmp(verb, "pause") == 0 || strcmp(verb, "resume") == 0 || strcmp(verb, "unmute") == 0)
		tell_done(answer, verb, text, sizeof(text));
	else
		tell_undone(answer, text, sizeof(text));
	code = options->json ? print_json(answer) : command_tell(text);
	json_decref(answer);
	return code;
}

static int read_count(const struct ask_options *options, json_int_t *out)
{
	const char *word = options->words[0];
	char *end;

	*out = (json_int_t)strtoll(word, &end, 10);
	if (*word < '1' || *word > '9' || *end || strlen(word) > 18)
		return ask_wrong(options, word, "is no number");
	return -1;
}

static int decide(int argc, char **argv, const char *verb, struct ask_options *options, const char *allowed)
{
	int code = ask_read(argc, argv, allowed, options);
	json_t *request;

	if (code >= 0)
		return code;
	if (options->word_count != 1)
		return ask_wrong(options, "", "name one address or prefix, or a device by MAC or name");
	request = json_pack("{s:s, s:s}", "do", verb, "prefix", options->words[0]);
	if (!request)
		return ask_wrong(options, options->words[0], "is no text");
	add_times(options, request);
	return tell_answer(options, verb, ask(options, request));
}

static int by_number(int argc, char **argv, const char *verb, const char *key, struct ask_options *options)
{
	int code = ask_read(argc, argv, "sj", options);
	json_int_t number = 0;
	json_t *request = NULL;

	if (code >= 0)
		return code;
	if (options->word_count > 1 || (options->word_count == 0 && strcmp(verb, "undo") != 0))
		return ask_wrong(options, "", "name one number");
	if (options->word_count && (code = read_count(options, &number)) >= 0)
		return code;
	request = json_pack("{s:s}", "do", verb);
	if (request && number)
		json_object_set_new(request, key, json_integer(number));
	return tell_answer(options, verb, ask(options, request));
}

int command_quarantine(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall quarantine", .help = quarantine_help, .socket = CONTROL_SOCKET};

	return decide(argc, argv, "quarantine", &options, "sfCrj");
}

int command_allow(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall allow", .help = allow_help, .socket = CONTROL_SOCKET};

	return decide(argc, argv, "allow", &options, "sfCrj");
}

int command_mute(int argc, char **argv)
{
	static const char *const keys[] = {"what", "prefix", "target"};
	struct ask_options options = {.command = "floodwall mute", .help = mute_help, .socket = CONTROL_SOCKET};
	int code = ask_read(argc, argv, "sfrj", &options);
	json_t *request;

	if (code >= 0)
		return code;
	if (options.word_count < 1 || options.word_count > 3)
		return ask_wrong(&options, "", "name a finding, and perhaps who does it and to whom");
	if (!options.reason)
		return ask_wrong(&options, "", "a mute wants a --reason");
	request = json_pack("{s:s}", "do", "mute");
	for (int i = 0; request && i < options.word_count; i++)
		if (json_object_set_new(request, keys[i], json_string(options.words[i]))) {
			json_decref(request);
			return ask_wrong(&options, options.words[i], "is no text");
		}
	if (!request)
		return ask_wrong(&options, "", "not enough memory");
	add_times(&options, request);
	return tell_answer(&options, "mute", ask(&options, request));
}

int command_release(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall release", .help = release_help, .socket = CONTROL_SOCKET};

	return decide(argc, argv, "release", &options, "srj");
}

int command_confirm(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall confirm", .help = confirm_help, .socket = CONTROL_SOCKET};

	return by_number(argc, argv, "confirm", "decision", &options);
}

int command_undo(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall undo", .help = undo_help, .socket = CONTROL_SOCKET};

	return by_number(argc, argv, "undo", "deed", &options);
}

int command_unmute(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall unmute", .help = unmute_help, .socket = CONTROL_SOCKET};
	int code = ask_read(argc, argv, "srj", &options);
	json_int_t number = 0;
	json_t *request;

	if (code >= 0)
		return code;
	if (options.word_count != 1)
		return ask_wrong(&options, "", "name one mute by the number in 'floodwall show mutes'");
	if ((code = read_count(&options, &number)) >= 0)
		return code;
	request = json_pack("{s:s, s:I}", "do", "release", "decision", number);
	if (request)
		add_times(&options, request);
	return tell_answer(&options, "unmute", ask(&options, request));
}

int command_name(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall name", .help = name_help, .socket = CONTROL_SOCKET};
	int code = ask_read(argc, argv, "sj", &options);
	json_t *request;

	if (code >= 0)
		return code;
	if (options.word_count != 2)
		return ask_wrong(&options, "", "name a device, and then its new name; quote one that has blanks");
	request = json_pack("{s:s, s:s, s:s}", "do", "name", "who", options.words[0], "name", options.words[1]);
	if (!request)
		return ask_wrong(&options, options.words[1], "is no text");
	return tell_answer(&options, "name", ask(&options, request));
}

static int switch_all(int argc, char **argv, const char *verb, struct ask_options *options)
{
	bool off = strcmp(verb, "pause") == 0;
	int code = ask_read(argc, argv, off ? "sfrj" : "srj", options);
	json_t *request;

	if (code >= 0)
		return code;
	if (options->word_count)
		return ask_wrong(options, options->words[0], "takes no further words");
	request = json_pack("{s:s, s:b}", "do", "bypass", "on", off);
	if (request)
		add_times(options, request);
	return tell_answer(options, verb, ask(options, request));
}

int command_pause(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall pause", .help = pause_help, .socket = CONTROL_SOCKET};

	return switch_all(argc, argv, "pause", &options);
}

int command_resume(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall resume", .help = resume_help, .socket = CONTROL_SOCKET};

	return switch_all(argc, argv, "resume", &options);
}
