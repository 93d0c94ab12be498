/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/udp_service.h"

#include <stddef.h>

static const struct udp_service services[] = {
	{17, false}, /* quote of the day */
	{19, false}, /* character generator */
	{53, true}, /* DNS */
	{69, false}, /* TFTP */
	{111, false}, /* port mapper */
	{123, false}, /* NTP: an answer about the time is as long as its question, only lists of peers are longer */
	{137, false}, /* NetBIOS name service */
	{161, false}, /* SNMP */
	{177, false}, /* XDMCP */
	{389, false}, /* connectionless LDAP */
	{427, false}, /* SLP */
	{500, true}, /* IKE */
	{520, false}, /* RIP */
	{623, false}, /* IPMI */
	{1194, true}, /* OpenVPN */
	{1434, false}, /* SQL Server's browser */
	{1604, false}, /* Citrix' browser */
	{1900, false}, /* SSDP */
	{3283, false}, {3389, true}, /* remote desktop */
	{3478, true}, /* STUN and TURN */
	{3702, false}, /* WS-Discovery */
	{4500, true}, /* IKE behind NAT */
	{5060, true}, /* SIP */
	{5351, false}, /* NAT-PMP and PCP */
	{5353, false}, /* mDNS, asked from another network */
	{5683, false}, /* CoAP */
	{10001, false}, {11211, false}, /* memcached */
	{27015, true}, {27960, true}, {30718, false}, {32414, false}, {37810, false}, {47808, false}, /* BACnet */
	{51820, true}, /* WireGuard */
};

const struct udp_service *udp_service_find(uint16_t port)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]) && services[i].port <= port; i++)
		if (services[i].port == port)
			return &services[i];
	return NULL;
}
