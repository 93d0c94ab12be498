/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text for Prometheus, held against a strict reader of the format that knows nothing of how it was written. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report.h"
#include "tell/tell.h"

enum { FAMILIES_MAX = 64, SERIES_MAX = 4096 };

/* What a strict reader remembers. wrong: the first thing that the format forbids. */
struct reading {
	char family[128], type[16]; /* of the family whose samples come now; "" type: HELP was there, TYPE not yet */
	char seen[FAMILIES_MAX][128];
	unsigned families, series, samples_of_family;
	char *lines[SERIES_MAX]; /* name and labels of each sample */
	const char *wrong;
};

static size_t name_len(const char *at, bool colon)
{
	size_t len = 0;

	if (isdigit((unsigned char)*at))
		return 0;
	while (isalnum((unsigned char)at[len]) || at[len] == '_' || (colon && at[len] == ':'))
		len++;
	return len;
}

static bool utf8(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		int more = *at < 0x80 ? 0 : (*at & 0xe0) == 0xc0 ? 1 : (*at & 0xf0) == 0xe0 ? 2 : (*at & 0xf8) == 0xf0 ? 3 : -1;
		if (more < 0)
			return false;
		for (; more; more--)
			if ((*++at & 0xc0) != 0x80)
				return false;
	}
	return true;
}

static const char *read_comment(struct reading *reading, const char *line)
{
	bool help = strncmp(line, "# HELP ", 7) == 0;
	const char *at = line + 7;
	size_t len = name_len(at, true);

	if (!help && strncmp(line, "# TYPE ", 7) != 0)
		return "a comment that is neither HELP nor TYPE";
	if (!len || at[len] != ' ' || len >= sizeof(reading->family))
		return "no metric's name";
	if (help) {
		if (reading->families == FAMILIES_MAX || (reading->families && !reading->type[0]))
			return "HELP without TYPE";
		for (unsigned i = 0; i < reading->families; i++)
			if (strlen(reading->seen[i]) == len && !strncmp(reading->seen[i], at, len))
				return "a family in two pieces";
		for (const char *text = at + len; *text; text++)
			if (*text == '\\' && text[1] != '\\' && text[1] != 'n')
				return "a bad escape in HELP";
		snprintf(reading->family, sizeof(reading->family), "%.*s", (int)len, at);
		memcpy(reading->seen[reading->families++], reading->family, sizeof(reading->seen[0]));
		reading->type[0] = 0;
		return strlen(at + len) > 1 ? NULL : "an empty HELP";
	}
	if (strlen(reading->family) != len || strncmp(reading->family, at, len) || reading->type[0])
		return "TYPE not right behind its HELP";
	if (strcmp(at + len, " counter") && strcmp(at + len, " gauge"))
		return "an unknown type";
	snprintf(reading->type, sizeof(reading->type), "%s", at + len + 1);
	bool total = len > 6 && !strncmp(at + len - 6, "_total", 6);
	return total == !strcmp(reading->type, "counter") ? NULL : "_total and counter go together";
}

/* name="value",... up to the brace. Returns what follows, or NULL. */
static const char *read_labels(const char *at)
{
	char names[8][64];
	unsigned count = 0;

	for (;;) {
		size_t len = name_len(at, false);
		if (!len || len > 63 || count == 8 || !strncmp(at, "__", 2) || strncmp(at + len, "=\"", 2))
			return NULL;
		snprintf(names[count], 64, "%.*s", (int)len, at);
		for (unsigned i = 0; i < count; i++)
			if (!strcmp(names[i], names[count]))
				return NULL;
		count++;
		for (at += len + 2; *at != '"'; at++) {
			if (!*at)
				return NULL;
			if (*at == '\\' && *++at != '\\' && *at != '"' && *at != 'n')
				return NULL;
		}
		at++;
		if (*at == '}')
			return at + 1;
		if (*at++ != ',')
			return NULL;
	}
}

static const char *read_sample(struct reading *reading, const char *line)
{
	size_t len = name_len(line, true);
	const char *rest = line + len;
	char *end;

	if (!reading->type[0] || strlen(reading->family) != len || strncmp(reading->family, line, len))
		return "a sample outside its family";
	if (*rest == '{')
		rest = read_labels(rest + 1);
	if (!rest || *rest != ' ' || !isdigit((unsigned char)rest[1]))
		return "bad labels, or no value";
	strtod(rest + 1, &end);
	if (*end)
		return "something behind the value";
	if (reading->series == SERIES_MAX)
		return "too many series";
	reading->lines[reading->series] = strndup(line, (size_t)(rest - line));
	for (unsigned i = 0; i < reading->series; i++)
		if (!strcmp(reading->lines[i], reading->lines[reading->series]))
			return "a series twice";
	reading->series++;
	return NULL;
}

