/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Observations to findings: the table of PRODUCT.md section 3, each rule in its own file.
 * Pure: no input, no output, no clock; time comes with each observation. All memory is taken at start.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/contact.h"
#include "model/finding.h"
#include "model/junk.h"
#include "model/timeline.h"

struct detect; /* owns the tables of all detectors and the findings */

struct detect_config {
	uint32_t pair_max; /* (device, target) pairs remembered */
	uint32_t rate_max; /* (device, target, vector) rates watched at once */
	uint32_t finding_max;
	uint8_t hash_key[16];
	bool live; /* a run without an end: findings that are old and quiet leave, beacons are judged while it goes on */
	uint64_t quiet_ns; /* live: no beacon for so long after the start (beacon.h) */
	bool side_inferred; /* ours was inferred: a capture taken at a server, whose job it is to answer */
};

struct detect_left_out {
	uint64_t pairs, rates, findings, beacons, logins, zones;
};

void detect_defaults(struct detect_config *out_config);
int detect_new(const struct detect_config *config, struct detect **out_detect);
void detect_free(struct detect *detect);

void detect_packet(struct detect *detect, const struct sighting *seen);
/* The first of these devices turned out to be the second (inventory's merge). */
void detect_merged(struct detect *detect, uint32_t from, uint32_t into);
void detect_contact(struct detect *detect, const struct contact *contact);
void detect_conversation(struct detect *detect, const struct conversation_end *end);
void detect_service(struct detect *detect, const struct service_seen *seen);
void detect_login(struct detect *detect, const struct login_seen *seen);
void detect_login_result(struct detect *detect, uint64_t conversation, enum login_result result, uint64_t time_ns);
void detect_dns(struct detect *detect, const struct dns_seen *seen);
void detect_forged(struct detect *detect, const struct forged_seen *seen);
void detect_violation(struct detect *detect, const struct violation_seen *seen);
/* How grave open advisories are (advised.h). */
enum severity detect_grade_advisory(const struct evidence_advisory *seen);
/* Allowed after detect_end() as well: a device is known best then. Once for each. */
void detect_advisory(struct detect *detect, uint32_t device, uint64_t first_ns, uint64_t last_ns, const struct evidence_advisory *seen);
void detect_port_mapping(struct detect *detect, const struct port_mapping_seen *seen);
/* A remote sender says something of itself: junk of that address is counted for it. */
void detect_sender_says(struct detect *detect, const uint8_t address[16], const struct sender_says *says);

/* Live: as flood_unheard(). */
void detect_unheard(struct detect *detect, uint32_t device, uint64_t lost, uint64_t seen);

/* Closes windows and waits that are over at now_ns; the hall calls it at least once per second of capture time. */
void detect_tick(struct detect *detect, uint64_t now_ns);
/* The capture is over: everything open is judged. */
void detect_end(struct detect *detect, uint64_t now_ns);

/* Findings in the order they were first made; borrowed, stable until the next observation. */
const struct finding *detect_finding(const struct detect *detect, uint32_t index); /* NULL past the last */
/* Live: places of findings, some of them empty; the number of the finding in one, never given twice, 0 for none; how many there are. */
uint32_t detect_places(const struct detect *detect);
uint64_t detect_number(const struct detect *detect, uint32_t place);
uint32_t detect_kept(const struct detect *detect);
uint64_t detect_left(const struct detect *detect); /* findings that left so far */
const struct junk *detect_junk(struct detect *detect);
/* Times are those of the observations; borrowed, valid until the next one. */
const struct timeline *detect_timeline(struct detect *detect);
const struct detect_left_out *detect_left_out(struct detect *detect);
