/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first allocation fails, then the second, and so on, those of the JSON library too: -ENOMEM, and nothing is left behind. */
#include <errno.h>

#include <jansson.h>

#include "nomem.h"
#include "papers.h"

static void *take(size_t size)
{
	return malloc(size);
}

static void give(void *block)
{
	free(block);
}

#define ENTRY(n) \
	"{\"name\":\"a" n "\",\"matches\":{\"tcp\":{\"destination-port\":{\"port\":" n "}}},\"actions\":{\"forwarding\":\"accept\"}}"

static void each_allocation(void **state)
{
	static const char entries[] =
		ENTRY("1") "," ENTRY("2") "," ENTRY("3") "," ENTRY("4") "," ENTRY("5") "," ENTRY("6") "," ENTRY("7") "," ENTRY("8") "," ENTRY("9") "," ENTRY(
			"10") "," ENTRY("11") "," ENTRY("12") "," ENTRY("13") "," ENTRY("14") "," ENTRY("15") "," ENTRY("16") "," ENTRY("1"
																	"7");
	char *body = papers_file("from", "ipv4-acl-type", entries);
	uint64_t at = 0, refused = 0;

	for (;; at++) {
		struct mud *mud = NULL;
		int error;
		nomem_start(at, at & 1);
		error = policy_read(body, strlen(body), NULL, &mud);
		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			assert_int_equal(policy_ace_count(mud), 17);
			policy_free(mud);
			break;
		}
		if (!error) { /* the library did without: then it is all there */
			assert_int_equal(policy_ace_count(mud), 17);
			assert_string_equal(policy_head(mud)->systeminfo, "A lamp");
			policy_free(mud);
			continue;
		}
		if (error != -ENOMEM && error != -EINVAL) /* jansson tells a string that it had no memory for as a wrong one */
			fail_msg("allocation %llu: %d", (unsigned long long)at, error);
		refused += error == -ENOMEM;
		assert_null(mud);
	}
	assert_in_range(at, 50, 1000);
	assert_in_range(refused, at / 4, at);
	free(body);
}

static void sets(void **state)
{
	uint64_t at = 0;

	for (;; at++) {
		struct policy_sets *sets = NULL;
		int error;
		nomem_start(at, false);
		error = policy_sets_new(10, 1, papers_key, &sets);
		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			policy_sets_free(sets);
			break;
		}
		assert_int_equal(error, -ENOMEM);
		assert_null(sets);
	}
	assert_in_range(at, 2, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation), cmocka_unit_test(sets)};

	json_set_alloc_funcs(take, give);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
