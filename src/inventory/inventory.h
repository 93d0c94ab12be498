/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices on our side: who they are, by MAC and address, with names and clues.
 *
 * Identity rules (essay in inventory.c): a MAC is a device; ARP, ND and DHCP tie addresses to it for certain; the source
 * of a frame ties one IPv4 address to a MAC that has none yet, and IPv6 addresses always; an IPv4 address behind a MAC that
 * already has another becomes a device of its own (the MAC forwards). A later certain tie merges the two (merged_into).
 * Device numbers never change; inventory_number() resolves merges. Where devices age, the number of one that left is never given again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "model/device.h"
#include "model/fact.h"
#include "model/junk.h"
#include "model/talk.h"

struct conversation_end;
struct fw_opening;

struct inventory; /* owns the devices, the MAC and address tables, the OUI registry */

struct inventory_config {
	uint32_t device_max;
	uint8_t hash_key[16];
	/* One device turned out to be another, whose number stands for both from now on. NULL where nobody wants to know. */
	void (*merged)(void *context, uint32_t from, uint32_t into);
	/*
	 * For ever, in the memory of the start: when it is full, devices make room (age.c), unless one was answered and this says that it is
	 * wanted. May be NULL.
	 */
	bool ages;
	bool (*is_wanted)(void *context, uint32_t number);
	void *context;
	bool with_talk; /* who talks to whom is wanted: 0.9 MB, and some time for each conversation */
};

int inventory_new(const struct inventory_config *config, struct inventory **out_inventory);
void inventory_free(struct inventory *inventory);

/*
 * IEEE registry in the CSV form of Debian's ieee-data (oui.csv, mam.csv, oui36.csv, iab.csv): "Registry,Assignment,Organization Name,...".
 * May be called several times; longest prefix wins, the first reading of a prefix stays, "Private" and the registry itself count as
 * not known. Bad lines are not fatal; fault names the first. Returns 0, -ENOMEM or -EINVAL (no line usable).
 */
int inventory_read_oui(struct inventory *inventory, const char *file, const char *body, size_t len, struct fault *out_fault);

/*
 * Signatures: what banners and other clues say. The end of the file's name tells the form: .xml is recog's (src/inventory/recog.h), .tsv the plain table.
 * Called before facts come; what is read first goes before what is read later, among files of the same preference. A file takes the place of
 * one read before that has the same name, whatever the folder. Single signatures that
 * cannot be used are left out, and fault names the first (its sentence is empty if all is well). Returns 0, -ENOMEM, -EFBIG, -ENOSYS (built
 * without expat and PCRE2) or -EINVAL (a file that is none), with the sentence; then nothing of the file counts.
 */
int inventory_read_signatures(struct inventory *inventory, const char *file, const char *body, size_t len, struct fault *out_fault);
/* Those that the program brings with it; what this build cannot read is passed over. Returns 0 or -ENOMEM. */
int inventory_read_shipped(struct inventory *inventory);

struct inventory_signatures {
	uint32_t files, fingerprints; /* of recog's form */
	uint32_t left_out; /* cannot be used */
	uint32_t set_aside; /* took too many steps, too often */
	uint64_t stalls; /* times that one took too many steps */
	size_t bytes;
};
void inventory_signatures(const struct inventory *inventory, struct inventory_signatures *out);

/* Organisation, borrowed, or NULL. */
const char *inventory_maker_of(const struct inventory *inventory, const uint8_t mac[6]);

/*
 * Our side's address was the source (or, without MAC, either end) of a frame: finds or makes the device, ties, notes times.
 * mac is NULL where the link has none or where it is not the device's own (address seen as destination).
 * Returns the device number, or DEVICE_NONE when the ceiling is reached (counted).
 */
uint32_t inventory_see(struct inventory *inventory, const uint8_t *mac, const uint8_t address[16], uint64_t time_ns);
/* Certain tie: ARP sender, ND advertisement, DHCP lease. A zero address only notes the MAC. */
uint32_t inventory_tie(struct inventory *inventory, const uint8_t mac[6], const uint8_t address[16], uint64_t time_ns);
/* This MAC forwards for others (sent a frame whose source is not ours, an RA, or DHCP named it router). */
void inventory_note_router(struct inventory *inventory, const uint8_t mac[6]);
uint32_t inventory_find_mac(const struct inventory *inventory, const uint8_t mac[6]);
uint32_t inventory_find_address(const struct inventory *inventory, const uint8_t address[16]);

