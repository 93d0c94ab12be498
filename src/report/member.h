/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON members on top of jansson, made so that a failed allocation need not be looked for at every step: once a member
 * could not be made, the object or array is gone (NULL), stays gone, and is noticed once, where it is used.
 * All take their values over. Strings are escaped as for a terminal: a JSON file may be shown on one.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void member_put(json_t **object, const char *key, json_t *value);
void member_append(json_t **array, json_t *value);

json_t *member_text(const char *raw, size_t len); /* SIZE_MAX: up to its terminator */
json_t *member_text_or_null(const char *raw); /* null for "" */
json_t *member_number(uint64_t number); /* at most INT64_MAX: what JSON readers can hold */
json_t *member_thousandths(uint64_t thousandths); /* 0.812; written with JSON_REAL_PRECISION(3) */
json_t *member_address(const uint8_t address[16], unsigned bits);
json_t *member_mac(const uint8_t mac[6]);
json_t *member_time(uint64_t time_ns);
json_t *member_port_or_null(uint16_t port); /* null for 0 */
