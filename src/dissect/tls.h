/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a TLS handshake that are not encrypted. Private to dissect/.
 */
#pragma once

#include <stdbool.h>
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

struct tls_server_hello {
	uint16_t version; /* the one chosen */
	uint16_t cipher;
};

/* From the message's body (after type and length). SHORT: cut off, what is set is valid. BAD: lengths that lie. */
enum fw_read tls_hello_read(const uint8_t *bytes, size_t len, struct tls_hello *out_hello);
/* The same; SHORT and BAD leave *out_hello as it was. Extensions that are cut off are not looked at. */
enum fw_read tls_server_hello_read(const uint8_t *bytes, size_t len, struct tls_server_hello *out_hello);

/* RFC 8701: 0a0a, 1a1a ... are there to be ignored. */
bool tls_is_grease(uint16_t value);
/* Takes n bytes off the front; NULL when there are fewer. */
const uint8_t *tls_take_bytes(struct slice *from, size_t n);

enum { JA4_LEN = 36 };

/* ja4.c: the client's fingerprint, "t13d1516h2_8daaf6152771_e5627efa2ab1" and a NUL. False when a digest cannot be had. */
bool ja4_write(const struct tls_hello *hello, char out[JA4_LEN + 1]);
