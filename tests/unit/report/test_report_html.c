/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "markup.h"
#include "report/report.h"
#include "report/talk_view.h"
#include "situations.h"
#include "wire/limits.h"

enum { PAGE_MAX = 2000000 };

/* The page as a string, checked; freed by the caller. */
static char *page_of(const struct report_view *view, const char *what)
{
	char *page = NULL;
	const char *fault, *at;
	size_t len = 0;
	FILE *out = open_memstream(&page, &len);

	assert_non_null(out);
	assert_int_equal(report_html(out, view), 0);
	fclose(out);
	assert_int_equal(strlen(page), len);
	if ((fault = markup_fault(page, &at)))
		fail_msg("%s: %s: %.200s", what, fault, at);
	assert_true(len < PAGE_MAX);
	return page;
}

static char *page_named(const char *name)
{
	struct report_view view;

	situation_find(name)->make(&view);
	return page_of(&view, name);
}

static size_t count_of(const char *page, const char *word)
{
	size_t count = 0;

	for (; (page = strstr(page, word)); page += strlen(word))
		count++;
	return count;
}

static void every_situation_is_well_formed(void **state)
{
	for (size_t i = 0; i < situation_count; i++)
		free(page_named(situations[i].name));
	(void)state;
}

static void the_same_view_gives_the_same_bytes(void **state)
{
	char *one = page_named("mixture"), *other = page_named("mixture");

	assert_string_equal(one, other);
	free(one);
	free(other);
	(void)state;
}

/* What an attacker would send; in each field it must come out as text. */
static const char hostile[] = "\"><script>alert('x')</script>&amp;\033[2J\xe2\x80\xae\xff";

static void put(char *field, size_t size)
{
	snprintf(field, size, "%s", hostile);
}

static void fill_device(struct device *device)
{
	device->state = STATE_EXPOSED;
	device->address_count = device->mac_count = 1;
	put(device->name, sizeof(device->name));
	put(device->maker.name, sizeof(device->maker.name));
	put(device->brand.name, sizeof(device->brand.name));
	put(device->kind.name, sizeof(device->kind.name));
	put(device->model.name, sizeof(device->model.name));
	put(device->firmware.name, sizeof(device->firmware.name));
	device->maker.confidence = device->brand.confidence = device->kind.confidence = 90;
	device->model.confidence = device->firmware.confidence = 90;
	device->clue_count = 1;
	device->clues[0].source = "mdns";
	put(device->clues[0].value, sizeof(device->clues[0].value));
	put(device->clues[0].says, sizeof(device->clues[0].says));
}

static void fill_findings(struct finding findings[3])
{
	memset(findings, 0, 3 * sizeof(findings[0]));
	findings[0] = (struct finding){.id = FINDING_CLEARTEXT_LOGIN, .severity = SEVERITY_MEDIUM, .state = STATE_EXPOSED};
	put(findings[0].login.user, sizeof(findings[0].login.user));
	findings[1] = (struct finding){.id = FINDING_FLOOD, .severity = SEVERITY_CRITICAL, .device = DEVICE_NONE};
	findings[1].flood.vector = VECTOR_DNS_RANDOM_SUBDOMAIN;
	put(findings[1].flood.zone, sizeof(findings[1].flood.zone));
	findings[2] = (struct finding){.id = FINDING_SCAN, .severity = SEVERITY_LOW, .device = DEVICE_NONE, .muted = hostile};
}

