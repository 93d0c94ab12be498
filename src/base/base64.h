/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes in JSON: base64 with padding (RFC 4648 section 4). The daemon writes it, the commands read it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BASE64_LEN(len) (((len) + 2) / 3 * 4)

/* Writes BASE64_LEN(len) characters, not terminated. */
void base64_write(char *out, const uint8_t *bytes, size_t len);
/* At most len / 4 * 3 bytes. Returns 0, or -EBADMSG: not exactly such text. */
int base64_read(uint8_t *out, size_t *out_len, const char *text, size_t len);
