/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes from elsewhere, handed on as bytes and records for the thinking rooms to read.
 *
 *	fetch_file       the whole of a file
 *	zone_name, zone_key   what a zone and a TSIG key are called
 *	transfer_*       a zone from the server (AXFR), or only its SOA, over a socket that the caller's loop watches
 *	notify_*         a datagram that says "this zone has changed", and what to answer (pure)
 *	zone_file_*      a zone from a file
 *	secondary_*      which zone to ask for, and when (pure: no socket, no clock)
 *
 * Floodwall is a hidden secondary of a server beside it: it wants the names that this server answers, not the newest that
 * somebody somewhere has. So where serials differ, even backwards, the server's content is taken.
 *
 * Built without libknot, the makers (zone_name_read, zone_key_new, transfer_open, zone_file_read, secondary_new) return -ENOSYS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "wire/bytes.h"

/*
 * The whole of a file of at most ceiling bytes, NUL-terminated after its end. The caller frees *out_body.
 * Returns 0, -ENOMEM, -ENOENT, -EFBIG (above the ceiling) or another -errno, with the sentence in *out_fault.
 */
int fetch_file(const char *path, size_t ceiling, char **out_body, size_t *out_len, struct fault *out_fault);
/* The same of a regular file alone: -EINVAL for a pipe, a device or a folder, and never waits for one. */
int fetch_regular(const char *path, size_t ceiling, char **out_body, size_t *out_len, struct fault *out_fault);

/*
 * The names of the files in a folder that end in one of these (NULL behind the last), in the order of their bytes; those that begin with a dot are
 * nobody's. The caller frees each and the list. Returns 0, -ENOMEM, -ENOTDIR (no folder: no sentence), -E2BIG (more than most) or another -errno.
 */
int fetch_folder(const char *path, const char *const endings[], size_t most, char ***out_names, size_t *out_count, struct fault *out_fault);
void fetch_folder_free(char **names, size_t count);

/* ---- names and keys ---- */

/* The apex of a zone: wire form, lower case, with the root's zero byte. Bytes behind len are zero. */
struct zone_name {
	uint8_t wire[255];
	uint8_t len;
};

/* Master-file text ("example.org", with or without the last dot). Returns 0, -EINVAL (with the sentence) or -ENOSYS. */
int zone_name_read(const char *text, struct zone_name *out_name, struct fault *out_fault);

/* As people write it, with the last dot, escaped (RFC 1035 section 5.1); the root is ".". Returns out, always terminated. */
enum { ZONE_NAME_TEXT_MAX = 1024 };
char *zone_name_text(char out[ZONE_NAME_TEXT_MAX], const struct zone_name *name);

/* A TSIG key (RFC 8945). Owns the secret, which is in no sentence and is wiped when freed. */
struct zone_key;

/*
 * algorithm: "hmac-sha256", "-sha512", "-sha384", "-sha224", "-sha1", "-md5"; name: of the key, as a domain name; secret: base64.
 * Returns 0, -ENOMEM, -EINVAL (with the sentence) or -ENOSYS.
 */
int zone_key_new(const char *algorithm, const char *name, const char *secret, struct zone_key **out_key, struct fault *out_fault);
void zone_key_free(struct zone_key *key);
/* Whether they sign alike: name, algorithm and secret. */
bool zone_key_same(const struct zone_key *a, const struct zone_key *b);

/* What a record's owner and type go to: owner is uncompressed, in lower case. Anything but 0 (-E2BIG ...) ends the reading with it. */
struct zone_tell {
	int (*record)(void *context, const uint8_t *owner, size_t len, uint16_t type);
	void *context;
};

/* Of the zone's SOA. */
struct zone_soa {
	uint32_t serial, refresh_s, retry_s, expire_s;
};

/* 0: the ceilings of wire/limits.h. */
struct zone_ceilings {
	uint64_t bytes, records;
};

/* Time is an argument: monotonic for deadlines; seconds since 1970 for TSIG, whose signatures say when. */
struct fetch_time {
	uint64_t steady_ns, wall_s;
};

/* ---- transfer: AXFR (RFC 5936) or one SOA question over TCP, TSIG by RFC 8945 ---- */

enum transfer_kind { TRANSFER_SOA, TRANSFER_ZONE };

