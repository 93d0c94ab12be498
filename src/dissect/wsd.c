/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WS-Discovery (OASIS 1.1, and the drafts of 2005 that ONVIF and Windows use): one SOAP message in a datagram, UDP 3702.
 *
 * The message itself is document.c's. A device answers for itself, with one match; a message with several comes from a proxy
 * that speaks for others, so of these only the message's name is said.
 */
#include "dissect/dissect.h"

#include "dissect/document.h"
#include "dissect/give.h"

struct filter {
	const struct fact_sink *sink;
	size_t facts;
	bool several, counting;
};

static void pass(void *context, const struct fact *fact)
{
	struct filter *filter = context;

	if (filter->counting)
		filter->several = filter->several || fact->number > 0;
	else if (!filter->several || fact->kind == FACT_WSD_MESSAGE)
		give(filter->sink, fact);
	filter->facts++;
}

enum fw_read dissect_wsd(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct filter filter = {.sink = sink, .counting = true};
	const struct fact_sink counted = {pass, &filter};
	struct document document;
	bool open;

	document_begin(&document, DOCUMENT_FROM_DATAGRAM, 0);
	open = document_take(&document, &counted, bytes, len);
	if (!filter.facts)
		return FW_READ_OTHER;
	filter.counting = false;
	document_begin(&document, DOCUMENT_FROM_DATAGRAM, 0);
	document_take(&document, &counted, bytes, len);
	return open ? FW_READ_SHORT : document.whole ? FW_READ_OK : FW_READ_BAD;
}
