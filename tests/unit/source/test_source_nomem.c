/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first allocation fails, then the second, and so on, until a run needs none that fails. Each run ends either with
 * -ENOMEM or with a report that says so, and leaves nothing behind (the sanitizer looks).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "craft.h"
#include "nomem.h"

/* One run; true when an allocation failed in it. */
static bool run(const char *const *files, size_t count, uint64_t fail_at, size_t whole)
{
	struct source *source = NULL;
	struct fault fault = {0};
	struct frame frame;
	size_t frames = 0, told = 0;

	nomem_start(fail_at, false);
	int result = source_open(files, count, &source, &fault);
	while (!result && source_next(source, &frame))
		frames++;
	bool failed = nomem_stop();
	if (result) {
		assert_int_equal(result, -ENOMEM);
		assert_null(source);
	} else {
		for (size_t i = 0; i < count; i++)
			told += !!strstr(source_report(source, i)->fault.sentence, "not enough memory");
		assert_int_equal(told, failed);
		assert_true(failed ? frames < whole : frames == whole);
	}
	source_close(source);
	return failed;
}

static void each_allocation_fails(void **state)
{
	const char *files[4];
	size_t whole = 0;

	for (uint32_t i = 0; i < 4; i++) {
		struct craft craft = {0};
		char name[16];
		if (i == 3) {
			craft_section(&craft);
			craft_interface(&craft, 1, 0);
			craft_packet(&craft, 0, 1, 60, 'n');
			whole++;
		} else {
			craft_pcap(&craft, CRAFT_MICRO, 1);
			for (uint32_t k = 0; k < 3; k++, whole++)
				craft_record(&craft, 1 + i + k, 0, 60, 'n');
		}
		if (i == 1)
			craft_gzip(&craft);
		else if (i == 2)
			craft_xz(&craft, 0);
		else if (i == 3)
			craft_zstd(&craft, 1, 12);
		snprintf(name, sizeof(name), "nomem-%u", i);
		files[i] = craft_write(name, craft.bytes, craft.len);
		craft_free(&craft);
	}
	uint64_t fail_at = 0;
	while (run(files, 4, fail_at, whole))
		fail_at++;
	print_message("%" PRIu64 " allocations of four files, each failed once\n", fail_at);
	assert_true(fail_at > 20);
	assert_true(run(files, 1, 0, 3));
}

static int start(void **state)
{
	craft_folder();
	return 0;
}

static int finish(void **state)
{
	craft_folder_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_fails)};

	return cmocka_run_group_tests(tests, start, finish);
}
