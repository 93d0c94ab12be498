/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each kind of finding is proven by.
 *
 *	login, guessing   the conversations of who logged in, with that service
 *	open-service      those of the first who asked
 *	reached           those of the port with anybody, who are counted, and all with the first who came; UDP from a port of that number
 *	                  too, which tells peer-to-peer; while nobody came, the conversations with the router's port that was asked
 *	reflector         those of the port
 *	scan              openings and what came back: SYN, SYN-ACK, RST, ICMP errors; datagrams; ARP
 *	beacon            the conversations with that address
 *	flood             what went to the target, and its answers; of random names the questions and answers below the zone
 *	receives-flood    what fell on the target, and its answers
 *	policy-violation  frames from and to the first peer
 *	forged-source     frames with that MAC and an address that is not the device's, and a few with its own
 *
 * An outside IPv6 address is told from ours by neighbour discovery alone, so of that some belongs to every proof with such addresses.
 */
#include <string.h>

#include "proof/inside.h"
#include "wire/limits.h"

enum { TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };
enum { PORT_DNS = 53, CONTEXT_MAX = 16 };
#define SECOND_NS 1000000000ull

/* A conversation begins before what was found in it, and its last answer comes after. */
struct margin {
	uint64_t before_ns, after_ns;
};

static struct margin margin_of(const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		return (struct margin){120 * SECOND_NS, 30 * SECOND_NS};
	case FINDING_SCAN:
	case FINDING_BEACON:
		return (struct margin){60 * SECOND_NS, 10 * SECOND_NS};
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		return (struct margin){finding->flood.vector == VECTOR_DNS_RANDOM_SUBDOMAIN ? 10 * SECOND_NS : SECOND_NS, 3 * SECOND_NS};
	default:
		return (struct margin){10 * SECOND_NS, 10 * SECOND_NS};
	}
}

static bool same(const uint8_t a[16], const uint8_t b[16])
{
	return memcmp(a, b, 16) == 0;
}

