/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of the enums: those a machine reads (docs/schema/inspect.json lists the same) and those for people.
 * All borrowed, static, plain ASCII. What has no name comes back as NULL where it says so.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/device.h"
#include "model/fact.h"
#include "model/finding.h"

const char *name_login_service(enum login_service service); /* "telnet" */
const char *name_login_words(enum login_service service); /* "telnet", "HTTP (a web page)" */
const char *name_source(enum name_source source); /* "dhcp" */
const char *name_protocol(uint8_t proto); /* "tcp", or NULL */
const char *name_scan_kind(uint32_t bit); /* one bit of enum scan_kind, or NULL */
const char *name_vector_words(enum vector vector); /* "SYN flood" */
const char *name_vector_made_of(enum vector vector); /* "requests to open a TCP connection" */
const char *name_technique(const struct finding *finding); /* MITRE ATT&CK (enterprise) technique */
const char *name_certainty(enum asset_certainty certainty); /* "exact" */
const char *name_status(enum product_status status); /* "affected" */
const char *name_remedy(enum remedy remedy); /* as CSAF writes it; "none" for REMEDY_COUNT */
const char *name_remedy_words(enum remedy remedy); /* "the maker offers a fix" */
const char *name_reached(enum reached_how how); /* "peer-to-peer" */
const char *name_left_out(const char *kind); /* what a ceiling dropped, for people; NULL for a kind it does not know */

/* A service by its usual port. */
struct name_port {
	uint16_t port;
	const char *id; /* for machines */
	const char *words; /* for people */
	const char *means; /* what whoever reaches it can do */
};
const struct name_port *name_port(uint16_t port); /* or NULL */
