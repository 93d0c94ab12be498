/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions of the schemes that are made of numbers: semantic (semver.org, npm, cargo, golang), intdot, generic; and of documents. */
#include "advisory/version.h"

#include <stdlib.h>
#include <string.h>

#include "wire/limits.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const struct {
	const char *name;
	enum scheme scheme;
} schemes[] = {
	{"semver", SCHEME_SEMVER},
	{"npm", SCHEME_SEMVER},
	{"cargo", SCHEME_SEMVER},
	{"golang", SCHEME_SEMVER},
	{"go", SCHEME_SEMVER},
	{"hex", SCHEME_SEMVER},
	{"intdot", SCHEME_INTDOT},
	{"generic", SCHEME_GENERIC},
	{"deb", SCHEME_DEB},
	{"rpm", SCHEME_RPM},
	{"maven", SCHEME_MAVEN},
	{"pypi", SCHEME_PYPI},
	{"gem", SCHEME_GEM},
	{"lexicographic", SCHEME_LEXICOGRAPHIC},
};

enum scheme version_scheme(struct chars name)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strlen(schemes[i].name) == name.len && !memcmp(schemes[i].name, name.at, name.len))
			return schemes[i].scheme;
	return SCHEME_NONE;
}

static struct chars without_zeros(struct chars digits)
{
	while (digits.len > 1 && *digits.at == '0') {
		digits.at++;
		digits.len--;
	}
	return digits;
}

static enum order order_bytes(struct chars left, struct chars right)
{
	size_t shorter = left.len < right.len ? left.len : right.len;
	int order = shorter ? memcmp(left.at, right.at, shorter) : 0;

	if (order)
		return order < 0 ? ORDER_LESS : ORDER_GREATER;
	return left.len == right.len ? ORDER_EQUAL : left.len < right.len ? ORDER_LESS : ORDER_GREATER;
}

enum order version_order_digits(struct chars left, struct chars right)
{
	left = without_zeros(left);
	right = without_zeros(right);
	if (left.len != right.len)
		return left.len < right.len ? ORDER_LESS : ORDER_GREATER;
	return order_bytes(left, right);
}

/* What stands before the first of these characters; *text goes past it. */
static struct chars cut(struct chars *text, const char *ends)
{
	struct chars part = {text->at, 0};

	while (part.len < text->len && !strchr(ends, text->at[part.len]))
		part.len++;
	text->at += part.len < text->len ? part.len + 1 : part.len;
	text->len -= part.len < text->len ? part.len + 1 : part.len;
	return part;
}

static bool all_digits(struct chars text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.at[i]))
			return false;
	return text.len > 0;
}

/* --- semver ---------------------------------------------------------------------------------------------------------------- */

/* major.minor.patch; the last two may be missing, as they are in many files. */
struct semantic {
	struct chars core[3], pre;
};

static bool read_semantic(struct chars text, struct semantic *out)
{
	struct chars core;

	if (text.len && (*text.at == 'v' || *text.at == 'V')) {
		text.at++;
		text.len--;
	}
	text = (struct chars){text.at, cut(&(struct chars){text.at, text.len}, "+").len};
	core = cut(&text, "-");
	out->pre = text;
	for (unsigned i = 0; i < 3; i++) {
		out->core[i] = (struct chars){"0", 1};
		if (i && !core.len)
			continue;
		out->core[i] = cut(&core, ".");
		if (!all_digits(out->core[i]))
			return false;
	}
	return !core.len;
}

/* Section 11: numbers as numbers and below words; fewer fields below more. */
static enum order order_pre(struct chars left, struct chars right)
{
	if (!left.len || !right.len)
		return left.len == right.len ? ORDER_EQUAL : left.len ? ORDER_LESS : ORDER_GREATER;
	while (left.len && right.len) {
		struct chars a = cut(&left, "."), b = cut(&right, ".");
		bool numbers[2] = {all_digits(a), all_digits(b)};
		enum order order = numbers[0] && numbers[1] ? version_order_digits(a, b)
			: numbers[0] != numbers[1]          ? numbers[0] ? ORDER_LESS : ORDER_GREATER
							    : order_bytes(a, b);
		if (order)
			return order;
	}
	return !left.len == !right.len ? ORDER_EQUAL : left.len ? ORDER_GREATER : ORDER_LESS;
}