struct transfer_setup {
	enum transfer_kind kind;
	struct zone_name zone;
	uint8_t address[16]; /* of the server; IPv4 mapped */
	uint16_t port; /* 53 */
	uint16_t id; /* of the question: random, from the caller */
	const struct zone_key *key; /* borrowed until the transfer is closed; NULL: not signed */
	struct zone_tell tell; /* only for TRANSFER_ZONE */
	struct zone_ceilings ceilings;
	uint64_t time_ns; /* for all of it; 0: FW_TRANSFER_NS */
	uint64_t silence_ns; /* between two readings; 0: FW_TRANSFER_SILENCE_NS */
};

struct transfer; /* owns its socket and a buffer of about 128 KiB */

/*
 * Opens the socket and begins to connect; never blocks. Returns 0, -ENOMEM, -ENOSYS or another -errno, with the sentence.
 */
int transfer_open(const struct transfer_setup *setup, const struct fetch_time *now, struct transfer **out, struct fault *out_fault);

/* What to watch for (any of both), level-triggered, on transfer_fd(). It changes with each step. */
enum transfer_wants { TRANSFER_READABLE = 1, TRANSFER_WRITABLE = 2 };
int transfer_fd(const struct transfer *transfer);
unsigned transfer_wants(const struct transfer *transfer);

/* When to call transfer_step() even if the socket is silent: monotonic nanoseconds. */
uint64_t transfer_deadline(const struct transfer *transfer);

/*
 * Does what can be done without waiting, at most about 256 KiB of it. Returns
 *	0                more is to come: watch again
 *	TRANSFER_DONE    it is whole, and signed to its end if a key was given
 *	-errno           with the sentence. -EACCES refused; -EKEYREJECTED the signature or the key; -EBADMSG what is no answer to our
 *	                 question; -ECONNRESET cut short; -ETIMEDOUT; -E2BIG above a ceiling; what the callback said
 * Records are handed on while they come, before the last signature is seen: they count only once TRANSFER_DONE is returned, else
 * the caller drops them all. After anything but 0 only transfer_soa() and transfer_close() may follow.
 */
enum { TRANSFER_DONE = 1 };
int transfer_step(struct transfer *transfer, const struct fetch_time *now, struct fault *out_fault);

/* After TRANSFER_DONE. */
struct zone_soa transfer_soa(const struct transfer *transfer);

/* For people, at any time. */
struct transfer_counts {
	uint64_t bytes, messages, records;
};
struct transfer_counts transfer_counts(const struct transfer *transfer);

/* Closes the socket too: stop watching it first. */
void transfer_close(struct transfer *transfer);

/*
 * ---- NOTIFY (RFC 1996), judged without a socket ----
 *
 * Listen for it over UDP and over TCP, on one port: NSD and BIND send a datagram, Knot DNS opens a connection. Over TCP each
 * message, and each answer, has two bytes of length before it.
 */

enum { NOTIFY_MAX = 2048, NOTIFY_ANSWER_MAX = 1024 };

/* What has come of one TCP connection; all zero at first. */
struct notify_stream {
	uint8_t bytes[2 + NOTIFY_MAX];
	size_t have;
};

/*
 * Takes in bytes up to the end of one message. Returns how many of them; *out_len is the length of the message that is whole now,
 * at *out_message in the stream until the next call, or 0. -EMSGSIZE: it is none that we would read; hang up.
 */
int notify_stream_see(struct notify_stream *stream, const uint8_t *bytes, size_t len, const uint8_t **out_message, size_t *out_len);

struct notify {
	struct zone_name zone;
	uint32_t serial; /* what the server says is new; only where with_serial */
	bool with_serial, with_key; /* with_key: it is signed, and by whom is not known yet */
	uint16_t id;
};

/*
 * What a datagram says, and no answer yet. FW_READ_OK: a NOTIFY of class IN about a SOA. FW_READ_OTHER: a sound message that is
 * none (an answer, another opcode or type): it gets no reply if it is an answer. SHORT, BAD: never answered.
 */
enum fw_read notify_read(const uint8_t *bytes, size_t len, struct notify *out);

/* Why a NOTIFY is taken or not. */
enum notify_verdict {
	NOTIFY_TAKEN,
	NOTIFY_NOT_OURS, /* no zone of ours: answered NOTAUTH */
	NOTIFY_KEY, /* signed, and not rightly: answered NOTAUTH with the TSIG error */
	NOTIFY_NO_NOTIFY, /* no NOTIFY: NOTIMP where it was a question, else no answer */
	NOTIFY_VERDICTS
};
const char *notify_words(enum notify_verdict verdict); /* a sentence */

