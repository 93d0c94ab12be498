/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of a process, for what shows them. */
#include "fake_host.h"

const char *const *host_faults(struct host *host, uint32_t *out_count)
{
	return faults_list(&host->faults, out_count);
}

const char *host_fault_key(struct host *host, uint32_t index)
{
	return index < host->faults.count ? host->faults.keys[index] : "";
}
