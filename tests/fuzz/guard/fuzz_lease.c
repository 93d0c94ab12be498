/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame of a device (first byte even) or to one: what is read of DHCP and LLDP lies within it. */
#include <stdlib.h>
#include <string.h>

#include "guard/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct lease_message message = {.kind = LEASE_NONE};
	enum fw_read read;

	if (len < 1 || len > 65536)
		return 0;
	read = lease_read(bytes + 1, (uint32_t)len - 1, bytes[0] & 1, &message);
	if ((read == FW_READ_OK) == (message.kind == LEASE_NONE))
		abort();
	if (message.url && (message.url < bytes + 1 || message.url + message.url_len > bytes + len || !message.url_len))
		abort();
	return 0;
}
