/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cases.h"

#define QUERY "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
#define ANSWER(n) "\x12\x34\x81\x80\x00\x01\x00" n "\x00\x00\x00\x00"
#define WWW "\3www\7example\3com\0" /* 17 bytes; at 12, its "example.com" at 16 */
#define TYPE_A "\0\1\0\1"
#define TTL_LEN4 "\0\0\1\x2c\0\4"

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LABEL61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct message_case dns_cases[] = {
	{"plain query", MESSAGE(QUERY WWW TYPE_A), FW_READ_OK, "dns_question 1|4660|www.example.com\n"},
	{"upper case", MESSAGE(QUERY "\3wWw\7EXAMPLE\3Com\0" TYPE_A), FW_READ_OK, "dns_question 1|4660|www.example.com\n"},
	{"root", MESSAGE(QUERY "\0\0\2\0\1"), FW_READ_OK, "dns_question 2|4660|.\n"},
	{"terminal escape, dot and backslash in labels", MESSAGE(QUERY "\5\x1b[2Jx\3a.b\2\\c\0" TYPE_A), FW_READ_OK,
		"dns_question 1|4660|%1B[2jx.a\\.b.\\\\c\n"},
	{"nul and high bytes in a label", MESSAGE(QUERY "\4\0\xc3\xa4\xff\0" TYPE_A), FW_READ_OK, "dns_question 1|4660|%00%C3%A4%FF\n"},
	{"label of 63", MESSAGE(QUERY "\x3f" LABEL63 "\0" TYPE_A), FW_READ_OK, "dns_question 1|4660|" LABEL63 "\n"},
	{"label of 64", MESSAGE(QUERY "\x40" LABEL63 "a\0" TYPE_A), FW_READ_BAD, ""},
	{"name of 255", MESSAGE(QUERY "\x3f" LABEL63 "\x3f" LABEL63 "\x3f" LABEL63 "\x3d" LABEL61 "\0" TYPE_A), FW_READ_OK,
		"dns_question 1|4660|" LABEL63 "." LABEL63 "." LABEL63 "." LABEL61 "\n"},
	{"name of 256", MESSAGE(QUERY "\x3f" LABEL63 "\x3f" LABEL63 "\x3f" LABEL63 "\x3e" LABEL61 "a\0" TYPE_A), FW_READ_BAD, ""},
	{"no question", MESSAGE("\0\1\1\0\0\0\0\0\0\0\0\0"), FW_READ_OK, ""},
	{"two questions", MESSAGE("\0\1\1\0\0\2\0\0\0\0\0\0\1a\0\0\1\0\1\1b\xc0\x0c\0\x1c\0\1"), FW_READ_OK,
		"dns_question 1|1|a\ndns_question 28|1|b.a\n"},
	{"65535 questions claimed", MESSAGE("\0\1\1\0\xff\xff\xff\xff\xff\xff\xff\xff\1a\0\0\1\0\1"), FW_READ_SHORT,
		"dns_question 1|1|a\n"},
	{"pointer at itself", MESSAGE(QUERY "\xc0\x0c" TYPE_A), FW_READ_BAD, ""},
	{"pointer at its own run", MESSAGE(QUERY "\1a\xc0\x0c" TYPE_A), FW_READ_BAD, ""},
	{"pointer forwards", MESSAGE(QUERY "\xc0\x10\0\0\1\0\1\1a\0"), FW_READ_BAD, ""},
	{"pointer past the end", MESSAGE(QUERY "\xff\xff" TYPE_A), FW_READ_BAD, ""},
	{"pointer into the header", MESSAGE("\1a\1\0\0\1\0\0\0\0\0\0\xc0\x00" TYPE_A), FW_READ_BAD, ""},
	{"notify", MESSAGE("\0\1\x20\0\0\1\0\0\0\0\0\0\1a\0\0\6\0\1"), FW_READ_OTHER, ""},
	{"name error", MESSAGE("\x12\x34\x81\x83\0\1\0\0\0\1\0\0" WWW TYPE_A), FW_READ_OK, "dns_response 1|3|4660|www.example.com\n"},
	{"address", MESSAGE(ANSWER("\1") WWW TYPE_A "\xc0\x0c" TYPE_A TTL_LEN4 "\xc0\0\2\7"), FW_READ_OK,
		"dns_response 1|0|4660|www.example.com\ndns_address 192.0.2.7|300|www.example.com|www.example.com\n"},
	{"six",
		MESSAGE(ANSWER("\1") WWW "\0\x1c\0\1"
					 "\xc0\x0c\0\x1c\0\1\0\0\0\5\0\x10\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
		FW_READ_OK, "dns_response 28|0|4660|www.example.com\ndns_address 2001:db8::1|5|www.example.com|www.example.com\n"},
	{"over two names",
		MESSAGE(ANSWER("\3") WWW TYPE_A
			"\xc0\x0c\0\5\0\1\0\0\0\1\0\4\1x\xc0\x10" /* www.example.com CNAME x.example.com, its data at 45 */
			"\xc0\x2d\0\5\0\1\0\0\0\1\0\5\2Yy\xc0\x10" /* x.example.com CNAME yy.example.com, its data at 61 */
			"\xc0\x3d\0\1\0\1\0\0\0\2\0\4\xc0\0\2\x8"),
		FW_READ_OK, "dns_response 1|0|4660|www.example.com\ndns_address 192.0.2.8|2|yy.example.com|www.example.com\n"},
	{"address of a stranger has no alias", MESSAGE(ANSWER("\1") WWW TYPE_A "\4bank\0" TYPE_A TTL_LEN4 "\xc0\0\2\7"), FW_READ_OK,
		"dns_response 1|0|4660|www.example.com\ndns_address 192.0.2.7|300|bank|\n"},
	{"name that runs out of its record",
		MESSAGE(ANSWER("\2") WWW TYPE_A "\xc0\x0c\0\5\0\1\0\0\0\1\0\2\5ab"
						"\xc0\x0c" TYPE_A TTL_LEN4 "\1\1\1\1"),
		FW_READ_BAD, "dns_response 1|0|4660|www.example.com\n"},
	{"address of five bytes", MESSAGE(ANSWER("\1") WWW TYPE_A "\xc0\x0c" TYPE_A "\0\0\0\1\0\5\1\2\3\4\5"), FW_READ_BAD,
		"dns_response 1|0|4660|www.example.com\n"},
	{"record length of 65535", MESSAGE(ANSWER("\1") WWW TYPE_A "\xc0\x0c" TYPE_A "\0\0\0\1\xff\xff\1\2\3\4"), FW_READ_SHORT,
		"dns_response 1|0|4660|www.example.com\n"},
	{"chaos class", MESSAGE(ANSWER("\1") WWW TYPE_A "\xc0\x0c\0\1\0\3\0\0\0\1\0\2ab"), FW_READ_OK,
		"dns_response 1|0|4660|www.example.com\n"},
	{"65535 answers claimed", MESSAGE("\x12\x34\x81\x80\0\1\xff\xff\0\0\0\0" WWW TYPE_A "\xc0\x0c" TYPE_A TTL_LEN4 "\1\1\1\1"),
		FW_READ_SHORT, "dns_response 1|0|4660|www.example.com\ndns_address 1.1.1.1|300|www.example.com|www.example.com\n"},
};

static void dns_facts(void **state)
{
	RUN_CASES(dissect_dns, dns_cases);
}

static void dns_cut(void **state)
{
	RUN_CUTS(dissect_dns, dns_cases, true);
}

/* What a label becomes, byte by byte: the reader goes by words of eight. */
static size_t naive_label(char *out, const uint8_t *label, size_t len)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		if (label[i] == '.' || label[i] == '\\')
			out[used++] = '\\';
		out[used++] = (char)(label[i] >= 'A' && label[i] <= 'Z' ? label[i] + 32 : label[i]);
	}
	return used;
}

