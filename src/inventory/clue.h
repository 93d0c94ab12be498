/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of what was read about a device, bounded: DEVICE_CLUE_MAX in all, a ceiling for each class, and a fair
 * share when all places are taken (clue.c).
 */
#pragma once

#include "inventory/inside.h"
#include "model/fact.h"

enum clue_class {
	CLUE_OUI,
	CLUE_DHCP,
	CLUE_MDNS,
	CLUE_SSDP,
	CLUE_HTTP,
	CLUE_BANNER, /* telnet, ftp, rtsp, ssh, adb; what SNMP and NTP answer */
	CLUE_ASKED, /* names it asks for by DNS or TLS */
	CLUE_MQTT,
	CLUE_DHIP, /* and other makers' own protocols and announcements: LLDP, Ubiquiti */
	CLUE_DESCRIBED, /* documents that describe a device: UPnP, ONVIF, HNAP, TR-069 */
	CLUE_PORT, /* ports it calls or answers on, that a signature speaks of */
	CLUE_SECURED, /* TLS: what program calls, names on a certificate */
	CLUE_STACK, /* how its system opens TCP connections */
	CLUE_CLASS_COUNT
};

/* One that may be kept; borrowed for the call, except source, which is static. */
struct clue_offer {
	const char *source;
	enum clue_class class;
	struct slice value;
	const char *says; /* NULL where it says nothing yet */
};

/* Keeps it, or counts it as left out; one with the same source and value is there only once. Empty values are ignored. */
void clue_offer(struct inventory *inventory, uint32_t number, const struct clue_offer *offer);

/* All clues of from go to into, as if they had been read there. */
void clue_merge(struct inventory *inventory, uint32_t from, uint32_t into);
