/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices as a person looks for them: a page of those that match (docs/schema/guard-devices.json), or one (guard-device.json).
 *
 * A device shown is eight kilobytes while it is JSON, and ten thousand of them are not held to show fifty: one walk notes the MACs of those that match, the
 * page's are gathered one by one, and no answer holds more than DEVICES_SHOWN_MAX, whatever is asked for: who wants all asks again, from there on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "daemon/advice.h"
#include "daemon/inside.h"
#include "daemon/value.h"

enum { DEVICES_SHOWN_MAX = 250 };

struct query {
	const char *search, *state;
	uint64_t from, count;
	bool by_state; /* the worst first; else by MAC */
};

static const char *const states[] = STATE_WORDS;
static const char *const stands[] = STAND_WORDS;

/* A piece of it, in any case: a-z alone are folded. */
static bool holds(const char *text, const char *piece)
{
	size_t len = strlen(piece);

	for (; *text; text++)
		if (strncasecmp(text, piece, len) == 0)
			return true;
	return len == 0;
}

static bool is_found(const struct guarded_view *device, const char *search)
{
	const char *const texts[] = {device->name, device->user_name, device->maker.name, device->kind.name, device->model.name};
	char word[TEXT_ADDRESS_MAX];

	if (!*search || holds(text_mac(word, device->mac), search))
		return true;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (holds(texts[i], search))
			return true;
	for (unsigned i = 0; i < device->address_count && i < GUARD_ADDRESSES_SHOWN; i++)
		if (holds(text_address(word, device->addresses[i]), search))
			return true;
	return false;
}

static bool is_in_state(const struct guarded_view *device, const char *state)
{
	return !*state || strcmp(state, states[device->state]) == 0 || strcmp(state, stands[device->stand]) == 0;
}

static int read_query(const json_t *request, struct query *out, struct fault *out_fault)
{
	const char *order;
	bool known;

	if (value_asked_text(request, "search", &out->search, out_fault) || value_asked_text(request, "state", &out->state, out_fault) ||
		value_asked(request, "from", 0, UINT32_MAX, &out->from, out_fault) ||
		value_asked(request, "count", DEVICES_SHOWN_MAX, UINT32_MAX, &out->count, out_fault))
		return -1;
	out->count = out->count < DEVICES_SHOWN_MAX ? out->count : DEVICES_SHOWN_MAX;
	if (value_asked_text(request, "order", &order, out_fault))
		return -1;
	out->by_state = strcmp(order, "state") == 0;
	if (*order && !out->by_state && strcmp(order, "mac") != 0) {
		fault_set(out_fault, "", 0, 0, "order is state or mac");
		return -1;
	}
	known = !*out->state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		known |= strcmp(out->state, states[i]) == 0 || strcmp(out->state, stands[i]) == 0;
	if (!known)
		fault_set(out_fault, "", 0, 0, "state is clean, exposed, suspect, hijacked, ordinary, held, allowed or quarantined");
	return known ? 0 : -1;
}

/* In the order of the page. */
struct match {
	uint8_t rank; /* the worst state first, if that is asked for */
	uint8_t mac[6];
};

struct matching {
	struct query query;
	struct match *matches;
	uint32_t count, room;
};

static void note_match(void *context, const struct guarded_view *device)
{
	struct matching *matching = context;
	struct match *match;

	if (matching->count >= matching->room || !is_in_state(device, matching->query.state) || !is_found(device, matching->query.search))
		return;
	match = &matching->matches[matching->count++];
	match->rank = matching->query.by_state ? (uint8_t)(STATE_HIJACKED - device->state) : 0;
	memcpy(match->mac, device->mac, sizeof(match->mac));
}

static int by_place(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct match));
}

static json_t *show_page(struct host *host, const struct matching *matching)
{
	const struct query *query = &matching->query;
	json_t *list = json_array();
	struct guarded_view device;

	for (uint64_t i = query->from; i < matching->count && i - query->from < query->count; i++)
		if (guard_one_device(host_guard(host), matching->matches[i].mac, &device))
			json_array_append_new(list, show_one_device(&device));
	return list;
}

