/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that a person or a terminal will see: a buffer that grows to a ceiling, and the one
 * place where bytes from the network are made harmless. Output sides use text_escape();
 * nothing raw ever reaches a terminal, a page or a log.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copies at most len bytes of raw (SIZE_MAX: up to its terminator; otherwise NUL bytes are ordinary) into out,
 * terminated. Control characters (C0, DEL, C1), invalid UTF-8, bidi and zero-width controls and backslash become \xNN
 * (one per byte) or \\ . Never cuts within a character or an escape. Returns bytes written without the terminator.
 */
size_t text_escape(char *out, size_t out_size, const char *raw, size_t len);

/* True if raw (len bytes) would come out of text_escape() unchanged. */
bool text_clean(const char *raw, size_t len);

/* An address as 16 bytes (IPv4 mapped) in its usual form, at most 46 bytes with the terminator. Returns out. */
enum { TEXT_ADDRESS_MAX = 46, TEXT_MAC_MAX = 18, TEXT_TIME_MAX = 32 };
char *text_address(char out[TEXT_ADDRESS_MAX], const uint8_t address[16]);
char *text_mac(char out[TEXT_MAC_MAX], const uint8_t mac[6]);

/* RFC 3339 UTC with microseconds: 2016-10-21T11:10:00.000000Z. Returns out. */
char *text_time(char out[TEXT_TIME_MAX], uint64_t time_ns);