static bool is_mapped(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

static bool has_address(const struct device *device, const uint8_t address[16])
{
	for (unsigned i = 0; device && i < device->address_count; i++)
		if (same(device->addresses[i], address))
			return true;
	return false;
}

static bool has_mac(const struct device *device, const uint8_t mac[6])
{
	for (unsigned i = 0; device && i < device->mac_count; i++)
		if (memcmp(device->macs[i], mac, 6) == 0)
			return true;
	return false;
}

static bool has_6(const struct device *device)
{
	for (unsigned i = 0; device && i < device->address_count; i++)
		if (!is_mapped(device->addresses[i]) && device->addresses[i][0] != 0xfe)
			return true;
	return false;
}

void need_init(struct need *need, const struct proof_subject *subject)
{
	const struct finding *finding = subject->finding;
	struct margin margin = margin_of(finding);

	*need = (struct need){
		.finding = finding,
		.device = subject->device,
		.from_ns = finding->first_ns > margin.before_ns ? finding->first_ns - margin.before_ns : 0,
		.until_ns = finding->last_ns + margin.after_ns,
		.packets_left = FW_PROOF_PACKETS_MAX,
		.context_left = CONTEXT_MAX,
		.family6 = has_6(subject->device) || (finding->has_source && !is_mapped(finding->source)),
	};
}

bool need_is_zoned(const struct need *need)
{
	return (need->finding->id == FINDING_FLOOD || need->finding->id == FINDING_RECEIVES_FLOOD) &&
		need->finding->flood.vector == VECTOR_DNS_RANDOM_SUBDOMAIN;
}

/* ---- keys ---- */

struct key key_of(const uint8_t address[16], unsigned bits)
{
	struct key key = {.bits = bits};

	memcpy(key.address, address, bits / 8 > 16 ? 16 : bits / 8);
	return key;
}

struct key key_of_mac(const uint8_t mac[6])
{
	struct key key = {.bits = KEY_MAC};

	memcpy(key.address, mac, 6);
	return key;
}

/* A port of the router leads to the device, and nobody has come through it. */
static bool is_mapping(const struct finding *finding)
{
	return finding->id == FINDING_REACHED_FROM_INTERNET && finding->reached.how == REACHED_NOT_YET;
}

static size_t keys_of_device(const struct need *need, struct key *keys, size_t count)
{
	bool any_peer = need->finding->id == FINDING_REACHED_FROM_INTERNET && need->device && need->device->address_count;

	if (is_mapping(need->finding)) {
		keys[count++] = key_of(need->finding->reached.router, 128);
		return count;
	}
	if (need->finding->has_source && !any_peer) {
		keys[count++] = key_of(need->finding->source, 128);
		return count;
	}
	for (unsigned i = 0; need->device && i < need->device->address_count; i++)
		keys[count++] = key_of(need->device->addresses[i], 128);
	return count;
}

size_t need_keys(const struct need *need, struct key keys[KEYS_MAX])
{
	const struct finding *finding = need->finding;
	size_t count = 0;

	if (finding->id == FINDING_ADVISORY) /* no packet proves it */
		return 0;
	if (need->family6)
		keys[count++] = (struct key){.bits = KEY_NEIGHBOUR};
	switch (finding->id) {
	case FINDING_BEACON:
		keys[count++] = key_of(finding->beacon.target, 128);
		return count;
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		if (need_is_zoned(need) && finding->id == FINDING_FLOOD)
			return keys_of_device(need, keys, count);
		keys[count++] = key_of(finding->flood.target, finding->flood.target_bits);
		return count;
	case FINDING_POLICY_VIOLATION:
		keys[count++] = key_of(finding->violation.peer, 128);
		return count;
	case FINDING_FORGED_SOURCE:
		keys[count++] = key_of_mac(finding->forged.mac);
		for (unsigned i = 0; need->device && i < need->device->mac_count; i++)
			if (memcmp(need->device->macs[i], finding->forged.mac, 6) != 0)
				keys[count++] = key_of_mac(need->device->macs[i]);
		return count;
	default:
		return keys_of_device(need, keys, count);
	}
}

/* ---- packets ---- */

/* The two ends are the finding's source, if it has one, and its device, if that is not the source. */
static bool between(const struct need *need, const struct fw_packet *p)
{
	const struct finding *finding = need->finding;
	const uint8_t *other;

	if (!finding->has_source)
		return has_address(need->device, p->src) || has_address(need->device, p->dst);
	if (!same(p->src, finding->source) && !same(p->dst, finding->source))
		return false;
	other = same(p->src, finding->source) ? p->dst : p->src;
	return !need->device || has_address(need->device, finding->source) || has_address(need->device, other);
}

/* An error of a router on the way concerns the ends of the packet it quotes. */
static const struct fw_packet *concerned(const struct view *view)
{
	return view->quoted ? &view->inner : &view->packet;
}

static bool is_service(const struct fw_packet *p, uint8_t proto, uint16_t port)
{
	return p->proto == proto && (p->src_port == port || p->dst_port == port);
}

static bool wants_login(const struct need *need, const struct view *view)
{
	const struct evidence_login *login = &need->finding->login;
	const struct fw_packet *p = concerned(view);
	bool ends = !need->finding->has_source || !same(need->finding->source, login->peer)
		? same(p->src, login->peer) || same(p->dst, login->peer)
		: true;

	return is_service(p, FW_IP_TCP, login->port) && ends && between(need, p);
}

/* From or to this port of the device, whoever is at the other end. */
static bool is_of_port(const struct need *need, const struct fw_packet *p, uint8_t proto, uint16_t port)
{
	return p->proto == proto &&
		((p->src_port == port && has_address(need->device, p->src)) || (p->dst_port == port && has_address(need->device, p->dst)));
}

static bool wants_reached(const struct need *need, const struct view *view)
{
	const struct evidence_reached *reached = &need->finding->reached;
	const struct fw_packet *p = concerned(view);

	if (is_mapping(need->finding))
		return p->proto == FW_IP_TCP &&
			((p->dst_port == reached->router_port && same(p->dst, reached->router)) ||
				(p->src_port == reached->router_port && same(p->src, reached->router)));
	/* no device, so the source is the address that was reached */
	if (!need->device)
		return between(need, p) &&
			(same(p->src, reached->asker) || same(p->dst, reached->asker) || is_service(p, reached->proto, reached->port) ||
				is_service(p, FW_IP_UDP, reached->port));
	return between(need, p) || is_of_port(need, p, reached->proto, reached->port) || is_of_port(need, p, FW_IP_UDP, reached->port);
}

static bool wants_reflector(const struct need *need, const struct view *view)
{
	const struct evidence_reflector *reflector = &need->finding->reflector;
	const struct fw_packet *p = concerned(view);

	return need->device ? is_of_port(need, p, reflector->proto, reflector->port)
			    : is_service(p, reflector->proto, reflector->port) && between(need, p);
}

/* Openings and their answers; data proves no scan. Acknowledgements that probe come without payload. */
static bool is_opening(const struct fw_packet *p, uint32_t kinds)
{
	switch (p->proto) {
	case FW_IP_TCP:
		if (kinds & SCAN_ACK)
			return !p->payload_wire_len;
		return (p->tcp_flags & (TCP_SYN | TCP_RST)) && (kinds & SCAN_TCP);
	case FW_IP_UDP:
		return kinds & SCAN_UDP;
	case FW_IP_ICMP:
	case FW_IP_ICMPV6:
		return kinds & SCAN_ICMP;
	default:
		return p->ether_type == FW_ETHER_ARP && (kinds & SCAN_ARP);
	}
}

static bool wants_scan(const struct need *need, const struct view *view)
{
	const struct evidence_scan *scan = &need->finding->scan;
	const struct fw_packet *p = concerned(view);

	if ((scan->kinds & SCAN_VERTICAL) && !(scan->kinds & SCAN_HORIZONTAL) && !same(p->src, scan->target) && !same(p->dst, scan->target))
		return false;
	if (need->finding->has_source && !same(p->src, need->finding->source) && !same(p->dst, need->finding->source))
		return false;
	return view->quoted || is_opening(p, scan->kinds);
}

static bool wants_beacon(const struct need *need, const struct view *view)
{
	const struct evidence_beacon *beacon = &need->finding->beacon;
	const struct fw_packet *p = concerned(view);
	bool to = same(p->dst, beacon->target), mine;

	if (need->device && need->device->address_count)
		mine = has_address(need->device, to ? p->src : p->dst);
	else
		mine = !need->device || has_mac(need->device, view->packet.src_mac) || has_mac(need->device, view->packet.dst_mac);
	return mine && (!beacon->port || is_service(p, beacon->proto, beacon->port));
}

static bool in_prefix(const uint8_t address[16], const uint8_t prefix[16], unsigned bits)
{
	return memcmp(address, prefix, bits / 8 > 16 ? 16 : bits / 8) == 0;
}

static uint8_t protocol_of(enum vector vector)
{
	switch (vector) {
	case VECTOR_SYN:
	case VECTOR_ACK:
	case VECTOR_STOMP:
	case VECTOR_HTTP:
	case VECTOR_SYN_ACK_REFLECTION:
		return FW_IP_TCP;
	case VECTOR_GRE_IP:
	case VECTOR_GRE_ETH:
		return FW_IP_GRE;
	case VECTOR_ICMP:
	case VECTOR_FRAGMENT:
	case VECTOR_NONE:
	case VECTOR_OTHER:
		return 0; /* any: ICMP has two, a fragment is of whatever it was cut from */
	default:
		return FW_IP_UDP;
	}
}

/* What the vector is made of; where it is TCP, all of the conversation, which tells an ACK from a stomp. */
static bool is_vector(const struct fw_packet *p, enum vector vector)
{
	uint8_t proto = protocol_of(vector);

	if (vector == VECTOR_FRAGMENT)
		return p->fragment != FW_WHOLE;
	if (vector == VECTOR_ICMP)
		return p->proto == FW_IP_ICMP || p->proto == FW_IP_ICMPV6;
	return !proto || p->proto == proto;
}

static bool wants_zone(const struct need *need, const struct view *view)
{
	const struct evidence_flood *flood = &need->finding->flood;
	const struct fw_packet *p = &view->packet;
	size_t zone_len = strnlen(flood->zone, sizeof(flood->zone)), len;
	char name[QUESTION_TEXT_MAX];

	if (!is_service(p, FW_IP_UDP, PORT_DNS) || !p->payload_off ||
		!question_read(view->frame->bytes + p->payload_off, p->payload_len, name))
		return false;
	len = strlen(name);
	if (zone_len == 1 && flood->zone[0] == '.')
		return true;
	return len > zone_len && name[len - zone_len - 1] == '.' && memcmp(name + len - zone_len, flood->zone, zone_len) == 0;
}

static bool wants_flood(const struct need *need, const struct view *view)
{
	const struct evidence_flood *flood = &need->finding->flood;
	const struct fw_packet *p = &view->packet;
	bool falls = in_prefix(p->dst, flood->target, flood->target_bits);
	const uint8_t *near = falls ? p->src : p->dst, *mac = falls ? p->src_mac : p->dst_mac;

	if (need_is_zoned(need))
		return wants_zone(need, view);
	if (view->neighbour || !p->family || (!falls && !in_prefix(p->src, flood->target, flood->target_bits)) ||
		!is_vector(p, flood->vector))
		return false;
	if (need->finding->id == FINDING_RECEIVES_FLOOD || !need->device)
		return true;
	return has_address(need->device, near) || (p->has_mac && has_mac(need->device, mac));
}

static enum want judge_forged(const struct need *need, const struct view *view)
{
	const struct fw_packet *p = &view->packet;
	bool own = has_address(need->device, p->src);

	if (!p->family || (p->has_mac && memcmp(p->src_mac, need->finding->forged.mac, 6) != 0 && !has_mac(need->device, p->src_mac)))
		return WANT_NOT;
	if (own)
		return is_mapped(p->src) == is_mapped(need->finding->forged.source) && p->src[0] != 0xfe ? WANT_CONTEXT : WANT_NOT;
	return view->frame->time_ns >= need->from_ns && view->frame->time_ns <= need->until_ns ? WANT_PROOF : WANT_NOT;
}

enum want need_judge(const struct need *need, const struct view *view)
{
	const struct finding *finding = need->finding;
	bool wanted;

	if (view->neighbour && need->family6)
		return WANT_CONTEXT;
	if (finding->id == FINDING_FORGED_SOURCE)
		return judge_forged(need, view);
	if (view->frame->time_ns < need->from_ns || view->frame->time_ns > need->until_ns)
		return WANT_NOT;
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		wanted = wants_login(need, view);
		break;
	case FINDING_OPEN_SERVICE:
		wanted = is_service(concerned(view), finding->service.proto, finding->service.port) && between(need, concerned(view));
		break;
	case FINDING_REACHED_FROM_INTERNET:
		wanted = wants_reached(need, view);
		break;
	case FINDING_REFLECTOR:
		wanted = wants_reflector(need, view);
		break;
	case FINDING_ADVISORY: /* what was published is no packet */
		return WANT_NOT;
	case FINDING_POLICY_VIOLATION:
		wanted = same(concerned(view)->src, finding->violation.peer) || same(concerned(view)->dst, finding->violation.peer);
		break;
	case FINDING_SCAN:
		wanted = wants_scan(need, view);
		break;
	case FINDING_BEACON:
		wanted = wants_beacon(need, view);
		break;
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		wanted = wants_flood(need, view);
		break;
	default:
		wanted = between(need, concerned(view));
		break;
	}
	return wanted ? WANT_PROOF : WANT_NOT;
}
