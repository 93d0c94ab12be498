/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered, by pages: findings of all runs, one of them, the packets that prove it, the audit log. docs/schema/guard-findings.json,
 * guard-finding.json, traffic.json. A page has an end, and says where the next one begins.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "daemon/deeds.h"
#include "daemon/remember.h"
#include "daemon/value.h"

enum { PAGE_DEVICE = 50, PAGE_FINDINGS = 200, PAGE_FINDINGS_MAX = 1000, PAGE_DEEDS = 200, PAGE_DEEDS_MAX = 1000, PAGES_LOOKED_MAX = 8 };

int history_number(const json_t *request, const char *key, uint64_t most, uint64_t *out, struct fault *out_fault)
{
	const json_t *value = json_object_get(request, key);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 1 || (uint64_t)json_integer_value(value) > most) {
		fault_set(out_fault, "", 0, 0, "%s is a number from 1 to %llu", key, (unsigned long long)most);
		return -EINVAL;
	}
	*out = (uint64_t)json_integer_value(value);
	return 0;
}

/* *out stays "" without it. */
static int read_word(const json_t *request, const char *key, char *out, size_t size, struct fault *out_fault)
{
	const json_t *value = json_object_get(request, key);

	if (!value)
		return 0;
	if (!json_is_string(value) || json_string_length(value) >= size || strlen(json_string_value(value)) != json_string_length(value)) {
		fault_set(out_fault, "", 0, 0, "%s is a text of at most %zu bytes", key, size - 1);
		return -EINVAL;
	}
	memcpy(out, json_string_value(value), json_string_length(value) + 1);
	return 0;
}

/* ---- findings ---- */

struct page {
	struct host *host;
	json_t *list;
};

static json_t *entry_of(struct host *host, const struct kept_finding *finding)
{
	json_t *entry = json_loads(finding->body, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(entry)) { /* edited by hand */
		json_decref(entry);
		return NULL;
	}
	json_object_set_new(entry, "finding", value_number(finding->number));
	remember_refresh(host, entry, finding->packets_len);
	return entry;
}

static void add_finding(void *context, const struct kept_finding *finding)
{
	struct page *page = context;
	json_t *entry = entry_of(page->host, finding);

	if (entry)
		json_array_append_new(page->list, entry);
}

static int read_query(struct host *host, const json_t *request, struct finding_query *out, uint8_t out_mac[6], struct fault *out_fault)
{
	char device[DEVICE_TEXT_MAX] = "";
	uint64_t count = PAGE_FINDINGS;

	*out = (struct finding_query){.muted_too = true};
	if (read_word(request, "search", out->search, sizeof(out->search), out_fault) ||
		read_word(request, "kind", out->kind, sizeof(out->kind), out_fault) ||
		read_word(request, "severity", out->severity, sizeof(out->severity), out_fault) ||
		read_word(request, "device", device, sizeof(device), out_fault) ||
		history_number(request, "before", INT64_MAX, &out->before, out_fault) ||
		history_number(request, "count", PAGE_FINDINGS_MAX, &count, out_fault))
		return -EINVAL;
	out->count = (uint32_t)count;
	if (*device && guard_who(host_guard(host), device, out_mac, out_fault))
		return -EINVAL;
	out->mac = *device ? out_mac : NULL;
	return 0;
}

/* What the disk has no room for is shown all the same, in front: nobody is quarantined for a reason that cannot be read. */
static void add_unkept(struct page *page, const struct finding_query *query)
{
	const struct found_view *found;

	for (uint32_t back = 0; (found = remember_unkept(page->host, back)); back++) {
		static const char *const severities[] = SEVERITY_WORDS;
		if ((query->mac && memcmp(query->mac, found->mac, 6) != 0) ||
			(query->kind[0] && strcmp(query->kind, guard_finding_word(found->finding.id)) != 0) ||
			(query->severity[0] && strcmp(query->severity, severities[found->finding.severity]) != 0))
			continue;
		json_t *entry = remember_show(page->host, found);
		remember_refresh(page->host, entry, 0);
		json_array_append_new(page->list, entry);
	}
}

static json_t *show_findings(struct host *host, const json_t *request, struct fault *out_fault)
{
	struct page page = {host, json_array()};
	struct finding_query query;
	uint64_t next = 0;
	uint8_t mac[6];
	int error = read_query(host, request, &query, mac, out_fault);

	if (!error && !query.before && !query.search[0])
		add_unkept(&page, &query);
	/* a search that finds little ends its pages early: some of them are one answer */
	for (unsigned looked = 0; !error && looked < PAGES_LOOKED_MAX; looked++) {
		error = store_each_finding(host_store(host), &query, add_finding, &page, &next);
		if (error || !next || json_array_size(page.list))
			break;
		query.before = next;
	}
	if (error) {
		if (error != -EINVAL)
			fault_set(out_fault, "", 0, 0, "what was kept cannot be read: %s", strerror(-error));
		json_decref(page.list);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:o, s:o}", "schema", "floodwall.findings/1", "time", value_moment(host_now().wall_s), "findings",
		page.list, "next", next ? value_number(next) : json_null());
}

