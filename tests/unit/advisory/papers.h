/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of advisory/ share: a document around a few products and vulnerabilities, what was told while it is read, a match as one line. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "advisory/advisory.h"

struct told {
	char text[16384]; /* a line each: file line sentence */
	unsigned count;
};

static inline void papers_told(void *context, const struct fault *fault)
{
	struct told *told = context;
	size_t len = strlen(told->text);

	told->count++;
	snprintf(told->text + len, sizeof(told->text) - len, "%s %llu %s\n", fault->file, (unsigned long long)fault->line, fault->sentence);
}

/* Two companies that are called otherwise than they write themselves. */
static inline bool papers_company(void *context, const char *name, char out[ADVISORY_MAKER_MAX])
{
	static const char *const rows[][2] = {{"Netz, formerly Draht", "Netz"}, {"KdW", "Kabel des Westens GmbH"}};

	(void)context;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i][0], name)) {
			snprintf(out, ADVISORY_MAKER_MAX, "%s", rows[i][1]);
			return true;
		}
	return false;
}

static inline struct advisories *papers_new(struct told *told)
{
	const struct advisories_config config = {.hash_key = {7}, .told = papers_told, .company = papers_company, .context = told};
	struct advisories *advisories = NULL;

	memset(told, 0, sizeof(*told));
	assert_int_equal(advisories_new(&config, &advisories), 0);
	return advisories;
}

/* From a block of exactly its size, so that a byte too many is seen. */
static inline int papers_read_bytes(struct advisories *advisories, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	char *exact = malloc(len ? len : 1);
	int error;

	memcpy(exact, body, len);
	memset(out_fault, 0, sizeof(*out_fault));
	error = advisories_read(advisories, file, exact, len, out_fault);
	free(exact);
	return error;
}

/* A document, freed by the caller. tree and vulnerabilities: the members of the object and the list. */
static inline char *papers_document(const char *id, const char *version, const char *tree, const char *vulnerabilities)
{
	size_t size = strlen(tree) + strlen(vulnerabilities) + 2048;
	char *body = malloc(size);

	snprintf(body, size,
		"{\"document\":{\"category\":\"csaf_security_advisory\",\"csaf_version\":\"2.0\",\"title\":\"Of %s\",\n"
		"\"publisher\":{\"category\":\"vendor\",\"name\":\"Example\",\"namespace\":\"https://example.com\"},\n"
		"\"references\":[{\"category\":\"self\",\"summary\":\"s\",\"url\":\"https://example.com/%s.json\"},"
		"{\"category\":\"self\",\"summary\":\"s\",\"url\":\"https://example.com/%s\"}],\n"
		"\"tracking\":{\"id\":\"%s\",\"version\":\"%s\",\"status\":\"final\",\"initial_release_date\":\"2024-01-01T00:00:00Z\","
		"\"current_release_date\":\"2024-02-01T00:00:00Z\",\n"
		"\"revision_history\":[{\"number\":\"1\",\"date\":\"2024-01-01T00:00:00Z\",\"summary\":\"First\"},"
		"{\"number\":\"%s\",\"date\":\"2024-02-01T00:00:00Z\",\"summary\":\"Now %s\"}]}},\n"
		"\"product_tree\":{%s},\n\"vulnerabilities\":[%s]}\n",
		id, id, id, id, version, version, version, tree, vulnerabilities);
	return body;
}

/* Read, and the document is one. */
static inline void papers_add(
	struct advisories *advisories, const char *id, const char *version, const char *tree, const char *vulnerabilities)
{
	char *body = papers_document(id, version, tree, vulnerabilities), file[64];
	struct fault fault;
	int error;

	snprintf(file, sizeof(file), "%s.json", id);
	error = papers_read_bytes(advisories, file, body, strlen(body), &fault);
	if (error)
		fail_msg("%s: %d %s", file, error, fault.sentence);
	free(body);
}

/* {"branches":[vendor > product > version]} in one. */
#define PAPERS_BRANCH(category, name, inner) "{\"category\":\"" category "\",\"name\":\"" name "\"," inner "}"
#define PAPERS_PRODUCT(id, name, more) "\"product\":{\"name\":\"" name "\",\"product_id\":\"" id "\"" more "}"
#define PAPERS_IN(branches) "\"branches\":[" branches "]"
#define PAPERS_STATUS(group, ids) "\"product_status\":{\"" group "\":[" ids "]}"

static inline void papers_match(void *context, const struct advisory_match *match)
{
	char *out = context;
	size_t len = strlen(out);

	snprintf(out + len, 4096 - len, "%s %s %s %s\n", match->advisory.id, advisory_certainty_name(match->certainty),
		advisory_status_name(match->status), advisory_remedy_name(match->remedy));
}

/* What is matched, a line each; in a buffer of its own. */
static inline const char *papers_matches(const struct advisories *advisories, const struct asset *asset)
{
	static char out[4096];

	*out = 0;
	advisories_match(advisories, asset, papers_match, out, NULL);
	return out;
}

/* As a person would have written it down. */
static inline struct asset papers_asset(const char *maker, const char *model, const char *firmware)
{
	return (struct asset){.maker = maker,
		.model = model,
		.firmware = firmware,
		.maker_confidence = 100,
		.model_confidence = 100,
		.firmware_confidence = 100};
}
