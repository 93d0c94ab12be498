/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One walk over the pattern does both: it writes the pattern anew for PCRE2, and it gathers what every match must contain.
 *
 * The required text is the longest run of plain characters that stand outside of all groups and sets. A run ends at anything that is not a plain
 * character, and gives back its last one to a quantifier that may be zero. One alternative (|) at the outermost level and nothing is required. So
 * "^Acme-(?:IP)?Cam/(\d+)" requires "acme-". It is a filter before the real match, and too little in it costs time, never a match; too
 * much would, which is why the tests match every example with and without it.
 */
#include "inventory/recog_pattern.h"

#include <string.h>

enum { GROUP_DEPTH_MAX = 64 };

struct walk {
	const char *at, *end;
	struct recog_pattern *out;
	const char *refused;
	bool full;
	bool alternative, blind; /* nothing is known to be required: | outside of groups; an escape with an argument */
	unsigned depth;
	unsigned owed[GROUP_DEPTH_MAX]; /* groups that (?i) opened, to be closed with the one around them */
	char run[RECOG_LITERAL_MAX];
	size_t run_len;
	bool run_full;
};

static void put(struct walk *walk, const char *text, size_t len)
{
	if (len >= sizeof(walk->out->text) - walk->out->len) {
		walk->full = true;
		return;
	}
	memcpy(walk->out->text + walk->out->len, text, len);
	walk->out->len += len;
}

static void put_text(struct walk *walk, const char *text)
{
	put(walk, text, strlen(text));
}

static bool next_is(const struct walk *walk, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(walk->end - walk->at) >= len && !memcmp(walk->at, text, len);
}

static void run_end(struct walk *walk)
{
	if (walk->run_len > walk->out->literal_len) {
		memcpy(walk->out->literal, walk->run, walk->run_len);
		walk->out->literal_len = walk->run_len;
	}
	walk->run_len = 0;
	walk->run_full = false;
}

