/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which access lists the two policies name, and the entries of each (RFC 8520 section 3.16, RFC 8519 section 4.1).
 *
 *	from-device-policy / access-lists / access-list [ {name} ... ]        ietf-access-control-list:acls / acl [ {name, type,
 *	to-device-policy   / ...                                                  aces / ace [ {name, matches, actions / forwarding} ] } ]
 *
 * A list that both policies name is read twice, for its ports and addresses then mean the other end. One that a policy names twice is
 * read once. Two of one name are read both, in their order: that is all that could have been meant.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/inside.h"

static const struct node_name node_name = {"name", "acl-name"}, node_type_name = {"type", "acl-type"},
			      node_aces = {"aces", "access-list-entries"}, ace_name = {"name", "rule-name"};
static const char acls_key[] = "ietf-access-control-list:acls";

/* What is known of the list around an entry. */
struct list {
	const char *name, *type; /* as read; type "" where there is none */
	enum fw_rule_way way;
};

/* accept or drop, with or without a module's name before it; false: told, and left out. */
static bool read_action(struct reader *reader, json_t *entry, struct mud_ace *ace)
{
	const json_t *node = json_object_get(json_object_get(entry, "actions"), "forwarding");
	const char *text = json_string_value(node), *colon;

	ace->accept = true;
	if (!text) {
		match_leave_out(reader, ace, node ? "actions" : NULL, "has no action that says accept or drop");
		return false;
	}
	colon = strrchr(text, ':');
	text = colon ? colon + 1 : text;
	ace->accept = !strcmp(text, "accept");
	if (ace->accept || !strcmp(text, "drop") || !strcmp(text, "reject"))
		return true;
	ace->accept = true;
	match_leave_out(reader, ace, "actions", "the action \"%s\" is neither accept nor drop", text);
	return false;
}

/* Room for one more; false: fail() was called. */
static struct mud_ace *new_ace(struct reader *reader)
{
	struct mud *mud = reader->mud;

	if (mud->ace_count == FW_MUD_ACES_MAX) {
		tell(reader, MUD_ERROR, NULL, "is one entry more than the 2,048 that a file may have");
		reader->error = -E2BIG;
		return NULL;
	}
	if (mud->ace_count == mud->ace_room) {
		uint32_t room = mud->ace_room ? 2 * mud->ace_room : 16;
		struct mud_ace *aces = realloc(mud->aces, room * sizeof(*aces));
		if (!aces) {
			fail(reader, -ENOMEM);
			return NULL;
		}
		mud->aces = aces;
		mud->ace_room = room;
	}
	return &mud->aces[mud->ace_count];
}

static void read_ace(struct reader *reader, json_t *entry, const struct list *list)
{
	static const struct node_name known[] = {{"name", "rule-name"}, {"matches", NULL}, {"actions", NULL}, {"statistics", NULL}};
	struct mud_ace *ace = new_ace(reader);
	const char *key, *text;

	if (!ace)
		return;
	*ace = (struct mud_ace){.way = (uint8_t)list->way, .list = list->name, .accept = true};
	if (!json_is_object(entry)) {
		match_leave_out(reader, ace, NULL, "is %s; it must be an object", place_type(entry));
		return;
	}
	text = json_string_value(node_find(entry, ace_name, &key));
	ace->name = node_keep(reader, text ? text : "");
	if (!text)
		tell(reader, MUD_WARNING, NULL, "has no name");
	node_others(reader, entry, known, 4);
	if (read_action(reader, entry, ace) && match_read(reader, json_object_get(entry, "matches"), list->type, ace))
		reader->mud->ace_count++;
}

/* Stands at one list of acl. */
static void read_aces(struct reader *reader, json_t *acl, const struct list *list)
{
	const char *key;
	json_t *aces = node_find(acl, node_aces, &key), *entries = json_object_get(aces, "ace"), *entry;
	size_t i;

	if (!json_is_array(entries)) {
		tell(reader, MUD_ERROR, aces ? key : NULL, "has no list of entries");
		return;
	}
	way_in(&reader->way, key);
	way_in(&reader->way, "ace");
	json_array_foreach(entries, i, entry)
	{
		if (reader->error && reader->error != -EINVAL)
			break; /* no memory, or too many: the rest would say the same */
		way_at(&reader->way, i);
		read_ace(reader, entry, list);
		way_out(&reader->way);
	}
	way_out(&reader->way);
	way_out(&reader->way);
}

