/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the table (signature_row.c has the one line) and finding what speaks of a text. Rows of one source stand together, so that a clue is held
 * against these alone; names under domains, of which a device may ask for thousands, are found by a hash of each of their ends.
 *
 * Patterns are matched by walking text and pattern once, going back to the last "*" where they part: never more steps than the
 * product of both lengths, which are bounded. All rows that a text is held against share SIGNATURE_STEPS_MAX.
 */
#include "inventory/signature.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/glob.h"
#include "inventory/signature_row.h"
#include "inventory/words.h"
#include "wire/siphash.h"

enum { MATCHED_TEXT_MAX = 512, LABELS_MAX = 16, PORT_MAP_LEN = SIGNATURE_PORT_MAX / 8 };

static const char ASKED[] = "asked name";

static const struct signature_source *source_find(const struct signatures *table, const char *name)
{
	for (uint32_t i = 0; i < table->source_count; i++)
		if (!strcmp(table->sources[i].name, name))
			return &table->sources[i];
	return NULL;
}

/* ---- domains ---- */

static uint32_t domain_slot(const struct signatures *table, struct slice domain)
{
	uint8_t lower[SIGNATURE_TEXT_MAX];
	size_t len = domain.len < sizeof(lower) ? domain.len : sizeof(lower);

	for (size_t i = 0; i < len; i++)
		lower[i] = domain.bytes[i] >= 'A' && domain.bytes[i] <= 'Z' ? domain.bytes[i] | 0x20 : domain.bytes[i];
	return (uint32_t)fw_siphash(table->hash_key, lower, len) & table->domain_mask;
}

/* The slot that holds rows of this domain, or the empty one where they belong. */
static uint32_t *domain_find(const struct signatures *table, struct slice domain)
{
	uint32_t slot = domain_slot(table, domain);

	while (table->domains[slot] && !words_same(domain, table->rows[table->domains[slot] - 1].pattern + 1))
		slot = (slot + 1) & table->domain_mask;
	return &table->domains[slot];
}

static int domains_build(struct signatures *table)
{
	const struct signature_source *asked = source_find(table, ASKED);
	uint32_t slots = 2;

	while (asked && slots < asked->count * 2)
		slots *= 2;
	uint32_t *domains = calloc(slots, sizeof(*domains));

	if (!domains)
		return -ENOMEM;
	table->domains = domains;
	table->domain_mask = slots - 1;
	for (uint32_t i = asked ? asked->first + asked->count : 0; asked && i-- > asked->first;) {
		struct signature_row *row = &table->rows[i];

		if (row->pattern[0] != '.')
			continue;
		uint32_t *slot = domain_find(table, words_of(row->pattern + 1));

		row->next = *slot;
		*slot = i + 1;
	}
	return 0;
}

/* ---- ports ---- */

static const char *const PORT_USES[PORT_USE_COUNT] = {"calls tcp", "calls udp", "answers tcp", "answers udp"};

static int ports_build(struct signatures *table)
{
	uint8_t *ports = calloc(PORT_USE_COUNT, PORT_MAP_LEN);

	if (!ports)
		return -ENOMEM;
	for (unsigned use = 0; use < PORT_USE_COUNT; use++) {
		const struct signature_source *source = source_find(table, PORT_USES[use]);

		for (uint32_t i = 0; source && i < source->count; i++) {
			uint32_t port = (uint32_t)strtoul(table->rows[source->first + i].pattern, NULL, 10) % SIGNATURE_PORT_MAX;

			ports[use * PORT_MAP_LEN + port / 8] |= (uint8_t)(1u << port % 8);
		}
	}
	table->ports = ports;
	return 0;
}

bool signature_port(const struct signatures *table, enum signature_port use, uint16_t port)
{
	return table->ports && table->ports[use * PORT_MAP_LEN + port / 8] >> port % 8 & 1;
}

/* ---- reading ---- */

/* A new table beside the old one, which stays as it is until all has been read. */
struct reading {
	struct signatures table;
	struct reading_row {
		struct signature_row row;
		uint32_t source;
	} * rows;
	uint32_t row_max, read_count;
	uint64_t bad_count, bad_line; /* rows of this file that cannot be read, and where the first is */
	const char *wrong; /* with that one */
	uint8_t file;
};

static uint32_t source_put(struct signatures *table, struct slice name)
{
	for (uint32_t i = 0; i < table->source_count; i++)
		if (words_same(name, table->sources[i].name))
			return i;
	if (table->source_count == SIGNATURE_SOURCE_MAX)
		return SIGNATURE_SOURCE_MAX;
	memcpy(table->sources[table->source_count].name, name.bytes, name.len);
	return table->source_count++;
}

