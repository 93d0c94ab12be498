/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one entry matches: its containers are one condition together (RFC 8519 section 4.1, RFC 8520 sections 4 and 8).
 *
 * A rule of ours (wire/rule.h) knows one other end. Where an entry asks two things of it (a name and an abstraction), no rule says both, and
 * the entry is left out; but a network that can only be local (private, link-local, multicast) says all that "local-networks" beside it would.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/inside.h"

enum { PROTO_ICMP = 1, PROTO_ICMP6 = 58 };

static const struct node_name containers[] = {{"ietf-mud:mud", "ietf-mud:mud-acl"}, {"ipv4", "ipv4-acl"}, {"ipv6", "ipv6-acl"},
	{"tcp", NULL}, {"udp", NULL}, {"icmp", NULL}, {"eth", NULL}, {"egress-interface", NULL}, {"ingress-interface", NULL},
	{"ietf-mud:same-manufacturer", NULL}};
enum { CONTAINER_COUNT = sizeof(containers) / sizeof(*containers) };

static const struct node_name port_nodes[] = {{"source-port", "source-port-range"}, {"source-port-range-or-operator", NULL},
	{"destination-port", "destination-port-range"}, {"destination-port-range-or-operator", NULL}};

void match_leave_out(struct reader *reader, const struct mud_ace *ace, const char *key, const char *format, ...)
{
	char sentence[MUD_SENTENCE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	if (ace->accept) {
		reader->mud->left_out++;
		tell(reader, MUD_WARNING, key, "%s; the entry is left out, nothing is allowed by it", sentence);
	} else {
		tell(reader, MUD_ERROR, key, "%s; without it something would be allowed that the file wants dropped", sentence);
	}
}

bool match_unknown(struct reader *reader, const struct mud_ace *ace, const char *key)
{
	if (ace->accept) {
		match_leave_out(reader, ace, key, "is no node that is known here, and without it more would be allowed than was written");
		return false;
	}
	tell(reader, MUD_WARNING, key, "is no node that is known here, and is ignored: the entry then drops more than was written");
	return true;
}

bool match_others(struct reader *reader, json_t *object, const struct node_name *known, size_t count, const struct mud_ace *ace)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) if (!node_is_known(key, known, count) && !match_unknown(reader, ace, key)) return false;
	return true;
}

/* Of this the guard needs no rule; a drop of it is not possible. */
static bool leave_to_guard(struct reader *reader, const struct mud_ace *ace, const char *key, const char *what)
{
	if (!ace->accept) {
		match_leave_out(reader, ace, key, "%s", what);
		return false;
	}
	reader->mud->left_out++;
	tell(reader, MUD_NOTE, key, "%s; the entry is left out", what);
	return false;
}

/* Standard nodes that no rule of ours holds against a packet. False where one is there. */
static bool check_others(struct reader *reader, json_t *object, const struct node_name *known, size_t count, struct mud_ace *ace)
{
	static const struct node_name standard[] = {{"dscp", NULL}, {"ecn", NULL}, {"length", NULL}, {"ttl", NULL}, {"ihl", NULL},
		{"flags", NULL}, {"offset", NULL}, {"identification", NULL}, {"flow-label", NULL}};
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (node_is_known(key, known, count))
			continue;
		if (node_is_known(key, standard, sizeof(standard) / sizeof(*standard))) {
			match_leave_out(reader, ace, key, "a gateway of ours does not look at this field");
			return false;
		}
		if (!match_unknown(reader, ace, key))
			return false;
	}
	return true;
}

static bool wrong_type(struct reader *reader, const struct mud_ace *ace, const char *key, const json_t *node, const char *wanted)
{
	match_leave_out(reader, ace, key, "is %s; it must be %s", place_type(node), wanted);
	return false;
}

/* --- the abstractions of ietf-mud:mud -------------------------------------------------------------------------------------- */

