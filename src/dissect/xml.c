/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scanner is one state and, for the marks that end a comment, CDATA or raw text, how much of the mark is there:
 *
 *      <?xml version="1.0"?>  <!-- a > b -->  <s:Body a="x>y">  text  <![CDATA[ <text> ]]>  </s:Body>
 *      INSTRUCTION            COMMENT         OPEN ATTRIBUTES   TEXT  CDATA                 CLOSE
 *
 * Entities are not expanded: a text holds them as they stand, and a document type with declarations of its own ([ in
 * <!DOCTYPE) stops the document, because no device needs one and bombs are made of them. Attributes are passed over; only
 * their quotes matter, since a '>' may stand within. Prefixes of names are dropped: in the documents read here no two names
 * differ by their namespace alone. Lengths are held by the caller's ceiling on the document.
 */
#include "dissect/xml.h"

#include <string.h>

enum xml_state {
	XML_TEXT,
	XML_MARKUP, /* after < */
	XML_BANG, /* after <! */
	XML_DECLARATION,
	XML_INSTRUCTION,
	XML_COMMENT,
	XML_CDATA,
	XML_OPEN, /* within the name of an opening tag */
	XML_ATTRIBUTES,
	XML_QUOTE,
	XML_CLOSE, /* within a closing tag */
	XML_RAW_TEXT,
	XML_STOPPED,
};

/* One call of xml_take. */
struct pass {
	struct xml *xml;
	const struct xml_reader *reader;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool begins_name(uint8_t c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c >= 0x80;
}

static struct slice name_of(const struct xml *xml)
{
	return (struct slice){xml->name, xml->name_len <= XML_NAME_MAX ? xml->name_len : 0};
}

static void give_text(struct pass *pass)
{
	struct xml *xml = pass->xml;
	size_t len = xml->text_len < XML_TEXT_MAX ? xml->text_len : XML_TEXT_MAX;

	while (len && is_blank(xml->text[len - 1]))
		len--;
	xml->text_len = 0;
	if (len)
		pass->reader->text(pass->reader->context, (struct slice){xml->text, len});
}

static void keep_byte(struct pass *pass, uint8_t c)
{
	struct xml *xml = pass->xml;

	if (is_blank(c) && xml->want == XML_WORDS) {
		give_text(pass);
		return;
	}
	if (is_blank(c) && !xml->text_len)
		return;
	if (xml->text_len < XML_TEXT_MAX)
		xml->text[xml->text_len] = c;
	xml->text_len++;
}

static void keep_text(struct pass *pass, const uint8_t *bytes, size_t len)
{
	if (pass->xml->want == XML_NOTHING || pass->xml->want == XML_RAW_NOTHING)
		return;
	for (size_t i = 0; i < len; i++)
		keep_byte(pass, bytes[i]);
}

/* The mark that ended a text was taken for text until it was whole. */
static void drop_mark(struct xml *xml, uint32_t len)
{
	xml->text_len -= xml->text_len < len ? xml->text_len : len;
	xml->matched = 0;
}

static void add_to_name(struct xml *xml, uint8_t c)
{
	if (c == ':') {
		xml->name_len = 0;
		return;
	}
	if (xml->name_len < XML_NAME_MAX)
		xml->name[xml->name_len] = c;
	if (xml->name_len <= XML_NAME_MAX)
		xml->name_len++;
}

static void close_tag(struct pass *pass)
{
	struct xml *xml = pass->xml;

	if (xml->want != XML_NOTHING)
		give_text(pass);
	xml->want = XML_NOTHING;
	pass->reader->close(pass->reader->context, name_of(xml));
	if (xml->state != XML_STOPPED)
		xml->state = XML_TEXT;
}

static void open_tag(struct pass *pass)
{
	struct xml *xml = pass->xml;

	xml->text_len = 0;
	xml->want = (uint8_t)pass->reader->open(pass->reader->context, name_of(xml));
	if (xml->state == XML_STOPPED)
		return;
	xml->matched = 0;
	xml->state = xml->want == XML_RAW || xml->want == XML_RAW_NOTHING ? XML_RAW_TEXT : XML_TEXT;
	if (xml->slash)
		close_tag(pass);
}

/* ---- one function a state: bytes taken; 0 where the next state has to look at the same byte ---- */

static size_t take_text(struct pass *pass, const uint8_t *bytes, size_t len)
{
	const uint8_t *end = memchr(bytes, '<', len);
	size_t text_len = end ? (size_t)(end - bytes) : len;

	keep_text(pass, bytes, text_len);
	if (!end)
		return len;
	pass->xml->state = XML_MARKUP;
	return text_len + 1;
}

static size_t take_markup(struct pass *pass, uint8_t c)
{
	struct xml *xml = pass->xml;

	xml->name_len = xml->matched = 0;
	xml->slash = xml->equals = false;
	if (c == '!')
		xml->state = XML_BANG;
	else if (c == '?')
		xml->state = XML_INSTRUCTION;
	else if (c == '/')
		xml->state = XML_CLOSE;
	else
		xml->state = begins_name(c) ? XML_OPEN : XML_TEXT;
	if (xml->state == XML_TEXT)
		keep_text(pass, (const uint8_t *)"<", 1);
	return xml->state != XML_TEXT && xml->state != XML_OPEN;
}

static size_t take_bang(struct xml *xml, uint8_t c)
{
	static const char comment[] = "--", cdata[] = "[CDATA[";
	uint8_t at = xml->matched++;

	if (at < strlen(comment) && c == comment[at] && (!at || xml->name[0] == '-')) {
		xml->name[0] = '-';
		if (xml->matched == strlen(comment))
			xml->state = XML_COMMENT;
	} else if (c == cdata[at] && (!at || xml->name[0] == '[')) {
		xml->name[0] = '[';
		if (xml->matched == strlen(cdata))
			xml->state = XML_CDATA;
	} else {
		xml->state = XML_DECLARATION;
	}
	if (xml->state == XML_BANG)
		return 1;
	xml->matched = 0;
	return xml->state != XML_DECLARATION;
}

static size_t take_declaration(struct xml *xml, uint8_t c)
{
	if (c == '[')
		xml->state = XML_STOPPED;
	else if (c == '>')
		xml->state = XML_TEXT;
	return 1;
}

/* Bytes before the next mark, which mean nothing here. */
static size_t pass_unmarked(const struct xml *xml, const uint8_t *bytes, size_t len, uint8_t mark)
{
	const uint8_t *next = xml->matched || xml->state == XML_CDATA ? bytes : memchr(bytes, mark, len);

	return next ? (size_t)(next - bytes) : len;
}

/* What ends with mark mark '>' or, for an instruction, mark '>': matched counts the marks. */
static size_t take_marked(struct pass *pass, struct slice here, uint8_t mark, uint8_t count)
{
	struct xml *xml = pass->xml;
	size_t unmarked = pass_unmarked(xml, here.bytes, here.len, mark);
	uint8_t c = here.bytes[0];

	if (unmarked)
		return unmarked;
	if (c == '>' && xml->matched == count) {
		if (xml->state == XML_CDATA)
			drop_mark(xml, count);
		xml->matched = 0;
		xml->state = XML_TEXT;
		return 1;
	}
	if (xml->state == XML_CDATA)
		keep_text(pass, &c, 1);
	if (c != mark)
		xml->matched = 0;
	else if (xml->matched < count)
		xml->matched++;
	return 1;
}

static size_t take_open(struct xml *xml, uint8_t c)
{
	if (is_blank(c) || c == '/' || c == '>') {
		xml->state = XML_ATTRIBUTES;
		return 0;
	}
	add_to_name(xml, c);
	return 1;
}

static size_t take_attributes(struct pass *pass, uint8_t c)
{
	struct xml *xml = pass->xml;

	if (c == '>') {
		open_tag(pass);
		return 1;
	}
	if ((c == '"' || c == '\'') && xml->equals) {
		xml->quote = c;
		xml->state = XML_QUOTE;
	}
	xml->slash = c == '/';
	xml->equals = c == '=' || (xml->equals && is_blank(c));
	return 1;
}

static size_t take_quote(struct xml *xml, const uint8_t *bytes, size_t len)
{
	const uint8_t *end = memchr(bytes, xml->quote, len);

	if (!end)
		return len;
	xml->state = XML_ATTRIBUTES;
	return (size_t)(end - bytes) + 1;
}

static size_t take_close(struct pass *pass, uint8_t c)
{
	if (c == '>')
		close_tag(pass);
	else if (!is_blank(c))
		add_to_name(pass->xml, c);
	return 1;
}

/* Up to "</" and the name that opened it; the name stays for the closing tag. */
static size_t take_raw(struct pass *pass, const uint8_t *bytes, size_t len)
{
	struct xml *xml = pass->xml;
	const uint8_t *start = xml->matched ? bytes : memchr(bytes, '<', len);
	size_t before = start ? (size_t)(start - bytes) : len;
	uint8_t c, awaited;

	keep_text(pass, bytes, before);
	if (!start)
		return len;
	c = *start;
	awaited = xml->matched == 0 ? '<' : xml->matched == 1 ? '/' : (uint8_t)(xml->name[xml->matched - 2] | 0x20);
	keep_text(pass, &c, 1);
	if ((xml->matched < 2 ? c : c | 0x20) == awaited)
		xml->matched++;
	else
		xml->matched = c == '<';
	if (xml->matched == xml->name_len + 2) {
		drop_mark(xml, xml->name_len + 2u);
		xml->state = XML_CLOSE;
	}
	return before + 1;
}

static size_t step(struct pass *pass, const uint8_t *bytes, size_t len)
{
	switch ((enum xml_state)pass->xml->state) {
	case XML_TEXT:
		return take_text(pass, bytes, len);
	case XML_MARKUP:
		return take_markup(pass, *bytes);
	case XML_BANG:
		return take_bang(pass->xml, *bytes);
	case XML_DECLARATION:
		return take_declaration(pass->xml, *bytes);
	case XML_INSTRUCTION:
		return take_marked(pass, (struct slice){bytes, len}, '?', 1);
	case XML_COMMENT:
		return take_marked(pass, (struct slice){bytes, len}, '-', 2);
	case XML_CDATA:
		return take_marked(pass, (struct slice){bytes, len}, ']', 2);
	case XML_OPEN:
		return take_open(pass->xml, *bytes);
	case XML_ATTRIBUTES:
		return take_attributes(pass, *bytes);
	case XML_QUOTE:
		return take_quote(pass->xml, bytes, len);
	case XML_CLOSE:
		return take_close(pass, *bytes);
	case XML_RAW_TEXT:
		return take_raw(pass, bytes, len);
	case XML_STOPPED:
		break;
	}
	return len;
}

void xml_take(struct xml *xml, const struct xml_reader *reader, const uint8_t *bytes, size_t len)
{
	struct pass pass = {.xml = xml, .reader = reader};

	for (size_t at = 0; at < len;)
		at += step(&pass, bytes + at, len - at);
}

void xml_stop(struct xml *xml)
{
	xml->state = XML_STOPPED;
}

bool xml_stopped(const struct xml *xml)
{
	return xml->state == XML_STOPPED;
}
