/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall messages: by which ways the daemon tells others, how that goes, and whether a test message gets through. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/ask.h"
#include "cli/command.h"

enum { STEP_MS = 200, PATIENCE_MS = 60000, TEXT_MAX = 8192, CLEAN_MAX = 512 };

static const char help[] = "Usage: floodwall messages [test]\n\n"
			   "Each way by which the daemon tells others, and how that goes; test: a message is sent by all\n"
			   "of them, and it is said what came of it. Exit code 1: one of them does not work.\n\n"
			   "      --socket PATH     the daemon's control socket (default: " CONTROL_SOCKET ")\n"
			   "      --json            the answer as JSON\n"
			   "  -V, --version         the version\n"
			   "  -h, --help            this text\n";

static const char *text_in(const json_t *way, const char *key)
{
	const char *text = json_string_value(json_object_get(way, key));

	return text ? text : "";
}

static json_int_t number_in(const json_t *way, const char *key)
{
	return json_integer_value(json_object_get(way, key));
}

/* Of a test: nothing more is to come. */
static bool is_settled(const json_t *answer)
{
	size_t i;
	json_t *way;

	json_array_foreach(json_object_get(answer, "messages"), i, way) if (strcmp(text_in(way, "test"), "waits") == 0 ||
		(number_in(way, "waiting_bytes") && !*text_in(way, "trouble"))) return false;
	return true;
}

static bool is_wrong(const json_t *way, bool tested)
{
	return *text_in(way, "trouble") || (tested && strcmp(text_in(way, "test"), "failed") == 0);
}

static size_t tell_way(const json_t *way, bool tested, char *out, size_t size)
{
	const char *why = tested && *text_in(way, "test_why") ? text_in(way, "test_why") : text_in(way, "trouble");
	const char *test = text_in(way, "test");
	char clean[CLEAN_MAX], to[CLEAN_MAX];
	size_t len;

	text_escape(clean, sizeof(clean), why, SIZE_MAX);
	text_escape(to, sizeof(to), text_in(way, "to"), SIZE_MAX);
	len = (size_t)snprintf(out, size, "%-7s %s%s", text_in(way, "way"), to, *to ? ": " : "");
	if (tested && *test)
		len += (size_t)snprintf(
			out + len, size - len, "the test was %s", strcmp(test, "waits") == 0 ? "not answered in time" : test);
	else if (*test)
		len += (size_t)snprintf(out + len, size - len,
			"%" JSON_INTEGER_FORMAT " delivered, %" JSON_INTEGER_FORMAT " given up, %" JSON_INTEGER_FORMAT " lost",
			number_in(way, "delivered"), number_in(way, "failed"), number_in(way, "lost"));
	else
		len += (size_t)snprintf(out + len, size - len, "%" JSON_INTEGER_FORMAT " lines written, %" JSON_INTEGER_FORMAT " lost",
			number_in(way, "written"), number_in(way, "lost"));
	return len + (size_t)snprintf(out + len, size - len, "%s%s\n", *clean ? "; " : "", clean);
}

static int tell(const struct ask_options *options, const json_t *answer, bool tested)
{
	const json_t *ways = json_object_get(answer, "messages");
	static char text[TEXT_MAX];
	size_t i, len = 0;
	bool wrong = false;
	json_t *way;
	int code;

	json_array_foreach(ways, i, way)
	{
		wrong |= is_wrong(way, tested);
		if (!options->json)
			len += tell_way(way, tested, text + len, sizeof(text) - len);
	}
	if (!options->json && !json_array_size(ways))
		snprintf(text, sizeof(text), "No way is configured: see messages in floodwall.yaml(5).\n");
	if (options->json) {
		size_t most = json_dumpb(answer, text, sizeof(text) - 2, JSON_INDENT(2));
		if (!most || most > sizeof(text) - 2)
			return ask_wrong(options, "", "the answer is too long");
		memcpy(text + most, "\n", 2);
	}
	code = command_tell(text);
	return code == COMMAND_DONE && wrong ? COMMAND_REACHED : code;
}

static json_t *show(const struct ask_options *options)
{
	return ask(options, json_pack("{s:s, s:s}", "do", "show", "what", "messages"));
}

/* Asks until all has been answered. A command may take its time: what it may take is the daemon's to say. */
static json_t *wait_for_test(const struct ask_options *options)
{
	const struct timespec step = {.tv_nsec = STEP_MS * 1000000l};
	json_t *answer = NULL;

	for (unsigned waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += STEP_MS) {
		nanosleep(&step, NULL);
		json_decref(answer);
		answer = show(options);
		if (!answer || is_settled(answer))
			return answer;
	}
	return answer;
}

int command_messages(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall messages", .help = help, .socket = CONTROL_SOCKET};
	int code = ask_read(argc, argv, "sj", &options);
	bool tests = code < 0 && options.word_count == 1 && strcmp(options.words[0], "test") == 0;
	json_t *answer;

	if (code >= 0)
		return code;
	if (options.word_count && !tests)
		return ask_wrong(&options, options.words[0], "it is 'floodwall messages' or 'floodwall messages test'");
	if (tests) {
		answer = ask(&options, json_pack("{s:s}", "do", "messages"));
		if (!answer)
			return COMMAND_WRONG;
		json_decref(answer);
	}
	answer = tests ? wait_for_test(&options) : show(&options);
	if (!answer)
		return COMMAND_WRONG;
	code = tell(&options, answer, tests);
	json_decref(answer);
	return code;
}