static const char *text_put(struct signatures *table, struct slice text)
{
	char *at = table->texts + table->texts_len;

	memcpy(at, text.bytes, text.len);
	at[text.len] = '\0';
	table->texts_len += text.len + 1;
	return at;
}

static void rows_copy(struct reading *reading, const struct signatures *old)
{
	struct signatures *table = &reading->table;

	for (uint32_t s = 0; s < old->source_count; s++) {
		const struct signature_source *source = &old->sources[s];
		uint32_t place = source_put(table, words_of(source->name));

		for (uint32_t i = source->first; i < source->first + source->count; i++) {
			if (old->rows[i].file == reading->file && reading->file < SIGNATURE_FILE_MAX)
				continue;
			struct reading_row *copy = &reading->rows[table->row_count++];

			copy->row = old->rows[i];
			copy->row.next = 0;
			copy->row.pattern = text_put(table, words_of(old->rows[i].pattern));
			copy->row.value = text_put(table, words_of(old->rows[i].value));
			copy->source = place;
		}
	}
}

/* NULL, or what is wrong with the line. */
static const char *line_keep(struct reading *reading, struct slice line)
{
	struct signatures *table = &reading->table;
	struct signature_line read;
	const char *wrong = signature_line(line, &read);

	if (wrong)
		return wrong;
	if (table->row_count == reading->row_max)
		return "more rows than there is room for";
	uint32_t source = source_put(table, read.source);

	if (source == SIGNATURE_SOURCE_MAX)
		return "more different sources than there is room for";
	struct reading_row *row = &reading->rows[table->row_count++];

	row->source = source;
	row->row = (struct signature_row){.states = (uint8_t)read.states, .strength = read.strength, .file = reading->file};
	row->row.pattern = text_put(table, read.pattern);
	row->row.first = glob_first(row->row.pattern);
	row->row.value = text_put(table, read.value);
	reading->read_count++;
	return NULL;
}

static void body_read(struct reading *reading, struct slice body)
{
	for (uint64_t number = 1; body.len; number++) {
		struct slice line = words_until(body, '\n');
		const char *wrong = NULL;

		body = words_from(body, line.len < body.len ? line.len + 1 : line.len);
		if (words_trim(line).len && line.bytes[0] != '#')
			wrong = line_keep(reading, line);
		if (wrong && !reading->bad_count++) {
			reading->bad_line = number;
			reading->wrong = wrong;
		}
	}
}

static void faults_tell(const struct reading *reading, const char *file, struct fault *out_fault)
{
	if (reading->bad_count > 1)
		fault_set(out_fault, file, reading->bad_line, 0, "%s, and %llu more", reading->wrong,
			(unsigned long long)reading->bad_count - 1);
	else if (reading->bad_count)
		fault_set(out_fault, file, reading->bad_line, 0, "%s", reading->wrong);
	else if (!reading->read_count)
		fault_set(out_fault, file, 0, 0, "holds no row");
}

/* Rows of one source together, in the order read. */
static void rows_sort(struct reading *reading)
{
	struct signatures *table = &reading->table;
	uint32_t at = 0;

	for (uint32_t i = 0; i < table->row_count; i++)
		table->sources[reading->rows[i].source].count++;
	for (uint32_t s = 0; s < table->source_count; s++) {
		table->sources[s].first = at;
		at += table->sources[s].count;
		table->sources[s].count = 0;
	}
	for (uint32_t i = 0; i < table->row_count; i++) {
		struct signature_source *source = &table->sources[reading->rows[i].source];

		table->rows[source->first + source->count++] = reading->rows[i].row;
	}
}

static uint32_t lines_in(struct slice body)
{
	uint32_t lines = 1;

	for (size_t i = 0; i < body.len && lines < SIGNATURE_ROW_MAX; i++)
		lines += body.bytes[i] == '\n';
	return lines;
}

static int reading_start(struct reading *reading, const struct signatures *old, struct slice body)
{
	struct signatures *table = &reading->table;
	uint32_t room = old->row_count + lines_in(body);
	size_t texts = old->texts_len + body.len + 2 * (size_t)room + 1;

	reading->row_max = room < SIGNATURE_ROW_MAX ? room : SIGNATURE_ROW_MAX;
	reading->rows = calloc(reading->row_max, sizeof(*reading->rows));
	table->rows = calloc(reading->row_max, sizeof(*table->rows));
	table->sources = calloc(SIGNATURE_SOURCE_MAX, sizeof(*table->sources));
	table->texts = malloc(texts);
	return reading->rows && table->rows && table->sources && table->texts ? 0 : -ENOMEM;
}

