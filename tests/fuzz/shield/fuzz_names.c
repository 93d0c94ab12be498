/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zones as a hostile server would send them. The first byte is the ceiling; then come orders, one byte each:
 *
 *	z LEN NAME         a zone of ours
 *	b                  a load of the zone named last begins (up to three are open)
 *	r LEN NAME TYPE    a record for the load begun last; LEN above 127: NAME has LEN - 128 bytes, and the apex follows
 *	t, d               the load begun last is taken, or dropped
 *	e, f               the zone named last is emptied, or forgotten
 *	i                  the table is made and held against all zones
 *
 * The same bytes are also taken for a name as people type it. Whatever comes: counts stay below their ceilings, a zone is its old self or its new one, each apex is found in the table with
 * its own place, and what is above all of them is foreign.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dns_key.h"
#include "shield/shield.h"

enum { ZONES = 8, LOADS = 3, NAMES_FEW = 40, NAMES_MANY = 600, LINES = 544 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct run {
	const uint8_t *at, *end;
	struct names *names;
	uint32_t names_max, place;
	struct zone_load *loads[LOADS];
	uint32_t load_places[LOADS];
	unsigned open;
	struct fw_names_bucket buckets[LINES];
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t byte(struct run *run)
{
	return run->at < run->end ? *run->at++ : 0;
}

/* An exact block, so that one byte too far is seen. */
static uint8_t *name(struct run *run, size_t *out_len)
{
	struct names_view view = {0};
	size_t given = byte(run), len = given & 127, left = (size_t)(run->end - run->at);
	uint8_t *out;

	len = len < left ? len : left;
	if (given > 127 && run->open)
		must(names_view(run->names, run->load_places[run->open - 1], &view));
	out = malloc(len + view.apex_len + 1);
	must(out != NULL);
	memcpy(out, run->at, len);
	if (view.apex_len)
		memcpy(out + len, view.apex, view.apex_len);
	run->at += len;
	*out_len = len + view.apex_len;
	out = realloc(out, *out_len ? *out_len : 1);
	must(out != NULL);
	return out;
}

static void zone(struct run *run)
{
	struct fault fault = {0};
	size_t len;
	uint8_t *apex = name(run, &len);
	uint32_t place = 0;
	int error = names_zone(run->names, apex, len, &place, &fault);

	must(error == 0 || error == -EINVAL || error == -ENOSPC);
	must((error == 0) == (fault.sentence[0] == '\0') && (error == 0) == (names_find(run->names, apex, len) != 0));
	if (!error)
		run->place = place;
	free(apex);
}

static void begin(struct run *run)
{
	if (run->open == LOADS || names_begin(run->names, run->place, &run->loads[run->open]))
		return;
	run->load_places[run->open++] = run->place;
}

static void record(struct run *run)
{
	size_t len;
	uint8_t *owner = name(run, &len);
	uint16_t type = byte(run);

	if (run->open)
		names_record(run->loads[run->open - 1], owner, len, type);
	free(owner);
}

static void take(struct run *run)
{
	struct names_view before = {0}, after = {0};
	struct fault fault = {0};
	uint32_t place;
	int error;

	if (!run->open)
		return;
	place = run->load_places[--run->open];
	must(names_view(run->names, place, &before));
	error = names_take(run->loads[run->open], &fault);
	must(names_view(run->names, place, &after));
	must(error == 0 ||
		(fault.sentence[0] && before.loaded == after.loaded && before.names == after.names && before.bytes == after.bytes));
	must(error != 0 || (after.loaded && after.names && after.kinds & FW_NAME_APEX));
}

static void drop(struct run *run)
{
	if (run->open)
		names_drop(run->loads[--run->open]);
}

static void forget(struct run *run)
{
	for (unsigned i = 0; i < run->open; i++)
		if (run->load_places[i] == run->place)
			return;
	names_forget(run->names, run->place);
}

/* One question for this name; it must be asked for whole. */
static struct names_answer ask(struct run *run, const uint8_t *wire, size_t len, const struct fw_dns_key *key)
{
	uint8_t message[12 + 255 + 4] = {0, 0, 0, 0, 0, 1};
	struct fw_dns_question question;

