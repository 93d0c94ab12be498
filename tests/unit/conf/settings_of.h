/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings out of a text of the test's; a fault in it fails the test. */
#pragma once

#include <string.h>

#include "conf/conf.h"

static inline struct settings *settings_of(const char *text)
{
	struct settings *settings = NULL;
	struct fault fault = {0};

	if (settings_read("floodwall.yaml", text, strlen(text), &settings, &fault))
		fail_msg("%llu: %s\n%s", (unsigned long long)fault.line, fault.sentence, text);
	return settings;
}