static const struct {
	struct node_name name;
	enum mud_remote remote;
	bool empty; /* says all by being there: [null] */
} abstractions[] = {
	{{"manufacturer", NULL}, MUD_MANUFACTURER, false},
	{{"same-manufacturer", NULL}, MUD_SAME_MANUFACTURER, true},
	{{"model", NULL}, MUD_MODEL, false},
	{{"local-networks", NULL}, MUD_LOCAL_NETWORKS, true},
	{{"controller", NULL}, MUD_CONTROLLER, false},
	{{"my-controller", NULL}, MUD_MY_CONTROLLER, true},
};
enum { ABSTRACTION_COUNT = sizeof(abstractions) / sizeof(*abstractions) };

/* The other end is this, unless it is something else already. */
static bool take_remote(struct reader *reader, struct mud_ace *ace, const char *key, enum mud_remote remote)
{
	if (ace->remote != MUD_ANYONE) {
		match_leave_out(reader, ace, key, "asks a second thing of the other end, and no rule of ours says both");
		return false;
	}
	ace->remote = remote;
	return true;
}

static bool read_class(struct reader *reader, struct mud_ace *ace, const char *key, const char *text)
{
	char plain[MUD_NAME_MAX];
	const char *wrong = NULL;

	if (ace->remote == MUD_MANUFACTURER)
		wrong = name_plain(text, plain);
	else if (ace->remote == MUD_MODEL)
		wrong = policy_url_read((const uint8_t *)text, strlen(text), plain) ? "is no URL of a MUD file" : NULL;
	else if (!*text || strlen(text) >= sizeof(plain))
		wrong = *text ? "is longer than 255 bytes" : "is empty";
	else
		memcpy(plain, text, strlen(text) + 1);
	if (wrong) {
		match_leave_out(reader, ace, key, "\"%.64s\" %s", text, wrong);
		return false;
	}
	ace->text = node_keep(reader, plain);
	return true;
}

static bool is_empty_leaf(const json_t *node)
{
	return json_is_null(node) || (json_is_array(node) && json_array_size(node) == 1 && json_is_null(json_array_get(node, 0)));
}

static bool read_abstraction(struct reader *reader, json_t *container, size_t which, struct mud_ace *ace)
{
	const char *key = abstractions[which].name.name;
	const json_t *node = json_object_get(container, key);
	enum mud_remote remote = abstractions[which].remote;

	if (!node)
		return true;
	if (abstractions[which].empty && !is_empty_leaf(node))
		return wrong_type(reader, ace, key, node, "[null]");
	if (!abstractions[which].empty && !json_is_string(node))
		return wrong_type(reader, ace, key, node, "a string");
	if (!take_remote(reader, ace, key, remote))
		return false;
	if ((remote == MUD_SAME_MANUFACTURER || remote == MUD_MY_CONTROLLER) && !*reader->mud->head.url) {
		match_leave_out(reader, ace, key, "means nothing in a file without a mud-url");
		return false;
	}
	return abstractions[which].empty || read_class(reader, ace, key, json_string_value(node));
}

static bool read_mud(struct reader *reader, json_t *container, struct mud_ace *ace)
{
	struct node_name known[ABSTRACTION_COUNT];

	for (size_t i = 0; i < ABSTRACTION_COUNT; i++) {
		known[i] = abstractions[i].name;
		if (!read_abstraction(reader, container, i, ace))
			return false;
	}
	if (ace->remote == MUD_ANYONE) {
		match_leave_out(reader, ace, NULL, "names no abstraction that is known here");
		return false;
	}
	return check_others(reader, container, known, ABSTRACTION_COUNT, ace);
}

/* --- layer 3 --------------------------------------------------------------------------------------------------------------- */

/* Nothing but private, link-local, multicast and broadcast addresses: what can only be on our side. */
static bool is_local_network(const struct prefix *network)
{
	static const char *const locals[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "224.0.0.0/4",
		"255.255.255.255/32", "fc00::/7", "fe80::/10", "ff00::/8"};
	struct prefix local;

	for (size_t i = 0; i < sizeof(locals) / sizeof(*locals); i++)
		if (!prefix_read(locals[i], &local) && network->bits >= local.bits && prefix_holds(&local, network->address))
			return true;
	return false;
}

