/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zones and questions as lines, classes out: what servers.py compares with what servers answer.
 *
 *	zone APEX       the records that follow are of this zone
 *	record NAME TYPE
 *	take            that was all of it
 *	ask NAME        prints exists, possible, unknown or foreign
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns_key.h"
#include "shield/shield.h"

enum { NAMES_MOST = 65536, ZONES_MOST = 256, LINE_MOST = 1200 };

static struct fw_dns_key key;

static struct {
	struct names *names;
	struct zone_load *load;
	struct fw_names_bucket *buckets;
	bool made; /* the table, since the last take */
} all;

static void must(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "names-ask: %s\n", what);
		exit(1);
	}
}

static void zone(const uint8_t *apex, size_t len)
{
	uint32_t place;

	must(!names_zone(all.names, apex, len, &place, NULL) && !names_begin(all.names, place, &all.load), "a zone is refused");
}

static void take(void)
{
	struct fault fault = {0};

	must(!names_take(all.load, &fault), fault.sentence);
	all.made = false;
}

static void ask(const uint8_t *name, size_t len)
{
	static const char *const words[FW_CLASS_COUNT] = {"exists", "possible", "unknown", "foreign"};
	uint8_t message[12 + FW_DNS_NAME_MAX + 4] = {0, 0, 0, 0, 0, 1};
	struct fw_dns_question question;

	if (!all.made)
		must(!names_image(all.names, &key, all.buckets, names_buckets(NAMES_MOST)), "no table");
	all.made = true;
	memcpy(message + 12, name, len);
	message[12 + len + 1] = message[12 + len + 3] = 1;
	must(fw_dns_question_read(message, (uint32_t)(12 + len + 4), &key, &question) == FW_READ_OK, "no question");
	puts(words[names_ask(all.buckets, names_buckets(NAMES_MOST), &key, &question).class]);
}

int main(void)
{
	char line[LINE_MOST], order[16], text[LINE_MOST];

	key = dns_key_of(7);
	must(!names_new(NAMES_MOST, ZONES_MOST, (const uint8_t *)"a key for asking", &all.names), "no memory");
	all.buckets = calloc(names_buckets(NAMES_MOST), sizeof(*all.buckets));
	must(all.buckets != NULL, "no memory");
	while (fgets(line, sizeof(line), stdin)) {
		uint8_t name[FW_DNS_NAME_MAX];
		unsigned type = 0;
		size_t len = 0;
		int words = sscanf(line, "%15s %1199s %u", order, text, &type);
		must(words == 1 || name_read(text, name, &len) == 0, line);
		if (strcmp(order, "zone") == 0)
			zone(name, len);
		else if (strcmp(order, "record") == 0)
			must(!names_record(all.load, name, len, (uint16_t)type), line);
		else if (strcmp(order, "take") == 0)
			take();
		else
			ask(name, len);
	}
	free(all.buckets);
	names_free(all.names);
	return 0;
}
