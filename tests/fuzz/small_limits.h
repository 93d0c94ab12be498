/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Set before every file of a build with -Dfuzz=true: tables that some hundred frames can fill. A run need not clear 60 MB, and
 * what happens when a table is full, which is where the oldest makes room, is reached by inputs of a few kilobytes. Ceilings on
 * bytes and depths, which are checks on the input, stay what they are; so do all ceilings in the replay, which is built as the program is.
 */
#pragma once

#include "wire/limits.h"

#undef FW_STREAM_MAX
#undef FW_CONVERSATION_MAX
#undef FW_DEVICE_MAX
#undef FW_PAIR_MAX
#undef FW_RATE_MAX
#undef FW_REACHED_MAX
#undef FW_REACHED_PORTS_MAX
#undef FW_ASKED_MAX
#undef FW_REFLECTOR_MAX
#undef FW_FINDING_MAX
#undef FW_NAMED_MAX
#undef FW_TUNNELS_MAX

#define FW_STREAM_MAX 8u
#define FW_CONVERSATION_MAX 128u
#define FW_DEVICE_MAX 48u
#define FW_PAIR_MAX 128u
#define FW_RATE_MAX 64u
#define FW_REACHED_MAX 24u
#define FW_REACHED_PORTS_MAX 6u
#define FW_ASKED_MAX 32u
#define FW_REFLECTOR_MAX 8u
#define FW_FINDING_MAX 64u
#define FW_NAMED_MAX 64u
#define FW_TUNNELS_MAX 8u
