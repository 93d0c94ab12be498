/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guard thinks about devices, without kernel, network or clock: who may have a place, who is put into quarantine, how much
 * leaked before, when a lease ends, which name is asked for next. Called by the hall (engine/guard*.c). Times are the steady
 * clock's nanoseconds, handed in; one that runs back is taken for the time of before. All memory is taken at the start.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/finding.h"
#include "model/guard_view.h"

/* ---- leak.c: what a device sent to peers that never answered, over the last minutes ---- */

enum { LEAK_FINE = 32, LEAK_COARSE = 32 };
#define LEAK_FINE_NS 200000000ull
#define LEAK_COARSE_NS 10000000000ull

struct leak_sample {
	uint64_t time_ns, packets, bytes; /* the kernel's counter as it was then */
};

/*
 * The minutes of those devices whose counters moved last: detection knows no more than FW_DEVICE_MAX at once, and no finding comes about another. Six seconds
 * finely, five minutes coarsely; behind that the oldest sample answers, so that rather too much is told than too little.
 */
struct leak_book;

/* max devices, 1.6 KiB each. Returns 0 or -ENOMEM. */
int leak_book_new(uint32_t max, const uint8_t key[16], struct leak_book **out_book);
void leak_book_free(struct leak_book *book);

/* Of each device, whether its minutes are there or not; all zero at first. */
struct leak {
	uint8_t mac[6];
	bool noted; /* ever */
	struct leak_sample last; /* since when the counter stands so */
	uint64_t still_ns; /* and until when that was seen */
};

/* The counter now: on every tick in which it moved. One that went back (its place was emptied) begins anew. */
void leak_note(struct leak_book *book, struct leak *leak, const struct leak_sample *now);

/* What was added between first_ns and the counter now. False: nothing is known of that time, and *out is all since the first sample. */
bool leak_since(
	const struct leak_book *book, const struct leak *leak, uint64_t first_ns, const struct leak_sample *now, struct leak_sample *out);

/* ---- roster.c: who has a place ---- */

enum { ROSTER_ADDRESSES = 8 };

/* What is known about one device. The hall's fields are plain storage that lives and goes with the place. */
struct roster_device {
	uint8_t mac[6];
	uint8_t zero[2]; /* padding of the key, always zero */
	uint32_t place; /* the hall's: in the kernel's tables */
	bool lasting; /* named by the configuration, under a decision or under a policy: never makes room */
	bool answered; /* somebody sent it something: it is really there */
	uint64_t first_ns, last_ns; /* heard */
	/* the hall's */
	uint64_t lease_end_ns; /* 0: none known */
	/* when the log last heard that it gave its address back, of a URL and of a lease not taken; 0: never */
	uint64_t release_told_ns, refusal_told_ns, lease_told_ns;
	uint64_t turn_ns; /* rules were last compiled anew because of it, or will be; 0: never */
	uint64_t moved_ns; /* its URL last gave way to another of the same maker */
	uint8_t server[16]; /* DHCP's, that it asked last; zero: none */
	uint8_t addresses[ROSTER_ADDRESSES][16]; /* that it uses, latest first */
	uint8_t address_count;
	uint32_t device; /* of the settings plus one; 0: learned */
	uint32_t policy; /* the hall's number of it plus one; 0: none */
	char url[GUARD_URL_MAX]; /* that it is known by */
	char refused[GUARD_URL_MAX]; /* of another authority: sent, and not taken */
	bool url_by_user;
	bool quarantined; /* its flag as the kernel has it */
	bool decided; /* a decision about it stands */
	bool unkept; /* quarantined by a finding, and the store could not keep it */
	bool by_person; /* a person put it into quarantine: no finding did */
	bool counted_whole; /* and once more when that second was over */
	uint64_t counted_ns, lost; /* when its counters were read last, by the kernel's time; its frames that were not sent up */
	uint32_t lost_in, in_seen; /* of lost, those that reached it; since then, those that did and were sent up */
	struct leak leak;
	uint64_t early_packets, early_bytes; /* passed before it had its place: counted from the ring, not by the kernel */
};

enum roster_answer {
	ROSTER_KNOWN,
	ROSTER_NEW, /* gets a place; the one in out_gone, if there is one, leaves first */
	ROSTER_STRANGER, /* gets none: too many at once, or no room */
};

struct roster;

/* max devices, 900 bytes each. Returns 0 or -ENOMEM. */
int roster_new(uint32_t max, const uint8_t key[16], struct roster **out_roster);
void roster_free(struct roster *roster);
uint32_t roster_count(const struct roster *roster);

