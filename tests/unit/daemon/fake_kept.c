/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the process says of itself, without one. */
#include "fake_host.h"

const char *const *host_faults(struct host *host, uint32_t *out_count)
{
	return faults_list(&host->wrong, out_count);
}

const char *host_fault_key(struct host *host, uint32_t index)
{
	return index < host->wrong.count ? host->wrong.keys[index] : "";
}
