/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must outlive the daemon: decisions about sources (shield) and devices (guard), the audit log of all that was done, and what was learned.
 * One SQLite file, and beside it the journal of what was written last (-wal). What was seen and shown is history.h's.
 *
 * A store that cannot be written (full disk) or read (damaged) is a fault with a sentence, never an end: a damaged file is set
 * aside under another name and a new one begun; where even that fails, where another process holds it or a later program made it, the store
 * lives in memory alone, with a small ceiling, and store_state() says so. That is decided once, in store_open(), which locks the file until
 * store_close(): a store in memory stays there, also when the file becomes free.
 *
 * Memory: 1.4 MiB at most, 1 of them SQLite's cache, however large the file; and decisions that stand, 332 bytes each.
 *
 * Times are seconds since 1970, handed in. Owned and called by one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/prefix.h"
#include "store/history.h"

struct store;

enum { DECISION_REASON_MAX = 160, DECISION_WHO_MAX = 64, DECISIONS_MAX = 65536, DEEDS_MAX = 100000 };

enum decision_kind {
	DECISION_BLOCK, /* nothing of this source reaches the server: quarantine */
	DECISION_TRUST, /* all of it passes, and feeds no budget: allow */
	DECISION_MUTE, /* findings that count for nothing: .reason is a line of a mute file (conf/conf.h), rule and reason */
	DECISION_BYPASS, /* all filters are off while it stands; on disk: the order stays */
};

/* prefix.bits of a decision about a device: its MAC is in the first six bytes of the address, the others are zero. */
enum { DECISION_OF_MAC = 255 };

/* Of a mute: the address is a digest of its rule, so that the same rule stands once. */
enum { DECISION_OF_MUTE = 254 };

/* Of a bypass: the address is zero, so that one stands at most. */
enum { DECISION_OF_ALL = 253 };

struct decision {
	uint64_t id; /* given by the store */
	enum decision_kind kind;
	struct prefix prefix;
	uint64_t made_s, until_s; /* until_s 0: no end */
	uint64_t confirm_by_s; /* ends by itself then, unless confirmed before; 0: it stands */
	uint64_t confirm_steady_s; /* the same by the steady clock of this run, the store's own; 0: not known yet */
	char reason[DECISION_REASON_MAX], who[DECISION_WHO_MAX];
};

/* What was done: a line of the audit log, and what undo takes back. */
enum deed_verb {
	DEED_DECIDE, /* decision began */
	DEED_CONFIRM, /* decision was confirmed */
	DEED_RELEASE, /* decision was ended by a person */
	DEED_EXPIRE, /* decision came to its end */
	DEED_REVERT, /* decision was not confirmed in time */
	DEED_UNDO, /* of deed number of */
	DEED_NOTE, /* something else worth a line: start, reload, stance */
	DEED_NAME, /* a device got a name from a person, or lost it; on disk: the order stays */
	DEED_VERB_COUNT
};

struct deed {
	uint64_t id, time_s;
	enum deed_verb verb;
	uint64_t decision; /* its id, or 0 */
	uint64_t of; /* UNDO: the deed that was undone */
	bool undone;
	struct prefix subject; /* set when read: of the decision, or the device that was named (DECISION_OF_MAC); zeros: of none */
	/* set when read, of the decision as it was made, where the file still has it */
	bool decided;
	enum decision_kind kind;
	uint64_t until_s, finding; /* 0: no end; the number of the finding that floodwall decided by, or 0 */
	char reason[DECISION_REASON_MAX];
	char who[DECISION_WHO_MAX], detail[DECISION_REASON_MAX];
};

extern const char *const deed_verb_names[DEED_VERB_COUNT];

/* STORE_DAMAGED: something in it cannot be read; the next start looks at all of it. */
enum store_state { STORE_SOUND, STORE_FULL, STORE_MEMORY, STORE_DAMAGED };

/*
 * folder/floodwall.db, made with mode 0600 where missing. Returns 0 (also when a damaged file was set aside or all lives in memory:
 * then *out_fault says so), or -ENOMEM.
 */
int store_open(const char *folder, struct store **out_store, struct fault *out_fault);
void store_close(struct store *store);
enum store_state store_state(const struct store *store);

/*
 * A decision begins; another of the same prefix ends (and undo brings it back). Gives both numbers. Returns 0, -ENOSPC (DECISIONS_MAX,
 * or the disk is full), -EIO; with the fault. What could not be written did not happen.
 */
int store_decide(struct store *store, const struct decision *decision, uint64_t *out_id, uint64_t *out_deed, struct fault *out_fault);
/* A decision that stands ends. -ENOENT where none stands for exactly this prefix. */
int store_release(struct store *store, const struct prefix *prefix, const struct deed *by, uint64_t *out_deed, struct fault *out_fault);
/* A decision that waits for it stands from now on. -ENOENT: none waits under this number. */
int store_confirm(struct store *store, uint64_t decision, const struct deed *by, uint64_t *out_deed, struct fault *out_fault);
/* Takes a deed back (0: the latest that can be). -ENOENT: no such deed, undone already, or nothing that can be undone. */
int store_undo(struct store *store, uint64_t deed, const struct deed *by, struct deed *out_undone, struct fault *out_fault);
/*
 * Decisions whose time has come end, all at once. What waits to be confirmed ends by the wall's clock or by the steady one (steady_s, above 0),
 * whichever comes first: a clock that is set back keeps nobody locked out. A run of ours knows the other's steady time by the wall's. Returns how many; where the file cannot be written they end all the same, and the fault says so.
 */
int store_expire(struct store *store, uint64_t now_s, uint64_t steady_s, struct fault *out_fault);
/* A line in the audit log. Losing one is told, and stops nothing. */
int store_note(struct store *store, const struct deed *deed, struct fault *out_fault);

/* Decisions that stand, oldest first; borrowed for the call. */
void store_each_decision(const struct store *store, void (*see)(void *context, const struct decision *), void *context);
/* The one that stands for exactly this prefix, borrowed until anything changes, or NULL: by a sorted list, whatever their number. */
const struct decision *store_decision_of(const struct store *store, const struct prefix *prefix);
/* The audit log, latest first, at most count. */
int store_each_deed(struct store *store, uint32_t count, void (*see)(void *context, const struct deed *), void *context);
/* What of it is looked for; zeros: everything. A page begins below `before`. */
struct deed_query {
	uint64_t before;
	const struct prefix *subject; /* exactly this one; NULL: of all */
	uint32_t count; /* at most */
};
int store_find_deeds(struct store *store, const struct deed_query *query, void (*see)(void *context, const struct deed *), void *context);

/* Something learned, whole, in place of what was there under this name. */
int store_keep(struct store *store, const char *name, const void *bytes, size_t len, uint64_t time_s, struct fault *out_fault);
/* The caller frees *out_bytes. -ENOENT: nothing under this name. */
int store_recall(struct store *store, const char *name, void **out_bytes, size_t *out_len, uint64_t *out_time_s);