static void take_name(void *context, const struct fact *fact)
{
	const struct slice *want = context;

	assert_int_equal(fact->name.len, want->len);
	assert_memory_equal(fact->name.bytes, want->bytes, want->len);
}

/* Every byte at every place of labels of every length up to 20, with few and with many bytes behind the name. */
static void dns_every_byte(void **state)
{
	for (unsigned value = 0; value < 256 * 20 * 20; value++) {
		size_t len = value / 256 / 20 + 1, place = value / 256 % 20;
		uint8_t message[64] = "\0\1\1\0\0\1\0\0\0\0\0\0", *label = message + 13;
		char text[64];

		if (place >= len)
			continue;
		message[12] = (uint8_t)len;
		memcpy(label, "AbZa[`{@azQrstuVwxYz", len);
		label[place] = (uint8_t)value;
		memcpy(label + len, "\0\0\1\0\1", 5);
		struct slice want = {(uint8_t *)text, naive_label(text, label, len)};
		struct fact_sink sink = {.take = take_name, .context = &want};
		assert_int_equal(dissect_dns(message, 13 + len + 5, &sink), FW_READ_OK);
		assert_int_equal(dissect_dns(message, sizeof(message), &sink), FW_READ_OK);
	}
}

/* 127 labels of one byte are the most that 255 bytes hold. */
static void dns_labels(void **state)
{
	static struct taken taken;
	uint8_t message[12 + 2 * 128 + 1 + 4] = QUERY;

	for (size_t labels = 127; labels <= 128; labels++) {
		uint8_t *at = message + 12;
		for (size_t i = 0; i < labels; i++) {
			*at++ = 1;
			*at++ = 'x';
		}
		memcpy(at, "\0\0\1\0\1", 5);
		enum fw_read result = run_message(dissect_dns, message, (size_t)(at - message) + 5, &taken);
		assert_int_equal(result, labels == 127 ? FW_READ_OK : FW_READ_BAD);
		assert_int_equal(taken.count, labels == 127);
	}
}

