/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for what a device does to others, or others to it: scan, beacon, flood, forged source. See words.c on how to write. */
#include "report/deeds.h"

#include "base/reason.h"
#include "report/names.h"
#include "report/words.h"

static bool is_reflection(enum vector vector)
{
	return vector >= VECTOR_SYN_ACK_REFLECTION && vector <= VECTOR_BACNET_REFLECTION;
}

/* ---- scan ---- */

static void add_ports(struct phrase *out, const struct evidence_scan *scan)
{
	unsigned shown = scan->port_shown < 4 ? scan->port_shown : 4;

	if (!shown)
		return;
	phrase_add(out, scan->port_count > 1 ? " on ports " : " on port ");
	for (unsigned i = 0; i < shown; i++) {
		bool last = i + 1 == shown && shown == scan->port_count;

		phrase_add(out, "%s%u", !i ? "" : last ? " and " : ", ", scan->ports[i]);
	}
	if (scan->port_count > shown) {
		phrase_add(out, " and ");
		phrase_number(out, scan->port_count - shown);
		phrase_add(out, " more");
	}
}

bool words_scan_vertical(const struct evidence_scan *scan)
{
	return (scan->kinds & (SCAN_VERTICAL | SCAN_HORIZONTAL)) == SCAN_VERTICAL;
}

void words_title_scan(struct phrase *out, const struct finding *finding)
{
	const struct evidence_scan *scan = &finding->scan;

	if (words_scan_vertical(scan)) {
		phrase_add(out, scan->source_outside ? "Probed from outside: many ports of " : "Tried many ports of ");
		phrase_address(out, scan->target, 128);
		return;
	}
	if (scan->source_outside)
		phrase_add(out, "Probed from outside");
	else if (finding->severity == SEVERITY_LOW)
		phrase_add(out, "Many failed contacts");
	else
		phrase_add(out, scan->outside ? "Searched the internet for targets" : "Searched this network for targets");
}

static void add_scan_way(struct phrase *out, const struct evidence_scan *scan)
{
	if (scan->kinds & SCAN_TCP || scan->kinds & SCAN_UDP || scan->kinds & SCAN_ACK)
		add_ports(out, scan);
	if (scan->kinds & SCAN_ARP)
		phrase_add(out, " by ARP (the call \"who has this address?\")");
	else if (scan->kinds & SCAN_ICMP)
		phrase_add(out, " by ping");
	else if (scan->kinds & SCAN_UDP && !(scan->kinds & SCAN_TCP))
		phrase_add(out, " over UDP");
	else if (scan->kinds & SCAN_ACK && !(scan->kinds & SCAN_TCP))
		phrase_add(out, " with stray TCP answers (ACK)");
}

static void add_scan_meaning(struct phrase *out, const struct finding *finding)
{
	if (finding->scan.mirai_mark)
		phrase_add(out,
			" The packets bear the mark of the Mirai family of intruders: their TCP sequence number is the address "
			"they are sent to.");
	if (finding->scan.source_outside)
		phrase_add(out, " The internet is searched like this all the time.");
	else if (finding->severity >= SEVERITY_HIGH)
		phrase_add(out, " This is how hijacked devices look for others to break into.");
	else if (finding->severity == SEVERITY_MEDIUM)
		phrase_add(out, " Some programs look for their neighbours this way; so does an intruder.");
	else
		phrase_add(out, " Alone this is often harmless: a line that is down, devices switched off, a file-sharing program.");
}

void words_summary_scan(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_scan *scan = &finding->scan;

	if (scan->source_outside && finding->has_source)
		words_add_peer(out, finding->source, true);
	else
		words_subject_start(out, subject);
	phrase_add(out, " tried in vain to reach ");
	if (words_scan_vertical(scan)) {
		phrase_count(out, scan->port_count, "port");
		phrase_add(out, " of ");
		phrase_address(out, scan->target, 128);
		if (scan->kinds & SCAN_UDP)
			phrase_add(out, " over UDP");
	} else {
		phrase_count(out, scan->targets, "address");
		phrase_add(out, scan->outside ? " on the internet" : " in this network");
		add_scan_way(out, scan);
	}
	if (scan->answered) {
		phrase_add(out, "; ");
		phrase_number(out, scan->answered);
		phrase_add(out, scan->answered == 1 ? " other answered" : " others answered");
	}
	phrase_add(out, ".");
	add_scan_meaning(out, finding);
}

const char *words_advice_scan(const struct finding *finding)
{
	if (finding->scan.source_outside)
		return "Nothing to do, as long as only what you meant to open answers.";
	if (finding->severity == SEVERITY_LOW)
		return "Nothing to do, unless it goes on and nobody knows why.";
	if (finding->state == STATE_HIJACKED)
		return words_advice_hijacked;
	return "Find out which program on it does this; a scanner that you use yourself can be muted (--mute). If nobody knows, treat "
	       "it as broken into: disconnect it, restart it, change its password, update it.";
}

