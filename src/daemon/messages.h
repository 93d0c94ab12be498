/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files messages*.c share: event lines, messages at once, the day's digest (docs/messages.md). */
#pragma once

#include <jansson.h>

#include "daemon/inside.h"
#include "daemon/part.h"
#include "inventory/inventory.h"
#include "report/report.h"
#include "tell/tell.h"

enum {
	MESSAGES_PENDING_MAX = 64, /* findings between two ticks */
	MESSAGES_LINE_MAX = 32 << 10,
	MESSAGES_TEXT_MAX = 24 << 10, /* of one message to a person */
	MESSAGES_BODY_MAX = COURIER_BODY_MAX,
	MESSAGES_OUTLETS = 4,
};

/* The ways to a person. */
enum messages_way { WAY_HOOK, WAY_MAIL, WAYS };

struct pending {
	struct found_view found;
	enum live_news news;
	uint64_t time_s;
};

/* As it was told last. */
struct device_told {
	uint8_t mac[6];
	uint8_t stand, zero;
	uint64_t digest;
};

/* Of one way: what came of the test message. */
enum test_state { TEST_NONE, TEST_WAITS, TEST_DELIVERED, TEST_FAILED };
struct way {
	struct courier *courier;
	struct courier *leaving; /* of the command before, while it still runs */
	char command[SETTINGS_COMMAND_MAX]; /* that the courier has */
	uint32_t most_s;
	enum test_state test;
	char test_why[COURIER_SENTENCE_MAX];
};

struct messages {
	struct host *host;
	struct outlet *outlets[MESSAGES_OUTLETS]; /* by enum outlet_kind */
	struct outlet_setup outlet_setups[MESSAGES_OUTLETS];
	struct settings_messages settings; /* that the above were made for */
	struct way ways[WAYS];
	struct notices notices;
	struct digest_tally tally;
	struct digest_known known;
	struct clockwork clockwork;
	bool notices_changed, tally_changed;
	struct pending pending[MESSAGES_PENDING_MAX];
	uint32_t pending_count;
	uint64_t lines_let_go; /* lost with an outlet that is no more */
	uint64_t pending_lost, messages_lost, number; /* number: of messages to people, in this run */
	struct device_told *told, *telling; /* by MAC; as many as the configuration has room for */
	uint32_t told_count, told_room;
	uint64_t next_second_ns, next_devices_ns, next_stats_ns, next_keep_ns;
	char line[MESSAGES_LINE_MAX], text[MESSAGES_TEXT_MAX], body[MESSAGES_BODY_MAX];
};

/* ---- messages_lines.c: event lines ---- */

bool lines_wanted(const struct messages *messages);
void lines_finding(struct messages *messages, const struct pending *pending, const struct guarded_view *device);
void lines_deed(struct messages *messages, const struct deed *deed);
void lines_stats(struct messages *messages, const struct fetch_time *now);
/* Those that changed; one that is out of quarantine may be told of anew. */
void lines_devices(struct messages *messages, const struct guard_view *view);
void lines_tick(struct messages *messages, uint64_t steady_ns);
/* Outlets as the settings have them now; those that did not change are opened anew. */
int lines_settle(struct messages *messages);
void lines_close(struct messages *messages);

/* ---- messages_people.c: messages to people ---- */

struct person_message {
	const char *kind, *title, *text; /* title and text: clean */
	uint8_t severity;
	const struct notice *notices; /* that it tells, or NULL */
	uint32_t notice_count;
	bool test;
	uint64_t time_s;
};
void people_send(struct messages *messages, const struct person_message *message);
void people_finding(
	struct messages *messages, const struct pending *pending, const struct guarded_view *device, const struct notice_now *now);
void people_waiting(struct messages *messages, const struct notice_now *now);
void people_digest(struct messages *messages, const struct fetch_time *now);
void people_tick(struct messages *messages, uint64_t steady_ns);
int people_settle(struct messages *messages);

/* ---- requests (messages.c) ---- */

/* {"do": "messages"}: a test message by every way. {"do": "show", "what": "messages"}: the ways, and what came of it. */
json_t *messages_test(struct host *host, struct fault *out_fault);
json_t *messages_show(struct host *host);
