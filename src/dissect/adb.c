/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Android's debug bridge, TCP 5555 (AOSP packages/modules/adb, protocol.txt). Whoever may open "shell:" has the device.
 *
 *	command | arg0 | arg1 | length | checksum | command ^ ffffffff        24 bytes, little-endian
 *	CNXN    payload: "device::ro.product.name=x;ro.product.model=y;ro.product.device=z;features=..." from the device,
 *	        "host::..." from who connects
 *	OPEN    payload: "shell:COMMAND", "sync:" ...
 *
 * Of a service only its name is said: the command behind it may hold anything. Other payloads are passed over by count.
 */
#include "dissect/session.h"

#include <string.h>

enum { HEADER_LEN = 24, LENGTH_OFF = 12, MAGIC_OFF = 20, PAYLOAD_MAX = 1 << 20, READ_MAX = 1024 };

static const uint8_t connect_command[4] = {'C', 'N', 'X', 'N'}, open_command[4] = {'O', 'P', 'E', 'N'};

bool adb_begins(const uint8_t *bytes, size_t len, bool *out_more)
{
	size_t here = len < 4 ? len : 4;

	if (memcmp(bytes, connect_command, here) != 0)
		return false;
	*out_more = len < HEADER_LEN;
	return len >= HEADER_LEN && fw_le32(bytes + MAGIC_OFF) == ~fw_le32(bytes);
}

static struct slice until(struct slice text, uint8_t stop)
{
	const uint8_t *found = text.len ? memchr(text.bytes, stop, text.len) : NULL;

	return found ? (struct slice){text.bytes, (size_t)(found - text.bytes)} : text;
}

static void say_payload(struct feed *feed, const uint8_t *command, struct slice payload)
{
	payload = until(payload, 0);
	if (memcmp(command, connect_command, 4) == 0 && feed->direction == FROM_SERVER)
		session_say_text(feed, FACT_ADB_DEVICE, payload);
	else if (memcmp(command, open_command, 4) == 0)
		session_say_text(feed, FACT_ADB_SERVICE, until(payload, ':'));
}

/* The message at the front; bytes taken, 0 for "more". Of what is long the beginning is read and the rest passed over. */
static size_t take_message(struct adb *adb, struct feed *feed, struct slice left)
{
	uint32_t len;
	size_t wanted;

	if (left.len < HEADER_LEN)
		return 0;
	len = fw_le32(left.bytes + LENGTH_OFF);
	if (fw_le32(left.bytes + MAGIC_OFF) != ~fw_le32(left.bytes) || len > PAYLOAD_MAX) {
		feed->done = true; /* encrypted from here on (STLS), or lost */
		return left.len;
	}
	wanted = len < READ_MAX ? len : READ_MAX;
	if (left.len - HEADER_LEN < wanted)
		return 0;
	say_payload(feed, left.bytes, (struct slice){left.bytes + HEADER_LEN, wanted});
	adb->skip[feed->direction] = len - (uint32_t)wanted;
	return HEADER_LEN + wanted;
}

size_t adb_take(struct adb *adb, struct feed *feed)
{
	uint32_t *skip = &adb->skip[feed->direction];
	size_t taken = 0, step;

	adb->read_len += feed->len < SESSION_SILENT_MAX ? (uint32_t)feed->len : SESSION_SILENT_MAX;
	if (feed->gap || adb->read_len >= SESSION_SILENT_MAX) {
		feed->done = true;
		return feed->len;
	}
	do {
		step = *skip < feed->len - taken ? *skip : feed->len - taken;
		*skip -= (uint32_t)step;
		taken += step;
		step = *skip ? 0 : take_message(adb, feed, (struct slice){feed->bytes + taken, feed->len - taken});
		taken += step;
	} while (step && !feed->done && taken < feed->len);
	return taken;
}
