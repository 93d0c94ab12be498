/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a filter expression, read as libpcap's own scanner does: is one of them a host's or network's name?
 *
 * A word is a keyword, a number or address, or a name. A name is of a port or protocol where the latest of host, net, port,
 * proto ... says so ("port http or https"), and of a host everywhere else. A keyword that is not in the list here is taken for a
 * name and refused, which is the safe side.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "source/filter.h"

static const char *const keywords[] = {"aarp", "action", "address1", "address2", "address3", "address4", "addr1", "addr2", "addr3", "addr4",
	"ah", "and", "arp", "atalk", "bcc", "broadcast", "byte", "carp", "clnp", "connectmsg", "csnp", "decnet", "dir", "direction", "dpc",
	"dst", "es-is", "esis", "esp", "ether", "fddi", "fisu", "gateway", "geneve", "greater", "hdpc", "hfisu", "hlssu", "hmsu", "hopc",
	"host", "hsio", "hsls", "icmp", "icmp6", "icmp6code", "icmp6type", "icmpcode", "icmptype", "ifindex", "igmp", "igrp", "iih",
	"ilmic", "inbound", "ip", "ip6", "ipx", "is-is", "isis", "iso", "l1", "l2", "lane", "lat", "len", "length", "less", "link", "llc",
	"lsp", "lssu", "lsu", "mask", "metac", "metaconnect", "moprc", "mopdl", "mpls", "msu", "multicast", "net", "netbeui", "not", "oam",
	"oamf4", "oamf4ec", "oamf4sc", "on", "opc", "or", "outbound", "pim", "port", "portrange", "ppp", "pppoed", "pppoes", "proto",
	"protochain", "psnp", "ra", "radio", "rarp", "reason", "rnr", "rset", "rulenum", "ruleset", "sc", "sca", "sctp", "sio", "slip",
	"sls", "snp", "src", "srnr", "stp", "subrulenum", "subtype", "ta", "tcp", "tcpflags", "tr", "type", "udp", "vci", "vlan", "vpi",
	"vrrp", "wlan", "ifname"};

enum lookup {
	LOOKUP_HOST, /* a name would be asked for */
	LOOKUP_FILE, /* a name stands in a file, or is a word of its own */
	LOOKUP_WORD, /* the next word is a word of its own */
};

static bool is_in(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(word, list[i]))
			return true;
	return false;
}

/* Names of values, such as icmp-echo; what begins so and is none of them would be a host's. */
static const char *const values[] = {"tcp-ack", "tcp-cwr", "tcp-ece", "tcp-fin", "tcp-push", "tcp-rst", "tcp-syn", "tcp-urg", "icmp-echo",
	"icmp-echoreply", "icmp-ireq", "icmp-ireqreply", "icmp-maskreply", "icmp-maskreq", "icmp-paramprob", "icmp-redirect",
	"icmp-routeradvert", "icmp-routersolicit", "icmp-sourcequench", "icmp-timxceed", "icmp-tstamp", "icmp-tstampreply", "icmp-unreach",
	"icmp6-certpathsolicit", "icmp6-certpathadvert", "icmp6-destinationunreach", "icmp6-echo", "icmp6-echoreply",
	"icmp6-homeagentdiscoveryreply", "icmp6-homeagentdiscoveryrequest", "icmp6-ineighbordiscoveryadvert",
	"icmp6-ineighbordiscoverysolicit", "icmp6-mobileprefixadvert", "icmp6-mobileprefixsolicit", "icmp6-multicastlistenerdone",
	"icmp6-multicastlistenerquery", "icmp6-multicastlistenerreportv1", "icmp6-multicastlistenerreportv2", "icmp6-multicastrouteradvert",
	"icmp6-multicastroutersolicit", "icmp6-multicastrouterterm", "icmp6-neighboradvert", "icmp6-neighborsolicit",
	"icmp6-nodeinformationquery", "icmp6-nodeinformationresponse", "icmp6-packettoobig", "icmp6-parameterproblem", "icmp6-redirect",
	"icmp6-routeradvert", "icmp6-routerrenum", "icmp6-routersolicit", "icmp6-timeexceeded"};

