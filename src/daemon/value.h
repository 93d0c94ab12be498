/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plain values as JSON, for all that is shown: text that may hold anything is escaped, times are RFC 3339. NULL: no memory. */
#pragma once

#include <jansson.h>
#include <stdint.h>

json_t *value_number(uint64_t value);
/* Escaped; null where it is "". */
json_t *value_text(const char *text);
json_t *value_text_or_null(const char *text);
json_t *value_mac(const uint8_t mac[6]);
json_t *value_address(const uint8_t address[16]);
json_t *value_moment(uint64_t seconds); /* since 1970; null for 0 */
json_t *value_moment_ns(uint64_t time_ns);

/* A number of a request from least to most, or `otherwise` where it says nothing. Returns 0, or -EINVAL with the fault. */
struct fault;
int value_asked(const json_t *request, const char *key, uint64_t otherwise, uint64_t most, uint64_t *out, struct fault *out_fault);
/* A text of a request, "" where it says nothing; borrowed. Returns 0, or -EINVAL with the fault. */
int value_asked_text(const json_t *request, const char *key, const char **out, struct fault *out_fault);