/* ---- zone files (RFC 1035 section 5), by libzscanner ---- */

/*
 * Reads all of it, blocking: about 1 second for a million records; call it on a thread of its own. $INCLUDE is followed at most 8
 * deep, and only to regular files at or below the folder of the zone's file, links resolved. Line and file of what is wrong are in
 * *out_fault. The file must hold one SOA, at the apex. Returns 0, -ENOMEM, -ENOSYS, -EINVAL, -E2BIG, what the callback said, or
 * another -errno. Records count only if it returns 0.
 */
int zone_file_read(const char *path, const struct zone_name *apex, const struct zone_ceilings *ceilings, const struct zone_tell *tell,
	struct zone_soa *out_soa, struct fault *out_fault);

/* Which file this is: differs when it was replaced or written. Included files are not looked at. Returns 0 or -errno. */
struct zone_file_mark {
	uint64_t device, inode, size, changed_ns;
};
int zone_file_mark(const char *path, struct zone_file_mark *out_mark);

/* ---- secondary: who is to be asked, and when ---- */

struct secondary_setup {
	uint32_t zones_max;
	uint32_t transfers_max, polls_max; /* at once; 0: 2 and 4 */
	uint64_t poll_floor_ns, poll_ceiling_ns; /* around the SOA's refresh; 0: 5 s and 60 s: the server is beside us */
	uint64_t retry_ns, retry_ceiling_ns; /* the first, doubled each time; 0: 1 s and 60 s */
	uint64_t stale_ns; /* content that nobody confirmed for so long is not trusted any more (or the SOA's expire, if shorter); 0: 1 h */
	uint64_t fresh_ns; /* content that is known to be old is trusted in part for so long; 0: 60 s */
};

/* How far a zone's names may be trusted. */
enum zone_standing {
	ZONE_UNLOADED, /* never yet: stand aside */
	ZONE_CURRENT,
	ZONE_FRESH, /* the server has newer content, which is on its way: an unknown name may be a new one */
	ZONE_STALE, /* too long not confirmed, or the newer content does not come: stand aside */
};

enum secondary_task {
	SECONDARY_NOTHING,
	SECONDARY_POLL, /* ask for the SOA (a file: look at its mark) */
	SECONDARY_LOAD, /* transfer (a file: read it) */
};

struct secondary_job {
	enum secondary_task task;
	uint32_t zone;
};

/* How a job ended. */
struct secondary_end {
	int error; /* 0 or -errno */
	struct zone_soa soa; /* where error is 0; not of a poll by mark */
	bool by_mark; /* a poll that looked at a file's mark instead of asking for a SOA ... */
	bool changed; /* ... which is another one now */
};

/* For people. */
struct secondary_view {
	enum zone_standing standing;
	struct zone_soa soa; /* of what is loaded */
	uint64_t loaded_ns, confirmed_ns, due_ns; /* when last, and when next; 0: never */
	uint32_t loads, polls, notifies, failures_in_a_row;
	int error; /* of the last job */
};

struct secondary; /* owns the zones' states; sized at start: about 400 bytes each */

int secondary_new(const struct secondary_setup *setup, struct secondary **out);
void secondary_free(struct secondary *secondary);

/*
 * Numbers of zones are below zones_max and stay while the zone is there; a removed zone's number is given out again.
 * key: what a signed NOTIFY is held against, borrowed while the zone is there; NULL: none. Returns 0, -ENOSPC or -EEXIST. The zone is due at once.
 */
int secondary_add(
	struct secondary *secondary, const struct zone_name *name, const struct zone_key *key, uint64_t now_ns, uint32_t *out_zone);
void secondary_remove(struct secondary *secondary, uint32_t zone); /* a job of it that runs is the caller's to close; no secondary_end */
int secondary_find(const struct secondary *secondary, const struct zone_name *name, uint32_t *out_zone); /* 0 or -ENOENT */

/* The next job to start now, which counts as begun; call until SECONDARY_NOTHING. Zones that NOTIFY named go first. */
struct secondary_job secondary_next(struct secondary *secondary, uint64_t now_ns);