static void hostile_bytes_are_text_in_every_field(void **state)
{
	static struct device devices[2];
	static struct finding findings[3];
	static struct junk junk;
	static const uint32_t numbers[] = {0, 1};
	const struct device *shown[] = {&devices[0], &devices[1]};
	const struct finding *told[] = {&findings[0], &findings[1], &findings[2]};
	struct talk_pair pair = {.device = 0, .peer_device = DEVICE_NONE, .packets_out = 1};
	struct talk_pairs talk = {.pairs = &pair, .pair_count = 1, .seen = 1, .packets = 1};
	struct report_capture capture = {.file = hostile, .packets = 1, .note = hostile, .unreadable = true};
	struct report_left_out left_out = {hostile, 3};
	struct report_view view = {
		.captures = &capture,
		.capture_count = 1,
		.devices = shown,
		.device_numbers = numbers,
		.device_count = 2,
		.findings = told,
		.finding_count = 3,
		.junk = &junk,
		.talk = &talk,
		.left_out = &left_out,
		.left_out_count = 1,
	};
	char *page;

	fill_device(&devices[0]);
	fill_device(&devices[1]);
	devices[1].state = STATE_CLEAN;
	fill_findings(findings);
	put(pair.name, sizeof(pair.name));
	put(junk.by_maker[0].name, sizeof(junk.by_maker[0].name));
	junk.maker_count = 1;
	junk.total = junk.by_maker[0].count = junk.by_vector[VECTOR_SYN] = (struct junk_count){1, 1};
	page = page_of(&view, "hostile fields");
	assert_int_equal(count_of(page, "<script"), 0);
	/* names, what it is, clues, user, zone, peer, maker, note, reason of a mute, what was left out; a file's name is cut at its slash */
	assert_int_equal(count_of(page, "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;"), 31);
	assert_int_equal(count_of(page, "\\x1b[2J\\xe2\\x80\\xae\\xff"), 33);
	free(page);
	(void)state;
}

/* The worst that a full inventory and a full book can hold: every name as long as it gets, of the character that grows most. */
static void a_full_report_stays_under_two_megabytes(void **state)
{
	struct device *devices = calloc(FW_DEVICE_MAX, sizeof(*devices));
	struct finding *findings = calloc(FW_FINDING_MAX, sizeof(*findings));
	const struct device **shown = calloc(FW_DEVICE_MAX, sizeof(*shown));
	const struct finding **told = calloc(FW_FINDING_MAX, sizeof(*told));
	uint32_t *numbers = calloc(FW_DEVICE_MAX, sizeof(*numbers));
	struct junk junk = {0};
	struct report_view view = {.devices = shown, .device_numbers = numbers, .findings = told, .junk = &junk};
	char *page;

	for (uint32_t i = 0; i < FW_DEVICE_MAX; i++) {
		fill_device(&devices[i]);
		devices[i].state = i % 2 ? STATE_HIJACKED : STATE_CLEAN;
		memset(devices[i].name, '"', sizeof(devices[i].name) - 1);
		memset(devices[i].kind.name, '"', sizeof(devices[i].kind.name) - 1);
		devices[i].clue_count = DEVICE_CLUE_MAX;
		for (size_t k = 0; k < DEVICE_CLUE_MAX; k++) {
			devices[i].clues[k].source = "http server";
			memset(devices[i].clues[k].value, '"', DEVICE_TEXT_MAX - 1);
			memset(devices[i].clues[k].says, '"', DEVICE_TEXT_MAX - 1);
		}
		shown[i] = &devices[i];
		numbers[i] = i;
	}
	for (uint32_t i = 0; i < FW_FINDING_MAX; i++) {
		findings[i] = (struct finding){.id = FINDING_FLOOD, .severity = SEVERITY_CRITICAL, .device = i % FW_DEVICE_MAX};
		findings[i].flood.vector = (enum vector)(1 + i % (VECTOR_COUNT - 1));
		memset(findings[i].flood.zone, '"', EVIDENCE_ZONE_MAX - 1);
		findings[i].muted = i % 10 ? NULL : hostile;
		told[i] = &findings[i];
	}
	view.device_count = FW_DEVICE_MAX;
	view.finding_count = FW_FINDING_MAX;
	page = page_of(&view, "full");
	assert_true(strlen(page) > 1000000);
	assert_true(count_of(page, "more: see <code>--format json</code>") >= 2);
	free(page);
	free(numbers);
	free(told);
	free(shown);
	free(findings);
	free(devices);
	(void)state;
}