json_t *show_findings_of(struct host *host, const uint8_t mac[6])
{
	const struct finding_query query = {.mac = mac, .muted_too = true, .count = PAGE_DEVICE};
	struct page page = {host, json_array()};
	uint64_t next;

	store_each_finding(host_store(host), &query, add_finding, &page, &next);
	return page.list;
}

static int read_finding(const json_t *request, uint64_t *out, struct fault *out_fault)
{
	int error = history_number(request, "number", INT64_MAX, out, out_fault);

	if (!error && !*out) {
		fault_set(out_fault, "", 0, 0, "number says which finding");
		error = -EINVAL;
	}
	return error;
}

struct one {
	struct host *host;
	json_t *entry;
};

static void take_finding(void *context, const struct kept_finding *finding)
{
	struct one *one = context;

	one->entry = entry_of(one->host, finding);
}

static json_t *show_finding(struct host *host, const json_t *request, struct fault *out_fault)
{
	struct one one = {.host = host};
	const struct found_view *found;
	uint64_t asked = 0;

	if (read_finding(request, &asked, out_fault))
		return NULL;
	if (store_finding(host_store(host), asked, take_finding, &one) == 0 && one.entry)
		return one.entry;
	for (uint32_t back = 0; (found = remember_unkept(host, back)); back++)
		if (found->number == asked)
			one.entry = remember_show(host, found);
	if (one.entry)
		remember_refresh(host, one.entry, 0);
	else
		fault_set(out_fault, "", 0, 0, "no finding %llu is kept", (unsigned long long)asked);
	return one.entry;
}

static json_t *show_packets(struct host *host, const json_t *request, struct fault *out_fault)
{
	uint64_t asked = 0;
	void *bytes = NULL;
	char *text;
	size_t len;
	json_t *answer = NULL;

	if (read_finding(request, &asked, out_fault))
		return NULL;
	if (store_packets(host_store(host), asked, &bytes, &len)) {
		fault_set(out_fault, "", 0, 0, "no packets are kept of finding %llu", (unsigned long long)asked);
		return NULL;
	}
	text = malloc(BASE64_LEN(len) + 1);
	if (text) {
		base64_write(text, bytes, len);
		answer = json_pack("{s:o, s:o}", "finding", value_number(asked), "pcapng", json_stringn(text, BASE64_LEN(len)));
	}
	free(text);
	free(bytes);
	return answer;
}

/* ---- the audit log ---- */

static void add_deed(void *context, const struct deed *deed)
{
	json_array_append_new(context, show_deed(deed));
}

static json_t *show_audit(struct host *host, const json_t *request, struct fault *out_fault)
{
	uint64_t count = PAGE_DEEDS, before = 0;
	struct deed_query query;
	json_t *list;

	if (history_number(request, "count", PAGE_DEEDS_MAX, &count, out_fault) ||
		history_number(request, "before", INT64_MAX, &before, out_fault))
		return NULL;
	query = (struct deed_query){.before = before, .count = (uint32_t)count};
	list = json_array();
	store_find_deeds(host_store(host), &query, add_deed, list);
	return list;
}

static void see_deed(void *context, const struct deed *deed)
{
	*(bool *)context = deed != NULL;
}

json_t *show_audit_next(struct host *host, const json_t *deeds)
{
	const json_t *last = json_object_get(json_array_get(deeds, json_array_size(deeds) - 1), "deed");
	const struct deed_query earlier = {.before = (uint64_t)json_integer_value(last), .count = 1};
	bool more = false;

	if (last)
		store_find_deeds(host_store(host), &earlier, see_deed, &more);
	return more ? value_number(earlier.before) : json_null();
}

/* ---- which ---- */

json_t *show_history(struct host *host, const char *what, const json_t *request, bool *out_known, struct fault *out_fault)
{
	static const struct {
		const char *word;
		bool of_guard;
		json_t *(*show)(struct host *host, const json_t *request, struct fault *out_fault);
	} shows[] = {{"findings", true, show_findings}, {"finding", true, show_finding}, {"packets", true, show_packets},
		{"audit", false, show_audit}, {"traffic", false, show_traffic}};

	*out_known = false;
	for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++)
		if (strcmp(what, shows[i].word) == 0 && (host_guard(host) || !shows[i].of_guard)) {
			*out_known = true;
			return shows[i].show(host, request, out_fault);
		}
	return NULL;
}
