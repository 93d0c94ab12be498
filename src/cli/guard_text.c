/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/guard_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/prose.h"

enum { SAY_MAX = 3200 };

static const json_t *below(const json_t *object, const char *first, const char *second)
{
	return json_object_get(json_object_get(object, first), second);
}

/* A moment without its fraction: 2026-01-02 03:04:05. */
static const char *short_time(const json_t *object, const char *key, char out[32])
{
	char text[PROSE_WORD_MAX];

	prose_text(object, key, text, sizeof(text));
	snprintf(out, 32, "%.10s %.8s", text, strlen(text) > 19 ? text + 11 : "");
	return out;
}

/* ---- devices ---- */

static const char *colour_of(const char *word)
{
	return strcmp(word, "quarantined") == 0 || strcmp(word, "hijacked") == 0 || strcmp(word, "critical") == 0 ||
			strcmp(word, "high") == 0
		? PROSE_RED
		: strcmp(word, "suspect") == 0 || strcmp(word, "exposed") == 0 || strcmp(word, "medium") == 0 ? PROSE_YELLOW
													      : "";
}

static void put_word(FILE *out, const struct shield_style *style, const char *word, int width)
{
	const char *colour = colour_of(word);

	fprintf(out, "%s%-*s%s", *colour ? prose_paint(style, colour) : "", width, word, *colour ? prose_paint(style, PROSE_PLAIN) : "");
}

static void put_device(FILE *out, const json_t *device, const struct shield_style *style)
{
	char mac[PROSE_WORD_MAX], name[PROSE_WORD_MAX], state[PROSE_WORD_MAX], stand[PROSE_WORD_MAX], address[PROSE_WORD_MAX] = "",
												      from[PROSE_WORD_MAX], count[16];
	const json_t *first = json_array_get(json_object_get(device, "addresses"), 0);
	const json_t *policy = json_object_get(device, "policy"), *dropped = json_object_get(below(device, "traffic", "out"), "dropped");
	const json_t *passed = json_object_get(below(device, "traffic", "out"), "passed");

	if (json_is_string(first))
		text_escape(address, sizeof(address), json_string_value(first), json_string_length(first));
	prose_text(device, "mac", mac, sizeof(mac));
	prose_text(device, "name", name, sizeof(name));
	fprintf(out, "%-17s  %-15s  %-20.20s  ", mac, address, *name ? name : "-");
	put_word(out, style, prose_text(device, "state", state, sizeof(state)), 9);
	put_word(out, style, prose_text(device, "stand", stand, sizeof(stand)), 12);
	prose_text(policy, "from", from, sizeof(from));
	if (strcmp(from, "none") == 0)
		fprintf(out, "%-10s", "-");
	else
		fprintf(out, "%3" PRIu64 " rules ", prose_count(policy, "rules"));
	fprintf(out, " %7s", prose_short(count, prose_count(passed, "packets")));
	fprintf(out, " %7s\n", prose_short(count, prose_count(dropped, "packets")));
}

static void put_why(FILE *out, const json_t *device)
{
	char why[SAY_MAX], until[32], refused[PROSE_WORD_MAX];

	if (*prose_text(device, "why", why, sizeof(why)))
		fprintf(out, "    %s\n", why);
	if (json_is_string(json_object_get(device, "until")))
		fprintf(out, "    until %s\n", short_time(device, "until", until));
	if (*prose_text(json_object_get(device, "policy"), "refused", refused, sizeof(refused)))
		fprintf(out, "    sends the MUD URL of another maker, not taken: %s\n", refused);
}

void devices_text(FILE *out, const json_t *devices, const struct shield_style *style)
{
	const json_t *list = json_object_get(devices, "devices"), *device;
	size_t i;

	if (!json_array_size(list)) {
		fputs("No device has been heard yet.\n", out);
		return;
	}
	fprintf(out, "%s%-17s  %-15s  %-20s  %-9s%-12s%-10s %7s %7s%s\n", prose_paint(style, PROSE_BOLD), "MAC", "address", "name", "state",
		"stand", "policy", "sent", "stopped", prose_paint(style, PROSE_PLAIN));
	json_array_foreach((json_t *)list, i, device)
	{
		put_device(out, device, style);
		put_why(out, device);
	}
}

/* ---- findings ---- */

