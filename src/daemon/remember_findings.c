/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings: as JSON with sentences, as they are shown. What may change without the finding changing (the name of its device, whether it is muted) is
 * looked up again when it is shown.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/remember.h"
#include "report/report.h"

static const uint8_t no_mac[6];

static void set_text(json_t *entry, const char *key, const char *text)
{
	json_object_set_new(entry, key, text && *text ? json_string(text) : json_null());
}

static void add_undo(json_t *entry, const struct found_view *found)
{
	char mac[TEXT_MAC_MAX], sentence[128];

	snprintf(sentence, sizeof(sentence), "floodwall release %s lets it go again", text_mac(mac, found->mac));
	set_text(entry, "undo", found->act == ACT_QUARANTINED ? sentence : NULL);
}

json_t *remember_show(struct host *host, const struct found_view *found)
{
	struct guarded_view device = {GUARDED_NOTHING};
	char name[DEVICE_TEXT_MAX] = "";
	struct guard_view view = {.devices = &device};
	struct found_view shown = *found;
	struct report_told told;
	json_t *entry;

	memcpy(device.mac, found->mac, sizeof(device.mac));
	view.device_count = memcmp(found->mac, no_mac, sizeof(no_mac)) != 0;
	shown.finding.device = view.device_count ? 0 : DEVICE_NONE;
	if (view.device_count)
		guard_name(host_guard(host), found->mac, name);
	device.name = name;
	entry = show_one_finding(&view, &shown);
	report_tell(&found->finding, device.name, &told);
	set_text(entry, "text", told.title);
	set_text(entry, "why", told.why);
	set_text(entry, "do", told.advice);
	add_undo(entry, found);
	return entry;
}

static int keep(struct remember *remember, const struct found_view *found, struct fault *out_fault)
{
	static const char *const severities[] = SEVERITY_WORDS;
	struct kept_finding kept = {.number = found->number, .raised_s = found->raised_ns / 1000000000u, .muted = found->muted[0] != 0};
	json_t *entry = remember_show(remember->host, found);
	char *body;
	int error;

	/* the longest sentences of hostile names stand there twice: once will do */
	body = entry ? json_dumps(entry, JSON_COMPACT) : NULL;
	if (body && strlen(body) >= HISTORY_BODY_MAX) {
		free(body);
		json_object_set_new(entry, "why", json_null());
		body = json_dumps(entry, JSON_COMPACT);
	}
	json_decref(entry);
	if (!body) {
		fault_set(out_fault, "", 0, 0, "not enough memory");
		return -ENOMEM;
	}
	memcpy(kept.mac, found->mac, sizeof(kept.mac));
	snprintf(kept.kind, sizeof(kept.kind), "%s", guard_finding_word(found->finding.id));
	snprintf(kept.severity, sizeof(kept.severity), "%s", severities[found->finding.severity]);
	kept.last_s = found->finding.last_ns / 1000000000u;
	kept.body = body;
	error = store_finding_keep(host_store(remember->host), &kept, out_fault);
	free(body);
	return error;
}

static void see_len(void *context, const struct kept_finding *finding)
{
	*(uint32_t *)context = finding->packets_len;
}

static bool is_kept(const struct remember *remember, uint32_t number)
{
	uint32_t len;

	return store_finding(host_store(remember->host), number, see_len, &len) == 0;
}

/*
 * It left memory, and the store has nothing of it. The guard forgets one that goes on, and takes it up again; detection holds more of those than the guard,
 * so that a full disk would have each counted once a minute.
 */
static void lose(struct remember *remember, uint32_t number)
{
	uint32_t *counted = &remember->counted[number % FW_FINDING_MAX];

	if (*counted == number || is_kept(remember, number))
		return;
	*counted = number;
	remember->lost++;
}

/*
 * One that waits and has left the guard's memory can be written no more: it is lost, unless the store has it as it was earlier. The guard holds as many
 * as have room here, so that where none is left one of those that wait has gone, and mostly the one that came first.
 */
static void forget_one(struct remember *remember)
{
	uint32_t i = 0;

	while (i < remember->dirty_count && guard_finding(host_guard(remember->host), remember->dirty[i]))
		i++;
	if (i == remember->dirty_count)
		return;
	lose(remember, remember->dirty[i]);
	remember->dirty_count--;
	memmove(&remember->dirty[i], &remember->dirty[i + 1], (remember->dirty_count - i) * sizeof(remember->dirty[0]));
}

static void later(struct remember *remember, uint32_t number)
{
	for (uint32_t i = 0; i < remember->dirty_count; i++)
		if (remember->dirty[i] == number)
			return;
	if (remember->dirty_count == REMEMBER_DIRTY_MAX)
		forget_one(remember);
	if (remember->dirty_count < REMEMBER_DIRTY_MAX)
		remember->dirty[remember->dirty_count++] = number;
}

