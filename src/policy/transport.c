/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Layer 4 of an entry: tcp, udp, icmp (RFC 8519 section 4.2), who opened the connection (RFC 8520 section 8.1).
 *
 * Of the TCP flags one match can be honoured. An entry that wants ACK alone is the old way to say "answers only": it lets in no packet
 * that opens a connection, so it means the connections that the other side of this entry opened. To drop ACK is more than to drop those,
 * and cannot be honoured.
 */
#include <string.h>

#include "policy/inside.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };

static const struct mud_ports all_ports = {0, UINT16_MAX, false};

/* The entry is for this protocol; false where it said another. */
static bool want_protocol(struct reader *reader, struct mud_ace *ace, const char *key, uint8_t proto)
{
	if (!ace->any_proto && ace->proto != proto) {
		match_leave_out(reader, ace, key, "the entry is for IP protocol %u, which this is not", ace->proto);
		return false;
	}
	ace->proto = proto;
	ace->any_proto = false;
	return true;
}

static bool read_number(struct reader *reader, struct mud_ace *ace, json_t *object, const char *key, uint32_t most, uint32_t *out)
{
	const json_t *node = json_object_get(object, key);

	if (json_is_integer(node) && json_integer_value(node) >= 0 && json_integer_value(node) <= most) {
		*out = (uint32_t)json_integer_value(node);
		return true;
	}
	match_leave_out(reader, ace, node ? key : NULL, "needs a number from 0 to %u in \"%s\"", most, key);
	return false;
}

/* lower-port alone is one port: the standard wants both, its drafts did not. */
static bool read_range(struct reader *reader, struct mud_ace *ace, json_t *node, struct mud_ports *out)
{
	uint32_t least, most;

	if (!read_number(reader, ace, node, "lower-port", UINT16_MAX, &least))
		return false;
	most = least;
	if (json_object_get(node, "upper-port") && !read_number(reader, ace, node, "upper-port", UINT16_MAX, &most))
		return false;
	if (least > most) {
		match_leave_out(reader, ace, "upper-port", "lies below lower-port: no port is in that range");
		return false;
	}
	*out = (struct mud_ports){(uint16_t)least, (uint16_t)most, false};
	return true;
}

static bool read_operator(struct reader *reader, struct mud_ace *ace, json_t *node, struct mud_ports *out)
{
	const json_t *operator= json_object_get(node, "operator");
	const char *word = operator? json_string_value(operator) : "eq";
	uint32_t port;

	if (word && !strcmp(word, "range") && json_object_get(node, "lower-port")) /* no operator of the standard, but it is clear */
		return read_range(reader, ace, node, out);
	if (!read_number(reader, ace, node, "port", UINT16_MAX, &port))
		return false;
	*out = (struct mud_ports){(uint16_t)port, (uint16_t)port, false};
	if (word && !strcmp(word, "lte")) {
		out->least = 0;
	} else if (word && !strcmp(word, "gte")) {
		out->most = UINT16_MAX;
	} else if (word && !strcmp(word, "neq")) {
		out->except = true;
	} else if (!word || strcmp(word, "eq") != 0) {
		match_leave_out(reader, ace, "operator", "is none of eq, neq, lte, gte");
		return false;
	}
	return true;
}

static bool is_same(const struct mud_ports *a, const struct mud_ports *b)
{
	return a->least == b->least && a->most == b->most && a->except == b->except;
}

static bool read_ports(struct reader *reader, struct mud_ace *ace, json_t *container, const char *key)
{
	static const struct node_name known[] = {{"lower-port", NULL}, {"upper-port", NULL}, {"operator", NULL}, {"port", NULL}};
	json_t *node = json_object_get(container, key);
	bool local = (key[0] == 's') == (ace->way == FW_WAY_FROM), good;
	struct mud_ports *out = local ? &ace->local_ports : &ace->remote_ports, ports = all_ports;

	if (!node)
		return true;
	way_in(&reader->way, key);
	if (!json_is_object(node)) {
		match_leave_out(reader, ace, NULL, "is %s; it must be an object", place_type(node));
		good = false;
	} else {
		good = match_others(reader, node, known, 4, ace) &&
			(!json_object_get(node, "operator") && json_object_get(node, "lower-port")
					? read_range(reader, ace, node, &ports)
					: read_operator(reader, ace, node, &ports));
	}
	if (good && !is_same(out, &all_ports) && !is_same(out, &ports)) {
		match_leave_out(reader, ace, NULL, "asks for other ports than this entry does elsewhere");
		good = false;
	}
	way_out(&reader->way);
	if (good)
		*out = ports;
	return good;
}

bool match_ports(struct reader *reader, json_t *container, struct mud_ace *ace)
{
	static const char *const keys[] = {"source-port", "source-port-range", "source-port-range-or-operator", "destination-port",
		"destination-port-range", "destination-port-range-or-operator"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!read_ports(reader, ace, container, keys[i]))
			return false;
	return true;
}

