/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A MUD file from the top: weighed, made a tree, its head, its two policies (RFC 8520 sections 2 and 3). What is kept is copied; the
 * tree is gone when this returns.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/inside.h"

enum { CACHE_HOURS = 48, CACHE_HOURS_MAX = 168, SYSTEMINFO_MAX = 60 };

static const struct node_name node_mud = {"ietf-mud:mud", NULL},
			      node_acls = {"ietf-access-control-list:acls", "ietf-access-control-list:access-lists"};

static const struct node_name head_nodes[] = {{"mud-version", NULL}, {"mud-url", NULL}, {"last-update", NULL}, {"mud-signature", NULL},
	{"cache-validity", NULL}, {"is-supported", NULL}, {"systeminfo", NULL}, {"mfg-name", NULL}, {"model-name", NULL},
	{"firmware-rev", NULL}, {"software-rev", NULL}, {"documentation", NULL}, {"extensions", NULL}, {"from-device-policy", NULL},
	{"to-device-policy", NULL}};

/* A string of the head, kept; "" where it is absent or wrong. */
static const char *read_text(struct reader *reader, json_t *head, const char *key)
{
	const json_t *node = json_object_get(head, key);

	if (!node)
		return "";
	if (json_is_string(node))
		return node_keep(reader, json_string_value(node));
	tell(reader, MUD_ERROR, key, "is %s; it must be a string", place_type(node));
	return "";
}

static void read_version(struct reader *reader, json_t *head)
{
	const json_t *node = json_object_get(head, "mud-version");

	if (!node)
		tell(reader, MUD_WARNING, NULL, "has no mud-version; it is read as version 1");
	else if (!json_is_integer(node))
		tell(reader, MUD_ERROR, "mud-version", "is %s; it must be a number", place_type(node));
	else if (json_integer_value(node) != 1)
		tell(reader, MUD_ERROR, "mud-version", "is %lld; version 1 is all there is", (long long)json_integer_value(node));
}

/* Without a URL the file still says what one device may do, if a person says which. */
static void read_url(struct reader *reader, json_t *head)
{
	struct mud_head *out = &reader->mud->head;
	const char *text = read_text(reader, head, "mud-url");

	if (!*text) {
		tell(reader, MUD_WARNING, NULL, "has no mud-url: it holds for no device by itself, only for one that it is given to");
	} else if (policy_url_read((const uint8_t *)text, strlen(text), out->url) || strchr(text, ' ')) {
		out->url[0] = 0;
		tell(reader, MUD_ERROR, "mud-url",
			"is no URL of a MUD file: https, a host, at most 255 bytes, no spaces (RFC 8520 section 1.5)");
	} else {
		policy_url_maker(out->url, out->maker);
	}
}

static void read_cache(struct reader *reader, json_t *head)
{
	const json_t *node = json_object_get(head, "cache-validity");

	reader->mud->head.cache_validity_hours = CACHE_HOURS;
	if (!node)
		return;
	if (!json_is_integer(node))
		tell(reader, MUD_ERROR, "cache-validity", "is %s; it must be a number of hours", place_type(node));
	else if (json_integer_value(node) < 1 || json_integer_value(node) > CACHE_HOURS_MAX)
		tell(reader, MUD_ERROR, "cache-validity", "is %lld hours; 1 to 168 are allowed", (long long)json_integer_value(node));
	else
		reader->mud->head.cache_validity_hours = (uint32_t)json_integer_value(node);
}

static void read_supported(struct reader *reader, json_t *head)
{
	const json_t *node = json_object_get(head, "is-supported");

	reader->mud->head.supported = !json_is_false(node);
	if (!node)
		tell(reader, MUD_WARNING, NULL, "has no is-supported: nobody can tell whether the device still gets updates");
	else if (!json_is_boolean(node))
		tell(reader, MUD_ERROR, "is-supported", "is %s; it must be true or false", place_type(node));
	else if (!reader->mud->head.supported)
		tell(reader, MUD_NOTE, "is-supported", "is false: its maker sends no more updates for this device");
}

/* The beginning of a date and time of RFC 3339: "2018-03-02T11:20:51". */
static bool is_moment(const char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : (text[i] & (form[i] == 'T' ? 0x5f : 0x7f)) != form[i])
			return false;
	return true;
}

static void read_texts(struct reader *reader, json_t *head)
{
	struct mud_head *out = &reader->mud->head;

	out->systeminfo = read_text(reader, head, "systeminfo");
	out->mfg_name = read_text(reader, head, "mfg-name");
	out->model_name = read_text(reader, head, "model-name");
	out->firmware_rev = read_text(reader, head, "firmware-rev");
	out->software_rev = read_text(reader, head, "software-rev");
	out->documentation = read_text(reader, head, "documentation");
	out->signature = read_text(reader, head, "mud-signature");
	out->last_update = read_text(reader, head, "last-update");
	if (strlen(out->systeminfo) > SYSTEMINFO_MAX)
		tell(reader, MUD_NOTE, "systeminfo", "is longer than 60 bytes (RFC 8520 section 3.7)");
	if (!json_object_get(head, "last-update"))
		tell(reader, MUD_WARNING, NULL, "has no last-update");
	else if (!is_moment(out->last_update))
		tell(reader, MUD_WARNING, "last-update", "is no date and time");
}

