/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of signatures, and behind a line of its own ("\n%%\n") what is held against it: "source TAB text" a line. What rows say must lie in the table or
 * in the text, and reading the same file again must change nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/signature.h"
#include "inventory/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const uint8_t KEY[16] = "fuzz";

static void require(int holds)
{
	if (!holds)
		abort();
}

static size_t sum_of(struct slice said)
{
	size_t sum = 0;

	for (size_t i = 0; i < said.len; i++)
		sum += said.bytes[i];
	return sum + said.len;
}

static size_t ask_one(struct signatures *table, struct slice line)
{
	struct slice source = words_until(line, '\t'), text = words_from(line, source.len < line.len ? source.len + 1 : line.len);
	struct signature signatures[SIGNATURE_MATCH_MAX];
	char name[32] = "";
	size_t sum = 0, count;

	memcpy(name, source.bytes, source.len < sizeof(name) ? source.len : sizeof(name) - 1);
	count = signature_match(table, name, text, signatures);
	require(count <= SIGNATURE_MATCH_MAX);
	for (size_t i = 0; i < count; i++) {
		require(signatures[i].states < STATES_COUNT && signatures[i].strength <= 97);
		sum += sum_of(signatures[i].head) + sum_of(signatures[i].value);
	}
	return sum + signature_port(table, PORT_CALLS_TCP, (uint16_t)sum);
}

static size_t ask(struct signatures *table, struct slice asked)
{
	size_t sum = 0;

	while (asked.len) {
		struct slice line = words_until(asked, '\n');

		sum += ask_one(table, line);
		asked = words_from(asked, line.len < asked.len ? line.len + 1 : line.len);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct slice all = {bytes, len}, asked = {0};
	struct signatures table = {0};
	struct fault fault = {0};
	size_t at = words_find(all, "\n%%\n");

	if (at != SIZE_MAX) {
		asked = words_from(all, at + 4);
		all.len = at + 1;
	}
	int first = signature_read(&table, KEY, "fuzz.tsv", all, &fault);
	size_t before = ask(&table, asked);

	require(table.row_count <= SIGNATURE_ROW_MAX);
	require(signature_read(&table, KEY, "folder/fuzz.tsv", all, &fault) == first && ask(&table, asked) == before);
	signature_done(&table);
	return 0;
}
