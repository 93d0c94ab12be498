/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces that a role sat on and that are named no longer. */
#pragma once

#include "plane/hold.h"

/* Whether a pinned link of one of them still holds it. */
bool leave_running(struct hold *hold);

/* Lets them go: link, filter, pins. What cannot be removed stays for `bypass`. */
void leave_others(struct hold *hold);
