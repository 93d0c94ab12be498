/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shield_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum { WORD_MAX = 256 };

static const char *const outcomes[] = {"passed", "dropped", "truncated", "would"};

/* ---- values of the answer; what is missing or of another type is empty ---- */

static const char *text_of(const json_t *object, const char *key, char out[WORD_MAX])
{
	const json_t *value = json_object_get(object, key);

	out[0] = 0;
	if (json_is_string(value))
		text_escape(out, WORD_MAX, json_string_value(value), json_string_length(value));
	return out;
}

static uint64_t count_of(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* 950, 12.3k, 4.56M: at most five columns. */
static const char *short_count(char out[16], double value)
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P"};
	unsigned unit = 0;

	value = value < 0 ? 0 : value > 9e17 ? 9e17 : value;
	while (value >= 999.5 && unit < 5) {
		value /= 1000;
		unit++;
	}
	snprintf(out, 16, "%.*f%s", unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value, units[unit]);
	return out;
}

static const char *paint(const struct shield_style *style, const char *colour)
{
	return style->colour ? colour : "";
}

#define BOLD "\033[1m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

static void heading(FILE *out, const struct shield_style *style, const char *text)
{
	fprintf(out, "%s%s%s\n", paint(style, BOLD), text, paint(style, PLAIN));
}

static void put_counts(FILE *out, const json_t *object)
{
	char word[16];

	for (unsigned i = 0; i < 4; i++)
		fprintf(out, " %9s", short_count(word, (double)count_of(object, outcomes[i])));
}

static void put_rates(FILE *out, const json_t *rates)
{
	char word[16];

	for (unsigned i = 0; i < 4; i++)
		fprintf(out, " %9s", short_count(word, json_number_value(json_object_get(rates, outcomes[i]))));
}

/* ---- parts ---- */

static void put_head(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *interface = json_object_get(shield, "interface"), *configuration = json_object_get(shield, "configuration");
	char name[WORD_MAX], xdp[WORD_MAX], since[WORD_MAX], why[WORD_MAX];

	text_of(shield, "started", since);
	since[since[0] ? 19 : 0] = 0;
	fprintf(out, "%sShield on %s%s (XDP %s), running since %sZ, %" PRIu64 " decision%s\n", paint(style, BOLD),
		text_of(interface, "name", name), paint(style, PLAIN), text_of(interface, "xdp", xdp), since, count_of(shield, "decisions"),
		count_of(shield, "decisions") == 1 ? "" : "s");
	if (!is_true(interface, "attached"))
		fprintf(out, "%sNOT ON THE INTERFACE: nothing is protected.%s\n", paint(style, RED), paint(style, PLAIN));
	if (text_of(configuration, "refused", why)[0])
		fprintf(out, "%sThe configuration's file is wrong, the earlier one holds:%s %s\n", paint(style, YELLOW),
			paint(style, PLAIN), why);
	if (text_of(shield, "store", why)[0])
		fprintf(out, "%sStore:%s %s\n", paint(style, YELLOW), paint(style, PLAIN), why);
}

static void put_stance(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *stance = json_object_get(shield, "stance");
	char word[WORD_MAX], why[WORD_MAX], since[WORD_MAX];
	const char *colour;

	text_of(stance, "stance", word);
	text_of(stance, "since", since);
	since[since[0] ? 19 : 0] = 0;
	colour = strcmp(word, "calm") == 0 ? GREEN : strcmp(word, "watch") == 0 ? YELLOW : RED;
	fprintf(out, "\nStance: %s%s%s since %sZ%s\n", paint(style, colour), word, paint(style, PLAIN), since,
		is_true(stance, "overloaded") ? ", more questions than the server bears: the kernel defends by itself" : "");
	fprintf(out, "  %s\n", text_of(stance, "why", why));
	if (text_of(stance, "vector_says", why)[0])
		fprintf(out, "  Junk: %s\n", why);
}

