/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents read, settled, revised and matched while the first, then the second, ... allocation fails, jansson's among them. */
#include <errno.h>

#include <jansson.h>

#include "nomem.h"
#include "papers.h"

static const char tree[] =
	"\"branches\":[{\"category\":\"vendor\",\"name\":\"Example\",\"branches\":[{\"category\":\"product_name\",\"name\":\"CAM-2100 "
	"Series\","
	"\"product\":{\"product_id\":\"A\",\"name\":\"a\",\"product_identification_helper\":{\"model_numbers\":[\"m1?\"],\"cpe\":\"cpe:/"
	"h:a:b\"}}}]}],"
	"\"relationships\":[{\"category\":\"installed_on\",\"product_reference\":\"A\",\"relates_to_product_reference\":\"A\","
	"\"full_product_name\":{\"product_id\":\"B\",\"name\":\"b\"}}],\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[\"A\","
	"\"B\"]}]";
static const char vulnerabilities[] = "{\"cve\":\"CVE-2024-1\",\"product_status\":{\"known_affected\":[\"A\"]},"
				      "\"remediations\":[{\"category\":\"vendor_fix\",\"details\":\"d\",\"group_ids\":[\"G\"]}]}";
static const char list[] = "{\"vulnerabilities\":[{\"cveID\":\"CVE-2024-1\"}]}";

static void ignore_match(void *context, const struct advisory_match *match)
{
	++*(unsigned *)context;
}

/* Everything once; the first error. What was there before a failure still answers. */
static int run(const char *const bodies[2])
{
	const struct advisories_config config = {.hash_key = {7}};
	const struct asset asset = {.maker = "Example", .model = "CAM-2100", .maker_confidence = 90, .model_confidence = 90};
	struct advisories *advisories = NULL, *copy = NULL;
	unsigned matches = 0;
	size_t len;
	int error = advisories_new(&config, &advisories);

	for (unsigned i = 0; !error && i < 2; i++)
		error = advisories_read(advisories, "n.json", bodies[i], strlen(bodies[i]), NULL);
	if (!error)
		error = advisories_read_exploited(advisories, "kev.json", list, strlen(list), NULL);
	if (!error)
		error = advisories_settle(advisories);
	if (!error)
		error = advisories_new(&config, &copy);
	if (!error)
		error = advisories_unpack(copy, "n.json", advisories_packed(advisories, "n.json", &len), len);
	if (!error)
		assert_int_equal(advisories_match(advisories, &asset, ignore_match, &matches, NULL), 1);
	if (!error)
		advisories_changes(advisories, 0, NULL, NULL, NULL); /* without memory it tells of none */
	advisories_free(copy);
	advisories_free(advisories);
	return error;
}

static void each_allocation_fails(void **state)
{
	char *bodies[2] = {papers_document("N", "1", tree, vulnerabilities), papers_document("N", "2", tree, "")};
	uint64_t at = 0;

	json_set_alloc_funcs(malloc, free);
	for (;; at++) {
		nomem_start(at, false);
		int error = run((const char *const *)bodies);
		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			break;
		}
		/* jansson cannot always say why it failed */
		assert_true(error == -ENOMEM || error == -EINVAL || error == 0);
	}
	print_message("%llu allocations, each failed once\n", (unsigned long long)at);
	assert_true(at > 100);
	free(bodies[0]);
	free(bodies[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_fails)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
