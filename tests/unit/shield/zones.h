/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones and questions as text, for the tests of names. */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns_key.h"
#include "shield/shield.h"

enum { T_A = 1, T_NS = 2, T_CNAME = 5, T_SOA = 6, T_TXT = 16, T_DNAME = 39, T_DS = 43, T_RRSIG = 46, T_NSEC = 47, T_NSEC3 = 50 };

static const uint8_t zones_key[16] = "a key for tests";
static struct fw_dns_key zones_dns_key; /* made when it is first asked for */

static inline const struct fw_dns_key *zones_dns(void)
{
	if (!zones_dns_key.begin[0])
		zones_dns_key = dns_key_of(7);
	return &zones_dns_key;
}

struct text_record {
	const char *owner;
	uint16_t type;
};

static inline size_t wire_of(const char *text, uint8_t out[FW_DNS_NAME_MAX])
{
	size_t len = 0;

	if (name_read(text, out, &len))
		fail_msg("%s is no name", text);
	return len;
}

static inline uint32_t zone_new(struct names *names, const char *apex)
{
	uint8_t wire[FW_DNS_NAME_MAX];
	uint32_t place = 0;

	assert_int_equal(names_zone(names, wire, wire_of(apex, wire), &place, NULL), 0);
	return place;
}

static inline int record_add(struct zone_load *load, const char *owner, uint16_t type)
{
	uint8_t wire[FW_DNS_NAME_MAX];
	size_t len = wire_of(owner, wire);

	return names_record(load, wire, len, type);
}

/* With a SOA of its own. */
static inline int zone_load(struct names *names, const char *apex, const struct text_record *records, size_t count, struct fault *fault)
{
	struct zone_load *load;

	assert_int_equal(names_begin(names, zone_new(names, apex), &load), 0);
	record_add(load, apex, T_SOA);
	for (size_t i = 0; i < count; i++)
		record_add(load, records[i].owner, records[i].type);
	return names_take(load, fault);
}

static inline void question_of(const char *text, const struct fw_dns_key *key, struct fw_dns_question *out)
{
	uint8_t message[12 + FW_DNS_NAME_MAX + 4] = {0, 1, 1, 0, 0, 1};
	size_t len = wire_of(text, message + 12);

	message[12 + len + 1] = T_A;
	message[12 + len + 3] = 1;
	assert_int_equal(fw_dns_question_read(message, (uint32_t)(12 + len + 4), key, out), FW_READ_OK);
}

/* The names as an image, and questions to it. */
struct held {
	struct fw_names_bucket *buckets;
	uint32_t count;
};

static inline struct held held_new(const struct names *names, uint32_t names_max)
{
	struct held held = {.count = names_buckets(names_max)};

	held.buckets = malloc(held.count * sizeof(*held.buckets));
	assert_non_null(held.buckets);
	assert_int_equal(names_image(names, zones_dns(), held.buckets, held.count), 0);
	return held;
}

static inline struct names_answer held_ask(const struct held *held, const char *name)
{
	struct fw_dns_question question;

	question_of(name, zones_dns(), &question);
	return names_ask(held->buckets, held->count, zones_dns(), &question);
}