/*
 * A MAC was heard. New ones are taken in at ROSTER_RATE a second, ROSTER_BURST at once. Where all places are taken, one goes that was
 * never answered and was not heard for ten seconds, else one that was silent for a week; a lasting one never. So 100,000 forged MACs
 * push out each other, and nobody who is there. out_gone (6 bytes): zero where nobody leaves.
 */
enum { ROSTER_RATE = 2, ROSTER_BURST = 64 };
enum roster_answer roster_hear(
	struct roster *roster, const uint8_t mac[6], uint64_t now_ns, struct roster_device **out_device, uint8_t out_gone[6]);

/* Whoever the configuration, a decision or the kernel's table names: without a rate. NULL: all places are lasting ones. */
struct roster_device *roster_put(struct roster *roster, const uint8_t mac[6], uint64_t now_ns, uint8_t out_gone[6]);

struct roster_device *roster_find(const struct roster *roster, const uint8_t mac[6]); /* or NULL */
void roster_remove(struct roster *roster, const uint8_t mac[6]);
void roster_each(const struct roster *roster, void (*visit)(void *context, struct roster_device *), void *context);

/*
 * When rules may be compiled anew because of this device: now, or ROSTER_TURN_NS after the last time. One that gives its address back
 * without end costs no more than that.
 */
#define ROSTER_TURN_NS 10000000000ull
uint64_t roster_turn(struct roster_device *device, uint64_t now_ns);

/* An address that it uses comes first. Returns whether it is new to the device. */
bool roster_note_address(struct roster_device *device, const uint8_t address[16]);

/* ---- quarantine.c: what is done about a finding ---- */

struct quarantine_rule {
	enum severity from; /* SEVERITY_HIGH or above: a lower one is taken for HIGH */
	bool never; /* findings put nobody there */
	bool enforced; /* the filter enforces */
	bool off; /* the filter is off */
};

/* Whoever did it: NULL where nobody of ours did, or nobody knows who. */
struct quarantine_suspect {
	bool held; /* the gateway, its resolver, an admin, or allowed by a person */
};

enum guard_act quarantine_judge(
	const struct quarantine_rule *rule, const struct finding *finding, bool muted, const struct quarantine_suspect *suspect);

/* ---- lease.c: what DHCP and LLDP say of a device ---- */

enum lease_kind {
	LEASE_NONE,
	LEASE_GRANTED, /* by the server: address, lease_s */
	LEASE_RELEASED, /* by the client; address zero: all it has (DHCPv6) */
	LEASE_ASKED, /* by the client: its MUD URL counts, and whom it asks */
	LEASE_NEIGHBOUR, /* LLDP: only its MUD URL counts */
};

enum { LEASE_CLOCKS = 4 };

struct lease_message {
	enum lease_kind kind;
	uint8_t mac[6]; /* the device's */
	uint8_t address[16]; /* IPv4 mapped, or zero */
	uint32_t lease_s; /* UINT32_MAX: for good */
	const uint8_t *url; /* MUD URL as sent, borrowed from the frame; NULL: none */
	uint32_t url_len;
	uint8_t server[16]; /* ASKED: whom it asks, GRANTED: who answers (option 54), or zero */
	uint8_t clocks[LEASE_CLOCKS][16]; /* GRANTED: time servers (option 42) */
	uint32_t clock_count;
};

/*
 * An Ethernet frame of a device (to_device: or one that reaches it). RFC 2131, RFC 8415 (RELEASE and the URL alone), RFC 8520 sections 10 and 12.
 * OTHER: nothing of this; SHORT, BAD: cut or wrong, and nothing is taken from it.
 */
enum fw_read lease_read(const uint8_t *frame, uint32_t len, bool to_device, struct lease_message *out);

/*
 * Who gave a lease. Believed is the gateway, whom a person named, and of others inside whom the device asked; never another device of ours
 * that no person has named: on a bridge every neighbour can speak as a server. That a device asked proves nothing alone: it may ask anybody.
 */
struct lease_sender {
	bool is_named; /* the gateway, a resolver or an admin, by its address; or a MAC that is held back */
	bool is_inside; /* its address is on our side of the gateway */
	bool was_asked; /* the device's own request names it */
	bool is_device; /* a MAC that has a place and is not held back */
};
bool lease_believe(const struct lease_sender *sender);

