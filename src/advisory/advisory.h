/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security advisories in the Common Security Advisory Framework (CSAF 2.0, OASIS standard of November 2022): read from bytes, kept, matched
 * to devices. Opens nothing, fetches nothing, reads no clock. Called by the hall (inspect, advise).
 *
 *	read      a document's bytes to the packed form in which it is kept; each fault with its place
 *	settle    the index over all documents by maker and model
 *	match     one device against all documents, or against one
 *	each_...  what a match rests on: vulnerabilities, remediations, revisions
 *	changes   what a revision changed, against the version before it
 *	judge     whether a version lies in a range: vers: (ECMA-427 draft) of ten schemes, and what people write instead
 *
 * How it is read where the standard leaves a choice, or where documents do not keep to it:
 *	what is wrong in one item    the item is left out and told; the document stands. Without a tracking id, or not CSAF 2, it is refused
 *	a document twice             the newer version is kept (same publisher namespace and tracking id), and that is told
 *	product_version              compared as a string, then as a version; if it is written like a range ("<= 3.3", vers:) it is read as one,
 *	                             if it is written like a model ("DH-IPC-HDW1XXX,") as one
 *	vers: with a space in it     no range, as the vers specification says today (an example in CSAF's own text has one): not judged, told
 *	vers:all/<V4.1               no range of the scheme "all"; what stands behind the slash is read as loose text
 *	two disjoint groups          a product in both contradicts itself: told, and given out as under investigation, never as affected
 *	withdrawn                    CSAF 2.0 has no word for it; category csaf_withdrawn or csaf_superseded (2.1), or a title or last revision that says so
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "model/asset.h"

struct advisories; /* owns documents and index */

enum { ADVISORY_MAKER_MAX = 64 }; /* bytes of the name of a maker, terminator included */

struct advisories_config {
	uint8_t hash_key[16];
	uint64_t bytes_max; /* of kept documents and their index, 0: FW_CSAF_KEPT_MAX; what does not fit is refused with -ENOSPC */
	/* Takes what is wrong in a document that is kept all the same; the fault lives for the call. May be NULL. */
	void (*told)(void *context, const struct fault *fault);
	/* How people call the company that is registered, or written, as name; false: nobody knows more, out stays. May be NULL. */
	bool (*company)(void *context, const char *name, char out[ADVISORY_MAKER_MAX]);
	void *context;
};

int advisories_new(const struct advisories_config *config, struct advisories **out); /* 0, -ENOMEM */
void advisories_free(struct advisories *advisories); /* accepts NULL */

/*
 * One document. file names it in faults and for advisories_drop(); a document of the same file is replaced.
 * Returns 0; -EINVAL: it is none (sentence in *out_fault); -E2BIG: a ceiling of wire/limits.h (FW_CSAF_*) was met; -ENOSPC: no room for one more; -ENOMEM;
 * -EEXIST: another file holds a version of the same document that is as new or newer, which is kept. Whatever fails, what was there before stands.
 */
int advisories_read(struct advisories *advisories, const char *file, const char *body, size_t len, struct fault *out_fault);
/* CISA's list of vulnerabilities that are known to be exploited (JSON). Replaces the one before. As above. */
int advisories_read_exploited(struct advisories *advisories, const char *file, const char *body, size_t len, struct fault *out_fault);
/* The document of that file is forgotten; unknown files are no error. */
void advisories_drop(struct advisories *advisories, const char *file);

/* The index for matching; to be called after the last read or drop and before the next match. Repeatable. 0, -ENOMEM, -ENOSPC. */
int advisories_settle(struct advisories *advisories);
/* Of makers and models in documents, for which the index has no room: by these nobody is found. */
uint32_t advisories_names_left_out(const struct advisories *advisories);

/* ---- what is kept between runs ---- */

/* The document of a file as it is kept, the version before it included; borrowed until the file is read again. NULL: unknown. */
const void *advisories_packed(const struct advisories *advisories, const char *file, size_t *out_len);
/* The reverse; every offset is checked. Returns as advisories_read(); -EINVAL: these bytes were made by something else. */
int advisories_unpack(struct advisories *advisories, const char *file, const void *bytes, size_t len);

/* ---- documents ---- */

enum tracking_status { TRACKING_DRAFT, TRACKING_INTERIM, TRACKING_FINAL };

/* All text as in the document (UTF-8, not escaped), "" where it is absent. Borrowed until settle, read or drop. */
struct advisory {
	const char *id, *title, *publisher, *publisher_namespace;
	const char *url; /* of the document for people: a reference of category self that is no JSON file; else any self reference */
	const char *version; /* integer or semantic */
	const char *initial_date, *current_date; /* RFC 3339 */
	const char *revision; /* what the newest revision says of itself */
	const char *category, *severity; /* aggregate severity text */
	const char *file;
	enum tracking_status status;
	bool withdrawn;
	uint32_t revision_count, vulnerability_count, product_count;
	uint16_t score; /* the highest base score, in tenths; 0: none is given */
	uint32_t number; /* of the document, below advisories_count(); stable until settle */
};

uint32_t advisories_count(const struct advisories *advisories);
bool advisories_at(const struct advisories *advisories, uint32_t number, struct advisory *out_advisory);
/* By tracking id, letters of either case; the publisher with the first namespace if several use it. False: unknown. */
bool advisories_find(const struct advisories *advisories, const char *id, struct advisory *out_advisory);

struct advisory_revision {
	const char *number, *date, *summary;
};
/* In the order of the document. */
void advisories_each_revision(const struct advisories *advisories, uint32_t number,
	void (*visit)(void *context, const struct advisory_revision *revision), void *context);

/* ---- matching ---- */

/* One document that speaks of an asset. */
struct advisory_match {
	struct advisory advisory;
	enum asset_certainty certainty;
	/* The most urgent over its vulnerabilities. With ASSET_MAKER always STATUS_NONE: nothing is said of this device. With ASSET_PRODUCT it is said of
	 * some versions ("affected": some are; "fixed": some are), and which one this is nobody knows. */
	enum product_status status;
	uint8_t confidence; /* percent: the least of the guesses that it rests on */
	const char *product; /* full name of the product that fits best; with ASSET_MAKER of the first that the document names */
	const char *product_version; /* its version or range as written; "" where it names none */
	const char *with; /* the product that it is part of, or installed on; "" */
	bool contradiction; /* the document puts a product of these into two groups that exclude each other */
	bool other_model; /* ASSET_MAKER: the model is known, and the document names others */
	bool loose; /* the version was judged by words that no standard defines */
	uint32_t
		left_out; /* products that may be it too and were not judged (too many): "product" at most, and affected or under investigation */
	bool exploited; /* one of the vulnerabilities is on the list of advisories_read_exploited() */
	enum remedy remedy; /* the best that is offered; REMEDY_COUNT: none is */
	uint16_t score; /* the highest base score of a vulnerability that has this status, in tenths; 0: none is given */
	/* For advisories_each_vulnerability(). */
	const struct asset *asset;
};

typedef void (*advisory_each)(void *context, const struct advisory_match *match);

/*
 * Every document that speaks of the asset, in the order of publisher namespace and id: one match each. A document whose versions exclude the
 * asset's is none. Returns how many. Nothing is allocated. out_names_left_out (may be NULL): names of the asset that may lead to documents too,
 * more than are followed.
 */
size_t advisories_match(
	const struct advisories *advisories, const struct asset *asset, advisory_each each, void *context, uint32_t *out_names_left_out);
/* The same against one document alone: false where it does not speak of the asset. */
bool advisories_match_one(
	const struct advisories *advisories, uint32_t number, const struct asset *asset, struct advisory_match *out_match);

struct advisory_remedy {
	enum remedy category;
	const char *details, *url, *date, *entitlement, *restart; /* restart: its category ("system", "service_hit" ...), "" */
};

enum { ADVISORY_REMEDY_MAX = 32 }; /* of one vulnerability for one asset; more are left out, and counted */

struct advisory_vulnerability {
	const char *cve; /* "" where it has none */
	const char *name; /* cve, else the first of its other ids, else its title: for marks */
	const char *title, *cwe, *cwe_name;
	const char *vector, *severity; /* CVSS */
	uint16_t score; /* tenths */
	enum product_status status;
	bool contradiction, exploited;
	uint32_t remedy_count, remedies_left_out;
	struct advisory_remedy remedies[ADVISORY_REMEDY_MAX]; /* best first, as enum remedy */
	uint64_t print; /* of status and remedies: the same in two versions of a document where neither has changed for this asset */
};
/* Each vulnerability that says something of the asset (with ASSET_MAKER: each). */
void advisories_each_vulnerability(const struct advisories *advisories, const struct advisory_match *match,
	void (*visit)(void *context, const struct advisory_vulnerability *vulnerability), void *context);

/* ---- revisions ---- */

enum advisory_change_kind {
	CHANGE_PRODUCT_ADDED,
	CHANGE_PRODUCT_REMOVED,
	CHANGE_VULNERABILITY_ADDED,
	CHANGE_VULNERABILITY_REMOVED,
	CHANGE_STATUS, /* of a product, for a vulnerability */
	CHANGE_REMEDIES /* of a product, for a vulnerability */
};
struct advisory_change {
	enum advisory_change_kind kind;
	const char *product, *vulnerability; /* full name, and name as above; "" where it is not about one */
	enum product_status before, after;
	enum remedy remedy_before, remedy_after; /* the best; REMEDY_COUNT: none */
};
/* Version of the document that was known before this one; "" where none was. */
const char *advisories_version_before(const struct advisories *advisories, uint32_t number);
/*
 * What changed since. Returns how many; told one by one up to FW_CSAF_CHANGES_MAX. out_left_out (may be NULL): those that were not told, and what was not
 * compared because it would take too long (FW_CSAF_COMPARED_MAX).
 */
size_t advisories_changes(const struct advisories *advisories, uint32_t number,
	void (*each)(void *context, const struct advisory_change *change), void *context, size_t *out_left_out);

/* Sections 3.1.11 and 9.1.13: what a revision means for a match that was seen, or marked, at an earlier version. */
enum advisory_news {
	NEWS_NEW, /* it was never seen */
	NEWS_SAME, /* the same version; a revision that by its number asks for no new run of matching; or one that changes nothing for this asset */
	NEWS_CHANGED /* bring it up again */
};
/* version_then: "" for never. print_then, print_now: of the vulnerability for the asset. */
enum advisory_news advisory_news_judge(const char *version_then, uint64_t print_then, const char *version_now, uint64_t print_now);

/* ---- names and versions ---- */

/* The name by which makers are compared: as config.company has it, lower case, without legal form, place and the like. Returns out. */
char *advisories_maker(const struct advisories *advisories, const char *name, char out[ADVISORY_MAKER_MAX]);

enum version_answer { VERSION_OUT, VERSION_IN, VERSION_NOT_JUDGED };
/* range: vers: or loose text. *out_loose (may be NULL): judged by words that no standard defines. */
enum version_answer advisory_version_judge(const char *range, const char *version, bool *out_loose);

const char *advisory_status_name(enum product_status status); /* "affected", "not affected" ... */
const char *advisory_remedy_name(enum remedy remedy); /* as CSAF writes it; "" for REMEDY_COUNT */
const char *advisory_certainty_name(enum asset_certainty certainty); /* "maker", "product", "exact" */
