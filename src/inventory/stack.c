/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of the same SYN, what stays the same:
 *
 *	time to live   32, 64, 128 or 255 at its start; each router takes one, so it is rounded up
 *	window         in segments where it is a number of them: it is chosen so, and then holds for any MSS. A segment is what the MSS leaves for data, with
 *	               or without the 12 bytes of timestamps (RFC 6691 section 2: options are not taken out of the MSS that is announced)
 *	scale          follows from how much memory a system gives to a connection, so it also tells small from large
 *
 * A device on this link is heard only with a time to live that has not been touched: what a router or a phone's hotspot passes on bears its MAC, and is
 * another's. And only a number of openings of each device: what it is does not change, and whoever scans writes a thousand a second. More may be looked
 * at than heard, for those of a scan are often no system's.
 */
#include "inventory/stack.h"

#include <stdio.h>
#include <string.h>

#include "inventory/age.h"
#include "inventory/clue.h"
#include "inventory/inside.h"
#include "inventory/told.h"
#include "inventory/words.h"

enum { HEARD_MAX = 32, LOOKED_MAX = 255, TIME_LEN = 12, SEGMENT_MIN = 100, OPTIONS_LEN_MAX = 96 };

static const uint8_t STARTS[] = {32, 64, 128, 255};

static uint8_t start_of(uint8_t hops)
{
	size_t i = 0;

	while (STARTS[i] < hops)
		i++;
	return STARTS[i];
}

static const char *option_name(uint8_t kind)
{
	static const struct {
		uint8_t kind;
		const char *name;
	} names[] = {{FW_TCP_END, "end"}, {FW_TCP_NOP, "nop"}, {FW_TCP_MSS, "mss"}, {FW_TCP_SCALE, "scale"}, {FW_TCP_SACK, "sack"},
		{FW_TCP_TIME, "time"}, {FW_TCP_MPTCP, "mptcp"}, {FW_TCP_FAST_OPEN, "fast"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "other";
}

static bool has(const struct fw_opening *opening, uint8_t kind)
{
	return memchr(opening->options, kind, opening->option_count) != NULL;
}

/* How many segments the window holds, 0 where it is no number of them. */
static unsigned segments(const struct fw_opening *opening)
{
	unsigned segment = opening->mss;

	if (segment < SEGMENT_MIN)
		return 0;
	if (opening->window % segment && has(opening, FW_TCP_TIME))
		segment -= TIME_LEN;
	return opening->window % segment ? 0 : opening->window / segment;
}

bool stack_text(const struct fw_opening *opening, char out[DEVICE_TEXT_MAX])
{
	char options[OPTIONS_LEN_MAX] = "", window[16], scale[16] = "";
	unsigned count = segments(opening);
	size_t len = 0;
	int needed;

	if (!opening->mss || !opening->window)
		return false;
	for (unsigned i = 0; i < opening->option_count; i++)
		len += (size_t)snprintf(options + len, sizeof(options) - len, "%s%s", i ? " " : "", option_name(opening->options[i]));
	snprintf(window, sizeof(window), count ? "%u mss" : "%u", count ? count : opening->window);
	if (has(opening, FW_TCP_SCALE))
		snprintf(scale, sizeof(scale), ", scale %u", opening->scale);
	needed = snprintf(out, DEVICE_TEXT_MAX, "%s: ttl %u, %s, window %s, mss %u%s", options, start_of(opening->hops),
		opening->family == 6     ? "ipv6"
			: opening->whole ? "df"
					 : "no df",
		window, opening->mss, scale);
	return needed < DEVICE_TEXT_MAX;
}

/* NULL: it is not to be heard any more, or there is no such device. */
static struct side *side_of(struct inventory *inventory, uint32_t number, bool answer, uint32_t *out_place)
{
	struct side *side;

	*out_place = age_place(inventory, inventory_number(inventory, number));
	if (*out_place == DEVICE_NONE)
		return NULL;
	side = &inventory->sides[*out_place];
	return side->openings[answer] < HEARD_MAX && side->looked[answer] < LOOKED_MAX ? side : NULL;
}

bool inventory_wants_opening(struct inventory *inventory, uint32_t number, bool answer)
{
	uint32_t place;

	return side_of(inventory, number, answer, &place) != NULL;
}

void inventory_note_opening(struct inventory *inventory, uint32_t number, bool on_link, const struct fw_opening *opening)
{
	char text[DEVICE_TEXT_MAX];
	uint32_t place;
	struct side *side = side_of(inventory, number, opening->answer, &place);

	if (!side)
		return;
	side->looked[opening->answer]++;
	if ((on_link && inventory->devices[place].mac_count && start_of(opening->hops) != opening->hops) || !stack_text(opening, text))
		return;
	side->openings[opening->answer]++;
	told_clue(inventory, place,
		&(struct clue_offer){.source = opening->answer ? "tcp syn-ack" : "tcp syn", .class = CLUE_STACK, .value = words_of(text)});
}