static enum order order_semver(struct chars left, struct chars right)
{
	struct semantic a, b;

	if (!read_semantic(left, &a) || !read_semantic(right, &b))
		return ORDER_UNKNOWN;
	for (unsigned i = 0; i < 3; i++) {
		enum order order = version_order_digits(a.core[i], b.core[i]);
		if (order)
			return order;
	}
	return order_pre(a.pre, b.pre);
}

/* --- intdot, generic ------------------------------------------------------------------------------------------------------- */

static enum order order_intdot(struct chars left, struct chars right)
{
	size_t lens[2] = {0, 0};

	while (lens[0] < left.len && (is_digit(left.at[lens[0]]) || left.at[lens[0]] == '.'))
		lens[0]++;
	while (lens[1] < right.len && (is_digit(right.at[lens[1]]) || right.at[lens[1]] == '.'))
		lens[1]++;
	left.len = lens[0];
	right.len = lens[1];
	if (!left.len || !right.len)
		return ORDER_UNKNOWN;
	while (left.len || right.len) {
		struct chars a = cut(&left, "."), b = cut(&right, ".");
		enum order order = version_order_digits(a.len ? a : (struct chars){"0", 1}, b.len ? b : (struct chars){"0", 1});
		if (order)
			return order;
	}
	return ORDER_EQUAL;
}

static struct chars run(struct chars *text)
{
	struct chars part = {text->at, 0};

	while (part.len < text->len && is_digit(text->at[part.len]) == is_digit(*text->at))
		part.len++;
	text->at += part.len;
	text->len -= part.len;
	return part;
}

/* Runs of digits as numbers, all else as bytes. */
static enum order order_generic(struct chars left, struct chars right)
{
	while (left.len && right.len) {
		struct chars a = run(&left), b = run(&right);
		bool numbers = is_digit(*a.at) && is_digit(*b.at);
		enum order order = numbers ? version_order_digits(a, b) : order_bytes(a, b);
		if (order)
			return order;
	}
	return left.len == right.len ? ORDER_EQUAL : left.len ? ORDER_GREATER : ORDER_LESS;
}

enum order version_order(enum scheme scheme, struct chars left, struct chars right)
{
	static enum order (*const orders[])(struct chars, struct chars) = {
		[SCHEME_LOOSE] = version_order_loose,
		[SCHEME_GENERIC] = order_generic,
		[SCHEME_SEMVER] = order_semver,
		[SCHEME_INTDOT] = order_intdot,
		[SCHEME_DEB] = version_order_deb,
		[SCHEME_RPM] = version_order_rpm,
		[SCHEME_MAVEN] = version_order_maven,
		[SCHEME_PYPI] = version_order_pypi,
		[SCHEME_GEM] = version_order_gem,
		[SCHEME_LEXICOGRAPHIC] = order_bytes,
	};

	if (!left.len || !right.len || left.len > FW_CSAF_VERSION_MAX || right.len > FW_CSAF_VERSION_MAX || scheme == SCHEME_NONE)
		return ORDER_UNKNOWN;
	return orders[scheme](left, right);
}

/* --- documents ------------------------------------------------------------------------------------------------------------- */

bool version_tracking_major(const char *version, unsigned long *out_major, bool *out_semantic)
{
	char *end;

	if (!is_digit(*version))
		return false;
	*out_major = strtoul(version, &end, 10);
	*out_semantic = *end == '.';
	return !*end || *end == '.';
}

int version_tracking_order(const char *left, const char *right)
{
	struct chars a = {left, strlen(left)}, b = {right, strlen(right)};
	struct semantic parts;
	bool forms[2] = {read_semantic(a, &parts), read_semantic(b, &parts)};

	if (!forms[0] || !forms[1])
		return forms[0] - forms[1];
	return order_semver(a, b);
}
