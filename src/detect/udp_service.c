/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/udp_service.h"

#include <stddef.h>

static const struct udp_service services[] = {
	{17, false, false}, /* quote of the day */
	{19, false, false}, /* character generator */
	{53, true, false}, /* DNS */
	{69, false, false}, /* TFTP */
	{111, false, false}, /* port mapper */
	{123, false, false}, /* NTP: an answer about the time is as long as its question, only lists of peers are longer */
	{137, false, false}, /* NetBIOS name service */
	{161, false, false}, /* SNMP */
	{177, false, false}, /* XDMCP */
	{389, false, false}, /* connectionless LDAP */
	{427, false, false}, /* SLP */
	{500, true, true}, /* IKE */
	{520, false, false}, /* RIP */
	{623, false, false}, /* IPMI */
	{1194, true, true}, /* OpenVPN */
	{1434, false, false}, /* SQL Server's browser */
	{1604, false, false}, /* Citrix' browser */
	{1900, false, false}, /* SSDP */
	{3283, false, false}, {3389, true, true}, /* remote desktop */
	{3478, true, true}, /* STUN and TURN */
	{3702, false, false}, /* WS-Discovery */
	{4500, true, true}, /* IKE behind NAT */
	{5060, true, false}, /* SIP */
	{5351, false, false}, /* NAT-PMP and PCP */
	{5353, false, false}, /* mDNS, asked from another network */
	{5683, false, false}, /* CoAP */
	{10001, false, false}, {11211, false, false}, /* memcached */
	{27015, true, true}, {27960, true, true}, {30718, false, false}, {32414, false, false}, {37810, false, false},
	{47808, false, false}, /* BACnet */
	{51820, true, true}, /* WireGuard */
};

const struct udp_service *udp_service_find(uint16_t port)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]) && services[i].port <= port; i++)
		if (services[i].port == port)
			return &services[i];
	return NULL;
}
