/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

socklen_t endpoint_name(const uint8_t address[16], uint16_t port, struct sockaddr_storage *out_name)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(out_name, 0, sizeof(*out_name));
	if (memcmp(address, mapped, sizeof(mapped)) == 0) {
		memcpy(&four.sin_addr, address + 12, 4);
		memcpy(out_name, &four, sizeof(four));
		return sizeof(four);
	}
	memcpy(&six.sin6_addr, address, 16);
	memcpy(out_name, &six, sizeof(six));
	return sizeof(six);
}

int endpoint_read(const struct sockaddr *name, uint8_t out_address[16])
{
	const struct sockaddr_in *four = (const void *)name;
	const struct sockaddr_in6 *six = (const void *)name;

	memset(out_address, 0, 16);
	if (name && name->sa_family == AF_INET) {
		memcpy(out_address, mapped, sizeof(mapped));
		memcpy(out_address + 12, &four->sin_addr, 4);
		return ntohs(four->sin_port);
	}
	if (name && name->sa_family == AF_INET6) {
		memcpy(out_address, &six->sin6_addr, 16);
		return ntohs(six->sin6_port);
	}
	return -EAFNOSUPPORT;
}
