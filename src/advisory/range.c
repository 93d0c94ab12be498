/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a version lies in a range. Two forms of range come to the same list of constraints:
 *
 *	vers:npm/>=1.2.3|<2.0.0          parsed as the vers specification says (no white space, no empty constraint, percent-encoding); constraints in any order are
 *	                                 sorted here, as its own tests of containment have them in any order
 *	"All versions prior to V4.1.2"   words (words.c)
 *
 * and are then judged by the specification's steps: equal to a constraint that includes its version, equal to one that excludes it, else between two
 * neighbours, before the first or behind the last. Where two versions cannot be compared the answer is that nothing was judged.
 */
#include <string.h>

#include "advisory/advisory.h"
#include "advisory/range.h"
#include "wire/limits.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* --- judging --------------------------------------------------------------------------------------------------------------- */

static bool is_known(char c)
{
	return c == '.' || c == '-' || c == '_' || c == ' ';
}

/* For 4.2.x: does the version begin with the fields of the prefix? Equal then. */
static enum order order_prefix(struct chars version, struct chars prefix)
{
	enum order order;

	for (size_t len = version.len; len; len--) {
		struct chars part = {version.at, len};
		if (len < version.len && !is_known(version.at[len]))
			continue;
		if (version_order(SCHEME_LOOSE, part, prefix) == ORDER_EQUAL)
			return ORDER_EQUAL;
	}
	order = version_order(SCHEME_LOOSE, version, prefix);
	return order == ORDER_EQUAL ? ORDER_UNKNOWN : order;
}

static enum order order_to(const struct range *range, struct chars version, const struct constraint *constraint)
{
	return constraint->prefix ? order_prefix(version, constraint->version) : version_order(range->scheme, version, constraint->version);
}

/* Where part belongs among the first count, by halving. *out_known false: it cannot be compared with one of them. */
static size_t place_in(const struct range *range, size_t count, const struct constraint *part, bool *out_known)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		enum order order = version_order(range->scheme, range->parts[middle].version, part->version);
		if (order == ORDER_UNKNOWN) {
			*out_known = false;
			return 0;
		}
		if (order == ORDER_GREATER)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Rising; false where two of them cannot be compared. */
static bool sort(struct range *range)
{
	bool known = true;

	for (size_t i = 1; known && i < range->count; i++) {
		const struct constraint part = range->parts[i];
		size_t at = place_in(range, i, &part, &known);
		memmove(&range->parts[at + 1], &range->parts[at], (i - at) * sizeof(part));
		range->parts[at] = part;
	}
	return known;
}

static bool includes(enum comparator comparator)
{
	return comparator == COMPARE_EQUAL || comparator == COMPARE_MOST || comparator == COMPARE_LEAST;
}

static bool is_upper(enum comparator comparator)
{
	return comparator == COMPARE_LESS || comparator == COMPARE_MOST;
}

/* Whether the bounds (no = and no !=) hold it; orders: of the version to each of them. */
static bool between(const struct constraint *const bounds[], const enum order *orders, size_t count)
{
	if (!count)
		return false;
	if (is_upper(bounds[0]->comparator) && orders[0] == ORDER_LESS)
		return true;
	if (!is_upper(bounds[count - 1]->comparator) && orders[count - 1] == ORDER_GREATER)
		return true;
	for (size_t i = 0; i + 1 < count; i++)
		if (!is_upper(bounds[i]->comparator) && is_upper(bounds[i + 1]->comparator) && orders[i] == ORDER_GREATER &&
			orders[i + 1] == ORDER_LESS)
			return true;
	return false;
}

/* "< 3.1, < 4.2": two lines of versions, each with its own end. No list of bounds says which line a version belongs to. */
static bool is_doubtful(const struct constraint *const bounds[], size_t count)
{
	for (size_t i = 0; i + 1 < count; i++)
		if (is_upper(bounds[i]->comparator) == is_upper(bounds[i + 1]->comparator))
			return true;
	return false;
}

static enum version_answer judge(struct range *range, struct chars version)
{
	const struct constraint *bounds[FW_CSAF_RANGE_MAX];
	enum order orders[FW_CSAF_RANGE_MAX];
	size_t count = 0, others = 0, unknown = 0;

