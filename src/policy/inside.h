/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file while it is read, and what is kept of it. Private to policy/.
 *
 * Reading goes down the tree by hand, a function for each kind of node, and keeps the way to where it stands (steps): that is what a
 * fault's place is made of. Nothing recurses; the text was weighed before (place.c), so the tree is small and flat.
 */
#pragma once

#include <jansson.h>

#include "base/place.h"
#include "policy/policy.h"
#include "wire/limits.h"

struct mud {
	struct mud_head head;
	struct mud_ace *aces;
	uint32_t ace_count, ace_room, left_out;
	char *text; /* all strings that are kept, one behind another */
	size_t text_len, text_size;
};

struct reader {
	const char *body;
	size_t len;
	const struct mud_ear *ear;
	struct way way;
	uint32_t told[MUD_GRADE_COUNT];
	int error; /* 0, -EINVAL, -E2BIG, -ENOMEM: the first that happened */
	struct mud *mud;
	json_t *acls; /* the list acl; borrowed */
};

/* --- tell.c: where the reader stands, and what it has to say --------------------------------------------------------------- */

/* About the member `key` of where the reader stands, or with NULL about itself. Raw text of the file may be given: all is escaped. */
void tell(struct reader *reader, enum mud_grade grade, const char *key, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A fault of the text itself, at this place. */
void tell_at(struct reader *reader, uint32_t line, uint32_t column, const char *sentence);
/* How many were found beyond those that were told. */
void tell_rest(struct reader *reader);
/* The file can not be used: remembered once. */
void fail(struct reader *reader, int error);

/* --- node.c: one node ------------------------------------------------------------------------------------------------------ */

/* The names by which a node goes: by the standard, and in drafts before it (or NULL). */
struct node_name {
	const char *name, *draft;
};

/* The member of that name, or NULL. *out_key: the name that it has here, for telling. */
json_t *node_find(json_t *object, struct node_name name, const char **out_key);
/* Names each member that is none of these, of what is no match: the reader goes on without it. */
void node_others(struct reader *reader, json_t *object, const struct node_name *known, size_t count);
bool node_is_known(const char *key, const struct node_name *known, size_t count);
/* A copy that lives as long as the file; "" where there is no room (fail() was called). */
const char *node_keep(struct reader *reader, const char *text);
/* "a string", "a number", ... */

/* --- list.c, match.c ------------------------------------------------------------------------------------------------------- */

/* from-device-policy and to-device-policy, with all lists that they name. */
void list_read(struct reader *reader, json_t *policies);

/* What one entry's matches come to. Returns false where it was left out, and told so. */
bool match_read(struct reader *reader, json_t *matches, const char *list_type, struct mud_ace *ace);
/* The entry that is being read cannot be held against a packet: see policy.h. */
void match_leave_out(struct reader *reader, const struct mud_ace *ace, const char *key, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/*
 * A condition that is not known here. Without it an entry that accepts would allow more than its maker meant: it is left out, and false. One that
 * drops would drop more, which is told.
 */
bool match_unknown(struct reader *reader, const struct mud_ace *ace, const char *key);
/* The same of each member that is none of these. */
bool match_others(struct reader *reader, json_t *object, const struct node_name *known, size_t count, const struct mud_ace *ace);
/* One container of layer 4; false as above. */
bool match_transport(struct reader *reader, json_t *matches, struct mud_ace *ace);
/* tcp or udp of a draft had its ports in the container of layer 3. */
bool match_ports(struct reader *reader, json_t *container, struct mud_ace *ace);

/* --- name.c ---------------------------------------------------------------------------------------------------------------- */

/* A host's name in lower case, without the dot at the end. Returns NULL, or what is wrong with it. */
const char *name_plain(const char *text, char out[MUD_NAME_MAX]);
