/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shield/shield.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

const char *stance_word(enum fw_stance stance)
{
	static const char *const words[FW_STANCE_COUNT] = {"calm", "watch", "defend"};

	return (unsigned)stance < FW_STANCE_COUNT ? words[stance] : "?";
}

const char *stance_vector_word(enum stance_vector vector)
{
	static const char *const words[STANCE_VECTOR_COUNT] = {
		[STANCE_NOTHING] = "none",
		[STANCE_UNKNOWN_NAMES] = "unknown_names",
		[STANCE_WILDCARD_NAMES] = "wildcard_names",
		[STANCE_DELEGATED_NAMES] = "delegated_names",
		[STANCE_POSSIBLE_NAMES] = "possible_names",
		[STANCE_FOREIGN_NAMES] = "foreign_names",
		[STANCE_EXISTING_NAMES] = "existing_names",
		[STANCE_MALFORMED] = "malformed",
		[STANCE_ANSWERS] = "answers",
		[STANCE_FRAGMENTS] = "fragments",
		[STANCE_OTHER] = "other",
	};

	return (unsigned)vector < STANCE_VECTOR_COUNT ? words[vector] : "?";
}

/* A line that grows; what does not fit is left out. */
struct line {
	char *out;
	size_t at;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...)
{
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(line->out + line->at, STANCE_TEXT_MAX - line->at, format, list);
	va_end(list);
	if (len > 0)
		line->at = line->at + (size_t)len < STANCE_TEXT_MAX ? line->at + (size_t)len : STANCE_TEXT_MAX - 1;
}

static void add_vector(struct line *line, const struct stance *stance, const char *zone_text)
{
	const char *many = stance->many_sources ? ", from many sources" : "";
	const char *zone = !stance->zone ? "several zones" : zone_text ? zone_text : "one zone";

	switch (stance->vector) {
	case STANCE_UNKNOWN_NAMES:
		add(line, "names that do not exist under %s%s", zone, many);
		break;
	case STANCE_WILDCARD_NAMES:
		add(line, "random names under a wildcard of %s%s", zone, many);
		break;
	case STANCE_DELEGATED_NAMES:
		add(line, "random names below a delegation of %s%s", zone, many);
		break;
	case STANCE_POSSIBLE_NAMES:
		add(line, "random names under wildcards or delegations of %s%s", zone, many);
		break;
	case STANCE_FOREIGN_NAMES:
		add(line, "names of no zone that is served here%s", many);
		break;
	case STANCE_EXISTING_NAMES:
		add(line, "more questions for names that exist than the server bears (a flood or a crowd)%s", many);
		break;
	case STANCE_MALFORMED:
		add(line, "malformed packets%s", many);
		break;
	case STANCE_ANSWERS:
		add(line, "DNS answers that nobody here asked for (reflection)%s", many);
		break;
	case STANCE_FRAGMENTS:
		add(line, "fragments%s", many);
		break;
	case STANCE_OTHER:
		add(line, "packets to other ports and protocols%s", many);
		break;
	default:
		add(line, "nothing unusual");
	}
}

char *stance_vector_text(char out[STANCE_TEXT_MAX], const struct stance *stance, const char *zone_text)
{
	struct line line = {.out = out};

	out[0] = '\0';
	add_vector(&line, stance, zone_text);
	return out;
}

static void add_acting(struct line *line, const struct stance *stance)
{
	const char *both = stance->names.acting && stance->budgets.acting ? " and " : "";

	if (stance->names.acting || stance->budgets.acting)
		add(line, "; called for: %s%s%s", stance->names.acting ? "names" : "", both, stance->budgets.acting ? "budgets" : "");
	if (stance->only_dns.acting)
		add(line, "; only DNS passes");
}

/* In tenths of a percent, so that one in a thousand can be seen. */
static void add_collateral(struct line *line, const struct stance *stance)
{
	uint64_t permille = stance->proven ? stance->would_proven * 1000 / stance->proven : 0;

	if (stance->would_proven)
		add(line,
			"; enforcing what observes would also stop %" PRIu64 " a second from proven sources (%" PRIu64 ".%" PRIu64
			" %% of theirs)",
			stance->would_proven, permille / 10, permille % 10);
}

char *stance_text(char out[STANCE_TEXT_MAX], const struct stance *stance, const char *zone_text)
{
	struct line line = {.out = out};

	out[0] = '\0';
	add(&line, "%s: ", stance_word(stance->stance));
	if (stance->stance != FW_STANCE_CALM) {
		add_vector(&line, stance, zone_text);
		add(&line, "; ");
	}
	add(&line, "%" PRIu64 " questions a second, %" PRIu64 " of them reach the server", stance->questions, stance->passed);
	add_acting(&line, stance);
	add_collateral(&line, stance);
	return out;
}