/* Nodes that an extension adds bear its name before a colon, and the extension is to be declared (section 3.9). */
static void read_extensions(struct reader *reader, json_t *head)
{
	const json_t *list = json_object_get(head, "extensions"), *node;
	size_t i;

	way_in(&reader->way, "extensions");
	if (list && !json_is_array(list))
		tell(reader, MUD_ERROR, NULL, "is %s; it must be a list", place_type(list));
	json_array_foreach(list, i, node)
	{
		way_at(&reader->way, i);
		if (json_is_string(node))
			tell(reader, MUD_NOTE, NULL, "the extension \"%s\" is not known here, and its nodes are ignored",
				json_string_value(node));
		else
			tell(reader, MUD_ERROR, NULL, "is %s; it must be a string", place_type(node));
		way_out(&reader->way);
	}
	way_out(&reader->way);
}

static void read_head(struct reader *reader, json_t *head)
{
	read_version(reader, head);
	read_url(reader, head);
	read_texts(reader, head);
	read_cache(reader, head);
	read_supported(reader, head);
	read_extensions(reader, head);
	node_others(reader, head, head_nodes, sizeof(head_nodes) / sizeof(*head_nodes));
}

/* The lists of the second root; none where it is wrong, told. */
static void find_acls(struct reader *reader, json_t *root)
{
	const char *key;
	json_t *acls = node_find(root, node_acls, &key), *list;

	if (!acls) {
		tell(reader, MUD_ERROR, NULL, "has no access lists: \"%s\" is missing", node_acls.name);
		return;
	}
	if (!strcmp(key, node_acls.draft)) {
		reader->mud->head.draft = true;
		tell(reader, MUD_NOTE, key, "is the name of a draft before RFC 8520, where it is %s; it is read all the same",
			node_acls.name);
	}
	list = json_object_get(acls, "acl"); /* NULL too where it is no object */
	if (json_is_array(list)) {
		reader->acls = list;
		return;
	}
	way_in(&reader->way, key);
	tell(reader, MUD_ERROR, list ? "acl" : NULL, list ? "must be a list" : "has no list \"acl\"");
	way_out(&reader->way);
}

static void read_root(struct reader *reader, json_t *root)
{
	const struct node_name known[] = {node_mud, node_acls};
	json_t *mud = json_object_get(root, node_mud.name);

	if (!json_is_object(root)) {
		tell(reader, MUD_ERROR, NULL, "is %s, not an object: no MUD file", place_type(root));
		return;
	}
	if (!json_is_object(mud)) {
		tell(reader, MUD_ERROR, mud ? node_mud.name : NULL, mud ? "must be an object" : "has no \"ietf-mud:mud\": no MUD file");
		return;
	}
	node_others(reader, root, known, 2);
	find_acls(reader, root);
	way_in(&reader->way, node_mud.name);
	read_head(reader, mud);
	if (reader->acls)
		list_read(reader, mud);
	way_out(&reader->way);
}

/* What is too much about the text; NULL: nothing. */
static const char *weigh(const struct reader *reader, struct place *out_place)
{
	static const struct place_limits limits = {.depth = FW_MUD_DEPTH_MAX, .nodes = FW_MUD_NODES_MAX, .string_len = FW_MUD_STRING_MAX};
	static const char *const wrong[] = {
		[PLACE_LONG] = "a string is longer than 4,096 bytes",
		[PLACE_DEEP] = "objects and lists are nested more than 24 deep",
		[PLACE_MANY] = "there are more than 131,072 values",
	};

	return wrong[place_weigh(reader->body, reader->len, &limits, out_place)];
}

/* NULL where it is none, told or -ENOMEM. */
static json_t *read_tree(struct reader *reader)
{
	json_error_t error = {0};
	struct place place = {0};
	json_t *root;
	const char *wrong = reader->len > FW_MUD_BYTES_MAX ? "the file is larger than 4 MiB" : NULL;

	if (!wrong)
		wrong = weigh(reader, &place);
	if (wrong) {
		fail(reader, -E2BIG);
		tell_at(reader, place.line, place.column, wrong);
		return NULL;
	}
	root = json_loadb(reader->body, reader->len, JSON_REJECT_DUPLICATES, &error);
	if (!root && (!error.text[0] || json_error_code(&error) == json_error_out_of_memory))
		fail(reader, -ENOMEM); /* jansson does not always say so */
	else if (!root)
		tell_at(reader, error.line > 0 ? (uint32_t)error.line : 0, error.column > 0 ? (uint32_t)error.column : 0, error.text);
	return root;
}

static int mud_new(size_t len, struct mud **out_mud)
{
	struct mud *mud = calloc(1, sizeof(*mud));

	if (!mud)
		return -ENOMEM;
	mud->text_size = 2 * len + 1; /* a list may be named by both policies: each string twice */
	mud->text = malloc(mud->text_size);
	if (!mud->text) {
		free(mud);
		return -ENOMEM;
	}
	*out_mud = mud;
	return 0;
}

int policy_read(const char *body, size_t len, const struct mud_ear *ear, struct mud **out_mud)
{
	struct reader reader = {.body = body, .len = len, .ear = ear};
	json_t *root = read_tree(&reader);

	if (!root)
		return reader.error;
	fail(&reader, mud_new(len, &reader.mud));
	if (!reader.error)
		read_root(&reader, root);
	json_decref(root);
	tell_rest(&reader);
	if (reader.error) {
		policy_free(reader.mud);
		return reader.error;
	}
	*out_mud = reader.mud;
	return 0;
}

void policy_free(struct mud *mud)
{
	if (!mud)
		return;
	free(mud->aces);
	free(mud->text);
	free(mud);
}

const struct mud_head *policy_head(const struct mud *mud)
{
	return &mud->head;
}

uint32_t policy_ace_count(const struct mud *mud)
{
	return mud->ace_count;
}

const struct mud_ace *policy_ace_at(const struct mud *mud, uint32_t index)
{
	return index < mud->ace_count ? &mud->aces[index] : NULL;
}

uint32_t policy_left_out(const struct mud *mud)
{
	return mud->left_out;
}
