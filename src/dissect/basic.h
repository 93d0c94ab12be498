/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP Basic credentials (RFC 7617). Decoded on the stack, said as a login, wiped: nothing here keeps a password.
 * Private to dissect/.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/fact.h"
#include "wire/bytes.h"

enum { BASIC_PAIR_MAX = 512 }; /* bytes of user:password; longer ones are no login we know */

/*
 * credentials: as they stand after "Basic ". Says FACT_LOGIN_TRY with the user up to the first colon;
 * FW_READ_BAD and no fact if it is not base64, too long, or without a colon.
 */
enum fw_read basic_read(const struct fact_sink *sink, enum login_service service, struct slice credentials);

/* Base64 (RFC 4648 section 4; padding may be missing) into out; bytes written, or -1 if it is none or does not fit. */
int basic_decode(struct slice text, uint8_t *out, size_t out_size);
