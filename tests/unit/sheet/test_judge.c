/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which finding, advisory or recall calls for which step, and which provision it shows to be missed; each with its near miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sheet/sheet.h"

enum {
	PASSWORD = 1 << STEP_PASSWORD,
	UPDATE = 1 << STEP_UPDATE,
	UNMAP = 1 << STEP_UNMAP,
	QUARANTINE = 1 << STEP_QUARANTINE,
	REPLACE = 1 << STEP_REPLACE
};
#define MISS(provision) (1u << PROVISION_##provision)

static const struct {
	const char *name;
	struct finding finding;
	unsigned steps, misses;
} findings[] = {
	{"a default let in from inside",
		{.id = FINDING_DEFAULT_PASSWORD, .login = {.result = LOGIN_ACCEPTED, .user = "root", .service = LOGIN_FTP}}, PASSWORD,
		MISS(5_1_1) | MISS(5_5_1) | MISS(5_5_7)},
	{"as root over telnet, from outside",
		{.id = FINDING_DEFAULT_PASSWORD,
			.login = {.result = LOGIN_ACCEPTED, .user = "root", .service = LOGIN_TELNET, .outside = true}},
		PASSWORD | UNMAP, MISS(5_1_1) | MISS(5_5_1) | MISS(5_5_7) | MISS(5_6_4A)},
	{"a default, refused", {.id = FINDING_DEFAULT_PASSWORD, .login = {.result = LOGIN_REFUSED, .outside = true}}, 0, 0},
	{"a default, nobody saw what came of it", {.id = FINDING_DEFAULT_PASSWORD, .login = {.result = LOGIN_UNKNOWN}}, PASSWORD,
		MISS(5_5_1) | MISS(5_5_7)},
	{"a login in clear inside", {.id = FINDING_CLEARTEXT_LOGIN, .login = {.result = LOGIN_ACCEPTED}}, 0, MISS(5_5_1) | MISS(5_5_7)},
	{"the device itself logs in elsewhere",
		{.id = FINDING_CLEARTEXT_LOGIN, .has_source = true, .source = {[15] = 7}, .login = {.result = LOGIN_ACCEPTED}}, 0, 0},
	{"telnet answers outside", {.id = FINDING_OPEN_SERVICE, .service = {.port = 23, .outside = true}}, UNMAP, MISS(5_6_1)},
	{"telnet answers inside", {.id = FINDING_OPEN_SERVICE, .service = {.port = 23}}, 0, MISS(5_6_1)},
	{"ADB answers", {.id = FINDING_OPEN_SERVICE, .service = {.port = 5555}}, 0, MISS(5_6_1) | MISS(5_6_4A)},
	{"reached", {.id = FINDING_REACHED_FROM_INTERNET, .reached = {.how = REACHED_IN}}, UNMAP, 0},
	{"a port was opened for it", {.id = FINDING_REACHED_FROM_INTERNET, .reached = {.how = REACHED_NOT_YET, .mapped = true}}, UNMAP, 0},
	{"peer to peer", {.id = FINDING_REACHED_FROM_INTERNET, .reached = {.how = REACHED_PEER_TO_PEER}}, 0, 0},
	{"guessed at without a brake",
		{.id = FINDING_LOGIN_GUESSING,
			.severity = SEVERITY_MEDIUM,
			.last_ns = 30000000000u,
			.login = {.refused = 20, .outside = true}},
		UNMAP, MISS(5_1_5)},
	{"guessed at slowly",
		{.id = FINDING_LOGIN_GUESSING, .severity = SEVERITY_MEDIUM, .last_ns = 600000000000u, .login = {.refused = 20}}, 0, 0},
	{"guessing itself", {.id = FINDING_LOGIN_GUESSING, .severity = SEVERITY_HIGH, .state = STATE_HIJACKED, .login = {.refused = 90}},
		PASSWORD | UPDATE | QUARANTINE, 0},
	{"a scan that is high", {.id = FINDING_SCAN, .severity = SEVERITY_HIGH, .state = STATE_HIJACKED}, PASSWORD | UPDATE | QUARANTINE,
		0},
	{"a scan that is low", {.id = FINDING_SCAN, .severity = SEVERITY_LOW, .state = STATE_CLEAN}, 0, 0},
	{"a beacon", {.id = FINDING_BEACON, .severity = SEVERITY_MEDIUM, .state = STATE_SUSPECT}, QUARANTINE, 0},
	{"it receives a flood", {.id = FINDING_RECEIVES_FLOOD, .severity = SEVERITY_HIGH}, 0, 0},
	{"it reflects", {.id = FINDING_REFLECTOR, .severity = SEVERITY_HIGH, .state = STATE_EXPOSED}, UNMAP, 0},
	{"a name server about its own zones", {.id = FINDING_REFLECTOR, .reflector = {.own_zone = true}}, 0, 0},
	{"muted", {.id = FINDING_SCAN, .severity = SEVERITY_HIGH, .state = STATE_HIJACKED, .muted = "ours"}, 0, 0},
};

