/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is handed on of what is read: times, filters, link types that a filter means nothing for, and names that are not looked up. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "craft.h"
#include "source/filter.h"

enum { LINK_ETHERNET = 1, LINK_RAW = 101, LINK_SLL = 113, LINK_WIRELESS = 127, IP_LEN = 28 };

/* 10.0.0.1 to 10.0.0.2, UDP, or TCP without its second half: what filters look at is there. */
static const uint8_t udp53[IP_LEN] = {
	0x45, 0, 0, IP_LEN, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x30, 0x39, 0, 53, 0, 8, 0, 0};
static const uint8_t tcp80[IP_LEN] = {0x45, 0, 0, IP_LEN, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x30, 0x39, 0, 80, 0, 0, 0, 0};

static void packet(struct craft *craft, uint32_t interface, uint32_t seconds, const uint8_t *ip)
{
	static const uint8_t ethernet[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
	static const uint8_t cooked[16] = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0};
	const uint8_t *head = interface == 0 ? ethernet : interface == 2 ? cooked : NULL;
	size_t head_len = interface == 0 ? sizeof(ethernet) : interface == 2 ? sizeof(cooked) : 0, start = craft_block(craft, 6);
	uint64_t units = seconds * 1000000ull;

	craft_u32(craft, interface);
	craft_u32(craft, (uint32_t)(units >> 32));
	craft_u32(craft, (uint32_t)units);
	craft_u32(craft, (uint32_t)head_len + IP_LEN);
	craft_u32(craft, (uint32_t)head_len + IP_LEN);
	craft_bytes(craft, head ? head : ip, head_len);
	craft_bytes(craft, ip, IP_LEN);
	craft_block_end(craft, start);
}

/* Four interfaces; a DNS question and a web request on each, one second apart. */
static const char *write_mixed(void)
{
	struct craft craft = {0};

	craft_section(&craft);
	craft_interface(&craft, LINK_ETHERNET, 0);
	craft_interface(&craft, LINK_RAW, 0);
	craft_interface(&craft, LINK_SLL, 0);
	craft_interface(&craft, LINK_WIRELESS, 0);
	for (uint32_t i = 0; i < 4; i++) {
		packet(&craft, i, 100 + 2 * i, udp53);
		packet(&craft, i, 101 + 2 * i, tcp80);
	}
	const char *path = craft_write("mixed.pcapng", craft.bytes, craft.len);
	craft_free(&craft);
	return path;
}

struct taken {
	size_t count;
	uint64_t numbers[16];
	struct source_report report;
};

static struct taken take(const char *file, const struct source_choice *choice)
{
	struct taken taken = {0};
	struct source *source;
	struct fault fault = {0};
	struct frame frame;

	assert_int_equal(source_open(&file, 1, &source, &fault), 0);
	if (choice && source_choose(source, choice, &fault))
		fail_msg("%s", fault.sentence);
	while (source_next(source, &frame) && taken.count < 16)
		taken.numbers[taken.count++] = frame.number;
	taken.report = *source_report(source, 0);
	source_close(source);
	return taken;
}

static void assert_numbers(const struct taken *taken, const char *wanted)
{
	char got[64] = "";

	for (size_t i = 0; i < taken->count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%llu", (unsigned long long)taken->numbers[i]);
	assert_string_equal(got, wanted);
	assert_int_equal(taken->report.taken, taken->count);
}

static void times_from_inclusive_to_exclusive(void **state)
{
	static const struct {
		uint64_t from_s, to_s;
		const char *numbers;
	} cases[] = {
		{0, 1000, "12345678"},
		{100, 108, "12345678"},
		{101, 108, "2345678"},
		{100, 107, "1234567"},
		{103, 104, "4"},
		{108, 200, ""},
		{0, 100, ""},
	};
	const char *file = write_mixed();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct source_choice choice = {cases[i].from_s * 1000000000ull, cases[i].to_s * 1000000000ull, NULL};
		struct taken taken = take(file, &choice);

		assert_numbers(&taken, cases[i].numbers);
		assert_int_equal(taken.report.packets, 8); /* what was read stays what was read */
		assert_int_equal(taken.report.first_ns, 100000000000);
		assert_int_equal(taken.report.last_ns, 107000000000);
		assert_false(taken.report.unfiltered);
	}
	const struct source_choice close = {100000000001ull, 101000000000ull, NULL};
	struct taken none = take(file, &close);
	assert_numbers(&none, "");
	struct taken all = take(file, NULL);
	assert_numbers(&all, "12345678");
}

#ifdef HAVE_LIBPCAP

static void a_filter_is_compiled_for_each_link_type(void **state)
{
	static const struct {
		const char *filter, *numbers;
	} cases[] = {
		{"udp", "135"}, {"tcp port 80", "246"}, {"port domain", "135"}, {"host 10.0.0.1 and not udp", "246"}, {"host 10.0.0.9", ""},
		{"len > 42", "56"},
		{"ether host 02:00:00:00:00:02", "12"}, /* raw IP has no such addresses; cooked frames neither, and say so */
	};
	const char *file = write_mixed();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct source_choice choice = {0, UINT64_MAX, cases[i].filter};
		struct taken taken = take(file, &choice);

		assert_numbers(&taken, cases[i].numbers);
		assert_int_equal(taken.report.packets, 8);
		assert_true(taken.report.unfiltered); /* 127 is never read */
		assert_false(taken.report.cut_short || taken.report.unreadable);
		assert_non_null(strstr(taken.report.fault.sentence, "the filter cannot be used for its packets of link type 1"));
	}
}

