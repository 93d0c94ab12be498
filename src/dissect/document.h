/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a document that a device sends says of it: the title of a page, a UPnP description, SOAP messages of UPnP gateways,
 * WS-Discovery, ONVIF, TR-069 and HNAP. Bytes as they come, cut anywhere, to facts. Private to dissect/.
 */
#pragma once

#include "dissect/xml.h"

/* Who sends it. Some documents mean something from one side only. */
enum document_from { DOCUMENT_FROM_CLIENT, DOCUMENT_FROM_SERVER, DOCUMENT_FROM_DATAGRAM };

enum { MAPPING_PROTOCOL_MAX = 8, MAPPING_TEXT_MAX = 80 };

/* An AddPortMapping as far as it was read: its arguments come in any order. */
struct mapping {
	uint32_t external_port, internal_port;
	uint8_t client[16];
	uint8_t protocol_len, text_len;
	uint8_t protocol[MAPPING_PROTOCOL_MAX];
	uint8_t text[MAPPING_TEXT_MAX];
};

struct document {
	struct xml xml;
	struct mapping mapping;
	uint32_t read_len;
	uint32_t status; /* of the response that brought it */
	uint32_t error_code; /* out: UPnP's, when error_said */
	uint16_t outside; /* elements open that nobody knows, below node */
	uint16_t matches; /* of WS-Discovery, so far */
	uint8_t node; /* the innermost known element that is open: a row in document.c */
	uint8_t form; /* enum form */
	uint8_t from; /* enum document_from */
	uint8_t parameter; /* enum fact_kind of the CWMP value that follows its name, or 0 */
	bool whole; /* its outermost element has closed */
	bool mapping_said, error_said; /* out: cleared by the caller */
};

void document_begin(struct document *document, enum document_from from, uint32_t status);

/* False when nothing more can come of it. */
bool document_take(struct document *document, const struct fact_sink *sink, const uint8_t *bytes, size_t len);
