/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP services by their well-known ports: those that answer anybody, so that others can be made to receive the answers.
 * Used by reached.c, to tell a service from a port that a client happened to get, and by reflector.c.
 *
 * Sources: US-CERT TA14-017A (UDP-based amplification attacks, with its later additions); Rossow, "Amplification Hell",
 * NDSS 2014; IANA's port registry. 37810 is Dahua's discovery, 10001 Ubiquiti's, 30718 Lantronix', 32414 Plex', 3283 Apple
 * Remote Desktop's, 27015 and 27960 those of game servers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct udp_service {
	uint16_t port;
	bool public_job; /* what public servers are there for: answering everybody, at length */
	bool converses; /* tunnels, relays, games: what comes after the first answer was really asked for */
};

/* NULL for a port that is not on the list. */
const struct udp_service *udp_service_find(uint16_t port);
