/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/overview_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/prose.h"

/* ---- the overview ---- */

static const char *colour_of(const char *severity)
{
	if (strcmp(severity, "critical") == 0 || strcmp(severity, "high") == 0)
		return PROSE_RED;
	return strcmp(severity, "medium") == 0 ? PROSE_YELLOW : "";
}

static void heading(FILE *out, const struct shield_style *style, const char *text)
{
	fprintf(out, "\n%s%s%s\n", prose_paint(style, PROSE_BOLD), text, prose_paint(style, PROSE_PLAIN));
}

static void put_need(FILE *out, const json_t *need, size_t number, const struct shield_style *style)
{
	char severity[PROSE_WORD_MAX], text[PROSE_TEXT_MAX], first[PROSE_WORD_MAX];
	const char *colour = prose_paint(style, colour_of(prose_text(need, "severity", severity, sizeof(severity))));

	snprintf(first, sizeof(first), " %s%2zu %-8.8s%s  ", colour, number, severity, *colour ? prose_paint(style, PROSE_PLAIN) : "");
	prose_wrap(out, style, first, 14, prose_text(need, "text", text, sizeof(text)));
	snprintf(first, sizeof(first), "%14s", "");
	fputs(prose_paint(style, PROSE_BOLD), out);
	prose_wrap(out, style, first, 14, prose_text(need, "do", text, sizeof(text)));
	fputs(prose_paint(style, PROSE_PLAIN), out);
	if (prose_count(need, "finding"))
		fprintf(out, "%14s%sfinding %" PRIu64 "%s\n", "", prose_paint(style, PROSE_DIM), prose_count(need, "finding"),
			prose_paint(style, PROSE_PLAIN));
}

static void put_needs(FILE *out, const json_t *overview, const struct shield_style *style)
{
	const json_t *list = json_object_get(overview, "needs"), *need;
	size_t i;

	if (!json_array_size(list)) {
		fprintf(out, "\n%sNothing needs you now.%s\n", prose_paint(style, PROSE_GREEN), prose_paint(style, PROSE_PLAIN));
		return;
	}
	heading(out, style, "What needs you now");
	json_array_foreach((json_t *)list, i, need) put_need(out, need, i + 1, style);
	if (prose_count(overview, "needs_more"))
		fprintf(out, "    and %" PRIu64 " more: floodwall show findings\n", prose_count(overview, "needs_more"));
}

