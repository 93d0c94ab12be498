/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes to the port of NOTIFY: as a datagram, and as a stream of pieces of seven bytes. First byte: bit 0 signs it rightly. */
#include <stdlib.h>
#include <string.h>

#include "fetch/tsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { WALL_S = 1000000 };

static void see(struct secondary *secondary, const uint8_t *bytes, size_t len)
{
	const struct fetch_time now = {.steady_ns = 1000000000, .wall_s = WALL_S};
	uint8_t answer[NOTIFY_ANSWER_MAX];
	size_t answer_len;
	uint32_t zone;
	enum notify_verdict verdict = secondary_notify(secondary, bytes, len, &now, &zone, answer, &answer_len);

	if ((verdict == NOTIFY_TAKEN) != (zone != UINT32_MAX) || answer_len > sizeof(answer) || !notify_words(verdict))
		abort();
	if (answer_len && (bytes[2] & 0x80)) /* never to an answer */
		abort();
}

static void see_stream(struct secondary *secondary, const uint8_t *bytes, size_t len)
{
	struct notify_stream stream = {.have = 0};

	for (size_t at = 0; at < len;) {
		const uint8_t *message;
		size_t message_len;
		int used = notify_stream_see(&stream, bytes + at, len - at < 7 ? len - at : 7, &message, &message_len);
		if (used < 0)
			return;
		at += (size_t)used;
		if (message_len)
			see(secondary, message, message_len);
	}
}

/* Names and keys as a configuration may hold them. */
static void see_texts(const uint8_t *bytes, size_t len)
{
	char text[64] = "", shown[ZONE_NAME_TEXT_MAX];
	struct zone_key *key = NULL;
	struct zone_name name, again;
	struct fault fault = {0};

	memcpy(text, bytes, len < sizeof(text) - 1 ? len : sizeof(text) - 1);
	if (zone_name_read(text, &name, &fault) == 0 &&
		(zone_name_read(zone_name_text(shown, &name), &again, NULL) || memcmp(&name, &again, sizeof(name))))
		abort();
	zone_key_new("hmac-sha1", text, text, &key, &fault);
	if (key && !zone_key_same(key, key))
		abort();
	zone_key_free(key);
	key = NULL;
	zone_key_new(text, "k", "AAAA", &key, &fault);
	zone_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct zone_key *key;
	static uint8_t copy[4096];
	const struct secondary_setup setup = {.zones_max = 2};
	struct secondary *secondary;
	struct zone_name plain, with_key;
	uint32_t zone;
	size_t signed_len;

	if (len == 0 || len > 2048)
		return 0;
	if (!key && zone_key_new("hmac-sha256", "k", "AAAA", &key, NULL))
		abort();
	if (zone_name_read("example.org", &plain, NULL) || zone_name_read("a.b", &with_key, NULL) || secondary_new(&setup, &secondary) ||
		secondary_add(secondary, &plain, NULL, 0, &zone) || secondary_add(secondary, &with_key, key, 0, &zone))
		abort();
	const struct tsig_signing signing = {.key = key, .wall_s = bytes[0] & 2 ? WALL_S / 2 : WALL_S};
	see_texts(bytes + 1, len - 1);
	signed_len = len - 1;
	memcpy(copy, bytes + 1, signed_len);
	if (bytes[0] & 1 && signed_len >= MESSAGE_HEADER && tsig_sign(&signing, copy, &signed_len, sizeof(copy), NULL))
		abort();
	uint8_t *exact = malloc(signed_len ? signed_len : 1);
	if (!exact)
		abort();
	memcpy(exact, copy, signed_len);
	see(secondary, exact, signed_len);
	see_stream(secondary, exact, signed_len);
	free(exact);
	secondary_free(secondary);
	return 0;
}
