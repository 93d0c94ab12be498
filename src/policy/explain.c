/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file in words. Who reads it wants to know two things: whom the device may talk to, and who may talk to it. So each entry is one line
 * under its direction, "TCP to port 443 of api.example.com, in connections that the device opened", and in the end what holds for all the rest.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "policy/inside.h"

enum { LINE_MAX_LEN = 1024 };

struct telling {
	void (*say)(void *context, const char *line);
	void *context;
	const struct mud *mud;
};

struct line {
	char text[LINE_MAX_LEN];
	size_t len;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...)
{
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(line->text + line->len, sizeof(line->text) - line->len, format, arguments);
	va_end(arguments);
	if (len > 0)
		line->len = line->len + (size_t)len < sizeof(line->text) ? line->len + (size_t)len : sizeof(line->text) - 1;
}

static void done(const struct telling *telling, const struct line *line)
{
	char plain[4 * LINE_MAX_LEN];

	text_escape(plain, sizeof(plain), line->text, line->len);
	telling->say(telling->context, plain);
}

static void add_protocol(struct line *line, const struct mud_ace *ace)
{
	static const struct {
		uint8_t proto;
		const char *name;
	} names[] = {{1, "ICMP"}, {2, "IGMP"}, {6, "TCP"}, {17, "UDP"}, {47, "GRE"}, {58, "ICMPv6"}};

	if (ace->any_proto) {
		add(line, "anything");
		return;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].proto == ace->proto) {
			add(line, "%s", names[i].name);
			return;
		}
	}
	add(line, "IP protocol %u", ace->proto);
}

static void add_icmp(struct line *line, const struct mud_ace *ace)
{
	if (ace->proto == 1 && ace->icmp_type == 8)
		add(line, " echo request (ping)");
	else if (ace->proto == 1 && ace->icmp_type == 0)
		add(line, " echo reply");
	else if (ace->icmp_type != FW_RULE_ANY)
		add(line, " type %u", ace->icmp_type);
	if (ace->icmp_code != FW_RULE_ANY && ace->icmp_code)
		add(line, " code %u", ace->icmp_code);
}

static bool is_all(const struct mud_ports *ports)
{
	return !ports->except && ports->least == 0 && ports->most == UINT16_MAX;
}

static void add_ports(struct line *line, const struct mud_ports *ports)
{
	const char *but = ports->except ? "any port but " : ports->least == ports->most ? "port " : "ports ";

	if (ports->least == ports->most)
		add(line, "%s%u", but, ports->least);
	else if (ports->most == UINT16_MAX)
		add(line, "%s%u and above", but, ports->least);
	else
		add(line, "%s%u to %u", but, ports->least, ports->most);
}