/* NULL, or what the format forbids. text is taken apart. */
static const char *read_all(char *text, unsigned *out_series)
{
	static struct reading reading;
	const char *wrong = *text && text[strlen(text) - 1] == '\n' ? NULL : "no line end at the end";

	memset(&reading, 0, sizeof(reading));
	for (char *line = text, *next; !wrong && *line; line = next) {
		next = strchr(line, '\n');
		*next++ = 0;
		if (!utf8(line))
			wrong = "no UTF-8";
		else
			wrong = *line == '#' ? read_comment(&reading, line) : read_sample(&reading, line);
		if (wrong)
			print_message("%s: %s\n", wrong, line);
	}
	for (unsigned i = 0; i < SERIES_MAX; i++)
		free(reading.lines[i]);
	if (out_series)
		*out_series = reading.series;
	return wrong;
}

static struct zone_view zones[3];

static void a_view(struct shield_view *view)
{
	memset(view, 0, sizeof(*view));
	*view = (struct shield_view){.version = "0.1.0", .interface = "eth0", .native = true, .started_s = 7, .resident_bytes = 1 << 20};
	view->stance = FW_STANCE_DEFEND;
	view->counts.reason[FW_OUTCOME_DROPPED][FW_REASON_ZONE_UNKNOWN] = (struct fw_tally){5, 500};
	view->counts.reason[FW_OUTCOME_PASSED][FW_REASON_EXISTS] = (struct fw_tally){UINT64_MAX, 1};
	view->counts.lane[FW_LANE_PROVEN][FW_OUTCOME_PASSED].packets = 3;
	view->fills[0] = (struct fill_view){"names", 1, 2, 3};
	view->fill_count = 1;
	snprintf(zones[0].name, sizeof(zones[0].name), "no zone");
	snprintf(zones[1].name, sizeof(zones[1].name), "example.org");
	snprintf(zones[2].name, sizeof(zones[2].name), "a\"b\\c\nd");
	zones[1].shown = SHOWN_ASIDE;
	zones[1].count.seen[FW_CLASS_UNKNOWN] = 9;
	view->zones = zones;
	view->zone_count = 3;
}

