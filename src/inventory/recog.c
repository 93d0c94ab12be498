/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holding a text against fingerprints. A recorder's banner is one of a hundred known ones, or none of them, and each pattern that is run costs some
 * hundred nanoseconds; so first each is asked for the text that it cannot do without (recog_pattern.h), in a copy in lower case, and most say no
 * at once. Who calls keeps what came of it, because the same banner comes again and again (recognise.c).
 *
 * Values as recog's own matcher makes them: constants, groups, then the {names} in constants. A name without a value makes the
 * whole value unknown, but in a ".cpe23" a missing version is "-". What is filled in is not looked through again, so circles end.
 */
#include "inventory/recog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/recog_inside.h"
#include "inventory/words.h"

int recog_new(struct recog **out_recog)
{
	struct recog *recog = calloc(1, sizeof(*recog));

	if (!recog)
		return -ENOMEM;
	if (recog_code_new(RECOG_CODE_MAX, &recog->code)) {
		free(recog);
		return -ENOMEM;
	}
	*out_recog = recog;
	return 0;
}

void recog_free(struct recog *recog)
{
	if (!recog)
		return;
	for (size_t i = 0; i < recog->fingerprint_count; i++)
		recog_code_drop(recog->fingerprints[i].compiled);
	recog_code_free(recog->code);
	free(recog->pool);
	free(recog->rows);
	free(recog->fingerprints);
	free(recog->files);
	free(recog);
}

static bool may_match(const struct recog *recog, const struct recog_fingerprint *fingerprint)
{
	if (fingerprint->stalls >= RECOG_STALLS_MAX)
		return false;
	return !fingerprint->literal_len || memmem(recog->lower, recog->text.len, fingerprint->literal, fingerprint->literal_len);
}

static bool run(struct recog *recog, struct recog_fingerprint *fingerprint)
{
	enum recog_run came = recog_code_run(recog->code, fingerprint->compiled, fingerprint->utf ? recog->text : recog->single);

	if (came == RECOG_RUN_STALLED) {
		recog->stalls++;
		fingerprint->stalls++;
	}
	return came == RECOG_RUN_MATCHED;
}

int recog_find(struct recog *recog, const char *matches, struct slice text)
{
	recog_text_take(recog, text);
	for (size_t i = 0; i < recog->file_count; i++) {
		const struct recog_file *file = &recog->files[recog->order[i]];

		if (strcmp(recog_text(recog, file->matches), matches) != 0)
			continue;
		for (uint32_t n = file->first; n < file->first + file->count; n++)
			if (may_match(recog, &recog->fingerprints[n]) && run(recog, &recog->fingerprints[n]))
				return (int)n;
	}
	return RECOG_NONE;
}

struct saying {
	struct recog *recog;
	const struct recog_row *rows;
	struct slice values[RECOG_PARAM_MAX];
	bool known[RECOG_PARAM_MAX];
	unsigned count;
};

/* Puts what stands for this {name} behind out; false if nothing does. */
static bool fill_one(const struct saying *saying, unsigned into, struct slice name, size_t *len)
{
	struct slice value = {0};
	bool known = false;

	for (unsigned i = 0; i < saying->count && !known; i++) {
		if (!words_same(name, recog_text(saying->recog, saying->rows[i].name)))
			continue;
		known = saying->known[i];
		value = saying->values[i];
	}
	if (!known && words_end(name, ".version") && words_end(words_of(recog_text(saying->recog, saying->rows[into].name)), ".cpe23")) {
		value = words_of("-");
		known = true;
	}
	if (value.len > RECOG_VALUE_MAX - *len)
		value.len = RECOG_VALUE_MAX - *len;
	memcpy(saying->recog->filled[into] + *len, value.len ? value.bytes : (const uint8_t *)"", value.len);
	*len += value.len;
	return known;
}

/* Bytes of "{name}" at the start of text, or 0 if it is none. */
static size_t brace_len(struct slice text)
{
	for (size_t i = 1; i < text.len; i++) {
		if (text.bytes[i] == '}')
			return i > 1 ? i + 1 : 0;
		if (text.bytes[i] == '{' || text.bytes[i] == ' ' || (text.bytes[i] >= '\t' && text.bytes[i] <= '\r'))
			return 0;
	}
	return 0;
}

