/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain table of signatures: what a clue says about a device, as rows of text. One row, one statement; columns are parted by tabs:
 *
 *	source        pattern     states   value      strength   origin
 *	dhcp 12       HS1##*      model    =          75         the maker names its plugs HS100 to HS110
 *	asked name    .xbcs.net   brand    WeMo       85         Belkin's own cloud
 *	oui           Espressif*  radio    Espressif  35         IEEE registry: makes Wi-Fi modules
 *	company       Belkin*     is       Belkin     95         IEEE registry
 *
 * How it is written is documented in docs/add-a-clue.md. Owns its rows and texts; sized by what is read, nothing grows later. All zero is an empty table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "model/fact.h"

enum {
	SIGNATURE_ROW_MAX = 16384,
	SIGNATURE_FILE_MAX = 64, /* files; the rows of more cannot be replaced */
	SIGNATURE_SOURCE_MAX = 96, /* different words in the first column */
	SIGNATURE_TEXT_MAX = 96, /* bytes of a pattern or value, terminator included */
	SIGNATURE_MATCH_MAX = 12, /* rows that speak of one clue */
	SIGNATURE_PORT_MAX = 65536,
	SIGNATURE_STEPS_MAX = 1
		<< 20, /* that one text is held against all rows of its source in: 64 for each of as many rows as there may be; some 2 ms */
};

/* The first five are enum trait. */
enum states { STATES_MAKER, STATES_BRAND, STATES_KIND, STATES_MODEL, STATES_FIRMWARE, STATES_RUNS, STATES_RADIO, STATES_IS, STATES_COUNT };

struct signature_row {
	const char *pattern, *value;
	uint32_t next; /* of the same domain, + 1; 0 for none */
	uint8_t states, strength;
	uint8_t file; /* in files; SIGNATURE_FILE_MAX: one too many */
	uint8_t first; /* glob_first(): most rows are passed over by it */
};

struct signature_source {
	char name[24];
	uint32_t first, count;
};

struct signatures {
	struct signature_row *rows; /* by source, in the order read */
	struct signature_source *sources;
	char *texts;
	uint32_t *domains; /* slots of row + 1 for patterns that begin with a dot, by hash */
	uint8_t *ports; /* map of bits: calls and answers, TCP and UDP */
	uint8_t hash_key[16];
	uint64_t files[SIGNATURE_FILE_MAX]; /* their names, as hashes */
	uint32_t file_count;
	uint32_t row_count, source_count, domain_mask;
	size_t texts_len;
	uint64_t stalls; /* texts that took more than SIGNATURE_STEPS_MAX */
};

/* One statement about the clue at hand. */
struct signature {
	enum states states;
	uint8_t strength;
	struct slice value; /* of the table, or of the text that was matched */
	struct slice head; /* before value, empty where it stands alone: "DCS-*" states "DCS-935L" */
};

/*
 * Adds the rows of one file; those of an earlier one of the same name, whatever its folder, go: so a table can be corrected without a new program. Rows that cannot be read are passed over; fault names the first of this file, by line, and says how many more there are. Returns 0, or -ENOMEM or -EINVAL (no row could be
 * read), and the table is as before.
 */
int signature_read(struct signatures *table, const uint8_t hash_key[16], const char *file, struct slice body, struct fault *out_fault);
void signature_done(struct signatures *table);

/*
 * What the rows of this source say of text. Returns how many there are in out. Where that takes too many steps it is broken off and counted as a
 * stall: only a table that is made for it does that.
 */
size_t signature_match(struct signatures *table, const char *source, struct slice text, struct signature out[SIGNATURE_MATCH_MAX]);

/* Whether any row speaks of this port: what nobody speaks of need not be heard. */
enum signature_port { PORT_CALLS_TCP, PORT_CALLS_UDP, PORT_ANSWERS_TCP, PORT_ANSWERS_UDP, PORT_USE_COUNT };
bool signature_port(const struct signatures *table, enum signature_port use, uint16_t port);