static void go_to_lists(struct reader *reader)
{
	reader->way.depth = 0;
	way_in(&reader->way, reader->mud->head.draft ? "ietf-access-control-list:access-lists" : acls_key);
	way_in(&reader->way, "acl");
}

/* All lists of that name; the reader stands at the policy and goes elsewhere meanwhile. */
static unsigned read_list(struct reader *reader, const char *name, struct list *list)
{
	const struct way before = reader->way;
	unsigned found = 0;
	const char *key;
	json_t *acl;
	size_t i;

	go_to_lists(reader);
	json_array_foreach(reader->acls, i, acl)
	{
		const char *text = json_string_value(node_find(acl, node_name, &key));
		if (!text || strcmp(text, name) != 0)
			continue;
		way_at(&reader->way, i);
		if (found++)
			tell(reader, MUD_WARNING, key, "is the name of an earlier list too; both are read, in their order");
		text = json_string_value(node_find(acl, node_type_name, &key));
		list->type = text ? text : "";
		read_aces(reader, acl, list);
		way_out(&reader->way);
	}
	reader->way = before;
	return found;
}

/* Was it named by an earlier entry of the same policy? */
static bool is_named_before(json_t *names, size_t index, const char *name)
{
	const char *key;

	for (size_t i = 0; i < index; i++) {
		const char *text = json_string_value(node_find(json_array_get(names, i), node_name, &key));
		if (text && !strcmp(text, name))
			return true;
	}
	return false;
}

static void read_name(struct reader *reader, json_t *names, size_t index, enum fw_rule_way way)
{
	const char *key;
	json_t *node = node_find(json_array_get(names, index), node_name, &key);
	const char *name = json_string_value(node);
	struct list list = {.way = way};

	if (!name) {
		tell(reader, MUD_ERROR, NULL, "names no list");
	} else if (is_named_before(names, index, name)) {
		tell(reader, MUD_WARNING, NULL, "names the list \"%s\" again", name);
	} else {
		list.name = node_keep(reader, name);
		if (!read_list(reader, name, &list))
			tell(reader, MUD_ERROR, key, "there is no list \"%s\"", name);
	}
}

static void read_policy(struct reader *reader, json_t *head, const char *policy, enum fw_rule_way way)
{
	json_t *node = json_object_get(head, policy), *names = json_object_get(json_object_get(node, "access-lists"), "access-list");

	if (!node) {
		tell(reader, MUD_WARNING, NULL, "has no %s: nothing is allowed that way but DNS and NTP", policy);
		return;
	}
	way_in(&reader->way, policy);
	if (!json_is_array(names)) {
		tell(reader, MUD_ERROR, NULL, "has no list \"access-lists/access-list\"");
	} else if (json_array_size(names) > FW_MUD_LISTS_MAX) {
		tell(reader, MUD_ERROR, NULL, "names more than 64 access lists");
		reader->error = -E2BIG;
	} else {
		way_in(&reader->way, "access-lists");
		way_in(&reader->way, "access-list");
		for (size_t i = 0; i < json_array_size(names); i++) {
			way_at(&reader->way, i);
			read_name(reader, names, i, way);
			way_out(&reader->way);
		}
		way_out(&reader->way);
		way_out(&reader->way);
	}
	way_out(&reader->way);
}

/* Does a policy name this list? */
static bool is_used(json_t *head, const char *policy, const char *name)
{
	json_t *names = json_object_get(json_object_get(json_object_get(head, policy), "access-lists"), "access-list");

	return is_named_before(names, json_array_size(names), name);
}

/* From the top of the document: a list that no policy names says nothing. */
static void tell_unused(struct reader *reader, json_t *head)
{
	const struct way before = reader->way;
	const char *key;
	json_t *acl;
	size_t i;

	go_to_lists(reader);
	json_array_foreach(reader->acls, i, acl)
	{
		const char *name = json_string_value(node_find(acl, node_name, &key));
		way_at(&reader->way, i);
		if (!name)
			tell(reader, MUD_WARNING, NULL, "has no name, so that no policy can mean it");
		else if (!is_used(head, "from-device-policy", name) && !is_used(head, "to-device-policy", name))
			tell(reader, MUD_NOTE, NULL, "no policy names the list \"%s\"", name);
		way_out(&reader->way);
	}
	reader->way = before;
}

void list_read(struct reader *reader, json_t *head)
{
	read_policy(reader, head, "from-device-policy", FW_WAY_FROM);
	read_policy(reader, head, "to-device-policy", FW_WAY_TO);
	tell_unused(reader, head);
}
