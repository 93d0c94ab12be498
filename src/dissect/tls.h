/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ClientHello of TLS as its parts, for whoever wants more of it than the server's name. Private to dissect/.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/fact.h"
#include "wire/bytes.h"

/* Borrowed from the message; empty where absent. */
struct tls_hello {
	uint16_t version; /* the highest offered: supported_versions, else legacy_version */
	struct slice ciphers; /* two bytes each */
	struct slice extensions; /* the whole block */
	struct slice server_name; /* RFC 6066: the host_name */
	struct slice alpn; /* RFC 7301: the protocol list, each name with its length before it */
	struct slice groups; /* supported_groups, two bytes each */
	struct slice signatures; /* signature_algorithms, two bytes each */
};

/* From the message's body (after type and length). SHORT: cut off, what is set is valid. BAD: lengths that lie. */
enum fw_read tls_hello_read(const uint8_t *bytes, size_t len, struct tls_hello *out_hello);
