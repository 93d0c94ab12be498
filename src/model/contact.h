/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hall tells detect/ about conversations: the outcome of each opening, each end,
 * each packet (for rates), each service that answered. Plain values, borrowed for the call.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/fact.h"

struct fw_packet;

enum contact_kind { CONTACT_TCP, CONTACT_UDP, CONTACT_ICMP, CONTACT_ARP, CONTACT_ACK, CONTACT_KIND_COUNT };

enum contact_outcome {
	CONTACT_ANSWERED,
	CONTACT_REFUSED, /* RST, or an ICMP error tied to it */
	CONTACT_SILENT, /* nothing for 3 s of capture time */
	CONTACT_ENDED, /* still silent when the capture ended */
	CONTACT_VOID, /* cannot be told: the clock ran backwards, or a ceiling evicted it; counts for nothing */
};

/* One opening of a conversation and what came of it. Multicast, broadcast and loopback never become one. */
struct contact {
	uint64_t start_ns, decided_ns;
	uint32_t device; /* of the opener; DEVICE_NONE when it is not ours */
	uint32_t target_device; /* DEVICE_NONE when it is not ours */
	uint8_t source[16], target[16];
	uint16_t port; /* of the target; 0 for ICMP and ARP */
	uint16_t source_port; /* likewise */
	enum contact_kind kind;
	enum contact_outcome outcome;
	bool source_ours, target_ours;
	bool target_named; /* a DNS answer seen gave this address */
	bool mirai_mark; /* TCP SYN whose sequence number is the IPv4 destination address */
};

/* One conversation is over (closed, idle, evicted or the capture ended). From the opener's view. */
struct conversation_end {
	uint64_t first_ns, last_ns;
	uint32_t device, target_device;
	uint8_t source[16], target[16];
	uint16_t port; /* of the target */
	uint8_t proto; /* IP protocol */
	uint32_t packets_out, packets_in;
	uint64_t bytes_out, bytes_in;
	bool source_ours, target_ours;
	bool target_named; /* a DNS answer seen gave this address */
	bool target_resolver; /* it answered DNS for, or DHCP named it to, a device of ours */
	bool answered, handshake_done;
	bool clear_login; /* a login in clear was read in it */
};

/* One packet, for rates. */
struct sighting {
	uint64_t time_ns; /* never runs backwards: the hall's clock */
	const struct fw_packet *packet; /* addresses, ports, flags */
	struct slice payload; /* what was captured of it */
	uint32_t wire_len; /* bytes of the network layer on the wire */
	uint32_t src_device, dst_device;
	bool src_ours, dst_ours;
	bool to_many; /* destination is multicast or broadcast */
	bool from_opener; /* sent by the side that opened the conversation */
	bool opening_seen; /* the conversation's start is in the capture (SYN, or not TCP); false for one picked up midway */
	bool handshake_done; /* TCP: three-way handshake complete, this packet included */
	bool answered; /* the other side had answered before this packet */
	bool first_answer; /* this packet is the first answer (TCP: it completes the opener's handshake) */
	uint32_t opener_packets; /* packets of the opener so far, this one included if it is the opener's */
	uint32_t answers_for; /* live: packets that it answers where not all are seen; else 0 */
	bool http_request; /* the payload starts an HTTP request */
	uint64_t opened_ns; /* when the conversation's first packet came */
	uint32_t *memo; /* three words kept with the conversation for detect/, first zero; NULL where there is none */
};

/* A service on our side answered somebody. */
struct service_seen {
	uint64_t time_ns;
	uint32_t device;
	uint8_t address[16], asker[16];
	uint16_t port, asker_port;
	uint8_t proto;
	bool asker_ours;
};

/* A login in clear; password is compared and forgotten within the call. */
struct login_seen {
	uint64_t time_ns;
	uint64_t conversation; /* number that later results name; never reused within a run */
	uint32_t device; /* the server's, DEVICE_NONE when outside */
	uint32_t source_device; /* the client's, DEVICE_NONE when outside */
	uint8_t source[16], target[16];
	uint16_t port, source_port;
	enum login_service service;
	bool source_ours, target_ours;
	struct slice user, password;
};

/* A DNS question or its answer, UDP or TCP, unicast. */
struct dns_seen {
	uint64_t time_ns;
	uint32_t client_device, server_device;
	uint8_t client[16], server[16];
	bool client_ours, server_ours;
	struct slice name; /* lower case, dots, "." for the root */
	uint16_t type, id;
	bool response;
	uint8_t rcode; /* of a response */
};

/* A frame that left with a source address that is not ours. */
struct forged_seen {
	uint64_t time_ns;
	uint32_t device;
	uint8_t mac[6];
	uint8_t source[16], target[16];
};

/* A packet of a device that its policy does not allow. */
struct violation_seen {
	uint64_t time_ns;
	uint32_t device;
	uint8_t peer[16];
	uint16_t port; /* of the peer; 0 where there is none */
	uint8_t proto; /* IP protocol */
	uint8_t reason; /* enum fw_reason */
	const char *policy; /* borrowed for the call */
};

/* A router of ours was asked by UPnP to let the outside in (WANIPConnection:1 section 2.4.16, AddPortMapping). */
struct port_mapping_seen {
	uint64_t time_ns;
	uint32_t device; /* the one that it leads to, DEVICE_NONE when not known */
	uint8_t client[16]; /* its address */
	uint8_t router[16]; /* who was asked, and on which port */
	uint16_t router_port;
	uint16_t external_port, internal_port;
	uint8_t proto; /* IP protocol */
	struct slice description;
};