/* Its place in files, made if need be; and how many there were before it. */
static uint8_t file_put(struct signatures *table, const char *file)
{
	const char *name = strrchr(file, '/');
	uint64_t hash = fw_siphash(table->hash_key, name ? name + 1 : file, strlen(name ? name + 1 : file));

	for (uint32_t i = 0; i < table->file_count; i++)
		if (table->files[i] == hash)
			return (uint8_t)i;
	if (table->file_count == SIGNATURE_FILE_MAX)
		return SIGNATURE_FILE_MAX;
	table->files[table->file_count] = hash;
	return (uint8_t)table->file_count++;
}

int signature_read(struct signatures *table, const uint8_t hash_key[16], const char *file, struct slice body, struct fault *out_fault)
{
	struct reading reading = {.table.stalls = table->stalls};
	int error = reading_start(&reading, table, body);

	memcpy(reading.table.hash_key, hash_key, sizeof(reading.table.hash_key));
	if (error)
		goto out;
	memcpy(reading.table.files, table->files, sizeof(table->files));
	reading.table.file_count = table->file_count;
	reading.file = file_put(&reading.table, file);
	rows_copy(&reading, table);
	body_read(&reading, body);
	faults_tell(&reading, file, out_fault);
	if (!reading.read_count) {
		error = -EINVAL;
		goto out;
	}
	rows_sort(&reading);
	error = domains_build(&reading.table);
	if (!error)
		error = ports_build(&reading.table);
	if (!error) {
		signature_done(table);
		*table = reading.table;
		reading.table = (struct signatures){0};
	}
out:
	free(reading.rows);
	signature_done(&reading.table);
	return error;
}

void signature_done(struct signatures *table)
{
	free(table->rows);
	free(table->sources);
	free(table->texts);
	free(table->domains);
	free(table->ports);
	*table = (struct signatures){0};
}

/* ---- matching ---- */

/* "=" is the whole text, "*" what the pattern's first "*" stands for, anything else itself. */
static struct signature says(const struct signature_row *row, struct slice text, struct slice star)
{
	struct signature said = {.states = row->states, .strength = row->strength, .value = words_of(row->value)};
	size_t len = said.value.len;

	if (len == 1 && row->value[0] == '=') {
		said.value = words_trim(text);
	} else if (len && row->value[len - 1] == '*') {
		said.head = (struct slice){(const uint8_t *)row->value, len - 1};
		said.value = star;
	}
	return said;
}

static size_t match_domains(const struct signatures *table, struct slice name, struct signature out[SIGNATURE_MATCH_MAX])
{
	const struct slice none = {0};
	unsigned labels = 0;
	size_t count = 0;

	for (size_t at = name.len; at-- > 0 && labels < LABELS_MAX;) {
		if (at && name.bytes[at - 1] != '.')
			continue;
		labels++;
		for (uint32_t row = *domain_find(table, words_from(name, at)); row && count < SIGNATURE_MATCH_MAX;
			row = table->rows[row - 1].next)
			out[count++] = says(&table->rows[row - 1], name, none);
	}
	return count;
}

size_t signature_match(struct signatures *table, const char *source, struct slice text, struct signature out[SIGNATURE_MATCH_MAX])
{
	const struct signature_source *rows = source_find(table, source);
	bool asked = !strcmp(source, ASKED);
	uint32_t steps = SIGNATURE_STEPS_MAX;
	uint8_t first;
	size_t count;

	if (!rows)
		return 0;
	text = words_trim(text);
	if (text.len > MATCHED_TEXT_MAX)
		text.len = MATCHED_TEXT_MAX;
	first = text.len ? glob_lower(text.bytes[0]) : 0;
	count = asked ? match_domains(table, text, out) : 0;
	for (uint32_t i = rows->first; i < rows->first + rows->count && count < SIGNATURE_MATCH_MAX && steps && !asked; i++) {
		struct slice star = {0};

		if (table->rows[i].first && table->rows[i].first != first)
			steps--;
		else if (glob_match(table->rows[i].pattern, text, &star, &steps))
			out[count++] = says(&table->rows[i], text, star);
	}
	table->stalls += !steps;
	return count;
}