static void findings_are_told_in_the_words_of_the_text(void **state)
{
	struct report_view view;
	char *page;

	situation_find("hijacked-home")->make(&view);
	page = page_of(&view, "hijacked-home");
	assert_true(count_of(page, "Disconnect it from the network now, then restart it") >= 1);
	assert_true(count_of(page, "The packets bear the mark of the Mirai family") == 1);
	assert_true(strstr(page, "<h2 id=\"h-time\">Junk over time</h2>") != NULL);
	assert_true(strstr(page, "news.example") != NULL);
	/* what came first stands first, whatever is worse */
	assert_true(strstr(page, "What happened, in order") < strstr(page, "What was found, and what to do"));
	free(page);
	(void)state;
}

static void what_is_not_known_has_no_part(void **state)
{
	struct report_view view;
	char *page;

	situation_find("hijacked-home")->make(&view);
	view.timeline = NULL;
	view.talk = NULL;
	page = page_of(&view, "without");
	assert_null(strstr(page, "h-time"));
	assert_null(strstr(page, "h-talk"));
	free(page);
	page = page_named("empty");
	assert_non_null(strstr(page, "nothing can be said"));
	assert_null(strstr(page, "class=\"figures\""));
	free(page);
	(void)state;
}

static void many_peers_become_a_row_for_the_others(void **state)
{
	char *page = page_named("server-under-flood");

	assert_non_null(strstr(page, "about 1,390 others"));
	assert_int_equal(count_of(page, "<path class=\"all\" d=\"M0 ") > 12, 1);
	free(page);
	(void)state;
}

/* ::ffff:203.0.113.N */
static void outside(uint8_t out[16], uint8_t last)
{
	static const uint8_t address[16] = {[10] = 0xff, [11] = 0xff, 203, 0, 113};

	memcpy(out, address, 16);
	out[15] = last;
}

static void a_pair_has_the_junk_of_its_findings(void **state)
{
	struct finding findings[] = {
		{.id = FINDING_FLOOD, .severity = SEVERITY_CRITICAL, .device = 3, .flood = {.target_bits = 120, .packets = 700}},
		{.id = FINDING_RECEIVES_FLOOD, .severity = SEVERITY_HIGH, .device = 3, .flood = {.target_bits = 128, .packets = 900}},
	};
	const struct finding *told[] = {&findings[0], &findings[1]};
	struct report_view view = {.findings = told, .finding_count = 1};
	struct talk_pair pair = {.device = 3, .peer_device = DEVICE_NONE, .packets_out = 1000, .packets_in = 50, .unasked = 40};

	outside(findings[0].flood.target, 0);
	outside(pair.peer, 80);
	assert_int_equal(talk_junk(&view, &pair), 700);
	pair.packets_out = 600;
	assert_int_equal(talk_junk(&view, &pair), 600); /* never more than there was */
	view.finding_count = 2;
	assert_int_equal(talk_junk(&view, &pair), 640);
	findings[1].flood.backscatter = true;
	findings[0].flood.target_bits = 128;
	assert_int_equal(talk_junk(&view, &pair), 0);
	findings[0].flood.target_bits = 121; /* 203.0.113.0/25 */
	assert_int_equal(talk_junk(&view, &pair), 600);
	outside(pair.peer, 200);
	assert_int_equal(talk_junk(&view, &pair), 0);
	findings[0].flood.target_bits = 120;
	pair.device = 4;
	assert_int_equal(talk_junk(&view, &pair), 0);
	(void)state;
}

static void a_full_disk_is_told(void **state)
{
	struct report_view view;
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	situation_find("mixture")->make(&view);
	assert_int_equal(report_html(full, &view), -EIO);
	fclose(full);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_situation_is_well_formed),
		cmocka_unit_test(the_same_view_gives_the_same_bytes),
		cmocka_unit_test(hostile_bytes_are_text_in_every_field),
		cmocka_unit_test(a_full_report_stays_under_two_megabytes),
		cmocka_unit_test(findings_are_told_in_the_words_of_the_text),
		cmocka_unit_test(what_is_not_known_has_no_part),
		cmocka_unit_test(many_peers_become_a_row_for_the_others),
		cmocka_unit_test(a_pair_has_the_junk_of_its_findings),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests_name("report_html", tests, NULL, NULL);
}
