/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspected.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

char *inspected(struct gen *gen, enum inspect_format format)
{
	char capture[] = "/tmp/floodwall-inspected-XXXXXX", *text = NULL;
	struct inspect_options options = {.files = (const char *const[]){capture}, .file_count = 1, .format = format};
	struct inspect_result result;
	struct fault fault = {0};
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int file = mkstemp(capture);

	assert_true(file >= 0 && out);
	gen_write_pcap(gen, capture, true);
	assert_int_equal(inspect_run(&options, out, stderr, &result, &fault), 0);
	fclose(out);
	close(file);
	unlink(capture);
	return text;
}
