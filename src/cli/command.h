/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands. argv[0] is the verb. The only place where exit codes are made. */
#pragma once

enum { COMMAND_DONE = 0, COMMAND_REACHED = 1, COMMAND_WRONG = 2 };

int command_inspect(int argc, char **argv);

/* Writes a text that was asked for to standard output. Returns an exit code; a full disk is told. */
int command_tell(const char *text);
