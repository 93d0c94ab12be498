/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section "page" of floodwall.yaml, checked and complete: where the page is served, and to whom. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/settings_guard.h"

enum { SETTINGS_PAGE_PATH_MAX = 256, SETTINGS_PAGE_HOSTS_MAX = 16 };

struct settings_page {
	uint8_t address[16]; /* IPv4 mapped; zeros: all */
	uint16_t port; /* 0: no page */
	char certificate[SETTINGS_PAGE_PATH_MAX], key[SETTINGS_PAGE_PATH_MAX]; /* PEM; both "": plain HTTP, and then the loopback alone */
	char hosts[SETTINGS_PAGE_HOSTS_MAX][GUARD_HOST_MAX]; /* names by which it may be asked */
	uint32_t host_count;
	bool metrics_open;
};

/* What does not hold together: its path, and why; NULL: nothing. */
const char *page_wrong(const struct settings_page *page, const char **out_why);
