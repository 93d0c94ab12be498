/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: a transfer over a stream socket that is there already. */
#pragma once

#include "fetch/fetch.h"

/* As transfer_open(); descriptor is non-blocking and belongs to the transfer, also after failure. */
int transfer_over(
	const struct transfer_setup *setup, int descriptor, const struct fetch_time *now, struct transfer **out, struct fault *out_fault);
