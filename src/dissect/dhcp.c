/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP for IPv4 (RFC 2131, options RFC 2132).
 *
 *   0  1     2    3        12     16     20   24  28     44    108  236    240
 *   |op|htype|hlen| ...    |ciaddr|yiaddr| ...  |chaddr|sname|file|cookie|options: code, len, bytes ... 255|
 *
 * Two rules decide where an option's bytes are. Option 52 says that file (1), sname (2) or both (3) hold further
 * options. And an option that occurs again is one option cut in pieces, to be joined in the order options, file,
 * sname (RFC 3396 section 7). So the options are walked once and noted in a small table; an option in one piece is
 * given as it lies in the message, the rare one in several is joined in a buffer first.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"
#include "dissect/name.h"

enum {
	CIADDR_AT = 12,
	YIADDR_AT = 16,
	CHADDR_AT = 28,
	SNAME_AT = 44,
	FILE_AT = 108,
	COOKIE_AT = 236,
	OPTIONS_AT = 240,
	SNAME_LEN = 64,
	FILE_LEN = 128,
	HTYPE_ETHERNET = 1,
	OPTION_PAD = 0,
	OPTION_OVERLOAD = 52,
	OPTION_END = 255,
	OVERLOAD_FILE = 1,
	OVERLOAD_SNAME = 2,
	JOINED_MAX = 1024, /* bytes kept of an option that comes in pieces */
	FIELD_MAX = 3, /* options, file, sname */
};
#define DHCP_COOKIE 0x63825363u

enum form { FORM_TYPE, FORM_TEXT, FORM_RAW, FORM_ADDRESSES, FORM_NUMBER, FORM_FQDN, FORM_URL };

static const struct wanted {
	uint8_t code;
	enum fact_kind kind;
	enum form form;
} wanted[] = {
	{53, FACT_DHCP_MESSAGE, FORM_TYPE},
	{12, FACT_DHCP_HOST_NAME, FORM_TEXT},
	{55, FACT_DHCP_PARAMETERS, FORM_RAW},
	{60, FACT_DHCP_VENDOR_CLASS, FORM_TEXT},
	{61, FACT_DHCP_CLIENT_ID, FORM_RAW},
	{50, FACT_DHCP_REQUESTED, FORM_ADDRESSES},
	{54, FACT_DHCP_SERVER, FORM_ADDRESSES},
	{3, FACT_DHCP_ROUTER, FORM_ADDRESSES},
	{6, FACT_DHCP_RESOLVER, FORM_ADDRESSES},
	{51, FACT_DHCP_LEASE, FORM_NUMBER},
	{15, FACT_DHCP_DOMAIN, FORM_TEXT},
	{81, FACT_DHCP_FQDN, FORM_FQDN},
	{161, FACT_DHCP_MUD_URL, FORM_URL},
};
enum { WANTED_COUNT = sizeof(wanted) / sizeof(wanted[0]) };

struct options {
	struct slice fields[FIELD_MAX];
	size_t field_count;
	struct slice first[WANTED_COUNT]; /* the first piece */
	uint8_t pieces[WANTED_COUNT]; /* 0, 1, or 2 for more than one */
	uint8_t overload;
};

/*
 * The option at *at, *at moved behind it; the pads before it are skipped. SHORT at the end of the field without END,
 * OTHER at END.
 */
static enum fw_read next_option(struct slice field, size_t *at, uint8_t *out_code, struct slice *out_piece)
{
	while (*at < field.len && field.bytes[*at] == OPTION_PAD)
		++*at;
	if (*at == field.len)
		return FW_READ_SHORT;
	*out_code = field.bytes[*at];
	if (*out_code == OPTION_END)
		return FW_READ_OTHER;
	if (field.len - *at < 2 || field.len - *at - 2 < field.bytes[*at + 1])
		return FW_READ_SHORT;
	*out_piece = (struct slice){field.bytes + *at + 2, field.bytes[*at + 1]};
	*at += 2 + out_piece->len;
	return FW_READ_OK;
}

static enum fw_read note_field(struct options *options, struct slice field)
{
	size_t at = 0;
	uint8_t code;
	struct slice piece;
	enum fw_read result;

	options->fields[options->field_count++] = field;
	while ((result = next_option(field, &at, &code, &piece)) == FW_READ_OK) {
		/* RFC 2131 section 4.1: the overload option itself only counts in the options field */
		if (code == OPTION_OVERLOAD && options->field_count == 1 && piece.len == 1)
			options->overload = piece.bytes[0];
		for (size_t i = 0; i < WANTED_COUNT; i++) {
			if (wanted[i].code != code)
				continue;
			if (!options->pieces[i])
				options->first[i] = piece;
			options->pieces[i] = options->pieces[i] ? 2 : 1;
		}
	}
	return result == FW_READ_OTHER ? FW_READ_OK : result;
}

static struct slice join_pieces(const struct options *options, uint8_t wanted_code, uint8_t joined[JOINED_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < options->field_count; i++) {
		size_t at = 0;
		uint8_t code;
		struct slice piece;

		while (next_option(options->fields[i], &at, &code, &piece) == FW_READ_OK) {
			size_t fits = piece.len < JOINED_MAX - used ? piece.len : JOINED_MAX - used;

			if (code != wanted_code)
				continue;
			memcpy(joined + used, piece.bytes, fits);
			used += fits;
		}
	}
	return (struct slice){joined, used};
}

