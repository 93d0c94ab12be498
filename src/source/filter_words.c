/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a filter expression, read as libpcap's own scanner does: is one of them a host's or network's name?
 *
 * A word is a keyword, a number or address, or a name. A name is of a port or protocol where the latest of host, net, port,
 * proto ... says so ("port http or https"), and of a host everywhere else. A keyword that is not in the list here is taken for a
 * name and refused, which is the safe side.
 */
#include <ctype.h>
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
	"protochain", "psnp", "ra", "radio", "rarp", "reason", "rnr", "rnum", "rset", "rulenum", "ruleset", "sc", "sca", "sctp", "sio",
	"slip", "sls", "snp", "src", "srnr", "stp", "subrulenum", "subtype", "ta", "tcp", "tcpflags", "tr", "type", "udp", "vci", "vlan",
	"vpi", "vrrp", "wlan", "ifname"};

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

static bool is_keyword(const char *word)
{
	/* offsets and values, such as icmp-echo or tcp-syn */
	if (!strncmp(word, "icmp-", 5) || !strncmp(word, "icmp6-", 6) || !strncmp(word, "tcp-", 4))
		return true;
	return is_in(word, keywords, sizeof(keywords) / sizeof(keywords[0]));
}

/* Of len hex digits; 0: of any length. */
static size_t hex_len(const char *word)
{
	return strspn(word, "0123456789abcdefABCDEF");
}

static bool is_mac(const char *word)
{
	size_t len = strlen(word), group = hex_len(word);

	if (group == 12 && len == 12)
		return true;
	if (len == 14 && group == 4) /* aabb.ccdd.eeff */
		return word[4] == '.' && hex_len(word + 5) == 4 && word[9] == '.' && hex_len(word + 10) == 4;
	for (int i = 0; i < 6; i++, word += group + 1) {
		group = hex_len(word);
		if (!group || group > 2 || word[group] != (i < 5 ? '-' : 0))
			return i == 5 && group && group <= 2 && !word[group];
	}
	return true;
}

/* 80, 0x50, 10.0.0.0, 10-20, 2001:db8::1, 00:11:22:33:44:55; a name in .be may look like hexadecimal, but has no colon. */
static bool is_number(const char *word)
{
	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
		return word[2] && !word[2 + hex_len(word + 2)];
	if (word[strspn(word, "0123456789.-")] == 0)
		return true;
	if (strchr(word, ':'))
		return word[strspn(word, "0123456789abcdefABCDEF:.-")] == 0;
	return is_mac(word);
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

bool filter_find_name(const char *expression, char out_word[FILTER_WORD_MAX])
{
	static const char ends[] = " \t\r\n()[]!<>=&|+*/%^,";
	enum lookup lookup = LOOKUP_HOST;
	size_t len;

	for (const char *at = expression; *(at += strspn(at, ends)); at += len) {
		bool escaped = *at == '\\';
		char word[FILTER_WORD_MAX];

		len = strcspn(at, ends);
		snprintf(word, sizeof(word), "%.*s", (int)(len < FILTER_WORD_MAX ? len : FILTER_WORD_MAX), at);
		if (!escaped && is_keyword(word)) {
			lookup = lookup_after(word, lookup);
			continue;
		}
		if (lookup == LOOKUP_HOST && !is_number(word)) {
			memcpy(out_word, word, sizeof(word));
			return true;
		}
		if (lookup == LOOKUP_WORD)
			lookup = LOOKUP_HOST;
	}
	return false;
}
