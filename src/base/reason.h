/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reasons of wire/reason.h as text: for counters' labels, JSON, packet comments and people. */
#pragma once

#include "wire/reason.h"

/* "dns_answer"; "none" for FW_REASON_NONE; "?" for what is no reason. Constants. */
const char *reason_counter(enum fw_reason reason);
/* "a DNS answer, not a question"; "" for FW_REASON_NONE. */
const char *reason_sentence(enum fw_reason reason);