static unsigned steps_of(const struct sheet *sheet)
{
	unsigned steps = 0;

	for (uint32_t i = 0; i < sheet->step_count; i++) {
		assert_true(sheet->steps[i].reason_count > 0); /* never a step without its reason */
		assert_true(!i || sheet->steps[i].id > sheet->steps[i - 1].id); /* and in this order */
		steps |= 1u << sheet->steps[i].id;
	}
	return steps;
}

static unsigned misses_of(const struct sheet *sheet)
{
	unsigned misses = 0;

	for (uint32_t i = 0; i < sheet->miss_count; i++)
		misses |= 1u << sheet->misses[i].provision;
	return misses;
}

static void test_findings(void **state)
{
	struct device device = {.address_count = 1, .addresses = {{[15] = 7}}};

	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
		const struct finding *list[] = {&findings[i].finding};
		struct sheet sheet = {.device = &device, .findings = list, .finding_count = 1};

		device.state = findings[i].finding.state;
		sheet_judge(&sheet, list, 1);
		if (steps_of(&sheet) != findings[i].steps || misses_of(&sheet) != findings[i].misses)
			fail_msg("%s: steps %x, misses %x", findings[i].name, steps_of(&sheet), misses_of(&sheet));
	}
}

static const struct {
	const char *name;
	struct sheet_advisory advisory;
	unsigned steps, misses;
	enum sheet_fix fix;
} advisories[] = {
	{"a fix", {.open = true, .certainty = ASSET_EXACT, .remedy = REMEDY_VENDOR_FIX, .score = 98}, UPDATE, 0, FIX_OFFERED},
	{"done", {.open = false, .certainty = ASSET_EXACT, .remedy = REMEDY_VENDOR_FIX, .score = 98}, 0, 0, FIX_NONE_NEEDED},
	{"something lessens it", {.open = true, .certainty = ASSET_EXACT, .remedy = REMEDY_MITIGATION, .score = 98}, UPDATE | UNMAP, 0,
		FIX_NOT_OFFERED},
	{"no fix planned", {.open = true, .certainty = ASSET_EXACT, .remedy = REMEDY_NO_FIX_PLANNED, .score = 75},
		UNMAP | QUARANTINE | REPLACE, MISS(5_3_8), FIX_NOT_OFFERED},
	{"no fix planned, not grave", {.open = true, .certainty = ASSET_EXACT, .remedy = REMEDY_NO_FIX_PLANNED, .score = 43},
		UNMAP | REPLACE, MISS(5_3_8), FIX_NOT_OFFERED},
	{"no fix yet, and in use",
		{.open = true, .certainty = ASSET_EXACT, .remedy = REMEDY_NONE_AVAILABLE, .score = 43, .exploited = true},
		UNMAP | QUARANTINE, MISS(5_3_8), FIX_NOT_OFFERED},
	{"nothing is named", {.open = true, .certainty = ASSET_EXACT, .remedy = REMEDY_COUNT, .score = 90}, UNMAP | QUARANTINE, MISS(5_3_8),
		FIX_NOT_OFFERED},
	{"a way around it, and no fix will come",
		{.open = true,
			.certainty = ASSET_EXACT,
			.remedy = REMEDY_WORKAROUND,
			.remedy_kinds = 1u << REMEDY_WORKAROUND | 1u << REMEDY_NO_FIX_PLANNED,
			.score = 43},
		UNMAP | REPLACE, MISS(5_3_8), FIX_NOT_OFFERED},
	{"something lessens it, no fix yet, version unknown",
		{.open = true,
			.certainty = ASSET_PRODUCT,
			.remedy = REMEDY_MITIGATION,
			.remedy_kinds = 1u << REMEDY_MITIGATION | 1u << REMEDY_NONE_AVAILABLE,
			.score = 98},
		UNMAP, 0, FIX_NOT_OFFERED},
	{"a fix for one of two",
		{.open = true,
			.certainty = ASSET_EXACT,
			.remedy = REMEDY_VENDOR_FIX,
			.remedy_kinds = 1u << REMEDY_VENDOR_FIX | 1u << REMEDY_NO_FIX_PLANNED,
			.score = 98},
		UPDATE, 0, FIX_OFFERED},
	/* perhaps this version is not meant: nobody is told to throw it away */
	{"the product, version unknown", {.open = true, .certainty = ASSET_PRODUCT, .remedy = REMEDY_NO_FIX_PLANNED, .score = 98}, UNMAP, 0,
		FIX_NOT_OFFERED},
	{"its maker alone", {.open = false, .certainty = ASSET_MAKER, .remedy = REMEDY_NO_FIX_PLANNED, .score = 98}, 0, 0, FIX_NONE_NEEDED},
};