/* Many clients send the terminator too (RFC 2132 section 2 allows for it). */
static struct slice without_nuls(struct slice text)
{
	while (text.len && !text.bytes[text.len - 1])
		text.len--;
	return text;
}

static enum fw_read give_addresses(const struct fact_sink *sink, struct fact *fact, struct slice value)
{
	for (size_t at = 0; at + 4 <= value.len; at += 4) {
		give_ipv4(fact->addr, value.bytes + at);
		give(sink, fact);
	}
	return value.len && value.len % 4 == 0 ? FW_READ_OK : FW_READ_BAD;
}

/* RFC 4702 section 2: flags, two result codes, then a name, as text or (bit E) as labels that may stop before the root. */
static enum fw_read give_fqdn(const struct fact_sink *sink, struct fact *fact, struct slice value)
{
	enum { ENCODED = 4, BEFORE_NAME = 3 };
	uint8_t whole[NAME_WIRE_MAX + 1];
	struct name name;
	size_t at = 0, name_len = value.len - BEFORE_NAME;

	if (value.len < BEFORE_NAME)
		return FW_READ_BAD;
	fact->text = without_nuls((struct slice){value.bytes + BEFORE_NAME, name_len});
	if (value.bytes[0] & ENCODED && name_len) {
		if (name_len > NAME_WIRE_MAX)
			return FW_READ_BAD;
		memcpy(whole, value.bytes + BEFORE_NAME, name_len);
		whole[name_len] = 0;
		if (dns_name_read(whole, name_len + 1, &at, &name) != FW_READ_OK)
			return FW_READ_BAD;
		fact->text = name_slice(&name);
	}
	if (fact->text.len)
		give(sink, fact);
	return FW_READ_OK;
}

/* RFC 8520 section 10: what follows a space is reserved and to be ignored. */
static struct slice url_of(struct slice value)
{
	const uint8_t *space = memchr(value.bytes, ' ', value.len);

	if (space)
		value.len = (size_t)(space - value.bytes);
	return without_nuls(value);
}

static enum fw_read give_option(const struct fact_sink *sink, struct fact fact, enum form form, struct slice value)
{
	switch (form) {
	case FORM_TYPE:
		if (value.len != 1)
			return FW_READ_BAD;
		fact.number = value.bytes[0];
		break;
	case FORM_NUMBER:
		if (value.len != 4)
			return FW_READ_BAD;
		fact.number = fw_be32(value.bytes);
		break;
	case FORM_ADDRESSES:
		return give_addresses(sink, &fact, value);
	case FORM_FQDN:
		return give_fqdn(sink, &fact, value);
	default:
		fact.text = form == FORM_RAW ? value : form == FORM_URL ? url_of(value) : without_nuls(value);
		if (!fact.text.len)
			return FW_READ_OK;
	}
	give(sink, &fact);
	return FW_READ_OK;
}

static enum fw_read give_options(const uint8_t *bytes, const struct options *options, const struct fact_sink *sink)
{
	static const uint8_t nowhere[4];
	uint8_t joined[JOINED_MAX];
	enum fw_read result = FW_READ_OK;

	for (size_t i = 0; i < WANTED_COUNT; i++) {
		struct fact fact = {.kind = wanted[i].kind};

		if (!options->pieces[i])
			continue;
		if (bytes[1] == HTYPE_ETHERNET && bytes[2] == 6)
			memcpy(fact.mac, bytes + CHADDR_AT, 6);
		if (wanted[i].form == FORM_TYPE && memcmp(bytes + YIADDR_AT, nowhere, 4))
			give_ipv4(fact.addr, bytes + YIADDR_AT);
		else if (wanted[i].form == FORM_TYPE && memcmp(bytes + CIADDR_AT, nowhere, 4))
			give_ipv4(fact.addr, bytes + CIADDR_AT);
		struct slice value = options->pieces[i] == 1 ? options->first[i] : join_pieces(options, wanted[i].code, joined);
		if (give_option(sink, fact, wanted[i].form, value) != FW_READ_OK)
			result = FW_READ_BAD;
	}
	return result;
}

enum fw_read dissect_dhcp(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct options options = {.field_count = 0};
	enum fw_read walked, given;

	if (len && (bytes[0] < 1 || bytes[0] > 2))
		return FW_READ_OTHER;
	if (len < OPTIONS_AT)
		return FW_READ_SHORT;
	if (fw_be32(bytes + COOKIE_AT) != DHCP_COOKIE)
		return FW_READ_OTHER;
	walked = note_field(&options, (struct slice){bytes + OPTIONS_AT, len - OPTIONS_AT});
	/* these two are of fixed length: without an END they are wrong, not cut */
	if (options.overload & OVERLOAD_FILE && note_field(&options, (struct slice){bytes + FILE_AT, FILE_LEN}) != FW_READ_OK)
		walked = FW_READ_BAD;
	if (options.overload & OVERLOAD_SNAME && note_field(&options, (struct slice){bytes + SNAME_AT, SNAME_LEN}) != FW_READ_OK)
		walked = FW_READ_BAD;
	given = give_options(bytes, &options, sink);
	return given == FW_READ_OK ? walked : given;
}
