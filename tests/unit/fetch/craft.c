/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "craft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <libknot/libknot.h>

static void put16(struct craft *craft, unsigned number)
{
	craft->bytes[craft->len++] = (uint8_t)(number >> 8);
	craft->bytes[craft->len++] = (uint8_t)number;
}

static void put32(struct craft *craft, uint32_t number)
{
	put16(craft, number >> 16);
	put16(craft, number & 0xffff);
}

static void put_name(struct craft *craft, const char *name)
{
	assert_non_null(knot_dname_from_str(craft->bytes + craft->len, name, 255));
	craft->len += knot_dname_size(craft->bytes + craft->len);
}

static void count(struct craft *craft, int section)
{
	uint8_t *p = craft->bytes + 4 + 2 * section;
	unsigned counted = (unsigned)(p[0] << 8 | p[1]) + 1;

	p[0] = (uint8_t)(counted >> 8);
	p[1] = (uint8_t)counted;
}

void craft_begin(struct craft *craft, uint16_t id, uint16_t flags)
{
	craft->len = 0;
	put16(craft, id);
	put16(craft, flags);
	put32(craft, 0);
	put32(craft, 0);
}

void craft_question(struct craft *craft, const char *name, uint16_t type)
{
	put_name(craft, name);
	put16(craft, type);
	put16(craft, 1);
	count(craft, 0);
}

void craft_raw(struct craft *craft, const void *bytes, size_t len)
{
	memcpy(craft->bytes + craft->len, bytes, len);
	craft->len += len;
}

void craft_record(struct craft *craft, int section, const char *name, uint16_t type, const void *rdata, size_t len)
{
	put_name(craft, name);
	put16(craft, type);
	put16(craft, 1);
	put32(craft, 300);
	put16(craft, (unsigned)len);
	craft_raw(craft, rdata, len);
	count(craft, section);
}

void craft_a(struct craft *craft, const char *name)
{
	craft_record(craft, 1, name, 1, "\300\0\2\1", 4);
}

void craft_soa(struct craft *craft, const char *name, uint32_t serial)
{
	struct craft rdata = {.len = 0};

	put_name(&rdata, "ns.example.org");
	put_name(&rdata, "hostmaster.example.org");
	put32(&rdata, serial);
	put32(&rdata, 3600);
	put32(&rdata, 600);
	put32(&rdata, 86400);
	put32(&rdata, 300);
	craft_record(craft, 1, name, 6, rdata.bytes, rdata.len);
}

void craft_signer_init(struct craft_signer *signer, const char *algorithm, const char *name, const char *secret)
{
	memset(signer, 0, offsetof(struct craft_signer, pending));
	assert_int_equal(knot_tsig_key_init(&signer->key, algorithm, name, secret), 0);
}

void craft_signer_done(struct craft_signer *signer)
{
	knot_tsig_key_deinit(&signer->key);
}

void craft_check_question(struct craft_signer *signer, const uint8_t *bytes, size_t len)
{
	knot_pkt_t *packet = knot_pkt_new((void *)(uintptr_t)bytes, (uint16_t)len, NULL);
	struct craft copy = {.len = len};

	assert_non_null(packet);
	memcpy(copy.bytes, bytes, len);
	packet->wire = copy.bytes; /* libknot takes the TSIG out of it */
	packet->size = len;
	assert_int_equal(knot_pkt_parse(packet, 0), 0);
	assert_non_null(packet->tsig_rr);
	assert_int_equal(knot_tsig_server_check(packet->tsig_rr, packet->wire, packet->size, &signer->key), 0);
	signer->mac_len = knot_tsig_rdata_mac_length(packet->tsig_rr);
	memcpy(signer->mac, knot_tsig_rdata_mac(packet->tsig_rr), signer->mac_len);
	knot_pkt_free(packet);
}

void craft_sign(struct craft_signer *signer, struct craft *craft)
{
	uint8_t mac[64];
	size_t mac_len = sizeof(mac);

	if (signer->later) {
		memcpy(signer->pending + signer->pending_len, craft->bytes, craft->len);
		assert_int_equal(knot_tsig_sign_next(craft->bytes, &craft->len, sizeof(craft->bytes), signer->mac, signer->mac_len, mac,
					 &mac_len, &signer->key, signer->pending, signer->pending_len + craft->len),
			0);
	} else {
		assert_int_equal(knot_tsig_sign(craft->bytes, &craft->len, sizeof(craft->bytes), signer->mac, signer->mac_len, mac,
					 &mac_len, &signer->key, 0, 0),
			0);
	}
	memcpy(signer->mac, mac, mac_len);
	signer->mac_len = mac_len;
	signer->later = true;
	signer->pending_len = 0;
}

void craft_skip(struct craft_signer *signer, const struct craft *craft)
{
	assert_true(signer->pending_len + craft->len < sizeof(signer->pending));
	memcpy(signer->pending + signer->pending_len, craft->bytes, craft->len);
	signer->pending_len += craft->len;
}

struct zone_name craft_zone(const char *name)
{
	struct zone_name zone;

	assert_int_equal(zone_name_read(name, &zone, NULL), 0);
	return zone;
}
