/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As hear.h, for what devices tell their network: DHCPv6, LLDP, NTP, SNMP, CoAP, Ubiquiti discovery. */
#pragma once

#include "inventory/inside.h"
#include "model/fact.h"

/* number is a device that stands for itself; facts of other protocols are ignored. */
void hear_net(struct inventory *inventory, uint32_t number, const struct fact *fact);
