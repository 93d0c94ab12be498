/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sheet of a device: what a person knows of it, whether it was recalled, what to do about it, and which provisions of ETSI EN 303 645
 * it can be seen to miss. Judges values alone: documents are matched by advisory/, traffic is judged by detect/, sentences are made by
 * report/. Called by the hall (advise, inspect --advisories). Files are read strictly (records.h): a fault has its line.
 *
 *	facts     what the wire cannot tell: date and country of purchase, serial number, label
 *	recalls   rules as data, answered yes, no, or by the question that would decide
 *	marks     how far a person is with a vulnerability of a device (CSAF 2.0 section 9.1.13)
 *	assets    devices from a list that a person keeps
 *	sheet     steps and provisions
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/fault.h"
#include "model/sheet.h"
#include "sheet/condition.h"

enum {
	SHEET_FILE_MAX = 4 << 20,
	MARKS_FILE_MAX = 128 << 20 /* holds MARKS_MAX as they are written */,
	FACTS_MAX = 4096,
	MARKS_MAX = 65536,
	RECALLS_MAX = 256,
	ASSETS_MAX = 65536
};

/* ---- provisions that are asked for ---- */

struct questions; /* owns the texts of up to SHEET_QUESTIONS_MAX */

/* Returns 0, -ENOMEM, or -EINVAL with line and sentence. */
int questions_read(const char *file, const char *body, size_t len, struct questions **out_questions, struct fault *out_fault);
void questions_free(struct questions *questions); /* accepts NULL */
/* Borrowed; NULL has none. */
const struct sheet_question *questions_list(const struct questions *questions, uint32_t *out_count);
/* Which one asks for that word, or SHEET_QUESTIONS_MAX. */
uint32_t questions_find(const struct questions *questions, const char *key);

/* ---- facts ---- */

struct facts {
	uint64_t line;
	char device[DEVICE_TEXT_MAX]; /* whose: a MAC, an address, a name, or the id of a report */
	char name[DEVICE_TEXT_MAX]; /* what the person calls it */
	char text[LABEL_COUNT][DEVICE_TEXT_MAX]; /* "" where nothing was written */
	char note[DEVICE_TEXT_MAX];
	enum truth answers[SHEET_QUESTIONS_MAX]; /* of the provisions that are asked for */
	struct days days[LABEL_COUNT]; /* of LABEL_BOUGHT and LABEL_MADE */
	bool of_mac, of_address; /* what device is, read once */
	uint8_t mac[6], address[16];
};
struct facts_list;

/* Returns 0, -ENOMEM, or -EINVAL with line and sentence. */
struct facts_source {
	const char *file, *body;
	size_t len;
	const struct questions *questions; /* whose words are keys as well, answered yes or no; or NULL */
};
int facts_read(const struct facts_source *source, struct facts_list **out_list, struct fault *out_fault);
void facts_free(struct facts_list *list);
/* By MAC, else by address, id, name; borrowed, or NULL. list may be NULL. */
const struct facts *facts_find(const struct facts_list *list, const struct device *device);
size_t facts_count(const struct facts_list *list);
const struct facts *facts_at(const struct facts_list *list, size_t index);

/* A person's word goes before what was inferred: name and guesses of the device become his, with 100 percent. */
void facts_apply(const struct facts *facts, struct device *device);
/* "bought 2014-11, country US": what no guess is about; "" without any. facts may be NULL. */
void facts_say(const struct facts *facts, char *out, size_t size);
/* With the device's own guesses, where they are likely; borrows from both. facts may be NULL. */
void facts_known(const struct facts *facts, const struct device *device, struct known *out_known);

/* True if who (a MAC, an address, the id "dev-..." of a report, or a name, letters of either case) is this device. */
bool device_is(const struct device *device, const char *who);
enum { DEVICE_KEY_MAX = DEVICE_TEXT_MAX * 4 + 1, DEVICE_ID_MAX = 24 };
/* What stands for the device in files: its first MAC, else its address, its serial number (may be ""), a name that it or a person gave, its id:
 * never a name that was made up from its maker, which others share. Escaped. */
