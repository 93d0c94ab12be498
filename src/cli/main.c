/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The front door: a table of commands. Exit codes: 0 done; 1 done, --fail-on reached; 2 wrong use or unreadable input. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"

enum { USAGE_MAX = 4096 };

static const struct command {
	const char *verb;
	int (*run)(int argc, char **argv);
	const char *does;
} commands[] = {
	{"inspect", command_inspect, "devices, findings and junk out of captures"},
	{"advise", command_advise, "what to do about each device: advisories, recalls, fixes"},
	{"mud", command_mud, "what a MUD file allows, and what is wrong with it"},
#ifdef HAVE_DAEMON
	{"run", command_run, "protects, as the configuration says"},
	{"check", command_check, "what is wrong with the configuration, and with an interface"},
	{"show", command_show, "what the daemon sees and does"},
	{"quarantine", command_quarantine, "nothing of a source passes"},
	{"allow", command_allow, "everything of a source passes"},
	{"mute", command_mute, "findings of a kind, a device, a pair or a prefix count for nothing"},
	{"release", command_release, "ends a quarantine or an allow"},
	{"confirm", command_confirm, "a decision that waits for it stays"},
	{"undo", command_undo, "takes the latest decision back"},
	{"token", command_token, "a new token for the page"},
	{"messages", command_messages, "by which ways it tells you, and a test of them"},
	{"backup", command_backup, "a copy of what the daemon keeps"},
	{"restore", command_restore, "what the daemon keeps becomes that of a copy"},
	{"bypass", command_bypass, "takes all protection away at once"},
#endif
};

int command_tell(const char *text)
{
	struct output output;
	int error = output_open(NULL, &output);

	if (!error) {
		fputs(text, output.file);
		error = output_close(&output, 1);
	}
	if (!error)
		return COMMAND_DONE;
	fprintf(stderr, "floodwall: standard output could not be written: %s\n", strerror(-error));
	return COMMAND_WRONG;
}

static const char *usage(void)
{
	static char text[USAGE_MAX];
	FILE *out = fmemopen(text, sizeof(text), "w");

	if (!out)
		return "";
	fputs("Floodwall " FLOODWALL_VERSION ": knows what each device on a network is, and stops the junk.\n\n"
	      "Usage: floodwall COMMAND [options]\n\nCommands:\n",
		out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-10s %s\n", commands[i].verb, commands[i].does);
	fputs("\n'floodwall COMMAND --help' tells a command's options; floodwall-inspect(1) everything else.\n", out);
	fclose(out);
	return text;
}

int main(int argc, char **argv)
{
	if (argc >= 2 && (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0))
		return command_tell("floodwall " FLOODWALL_VERSION "\n");
	if (argc >= 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0))
		return command_tell(usage());
	for (size_t i = 0; argc >= 2 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].verb) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc >= 2)
		fprintf(stderr, "floodwall: there is no command of that name; 'floodwall --help' lists them\n");
	else
		fputs(usage(), stderr);
	return COMMAND_WRONG;
}
