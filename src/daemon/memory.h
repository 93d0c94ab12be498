/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the process holds of the system's memory beyond what it uses. Called by the daemon at its start. */
#pragma once

/* From now on, large pieces of memory go back to the system when they are freed. Before the first of them is taken. */
void memory_keep_small(void);
/* What was needed for the start alone: the configuration's text, the program as the kernel's verifier was handed it. */
void memory_give_back(void);
