/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifdef FW_MUTANTS
#define half_run mutant_run
#else
#define half_run clean_run
#endif

#include "half.h"

#include "dns_key.h"
#include "frames.h"

void half_run(const uint8_t *bytes, uint32_t len, const struct fw_twin_input *in, struct fw_twin_result *out)
{
	static struct fw_dns_key key;

	if (!key.begin[0])
		key = dns_key_of(FRAMES_KEY);
	fw_twin_run(fw_cursor_of(bytes, len), in, &key, out);
}

#ifdef FW_MUTANTS
int fw_mutant;
int fw_mutant_lines[1024];
const char *fw_mutant_files[1024];
const int mutant_places = __COUNTER__;
_Static_assert(__COUNTER__ < 1024, "room for all places");
#endif