/* ---- beacon ---- */

void words_title_beacon(struct phrase *out, const struct finding *finding)
{
	phrase_add(out, "Calls one address like clockwork: ");
	phrase_address(out, finding->beacon.target, 128);
}

void words_summary_beacon(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_beacon *beacon = &finding->beacon;
	const char *proto = name_protocol(beacon->proto);

	words_subject_start(out, subject);
	phrase_add(out, " contacted ");
	phrase_address(out, beacon->target, 128);
	if (beacon->port && proto)
		phrase_add(out, " (%s port %u)", beacon->proto == 6 ? "TCP" : beacon->proto == 17 ? "UDP" : proto, beacon->port);
	phrase_add(out, " ");
	phrase_count(out, beacon->contacts, "time");
	phrase_add(out, ", about every ");
	phrase_duration(out, beacon->period_ns);
	phrase_add(out, ". ");
	if (!beacon->answered)
		phrase_add(out, "It never got an answer. ");
	if (!beacon->named)
		phrase_add(out, "No name lookup gave that address. ");
	phrase_add(out, "Hijacked devices likely keep in touch like this with whoever steers them; some honest apps do too.");
}

const char *words_advice_beacon(const struct finding *finding)
{
	return "Find out what this address is for. If it belongs to nothing that you know, block it in the router, restart the device, "
	       "change its password and update it.";
}

/* ---- flood, receives-flood ---- */

void words_flood_target(struct phrase *out, const struct evidence_flood *flood)
{
	if (flood->zone[0])
		phrase_raw(out, flood->zone, SIZE_MAX);
	else
		phrase_address(out, flood->target, flood->target_bits);
}

void words_title_flood(struct phrase *out, const struct finding *finding)
{
	phrase_add(out, "Flooded ");
	words_flood_target(out, &finding->flood);
	phrase_add(out, ": %s", name_vector_words(finding->flood.vector));
}

static void add_flood_packets(struct phrase *out, const struct evidence_flood *flood)
{
	phrase_count(out, flood->packets, "packet");
	if (!flood->bytes)
		return;
	phrase_add(out, " (");
	phrase_bytes(out, flood->bytes);
	phrase_add(out, ")");
}

static void add_flood_rate(struct phrase *out, const struct evidence_flood *flood)
{
	if (!flood->peak_pps)
		return;
	phrase_add(out, ", up to ");
	phrase_number(out, flood->peak_pps);
	phrase_add(out, " a second");
}

static void add_random_names(struct phrase *out, const struct evidence_flood *flood)
{
	phrase_add(out, " ");
	phrase_count(out, flood->labels, "name");
	phrase_add(out, " came up just once, as only a program makes them up; %u%% of the questions met no such name, or silence. ",
		flood->failed_share);
	phrase_add(out, "Such questions pass through every resolver and drown the servers of ");
	words_flood_target(out, flood);
	phrase_add(out, ".");
}

void words_summary_flood(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_flood *flood = &finding->flood;

	words_subject_start(out, subject);
	phrase_add(out, " sent ");
	add_flood_packets(out, flood);
	phrase_add(out, flood->zone[0] ? " about " : " to ");
	words_flood_target(out, flood);
	if (flood->port && !flood->zone[0])
		phrase_add(out, ", port %u", flood->port);
	add_flood_rate(out, flood);
	phrase_add(out, ": %s.", name_vector_made_of(flood->vector));
	if (flood->zone[0]) {
		add_random_names(out, flood);
	} else if (!flood->answers) {
		phrase_add(out, " No answer came back.");
	} else {
		phrase_add(out, " Only ");
		phrase_count(out, flood->answers, "answer");
		phrase_add(out, " came back.");
	}
}

const char *words_advice_flood(const struct finding *finding)
{
	return words_advice_hijacked;
}

void words_title_receives_flood(struct phrase *out, const struct finding *finding)
{
	if (finding->flood.backscatter && finding->has_source) {
		phrase_add(out, "Echo of an attack on ");
		phrase_address(out, finding->source, 128);
		phrase_add(out, ": %s", name_vector_made_of(finding->flood.vector));
		return;
	}
	words_flood_target(out, &finding->flood);
	phrase_add(out, finding->flood.backscatter ? " got the echo of somebody else's attack: %s" : " was flooded: %s",
		name_vector_words(finding->flood.vector));
}