static bool is_to_many(const struct prefix *network)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const uint8_t *address = network->address;

	if (memcmp(address, mapped, 12) != 0)
		return address[0] == 0xff && network->bits >= 8;
	return (address[12] >= 224 && address[12] <= 239 && network->bits >= 100) || (address[12] == 255 && network->bits == 128);
}

/* A network of that family, or told and false. */
static bool read_network(struct reader *reader, const json_t *node, const char *key, const struct mud_ace *ace, struct prefix *out)
{
	const char *text = json_string_value(node);

	if (!text)
		return wrong_type(reader, ace, key, node, "a string");
	if (prefix_read(text, out) || (strchr(text, ':') ? 6 : 4) != ace->family) {
		match_leave_out(reader, ace, key, "\"%.64s\" is no network of IPv%u", text, ace->family);
		return false;
	}
	return true;
}

static bool read_remote_network(struct reader *reader, const json_t *node, const char *key, struct mud_ace *ace)
{
	struct prefix network;

	if (!read_network(reader, node, key, ace, &network))
		return false;
	if (network.bits == (ace->family == 4 ? 96 : 0))
		return true; /* the whole family */
	if (ace->remote == MUD_LOCAL_NETWORKS && is_local_network(&network))
		ace->remote = MUD_ANYONE;
	ace->network = network;
	return take_remote(reader, ace, key, MUD_NETWORK);
}

static bool read_local_network(struct reader *reader, const json_t *node, const char *key, struct mud_ace *ace)
{
	struct prefix network;

	if (!read_network(reader, node, key, ace, &network))
		return false;
	if (network.bits == (ace->family == 4 ? 96 : 0))
		return true;
	if (ace->way == FW_WAY_TO && is_to_many(&network))
		return leave_to_guard(reader, ace, key, "what is sent to many reaches the device without a rule");
	match_leave_out(reader, ace, key, "is the device's own address, which its maker cannot know");
	return false;
}

static bool read_dns_name(struct reader *reader, const json_t *node, const char *key, struct mud_ace *ace)
{
	const char *text = json_string_value(node), *wrong;
	char plain[MUD_NAME_MAX];

	if (!text)
		return wrong_type(reader, ace, key, node, "a string");
	wrong = name_plain(text, plain);
	if (wrong) {
		match_leave_out(reader, ace, key, "\"%.64s\" %s", text, wrong);
		return false;
	}
	if (!take_remote(reader, ace, key, MUD_DNS_NAME))
		return false;
	ace->text = node_keep(reader, plain);
	return true;
}

static bool read_names(struct reader *reader, json_t *container, struct mud_ace *ace)
{
	static const char *const keys[2] = {"ietf-acldns:dst-dnsname", "ietf-acldns:src-dnsname"};
	const char *remote = keys[ace->way == FW_WAY_TO], *local = keys[ace->way == FW_WAY_FROM];
	const json_t *node = json_object_get(container, remote);

	if (json_object_get(container, local)) {
		match_leave_out(reader, ace, local, "would name the device itself, and must not stand in this policy (RFC 8520 section 8)");
		return false;
	}
	return !node || read_dns_name(reader, node, remote, ace);
}

static bool read_protocol(struct reader *reader, json_t *container, struct mud_ace *ace)
{
	const json_t *node = json_object_get(container, "protocol");

	if (!node)
		return true;
	if (!json_is_integer(node))
		return wrong_type(reader, ace, "protocol", node, "a number from 0 to 255");
	if (json_integer_value(node) < 0 || json_integer_value(node) > 255) {
		match_leave_out(reader, ace, "protocol", "is %lld; it must be a number from 0 to 255", (long long)json_integer_value(node));
		return false;
	}
	ace->proto = (uint8_t)json_integer_value(node);
	ace->any_proto = false;
	return true;
}

