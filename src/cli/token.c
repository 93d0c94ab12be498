/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall token: a new way into the page, for who may ask at the control socket. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/command.h"

static const char token_help[] = "Usage: floodwall token\n\n"
				 "Makes a new token for the page, and prints the address that opens the page with it.\n"
				 "The earlier token opens nothing any more, and who is signed in is signed out.\n\n"
				 "      --json         the answer as JSON\n"
				 "      --socket PATH  default: /run/floodwall/control.sock\n"
				 "  -V, --version      the version\n"
				 "  -h, --help         this text\n";

int command_token(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall token", .help = token_help, .socket = CONTROL_SOCKET};
	int code = ask_read(argc, argv, "sj", &options);
	json_t *answer;

	if (code >= 0)
		return code;
	if (options.word_count)
		return ask_wrong(&options, options.words[0], "there is nothing to name");
	answer = ask(&options, json_pack("{s:s}", "do", "token"));
	if (!answer)
		return COMMAND_WRONG;
	if (options.json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		printf("%s\n", json_string_value(json_object_get(answer, "address")));
	}
	json_decref(answer);
	return fflush(stdout) ? COMMAND_WRONG : COMMAND_DONE;
}