	if (range->all)
		return VERSION_IN;
	if (!sort(range))
		return VERSION_NOT_JUDGED;
	for (size_t i = 0; i < range->count; i++) {
		const struct constraint *part = &range->parts[i];
		enum order order = order_to(range, version, part);
		if (order == ORDER_EQUAL)
			return includes(part->comparator) ? VERSION_IN : VERSION_OUT;
		unknown += order == ORDER_UNKNOWN;
		others += part->comparator == COMPARE_NOT;
		if (part->comparator == COMPARE_EQUAL || part->comparator == COMPARE_NOT)
			continue;
		orders[count] = order;
		bounds[count++] = part;
	}
	if (unknown)
		return VERSION_NOT_JUDGED;
	if (others && others == range->count) /* all versions but these */
		return VERSION_IN;
	if (between(bounds, orders, count))
		return VERSION_IN;
	return is_doubtful(bounds, count) ? VERSION_NOT_JUDGED : VERSION_OUT;
}

/* --- vers: ----------------------------------------------------------------------------------------------------------------- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Once, in place; the version must not become empty. False where it is not well-formed. */
static bool decode(char *text, size_t *len)
{
	size_t used = 0;

	for (size_t i = 0; i < *len; i++) {
		char c = text[i];
		if (c == '%') {
			int high = i + 2 < *len ? hex_value(text[i + 1]) : -1, low = i + 2 < *len ? hex_value(text[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		text[used++] = c;
	}
	*len = used;
	return used > 0;
}

size_t range_comparator(struct chars text, enum comparator *out)
{
	char c = text.len ? *text.at : 0, next = text.len > 1 ? text.at[1] : 0;

	if (c == '>' || c == '<') {
		bool equal = next == '=';
		*out = c == '>' ? (equal ? COMPARE_LEAST : COMPARE_GREATER) : (equal ? COMPARE_MOST : COMPARE_LESS);
		return 1 + equal;
	}
	if (c == '!' && next == '=') {
		*out = COMPARE_NOT;
		return 2;
	}
	*out = COMPARE_EQUAL;
	return c == '=';
}

/* One constraint, written into room; false where it is none. */
static bool read_constraint(struct range *range, char *at, size_t len)
{
	struct constraint *part;
	size_t used;

	if (range->count == FW_CSAF_RANGE_MAX || !len)
		return false;
	part = &range->parts[range->count++];
	*part = (struct constraint){0};
	used = range_comparator((struct chars){at, len}, &part->comparator);
	len -= used;
	if (!decode(at + used, &len) || strchr("<>=!*|", at[used]))
		return false;
	part->version = (struct chars){at + used, len};
	return true;
}

/* Equal versions twice are no range. */
static bool has_twins(const struct range *range)
{
	for (size_t i = 0; i < range->count; i++)
		for (size_t at = i + 1; at < range->count; at++)
			if (range->parts[i].version.len == range->parts[at].version.len &&
				!memcmp(range->parts[i].version.at, range->parts[at].version.at, range->parts[i].version.len))
				return true;
	return false;
}

bool range_read_vers(struct range *range, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = strlen(text);
	char *at, *end;

	range->count = 0;
	range->all = false;
	if (!slash || len >= sizeof(range->room))
		return false;
	for (size_t i = 0; i < len; i++)
		if (is_space(text[i]))
			return false;
	range->scheme = version_scheme((struct chars){text + 5, (size_t)(slash - text) - 5});
	range->all = !strcmp(slash, "/*");
	if (range->all)
		return true;
	if (range->scheme == SCHEME_NONE)
		return false;
	memcpy(range->room, slash + 1, strlen(slash));
	for (at = range->room;; at = end + 1) {
		end = at + strcspn(at, "|");
		if (!read_constraint(range, at, (size_t)(end - at)))
			return false;
		if (!*end)
			return !has_twins(range);
	}
}

/* --- the door -------------------------------------------------------------------------------------------------------------- */

bool range_read(struct range *range, const char *text)
{
	static const char no_scheme[] = "vers:all/";

	while (is_space(*text))
		text++;
	if (strncmp(text, "vers:", 5))
		return range_read_words(range, text);
	if (range_read_vers(range, text))
		return true;
	return !strncmp(text, no_scheme, sizeof(no_scheme) - 1) && range_read_words(range, text + sizeof(no_scheme) - 1);
}

enum version_answer advisory_version_judge(const char *range_text, const char *version, bool *out_loose)
{
	struct range range;

	if (out_loose)
		*out_loose = false;
	if (strlen(range_text) >= sizeof(range.room) || !range_read(&range, range_text))
		return VERSION_NOT_JUDGED;
	if (out_loose)
		*out_loose = range.scheme == SCHEME_LOOSE && !range.all;
	if (range.all)
		return VERSION_IN;
	if (!version || !*version)
		return VERSION_NOT_JUDGED;
	return judge(&range, (struct chars){version, strlen(version)});
}
