/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages written by hand, and signed by libknot: an opinion of its own about RFC 8945. */
#pragma once

#include <libknot/tsig.h>

#include "fetch/fetch.h"

#define CRAFT_SECRET "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="

struct craft {
	size_t len;
	uint8_t bytes[66000];
};

/* flags as in the header: 0x8400 an authoritative answer. */
void craft_begin(struct craft *craft, uint16_t id, uint16_t flags);
void craft_question(struct craft *craft, const char *name, uint16_t type);

/* section: 1 answer, 2 authority, 3 additional. class IN. */
void craft_record(struct craft *craft, int section, const char *name, uint16_t type, const void *rdata, size_t len);
void craft_a(struct craft *craft, const char *name);
void craft_soa(struct craft *craft, const char *name, uint32_t serial);

/* Raw bytes behind all. */
void craft_raw(struct craft *craft, const void *bytes, size_t len);

/* A server's side of a signed stream. */
struct craft_signer {
	knot_tsig_key_t key;
	uint8_t mac[64];
	size_t mac_len; /* at first the request's */
	bool later;
	size_t pending_len; /* messages since the last signature */
	uint8_t pending[400000];
};

void craft_signer_init(struct craft_signer *signer, const char *algorithm, const char *name, const char *secret);
void craft_signer_done(struct craft_signer *signer);

/* Takes the MAC of a question, with its TSIG at the end, and asserts that libknot finds it right. */
void craft_check_question(struct craft_signer *signer, const uint8_t *bytes, size_t len);

/* Signs, or notes that this message goes unsigned. */
void craft_sign(struct craft_signer *signer, struct craft *craft);
void craft_skip(struct craft_signer *signer, const struct craft *craft);

struct zone_name craft_zone(const char *name);
