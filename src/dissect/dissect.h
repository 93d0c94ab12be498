/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payload to facts, one file per protocol. A dissector knows bytes, never devices, policy or time.
 * Datagrams and frames: one call, all facts. TCP: a session that is fed in-order chunks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/fact.h"
#include "wire/bytes.h"

/* Each returns FW_READ_OK, SHORT (cut off; facts before the cut were given), OTHER (not this protocol) or BAD. */
enum fw_read dissect_arp(const uint8_t *bytes, size_t len, const struct fact_sink *sink); /* from the ARP header */
enum fw_read dissect_nd(const uint8_t *bytes, size_t len, const struct fact_sink *sink); /* from the ICMPv6 header */
enum fw_read dissect_dhcp(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_dns(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_mdns(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_ssdp(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_dhip(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
/* Makers' own: what a device says; whoever searches for one is OTHER or no sender of these ports. */
enum fw_read dissect_dvrip(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_tuya(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_tplink(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_tapo(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_miio(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_sadp(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_wsd(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_lldp(const uint8_t *bytes, size_t len, const struct fact_sink *sink); /* from behind the EtherType */
enum fw_read dissect_dhcp6(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_ntp(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_snmp(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_coap(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
enum fw_read dissect_ubnt(const uint8_t *bytes, size_t len, const struct fact_sink *sink);

/* A UDP payload by its ports (and first bytes); OTHER where no dissector cares. */
enum fw_read dissect_datagram(uint16_t src_port, uint16_t dst_port, const uint8_t *bytes, size_t len, const struct fact_sink *sink);
bool dissect_wants_datagram(uint16_t src_port, uint16_t dst_port);

/* State of one TCP conversation's dissector: caller's memory, fixed size, no pointers into it kept elsewhere. */
struct dissect_session;
size_t dissect_session_size(void);
void dissect_session_init(struct dissect_session *session, uint16_t server_port);
/* The conversation's beginning is not in the capture: what comes first may be the middle of a login. */
void dissect_session_midway(struct dissect_session *session);

/*
 * As stream_take: direction 0 is the client's. Returns bytes consumed. Sets *out_done when nothing in this conversation
 * can matter any more (encrypted from here on, bulk data, unknown protocol): the caller then stops feeding it.
 * Unknown ports are judged by the first bytes.
 */
size_t dissect_session_take(struct dissect_session *session, int direction, const uint8_t *bytes, size_t len, bool gap,
	const struct fact_sink *sink, bool *out_done);
