/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The section "messages": what goes elsewhere, when, and by which way. Its words are a clock's time, a command with its arguments and the address
 * of a mailbox; what they mean is said here alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SETTINGS_COMMAND_MAX = 256, SETTINGS_MAILBOX_MAX = 128, SETTINGS_CLOCK_NONE = 0xffff };

struct settings_messages {
	char eve_file[256], eve_socket[256], syslog_socket[256]; /* as wide as any path; "": none */
	uint8_t eve_stdout;
	uint8_t syslog; /* 0: off; else a place in the list of facilities (settings_table.c) */
	uint8_t syslog_rfc5424; /* else as a local syslog daemon reads it */
	char hook[SETTINGS_COMMAND_MAX], mail[SETTINGS_COMMAND_MAX]; /* "": none; a path and its arguments, apart by spaces */
	char to[SETTINGS_MAILBOX_MAX], from[SETTINGS_MAILBOX_MAX];
	uint32_t command_s; /* a command that runs for longer is killed */
	uint16_t digest; /* minutes since midnight, local time; SETTINGS_CLOCK_NONE: none */
	uint16_t quiet_from, quiet_until;
};

/* Each returns NULL, or what it wants instead ("a time of the day such as 07:30"); at is written on success. */
const char *messages_read_clock(const char *word, uint16_t *at);
const char *messages_read_command(const char *word, char at[SETTINGS_COMMAND_MAX]);
const char *messages_read_mailbox(const char *word, char at[SETTINGS_MAILBOX_MAX]);
/* The word that reads to the same. */
enum { CLOCK_WORD_MAX = 8 };
char *messages_clock_word(char out[CLOCK_WORD_MAX], uint16_t minutes);

/* What only holds of several together: NULL, or the path that is wrong and why. */
const char *messages_wrong(const struct settings_messages *messages, const char **out_why);
