/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for what the outside can do with a device: reach it, or turn it against others. See words.c on how to write. */
#include <string.h>

#include "report/deeds.h"
#include "report/names.h"

/* ---- reached-from-internet ---- */

void words_title_reached(struct phrase *out, const struct finding *finding)
{
	static const char *const titles[] = {
		[REACHED_IN] = "Reachable from the internet: ",
		[REACHED_PUBLIC_SERVER] = "Serves the internet: ",
		[REACHED_BY_A_CROWD] = "Serves many on the internet: ",
		[REACHED_PEER_TO_PEER] = "Talks from peer to peer with the internet: ",
		[REACHED_BY_ONE] = "Answers one address on the internet: ",
		[REACHED_NOT_YET] = "The router was asked to let the internet in: ",
	};

	phrase_add(out, "%s", titles[finding->reached.how]);
	words_add_port(out, finding->reached.port);
}

static void add_mapping(struct phrase *out, const struct evidence_reached *reached)
{
	phrase_add(out, reached->how == REACHED_NOT_YET ? "The router" : " The router");
	phrase_add(out, " was asked (by UPnP) to let the internet in on its port %u and lead it to this device's port %u",
		reached->mapped_port, reached->port);
	if (reached->mapped_for[0]) {
		phrase_add(out, ", for \"");
		phrase_raw(out, reached->mapped_for, SIZE_MAX);
		phrase_add(out, "\"");
	}
	phrase_add(out, ".");
}

static void add_askers(struct phrase *out, const struct finding *finding)
{
	const struct evidence_reached *reached = &finding->reached;

	if (finding->count < 2)
		return;
	phrase_add(out, ", in ");
	phrase_count(out, finding->count, "conversation");
	if (reached->askers > 1) {
		phrase_add(out, reached->askers >= 32 ? " with at least " : " with ");
		phrase_count(out, reached->askers, "address");
	}
	phrase_add(out, " in all");
}

void words_summary_reached(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	static const char *const ends[] = {
		[REACHED_IN] =
			" Nobody here had called first: the other side opened the conversation. Whoever else is out there can do the same, "
			"and try passwords and known weaknesses.",
		[REACHED_PUBLIC_SERVER] = " This capture was taken at a server, and to answer is its job.",
		[REACHED_BY_A_CROWD] = " So many askers within a minute mean that it is a service for the public.",
		[REACHED_PEER_TO_PEER] =
			" It speaks to the outside from that port by itself, too, as programs do that share files, and calls and games.",
		[REACHED_BY_ONE] = " Nobody else came. It may have called there before this capture began: so do providers ask whether a "
				   "telephone or a tunnel is still there.",
		[REACHED_NOT_YET] = " Nobody was seen to come that way.",
	};
	const struct evidence_reached *reached = &finding->reached;

	if (reached->how == REACHED_NOT_YET) {
		add_mapping(out, reached);
		phrase_add(out, "%s", ends[reached->how]);
		return;
	}
	words_subject_start(out, subject);
	phrase_add(out, " answered ");
	words_add_peer(out, reached->asker, true);
	phrase_add(out, " on ");
	words_add_port(out, reached->port);
	add_askers(out, finding);
	phrase_add(out, ".%s", ends[reached->how]);
	if (reached->mapped)
		add_mapping(out, reached);
}

const char *words_advice_reached(const struct finding *finding)
{
	switch (finding->reached.how) {
	case REACHED_IN:
		return "If you do not mean to offer this to the internet, close it: in the router, remove the port forwarding to this "
		       "device and "
		       "switch UPnP off; with IPv6, let its firewall refuse what comes in. If you need it from outside, use a VPN. Make "
		       "sure "
		       "that its password is not the one it came with.";
	case REACHED_NOT_YET:
		return "If you do not know which program asked for this, remove the mapping in the router and switch UPnP off there: with "
		       "it, any "
		       "program on any device can open the network.";
	case REACHED_PUBLIC_SERVER:
		return "Nothing to do if this server is meant to offer this to everybody; else close the port in its firewall.";
	case REACHED_BY_ONE:
		return "Nothing to do if you know whose address this is, a provider's perhaps; else find out what listens there.";
	default:
		return "Nothing to do if you know the program that does this; else find out what listens there.";
	}
}

/* ---- reflector ---- */

void words_title_reflector(struct phrase *out, const struct finding *finding)
{
	if (finding->reflector.own_zone)
		phrase_add(out, "Large answers about its own zones: ");
	else
		phrase_add(out, finding->severity > SEVERITY_LOW ? "Can be turned against others: " : "Answers strangers at length: ");
	words_add_port(out, finding->reflector.port);
}

static void add_factor(struct phrase *out, const struct evidence_reflector *reflector)
{
	uint64_t asked = reflector->bytes_asked ? reflector->bytes_asked : 1;

	phrase_number(out, reflector->bytes_answered / asked);
	phrase_add(out, " times as many bytes as it was asked with (");
	phrase_bytes(out, reflector->bytes_answered);
	phrase_add(out, " for ");
	phrase_bytes(out, reflector->bytes_asked);
	phrase_add(out, ")");
}

void words_summary_reflector(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_reflector *reflector = &finding->reflector;

	words_subject_start(out, subject);
	phrase_add(out, " answered ");
	phrase_count(out, reflector->answers, "question");
	phrase_add(out, reflector->askers >= 64 ? " from at least " : " from ");
	phrase_count(out, reflector->askers, "address");
	phrase_add(out, " outside on ");
	words_add_port(out, reflector->port);
	phrase_add(out, " with ");
	add_factor(out, reflector);
	phrase_add(out, ". ");
	if (reflector->own_zone) {
		phrase_add(out,
			"It offers no recursion, so it is likely a name server that speaks of its own zones, and to answer is its job.");
	} else if (finding->severity == SEVERITY_LOW) {
		phrase_add(out, "This may well be what it is for.");
	} else {
		phrase_add(out, "Whoever asks in somebody else's name has it flood that one: here likely ");
		phrase_address(out, reflector->victim, 128);
		phrase_add(out, ".");
	}
}

const char *words_advice_reflector(const struct finding *finding)
{
	if (finding->reflector.own_zone)
		return "Switch on response rate limiting (RRL) in the name server, and let it answer ANY briefly (RFC 8482).";
	if (finding->severity == SEVERITY_LOW)
		return "Nothing to do if you know the service; let it limit how fast it answers strangers, where it can.";
	return "Close this port towards the internet: in the router, remove the port forwarding to this device and switch UPnP off. A "
	       "resolver should answer your own network only. Until then it helps to attack others, and your own line pays for it.";
}
