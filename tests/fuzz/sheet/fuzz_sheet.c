/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person writes down: the first byte says as which file the rest is read. What was read is used, and marks are written and read back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const uint8_t key[16] = {7};

static void use(struct device *device, const struct facts *facts)
{
	char said[512];

	facts_say(facts, said, sizeof(said));
	if (facts)
		facts_apply(facts, device);
}

static void try_facts(const char *body, size_t len)
{
	static const char asked[] = "- asks: warranty\n  provision: 1\n  title: t\n  question: q\n  where: w\n";
	struct facts_list *list = NULL;
	struct questions *questions = NULL, *others = NULL;
	struct fault fault;
	int error;

	if (!questions_read("fuzz", body, len, &others, &fault))
		questions_free(others);
	if (questions_read("asked", asked, strlen(asked), &questions, &fault))
		return;
	error = facts_read(&(struct facts_source){"fuzz", body, len, questions}, &list, &fault);
	questions_free(questions);
	if (error)
		return;
	for (size_t i = 0; i < facts_count(list); i++) {
		struct device device = {.id = 42,
			.mac_count = i % 2,
			.macs = {{2, 0, 0, 0, 0, 7}},
			.address_count = i % 3 == 0,
			.addresses = {{[10] = 0xff, [11] = 0xff, 192, 168, 1, 1}}};
		struct known known;
		char text[DEVICE_KEY_MAX];

		snprintf(device.name, sizeof(device.name), "%s", i % 5 ? facts_at(list, i)->device : "");
		device_key(&device, "", text);
		facts_known(facts_find(list, &device), &device, &known);
		use(&device, facts_find(list, &device));
	}
	facts_free(list);
}

static void try_recalls(const char *body, size_t len)
{
	struct sheet_recall found[SHEET_RECALLS_MAX];
	uint32_t left_out;
	struct recalls *recalls;
	struct fault fault;

	if (recalls_new(&recalls))
		return;
	if (!recalls_read(recalls, "fuzz", body, len, &fault))
		for (int round = 0; round < 8; round++) {
			struct known known = {.days = {DAYS_UNKNOWN, DAYS_UNKNOWN}, .maker_doubtful = round & 4};

			for (int i = 0; i < LABEL_COUNT; i++)
				known.text[i] = round & 1 ? "Acme" : "";
			if (round & 2)
				days_read("2014-11", &known.days[LABEL_BOUGHT]);
			known.text[LABEL_BOUGHT] = round & 2 ? "2014-11" : "";
			known.text[LABEL_MADE] = "";
			recalls_judge(recalls, &known, found, &left_out);
		}
	recalls_read(recalls, "again", body, len, &fault); /* each rule in place of itself */
	recalls_free(recalls);
}

/* A person marks, and takes it back. */
static void set_marks(struct marks *marks)
{
	static const char *const vulnerabilities[] = {"*", "c", "c", "*", "c"};
	static const enum asset_mark said[] = {MARK_DONE, MARK_NOT_REMEDIATED, MARK_DONE, MARK_NOT_REMEDIATED, MARK_NOT_REMEDIATED};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct mark mark = {.asset = "a", .advisory = "b", .mark = said[i]};

		snprintf(mark.vulnerability, sizeof(mark.vulnerability), "%s", vulnerabilities[i]);
		if (marks_set(marks, &mark))
			abort();
	}
}

static void try_marks(const char *body, size_t len)
{
	struct marks *marks, *again;
	struct fault fault;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (marks_new(&marks) || marks_new(&again))
		abort();
	if (!marks_read(marks, "fuzz", body, len, &fault) && (out = open_memstream(&text, &size))) {
		marks_write(marks, out);
		fclose(out);
		if (marks_read(again, "again", text, size, &fault) || marks_count(again) != marks_count(marks))
			abort();
		free(text);
	}
	set_marks(marks);
	marks_find(marks, "a", "b", "c");
	marks_free(marks);
	marks_free(again);
}

static void try_assets(const char *body, size_t len)
{
	struct asset_list assets = {0};
	struct fault fault;

	if (!assets_read("fuzz", body, len, &assets, &fault))
		for (size_t i = 0; i < assets.count && i < 16; i++) {
			struct device device;
			struct sheet sheet = {.device = &device};
			char text[DEVICE_KEY_MAX];

			asset_device(&assets.list[i], key, &device);
			device_key(&device, "", text);
			device_is(&device, text);
			sheet_judge(&sheet, NULL, 0);
		}
	assets_add(&assets, body, &fault);
	assets_free(&assets);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *body;

	if (!len || len > 65536)
		return 0;
	body = malloc(len);
	if (!body)
		return 0;
	memcpy(body, bytes + 1, len - 1);
	body[len - 1] = 0;
	switch (bytes[0]) {
	case 'f':
		try_facts(body, len - 1);
		break;
	case 'r':
		try_recalls(body, len - 1);
		break;
	case 'm':
		try_marks(body, len - 1);
		break;
	default:
		try_assets(body, len - 1);
	}
	free(body);
	return 0;
}
