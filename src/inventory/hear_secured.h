/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clues from TLS, SSH and ADB. Part of hear.c's work. */
#pragma once

#include "inventory/ear.h"

/* FACT_TLS_JA4 to FACT_ADB_SERVICE. */
void hear_secured(const struct ear *ear, const struct fact *fact);
