/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FTP's control connection (RFC 959): verbs, reply codes, banner, logins.
 *
 * A reply may have many lines: "230-text", anything, "230 text" (section 4.2). It is said once, with its last line.
 * A client may send USER and PASS without waiting, so tries are counted and each deciding reply closes the oldest;
 * 331 and the like decide nothing.
 */
#include "dissect/session.h"

#include <string.h>
#include <strings.h>

enum { BANNERS_MAX = 16, TRIES_OPEN_MAX = 32 };

/* Three digits, the first 1 to 6, then a space, a hyphen or the line's end; 0 if text begins otherwise. */
static uint16_t reply_code(struct slice text)
{
	const uint8_t *b = text.bytes;

	if (text.len < 3 || b[0] < '1' || b[0] > '6' || b[1] < '0' || b[1] > '9' || b[2] < '0' || b[2] > '9')
		return 0;
	if (text.len > 3 && b[3] != ' ' && b[3] != '-')
		return 0;
	return (uint16_t)((b[0] - '0') * 100 + (b[1] - '0') * 10 + (b[2] - '0'));
}

/* A name that needs no password is a login too. */
static void judge_user_alone(struct ftp *ftp, struct feed *feed, uint16_t code)
{
	if (!ftp->user_open || code < 200)
		return;
	ftp->user_open = false;
	if (code != 230)
		return;
	session_say_login(feed, LOGIN_FTP, (struct slice){ftp->user, ftp->user_len}, (struct slice){ftp->user, 0});
	session_say_result(feed, LOGIN_FTP, LOGIN_ACCEPTED);
}

static void judge(struct ftp *ftp, struct feed *feed, uint16_t code)
{
	if (!ftp->tries_open) {
		judge_user_alone(ftp, feed, code);
		return;
	}
	if (code == 230 || code == 202) {
		session_say_result(feed, LOGIN_FTP, LOGIN_ACCEPTED);
		ftp->tries_open--;
	} else if (code >= 400) {
		session_say_result(feed, LOGIN_FTP, LOGIN_REFUSED);
		ftp->tries_open--;
	} else if (code == 332) {
		ftp->tries_open--; /* an account is wanted too: who knows */
	}
}

static void say_banner(struct ftp *ftp, struct feed *feed, struct slice text, uint16_t code)
{
	size_t prefix_len = code ? 4 : 0;

	if (ftp->greeted || ftp->banners_said == BANNERS_MAX || text.len <= prefix_len)
		return;
	ftp->banners_said++;
	session_say_text(feed, FACT_FTP_BANNER, (struct slice){text.bytes + prefix_len, text.len - prefix_len});
}

static void take_reply_line(struct ftp *ftp, struct feed *feed, struct slice text)
{
	uint16_t code = reply_code(text);
	bool last = code && (text.len == 3 || text.bytes[3] == ' ');

	if (ftp->multi && code != ftp->multi_code)
		code = 0;
	if (code == 220 || (ftp->multi && ftp->multi_code == 220))
		say_banner(ftp, feed, text, code);
	if (!code || (ftp->multi && !last))
		return;
	if (!last) {
		ftp->multi = true;
		ftp->multi_code = code;
		return;
	}
	ftp->multi = false;
	ftp->greeted = true;
	session_say_number(feed, FACT_FTP_REPLY, code);
	judge(ftp, feed, code);
	feed->done = code == 234; /* AUTH accepted: encrypted from here on (RFC 4217) */
}

static void take_user(struct ftp *ftp, struct slice name)
{
	ftp->user_len = (uint8_t)(name.len < FTP_USER_MAX ? name.len : FTP_USER_MAX);
	memcpy(ftp->user, name.bytes, ftp->user_len);
	ftp->user_open = true;
}

/*
 * The verb's own name in the table, NULL if text begins with none. Only known verbs are said: after a gap a line may begin
 * anywhere, even within a password.
 */
static const char *find_verb(struct slice text)
{
	static const char *const VERBS[] = {"USER", "PASS", "ACCT", "CWD", "CDUP", "SMNT", "QUIT", "REIN", "PORT", "PASV", "TYPE", "STRU",
		"MODE", "RETR", "STOR", "STOU", "APPE", "ALLO", "REST", "RNFR", "RNTO", "ABOR", "DELE", "RMD", "MKD", "PWD", "LIST", "NLST",
		"SITE", "SYST", "STAT", "HELP", "NOOP", "FEAT", "OPTS", "AUTH", "PBSZ", "PROT", "CCC", "EPSV", "EPRT", "SIZE", "MDTM",
		"MLSD", "MLST", "MFMT", "XPWD", "XMKD", "XRMD", "XCWD", "XCUP", "CLNT", "LANG", "HOST", "EHLO", "HELO"};
	const uint8_t *space = memchr(text.bytes, ' ', text.len);
	size_t len = space ? (size_t)(space - text.bytes) : text.len;

	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]); i++)
		if (strlen(VERBS[i]) == len && strncasecmp((const char *)text.bytes, VERBS[i], len) == 0)
			return VERBS[i];
	return NULL;
}

static void take_command_line(struct ftp *ftp, struct feed *feed, struct slice text)
{
	struct slice argument;
	const char *verb;

	while (text.len && text.bytes[0] >= 0x80) /* a telnet interrupt may stand before ABOR (section 4.1.3) */
		text.bytes++, text.len--;
	verb = find_verb(text);
	if (!verb)
		return;
	if (strcmp(verb, "EHLO") == 0 || strcmp(verb, "HELO") == 0) {
		feed->done = true; /* mail after all */
		return;
	}
	argument = (struct slice){text.bytes + strlen(verb), text.len - strlen(verb)};
	if (argument.len)
		argument.bytes++, argument.len--;
	session_say_text(feed, FACT_FTP_COMMAND, (struct slice){(const uint8_t *)verb, strlen(verb)});
	ftp->greeted = true;
	if (strcmp(verb, "PASS") == 0) {
		session_say_login(feed, LOGIN_FTP, (struct slice){ftp->user, ftp->user_len}, argument);
		if (ftp->tries_open < TRIES_OPEN_MAX)
			ftp->tries_open++;
	}
	ftp->user_open = false;
	if (strcmp(verb, "USER") == 0)
		take_user(ftp, argument);
}

size_t ftp_take(struct ftp *ftp, struct feed *feed)
{
	bool *skipping = &ftp->skipping[feed->direction];
	struct line line;
	size_t at = 0;

	if (feed->gap) { /* answers may be among what is missing */
		*skipping = false;
		ftp->multi = ftp->user_open = false;
		ftp->tries_open = 0;
	}
	while (at < feed->len && !feed->done) {
		if (*skipping) {
			at += session_skip_line(feed->bytes + at, feed->len - at, skipping);
			continue;
		}
		if (!session_line(feed->bytes + at, feed->len - at, &line))
			break;
		*skipping = line.cut;
		at += line.taken;
		if (feed->direction == FROM_SERVER)
			take_reply_line(ftp, feed, line.text);
		else if (!line.cut)
			take_command_line(ftp, feed, line.text);
	}
	return at;
}