static void test_advisories(void **state)
{
	struct device device = {.model = {.name = "X1", .confidence = 100}};

	for (size_t i = 0; i < sizeof(advisories) / sizeof(advisories[0]); i++) {
		struct sheet sheet = {.device = &device, .advisories = &advisories[i].advisory, .advisory_count = 1};

		sheet_judge(&sheet, NULL, 0);
		if (steps_of(&sheet) != advisories[i].steps || misses_of(&sheet) != advisories[i].misses || sheet.fix != advisories[i].fix)
			fail_msg("%s: steps %x, misses %x, fix %d", advisories[i].name, steps_of(&sheet), misses_of(&sheet), sheet.fix);
	}
}

static void test_recalls(void **state)
{
	struct device device = {0};
	struct sheet_recall recall = {.answer = TRUTH_YES};
	struct sheet sheet = {.device = &device, .recalls = &recall, .recall_count = 1};

	sheet_judge(&sheet, NULL, 0);
	assert_int_equal(steps_of(&sheet), REPLACE);
	recall.answer = TRUTH_UNKNOWN;
	sheet_judge(&sheet, NULL, 0);
	assert_int_equal(steps_of(&sheet), 0);
}

/* A device that has done everything: ceilings hold, and what is left out is counted. */
static void test_everything(void **state)
{
	enum { MANY = 200 };
	static struct sheet_advisory many[MANY];
	static struct finding all[sizeof(findings) / sizeof(findings[0])];
	const struct finding *list[sizeof(findings) / sizeof(findings[0])];
	struct device device = {.state = STATE_HIJACKED};
	struct sheet sheet = {.device = &device,
		.advisories = many,
		.advisory_count = MANY,
		.findings = list,
		.finding_count = sizeof(list) / sizeof(list[0])};

	for (size_t i = 0; i < MANY; i++)
		many[i] = (struct sheet_advisory){
			.open = true, .certainty = ASSET_EXACT, .remedy = i % 2 ? REMEDY_VENDOR_FIX : REMEDY_NO_FIX_PLANNED, .score = 98};
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		all[i] = findings[i].finding;
		list[i] = &all[i];
	}
	sheet_judge(&sheet, list, sheet.finding_count);
	assert_int_equal(steps_of(&sheet), PASSWORD | UPDATE | UNMAP | QUARANTINE | REPLACE);
	assert_int_equal(sheet.steps[4].reason_count, SHEET_REASONS_MAX);
	assert_int_equal(sheet.steps[4].reasons_left_out, MANY / 2 - SHEET_REASONS_MAX);
	assert_int_equal(sheet.fix, FIX_IN_PART);
	assert_int_equal(sheet.open_count, MANY);
}

