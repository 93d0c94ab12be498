/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Published advisories and recalls, as they are shown: of one device, and of those that need somebody now. */
#pragma once

#include "daemon/inside.h"
#include "daemon/needs.h"

/* Adds "advisories", "recalls" and "advice" (what is lacking to say more; null) to what is shown of the device of this MAC. */
void show_advice(struct host *host, const uint8_t mac[6], json_t *one);
/* Devices that are recalled, and on what that hangs where somebody took it for granted. */
void needs_of_advice(struct needs *needs, struct guard *guard);
