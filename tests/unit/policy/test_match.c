/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One entry at a time: what its matches come to, or why it is left out (and that a drop which cannot be honoured refuses the file). */
#include "papers.h"

static const struct {
	const char *name, *way, *type, *matches;
	const char *ace; /* as papers_ace(); NULL: left out */
	const char *told; /* part of what is told about it, or NULL for nothing */
} cases[] = {
	/* abstractions */
	{"controller", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"controller\":\"urn:ietf:params:mud:dns\"}",
		"from accept 4 controller:urn:ietf:params:mud:dns", NULL},
	{"my-controller", "to", "ipv4-acl-type", "\"ietf-mud:mud\":{\"my-controller\":[null]}", "to accept 4 my-controller", NULL},
	{"manufacturer in capitals, with a dot", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"manufacturer\":\"Lamp.Example.\"}",
		"from accept 4 maker:lamp.example", NULL},
	{"same-manufacturer", "from", "ipv6-acl-type", "\"ietf-mud:mud\":{\"same-manufacturer\":[null]}", "from accept 6 same-maker", NULL},
	{"model", "to", "ipv4-acl-type", "\"ietf-mud:mud\":{\"model\":\"https://Lamp.example/TWO\"}",
		"to accept 4 model:https://lamp.example/TWO", NULL},
	{"local-networks", "to", "mixed-eth-ipv4-ipv6-acl-type", "\"ietf-mud:mud\":{\"local-networks\":[null]}", "to accept 0 local", NULL},
	{"empty leaf that is none", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"local-networks\":[]}", NULL,
		"is a list; it must be [null]"},
	{"controller that is no string", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"controller\":7}", NULL,
		"is a number; it must be a string"},
	{"manufacturer that is no host", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"manufacturer\":\"a b\"}", NULL,
		"is no name of a host"},
	{"model that is no URL", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"model\":\"http://lamp.example/\"}", NULL,
		"is no URL of a MUD file"},
	{"no abstraction", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"ietf-odd:thing\":1}", NULL, "names no abstraction that is known"},
	{"two abstractions", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"controller\":\"urn:a\",\"my-controller\":[null]}", NULL,
		"a second thing"},
	{"abstraction and name", "from", "ipv4-acl-type",
		"\"ietf-mud:mud\":{\"local-networks\":[null]},\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"a.example\"}", NULL,
		"a second thing"},
	{"local-networks and a private network", "from", "ipv4-acl-type",
		"\"ietf-mud:mud\":{\"local-networks\":[null]},\"ipv4\":{\"destination-ipv4-network\":\"192.168.3.0/24\"}",
		"from accept 4 net:192.168.3.0/120", NULL},
	{"local-networks and multicast", "from", "ipv4-acl-type",
		"\"ietf-mud:mud\":{\"local-networks\":[null]},\"ipv4\":{\"destination-ipv4-network\":\"239.255.255.250/32\"}",
		"from accept 4 net:239.255.255.250/128", NULL},
	{"local-networks and a public network", "from", "ipv4-acl-type",
		"\"ietf-mud:mud\":{\"local-networks\":[null]},\"ipv4\":{\"destination-ipv4-network\":\"192.0.2.0/24\"}", NULL,
		"a second thing"},
	{"local-networks and more than a private network", "from", "ipv4-acl-type",
		"\"ietf-mud:mud\":{\"local-networks\":[null]},\"ipv4\":{\"destination-ipv4-network\":\"192.0.0.0/4\"}", NULL,
		"a second thing"},

	/* layer 3 */
	{"network of the other end, out", "from", "ipv4-acl-type",
		"\"ipv4\":{\"destination-ipv4-network\":\"192.0.2.7/24\",\"protocol\":47}", "from accept 4 p47 net:192.0.2.7/120", NULL},
	{"network of the other end, in", "to", "ipv6-acl-type", "\"ipv6\":{\"source-ipv6-network\":\"2001:db8::/32\"}",
		"to accept 6 net:2001:db8::/32", NULL},
	{"address without a length", "to", "ipv4-acl-type", "\"ipv4\":{\"source-ipv4-network\":\"8.8.8.8\"}", "to accept 4 net:8.8.8.8/128",
		NULL},
	{"the whole family", "from", "ipv4-acl-type", "\"ipv4\":{\"destination-ipv4-network\":\"0.0.0.0/0\",\"protocol\":6}",
		"from accept 4 p6 any", NULL},
	{"the whole of IPv6", "from", "ipv6-acl-type", "\"ipv6\":{\"destination-ipv6-network\":\"::/0\",\"protocol\":17}",
		"from accept 6 p17 any", NULL},
	{"IPv4 in IPv6", "from", "ipv6-acl-type", "\"ipv6\":{\"destination-ipv6-network\":\"192.168.1.1\"}", NULL, "is no network of IPv6"},
	{"mapped IPv4 in IPv6 is of IPv6 as written", "from", "ipv6-acl-type", "\"ipv6\":{\"destination-ipv6-network\":\"fe80::/10\"}",
		"from accept 6 net:fe80::/10", NULL},
	{"length beyond the family", "from", "ipv4-acl-type", "\"ipv4\":{\"destination-ipv4-network\":\"10.0.0.0/33\"}", NULL,
		"no network of IPv4"},
	{"its own address", "from", "ipv4-acl-type", "\"ipv4\":{\"source-ipv4-network\":\"10.0.0.1/32\"}", NULL,
		"the device's own address"},
	{"its own address, any", "from", "ipv4-acl-type", "\"ipv4\":{\"source-ipv4-network\":\"0.0.0.0/0\",\"protocol\":6}",
		"from accept 4 p6 any", NULL},
	{"to many, in", "to", "ipv4-acl-type", "\"ipv4\":{\"destination-ipv4-network\":\"224.0.0.251/32\"}", NULL, "sent to many"},
	{"to all, in", "to", "ipv6-acl-type", "\"ipv6\":{\"destination-ipv6-network\":\"ff02::1/128\"}", NULL, "sent to many"},
	{"name, in lower case", "from", "ipv4-acl-type", "\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"API.exAMPle.COM.\"}",
		"from accept 4 name:api.example.com", NULL},
	{"name, in", "to", "ipv6-acl-type", "\"ipv6\":{\"ietf-acldns:src-dnsname\":\"api.example.com\"}",
		"to accept 6 name:api.example.com", NULL},
	{"name of itself, out", "from", "ipv4-acl-type", "\"ipv4\":{\"ietf-acldns:src-dnsname\":\"api.example.com\"}", NULL, "section 8"},
	{"name of itself, in", "to", "ipv4-acl-type", "\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"api.example.com\"}", NULL, "section 8"},
	{"pattern", "from", "ipv4-acl-type", "\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"*.example.com\"}", NULL, "is a pattern"},
	{"international name", "from", "ipv4-acl-type",
		"\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"b\xc3\xbc"
		"cher.example\"}",
		NULL, "xn--"},
	{"international name as it should be", "from", "ipv4-acl-type", "\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"XN--bcher-kva.example\"}",
		"from accept 4 name:xn--bcher-kva.example", NULL},
	{"two dots", "from", "ipv4-acl-type", "\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"a..b\"}", NULL, "empty label"},
	{"a dot alone", "from", "ipv4-acl-type", "\"ipv4\":{\"ietf-acldns:dst-dnsname\":\".\"}", NULL, "is empty"},
	{"name with control characters", "from", "ipv4-acl-type", "\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"a\\u001b[2J.example\"}", NULL,
		"\\x1b"},
	{"name and network", "from", "ipv4-acl-type",
		"\"ipv4\":{\"ietf-acldns:dst-dnsname\":\"a.example\",\"destination-ipv4-network\":\"10.0.0.0/8\"}", NULL, "a second thing"},
	{"protocol out of range", "from", "ipv4-acl-type", "\"ipv4\":{\"protocol\":256}", NULL, "from 0 to 255"},
	{"protocol as a string", "from", "ipv4-acl-type", "\"ipv4\":{\"protocol\":\"tcp\"}", NULL, "is a string"},
	{"protocol with a fraction", "from", "ipv4-acl-type", "\"ipv4\":{\"protocol\":6.0}", NULL, "with a fraction"},
	{"family against the list", "from", "ipv4-acl-type", "\"ipv6\":{\"protocol\":6}", NULL, "in a list or an entry for IPv4"},
	{"both families", "from", "mixed-eth-ipv4-ipv6-acl-type", "\"ipv4\":{},\"ipv6\":{}", NULL, "in a list or an entry for IPv4"},
	{"a field that is not looked at", "from", "ipv4-acl-type", "\"ipv4\":{\"ttl\":1}", NULL, "does not look at this field"},
	{"an odd condition of layer 3", "from", "ipv4-acl-type", "\"ipv4\":{\"protocol\":6,\"odd\":1}", NULL,
		"more would be allowed than was written; the entry is left out"},
	{
		"an odd condition of layer 4",
		"from",
		"ipv4-acl-type",
		"\"tcp\":{\"odd:app\":\"tls\"}",
		NULL,
		"more would be allowed",
	},
	{
		"an odd condition of a port",
		"from",
		"ipv4-acl-type",
		"\"tcp\":{\"destination-port\":{\"operator\":\"eq\",\"port\":443,\"odd\":[null]}}",
		NULL,
		"more would be allowed",
	},
	{"an odd abstraction beside one", "from", "ipv4-acl-type", "\"ietf-mud:mud\":{\"local-networks\":[null],\"odd\":[null]}", NULL,
		"more would be allowed"},

	/* layer 4 */
	{"port, out", "from", "ipv4-acl-type", "\"tcp\":{\"destination-port\":{\"operator\":\"eq\",\"port\":443}}",
		"from accept 4 p6 R443-443 any", NULL},
	{"port, in", "to", "ipv4-acl-type",
		"\"udp\":{\"destination-port\":{\"port\":53},\"source-port\":{\"operator\":\"neq\",\"port\":53}}",
		"to accept 4 p17 L53-53 R!53-53 any", NULL},
	{"lte", "from", "ipv4-acl-type", "\"tcp\":{\"source-port\":{\"operator\":\"lte\",\"port\":1023}}", "from accept 4 p6 L0-1023 any",
		NULL},
	{"gte", "from", "ipv4-acl-type", "\"tcp\":{\"source-port\":{\"operator\":\"gte\",\"port\":1024}}",
		"from accept 4 p6 L1024-65535 any", NULL},
	{"range", "from", "ipv4-acl-type", "\"udp\":{\"destination-port\":{\"lower-port\":10,\"upper-port\":20}}",
		"from accept 4 p17 R10-20 any", NULL},
	{"range as an operator", "from", "ipv4-acl-type",
		"\"udp\":{\"destination-port\":{\"operator\":\"range\",\"lower-port\":10,\"upper-port\":20}}",
		"from accept 4 p17 R10-20 any", NULL},
	{"range turned round", "from", "ipv4-acl-type", "\"udp\":{\"destination-port\":{\"lower-port\":20,\"upper-port\":10}}", NULL,
		"no port is in that"},
	{"unknown operator", "from", "ipv4-acl-type", "\"udp\":{\"destination-port\":{\"operator\":\"lt\",\"port\":9}}", NULL,
		"none of eq, neq"},
	{"port too large", "from", "ipv4-acl-type", "\"udp\":{\"destination-port\":{\"port\":65536}}", NULL, "from 0 to 65535"},
	{"port missing", "from", "ipv4-acl-type", "\"udp\":{\"destination-port\":{\"operator\":\"eq\"}}", NULL, "from 0 to 65535"},
	{"port that is no object", "from", "ipv4-acl-type", "\"udp\":{\"destination-port\":53}", NULL, "must be an object"},
	{"direction out", "to", "ipv4-acl-type", "\"tcp\":{\"ietf-mud:direction-initiated\":\"from-device\"}", "to accept 4 p6 dev any",
		NULL},
	{"direction in", "from", "ipv4-acl-type", "\"tcp\":{\"ietf-mud:direction-initiated\":\"to-device\"}", "from accept 4 p6 rem any",
		NULL},
	{"direction of neither", "from", "ipv4-acl-type", "\"tcp\":{\"ietf-mud:direction-initiated\":\"out\"}", NULL,
		"neither from-device"},
	{"direction of UDP", "from", "ipv4-acl-type", "\"udp\":{\"ietf-mud:direction-initiated\":\"to-device\"}", NULL, "TCP alone"},
	{"ACK alone, in: answers", "to", "ipv4-acl-type", "\"tcp\":{\"flags\":\"ack\"}", "to accept 4 p6 dev any", NULL},
	{"ACK alone, out: answers", "from", "ipv4-acl-type", "\"tcp\":{\"flags\":\"ack\"}", "from accept 4 p6 rem any", NULL},
	{"ACK against the direction", "to", "ipv4-acl-type", "\"tcp\":{\"flags\":\"ack\",\"ietf-mud:direction-initiated\":\"to-device\"}",
		NULL, "ack alone"},
	{"other flags", "to", "ipv4-acl-type", "\"tcp\":{\"flags\":\"syn fin\"}", NULL, "ack alone"},
	{"a field of TCP that is not looked at", "to", "ipv4-acl-type", "\"tcp\":{\"window-size\":1}", NULL, "does not look at"},
	{"two transports", "to", "ipv4-acl-type", "\"tcp\":{},\"udp\":{}", NULL, "no packet is both"},
	{"transport against the protocol", "to", "ipv4-acl-type", "\"ipv4\":{\"protocol\":17},\"tcp\":{}", NULL,
		"the entry is for IP protocol 17"},
	{"transport that is no object", "to", "ipv4-acl-type", "\"tcp\":[]", NULL, "must be an object"},
	{"ICMP", "from", "ipv4-acl-type", "\"icmp\":{\"type\":8,\"code\":0}", "from accept 4 p1 t8/0 any", NULL},
	{"ICMP of IPv6", "from", "ipv6-acl-type", "\"icmp\":{\"type\":128}", "from accept 6 p58 t128/255 any", NULL},
	{"ICMP of neither", "from", "", "\"icmp\":{\"type\":8}", "from accept 4 p1 t8/255 any", NULL},
	{"ICMP by its protocol", "from", "", "\"ipv6\":{\"protocol\":58},\"icmp\":{}", "from accept 6 p58 any", NULL},
	{"ICMP type out of range", "from", "ipv4-acl-type", "\"icmp\":{\"type\":300}", NULL, "from 0 to 254"},
	{"ICMP's rest", "from", "ipv4-acl-type", "\"icmp\":{\"rest-of-header\":\"AAAA\"}", NULL, "does not look at"},

	/* Ethernet, interfaces, odd things */
	{"type of Ethernet", "from", "mixed-eth-ipv4-acl-type", "\"eth\":{\"ethertype\":\"0x0800\"}", "from accept 4 any",
		"accepts everything to anyone"},
	{"type of Ethernet, IPv6", "from", "", "\"eth\":{\"ethertype\":\"0x86DD\"},\"udp\":{}", "from accept 6 p17 any", NULL},
	{"not IP", "from", "ethernet-acl-type", "\"eth\":{\"ethertype\":\"0x888e\"}", NULL, "what is not IP is not judged"},
	{"type against the list", "from", "ipv4-acl-type", "\"eth\":{\"ethertype\":\"0x86dd\"}", NULL, "another family"},
	{"no type", "from", "ipv4-acl-type", "\"eth\":{\"ethertype\":\"IPv4\"}", NULL, "no type of Ethernet"},
	{"broadcast", "from", "ipv4-acl-type", "\"eth\":{\"destination-mac-address\":\"ff:ff:ff:ff:ff:ff\"}", NULL, "sent to many"},
	{"one MAC", "from", "ipv4-acl-type", "\"eth\":{\"destination-mac-address\":\"00:11:22:33:44:55\"}", NULL, "does not match on MAC"},
	{"interface", "from", "ipv4-acl-type", "\"egress-interface\":\"lan0\"", NULL, "its own interfaces"},
	{"nothing known", "from", "ipv4-acl-type", "\"odd\":{}", NULL, "holds nothing that is known"},
	{
		"something unknown beside",
		"from",
		"ipv4-acl-type",
		"\"odd:profile\":{},\"tcp\":{}",
		NULL,
		"more would be allowed",
	},
	{"container that is no object", "from", "ipv4-acl-type", "\"ipv4\":\"all\"", NULL, "is a string; it must be an object"},

	/* drafts */
	{"ports in the layer below", "from", "ipv6-acl-type",
		"\"ipv6-acl\":{\"protocol\":6,\"destination-port-range-or-operator\":{\"operator\":\"eq\",\"port\":443}}",
		"from accept 6 p6 R443-443 any", NULL},
	{"ports here and others there", "from", "ipv4-acl-type",
		"\"ipv4\":{\"destination-port\":{\"operator\":\"eq\",\"port\":443}},"
		"\"tcp\":{\"destination-port\":{\"operator\":\"gte\",\"port\":1}}",
		NULL, "asks for other ports"},
	{"the same ports twice", "from", "ipv4-acl-type",
		"\"ipv4\":{\"destination-port\":{\"operator\":\"eq\",\"port\":443}},"
		"\"tcp\":{\"destination-port\":{\"operator\":\"eq\",\"port\":443}}",
		"from accept 4 p6 R443-443 any", NULL},
	{"port range of one", "to", "ipv4-acl", "\"ipv4-acl\":{\"protocol\":6,\"source-port-range\":{\"lower-port\":9543}}",
		"to accept 4 p6 R9543-9543 any", NULL},
	{"same-manufacturer without its container", "to", "ipv4-acl", "\"ietf-mud:same-manufacturer\":[null]", "to accept 4 same-maker",
		NULL},
};

static void read_one(size_t i, const char *action, struct told *told, struct mud **out_mud, int wanted)
{
	char entry[1024], *body;

	snprintf(entry, sizeof(entry), "{\"name\":\"a\",\"matches\":{%s},\"actions\":{\"forwarding\":\"%s\"}}", cases[i].matches, action);
	body = papers_file(cases[i].way, cases[i].type, entry);
	if (papers_read(body, told, out_mud) != wanted)
		fail_msg("%s (%s): %s", cases[i].name, action, told->text);
	free(body);
}

static void accepted(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct told told;
		struct mud *mud;
		char line[512] = "";
		read_one(i, "accept", &told, &mud, 0);
		if (policy_ace_count(mud))
			papers_ace(policy_ace_at(mud, 0), line, sizeof(line));
		if (strcmp(line, cases[i].ace ? cases[i].ace : "") != 0)
			fail_msg("%s: \"%s\"\n%s", cases[i].name, line, told.text);
		assert_int_equal(policy_left_out(mud), cases[i].ace ? 0 : 1);
		if (cases[i].told ? !strstr(told.text, cases[i].told) : told.count[MUD_WARNING] + told.count[MUD_NOTE] > 0)
			fail_msg("%s: told \"%s\"", cases[i].name, told.text);
		policy_free(mud);
	}
}