/* Container ipv4 or ipv6 (way says which of its networks is the other end's). */
static bool read_network_layer(struct reader *reader, json_t *container, uint8_t family, struct mud_ace *ace)
{
	static const char *const keys[2][2] = {
		{"destination-ipv4-network", "source-ipv4-network"}, {"destination-ipv6-network", "source-ipv6-network"}};
	const char *remote = keys[family == 6][ace->way == FW_WAY_TO], *local = keys[family == 6][ace->way == FW_WAY_FROM];
	const json_t *far = json_object_get(container, remote), *near = json_object_get(container, local);
	struct node_name known[5 + sizeof(port_nodes) / sizeof(*port_nodes)] = {
		{"protocol", NULL}, {remote, NULL}, {local, NULL}, {"ietf-acldns:dst-dnsname", NULL}, {"ietf-acldns:src-dnsname", NULL}};

	memcpy(known + 5, port_nodes, sizeof(port_nodes));
	if (ace->family && ace->family != family) {
		match_leave_out(reader, ace, NULL, "is IPv%u in a list or an entry for IPv%u", family, ace->family);
		return false;
	}
	ace->family = family;
	return read_protocol(reader, container, ace) && (!near || read_local_network(reader, near, local, ace)) &&
		(!far || read_remote_network(reader, far, remote, ace)) && read_names(reader, container, ace) &&
		match_ports(reader, container, ace) && check_others(reader, container, known, sizeof(known) / sizeof(*known), ace);
}

/* --- Ethernet -------------------------------------------------------------------------------------------------------------- */

/* "0x0800": the number, or -1. */
static int read_ethertype(const char *text)
{
	int number = 0, digits = 0;

	if (!text || text[0] != '0' || (text[1] | 0x20) != 'x')
		return -1;
	for (const char *at = text + 2; *at; at++, digits++) {
		int digit = *at >= '0' && *at <= '9'                 ? *at - '0'
			: (*at | 0x20) >= 'a' && (*at | 0x20) <= 'f' ? (*at | 0x20) - 'a' + 10
								     : -1;
		if (digit < 0 || digits == 4)
			return -1;
		number = number << 4 | digit;
	}
	return digits ? number : -1;
}

/* What is sent to many is not judged by policy, nor is what is not IP; of the rest only the family can be held against a packet. */
static bool read_ethernet(struct reader *reader, json_t *container, struct mud_ace *ace)
{
	static const struct node_name known[] = {{"destination-mac-address", NULL}, {"destination-mac-address-mask", NULL},
		{"source-mac-address", NULL}, {"source-mac-address-mask", NULL}, {"ethertype", NULL}};
	const json_t *type = json_object_get(container, "ethertype");
	const char *mac = json_string_value(json_object_get(container, "destination-mac-address"));
	int ethertype = read_ethertype(json_string_value(type));

	if (mac && strlen(mac) == 17 && strchr("13579bdfBDF", mac[1]))
		return leave_to_guard(
			reader, ace, "destination-mac-address", "what is sent to many passes without a rule, within the brake");
	for (size_t i = 0; i < 4; i++)
		if (json_object_get(container, known[i].name)) {
			match_leave_out(reader, ace, known[i].name, "a gateway of ours does not match on MAC addresses");
			return false;
		}
	if (type && ethertype < 0) {
		match_leave_out(reader, ace, "ethertype", "is no type of Ethernet, such as 0x0800");
		return false;
	}
	if (type && ethertype != 0x0800 && ethertype != 0x86dd)
		return leave_to_guard(reader, ace, "ethertype", "what is not IP is not judged by policy");
	if (type && ace->family && ace->family != (ethertype == 0x0800 ? 4 : 6)) {
		match_leave_out(reader, ace, "ethertype", "is of another family than the list or the entry");
		return false;
	}
	if (type)
		ace->family = ethertype == 0x0800 ? 4 : 6;
	return check_others(reader, container, known, 5, ace);
}