json_t *show_devices(struct host *host, const json_t *request, struct fault *out_fault)
{
	struct matching matching = {.room = host_settings(host)->guard.sizes.devices};
	json_t *all;

	if (read_query(request, &matching.query, out_fault))
		return NULL;
	matching.matches = calloc(matching.room, sizeof(*matching.matches));
	if (!matching.matches)
		return NULL;
	guard_each_device(host_guard(host), note_match, &matching);
	qsort(matching.matches, matching.count, sizeof(*matching.matches), by_place);
	all = json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", "floodwall.devices/1", "time", value_moment(host_now().wall_s), "devices",
		show_page(host, &matching), "total", value_number(matching.count), "from", value_number(matching.query.from));
	free(matching.matches);
	return all;
}

/* ---- one device ---- */

static const struct guarded_view *device_of(const struct guard_view *view, const uint8_t mac[6])
{
	for (uint32_t i = 0; i < view->device_count; i++)
		if (memcmp(view->devices[i].mac, mac, 6) == 0)
			return &view->devices[i];
	return NULL;
}

static json_t *clues_of(const struct device *device)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < device->clue_count && i < DEVICE_CLUE_MAX; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:o, s:o}", "source", device->clues[i].source, "value", value_text(device->clues[i].value), "says",
				value_text_or_null(device->clues[i].says)));
	return list;
}

static json_t *words_of(const struct guard_device_view *more)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < more->word_count; i++)
		json_array_append_new(list, value_text(more->words[i]));
	return list;
}

static const char *protocol_of(uint8_t proto, char out[8])
{
	snprintf(out, 8, proto == 6 ? "tcp" : proto == 17 ? "udp" : proto == 1 || proto == 58 ? "icmp" : "ip %u", proto);
	return out;
}

static json_t *talks_of(const struct guard_device_view *more)
{
	static const char *const named[] = {[TALK_UNNAMED] = NULL, [TALK_BY_HELLO] = "hello", [TALK_BY_DNS] = "dns"};
	json_t *list = json_array();
	char protocol[8];

	for (uint32_t i = 0; i < more->talk_count; i++) {
		const struct guard_talk *talk = &more->talks[i];
		json_array_append_new(list,
			json_pack("{s:o, s:o, s:s?, s:s, s:o, s:o, s:o, s:o, s:o}", "peer", value_address(talk->peer), "name",
				value_text_or_null(talk->name), "named_by", named[talk->named], "protocol",
				protocol_of(talk->proto, protocol), "port", talk->port ? value_number(talk->port) : json_null(),
				"bytes_out", value_number(talk->bytes[0]), "bytes_in", value_number(talk->bytes[1]), "packets_out",
				value_number(talk->packets[0]), "packets_in", value_number(talk->packets[1])));
	}
	return list;
}

json_t *show_device(struct host *host, const struct guard_view *view, const json_t *request, struct fault *out_fault)
{
	const struct guard_device_view *more;
	const struct guarded_view *device;
	const char *who;
	uint8_t mac[6];
	json_t *one;

	if (value_asked_text(request, "who", &who, out_fault))
		return NULL;
	if (!*who) {
		fault_set(out_fault, "", 0, 0, "who names a device by its MAC, its name or an address");
		return NULL;
	}
	if (guard_who(host_guard(host), who, mac, out_fault))
		return NULL;
	device = device_of(view, mac);
	more = guard_device_view(host_guard(host), mac);
	if (!device || !more) {
		fault_set(out_fault, "", 0, 0, "no device with this MAC has been heard");
		return NULL;
	}
	one = show_one_device(device);
	json_object_set_new(one, "schema", json_string("floodwall.device/1"));
	json_object_set_new(one, "time", value_moment(view->now_s));
	json_object_set_new(one, "clues", clues_of(&more->device));
	json_object_set_new(one, "policy_words", words_of(more));
	json_object_set_new(one, "talks", talks_of(more));
	json_object_set_new(one, "timeline", show_timeline(host, device));
	json_object_set_new(one, "findings", show_findings_of(host, mac));
	show_advice(host, mac, one);
	return one;
}
