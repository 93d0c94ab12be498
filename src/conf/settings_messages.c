/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/settings_messages.h"

#include <stdio.h>
#include <string.h>

enum { HOUR_MIN = 60 };

static bool is_digit(char at)
{
	return at >= '0' && at <= '9';
}

const char *messages_read_clock(const char *word, uint16_t *at)
{
	unsigned hour, minute;

	if (!*word) {
		*at = SETTINGS_CLOCK_NONE;
		return NULL;
	}
	if (strlen(word) != 5 || !is_digit(word[0]) || !is_digit(word[1]) || word[2] != ':' || !is_digit(word[3]) || !is_digit(word[4]))
		return "a time of the day such as \"07:30\", in quotes";
	hour = (unsigned)(word[0] - '0') * 10 + (unsigned)(word[1] - '0');
	minute = (unsigned)(word[3] - '0') * 10 + (unsigned)(word[4] - '0');
	if (hour > 23 || minute > 59)
		return "a time of the day from 00:00 to 23:59";
	*at = (uint16_t)(hour * HOUR_MIN + minute);
	return NULL;
}

char *messages_clock_word(char out[CLOCK_WORD_MAX], uint16_t minutes)
{
	if (minutes >= 24 * HOUR_MIN)
		out[0] = 0;
	else
		snprintf(out, CLOCK_WORD_MAX, "%02u:%02u", minutes / HOUR_MIN % 24u, minutes % HOUR_MIN);
	return out;
}

/* No shell reads it: what a shell would take for more than a word is refused, so that nobody believes that it does something. */
const char *messages_read_command(const char *word, char at[SETTINGS_COMMAND_MAX])
{
	size_t len = strlen(word);

	if (len >= SETTINGS_COMMAND_MAX)
		return "at most 255 bytes";
	if (len && *word != '/')
		return "the path of a command from the root on, and perhaps its arguments";
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)word[i] < ' ' || word[i] == 127 || strchr("|&;<>()$`\\\"'*?~", word[i]))
			return "a command without a shell's signs, for no shell reads it; put those into a script";
	memcpy(at, word, len + 1);
	return NULL;
}

/* RFC 5321's form without quotes and literals: enough for a mailbox, and nothing in it can begin another header. */
const char *messages_read_mailbox(const char *word, char at[SETTINGS_MAILBOX_MAX])
{
	static const char *const wanted = "the address of a mailbox such as me@example.org";
	const char *sign = strrchr(word, '@');
	size_t len = strlen(word);

	if (len >= SETTINGS_MAILBOX_MAX)
		return "at most 127 bytes";
	if (len && (!sign || sign == word || !sign[1] || *word == '-'))
		return wanted;
	for (const char *in = word; *in; in++)
		if ((unsigned char)*in <= ' ' || (unsigned char)*in >= 127 || strchr("<>()[]\\,;:\"", *in) || (*in == '@' && in != sign))
			return wanted;
	memcpy(at, word, len + 1);
	return NULL;
}

const char *messages_wrong(const struct settings_messages *messages, const char **out_why)
{
	if (messages->mail[0] && (!messages->to[0] || !messages->from[0])) {
		*out_why = "is missing: messages.mail wants it";
		return messages->to[0] ? "messages.from" : "messages.to";
	}
	if ((messages->quiet_from == SETTINGS_CLOCK_NONE) != (messages->quiet_until == SETTINGS_CLOCK_NONE)) {
		*out_why = "is missing: quiet hours have a beginning and an end";
		return messages->quiet_from == SETTINGS_CLOCK_NONE ? "messages.quiet.from" : "messages.quiet.until";
	}
	if (messages->quiet_from != SETTINGS_CLOCK_NONE && messages->quiet_from == messages->quiet_until) {
		*out_why = "is the beginning, too: no hour would be left";
		return "messages.quiet.until";
	}
	if (messages->digest != SETTINGS_CLOCK_NONE && !messages->hook[0] && !messages->mail[0]) {
		*out_why = "has no way to go: give messages.hook or messages.mail";
		return "messages.digest";
	}
	if (strlen(messages->eve_socket) > 107 || strlen(messages->syslog_socket) > 107) {
		*out_why = "is longer than a socket's path can be (107 bytes)";
		return strlen(messages->eve_socket) > 107 ? "messages.eve.socket" : "messages.eve.syslog_socket";
	}
	if (messages->syslog && !messages->syslog_socket[0]) {
		*out_why = "is empty, but messages.eve.syslog wants it";
		return "messages.eve.syslog_socket";
	}
	return NULL;
}
