/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame of a device (first byte even) or to one: what is read of DHCP and LLDP lies within it. */
#include <stdlib.h>
#include <string.h>

#include "guard/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct lease_message message = {.kind = LEASE_NONE};
	struct lease_clocks clocks = {.count = 0};
	uint8_t gone[16];
	enum fw_read read;

	if (len < 1 || len > 65536)
		return 0;
	read = lease_read(bytes + 1, (uint32_t)len - 1, bytes[0] & 1, &message);
	if ((read == FW_READ_OK) == (message.kind == LEASE_NONE))
		abort();
	if (message.url && (message.url < bytes + 1 || message.url + message.url_len > bytes + len || !message.url_len))
		abort();
	/* what a lease names is kept, whoever says it */
	for (uint32_t i = 0; i < message.clock_count; i++)
		lease_clock_note(&clocks, message.clocks[i], gone);
	for (size_t at = 1; at + 16 <= len && at < 32; at++)
		lease_clock_note(&clocks, bytes + at, gone);
	if (clocks.count > LEASE_CLOCKS_MAX)
		abort();
	if (lease_believe(&(struct lease_sender){
		    .is_named = bytes[0] & 2, .is_inside = bytes[0] & 4, .was_asked = bytes[0] & 8, .is_device = true}))
		abort();
	return 0;
}
