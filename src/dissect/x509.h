/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names in a certificate (RFC 5280 section 4.1), nothing more: no signature, no time is checked. Private to dissect/. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/fact.h"
#include "wire/bytes.h"

/* A DER certificate, or the beginning of one. Gives FACT_TLS_CERTIFICATE_* in the order of the certificate. Returns as dissect.h says. */
enum fw_read x509_read(const uint8_t *bytes, size_t len, const struct fact_sink *sink);