static bool is_keyword(const char *word)
{
	return is_in(word, keywords, sizeof(keywords) / sizeof(keywords[0])) || is_in(word, values, sizeof(values) / sizeof(values[0]));
}

static size_t hex_len(const char *word)
{
	return strspn(word, "0123456789abcdefABCDEF");
}

/* Six groups of one or two digits with one separator between, three of four with dots, or twelve digits. */
static bool is_mac(const char *word)
{
	size_t group = hex_len(word);
	char separator = word[group];

	if (group == 12)
		return !separator;
	if (group == 4)
		return separator == '.' && hex_len(word + 5) == 4 && word[9] == '.' && hex_len(word + 10) == 4 && !word[14];
	for (int i = 0; i < 6; i++, word += group + 1) {
		group = hex_len(word);
		if (!group || group > 2 || word[group] != (i < 5 ? separator : 0))
			return false;
	}
	return separator == ':' || separator == '-';
}

/* One to four numbers with dots: 80, 10, 192.168, 10.0.0.1. */
static bool is_dotted(const char *word)
{
	for (int groups = 1; groups <= 4; groups++, word++) {
		size_t len = strspn(word, "0123456789");

		if (!len)
			return false;
		word += len;
		if (!*word)
			return true;
		if (*word != '.')
			return false;
	}
	return false;
}

/* What libpcap's scanner takes for a number or address; all else that looks like one is a host's name to it. */
static bool is_number(const char *word)
{
	uint8_t address[16];

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
		return word[2] && !word[2 + hex_len(word + 2)];
	return is_dotted(word) || is_mac(word) || inet_pton(AF_INET6, word, address) == 1;
}

static enum lookup lookup_after(const char *word, enum lookup before)
{
	static const char *const hosts[] = {"host", "net", "gateway", "mask", "src", "dst", "ra", "ta", "addr1", "addr2", "addr3", "addr4",
		"address1", "address2", "address3", "address4"};
	static const char *const files[] = {"port", "portrange", "proto", "protochain"};
	static const char *const words[] = {
		"ifname", "on", "rset", "ruleset", "reason", "action", "type", "subtype", "dir", "direction", "llc"};

	if (is_in(word, hosts, sizeof(hosts) / sizeof(hosts[0])))
		return LOOKUP_HOST;
	if (is_in(word, files, sizeof(files) / sizeof(files[0])))
		return LOOKUP_FILE;
	if (is_in(word, words, sizeof(words) / sizeof(words[0])))
		return LOOKUP_WORD;
	return before == LOOKUP_WORD ? LOOKUP_HOST : before;
}

/* Finds the next word; returns its length, 0 at the end. A colon parts words within brackets alone, as in udp[4:2]. */
static size_t next_word(const char **at, bool *bracket)
{
	static const char parts[] = " \t\r\n()[]!<>=&|+*/%^,:", parts_outside[] = " \t\r\n()[]!<>=&|+*/%^,";

	for (; **at && (strchr(parts, **at) || **at == '-'); (*at)++) {
		if (**at == ':' && !*bracket)
			break; /* of an address, such as ::1 */
		*bracket = **at == '[' || (*bracket && **at != ']');
	}
	return strcspn(*at, *bracket ? parts : parts_outside);
}

bool filter_find_name(const char *expression, char out_word[FILTER_WORD_MAX])
{
	enum lookup lookup = LOOKUP_HOST;
	bool bracket = false;
	size_t len;

	for (const char *at = expression; (len = next_word(&at, &bracket)); at += len) {
		char word[FILTER_WORD_MAX];

		snprintf(word, sizeof(word), "%.*s", (int)(len < FILTER_WORD_MAX ? len : FILTER_WORD_MAX), at);
		if (is_keyword(word)) {
			lookup = lookup_after(word, lookup);
			continue;
		}
		/* a cut word would be judged by its beginning */
		if ((lookup == LOOKUP_HOST || bracket) && (len >= FILTER_WORD_MAX || !is_number(word))) {
			memcpy(out_word, word, sizeof(word));
			return true;
		}
		if (lookup == LOOKUP_WORD)
			lookup = LOOKUP_HOST;
	}
	return false;
}