static const char *act_says(const char *act)
{
	static const struct {
		const char *act, *says;
	} words[] = {{"quarantined", "put into quarantine"}, {"would", "would be quarantined: the filter observes"},
		{"held-back", "held back: this device is never stopped"}, {"no-device", "nobody of ours is known to have done it"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(act, words[i].act) == 0)
			return words[i].says;
	return "noted";
}

static void put_finding(FILE *out, const json_t *finding, const struct shield_style *style)
{
	char id[PROSE_WORD_MAX], severity[PROSE_WORD_MAX], mac[PROSE_WORD_MAX], name[PROSE_WORD_MAX], act[PROSE_WORD_MAX], say[SAY_MAX],
		first[32];
	const json_t *leaked = json_object_get(finding, "leaked");

	fprintf(out, "%s%4" PRIu64 "%s  ", prose_paint(style, PROSE_BOLD), prose_count(finding, "finding"),
		prose_paint(style, PROSE_PLAIN));
	put_word(out, style, prose_text(finding, "severity", severity, sizeof(severity)), 9);
	fprintf(out, "%-22s  %s", prose_text(finding, "id", id, sizeof(id)), short_time(finding, "first", first));
	if (*prose_text(finding, "mac", mac, sizeof(mac)))
		fprintf(out, "  %s %s", mac, prose_text(finding, "name", name, sizeof(name)));
	fprintf(out, "\n      %s\n      %s", prose_text(finding, "summary", say, sizeof(say)),
		act_says(prose_text(finding, "act", act, sizeof(act))));
	if (json_is_object(leaked))
		fprintf(out, "; %" PRIu64 " packets (%" PRIu64 " bytes) left before", prose_count(leaked, "packets"),
			prose_count(leaked, "bytes"));
	fputc('\n', out);
	if (*prose_text(finding, "muted", say, sizeof(say)))
		fprintf(out, "      muted: %s\n", say);
	if (strcmp(act, "quarantined") == 0 && *mac)
		fprintf(out, "      undo: floodwall release %s\n", mac);
}

void findings_text(FILE *out, const json_t *findings, const struct shield_style *style)
{
	const json_t *list = json_object_get(findings, "findings"), *finding;
	size_t i;

	if (!json_array_size(list))
		fputs("Nothing was found.\n", out);
	json_array_foreach((json_t *)list, i, finding) put_finding(out, finding, style);
	if (prose_count(findings, "next"))
		fprintf(out, "More: --before %" PRIu64 "\n", prose_count(findings, "next"));
}

void finding_text(FILE *out, const json_t *finding, const struct shield_style *style)
{
	char say[SAY_MAX];

	put_finding(out, finding, style);
	if (*prose_text(finding, "do", say, sizeof(say)))
		fprintf(out, "      what to do: %s\n", say);
	if (prose_count(finding, "packets"))
		fprintf(out, "      what proves it: floodwall show packets %" PRIu64 " >%" PRIu64 ".pcapng\n",
			prose_count(finding, "finding"), prose_count(finding, "finding"));
}

/* ---- traffic ---- */

/* Steps in which nothing was counted say nothing: they are left out. */
static bool is_silent(const json_t *series, size_t at)
{
	const char *name;
	json_t *values;

	json_object_foreach((json_t *)series, name, values) if (json_integer_value(json_array_get(values, at))) return false;
	return true;
}

void traffic_text(FILE *out, const json_t *traffic, const struct shield_style *style)
{
	const json_t *series = json_object_get(traffic, "series");
	size_t steps = json_array_size(json_object_get(series, "would"));
	char time[TEXT_TIME_MAX], count[16];
	const char *name;
	json_t *values;

	fprintf(out, "%s%-19s", prose_paint(style, PROSE_BOLD), "from (UTC)");
	json_object_foreach((json_t *)series, name, values) fprintf(out, " %11s", name);
	fprintf(out, "%s\n", prose_paint(style, PROSE_PLAIN));
	for (size_t i = 0; i < steps; i++) {
		if (is_silent(series, i))
			continue;
		text_time(time, (prose_count(traffic, "from") + i * prose_count(traffic, "step_s")) * 1000000000ull);
		fprintf(out, "%.10s %.8s", time, time + 11);
		json_object_foreach((json_t *)series, name, values)
			fprintf(out, " %11s", prose_short(count, (uint64_t)json_integer_value(json_array_get(values, i))));
		fputc('\n', out);
	}
}

/* ---- policy ---- */

void policy_text(FILE *out, const json_t *policy, const struct shield_style *style)
{
	const json_t *list = json_object_get(policy, "policies"), *one;
	char url[PROSE_WORD_MAX], file[PROSE_WORD_MAX], why[SAY_MAX], what[PROSE_WORD_MAX];
	size_t i;

	if (!json_array_size(list))
		fputs("No policy: every device may send what it likes, and gets what it asked for.\n", out);
	json_array_foreach((json_t *)list, i, one)
	{
		fprintf(out, "%s%s%s\n", prose_paint(style, PROSE_BOLD), *prose_text(one, "url", url, sizeof(url)) ? url : "(no URL)",
			prose_paint(style, PROSE_PLAIN));
		if (*prose_text(one, "what", what, sizeof(what)))
			fprintf(out, "    %s\n", what);
		fprintf(out, "    %s: %" PRIu64 " rules, %" PRIu64 " names, %" PRIu64 " devices\n",
			prose_text(one, "file", file, sizeof(file)), prose_count(one, "rules"), prose_count(one, "names"),
			prose_count(one, "devices"));
		if (*prose_text(one, "why", why, sizeof(why)))
			fprintf(out, "    %snot used: %s%s\n", prose_paint(style, PROSE_RED), why, prose_paint(style, PROSE_PLAIN));
	}
}

/* ---- verdicts ---- */

static void put_reason(FILE *out, const json_t *reason)
{
	static const char *const outcomes[] = {"passed", "dropped", "would"};
	char way[PROSE_WORD_MAX], says[PROSE_WORD_MAX], count[16];

	fprintf(out, "%-4s", prose_text(reason, "way", way, sizeof(way)));
	for (unsigned i = 0; i < 3; i++)
		fprintf(out, " %8s", prose_short(count, prose_count(json_object_get(reason, outcomes[i]), "packets")));
	fprintf(out, "  %s\n", prose_text(reason, "says", says, sizeof(says)));
}

static void put_lines(FILE *out, const json_t *list, const char *before)
{
	const json_t *one;
	char line[SAY_MAX];
	size_t i;

	json_array_foreach((json_t *)list, i, one)
	{
		text_escape(line, sizeof(line), json_is_string(one) ? json_string_value(one) : "", SIZE_MAX);
		fprintf(out, "%s%s\n", before, line);
	}
}

void guard_verdicts_text(FILE *out, const json_t *verdicts, const struct shield_style *style)
{
	const json_t *one;
	char name[PROSE_WORD_MAX], word[PROSE_WORD_MAX];
	size_t i;

	json_array_foreach(json_object_get(verdicts, "interfaces"), i, one)
	{
		bool attached = json_is_true(json_object_get(one, "attached"));
		fprintf(out, "%s%s%s %s\n", prose_paint(style, attached ? PROSE_GREEN : PROSE_RED),
			prose_text(one, "name", name, sizeof(name)), prose_paint(style, PROSE_PLAIN),
			attached ? "is guarded" : "has no program: nothing is guarded there");
	}
	fprintf(out, "filters:");
	json_array_foreach(json_object_get(verdicts, "filters"), i, one)
		fprintf(out, " %s %s;", prose_text(one, "filter", name, sizeof(name)), prose_text(one, "mode", word, sizeof(word)));
	fprintf(out, " lateral %s; fail %s\n\n", prose_text(verdicts, "lateral", name, sizeof(name)),
		prose_text(verdicts, "fail", word, sizeof(word)));
	fprintf(out, "%sway    passed  dropped    would  because%s\n", prose_paint(style, PROSE_BOLD), prose_paint(style, PROSE_PLAIN));
	json_array_foreach(json_object_get(verdicts, "reasons"), i, one) put_reason(out, one);
	fprintf(out, "\nframes to detection: %" PRIu64 " seen, %" PRIu64 " lost\n",
		prose_count(json_object_get(verdicts, "frames"), "seen"), prose_count(json_object_get(verdicts, "frames"), "lost"));
	one = json_object_get(verdicts, "names");
	if (prose_count(one, "refused") + prose_count(one, "over") + prose_count(one, "full"))
		fprintf(out,
			"addresses of names not taken: %" PRIu64 " are ours, %" PRIu64 " too many of one device, %" PRIu64
			" without room\n",
			prose_count(one, "refused"), prose_count(one, "over"), prose_count(one, "full"));
	json_array_foreach(json_object_get(verdicts, "tables"), i, one) fprintf(out, "%-10s %" PRIu64 " of %" PRIu64 "\n",
		prose_text(one, "table", name, sizeof(name)), prose_count(one, "used"), prose_count(one, "size"));
	fprintf(out, "\n%sblind spots%s\n", prose_paint(style, PROSE_BOLD), prose_paint(style, PROSE_PLAIN));
	put_lines(out, json_object_get(verdicts, "blind_spots"), "  ");
	if (*prose_text(verdicts, "store", word, sizeof(word)))
		fprintf(out, "%s%s%s\n", prose_paint(style, PROSE_RED), word, prose_paint(style, PROSE_PLAIN));
}