/* --- all together ---------------------------------------------------------------------------------------------------------- */

/* Lists of one family alone (identities of RFC 8519, with or without a module's name; "ipv6-acl" in drafts). */
static uint8_t list_family(const char *type)
{
	const char *colon = strrchr(type, ':');
	const char *name = colon ? colon + 1 : type;
	bool four = strstr(name, "ipv4") != NULL, six = strstr(name, "ipv6") != NULL;

	return four == six ? 0 : four ? 4 : 6;
}

static bool read_container(struct reader *reader, json_t *matches, size_t which, struct mud_ace *ace)
{
	const char *key;
	json_t *container = node_find(matches, containers[which], &key);
	bool good;

	if (!container || which > 6)
		return true;
	if (!json_is_object(container))
		return wrong_type(reader, ace, key, container, "an object");
	way_in(&reader->way, key);
	if (which == 0)
		good = read_mud(reader, container, ace);
	else if (which == 6)
		good = read_ethernet(reader, container, ace);
	else
		good = read_network_layer(reader, container, which == 1 ? 4 : 6, ace);
	way_out(&reader->way);
	return good;
}

/* Nodes beside the containers: those of the standard that cannot be held against a packet, and strange ones. */
static bool check_matches(struct reader *reader, json_t *matches, struct mud_ace *ace)
{
	unsigned known = 0;

	for (size_t i = 0; i < CONTAINER_COUNT; i++) {
		const char *key;
		if (!node_find(matches, containers[i], &key))
			continue;
		if (i == 7 || i == 8) {
			match_leave_out(reader, ace, key, "a gateway of ours does not match on its own interfaces");
			return false;
		}
		known++;
	}
	if (!known && json_object_size(matches)) {
		match_leave_out(reader, ace, NULL, "holds nothing that is known here");
		return false;
	}
	return match_others(reader, matches, containers, CONTAINER_COUNT, ace);
}

/* ICMP has no ports, and what is asked of a protocol has to be asked of that one. */
static bool finish(struct reader *reader, struct mud_ace *ace)
{
	if (ace->icmp_type != FW_RULE_ANY && !ace->family)
		ace->family = ace->proto == PROTO_ICMP6 ? 6 : 4;
	if (ace->accept && ace->any_proto && ace->remote == MUD_ANYONE)
		tell(reader, MUD_WARNING, NULL, "accepts everything %s anyone", ace->way == FW_WAY_FROM ? "to" : "from");
	return true;
}

bool match_read(struct reader *reader, json_t *matches, const char *list_type, struct mud_ace *ace)
{
	static const uint8_t order[] = {0, 6, 1, 2}; /* Ethernet before IP: a broadcast says why nothing else counts */
	bool good = true;

	*ace = (struct mud_ace){.list = ace->list,
		.name = ace->name,
		.way = ace->way,
		.accept = ace->accept,
		.any_proto = true,
		.text = "",
		.family = list_family(list_type),
		.icmp_type = FW_RULE_ANY,
		.icmp_code = FW_RULE_ANY,
		.local_ports = {0, UINT16_MAX, false},
		.remote_ports = {0, UINT16_MAX, false}};
	if (matches && !json_is_object(matches))
		return wrong_type(reader, ace, "matches", matches, "an object");
	if (!matches)
		return finish(reader, ace);
	way_in(&reader->way, "matches");
	good = check_matches(reader, matches, ace);
	if (good && json_object_get(matches, containers[9].name)) /* a draft's, without its container */
		good = take_remote(reader, ace, containers[9].name, MUD_SAME_MANUFACTURER);
	for (size_t i = 0; good && i < sizeof(order); i++)
		good = read_container(reader, matches, order[i], ace);
	good = good && match_transport(reader, matches, ace);
	way_out(&reader->way);
	return good && finish(reader, ace);
}