static void test_clues(void **state)
{
	struct device device = {.clue_count = 1, .clues = {{.source = "http server", .value = "debut/1.20"}}};
	struct sheet sheet = {.device = &device};

	sheet_judge(&sheet, NULL, 0);
	assert_int_equal(misses_of(&sheet), MISS(5_6_2));
	memcpy(device.clues[0].value, "debut", sizeof("debut")); /* a name is no version */
	sheet_judge(&sheet, NULL, 0);
	assert_int_equal(misses_of(&sheet), 0);
	memcpy(device.clues[0].value, "debut/1.20", sizeof("debut/1.20"));
	device.clues[0].source = "dhcp 60"; /* said to the network, not to who asks */
	sheet_judge(&sheet, NULL, 0);
	assert_int_equal(misses_of(&sheet), 0);
}

/* Who offers old TLS alone; a newer offer beside it says that the old one was a fallback. */
static void test_old_tls(void **state)
{
	static const struct {
		const char *ja4[2];
		uint32_t misses;
	} cases[] = {{{"t10d460300_234845559c90_33a13ba74d1c"}, MISS(5_5_1)}, {{"t11d1516h2_8daaf6152771_e5627efa2ab1"}, MISS(5_5_1)},
		{{"ts3i040000_f0b8c6714e62_000000000000"}, MISS(5_5_1)}, {{"t10i04_a", "ts3i04_b"}, MISS(5_5_1)}, {{"t12d1516h2_a"}, 0},
		{{"t13d1516h2_a"}, 0}, {{"t00d1516h2_a"}, 0}, {{"t10i04_a", "t12i04_a"}, 0}, {{"t13i04_a", "t10i04_a"}, 0}, {{""}, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct device device = {.clue_count = 1 + (cases[i].ja4[1] != NULL)};
		struct sheet sheet = {.device = &device};

		for (uint32_t k = 0; k < device.clue_count; k++) {
			device.clues[k].source = "tls ja4";
			memcpy(device.clues[k].value, cases[i].ja4[k], strlen(cases[i].ja4[k]));
		}
		sheet_judge(&sheet, NULL, 0);
		assert_int_equal(misses_of(&sheet), cases[i].misses);
		device.tls_left_out = true; /* it may have been of a newer one */
		sheet_judge(&sheet, NULL, 0);
		assert_int_equal(misses_of(&sheet), 0);
	}
}

/* Computers of all sizes are not what the standard is about; a telephone on a desk is. */
static void test_kinds(void **state)
{
	static const struct {
		const char *kind;
		uint32_t misses;
	} cases[] = {{"camera", MISS(5_6_2)}, {"telephone", MISS(5_6_2)}, {"", MISS(5_6_2)}, {"computer", 0}, {"tablet", 0},
		{"smartphone", 0}, {"Laptop", 0}, {"phone", 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct device device = {.clue_count = 1, .clues = {{.source = "http server", .value = "debut/1.20"}}};
		struct sheet sheet = {.device = &device, .question_count = 1};

		memcpy(device.kind.name, cases[i].kind, strlen(cases[i].kind));
		sheet_judge(&sheet, NULL, 0);
		assert_int_equal(misses_of(&sheet), cases[i].misses);
		assert_int_equal(sheet.question_count, cases[i].misses != 0);
	}
}

/* The finding is about the camera; what it shows is about the router. */
static void test_mapping(void **state)
{
	struct device router = {.address_count = 1, .addresses = {{[15] = 1}}};
	struct finding finding = {
		.id = FINDING_REACHED_FROM_INTERNET, .reached = {.mapped = true, .mapped_port = 8080, .router = {[15] = 1}}};
	const struct finding *list[] = {&finding};
	struct sheet sheet = {.device = &router};

	sheet_judge(&sheet, list, 1);
	assert_int_equal(misses_of(&sheet), MISS(5_5_5));
	assert_ptr_equal(sheet.mapping, &finding);
	finding.reached.router[15] = 2;
	sheet_judge(&sheet, list, 1);
	assert_int_equal(misses_of(&sheet), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_advisories),
		cmocka_unit_test(test_recalls),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_clues),
		cmocka_unit_test(test_old_tls),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
