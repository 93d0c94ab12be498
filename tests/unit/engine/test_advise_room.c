/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents that fill all the room there is for advisories leave none for finding them: some go, in few steps, and it is said how many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/advise.h"

enum { DOCUMENTS = 300, ROOM = 64 << 10, STEPS_MAX = 8 };

static unsigned settled;

struct advisories;
int __real_advisories_settle(struct advisories *advisories);
int __wrap_advisories_settle(struct advisories *advisories);
int __wrap_advisories_settle(struct advisories *advisories)
{
	settled++;
	return __real_advisories_settle(advisories);
}

static void write_document(const char *folder, unsigned number)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/ex-%u.json", folder, number);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out,
		"{\"document\":{\"category\":\"csaf_security_advisory\",\"csaf_version\":\"2.0\",\"title\":\"T\","
		"\"publisher\":{\"category\":\"vendor\",\"name\":\"Example\",\"namespace\":\"https://example.com\"},"
		"\"tracking\":{\"id\":\"EX-%u\",\"version\":\"1\",\"status\":\"final\",\"initial_release_date\":\"2024-01-01T00:00:00Z\","
		"\"current_release_date\":\"2024-01-01T00:00:00Z\",\"revision_history\":[{\"number\":\"1\",\"date\":"
		"\"2024-01-01T00:00:00Z\",\"summary\":\"First\"}]}},"
		"\"product_tree\":{\"branches\":[{\"category\":\"vendor\",\"name\":\"Example\",\"branches\":[{\"category\":\"product_"
		"name\","
		"\"name\":\"CAM-%u\",\"product\":{\"name\":\"cam\",\"product_id\":\"A\"}}]}]},"
		"\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\",\"product_status\":{\"known_affected\":[\"A\"]}}]}",
		number, number);
	assert_int_equal(fclose(out), 0);
}

static void remove_folder(const char *folder)
{
	char path[128];

	for (unsigned i = 0; i < DOCUMENTS; i++) {
		snprintf(path, sizeof(path), "%s/ex-%u.json", folder, i);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(folder), 0);
}

static void what_cannot_be_found_goes(void **state)
{
	static const struct signature_files none = {0};
	char folder[] = "/tmp/floodwall-room-XXXXXX", *said = NULL, *line;
	size_t len;
	FILE *notes = open_memstream(&said, &len);
	struct advise_options options = {.advisories = folder, .kept_max = ROOM};
	const struct advise_start start = {.options = &options, .signatures = &none, .notes = notes};
	struct advise *advise = NULL;
	struct fault fault = {0};

	assert_non_null(notes);
	assert_non_null(mkdtemp(folder));
	for (unsigned i = 0; i < DOCUMENTS; i++)
		write_document(folder, i);
	assert_int_equal(advise_open(&start, &advise, &fault), 0);
	assert_int_equal(fclose(notes), 0);
	assert_in_range(settled, 2, STEPS_MAX);
	assert_in_range(advise_read_count(advise), 10, DOCUMENTS - 1);
	line = strstr(said, " more advisories are left out: there is no room to find them\n");
	assert_non_null(line);
	advise_free(advise);
	free(said);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_cannot_be_found_goes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
