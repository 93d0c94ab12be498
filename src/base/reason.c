/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/reason.h"

#define COUNTER(id, counter, sentence) [FW_REASON_##id] = counter,
#define SENTENCE(id, counter, sentence) [FW_REASON_##id] = sentence,

static const char *const counters[FW_REASON_COUNT] = {[FW_REASON_NONE] = "none", FW_REASONS_ALL(COUNTER)};
static const char *const sentences[FW_REASON_COUNT] = {[FW_REASON_NONE] = "", FW_REASONS_ALL(SENTENCE)};

const char *reason_counter(enum fw_reason reason)
{
	return (unsigned)reason < FW_REASON_COUNT && counters[reason] ? counters[reason] : "?";
}

const char *reason_sentence(enum fw_reason reason)
{
	return (unsigned)reason < FW_REASON_COUNT && sentences[reason] ? sentences[reason] : "";
}
