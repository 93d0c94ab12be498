/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An advisory from anybody: read twice (a revision of itself), packed and unpacked, matched to assets that its own text names. Input: documents, one behind
 * the other with a NUL between; a line that begins with # is a range and a version for the judge ("#<= 3.3\t3.2"), one with @ an asset
 * ("@maker\tmodel\tfirmware\tserial\tcpe\tpurl").
 */
#include <stdlib.h>
#include <string.h>

#include "advisory/advisory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { FIELDS = 6, LINE_MAX_LEN = 2048 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void see_fault(void *context, const struct fault *fault)
{
	must(*fault->sentence && *fault->file);
	for (const char *at = fault->sentence; *at; at++)
		must((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void see_vulnerability(void *context, const struct advisory_vulnerability *one)
{
	must(one->remedy_count <= ADVISORY_REMEDY_MAX && one->score <= 100 && one->status < STATUS_COUNT);
	for (uint32_t i = 1; i < one->remedy_count; i++)
		must(one->remedies[i - 1].category <= one->remedies[i].category);
}

static void see_match(void *context, const struct advisory_match *match)
{
	must(match->certainty != ASSET_MAKER || match->status == STATUS_NONE);
	must(*advisory_certainty_name(match->certainty));
	must(match->confidence >= ASSET_CONFIDENCE_LEAST && match->confidence <= 100);
	must(match->advisory.id && match->product && match->product_version && match->with);
	advisories_each_vulnerability(context, match, see_vulnerability, NULL);
}

static void see_change(void *context, const struct advisory_change *change)
{
	must(change->before < STATUS_COUNT && change->after < STATUS_COUNT && *advisory_status_name(change->before));
}

static void see_revision(void *context, const struct advisory_revision *revision)
{
	must(revision->number && revision->date && revision->summary);
}

/* text up to a tab; what is behind it. NULL at the end. */
static char *cut(char *text)
{
	char *tab = text ? strchr(text, '\t') : NULL;

	if (!tab)
		return NULL;
	*tab = 0;
	return tab + 1;
}

static void match(const struct advisories *advisories, char *line)
{
	char *fields[FIELDS] = {NULL};
	char maker[ADVISORY_MAKER_MAX];
	struct advisory_match one;
	size_t count = 0;

	for (char *at = line; at && count < FIELDS; at = line) {
		line = cut(at);
		fields[count++] = at;
	}
	const struct asset asset = {.maker = fields[0],
		.model = fields[1],
		.firmware = fields[2],
		.serial = fields[3],
		.cpe = fields[4],
		.purl = fields[5],
		.maker_confidence = 90,
		.model_confidence = 90,
		.firmware_confidence = 60};
	advisories_match(advisories, &asset, see_match, (void *)(uintptr_t)advisories, NULL);
	for (uint32_t i = 0; i < advisories_count(advisories); i++)
		if (advisories_match_one(advisories, i, &asset, &one))
			see_match((void *)(uintptr_t)advisories, &one);
	if (fields[0])
		must(strlen(advisories_maker(advisories, fields[0], maker)) < ADVISORY_MAKER_MAX);
}

/* Equal versions are in an equal range, whatever they are, unless they cannot be judged. */
static void judge(char *line)
{
	char *version = cut(line);
	bool loose;

	advisory_version_judge(line, version ? version : "", &loose);
	if (version) {
		advisory_news_judge(line, 1, version, 2);
		must(advisory_news_judge(version, 1, version, 2) == (*version ? NEWS_SAME : NEWS_NEW));
		must(advisory_news_judge("", 1, version, 2) == NEWS_NEW);
	}
}

static void read_lines(const struct advisories *advisories, const uint8_t *bytes, size_t len)
{
	char line[LINE_MAX_LEN];

	for (size_t at = 0; at < len;) {
		const uint8_t *end = memchr(bytes + at, '\n', len - at);
		size_t size = end ? (size_t)(end - bytes) - at : len - at;
		if (size > 1 && size < sizeof(line) && (bytes[at] == '#' || bytes[at] == '@')) {
			memcpy(line, bytes + at + 1, size - 1);
			line[size - 1] = 0;
			if (bytes[at] == '#')
				judge(line);
			else
				match(advisories, line);
		}
		at += size + 1;
	}
}

static void read_documents(struct advisories *advisories, const uint8_t *bytes, size_t len)
{
	static const char *const files[] = {"a.json", "b.json"};
	unsigned number = 0;

	for (size_t at = 0; at < len; number++) {
		const uint8_t *end = memchr(bytes + at, 0, len - at);
		size_t size = end ? (size_t)(end - bytes) - at : len - at;
		char *exact = malloc(size ? size : 1);
		struct fault fault = {0};
		must(exact);
		memcpy(exact, bytes + at, size);
		if (size && exact[0] == '[') {
			advisories_drop(advisories, "b.json");
		} else {
			advisories_read(advisories, files[number / 2 % 2], exact, size, &fault);
			advisories_read_exploited(advisories, "kev.json", exact, size, &fault);
		}
		free(exact);
		at += size + 1;
	}
}

/* Each offset and count of it wrong in turn: refused, or good enough to be matched with. */
static void spoil(const void *packed, size_t len)
{
	const struct asset asset = {.maker = "Example", .model = "EX-9000", .maker_confidence = 90, .model_confidence = 90};
	const struct advisories_config config = {0};
	uint32_t *words = malloc(len);

	must(words != NULL);
	for (size_t at = 0; at < len / 4; at += at < 40 ? 1 : 1 + len / 1024) {
		struct advisories *copy = NULL;
		memcpy(words, packed, len);
		words[at] ^= at % 2 ? 0x7fffffff : 0x41;
		must(advisories_new(&config, &copy) == 0);
		if (advisories_unpack(copy, "a.json", words, len) == 0 && advisories_settle(copy) == 0)
			advisories_match(copy, &asset, see_match, copy, NULL);
		advisories_free(copy);
	}
	free(words);
}

static void pack(struct advisories *advisories)
{
	struct advisories_config config = {0};
	struct advisories *copy = NULL;
	size_t len = 0;
	const void *packed = advisories_packed(advisories, "a.json", &len);

	must(advisories_new(&config, &copy) == 0);
	if (packed)
		must(advisories_unpack(copy, "a.json", packed, len) == 0);
	if (packed)
		spoil(packed, len);
	must(advisories_settle(copy) == 0 && advisories_count(copy) == (packed != NULL));
	advisories_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct advisories_config config = {.hash_key = {1}, .told = see_fault, .bytes_max = 1 << 20};
	struct advisories *advisories = NULL;
	struct advisory advisory;

	must(advisories_new(&config, &advisories) == 0);
	read_documents(advisories, bytes, len);
	if (advisories_settle(advisories) == 0) {
		read_lines(advisories, bytes, len);
		for (uint32_t i = 0; i < advisories_count(advisories); i++) {
			must(advisories_at(advisories, i, &advisory) && advisories_find(advisories, advisory.id, &advisory));
			advisories_each_revision(advisories, i, see_revision, NULL);
			advisories_changes(advisories, i, see_change, NULL, NULL);
			must(advisories_version_before(advisories, i) != NULL);
		}
		pack(advisories);
	}
	/* packed bytes of anybody's making */
	if (len >= 8)
		advisories_unpack(advisories, "c.json", bytes, len & ~(size_t)7);
	advisories_free(advisories);
	return 0;
}
