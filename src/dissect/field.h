/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Header fields as HTTP and RTSP have them in common (RFC 9110 section 5, RFC 7826 section 20): pieces of a line.
 * Private to dissect/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/fact.h"

/* Splits "Name: value", white space around both taken away. False if there is no colon. */
bool field_read(struct slice line, struct slice *out_name, struct slice *out_value);

struct slice field_trim(struct slice text);
/* ASCII letters without regard to case. */
bool field_is(struct slice text, const char *word);
bool field_starts(struct slice text, const char *head);

/* Decimal digits alone; false (and out_ untouched) for anything else, or where it does not fit. */
bool field_length(struct slice value, uint64_t *out_length);

/* The credentials of "Basic ..."; empty if the scheme is another one, because only Basic is a login in clear. */
struct slice field_basic(struct slice authorization);
