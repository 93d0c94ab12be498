/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names a device asks for, as clues: whose cloud it talks to. One name of each domain, the first asked for. */
#pragma once

#include "inventory/inside.h"
#include "model/fact.h"

void asked_dns(struct inventory *inventory, uint32_t number, struct slice name, uint32_t type);
void asked_tls(struct inventory *inventory, uint32_t number, struct slice name);
