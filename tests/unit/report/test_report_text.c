/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"
#include "report/layout.h"
#include "report/phrase.h"
#include "report/report.h"
#include "situations.h"

/* The report as a string; freed by the caller. */
static char *text_of(const struct situation *situation, struct report_style style)
{
	struct report_view view;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	situation->make(&view);
	assert_int_equal(report_text(out, &view, &style), 0);
	fclose(out);
	assert_int_equal(strlen(text), len);
	return text;
}

static char *file_of(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 16);

	assert_non_null(text);
	if (!file || !fread(text, 1, (1 << 16) - 1, file))
		fail_msg("cannot read %s", path);
	fclose(file);
	return text;
}

static const struct {
	const char *situation, *file;
	struct report_style style;
} goldens[] = {
	{"hijacked-home", "hijacked-home-80.txt", {.width = 80}},
	{"hijacked-home", "hijacked-home-40.txt", {.width = 40}},
	{"hijacked-home", "hijacked-home-120-verbose.txt", {.width = 120, .verbose = true}},
	{"hijacked-home", "hijacked-home-80-colour.txt", {.width = 80, .colour = true}},
	{"quiet-home", "quiet-home-80.txt", {.width = 80}},
	{"quiet-home", "quiet-home-80-quiet.txt", {.width = 80, .quiet = true}},
	{"minor", "minor-80.txt", {.width = 80}},
	{"server-under-flood", "server-under-flood-80.txt", {.width = 80}},
	{"server-under-flood", "server-under-flood-40.txt", {.width = 40}},
	{"many-devices", "many-devices-120.txt", {.width = 120}},
	{"mixture", "mixture-80.txt", {.width = 80}},
	{"exposed", "exposed-80.txt", {.width = 80}},
	{"empty", "empty-80.txt", {.width = 80}},
};

/* Golden texts are read by people first: rewrite them with FLOODWALL_WRITE_GOLDEN=1 and look at what changed. */
static void says_what_it_said(void **state)
{
	const char *folder = getenv("FLOODWALL_GOLDEN");
	char path[4096];

	assert_non_null(folder);
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		char *text = text_of(situation_find(goldens[i].situation), goldens[i].style);

		assert_true(snprintf(path, sizeof(path), "%s/%s", folder, goldens[i].file) < (int)sizeof(path));
		if (getenv("FLOODWALL_WRITE_GOLDEN")) {
			FILE *file = fopen(path, "wb");

			assert_non_null(file);
			fputs(text, file);
			fclose(file);
		}
		char *golden = file_of(path);

		if (strcmp(text, golden))
			fail_msg("%s: the report now says:\n%s", goldens[i].file, text);
		free(golden);
		free(text);
	}
}

/* Each line harmless on a terminal but for our own colours, which end where the line ends. */
static void check_line(const char *name, char *line, const struct report_style *style)
{
	char plain[4096];
	size_t at = 0;
	bool coloured = false;

	for (const char *from = line; *from;) {
		if (*from == '\033') {
			size_t len = strcspn(from, "m") + 1;

			assert_true(style->colour);
			assert_true(len <= 7 && strspn(from + 1, "[0123;m") >= len - 1);
			coloured = from[2] != '0';
			from += len;
			continue;
		}
		assert_true(at + 1 < sizeof(plain));
		plain[at++] = *from++;
	}
	plain[at] = 0;
	assert_false(coloured);
	if (layout_columns(plain) > (style->width < 40 ? 40 : style->width))
		fail_msg("%s, width %u: too long: %s", name, style->width, plain);
	/* Nothing but our escapes has a backslash: without them it must be clean. */
	for (char *c = plain; *c; c++)
		if (*c == '\\')
			*c = '/';
	if (!text_clean(plain, SIZE_MAX))
		fail_msg("%s: raw bytes in: %s", name, plain);
	assert_true(!at || plain[at - 1] != ' ');
}