/* Time servers that leases named, of all devices together; the one named last comes first. */
enum { LEASE_CLOCKS_MAX = 16 };
struct lease_clocks {
	uint8_t addresses[LEASE_CLOCKS_MAX][16];
	uint32_t count;
};
/* Named once more, or anew. Returns whether another left for it, which is in out_gone then. */
bool lease_clock_note(struct lease_clocks *clocks, const uint8_t address[16], uint8_t out_gone[16]);

/* ---- ask.c: names that policies follow, asked for by ourselves ---- */

enum { ASK_NAME_MAX = 254, ASK_MESSAGE_MAX = 512, ASK_OPEN_MAX = 64, ASK_ADDRESSES_MAX = 32 };

struct ask;

/* At most max names, 320 bytes each. seed: random per start, for the numbers of questions. Returns 0 or -ENOMEM. */
int ask_new(uint32_t max, const uint8_t key[16], uint64_t seed, struct ask **out_ask);
void ask_free(struct ask *ask);

/* A name as people write it, in lower case, to wire form. Returns its length; 0: it is none. */
uint32_t ask_name(const char *name, uint8_t out[256]);
/* From now on this name (as people write it, lower case) belongs to this set. Returns 0, -EINVAL (no name) or -ENOSPC. */
int ask_want(struct ask *ask, const char *name, uint32_t set);
/* Names that were not wanted since the last call are forgotten. */
void ask_sweep(struct ask *ask);
/* Whether all were asked for once, and answered or given up: until then a policy with names is not to be switched to. */
bool ask_settled(const struct ask *ask);

/* The next question that is due, to be sent to a resolver; 0: none now. At most ASK_OPEN_MAX are open at once. */
uint32_t ask_next(struct ask *ask, uint64_t now_ns, uint8_t out[ASK_MESSAGE_MAX]);

struct ask_answer {
	const char *name; /* borrowed until the next call of any function here */
	uint32_t set;
	uint32_t ttl_s; /* the least of those that led here */
	uint32_t count;
	uint8_t addresses[ASK_ADDRESSES_MAX][16];
};
/*
 * A datagram of the resolver. OK: *out holds what its name's addresses are (count 0: it has none of this family); OTHER: it answers
 * no open question; SHORT, BAD: it does not say what it should, and its question stays open.
 */
enum fw_read ask_hear(struct ask *ask, const uint8_t *message, uint32_t len, uint64_t now_ns, struct ask_answer *out);

struct ask_counts {
	uint64_t asked, answered, failed; /* failed: the name has no address, the resolver refused, or nobody answered */
	uint32_t names, waiting; /* waiting: never answered so far */
};
void ask_counts(const struct ask *ask, struct ask_counts *out);

/* ---- talk.c: with whom devices speak, the heaviest kept ---- */

enum { GUARD_TALKS_MAX = 8192 }; /* devices and peers together */

struct talk_key {
	uint8_t mac[6];
	uint8_t proto, zero; /* of IP; padding, always zero */
	uint16_t port; /* of the one who was called; 0: none */
	uint8_t zeros[6]; /* padding, always zero */
	uint8_t peer[16];
};
_Static_assert(sizeof(struct talk_key) == 32, "no holes");

struct talk_book;
int talk_new(const uint8_t hash_key[16], struct talk_book **out_book);
void talk_free(struct talk_book *book);
/* A frame of bytes between the device and its peer. */
void talk_note(struct talk_book *book, const struct talk_key *key, enum fw_guard_way way, uint32_t bytes);
/* Of one device, heaviest by bytes first, without names; at most room. Returns how many. */
uint32_t talk_of(const struct talk_book *book, const uint8_t mac[6], struct guard_talk *out, uint32_t room);

/* ---- called.c: under which names devices asked for them ---- */

enum { CALLED_MAX = 4096, CALLED_NAME_MAX = 64 };

struct called {
	const uint8_t *mac, *peer; /* 6 bytes, 16 bytes */
	struct slice name; /* any bytes */
	enum talk_named named;
};

struct called_book;
int called_new(const uint8_t hash_key[16], struct called_book **out_book);
void called_free(struct called_book *book);
/* A name with a zero byte in it is none. */
void called_note(struct called_book *book, const struct called *called, uint64_t now_ns);
/* out_name: as struct guard_talk has it; "" with TALK_UNNAMED. */
enum talk_named called_find(const struct called_book *book, const uint8_t mac[6], const uint8_t peer[16], char out_name[CALLED_NAME_MAX]);
