/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Versions as the package managers compare them: deb (Debian policy section 5.6.12), rpm (rpm-version(7)), maven (the POM reference, "Version order
 * specification"), pypi (PEP 440), gem (the manual of Gem::Version).
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

static struct chars digits(struct chars *text)
{
	struct chars part = {text->at, 0};

	while (part.len < text->len && is_digit(text->at[part.len]))
		part.len++;
	text->at += part.len;
	text->len -= part.len;
	return part.len ? part : (struct chars){"0", 1};
}

static struct chars letters(struct chars *text)
{
	struct chars part = {text->at, 0};

	while (part.len < text->len && is_letter(text->at[part.len]))
		part.len++;
	text->at += part.len;
	text->len -= part.len;
	return part;
}

static void skip(struct chars *text)
{
	text->at++;
	text->len--;
}

/* "1:" at the front, taken off; none is 0. */
static struct chars epoch(struct chars *text, char mark)
{
	struct chars rest = *text, number = digits(&rest);

	if (rest.len == text->len || !rest.len || *rest.at != mark)
		return (struct chars){"0", 1};
	skip(&rest);
	*text = rest;
	return number;
}

/* --- deb ------------------------------------------------------------------------------------------------------------------- */

/* ~ before the end, the end before letters, letters before all else. */
static int deb_rank(const struct chars *text)
{
	char c = text->len ? *text->at : 0;

	if (!text->len || is_digit(c))
		return 0;
	return c == '~' ? -1 : is_letter(c) ? (unsigned char)c : (unsigned char)c + 256;
}

static enum order order_deb_part(struct chars left, struct chars right)
{
	while (left.len || right.len) {
		enum order order;
		while ((left.len && !is_digit(*left.at)) || (right.len && !is_digit(*right.at))) {
			int ranks[2] = {deb_rank(&left), deb_rank(&right)};
			if (ranks[0] != ranks[1])
				return ranks[0] < ranks[1] ? ORDER_LESS : ORDER_GREATER;
			skip(&left);
			skip(&right);
		}
		order = version_order_digits(digits(&left), digits(&right));
		if (order)
			return order;
	}
	return ORDER_EQUAL;
}

/* Behind the last hyphen; none is as "0". */
static struct chars take_revision(struct chars *text)
{
	for (size_t i = text->len; i; i--)
		if (text->at[i - 1] == '-') {
			struct chars revision = {text->at + i, text->len - i};
			text->len = i - 1;
			return revision;
		}
	return (struct chars){"", 0};
}

enum order version_order_deb(struct chars left, struct chars right)
{
	enum order order = version_order_digits(epoch(&left, ':'), epoch(&right, ':'));
	struct chars revisions[2] = {take_revision(&left), take_revision(&right)};

	if (!order)
		order = order_deb_part(left, right);
	return order ? order : order_deb_part(revisions[0], revisions[1]);
}

/* --- rpm ------------------------------------------------------------------------------------------------------------------- */

static void skip_separators(struct chars *text)
{
	while (text->len && !is_digit(*text->at) && !is_letter(*text->at) && *text->at != '~' && *text->at != '^')
		skip(text);
}

static enum order order_words(struct chars left, struct chars right)
{
	size_t shorter = left.len < right.len ? left.len : right.len;
	int order = memcmp(left.at, right.at, shorter);

	if (order)
		return order < 0 ? ORDER_LESS : ORDER_GREATER;
	return left.len == right.len ? ORDER_EQUAL : left.len < right.len ? ORDER_LESS : ORDER_GREATER;
}

/* ~ sorts before everything, ^ after the end and before all else. ORDER_UNKNOWN: neither decides, go on. */
static enum order order_marks(struct chars *left, struct chars *right)
{
	char a = left->len ? *left->at : 0, b = right->len ? *right->at : 0;

	if (a == '~' || b == '~') {
		if (a != b)
			return a == '~' ? ORDER_LESS : ORDER_GREATER;
	} else if (a == '^' || b == '^') {
		if (a != b)
			return !a ? ORDER_LESS : !b ? ORDER_GREATER : a == '^' ? ORDER_LESS : ORDER_GREATER;
	} else {
		return ORDER_UNKNOWN;
	}
	skip(left);
	skip(right);
	return ORDER_EQUAL;
}

static enum order order_rpm_part(struct chars left, struct chars right)
{
	for (;;) {
		enum order order;
		skip_separators(&left);
		skip_separators(&right);
		order = order_marks(&left, &right);
		if (order == ORDER_EQUAL)
			continue;
		if (order != ORDER_UNKNOWN)
			return order;
		if (!left.len || !right.len)
			return left.len == right.len ? ORDER_EQUAL : left.len ? ORDER_GREATER : ORDER_LESS;
		if (is_digit(*left.at) != is_digit(*right.at))
			return is_digit(*left.at) ? ORDER_GREATER : ORDER_LESS;
		order = is_digit(*left.at) ? version_order_digits(digits(&left), digits(&right))
					   : order_words(letters(&left), letters(&right));
		if (order)
			return order;
	}
}

enum order version_order_rpm(struct chars left, struct chars right)
{
	enum order order = version_order_digits(epoch(&left, ':'), epoch(&right, ':'));
	struct chars releases[2] = {take_revision(&left), take_revision(&right)};

	if (!order)
		order = order_rpm_part(left, right);
	return order ? order : releases[0].len && releases[1].len ? order_rpm_part(releases[0], releases[1]) : ORDER_EQUAL;
}

/* --- words before and after a release -------------------------------------------------------------------------------------- */

struct ranked {
	const char *word;
	int rank;
};

/* rank of the word, letters of either case; other: where it is none of them. */
static int rank_of(const struct ranked *ranks, struct chars word, int other)
{
	for (; ranks->word; ranks++) {
		size_t i = 0;
		while (i < word.len && ranks->word[i] && (word.at[i] | 0x20) == ranks->word[i])
			i++;
		if (i == word.len && !ranks->word[i])
			return ranks->rank;
	}
	return other;
}

/* --- maven ----------------------------------------------------------------------------------------------------------------- */

/*
 * Tokens are runs of digits or letters, each with the separator before it: "-" where digits meet letters. Zeros and empty words at the end, and before
 * a hyphen, do not count. What a shorter version lacks is filled up by the null token of the other's separator: 0 behind a dot, "" behind a hyphen.
 */
enum { MAVEN_TOKENS = 64, RELEASE = 5, UNKNOWN_WORD = 7 };

struct maven_token {
	bool dot, number;
	struct chars text;
	int rank;
};
static const struct ranked maven_words[] = {{"alpha", 0}, {"beta", 1}, {"milestone", 2}, {"rc", 3}, {"cr", 3}, {"snapshot", 4},
	{"", RELEASE}, {"final", RELEASE}, {"ga", RELEASE}, {"release", RELEASE}, {"sp", 6}, {NULL, 0}};
static const struct ranked maven_short[] = {{"a", 0}, {"b", 1}, {"m", 2}, {NULL, 0}};

static bool is_null(const struct maven_token *token)
{
	return token->number ? version_order_digits(token->text, (struct chars){"0", 1}) == ORDER_EQUAL : token->rank == RELEASE;
}

static size_t trim(const struct maven_token *tokens, size_t count)
{
	while (count > 1 && is_null(&tokens[count - 1]))
		count--;
	return count;
}

static size_t maven_tokens(struct chars text, struct maven_token tokens[MAVEN_TOKENS])
{
	size_t count = 0;
	bool dot = true;

	while (text.len && count < MAVEN_TOKENS) {
		struct maven_token token = {.dot = dot, .number = is_digit(*text.at)};
		if (token.number) {
			token.text = digits(&text);
		} else {
			struct chars before = text;
			while (text.len && !is_digit(*text.at) && !strchr(".-_", *text.at))
				skip(&text);
			token.text = (struct chars){before.at, before.len - text.len};
			token.rank = rank_of(maven_words, token.text, UNKNOWN_WORD);
			if (text.len && is_digit(*text.at))
				token.rank = rank_of(maven_short, token.text, token.rank);
		}
		dot = text.len && *text.at == '.';
		if (text.len && strchr(".-_", *text.at))
			skip(&text);
		if (!token.dot)
			count = trim(tokens, count);
		tokens[count++] = token;
	}
	return trim(tokens, count);
}

/* words before a release < numbers behind a hyphen < numbers behind a dot, as the reference lists them */
static int maven_class(const struct maven_token *token)
{
	return !token->number ? 0 : token->dot ? 2 : 1;
}

static enum order order_maven_token(const struct maven_token *a, const struct maven_token *b)
{
	if (maven_class(a) != maven_class(b))
		return maven_class(a) < maven_class(b) ? ORDER_LESS : ORDER_GREATER;
	if (a->number)
		return version_order_digits(a->text, b->text);
	if (a->rank != b->rank)
		return a->rank < b->rank ? ORDER_LESS : ORDER_GREATER;
	if (a->rank != UNKNOWN_WORD)
		return ORDER_EQUAL;
	for (size_t i = 0; i < a->text.len && i < b->text.len; i++)
		if ((a->text.at[i] | 0x20) != (b->text.at[i] | 0x20))
			return (a->text.at[i] | 0x20) < (b->text.at[i] | 0x20) ? ORDER_LESS : ORDER_GREATER;
	return a->text.len == b->text.len ? ORDER_EQUAL : a->text.len < b->text.len ? ORDER_LESS : ORDER_GREATER;
}

/* Against nothing: a number is more, a word as it stands to a release. */
static enum order order_maven_null(const struct maven_token *token)
{
	if (token->number)
		return is_null(token) ? ORDER_EQUAL : ORDER_GREATER;
	return token->rank < RELEASE ? ORDER_LESS : token->rank > RELEASE ? ORDER_GREATER : ORDER_EQUAL;
}

enum order version_order_maven(struct chars left, struct chars right)
{
	struct maven_token a[MAVEN_TOKENS], b[MAVEN_TOKENS];
	size_t counts[2] = {maven_tokens(left, a), maven_tokens(right, b)};

	for (size_t i = 0; i < counts[0] || i < counts[1]; i++) {
		enum order order = i >= counts[0] ? (enum order) - order_maven_null(&b[i])
			: i >= counts[1]          ? order_maven_null(&a[i])
						  : order_maven_token(&a[i], &b[i]);
		if (order)
			return order;
	}
	return ORDER_EQUAL;
}

/* --- pypi ------------------------------------------------------------------------------------------------------------------ */

/* N!N(.N)*[{a|b|rc}N][.postN][.devN][+local] */
struct python {
	struct chars epoch, release, pre, post, dev, local;
	int pre_rank; /* dev alone 0 < a 1 < b 2 < rc 3 < none 4 */
	bool has_post, has_dev;
};
static const struct ranked python_pre[] = {
	{"a", 1}, {"alpha", 1}, {"b", 2}, {"beta", 2}, {"c", 3}, {"rc", 3}, {"pre", 3}, {"preview", 3}, {NULL, 0}};
static const struct ranked python_other[] = {{"post", 1}, {"r", 1}, {"rev", 1}, {"dev", 2}, {NULL, 0}};

static struct chars python_number(struct chars *text)
{
	if (text->len > 1 && strchr(".-_", *text->at) && is_digit(text->at[1]))
		skip(text);
	return digits(text);
}

static bool read_python_words(struct chars text, struct python *out)
{
	while (text.len && *text.at != '+') {
		struct chars word;
		int pre, other;
		if (*text.at == '-' && text.len > 1 && is_digit(text.at[1])) { /* 1.0-1 is a post release */
			skip(&text);
			out->has_post = true;
			out->post = digits(&text);
			continue;
		}
		if (strchr(".-_", *text.at))
			skip(&text);
		word = letters(&text);
		pre = rank_of(python_pre, word, 0);
		other = rank_of(python_other, word, 0);
		if (pre) {
			out->pre_rank = pre;
			out->pre = python_number(&text);
		} else if (other == 1) {
			out->has_post = true;
			out->post = python_number(&text);
		} else if (other == 2) {
			out->has_dev = true;
			out->dev = python_number(&text);
		} else {
			return false;
		}
	}
	if (text.len) {
		skip(&text);
		out->local = text;
	}
	return true;
}

static bool read_python(struct chars text, struct python *out)
{
	*out = (struct python){.pre_rank = 4, .pre = {"0", 1}, .post = {"0", 1}, .dev = {"0", 1}};
	if (text.len && (*text.at | 0x20) == 'v')
		skip(&text);
	out->epoch = epoch(&text, '!');
	out->release = (struct chars){text.at, 0};
	while (text.len && (is_digit(*text.at) || (*text.at == '.' && text.len > 1 && is_digit(text.at[1])))) {
		out->release.len++;
		skip(&text);
	}
	if (!out->release.len || !read_python_words(text, out))
		return false;
	if (out->pre_rank == 4 && out->has_dev && !out->has_post)
		out->pre_rank = 0;
	return true;
}

static enum order order_release(struct chars left, struct chars right)
{
	while (left.len || right.len) {
		enum order order = version_order_digits(digits(&left), digits(&right));
		if (order)
			return order;
		if (left.len)
			skip(&left);
		if (right.len)
			skip(&right);
	}
	return ORDER_EQUAL;
}

static enum order order_flags(bool left, bool right)
{
	return left == right ? ORDER_EQUAL : left ? ORDER_GREATER : ORDER_LESS;
}

enum order version_order_pypi(struct chars left, struct chars right)
{
	struct python a, b;
	enum order order;

	if (!read_python(left, &a) || !read_python(right, &b))
		return ORDER_UNKNOWN;
	order = version_order_digits(a.epoch, b.epoch);
	if (!order)
		order = order_release(a.release, b.release);
	if (!order && a.pre_rank != b.pre_rank)
		order = a.pre_rank < b.pre_rank ? ORDER_LESS : ORDER_GREATER;
	if (!order)
		order = version_order_digits(a.pre, b.pre);
	if (!order)
		order = order_flags(a.has_post, b.has_post);
	if (!order)
		order = version_order_digits(a.post, b.post);
	if (!order)
		order = order_flags(!a.has_dev, !b.has_dev);
	if (!order)
		order = version_order_digits(a.dev, b.dev);
	return order ? order : order_rpm_part(a.local, b.local);
}

/* --- gem ------------------------------------------------------------------------------------------------------------------- */

/* Runs of digits and letters; letters (a prerelease) before numbers and before the end. */
enum order version_order_gem(struct chars left, struct chars right)
{
	for (;;) {
		enum order order;
		skip_separators(&left);
		skip_separators(&right);
		if (!left.len && !right.len)
			return ORDER_EQUAL;
		if ((left.len && is_letter(*left.at)) != (right.len && is_letter(*right.at)))
			return left.len && is_letter(*left.at) ? ORDER_LESS : ORDER_GREATER;
		if (left.len && !is_digit(*left.at) && !is_letter(*left.at))
			return ORDER_UNKNOWN;
		if (right.len && !is_digit(*right.at) && !is_letter(*right.at))
			return ORDER_UNKNOWN;
		order = left.len && is_letter(*left.at) ? order_words(letters(&left), letters(&right))
							: version_order_digits(digits(&left), digits(&right));
		if (order)
			return order;
	}
}