static void every_line_fits_and_is_harmless(void **state)
{
	static const unsigned widths[] = {1, 40, 41, 57, 58, 59, 60, 61, 72, 80, 100, 120, 200};

	for (size_t i = 0; i < situation_count; i++)
		for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
			for (unsigned flags = 0; flags < 8; flags++) {
				struct report_style style = {widths[w], flags & 1, flags & 2, flags & 4};
				char *text = text_of(&situations[i], style);

				assert_int_equal(text[strlen(text) - 1], '\n');
				for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
					*end = 0;
					check_line(situations[i].name, line, &style);
				}
				free(text);
			}
}

static void same_view_same_bytes(void **state)
{
	for (size_t i = 0; i < situation_count; i++) {
		char *one = text_of(&situations[i], (struct report_style){.width = 80});
		char *other = text_of(&situations[i], (struct report_style){.width = 80});

		assert_string_equal(one, other);
		free(one);
		free(other);
	}
}

static void quiet_says_the_verdict_and_findings_only(void **state)
{
	char *text = text_of(situation_find("quiet-home"), (struct report_style){.width = 80, .quiet = true});

	assert_string_equal(text, "Nothing to worry about was found.\n");
	free(text);
	text = text_of(situation_find("hijacked-home"), (struct report_style){.width = 80, .quiet = true});
	assert_non_null(strstr(text, "HIJACKED"));
	assert_null(strstr(text, "Capture read"));
	assert_null(strstr(text, "Other devices"));
	free(text);
}

static void long_lists_are_cut_unless_verbose(void **state)
{
	char *text = text_of(situation_find("many-devices"), (struct report_style){.width = 80});

	assert_non_null(strstr(text, "40 devices: "));
	assert_non_null(strstr(text, "and 28 more"));
	assert_non_null(strstr(text, "and 114 more: see -v or --format json"));
	assert_null(strstr(text, "cam-199"));
	free(text);
	text = text_of(situation_find("many-devices"), (struct report_style){.width = 80, .verbose = true});
	assert_non_null(strstr(text, "cam-199"));
	assert_null(strstr(text, " more: see"));
	free(text);
}

/* Devices 1 .. count with one address each, and findings that are added to them. */
struct crowd {
	struct device devices[60];
	const struct device *shown[60];
	uint32_t numbers[60];
	struct finding findings[120];
	const struct finding *told[120];
	struct junk junk;
	struct report_view view;
};

static struct crowd *crowd_new(uint32_t count, const char *tail)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));

	assert_non_null(crowd);
	for (uint32_t i = 0; i < count; i++) {
		struct device *device = &crowd->devices[i];
		*device = (struct device){.state = STATE_SUSPECT, .merged_into = DEVICE_NONE, .address_count = 1};
		snprintf(device->name, sizeof(device->name), "d%02u%s", i, tail);
		memcpy(device->addresses[0], (const uint8_t[16]){[10] = 0xff, 0xff, 10, 0, 0, (uint8_t)i}, 16);
		crowd->shown[i] = device;
		crowd->numbers[i] = i;
	}
	crowd->view = (struct report_view){.devices = crowd->shown, .device_numbers = crowd->numbers, .device_count = count};
	crowd->view.findings = crowd->told;
	crowd->view.junk = &crowd->junk;
	return crowd;
}

static void crowd_add(struct crowd *crowd, uint32_t device, enum finding_id id, uint16_t port)
{
	struct finding *finding = &crowd->findings[crowd->view.finding_count];

	*finding = (struct finding){.id = id, .severity = SEVERITY_HIGH, .state = STATE_SUSPECT, .device = device, .count = 1};
	if (id == FINDING_OPEN_SERVICE)
		finding->service = (struct evidence_service){.proto = 6, .port = port};
	crowd->told[crowd->view.finding_count++] = finding;
}

