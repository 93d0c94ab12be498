/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shield_text.h"

#include <inttypes.h>
#include <string.h>

#include "cli/prose.h"

static const char *const outcomes[] = {"passed", "dropped", "truncated", "would"};

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key, char out[PROSE_WORD_MAX])
{
	return prose_text(object, key, out, PROSE_WORD_MAX);
}

static void heading(FILE *out, const struct shield_style *style, const char *text)
{
	fprintf(out, "%s%s%s\n", prose_paint(style, PROSE_BOLD), text, prose_paint(style, PROSE_PLAIN));
}

static void put_counts(FILE *out, const json_t *object)
{
	char word[16];

	for (unsigned i = 0; i < 4; i++)
		fprintf(out, " %9s", prose_short(word, prose_count(object, outcomes[i])));
}

static void put_rates(FILE *out, const json_t *rates)
{
	char word[16];

	for (unsigned i = 0; i < 4; i++)
		fprintf(out, " %9s", prose_rate(word, json_number_value(json_object_get(rates, outcomes[i]))));
}

/* ---- parts ---- */

static void put_head(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *interface = json_object_get(shield, "interface"), *configuration = json_object_get(shield, "configuration");
	char name[PROSE_WORD_MAX], xdp[PROSE_WORD_MAX], since[PROSE_WORD_MAX], why[PROSE_WORD_MAX];

	text_of(shield, "started", since);
	since[since[0] ? 19 : 0] = 0;
	fprintf(out, "%sShield on %s%s (XDP %s), running since %sZ, %" PRIu64 " decision%s\n", prose_paint(style, PROSE_BOLD),
		text_of(interface, "name", name), prose_paint(style, PROSE_PLAIN), text_of(interface, "xdp", xdp), since,
		prose_count(shield, "decisions"), prose_count(shield, "decisions") == 1 ? "" : "s");
	if (!is_true(interface, "attached"))
		fprintf(out, "%sNOT ON THE INTERFACE: nothing is protected.%s\n", prose_paint(style, PROSE_RED),
			prose_paint(style, PROSE_PLAIN));
	if (text_of(configuration, "refused", why)[0])
		fprintf(out, "%sThe configuration's file is wrong, the earlier one holds:%s %s\n", prose_paint(style, PROSE_YELLOW),
			prose_paint(style, PROSE_PLAIN), why);
	if (text_of(shield, "store", why)[0])
		fprintf(out, "%sStore:%s %s\n", prose_paint(style, PROSE_YELLOW), prose_paint(style, PROSE_PLAIN), why);
}

static void put_stance(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *stance = json_object_get(shield, "stance");
	char word[PROSE_WORD_MAX], why[PROSE_WORD_MAX], since[PROSE_WORD_MAX];
	const char *colour;

	text_of(stance, "stance", word);
	text_of(stance, "since", since);
	since[since[0] ? 19 : 0] = 0;
	colour = strcmp(word, "calm") == 0 ? PROSE_GREEN : strcmp(word, "watch") == 0 ? PROSE_YELLOW : PROSE_RED;
	fprintf(out, "\nStance: %s%s%s since %sZ%s\n", prose_paint(style, colour), word, prose_paint(style, PROSE_PLAIN), since,
		is_true(stance, "overloaded") ? ", more questions than the server bears: the kernel defends by itself" : "");
	fprintf(out, "  %s\n", text_of(stance, "why", why));
	if (text_of(stance, "vector_says", why)[0])
		fprintf(out, "  Junk: %s\n", why);
}

static void put_lanes(FILE *out, const json_t *shield, const struct shield_style *style)
{
	const json_t *lanes = json_object_get(shield, "lanes"), *lane;
	char word[PROSE_WORD_MAX];
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
	char word[PROSE_WORD_MAX], mode[PROSE_WORD_MAX], number[16];
	size_t i;

	fputc('\n', out);
	heading(out, style, "Filter      mode     called   dropped      TC=1     would   (since the maps were made)");
	json_array_foreach((json_t *)filters, i, filter)
	{
		fprintf(out, "%-11.11s %-8.8s %-6s", text_of(filter, "filter", word), text_of(filter, "mode", mode),
			is_true(filter, "acting") ? "yes" : "no");
		for (unsigned outcome = 1; outcome < 4; outcome++)
			fprintf(out, " %9s", prose_short(number, prose_count(filter, outcomes[outcome])));
		fputc('\n', out);
	}
	if (!prose_count(collateral, "proven_questions"))
		fputs("Collateral: no question of a proven source was seen yet, so nothing can be said.\n", out);
	else
		fprintf(out,
			"Collateral: %" PRIu64 " of %" PRIu64
			" questions of proven sources would be stopped if what observes enforced (%.3f %%).\n",
			prose_count(collateral, "would_stop"), prose_count(collateral, "proven_questions"),
			100 * json_number_value(json_object_get(collateral, "share")));
}