static void filter_and_time_together(void **state)
{
	const struct source_choice choice = {101000000000ull, 104000000000ull, "tcp"};
	struct taken taken = take(write_mixed(), &choice);

	assert_numbers(&taken, "24");
	assert_false(taken.report.unfiltered); /* those that could not be filtered lie outside anyway */
	assert_string_equal(taken.report.fault.sentence, "");
}

static void damage_goes_before_what_the_filter_says(void **state)
{
	struct craft craft = {0};

	craft_section(&craft);
	craft_interface(&craft, LINK_WIRELESS, 0);
	packet(&craft, 0, 1, udp53);
	packet(&craft, 0, 2, udp53);
	const struct source_choice choice = {0, UINT64_MAX, "udp"};
	struct taken taken = take(craft_write("cut.pcapng", craft.bytes, craft.len - 9), &choice);
	craft_free(&craft);
	assert_true(taken.report.unfiltered && taken.report.cut_short);
	assert_non_null(strstr(taken.report.fault.sentence, "cut short"));
}

static void what_is_no_filter(void **state)
{
	static const struct {
		const char *filter, *says;
	} cases[] = {
		{"", "empty"},
		{" \t\n", "empty"},
		{"tcp and and", "syntax error"},
		{"port 99999", "99999"},
		{"host 10.0.0.300", "10.0.0.300"},
		{"ip broadcast", "netmask"},
		{"( udp", "syntax"},
		{"len > ", "syntax"},
		{"udp port nosuchservice", "nosuchservice"},
		{"host www.example.org", "'www.example.org' is neither"},
		{"tcp prot 80", "'prot' is neither"},
		{"\033[2J", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = {0};

		if (source_check_filter(cases[i].filter, &fault) != -EINVAL)
			fail_msg("taken for a filter: %s", cases[i].filter);
		if (!strstr(fault.sentence, cases[i].says) || !fault.sentence[0])
			fail_msg("%s: %s", cases[i].filter, fault.sentence);
		assert_null(strchr(fault.sentence, '\033'));
	}
	struct fault fault;
	assert_int_equal(source_check_filter("inbound", &fault), 0); /* means something for cooked frames alone */
}

#endif

static const struct {
	const char *expression, *name; /* NULL: none */
} words[] = {
	{"tcp port 80", NULL},
	{"port http or https", NULL},
	{"portrange ftp-http", NULL},
	{"ip proto ospf", NULL},
	{"ip proto \\tcp", NULL},
	{"host 10.0.0.1", NULL},
	{"host 2001:db8::1", NULL},
	{"net 10.0.0.0/8", NULL},
	{"net 10", NULL},
	{"ether host 00:11:22:33:44:55", NULL},
	{"ether host 00-11-22-33-44-55", NULL},
	{"ether host 0011.2233.4455", NULL},
	{"ether host 001122334455", NULL},
	{"ip[0] & 0xf != 5", NULL},
	{"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", NULL},
	{"icmp[icmptype] = icmp-echo", NULL},
	{"tcp[13]&2!=0 and not vlan 5", NULL},
	{"udp[4:2]>100&&!(port 53||port 5353)", NULL},
	{"ifname eth0", NULL},
	{"host example.org", "example.org"},
	{"example.org", "example.org"},
	{"src example.org", "example.org"},
	{"tcp and dst host printer", "printer"},
	{"net loopback", "loopback"},
	{"port 80 and host a", "a"},
	{"port 80 or (src b)", "b"},
	{"(host\nexample.org)", "example.org"},
	{"not!host!c", "c"},
	{"host 1e100.net", "1e100.net"},
	{"host 1a.be", "1a.be"},
	{"host dead.beef", "dead.beef"},
	{"host \\host", "\\host"},
	{"host \\icmp", "\\icmp"},
	{"ifname eth0 and evil.example", "evil.example"},
	{"gateway router", "router"},
	{"ether host camera", "camera"},
	{"host 0xg", "0xg"},
	{"host 10.0..0", "10.0..0"},
	{"host 1.2.3.4.5", "1.2.3.4.5"},
	{"host 10.", "10."},
	{"host 1-100", "1-100"},
	{"host tcp-evil", "tcp-evil"},
	{"host ::g", "::g"},
	{"host 00:11:22:33:44", "00:11:22:33:44"},
	{"ip[evil]", "evil"},
	{"port 80 and ip[evil:2] = 1", "evil"},
	{"host ::1", NULL},
	{"ether dst 000544444444444444444444444444444444444444444444444444444444444.2332.C455",
		"000544444444444444444444444444444444444444444444444444444444444"},
	{"tcp[2:2]-4 > 0x10", NULL},
	{"ip6[40] = icmp6-echo or src net 2001:db8::/32", NULL},
};

static void names_that_would_be_looked_up(void **state)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char word[FILTER_WORD_MAX] = "";
		bool found = filter_find_name(words[i].expression, word);

		if (found != (words[i].name != NULL) || (found && strcmp(word, words[i].name)))
			fail_msg("%s: %s", words[i].expression, found ? word : "nothing found");
	}
	char word[FILTER_WORD_MAX], longest[4096];
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	assert_true(filter_find_name(longest, word));
	assert_int_equal(strlen(word), FILTER_WORD_MAX - 1);
}

static int folder(void **state)
{
	craft_folder();
	return 0;
}

static int folder_done(void **state)
{
	craft_folder_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_from_inclusive_to_exclusive),
#ifdef HAVE_LIBPCAP
		cmocka_unit_test(a_filter_is_compiled_for_each_link_type),
		cmocka_unit_test(filter_and_time_together),
		cmocka_unit_test(damage_goes_before_what_the_filter_says),
		cmocka_unit_test(what_is_no_filter),
#endif
		cmocka_unit_test(names_that_would_be_looked_up),
	};

	return cmocka_run_group_tests(tests, folder, folder_done);
}