static char *written(const struct shield_view *view)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(metrics_write(view, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void it_is_what_the_format_says(void **state)
{
	struct shield_view view;
	unsigned series;

	a_view(&view);
	char *text = written(&view);
	static const char *const lines[] = {"floodwall_packets_total{outcome=\"dropped\",reason=\"zone_unknown\"} 5\n",
		"floodwall_packets_total{outcome=\"passed\",reason=\"exists\"} 18446744073709551615\n",
		"floodwall_stance{stance=\"defend\"} 1\n", "floodwall_stance{stance=\"calm\"} 0\n",
		"floodwall_zone_names{zone=\"a\\\"b\\\\c\\nd\"} 0\n", "floodwall_zone_state{zone=\"example.org\",state=\"aside\"} 1\n",
		"floodwall_zone_questions_total{zone=\"example.org\",class=\"unknown\"} 9\n",
		"floodwall_build_info{version=\"0.1.0\",role=\"shield\",interface=\"eth0\",xdp=\"native\"} 1\n",
		"floodwall_table_entries{table=\"names\"} 1\n"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(text, lines[i]))
			fail_msg("missing: %s", lines[i]);
	assert_null(read_all(text, &series));
	assert_true(series > 80);
	free(text);
}

static void an_empty_view_too(void **state)
{
	struct shield_view view = {.version = ""};
	char *text = written(&view);

	assert_null(read_all(text, NULL));
	free(text);
}

static char *written_of_guard(const struct guard_view *view)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(metrics_guard_write(view, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* One finding of each kind and severity: its own series goes from 0 to 1, under the word that reports use. */
static void findings_of_a_guard(void **state)
{
	struct found_view found = {.number = 12};
	struct guard_view view = {
		.version = "0.1.0", .findings = &found, .finding_count = 1, .findings_made = 3, .now_s = 9, .started_s = 4};
	char line[160];

	for (unsigned id = 0; id < FINDING_ID_COUNT; id++)
		for (unsigned severity = 0; severity < 4; severity++) {
			found.finding = (struct finding){.id = (enum finding_id)id, .severity = (enum severity)severity};
			char *text = written_of_guard(&view);
			snprintf(line, sizeof(line), "floodwall_findings{kind=\"%s\",severity=\"%s\"} 1\n",
				report_finding_name((enum finding_id)id), report_severity_name((enum severity)severity));
			if (!strstr(text, line) || !strstr(text, "floodwall_findings_total 3\n") ||
				!strstr(text, "floodwall_uptime_seconds 5\n"))
				fail_msg("missing: %s", line);
			assert_null(read_all(text, NULL));
			free(text);
		}
	snprintf(found.muted, sizeof(found.muted), "ours");
	char *text = written_of_guard(&view);
	assert_null(strstr(text, "} 1\nfloodwall_findings{"));
	assert_non_null(strstr(text, "floodwall_findings_muted 1\n"));
	free(text);
}

/* No address and no name of a device, whatever the view holds. */
static void nobody_is_named(void **state)
{
	const uint8_t addresses[1][16] = {[0][15] = 77};
	struct guarded_view device = {.mac = {2, 0xde, 0xad, 0xbe, 0xef, 1},
		.address_count = 1,
		.addresses = addresses,
		.name = "grandmother",
		.user_name = "grandmother",
		.maker = {"grandmother", 90},
		.kind = {"", 0},
		.model = {"", 0},
		.why = "grandmother",
		.mud_url = "",
		.mud_refused = "",
		.state = STATE_EXPOSED};
	struct guard_view view = {.version = "0.1.0", .devices = &device, .device_count = 1};

	char *text = written_of_guard(&view);
	assert_null(strstr(text, "grandmother"));
	assert_null(strstr(text, "de:ad"));
	assert_non_null(strstr(text, "floodwall_devices_state{state=\"exposed\"} 1\n"));
	assert_null(read_all(text, NULL));
	free(text);
}

/* The reader itself: each of these the format forbids. */
static void the_reader_is_strict(void **state)
{
	static const char *const bad[] = {"a 1\n", "# HELP a x\na 1\n", "# HELP a x\n# TYPE a gauge\na 1",
		"# HELP a x\n# TYPE a counter\na 1\n", "# HELP a_total x\n# TYPE a_total gauge\na_total 1\n",
		"# HELP a x\n# TYPE b gauge\n", "# HELP a x\n# TYPE a gauge\nb 1\n", "# HELP a x\n# TYPE a gauge\na 1\na 2\n",
		"# HELP a x\n# TYPE a gauge\na{b=\"c\"} 1\na{b=\"c\"} 1\n", "# HELP a x\n# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n",
		"# HELP a x\n# TYPE a gauge\na{b=\"c\"d\"} 1\n", "# HELP a x\n# TYPE a gauge\na{b=\"\\x\"} 1\n",
		"# HELP a x\n# TYPE a gauge\na{1b=\"x\"} 1\n", "# HELP a x\n# TYPE a gauge\na x\n", "# HELP a x\n# TYPE a gauge\na 1 \n",
		"# HELP a x\n# TYPE a gauge\na{b=\"\xff\"} 1\n", "# HELP a x\n# TYPE a speed\na 1\n",
		"# HELP a x\n# TYPE a gauge\na 1\n# HELP b x\n# TYPE b gauge\nb 1\na{x=\"y\"} 1\n",
		"# HELP a x\n# TYPE a gauge\na 1\n# HELP a x\n# TYPE a gauge\na{x=\"y\"} 1\n", "# HELP a \n# TYPE a gauge\na 1\n"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *copy = strdup(bad[i]);
		if (!read_all(copy, NULL))
			fail_msg("taken: %s", bad[i]);
		free(copy);
	}
}

static void a_stream_that_fails_is_told(void **state)
{
	struct shield_view view;
	FILE *full = fopen("/dev/full", "w");

	a_view(&view);
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_not_equal(metrics_write(&view, full), 0);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_what_the_format_says),
		cmocka_unit_test(an_empty_view_too),
		cmocka_unit_test(findings_of_a_guard),
		cmocka_unit_test(nobody_is_named),
		cmocka_unit_test(the_reader_is_strict),
		cmocka_unit_test(a_stream_that_fails_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
