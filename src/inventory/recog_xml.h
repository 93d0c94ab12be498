/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XML from somebody we do not know, element by element (expat). What may be in it is small: no document type, so no entities but the five that
 * XML has; depth, attributes, text and the memory of reading have ceilings. Whoever reads is called at each start and end.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum {
	RECOG_XML_DEPTH_MAX = 16,
	RECOG_XML_ATTRIBUTES_MAX = 64, /* of one element */
	RECOG_XML_TEXT_MAX = 65536, /* bytes of one element's own text */
	RECOG_XML_MEMORY_MAX = 16 << 20, /* bytes that reading takes, beside the file */
};

struct recog_xml_place {
	uint64_t line, offset; /* of the element's start; at its end, of its end */
	unsigned depth; /* 1: the outermost element */
};

/* Each returns 0 or what ends the reading: an -errno, with the sentence in *out_fault, whose file and line are set here. */
struct recog_xml_reader {
	/* attributes: name, value, ..., NULL */
	int (*start)(
		void *context, const struct recog_xml_place *place, const char *name, const char **attributes, struct fault *out_fault);
	/* text: what stood in the element, its children's aside */
	int (*end)(void *context, const struct recog_xml_place *place, const char *text, size_t len, struct fault *out_fault);
	void *context;
};

/* Returns 0, -ENOMEM, -EFBIG (a ceiling) or -EINVAL, with the sentence. */
int recog_xml_read(const char *file, const char *body, size_t len, const struct recog_xml_reader *reader, struct fault *out_fault);

/* Borrowed, or NULL if it is not there. */
const char *recog_xml_attribute(const char **attributes, const char *name);
