/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/tsig.h"

#include <errno.h>
#include <string.h>

#include <libdnssec/error.h>
#include <libknot/dname.h>

const char *tsig_words(unsigned error)
{
	switch (error) {
	case TSIG_OK:
		return "no error";
	case TSIG_BADSIG:
		return "the signature is wrong: the secrets differ";
	case TSIG_BADKEY:
		return "the key or its algorithm is not known there";
	case TSIG_BADTIME:
		return "the clocks differ";
	case TSIG_BADTRUNC:
		return "the signature is cut";
	default:
		return "a TSIG error";
	}
}

static uint64_t be48(const uint8_t *p)
{
	return (uint64_t)fw_be16(p) << 32 | fw_be32(p + 2);
}

static uint8_t *put16(uint8_t *p, uint32_t number)
{
	p[0] = (uint8_t)(number >> 8);
	p[1] = (uint8_t)number;
	return p + 2;
}

static uint8_t *put48(uint8_t *p, uint64_t number)
{
	return put16(put16(put16(p, (uint32_t)(number >> 32)), (uint32_t)(number >> 16)), (uint32_t)number);
}

static uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t len)
{
	if (len)
		memcpy(p, bytes, len);
	return p + len;
}

enum fw_read tsig_read(const struct message *message, const struct message_record *record, struct tsig *out)
{
	size_t at = record->rdata_off, end = at + record->rdata_len;
	const uint8_t *p = message->bytes;

	*out = (struct tsig){.key = record->owner, .begin_off = record->begin_off};
	if (record->class != CLASS_ANY || fw_be32(p + at - 6) != 0 || message_name(message, &at, end, &out->algorithm) || end - at < 10)
		return FW_READ_BAD;
	out->time_s = be48(p + at);
	out->fudge_s = fw_be16(p + at + 6);
	out->mac_len = fw_be16(p + at + 8);
	at += 10;
	if (end - at < out->mac_len + 6)
		return FW_READ_BAD;
	out->mac = p + at;
	at += out->mac_len;
	out->original_id = fw_be16(p + at);
	out->error = fw_be16(p + at + 2);
	out->other_len = fw_be16(p + at + 4);
	out->other = p + at + 6;
	return end - at - 6 == out->other_len ? FW_READ_OK : FW_READ_BAD;
}

static void add(struct dnssec_tsig_ctx *context, const void *bytes, size_t len)
{
	const dnssec_binary_t data = {.size = len, .data = (uint8_t *)(uintptr_t)bytes};

	if (len)
		dnssec_tsig_add(context, &data); /* fails only without context or data */
}

/* A new digest, which begins with the MAC before. */
static int begin(const struct zone_key *key, const struct tsig_mac *before, struct dnssec_tsig_ctx **out)
{
	struct dnssec_tsig_ctx *context = NULL;
	uint8_t len[2];

	if (dnssec_tsig_new(&context, key->knot.algorithm, &key->knot.secret) != DNSSEC_EOK)
		return -ENOMEM;
	if (before) {
		put16(len, (uint32_t)before->len);
		add(context, len, sizeof(len));
		add(context, before->bytes, before->len);
	}
	*out = context;
	return 0;
}

/* What of the TSIG record is signed beside the message: all of it, or only when it was made. */
static void add_variables(struct dnssec_tsig_ctx *context, const struct tsig *tsig, bool timers_only)
{
	static const uint8_t any_class_zero_ttl[6] = {0, CLASS_ANY};
	uint8_t timers[8], rest[4];

	put16(put48(timers, tsig->time_s), tsig->fudge_s);
	put16(put16(rest, tsig->error), (uint32_t)tsig->other_len);
	if (!timers_only) {
		add(context, tsig->key.wire, tsig->key.len);
		add(context, any_class_zero_ttl, sizeof(any_class_zero_ttl));
		add(context, tsig->algorithm.wire, tsig->algorithm.len);
	}
	add(context, timers, sizeof(timers));
	if (!timers_only) {
		add(context, rest, sizeof(rest));
		add(context, tsig->other, tsig->other_len);
	}
}

int tsig_chain_init(struct tsig_chain *chain, const struct zone_key *key, const struct tsig_mac *before)
{
	*chain = (struct tsig_chain){.key = key, .first = true};
	return begin(key, before, &chain->running);
}

void tsig_chain_done(struct tsig_chain *chain)
{
	dnssec_tsig_free(chain->running);
	chain->running = NULL;
}

void tsig_chain_note(struct tsig_chain *chain, const struct message *message)
{
	add(chain->running, message->bytes, message->len);
}

/* The message as it was before the TSIG was put behind it. */
static void add_message(struct dnssec_tsig_ctx *context, const struct message *message, const struct tsig *tsig)
{
	uint8_t header[MESSAGE_HEADER];

	memcpy(header, message->bytes, sizeof(header));
	put16(header, tsig->original_id);
	put16(header + 10, message->count[MESSAGE_ADDITIONAL] - 1u);
	add(context, header, sizeof(header));
	add(context, message->bytes + sizeof(header), tsig->begin_off - sizeof(header));
}

