/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NTP (RFC 5905 section 7.3), its control messages (RFC 9327) and ntpd's private ones.
 *
 *   0                 1         2      3           12            16             48
 *   |leap vers mode  |stratum  |poll  |precision   | reference id | timestamps  |      modes 1 to 5
 *   |   0 vers 6     |R E M op |sequence           | offset count | data ...           mode 6, from byte 12
 *   |R M   vers 7    |A sequence |implementation |request| ...                          mode 7
 *
 * Modes 6 and 7 are how a server is asked about itself: "read variables" answers with version, processor and system in
 * text, and "monlist" (request 42, or 20 of old) with the last 600 askers, some 200 times more than was asked. The
 * variables are the sender's own word for what it runs; monlist is what reflection floods are made of.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"

enum { MODE_FIRST = 1, MODE_LAST_TIME = 5, MODE_CONTROL = 6, MODE_PRIVATE = 7, VERSION_LAST = 4 };
enum { TIME_LEN = 48, CONTROL_LEN = 12, PRIVATE_LEN = 8, REFERENCE_AT = 12, OFFSET_AT = 8, COUNT_AT = 10, REQUEST_AT = 3 };
enum { OPCODE_READ_VARIABLES = 2, PAIRS_MAX = 64 };

static bool is_wanted(struct slice name)
{
	static const char *const wanted[] = {"version", "processor", "system"};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (name.len == strlen(wanted[i]) && memcmp(name.bytes, wanted[i], name.len) == 0)
			return true;
	return false;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\r' || c == '\n' || c == '\t';
}

/* name="text" or name=number at *at, moved behind the comma. False at the end, and where the text ends before the closing quote. */
static bool next_pair(struct slice data, size_t *at, struct slice *out_name, struct slice *out_text)
{
	size_t start, end;

	while (*at < data.len && is_space(data.bytes[*at]))
		++*at;
	for (start = end = *at; end < data.len && data.bytes[end] != '=' && data.bytes[end] != ','; end++)
		;
	*out_name = (struct slice){data.bytes + start, end - start};
	*out_text = (struct slice){0};
	if (end < data.len && data.bytes[end] == '=') {
		bool quoted = data.len - end > 1 && data.bytes[end + 1] == '"';
		uint8_t stop = quoted ? '"' : ',';

		for (start = end += quoted ? 2u : 1u; end < data.len && data.bytes[end] != stop; end++)
			;
		if (quoted && end == data.len)
			return false;
		*out_text = (struct slice){data.bytes + start, end - start};
		while (end < data.len && data.bytes[end] != ',')
			end++;
	}
	*at = end < data.len ? end + 1 : end;
	return out_name->len > 0;
}

static void give_variables(const struct fact_sink *sink, uint16_t version, struct slice data)
{
	struct fact fact = {.kind = FACT_NTP_VARIABLE, .id = version};
	size_t at = 0;

	for (unsigned i = 0; i < PAIRS_MAX && next_pair(data, &at, &fact.name, &fact.text); i++)
		if (is_wanted(fact.name) && fact.text.len)
			give(sink, &fact);
}

static enum fw_read give_control(const uint8_t *bytes, size_t len, struct fact fact, const struct fact_sink *sink)
{
	size_t count;

	if (len < CONTROL_LEN)
		return FW_READ_SHORT;
	fact.number = bytes[1] & 0x1f;
	fact.code = bytes[1] >> 7;
	give(sink, &fact);
	count = fw_be16(bytes + COUNT_AT);
	if (len - CONTROL_LEN < count)
		return FW_READ_SHORT;
	/* later parts of a long answer may begin within a value */
	if (fact.code && fact.number == OPCODE_READ_VARIABLES && !fw_be16(bytes + OFFSET_AT))
		give_variables(sink, fact.id, (struct slice){bytes + CONTROL_LEN, count});
	return FW_READ_OK;
}

enum fw_read dissect_ntp(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct fact fact = {.kind = FACT_NTP_TIME};
	uint8_t mode;

	if (!len)
		return FW_READ_SHORT;
	mode = bytes[0] & 7;
	fact.id = bytes[0] >> 3 & 7;
	if (mode < MODE_FIRST || !fact.id || fact.id > VERSION_LAST)
		return FW_READ_OTHER;
	if (mode == MODE_CONTROL) {
		fact.kind = FACT_NTP_CONTROL;
		return give_control(bytes, len, fact, sink);
	}
	if (len < (mode == MODE_PRIVATE ? PRIVATE_LEN : TIME_LEN))
		return FW_READ_SHORT;
	if (mode == MODE_PRIVATE) {
		fact.kind = FACT_NTP_PRIVATE;
		fact.number = bytes[REQUEST_AT];
		fact.code = bytes[0] >> 7;
	} else {
		fact.number = mode;
		fact.code = bytes[1];
		fact.text = (struct slice){bytes + REFERENCE_AT, 4};
	}
	give(sink, &fact);
	return FW_READ_OK;
}
