/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SSDP (UPnP Device Architecture 1.1, section 1): a request or status line and header fields as in HTTP/1.1, in
 * one datagram.
 *
 * Names in any case; space around a value is not part of it; a line that begins with a space goes on with the field
 * before it (RFC 7230 section 3.2.4: joined by one space). A line feed alone ends a line too; a last line without one
 * is cut and says nothing. Ceilings: no more than LINES_MAX fields are read, VALUE_MAX bytes are kept of a value.
 */
#include "dissect/dissect.h"

#include <strings.h>

#include "dissect/give.h"

enum { LINES_MAX = 64, VALUE_MAX = 1024 };

static const struct header {
	const char *name;
	enum fact_kind kind;
} headers[] = {
	{"NT", FACT_SSDP_TARGET},
	{"ST", FACT_SSDP_TARGET},
	{"USN", FACT_SSDP_USN},
	{"SERVER", FACT_SSDP_SERVER},
	{"LOCATION", FACT_SSDP_LOCATION},
	{"USER-AGENT", FACT_SSDP_AGENT},
};

/* Cuts the first line off *rest; its end is not part of it. False if there is no line end any more. */
static bool next_line(struct slice *rest, struct slice *out_line)
{
	const uint8_t *end = rest->len ? memchr(rest->bytes, '\n', rest->len) : NULL;
	size_t taken = end ? (size_t)(end - rest->bytes) + 1 : rest->len;

	*out_line = (struct slice){rest->bytes, end ? taken - 1 : taken};
	if (end && out_line->len && out_line->bytes[out_line->len - 1] == '\r')
		out_line->len--;
	rest->bytes += taken;
	rest->len -= taken;
	return end;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct slice trim(struct slice text)
{
	while (text.len && is_space(text.bytes[0])) {
		text.bytes++;
		text.len--;
	}
	while (text.len && is_space(text.bytes[text.len - 1]))
		text.len--;
	return text;
}

static bool starts(struct slice text, const char *start)
{
	return text.len >= strlen(start) && !memcmp(text.bytes, start, strlen(start));
}

static const struct header *header_find(struct slice name)
{
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (name.len == strlen(headers[i].name) && !strncasecmp((const char *)name.bytes, headers[i].name, name.len))
			return &headers[i];
	return NULL;
}

static size_t append(uint8_t folded[VALUE_MAX], size_t used, struct slice text)
{
	size_t fits = text.len < VALUE_MAX - used ? text.len : VALUE_MAX - used;

	memcpy(folded + used, text.bytes, fits);
	return used + fits;
}

/* Takes the lines that go on with a value off *rest. With none, the value stays where it is. */
static struct slice unfold(struct slice value, struct slice *rest, uint8_t folded[VALUE_MAX])
{
	static const struct slice space = {(const uint8_t *)" ", 1};
	struct slice line;
	size_t used;

	if (!rest->len || !is_space(rest->bytes[0]))
		return value;
	used = append(folded, 0, value);
	while (rest->len && is_space(rest->bytes[0])) {
		next_line(rest, &line);
		used = append(folded, used, space);
		used = append(folded, used, trim(line));
	}
	return trim((struct slice){folded, used});
}

static void read_header(struct slice line, struct slice *rest, const struct fact_sink *sink)
{
	const uint8_t *colon = memchr(line.bytes, ':', line.len);
	uint8_t folded[VALUE_MAX];
	const struct header *header;
	struct slice value;

	/* a line that begins with a space goes on with a field that nobody wanted */
	if (!colon || is_space(line.bytes[0]))
		return;
	header = header_find(trim((struct slice){line.bytes, (size_t)(colon - line.bytes)}));
	if (!header)
		return;
	value = trim((struct slice){colon + 1, line.len - (size_t)(colon + 1 - line.bytes)});
	value = unfold(value, rest, folded);
	if (value.len > VALUE_MAX)
		value.len = VALUE_MAX;
	if (value.len)
		give_text(sink, header->kind, value);
}

/* NOTIFY * HTTP/1.1, M-SEARCH * HTTP/1.1, HTTP/1.1 200 OK */
static struct slice method_of(struct slice line)
{
	static const char *const methods[] = {"NOTIFY", "M-SEARCH", "HTTP/1.1"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (starts(line, methods[i]) && line.len > strlen(methods[i]) && line.bytes[strlen(methods[i])] == ' ')
			return (struct slice){line.bytes, strlen(methods[i])};
	return (struct slice){NULL, 0};
}

enum fw_read dissect_ssdp(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct slice rest = {bytes, len}, line, method;
	bool whole;

	if (!len)
		return FW_READ_OTHER;
	whole = next_line(&rest, &line);
	method = method_of(line);
	if (!method.len)
		return FW_READ_OTHER;
	give_text(sink, FACT_SSDP_METHOD, method);
	for (unsigned i = 0; whole && i < LINES_MAX; i++) {
		whole = next_line(&rest, &line);
		if (whole && !line.len)
			return FW_READ_OK;
		if (whole)
			read_header(line, &rest, sink);
	}
	return FW_READ_SHORT;
}