/* Takes as long for equal bytes as for others. */
static bool same(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint8_t differs = 0;

	for (size_t i = 0; i < len; i++)
		differs |= a[i] ^ b[i];
	return !differs;
}

static bool names_key(const struct tsig *tsig, const struct zone_key *key)
{
	const uint8_t *algorithm = dnssec_tsig_algorithm_to_dname(key->knot.algorithm);

	return knot_dname_is_equal(tsig->key.wire, key->knot.name) && knot_dname_is_equal(tsig->algorithm.wire, algorithm);
}

int tsig_chain_see(
	struct tsig_chain *chain, const struct message *message, const struct tsig *tsig, uint64_t wall_s, enum tsig_error *out_error)
{
	struct tsig_mac mac = {.len = dnssec_tsig_algorithm_size(chain->key->knot.algorithm)};
	enum tsig_error error = TSIG_OK;
	uint64_t apart = tsig->time_s > wall_s ? tsig->time_s - wall_s : wall_s - tsig->time_s;

	if (!names_key(tsig, chain->key))
		error = TSIG_BADKEY;
	else if (tsig->mac_len != mac.len) /* RFC 8945 section 5.2.2.1 leaves it to us; nobody cuts them */
		error = tsig->mac_len && tsig->mac_len < mac.len ? TSIG_BADTRUNC : TSIG_BADSIG;
	if (!error) {
		add_message(chain->running, message, tsig);
		add_variables(chain->running, tsig, !chain->first);
		dnssec_tsig_write(chain->running, mac.bytes);
		error = !same(mac.bytes, tsig->mac, mac.len) ? TSIG_BADSIG : apart > tsig->fudge_s ? TSIG_BADTIME : TSIG_OK;
	}
	*out_error = error;
	if (error && error != TSIG_BADTIME)
		return -EKEYREJECTED;
	chain->last = mac;
	chain->first = false;
	tsig_chain_done(chain);
	if (begin(chain->key, &mac, &chain->running))
		return -ENOMEM;
	return error ? -EKEYREJECTED : 0;
}

/* The record as it will be: our time, and the requester's own where the clocks differ. */
static void compose(const struct tsig_signing *signing, const uint8_t *bytes, uint8_t now[6], struct tsig *out)
{
	*out = (struct tsig){.time_s = signing->wall_s, .fudge_s = TSIG_FUDGE_S, .original_id = fw_be16(bytes), .error = signing->error};
	if (signing->error && signing->request) {
		out->key = signing->request->key;
		out->algorithm = signing->request->algorithm;
	} else {
		out->key.len = knot_dname_store(out->key.wire, signing->key->knot.name);
		out->algorithm.len = knot_dname_store(out->algorithm.wire, dnssec_tsig_algorithm_to_dname(signing->key->knot.algorithm));
	}
	if (signing->error == TSIG_BADTIME && signing->request) {
		out->time_s = signing->request->time_s;
		put48(now, signing->wall_s);
		out->other = now;
		out->other_len = 6;
	}
}

static size_t write_record(uint8_t *to, const struct tsig *tsig, const struct tsig_mac *mac)
{
	static const uint8_t type_class_ttl[8] = {0, TYPE_TSIG, 0, CLASS_ANY};
	uint8_t *p = put_bytes(to, tsig->key.wire, tsig->key.len);

	p = put_bytes(p, type_class_ttl, sizeof(type_class_ttl));
	p = put16(p, (uint32_t)(tsig->algorithm.len + 16 + mac->len + tsig->other_len));
	p = put_bytes(p, tsig->algorithm.wire, tsig->algorithm.len);
	p = put16(put48(p, tsig->time_s), tsig->fudge_s);
	p = put_bytes(put16(p, (uint32_t)mac->len), mac->bytes, mac->len);
	p = put16(put16(put16(p, tsig->original_id), tsig->error), (uint32_t)tsig->other_len);
	p = put_bytes(p, tsig->other, tsig->other_len);
	return (size_t)(p - to);
}

int tsig_sign(const struct tsig_signing *signing, uint8_t *bytes, size_t *len, size_t room, struct tsig_mac *out_mac)
{
	struct dnssec_tsig_ctx *context;
	struct tsig_mac mac = {.len = 0};
	struct tsig tsig;
	uint8_t now[6];

	compose(signing, bytes, now, &tsig);
	if (room - *len < tsig.key.len + 10 + tsig.algorithm.len + 16 + TSIG_MAC_MAX + tsig.other_len)
		return -ENOSPC;
	if (signing->error != TSIG_BADSIG && signing->error != TSIG_BADKEY && signing->error != TSIG_BADTRUNC) {
		if (begin(signing->key, signing->before, &context))
			return -ENOMEM;
		add(context, bytes, *len);
		add_variables(context, &tsig, false);
		mac.len = dnssec_tsig_size(context);
		dnssec_tsig_write(context, mac.bytes);
		dnssec_tsig_free(context);
	}
	*len += write_record(bytes + *len, &tsig, &mac);
	put16(bytes + 10, fw_be16(bytes + 10) + 1u);
	if (out_mac)
		*out_mac = mac;
	return 0;
}