/* Pointers that only lead to pointers are counted: a name costs at most NAME_HOP_MAX of them. */
static void dns_pointer_ladder(void **state)
{
	enum { RUNGS = 4000 };
	static struct taken taken;
	static uint8_t message[12 + 1 + 4 + 2 * RUNGS + 6] = "\0\1\1\0\0\2\0\0\0\0\0\0\0\0\1\0\1";
	uint8_t *at = message + 17;

	/* the second question's name is the ladder's last rung; the rungs before lie where its type would be */
	for (size_t i = 0; i < RUNGS; i++) {
		size_t target = i ? (size_t)(at - message) - 2 : 12;
		*at++ = (uint8_t)(0xc0 | target >> 8);
		*at++ = (uint8_t)target;
	}
	/* read as it stands, the first rung is the name and all is well */
	assert_int_equal(run_message(dissect_dns, message, sizeof(message), &taken), FW_READ_OK);
	/* an unread record (class NONE) holds the ladder, and the last name is its top */
	static uint8_t answer[12 + 5 + 11 + 2 * RUNGS + 16] = "\0\1\x81\0\0\1\0\2\0\0\0\0\0\0\1\0\1"
							      "\0\0\x10\0\1\0\0\0\0";
	at = answer + 26;
	*at++ = (uint8_t)(2 * RUNGS >> 8);
	*at++ = (uint8_t)(2 * RUNGS);
	for (size_t i = 0; i < RUNGS; i++) {
		size_t target = i ? (size_t)(at - answer) - 2 : 12;
		*at++ = (uint8_t)(0xc0 | target >> 8);
		*at++ = (uint8_t)target;
	}
	size_t top = (size_t)(at - answer) - 2;
	*at++ = (uint8_t)(0xc0 | top >> 8);
	*at++ = (uint8_t)top;
	memcpy(at, "\0\1\0\1\0\0\0\0\0\4\1\2\3\4", 14);
	assert_int_equal(run_message(dissect_dns, answer, sizeof(answer), &taken), FW_READ_BAD);
	assert_string_equal(taken.text, "dns_response 1|0|1|.\n");
}

#define MDNS(n) "\0\0\x84\0\0\0\0" n "\0\0\0\0"
#define IPP "\4_ipp\4_tcp\5local\0" /* 17 bytes; at 12, its "local" at 22 */
#define IPP_PTR IPP "\0\x0c\0\1\0\0\0\x78\0\x0c\x09Room 1. B\xc0\x0c" /* instance at 39 */

