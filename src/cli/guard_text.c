/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/guard_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum { WORD_MAX = 256, SAY_MAX = 3200 };

#define BOLD "\033[1m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* ---- values of the answer; what is missing or of another type is empty ---- */

static const char *text_in(const json_t *object, const char *key, char *out, size_t size)
{
	const json_t *value = json_object_get(object, key);

	out[0] = 0;
	if (json_is_string(value))
		text_escape(out, size, json_string_value(value), json_string_length(value));
	return out;
}

static uint64_t count_in(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

static const json_t *below(const json_t *object, const char *first, const char *second)
{
	return json_object_get(json_object_get(object, first), second);
}

/* 950, 12.3k, 4.56M: at most five columns. */
static const char *short_count(char out[16], uint64_t count)
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P"};
	double value = (double)count;
	unsigned unit = 0;

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

/* A moment without its fraction: 2026-01-02 03:04:05. */
static const char *short_time(const json_t *object, const char *key, char out[32])
{
	char text[WORD_MAX];

	text_in(object, key, text, sizeof(text));
	snprintf(out, 32, "%.10s %.8s", text, strlen(text) > 19 ? text + 11 : "");
	return out;
}

/* ---- devices ---- */

static const char *colour_of(const char *word)
{
	return strcmp(word, "quarantined") == 0 || strcmp(word, "hijacked") == 0 || strcmp(word, "critical") == 0 ||
			strcmp(word, "high") == 0
		? RED
		: strcmp(word, "suspect") == 0 || strcmp(word, "exposed") == 0 || strcmp(word, "medium") == 0 ? YELLOW
													      : "";
}

static void put_word(FILE *out, const struct shield_style *style, const char *word, int width)
{
	const char *colour = colour_of(word);

	fprintf(out, "%s%-*s%s", *colour ? paint(style, colour) : "", width, word, *colour ? paint(style, PLAIN) : "");
}

static void put_device(FILE *out, const json_t *device, const struct shield_style *style)
{
	char mac[WORD_MAX], name[WORD_MAX], state[WORD_MAX], stand[WORD_MAX], address[WORD_MAX] = "", from[WORD_MAX], count[16];
	const json_t *first = json_array_get(json_object_get(device, "addresses"), 0);
	const json_t *policy = json_object_get(device, "policy"), *dropped = json_object_get(below(device, "traffic", "out"), "dropped");
	const json_t *passed = json_object_get(below(device, "traffic", "out"), "passed");

	if (json_is_string(first))
		text_escape(address, sizeof(address), json_string_value(first), json_string_length(first));
	text_in(device, "mac", mac, sizeof(mac));
	text_in(device, "name", name, sizeof(name));
	fprintf(out, "%-17s  %-15s  %-20.20s  ", mac, address, *name ? name : "-");
	put_word(out, style, text_in(device, "state", state, sizeof(state)), 9);
	put_word(out, style, text_in(device, "stand", stand, sizeof(stand)), 12);
	text_in(policy, "from", from, sizeof(from));
	if (strcmp(from, "none") == 0)
		fprintf(out, "%-10s", "-");
	else
		fprintf(out, "%3" PRIu64 " rules ", count_in(policy, "rules"));
	fprintf(out, " %7s", short_count(count, count_in(passed, "packets")));
	fprintf(out, " %7s\n", short_count(count, count_in(dropped, "packets")));
}

static void put_why(FILE *out, const json_t *device)
{
	char why[SAY_MAX], until[32], refused[WORD_MAX];

	if (*text_in(device, "why", why, sizeof(why)))
		fprintf(out, "    %s\n", why);
	if (json_is_string(json_object_get(device, "until")))
		fprintf(out, "    until %s\n", short_time(device, "until", until));
	if (*text_in(json_object_get(device, "policy"), "refused", refused, sizeof(refused)))
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
	fprintf(out, "%s%-17s  %-15s  %-20s  %-9s%-12s%-10s %7s %7s%s\n", paint(style, BOLD), "MAC", "address", "name", "state", "stand",
		"policy", "sent", "stopped", paint(style, PLAIN));
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
	char id[WORD_MAX], severity[WORD_MAX], mac[WORD_MAX], name[WORD_MAX], act[WORD_MAX], say[SAY_MAX], first[32];
	const json_t *leaked = json_object_get(finding, "leaked");

	fprintf(out, "%s%4" PRIu64 "%s  ", paint(style, BOLD), count_in(finding, "finding"), paint(style, PLAIN));
	put_word(out, style, text_in(finding, "severity", severity, sizeof(severity)), 9);
	fprintf(out, "%-22s  %s", text_in(finding, "id", id, sizeof(id)), short_time(finding, "first", first));
	if (*text_in(finding, "mac", mac, sizeof(mac)))
		fprintf(out, "  %s %s", mac, text_in(finding, "name", name, sizeof(name)));
	fprintf(out, "\n      %s\n      %s", text_in(finding, "summary", say, sizeof(say)),
		act_says(text_in(finding, "act", act, sizeof(act))));
	if (json_is_object(leaked))
		fprintf(out, "; %" PRIu64 " packets (%" PRIu64 " bytes) left before", count_in(leaked, "packets"),
			count_in(leaked, "bytes"));
	fputc('\n', out);
	if (*text_in(finding, "muted", say, sizeof(say)))
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
	if (count_in(findings, "next"))
		fprintf(out, "More: --before %" PRIu64 "\n", count_in(findings, "next"));
}

void finding_text(FILE *out, const json_t *finding, const struct shield_style *style)
{
	char say[SAY_MAX];

	put_finding(out, finding, style);
	if (*text_in(finding, "do", say, sizeof(say)))
		fprintf(out, "      what to do: %s\n", say);
	if (count_in(finding, "packets"))
		fprintf(out, "      what proves it: floodwall show packets %" PRIu64 " >%" PRIu64 ".pcapng\n", count_in(finding, "finding"),
			count_in(finding, "finding"));
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

	fprintf(out, "%s%-19s", paint(style, BOLD), "from (UTC)");
	json_object_foreach((json_t *)series, name, values) fprintf(out, " %11s", name);
	fprintf(out, "%s\n", paint(style, PLAIN));
	for (size_t i = 0; i < steps; i++) {
		if (is_silent(series, i))
			continue;
		text_time(time, (count_in(traffic, "from") + i * count_in(traffic, "step_s")) * 1000000000ull);
		fprintf(out, "%.10s %.8s", time, time + 11);
		json_object_foreach((json_t *)series, name, values)
			fprintf(out, " %11s", short_count(count, (uint64_t)json_integer_value(json_array_get(values, i))));
		fputc('\n', out);
	}
}

/* ---- policy ---- */

void policy_text(FILE *out, const json_t *policy, const struct shield_style *style)
{
	const json_t *list = json_object_get(policy, "policies"), *one;
	char url[WORD_MAX], file[WORD_MAX], why[SAY_MAX], what[WORD_MAX];
	size_t i;

	if (!json_array_size(list))
		fputs("No policy: every device may send what it likes, and gets what it asked for.\n", out);
	json_array_foreach((json_t *)list, i, one)
	{
		fprintf(out, "%s%s%s\n", paint(style, BOLD), *text_in(one, "url", url, sizeof(url)) ? url : "(no URL)",
			paint(style, PLAIN));
		if (*text_in(one, "what", what, sizeof(what)))
			fprintf(out, "    %s\n", what);
		fprintf(out, "    %s: %" PRIu64 " rules, %" PRIu64 " names, %" PRIu64 " devices\n",
			text_in(one, "file", file, sizeof(file)), count_in(one, "rules"), count_in(one, "names"), count_in(one, "devices"));
		if (*text_in(one, "why", why, sizeof(why)))
			fprintf(out, "    %snot used: %s%s\n", paint(style, RED), why, paint(style, PLAIN));
	}
}

/* ---- verdicts ---- */

static void put_reason(FILE *out, const json_t *reason)
{
	static const char *const outcomes[] = {"passed", "dropped", "would"};
	char way[WORD_MAX], says[WORD_MAX], count[16];

	fprintf(out, "%-4s", text_in(reason, "way", way, sizeof(way)));
	for (unsigned i = 0; i < 3; i++)
		fprintf(out, " %8s", short_count(count, count_in(json_object_get(reason, outcomes[i]), "packets")));
	fprintf(out, "  %s\n", text_in(reason, "says", says, sizeof(says)));
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
	char name[WORD_MAX], word[WORD_MAX];
	size_t i;

	json_array_foreach(json_object_get(verdicts, "interfaces"), i, one)
	{
		bool attached = json_is_true(json_object_get(one, "attached"));
		fprintf(out, "%s%s%s %s\n", paint(style, attached ? GREEN : RED), text_in(one, "name", name, sizeof(name)),
			paint(style, PLAIN), attached ? "is guarded" : "has no program: nothing is guarded there");
	}
	fprintf(out, "filters:");
	json_array_foreach(json_object_get(verdicts, "filters"), i, one)
		fprintf(out, " %s %s;", text_in(one, "filter", name, sizeof(name)), text_in(one, "mode", word, sizeof(word)));
	fprintf(out, " lateral %s; fail %s\n\n", text_in(verdicts, "lateral", name, sizeof(name)),
		text_in(verdicts, "fail", word, sizeof(word)));
	fprintf(out, "%sway    passed  dropped    would  because%s\n", paint(style, BOLD), paint(style, PLAIN));
	json_array_foreach(json_object_get(verdicts, "reasons"), i, one) put_reason(out, one);
	fprintf(out, "\nframes to detection: %" PRIu64 " seen, %" PRIu64 " lost\n", count_in(json_object_get(verdicts, "frames"), "seen"),
		count_in(json_object_get(verdicts, "frames"), "lost"));
	one = json_object_get(verdicts, "names");
	if (count_in(one, "refused") + count_in(one, "over") + count_in(one, "full"))
		fprintf(out,
			"addresses of names not taken: %" PRIu64 " are ours, %" PRIu64 " too many of one device, %" PRIu64
			" without room\n",
			count_in(one, "refused"), count_in(one, "over"), count_in(one, "full"));
	json_array_foreach(json_object_get(verdicts, "tables"), i, one) fprintf(out, "%-10s %" PRIu64 " of %" PRIu64 "\n",
		text_in(one, "table", name, sizeof(name)), count_in(one, "used"), count_in(one, "size"));
	fprintf(out, "\n%sblind spots%s\n", paint(style, BOLD), paint(style, PLAIN));
	put_lines(out, json_object_get(verdicts, "blind_spots"), "  ");
	if (*text_in(verdicts, "store", word, sizeof(word)))
		fprintf(out, "%s%s%s\n", paint(style, RED), word, paint(style, PLAIN));
}
