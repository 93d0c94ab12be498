/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device may do, as its maker says: a MUD file (RFC 8520, with the access lists of RFC 8519) read from bytes, said in words, and
 * compiled to the rules that both worlds walk (wire/rule.h). Opens nothing, fetches nothing, reads no clock.
 * Called by the hall (inspect, the guard) and by `floodwall mud`.
 *
 *	read      bytes to struct mud, under ceilings; each fault with its place
 *	explain   the same in words
 *	sets      what rules speak of without an address (a name, a class of controllers, a maker's devices), numbered
 *	rules     struct mud to struct fw_rule
 *	claim     a MUD URL that a device emits, against the one it is known by (section 16)
 *
 * How it is read where the standard leaves a choice:
 *	unknown nodes      ignored and named (section 3.9), but for conditions: an entry that accepts under one that is not known here is left
 *	                   out, as it would allow more than was meant; one that drops drops more
 *	what no rule can say (a known match that a gateway of ours cannot hold a packet against): the entry is left out if it accepts, as nothing
 *	                   is allowed by mistake; if it drops, the file is refused, as something would be
 *	actions            accept, drop; reject is taken as drop
 *	a wrong value      as what no rule can say; in the file's head an error
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "wire/rule.h"

/* --- reading --------------------------------------------------------------------------------------------------------------- */

/* URLs and text of a file are at most this long, terminator included (RFC 8520: 253 and 60; DHCP's option holds 255). */
enum { MUD_URL_MAX = 256, MUD_NAME_MAX = 256, MUD_PATH_MAX = 256, MUD_SENTENCE_MAX = 256 };

/* A note asks for nothing; a warning is something that the file does not do as its author thinks; with an error the file is not used. */
enum mud_grade { MUD_NOTE, MUD_WARNING, MUD_ERROR, MUD_GRADE_COUNT };

/* Escaped: may be printed as it is. */
struct mud_fault {
	enum mud_grade grade;
	uint32_t line, column; /* from 1; 0: none is known */
	char path[MUD_PATH_MAX]; /* JSON pointer (RFC 6901); "" is the whole document */
	char sentence[MUD_SENTENCE_MAX];
};

/* Takes what is found, in the order of reading; the fault lives for the call. told may be NULL. */
struct mud_ear {
	void (*told)(void *context, const struct mud_fault *fault);
	void *context;
};

struct mud; /* one file; owns all that its getters lend */

/*
 * Returns 0; -EINVAL: at least one error was told; -E2BIG: a ceiling of wire/limits.h (FW_MUD_*) was met, told as an error too; -ENOMEM (where the
 * JSON library had none for a string, it says -EINVAL).
 * len bytes, no terminator needed.
 */
int policy_read(const char *body, size_t len, const struct mud_ear *ear, struct mud **out_mud);
void policy_free(struct mud *mud); /* accepts NULL */

/* The container ietf-mud:mud. Text as read, not escaped; "" where it is absent. */
struct mud_head {
	char url[MUD_URL_MAX];
	char maker[MUD_NAME_MAX]; /* authority of the URL: host alone, lower case, no dot at the end */
	const char *systeminfo, *mfg_name, *model_name, *firmware_rev, *software_rev, *documentation, *signature, *last_update;
	uint32_t cache_validity_hours;
	bool supported; /* is-supported: false says that its maker will send no more updates */
	bool draft; /* written to a draft before the standard (its access lists have another name) */
};
const struct mud_head *policy_head(const struct mud *mud);

enum mud_remote {
	MUD_ANYONE,
	MUD_NETWORK,
	MUD_DNS_NAME,
	MUD_CONTROLLER, /* of a class, by URI */
	MUD_MY_CONTROLLER,
	MUD_MANUFACTURER, /* devices whose URL has this authority */
	MUD_SAME_MANUFACTURER,
	MUD_MODEL, /* devices that have this URL */
	MUD_LOCAL_NETWORKS,
	MUD_REMOTE_COUNT
};

/* Inclusive; 0 to 65535: all. except: all but these. */
struct mud_ports {
	uint16_t least, most;
	bool except;
};

/* One entry that can be held against a packet, in the order of reading: from-device's lists, then to-device's. */
struct mud_ace {
	const char *list, *name; /* as read */
	uint8_t way; /* enum fw_rule_way */
	bool accept;
	uint8_t family; /* 4, 6, 0: both */
	uint8_t proto;
	bool any_proto;
	uint8_t icmp_type, icmp_code; /* or FW_RULE_ANY */
	uint8_t opener; /* enum fw_rule_opener */
	enum mud_remote remote;
	struct prefix network; /* MUD_NETWORK */
	const char *text; /* name (lower case, no dot at the end), class, authority or URL; "" where there is none */
	struct mud_ports local_ports, remote_ports;
};
uint32_t policy_ace_count(const struct mud *mud);
const struct mud_ace *policy_ace_at(const struct mud *mud, uint32_t index);
/* Entries that were left out, each told by a warning or a note. */
uint32_t policy_left_out(const struct mud *mud);

/* --- in words -------------------------------------------------------------------------------------------------------------- */

/* Line by line what it allows, escaped, without a line's end. */
void policy_explain(const struct mud *mud, void (*say)(void *context, const char *line), void *context);

/* --- sets ------------------------------------------------------------------------------------------------------------------ */

/*
 * What addresses or devices a rule means is known only while it is enforced: those of a name, of a controller's class, of a maker. Each
 * gets a number, the same for all policies that name it. Numbers rise from `first` and are never used twice, so that an address that
 * still stands in a gateway's table under an old number can never be taken for another's. Whoever restarts over pinned tables goes on
 * behind the last number or empties them.
 */
enum policy_set_kind {
	POLICY_SET_NAME, /* addresses of a DNS name */
	POLICY_SET_CONTROLLER, /* of a class of controllers, by its URI; urn:ietf:params:mud:dns and :ntp among them */
	POLICY_SET_MY_CONTROLLER, /* of the controller of devices with this MUD URL */
	POLICY_SET_MAKER, /* devices by the authority of their MUD URL */
	POLICY_SET_MODEL, /* devices by their MUD URL */
	POLICY_SET_KIND_COUNT
};
struct policy_set {
	enum policy_set_kind kind;
	uint32_t number;
	const char *text; /* borrowed, lives as long as the sets */
};

struct policy_sets;
/* At most max of them (280 bytes each, taken at once). key: random per start. Returns 0, -EINVAL (first or max is 0) or -ENOMEM. */
int policy_sets_new(uint32_t max, uint32_t first, const uint8_t key[16], struct policy_sets **out);
void policy_sets_free(struct policy_sets *sets); /* accepts NULL */
/* The set's number, made where it is new; 0: no room. */
uint32_t policy_set(struct policy_sets *sets, enum policy_set_kind kind, const char *text);
/* 0: no policy speaks of it. */
uint32_t policy_set_find(const struct policy_sets *sets, enum policy_set_kind kind, const char *text);
/* Each set of that kind, in the order of numbers. */
void policy_each_set(const struct policy_sets *sets, enum policy_set_kind kind, void (*visit)(void *context, const struct policy_set *set),
	void *context);
/* What that number stands for: false where it is none of them. */
bool policy_set_at(const struct policy_sets *sets, uint32_t number, struct policy_set *out_set);
/* Before all policies of a new configuration are compiled, and after: what nobody asked for between is forgotten, all else keeps its number. */
void policy_sets_unask(struct policy_sets *sets);
void policy_sets_sweep(struct policy_sets *sets);
/* For a trial, whose numbers nobody keeps: how many of this kind there are; which number comes next; and all that were made since then undone. */
uint32_t policy_set_count(const struct policy_sets *sets, enum policy_set_kind kind);
uint32_t policy_sets_next(const struct policy_sets *sets);
void policy_sets_back(struct policy_sets *sets, uint32_t next);

/* --- rules ----------------------------------------------------------------------------------------------------------------- */

/* How many rules it makes: at most four an entry. */
uint32_t policy_rule_count(const struct mud *mud);
/* The number of the entry that a rule comes from. */
uint32_t policy_rule_entry(const struct mud *mud, uint32_t rule);
/* Into out[0..room-1]. Defaults (DNS, NTP) are not among them: FW_POLICY_DEFAULTS. Returns 0, -ENOSPC (out), -E2BIG (sets); *out_count how many. */
int policy_rules(const struct mud *mud, struct policy_sets *sets, struct fw_rule *out, uint32_t room, uint32_t *out_count);
/* The sets that a device with this policy is a member of (struct fw_guard_device: maker, model); 0 where no policy so far speaks of it. */
uint32_t policy_maker_set(const struct policy_sets *sets, const char *url);
uint32_t policy_model_set(const struct policy_sets *sets, const char *url);

/* --- claims ---------------------------------------------------------------------------------------------------------------- */

/*
 * A URL as a device sends it (DHCP option 161 or 112, LLDP): what stands before the first space (section 10), https alone, at most 255
 * bytes, a host, no user part, only characters that a URL may have; the host comes out in lower case. Returns 0 or -EINVAL.
 */
int policy_url_read(const uint8_t *raw, size_t len, char out_url[MUD_URL_MAX]);
/* Its authority as in mud_head.maker. Returns 0 or -EINVAL. */
int policy_url_maker(const char *url, char out_maker[MUD_NAME_MAX]);

enum policy_claim {
	CLAIM_FIRST, /* none was known */
	CLAIM_SAME,
	CLAIM_MOVED, /* another URL of the same authority: the maker's own affair, taken */
	CLAIM_DISPUTED, /* of another authority: not taken until a person says so (section 16) */
};
/* held: the URL that the device is known by, NULL or "" for none. Both as policy_url_read() gives them. */
enum policy_claim policy_claim_judge(const char *held, const char *heard);
