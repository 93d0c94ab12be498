/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

int prefix_read(const char *text, struct prefix *out_prefix)
{
	struct prefix prefix = {0};
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	unsigned long bits, most = 32;
	char address[64], *end;

	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = 0;
	if (inet_pton(AF_INET, address, prefix.address + 12) == 1)
		memcpy(prefix.address, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, address, prefix.address) == 1)
		most = 128;
	else
		return -EINVAL;
	bits = most;
	if (slash) {
		/* strtoul() would let pass what stands before a number: spaces, a sign */
		if (slash[1] < '0' || slash[1] > '9')
			return -EINVAL;
		bits = strtoul(slash + 1, &end, 10);
		if (*end || bits > most)
			return -EINVAL;
	}
	prefix.bits = (uint8_t)(bits + 128 - most);
	*out_prefix = prefix;
	return 0;
}

bool prefix_holds(const struct prefix *prefix, const uint8_t address[16])
{
	size_t whole = prefix->bits / 8;
	uint8_t rest = (uint8_t)(0xff00u >> prefix->bits % 8);

	if (prefix->bits < 96 && memcmp(address, mapped, sizeof(mapped)) == 0)
		return false;
	return memcmp(prefix->address, address, whole) == 0 &&
		(prefix->bits % 8 == 0 || ((prefix->address[whole] ^ address[whole]) & rest) == 0);
}

bool prefix_is_both(const struct prefix *prefix)
{
	for (unsigned bit = 0; bit < prefix->bits && bit < 96; bit++)
		if ((prefix->address[bit / 8] ^ mapped[bit / 8]) & (0x80u >> bit % 8))
			return false;
	return prefix->bits < 96;
}