void device_key(const struct device *device, const char *serial, char out[DEVICE_KEY_MAX]);
/* Six bytes in hexadecimal with : or - between. */
bool device_read_mac(const char *word, uint8_t out_mac[6]);
void device_id(const struct device *device, char out[DEVICE_ID_MAX]);

/* ---- recalls ---- */

struct recalls;

int recalls_new(struct recalls **out_recalls); /* 0 or -ENOMEM */
void recalls_free(struct recalls *recalls);
/* Adds the rules of a file; one with the id of an earlier file takes its place. Returns as facts_read(). */
int recalls_read(struct recalls *recalls, const char *file, const char *body, size_t len, struct fault *out_fault);
/* The recalls that may concern it, in the order of their files. Returns how many; more than SHEET_RECALLS_MAX are counted as left out. */
size_t recalls_judge(
	const struct recalls *recalls, const struct known *known, struct sheet_recall out[SHEET_RECALLS_MAX], uint32_t *out_left_out);

/* ---- marks ---- */

enum { MARK_ID_MAX = 128, MARK_VERSION_MAX = 64, MARK_DAY_MAX = 11, MARK_NOTE_MAX = 160 };

struct mark {
	char asset[DEVICE_KEY_MAX]; /* device_key() */
	char advisory[MARK_ID_MAX];
	char vulnerability[MARK_ID_MAX]; /* "*": each */
	char version[MARK_VERSION_MAX]; /* of the document; "": a person wrote the file by hand */
	char day[MARK_DAY_MAX];
	char note[MARK_NOTE_MAX];
	uint64_t print; /* of what the document said for this device */
	enum asset_mark mark;
};
struct marks;

int marks_new(struct marks **out_marks); /* 0 or -ENOMEM */
void marks_free(struct marks *marks);
/* Returns as facts_read(). */
int marks_read(struct marks *marks, const char *file, const char *body, size_t len, struct fault *out_fault);
/* That of the vulnerability, else of each of that document; borrowed until the next marks_set(), or NULL. marks may be NULL. */
const struct mark *marks_find(const struct marks *marks, const char *asset, const char *advisory, const char *vulnerability);
/* Takes the place of the one with the same asset, document and vulnerability. MARK_NOT_REMEDIATED takes it away, or
 * stands against one for each of that document. 0, -ENOMEM or -E2BIG. */
int marks_set(struct marks *marks, const struct mark *mark);
size_t marks_count(const struct marks *marks);
/* In the order of assets: the same marks, the same bytes. Returns 0 or -EIO. */
int marks_write(const struct marks *marks, FILE *out);

const char *mark_name(enum asset_mark mark); /* "not remediated", "in progress", "done" */
/* The words above, and "not", "progress". Returns 0 or -EINVAL. */
int mark_read(const char *word, enum asset_mark *out_mark);

/* ---- assets ---- */

/*
 * Devices out of a list: CSV (RFC 4180) with a header line, or JSON: a list of objects, or an object with such a list as "assets". Columns and
 * members: name mac address maker brand kind model firmware serial bought made country label cpe purl; others are ignored.
 */
struct listed_asset {
	uint64_t line; /* of the CSV; else counted from 1 */
	struct facts facts;
	char mac[DEVICE_TEXT_MAX], address[DEVICE_TEXT_MAX], cpe[DEVICE_TEXT_MAX], purl[DEVICE_TEXT_MAX];
};
struct asset_list {
	struct listed_asset *list;
	size_t count;
};
/* Returns as facts_read(); -EINVAL for an empty one, too. */
int assets_read(const char *file, const char *body, size_t len, struct asset_list *out_assets, struct fault *out_fault);
/* One, as a command line has it: 'maker=Xiongmai,model=NBD6808T,firmware=V4.02'; appended. */
int assets_add(struct asset_list *assets, const char *text, struct fault *out_fault);
void assets_free(struct asset_list *assets);
/* As a device that was never seen: every guess has 100 percent. hash_key: of its id, where it has no MAC. */
void asset_device(const struct listed_asset *asset, const uint8_t hash_key[16], struct device *out_device);

/* ---- the sheet ---- */

/* Steps, fix, and provisions missed, from what the sheet holds already. others: findings of all devices, for what one did to another. */
void sheet_judge(struct sheet *sheet, const struct finding *const *others, size_t other_count);
