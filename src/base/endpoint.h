/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An address of 16 bytes (IPv4 mapped, RFC 4291 section 2.5.5.2) and a port, from and to what sockets take. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Returns the length of the name: an IPv4 socket's where the address is mapped. */
socklen_t endpoint_name(const uint8_t address[16], uint16_t port, struct sockaddr_storage *out_name);

/* Returns the port in host order; -EAFNOSUPPORT, and the address all zero, where it is neither IPv4 nor IPv6, or NULL. */
int endpoint_read(const struct sockaddr *name, uint8_t out_address[16]);
