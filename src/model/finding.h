/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings: the closed list of PRODUCT.md section 3, with typed evidence.
 * detect/ makes them, report/ shows them; text for people is made in report/, never here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/asset.h"
#include "model/device.h"
#include "model/fact.h"

enum finding_id {
	FINDING_DEFAULT_PASSWORD,
	FINDING_CLEARTEXT_LOGIN,
	FINDING_OPEN_SERVICE,
	FINDING_REACHED_FROM_INTERNET,
	FINDING_SCAN,
	FINDING_LOGIN_GUESSING,
	FINDING_BEACON,
	FINDING_FLOOD,
	FINDING_REFLECTOR,
	FINDING_RECEIVES_FLOOD,
	FINDING_FORGED_SOURCE,
	FINDING_POLICY_VIOLATION,
	FINDING_ADVISORY,
	FINDING_ID_COUNT
};

/* As all outputs call them; floodwall.yaml and mutes, too. */
#define FINDING_WORDS \
	{ \
		[FINDING_DEFAULT_PASSWORD] = "default-password", [FINDING_CLEARTEXT_LOGIN] = "cleartext-login", \
		[FINDING_OPEN_SERVICE] = "open-service", [FINDING_REACHED_FROM_INTERNET] = "reached-from-internet", \
		[FINDING_SCAN] = "scan", [FINDING_LOGIN_GUESSING] = "login-guessing", [FINDING_BEACON] = "beacon", \
		[FINDING_FLOOD] = "flood", [FINDING_REFLECTOR] = "reflector", [FINDING_RECEIVES_FLOOD] = "receives-flood", \
		[FINDING_FORGED_SOURCE] = "forged-source", [FINDING_POLICY_VIOLATION] = "policy-violation", \
		[FINDING_ADVISORY] = "advisory", \
	}

enum severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

#define SEVERITY_WORDS \
	{ \
		[SEVERITY_LOW] = "low", [SEVERITY_MEDIUM] = "medium", [SEVERITY_HIGH] = "high", [SEVERITY_CRITICAL] = "critical", \
	}

/* What the junk is made of. */
enum vector {
	VECTOR_NONE,
	VECTOR_SYN,
	VECTOR_ACK,
	VECTOR_STOMP,
	VECTOR_UDP,
	VECTOR_UDP_PLAIN,
	VECTOR_VSE,
	VECTOR_GRE_IP,
	VECTOR_GRE_ETH,
	VECTOR_ICMP,
	VECTOR_FRAGMENT,
	VECTOR_HTTP,
	VECTOR_DNS_RANDOM_SUBDOMAIN,
	VECTOR_SYN_ACK_REFLECTION,
	VECTOR_DNS_REFLECTION,
	VECTOR_SNMP_REFLECTION,
	VECTOR_ISAKMP_REFLECTION,
	VECTOR_SSDP_REFLECTION,
	VECTOR_NTP_REFLECTION,
	VECTOR_DHIP_REFLECTION,
	VECTOR_BACNET_REFLECTION,
	VECTOR_DHCP,
	VECTOR_OTHER, /* any other IP protocol */
	VECTOR_COUNT
};

enum scan_kind { SCAN_TCP = 1, SCAN_UDP = 2, SCAN_ICMP = 4, SCAN_ARP = 8, SCAN_ACK = 16, SCAN_HORIZONTAL = 32, SCAN_VERTICAL = 64 };

/* Why somebody outside could reach a service; all but the first are ordinary, and low. */
enum reached_how {
	REACHED_IN, /* he simply could */
	REACHED_PUBLIC_SERVER, /* the capture was taken at a server: answering is its job */
	REACHED_BY_A_CROWD, /* more askers in a minute than a private service has */
	REACHED_PEER_TO_PEER, /* the device itself talks to the outside from that port */
	REACHED_BY_ONE, /* one asker alone, who may have been called before the capture began */
	REACHED_NOT_YET, /* only asked for: a port was opened in the router (UPnP) */
};

enum {
	EVIDENCE_PORTS_MAX = 16,
	EVIDENCE_USER_MAX = 48,
	EVIDENCE_ZONE_MAX = 256,
	EVIDENCE_NOTE_MAX = 48,
	EVIDENCE_POLICY_MAX = 128,
	EVIDENCE_ID_MAX = 64
};

struct evidence_login {
	enum login_service service;
	uint16_t port;
	bool outside; /* the one who logged in is not on our side */
	enum login_result result; /* the best seen: accepted beats unknown beats refused */
	uint8_t peer[16]; /* who logged in (or, for login-guessing by ours, the target) */
	char user[EVIDENCE_USER_MAX]; /* raw bytes, cut to fit; never the password */
	uint32_t tries, refused, accepted, pairs; /* pairs: distinct ones seen in clear (login-guessing) */
	bool encrypted; /* login-guessing judged by connection shape only: "likely" */
};

struct evidence_service {
	uint8_t proto; /* IP protocol */
	uint16_t port;
	bool outside;
	uint8_t asker[16];
	uint32_t askers; /* distinct conversations that were answered */
};

