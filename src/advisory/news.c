/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a revision is news, and the words of this room. */
#include <string.h>

#include "advisory/inside.h"
#include "advisory/version.h"

/*
 * A semantic version says itself whether matching must be done again: where its first number rises (section 3.1.11.2). An integer says no such
 * thing (3.1.11.1): each rise may. Then the remediation decides (9.1.13).
 */
enum advisory_news advisory_news_judge(const char *version_then, uint64_t print_then, const char *version_now, uint64_t print_now)
{
	unsigned long majors[2];
	bool semantic[2];

	if (!*version_then)
		return NEWS_NEW;
	if (!strcmp(version_then, version_now))
		return NEWS_SAME;
	if (version_tracking_major(version_then, &majors[0], &semantic[0]) &&
		version_tracking_major(version_now, &majors[1], &semantic[1]) && semantic[0] && semantic[1] && majors[0] == majors[1])
		return NEWS_SAME;
	return print_then == print_now ? NEWS_SAME : NEWS_CHANGED;
}

const char *advisory_status_name(enum product_status status)
{
	static const char *const names[STATUS_COUNT] = {
		[STATUS_NONE] = "unknown",
		[STATUS_RECOMMENDED] = "recommended",
		[STATUS_NOT_AFFECTED] = "not affected",
		[STATUS_FIXED] = "fixed",
		[STATUS_UNDER_INVESTIGATION] = "under investigation",
		[STATUS_AFFECTED] = "affected",
	};

	return names[status];
}

const char *advisory_remedy_name(enum remedy remedy)
{
	static const char *const names[REMEDY_COUNT + 1] = {
		[REMEDY_VENDOR_FIX] = "vendor_fix",
		[REMEDY_WORKAROUND] = "workaround",
		[REMEDY_MITIGATION] = "mitigation",
		[REMEDY_NONE_AVAILABLE] = "none_available",
		[REMEDY_NO_FIX_PLANNED] = "no_fix_planned",
		[REMEDY_OTHER] = "other",
		[REMEDY_COUNT] = "",
	};

	return names[remedy];
}

const char *advisory_certainty_name(enum asset_certainty certainty)
{
	static const char *const names[] = {[ASSET_MAKER] = "maker", [ASSET_PRODUCT] = "product", [ASSET_EXACT] = "exact"};

	return names[certainty];
}