static void add_senders(struct phrase *out, const struct evidence_flood *flood)
{
	uint64_t proven = flood->sources_proven, all = proven + flood->sources_unproven;

	if (!all)
		return;
	phrase_add(out, " It came from ");
	phrase_about(out, all, "address");
	if (!flood->sources_unproven)
		phrase_add(out, all == 1 ? ", which is real: it completed a handshake." : ", which are real: they completed a handshake.");
	else if (!proven && is_reflection(flood->vector))
		phrase_add(out, ": servers that were likely tricked into answering here.");
	else if (!proven)
		phrase_add(out,
			all == 1 ? "; it may be forged, as it completed no handshake."
				 : "; any of them may be forged, as none completed a handshake.");
	else {
		phrase_add(out, "; ");
		phrase_number(out, proven);
		phrase_add(out,
			proven == 1 ? " is real (it completed a handshake), the rest may be forged."
				    : " are real (they completed a handshake), the rest may be forged.");
	}
}

void words_summary_receives_flood(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_flood *flood = &finding->flood;

	if (flood->backscatter && finding->has_source) {
		phrase_address(out, finding->source, 128);
		phrase_add(out, " sent this network ");
	} else {
		if (subject->name)
			words_subject_start(out, subject);
		else
			phrase_address(out, flood->target, flood->target_bits);
		phrase_add(out, " received ");
	}
	add_flood_packets(out, flood);
	if (flood->port && !is_reflection(flood->vector))
		phrase_add(out, " on port %u", flood->port);
	add_flood_rate(out, flood);
	phrase_add(
		out, ": %s%s.", name_vector_made_of(flood->vector), is_reflection(flood->vector) ? " that nobody here had asked for" : "");
	if (flood->zone[0])
		add_random_names(out, flood);
	if (flood->backscatter)
		phrase_add(out, " Somebody likely flooded who answers here, under forged addresses of this network.");
	else
		add_senders(out, flood);
}

const char *words_advice_receives_flood(const struct finding *finding)
{
	if (finding->flood.backscatter)
		return "Nothing to do: nobody attacks you, and nobody here attacks.";
	if (is_reflection(finding->flood.vector))
		return "Ask your provider to filter these answers before they reach you, and hand on this kind, target and time. Blocking "
		       "single senders helps little: they are tricked, and there are always more.";
	if (finding->flood.vector == VECTOR_SYN)
		return "Switch on SYN cookies on that host (Linux: net.ipv4.tcp_syncookies=1) and ask your provider to filter, "
		       "handing on this kind, target and time. Do not block senders one by one: forged addresses may be anybody's.";
	return "Ask your provider to filter this kind of traffic before it reaches you, and hand on target, port and time. Block only "
	       "senders that are proven real: forged addresses may be anybody's.";
}

/* ---- forged-source ---- */

void words_title_forged(struct phrase *out, const struct finding *finding)
{
	phrase_add(out, "Sent packets under addresses that are not its own");
}

void words_summary_forged(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_forged *forged = &finding->forged;

	words_subject_start(out, subject);
	phrase_add(out, " sent ");
	phrase_count(out, forged->packets, "packet");
	phrase_add(out, " whose sender's address does not belong to this network: ");
	if (forged->sources > 1) {
		phrase_add(out, forged->sources >= 64 ? "at least " : "");
		phrase_count(out, forged->sources, "address");
		phrase_add(out, ", such as ");
	}
	phrase_address(out, forged->source, 128);
	phrase_add(out, " to ");
	phrase_address(out, forged->target, 128);
	if (finding->severity == SEVERITY_LOW)
		phrase_add(out, ". So few addresses likely belong to an IPv6 network that is or was here, and whose router was not heard.");
	else
		phrase_add(out, ". Floods are often sent this way to hide who sends them; a second router or a VPN can look the same.");
}

const char *words_advice_forged(const struct finding *finding)
{
	return "If it is a router or a VPN gateway, name the networks behind it with --local. If not, disconnect it, restart it, change "
	       "its password and update it.";
}

/* ---- policy-violation ---- */

void words_title_violation(struct phrase *out, const struct finding *finding)
{
	phrase_add(out, "Sent what its own policy does not allow");
}

void words_summary_violation(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_violation *violation = &finding->violation;

	words_subject_start(out, subject);
	phrase_add(out, " sent ");
	phrase_count(out, violation->packets, "packet");
	phrase_add(out, " that its policy does not allow");
	if (violation->peers > 1) {
		phrase_add(out, ", to ");
		phrase_add(out, violation->peers >= 64 ? "at least " : "");
		phrase_count(out, violation->peers, "address");
		phrase_add(out, "; the first");
	}
	phrase_add(out, " to ");
	phrase_address(out, violation->peer, 128);
	if (violation->port) {
		phrase_add(out, ", ");
		words_add_port(out, violation->port);
	}
	phrase_add(out, ": %s. The policy is ", reason_sentence((enum fw_reason)violation->reason));
	phrase_raw(out, violation->policy, SIZE_MAX);
	phrase_add(out, ".");
}

const char *words_advice_violation(const struct finding *finding)
{
	return "Look at what it sent: a new function or an update that its maker has not written down, or somebody else's doing. If it is "
	       "the "
	       "maker's, ask for a newer MUD file; if nobody can say, keep the device inside its policy.";
}
