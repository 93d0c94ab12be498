/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry as the IEEE publishes it and Debian's ieee-data ships it: CSV (RFC 4180) with the fields
 *
 *      Registry,Assignment,Organization Name,Organization Address
 *      MA-M,741AE09,Private,
 *      MA-L,F4BD9E,"Cisco Systems, Inc",80 West Tasman Drive San Jose CA US 94568
 *
 * The number of hexadecimal digits is the length of the prefix: 6 (MA-L), 7 (MA-M) or 9 (MA-S and the older IAB). One
 * sorted array holds all three, because the length stands in the top of the key; a look-up is one binary search for each
 * length, longest first. A 24-bit block of "IEEE Registration Authority" is only the roof over smaller ones, and "Private"
 * is an owner who would not be named: both mean that the maker is unknown, and are kept as that, so that they still
 * hide a shorter prefix.
 *
 * Some addresses contain line breaks inside quotes. A quote that never closes must not eat the file, so a record spans
 * at most RECORD_LINES_MAX lines; beyond that its first line alone is called bad. That keeps hostile files linear, too.
 */
#include "inventory/oui.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/device.h"
#include "wire/siphash.h"

enum { RECORD_LINES_MAX = 8, RECORD_LEN_MIN = 9 /* ,000000,\n */, NAME_LEN_MAX = DEVICE_TEXT_MAX - 1, LENGTH_SHIFT = 40 };

struct field {
	const char *text; /* inside the quotes, if there are any */
	size_t len;
	bool quoted; /* doubled quotes stand for one */
};

struct record {
	struct field assignment, organisation;
	const char *end; /* after its line break */
	uint32_t lines;
};

struct reading {
	const uint8_t *hash_key;
	struct oui_block *blocks; /* new ones, in the order read */
	uint32_t block_count, block_max;
	char *names; /* old and new */
	uint32_t names_len;
	uint32_t *index; /* offset + 1 of each name but "", by its hash */
	uint32_t index_mask;
	uint64_t bad_count;
};

static uint32_t count_lines(const char *at, const char *end)
{
	uint32_t lines = 0;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		lines++;
		at++;
	}
	return lines;
}

/* at is behind the first quote. Returns the closing one, or NULL if there is none within RECORD_LINES_MAX lines. */
static const char *quoted_read(const char *at, const char *end, struct field *out, uint32_t *lines)
{
	const char *quote = at;

	for (out->text = at; (quote = memchr(at, '"', (size_t)(end - at))); at = quote + 2) {
		*lines += count_lines(at, quote);
		if (*lines > RECORD_LINES_MAX)
			return NULL;
		if (quote + 1 == end || quote[1] != '"')
			break;
	}
	if (quote)
		out->len = (size_t)(quote - out->text);
	return quote;
}

/* Ends of a field: at a comma, a line break or the end of the body. NULL if a quote stays open for too many lines. */
static const char *field_read(const char *at, const char *end, struct field *out, uint32_t *lines)
{
	out->quoted = at < end && *at == '"';
	if (out->quoted) {
		at = quoted_read(at + 1, end, out, lines);
		if (!at)
			return NULL;
	}
	const char *text = at;

	/* Behind a closing quote nothing should stand but what ends the field; whatever does is passed over. */
	while (at < end && *at != ',' && *at != '\n')
		at++;
	if (!out->quoted)
		*out = (struct field){.text = text, .len = (size_t)(at - text)};
	return at;
}

static const char *line_end(const char *at, const char *end)
{
	const char *found = memchr(at, '\n', (size_t)(end - at));

	return found ? found + 1 : end;
}

/* False if the record is broken; out->end is set either way and moves forward. */
static bool record_read(const char *at, const char *end, struct record *out)
{
	const char *start = at, *rest_end = line_end(at, end);
	struct field field;
	uint32_t lines = 1;

	*out = (struct record){.end = rest_end, .lines = 1};
	for (unsigned i = 0; at < end; i++) {
		at = field_read(at, end, &field, &lines);
		if (!at)
			return false;
		if (i == 1)
			out->assignment = field;
		if (i == 2)
			out->organisation = field;
		if (at == end || *at == '\n') {
			out->end = at == end ? end : at + 1;
			out->lines = lines;
			return i >= 2 && out->end > start;
		}
		at++;
		/* Most addresses have no quotes: their end is the line's. */
		if (i >= 2 && lines == 1 && !memchr(at, '"', (size_t)(rest_end - at)))
			return true;
	}
	out->end = end;
	return false;
}