/* A fact about this device: names and clues by the fact's kind; facts that say nothing about a device are ignored. */
void inventory_note_fact(struct inventory *inventory, uint32_t number, const struct fact *fact);
enum { STRANGER_SAYS_MAX = 4 };
/* A fact about a sender that is no device of ours: what it says of maker, brand and kind, borrowed until the next call. Returns how many. */
size_t inventory_stranger(struct inventory *inventory, const struct fact *fact, struct sender_says out[STRANGER_SAYS_MAX]);
/* It opened a conversation to that port, or answered on it. */
enum inventory_port { INVENTORY_CALLS_TCP, INVENTORY_CALLS_UDP, INVENTORY_ANSWERS_TCP, INVENTORY_ANSWERS_UDP };
void inventory_note_port(struct inventory *inventory, uint32_t number, enum inventory_port use, uint16_t port);
/* Whether another SYN (answer: SYN-ACK) of this device is to be read: cheap, for scanners. */
bool inventory_wants_opening(struct inventory *inventory, uint32_t number, bool answer);
/* Its SYN or SYN-ACK (stack.c). on_link: the frame bears the MAC of whoever sent it last. One that is not wanted is ignored. */
void inventory_note_opening(struct inventory *inventory, uint32_t number, bool on_link, const struct fw_opening *opening);
/* The name a person gave: nothing read from the network replaces it. Empty is ignored. */
void inventory_note_user_name(struct inventory *inventory, uint32_t number, const char *name);
void inventory_note_traffic(struct inventory *inventory, uint32_t number, bool out, uint32_t bytes);
void inventory_note_state(struct inventory *inventory, uint32_t number, enum device_state state);
/* Clean again: a person said so. */
void inventory_clear_state(struct inventory *inventory, uint32_t number);
/* A conversation of ours is over: for who talks to whom. */
void inventory_note_conversation(struct inventory *inventory, const struct conversation_end *end);
/* A DNS answer that is believed called an address so. */
void inventory_note_peer_name(struct inventory *inventory, const uint8_t address[16], struct slice name);
/* Last step before a report: makers and names from OUI, placeholders, randomised flag. Repeatable. */
void inventory_settle(struct inventory *inventory);

/* What struct device.id is of a device that has this MAC first. */
uint64_t inventory_id(const uint8_t mac[6]);
uint32_t inventory_number(const struct inventory *inventory, uint32_t number); /* resolves merges; DEVICE_NONE stays */
const struct device *inventory_device(const struct inventory *inventory, uint32_t number); /* borrowed or NULL */
/* The number of whoever has this place, of device_max; DEVICE_NONE where nobody does. Where devices age, numbers go far beyond the places. */
uint32_t inventory_at(const struct inventory *inventory, uint32_t place);
uint32_t inventory_count(
	const struct inventory *inventory); /* numbers below this exist, merged ones included; where devices age, how many there are */
/* Once, after all else: borrowed. NULL where it was not wanted. */
const struct talk_pairs *inventory_talk(struct inventory *inventory);
uint64_t inventory_left_out(const struct inventory *inventory);
uint64_t inventory_aged(const struct inventory *inventory); /* devices that made room */

/* ---- companies alone, for whoever has names and no devices ---- */

/* How people call companies, by the same tables. Owns its rows. */
struct companies;

int companies_new(const uint8_t hash_key[16], struct companies **out_companies); /* 0 or -ENOMEM */
void companies_free(struct companies *companies); /* accepts NULL */
/* As inventory_read_signatures() and inventory_read_shipped(); of files that are no .tsv nothing is taken. */
int companies_read(struct companies *companies, const char *file, const char *body, size_t len, struct fault *out_fault);
int companies_read_shipped(struct companies *companies);
/* The name by which people call the company that is registered, or written, as name. False: the tables know of none, out stays. */
bool companies_find(struct companies *companies, const char *name, char *out, size_t size);