	memcpy(message + 12, wire, len);
	message[12 + len + 1] = 1;
	message[12 + len + 3] = 1;
	must(fw_dns_question_read(message, (uint32_t)(12 + len + 4), key, &question) == FW_READ_OK);
	return names_ask(run->buckets, names_buckets(run->names_max), key, &question);
}

static void image(struct run *run)
{
	const struct fw_dns_key key = dns_key_of(7);
	struct fw_dns_key blind = key;
	bool root = false;
	int error;

	blind.part[0][0] = blind.part[0][2] = 0;
	/* Too few buckets, and a key under which names meet: said, and no harm done. */
	error = names_image(run->names, &key, run->buckets, names_buckets(run->names_max) / 2);
	must(error == 0 || error == -ENOSPC);
	error = names_image(run->names, &blind, run->buckets, names_buckets(run->names_max));
	must(error == 0 || error == -EEXIST || error == -ENOSPC);
	must(names_image(run->names, &key, run->buckets, names_buckets(run->names_max)) == 0);
	for (uint32_t place = 1; place <= ZONES; place++) {
		struct names_view view;
		char text[NAME_TEXT_MAX];
		if (!names_view(run->names, place, &view))
			continue;
		struct names_answer answer = ask(run, view.apex, view.apex_len, &key);
		must(answer.class == FW_CLASS_EXISTS && answer.whole && answer.zone == place && answer.flags & FW_NAME_APEX);
		for (const char *c = name_text(text, view.apex, view.apex_len); *c; c++)
			must(*c > ' ' && *c <= '~');
		root = root || view.apex_len == 1;
	}
	must(root || ask(run, (const uint8_t *)"", 1, &key).class == FW_CLASS_FOREIGN);
}

static void order(struct run *run)
{
	struct names_counts counts;

	switch (byte(run)) {
	case 'z':
		zone(run);
		break;
	case 'b':
		begin(run);
		break;
	case 'r':
		record(run);
		break;
	case 't':
		take(run);
		break;
	case 'd':
		drop(run);
		break;
	case 'e':
		names_empty(run->names, run->place);
		break;
	case 'f':
		forget(run);
		break;
	case 'i':
		image(run);
		break;
	default:
		break;
	}
	counts = names_counts(run->names);
	must(counts.names <= counts.names_max && counts.zones <= counts.zones_max && counts.loaded <= counts.zones);
	must(counts.bytes <= 400ull * ZONES + 66ull * run->names_max + LOADS * 2000ull + 400ull * run->names_max);
}

/* The same bytes as a name that somebody typed: refused, or the same name again after a way through wire form and text. */
static void typed(const uint8_t *bytes, size_t len)
{
	uint8_t wire[FW_DNS_NAME_MAX], again[FW_DNS_NAME_MAX];
	size_t wire_len, again_len;
	char *text = malloc(len + 1), out[NAME_TEXT_MAX];

	must(text != NULL);
	memcpy(text, bytes, len);
	text[len] = '\0';
	if (name_read(text, wire, &wire_len) == 0) {
		must(name_read(name_text(out, wire, wire_len), again, &again_len) == 0);
		must(again_len == wire_len && memcmp(wire, again, wire_len) == 0);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct run run = {.at = bytes, .end = bytes + len};
	struct names_counts counts;

	typed(bytes, len);
	run.names_max = byte(&run) & 1 ? NAMES_MANY : NAMES_FEW;
	must(names_new(run.names_max, ZONES, (const uint8_t *)"a key for fuzzing", &run.names) == 0);
	while (run.at < run.end)
		order(&run);
	image(&run);
	while (run.open)
		drop(&run);
	for (uint32_t place = 0; place <= ZONES + 1; place++)
		names_forget(run.names, place);
	counts = names_counts(run.names);
	must(!counts.names && !counts.zones && !counts.loaded && !counts.bytes);
	names_free(run.names);
	return 0;
}