struct evidence_reached {
	uint8_t proto; /* IP protocol */
	uint16_t port; /* of ours */
	enum reached_how how;
	uint8_t asker[16]; /* the first; zero while nobody was answered */
	uint32_t askers; /* distinct, counted up to 32 */
	bool mapped; /* the router was asked by UPnP to let it in */
	uint16_t mapped_port; /* outside, if mapped */
	char mapped_for[EVIDENCE_NOTE_MAX]; /* raw bytes, cut to fit: what the one who asked calls it */
	uint8_t router[16]; /* who was asked, if mapped */
	uint16_t router_port;
};

struct evidence_scan {
	uint32_t kinds; /* enum scan_kind bits */
	bool outside; /* side of the targets */
	bool source_outside;
	bool mirai_mark; /* TCP sequence number equal to the destination address */
	uint32_t failed, answered; /* first contacts */
	uint32_t targets; /* distinct, failed */
	uint32_t port_count; /* distinct, failed */
	uint16_t ports[EVIDENCE_PORTS_MAX]; /* most targets first */
	uint8_t port_shown; /* how many of ports[] are set */
	uint8_t target[16]; /* the one target of a vertical scan, else the first */
	uint8_t target_bits; /* of a horizontal scan: leading bits that all failed targets share with target */
};

struct evidence_beacon {
	uint8_t target[16];
	uint16_t port;
	uint8_t proto;
	uint32_t contacts;
	bool named; /* the address came from a DNS answer */
	bool answered; /* some contact was answered */
	uint16_t score, timestamp_score, size_score, duration_score, histogram_score; /* thousandths */
	uint64_t period_ns; /* median interval */
};

struct evidence_flood {
	enum vector vector;
	uint8_t target[16]; /* or the prefix's first address */
	uint8_t target_bits; /* 128: one address; 120: an IPv4 /24 (mapped); 64: an IPv6 /64 */
	uint16_t port; /* 0 where it varies */
	uint64_t packets, bytes, answers;
	uint32_t peak_pps;
	uint32_t sources_proven, sources_unproven; /* receives-flood: distinct, estimated within 2 % */
	bool backscatter; /* few senders answer many of ours */
	char zone[EVIDENCE_ZONE_MAX]; /* dns-random-subdomain: the zone, as read */
	uint32_t labels, failed_share; /* never repeated labels; NXDOMAIN or silence, percent */
};

struct evidence_reflector {
	uint8_t proto; /* IP protocol */
	uint16_t port;
	bool own_zone; /* DNS without recursion offered: a name server answering about its own zones */
	uint64_t answers; /* questions answered at least 5 times larger */
	uint32_t askers; /* distinct, outside, counted up to 64 */
	uint64_t bytes_asked, bytes_answered; /* UDP payload of these questions and answers */
	uint8_t victim[16]; /* an asker; the one that got more than half of the answers, if one did */
};

struct evidence_forged {
	uint8_t mac[6];
	uint8_t source[16]; /* one of the forged ones */
	uint8_t target[16];
	uint32_t packets;
	uint32_t sources; /* distinct, counted up to 64 */
};

/* What a device sent that its own policy (a MUD file) does not allow. */
struct evidence_violation {
	uint8_t proto; /* IP protocol */
	uint16_t port; /* of the peer; 0 where there is none */
	uint8_t reason; /* enum fw_reason, of the first */
	uint8_t peer[16]; /* the first */
	uint32_t peers; /* distinct, counted up to 64 */
	uint32_t packets;
	char policy[EVIDENCE_POLICY_MAX]; /* its MUD URL, else the file's name; raw bytes, cut to fit */
};

/* Published advisories (CSAF) that affect the device and are not remediated; told by the worst of them. Text as in the document. */
struct evidence_advisory {
	char id[EVIDENCE_ID_MAX], title[EVIDENCE_POLICY_MAX]; /* cut to fit */
	enum asset_certainty certainty;
	enum remedy remedy; /* the best that is offered; REMEDY_COUNT: none */
	uint16_t score; /* tenths; 0: none is given */
	bool exploited; /* known to be */
	uint32_t advisories; /* how many are open */
};

struct finding {
	enum finding_id id;
	enum severity severity;
	enum device_state state; /* what it makes of the device */
	uint32_t device; /* device number or DEVICE_NONE */
	bool has_source;
	uint8_t source[16]; /* address of who did it, where it is known */
	/* Of the conversation that raised it, where it was one: the other end, and the source's port. */
	bool has_target;
	uint8_t target[16];
	uint16_t source_port; /* 0 where unknown */
	uint64_t first_ns, last_ns;
	uint64_t count; /* packets, contacts or tries, as the man page says for each id */
	const char *muted; /* NULL, or the reason given: borrowed from the mute list */
	union {
		struct evidence_login login;
		struct evidence_service service;
		struct evidence_reached reached;
		struct evidence_scan scan;
		struct evidence_beacon beacon;
		struct evidence_flood flood;
		struct evidence_reflector reflector;
		struct evidence_forged forged;
		struct evidence_violation violation;
		struct evidence_advisory advisory;
	};
};