void remember_finding(struct remember *remember, const struct found_view *found, enum live_news news)
{
	struct fault fault = {0};

	remember->findings += news == LIVE_NEW;
	if (news == LIVE_MORE || remember_took(remember, keep(remember, found, &fault), &fault))
		later(remember, found->number);
}

/* All in one transaction; if that fails, all stay to be written. */
void remember_again(struct remember *remember)
{
	struct store *store = host_store(remember->host);
	struct fault fault = {0};
	int error = 0;

	if (!remember->dirty_count || !host_guard(remember->host))
		return;
	error = store_gather(store, &fault);
	if (!error) {
		for (uint32_t i = 0; i < remember->dirty_count && !error; i++) {
			const struct found_view *found = guard_finding(host_guard(remember->host), remember->dirty[i]);
			error = found ? keep(remember, found, &fault) : 0;
			if (!found)
				lose(remember, remember->dirty[i]);
		}
		int settled = store_settle(store, error ? NULL : &fault);
		error = error ? error : settled;
	}
	if (remember_took(remember, error, &fault) == 0)
		remember->dirty_count = 0;
}

uint32_t remember_waiting(const struct remember *remember)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < remember->dirty_count; i++)
		count += !is_kept(remember, remember->dirty[i]);
	return count;
}

uint64_t remember_lost(struct host *host)
{
	const struct remember *remember = part_find(host, part_remember.name);

	return remember ? remember->lost : 0;
}

const struct found_view *remember_unkept(struct host *host, uint32_t back)
{
	const struct remember *remember = part_find(host, part_remember.name);

	for (uint32_t i = remember && host_guard(host) ? remember->dirty_count : 0; i-- > 0;) {
		const struct found_view *found = guard_finding(host_guard(host), remember->dirty[i]);
		uint32_t len;
		if (found && store_finding(host_store(host), found->number, see_len, &len) == -ENOENT && back-- == 0)
			return found;
	}
	return NULL;
}

/* ---- what is read again ---- */

static enum finding_id id_of(const char *word)
{
	int id = 0;

	while (id < FINDING_ID_COUNT && strcmp(word, guard_finding_word((enum finding_id)id)) != 0)
		id++;
	return (enum finding_id)id;
}

static bool read_address(const json_t *entry, const char *key, uint8_t out[16])
{
	const char *text = json_string_value(json_object_get(entry, key));
	struct prefix prefix;

	if (!text || prefix_read(text, &prefix))
		return false;
	memcpy(out, prefix.address, 16);
	return true;
}

/* As much of the finding as mutes look at. */
static void refresh_mute(struct host *host, json_t *entry)
{
	const char *word = json_string_value(json_object_get(entry, "id")), *mac = json_string_value(json_object_get(entry, "mac")), *why;
	struct found_view found = {.finding.device = DEVICE_NONE};
	char clean[GUARD_SENTENCE_MAX * 4];

	if (!word || id_of(word) == FINDING_ID_COUNT)
		return;
	found.finding.id = id_of(word);
	found.finding.has_source = read_address(entry, "source", found.finding.source);
	found.finding.has_target = read_address(entry, "target", found.finding.target);
	if (mac)
		mac_read(mac, found.mac);
	why = guard_mute_of(host_guard(host), &found);
	text_escape(clean, sizeof(clean), why ? why : "", SIZE_MAX);
	set_text(entry, "muted", clean);
}

void remember_refresh(struct host *host, json_t *entry, uint32_t packets_len)
{
	const char *mac = json_string_value(json_object_get(entry, "mac"));
	char name[DEVICE_TEXT_MAX], clean[DEVICE_TEXT_MAX * 4];
	uint8_t raw[6];

	json_object_set_new(entry, "packets", json_integer(packets_len));
	if (json_is_null(json_object_get(entry, "why")))
		json_object_set(entry, "why", json_object_get(entry, "summary"));
	if (!host_guard(host))
		return;
	refresh_mute(host, entry);
	if (!mac || mac_read(mac, raw) || !guard_name(host_guard(host), raw, name))
		return;
	text_escape(clean, sizeof(clean), name, SIZE_MAX);
	set_text(entry, "name", clean);
}

/* ---- proof ---- */

void remember_packets(struct host *host, uint32_t number, const void *bytes, size_t len)
{
	struct remember *remember = part_find(host, part_remember.name);
	struct fault fault = {0};
	uint32_t before = 0;
	int error;

	if (!remember)
		return;
	store_finding(host_store(host), number, see_len, &before);
	/* what came later may have pushed the first frames out of memory: the fuller proof stays */
	if (len <= before)
		return;
	error = store_packets_keep(host_store(host), number, bytes, len, &fault);
	if (error != -ENOENT)
		remember_took(remember, error, &fault);
}
