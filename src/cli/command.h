/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands. argv[0] is the verb. The only place where exit codes are made. */
#pragma once

enum { COMMAND_DONE = 0, COMMAND_REACHED = 1, COMMAND_WRONG = 2 };

int command_advise(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_mud(int argc, char **argv);
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_show(int argc, char **argv);
int command_quarantine(int argc, char **argv);
int command_allow(int argc, char **argv);
int command_mute(int argc, char **argv);
int command_release(int argc, char **argv);
int command_confirm(int argc, char **argv);
int command_undo(int argc, char **argv);
int command_token(int argc, char **argv);
int command_messages(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_restore(int argc, char **argv);
int command_bypass(int argc, char **argv);

/* Writes a text that was asked for to standard output. Returns an exit code; a full disk is told. */
int command_tell(const char *text);
