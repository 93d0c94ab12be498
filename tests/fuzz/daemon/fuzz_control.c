/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the control socket, a line each, over one store: each gets one line of JSON. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../unit/daemon/fake_host.h"
#include "daemon/deeds.h"
#include "store/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* root, another user, the page: in turn. */
static void ask(struct host *host, const uint8_t *bytes, size_t len, unsigned turn)
{
	struct asker asker = {.user = turn % 3 == 1 ? 1000 : 0, .by = turn % 3 == 2 ? "the page" : NULL};
	char *request = malloc(len ? len : 1), *text;
	size_t text_len;
	json_t *answer;

	if (len)
		memcpy(request, bytes, len);
	if (answer_make(host, &asker, request, len, &text, &text_len))
		abort();
	answer = json_loadb(text, text_len, 0, NULL);
	if (!json_is_boolean(json_object_get(answer, "ok")) || memchr(text, '\n', text_len) != text + text_len - 1)
		abort();
	json_decref(answer);
	free(text);
	free(request);
}

/* What is kept is there to be asked for: a finding with its proof, about a device and about nobody, and what was counted. */
static void fill(struct host *host)
{
	const struct fetch_time now = {.wall_s = 1000};
	const struct guard_view *view = guard_view(host_guard(host), &now);
	enum store_state state = host->store->state;
	struct fault fault;

	host->store->state = STORE_SOUND; /* a store in memory alone keeps no proof */
	for (uint32_t i = 0; i < 2; i++) {
		struct found_view found = {
			.number = i + 1, .mac = {2, 0, 0, 0, 0, 2}, .act = ACT_QUARANTINED, .raised_ns = 1, .acted_ns = 2 * i};
		struct kept_finding kept = {
			.number = i + 1001, .mac = {2, 0, 0, 0, 0, 2}, .kind = "scan", .severity = "high", .raised_s = 900, .last_s = 900};
		json_t *one;
		char *body;

		found.finding = (struct finding){
			.id = FINDING_SCAN, .severity = SEVERITY_HIGH, .device = i ? DEVICE_NONE : 0, .has_source = true, .has_target = i};
		one = show_one_finding(view, &found);
		body = json_dumps(one, JSON_COMPACT);
		kept.body = body;
		if (!body || store_finding_keep(host_store(host), &kept, &fault) ||
			store_packets_keep(host_store(host), kept.number, "pcapng", 6, &fault) ||
			store_count_add(host_store(host), 1, 900, 7, &fault))
			abort();
		json_decref(one);
		free(body);
	}
	host->store->state = state;
	host->recalled = true;
	host_fault(host, "clock", "the clock jumped");
}

/* One of each role, opened once: that takes longer than a thousand requests. Each run finds its store empty. No folder: it lives in memory. */
static struct host *host_of(bool guards)
{
	static struct host *hosts[2];

	if (!hosts[guards])
		hosts[guards] = fake_host_new("/nonexistent", guards);
	if (!hosts[guards] || fake_host_reset(hosts[guards]))
		abort();
	if (guards)
		fill(hosts[guards]);
	hosts[guards]->no_room = false;
	return hosts[guards];
}

/* The first that was done, as it was written. */
static void read_back(struct store *store)
{
	const struct deed asked = {.id = 1, .verb = DEED_DECIDE}, written = deed_whole(store, &asked);

	if (written.decided != (deed_kind(&written) != NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct host *host = host_of(len > 5 && memcmp(bytes, "guard", 5) == 0); /* a first line that is no request */

	unsigned turn = 0;

	for (size_t at = 0, line_len; at <= len; at += line_len + 1, turn++) {
		const uint8_t *end = at < len ? memchr(bytes + at, '\n', len - at) : NULL;
		line_len = end ? (size_t)(end - (bytes + at)) : len - at;
		host->no_room = turn % 7 == 6;
		ask(host, bytes + at, line_len, turn);
	}
	read_back(host_store(host));
	decide_tick(host, &(struct fetch_time){.wall_s = 100000});
	return 0;
}