/* The same entries as drops: what can be honoured is a drop, what cannot refuses the file. */
static void dropped(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct told told;
		struct mud *mud;
		/* to drop ACK is more than to drop answers; without a condition more is dropped, and that is no harm */
		bool honoured = (cases[i].told && strstr(cases[i].told, "more would be allowed")) ||
			(cases[i].ace && !strstr(cases[i].matches, "\"flags\""));
		read_one(i, "drop", &told, &mud, honoured ? 0 : -22);
		if (honoured)
			assert_false(policy_ace_at(mud, 0)->accept);
		else
			assert_true(told.count[MUD_ERROR] == 1 && strstr(told.text, "the file wants dropped"));
		policy_free(mud);
	}
}

static void actions(void **state)
{
	static const struct {
		const char *entry;
		const char *ace, *told;
	} rows[] = {
		{"{\"name\":\"a\",\"matches\":{\"tcp\":{}},\"actions\":{\"forwarding\":\"ietf-access-control-list:accept\"}}",
			"from accept 4 p6 any", NULL},
		{"{\"name\":\"a\",\"matches\":{\"tcp\":{}},\"actions\":{\"forwarding\":\"reject\"}}", "from drop 4 p6 any", NULL},
		{"{\"name\":\"a\",\"actions\":{\"forwarding\":\"drop\"}}", "from drop 4 any", NULL},
		{"{\"name\":\"a\",\"matches\":{},\"actions\":{\"forwarding\":\"accept\"}}", "from accept 4 any",
			"accepts everything to anyone"},
		{"{\"name\":\"a\",\"matches\":{\"tcp\":{}}}", NULL, "has no action"},
		{"{\"name\":\"a\",\"matches\":{\"tcp\":{}},\"actions\":{\"forwarding\":\"log\"}}", NULL, "neither accept nor drop"},
		{"{\"name\":\"a\",\"matches\":[],\"actions\":{\"forwarding\":\"accept\"}}", NULL, "is a list; it must be an object"},
		{"{\"matches\":{\"tcp\":{}},\"actions\":{\"forwarding\":\"accept\"}}", "from accept 4 p6 any", "has no name"},
		{"{\"name\":\"a\",\"odd\":1,\"matches\":{\"tcp\":{}},\"actions\":{\"forwarding\":\"accept\"}}", "from accept 4 p6 any",
			"is ignored"},
		{"7", NULL, "is a number; it must be an object"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *body = papers_file("from", "ipv4-acl-type", rows[i].entry), line[512] = "";
		struct told told;
		struct mud *mud;
		assert_int_equal(papers_read(body, &told, &mud), 0);
		free(body);
		if (policy_ace_count(mud))
			papers_ace(policy_ace_at(mud, 0), line, sizeof(line));
		assert_string_equal(line, rows[i].ace ? rows[i].ace : "");
		if (rows[i].told ? !strstr(told.text, rows[i].told) : *told.text)
			fail_msg("row %zu: %s", i, told.text);
		policy_free(mud);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(accepted), cmocka_unit_test(dropped), cmocka_unit_test(actions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
