/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Versions as people write them: "V4.1.2", "5.4.4  Build 161125", "2.420.HW01.33.20190812", "V15 SP1 Update 3". No standard says how they compare, so only
 * what nobody would doubt is answered: runs of digits as numbers, equal words as equal, "beta" before and "SP 1" behind the plain version. Everything
 * else, such as a build number on one side alone, is ORDER_UNKNOWN.
 */
#include <string.h>

#include "advisory/version.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return ((unsigned char)c | 0x20) >= 'a' && ((unsigned char)c | 0x20) <= 'z';
}

static bool is_one_of(struct chars word, const char *const words[])
{
	for (size_t i = 0; words[i]; i++) {
		size_t at = 0;
		while (at < word.len && words[i][at] && (word.at[at] | 0x20) == words[i][at])
			at++;
		if (at == word.len && !words[i][at])
			return true;
	}
	return false;
}

static const char *const names[] = {
	"v", "ver", "version", "versions", "r", "rev", "revision", "rel", "release", "fw", "firmware", "sv", "sw", "software", NULL};
static const char *const before_words[] = {"alpha", "beta", "rc", "pre", "preview", "dev", "snapshot", "milestone", NULL};
static const char *const after_words[] = {
	"sp", "servicepack", "service", "u", "update", "upd", "hf", "hotfix", "patch", "p", "fp", "cu", NULL};

static void skip_between(struct chars *text)
{
	while (text->len && !is_digit(*text->at) && !is_letter(*text->at)) {
		text->at++;
		text->len--;
	}
}

static struct chars take_run(struct chars *text)
{
	struct chars part = {text->at, 0};
	bool number = text->len && is_digit(*text->at);

	while (part.len < text->len && (number ? is_digit(text->at[part.len]) : is_letter(text->at[part.len])))
		part.len++;
	text->at += part.len;
	text->len -= part.len;
	return part;
}

/* "Version", "FW" and the like in front of the first number say nothing. */
static void skip_names(struct chars *text)
{
	for (;;) {
		struct chars rest = *text, word;
		skip_between(&rest);
		word = take_run(&rest);
		if (!word.len || is_digit(*word.at) || !is_one_of(word, names))
			return;
		*text = rest;
	}
}

/* How what is left of one version stands to the end of the other, of which it is more: zeros do not count. */
static enum order order_end(struct chars rest)
{
	for (;;) {
		struct chars part;
		skip_between(&rest);
		if (!rest.len)
			return ORDER_EQUAL;
		part = take_run(&rest);
		if (is_digit(*part.at)) {
			if (version_order_digits(part, (struct chars){"0", 1}))
				return ORDER_GREATER;
			continue;
		}
		if (is_one_of(part, before_words))
			return ORDER_LESS;
		return is_one_of(part, after_words) || part.len == 1 ? ORDER_GREATER : ORDER_UNKNOWN;
	}
}

static enum order order_words(struct chars a, struct chars b)
{
	static const char *const ladder[] = {"alpha", "beta", "rc"};
	int ranks[2] = {-1, -1};

	if (a.len == b.len) {
		size_t i = 0;
		while (i < a.len && (a.at[i] | 0x20) == (b.at[i] | 0x20))
			i++;
		if (i == a.len)
			return ORDER_EQUAL;
		if (a.len == 1)
			return (*a.at | 0x20) < (*b.at | 0x20) ? ORDER_LESS : ORDER_GREATER;
	}
	for (int i = 0; i < 3; i++) {
		const char *const one[] = {ladder[i], NULL};
		ranks[0] = is_one_of(a, one) ? i : ranks[0];
		ranks[1] = is_one_of(b, one) ? i : ranks[1];
	}
	if (ranks[0] >= 0 && ranks[1] >= 0)
		return ranks[0] < ranks[1] ? ORDER_LESS : ORDER_GREATER;
	if (is_one_of(a, before_words) && is_one_of(b, after_words))
		return ORDER_LESS;
	return is_one_of(a, after_words) && is_one_of(b, before_words) ? ORDER_GREATER : ORDER_UNKNOWN;
}

static enum order order_runs(struct chars a, struct chars b)
{
	bool numbers[2] = {is_digit(*a.at), is_digit(*b.at)};

	if (numbers[0] && numbers[1])
		return version_order_digits(a, b);
	if (!numbers[0] && !numbers[1])
		return order_words(a, b);
	if (numbers[0])
		return is_one_of(b, before_words) ? ORDER_GREATER : ORDER_UNKNOWN;
	return is_one_of(a, before_words) ? ORDER_LESS : ORDER_UNKNOWN;
}

static bool is_zero(struct chars part)
{
	return is_digit(*part.at) && version_order_digits(part, (struct chars){"0", 1}) == ORDER_EQUAL;
}

static enum order turned(enum order order)
{
	return order == ORDER_UNKNOWN ? order : (enum order) - order;
}

/* --- dates ----------------------------------------------------------------------------------------------------------------- */

enum calendar { CALENDAR_NONE, CALENDAR_YEAR, CALENDAR_DATE, CALENDAR_COMPACT }; /* 2019, 2019-01, 20190131 */

static bool is_two_to(const char *at, unsigned most)
{
	unsigned number = (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');

	return is_digit(at[0]) && is_digit(at[1]) && number && number <= most;
}

static enum calendar calendar_of(struct chars text)
{
	struct chars year;

	skip_between(&text);
	year = take_run(&text);
	if (year.len < 4 || !is_digit(*year.at) || (strncmp(year.at, "19", 2) && strncmp(year.at, "20", 2)))
		return CALENDAR_NONE;
	if (year.len == 8)
		return is_two_to(year.at + 4, 12) && is_two_to(year.at + 6, 31) ? CALENDAR_COMPACT : CALENDAR_NONE;
	if (year.len != 4)
		return CALENDAR_NONE;
	return text.len >= 3 && strchr("-/.", *text.at) && is_two_to(text.at + 1, 12) && (text.len == 3 || !is_digit(text.at[3]))
		? CALENDAR_DATE
		: CALENDAR_YEAR;
}

/* A day is no version: "before 2019-01" says nothing of 4.1. */
static bool is_date_and_not(struct chars left, struct chars right)
{
	enum calendar a = calendar_of(left), b = calendar_of(right);

	if (a == CALENDAR_COMPACT || b == CALENDAR_COMPACT)
		return a != b;
	return (a == CALENDAR_DATE && !b) || (b == CALENDAR_DATE && !a);
}

/* --- order ----------------------------------------------------------------------------------------------------------------- */

enum order version_order_loose(struct chars left, struct chars right)
{
	skip_names(&left);
	skip_names(&right);
	if (is_date_and_not(left, right))
		return ORDER_UNKNOWN;
	for (;;) {
		struct chars a, b;
		enum order order;
		skip_between(&left);
		skip_between(&right);
		if (!left.len && !right.len)
			return ORDER_EQUAL;
		if (!left.len || !right.len)
			return left.len ? order_end(left) : turned(order_end(right));
		a = take_run(&left);
		b = take_run(&right);
		if (is_zero(a) && !is_digit(*b.at)) { /* 15.0 and 15 SP1 */
			right = (struct chars){b.at, b.len + right.len};
			continue;
		}
		if (is_zero(b) && !is_digit(*a.at)) {
			left = (struct chars){a.at, a.len + left.len};
			continue;
		}
		order = order_runs(a, b);
		if (order)
			return order;
	}
}
