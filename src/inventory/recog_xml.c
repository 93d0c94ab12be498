/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/recog_xml.h"

#include <errno.h>
#include <expat.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	const struct recog_xml_reader *reader;
	XML_Parser parser;
	const char *file;
	struct fault *fault;
	int error;
	unsigned depth;
	char *text; /* of the innermost element that is open */
	size_t text_len;
};

/* expat hands its memory functions no context, so what they count stands here while one file is read, for each thread its own. */
static _Thread_local struct {
	size_t used;
	bool full;
} memory;

/* Before each block: its size. As large as the strictest alignment. */
union head {
	size_t size;
	max_align_t align;
};

static bool memory_take(size_t size)
{
	if (size > RECOG_XML_MEMORY_MAX - memory.used) {
		memory.full = true;
		return false;
	}
	memory.used += size;
	return true;
}

static void memory_free(void *block)
{
	if (!block)
		return;
	memory.used -= ((union head *)block - 1)->size;
	free((union head *)block - 1);
}

static void *memory_get(size_t size)
{
	union head *head;

	if (!memory_take(size))
		return NULL;
	head = malloc(sizeof(*head) + size);
	if (!head) {
		memory.used -= size;
		return NULL;
	}
	head->size = size;
	return head + 1;
}

static void *memory_resize(void *block, size_t size)
{
	size_t old = block ? ((union head *)block - 1)->size : 0;
	void *grown = memory_get(size);

	if (!grown)
		return NULL;
	if (block)
		memcpy(grown, block, old < size ? old : size);
	memory_free(block);
	return grown;
}

static struct recog_xml_place here(const struct walk *walk)
{
	return (struct recog_xml_place){
		XML_GetCurrentLineNumber(walk->parser), (uint64_t)XML_GetCurrentByteIndex(walk->parser), walk->depth};
}

static void stop(struct walk *walk, int error)
{
	walk->error = error;
	XML_StopParser(walk->parser, XML_FALSE);
}

static void refuse(struct walk *walk, int error, const char *sentence)
{
	fault_set(walk->fault, walk->file, here(walk).line, 0, "%s", sentence);
	stop(walk, error);
}

/* Whoever reads says what is wrong, and here is known where. */
static void judge(struct walk *walk, int error, const struct fault *said)
{
	if (!error)
		return;
	fault_set(walk->fault, walk->file, here(walk).line, 0, "%s", said->sentence);
	stop(walk, error);
}

static void XMLCALL started(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct walk *walk = context;
	struct fault fault = {0};
	size_t count = 0;

	if (walk->error)
		return;
	while (attributes[2 * count])
		count++;
	if (++walk->depth > RECOG_XML_DEPTH_MAX) {
		refuse(walk, -EFBIG, "elements are nested more than 16 deep");
		return;
	}
	if (count > RECOG_XML_ATTRIBUTES_MAX) {
		refuse(walk, -EFBIG, "an element has more than 64 attributes");
		return;
	}
	walk->text_len = 0;
	const struct recog_xml_place place = here(walk);

	judge(walk, walk->reader->start(walk->reader->context, &place, name, attributes, &fault), &fault);
}

static void XMLCALL ended(void *context, const XML_Char *name)
{
	struct walk *walk = context;
	struct fault fault = {0};

	if (walk->error)
		return;
	const struct recog_xml_place place = here(walk);

	judge(walk, walk->reader->end(walk->reader->context, &place, walk->text, walk->text_len, &fault), &fault);
	walk->depth--;
	walk->text_len = 0;
}

static void XMLCALL wrote(void *context, const XML_Char *text, int len)
{
	struct walk *walk = context;

	if (walk->error)
		return;
	if ((size_t)len > RECOG_XML_TEXT_MAX - walk->text_len) {
		refuse(walk, -EFBIG, "the text of an element is longer than 65536 bytes");
		return;
	}
	memcpy(walk->text + walk->text_len, text, (size_t)len);
	walk->text_len += (size_t)len;
}

static void XMLCALL declared(void *context, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int has_internal)
{
	refuse(context, -EINVAL, "a document type is not read: its entities can grow without end");
}

static int outcome(struct walk *walk, enum XML_Status status)
{
	if (walk->error || status == XML_STATUS_OK)
		return walk->error;
	if (memory.full) {
		fault_set(walk->fault, walk->file, here(walk).line, 0, "reading it takes more than 16 MiB of memory");
		return -EFBIG;
	}
	if (XML_GetErrorCode(walk->parser) == XML_ERROR_NO_MEMORY)
		return -ENOMEM;
	fault_set(walk->fault, walk->file, here(walk).line, 0, "this is no XML: %s", XML_ErrorString(XML_GetErrorCode(walk->parser)));
	return -EINVAL;
}

int recog_xml_read(const char *file, const char *body, size_t len, const struct recog_xml_reader *reader, struct fault *out_fault)
{
	static const XML_Memory_Handling_Suite suite = {memory_get, memory_resize, memory_free};
	struct walk walk = {.reader = reader, .file = file, .fault = out_fault};
	int error = -ENOMEM;

	memory.used = 0;
	memory.full = false;
	if (len > INT_MAX)
		return -EFBIG;
	walk.text = malloc(RECOG_XML_TEXT_MAX);
	walk.parser = XML_ParserCreate_MM(NULL, &suite, NULL);
	if (walk.text && walk.parser) {
		XML_SetUserData(walk.parser, &walk);
		XML_SetElementHandler(walk.parser, started, ended);
		XML_SetCharacterDataHandler(walk.parser, wrote);
		XML_SetStartDoctypeDeclHandler(walk.parser, declared);
		/* in one piece: in many, a start tag that never ends would be looked through again with each */
		error = outcome(&walk, XML_Parse(walk.parser, body, (int)len, 1));
	}
	if (walk.parser)
		XML_ParserFree(walk.parser);
	free(walk.text);
	return error;
}

const char *recog_xml_attribute(const char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (!strcmp(attributes[0], name))
			return attributes[1];
	return NULL;
}
