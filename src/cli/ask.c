/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ask.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"

static const struct option all[] = {
	{"socket", required_argument, NULL, 's'},
	{"configuration", required_argument, NULL, 'c'},
	{"interface", required_argument, NULL, 'i'},
	{"reason", required_argument, NULL, 'r'},
	{"for", required_argument, NULL, 'f'},
	{"confirm", required_argument, NULL, 'C'},
	{"width", required_argument, NULL, 'w'},
	{"no-color", no_argument, NULL, 'n'},
	{"json", no_argument, NULL, 'j'},
	{"prometheus", no_argument, NULL, 'P'},
	{"watch", no_argument, NULL, 'W'},
	{"print", no_argument, NULL, 'p'},
	{"demo", no_argument, NULL, 'D'},
	{"listen", required_argument, NULL, 'l'},
	{"state", required_argument, NULL, 'A'},
	{"from", required_argument, NULL, 'F'},
	{"device", required_argument, NULL, 'd'},
	{"kind", required_argument, NULL, 'K'},
	{"severity", required_argument, NULL, 'S'},
	{"search", required_argument, NULL, 'Q'},
	{"step", required_argument, NULL, 'T'},
	{"before", required_argument, NULL, 'B'},
	{"count", required_argument, NULL, 'N'},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
};

enum { ALL = sizeof(all) / sizeof(all[0]) };

int ask_wrong(const struct ask_options *options, const char *word, const char *sentence)
{
	char clean[256];

	text_escape(clean, sizeof(clean), word, SIZE_MAX);
	fprintf(stderr, "%s: %s%s%s\n", options->command, clean, *clean ? ": " : "", sentence);
	return COMMAND_WRONG;
}

int ask_fault(const struct ask_options *options, const struct fault *fault)
{
	if (!fault->sentence[0])
		return ask_wrong(options, "", "not enough memory");
	if (fault->line)
		fprintf(stderr, "%s: %s:%" PRIu64 ": %s\n", options->command, fault->file, fault->line, fault->sentence);
	else
		fprintf(stderr, "%s: %s%s%s\n", options->command, fault->file, fault->file[0] ? ": " : "", fault->sentence);
	return COMMAND_WRONG;
}

static int read_time(const struct ask_options *options, const char *word, uint32_t *out_s)
{
	if (duration_read(word, out_s) == 0 && *out_s)
		return -1;
	return ask_wrong(options, word, "is no time such as 90s, 15m, 4h or 7d");
}

static int read_width(struct ask_options *options, const char *word)
{
	char *end;
	unsigned long width = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || width < 40 || width > 1000)
		return ask_wrong(options, word, "--width wants a number from 40 to 1000");
	options->width = (unsigned)width;
	return -1;
}

static int read_count(const struct ask_options *options, const char *word, uint32_t *out)
{
	char *end;
	unsigned long count = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || !count || count > UINT32_MAX)
		return ask_wrong(options, word, "is no number from 1 on");
	*out = (uint32_t)count;
	return -1;
}

/* What a page looks for. */
static int read_sought(struct ask_options *options, int option)
{
	switch (option) {
	case 'd':
		options->device = optarg;
		return -1;
	case 'K':
		options->kind = optarg;
		return -1;
	case 'S':
		options->severity = optarg;
		return -1;
	case 'Q':
		options->search = optarg;
		return -1;
	case 'T':
		options->step = optarg;
		return -1;
	case 'A':
		options->state = optarg;
		return -1;
	case 'F':
		return *optarg == '0' && !optarg[1] ? -1 : read_count(options, optarg, &options->from);
	default:
		return read_count(options, optarg, option == 'B' ? &options->before : &options->count);
	}
}

static bool is_sought(int option)
{
	return strchr("dKSQTBNAF", option) != NULL;
}

static int read_option(struct ask_options *options, int option)
{
	switch (option) {
	case 's':
		options->socket = optarg;
		return -1;
	case 'c':
		options->configuration = optarg;
		return -1;
	case 'i':
		options->interface = optarg;
		return -1;
	case 'r':
		options->reason = optarg;
		return -1;
	case 'l':
		options->listen = optarg;
		return -1;
	case 'f':
		return read_time(options, optarg, &options->for_s);
	case 'C':
		return read_time(options, optarg, &options->confirm_s);
	case 'w':
		return read_width(options, optarg);
	case 'h':
		return command_tell(options->help);
	case 'V':
		return command_tell("floodwall " FLOODWALL_VERSION "\n");
	default:
		options->no_color |= option == 'n';
		options->json |= option == 'j';
		options->prometheus |= option == 'P';
		options->watch |= option == 'W';
		options->print |= option == 'p';
		options->demo |= option == 'D';
		return -1;
	}
}

int ask_read(int argc, char **argv, const char *allowed, struct ask_options *options)
{
	struct option known[ALL + 1] = {{0}};
	size_t count = 0;
	int option, code = -1;

	for (size_t i = 0; i < ALL; i++)
		if (all[i].val == 'V' || all[i].val == 'h' || strchr(allowed, is_sought(all[i].val) ? 'q' : all[i].val))
			known[count++] = all[i];
	opterr = 0;
	optind = 0;
	while (code < 0 && (option = getopt_long(argc, argv, strchr(allowed, 'c') ? ":c:hV" : ":hV", known, NULL)) != -1) {
		if (option == '?')
			return ask_wrong(options, argv[optind - 1], "there is no such option here; --help lists them");
		if (option == ':')
			return ask_wrong(options, argv[optind - 1], "a value is missing");
		code = is_sought(option) ? read_sought(options, option) : read_option(options, option);
	}
	options->words = (const char *const *)argv + optind;
	options->word_count = argc - optind;
	return code;
}

json_t *ask_over(struct control *control, const struct ask_options *options, json_t *request)
{
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL, *answer_text = NULL;
	struct fault fault = {0};
	json_t *answer = NULL;
	size_t len;

	json_decref(request);
	if (!text || control_ask(control, text, &answer_text, &len, &fault)) {
		free(text);
		ask_fault(options, &fault);
		return NULL;
	}
	free(text);
	answer = json_loadb(answer_text, len, 0, NULL);
	free(answer_text);
	if (json_is_true(json_object_get(answer, "ok")))
		return answer;
	const char *sentence = json_string_value(json_object_get(answer, "error"));
	ask_wrong(options, sentence ? sentence : "", sentence ? "nothing was done" : "the daemon's answer cannot be read");
	json_decref(answer);
	return NULL;
}

json_t *ask(const struct ask_options *options, json_t *request)
{
	struct control *control = NULL;
	struct fault fault = {0};
	json_t *answer;

	if (control_open(options->socket, &control, &fault)) {
		json_decref(request);
		ask_fault(options, &fault);
		return NULL;
	}
	answer = ask_over(control, options, request);
	control_close(control);
	/* a remark in YAML and for Prometheus, too */
	if (!options->json && json_is_true(json_object_get(answer, "demo"))) {
		puts("# A demo: a capture that is played. Nothing of this machine is protected.");
		fflush(stdout);
	}
	return answer;
}
