/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a packet would be junk of, if it were junk. Pure; called by flood.c for each packet.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/contact.h"
#include "model/finding.h"

/*
 * The vector of a packet of the side that opened, of any fragment after the first, and of a DHCP client's message.
 * VECTOR_NONE: of a kind that floods are not made of (bare acknowledgements of an open connection, refusals, not IP).
 * Never VECTOR_UDP_PLAIN (all packets on one five-tuple: only their sum can tell) nor VECTOR_DNS_RANDOM_SUBDOMAIN.
 */
enum vector vector_of(const struct sighting *seen);

/* Somebody else's server sends it, to an address that never asked or that others ask in the name of. */
bool vector_reflected(enum vector vector);
