/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices and findings for tests, and how what is seen of them is compared: a text of all of it. */
#pragma once

#include "fixture.h"

static const struct deed by = {.time_s = 2000, .who = "root"};
static const uint8_t camera[6] = {2, 0, 0, 0, 0, 5}, lamp[6] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff};

struct page {
	uint32_t count;
	uint64_t first, last;
	char text[512];
	struct kept_finding finding;
	struct kept_device device;
};

static inline void see_finding(void *context, const struct kept_finding *finding)
{
	struct page *page = context;
	size_t len = strlen(page->text);

	if (!page->count++)
		page->first = finding->number;
	page->last = finding->number;
	page->finding = *finding;
	snprintf(page->text + len, sizeof(page->text) - len, "%llu ", (unsigned long long)finding->number);
}

static inline void see_device(void *context, const struct kept_device *device)
{
	struct page *page = context;
	size_t len = strlen(page->text);

	page->count++;
	page->device = *device;
	snprintf(page->text + len, sizeof(page->text) - len, "%s/%s/%s/%llu ", device->name, device->state, device->body,
		(unsigned long long)device->last_s);
}

static inline void assert_devices(struct store *store, const char *wanted)
{
	struct page page = {0};

	assert_int_equal(store_each_device(store, see_device, &page), 0);
	assert_string_equal(page.text, wanted);
}

static inline void assert_page(struct store *store, const struct finding_query *query, const char *wanted, uint64_t wanted_next)
{
	struct page page = {0};
	uint64_t next = 99;

	assert_int_equal(store_each_finding(store, query, see_finding, &page, &next), 0);
	assert_string_equal(page.text, wanted);
	assert_int_equal(next, wanted_next);
}

static inline void sql(struct store *store, const char *statement)
{
	char *why = NULL;

	if (sqlite3_exec(store->db, statement, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", statement, why);
}

static inline uint64_t number_of(struct store *store, const char *statement)
{
	uint64_t number = 0;

	assert_int_equal(store_number(store, statement, &number), 0);
	return number;
}

static inline void keep(struct store *store, uint64_t number, const char *kind, const char *severity, const char *body)
{
	struct kept_finding finding = {.number = number, .raised_s = 1000 + number, .last_s = 2000 + number, .body = body};
	struct fault fault = {0};

	memcpy(finding.mac, number % 2 ? camera : lamp, 6);
	finding.muted = number % 5 == 0;
	snprintf(finding.kind, sizeof(finding.kind), "%s", kind);
	snprintf(finding.severity, sizeof(finding.severity), "%s", severity);
	if (store_finding_keep(store, &finding, &fault))
		fail_msg("%s", fault.sentence);
}

static inline void keep_device(struct store *store, const uint8_t mac[6], const char *state, uint64_t last_s)
{
	struct kept_device device = {.first_s = 5, .last_s = last_s, .body = "{\"a\":1}", .name = "not taken"};
	struct fault fault = {0};

	memcpy(device.mac, mac, 6);
	snprintf(device.state, sizeof(device.state), "%s", state);
	if (store_device_keep(store, &device, &fault))
		fail_msg("%s", fault.sentence);
}
