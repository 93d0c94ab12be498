/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a system description, as SNMP and LLDP carry it, states plainly; and whose an enterprise number is. */
#pragma once

#include <stdint.h>

#include "model/fact.h"

/* Slices of the text, or of constants; empty where it does not say. */
struct description {
	struct slice maker, kind, model, firmware, runs;
};

struct description describe(struct slice text);

/* The maker that the IANA has given this private enterprise number, or NULL: of those who make devices, not agents. */
const char *describe_enterprise(uint32_t number);