static bool read_opener(struct reader *reader, json_t *tcp, struct mud_ace *ace)
{
	static const char key[] = "ietf-mud:direction-initiated";
	const json_t *node = json_object_get(tcp, key);
	const char *text = json_string_value(node);

	if (!node)
		return true;
	if (text && !strcmp(text, "from-device")) {
		ace->opener = FW_OPENER_DEVICE;
	} else if (text && !strcmp(text, "to-device")) {
		ace->opener = FW_OPENER_REMOTE;
	} else {
		match_leave_out(reader, ace, key, "is neither from-device nor to-device");
		return false;
	}
	return true;
}

/* Bits as YANG writes them: names with a space between. */
static bool read_flags(struct reader *reader, json_t *tcp, struct mud_ace *ace)
{
	const json_t *node = json_object_get(tcp, "flags");
	uint8_t opener = ace->way == FW_WAY_FROM ? FW_OPENER_REMOTE : FW_OPENER_DEVICE;
	const char *text = json_string_value(node);

	if (!node)
		return true;
	if (!ace->accept || !text || strcmp(text, "ack") != 0 || (ace->opener != FW_OPENER_ANY && ace->opener != opener)) {
		match_leave_out(reader, ace, "flags",
			"of TCP's flags only ack alone can be held against a packet, to accept it (answers in a connection)");
		return false;
	}
	ace->opener = opener;
	return true;
}

/* Nodes of the standard that are not looked at; strange ones are named. */
static bool check_rest(struct reader *reader, json_t *container, struct mud_ace *ace)
{
	static const struct node_name known[] = {{"source-port", "source-port-range"}, {"source-port-range-or-operator", NULL},
		{"destination-port", "destination-port-range"}, {"destination-port-range-or-operator", NULL},
		{"ietf-mud:direction-initiated", NULL}, {"flags", NULL}, {"type", NULL}, {"code", NULL}};
	static const struct node_name unseen[] = {{"sequence-number", NULL}, {"acknowledgement-number", NULL}, {"data-offset", NULL},
		{"reserved", NULL}, {"window-size", NULL}, {"urgent-pointer", NULL}, {"options", NULL}, {"length", NULL},
		{"rest-of-header", NULL}};

	for (size_t i = 0; i < sizeof(unseen) / sizeof(*unseen); i++)
		if (json_object_get(container, unseen[i].name)) {
			match_leave_out(reader, ace, unseen[i].name, "a gateway of ours does not look at this field");
			return false;
		}
	return match_others(reader, container, known, sizeof(known) / sizeof(*known), ace);
}

static bool read_tcp(struct reader *reader, json_t *tcp, struct mud_ace *ace)
{
	return want_protocol(reader, ace, NULL, PROTO_TCP) && match_ports(reader, tcp, ace) && read_opener(reader, tcp, ace) &&
		read_flags(reader, tcp, ace) && check_rest(reader, tcp, ace);
}

static bool read_udp(struct reader *reader, json_t *udp, struct mud_ace *ace)
{
	if (json_object_get(udp, "ietf-mud:direction-initiated")) {
		match_leave_out(reader, ace, "ietf-mud:direction-initiated", "is for TCP alone");
		return false;
	}
	return want_protocol(reader, ace, NULL, PROTO_UDP) && match_ports(reader, udp, ace) && check_rest(reader, udp, ace);
}

static bool read_icmp(struct reader *reader, json_t *icmp, struct mud_ace *ace)
{
	bool six = ace->family == 6 || (!ace->any_proto && ace->proto == PROTO_ICMP6);
	uint32_t number;

	if (!want_protocol(reader, ace, NULL, six ? PROTO_ICMP6 : PROTO_ICMP))
		return false;
	ace->family = six ? 6 : 4;
	if (json_object_get(icmp, "type")) {
		if (!read_number(reader, ace, icmp, "type", UINT8_MAX - 1, &number))
			return false;
		ace->icmp_type = (uint8_t)number;
	}
	if (json_object_get(icmp, "code")) {
		if (!read_number(reader, ace, icmp, "code", UINT8_MAX - 1, &number))
			return false;
		ace->icmp_code = (uint8_t)number;
	}
	return check_rest(reader, icmp, ace);
}

bool match_transport(struct reader *reader, json_t *matches, struct mud_ace *ace)
{
	static const struct {
		const char *key;
		bool (*read)(struct reader *reader, json_t *container, struct mud_ace *ace);
	} kinds[] = {{"tcp", read_tcp}, {"udp", read_udp}, {"icmp", read_icmp}};
	const char *before = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		json_t *container = json_object_get(matches, kinds[i].key);
		bool good = true;
		if (!container)
			continue;
		if (before || !json_is_object(container)) {
			match_leave_out(reader, ace, kinds[i].key,
				before ? "stands beside another transport: no packet is both" : "must be an object");
			return false;
		}
		before = kinds[i].key;
		way_in(&reader->way, before);
		good = kinds[i].read(reader, container, ace);
		way_out(&reader->way);
		if (!good)
			return false;
	}
	return true;
}
