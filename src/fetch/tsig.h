/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TSIG (RFC 8945): messages signed with a shared secret, and streams of messages of which some are.
 *
 * What a signature covers:
 *
 *	of a request        the message, the variables
 *	of the first answer the request's MAC, the message, the variables
 *	of a later one      the MAC before it, all messages since that were not signed, the message, the timers
 *
 * The HMAC runs along while messages come, so that nothing is kept, however many go unsigned. libdnssec does the arithmetic.
 */
#pragma once

#include "fetch/message.h"
#include "fetch/name.h"

enum { TSIG_MAC_MAX = 64, TSIG_FUDGE_S = 300, TSIG_ROOM = 512 };

/* Of the TSIG itself; 16 and more are no RCODEs of the header. */
enum tsig_error { TSIG_OK = 0, TSIG_BADSIG = 16, TSIG_BADKEY = 17, TSIG_BADTIME = 18, TSIG_BADTRUNC = 22 };

/* The record, read; borrowed from the message. */
struct tsig {
	struct message_name key, algorithm;
	uint64_t time_s;
	const uint8_t *mac, *other;
	size_t mac_len, other_len;
	size_t begin_off; /* of the record in the message */
	uint16_t fudge_s, original_id, error;
};

struct tsig_mac {
	uint8_t bytes[TSIG_MAC_MAX];
	size_t len; /* 0: none */
};

/* record: of type TSIG. Returns OK, or BAD. */
enum fw_read tsig_read(const struct message *message, const struct message_record *record, struct tsig *out);

/* One stream of answers, or one request. */
struct tsig_chain {
	const struct zone_key *key;
	struct dnssec_tsig_ctx *running; /* what the next signature covers so far */
	struct tsig_mac last;
	bool first; /* nothing signed has come yet */
};

/* before: the request's MAC; NULL: what comes is a request. Returns 0 or -ENOMEM. */
int tsig_chain_init(struct tsig_chain *chain, const struct zone_key *key, const struct tsig_mac *before);
void tsig_chain_done(struct tsig_chain *chain);

/* A message without TSIG. */
void tsig_chain_note(struct tsig_chain *chain, const struct message *message);

/*
 * A message with one, and whether it is right at this second. Returns 0, -ENOMEM, or -EKEYREJECTED with *out_error; after TSIG_OK
 * the chain goes on from it.
 */
int tsig_chain_see(
	struct tsig_chain *chain, const struct message *message, const struct tsig *tsig, uint64_t wall_s, enum tsig_error *out_error);

/*
 * Signs bytes (*len of room; ARCOUNT goes up by one). before: the request's MAC, NULL for a request. TSIG_BADSIG and TSIG_BADKEY
 * go without a MAC, TSIG_BADTIME with our time (RFC 8945 section 5.3.2). Returns 0, -ENOMEM or -ENOSPC.
 */
struct tsig_signing {
	const struct zone_key *key;
	const struct tsig_mac *before;
	const struct tsig *request; /* what is answered; NULL for a request */
	uint64_t wall_s;
	enum tsig_error error;
};
int tsig_sign(const struct tsig_signing *signing, uint8_t *bytes, size_t *len, size_t room, struct tsig_mac *out_mac);

/* A few words, such as "the signature is wrong". */
const char *tsig_words(unsigned error);
