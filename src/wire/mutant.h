/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A hook in every constant of the foundation, so that a test can be tested.
 *
 * The twin test claims that kernel and user space read each frame alike. Whether its frames would notice a slip is
 * a question of its own, and chance alone answers it badly: most frames touch no limit. So each constant that a
 * reader compares, masks or counts with is written FW_LIMIT(constant), and each load of bytes goes through a
 * macro. In a build with FW_MUTANTS every such place gets a number, and the place whose number stands in fw_mutant
 * is off by one: one more for n, one less for -n (a load: one byte later, one earlier). The twin test runs such a
 * host half against a clean kernel half and fails unless each of these mutants is caught by some frame.
 *
 * Rules for whoever writes in wire/: no bare number decides anything; a limit that cannot be reached (because another
 * one already implies it) is not checked but asserted at compile time, so that no mutant is harmless.
 *
 * In every other build FW_LIMIT(x) is (x).
 */
#pragma once

#ifdef FW_MUTANTS

extern int fw_mutant; /* the place that is off by one now, negative for one less; 0 for none */
extern int fw_mutant_lines[1024]; /* for the report: where each place stands */
extern const char *fw_mutant_files[1024];

static inline int fw_mutant_shift(int place, const char *file, int line)
{
	fw_mutant_files[place] = file;
	fw_mutant_lines[place] = line;
	return (fw_mutant == place) - (fw_mutant == -place);
}

/* The first place must not be 0, which means none. */
#define FW_MUTANT_HERE fw_mutant_shift(__COUNTER__ + 1, __FILE__, __LINE__)
#define FW_LIMIT(value) ((__typeof__(value))((value) + FW_MUTANT_HERE))

#else

#define FW_LIMIT(value) (value)

#endif