/* "enforce", where all filters agree; else each by its name. */
static void put_modes(FILE *out, const json_t *overview, const struct shield_style *style)
{
	json_t *modes = json_object_get(overview, "mode");
	const char *name, *one = NULL;
	char text[PROSE_TEXT_MAX] = "";
	size_t len = 0;
	json_t *mode;
	bool same = true;

	json_object_foreach(modes, name, mode)
	{
		const char *word = json_string_value(mode) ? json_string_value(mode) : "";
		same &= !one || strcmp(one, word) == 0;
		one = word;
		if (len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.32s %.32s", len ? ", " : "", name, word);
	}
	if (json_is_true(json_object_get(overview, "bypass")))
		snprintf(text, sizeof(text), "switched off by a person; floodwall resume switches them on");
	else if (same && one)
		snprintf(text, sizeof(text), "all %s%s", one,
			strcmp(one, "observe") == 0       ? ": what they would stop is counted, nothing is stopped"
				: strcmp(one, "off") == 0 ? ": nothing is stopped"
							  : "");
	prose_wrap(out, style, "Filters   ", 10, text);
}

static void put_counts(FILE *out, const json_t *overview)
{
	static const char *const states[] = {"hijacked", "suspect", "exposed", "quarantined"};
	const json_t *devices = json_object_get(overview, "devices"), *findings = json_object_get(overview, "findings");
	bool any = false;

	if (json_is_object(devices)) {
		fprintf(out, "Devices   %" PRIu64 ":", prose_count(devices, "total"));
		for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
			if (prose_count(devices, states[i])) {
				fprintf(out, "%s %" PRIu64 " %s", any ? "," : "", prose_count(devices, states[i]), states[i]);
				any = true;
			}
		fprintf(out, "%s\n", any ? "" : " all clean");
	}
	if (json_is_object(findings))
		fprintf(out, "Findings  %" PRIu64 " today, %" PRIu64 " this week, %" PRIu64 " open\n", prose_count(findings, "day"),
			prose_count(findings, "week"), prose_count(findings, "open"));
}

static void put_list(FILE *out, const json_t *list, const struct shield_style *style, const char *title)
{
	char text[PROSE_TEXT_MAX];
	const json_t *one;
	size_t i;

	if (!json_array_size(list))
		return;
	heading(out, style, title);
	json_array_foreach((json_t *)list, i, one)
	{
		text_escape(text, sizeof(text), json_is_string(one) ? json_string_value(one) : "", SIZE_MAX);
		prose_wrap(out, style, "  - ", 4, text);
	}
}

void overview_text(FILE *out, const json_t *overview, const struct shield_style *style)
{
	char role[PROSE_WORD_MAX], version[PROSE_WORD_MAX], started[32], stance[PROSE_WORD_MAX];
	const json_t *capture = json_object_get(overview, "capture");
	char memory[16];

	fprintf(out, "%sFloodwall %s%s, %s, since %s UTC\n\n", prose_paint(style, PROSE_BOLD),
		prose_text(overview, "version", version, sizeof(version)), prose_paint(style, PROSE_PLAIN),
		prose_text(overview, "role", role, sizeof(role)), prose_minute(overview, "started", started));
	put_modes(out, overview, style);
	if (*prose_text(overview, "stance", stance, sizeof(stance)))
		fprintf(out, "Stance    %s\n", stance);
	put_counts(out, overview);
	fprintf(out, "Itself    %s bytes of memory", prose_short(memory, prose_count(overview, "resident_bytes")));
	if (prose_count(capture, "frames"))
		fprintf(out, "; of %" PRIu64 " frames looked at, %" PRIu64 " lost", prose_count(capture, "frames"),
			prose_count(capture, "lost"));
	fputc('\n', out);
	put_needs(out, overview, style);
	put_list(out, json_object_get(overview, "faults"), style, "What does not work");
	put_list(out, json_object_get(overview, "blind"), style, "What cannot be seen from here");
}

/* ---- one device ---- */

static void put_guess(FILE *out, const json_t *device, const char *key, const char *label)
{
	const json_t *guess = json_object_get(device, key);
	char name[PROSE_WORD_MAX];

	if (*prose_text(guess, "name", name, sizeof(name)))
		fprintf(out, "%-10s%s (%" PRIu64 " %% sure)\n", label, name, prose_count(guess, "confidence"));
}

static void put_addresses(FILE *out, const json_t *device, const struct shield_style *style)
{
	char text[PROSE_TEXT_MAX] = "";
	const json_t *one;
	size_t i, len = 0;

	json_array_foreach(json_object_get(device, "addresses"), i, one) if (len < sizeof(text) && json_is_string(one)) len +=
		(size_t)snprintf(text + len, sizeof(text) - len, "%s%.64s", len ? ", " : "", json_string_value(one));
	if (*text)
		prose_wrap(out, style, "Addresses ", 10, text);
}

static void put_clues(FILE *out, const json_t *device, const struct shield_style *style)
{
	char source[PROSE_WORD_MAX], value[PROSE_WORD_MAX], says[PROSE_WORD_MAX], first[PROSE_WORD_MAX], text[2 * PROSE_WORD_MAX + 8];
	const json_t *list = json_object_get(device, "clues"), *clue;
	size_t i;

	if (json_array_size(list))
		heading(out, style, "Why");
	json_array_foreach((json_t *)list, i, clue)
	{
		snprintf(first, sizeof(first), "  %-16.60s ", prose_text(clue, "source", source, sizeof(source)));
		prose_text(clue, "value", value, sizeof(value));
		prose_text(clue, "says", says, sizeof(says));
		snprintf(text, sizeof(text), "%s%s%s", value, *says ? " -> " : "", says);
		prose_wrap(out, style, first, 19, text);
	}
}

static void put_line(FILE *out, const json_t *one, const char *key, const struct shield_style *style)
{
	char text[PROSE_TEXT_MAX];

	if (*prose_text(one, key, text, sizeof(text)))
		prose_wrap(out, style, "    ", 4, text);
}

/* What speaks of its maker alone is counted: it may be about something else. */
static void put_weaknesses(FILE *out, const json_t *device, const struct shield_style *style)
{
	const json_t *advisories = json_object_get(device, "advisories"), *recalls = json_object_get(device, "recalls"), *one;
	char id[PROSE_WORD_MAX], title[PROSE_WORD_MAX], text[2 * PROSE_WORD_MAX + 8], certainty[PROSE_WORD_MAX];
	unsigned of_maker = 0;
	size_t i;

	if (json_array_size(advisories) || json_array_size(recalls))
		heading(out, style, "Known weaknesses");
	json_array_foreach((json_t *)recalls, i, one)
	{
		prose_wrap(out, style, "  ", 2, prose_text(one, "title", title, sizeof(title)));
		put_line(out, one, "says", style);
		put_line(out, one, "url", style);
	}
	json_array_foreach((json_t *)advisories, i, one)
	{
		if (strcmp(prose_text(one, "certainty", certainty, sizeof(certainty)), "maker") == 0) {
			of_maker++;
			continue;
		}
		snprintf(text, sizeof(text), "%s: %s", prose_text(one, "id", id, sizeof(id)),
			prose_text(one, "title", title, sizeof(title)));
		prose_wrap(out, style, "  ", 2, text);
		put_line(out, one, "standing", style);
		put_line(out, one, "remedy", style);
		put_line(out, one, "url", style);
	}
	if (of_maker)
		fprintf(out, "  %u more speak%s of other products of its maker, or of ones that may be this\n", of_maker,
			of_maker == 1 ? "s" : "");
}

static void put_talks(FILE *out, const json_t *device, const struct shield_style *style)
{
	const json_t *list = json_object_get(device, "talks"), *talk;
	char peer[PROSE_WORD_MAX], name[PROSE_WORD_MAX], protocol[PROSE_WORD_MAX], named[PROSE_WORD_MAX], port[16] = "", sent[16], got[16];
	size_t i;

	if (!json_array_size(list))
		return;
	heading(out, style, "Whom it talks to        (bytes that were looked at: out, in)");
	json_array_foreach((json_t *)list, i, talk)
	{
		prose_text(talk, "peer", peer, sizeof(peer));
		prose_text(talk, "name", name, sizeof(name));
		prose_text(talk, "protocol", protocol, sizeof(protocol));
		port[0] = 0;
		if (prose_count(talk, "port"))
			snprintf(port, sizeof(port), "/%" PRIu64, prose_count(talk, "port"));
		prose_text(talk, "named_by", named, sizeof(named));
		fprintf(out, "  %7s %7s  %.8s%-6s  %s%s%s%s%s\n", prose_short(sent, prose_count(talk, "bytes_out")),
			prose_short(got, prose_count(talk, "bytes_in")), protocol, port, *name ? name : peer, *name ? " (" : "",
			*name ? peer : "", *name ? ")" : "", strcmp(named, "hello") == 0 ? ", by its own word" : "");
	}
}

static void put_timeline(FILE *out, const json_t *device, const struct shield_style *style)
{
	const json_t *list = json_object_get(device, "timeline"), *event;
	char text[PROSE_TEXT_MAX], first[64], when[32];
	size_t i;

	if (json_array_size(list))
		heading(out, style, "What happened");
	json_array_foreach((json_t *)list, i, event)
	{
		snprintf(first, sizeof(first), "  %-16s  ", prose_minute(event, "time", when));
		prose_wrap(out, style, first, 20, prose_text(event, "text", text, sizeof(text)));
	}
}

void device_text(FILE *out, const json_t *device, const struct shield_style *style)
{
	char mac[PROSE_WORD_MAX], name[PROSE_WORD_MAX], state[PROSE_WORD_MAX], stand[PROSE_WORD_MAX], why[PROSE_TEXT_MAX], when[32];

	prose_text(device, "mac", mac, sizeof(mac));
	prose_text(device, "name", name, sizeof(name));
	fprintf(out, "%s%s%s%s%s\n\n", prose_paint(style, PROSE_BOLD), *name ? name : mac, prose_paint(style, PROSE_PLAIN),
		*name ? "  " : "", *name ? mac : "");
	prose_text(device, "state", state, sizeof(state));
	prose_text(device, "stand", stand, sizeof(stand));
	fprintf(out, "%-10s%s%s%s%s%s\n", "State", prose_paint(style, strcmp(state, "clean") ? PROSE_RED : PROSE_GREEN), state,
		prose_paint(style, PROSE_PLAIN), strcmp(stand, "ordinary") ? ", " : "", strcmp(stand, "ordinary") ? stand : "");
	if (*prose_text(device, "why", why, sizeof(why)))
		prose_wrap(out, style, "Because   ", 10, why);
	put_addresses(out, device, style);
	put_guess(out, device, "kind", "Kind");
	put_guess(out, device, "maker", "Maker");
	put_guess(out, device, "model", "Model");
	fprintf(out, "%-10s%s UTC\n", "First", prose_minute(device, "first", when));
	if (*prose_minute(device, "last", when))
		fprintf(out, "%-10s%s UTC\n", "Last", when);
	put_weaknesses(out, device, style);
	put_list(out, json_object_get(device, "policy_words"), style, "What it may do");
	put_talks(out, device, style);
	put_timeline(out, device, style);
	put_clues(out, device, style);
}

/* ---- mutes ---- */

void mutes_text(FILE *out, const json_t *decisions, const struct shield_style *style)
{
	char rule[PROSE_WORD_MAX], reason[PROSE_WORD_MAX], who[PROSE_WORD_MAX], kind[PROSE_WORD_MAX], until[32], text[PROSE_TEXT_MAX];
	const json_t *one;
	bool any = false;
	size_t i;

	json_array_foreach((json_t *)decisions, i, one)
	{
		if (strcmp(prose_text(one, "kind", kind, sizeof(kind)), "mute") != 0)
			continue;
		any = true;
		prose_minute(one, "until", until);
		fprintf(out, "%s%s%s\n", prose_paint(style, PROSE_BOLD), prose_text(one, "prefix", rule, sizeof(rule)),
			prose_paint(style, PROSE_PLAIN));
		snprintf(text, sizeof(text), "%s (%s%s%s%s)", prose_text(one, "reason", reason, sizeof(reason)),
			prose_text(one, "who", who, sizeof(who)), *until ? ", until " : "", until, *until ? " UTC" : "");
		prose_wrap(out, style, "    ", 4, text);
		fprintf(out, "    end it: floodwall unmute %" PRIu64 "\n", prose_count(one, "decision"));
	}
	if (!any)
		fputs("Nothing is muted.\n", out);
}