__attribute__((noinline)) static char *text_of_crowd(const struct crowd *crowd, bool verbose)
{
	struct report_style style = {.width = 80, .quiet = true, .verbose = verbose};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(report_text(out, &crowd->view, &style), 0);
	fclose(out);
	return text;
}

/* Fifty stories end in the midst of a device's: what is not told of it is counted. */
static void a_story_cut_short_says_so(void **state)
{
	struct crowd *crowd = crowd_new(26, "");

	for (uint32_t i = 0; i < 26; i++) {
		crowd_add(crowd, i, FINDING_OPEN_SERVICE, (uint16_t)(100 + i));
		if (i)
			crowd_add(crowd, i, FINDING_BEACON, 0);
	}
	char *text = text_of_crowd(crowd, false);
	assert_non_null(strstr(text, "And 1 more finding here: see -v or --format json."));
	free(text);
	text = text_of_crowd(crowd, true);
	assert_null(strstr(text, "more finding"));
	free(text);
	free(crowd);
}

/* Names so long that not all of a group fit into one heading: those that do, and the number of the others. */
static void names_that_do_not_fit_are_counted(void **state)
{
	char tail[60];

	memset(tail, 0x1b, sizeof(tail) - 1);
	tail[sizeof(tail) - 1] = 0;
	for (int verbose = 0; verbose < 2; verbose++) {
		struct crowd *crowd = crowd_new(40, tail);
		unsigned named = 0, more = 0;

		for (uint32_t i = 0; i < 40; i++)
			crowd_add(crowd, i, FINDING_OPEN_SERVICE, 23);
		char *text = text_of_crowd(crowd, verbose), *heading_end = strstr(text, "high");

		assert_non_null(heading_end);
		*heading_end = 0;
		for (uint32_t i = 0; i < 40; i++) {
			char address[16];
			snprintf(address, sizeof(address), "(10.0.0.%u)", i);
			named += strstr(text, address) != NULL;
		}
		const char *rest = strstr(text, " more");
		assert_non_null(rest);
		while (rest > text && rest[-1] >= '0' && rest[-1] <= '9')
			rest--;
		more = (unsigned)strtoul(rest, NULL, 10);
		assert_int_equal(named + more, 40);
		assert_true(named > 1);
		free(text);
		free(crowd);
	}
}

static void full_disk_is_told(void **state)
{
	struct report_view view;
	FILE *full = fopen("/dev/full", "w");

	if (!full) {
		print_message("SKIP full_disk_is_told: no /dev/full\n");
		skip();
	}
	situation_find("hijacked-home")->make(&view);
	assert_int_equal(report_text(full, &view, &(struct report_style){.width = 80}), -5);
	fclose(full);
	full = fopen("/dev/full", "w");
	assert_non_null(full);
	assert_int_equal(report_json(full, &view), -5);
	fclose(full);
}

/* ---- the parts ---- */