/* One plain character outside of groups; a run that is long enough takes no more, and none behind a hole. */
static void run_add(struct walk *walk, char c)
{
	if (walk->depth || (unsigned char)c >= 0x80) {
		run_end(walk);
		return;
	}
	if (walk->run_len == sizeof(walk->run)) {
		walk->run_full = true;
		return;
	}
	walk->run[walk->run_len++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The last one may be there no time at all. If it was not even taken, neither it nor the run before is touched. */
static void run_give_back(struct walk *walk)
{
	if (walk->run_len && !walk->run_full)
		walk->run_len--;
	run_end(walk);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* \uHHHH becomes \x{HHHH}. Other forms are refused. */
static void read_unicode(struct walk *walk)
{
	for (int i = 2; i < 6; i++)
		if (walk->end - walk->at <= i || !is_hex(walk->at[i])) {
			walk->refused = "\\u without four hexadecimal digits is not read";
			return;
		}
	put_text(walk, "\\x{");
	put(walk, walk->at + 2, 4);
	put_text(walk, "}");
	walk->out->utf = true;
	walk->at += 6;
}

/* A backslash and what follows; in_set: between brackets. */
static void read_escape(struct walk *walk, bool in_set)
{
	char c = walk->at + 1 < walk->end ? walk->at[1] : 0;
	bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

	if (walk->at + 1 >= walk->end) {
		walk->refused = "it ends in a backslash";
		return;
	}
	walk->out->utf |= (unsigned char)c >= 0x80;
	if (!letter && !is_digit(c) && !in_set)
		run_add(walk, c);
	else if (!in_set)
		run_end(walk);
	if (c == 'u') {
		read_unicode(walk);
		return;
	}
	/* their arguments must not be taken for plain characters */
	if (!in_set && (is_digit(c) || memchr("xcCMkgpPQEoNK", c, 13)))
		walk->blind = true;
	if (c == 'Q' || c == 'E') {
		walk->refused = "\\Q and \\E are letters in Ruby and quote in PCRE2";
		return;
	}
	if (c == 'h')
		put_text(walk, in_set ? "0-9A-Fa-f" : "[0-9A-Fa-f]");
	else if (c == 'H' && !in_set)
		put_text(walk, "[^0-9A-Fa-f]");
	else if (c == 'H')
		walk->refused = "\\H within brackets is not read";
	else if (c == 'v')
		put_text(walk, "\\x0b");
	else
		put(walk, walk->at, 2);
	walk->at += 2;
}

/* [:alpha:] as a whole, or false. */
static bool read_posix(struct walk *walk)
{
	const char *close;

	if (!next_is(walk, "[:"))
		return false;
	close = memchr(walk->at + 2, ':', (size_t)(walk->end - walk->at - 2));
	if (!close || close + 1 >= walk->end || close[1] != ']')
		return false;
	put(walk, walk->at, (size_t)(close + 2 - walk->at));
	walk->at = close + 2;
	return true;
}

static void read_member(struct walk *walk)
{
	if (*walk->at == '\\') {
		read_escape(walk, true);
	} else if (*walk->at == '[') {
		if (!read_posix(walk))
			walk->refused = "a set within a set is not read";
	} else if (next_is(walk, "&&")) {
		walk->refused = "&& within brackets is not read";
	} else {
		walk->out->utf |= (unsigned char)*walk->at >= 0x80;
		put(walk, walk->at++, 1);
	}
}

/* From [ to its ]: a ] that comes first is a member. */
static void read_set(struct walk *walk)
{
	bool first = true;

	run_end(walk);
	put(walk, walk->at++, 1);
	if (walk->at < walk->end && *walk->at == '^')
		put(walk, walk->at++, 1);
	for (; walk->at < walk->end && !walk->refused; first = false) {
		if (*walk->at == ']' && !first) {
			put(walk, walk->at++, 1);
			return;
		}
		read_member(walk);
	}
	if (!walk->refused)
		walk->refused = "a bracket is not closed";
}

static void group_open(struct walk *walk)
{
	run_end(walk);
	if (++walk->depth >= GROUP_DEPTH_MAX) {
		walk->refused = "its groups are too deep";
		walk->depth--;
		return;
	}
	walk->owed[walk->depth] = 0;
}

/* (?imx-imx) or (?imx-imx: with Ruby's m as PCRE2's s. An option that stands alone holds to the end of the group around it, alternatives included. */
static void read_options(struct walk *walk)
{
	const char *at = walk->at + 2;

	while (at < walk->end && memchr("imx-", *at, 4))
		at++;
	if (at == walk->end || (*at != ')' && *at != ':') || at == walk->at + 2) {
		walk->refused = "this kind of group is not read";
		return;
	}
	run_end(walk);
	put_text(walk, "(?");
	for (const char *c = walk->at + 2; c < at; c++) {
		if (*c == 'x')
			walk->refused = "the extended form (x) is not read";
		put(walk, *c == 'm' ? "s" : c, 1);
	}
	put_text(walk, ":");
	if (*at == ':')
		group_open(walk);
	else
		walk->owed[walk->depth]++;
	walk->at = at + 1;
}

static void read_group(struct walk *walk)
{
	static const char *const known[] = {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"};

	if (next_is(walk, "(?#")) {
		const char *close = memchr(walk->at, ')', (size_t)(walk->end - walk->at));

		walk->refused = close ? NULL : "a comment is not closed";
		walk->at = close ? close + 1 : walk->end;
		run_end(walk);
		return;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (next_is(walk, known[i])) {
			put_text(walk, known[i]);
			walk->at += strlen(known[i]);
			group_open(walk);
			return;
		}
	if (next_is(walk, "(?<") || next_is(walk, "(?'")) {
		walk->out->named = true;
		put(walk, walk->at, 3);
		walk->at += 3;
		group_open(walk);
		return;
	}
	if (next_is(walk, "(?")) {
		read_options(walk);
		return;
	}
	if (next_is(walk, "(*")) {
		walk->refused = "a verb of PCRE2 is not Ruby's";
		return;
	}
	put(walk, walk->at++, 1);
	group_open(walk);
}

static void group_close(struct walk *walk)
{
	run_end(walk);
	if (!walk->depth) {
		walk->refused = "a parenthesis closes nothing";
		return;
	}
	for (; walk->owed[walk->depth]; walk->owed[walk->depth]--)
		put_text(walk, ")");
	walk->depth--;
	put(walk, walk->at++, 1);
}

/* Bytes of a quantifier in braces at this place, or 0: a brace can stand for itself. */
static size_t braces(const struct walk *walk)
{
	const char *at = walk->at + 1;
	bool number = false;

	for (; at < walk->end && (is_digit(*at) || *at == ','); at++)
		number |= is_digit(*at);
	return at < walk->end && *at == '}' && number ? (size_t)(at + 1 - walk->at) : 0;
}

static void read_quantifier(struct walk *walk)
{
	size_t len = *walk->at == '{' ? braces(walk) : 1;

	if (!len) {
		run_add(walk, *walk->at);
		put_text(walk, "\\{");
		walk->at++;
		return;
	}
	if (*walk->at == '+')
		run_end(walk);
	else
		run_give_back(walk);
	if (len > 1 && walk->at[1] == ',') {
		put_text(walk, "{0");
		put(walk, walk->at + 1, len - 1);
	} else {
		put(walk, walk->at, len);
	}
	walk->at += len;
	if (len > 1 && walk->at < walk->end && *walk->at == '+')
		walk->refused = "a + behind braces repeats in Ruby and is possessive in PCRE2";
	if (len > 1 && walk->at < walk->end && *walk->at == '?' && !memchr(walk->at - len, ',', len))
		walk->refused = "a ? behind a fixed number is an option in Ruby and nothing in PCRE2";
}

static void read_one(struct walk *walk)
{
	switch (*walk->at) {
	case '\\':
		read_escape(walk, false);
		break;
	case '[':
		read_set(walk);
		break;
	case '(':
		read_group(walk);
		break;
	case ')':
		group_close(walk);
		break;
	case '*':
	case '+':
	case '?':
	case '{':
		read_quantifier(walk);
		break;
	case '|':
		walk->alternative |= !walk->depth;
		run_end(walk);
		put(walk, walk->at++, 1);
		break;
	case '^':
	case '$':
	case '.':
		run_end(walk);
		put(walk, walk->at++, 1);
		break;
	default:
		walk->out->utf |= (unsigned char)*walk->at >= 0x80;
		run_add(walk, *walk->at);
		put(walk, walk->at++, 1);
		break;
	}
}

const char *recog_pattern_read(struct recog_pattern *out, const char *ruby, size_t len)
{
	struct walk walk = {.at = ruby, .end = ruby + len, .out = out};

	out->len = out->literal_len = 0;
	out->named = out->utf = false;
	if (len > RECOG_PATTERN_MAX)
		return "it is longer than 4096 bytes";
	while (walk.at < walk.end && !walk.refused && !walk.full)
		read_one(&walk);
	run_end(&walk);
	if (!walk.refused && walk.depth)
		walk.refused = "a parenthesis is not closed";
	for (; walk.owed[0]; walk.owed[0]--)
		put_text(&walk, ")");
	if (walk.full)
		return "it grows too long";
	/* in UTF mode a letter may fold into one beyond ASCII */
	if (walk.alternative || walk.blind || out->utf)
		out->literal_len = 0;
	out->text[out->len] = 0;
	return walk.refused;
}
