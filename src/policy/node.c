/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "policy/inside.h"

json_t *node_find(json_t *object, struct node_name name, const char **out_key)
{
	json_t *node = json_object_get(object, name.name);

	*out_key = name.name;
	if (!node && name.draft) {
		node = json_object_get(object, name.draft);
		if (node)
			*out_key = name.draft;
	}
	return node;
}

bool node_is_known(const char *key, const struct node_name *known, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(key, known[i].name) || (known[i].draft && !strcmp(key, known[i].draft)))
			return true;
	return false;
}

void node_others(struct reader *reader, json_t *object, const struct node_name *known, size_t count)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (node_is_known(key, known, count))
			continue;
		tell(reader, MUD_NOTE, key, "is no node that is known here, and is ignored");
	}
}

const char *node_keep(struct reader *reader, const char *text)
{
	struct mud *mud = reader->mud;
	size_t size = strlen(text) + 1;
	char *kept = mud->text + mud->text_len;

	if (size > mud->text_size - mud->text_len) {
		fail(reader, -E2BIG);
		return "";
	}
	memcpy(kept, text, size);
	mud->text_len += size;
	return kept;
}