static void put_lanes(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *lanes = json_object_get(shield, "lanes"), *lane;
	char word[WORD_MAX];
	size_t i;

	fputc('\n', out);
	heading(out, style, "Now, a second     passed   dropped      TC=1     would");
	fprintf(out, "%-14s", "all packets");
	put_rates(out, json_object_get(shield, "rates"));
	fputc('\n', out);
	json_array_foreach((json_t *)lanes, i, lane)
	{
		fprintf(out, "%-14.14s", text_of(lane, "lane", word));
		put_rates(out, json_object_get(lane, "rates"));
		fputc('\n', out);
	}
}

static void put_filters(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *filters = json_object_get(shield, "filters"), *filter, *collateral = json_object_get(shield, "collateral");
	char word[WORD_MAX], mode[WORD_MAX], number[16];
	size_t i;

	fputc('\n', out);
	heading(out, style, "Filter      mode     called   dropped      TC=1     would   (since the maps were made)");
	json_array_foreach((json_t *)filters, i, filter)
	{
		fprintf(out, "%-11.11s %-8.8s %-6s", text_of(filter, "filter", word), text_of(filter, "mode", mode),
			is_true(filter, "acting") ? "yes" : "no");
		for (unsigned outcome = 1; outcome < 4; outcome++)
			fprintf(out, " %9s", short_count(number, (double)count_of(filter, outcomes[outcome])));
		fputc('\n', out);
	}
	if (!count_of(collateral, "proven_questions"))
		fputs("Collateral: no question of a proven source was seen yet, so nothing can be said.\n", out);
	else
		fprintf(out,
			"Collateral: %" PRIu64 " of %" PRIu64
			" questions of proven sources would be stopped if what observes enforced (%.3f %%).\n",
			count_of(collateral, "would_stop"), count_of(collateral, "proven_questions"),
			100 * json_number_value(json_object_get(collateral, "share")));
}

static void put_zone(FILE *out, const json_t *zone)
{
	static const char *const classes[] = {"exists", "possible", "unknown", "foreign"};
	const json_t *seen = json_object_get(zone, "seen");
	char name[WORD_MAX], state[WORD_MAX], why[WORD_MAX], number[16];

	text_of(zone, "zone", name);
	fprintf(out, "%-24.24s %-8.8s %7s", name[0] ? name : "(none of ours)", name[0] ? text_of(zone, "state", state) : "",
		name[0] ? short_count(number, (double)count_of(zone, "names")) : "");
	for (unsigned i = 0; i < 4; i++)
		fprintf(out, " %8s", short_count(number, (double)count_of(seen, classes[i])));
	for (unsigned i = 1; i < 4; i++)
		fprintf(out, " %8s", short_count(number, (double)count_of(zone, outcomes[i])));
	fprintf(out, "%s\n", is_true(zone, "fresh") ? "  fresh" : "");
	if (text_of(zone, "why", why)[0])
		fprintf(out, "  %s\n", why);
}

static void put_zones(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *zones = json_object_get(shield, "zones"), *zone;
	size_t i;

	fputc('\n', out);
	heading(out, style, "Zone                     state      names   exists possible  unknown  foreign  dropped     TC=1    would");
	json_array_foreach((json_t *)zones, i, zone) put_zone(out, zone);
}

void verdicts_text(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *reasons = json_object_get(shield, "reasons"), *reason;
	char word[WORD_MAX], says[WORD_MAX];
	size_t i;

	heading(out, style, "Reason            passed   dropped      TC=1     would");
	json_array_foreach((json_t *)reasons, i, reason)
	{
		fprintf(out, "%-14.14s", text_of(reason, "reason", word));
		put_counts(out, reason);
		fprintf(out, "  %s\n", text_of(reason, "says", says));
	}
}

