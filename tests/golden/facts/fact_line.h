/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fact as one line of plain text, for tests that compare facts with what somebody else says.
 *
 *   FACT_DNS_QUESTION   ->   dns_question <TAB> www.example.com|1|4660
 *
 * The name is the kind's, in lower case. The value is the members that the kind uses (see fact_shapes), in the
 * order mac, addr, number, code, ttl, id, name, text, alias, joined by '|'. Every byte of a slice that is not
 * plain printable ASCII, and '%' and '|', is %XX. A password is never among them.
 */
#pragma once

#include <stddef.h>

#include "model/fact.h"

enum { FACT_LINE_MAX = 262144 };

/* Terminated, without line end. Returns the length, cut to fit out_size. */
size_t fact_line(char *out, size_t out_size, const struct fact *fact);
