/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A CSAF document from the top: weighed, made a tree, who says it and which version it is (section 3.2.1). The tree is gone when this returns. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "advisory/inside.h"

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len >= tail && !strcasecmp(text + len - tail, end);
}

/* The page for people: of the references to itself the first that is no JSON file. */
static uint32_t read_url(struct reader *reader, const json_t *document)
{
	const json_t *list = json_object_get(document, "references"), *node, *best = NULL;
	size_t i;

	json_array_foreach(list, i, node)
	{
		const char *category = json_string_value(json_object_get(node, "category"));
		const char *url = json_string_value(json_object_get(node, "url"));
		if (!url || !category || strcmp(category, "self"))
			continue;
		if (!best || ends_with(json_string_value(json_object_get(best, "url")), ".json"))
			best = node;
	}
	return keep_member(reader, best, "url");
}

static void read_revisions(struct reader *reader, const json_t *tracking)
{
	const json_t *list = json_object_get(tracking, "revision_history"), *node;
	size_t i;

	way_in(&reader->way, "revision_history");
	json_array_foreach(list, i, node)
	{
		struct packed_revision revision, *record;
		way_at(&reader->way, i);
		revision.number = keep_member(reader, node, "number");
		revision.date = keep_member(reader, node, "date");
		revision.summary = keep_member(reader, node, "summary");
		way_out(&reader->way);
		record = keep_record(reader, TABLE_REVISION);
		if (!record)
			break;
		*record = revision;
		if (!reader->build.head.revision || revision.number == reader->build.head.version)
			reader->build.head.revision = revision.summary;
	}
	way_out(&reader->way);
}

static void read_tracking_status(struct reader *reader, const json_t *tracking)
{
	static const char *const names[] = {[TRACKING_DRAFT] = "draft", [TRACKING_INTERIM] = "interim", [TRACKING_FINAL] = "final"};
	const char *status = json_string_value(json_object_get(tracking, "status"));

	for (uint8_t i = 0; status && i <= TRACKING_FINAL; i++)
		if (!strcmp(status, names[i])) {
			reader->build.head.status = i;
			return;
		}
	reader_tell(reader, "status", "is not draft, interim or final; it is taken for a draft");
	reader->build.head.status = TRACKING_DRAFT;
}

static void read_tracking(struct reader *reader, const json_t *document)
{
	const json_t *tracking = json_object_get(document, "tracking");
	struct packed *head = &reader->build.head;

	way_in(&reader->way, "tracking");
	head->id = keep_member(reader, tracking, "id");
	head->version = keep_member(reader, tracking, "version");
	head->initial_date = keep_member(reader, tracking, "initial_release_date");
	head->current_date = keep_member(reader, tracking, "current_release_date");
	if (!head->id)
		refuse(reader, NULL, "has no id: the document cannot be told from others");
	if (!head->version)
		reader_tell(reader, NULL, "has no version; it is taken for the oldest");
	read_tracking_status(reader, tracking);
	read_revisions(reader, tracking);
	way_out(&reader->way);
}

static bool is_withdrawn(const char *category, const char *title, const char *revision)
{
	return !strcmp(category, "csaf_withdrawn") || !strcmp(category, "csaf_superseded") || strcasestr(title, "withdrawn") ||
		strcasestr(title, "superseded") || strcasestr(revision, "withdrawn");
}

static void read_document(struct reader *reader, const json_t *document)
{
	const json_t *publisher = json_object_get(document, "publisher");
	const char *version = json_string_value(json_object_get(document, "csaf_version"));
	struct packed *head = &reader->build.head;

	way_in(&reader->way, "document");
	if (!version || strncmp(version, "2.", 2))
		refuse(reader, "csaf_version", "is %s; only CSAF 2 is read", version ? version : "missing");
	else if (strcmp(version, "2.0"))
		reader_tell(reader, "csaf_version", "is %s; it is read as 2.0", version);
	head->title = keep_member(reader, document, "title");
	head->category = keep_member(reader, document, "category");
	head->severity = keep_member(reader, json_object_get(document, "aggregate_severity"), "text");
	head->url = read_url(reader, document);
	head->publisher = keep_member(reader, publisher, "name");
	head->publisher_namespace = keep_member(reader, publisher, "namespace");
	if (!head->publisher_namespace)
		reader_tell(reader, "publisher", "has no namespace: its name stands for it");
	if (!head->publisher_namespace)
		head->publisher_namespace = head->publisher;
	read_tracking(reader, document);
	way_out(&reader->way);
	if (reader->error)
		return;
	head->withdrawn =
		is_withdrawn(kept_text(reader, head->category), kept_text(reader, head->title), kept_text(reader, head->revision));
}

static void read_root(struct reader *reader, const json_t *root)
{
	const json_t *document = json_object_get(root, "document"), *tree = json_object_get(root, "product_tree");

	if (!json_is_object(document)) {
		refuse(reader, json_is_object(root) && document ? "document" : NULL, "is no CSAF document: it has no object \"document\"");
		return;
	}
	read_document(reader, document);
	if (tree && !json_is_object(tree))
		reader_tell(reader, "product_tree", "is %s; it must be an object", place_type(tree));
	if (!reader->error) {
		way_in(&reader->way, "product_tree");
		tree_read(reader, tree);
		way_out(&reader->way);
	}
	if (!reader->error)
		vulnerabilities_read(reader, json_object_get(root, "vulnerabilities"));
}

json_t *document_text(struct reader *reader)
{
	static const struct place_limits limits = {
		.depth = FW_CSAF_DEPTH_MAX, .nodes = FW_CSAF_NODES_MAX, .string_len = FW_CSAF_STRING_MAX};
	static const char *const wrong[] = {
		[PLACE_LONG] = "a string is longer than 262,144 bytes",
		[PLACE_DEEP] = "objects and lists are nested more than 80 deep",
		[PLACE_MANY] = "there are more than 524,288 values",
	};
	json_error_t error = {0};
	struct place place = {0};
	enum place_excess excess;
	json_t *root;

	if (reader->len > FW_CSAF_BYTES_MAX) {
		refuse_at(reader, -E2BIG, 0, "is larger than 32 MiB");
		return NULL;
	}
	excess = place_weigh(reader->body, reader->len, &limits, &place);
	if (excess) {
		refuse_at(reader, -E2BIG, place.line, wrong[excess]);
		return NULL;
	}
	root = json_loadb(reader->body, reader->len, JSON_REJECT_DUPLICATES, &error);
	if (!root && (!error.text[0] || json_error_code(&error) == json_error_out_of_memory))
		reader_fail(reader, -ENOMEM);
	else if (!root)
		refuse_at(reader, -EINVAL, error.line > 0 ? (uint64_t)error.line : 0, error.text);
	return root;
}

int document_read(struct reader *reader, struct packed **out_packed)
{
	json_t *root = document_text(reader);
	struct packed *packed = NULL;

	if (!root)
		return reader->error;
	reader_fail(reader, build_init(&reader->build, reader->config->hash_key));
	if (!reader->error)
		read_root(reader, root);
	json_decref(root);
	if (!reader->error && !(packed = build_finish(&reader->build)))
		reader_fail(reader, -ENOMEM);
	build_done(&reader->build);
	if (reader->error)
		return reader->error;
	reader_tell_rest(reader);
	*out_packed = packed;
	return 0;
}