static const struct message_case mdns_cases[] = {
	{"service", MESSAGE(MDNS("\1") IPP_PTR), FW_READ_OK, "mdns_service 120|_ipp._tcp.local|Room%201.%20B\n"},
	{"instance behind a pointer", MESSAGE(MDNS("\2") IPP_PTR "\xc0\x0c\0\x0c\0\1\0\0\0\1\0\2\xc0\x27"), FW_READ_OK,
		"mdns_service 120|_ipp._tcp.local|Room%201.%20B\nmdns_service 1|_ipp._tcp.local|Room%201.%20B\n"},
	{"reverse name is no service", MESSAGE(MDNS("\1") "\0011\7in-addr\4arpa\0\0\x0c\x80\1\0\0\0\1\0\3\1a\0"), FW_READ_OK, ""},
	{"host, text, addresses; cache-flush bit",
		MESSAGE(MDNS("\4") "\1P" IPP "\0\x21\x80\1\0\0\0\1\0\x0b\0\0\0\0\2\x77\2hp\xc0\x18"
				   "\xc0\x0c\0\x10\x80\1\0\0\0\2\0\x0a\3a=b\0\1\x1b\2c=" /* strings: a=b, empty, escape, c= */
				   "\xc0\x2f\0\1\x80\1\0\0\0\3\0\4\xc0\xa8\1\2"
				   "\xc0\x2f\0\x1c\x80\1\0\0\0\4\0\x10\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"),
		FW_READ_OK,
		"mdns_host 631|1|p._ipp._tcp.local|hp.local\nmdns_text 2|p._ipp._tcp.local|a=b\n"
		"mdns_text 2|p._ipp._tcp.local|%1B\nmdns_text 2|p._ipp._tcp.local|c=\n"
		"mdns_address 192.168.1.2|3|hp.local\nmdns_address fe80::1|4|hp.local\n"},
	{"legacy unicast answer repeats the question",
		MESSAGE("\x12\x34\x84\0\0\1\0\1\0\0\0\0\2hp\5local\0\0\1\0\1"
			"\xc0\x0c\0\1\0\1\0\0\0\x0a\0\4\xc0\xa8\1\2"),
		FW_READ_OK, "mdns_address 192.168.1.2|10|hp.local\n"},
	{"text string runs out of its record", MESSAGE(MDNS("\1") "\1a\0\0\x10\0\1\0\0\0\1\0\4\2ab\7"), FW_READ_BAD, "mdns_text 1|a|ab\n"},
	{"service record of six bytes", MESSAGE(MDNS("\1") "\1a\0\0\x21\0\1\0\0\0\1\0\6\0\0\0\0\0\1"), FW_READ_BAD, ""},
	{"pointer record with a loop", MESSAGE(MDNS("\1") "\2_a\0\0\x0c\0\1\0\0\0\1\0\2\xc0\x1a"), FW_READ_BAD, ""},
	{"answer of zero address bytes", MESSAGE(MDNS("\1") "\1a\0\0\1\0\1\0\0\0\1\0\0"), FW_READ_BAD, ""},
	{"counts of 65535", MESSAGE("\0\0\x84\0\xff\xff\xff\xff\xff\xff\xff\xff\1a\0\0\1\0\1"), FW_READ_SHORT, ""},
	{"response code", MESSAGE("\0\0\x84\3\0\0\0\1\0\0\0\0" IPP_PTR), FW_READ_OTHER, ""},
	{"opcode", MESSAGE("\0\0\xa4\0\0\0\0\1\0\0\0\0" IPP_PTR), FW_READ_OTHER, ""},
};

static const struct message_case mdns_query_cases[] = {
	{"query with known answer", MESSAGE("\0\0\0\0\0\1\0\1\0\0\0\0" IPP "\0\x0c\0\1" IPP_PTR), FW_READ_OK, ""},
};

static void mdns_facts(void **state)
{
	RUN_CASES(dissect_mdns, mdns_cases);
	RUN_CASES(dissect_mdns, mdns_query_cases);
}

static void mdns_cut(void **state)
{
	RUN_CUTS(dissect_mdns, mdns_cases, true);
}

/* No more than 64 strings of one TXT record. */
static void mdns_text_ceiling(void **state)
{
	static struct taken taken;
	uint8_t message[12 + 3 + 10 + 400] = MDNS("\1") "\1a\0\0\x10\0\1\0\0\0\1\1\x90";

	for (size_t at = 25; at < sizeof(message); at += 2) {
		message[at] = 1;
		message[at + 1] = 'k';
	}
	assert_int_equal(run_message(dissect_mdns, message, sizeof(message), &taken), FW_READ_OK);
	assert_int_equal(taken.count, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dns_facts),
		cmocka_unit_test(dns_cut),
		cmocka_unit_test(dns_every_byte),
		cmocka_unit_test(dns_labels),
		cmocka_unit_test(dns_pointer_ladder),
		cmocka_unit_test(mdns_facts),
		cmocka_unit_test(mdns_cut),
		cmocka_unit_test(mdns_text_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