void stats_text(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *tables = json_object_get(shield, "tables"), *table, *samples = json_object_get(shield, "samples");
	char word[WORD_MAX], used[16], size[16], bytes[16];
	size_t i;

	heading(out, style, "Table             used      room     bytes");
	json_array_foreach((json_t *)tables, i, table)
		fprintf(out, "%-12.12s %9s %9s %9s\n", text_of(table, "table", word), short_count(used, (double)count_of(table, "used")),
			short_count(size, (double)count_of(table, "size")), short_count(bytes, (double)count_of(table, "bytes")));
	fprintf(out, "\nThe daemon uses %s bytes. ", short_count(used, (double)count_of(shield, "resident_bytes")));
	fprintf(out, "Proofs of addresses: %s; ", short_count(used, (double)count_of(shield, "proofs")));
	fprintf(out, "questions of this host: %s.\n", short_count(used, (double)count_of(shield, "own_questions")));
	fprintf(out, "Sampled frames: %s written, ", short_count(used, (double)count_of(samples, "written")));
	fprintf(out, "%s left out, ", short_count(used, (double)count_of(samples, "left_out")));
	fprintf(out, "%s lost. ", short_count(used, (double)count_of(samples, "lost")));
	fprintf(out, "Buckets contended: %s.\n", short_count(used, (double)count_of(shield, "contended")));
}

void shield_text(FILE *out, const json_t *shield, const struct shield_style *style)
{
	put_head(out, shield, style);
	put_stance(out, shield, style);
	put_lanes(out, shield, style);
	put_filters(out, shield, style);
	put_zones(out, shield, style);
	if (style->brief)
		return;
	fputc('\n', out);
	verdicts_text(out, shield, style);
	fputc('\n', out);
	stats_text(out, shield, style);
}

void decisions_text(FILE *out, const json_t *decisions, const struct shield_style *style)
{
	char kind[WORD_MAX], prefix[WORD_MAX], until[WORD_MAX], who[WORD_MAX], reason[WORD_MAX], confirm[WORD_MAX];
	const json_t *one;
	size_t i;

	if (!json_array_size(decisions))
		fputs("No decision stands.\n", out);
	json_array_foreach((json_t *)decisions, i, one)
	{
		fprintf(out, "%6" PRIu64 "  %-10s %-24s", count_of(one, "decision"), text_of(one, "kind", kind),
			text_of(one, "prefix", prefix));
		if (text_of(one, "until", until)[0])
			fprintf(out, " until %.19sZ", until);
		if (text_of(one, "confirm_by", confirm)[0])
			fprintf(out, " to be confirmed by %.19sZ", confirm);
		fprintf(out, " by %s%s%s\n", text_of(one, "who", who), text_of(one, "reason", reason)[0] ? ": " : "", reason);
	}
}

void audit_text(FILE *out, const json_t *audit, const struct shield_style *style)
{
	char time[WORD_MAX], verb[WORD_MAX], who[WORD_MAX], detail[WORD_MAX];
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)audit, i, one)
	{
		fprintf(out, "%6" PRIu64 "  %.19sZ  %-8s", count_of(one, "deed"), text_of(one, "time", time), text_of(one, "verb", verb));
		if (count_of(one, "decision"))
			fprintf(out, " decision %" PRIu64, count_of(one, "decision"));
		if (count_of(one, "of") && strcmp(verb, "undo") == 0)
			fprintf(out, " of %" PRIu64, count_of(one, "of"));
		fprintf(out, " by %s%s%s%s\n", text_of(one, "who", who), is_true(one, "undone") ? " (undone)" : "",
			text_of(one, "detail", detail)[0] ? ": " : "", detail);
	}
}

void lines_cut(FILE *out, const char *text, unsigned columns, unsigned lines, const char *end)
{
	for (unsigned line = 0; *text && line < lines; line++) {
		unsigned column = 0;
		for (; *text && *text != '\n'; text++) {
			if (*text == '\033') { /* a colour of ours takes no column, and is kept even behind the edge */
				size_t len = strcspn(text, "m") + 1;
				fwrite(text, 1, len, out);
				text += len - 1;
				continue;
			}
			column += ((unsigned char)*text & 0xc0) != 0x80;
			if (column <= columns)
				fputc(*text, out);
		}
		text += *text == '\n';
		fputs(end, out);
	}
}