static void fill(struct saying *saying, unsigned into)
{
	struct slice raw = saying->values[into];
	uint8_t *out = saying->recog->filled[into];
	bool known = true;
	size_t len = 0, name;

	for (; raw.len && known; raw = words_from(raw, name ? name : 1)) {
		name = raw.bytes[0] == '{' ? brace_len(raw) : 0;
		if (name)
			known = fill_one(saying, into, (struct slice){raw.bytes + 1, name - 2}, &len);
		else if (len < RECOG_VALUE_MAX)
			out[len++] = raw.bytes[0];
	}
	saying->values[into] = (struct slice){out, len};
	saying->known[into] = known;
}

static bool group_read(const struct recog *recog, bool utf, unsigned group, struct slice *out)
{
	if (!recog_code_group(recog->code, group, utf ? recog->text : recog->single, out))
		return false;
	if (!utf)
		*out = recog_text_back(recog, *out);
	return true;
}

static void gather(struct saying *saying, bool utf)
{
	for (unsigned i = 0; i < saying->count; i++) {
		const struct recog_row *row = &saying->rows[i];

		saying->known[i] = true;
		if (!row->group)
			saying->values[i] = (struct slice){(const uint8_t *)recog_text(saying->recog, row->value), row->value_len};
		else
			saying->known[i] = group_read(saying->recog, utf, row->group, &saying->values[i]);
	}
	for (unsigned i = 0; i < saying->count; i++)
		if (saying->rows[i].fills)
			fill(saying, i);
}

/* Without those that only served to fill others. */
static size_t hand_out(const struct saying *saying, struct recog_param *out, size_t room)
{
	size_t count = 0;

	for (unsigned i = 0; i < saying->count && count < room; i++) {
		const char *name = recog_text(saying->recog, saying->rows[i].name);

		if (saying->known[i] && strncmp(name, "_tmp.", strlen("_tmp.")) != 0)
			out[count++] = (struct recog_param){name, saying->values[i]};
	}
	return count;
}

static bool has_name(const struct saying *saying, const char *name)
{
	for (unsigned i = 0; i < saying->count; i++)
		if (saying->known[i] && !strcmp(recog_text(saying->recog, saying->rows[i].name), name))
			return true;
	return false;
}

int recog_say(struct recog *recog, int fingerprint, struct slice text, struct recog_param *out, size_t room)
{
	struct recog_fingerprint *found = &recog->fingerprints[fingerprint];
	const char *protocol = recog_text(recog, recog->files[found->file].protocol);
	struct saying saying = {.recog = recog, .rows = recog->rows + found->first, .count = found->rows};
	size_t count;

	recog_text_take(recog, text);
	if (found->stalls >= RECOG_STALLS_MAX || !run(recog, found))
		return RECOG_NONE;
	gather(&saying, found->utf);
	count = hand_out(&saying, out, room);
	if (*protocol && count < room && !has_name(&saying, "service.protocol"))
		out[count++] = (struct recog_param){"service.protocol", words_of(protocol)};
	return (int)count;
}

int recog_match(struct recog *recog, const char *matches, struct slice text, struct recog_param *out, size_t room)
{
	int found = recog_find(recog, matches, text);

	return found == RECOG_NONE ? RECOG_NONE : recog_say(recog, found, text, out, room);
}

bool recog_knows(const struct recog *recog, const char *matches)
{
	for (size_t i = 0; i < recog->file_count; i++)
		if (!strcmp(recog_text(recog, recog->files[i].matches), matches))
			return true;
	return false;
}

void recog_stats(const struct recog *recog, struct recog_stats *out)
{
	*out = (struct recog_stats){
		.files = (uint32_t)recog->file_count,
		.fingerprints = (uint32_t)recog->fingerprint_count - recog->replaced,
		.params = (uint32_t)recog->row_count,
		.left_out = recog->left_out,
		.stalls = recog->stalls,
		.bytes = sizeof(*recog) + recog_code_bytes(recog->code) + recog->pool_room + recog->row_room * sizeof(*recog->rows) +
			recog->fingerprint_room * sizeof(*recog->fingerprints) + recog->file_room * sizeof(*recog->files),
	};
	for (size_t i = 0; i < recog->fingerprint_count; i++)
		out->set_aside += recog->fingerprints[i].stalls >= RECOG_STALLS_MAX;
}