static void add_network(struct line *line, const struct prefix *network)
{
	char address[TEXT_ADDRESS_MAX];
	bool four = network->bits >= 96 && !memcmp(network->address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	unsigned bits = four ? network->bits - 96u : network->bits;

	add(line, "%s", text_address(address, network->address));
	if (bits != (four ? 32u : 128u))
		add(line, "/%u", bits);
}

static const char *controller_name(const char *class)
{
	if (!strcmp(class, "urn:ietf:params:mud:dns"))
		return "the network's DNS resolver";
	if (!strcmp(class, "urn:ietf:params:mud:ntp"))
		return "the network's time server";
	if (!strcmp(class, "urn:ietf:params:mud:gateway"))
		return "the gateway, if its addresses are configured as the class urn:ietf:params:mud:gateway";
	return NULL;
}

static void add_remote(struct line *line, const struct mud *mud, const struct mud_ace *ace)
{
	switch (ace->remote) {
	case MUD_NETWORK:
		add_network(line, &ace->network);
		break;
	case MUD_DNS_NAME:
		add(line, "%s", ace->text);
		break;
	case MUD_CONTROLLER:
		if (controller_name(ace->text))
			add(line, "%s", controller_name(ace->text));
		else
			add(line, "the controllers that are configured as %s", ace->text);
		break;
	case MUD_MY_CONTROLLER:
		add(line, "the controllers that are configured for this device");
		break;
	case MUD_MANUFACTURER:
		add(line, "devices of %s", ace->text);
		break;
	case MUD_SAME_MANUFACTURER:
		add(line, "devices of the same maker (%s)", mud->head.maker);
		break;
	case MUD_MODEL:
		add(line, "devices of the model %s", ace->text);
		break;
	case MUD_LOCAL_NETWORKS:
		add(line, "any device in the local network");
		break;
	default:
		add(line, "anyone");
		break;
	}
}

static void add_end(struct line *line, const struct mud_ace *ace)
{
	if (ace->opener == FW_OPENER_DEVICE)
		add(line, ", in connections that the device opened");
	else if (ace->opener == FW_OPENER_REMOTE)
		add(line, ", in connections that the other end opened");
	if (ace->family)
		add(line, " (IPv%u)", ace->family);
}

static void say_ace(const struct telling *telling, const struct mud_ace *ace)
{
	struct line line = {.len = 0};

	add(&line, ace->accept ? "  - " : "  - never ");
	add_protocol(&line, ace);
	add_icmp(&line, ace);
	if (!is_all(&ace->local_ports)) {
		add(&line, ace->way == FW_WAY_FROM ? " from its own " : " to its own ");
		add_ports(&line, &ace->local_ports);
	}
	add(&line, ace->way == FW_WAY_FROM ? " to " : " from ");
	if (!is_all(&ace->remote_ports)) {
		add_ports(&line, &ace->remote_ports);
		add(&line, " of ");
	}
	add_remote(&line, telling->mud, ace);
	add_end(&line, ace);
	done(telling, &line);
}

static void say_way(const struct telling *telling, enum fw_rule_way way)
{
	const struct mud *mud = telling->mud;
	struct line line = {.len = 0};
	uint32_t count = 0;

	for (uint32_t i = 0; i < mud->ace_count; i++)
		count += mud->aces[i].way == way;
	if (way == FW_WAY_FROM)
		add(&line, count ? "It may send, and the first line that fits decides:" : "It may send nothing.");
	else
		add(&line, count ? "It may be sent, and the first line that fits decides:" : "Nothing may be sent to it.");
	done(telling, &line);
	for (uint32_t i = 0; i < mud->ace_count; i++)
		if (mud->aces[i].way == way)
			say_ace(telling, &mud->aces[i]);
}

static void say_head(const struct telling *telling)
{
	const struct mud_head *head = &telling->mud->head;
	struct line line = {.len = 0};

	add(&line, "%s", *head->systeminfo ? head->systeminfo : "A device");
	if (*head->mfg_name || *head->model_name)
		add(&line, " (%s%s%s)", head->mfg_name, *head->mfg_name && *head->model_name ? ", " : "", head->model_name);
	add(&line, *head->url ? ", %s" : ", known by no URL", head->url);
	done(telling, &line);
	line.len = 0;
	add(&line, head->supported ? "Its maker says that it still gets updates" : "Its maker sends no more updates for it");
	if (*head->last_update)
		add(&line, "; this was written %.10s", head->last_update);
	add(&line, ".");
	done(telling, &line);
}

static void say_rest(const struct telling *telling)
{
	struct line line = {.len = 0};

	add(&line,
		"Besides, like every device: questions to the network's DNS resolver and time server and their answers, unless a line "
		"above forbids them; "
		"DHCP, ARP and neighbour discovery; what is sent to all on its own network.");
	done(telling, &line);
	line.len = 0;
	add(&line, "Everything else is stopped.");
	if (telling->mud->left_out)
		add(&line, " %u of the file's entries could not be used and are left out.", telling->mud->left_out);
	done(telling, &line);
}

void policy_explain(const struct mud *mud, void (*say)(void *context, const char *line), void *context)
{
	struct telling telling = {.say = say, .context = context, .mud = mud};

	say_head(&telling);
	say_way(&telling, FW_WAY_FROM);
	say_way(&telling, FW_WAY_TO);
	say_rest(&telling);
}
