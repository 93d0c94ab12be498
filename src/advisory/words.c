/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges in words, which CSAF allows where a maker's versions follow no scheme (section 3.1.2.3.2), and which most documents hold: "<= 3.3",
 * ">=  5.3.1 build 150410 | <= 5.4.4  Build 161125", "All versions prior to V4.1.2", "V2.0 to 3.1", "4.2.x", "3.3 and earlier". Read from left to right: versions,
 * comparators, and a closed list of words. Any other word, and nothing is judged: it may change the sense.
 */
#include <string.h>

#include "advisory/range.h"

struct words {
	struct range *range;
	const char *at;
	int pending; /* enum comparator of the version to come, -1: none */
	bool joined; /* "and" or "or" was the last */
	bool between; /* "between" A and B */
	bool all; /* "all", "any", "*" */
};

enum sense {
	SENSE_NONE,
	SENSE_FILL,
	SENSE_ALL,
	SENSE_JOIN,
	SENSE_BELOW,
	SENSE_ABOVE,
	SENSE_SINCE,
	SENSE_TO,
	SENSE_THAN,
	SENSE_UP,
	SENSE_BETWEEN
};

static const struct {
	const char *word;
	enum sense sense;
} senses[] = {
	{"version", SENSE_FILL},
	{"versions", SENSE_FILL},
	{"ver", SENSE_FILL},
	{"v", SENSE_FILL},
	{"firmware", SENSE_FILL},
	{"fw", SENSE_FILL},
	{"software", SENSE_FILL},
	{"release", SENSE_FILL},
	{"releases", SENSE_FILL},
	{"rev", SENSE_FILL},
	{"revision", SENSE_FILL},
	{"including", SENSE_FILL},
	{"inclusive", SENSE_FILL},
	{"all", SENSE_ALL},
	{"any", SENSE_ALL},
	{"and", SENSE_JOIN},
	{"or", SENSE_JOIN},
	{"prior", SENSE_BELOW},
	{"before", SENSE_BELOW},
	{"earlier", SENSE_BELOW},
	{"older", SENSE_BELOW},
	{"lower", SENSE_BELOW},
	{"less", SENSE_BELOW},
	{"below", SENSE_BELOW},
	{"previous", SENSE_BELOW},
	{"later", SENSE_ABOVE},
	{"newer", SENSE_ABOVE},
	{"higher", SENSE_ABOVE},
	{"above", SENSE_ABOVE},
	{"greater", SENSE_ABOVE},
	{"after", SENSE_ABOVE},
	{"onwards", SENSE_ABOVE},
	{"since", SENSE_SINCE},
	{"from", SENSE_SINCE},
	{"to", SENSE_TO},
	{"through", SENSE_TO},
	{"thru", SENSE_TO},
	{"until", SENSE_TO},
	{"than", SENSE_THAN},
	{"up", SENSE_UP},
	{"between", SENSE_BETWEEN},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return ((unsigned char)c | 0x20) >= 'a' && ((unsigned char)c | 0x20) <= 'z';
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t letters(const char *at)
{
	size_t len = 0;

	while (is_letter(at[len]))
		len++;
	return len;
}

static bool is_word(const char *at, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++)
		if ((at[i] | 0x20) != word[i])
			return false;
	return !word[len];
}

static enum sense sense_of(const char *at, size_t len)
{
	for (size_t i = 0; i < sizeof(senses) / sizeof(*senses); i++)
		if (is_word(at, len, senses[i].word))
			return senses[i].sense;
	return SENSE_NONE;
}

static void skip_spaces(struct words *words)
{
	while (is_space(*words->at))
		words->at++;
}

/* --- a version ------------------------------------------------------------------------------------------------------------- */

/* Letters that may stand before a version's first digit. */
static bool begins_version(const char *at)
{
	static const char *const heads[] = {"v", "r", "rev", "fw", "sv", "ver", "b"};
	size_t len = letters(at);

	if (is_digit(*at))
		return true;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (len && is_digit(at[len]) && is_word(at, len, heads[i]))
			return true;
	return false;
}

static size_t version_len(const char *at)
{
	size_t len = 0;

	while (at[len] && !is_space(at[len]) && !strchr("|,;<>=)", at[len]) && (at[len] != '(' || is_digit(at[len + 1]))) {
		if (at[len] == '(') /* 15.0(2)SE: the bracket is part of it */
			len += strcspn(at + len, ") \t\n|");
		len += at[len] != 0;
	}
	while (len && strchr(".:-", at[len - 1]))
		len--;
	return len;
}

/* " SP1", " Build 161125", " Update 3" behind a version belong to it. Returns how many bytes. */
static size_t suffix_len(const char *at)
{
	static const char *const heads[] = {"sp", "update", "upd", "hf", "hotfix", "patch", "build", "p", "cu"};
	size_t gap = 0, len, more;

	while (is_space(at[gap]))
		gap++;
	len = letters(at + gap);
	for (size_t i = 0; gap && len && i < sizeof(heads) / sizeof(*heads); i++) {
		if (!is_word(at + gap, len, heads[i]))
			continue;
		more = gap + len;
		while (is_space(at[more]))
			more++;
		return is_digit(at[more]) ? more + version_len(at + more) : 0;
	}
	return 0;
}

