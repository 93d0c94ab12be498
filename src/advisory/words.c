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
	bool including; /* the version to come is meant too */
};

enum sense {
	SENSE_NONE,
	SENSE_FILL,
	SENSE_INCLUDING,
	SENSE_INCLUSIVE,
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
	{"including", SENSE_INCLUDING},
	{"inclusive", SENSE_INCLUSIVE},
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

/* "v1.0.2": how many bytes of letters and of dotted digits. */
static size_t number_len(struct chars text, bool *out_dotted)
{
	size_t start = text.len && (*text.at | 0x20) == 'v', len = start;

	*out_dotted = false;
	while (len < text.len && (is_digit(text.at[len]) || (text.at[len] == '.' && len > start && is_digit(text.at[len - 1])))) {
		*out_dotted |= text.at[len] == '.';
		len++;
	}
	return len > start ? len : 0;
}

enum hyphen { HYPHEN_PLAIN, HYPHEN_RANGE, HYPHEN_DOUBT };

/* "1.0-2.0" is from one to the other, "7.50.3-1" a version; what may be both is nothing that could be judged. */
static enum hyphen hyphen_in(const struct words *words, size_t len, struct chars *out_first, struct chars *out_second)
{
	bool dotted[2], whole;
	size_t first = number_len((struct chars){words->at, len}, &dotted[0]), gap, second;

	gap = !strncmp(words->at + first, "\xe2\x80\x93", 3) ? 3 : words->at[first] == '-';
	if (!first || !gap || first + gap >= len)
		return HYPHEN_PLAIN;
	*out_first = (struct chars){words->at, first};
	*out_second = (struct chars){words->at + first + gap, len - first - gap};
	second = number_len(*out_second, &dotted[1]);
	whole = second == out_second->len;
	out_second->len = second;
	if (!second || version_order(SCHEME_LOOSE, *out_first, *out_second) != ORDER_LESS)
		return gap == 1 ? HYPHEN_PLAIN : HYPHEN_DOUBT;
	if (words->pending >= 0)
		return dotted[0] && dotted[1] ? HYPHEN_DOUBT : HYPHEN_PLAIN;
	return dotted[0] && dotted[1] && whole ? HYPHEN_RANGE : HYPHEN_DOUBT;
}

static bool take_pair(struct words *words, size_t len, struct chars first, struct chars second)
{
	struct range *range = words->range;

	if (range->count + 2 > FW_CSAF_RANGE_MAX)
		return false;
	range->parts[range->count++] = (struct constraint){.comparator = COMPARE_LEAST, .version = first};
	range->parts[range->count++] = (struct constraint){.comparator = COMPARE_MOST, .version = second};
	words->at += len;
	words->joined = words->including = false;
	return true;
}

static bool take_version(struct words *words)
{
	struct range *range = words->range;
	size_t len = version_len(words->at), more;
	struct chars first, second;
	enum hyphen hyphen;
	struct constraint *part;

	if (!len || range->count == FW_CSAF_RANGE_MAX)
		return false;
	hyphen = hyphen_in(words, len, &first, &second);
	if (hyphen)
		return hyphen == HYPHEN_RANGE && !suffix_len(words->at + len) && take_pair(words, len, first, second);
	while ((more = suffix_len(words->at + len)))
		len += more;
	part = &range->parts[range->count++];
	*part = (struct constraint){
		.comparator = words->pending < 0 ? COMPARE_EQUAL : (enum comparator)words->pending, .version = {words->at, len}};
	strip_wild(part);
	words->at += len;
	words->pending = -1;
	words->joined = words->including = false;
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

static enum comparator inclusive(enum comparator comparator)
{
	return comparator == COMPARE_LESS ? COMPARE_MOST : comparator == COMPARE_GREATER ? COMPARE_LEAST : comparator;
}

static void take_limit(struct words *words, enum comparator behind, enum comparator ahead)
{
	if (is_behind(words))
		last_plain(words)->comparator = behind;
	else
		words->pending = (int)(words->including ? inclusive(ahead) : ahead);
}

/* "prior to and including 3.3", "including and prior to 3.3", and behind it: "prior to 3.3 inclusive". */
static void take_including(struct words *words, bool behind)
{
	struct range *range = words->range;

	if (words->pending >= 0)
		words->pending = (int)inclusive((enum comparator)words->pending);
	else if (behind && range->count)
		range->parts[range->count - 1].comparator = inclusive(range->parts[range->count - 1].comparator);
	else
		words->including = true;
}

static void take_to(struct words *words)
{
	struct constraint *last = last_plain(words);

	if (words->pending == COMPARE_LESS || words->pending == COMPARE_MOST) /* prior to */
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
	else if (sense == SENSE_INCLUDING || sense == SENSE_INCLUSIVE)
		take_including(words, sense == SENSE_INCLUSIVE);
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