static int digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The block's key, or 0: no length is 0. */
static uint64_t key_read(const struct field *field)
{
	uint64_t prefix = 0;

	if (field->len != 6 && field->len != 7 && field->len != 9)
		return 0;
	for (size_t i = 0; i < field->len; i++) {
		int digit = digit_of(field->text[i]);

		if (digit < 0)
			return 0;
		prefix = prefix << 4 | (uint64_t)digit;
	}
	return (uint64_t)field->len * 4 << LENGTH_SHIFT | prefix;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Unquoted, trimmed, cut at a whole UTF-8 character, terminated. Returns its length. */
static uint32_t name_read(const struct field *field, char out[NAME_LEN_MAX + 1])
{
	const char *at = field->text, *end = at + field->len;
	uint32_t len = 0;

	while (at < end && is_space(*at))
		at++;
	while (end > at && is_space(end[-1]))
		end--;
	for (; at < end && len < NAME_LEN_MAX; at++) {
		out[len++] = *at ? *at : ' ';
		if (field->quoted && *at == '"')
			at++;
	}
	if (at < end && ((unsigned char)*at & 0xc0) == 0x80) {
		while (len && ((unsigned char)out[len - 1] & 0xc0) == 0x80)
			len--;
		len -= len != 0;
	}
	out[len] = '\0';
	return len;
}

/* The name's slot in the index: the one that holds it, or the empty one where it belongs. */
static uint32_t *index_slot(const struct reading *reading, const char *name, size_t len)
{
	uint32_t slot = (uint32_t)fw_siphash(reading->hash_key, name, len) & reading->index_mask;

	while (reading->index[slot] && strcmp(reading->names + reading->index[slot] - 1, name))
		slot = (slot + 1) & reading->index_mask;
	return &reading->index[slot];
}

static uint32_t name_keep(struct reading *reading, const char *name, uint32_t len)
{
	if (!len || !strcmp(name, "Private") || !strcmp(name, "IEEE Registration Authority"))
		return 0;
	uint32_t *slot = index_slot(reading, name, len);

	if (!*slot) {
		memcpy(reading->names + reading->names_len, name, len + 1);
		*slot = reading->names_len + 1;
		reading->names_len += len + 1;
	}
	return *slot - 1;
}

/* NULL, or what is wrong with the record. */
static const char *record_keep(struct reading *reading, const struct record *record)
{
	uint64_t key = key_read(&record->assignment);
	char name[NAME_LEN_MAX + 1];

	if (!key)
		return "the assignment is not 6, 7 or 9 hexadecimal digits";
	if (reading->block_count == reading->block_max)
		return "more assignments than there is room for";
	uint32_t len = name_read(&record->organisation, name);

	reading->blocks[reading->block_count].key = key;
	reading->blocks[reading->block_count++].name = name_keep(reading, name, len);
	return NULL;
}

static bool is_heading(const struct record *record)
{
	return record->assignment.len == strlen("Assignment") && !memcmp(record->assignment.text, "Assignment", record->assignment.len);
}

static bool is_blank(const char *at, const char *end)
{
	while (at < end && is_space(*at))
		at++;
	return at == end;
}

static void body_read(struct reading *reading, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	const char *end = body + len;
	struct record record;
	uint64_t line = 1;

	for (const char *at = body; at < end; at = record.end, line += record.lines) {
		const char *wrong = NULL;

		if (!record_read(at, end, &record))
			wrong = is_blank(at, record.end) ? NULL : "not a record of at least three fields, or a quote is never closed";
		else if (line > 1 || !is_heading(&record))
			wrong = record_keep(reading, &record);
		if (wrong && !reading->bad_count++)
			fault_set(out_fault, file, line, 0, "%s", wrong);
	}
}

/*
 * Least significant byte first, six bytes for 46 bits: an even number of passes, so the result stands where it began.
 * Stable, so of equal keys the one read first stays first; qsort() took longer than all the reading.
 */
static void sort_blocks(struct oui_block *blocks, struct oui_block *spare, uint32_t count)
{
	for (unsigned shift = 0; shift < 48; shift += 8) {
		uint32_t starts[257] = {0};
		struct oui_block *sorted = spare;

		for (uint32_t i = 0; i < count; i++)
			starts[(blocks[i].key >> shift & 0xff) + 1]++;
		for (unsigned i = 1; i < 256; i++)
			starts[i] += starts[i - 1];
		for (uint32_t i = 0; i < count; i++)
			sorted[starts[blocks[i].key >> shift & 0xff]++] = blocks[i];
		spare = blocks;
		blocks = sorted;
	}
}

/* Both ascending; merged from the back into old, which has room. Then the first of equal keys stays: what was read earlier. */
static uint32_t merge_blocks(struct oui_block *old, uint32_t old_count, const struct oui_block *new, uint32_t new_count)
{
	uint32_t total = old_count + new_count, kept = 0;

	for (uint32_t at = total; new_count; at--) {
		if (old_count && old[old_count - 1].key > new[new_count - 1].key)
			old[at - 1] = old[--old_count];
		else
			old[at - 1] = new[--new_count];
	}
	for (uint32_t i = 0; i < total; i++)
		if (!kept || old[kept - 1].key != old[i].key)
			old[kept++] = old[i];
	return kept;
}

/*
 * Room for the most that a body of this length can hold; what is not needed is never touched, and given back at the end.
 * Names are compared within one body only: few stand in two of the IEEE's files.
 */
static int reading_start(struct reading *reading, struct oui *oui, size_t len)
{
	size_t blocks = len / RECORD_LEN_MIN + 1, names_room, slots = 2;

	reading->block_max = blocks < OUI_MAX - oui->block_count ? (uint32_t)blocks : OUI_MAX - oui->block_count;
	names_room = (size_t)reading->block_max * DEVICE_TEXT_MAX;
	names_room = oui->names_len + 1 + (names_room < len + reading->block_max ? names_room : len + reading->block_max);
	while (slots < (size_t)reading->block_max * 2)
		slots *= 2;

	char *names = realloc(oui->names, names_room);

	if (!names)
		return -ENOMEM;
	oui->names = reading->names = names;
	names[0] = '\0';
	reading->names_len = oui->names_len ? oui->names_len : 1;
	reading->index_mask = (uint32_t)slots - 1;
	reading->index = calloc(slots, sizeof(*reading->index));
	reading->blocks = malloc(((size_t)reading->block_max + 1) * sizeof(*reading->blocks));
	return reading->index && reading->blocks ? 0 : -ENOMEM;
}

static int reading_finish(const struct reading *reading, struct oui *oui)
{
	size_t room = (size_t)oui->block_count + reading->block_count;
	struct oui_block *blocks = realloc(oui->blocks, room * sizeof(*blocks));

	if (!blocks)
		return -ENOMEM;
	oui->blocks = blocks;
	/* The new room behind the old blocks serves as the spare half of the sort before it is filled. */
	sort_blocks(reading->blocks, blocks + oui->block_count, reading->block_count);
	oui->block_count = merge_blocks(blocks, oui->block_count, reading->blocks, reading->block_count);
	oui->names_len = reading->names_len;
	char *names = realloc(oui->names, oui->names_len);

	if (names)
		oui->names = names;
	return 0;
}

int oui_read(struct oui *oui, const uint8_t hash_key[16], const char *file, const char *body, size_t len, struct fault *out_fault)
{
	struct reading reading = {.hash_key = hash_key};
	int error = reading_start(&reading, oui, len);

	if (error)
		goto out;
	body_read(&reading, file, body, len, out_fault);
	if (!reading.block_count) {
		if (!reading.bad_count)
			fault_set(out_fault, file, 0, 0, "holds no assignment");
		error = -EINVAL;
		goto out;
	}
	error = reading_finish(&reading, oui);
	if (!error)
		oui->bad_count += reading.bad_count;
out:
	free(reading.index);
	free(reading.blocks);
	return error;
}

void oui_done(struct oui *oui)
{
	free(oui->blocks);
	free(oui->names);
	*oui = (struct oui){0};
}

static const struct oui_block *block_find(const struct oui *oui, uint64_t key)
{
	uint32_t low = 0, high = oui->block_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (oui->blocks[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < oui->block_count && oui->blocks[low].key == key ? &oui->blocks[low] : NULL;
}

const char *oui_find(const struct oui *oui, const uint8_t mac[6])
{
	static const unsigned lengths[] = {36, 28, 24};
	uint64_t whole = 0;

	for (int i = 0; i < 6; i++)
		whole = whole << 8 | mac[i];
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const struct oui_block *block = block_find(oui, (uint64_t)lengths[i] << LENGTH_SHIFT | whole >> (48 - lengths[i]));

		if (block)
			return block->name ? oui->names + block->name : NULL;
	}
	return NULL;
}
