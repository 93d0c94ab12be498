/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies of HTTP messages that may be documents (document.c): pages and descriptions in responses, SOAP in both directions.
 *
 * The Content-Type opens the door, the first tag decides: descriptions are often labelled text/html, pages often not at all.
 * Compressed bodies are not read. A port mapping is asked for in a request's body and answered by the status of its response:
 * 200 accepts it, 500 refuses it with an error code in the body, anything else refuses it without one.
 */
#include "dissect/session.h"

#include "dissect/field.h"

enum http_content http_content_of(struct slice content_type)
{
	static const char *const pages[] = {"text/html", "application/xhtml+xml"};
	static const char *const xml[] = {"text/xml", "application/xml", "application/soap+xml"};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (field_starts(content_type, pages[i]))
			return HTTP_CONTENT_HTML;
	for (size_t i = 0; i < sizeof(xml) / sizeof(xml[0]); i++)
		if (field_starts(content_type, xml[i]))
			return HTTP_CONTENT_XML;
	return content_type.len ? HTTP_CONTENT_OTHER : HTTP_CONTENT_UNSAID;
}

void http_body_begin(struct http *http, struct feed *feed)
{
	const struct http_side *side = &http->sides[feed->direction];
	bool from_client = feed->direction == FROM_CLIENT;

	if (side->encoded || side->content == HTTP_CONTENT_OTHER || (from_client && side->content == HTTP_CONTENT_HTML))
		return;
	http->reading = (uint8_t)(1 + feed->direction);
	document_begin(&http->document, from_client ? DOCUMENT_FROM_CLIENT : DOCUMENT_FROM_SERVER, side->status);
}

bool http_body_wanted(const struct http *http, int direction)
{
	return http->reading == 1 + direction;
}

static void say_mapped(struct http_side *side, struct feed *feed, bool accepted, uint32_t error)
{
	struct fact fact = {.kind = FACT_UPNP_PORT_MAPPED, .number = accepted, .code = error};

	side->mapping_open = false;
	feed->sink->take(feed->sink->context, &fact);
}

void http_body_take(struct http *http, struct feed *feed, struct slice bytes)
{
	struct http_side *side = &http->sides[feed->direction];
	struct document *document = &http->document;

	if (!http_body_wanted(http, feed->direction))
		return;
	if (!document_take(document, feed->sink, bytes.bytes, bytes.len))
		http->reading = 0;
	if (document->mapping_said)
		pending_mark(&http->requests, PENDING_MAPPING);
	if (document->error_said && side->mapping_open)
		say_mapped(side, feed, false, document->error_code);
	document->mapping_said = document->error_said = false;
}

void http_judge_mapping(struct http_side *side, struct feed *feed, uint8_t request, uint32_t status)
{
	if (!(request & PENDING_MAPPING))
		return;
	if (status == 500)
		side->mapping_open = true;
	else
		say_mapped(side, feed, status >= 200 && status < 300, 0);
}

void http_body_settle(struct http *http, struct feed *feed)
{
	struct http_side *side = &http->sides[feed->direction];

	if (side->state != HTTP_START && side->state != HTTP_LOST)
		return;
	if (http_body_wanted(http, feed->direction))
		http->reading = 0;
	if (side->mapping_open)
		say_mapped(side, feed, false, 0);
}