static void numbers_for_people(void **state)
{
	static const struct {
		uint64_t number;
		const char *number_text, *bytes_text;
	} cases[] = {
		{0, "0", "0 bytes"},
		{1, "1", "1 byte"},
		{999, "999", "999 bytes"},
		{1000, "1,000", "1.0 kB"},
		{37600, "37,600", "37.6 kB"},
		{999949, "999,949", "999 kB"},
		{999950, "999,950", "1.0 MB"},
		{2712600, "2,712,600", "2.7 MB"},
		{UINT64_MAX, "18,446,744,073,709,551,615", "18.4 EB"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct phrase number = {0}, bytes = {0};

		phrase_number(&number, cases[i].number);
		phrase_bytes(&bytes, cases[i].number);
		assert_string_equal(number.text, cases[i].number_text);
		assert_string_equal(bytes.text, cases[i].bytes_text);
	}
}

static void estimates_are_rounded(void **state)
{
	static const struct {
		uint64_t number;
		const char *text;
	} cases[] = {
		{1, "1 address"},
		{99, "99 addresses"},
		{100, "about 100 addresses"},
		{1335, "about 1,340 addresses"},
		{37339, "about 37,300 addresses"},
		{999600, "about 1,000,000 addresses"},
		{UINT64_MAX, "about 18,400,000,000,000,000,000 addresses"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct phrase phrase = {0};

		phrase_about(&phrase, cases[i].number, "address");
		assert_string_equal(phrase.text, cases[i].text);
	}
}

static void durations_and_spans_for_people(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} durations[] = {
		{0, "less than a millisecond"},
		{1000000, "1 millisecond"},
		{250000000, "250 milliseconds"},
		{1000000000, "1 second"},
		{90000000000, "90 seconds"},
		{60000000000, "1 minute"},
		{600000000000, "10 minutes"},
		{3600000000000, "1 hour"},
		{19600000000000, "5 hours"},
		{86400000000000, "1 day"},
		{UINT64_MAX, "213,504 days"},
	};
	struct phrase span = {0};

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		struct phrase phrase = {0};

		phrase_duration(&phrase, durations[i].ns);
		assert_string_equal(phrase.text, durations[i].text);
	}
	phrase_span(&span, 1477077000100000000u, 1477077000900000000u);
	assert_string_equal(span.text, "21 Oct 2016, 19:10:00 UTC");
	phrase_clear(&span);
	phrase_span(&span, 1477094399000000000u, 1477094401000000000u);
	assert_string_equal(span.text, "21 Oct 2016, 23:59:59 to 22 Oct 2016, 00:00:01 UTC");
}

static void phrases_stop_at_their_end(void **state)
{
	struct phrase phrase = {0};

	for (int i = 0; i < 1000; i++) {
		phrase_raw(&phrase, "\033\xe5\xb0\x8f", SIZE_MAX);
		phrase_add(&phrase, "%s", "abc");
	}
	assert_true(phrase.len < PHRASE_MAX);
	assert_int_equal(strlen(phrase.text), phrase.len);
}

static void columns_count_what_a_terminal_shows(void **state)
{
	char out[64];

	assert_int_equal(layout_columns("abc"), 3);
	assert_int_equal(layout_columns("\xe5\xb0\x8f\xe7\xb1\xb3"), 4);
	assert_int_equal(layout_columns("e\xcc\x81"), 1);
	assert_int_equal(layout_columns("\\x1b\\\\"), 6);
	layout_fit(out, sizeof(out), "abcdefgh", 8);
	assert_string_equal(out, "abcdefgh");
	layout_fit(out, sizeof(out), "abcdefghi", 8);
	assert_string_equal(out, "abcde...");
	layout_fit(out, sizeof(out), "abc\\x1bdef", 8);
	assert_string_equal(out, "abc...");
	layout_fit(out, sizeof(out), "\xe5\xb0\x8f\xe7\xb1\xb3\xe6\x91\x84", 5);
	assert_string_equal(out, "\xe5\xb0\x8f...");
	layout_fit(out, 8, "abcdefghijkl", 20);
	assert_string_equal(out, "abcd...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_it_said),
		cmocka_unit_test(every_line_fits_and_is_harmless),
		cmocka_unit_test(same_view_same_bytes),
		cmocka_unit_test(quiet_says_the_verdict_and_findings_only),
		cmocka_unit_test(long_lists_are_cut_unless_verbose),
		cmocka_unit_test(a_story_cut_short_says_so),
		cmocka_unit_test(names_that_do_not_fit_are_counted),
		cmocka_unit_test(full_disk_is_told),
		cmocka_unit_test(numbers_for_people),
		cmocka_unit_test(estimates_are_rounded),
		cmocka_unit_test(durations_and_spans_for_people),
		cmocka_unit_test(phrases_stop_at_their_end),
		cmocka_unit_test(columns_count_what_a_terminal_shows),
	};

	return cmocka_run_group_tests_name("report_text", tests, NULL, NULL);
}