static void put_zone(FILE *out, const json_t *zone)
{
	static const char *const classes[] = {"exists", "possible", "unknown", "foreign"};
	const json_t *seen = json_object_get(zone, "seen");
	char name[PROSE_WORD_MAX], state[PROSE_WORD_MAX], why[PROSE_WORD_MAX], number[16];

	text_of(zone, "zone", name);
	fprintf(out, "%-24.24s %-8.8s %7s", name[0] ? name : "(none of ours)", name[0] ? text_of(zone, "state", state) : "",
		name[0] ? prose_short(number, prose_count(zone, "names")) : "");
	for (unsigned i = 0; i < 4; i++)
		fprintf(out, " %8s", prose_short(number, prose_count(seen, classes[i])));
	for (unsigned i = 1; i < 4; i++)
		fprintf(out, " %8s", prose_short(number, prose_count(zone, outcomes[i])));
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
	char word[PROSE_WORD_MAX], says[PROSE_WORD_MAX];
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
	char word[PROSE_WORD_MAX], used[16], size[16], bytes[16];
	size_t i;

	heading(out, style, "Table             used      room     bytes");
	json_array_foreach((json_t *)tables, i, table)
		fprintf(out, "%-12.12s %9s %9s %9s\n", text_of(table, "table", word), prose_short(used, prose_count(table, "used")),
			prose_short(size, prose_count(table, "size")), prose_short(bytes, prose_count(table, "bytes")));
	fprintf(out, "\nThe daemon uses %s bytes. ", prose_short(used, prose_count(shield, "resident_bytes")));
	fprintf(out, "Proofs of addresses: %s; ", prose_short(used, prose_count(shield, "proofs")));
	fprintf(out, "questions of this host: %s.\n", prose_short(used, prose_count(shield, "own_questions")));
	fprintf(out, "Sampled frames: %s written, ", prose_short(used, prose_count(samples, "written")));
	fprintf(out, "%s left out, ", prose_short(used, prose_count(samples, "left_out")));
	fprintf(out, "%s lost. ", prose_short(used, prose_count(samples, "lost")));
	fprintf(out, "Buckets contended: %s.\n", prose_short(used, prose_count(shield, "contended")));
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
	char kind[PROSE_WORD_MAX], prefix[PROSE_WORD_MAX], until[PROSE_WORD_MAX], who[PROSE_WORD_MAX], reason[PROSE_WORD_MAX],
		confirm[PROSE_WORD_MAX];
	const json_t *one;
	size_t i;

	if (!json_array_size(decisions))
		fputs("No decision stands.\n", out);
	json_array_foreach((json_t *)decisions, i, one)
	{
		fprintf(out, "%6" PRIu64 "  %-10s %-24s", prose_count(one, "decision"), text_of(one, "kind", kind),
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
	char time[PROSE_WORD_MAX], verb[PROSE_WORD_MAX], who[PROSE_WORD_MAX], detail[PROSE_WORD_MAX], kind[PROSE_WORD_MAX],
		about[PROSE_WORD_MAX], until[PROSE_WORD_MAX];
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)audit, i, one)
	{
		fprintf(out, "%6" PRIu64 "  %.19sZ  %-8s", prose_count(one, "deed"), text_of(one, "time", time),
			text_of(one, "verb", verb));
		if (text_of(one, "kind", kind)[0])
			fprintf(out, " %s of", kind);
		if (text_of(one, "about", about)[0])
			fprintf(out, " %s", about);
		if (strcmp(verb, "decide") == 0 && text_of(one, "until", until)[0])
			fprintf(out, " until %.19sZ", until);
		if (prose_count(one, "decision"))
			fprintf(out, " decision %" PRIu64, prose_count(one, "decision"));
		if (prose_count(one, "of") && strcmp(verb, "undo") == 0)
			fprintf(out, " of %" PRIu64, prose_count(one, "of"));
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