/* When to call secondary_next() again if nothing else happens; UINT64_MAX: when a job ends. Also when a standing changes by time. */
uint64_t secondary_deadline(const struct secondary *secondary, uint64_t now_ns);

/* Each job begun ends with this, once. */
void secondary_done(struct secondary *secondary, struct secondary_job job, const struct secondary_end *end, uint64_t now_ns);

/*
 * A message that came to the port where NOTIFY is expected. *out_zone is the zone after NOTIFY_TAKEN (else UINT32_MAX), which is
 * then ZONE_FRESH unless it is known to be current; *answer_len is 0 where nothing is to be sent. An unsigned NOTIFY is taken also
 * where the zone has a key: it only makes us ask.
 */
enum notify_verdict secondary_notify(struct secondary *secondary, const uint8_t *bytes, size_t len, const struct fetch_time *now,
	uint32_t *out_zone, uint8_t answer[NOTIFY_ANSWER_MAX], size_t *out_answer_len);

/* A person says "now", or the server was seen to contradict us: load it, whatever its serial. */
void secondary_reload(struct secondary *secondary, uint32_t zone, uint64_t now_ns);

enum zone_standing secondary_standing(const struct secondary *secondary, uint32_t zone, uint64_t now_ns);
struct secondary_view secondary_view(const struct secondary *secondary, uint32_t zone, uint64_t now_ns);

/* ---- mirrors: folders of many files, and what was made of them the last time ---- */

struct mirror_file {
	char *path; /* with the folder's in front */
	uint64_t size, changed_ns; /* last modification */
};
/* Owns its list, which is in the order of bytes. */
struct mirror_tree {
	struct mirror_file *files;
	size_t count;
	uint64_t hidden; /* names that begin with a dot: nobody's, and not told one by one */
	uint64_t left_out; /* links to folders, folders too deep, files beyond most, what is no file, what could not be read: each told */
};

/*
 * The regular files below a folder that end in one of these, at most most of them, folders at most 16 deep. Links to files are followed, links to folders are
 * not: no circle. What is left out is told; the rest stands. Returns 0, -ENOMEM, or another -errno where the folder itself cannot be read.
 */
int mirror_walk(const char *folder, const char *const endings[], size_t most, void (*told)(void *context, const struct fault *fault),
	void *context, struct mirror_tree *out_tree, struct fault *out_fault);
void mirror_tree_done(struct mirror_tree *tree);

enum { MIRROR_DIGEST_LEN = 32 };
void mirror_digest(const void *bytes, size_t len, uint8_t out_digest[MIRROR_DIGEST_LEN]); /* SHA-256 */

/* What is remembered of one file. body: whatever the caller made of it, aligned to 8. */
struct mirror_entry {
	const char *path;
	uint64_t size, changed_ns;
	uint8_t digest[MIRROR_DIGEST_LEN];
	const void *body;
	size_t len;
};

struct mirror_index; /* an index file in memory; owns what its entries lend */

/* kind: what the bodies are, in eight bytes; an index of another kind is as good as none. Returns 0; -ENOENT; -EBADMSG for one that is empty, cut,
 * damaged or of another version (with the sentence); -ENOMEM; another -errno, -EINVAL for what is somebody's file and no index at all: never to be
 * written over. */
int mirror_index_open(const char *path, const char kind[8], struct mirror_index **out_index, struct fault *out_fault);
void mirror_index_close(struct mirror_index *index); /* accepts NULL */
/* False: nothing is remembered of that path. index may be NULL. */
bool mirror_index_find(const struct mirror_index *index, const char *path, struct mirror_entry *out_entry);
size_t mirror_index_count(const struct mirror_index *index);
/* In the order of paths; false past the last. index may be NULL. */
bool mirror_index_at(const struct mirror_index *index, size_t number, struct mirror_entry *out_entry);

struct mirror_writer; /* a new index beside the old one, which it replaces when all is written */
int mirror_writer_open(const char *path, const char kind[8], struct mirror_writer **out_writer, struct fault *out_fault);
/* In the order of paths' bytes. 0 or -errno, which is kept until the end. */
int mirror_writer_add(struct mirror_writer *writer, const struct mirror_entry *entry);
/* keep: put it in the place of the old one; otherwise it is thrown away. Closes either way. Returns 0 or -errno. */
int mirror_writer_close(struct mirror_writer *writer, bool keep, struct fault *out_fault);
