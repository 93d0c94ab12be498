/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/notice.h"

#include <string.h>

void notices_init(struct notices *notices)
{
	memset(notices, 0, sizeof(*notices));
	notices->version = NOTICES_VERSION;
	notices->size = sizeof(*notices);
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, 0, size) != NULL;
}

static bool is_whole(const struct notice *notice)
{
	return (notice->key.kind == NOTICE_HIJACKED || notice->key.kind == NOTICE_EXPOSURE) && ends(notice->title, NOTICE_TITLE_MAX) &&
		ends(notice->text, NOTICE_TEXT_MAX);
}

bool notices_check(struct notices *notices)
{
	if (notices->version != NOTICES_VERSION || notices->size != sizeof(*notices) || notices->held_count > NOTICE_HELD_MAX)
		return false;
	for (uint32_t i = 0; i < notices->held_count; i++)
		if (!is_whole(&notices->held[i]))
			return false;
	memset(notices->lanes, 0, sizeof(notices->lanes));
	return true;
}

/* ---- once ---- */

static struct notice_told *find_told(struct notices *notices, const struct notice_key *key)
{
	for (unsigned i = 0; i < NOTICE_TOLD_MAX; i++)
		if (notices->told[i].last_s && memcmp(&notices->told[i].key, key, sizeof(*key)) == 0)
			return &notices->told[i];
	return NULL;
}

/* A clock that was set back makes nothing old. */
static bool is_old(const struct notice_told *told, uint64_t wall_s)
{
	return wall_s > told->last_s && wall_s - told->last_s > NOTICE_FORGET_S;
}

static void keep_told(struct notices *notices, const struct notice *notice, uint64_t wall_s)
{
	struct notice_told *at = find_told(notices, &notice->key);

	for (unsigned i = 0; !at && i < NOTICE_TOLD_MAX; i++)
		if (!notices->told[i].last_s)
			at = &notices->told[i];
	if (!at) {
		at = notices->told;
		for (unsigned i = 1; i < NOTICE_TOLD_MAX; i++)
			if (notices->told[i].last_s < at->last_s)
				at = &notices->told[i];
	}
	*at = (struct notice_told){.key = notice->key, .urgent = notice->urgent, .last_s = wall_s ? wall_s : 1};
}

void notices_seen(struct notices *notices, const struct notice_key *key, uint64_t wall_s)
{
	struct notice_told *told = find_told(notices, key);

	if (told && wall_s > told->last_s)
		told->last_s = wall_s;
}

void notices_forget(struct notices *notices, const uint8_t mac[6])
{
	uint32_t kept = 0;

	for (unsigned i = 0; i < NOTICE_TOLD_MAX; i++)
		if (memcmp(notices->told[i].key.mac, mac, 6) == 0)
			memset(&notices->told[i], 0, sizeof(notices->told[i]));
	for (uint32_t i = 0; i < notices->held_count; i++)
		if (memcmp(notices->held[i].key.mac, mac, 6) != 0)
			notices->held[kept++] = notices->held[i];
	notices->held_count = kept;
}

/* ---- bounded ---- */

static bool has_left(struct notice_lane *lane, uint64_t steady_s)
{
	while (lane->used && lane->back_s <= steady_s) {
		lane->used--;
		lane->back_s += NOTICE_EVERY_S;
	}
	return lane->used < NOTICE_AT_ONCE;
}

static void take(struct notice_lane *lane, uint64_t steady_s)
{
	if (!lane->used)
		lane->back_s = steady_s + NOTICE_EVERY_S;
	lane->used++;
}

static void hold(struct notices *notices, const struct notice *notice)
{
	if (notices->held_count < NOTICE_HELD_MAX)
		notices->held[notices->held_count++] = *notice;
	else
		notices->held_more++;
}

enum notice_verdict notices_judge(struct notices *notices, const struct notice *notice, const struct notice_now *now)
{
	struct notice_told *told = find_told(notices, &notice->key);
	struct notice_lane *lane = &notices->lanes[notice->urgent];
	bool known = told && !is_old(told, now->wall_s) && told->urgent >= notice->urgent;

	if (known) {
		notices_seen(notices, &notice->key, now->wall_s);
		return NOTICE_KNOWN;
	}
	keep_told(notices, notice, now->wall_s);
	/* what waits already goes first, or it would wait for ever */
	if ((now->quiet && !notice->urgent) || !has_left(lane, now->steady_s) || (notices->held_count && !notice->urgent)) {
		hold(notices, notice);
		return NOTICE_WAITS;
	}
	take(lane, now->steady_s);
	return NOTICE_TELL;
}

bool notices_due(struct notices *notices, const struct notice_now *now)
{
	bool urgent = false;
	struct notice_lane *lane;

	for (uint32_t i = 0; i < notices->held_count; i++)
		urgent |= notices->held[i].urgent;
	lane = &notices->lanes[urgent];
	if ((!notices->held_count && !notices->held_more) || (now->quiet && !urgent) || !has_left(lane, now->steady_s))
		return false;
	take(lane, now->steady_s);
	return true;
}

void notices_clear(struct notices *notices)
{
	notices->held_count = notices->held_more = 0;
}