/* "4.2.x" and "4.*" stand for whatever begins so. */
static void strip_wild(struct constraint *part)
{
	while (part->version.len > 2 && strchr("xX*", part->version.at[part->version.len - 1]) &&
		part->version.at[part->version.len - 2] == '.') {
		part->version.len -= 2;
		part->prefix = true;
	}
}

static bool take_version(struct words *words)
{
	struct range *range = words->range;
	size_t len = version_len(words->at), more;
	struct constraint *part;

	if (!len || range->count == FW_CSAF_RANGE_MAX)
		return false;
	while ((more = suffix_len(words->at + len)))
		len += more;
	part = &range->parts[range->count++];
	*part = (struct constraint){
		.comparator = words->pending < 0 ? COMPARE_EQUAL : (enum comparator)words->pending, .version = {words->at, len}};
	strip_wild(part);
	words->at += len;
	words->pending = -1;
	words->joined = false;
	return true;
}

/* --- words ----------------------------------------------------------------------------------------------------------------- */

static struct constraint *last_plain(const struct words *words)
{
	struct constraint *last = words->range->count ? &words->range->parts[words->range->count - 1] : NULL;

	return last && last->comparator == COMPARE_EQUAL ? last : NULL;
}

/* "3.3 and earlier" is about the version before it, "earlier than 3.3" about the one to come. */
static bool is_behind(const struct words *words)
{
	const char *at = words->at;
	size_t len;

	if (!words->joined || !last_plain(words))
		return false;
	while (is_space(*at))
		at++;
	len = letters(at);
	return !(is_word(at, len, "to") || is_word(at, len, "than"));
}

static void take_limit(struct words *words, enum comparator behind, enum comparator ahead)
{
	if (is_behind(words))
		last_plain(words)->comparator = behind;
	else
		words->pending = (int)ahead;
}

static void take_to(struct words *words)
{
	struct constraint *last = last_plain(words);

	if (words->pending == COMPARE_LESS) /* prior to */
		return;
	if (last)
		last->comparator = COMPARE_LEAST;
	words->pending = COMPARE_MOST;
}

static bool take_word(struct words *words)
{
	size_t len = letters(words->at);
	enum sense sense = sense_of(words->at, len);

	words->at += len;
	if (sense == SENSE_BELOW)
		take_limit(words, COMPARE_MOST, COMPARE_LESS);
	else if (sense == SENSE_ABOVE)
		take_limit(words, COMPARE_LEAST, COMPARE_GREATER);
	else if (sense == SENSE_UP && is_behind(words))
		last_plain(words)->comparator = COMPARE_LEAST;
	else if (sense == SENSE_SINCE || sense == SENSE_BETWEEN)
		words->pending = COMPARE_LEAST;
	else if (sense == SENSE_TO)
		take_to(words);
	else if (sense == SENSE_JOIN && words->between && words->range->count)
		words->pending = COMPARE_MOST;
	words->all |= sense == SENSE_ALL;
	words->between |= sense == SENSE_BETWEEN;
	words->joined = sense == SENSE_JOIN;
	return sense != SENSE_NONE;
}

/* --- signs ----------------------------------------------------------------------------------------------------------------- */

static bool take_comparator(struct words *words)
{
	enum comparator comparator;
	size_t len = range_comparator((struct chars){words->at, strlen(words->at)}, &comparator);

	if (!strncmp(words->at, "\xe2\x89\xa4", 3) || !strncmp(words->at, "\xe2\x89\xa5", 3)) {
		comparator = words->at[2] == '\xa4' ? COMPARE_MOST : COMPARE_LEAST;
		len = 3;
	} else if (words->at[0] == '=' && (words->at[1] == '<' || words->at[1] == '>')) {
		comparator = words->at[1] == '<' ? COMPARE_MOST : COMPARE_LEAST;
		len = 2;
	}
	if (!len || words->pending >= 0)
		return false;
	words->at += len;
	words->pending = (int)comparator;
	words->joined = false;
	return true;
}

static bool take_sign(struct words *words)
{
	struct range *range = words->range;
	char c = *words->at;

	if (c == '*') {
		if (last_plain(words))
			last_plain(words)->prefix = true;
		else
			words->all = true;
	} else if (c == '-' && is_space(words->at[1])) {
		words->at++;
		take_to(words);
		return range->count > 0;
	} else if (!strchr("|,;&", c)) {
		return take_comparator(words);
	} else if (words->pending >= 0) {
		return false;
	}
	words->at++;
	return true;
}

bool range_read_words(struct range *range, const char *text)
{
	struct words words = {.range = range, .at = text, .pending = -1};

	range->scheme = SCHEME_LOOSE;
	range->all = false;
	range->count = 0;
	for (;;) {
		bool taken;
		skip_spaces(&words);
		if (!*words.at)
			break;
		taken = begins_version(words.at) ? take_version(&words) : is_letter(*words.at) ? take_word(&words) : take_sign(&words);
		if (!taken)
			return false;
	}
	range->all = words.all && !range->count;
	return words.pending < 0 && (range->all || range->count);
}
